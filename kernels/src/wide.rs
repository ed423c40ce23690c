//! Sums of products that are reduced together: of a sum of `n` products, one reduction instead of `n`.
//!
//! With `R` Montgomery's, a sum `T` of products of operands becomes `T/R` modulo p. `R` is above `2^6·p`, so a product of two elements
//! adds less than `0.08p` to that, and [`WideSum::loose`] promises
//!
//! ```text
//! T/R ≤ loose ≤ T/R + 1.13p     or     0 ≤ loose ≤ 1.01p
//! ```
//!
//! the first from the IFMA backend, which sums the columns of the products, the second from the portable one, whose columns have no
//! room and which reduces each product. `T` may be negative. Columns bound how much may enter: at most six products of quadratic
//! elements, their sums for Karatsuba counted, each at most ten times.

use core::ops::{Add, Sub};

use ark_bn254::Fq;

use crate::lanes::{Lanes, PrimeLanes};
use crate::quadratic::{Quadratic, QuadraticOperand, QuadraticSum};

/// A sum or difference of products of eight elements of a prime field, before reduction.
pub trait WideSum<L: Lanes>: Copy + Send + Sync + Add<Output = Self> + Sub<Output = Self> {
    /// Nine times the sum.
    #[must_use]
    fn nine_times(self) -> Self;

    /// Reduced, carries not taken.
    fn loose(self) -> L::Loose;
}

/// A sum of products in the quadratic extension.
#[derive(Clone, Copy)]
pub(crate) struct QuadraticWide<L: PrimeLanes> {
    c0: L::Wide,
    c1: L::Wide,
}

impl<L: PrimeLanes<Field = Fq>> QuadraticWide<L> {
    /// `a·b`.
    #[inline(always)]
    pub(crate) fn product(
        a: impl Into<QuadraticOperand<L>>,
        b: impl Into<QuadraticOperand<L>>,
    ) -> QuadraticWide<L> {
        let [c0, c1] = L::mul_quadratic_wide(a.into().coordinates(), b.into().coordinates());
        Self { c0, c1 }
    }

    /// Times `ξ = 9 + u`: `(9 c0 − c1) + (9 c1 + c0) u`.
    #[inline(always)]
    pub(crate) fn times_xi(self) -> Self {
        Self { c0: self.c0.nine_times() - self.c1, c1: self.c1.nine_times() + self.c0 }
    }

    /// Reduced, carries not taken.
    #[inline(always)]
    pub(crate) fn loose(self) -> QuadraticSum<L> {
        <Quadratic<L> as Lanes>::Loose::new(self.c0.loose(), self.c1.loose())
    }
}

impl<L: PrimeLanes> Add for QuadraticWide<L> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self { c0: self.c0 + other.c0, c1: self.c1 + other.c1 }
    }
}

impl<L: PrimeLanes> Sub for QuadraticWide<L> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self { c0: self.c0 - other.c0, c1: self.c1 - other.c1 }
    }
}
