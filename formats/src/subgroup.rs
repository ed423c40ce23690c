//! Whether many points of the curve of G2 have order r, at a small part of the price of asking each.
//!
//! The curve has `r·h` points, where the smallest prime factor of `h` is 10,069. With random `0 ≤ cᵢ < 2ᵏ`,
//! `k ≤ 13`, test whether `Σ cᵢ·Pᵢ` has order r. If some `Pᵢ` has not, then whatever the other terms are, at
//! most one value of `cᵢ` passes: the difference of two would be a number below 10,069 that is a multiple of
//! the order of the part of `Pᵢ` outside the subgroup, which has no prime factor below 10,069. So a round
//! errs with probability at most `2⁻ᵏ`, and [`rounds`] of them with `2⁻¹³⁰`.
//!
//! The `cᵢ` come from a hash of all points: whoever makes a file chooses the points first, and the answer is
//! the same each time. It is wrong only for a file that somebody found by `2¹³⁰` trials; points of order r
//! always pass.

use ark_bn254::{Fq, G2Affine, G2Projective};
use ark_ec::CurveGroup;
use ark_ff::AdditiveGroup;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// The binary logarithm of the probability of an error, negated.
const SECURITY: u32 = 130;
/// Fewer points are asked one by one: each round ends with such a question.
const FEW: usize = 64;
/// `2^13` is below 10,069.
const MOST_BITS: u32 = 13;

/// Of points on the curve.
pub(crate) fn all_in_subgroup(points: &[G2Affine]) -> bool {
    if points.len() < FEW {
        return points.iter().all(G2Affine::is_in_correct_subgroup_assuming_on_curve);
    }
    let (bits, seed) = (bits(points.len()), seed(points));
    (0..rounds(bits)).into_par_iter().all(|round| {
        let mut rng = ChaCha20Rng::from_seed(seed);
        rng.set_stream(round.into());
        combination(points, bits, &mut rng).into_affine().is_in_correct_subgroup_assuming_on_curve()
    })
}

/// Bits of a factor: more mean fewer rounds, but twice as many buckets.
fn bits(points: usize) -> u32 {
    (points.ilog2() - 2).clamp(1, MOST_BITS)
}

fn rounds(bits: u32) -> u32 {
    SECURITY.div_ceil(bits)
}

fn seed(points: &[G2Affine]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"tacit/formats/subgroup/v1");
    let mut coordinate = |element: &Fq| element.0.0.iter().for_each(|limb| hasher.update(limb.to_le_bytes()));
    for point in points {
        [point.x.c0, point.x.c1, point.y.c0, point.y.c1].iter().for_each(&mut coordinate);
    }
    hasher.finalize().into()
}

/// `Σ cᵢ·Pᵢ`: points of equal factors are added first, then `Σ_c c·B_c = Σ_c (B_c + B_(c+1) + …)`.
fn combination(points: &[G2Affine], bits: u32, rng: &mut ChaCha20Rng) -> G2Projective {
    let mut buckets = vec![G2Projective::ZERO; 1 << bits];
    for point in points {
        buckets[(rng.next_u32() >> (32 - bits)) as usize] += point;
    }
    let (mut running, mut sum) = (G2Projective::ZERO, G2Projective::ZERO);
    for bucket in buckets[1..].iter().rev() {
        running += bucket;
        sum += running;
    }
    sum
}

#[cfg(test)]
mod tests {
    use ark_bn254::g2;
    use ark_ec::{AffineRepr, CurveConfig};

    use super::*;
    use crate::point::tests::outside_subgroup;

    fn multiples(count: u64) -> Vec<G2Affine> {
        let all: Vec<_> = (1..=count).map(|k| G2Affine::generator() * ark_bn254::Fr::from(k)).collect();
        G2Projective::normalize_batch(&all)
    }

    /// Whatever the error's probability rests on.
    #[test]
    fn no_prime_below_the_bound_divides_the_cofactor() {
        let remainder = |divisor: u64| {
            let limbs = g2::Config::COFACTOR.iter().rev();
            limbs.fold(0_u128, |rest, limb| ((rest << 64) | u128::from(*limb)) % u128::from(divisor))
        };
        assert_eq!((2..10_069).find(|divisor| remainder(*divisor) == 0), None);
        assert_eq!(remainder(10_069), 0);
        const { assert!(1 << MOST_BITS < 10_069) };
        for points in [FEW, 100, 1 << 13, 1 << 20] {
            assert!(bits(points) * rounds(bits(points)) >= SECURITY);
        }
    }

    #[test]
    fn one_point_outside_is_found_wherever_it_stands() {
        let bad = outside_subgroup();
        for count in [0, 1, 62, 63, 64, 300] {
            let good = multiples(count);
            assert!(all_in_subgroup(&good), "{count}");
            for at in [0, count as usize / 2, count as usize] {
                let mut points = good.clone();
                points.insert(at, bad);
                assert!(!all_in_subgroup(&points), "{count}, {at}");
            }
        }
    }

    /// Parts outside the subgroup that cancel in the sum of all, as an enemy would have them.
    #[test]
    fn points_that_cancel_are_found() {
        let bad = outside_subgroup();
        for pairs in [4, 32, 200] {
            let points: Vec<_> = (0..pairs).flat_map(|_| [bad, -bad]).collect();
            assert!(!all_in_subgroup(&points));
            assert!(!all_in_subgroup(&vec![bad; 2 * pairs]));
        }
        // Of the smallest order that there is: 10,069.
        let mut factor = g2::Config::COFACTOR.to_vec();
        let mut rest = 0_u128;
        for limb in factor.iter_mut().rev() {
            let value = (rest << 64) | u128::from(*limb);
            (*limb, rest) = ((value / 10_069) as u64, value % 10_069);
        }
        let r: Vec<u64> = <ark_bn254::Fr as ark_ff::PrimeField>::MODULUS.0.to_vec();
        let small = bad.mul_bigint(r).into_affine().mul_bigint(factor).into_affine();
        assert!(!small.is_zero() && small.mul_bigint([10_069_u64]).into_affine().is_zero());
        for count in [8, 64, 1000] {
            let mut points = multiples(count);
            points[3] = (points[3] + small).into_affine();
            assert!(!all_in_subgroup(&points));
            points[5] = (points[5] - small).into_affine();
            assert!(!all_in_subgroup(&points));
        }
    }
}
