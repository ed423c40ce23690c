//! From bytes to a key.

use ark_bn254::{Bn254, Fq, Fr, G1Affine, G2Affine};
use ark_groth16::VerifyingKey;
use rayon::prelude::*;

use super::{
    A, B_G1, B_G2, CEREMONY, COEFFICIENTS, Ceremony, Coefficient, Contribution, FORMAT, GROTH16, H, HEADER,
    IC, L, LARGEST_DOMAIN, MatrixName, PROTOCOL, Zkey, ZkeyParts,
};
use crate::binary::{Container, Cursor};
use crate::contribution;
use crate::error::{FormatError, Place};
use crate::field::{ELEMENT, read_doubly_montgomery};
use crate::point::{Identity, Point, PointChecks};

/// Bytes of an entry of a matrix.
const ENTRY: usize = 12 + ELEMENT;

impl Zkey {
    /// Reads a file and checks every point: that takes as long as a few proofs, most of it for the points of
    /// G2.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        read(bytes, PointChecks::Here)
    }

    /// [`Zkey::from_bytes`] without the checks that points lie on their curve and in the subgroup, for a file
    /// that was checked before: the caller must know that these are the same bytes, by a digest that no
    /// stranger could replace. Everything else is checked.
    pub fn from_bytes_unchecked_points(bytes: &[u8]) -> Result<Self, FormatError> {
        read(bytes, PointChecks::ByCaller)
    }
}

/// A key file of which only the head is read, for who has made something of its points before and knows, by a
/// digest that no stranger could replace, that this is the same file.
pub struct ZkeyFile<'a> {
    file: Container<'a>,
    header: Header,
}

struct Header {
    wires: u32,
    public: u32,
    domain: u32,
    vk: VerifyingKey<Bn254>,
    beta_g1: G1Affine,
    delta_g1: G1Affine,
}

impl<'a> ZkeyFile<'a> {
    /// Reads header and verifying key, every point of which is checked; of the other sections only the lengths are.
    pub fn open(bytes: &'a [u8]) -> Result<Self, FormatError> {
        Self::open_with(bytes, PointChecks::Here)
    }

    fn open_with(bytes: &'a [u8], checks: PointChecks) -> Result<Self, FormatError> {
        let file = Container::open(&FORMAT, bytes).map_err(|error| cut(bytes, error))?;
        let mut protocol = file.section(PROTOCOL)?;
        let at = protocol.place();
        let found = protocol.u32()?;
        if found != GROTH16 {
            return Err(FormatError::Protocol { at, found });
        }
        protocol.finish()?;

        let mut header = file.section(HEADER)?;
        header.prime::<Fq>()?;
        header.prime::<Fr>()?;
        let at = header.place();
        let (wires, public) = (header.u32()?, header.u32()?);
        if u64::from(public) + 1 > u64::from(wires) {
            return Err(FormatError::WireCounts { at });
        }
        let at = header.place();
        let domain = header.u32()?;
        if !domain.is_power_of_two() || domain > LARGEST_DOMAIN || domain <= public {
            return Err(FormatError::Domain { at, found: domain.into() });
        }
        let (alpha_g1, beta_g1) = (header.point(checks)?, header.point(checks)?);
        let (beta_g2, gamma_g2) = (header.point(checks)?, header.point(checks)?);
        let (delta_g1, delta_g2) = (header.point(checks)?, header.point(checks)?);
        header.finish()?;
        let gamma_abc_g1 = points(file.section(IC)?, u64::from(public) + 1, Identity::Allowed, checks)?;
        let vk = VerifyingKey { alpha_g1, beta_g2, gamma_g2, delta_g2, gamma_abc_g1 };
        // So that whoever makes room for wires or domain makes no more than the file has.
        let [g1, g2] = [G1Affine::BYTES, G2Affine::BYTES].map(|bytes| bytes as u64);
        let (wires_64, private) = (u64::from(wires), u64::from(wires - public - 1));
        for (section, length) in [
            (A, wires_64 * g1),
            (B_G1, wires_64 * g1),
            (B_G2, wires_64 * g2),
            (L, private * g1),
            (H, u64::from(domain) * g1),
        ] {
            file.section(section)?.expect(length)?;
        }
        Ok(Self { file, header: Header { wires, public, domain, vk, beta_g1, delta_g1 } })
    }

    /// The entries of A and B.
    pub fn coefficients(&self) -> Result<Vec<Coefficient>, FormatError> {
        coefficients(self.file.section(COEFFICIENTS)?, self.header.wires, self.header.domain)
    }

    /// The verifying key.
    #[must_use]
    pub const fn verifying_key(&self) -> &VerifyingKey<Bn254> {
        &self.header.vk
    }

    /// β₁.
    pub const fn beta_g1(&self) -> &G1Affine {
        &self.header.beta_g1
    }

    /// δ₁.
    pub const fn delta_g1(&self) -> &G1Affine {
        &self.header.delta_g1
    }

    /// Wires, the constant 1 among them.
    #[must_use]
    pub const fn num_wires(&self) -> usize {
        self.header.wires as usize
    }

    /// Public values, the constant 1 not counted.
    #[must_use]
    pub const fn num_public(&self) -> usize {
        self.header.public as usize
    }

    /// Elements of the domain.
    #[must_use]
    pub const fn domain(&self) -> usize {
        self.header.domain as usize
    }
}

fn read(bytes: &[u8], checks: PointChecks) -> Result<Zkey, FormatError> {
    let opened = ZkeyFile::open_with(bytes, checks)?;
    let coefficients = opened.coefficients()?;
    let ZkeyFile { file, header: Header { wires, public, domain, vk, beta_g1, delta_g1 } } = opened;
    let (wires, public, absent) = (u64::from(wires), u64::from(public), Identity::Allowed);
    let parts = ZkeyParts {
        vk,
        beta_g1,
        delta_g1,
        coefficients,
        a: points(file.section(A)?, wires, absent, checks)?,
        b_g1: points(file.section(B_G1)?, wires, absent, checks)?,
        b_g2: points(file.section(B_G2)?, wires, absent, checks)?,
        l: points(file.section(L)?, wires - public - 1, absent, checks)?,
        h: points(file.section(H)?, domain.into(), Identity::Refused, checks)?,
        ceremony: file.find(CEREMONY).map(|section| ceremony(section, checks)).transpose()?,
    };
    Ok(Zkey { parts, order: file.order() })
}

fn points<P: Point>(
    mut section: Cursor<'_>,
    count: u64,
    identity: Identity,
    checks: PointChecks,
) -> Result<Vec<P>, FormatError> {
    section.expect(count * P::BYTES as u64)?;
    section.points(count, identity, checks)
}

fn coefficients(mut section: Cursor<'_>, wires: u32, domain: u32) -> Result<Vec<Coefficient>, FormatError> {
    let count = section.u32()?;
    section.expect(u64::from(count) * ENTRY as u64)?;
    let at = section.place();
    let bytes = section.take(section.left())?;
    let entries = bytes.par_chunks_exact(ENTRY).enumerate().with_min_len(256);
    let read = |(i, bytes): (usize, &[u8])| {
        let place = |more: u64| Place { offset: at.offset + (i * ENTRY) as u64 + more, ..at };
        entry(bytes, wires, domain, place)
    };
    let all: Result<Vec<Coefficient>, FormatError> = entries.clone().map(read).collect();
    // Whichever thread was first: name the first fault of the file.
    all.map_err(|any| entries.find_map_first(|entry| read(entry).err()).unwrap_or(any))
}

fn entry(
    bytes: &[u8],
    wires: u32,
    domain: u32,
    place: impl Fn(u64) -> Place,
) -> Result<Coefficient, FormatError> {
    let (head, value) = bytes.split_at(12);
    let numbers = head.as_chunks::<4>().0;
    let [matrix, row, wire] = [0, 1, 2].map(|i| u32::from_le_bytes(numbers[i]));
    let matrix = match matrix {
        0 => MatrixName::A,
        1 => MatrixName::B,
        found => return Err(FormatError::BadMatrix { at: place(0), found }),
    };
    if row >= domain {
        return Err(FormatError::BadRow { at: place(4), found: row, domain });
    }
    if wire >= wires {
        return Err(FormatError::BadWire { at: place(8), found: wire, wires });
    }
    let value = value.first_chunk().and_then(read_doubly_montgomery);
    Ok(Coefficient { matrix, row, wire, value: value.ok_or(FormatError::NotCanonical { at: place(12) })? })
}

/// The contribution in which a file is cut off, if it is in one.
fn cut(bytes: &[u8], error: FormatError) -> FormatError {
    match error {
        FormatError::SectionBeyondEnd { at, .. } if at.section == CEREMONY => {
            let rest =
                usize::try_from(at.offset).ok().and_then(|offset| bytes.get(offset..)).unwrap_or_default();
            match ceremony(Cursor::over(at, rest), PointChecks::ByCaller) {
                Err(FormatError::Contribution { number, .. }) => {
                    FormatError::Contribution { number, cause: Box::new(error) }
                }
                _ => error,
            }
        }
        error => error,
    }
}

fn ceremony(mut section: Cursor<'_>, checks: PointChecks) -> Result<Ceremony, FormatError> {
    let circuit_hash = section.array()?;
    let contributions = contribution::read_all(&mut section, |section| {
        let (delta_after, s, s_x) = (section.point(checks)?, section.point(checks)?, section.point(checks)?);
        let (s_prime_x, transcript) = (section.point(checks)?, section.array()?);
        let (name, source) = contribution::read(section)?;
        Ok(Contribution { delta_after, s, s_x, s_prime_x, transcript, name, source })
    })?;
    section.finish()?;
    Ok(Ceremony { circuit_hash, contributions })
}
