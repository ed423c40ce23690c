//! The lane types of this backend: elements, operands and loose sums.
//!
//! Invariants, checked in builds with debug assertions: limbs 0 to 3 of an element or operand are below 2^52, and its top limb is
//! what the bound on the value allows (`2.6p` or `2^257`; the top limb counts units of 2^208, so the check is exact to 2^-46 of p).

use core::marker::PhantomData;
use core::ops::{Add, Sub};

use super::pack;
use super::params::{Limbs, MASK, Params, ReduceTable, limbs};
use super::product::{self, Five, Ten, carried};
use super::v512::{self, V};
use crate::lanes::{Lanes, Line, Loose, PrimeLanes};
use crate::modinv;
use crate::wide::WideSum;
use crate::words::Words;

/// Eight elements below `2.6p`.
#[derive(Clone, Copy)]
pub(super) struct Element<P: Params>(Five, PhantomData<P>);

/// Eight factors below 2^257.
#[derive(Clone, Copy)]
pub(super) struct Operand<P: Params>(Five, PhantomData<P>);

/// Eight sums, limbs signed.
#[derive(Clone, Copy)]
pub(super) struct Sum<P: Params>(Five, PhantomData<P>);

/// Eight sums of products, ten limbs, signed.
#[derive(Clone, Copy)]
pub(super) struct Wide<P: Params>(Ten, PhantomData<P>);

impl<P: Params> Element<P> {
    #[inline(always)]
    fn new(limbs: Five) -> Self {
        debug_assert!(within(limbs, (P::P[4] * 26).div_ceil(10) + 1), "element out of bounds");
        Self(limbs, PhantomData)
    }

    #[inline(always)]
    fn constant(limbs: Limbs) -> Self {
        Self::new(splat(limbs))
    }

    /// The words of arkworks as they are: of `x`, those of `x·2^256`.
    #[inline(always)]
    fn from_ark_words(values: &[P::Field; 8]) -> Self {
        let mut words = [[0; 8]; 4];
        for (lane, value) in values.iter().enumerate() {
            for (k, word) in value.words().into_iter().enumerate() {
                words[k][lane] = word;
            }
        }
        let words = [0, 1, 2, 3].map(|k| v512::from_words(&words[k]));
        Self::new(pack::to_limbs(words))
    }

    /// The representative below p.
    #[inline(always)]
    fn canonical_limbs(self) -> Five {
        let mut limbs = self.0;
        let p = splat(P::P);
        for _ in 0..2 {
            let mut less = limbs;
            for i in 0..5 {
                less[i] = v512::sub(limbs[i], p[i]);
            }
            less = carried(less);
            let negative = v512::negative(less[4]);
            for i in 0..5 {
                limbs[i] = v512::select(negative, limbs[i], less[i]);
            }
        }
        limbs
    }

    /// The four words of each element, canonical, before transposition.
    #[inline(always)]
    fn canonical_words(self) -> [[u64; 8]; 4] {
        let words = pack::to_words(self.canonical_limbs());
        [0, 1, 2, 3].map(|k| v512::to_words(words[k]))
    }
}

impl<P: Params> From<Element<P>> for Operand<P> {
    #[inline(always)]
    fn from(element: Element<P>) -> Self {
        Self(element.0, PhantomData)
    }
}

impl<P: Params> From<Element<P>> for Sum<P> {
    #[inline(always)]
    fn from(element: Element<P>) -> Self {
        Self(element.0, PhantomData)
    }
}

impl<P: Params> Add for Sum<P> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let mut limbs = self.0;
        for i in 0..5 {
            limbs[i] = v512::add(self.0[i], other.0[i]);
        }
        Self(limbs, PhantomData)
    }
}

impl<P: Params> Sub for Sum<P> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        let mut limbs = self.0;
        for i in 0..5 {
            limbs[i] = v512::sub(self.0[i], other.0[i]);
        }
        Self(limbs, PhantomData)
    }
}

impl<P: Params> Add for Wide<P> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let mut limbs = self.0;
        for i in 0..10 {
            limbs[i] = v512::add(self.0[i], other.0[i]);
        }
        Self(limbs, PhantomData)
    }
}

impl<P: Params> Sub for Wide<P> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        let mut limbs = self.0;
        for i in 0..10 {
            limbs[i] = v512::sub(self.0[i], other.0[i]);
        }
        Self(limbs, PhantomData)
    }
}

/// A column of a product, its Karatsuba sums included, is below 2^58 in magnitude; nine times that and a few more fit 2^62, whose carry
/// of 2^10 is what [`Loose::reduce`] allows for.
impl<P: Params> WideSum<Element<P>> for Wide<P> {
    #[inline(always)]
    fn nine_times(self) -> Self {
        let mut limbs = self.0;
        for limb in &mut limbs {
            *limb = v512::add(v512::shl::<3>(*limb), *limb);
        }
        Self(limbs, PhantomData)
    }

    #[inline(always)]
    fn loose(self) -> Sum<P> {
        Sum(product::reduce::<P>(self.0), PhantomData)
    }
}

impl<P: Params> Loose<Element<P>> for Sum<P> {
    #[inline(always)]
    fn carry<const K: usize>(self) -> Operand<P> {
        let mut limbs = self.0;
        if K > 0 {
            let multiple = splat(P::MULTIPLES[K]);
            for i in 0..5 {
                limbs[i] = v512::add(limbs[i], multiple[i]);
            }
        }
        let limbs = carried(limbs);
        debug_assert!(within(limbs, 1 << 49), "operand out of bounds");
        Operand(limbs, PhantomData)
    }

    #[inline(always)]
    fn settle<const K: usize>(self) -> Element<P> {
        Element::new(self.carry::<K>().0)
    }

    /// The quotient by 2^254 is read off the top limb before carries: what carries and the low limbs of `K·p` would add there is
    /// below 2^11 units of 2^208, so the quotient may be one too small or (differences) too large only within 2^219 of a multiple
    /// of 2^254, and `q·2^254 mod p` is above `p/8` for each q from 1 to 7. The result is below `2^254 + 0.97p + 2^219`.
    #[inline(always)]
    fn reduce<const K: usize>(self) -> Element<P> {
        let top = if K > 0 { v512::add(self.0[4], v512::splat(P::MULTIPLES[K][4])) } else { self.0[4] };
        let quotient = v512::shr::<46>(top);
        let mut limbs = self.0;
        for i in 0..5 {
            let table = v512::from_words(&ReduceTable::<P, K>::TABLE[i]);
            limbs[i] = v512::add(limbs[i], v512::lookup(table, quotient));
        }
        Element::new(carried(limbs))
    }
}

impl<P: Params> Lanes for Element<P> {
    type Field = P::Field;
    type Operand = Operand<P>;
    type Loose = Sum<P>;
    const PAIR_LINES: usize = 1;

    fn splat(value: &P::Field) -> Self {
        Self::constant(limbs(Self::pack(value)))
    }

    #[inline(always)]
    fn zero() -> Self {
        Self::constant([0; 5])
    }

    #[inline(always)]
    fn one() -> Self {
        Self::constant(P::ONE)
    }

    #[inline(always)]
    fn from_fields(values: &[P::Field; 8]) -> Self {
        Self::mul(Self::from_ark_words(values), Self::constant(P::FROM_ARK))
    }

    #[inline(always)]
    fn to_fields(self) -> [P::Field; 8] {
        let words = Self::mul(self, Self::constant(P::TO_ARK)).canonical_words();
        core::array::from_fn(|lane| P::Field::from_canonical_words(words.map(|word| word[lane])))
    }

    #[inline(always)]
    fn mul_loose(a: impl Into<Operand<P>>, b: impl Into<Operand<P>>) -> Sum<P> {
        Sum(product::reduce::<P>(product::product(a.into().0, b.into().0)), PhantomData)
    }

    #[inline(always)]
    fn square_loose(a: impl Into<Operand<P>>) -> Sum<P> {
        Sum(product::reduce::<P>(product::square(a.into().0)), PhantomData)
    }

    #[inline(always)]
    fn mul(a: impl Into<Operand<P>>, b: impl Into<Operand<P>>) -> Self {
        Self::new(carried(Self::mul_loose(a, b).0))
    }

    #[inline(always)]
    fn square(a: impl Into<Operand<P>>) -> Self {
        Self::new(carried(Self::square_loose(a).0))
    }

    #[inline(always)]
    fn zeros(self) -> u8 {
        let mut zeros = 0;
        for multiple in &P::MULTIPLES[..3] {
            let mut equal = 0xff;
            for i in 0..5 {
                equal &= v512::equal(self.0[i], v512::splat(multiple[i]));
            }
            zeros |= equal;
        }
        zeros
    }

    #[inline(always)]
    fn select(mask: u8, then: Self, other: Self) -> Self {
        let mut limbs = other.0;
        for i in 0..5 {
            limbs[i] = v512::select(mask, then.0[i], other.0[i]);
        }
        Self(limbs, PhantomData)
    }

    #[inline(always)]
    fn negate_canonical(self, mask: u8) -> Sum<P> {
        let multiple = splat(P::P);
        let mut limbs = self.0;
        for i in 0..5 {
            limbs[i] = v512::masked_sub(limbs[i], mask, multiple[i], limbs[i]);
        }
        Sum(limbs, PhantomData)
    }

    #[inline(always)]
    fn rotate<const N: usize>(self) -> Self {
        let mut limbs = self.0;
        for limb in &mut limbs {
            *limb = rotate::<N>(*limb);
        }
        Self(limbs, PhantomData)
    }

    #[inline(always)]
    fn broadcast_first(self) -> Self {
        let mut limbs = self.0;
        for limb in &mut limbs {
            *limb = v512::lookup(*limb, v512::zero());
        }
        Self(limbs, PhantomData)
    }

    #[inline(always)]
    fn inverse_of_first(self) -> Option<Self> {
        let words = self.canonical_words().map(|word| word[0]);
        let inverse = modinv::invert(words, modinv::Modulus::of::<P::Field>())?;
        Some(Self::mul(Self::constant(limbs(inverse)), Self::constant(P::INVERSE_FIX)))
    }

    #[inline(always)]
    fn canonical(self) -> Self {
        Self::new(self.canonical_limbs())
    }

    fn pack_pair(first: &P::Field, second: &P::Field, lines: &mut [Line]) {
        let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (Self::pack(first), Self::pack(second));
        lines[0] = Line([a0, a1, a2, a3, b0, b1, b2, b3]);
    }

    fn unpack_pair(lines: &[Line]) -> (P::Field, P::Field) {
        let [a0, a1, a2, a3, b0, b1, b2, b3] = lines[0].0;
        (Self::unpack(&[a0, a1, a2, a3]), Self::unpack(&[b0, b1, b2, b3]))
    }

    #[inline(always)]
    fn prefetch(lines: &[Line]) {
        v512::prefetch(&lines[0]);
    }

    #[inline(always)]
    fn prefetch_near(lines: &[Line]) {
        v512::prefetch_near(&lines[0]);
    }

    #[inline(always)]
    fn load_pairs(lines: [&[Line]; 8]) -> (Self, Self) {
        let l = lines;
        let w = pack::load_words([
            &l[0][0], &l[1][0], &l[2][0], &l[3][0], &l[4][0], &l[5][0], &l[6][0], &l[7][0],
        ]);
        (
            Self::new(pack::to_limbs([w[0], w[1], w[2], w[3]])),
            Self::new(pack::to_limbs([w[4], w[5], w[6], w[7]])),
        )
    }

    #[inline(always)]
    fn store_pairs<const STRIDE: usize>(first: Self, second: Self, lines: &mut [Line]) {
        let (a, b) = (pack::to_words(first.0), pack::to_words(second.0));
        pack::store_words([a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]], lines, STRIDE);
    }
}

impl<P: Params> PrimeLanes for Element<P> {
    type Wide = Wide<P>;
    const R_BITS: u32 = 260;

    fn pack(value: &P::Field) -> [u64; 4] {
        (*value * P::Field::from(16_u64)).words()
    }

    fn unpack(words: &[u64; 4]) -> P::Field {
        // The representative of arkworks is 16 times smaller.
        P::Field::from_any_words(*words) * P::Field::from_canonical_words(P::SIXTEENTH)
    }

    /// `x·2^256 · 2^4 / 2^260`.
    #[inline(always)]
    fn integers(values: &[P::Field; 8]) -> [[u64; 8]; 4] {
        Self::mul(Self::from_ark_words(values), Self::constant([16, 0, 0, 0, 0])).canonical_words()
    }

    #[inline(always)]
    fn load(lines: &[Line; 4]) -> Self {
        Self::new(pack::to_limbs(pack::load_consecutive(lines)))
    }

    #[inline(always)]
    fn store(self, lines: &mut [Line; 4]) {
        pack::store_consecutive(pack::to_words(self.canonical_limbs()), lines);
    }

    #[inline(always)]
    fn mul_quadratic(a: [Operand<P>; 2], b: [Operand<P>; 2]) -> [Sum<P>; 2] {
        debug_assert!([a, b].as_flattened().iter().all(fits_quadratic), "operand out of bounds");
        let [c0, c1] = product::product_quadratic([a[0].0, a[1].0], [b[0].0, b[1].0]);
        [Sum(product::reduce::<P>(c0), PhantomData), Sum(product::reduce::<P>(c1), PhantomData)]
    }

    #[inline(always)]
    fn mul_quadratic_wide(a: [Operand<P>; 2], b: [Operand<P>; 2]) -> [Wide<P>; 2] {
        debug_assert!([a, b].as_flattened().iter().all(fits_quadratic), "operand out of bounds");
        let [c0, c1] = product::product_quadratic([a[0].0, a[1].0], [b[0].0, b[1].0]);
        [Wide(c0, PhantomData), Wide(c1, PhantomData)]
    }

    /// `(a0 + a1)(a0 − a1)` and `2 a0·a1`.
    #[inline(always)]
    fn square_quadratic(a: [Operand<P>; 2]) -> [Sum<P>; 2] {
        debug_assert!(a.iter().all(fits_quadratic), "operand out of bounds");
        let (a0, a1) = (Sum::<P>(a[0].0, PhantomData), Sum::<P>(a[1].0, PhantomData));
        let sum = product::sum(a[0].0, a[1].0);
        let twice = product::sum(a[0].0, a[0].0);
        let difference = (a0 - a1).carry_unchecked::<6>();
        let c0 = product::reduce::<P>(product::product(sum, difference));
        let c1 = product::reduce::<P>(product::product(twice, a[1].0));
        [Sum(c0, PhantomData), Sum(c1, PhantomData)]
    }
}

impl<P: Params> Sum<P> {
    /// The limbs of the sum plus `K·p`, which must lie in `[0, 2^260)`.
    #[inline(always)]
    fn carry_unchecked<const K: usize>(self) -> Five {
        carried((self + Sum(splat(P::MULTIPLES[K]), PhantomData)).0)
    }
}

#[inline(always)]
fn splat(limbs: Limbs) -> Five {
    let mut vectors = [v512::zero(); 5];
    for i in 0..5 {
        vectors[i] = v512::splat(limbs[i]);
    }
    vectors
}

#[inline(always)]
fn rotate<const N: usize>(v: V) -> V {
    match N {
        1 => v512::rotate::<1>(v),
        2 => v512::rotate::<2>(v),
        4 => v512::rotate::<4>(v),
        _ => {
            let words = v512::to_words(v);
            v512::from_words(&core::array::from_fn(|i| words[(i + N) % 8]))
        }
    }
}

/// Whether a coordinate of [`Quadratic`](crate::quadratic::Quadratic)'s operand is below its bound, by its top limb.
#[inline(never)]
fn fits_quadratic<P: Params>(coordinate: &Operand<P>) -> bool {
    within(coordinate.0, (P::P[4] * 56).div_ceil(10) + 1)
}

/// Whether the limbs are carried and the top one is below `top`, in each lane.
#[inline(never)]
fn within(limbs: Five, top: u64) -> bool {
    (0..5).all(|i| v512::to_words(limbs[i]).iter().all(|&limb| limb < if i == 4 { top } else { MASK + 1 }))
}
