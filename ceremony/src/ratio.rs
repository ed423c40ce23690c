//! Equal ratios, by pairings, one by one and for many points at once.
//!
//! `a : b = c : d` for `a, b` in G1 and `c, d` in G2 means `e(a, d) = e(b, c)`. For many pairs `(aᵢ, bᵢ)` the same is tested of
//! `Σ rᵢaᵢ` and `Σ rᵢbᵢ` with random `rᵢ` of 128 bits, which the one who made the points could not know: if one pair has another
//! ratio, the test passes with probability 2^-128.

use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::pairing::Pairing;
use ark_ec::short_weierstrass::{Affine, Projective};
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::Zero;
use rand_core::CryptoRngCore;

use crate::encoding::Group;

/// Whether `a : b = c : d`. The identity has no ratio to anything.
pub(crate) fn same(a: &G1Affine, b: &G1Affine, c: &G2Affine, d: &G2Affine) -> bool {
    if a.is_zero() || b.is_zero() || c.is_zero() || d.is_zero() {
        return false;
    }
    Bn254::multi_pairing([*a, -*b], [*d, *c]).is_zero()
}

/// Random factors of 128 bits.
pub(crate) fn factors(count: usize, rng: &mut impl CryptoRngCore) -> Vec<Fr> {
    let factor = |_| Fr::from(u128::from(rng.next_u64()) << 64 | u128::from(rng.next_u64()));
    (0..count).map(factor).collect()
}

/// `Σ rᵢPᵢ`.
pub(crate) fn sum<C: Group>(points: &[Affine<C>], factors: &[Fr]) -> Affine<C>
where
    Projective<C>: VariableBaseMSM<MulBase = Affine<C>, ScalarField = Fr>,
{
    Projective::<C>::msm_unchecked(points, factors).into_affine()
}
