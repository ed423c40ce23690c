//! The Groth16 check, for any circuit with one public input.
//!
//! ```text
//! e(A, B) = e(alpha, beta) · e(IC₀ + x·IC₁, gamma) · e(C, delta)
//! ```
//!
//! `A, B, C` is the proof, `x` the public input, the rest the [verifying key](crate::VerifyingKey). The three
//! pairings share one Miller loop and one final exponentiation; `e(alpha, beta)`, the lines of `−gamma` and
//! `−delta` and a table of multiples of `IC₁` are computed when the key is loaded. Many proofs of one key: [`batch`](crate::batch).
//!
//! **Encodings.** A proof is 128 bytes: `A` (32), `B` (64), `C` (32), compressed points. The public input is a
//! field element and so canonical by its type: `x + r` cannot be expressed here; whoever parses one from bytes
//! must refuse it.
//!
//! **Not checked here**: what `x` means. A valid proof says nothing until somebody has recomputed `x` from a
//! request of their own, which is what [`Verifier`](crate::Verifier) does; almost nobody should call this
//! module directly. Nor does it notice replays: anyone can turn a proof into another valid one for the same
//! `x`, so that proof bytes identify nothing.
//!
//! Source: J. Groth, *On the Size of Pairing-based Non-interactive Arguments*, EUROCRYPT 2016, section 3.2.

use ark_bn254::{Bn254, Fq12, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::CurveGroup;
use ark_ec::bn::G2Prepared;
use ark_ec::pairing::{MillerLoopOutput, Pairing, PairingOutput};
pub use tacit_credential::presentation::PROOF_BYTES;

use crate::curve::fixed_base::FixedBase;
use crate::curve::miller::{self, Lines};
use crate::curve::points::{self, PointError};

/// A Groth16 proof: three points that were each checked (canonical, on the curve, of order r, not the identity).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    a: G1Affine,
    b: G2Affine,
    c: G1Affine,
}

/// One of the three points of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// The first point, in G1.
    A,
    /// The second point, in G2.
    B,
    /// The third point, in G1.
    C,
}

impl core::fmt::Display for Element {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        })
    }
}

/// Why bytes are no proof of a public input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// Not exactly 128 bytes.
    #[error("a proof has {PROOF_BYTES} bytes, these are {found}; check that it was copied whole")]
    Length {
        /// Bytes found.
        found: usize,
    },
    /// One of the three points is none.
    #[error("point {element} of the proof: {cause}")]
    Point {
        /// Which point.
        element: Element,
        /// What is wrong with it.
        cause: PointError,
    },
    /// Well formed, but it does not prove this public input under this key.
    #[error(
        "the proof does not hold for these public values and this key; ask the holder for a new presentation"
    )]
    Invalid,
}

/// A proof whose B is known to lie on the twist, and perhaps not in G2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) a: G1Affine,
    pub(crate) b: G2Affine,
    pub(crate) c: G1Affine,
}

/// What a B outside G2 is refused with.
pub(crate) const B_OUTSIDE: ProofError =
    ProofError::Point { element: Element::B, cause: PointError::OutsideSubgroup };

impl Candidate {
    /// Reads a proof; every point is checked, but not that B is of G2: [`Candidate::check`] does that, or a Miller loop.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, ProofError> {
        let bytes: &[u8; PROOF_BYTES] =
            bytes.try_into().map_err(|_| ProofError::Length { found: bytes.len() })?;
        let at = |element| move |cause| ProofError::Point { element, cause };
        let (mut a, mut b, mut c) = ([0; points::G1_BYTES], [0; points::G2_BYTES], [0; points::G1_BYTES]);
        a.copy_from_slice(&bytes[..32]);
        b.copy_from_slice(&bytes[32..96]);
        c.copy_from_slice(&bytes[96..]);
        Ok(Self {
            a: points::read_g1(&a).map_err(at(Element::A))?,
            // B costs most, so the cheap points go first.
            c: points::read_g1(&c).map_err(at(Element::C))?,
            b: points::read_twist(&b).map_err(at(Element::B))?,
        })
    }

    /// The proof, if B is of G2.
    pub(crate) fn check(self) -> Result<Proof, ProofError> {
        points::check_subgroup(&self.b).map_err(|_| B_OUTSIDE)?;
        Ok(Proof { a: self.a, b: self.b, c: self.c })
    }
}

impl Proof {
    /// Reads a proof; every point is checked.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProofError> {
        Candidate::from_bytes(bytes)?.check()
    }

    /// The 128 bytes of [`Proof::from_bytes`].
    pub fn to_bytes(&self) -> [u8; PROOF_BYTES] {
        let mut bytes = [0; PROOF_BYTES];
        bytes[..32].copy_from_slice(&points::write_g1(&self.a));
        bytes[32..96].copy_from_slice(&points::write_g2(&self.b));
        bytes[96..].copy_from_slice(&points::write_g1(&self.c));
        bytes
    }
}

/// The parts of a key that every check needs, computed once.
#[derive(Clone)]
pub(crate) struct Prepared {
    ic: [G1Affine; 2],
    /// Of `IC₁`.
    multiples: FixedBase,
    alpha_beta: PairingOutput<Bn254>,
    minus_gamma: Lines,
    minus_delta: Lines,
}

impl Prepared {
    /// Precondition: all points checked.
    pub(crate) fn new(
        alpha: G1Affine,
        beta: G2Affine,
        gamma: G2Affine,
        delta: G2Affine,
        ic: [G1Affine; 2],
    ) -> Self {
        Self {
            multiples: FixedBase::new(ic[1]),
            ic,
            alpha_beta: Bn254::pairing(alpha, beta),
            minus_gamma: Lines::of(&-gamma),
            minus_delta: Lines::of(&-delta),
        }
    }

    /// The equation of the module's head.
    pub(crate) fn check(&self, proof: &Proof, public_input: &Fr) -> Result<(), ProofError> {
        let instance = self.multiples.add_multiple(self.ic[0].into(), public_input).into_affine();
        let fixed = [(instance, &self.minus_gamma), (proof.c, &self.minus_delta)];
        let value = miller::value(Some((&proof.a, &G2Prepared::from(proof.b))), &fixed);
        if finished(value) == Some(self.alpha_beta) { Ok(()) } else { Err(ProofError::Invalid) }
    }

    /// How far a combination of proofs is from holding: the left side of the module's equation, each proof's raised to its
    /// coefficient, over the right side. The identity if it holds; that of two combinations is the product of theirs.
    ///
    /// Takes the Miller value `Π e(rᵢAᵢ, Bᵢ)`, and the sums of coefficients, of coefficients times public inputs, and of coefficients
    /// times C.
    pub(crate) fn defect(&self, value: Fq12, sums: &Sums) -> PairingOutput<Bn254> {
        let instance = self.multiples.add_multiple(self.ic[0] * sums.coefficients, &sums.public_inputs);
        let fixed = [(instance.into_affine(), &self.minus_gamma), (sums.c.into_affine(), &self.minus_delta)];
        // No product of lines of points of G2 is zero.
        let left = finished(value * miller::value(None, &fixed)).unwrap_or_default();
        left - self.alpha_beta * sums.coefficients
    }
}

/// What a combination of proofs adds up to, apart from its Miller value.
pub(crate) struct Sums {
    pub(crate) coefficients: Fr,
    pub(crate) public_inputs: Fr,
    pub(crate) c: G1Projective,
}

/// `None` for a value of zero, which points of order r never give.
fn finished(value: Fq12) -> Option<PairingOutput<Bn254>> {
    Bn254::final_exponentiation(MillerLoopOutput(value))
}
