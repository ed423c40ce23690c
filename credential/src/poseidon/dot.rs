//! Dot products with one Montgomery reduction in place of one for each product.
//!
//! Elements are held as x·R modulo r with R = 2²⁵⁶, four 64-bit limbs, little-endian. For N pairs below r the sum of products is
//! below `N·r² < N·2^507.2`, so it fits in 512 bits for N ≤ 27. The reduction adds m·r with m < R and divides by R: the
//! result is below `N·r²/R + r < (0.19·N + 1)·r`, so ⌈0.19·N⌉ conditional subtractions finish it; N ≤ 9 needs two.
//!
//! Source: Montgomery, "Modular multiplication without trial division", 1985; the lazy sum is folklore.

use crate::field::Fr;
use ark_ff::{BigInt, PrimeField};

const MODULUS: [u64; 4] = Fr::MODULUS.0;
/// −1/r modulo 2⁶⁴.
const NEGATIVE_INVERSE: u64 = Fr::INV;

/// `Σ aᵢ·bᵢ`, at most nine products.
#[inline]
pub(super) fn dot<const N: usize>(a: &[Fr; N], b: &[Fr; N]) -> Fr {
    const { assert!(N <= 9, "two subtractions suffice for nine products") };
    let mut sum = [0u64; 8];
    for (a, b) in a.iter().zip(b) {
        add_scaled_rows(&mut sum, &a.0.0, &b.0.0);
    }
    reduce(sum)
}

/// `sum += a·b`. No carry leaves the eighth limb as long as the whole sum is below 2⁵¹².
#[inline(always)]
fn add_scaled_rows(sum: &mut [u64; 8], a: &[u64; 4], b: &[u64; 4]) {
    let mut top = 0;
    for i in 0..4 {
        let mut carry = 0;
        for j in 0..4 {
            sum[i + j] = multiply_add(sum[i + j], a[i], b[j], &mut carry);
        }
        sum[i + 4] = add(sum[i + 4], carry, &mut top);
    }
}

/// `sum / R` modulo r, canonical.
#[inline(always)]
fn reduce(mut sum: [u64; 8]) -> Fr {
    let mut top = 0;
    for i in 0..4 {
        let factor = sum[i].wrapping_mul(NEGATIVE_INVERSE);
        let mut carry = 0;
        for j in 0..4 {
            sum[i + j] = multiply_add(sum[i + j], factor, MODULUS[j], &mut carry);
        }
        sum[i + 4] = add(sum[i + 4], carry, &mut top);
    }
    let once = subtract_modulus([sum[4], sum[5], sum[6], sum[7]]);
    Fr::new_unchecked(BigInt::new(subtract_modulus(once)))
}

/// `x − r` if that is not negative, else x.
#[inline(always)]
fn subtract_modulus(x: [u64; 4]) -> [u64; 4] {
    let mut difference = [0; 4];
    let mut borrow = false;
    for i in 0..4 {
        let (partial, below) = x[i].overflowing_sub(MODULUS[i]);
        let (limb, below_again) = partial.overflowing_sub(u64::from(borrow));
        difference[i] = limb;
        borrow = below | below_again;
    }
    if borrow { x } else { difference }
}

/// Low half of `x + a·b + carry`; the high half becomes the carry.
#[inline(always)]
fn multiply_add(x: u64, a: u64, b: u64, carry: &mut u64) -> u64 {
    let wide = u128::from(x) + u128::from(a) * u128::from(b) + u128::from(*carry);
    *carry = (wide >> 64) as u64;
    wide as u64
}

/// Low half of `x + y + carry`; the high half becomes the carry.
#[inline(always)]
fn add(x: u64, y: u64, carry: &mut u64) -> u64 {
    let wide = u128::from(x) + u128::from(y) + u128::from(*carry);
    *carry = (wide >> 64) as u64;
    wide as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::{AdditiveGroup, Field, UniformRand};
    use rand::{Rng, SeedableRng};

    fn agrees<const N: usize>(a: [Fr; N], b: [Fr; N]) {
        let expected: Fr = a.iter().zip(&b).map(|(a, b)| *a * b).sum();
        assert_eq!(dot(&a, &b), expected, "{N} products");
        assert!(dot(&a, &b).0 < Fr::MODULUS, "the result is canonical");
    }

    /// Elements whose limbs in memory are extreme: all ones where the modulus allows, r − 1, a carry through every limb.
    fn extremes() -> Vec<Fr> {
        let mut all = vec![Fr::ZERO, Fr::ONE, -Fr::ONE, Fr::new_unchecked(BigInt::new([1, 0, 0, 0]))];
        let mut largest = MODULUS;
        largest[0] -= 1;
        let below_top = [u64::MAX, u64::MAX, u64::MAX, MODULUS[3] - 1];
        for limbs in
            [largest, below_top, [u64::MAX, 0, 0, 0], [u64::MAX, u64::MAX, 0, 0], [0, 0, 0, MODULUS[3]]]
        {
            all.push(Fr::new_unchecked(BigInt::new(limbs)));
        }
        all
    }

    #[test]
    fn extreme_limbs() {
        for x in extremes() {
            for y in extremes() {
                agrees([x], [y]);
                agrees([x; 2], [y; 2]);
                agrees([x; 9], [y; 9]);
            }
        }
    }

    #[test]
    fn random_mixtures() {
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(11);
        let extremes = extremes();
        for _ in 0..2000 {
            let mut draw = || {
                if rng.r#gen() { Fr::rand(&mut rng) } else { extremes[rng.gen_range(0..extremes.len())] }
            };
            agrees::<9>(std::array::from_fn(|_| draw()), std::array::from_fn(|_| draw()));
            agrees::<5>(std::array::from_fn(|_| draw()), std::array::from_fn(|_| draw()));
        }
    }
}
