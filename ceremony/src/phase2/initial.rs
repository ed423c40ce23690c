//! The key before the first contribution: δ = 1, everything else from the circuit and the powers.
//!
//! With the Lagrange basis `Λ_k` of the n roots of unity, `n ≥ m + l + 1` for m constraints and l public values, and the rows of
//! A, B and C, where rows `m + s` of A bind the public values `s = 0..=l`:
//!
//! ```text
//! A_j = Σ_k A_kj [Λ_k(τ)]₁      B_j = Σ_k B_kj [Λ_k(τ)]₁,₂
//! L_j, IC_j = Σ_k A_kj [βΛ_k(τ)]₁ + B_kj [αΛ_k(τ)]₁ + C_kj [Λ_k(τ)]₁          H_i = [Λ'_(2i+1)(τ)]₁, of the 2n roots
//! hash of the circuit = BLAKE2b(α₁ β₁ β₂ γ₂ δ₁ δ₂, IC, [τⁿ⁺ⁱ − τⁱ]₁ for i < n − 1, L, A, B₁, B₂)
//! ```
//!
//! each list after its length. From domains of 2^15 on, snarkjs hashes one point more of the third list, by a slip that has become
//! the format; that takes powers for twice the domain.
//!
//! C stands in L alone, and no key tells it: only who computes this key knows that a ceremony is about their circuit.

use ark_bn254::{Bn254, G1Affine, G1Projective, G2Affine};
use ark_ec::short_weierstrass::Affine;
use ark_ec::{AffineRepr, CurveGroup};
use tacit_formats::FormatError;
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::zkey::{Ceremony, ConvertError, ShapeError, Zkey, ZkeyParts};
use tacit_r1cs::RowsError;

use super::combine::{Combine, Entries};
use crate::blake2b::Blake2b;
use crate::encoding::Group;
use crate::phase1::{Powers, PowersDigest};
use crate::progress::Watch;

/// What an initial key is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was computed here, from a circuit and powers.
    Computed {
        /// The powers.
        powers: PowersDigest,
        /// Whether they are for development.
        development: bool,
    },
    /// Somebody vouches for the file.
    Trusted,
}

/// The key of a circuit before the first contribution.
pub struct Initial {
    pub(super) zkey: Zkey,
    pub(super) origin: Origin,
    /// The digest of the circuit.
    pub(super) circuit: [u8; 32],
}

/// Why there is no initial key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InitialError {
    /// The powers are too few.
    #[error("the circuit needs powers of tau of power {needed}, these have {found}; take larger ones")]
    TooFewPowers {
        /// The least power.
        needed: u32,
        /// The power of the file.
        found: u32,
    },
    /// The circuit is larger than the field's domains.
    #[error("the circuit is too large for the field's domains; split it")]
    TooLarge,
    /// The powers have no Lagrange bases.
    #[error("these powers of tau are not prepared for phase 2; run `tacit ceremony phase1 prepare`")]
    NotPrepared,
    /// The points of the powers cannot be read.
    #[error("the powers of tau: {0}")]
    Powers(FormatError),
    /// The parts make no key.
    #[error("{0}")]
    Shape(#[from] ShapeError),
    /// A file of an initial key that somebody contributed to.
    #[error(
        "this key has contributions, or none of the marks of a new one; pass the file that `tacit ceremony new` wrote"
    )]
    NotInitial,
    /// The initial key is of another circuit.
    #[error("{0}")]
    Circuit(#[from] ConvertError),
    /// The circuit is no system.
    #[error("{0}")]
    Rows(#[from] RowsError),
}

impl Initial {
    /// Computes the key: its file has the bytes that `snarkjs groth16 setup` writes.
    pub fn compute(
        circuit: &CircomR1cs,
        powers: &Powers<'_>,
        watch: Watch<'_>,
    ) -> Result<Self, InitialError> {
        let origin = Origin::Computed { powers: powers.digest(), development: powers.is_development() };
        let digest = circuit.to_r1cs()?.digest();
        let bases = Bases::read(circuit, powers)?;
        let zkey = bases.key(circuit, watch)?;
        Ok(Self { zkey, origin, circuit: digest })
    }

    /// Takes a file for the initial key of a circuit because the caller computed it, or trusts who did: A and B are compared with
    /// the circuit, C is not.
    pub fn trusted(zkey: Zkey, circuit: &CircomR1cs) -> Result<Self, InitialError> {
        let parts = zkey.parts();
        let new = parts.ceremony.as_ref().is_some_and(|ceremony| ceremony.contributions.is_empty());
        let ones = parts.delta_g1.is_generator() && parts.vk.delta_g2.is_generator();
        if !(new && ones && parts.vk.gamma_g2.is_generator()) {
            return Err(InitialError::NotInitial);
        }
        zkey.check_circuit(circuit)?;
        Ok(Self { zkey, origin: Origin::Trusted, circuit: circuit.to_r1cs()?.digest() })
    }

    /// The key.
    #[must_use]
    pub const fn zkey(&self) -> &Zkey {
        &self.zkey
    }

    /// What it is known from.
    #[must_use]
    pub const fn origin(&self) -> Origin {
        self.origin
    }
}

trait IsGenerator {
    fn is_generator(&self) -> bool;
}

impl<C: Group> IsGenerator for Affine<C> {
    fn is_generator(&self) -> bool {
        *self == Self::generator()
    }
}

/// The field has roots of unity of twice this order.
const LARGEST_LOG: u32 = 27;

/// The points that everything is a combination of.
struct Bases {
    alpha_g1: G1Affine,
    beta_g1: G1Affine,
    beta_g2: G2Affine,
    lagrange: Vec<G1Affine>,
    lagrange_g2: Vec<G2Affine>,
    alpha: Vec<G1Affine>,
    beta: Vec<G1Affine>,
    h: Vec<G1Affine>,
    /// `[τⁿ⁺ⁱ − τⁱ]₁`, as many as are hashed.
    hashed: Vec<G1Affine>,
}

impl Bases {
    fn read(circuit: &CircomR1cs, powers: &Powers<'_>) -> Result<Self, InitialError> {
        let rows = circuit.num_constraints() as u64 + circuit.num_public() as u64 + 1;
        let n = rows.max(2).next_power_of_two();
        let log = n.trailing_zeros();
        if log > LARGEST_LOG {
            return Err(InitialError::TooLarge);
        }
        // One point more than n − 1 in whole pieces of 2^14.
        let hashed = if log > 14 { n } else { n - 1 };
        let needed = if log > 14 { log + 1 } else { log };
        let file = powers.file();
        if file.power().log() < needed {
            return Err(InitialError::TooFewPowers { needed, found: file.power().log() });
        }
        if !file.is_prepared() {
            return Err(InitialError::NotPrepared);
        }
        let read = || {
            let low = file.tau_g1(0..hashed)?;
            let high = file.tau_g1(n..n + hashed)?;
            let differences: Vec<G1Projective> =
                high.iter().zip(&low).map(|(high, low)| high.into_group() - low).collect();
            Ok(Self {
                alpha_g1: file.alpha_g1(0..1)?[0],
                beta_g1: file.beta_g1(0..1)?[0],
                beta_g2: file.beta_g2()?,
                lagrange: file.lagrange_tau_g1(log)?,
                lagrange_g2: file.lagrange_tau_g2(log)?,
                alpha: file.lagrange_alpha_g1(log)?,
                beta: file.lagrange_beta_g1(log)?,
                h: file.lagrange_tau_g1(log + 1)?.into_iter().skip(1).step_by(2).collect(),
                hashed: G1Projective::normalize_batch(&differences),
            })
        };
        read().map_err(InitialError::Powers)
    }

    fn key(self, circuit: &CircomR1cs, watch: Watch<'_>) -> Result<Zkey, InitialError> {
        let Entries { columns, coefficients } = Entries::of(circuit);
        let combine = Combine::new(&columns, watch);
        let a = combine.in_g1(&[(0, &self.lagrange)]);
        let b_g1 = combine.in_g1(&[(1, &self.lagrange)]);
        let b_g2 = combine.in_g2(1, &self.lagrange_g2);
        let mut l = combine.in_g1(&[(0, &self.beta), (1, &self.alpha), (2, &self.lagrange)]);
        let private = l.split_off(circuit.num_public() + 1);
        let ic = core::mem::replace(&mut l, private);

        let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
        let mut hash = Blake2b::new();
        hash.points(&[self.alpha_g1, self.beta_g1]);
        hash.points(&[self.beta_g2, g2]);
        hash.point(&g1);
        hash.point(&g2);
        hash.count(ic.len());
        hash.points(&ic);
        hash.count(self.h.len() - 1);
        hash.points(&self.hashed);
        for list in [&l, &a, &b_g1] {
            hash.count(list.len());
            hash.points(list);
        }
        hash.count(b_g2.len());
        hash.points(&b_g2);
        let ceremony = Ceremony { circuit_hash: hash.finish(), contributions: Vec::new() };
        let vk = tacit_prover::VerifyingKey::<Bn254> {
            alpha_g1: self.alpha_g1,
            beta_g2: self.beta_g2,
            gamma_g2: g2,
            delta_g2: g2,
            gamma_abc_g1: ic,
        };
        let beta_g1 = self.beta_g1;
        let (h, ceremony) = (self.h, Some(ceremony));
        Ok(Zkey::new(ZkeyParts { vk, beta_g1, delta_g1: g1, coefficients, a, b_g1, b_g2, l, h, ceremony })?)
    }
}
