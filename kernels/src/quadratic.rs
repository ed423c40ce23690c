//! Eight elements of the quadratic extension Fq2, `c0 + c1 u` with `u² = −1`.
//!
//! Bounds as in [`Lanes`], coordinate by coordinate, but for operands: here below `5.6p`, which is what a difference of two elements
//! carried with `K = 3` has. Then with lazy reduction (three products, two reductions) a product's `c0` lies in `(−0.38p, 1.5p)` and
//! its `c1` in `[0, 1.9p)`; the square of an element is below `1.7p` and `1.3p`, that of any operand below `2.8p` and `1.9p`.

use core::ops::{Add, Sub};

use ark_bn254::{Fq, Fq2};

use crate::lanes::{Lanes, Line, Loose, PrimeLanes};

/// Eight elements of Fq2.
#[derive(Clone, Copy)]
pub struct Quadratic<L> {
    c0: L,
    c1: L,
}

/// Eight factors, each coordinate below `5.6p`.
#[derive(Clone, Copy)]
pub struct QuadraticOperand<L: Lanes> {
    c0: L::Operand,
    c1: L::Operand,
}

/// Eight sums whose carries have not been taken.
#[derive(Clone, Copy)]
pub struct QuadraticSum<L: Lanes> {
    c0: L::Loose,
    c1: L::Loose,
}

impl<L: Lanes> QuadraticOperand<L> {
    #[inline(always)]
    pub(crate) fn coordinates(self) -> [L::Operand; 2] {
        [self.c0, self.c1]
    }
}

impl<L: Lanes> QuadraticSum<L> {
    #[inline(always)]
    pub(crate) fn new(c0: L::Loose, c1: L::Loose) -> Self {
        Self { c0, c1 }
    }
}

impl<L: Lanes> Quadratic<L> {
    #[inline(always)]
    pub(crate) fn new(c0: L, c1: L) -> Self {
        Self { c0, c1 }
    }

    #[inline(always)]
    pub(crate) fn coordinates(self) -> [L; 2] {
        [self.c0, self.c1]
    }

    /// `c0 − c1 u`: the p-th power.
    #[inline(always)]
    pub(crate) fn conjugate(self) -> Self {
        Self { c0: self.c0, c1: L::zero().sub(self.c1) }
    }

    /// Times an element of the prime field.
    #[inline(always)]
    pub(crate) fn scale(self, by: L) -> Self {
        Self { c0: L::mul(self.c0, by), c1: L::mul(self.c1, by) }
    }
}

impl<L: Lanes> From<Quadratic<L>> for QuadraticOperand<L> {
    #[inline(always)]
    fn from(value: Quadratic<L>) -> Self {
        Self { c0: value.c0.into(), c1: value.c1.into() }
    }
}

impl<L: Lanes> From<Quadratic<L>> for QuadraticSum<L> {
    #[inline(always)]
    fn from(value: Quadratic<L>) -> Self {
        Self { c0: value.c0.into(), c1: value.c1.into() }
    }
}

impl<L: Lanes> Add for QuadraticSum<L> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self { c0: self.c0 + other.c0, c1: self.c1 + other.c1 }
    }
}

impl<L: Lanes> Sub for QuadraticSum<L> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self { c0: self.c0 - other.c0, c1: self.c1 - other.c1 }
    }
}

impl<L: PrimeLanes<Field = Fq>> Loose<Quadratic<L>> for QuadraticSum<L> {
    #[inline(always)]
    fn carry<const K: usize>(self) -> QuadraticOperand<L> {
        QuadraticOperand { c0: self.c0.carry::<K>(), c1: self.c1.carry::<K>() }
    }

    #[inline(always)]
    fn settle<const K: usize>(self) -> Quadratic<L> {
        Quadratic { c0: self.c0.settle::<K>(), c1: self.c1.settle::<K>() }
    }

    #[inline(always)]
    fn reduce<const K: usize>(self) -> Quadratic<L> {
        Quadratic { c0: self.c0.reduce::<K>(), c1: self.c1.reduce::<K>() }
    }
}

impl<L: PrimeLanes<Field = Fq>> Lanes for Quadratic<L> {
    type Field = Fq2;
    type Operand = QuadraticOperand<L>;
    type Loose = QuadraticSum<L>;
    const PAIR_LINES: usize = 2;

    fn splat(value: &Fq2) -> Self {
        Self { c0: L::splat(&value.c0), c1: L::splat(&value.c1) }
    }

    #[inline(always)]
    fn zero() -> Self {
        Self { c0: L::zero(), c1: L::zero() }
    }

    #[inline(always)]
    fn one() -> Self {
        Self { c0: L::one(), c1: L::zero() }
    }

    #[inline(always)]
    fn from_fields(values: &[Fq2; 8]) -> Self {
        Self { c0: L::from_fields(&values.map(|v| v.c0)), c1: L::from_fields(&values.map(|v| v.c1)) }
    }

    #[inline(always)]
    fn to_fields(self) -> [Fq2; 8] {
        let (c0, c1) = (self.c0.to_fields(), self.c1.to_fields());
        core::array::from_fn(|lane| Fq2::new(c0[lane], c1[lane]))
    }

    #[inline(always)]
    fn mul_loose(a: impl Into<Self::Operand>, b: impl Into<Self::Operand>) -> Self::Loose {
        let (a, b) = (a.into(), b.into());
        let [c0, c1] = L::mul_quadratic([a.c0, a.c1], [b.c0, b.c1]);
        QuadraticSum { c0, c1 }
    }

    #[inline(always)]
    fn square_loose(a: impl Into<Self::Operand>) -> Self::Loose {
        let a = a.into();
        let [c0, c1] = L::square_quadratic([a.c0, a.c1]);
        QuadraticSum { c0, c1 }
    }

    #[inline(always)]
    fn mul(a: impl Into<Self::Operand>, b: impl Into<Self::Operand>) -> Self {
        let sum = Self::mul_loose(a, b);
        Self { c0: sum.c0.settle::<1>(), c1: sum.c1.settle::<0>() }
    }

    #[inline(always)]
    fn square(a: impl Into<Self::Operand>) -> Self {
        let sum = Self::square_loose(a);
        Self { c0: sum.c0.reduce::<0>(), c1: sum.c1.settle::<0>() }
    }

    #[inline(always)]
    fn zeros(self) -> u8 {
        self.c0.zeros() & self.c1.zeros()
    }

    #[inline(always)]
    fn select(mask: u8, then: Self, other: Self) -> Self {
        Self { c0: L::select(mask, then.c0, other.c0), c1: L::select(mask, then.c1, other.c1) }
    }

    #[inline(always)]
    fn negate_canonical(self, mask: u8) -> Self::Loose {
        QuadraticSum { c0: self.c0.negate_canonical(mask), c1: self.c1.negate_canonical(mask) }
    }

    #[inline(always)]
    fn rotate<const N: usize>(self) -> Self {
        Self { c0: self.c0.rotate::<N>(), c1: self.c1.rotate::<N>() }
    }

    /// `(c0 − c1 u)/(c0² + c1²)`.
    #[inline(always)]
    fn inverse_of_first(self) -> Option<Self> {
        let norm = (L::square_loose(self.c0) + L::square_loose(self.c1)).reduce::<0>();
        let inverse = norm.inverse_of_first()?;
        let (c0, c1) = (self.c0.broadcast_first(), self.c1.broadcast_first());
        Some(Self {
            c0: L::mul(c0, inverse),
            c1: (L::zero().loose() - L::mul_loose(c1, inverse)).reduce::<3>(),
        })
    }

    #[inline(always)]
    fn broadcast_first(self) -> Self {
        Self { c0: self.c0.broadcast_first(), c1: self.c1.broadcast_first() }
    }

    #[inline(always)]
    fn canonical(self) -> Self {
        Self { c0: self.c0.canonical(), c1: self.c1.canonical() }
    }

    fn pack_pair(first: &Fq2, second: &Fq2, lines: &mut [Line]) {
        L::pack_pair(&first.c0, &first.c1, lines);
        L::pack_pair(&second.c0, &second.c1, &mut lines[1..]);
    }

    fn unpack_pair(lines: &[Line]) -> (Fq2, Fq2) {
        let ((x0, x1), (y0, y1)) = (L::unpack_pair(lines), L::unpack_pair(&lines[1..]));
        (Fq2::new(x0, x1), Fq2::new(y0, y1))
    }

    #[inline(always)]
    fn prefetch(lines: &[Line]) {
        L::prefetch(lines);
        L::prefetch(&lines[1..]);
    }

    #[inline(always)]
    fn prefetch_near(lines: &[Line]) {
        L::prefetch_near(lines);
        L::prefetch_near(&lines[1..]);
    }

    #[inline(always)]
    fn load_pairs(lines: [&[Line]; 8]) -> (Self, Self) {
        let l = lines;
        let (x0, x1) = L::load_pairs(l);
        let second =
            [&l[0][1..], &l[1][1..], &l[2][1..], &l[3][1..], &l[4][1..], &l[5][1..], &l[6][1..], &l[7][1..]];
        let (y0, y1) = L::load_pairs(second);
        (Self { c0: x0, c1: x1 }, Self { c0: y0, c1: y1 })
    }

    #[inline(always)]
    fn store_pairs<const STRIDE: usize>(first: Self, second: Self, lines: &mut [Line]) {
        const { assert!(STRIDE == 1) };
        L::store_pairs::<2>(first.c0, first.c1, lines);
        L::store_pairs::<2>(second.c0, second.c1, &mut lines[1..]);
    }
}
