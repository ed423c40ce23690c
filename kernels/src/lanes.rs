//! Eight field elements side by side: the one interface that both backends implement.
//!
//! # Bounds
//!
//! Reduction is lazy, and three types say how lazy. With `p` the modulus (below 2^254):
//!
//! | type | value | what it is for |
//! | --- | --- | --- |
//! | [`Lanes`] itself | in `[0, 2.6p)` | what is stored |
//! | [`Lanes::Operand`] | in `[0, 2^257)`, that is `10.5p` | either side of a product |
//! | [`Lanes::Loose`] | any sign, below `2^257` in magnitude | sums and differences before their carries are taken |
//!
//! Elements become operands and loose sums for nothing; a loose sum becomes an operand by [`Loose::carry`] and an element by
//! [`Loose::reduce`], each of which adds `K·p` first, where the caller chooses `K` so that the sum is positive. Products of operands
//! are elements. In builds with debug assertions the backends check the bounds of every operand and element.
//!
//! # Packed elements
//!
//! In memory an element is four little-endian words, two to a [`Line`] of 64 bytes, which is what a cache moves. The words are
//! Montgomery's `x·R mod p` in the backend's own `R` ([`PrimeLanes::R_BITS`]); [`PrimeLanes::pack`] makes them.

use core::ops::{Add, Sub};

use ark_ff::{AdditiveGroup, Field, PrimeField};

use crate::wide::WideSum;

/// One cache line: two packed elements of a prime field, or one of its quadratic extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub struct Line(pub [u64; 8]);

/// Eight elements of a field, one in each lane.
pub trait Lanes: Copy + Send + Sync + 'static {
    /// The field.
    type Field: Field;
    /// A factor.
    type Operand: Copy + From<Self>;
    /// A sum whose carries have not been taken.
    type Loose: Loose<Self> + From<Self>;
    /// Cache lines that a pair of packed elements takes: 1 over a prime field, 2 over its quadratic extension.
    const PAIR_LINES: usize;

    /// The same element in each lane.
    fn splat(value: &Self::Field) -> Self;

    /// One element a lane.
    fn from_fields(values: &[Self::Field; 8]) -> Self;

    /// The elements, lane by lane.
    fn to_fields(self) -> [Self::Field; 8];

    /// `a·b`, carries not taken by the IFMA backend; below `1.2p + ab/2^260`.
    fn mul_loose(a: impl Into<Self::Operand>, b: impl Into<Self::Operand>) -> Self::Loose;

    /// `a²`, carries not taken.
    fn square_loose(a: impl Into<Self::Operand>) -> Self::Loose;

    /// `a·b`.
    fn mul(a: impl Into<Self::Operand>, b: impl Into<Self::Operand>) -> Self;

    /// `a²`.
    fn square(a: impl Into<Self::Operand>) -> Self;

    /// The lanes that are zero modulo p, as a bit mask.
    fn zeros(self) -> u8;

    /// `self` in the lanes whose bit is set, `other` elsewhere.
    #[must_use]
    fn select(mask: u8, then: Self, other: Self) -> Self;

    /// `p − x` in the lanes whose bit is set. The element must be canonical, as those of tables are.
    fn negate_canonical(self, mask: u8) -> Self::Loose;

    /// Moves lane `i + N` (modulo 8) to lane `i`.
    #[must_use]
    fn rotate<const N: usize>(self) -> Self;

    /// Lane 0 in every lane.
    #[must_use]
    fn broadcast_first(self) -> Self;

    /// The inverse of lane 0 in every lane; `None` if that is zero.
    fn inverse_of_first(self) -> Option<Self>;

    /// The same elements, each below p.
    #[must_use]
    fn canonical(self) -> Self;

    /// One pair, canonical, into `PAIR_LINES` lines.
    fn pack_pair(first: &Self::Field, second: &Self::Field, lines: &mut [Line]);

    /// One pair from `PAIR_LINES` lines, whatever they hold.
    fn unpack_pair(lines: &[Line]) -> (Self::Field, Self::Field);

    /// Asks for lines that will be loaded in some microseconds. Without effect on values.
    #[inline(always)]
    fn prefetch(_lines: &[Line]) {}

    /// Asks for lines that will be loaded in some nanoseconds. Without effect on values.
    #[inline(always)]
    fn prefetch_near(_lines: &[Line]) {}

    /// Eight pairs, each from `PAIR_LINES` consecutive lines that start at the given one.
    fn load_pairs(lines: [&[Line]; 8]) -> (Self, Self);

    /// Eight pairs, the `i`-th at line `i · STRIDE · PAIR_LINES`. The words need not be canonical, only below 2^256.
    fn store_pairs<const STRIDE: usize>(first: Self, second: Self, lines: &mut [Line]);

    /// As a loose sum: the start of a longer one.
    #[inline(always)]
    fn loose(self) -> Self::Loose {
        self.into()
    }

    /// Zero in each lane.
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(&Self::Field::ZERO)
    }

    /// One in each lane.
    #[inline(always)]
    fn one() -> Self {
        Self::splat(&Self::Field::ONE)
    }

    /// `a + b`.
    #[inline(always)]
    #[must_use]
    fn add(self, other: Self) -> Self {
        (self.loose() + other.loose()).reduce::<0>()
    }

    /// `a − b`.
    #[inline(always)]
    #[must_use]
    fn sub(self, other: Self) -> Self {
        (self.loose() - other.loose()).reduce::<3>()
    }
}

/// A sum or difference of elements whose carries have not been taken.
///
/// Limbs are signed and may pile up: at most 256 elements or loose products may enter one sum.
pub trait Loose<L: Lanes>: Copy + Send + Sync + Add<Output = Self> + Sub<Output = Self> {
    /// The sum plus `K·p`, as a factor. It must lie in `[0, 2^257)`; `K` is at most 8.
    fn carry<const K: usize>(self) -> L::Operand;

    /// The sum plus `K·p`, as an element. It must lie in `[0, 2.6p)`.
    fn settle<const K: usize>(self) -> L;

    /// The sum plus `K·p`, reduced below `2.6p`. It must lie in `[p/8, 8·2^254)`, which is `10.5p`, or be a sum of elements and
    /// loose products without a difference, with `K = 0`.
    fn reduce<const K: usize>(self) -> L;
}

/// Eight elements of a prime field.
pub trait PrimeLanes: Lanes<Field: PrimeField> {
    /// A sum of products before reduction.
    type Wide: WideSum<Self>;
    /// Words in memory are `x·2^R_BITS mod p`.
    const R_BITS: u32;

    /// The four words of one element, canonical.
    fn pack(value: &Self::Field) -> [u64; 4];

    /// The element of four words, which may be any number below 2^256.
    fn unpack(words: &[u64; 4]) -> Self::Field;

    /// The integers below p that eight elements stand for: word `k` of element `i` at `[k][i]`.
    fn integers(values: &[Self::Field; 8]) -> [[u64; 8]; 4];

    /// Eight consecutive packed elements.
    fn load(lines: &[Line; 4]) -> Self;

    /// Eight consecutive packed elements, reduced to canonical words.
    fn store(self, lines: &mut [Line; 4]);

    /// The product in the quadratic extension with `u² = −1`, carries not taken.
    fn mul_quadratic(a: [Self::Operand; 2], b: [Self::Operand; 2]) -> [Self::Loose; 2];

    /// The square in the quadratic extension with `u² = −1`, carries not taken.
    fn square_quadratic(a: [Self::Operand; 2]) -> [Self::Loose; 2];

    /// The product in the quadratic extension with `u² = −1`, not reduced.
    fn mul_quadratic_wide(a: [Self::Operand; 2], b: [Self::Operand; 2]) -> [Self::Wide; 2];
}
