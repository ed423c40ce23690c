//! Multiples of a point that stays the same, from a table: 51 additions and no doubling.
//!
//! Row i holds `d·32ⁱ·P` for d = 1..32; 51 rows of 5 bits cover the 254 bits of a scalar. 102 kB a point.

use alloc::vec::Vec;

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::CurveGroup;
use ark_ff::PrimeField;

const WINDOW: usize = 5;
const ROWS: usize = (Fr::MODULUS_BIT_SIZE as usize).div_ceil(WINDOW);
const ROW: usize = (1 << WINDOW) - 1;

/// A point of G1 and its multiples.
#[derive(Clone)]
pub(crate) struct FixedBase(Vec<G1Affine>);

impl FixedBase {
    pub(crate) fn new(point: G1Affine) -> Self {
        let mut multiples = Vec::with_capacity(ROWS * ROW);
        let mut unit = G1Projective::from(point);
        for _ in 0..ROWS {
            let mut multiple = unit;
            for _ in 0..ROW {
                multiples.push(multiple);
                multiple += unit;
            }
            unit = multiple;
        }
        Self(G1Projective::normalize_batch(&multiples))
    }

    /// `start + scalar·P`.
    pub(crate) fn add_multiple(&self, start: G1Projective, scalar: &Fr) -> G1Projective {
        let limbs = scalar.into_bigint().0;
        let mut sum = start;
        for (row, multiples) in self.0.chunks_exact(ROW).enumerate() {
            let (limb, shift) = (row * WINDOW / 64, row * WINDOW % 64);
            let above = if shift + WINDOW > 64 && limb < 3 { limbs[limb + 1] << (64 - shift) } else { 0 };
            let digit = ((limbs[limb] >> shift | above) & ROW as u64) as usize;
            if digit > 0 {
                sum += &multiples[digit - 1];
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ec::{AffineRepr, PrimeGroup};
    use ark_ff::{AdditiveGroup, UniformRand};
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    #[test]
    fn multiples_are_those_of_arkworks() {
        let mut rng = ChaCha20Rng::seed_from_u64(14);
        let point = (G1Projective::generator() * Fr::rand(&mut rng)).into_affine();
        let base = FixedBase::new(point);
        let powers = (0..254).map(|k| {
            Fr::from_bigint(ark_ff::BigInt::<4>::new(core::array::from_fn(|i| {
                if i == k / 64 { 1 << (k % 64) } else { 0 }
            })))
        });
        let powers = powers.flatten().flat_map(|power| [power, power - Fr::from(1), -power]);
        for scalar in powers.chain((0..20).map(|_| Fr::rand(&mut rng))) {
            assert_eq!(base.add_multiple(G1Projective::ZERO, &scalar), point * scalar);
        }
        let start = G1Projective::generator();
        assert_eq!(base.add_multiple(start, &Fr::from(31)), start + point.mul_bigint([31_u64]));
    }
}
