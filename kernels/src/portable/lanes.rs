//! The lane types of this backend: elements, operands and loose sums.
//!
//! Invariants, checked in builds with debug assertions: limbs 0 to 7 of an element or operand are below 2^29, and its top limb is
//! what the bound on the value allows (`2.6p` or `2^257`; the top limb counts units of 2^232, so the check is exact to 2^-21 of p).

use core::marker::PhantomData;
use core::ops::{Add, Sub};

use super::params::{BITS, Limbs, Params, limbs, words};
use super::product::{self, Lanes32, Lanes64};
use crate::lanes::{Lanes, Line, Loose, PrimeLanes};
use crate::modinv;
use crate::wide::WideSum;
use crate::words::Words;

/// Eight elements below `2.6p`.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Element<P: Params>(Lanes32, PhantomData<P>);

/// Eight factors below 2^257.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Operand<P: Params>(Lanes32, PhantomData<P>);

/// Eight sums, limbs signed.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Sum<P: Params>(Lanes64, PhantomData<P>);

impl<P: Params> Element<P> {
    #[inline(always)]
    fn new(limbs: Lanes32) -> Self {
        debug_assert!(within(&limbs, P::P[8] * 26 / 10 + 2), "element out of bounds");
        Self(limbs, PhantomData)
    }

    #[inline(always)]
    fn constant(limbs: Limbs) -> Self {
        let mut out = [[0; 8]; 9];
        for i in 0..9 {
            out[i] = [limbs[i]; 8];
        }
        Self::new(out)
    }

    /// One number of four words a lane.
    fn from_words(words: &[[u64; 4]; 8]) -> Self {
        let mut out = [[0; 8]; 9];
        for lane in 0..8 {
            let limbs = limbs(words[lane]);
            for i in 0..9 {
                out[i][lane] = limbs[i];
            }
        }
        Self::new(out)
    }

    /// The words of each lane, for numbers below 2^256.
    fn to_words(self) -> [[u64; 4]; 8] {
        let mut out = [[0; 4]; 8];
        for lane in 0..8 {
            let mut limbs = [0; 9];
            for i in 0..9 {
                limbs[i] = self.0[i][lane];
            }
            out[lane] = words(limbs);
        }
        out
    }

    /// The words of arkworks as they are: of `x`, those of `x·2^256`.
    #[inline(always)]
    fn from_ark_words(values: &[P::Field; 8]) -> Self {
        let mut words = [[0; 4]; 8];
        for lane in 0..8 {
            words[lane] = values[lane].words();
        }
        Self::from_words(&words)
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
        Self::widened(&element.0)
    }
}

impl<P: Params> Add for Sum<P> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let mut sum = self;
        for i in 0..9 {
            for lane in 0..8 {
                sum.0[i][lane] = self.0[i][lane].wrapping_add(other.0[i][lane]);
            }
        }
        sum
    }
}

impl<P: Params> Sub for Sum<P> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        let mut difference = self;
        for i in 0..9 {
            for lane in 0..8 {
                difference.0[i][lane] = self.0[i][lane].wrapping_sub(other.0[i][lane]);
            }
        }
        difference
    }
}

impl<P: Params> Sum<P> {
    #[inline(always)]
    fn widened(limbs: &Lanes32) -> Self {
        let mut out = [[0; 8]; 9];
        for i in 0..9 {
            for lane in 0..8 {
                out[i][lane] = i64::from(limbs[i][lane]);
            }
        }
        Self(out, PhantomData)
    }

    /// [`widened`](Self::widened) where the top limb is signed.
    #[inline(always)]
    fn widened_signed(limbs: &Lanes32) -> Self {
        let mut out = Self::widened(limbs);
        for lane in 0..8 {
            out.0[8][lane] = i64::from(limbs[8][lane].cast_signed());
        }
        out
    }
}

/// Eight sums of products, each reduced.
#[derive(Clone, Copy)]
pub(super) struct Wide<P: Params>(Sum<P>);

impl<P: Params> Add for Wide<P> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl<P: Params> Sub for Wide<P> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl<P: Params> WideSum<Element<P>> for Wide<P> {
    #[inline(always)]
    fn nine_times(self) -> Self {
        let mut limbs = self.0;
        for i in 0..9 {
            for lane in 0..8 {
                limbs.0[i][lane] = self.0.0[i][lane].wrapping_mul(9);
            }
        }
        Self(limbs)
    }

    #[inline(always)]
    fn loose(self) -> Sum<P> {
        Element::new(product::reduce_large_sum::<P>(&self.0.0)).into()
    }
}

impl<P: Params> Loose<Element<P>> for Sum<P> {
    #[inline(always)]
    fn carry<const K: usize>(self) -> Operand<P> {
        let limbs = product::carry_sum::<P, K>(&self.0);
        debug_assert!(within(&limbs, 1 << 25), "operand out of bounds");
        Operand(limbs, PhantomData)
    }

    #[inline(always)]
    fn settle<const K: usize>(self) -> Element<P> {
        Element::new(self.carry::<K>().0)
    }

    #[inline(always)]
    fn reduce<const K: usize>(self) -> Element<P> {
        Element::new(product::reduce_sum::<P, K>(&self.0))
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
        Self::constant([0; 9])
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
        let words = Self::mul(self, Self::constant(P::TO_ARK)).canonical().to_words();
        words.map(P::Field::from_canonical_words)
    }

    #[inline(always)]
    fn mul_loose(a: impl Into<Operand<P>>, b: impl Into<Operand<P>>) -> Sum<P> {
        Self::mul(a, b).into()
    }

    #[inline(always)]
    fn square_loose(a: impl Into<Operand<P>>) -> Sum<P> {
        Self::square(a).into()
    }

    #[inline(always)]
    fn mul(a: impl Into<Operand<P>>, b: impl Into<Operand<P>>) -> Self {
        Self::new(product::mul::<P>(&a.into().0, &b.into().0))
    }

    #[inline(always)]
    fn square(a: impl Into<Operand<P>>) -> Self {
        Self::new(product::square::<P>(&a.into().0))
    }

    #[inline(always)]
    fn zeros(self) -> u8 {
        let mut zeros = 0;
        for multiple in &P::MULTIPLES[..3] {
            for lane in 0..8 {
                let mut other = 0;
                for i in 0..9 {
                    other |= self.0[i][lane] ^ multiple[i];
                }
                zeros |= u8::from(other == 0) << lane;
            }
        }
        zeros
    }

    #[inline(always)]
    fn select(mask: u8, then: Self, other: Self) -> Self {
        let chosen = lane_masks(mask);
        let mut out = other;
        for i in 0..9 {
            for lane in 0..8 {
                out.0[i][lane] = then.0[i][lane] & chosen[lane] | other.0[i][lane] & !chosen[lane];
            }
        }
        out
    }

    #[inline(always)]
    fn negate_canonical(self, mask: u8) -> Sum<P> {
        let chosen = lane_masks(mask);
        let mut out = [[0; 8]; 9];
        for i in 0..9 {
            for lane in 0..8 {
                // Either the limb, or that of p less the limb.
                let sign = i64::from(chosen[lane].cast_signed());
                let limb = (i64::from(self.0[i][lane]) ^ sign).wrapping_sub(sign);
                out[i][lane] = limb.wrapping_add(i64::from(P::P[i] & chosen[lane]));
            }
        }
        Sum(out, PhantomData)
    }

    #[inline(always)]
    fn rotate<const N: usize>(self) -> Self {
        let mut out = self;
        for i in 0..9 {
            for lane in 0..8 {
                out.0[i][lane] = self.0[i][(lane + N) % 8];
            }
        }
        out
    }

    #[inline(always)]
    fn broadcast_first(self) -> Self {
        let mut out = self;
        for i in 0..9 {
            out.0[i] = [self.0[i][0]; 8];
        }
        out
    }

    #[inline(always)]
    fn inverse_of_first(self) -> Option<Self> {
        let words = self.canonical().to_words()[0];
        let inverse = modinv::invert(words, modinv::Modulus::of::<P::Field>())?;
        Some(Self::mul(Self::constant(limbs(inverse)), Self::constant(P::INVERSE_FIX)))
    }

    #[inline(always)]
    fn canonical(self) -> Self {
        let Self(below_twice_p, _) = Sum::from(self).reduce::<0>();
        Self::new(product::canonical::<P>(&below_twice_p))
    }

    fn pack_pair(first: &P::Field, second: &P::Field, lines: &mut [Line]) {
        lines[0] = joined(Self::pack(first), Self::pack(second));
    }

    fn unpack_pair(lines: &[Line]) -> (P::Field, P::Field) {
        let [first, second] = halves(&lines[0]);
        (Self::unpack(&first), Self::unpack(&second))
    }

    #[inline(always)]
    fn load_pairs(lines: [&[Line]; 8]) -> (Self, Self) {
        let (mut first, mut second) = ([[0; 4]; 8], [[0; 4]; 8]);
        for lane in 0..8 {
            [first[lane], second[lane]] = halves(&lines[lane][0]);
        }
        (Self::from_words(&first), Self::from_words(&second))
    }

    #[inline(always)]
    fn store_pairs<const STRIDE: usize>(first: Self, second: Self, lines: &mut [Line]) {
        let (first, second) = (first.to_words(), second.to_words());
        for lane in 0..8 {
            lines[lane * STRIDE] = joined(first[lane], second[lane]);
        }
    }
}

impl<P: Params> PrimeLanes for Element<P> {
    type Wide = Wide<P>;
    const R_BITS: u32 = 261;

    fn pack(value: &P::Field) -> [u64; 4] {
        (*value * P::Field::from(32_u64)).words()
    }

    fn unpack(words: &[u64; 4]) -> P::Field {
        // The representative of arkworks is 32 times smaller.
        P::Field::from_any_words(*words) * P::Field::from_canonical_words(P::THIRTY_SECOND)
    }

    /// `x·2^256 · 2^5 / 2^261`.
    #[inline(always)]
    fn integers(values: &[P::Field; 8]) -> [[u64; 8]; 4] {
        let product = Self::mul(Self::from_ark_words(values), Self::constant([32, 0, 0, 0, 0, 0, 0, 0, 0]));
        let words = product.canonical().to_words();
        let mut out = [[0; 8]; 4];
        for lane in 0..8 {
            for k in 0..4 {
                out[k][lane] = words[lane][k];
            }
        }
        out
    }

    #[inline(always)]
    fn load(lines: &[Line; 4]) -> Self {
        let mut words = [[0; 4]; 8];
        for pair in 0..4 {
            [words[2 * pair], words[2 * pair + 1]] = halves(&lines[pair]);
        }
        Self::from_words(&words)
    }

    #[inline(always)]
    fn store(self, lines: &mut [Line; 4]) {
        let words = self.canonical().to_words();
        for pair in 0..4 {
            lines[pair] = joined(words[2 * pair], words[2 * pair + 1]);
        }
    }

    #[inline(always)]
    fn mul_quadratic(a: [Operand<P>; 2], b: [Operand<P>; 2]) -> [Sum<P>; 2] {
        debug_assert!([a, b].as_flattened().iter().all(fits_quadratic), "operand out of bounds");
        let [c0, c1] = product::mul_quadratic::<P>([&a[0].0, &a[1].0], [&b[0].0, &b[1].0]);
        [Sum::widened_signed(&c0), Sum::widened(&c1)]
    }

    #[inline(always)]
    fn mul_quadratic_wide(a: [Operand<P>; 2], b: [Operand<P>; 2]) -> [Wide<P>; 2] {
        let [c0, c1] = Self::mul_quadratic(a, b);
        [Wide(c0), Wide(c1)]
    }

    #[inline(always)]
    fn square_quadratic(a: [Operand<P>; 2]) -> [Sum<P>; 2] {
        debug_assert!(a.iter().all(fits_quadratic), "operand out of bounds");
        let [c0, c1] = product::square_quadratic::<P>([&a[0].0, &a[1].0]);
        [Sum::widened(&c0), Sum::widened(&c1)]
    }
}

/// All ones for the lanes whose bit is set.
#[inline(always)]
fn lane_masks(mask: u8) -> [u32; 8] {
    let mut masks = [0; 8];
    for lane in 0..8 {
        masks[lane] = 0_u32.wrapping_sub(u32::from(mask) >> lane & 1);
    }
    masks
}

#[inline(always)]
fn joined([a0, a1, a2, a3]: [u64; 4], [b0, b1, b2, b3]: [u64; 4]) -> Line {
    Line([a0, a1, a2, a3, b0, b1, b2, b3])
}

#[inline(always)]
fn halves(line: &Line) -> [[u64; 4]; 2] {
    let [a0, a1, a2, a3, b0, b1, b2, b3] = line.0;
    [[a0, a1, a2, a3], [b0, b1, b2, b3]]
}

/// Whether a coordinate of [`Quadratic`](crate::quadratic::Quadratic)'s operand is below its bound, by its top limb.
#[inline(never)]
fn fits_quadratic<P: Params>(coordinate: &Operand<P>) -> bool {
    within(&coordinate.0, P::P[8] * 56 / 10 + 2)
}

/// Whether the limbs are carried and the top one is below `top`, in each lane.
#[inline(never)]
fn within(limbs: &Lanes32, top: u32) -> bool {
    (0..9).all(|i| limbs[i].iter().all(|&limb| limb < if i == 8 { top } else { 1 << BITS }))
}
