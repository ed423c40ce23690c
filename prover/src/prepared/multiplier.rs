//! A scalar, taken apart for multiplications in lockstep.
//!
//! With the endomorphism `φ(x, y) = (βx, y) = λ·(x, y)` of G1 and a short lattice basis, `k = k₀ + λ·k₁` with `|kᵢ| < 2^128`. Each
//! half, made odd by adding one where it is even, is written with digits that are never zero:
//!
//! ```text
//! kᵢ + (1 if even) = Σ_w d_w 16^w,   d_w ∈ {±1, ±3, …, ±15}
//! ```
//!
//! so that eight different scalars take the same steps. Source: M. Joye, M. Tunstall, *Exponent recoding and regular
//! exponentiation algorithms*, AFRICACRYPT 2009; R. Gallant, R. Lambert, S. Vanstone, CRYPTO 2001.

use ark_bn254::{Fr, g1};
use ark_ec::scalar_mul::glv::GLVConfig;
use ark_ff::PrimeField;

/// Digits of a half: 32 of four bits, and one for what is left.
pub(super) const DIGITS: usize = 33;

/// A scalar and its digits.
#[derive(Clone)]
pub struct Multiplier {
    pub(super) scalar: Fr,
    /// Digits of both halves, signs included, least significant first.
    pub(super) digits: [[i8; DIGITS]; 2],
    /// What was added to each half, its sign included: 0, 1 or −1.
    pub(super) excess: [i8; 2],
}

impl Multiplier {
    /// Takes a scalar apart.
    #[must_use]
    pub fn new(scalar: Fr) -> Self {
        let (first, second) = g1::Config::scalar_decomposition(scalar);
        let halves = [first, second].map(|(positive, half)| recode(positive, half));
        Self { scalar, digits: halves.map(|half| half.0), excess: halves.map(|half| half.1) }
    }
}

fn recode(positive: bool, half: Fr) -> ([i8; DIGITS], i8) {
    let words = half.into_bigint().0;
    assert!(words[2] == 0 && words[3] == 0, "halves of a scalar are short");
    let (sign, excess) = (if positive { 1 } else { -1 }, (words[0] & 1 ^ 1) as i8);
    let mut rest = u128::from(words[1]) << 64 | u128::from(words[0]) | 1;
    let mut digits = [0; DIGITS];
    for digit in &mut digits[..DIGITS - 1] {
        let low = (rest & 31) as i8 - 16;
        *digit = sign * low;
        // (rest − low) / 16, which is odd: the low bits of `rest` are `low + 16`.
        rest = rest >> 4 & !1 | 1;
    }
    digits[DIGITS - 1] = sign * rest as i8;
    (digits, sign * excess)
}

#[cfg(test)]
mod tests {
    use ark_ff::{AdditiveGroup, Field, UniformRand};
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn digits_add_up() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let lambda = <g1::Config as GLVConfig>::LAMBDA;
        let mut scalars = vec![Fr::ZERO, Fr::ONE, -Fr::ONE, Fr::from(2), -Fr::from(2), lambda, -lambda];
        scalars.extend((0..254).flat_map(|bit| {
            let power = Fr::from(2).pow([bit]);
            [power, power - Fr::ONE, -power]
        }));
        scalars.extend((0..500).map(|_| Fr::rand(&mut rng)));
        for scalar in scalars {
            let multiplier = Multiplier::new(scalar);
            let half = |half: usize| {
                let digits = multiplier.digits[half].iter().rev();
                assert!(digits.clone().all(|d| d % 2 != 0 && d.abs() < 16));
                let sum = digits.fold(Fr::ZERO, |sum, &digit| sum * Fr::from(16) + Fr::from(digit));
                sum - Fr::from(multiplier.excess[half])
            };
            assert_eq!(half(0) + lambda * half(1), scalar);
        }
    }
}
