//! The check of a whole file of powers.
//!
//! | what | how |
//! | --- | --- |
//! | each contribution, in order | [`proof`](super::proof) |
//! | `Pᵢ₊₁ = τ·Pᵢ` in each of the four lists | `Σ rᵢPᵢ : Σ rᵢPᵢ₊₁ = [1]₂ : [τ]₂`, in G2 the other way round |
//! | they are those of the last contribution | its points `[τ]`, `[α]`, `[β]` stand in the lists |
//! | the hashes of the last contribution | computed again, unless the file was cut from a larger one |
//! | Lagrange bases, each level | `Σ cᵢ[Λᵢ] = Σ c'ⱼ[τʲ]`, with c' the inverse transform of c |
//!
//! Factors are random, of 128 bits ([`ratio`](crate::ratio)). Points are read piece by piece, checked as they are.

use core::ops::Range;

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::short_weierstrass::{Affine, Projective};
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::AdditiveGroup;
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use rand_core::CryptoRngCore;
use tacit_formats::FormatError;
use tacit_formats::contribution::Source;
use tacit_formats::ptau::{Contribution, PtauFile};

use super::proof::{Point, ProofFault, response, verify};
use super::{Powers, PowersContribution, PowersDigest, PowersError};
use crate::blake2b::Blake2b;
use crate::encoding::Group;
use crate::hash::ContributionHash;
use crate::progress::{Steps, Watch};
use crate::ratio::{factors, same, sum};

/// Points that are read at a time; few in tests, whose files are small, so that ratios across the boundaries are tested too.
const CHUNK: u64 = if cfg!(test) { 5 } else { 1 << 16 };

impl<'a> Powers<'a> {
    /// Checks a file: everything that stands at the head of this module's page. Takes minutes for large files, most of it for reading points of G2.
    pub fn check(
        bytes: &'a [u8],
        rng: &mut impl CryptoRngCore,
        watch: Watch<'_>,
    ) -> Result<Self, PowersError> {
        let file = PtauFile::open(bytes)?;
        let contributions = contributions(&file)?;
        let mut before = Point::start(file.ceremony_power());
        for (i, contribution) in file.contributions().iter().enumerate() {
            verify(&before, contribution)
                .map_err(|fault| PowersError::Contribution { number: i + 1, fault })?;
            before = Point::after(contribution);
        }
        // Without a contribution there was no secret, which `contributions` refuses.
        let last = file.contributions().last().ok_or(PowersError::Empty)?;
        let n = file.power().size();
        let lagrange = if file.is_prepared() { 2 * (4 * n + 3 * 2 * n) } else { 0 };
        let steps = Steps::new(watch, usize::try_from(5 * n + lagrange).unwrap_or(usize::MAX));
        Check { file: &file, last, steps }.run(rng)?;
        Ok(Self { digest: PowersDigest::of(bytes), file, contributions })
    }
}

/// What the file says of its contributions, which must be by somebody.
pub(super) fn contributions(file: &PtauFile<'_>) -> Result<Vec<PowersContribution>, PowersError> {
    let all = file.contributions();
    if all.iter().all(|one| one.source != Source::Secret) {
        return Err(PowersError::Empty);
    }
    let read = |(i, one): (usize, &Contribution)| {
        let fault = PowersError::Contribution { number: i + 1, fault: ProofFault::PartialHash };
        let hash = ContributionHash(response(one).ok_or(fault)?);
        Ok(PowersContribution { name: one.name.clone(), source: one.source.clone(), hash })
    };
    all.iter().enumerate().map(read).collect()
}

struct Check<'a, 'f> {
    file: &'a PtauFile<'f>,
    last: &'a Contribution,
    steps: Steps<'a>,
}

/// Reads points of a range.
type Read<'a, C> = &'a dyn Fn(Range<u64>) -> Result<Vec<Affine<C>>, FormatError>;

/// The first two points of a list, and its sums.
struct Sums<C: Group> {
    first: [Affine<C>; 2],
    low: Affine<C>,
    high: Affine<C>,
}

/// The hashes over all points: compressed for the response, uncompressed for the challenge after it.
struct Hashes {
    response: Blake2b,
    challenge: Blake2b,
}

impl Check<'_, '_> {
    fn run(&self, rng: &mut impl CryptoRngCore) -> Result<(), PowersError> {
        let (file, last, n) = (self.file, self.last, self.file.power().size());
        let number = file.contributions().len();
        let mut hashes = self.start();
        let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
        let in_g1 = |low: &G1Affine, high: &G1Affine| same(low, high, &g2, &last.tau_g2);
        let refused = |section| PowersError::Section { section, number };

        let Sums { first, low, high } =
            self.powers(&|range| file.tau_g1(range), 2 * n - 1, &mut hashes, rng)?;
        if first != [g1, last.tau_g1] || !in_g1(&low, &high) {
            return Err(refused("tau in G1"));
        }
        let Sums { first, low, high } = self.powers(&|range| file.tau_g2(range), n, &mut hashes, rng)?;
        if first != [g2, last.tau_g2] || !same(&g1, &last.tau_g1, &low, &high) {
            return Err(refused("tau in G2"));
        }
        let Sums { first, low, high } = self.powers(&|range| file.alpha_g1(range), n, &mut hashes, rng)?;
        if first[0] != last.alpha_g1 || !in_g1(&low, &high) {
            return Err(refused("alpha tau in G1"));
        }
        let Sums { first, low, high } = self.powers(&|range| file.beta_g1(range), n, &mut hashes, rng)?;
        if first[0] != last.beta_g1 || !in_g1(&low, &high) {
            return Err(refused("beta tau in G1"));
        }
        let beta_g2 = file.beta_g2()?;
        if beta_g2 != last.beta_g2 {
            return Err(refused("beta in G2"));
        }
        if file.power().log() == file.ceremony_power() {
            hashes.response.compressed_points(&[beta_g2]);
            hashes.challenge.point(&beta_g2);
            let stated = Blake2b::from_state(&last.partial_hash).map(Blake2b::finish);
            if stated != Some(hashes.response.finish()) || hashes.challenge.finish() != last.next_challenge {
                return Err(PowersError::Hashes { number });
            }
        }
        if !file.is_prepared() {
            return Ok(());
        }
        let log = file.power().log();
        let tau = |level: u32| (1_u64 << level).min(2 * n - 1);
        self.lagrange("tau in G1", log + 1, &|l| file.tau_g1(0..tau(l)), &|l| file.lagrange_tau_g1(l), rng)?;
        self.lagrange("tau in G2", log, &|l| file.tau_g2(0..1 << l), &|l| file.lagrange_tau_g2(l), rng)?;
        let alpha = |level: u32| file.alpha_g1(0..1 << level);
        self.lagrange("alpha tau in G1", log, &alpha, &|l| file.lagrange_alpha_g1(l), rng)?;
        self.lagrange("beta tau in G1", log, &|l| file.beta_g1(0..1 << l), &|l| file.lagrange_beta_g1(l), rng)
    }

    /// Hashes that the last contribution has seen the start of.
    fn start(&self) -> Hashes {
        let all = self.file.contributions();
        let before = match all.len().checked_sub(2) {
            Some(i) => all[i].next_challenge,
            None => super::first_challenge(self.file.ceremony_power()),
        };
        let (mut hash, mut challenge) = (Blake2b::new(), Blake2b::new());
        hash.update(&before);
        challenge.update(&response(self.last).unwrap_or([0; 64]));
        Hashes { response: hash, challenge }
    }

    /// The first two points of a list, `Σ rᵢPᵢ` and `Σ rᵢPᵢ₊₁`.
    fn powers<C: Group>(
        &self,
        read: Read<'_, C>,
        count: u64,
        hashes: &mut Hashes,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Sums<C>, PowersError>
    where
        Projective<C>: VariableBaseMSM<MulBase = Affine<C>, ScalarField = Fr>,
    {
        let (mut low, mut high) = (Projective::<C>::ZERO, Projective::<C>::ZERO);
        let mut first = None;
        let mut start = 0;
        while start < count {
            // The next piece begins with a point of this one, so that no ratio is left out.
            let end = count.min(start + CHUNK);
            let points = read(start..count.min(end + 1))?;
            if let (None, [one, two, ..]) = (&first, &points[..]) {
                first = Some([*one, *two]);
            }
            let own = &points[..(end - start) as usize];
            if self.file.power().log() == self.file.ceremony_power() {
                hashes.response.compressed_points(own);
                hashes.challenge.points(own);
            }
            let factors = factors(points.len() - 1, rng);
            low += sum(&points[..points.len() - 1], &factors);
            high += sum(&points[1..], &factors);
            self.steps.done(own.len());
            start = end;
        }
        let identity = Affine::identity();
        let first = first.unwrap_or([identity; 2]);
        Ok(Sums { first, low: low.into_affine(), high: high.into_affine() })
    }

    /// Each level of a Lagrange basis, the last of which may lack the highest power.
    fn lagrange<C: Group>(
        &self,
        section: &'static str,
        levels: u32,
        powers: &dyn Fn(u32) -> Result<Vec<Affine<C>>, FormatError>,
        basis: &dyn Fn(u32) -> Result<Vec<Affine<C>>, FormatError>,
        rng: &mut impl CryptoRngCore,
    ) -> Result<(), PowersError>
    where
        Projective<C>: VariableBaseMSM<MulBase = Affine<C>, ScalarField = Fr>,
    {
        for level in 0..=levels {
            let (powers, basis) = (powers(level)?, basis(level)?);
            let refused = PowersError::Lagrange { section, level };
            let Some(domain) = Radix2EvaluationDomain::<Fr>::new(basis.len()) else { return Err(refused) };
            let mut factors = factors(basis.len(), rng);
            let right = sum(&basis, &factors);
            domain.ifft_in_place(&mut factors);
            if sum(&powers, &factors[..powers.len()]) != right {
                return Err(refused);
            }
            self.steps.done(basis.len() + powers.len());
        }
        Ok(())
    }
}
