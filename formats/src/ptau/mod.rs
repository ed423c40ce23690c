//! `.ptau`: powers of tau, phase 1 of a setup.
//!
//! ```text
//! section  1: length (4)  q (32)  power p (4)  power of the ceremony (4)
//! section  2: [τⁱ]₁  i < 2ᵖ⁺¹ − 1        section 4: [ατⁱ]₁  i < 2ᵖ
//! section  3: [τⁱ]₂  i < 2ᵖ              section 5: [βτⁱ]₁  i < 2ᵖ        section 6: [β]₂
//! section  7: number (4)  contribution{number}
//! section 12, 13, 14, 15: Lagrange bases of sections 2, 3, 4, 5; all or none
//! contribution = [τ]₁ [τ]₂ [α]₁ [β]₁ [β]₂ after it, its key, partial hash of the response (216),
//!                next challenge (64), kind and parameters
//! key          = s, s·x (G1) for each of τ, α, β, then s'·x (G2) for each
//! ```
//!
//! A Lagrange section has one level after the other: level `k`, of `2ᵏ` points, is `[Λ_i(τ)]` for the `2ᵏ`
//! roots of unity, `k = 0..=p`; section 12 goes on to level `p + 1`. It is what phase 2 starts from, and what
//! `snarkjs powersoftau prepare phase2` adds.
//!
//! Such files are large. [`PtauFile`] cuts one up and checks every length and contribution, but no point
//! until it is asked for; [`Ptau`] is a whole one in memory, all points checked.
//!
//! **Checked here**: lengths, and each point that is handed out: coordinates, curve, subgroup, never the
//! identity; that the powers of tau start with the generators. **Not checked here**: that the points are
//! powers, that the Lagrange sections belong to them, and that the contributions made them: that is what
//! verifying a ceremony means.

mod read;
mod write;

use ark_bn254::{G1Affine, G2Affine};

use crate::binary::Format;
use crate::contribution::{ContributorName, Source};
use crate::error::Section;

pub use read::PtauFile;

const HEADER: Section = Section { id: 1, name: "header" };
const TAU_G1: Section = Section { id: 2, name: "tau in G1" };
const TAU_G2: Section = Section { id: 3, name: "tau in G2" };
const ALPHA_G1: Section = Section { id: 4, name: "alpha tau in G1" };
const BETA_G1: Section = Section { id: 5, name: "beta tau in G1" };
const BETA_G2: Section = Section { id: 6, name: "beta in G2" };
const CONTRIBUTIONS: Section = Section { id: 7, name: "contributions" };
const LAGRANGE_TAU_G1: Section = Section { id: 12, name: "Lagrange basis of tau in G1" };
const LAGRANGE_TAU_G2: Section = Section { id: 13, name: "Lagrange basis of tau in G2" };
const LAGRANGE_ALPHA_G1: Section = Section { id: 14, name: "Lagrange basis of alpha tau in G1" };
const LAGRANGE_BETA_G1: Section = Section { id: 15, name: "Lagrange basis of beta tau in G1" };
const FORMAT: Format = Format {
    name: "ptau",
    version: 1,
    sections: &[
        HEADER,
        TAU_G1,
        TAU_G2,
        ALPHA_G1,
        BETA_G1,
        BETA_G2,
        CONTRIBUTIONS,
        LAGRANGE_TAU_G1,
        LAGRANGE_TAU_G2,
        LAGRANGE_ALPHA_G1,
        LAGRANGE_BETA_G1,
    ],
};
/// The field has roots of unity of order `2^28`.
const LARGEST_POWER: u32 = 28;

/// The binary logarithm of how many powers there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Power(u32);

impl Power {
    /// From 1 to 28.
    #[must_use]
    pub const fn new(power: u32) -> Option<Self> {
        if power >= 1 && power <= LARGEST_POWER { Some(Self(power)) } else { None }
    }

    /// The logarithm.
    #[must_use]
    pub const fn log(self) -> u32 {
        self.0
    }

    /// How many constraints and public values a circuit may have, the constant 1 among these.
    #[must_use]
    pub const fn size(self) -> u64 {
        1 << self.0
    }
}

/// The public key of a contribution: for each of τ, α and β, what proves that the contributor knew the factor
/// `x`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// For τ.
    pub tau: Knowledge,
    /// For α.
    pub alpha: Knowledge,
    /// For β.
    pub beta: Knowledge,
}

/// Proof of knowledge of a factor `x`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knowledge {
    /// A random point `s`.
    pub s: G1Affine,
    /// `x·s`.
    pub s_x: G1Affine,
    /// `x·s'`, where `s'` is a hash to G2 of the challenge, `s` and `s_x`.
    pub s_prime_x: G2Affine,
}

/// One contribution to phase 1, in the words of snarkjs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// `[τ]₁` after it.
    pub tau_g1: G1Affine,
    /// `[τ]₂` after it.
    pub tau_g2: G2Affine,
    /// `[α]₁` after it.
    pub alpha_g1: G1Affine,
    /// `[β]₁` after it.
    pub beta_g1: G1Affine,
    /// `[β]₂` after it.
    pub beta_g2: G2Affine,
    /// Its public key.
    pub key: PublicKey,
    /// The state of BLAKE2b over the response, before the public key.
    pub partial_hash: [u8; 216],
    /// Hash of the challenge for the next.
    pub next_challenge: [u8; 64],
    /// Who made it, as they say.
    pub name: Option<ContributorName>,
    /// What it was made from.
    pub source: Source,
}

/// The Lagrange bases that phase 2 starts from, all levels one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lagrange {
    /// Of the powers of τ in G1, to level `p + 1`.
    pub tau_g1: Vec<G1Affine>,
    /// Of the powers of τ in G2, to level `p`.
    pub tau_g2: Vec<G2Affine>,
    /// Of α times the powers of τ, to level `p`.
    pub alpha_g1: Vec<G1Affine>,
    /// Of β times the powers of τ, to level `p`.
    pub beta_g1: Vec<G1Affine>,
}

/// What a file of powers of tau holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PtauParts {
    /// The power.
    pub power: Power,
    /// The power of the ceremony that these powers were cut from.
    pub ceremony_power: u32,
    /// `[τⁱ]₁`.
    pub tau_g1: Vec<G1Affine>,
    /// `[τⁱ]₂`.
    pub tau_g2: Vec<G2Affine>,
    /// `[ατⁱ]₁`.
    pub alpha_g1: Vec<G1Affine>,
    /// `[βτⁱ]₁`.
    pub beta_g1: Vec<G1Affine>,
    /// `[β]₂`.
    pub beta_g2: G2Affine,
    /// The contributions, in order.
    pub contributions: Vec<Contribution>,
    /// The Lagrange bases, if the file is prepared for phase 2.
    pub lagrange: Option<Lagrange>,
}

/// A list of points of the wrong length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{list} has {found} points, the power asks for {needed}; make the powers of tau again")]
pub struct LengthError {
    /// The list.
    pub list: &'static str,
    /// Its length by the power.
    pub needed: u64,
    /// Its length.
    pub found: u64,
}

/// Powers of tau, as many as their power says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ptau {
    parts: PtauParts,
    order: Vec<u32>,
}

/// Points of each section for a power.
const fn length(section: Section, power: Power) -> u64 {
    let n = power.size();
    match section.id {
        2 => 2 * n - 1,
        3..=5 => n,
        6 => 1,
        12 => 4 * n - 1,
        _ => 2 * n - 1,
    }
}

impl Ptau {
    /// Joins parts, for a file to be written. Points are not checked.
    pub fn new(parts: PtauParts) -> Result<Self, LengthError> {
        let mut lengths = vec![
            (TAU_G1, parts.tau_g1.len()),
            (TAU_G2, parts.tau_g2.len()),
            (ALPHA_G1, parts.alpha_g1.len()),
            (BETA_G1, parts.beta_g1.len()),
        ];
        let mut order: Vec<u32> = (1..=7).collect();
        if let Some(lagrange) = &parts.lagrange {
            lengths.extend([
                (LAGRANGE_TAU_G1, lagrange.tau_g1.len()),
                (LAGRANGE_TAU_G2, lagrange.tau_g2.len()),
                (LAGRANGE_ALPHA_G1, lagrange.alpha_g1.len()),
                (LAGRANGE_BETA_G1, lagrange.beta_g1.len()),
            ]);
            order.extend(12..=15);
        }
        for (section, found) in lengths {
            let (needed, found) = (length(section, parts.power), found as u64);
            if needed != found {
                return Err(LengthError { list: section.name, needed, found });
            }
        }
        Ok(Self { parts, order })
    }

    /// What the file holds.
    #[must_use]
    pub const fn parts(&self) -> &PtauParts {
        &self.parts
    }

    /// What the file holds, to be changed and joined again.
    #[must_use]
    pub fn into_parts(self) -> PtauParts {
        self.parts
    }
}
