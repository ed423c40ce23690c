//! The point U at which both chains of additions start.
//!
//! The chains `S·B` and `8h·A` use incomplete additions, which hold as long as no two summands are equal up to sign. Each
//! chain therefore starts at a multiple of a point U, and both carry the same `2^127 · U` at their end, where it
//! cancels. A summand that meets the chain would give a relation between U and B or A:
//!
//! - **nobody knows the logarithm of U to the base B**, because U comes out of a hash;
//! - **nobody knows the logarithm of U to the base A**, for a listed key A, because its owner proves that he knows A's
//!   logarithm to the base B. With `A = 2^-129 · U`, which is a point of order l like any other, the chain of `8h·A` starts
//!   at its first summand, a slope is free, and signatures can be forged (`tests/resident_id/forged_keys.rs`).
//!
//! So U serves nothing else. `P = (u, v)` with `u = hash_to_field("tacit/chain-origin/v1", counter)` (64 bits, big-endian) for the
//! first counter 0, 1, .. for which `u³ + A u² + u` is a square, `v` its even root (as an integer 0..r); `U = 8 P`. The test
//! recomputes it from the definition and pins the coordinates.

use std::sync::OnceLock;

use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{BigInteger, Field, PrimeField};
use tacit_credential::Fr;
use tacit_credential::baby_jubjub::{self, Affine, MONTGOMERY_A, Projective, Scalar};
use tacit_credential::field::hash_to_field;

/// The tag from which U is made.
pub const TAG: &str = "tacit/chain-origin/v1";
/// Doublings of U that both chains carry at their end.
const DOUBLINGS: u64 = 127;
/// Doublings in the chain of a variable base.
pub(super) const VARIABLE_BASE_STEPS: u64 = 254;

/// Points that the chains start from.
pub(super) struct Starts {
    /// `2^127 · U`.
    pub(super) fixed_base: Affine,
    /// `2^-127 · U`, which 254 doublings bring to `2^127 · U`.
    pub(super) variable_base: Affine,
}

/// U.
pub fn origin() -> Affine {
    static ORIGIN: OnceLock<Affine> = OnceLock::new();
    *ORIGIN.get_or_init(|| (0u64..).find_map(candidate).unwrap_or_default())
}

fn candidate(counter: u64) -> Option<Affine> {
    let u = hash_to_field(TAG, &[&counter.to_be_bytes()]);
    let root = (u * u * u + Fr::from(MONTGOMERY_A) * u * u + u).sqrt()?;
    let v = if root.into_bigint().is_odd() { -root } else { root };
    let point = Projective::from(baby_jubjub::from_montgomery(u, v)?);
    let cleared = (point * Scalar::from(8u64)).into_affine();
    (!cleared.is_zero()).then_some(cleared)
}

/// The two starts.
pub(super) fn starts() -> &'static Starts {
    static STARTS: OnceLock<Starts> = OnceLock::new();
    STARTS.get_or_init(|| {
        let up = Scalar::from(2u64).pow([DOUBLINGS]);
        let down = Scalar::from(2u64).pow([VARIABLE_BASE_STEPS - DOUBLINGS]).inverse().unwrap_or_default();
        Starts { fixed_base: (origin() * up).into_affine(), variable_base: (origin() * down).into_affine() }
    })
}

/// Montgomery coordinates of a constant point.
///
/// # Panics
/// For the two points that have none, which no constant here is.
pub(super) fn montgomery(point: &Affine) -> (Fr, Fr) {
    baby_jubjub::to_montgomery(point).expect("a constant of the circuit has Montgomery coordinates")
}
