//! Any CPU: arkworks' own elements, one lane after the other.
//!
//! The twin of the vector backend under the same names. Every operation reduces fully, so elements, operands and loose sums are
//! one type and the `K` of carries has no effect. Eight independent products in a row keep a scalar multiplier busy.

use core::ops::{Add, Sub};

use ark_bn254::{Fq, Fr};

use crate::backend::{Kernel, Vectors};
use crate::lanes::{Lanes, Line, Loose, PrimeLanes};
use crate::modinv;
use crate::words::Words;

/// The vectors of this backend.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

impl Vectors for Portable {
    type Fq = Eight<Fq>;
    type Fr = Eight<Fr>;

    #[inline]
    fn enter<K: Kernel>(kernel: K) -> K::Output {
        kernel.run()
    }
}

/// Eight elements, each reduced.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Eight<F>([F; 8]);

impl<F: Words> Eight<F> {
    #[inline(always)]
    fn map(self, f: impl Fn(F) -> F) -> Self {
        let mut out = self;
        for lane in &mut out.0 {
            *lane = f(*lane);
        }
        out
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(F, F) -> F) -> Self {
        let mut out = self;
        for (lane, other) in out.0.iter_mut().zip(other.0) {
            *lane = f(*lane, other);
        }
        out
    }
}

impl<F: Words> Add for Eight<F> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }
}

impl<F: Words> Sub for Eight<F> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }
}

impl<F: Words> Loose<Self> for Eight<F> {
    #[inline(always)]
    fn carry<const K: usize>(self) -> Self {
        self
    }

    #[inline(always)]
    fn settle<const K: usize>(self) -> Self {
        self
    }

    #[inline(always)]
    fn reduce<const K: usize>(self) -> Self {
        self
    }
}

impl<F: Words> Lanes for Eight<F> {
    type Field = F;
    type Operand = Self;
    type Loose = Self;
    const PAIR_LINES: usize = 1;

    #[inline(always)]
    fn splat(value: &F) -> Self {
        Self([*value; 8])
    }

    #[inline(always)]
    fn from_fields(values: &[F; 8]) -> Self {
        Self(*values)
    }

    #[inline(always)]
    fn to_fields(self) -> [F; 8] {
        self.0
    }

    #[inline(always)]
    fn mul_loose(a: impl Into<Self>, b: impl Into<Self>) -> Self {
        Self::mul(a, b)
    }

    #[inline(always)]
    fn square_loose(a: impl Into<Self>) -> Self {
        Self::square(a)
    }

    #[inline(always)]
    fn mul(a: impl Into<Self>, b: impl Into<Self>) -> Self {
        a.into().zip(b.into(), |a, b| a * b)
    }

    #[inline(always)]
    fn square(a: impl Into<Self>) -> Self {
        a.into().map(|a| a.square())
    }

    #[inline(always)]
    fn zeros(self) -> u8 {
        self.0.iter().enumerate().fold(0, |mask, (lane, value)| mask | (u8::from(value.is_zero()) << lane))
    }

    #[inline(always)]
    fn select(mask: u8, then: Self, other: Self) -> Self {
        let mut out = other;
        for (lane, value) in out.0.iter_mut().enumerate() {
            if mask >> lane & 1 == 1 {
                *value = then.0[lane];
            }
        }
        out
    }

    #[inline(always)]
    fn negate_canonical(self, mask: u8) -> Self {
        Self::select(mask, self.map(|a| -a), self)
    }

    #[inline(always)]
    fn rotate<const N: usize>(self) -> Self {
        Self(core::array::from_fn(|lane| self.0[(lane + N) % 8]))
    }

    #[inline(always)]
    fn broadcast_first(self) -> Self {
        Self([self.0[0]; 8])
    }

    #[inline(always)]
    fn inverse_of_first(self) -> Option<Self> {
        // The words are x·2^256; their inverse, times 2^512, is the representative of 1/x: two products with arkworks' R^2.
        let inverse = modinv::invert(self.0[0].words(), modinv::Modulus::of::<F>())?;
        let square = F::from_canonical_words(F::R_SQUARED);
        Some(Self::splat(&(F::from_canonical_words(inverse) * square * square)))
    }

    #[inline(always)]
    fn canonical(self) -> Self {
        self
    }

    fn pack_pair(first: &F, second: &F, lines: &mut [Line]) {
        let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (first.words(), second.words());
        lines[0] = Line([a0, a1, a2, a3, b0, b1, b2, b3]);
    }

    fn unpack_pair(lines: &[Line]) -> (F, F) {
        let [a0, a1, a2, a3, b0, b1, b2, b3] = lines[0].0;
        (F::from_any_words([a0, a1, a2, a3]), F::from_any_words([b0, b1, b2, b3]))
    }

    #[inline(always)]
    fn load_pairs(lines: [&[Line]; 8]) -> (Self, Self) {
        let (mut first, mut second) = (Self([F::ZERO; 8]), Self([F::ZERO; 8]));
        for lane in 0..8 {
            let [a0, a1, a2, a3, b0, b1, b2, b3] = lines[lane][0].0;
            first.0[lane] = F::from_canonical_words([a0, a1, a2, a3]);
            second.0[lane] = F::from_canonical_words([b0, b1, b2, b3]);
        }
        (first, second)
    }

    #[inline(always)]
    fn store_pairs<const STRIDE: usize>(first: Self, second: Self, lines: &mut [Line]) {
        for lane in 0..8 {
            let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (first.0[lane].words(), second.0[lane].words());
            lines[lane * STRIDE] = Line([a0, a1, a2, a3, b0, b1, b2, b3]);
        }
    }
}

impl<F: Words> PrimeLanes for Eight<F> {
    const R_BITS: u32 = 256;

    #[inline(always)]
    fn pack(value: &F) -> [u64; 4] {
        value.words()
    }

    #[inline(always)]
    fn unpack(words: &[u64; 4]) -> F {
        F::from_any_words(*words)
    }

    #[inline(always)]
    fn integers(values: &[F; 8]) -> [[u64; 8]; 4] {
        let mut words = [[0; 8]; 4];
        for lane in 0..8 {
            let integer = values[lane].into_bigint().0;
            for k in 0..4 {
                words[k][lane] = integer[k];
            }
        }
        words
    }

    #[inline(always)]
    fn load(lines: &[Line; 4]) -> Self {
        let mut out = Self([F::ZERO; 8]);
        for (pair, line) in out.0.chunks_exact_mut(2).zip(lines) {
            let [a0, a1, a2, a3, b0, b1, b2, b3] = line.0;
            pair[0] = F::from_canonical_words([a0, a1, a2, a3]);
            pair[1] = F::from_canonical_words([b0, b1, b2, b3]);
        }
        out
    }

    #[inline(always)]
    fn store(self, lines: &mut [Line; 4]) {
        for (pair, line) in self.0.chunks_exact(2).zip(lines) {
            let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (pair[0].words(), pair[1].words());
            *line = Line([a0, a1, a2, a3, b0, b1, b2, b3]);
        }
    }

    #[inline(always)]
    fn mul_quadratic(a: [Self; 2], b: [Self; 2]) -> [Self; 2] {
        let (v0, v1) = (Self::mul(a[0], b[0]), Self::mul(a[1], b[1]));
        let cross = Self::mul(a[0] + a[1], b[0] + b[1]);
        [v0 - v1, cross - v0 - v1]
    }

    #[inline(always)]
    fn square_quadratic(a: [Self; 2]) -> [Self; 2] {
        let c1 = Self::mul(a[0], a[1]);
        [Self::mul(a[0] + a[1], a[0] - a[1]), c1 + c1]
    }
}
