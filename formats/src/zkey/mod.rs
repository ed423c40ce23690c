//! `.zkey`: the proving key of a circuit, and the ceremony that made it. Groth16 only.
//!
//! ```text
//! section  1: proof system (4: 1 is Groth16)
//! section  2: length (4) q (32)  length (4) r (32)  wires (4)  public values (4)  domain (4)
//!             α₁ β₁ β₂ γ₂ δ₁ δ₂
//! section  3: IC{public values + 1}
//! section  4: number (4)  (matrix (4: 0 is A, 1 is B)  row (4)  wire (4)  coefficient (32)){number}
//! section  5, 6, 7: A₁, B₁, B₂{wires}      section 8: L{wires − public values − 1}      section 9: H{domain}
//! section 10: hash of the circuit (64)  number (4)  contribution{number}      optional
//! contribution = δ₁ after it, s, s·x (G1)  s'·x (G2)  hash of the transcript (64)  kind and parameters
//! ```
//!
//! Coefficients are doubly Montgomery, `v·2⁵¹² mod r`; points as in the crate's page. With `n` the domain,
//! `ω` its root of unity, `m` constraints and `l` public values:
//!
//! * the rows of A are those of the circuit, then `l + 1` rows which bind the public values: row `m + s` has
//!   the one entry `1` at wire `s`, for `s = 0..=l`. Rows of B end with the circuit. `n` is the power of two
//!   from `m + l + 1`;
//! * H is in the Lagrange basis of the odd roots, see [`reduction`](crate::reduction);
//! * γ is 1 for all keys that snarkjs makes; the reader does not insist.
//!
//! **Checked here**: every length, index, coordinate and point; the identity stands only in IC, A, B₁, B₂ and
//! L, where a wire may be absent. **Not checked here**: that the points come from an honest ceremony for this
//! very circuit; that is what verifying a ceremony means. A false key cannot make anyone accept a false
//! statement, but proofs made with it may tell its maker the witness.

mod convert;
mod read;
mod write;

use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_groth16::VerifyingKey;

use crate::binary::Format;
use crate::contribution::{ContributorName, Source};
use crate::error::Section;

pub use convert::{ConvertError, KeyMatrices};
pub use read::ZkeyFile;

const PROTOCOL: Section = Section { id: 1, name: "proof system" };
const HEADER: Section = Section { id: 2, name: "header" };
const IC: Section = Section { id: 3, name: "points IC" };
const COEFFICIENTS: Section = Section { id: 4, name: "coefficients" };
const A: Section = Section { id: 5, name: "points A" };
const B_G1: Section = Section { id: 6, name: "points B in G1" };
const B_G2: Section = Section { id: 7, name: "points B in G2" };
const L: Section = Section { id: 8, name: "points L" };
const H: Section = Section { id: 9, name: "points H" };
const CEREMONY: Section = Section { id: 10, name: "contributions" };
const FORMAT: Format = Format {
    name: "zkey",
    version: 1,
    sections: &[PROTOCOL, HEADER, IC, COEFFICIENTS, A, B_G1, B_G2, L, H, CEREMONY],
};
const GROTH16: u32 = 1;
/// The order in which `snarkjs groth16 setup` writes the sections of a key that nobody has contributed to.
const ORDER_OF_SETUP: [Section; 10] = [PROTOCOL, HEADER, COEFFICIENTS, IC, H, L, A, B_G1, B_G2, CEREMONY];
/// The field has roots of unity of order `2^28`, and the odd roots are of order twice the domain.
const LARGEST_DOMAIN: u32 = 1 << 27;

/// A of B: the matrices whose entries a key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatrixName {
    /// A, with the rows that bind the public values.
    A,
    /// B.
    B,
}

/// An entry of a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coefficient {
    /// Its matrix.
    pub matrix: MatrixName,
    /// Its row.
    pub row: u32,
    /// Its wire.
    pub wire: u32,
    /// Its value.
    pub value: Fr,
}

/// One contribution to phase 2, in the words of snarkjs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// δ₁ after it.
    pub delta_after: G1Affine,
    /// A random point `s`.
    pub s: G1Affine,
    /// `x·s`, for the contributor's `x`.
    pub s_x: G1Affine,
    /// `x·s'`, where `s'` is the hash of the transcript to G2.
    pub s_prime_x: G2Affine,
    /// Hash of all that came before, and of `s` and `s_x`.
    pub transcript: [u8; 64],
    /// Who made it, as they say.
    pub name: Option<ContributorName>,
    /// What it was made from.
    pub source: Source,
}

/// How a key came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceremony {
    /// Hash of the circuit's points before the first contribution.
    pub circuit_hash: [u8; 64],
    /// The contributions, in order.
    pub contributions: Vec<Contribution>,
}

/// What a key file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct ZkeyParts {
    /// α₁, β₂, γ₂, δ₂ and IC.
    pub vk: VerifyingKey<Bn254>,
    /// β₁.
    pub beta_g1: G1Affine,
    /// δ₁.
    pub delta_g1: G1Affine,
    /// Entries of A and B.
    pub coefficients: Vec<Coefficient>,
    /// A, one point for each wire.
    pub a: Vec<G1Affine>,
    /// B in G1, one point for each wire.
    pub b_g1: Vec<G1Affine>,
    /// B in G2, one point for each wire.
    pub b_g2: Vec<G2Affine>,
    /// L, one point for each wire that is not public.
    pub l: Vec<G1Affine>,
    /// H in the basis of the odd roots, one point for each element of the domain.
    pub h: Vec<G1Affine>,
    /// How the key came about, if the file tells.
    pub ceremony: Option<Ceremony>,
}

/// Parts that do not fit each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// A list of points has another length than the others ask for.
    #[error("{query} has {found} points, the other parts of the key ask for {needed}; make the key again")]
    Length {
        /// The list.
        query: &'static str,
        /// Its length by the others.
        needed: usize,
        /// Its length.
        found: usize,
    },
    /// The number of points H is no size of a domain.
    #[error("{found} is no possible size of the domain; make the key again")]
    Domain {
        /// The number.
        found: usize,
    },
    /// More than the format can count.
    #[error("the key has more wires or entries than the format can count; split the circuit")]
    TooLarge,
    /// An entry lies outside its matrix.
    #[error("entry {index} of the matrices names a row or wire that does not exist; make the key again")]
    Entry {
        /// Its place in the list.
        index: usize,
    },
}

/// A proving key whose parts fit each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Zkey {
    parts: ZkeyParts,
    order: Vec<u32>,
}

impl Zkey {
    /// Joins parts, for a file to be written. Points are not checked.
    pub fn new(parts: ZkeyParts) -> Result<Self, ShapeError> {
        let (wires, domain) = (parts.a.len(), parts.h.len());
        if u32::try_from(wires).is_err() || u32::try_from(parts.coefficients.len()).is_err() {
            return Err(ShapeError::TooLarge);
        }
        if !domain.is_power_of_two() || domain > LARGEST_DOMAIN as usize {
            return Err(ShapeError::Domain { found: domain });
        }
        // IC has a point for the constant 1, and A one for every wire.
        let public = parts.vk.gamma_abc_g1.len();
        let lengths = [
            ("A", wires.max(1), wires),
            ("IC", public.clamp(1, wires.max(1)), public),
            ("B in G1", wires, parts.b_g1.len()),
            ("B in G2", wires, parts.b_g2.len()),
            ("L", wires.saturating_sub(public), parts.l.len()),
        ];
        if let Some((query, needed, found)) = lengths.into_iter().find(|(_, needed, found)| needed != found) {
            return Err(ShapeError::Length { query, needed, found });
        }
        if domain < public {
            return Err(ShapeError::Domain { found: domain });
        }
        let outside = |entry: &Coefficient| entry.row as usize >= domain || entry.wire as usize >= wires;
        if let Some(index) = parts.coefficients.iter().position(outside) {
            return Err(ShapeError::Entry { index });
        }
        let sections = match &parts.ceremony {
            Some(ceremony) if ceremony.contributions.is_empty() => &ORDER_OF_SETUP[..],
            _ => FORMAT.sections,
        };
        let ceremony = parts.ceremony.is_some();
        let order = sections.iter().filter(|section| ceremony || **section != CEREMONY);
        Ok(Self { order: order.map(|section| section.id).collect(), parts })
    }

    /// What the key holds.
    #[must_use]
    pub const fn parts(&self) -> &ZkeyParts {
        &self.parts
    }

    /// What the key holds, to be changed and joined again.
    #[must_use]
    pub fn into_parts(self) -> ZkeyParts {
        self.parts
    }

    /// Wires, the constant 1 among them.
    #[must_use]
    pub fn num_wires(&self) -> usize {
        self.parts.a.len()
    }

    /// Public values, the constant 1 not counted.
    #[must_use]
    pub fn num_public(&self) -> usize {
        self.parts.vk.gamma_abc_g1.len() - 1
    }

    /// Elements of the domain.
    #[must_use]
    pub fn domain(&self) -> usize {
        self.parts.h.len()
    }
}
