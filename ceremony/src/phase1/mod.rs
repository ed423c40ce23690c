//! Phase 1: powers of tau, the same for all circuits up to a size.
//!
//! [`Powers`] are a file of powers that was checked, or whose digest is one that somebody checked: nothing else goes into phase 2.
//! For production take the powers of a large public ceremony; [`development`] makes small ones of our own, marked by the name of
//! their contributor.
//!
//! **What a check shows**: that the points are powers of one τ, with one α and one β, whose factors each came from somebody who knew
//! them; that the Lagrange bases belong to them. **What it cannot show**: that one of the contributors forgot the factor, nor that
//! no contribution before the last was cut out together with all traces of it; a contributor looks for their own response hash.

mod check;
mod make;
mod proof;

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr;
use tacit_formats::FormatError;
use tacit_formats::contribution::{ContributorName, Source};
use tacit_formats::ptau::{LengthError, Power, PtauFile};

use crate::blake2b::Blake2b;
use crate::encoding::write_uncompressed;
use crate::hash::ContributionHash;

pub use make::{beacon, contribute, development, new, prepare};
pub use proof::ProofFault;

/// The name of who made powers for development.
pub const DEVELOPMENT: &str = "tacit development";

/// BLAKE2b-512 of a file of powers, by which ceremonies publish them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PowersDigest(pub [u8; 64]);

impl PowersDigest {
    /// Of a file.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Blake2b::digest(bytes))
    }
}

/// A contribution to phase 1 as a check found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PowersContribution {
    /// Who made it, as they say.
    pub name: Option<ContributorName>,
    /// What it was made from.
    pub source: Source,
    /// The hash of the response, which the contributor was shown.
    pub hash: ContributionHash,
}

/// Powers of tau that were checked, or that somebody vouches for by their digest.
pub struct Powers<'a> {
    file: PtauFile<'a>,
    digest: PowersDigest,
    contributions: Vec<PowersContribution>,
}

/// Why powers are not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PowersError {
    /// The file cannot be read.
    #[error("{0}")]
    Format(#[from] FormatError),
    /// Nobody contributed, so that everybody knows τ.
    #[error(
        "nobody but beacons contributed to these powers of tau, so that everybody knows tau; take others"
    )]
    Empty,
    /// A contribution that does not hold.
    #[error("contribution {number} to the powers of tau: {fault}; do not use this file")]
    Contribution {
        /// Its number, from 1.
        number: usize,
        /// What is wrong.
        fault: ProofFault,
    },
    /// Points that are not powers, or not those that the last contribution left.
    #[error("the points {section} are not what contribution {number}, the last, made; do not use this file")]
    Section {
        /// Which.
        section: &'static str,
        /// The number of the last contribution, from 1.
        number: usize,
    },
    /// A hash that does not fit the points.
    #[error(
        "the hashes of contribution {number}, the last, are not those of the points; do not use this file"
    )]
    Hashes {
        /// The number of the last contribution, from 1.
        number: usize,
    },
    /// A Lagrange basis of other points.
    #[error(
        "level {level} of the Lagrange basis of {section} is not that of the powers; prepare the file for phase 2 anew"
    )]
    Lagrange {
        /// Which.
        section: &'static str,
        /// The binary logarithm of the size.
        level: u32,
    },
    /// Another file than the one that was checked.
    #[error(
        "these powers of tau have another digest than the one given; check which file was meant, or check the powers"
    )]
    OtherDigest,
}

/// Why powers could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MakeError {
    /// Powers that were cut from a larger ceremony.
    #[error(
        "these powers were cut from those of a larger ceremony, which nobody can contribute to; take the whole file"
    )]
    Cut,
    /// The beacon gives a factor that changes nothing.
    #[error("this beacon gives no usable factor; take another")]
    Beacon,
    /// The parts have other lengths.
    #[error("{0}")]
    Length(#[from] LengthError),
    /// The field has no Lagrange basis of that size.
    #[error("the powers are too many to be prepared for phase 2; take fewer")]
    TooLarge,
}

impl<'a> Powers<'a> {
    /// Takes a file for checked because somebody who did gave its digest: by
    /// [`Powers::check`], or by a list of a ceremony's files that is trusted. Lengths and the points that are used are checked.
    pub fn known(bytes: &'a [u8], digest: &PowersDigest) -> Result<Self, PowersError> {
        if PowersDigest::of(bytes) != *digest {
            return Err(PowersError::OtherDigest);
        }
        let file = PtauFile::open(bytes)?;
        let contributions = check::contributions(&file)?;
        Ok(Self { file, digest: *digest, contributions })
    }

    /// The power.
    #[must_use]
    pub const fn power(&self) -> Power {
        self.file.power()
    }

    /// The power of the ceremony that these powers were cut from.
    #[must_use]
    pub const fn ceremony_power(&self) -> u32 {
        self.file.ceremony_power()
    }

    /// The contributions, in order.
    #[must_use]
    pub fn contributions(&self) -> &[PowersContribution] {
        &self.contributions
    }

    /// The digest of the file.
    #[must_use]
    pub const fn digest(&self) -> PowersDigest {
        self.digest
    }

    /// Whether nobody else than a developer contributed: such powers, and all that is made from them, are for development.
    #[must_use]
    pub fn is_development(&self) -> bool {
        let named = |name: &ContributorName| name.as_str() == DEVELOPMENT;
        let developer =
            |one: &PowersContribution| one.source != Source::Secret || one.name.as_ref().is_some_and(named);
        self.contributions.iter().all(developer)
    }

    pub(crate) const fn file(&self) -> &PtauFile<'a> {
        &self.file
    }
}

/// The power of the largest public ceremony, whose powers most files are cut from.
const LARGEST_CEREMONY: u32 = 28;

/// `hash_generators(28)`, from another implementation of BLAKE2b; the test computes it again, in minutes.
const FIRST_CHALLENGE_OF_THE_LARGEST: [u8; 64] = [
    0x93, 0xda, 0x91, 0x92, 0x0d, 0x5a, 0x54, 0xa8, 0xa0, 0xfd, 0xe5, 0x5c, 0xd9, 0xdc, 0x3a, 0x10, 0xc4,
    0xf3, 0xee, 0xf7, 0x68, 0xb6, 0x2c, 0x09, 0x48, 0x74, 0x13, 0x70, 0x86, 0x42, 0x54, 0xb4, 0xc1, 0x92,
    0x0f, 0x3f, 0x29, 0xd4, 0xeb, 0xc0, 0xef, 0x3a, 0xce, 0xcf, 0x2e, 0x2d, 0xb6, 0x3a, 0x75, 0x57, 0x13,
    0xd7, 0x7e, 0x1e, 0xd7, 0x73, 0x47, 0xa5, 0x6f, 0xbc, 0x31, 0x7c, 0x7a, 0x93,
];

/// The challenge before the first contribution. That of the largest ceremony is the hash of 103 GB, some minutes, and is written out.
fn first_challenge(power: u32) -> [u8; 64] {
    if power == LARGEST_CEREMONY { FIRST_CHALLENGE_OF_THE_LARGEST } else { hash_generators(power) }
}

/// The hash of as many generators as there are points.
fn hash_generators(power: u32) -> [u8; 64] {
    let (mut g1, mut g2) = (Vec::new(), Vec::new());
    write_uncompressed(&G1Affine::generator(), &mut g1);
    write_uncompressed(&G2Affine::generator(), &mut g2);
    let n = 1_u64 << power;
    let mut hash = Blake2b::new();
    hash.update(&Blake2b::digest(&[]));
    for (point, count) in [(&g1, 2 * n - 1), (&g2, n), (&g1, n), (&g1, n), (&g2, 1)] {
        let many = point.repeat(count.min(1 << 12) as usize);
        for _ in 0..count >> 12 {
            hash.update(&many);
        }
        let rest = if count >> 12 == 0 { count } else { count & 0xfff };
        hash.update(&many[..rest as usize * point.len()]);
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From another implementation of BLAKE2b; that for 12 stands in snarkjs's own guide.
    #[test]
    fn first_challenges() {
        let start = |power| hex::encode(&first_challenge(power)[..16]);
        assert_eq!(start(3), "45f580c564b26059f533418e8c0cbdbc");
        assert_eq!(start(4), "2054432085403180e1678602c83562f1");
        assert_eq!(start(12), "9e63a5f62b96538daaed2372481920d1");
    }

    #[test]
    #[ignore = "hashes 103 GB"]
    fn first_challenge_of_the_largest_ceremony() {
        assert_eq!(hash_generators(LARGEST_CEREMONY), FIRST_CHALLENGE_OF_THE_LARGEST);
    }
}
