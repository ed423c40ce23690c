//! From bytes to powers of tau.

use core::ops::Range;

use ark_bn254::{Fq, G1Affine, G2Affine};

use super::{
    ALPHA_G1, BETA_G1, BETA_G2, CONTRIBUTIONS, Contribution, FORMAT, HEADER, Knowledge, LAGRANGE_ALPHA_G1,
    LAGRANGE_BETA_G1, LAGRANGE_TAU_G1, LAGRANGE_TAU_G2, Lagrange, Power, Ptau, PtauParts, PublicKey, TAU_G1,
    TAU_G2, length,
};
use crate::binary::{Container, Cursor};
use crate::contribution;
use crate::error::{FormatError, Section};
use crate::point::{Identity, Point, PointChecks};

/// The sections of points.
const POINTS: [Section; 5] = [TAU_G1, TAU_G2, ALPHA_G1, BETA_G1, BETA_G2];
const LAGRANGE: [Section; 4] = [LAGRANGE_TAU_G1, LAGRANGE_TAU_G2, LAGRANGE_ALPHA_G1, LAGRANGE_BETA_G1];

/// A file cut into sections: every length and contribution is checked, points are checked as they are read.
pub struct PtauFile<'a> {
    file: Container<'a>,
    power: Power,
    ceremony_power: u32,
    contributions: Vec<Contribution>,
    prepared: bool,
}

impl<'a> PtauFile<'a> {
    /// Opens a file, which may be a mapped one.
    pub fn open(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let file = Container::open(&FORMAT, bytes)?;
        let mut header = file.section(HEADER)?;
        header.prime::<Fq>()?;
        let at = header.place();
        let found = header.u32()?;
        let power = Power::new(found).ok_or(FormatError::Domain { at, found: found.into() })?;
        let at = header.place();
        let ceremony_power = header.u32()?;
        // Cut from a larger ceremony, never from a smaller one.
        if !(power.log()..=super::LARGEST_POWER).contains(&ceremony_power) {
            return Err(FormatError::Domain { at, found: ceremony_power.into() });
        }
        header.finish()?;

        let prepared = LAGRANGE.iter().any(|&section| file.find(section).is_some());
        for &section in POINTS.iter().chain(if prepared { &LAGRANGE[..] } else { &[] }) {
            let bytes = if [TAU_G2, BETA_G2, LAGRANGE_TAU_G2].contains(&section) {
                G2Affine::BYTES
            } else {
                G1Affine::BYTES
            };
            file.section(section)?.expect(length(section, power) * bytes as u64)?;
        }
        let mut section = file.section(CONTRIBUTIONS)?;
        let contributions = contribution::read_all(&mut section, contribution)?;
        section.finish()?;
        let opened = Self { file, power, ceremony_power, contributions, prepared };
        opened.starts_with_generator::<G1Affine>(TAU_G1)?;
        opened.starts_with_generator::<G2Affine>(TAU_G2)?;
        Ok(opened)
    }

    fn starts_with_generator<P: Point>(&self, section: Section) -> Result<(), FormatError> {
        let mut section = self.file.section(section)?;
        let at = section.place();
        if section.point::<P>(PointChecks::Here)? == P::generator() {
            Ok(())
        } else {
            Err(FormatError::NotGenerator { at })
        }
    }

    /// The power.
    #[must_use]
    pub const fn power(&self) -> Power {
        self.power
    }

    /// The power of the ceremony that these powers were cut from.
    #[must_use]
    pub const fn ceremony_power(&self) -> u32 {
        self.ceremony_power
    }

    /// The contributions, in order.
    #[must_use]
    pub fn contributions(&self) -> &[Contribution] {
        &self.contributions
    }

    /// Whether the file has the Lagrange bases.
    #[must_use]
    pub const fn is_prepared(&self) -> bool {
        self.prepared
    }

    /// `[τⁱ]₁` for `i` in a range.
    pub fn tau_g1(&self, range: Range<u64>) -> Result<Vec<G1Affine>, FormatError> {
        self.points(TAU_G1, range)
    }

    /// `[τⁱ]₂` for `i` in a range.
    pub fn tau_g2(&self, range: Range<u64>) -> Result<Vec<G2Affine>, FormatError> {
        self.points(TAU_G2, range)
    }

    /// `[ατⁱ]₁` for `i` in a range.
    pub fn alpha_g1(&self, range: Range<u64>) -> Result<Vec<G1Affine>, FormatError> {
        self.points(ALPHA_G1, range)
    }

    /// `[βτⁱ]₁` for `i` in a range.
    pub fn beta_g1(&self, range: Range<u64>) -> Result<Vec<G1Affine>, FormatError> {
        self.points(BETA_G1, range)
    }

    /// `[β]₂`.
    pub fn beta_g2(&self) -> Result<G2Affine, FormatError> {
        self.file.section(BETA_G2)?.point(PointChecks::Here)
    }

    /// Level `log` of the Lagrange basis of the powers of τ in G1, at most `p + 1`.
    pub fn lagrange_tau_g1(&self, log: u32) -> Result<Vec<G1Affine>, FormatError> {
        self.points(LAGRANGE_TAU_G1, level(log))
    }

    /// Level `log` of the Lagrange basis of the powers of τ in G2, at most `p`.
    pub fn lagrange_tau_g2(&self, log: u32) -> Result<Vec<G2Affine>, FormatError> {
        self.points(LAGRANGE_TAU_G2, level(log))
    }

    /// Level `log` of the Lagrange basis of α times the powers of τ, at most `p`.
    pub fn lagrange_alpha_g1(&self, log: u32) -> Result<Vec<G1Affine>, FormatError> {
        self.points(LAGRANGE_ALPHA_G1, level(log))
    }

    /// Level `log` of the Lagrange basis of β times the powers of τ, at most `p`.
    pub fn lagrange_beta_g1(&self, log: u32) -> Result<Vec<G1Affine>, FormatError> {
        self.points(LAGRANGE_BETA_G1, level(log))
    }

    /// Points of a range; [`FormatError::Truncated`] if it leaves the section.
    fn points<P: Point>(&self, section: Section, range: Range<u64>) -> Result<Vec<P>, FormatError> {
        let mut section = self.file.section(section)?;
        section.take(range.start.saturating_mul(P::BYTES as u64))?;
        let count = range.end.saturating_sub(range.start);
        section.points(count, Identity::Refused, PointChecks::Here)
    }

    fn all<P: Point>(&self, section: Section) -> Result<Vec<P>, FormatError> {
        self.points(section, 0..length(section, self.power))
    }
}

/// Where a level stands in its section.
const fn level(log: u32) -> Range<u64> {
    if log > super::LARGEST_POWER + 1 {
        return u64::MAX..u64::MAX;
    }
    let size = 1 << log;
    size - 1..2 * size - 1
}

impl Ptau {
    /// Reads a file and checks every point.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        let file = PtauFile::open(bytes)?;
        let parts = PtauParts {
            power: file.power,
            ceremony_power: file.ceremony_power,
            tau_g1: file.all(TAU_G1)?,
            tau_g2: file.all(TAU_G2)?,
            alpha_g1: file.all(ALPHA_G1)?,
            beta_g1: file.all(BETA_G1)?,
            beta_g2: file.beta_g2()?,
            lagrange: if file.prepared {
                Some(Lagrange {
                    tau_g1: file.all(LAGRANGE_TAU_G1)?,
                    tau_g2: file.all(LAGRANGE_TAU_G2)?,
                    alpha_g1: file.all(LAGRANGE_ALPHA_G1)?,
                    beta_g1: file.all(LAGRANGE_BETA_G1)?,
                })
            } else {
                None
            },
            contributions: file.contributions,
        };
        Ok(Self { parts, order: file.file.order() })
    }
}

fn contribution(section: &mut Cursor<'_>) -> Result<Contribution, FormatError> {
    let checks = PointChecks::Here;
    let (tau_g1, tau_g2) = (section.point(checks)?, section.point(checks)?);
    let (alpha_g1, beta_g1, beta_g2) =
        (section.point(checks)?, section.point(checks)?, section.point(checks)?);
    let mut pair = || Ok((section.point(checks)?, section.point(checks)?));
    let (tau, alpha, beta): ((_, _), (_, _), (_, _)) = (pair()?, pair()?, pair()?);
    let mut knowledge = |(s, s_x)| Ok(Knowledge { s, s_x, s_prime_x: section.point::<G2Affine>(checks)? });
    let key = PublicKey { tau: knowledge(tau)?, alpha: knowledge(alpha)?, beta: knowledge(beta)? };
    let (partial_hash, next_challenge) = (section.array()?, section.array()?);
    let (name, source) = contribution::read(section)?;
    Ok(Contribution {
        tau_g1,
        tau_g2,
        alpha_g1,
        beta_g1,
        beta_g2,
        key,
        partial_hash,
        next_challenge,
        name,
        source,
    })
}
