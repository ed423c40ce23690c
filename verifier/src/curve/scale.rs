//! Many points of G1, each times a random scalar of its own of 128 bits.
//!
//! A [`Coefficient`] is `r = l + λ·h` with odd `l, h` between −2⁶⁴ and 2⁶⁴, where λ is the eigenvalue of the endomorphism
//! `(x, y) → (βx, y)`. The 2¹²⁸ pairs give 2¹²⁸ different scalars, none of them 0: `u + λv ≡ 0` modulo the group's order makes
//! `u² − uv + v²` a multiple of that order, and if both parts are below 2¹²⁵, the only such multiple is 0. So for soundness `r` is as
//! good as a uniform scalar of 128 bits, and two halves of 64 bits, side by side, take half the doublings.
//!
//! Both halves are written in base 16 with odd digits −15, −13, …, 15: `2k + 1 − 2⁶⁴ = Σ (2kᵢ − 15)·16ⁱ` for `k = Σ kᵢ·16ⁱ`. The
//! odd multiples of each point are in a table; sums of points are affine, and all points share each inversion.
//!
//! **No addition is exceptional** for points of the group's order. A sum before an addition is `16a·P + 16b·λP`, to which `d·P` is
//! added, or `(16a + d)·P + 16b·λP`, to which `d'·λP` is, with a, b, d, d' odd. By the argument above equal or opposite points
//! have equal or opposite parts; but 16a is no ±d, and 16a + d is not 0.
//!
//! Not checked here: that the points are of the curve and not the identity (their reader).

use alloc::vec::Vec;

use ark_bn254::g1::Config;
use ark_bn254::{Fq, Fr, G1Affine};
use ark_ec::scalar_mul::glv::GLVConfig;
use ark_ff::{AdditiveGroup, Field};

use super::inversion::invert_all;

/// Bits of a digit.
const WINDOW: usize = 4;
/// Digits of each half.
const DIGITS: usize = 64 / WINDOW;
/// Odd multiples of a point: 1, 3, …, 15.
const TABLE: usize = 1 << (WINDOW - 1);

/// A random scalar for one proof of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Coefficient {
    low: u64,
    high: u64,
}

impl Coefficient {
    /// The coefficient `(2·low + 1 − 2⁶⁴) + λ·(2·high + 1 − 2⁶⁴)`.
    pub(crate) fn from_parts(low: u64, high: u64) -> Self {
        Self { low, high }
    }

    /// What [`from_parts`](Self::from_parts) was given.
    #[cfg(feature = "kernels")]
    pub(crate) const fn parts(self) -> (u64, u64) {
        (self.low, self.high)
    }

    /// Sizes and signs of both odd numbers; true for a negative one.
    pub(crate) fn halves(self) -> [(u64, bool); 2] {
        [self.low, self.high].map(|k| {
            // 2k + 1 − 2⁶⁴ is negative for k below 2⁶³.
            let odd = k.wrapping_mul(2).wrapping_add(1);
            if k >> 63 == 0 { (odd.wrapping_neg(), true) } else { (odd, false) }
        })
    }

    /// The scalar.
    pub(crate) fn to_field(self) -> Fr {
        let half = |k: u64| Fr::from(2 * u128::from(k) + 1) - Fr::from(1u128 << 64);
        half(self.low) + half(self.high) * Config::LAMBDA
    }
}

/// The points times their coefficients. None may be the identity.
pub(crate) fn scaled(points: &[(Coefficient, G1Affine)]) -> Vec<G1Affine> {
    let mut room = Room::default();
    let table = odd_multiples(points, &mut room);
    let n = points.len();
    // d·P or d·λP for the digit at `place`.
    let addend = |i: usize, place: usize, endomorphism: bool| {
        let (coefficient, _) = points[i];
        let half = if endomorphism { coefficient.high } else { coefficient.low };
        let digit = 2 * (half >> (WINDOW * place) & 15) as i32 - 15;
        let entry: &(Fq, Fq) = &table[i * TABLE + (digit.unsigned_abs() as usize - 1) / 2];
        let x = if endomorphism { entry.0 * Config::ENDO_COEFFS[0] } else { entry.0 };
        (x, if digit < 0 { -entry.1 } else { entry.1 })
    };
    let mut sums: Vec<(Fq, Fq)> = (0..n).map(|i| addend(i, DIGITS - 1, false)).collect();
    room.add(&mut sums, |i| addend(i, DIGITS - 1, true));
    for place in (0..DIGITS - 1).rev() {
        for _ in 0..WINDOW {
            room.double(&mut sums);
        }
        room.add(&mut sums, |i| addend(i, place, false));
        room.add(&mut sums, |i| addend(i, place, true));
    }
    sums.into_iter().map(|(x, y)| G1Affine::new_unchecked(x, y)).collect()
}

/// `P, 3P, …, 15P` of each point in turn.
fn odd_multiples(points: &[(Coefficient, G1Affine)], room: &mut Room) -> Vec<(Fq, Fq)> {
    let once: Vec<(Fq, Fq)> = points.iter().map(|(_, point)| (point.x, point.y)).collect();
    let mut twice = once.clone();
    room.double(&mut twice);
    let (mut multiples, mut table) = (once, Vec::new());
    table.resize(points.len() * TABLE, (Fq::ZERO, Fq::ZERO));
    for k in 0..TABLE {
        if k > 0 {
            room.add(&mut multiples, |i| twice[i]);
        }
        for (i, multiple) in multiples.iter().enumerate() {
            table[i * TABLE + k] = *multiple;
        }
    }
    table
}

/// Affine steps of many points, and room for their inversions.
#[derive(Default)]
struct Room {
    denominators: Vec<Fq>,
    products: Vec<Fq>,
}

impl Room {
    fn double(&mut self, points: &mut [(Fq, Fq)]) {
        self.denominators.clear();
        self.denominators.extend(points.iter().map(|(_, y)| y.double()));
        invert_all(&mut self.denominators, &mut self.products);
        for ((x, y), inverse) in points.iter_mut().zip(&self.denominators) {
            let square = x.square();
            let slope = (square.double() + square) * inverse;
            let next = slope.square() - x.double();
            *y = slope * (*x - next) - *y;
            *x = next;
        }
    }

    fn add(&mut self, points: &mut [(Fq, Fq)], addend: impl Fn(usize) -> (Fq, Fq)) {
        self.denominators.clear();
        self.denominators.extend(points.iter().enumerate().map(|(i, (x, _))| *x - addend(i).0));
        invert_all(&mut self.denominators, &mut self.products);
        for (i, ((x, y), inverse)) in points.iter_mut().zip(&self.denominators).enumerate() {
            let (added_x, added_y) = addend(i);
            let slope = (*y - added_y) * inverse;
            let next = slope.square() - *x - added_x;
            *y = slope * (*x - next) - *y;
            *x = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::G1Projective;
    use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
    use ark_ff::UniformRand;
    use rand_chacha::ChaCha20Rng;
    use rand_core::{RngCore, SeedableRng};

    #[test]
    fn scaling_is_multiplication_by_the_scalar() {
        let mut rng = ChaCha20Rng::seed_from_u64(15);
        let special = [0, 1, u64::MAX, 1 << 63, (1 << 63) - 1, 0x7777_7777_7777_7777, 0x8888_8888_8888_8888];
        let mut parts: Vec<(u64, u64)> = special.iter().flat_map(|a| special.map(|b| (*a, b))).collect();
        parts.extend((0..50).map(|_| (rng.next_u64(), rng.next_u64())));
        let points: Vec<_> = parts
            .into_iter()
            .map(|(low, high)| {
                let point = (G1Projective::generator() * Fr::rand(&mut rng)).into_affine();
                (Coefficient::from_parts(low, high), point)
            })
            .collect();
        for ((coefficient, point), scaled) in points.iter().zip(scaled(&points)) {
            assert_eq!(*point * coefficient.to_field(), scaled, "{coefficient:?}");
        }
        assert!(scaled(&[]).is_empty());
    }

    /// λ and β belong together, and the norm of the head of the module is a multiple of r.
    #[test]
    fn the_endomorphism_multiplies_by_lambda() {
        let (point, lambda) = (G1Affine::generator(), Config::LAMBDA);
        assert_eq!(Config::endomorphism_affine(&point), point * lambda);
        assert_eq!(lambda.square() + lambda + Fr::from(1), Fr::from(0));
    }
}
