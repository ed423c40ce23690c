//! Points of G1 times short scalars, one a lane.
//!
//! A [`ShortScalar`] is `a + λb` for odd `a`, `b` below 2^64 in magnitude, where λ is the eigenvalue of `φ(x, y) = (βx, y)`. In radix 16
//! their digits are odd, from −15 to 15: eight multiples of the point serve both, 60 doublings and 31 mixed additions do it.
//!
//! **As good as 128 random bits.** `λ² + λ + 1 = 0`, so that `a + λb = 0 (mod r)` makes `a² − ab + b²` a multiple of r; with `|a|, |b|` below
//! 2^125 the only such multiple is zero, and then `a = b = 0`. Two pairs that give one scalar differ by less than 2^66. So the 2^128 pairs
//! are 2^128 scalars, none of them zero; and a linear combination of values of order r, not all one, with such coefficients drawn
//! evenly, is one for at most one value of each coefficient when the others are fixed: with probability 2^-128.
//!
//! **No exceptions.** Every point computed on the way is `(k + λl)P` with `|k|, |l| < 2^66`, and two such are equal or opposite only if their
//! pairs are; the pairs that meet in an addition differ (`k` is a digit in one, and zero or above 15 in magnitude in the other). So incomplete
//! formulas are exact.
//!
//! Sources: R. Gallant, R. Lambert, S. Vanstone, *Faster point multiplication on elliptic curves with efficient endomorphisms*, 2001;
//! formulas `dbl-2009-l`, `madd` of the explicit-formulas database.

use ark_bn254::{Fq, Fr, G1Affine, g1};
use ark_ec::AffineRepr;
use ark_ec::scalar_mul::glv::GLVConfig;
use ark_ff::AdditiveGroup;
#[cfg(test)]
use ark_ff::Field;

use super::affine::{Chord, Points, Step};
use super::load::{load, unload};
use crate::backend::{Backend, Kernel, Task, Vectors};
use crate::batch::invert_all;
use crate::lanes::{Lanes, Loose, PrimeLanes};

/// Digits of each half.
const DIGITS: usize = 16;

/// A scalar of 128 random bits, `(2 low + 1 − 2^64) + λ (2 high + 1 − 2^64)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortScalar {
    low: u64,
    high: u64,
}

impl ShortScalar {
    /// The scalar of two words, each any number.
    #[must_use]
    pub const fn from_words(low: u64, high: u64) -> Self {
        Self { low, high }
    }

    /// As an element of the scalar field.
    #[must_use]
    pub fn to_field(self) -> Fr {
        let odd = |word: u64| Fr::from(word).double() - Fr::from(u64::MAX);
        odd(self.low) + odd(self.high) * g1::Config::LAMBDA
    }
}

/// Each point times its scalar. Points must lie in G1; the identity stays what it is.
///
/// # Panics
/// If there are not as many scalars as points.
#[must_use]
pub fn scale(backend: Backend, points: &[G1Affine], scalars: &[ShortScalar]) -> Vec<G1Affine> {
    assert_eq!(points.len(), scalars.len(), "one scalar a point");
    backend.run(Scale { points, scalars })
}

struct Scale<'a> {
    points: &'a [G1Affine],
    scalars: &'a [ShortScalar],
}

impl Task for Scale<'_> {
    type Output = Vec<G1Affine>;

    fn run<V: Vectors>(self) -> Vec<G1Affine> {
        let generator = G1Affine::generator();
        let points = || self.points.iter().map(|point| if point.is_zero() { generator } else { *point });
        let x = load::<V, V::Fq>(points().map(|point| point.x), generator.x);
        let y = load::<V, V::Fq>(points().map(|point| point.y), generator.y);
        let points: Vec<_> = x.into_iter().zip(y).map(|(x, y)| Points { x, y }).collect();
        let multiples = odd_multiples::<V>(points);
        let scaled = V::enter(Ladder { multiples: &multiples, scalars: self.scalars });
        let coordinates =
            |of: fn(&Points<V::Fq>) -> V::Fq| unload::<V, V::Fq>(&scaled.iter().map(of).collect::<Vec<_>>());
        let (x, y) = (coordinates(|point| point.x), coordinates(|point| point.y));
        let each = self.points.iter().zip(x.into_iter().zip(y));
        each.map(|(point, (x, y))| if point.is_zero() { *point } else { G1Affine::new_unchecked(x, y) })
            .collect()
    }
}

/// `P, 3P, …, 15P`.
fn odd_multiples<V: Vectors>(points: Vec<Points<V::Fq>>) -> [Vec<Points<V::Fq>>; 8] {
    let zero = V::Fq::zero();
    let mut chords = vec![Chord { slope: zero, m: zero }; points.len()];
    let mut exceptions = vec![0; points.len()];
    let mut step = |mut sums: Vec<_>, with: Option<&[_]>| {
        V::enter(Step { sums: &mut sums, with, chords: &mut chords, exceptions: &mut exceptions });
        sums
    };
    let twice = step(points.clone(), None);
    let mut multiples = core::array::from_fn(|_| Vec::new());
    let mut next = points;
    for multiple in &mut multiples {
        let after = step(next.clone(), Some(&twice));
        *multiple = core::mem::replace(&mut next, after);
    }
    debug_assert!(exceptions.iter().all(|&lanes| lanes == 0), "a point of G1 has order r");
    multiples
}

/// `(x/z², y/z³)`.
#[derive(Clone, Copy)]
struct Jacobian<L> {
    x: L,
    y: L,
    z: L,
}

impl<L: PrimeLanes<Field = Fq>> Jacobian<L> {
    /// `A = x², B = y², D = 4xB, E = 3A: x' = E² − 2D, y' = E(D − x') − 8B², z' = 2yz`.
    #[inline(always)]
    fn double(self) -> Self {
        let Self { x, y, z } = self;
        let a = L::square_loose(x);
        let b = L::square(y);
        let xb = L::mul_loose(x, b);
        let d = (xb + xb + xb + xb).reduce::<0>();
        let e = (a + a + a).carry::<0>();
        let bb = L::square_loose(b);
        let bb4 = (bb + bb + bb + bb).reduce::<0>().loose();
        let yz = L::mul_loose(y, z);
        let x = (L::square_loose(e) - (d.loose() + d.loose())).reduce::<6>();
        let run = (d.loose() - x.loose()).carry::<3>();
        let y = (L::mul_loose(e, run) - (bb4 + bb4)).reduce::<6>();
        Self { x, y, z: (yz + yz).reduce::<0>() }
    }

    /// `H = x2 z² − x, R = y2 z³ − y: x' = R² − H³ − 2xH², y' = R(xH² − x') − yH³, z' = zH`.
    #[inline(always)]
    fn add(self, other: Points<L>) -> Self {
        let Self { x, y, z } = self;
        let zz = L::square(z);
        let zzz = L::mul(zz, z);
        let h = (L::mul_loose(other.x, zz) - x.loose()).carry::<3>();
        let r = (L::mul_loose(other.y, zzz) - y.loose()).carry::<3>();
        let hh = L::square(h);
        let hhh = L::mul(hh, h);
        let v = L::mul(x, hh);
        let x = (L::square_loose(r) - (hhh.loose() + v.loose() + v.loose())).reduce::<8>();
        let run = (v.loose() - x.loose()).carry::<3>();
        let y = (L::mul_loose(r, run) - L::mul_loose(y, hhh)).reduce::<3>();
        Self { x, y, z: L::mul(z, h) }
    }
}

/// The multiplications, vector by vector, and one inversion for all.
struct Ladder<'a, L> {
    multiples: &'a [Vec<Points<L>>; 8],
    scalars: &'a [ShortScalar],
}

impl<L: PrimeLanes<Field = Fq>> Kernel for Ladder<'_, L> {
    type Output = Vec<Points<L>>;

    #[inline(always)]
    fn run(self) -> Vec<Points<L>> {
        let beta = L::splat(&g1::Config::ENDO_COEFFS[0]);
        let count = self.multiples[0].len();
        let (mut results, mut inverses) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for i in 0..count {
            let mut words = [[0; 8]; 2];
            for lane in 0..8 {
                if let Some(scalar) = self.scalars.get(8 * i + lane) {
                    (words[0][lane], words[1][lane]) = (scalar.low, scalar.high);
                }
            }
            let first = self.entry(i, words[0], DIGITS - 1);
            let mut sum = Jacobian { x: first.x, y: first.y, z: L::one() };
            for digit in (0..DIGITS).rev() {
                if digit < DIGITS - 1 {
                    for _ in 0..4 {
                        sum = sum.double();
                    }
                    sum = sum.add(self.entry(i, words[0], digit));
                }
                let Points { x, y } = self.entry(i, words[1], digit);
                sum = sum.add(Points { x: L::mul(x, beta), y });
            }
            results.push(Points { x: sum.x, y: sum.y });
            inverses.push(sum.z);
        }
        let inverted = invert_all(&mut inverses);
        debug_assert!(inverted, "no sum is the identity");
        for i in 0..count {
            let square = L::square(inverses[i]);
            let Points { x, y } = results[i];
            results[i] = Points { x: L::mul(x, square), y: L::mul(y, L::mul(square, inverses[i])) };
        }
        results
    }
}

impl<L: PrimeLanes<Field = Fq>> Ladder<'_, L> {
    /// The multiple `2n − 15` of each lane's point, where `n` is a digit of the lane's word.
    #[inline(always)]
    fn entry(&self, i: usize, words: [u64; 8], digit: usize) -> Points<L> {
        let (mut chosen, mut negative) = ([0_u8; 8], 0_u8);
        for lane in 0..8 {
            let n = (words[lane] >> (4 * digit) & 15) as usize;
            let below = n < 8;
            chosen[if below { 7 - n } else { n - 8 }] |= 1 << lane;
            negative |= u8::from(below) << lane;
        }
        let mut entry = self.multiples[0][i];
        for k in 1..8 {
            let multiple = self.multiples[k][i];
            entry = Points {
                x: L::select(chosen[k], multiple.x, entry.x),
                y: L::select(chosen[k], multiple.y, entry.y),
            };
        }
        Points { x: entry.x, y: L::select(negative, L::zero().sub(entry.y), entry.y) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_odd_halves() {
        let scalar = |low, high| ShortScalar::from_words(low, high).to_field();
        let (most, half) = (Fr::from(u64::MAX), 1 << 63);
        assert_eq!(scalar(half, half), Fr::ONE + g1::Config::LAMBDA);
        assert_eq!(scalar(u64::MAX, half), most + g1::Config::LAMBDA);
        assert_eq!(scalar(0, u64::MAX), most * g1::Config::LAMBDA - most);
    }
}
