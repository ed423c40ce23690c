//! Products on limbs, and their reduction: one lane at a time, in loops over lanes.
//!
//! With `R = 2^261`, Montgomery's method limb by limb on the columns `T = Σ t_k 2^(29k)` of a product: for `i` from 0 to 8,
//!
//! ```text
//! m = −t_i/p mod 2^29,   T ← T + m·p·2^(29i),   the carry of t_i, now a multiple of 2^29, goes to t_(i+1)
//! ```
//!
//! What is left is `T/R + p` at most. A column holds nine products of 58 bits, or eighteen of a quadratic product, nine more from the
//! reduction, and a carry: below 2^63. Differences of columns wrap around, and are negative numbers in two's complement.
//!
//! Each loop's body is straight-line code without branches on 32-bit factors and 64-bit sums, which is what lets compilers make
//! vectors of the eight lanes, whatever instructions they have. So sums are [`Wrapping`] and nothing here is a loop over limbs. These
//! loops are functions of their own: inlined into their callers they would be the same instructions many times over.

use core::num::Wrapping;

use super::params::{BITS, Limbs, MASK, Params, RECIPROCAL_BITS};

/// Limbs of eight lanes, limb by limb.
pub(super) type Lanes32 = [[u32; 8]; 9];

/// A word of a column.
type Word = Wrapping<u64>;
/// The limbs of one lane.
type Nine = [Word; 9];
/// The columns of a product; the last is the carry's.
type Columns = [Word; 18];

/// `a·b/R`, in each lane.
#[inline(never)]
pub(super) fn mul<P: Params>(a: &Lanes32, b: &Lanes32) -> Lanes32 {
    let mut out = [[0; 8]; 9];
    for lane in 0..8 {
        put(&mut out, lane, reduce::<P, false>(columns(take(a, lane), take(b, lane))));
    }
    out
}

/// `a²/R`, in each lane.
#[inline(never)]
pub(super) fn square<P: Params>(a: &Lanes32) -> Lanes32 {
    let mut out = [[0; 8]; 9];
    for lane in 0..8 {
        put(&mut out, lane, reduce::<P, false>(square_columns(take(a, lane))));
    }
    out
}

/// `(a0 + a1 u)(b0 + b1 u)/R` with `u² = −1`, by Karatsuba's three products. The top limb of the first may be negative.
#[inline(never)]
pub(super) fn mul_quadratic<P: Params>(a: [&Lanes32; 2], b: [&Lanes32; 2]) -> [Lanes32; 2] {
    let mut out = [[[0; 8]; 9]; 2];
    for lane in 0..8 {
        let (a0, a1) = (take(a[0], lane), take(a[1], lane));
        let (b0, b1) = (take(b[0], lane), take(b[1], lane));
        let (v0, v1) = (columns(a0, b0), columns(a1, b1));
        // Limbs of 30 bits: the columns may pass 2^64, the difference below does not.
        let cross = columns(add(a0, a1), add(b0, b1));
        put(&mut out[0], lane, reduce::<P, true>(sub_columns(v0, v1)));
        put(&mut out[1], lane, reduce::<P, false>(sub_columns(sub_columns(cross, v0), v1)));
    }
    out
}

/// `(a0 + a1)(a0 − a1)/R` and `2 a0·a1/R`, for `a1` below `6p`.
#[inline(never)]
pub(super) fn square_quadratic<P: Params>(a: [&Lanes32; 2]) -> [Lanes32; 2] {
    let mut out = [[[0; 8]; 9]; 2];
    for lane in 0..8 {
        let (a0, a1) = (take(a[0], lane), take(a[1], lane));
        let difference = carried::<true>(sub(add(a0, constant(P::MULTIPLES[6])), a1));
        put(&mut out[0], lane, reduce::<P, false>(columns(add(a0, a1), difference)));
        put(&mut out[1], lane, reduce::<P, false>(columns(add(a0, a0), a1)));
    }
    out
}

#[inline(always)]
fn take(a: &Lanes32, lane: usize) -> Nine {
    let limb = |i: usize| Wrapping(u64::from(a[i][lane]));
    [limb(0), limb(1), limb(2), limb(3), limb(4), limb(5), limb(6), limb(7), limb(8)]
}

#[inline(always)]
fn put(out: &mut Lanes32, lane: usize, a: Nine) {
    out[0][lane] = a[0].0 as u32;
    out[1][lane] = a[1].0 as u32;
    out[2][lane] = a[2].0 as u32;
    out[3][lane] = a[3].0 as u32;
    out[4][lane] = a[4].0 as u32;
    out[5][lane] = a[5].0 as u32;
    out[6][lane] = a[6].0 as u32;
    out[7][lane] = a[7].0 as u32;
    out[8][lane] = a[8].0 as u32;
}

#[inline(always)]
fn constant(limbs: Limbs) -> Nine {
    let limb = |i: usize| Wrapping(u64::from(limbs[i]));
    [limb(0), limb(1), limb(2), limb(3), limb(4), limb(5), limb(6), limb(7), limb(8)]
}

#[inline(always)]
fn add(a: Nine, b: Nine) -> Nine {
    let s = |i: usize| a[i] + b[i];
    [s(0), s(1), s(2), s(3), s(4), s(5), s(6), s(7), s(8)]
}

#[inline(always)]
fn sub(a: Nine, b: Nine) -> Nine {
    let d = |i: usize| a[i] - b[i];
    [d(0), d(1), d(2), d(3), d(4), d(5), d(6), d(7), d(8)]
}

#[inline(always)]
fn sub_columns(a: Columns, b: Columns) -> Columns {
    let d = |i: usize| a[i] - b[i];
    [
        d(0),
        d(1),
        d(2),
        d(3),
        d(4),
        d(5),
        d(6),
        d(7),
        d(8),
        d(9),
        d(10),
        d(11),
        d(12),
        d(13),
        d(14),
        d(15),
        d(16),
        d(17),
    ]
}

#[inline(always)]
#[rustfmt::skip]
fn columns(a: Nine, b: Nine) -> Columns {
    [
        a[0] * b[0],
        a[0] * b[1] + a[1] * b[0],
        a[0] * b[2] + a[1] * b[1] + a[2] * b[0],
        a[0] * b[3] + a[1] * b[2] + a[2] * b[1] + a[3] * b[0],
        a[0] * b[4] + a[1] * b[3] + a[2] * b[2] + a[3] * b[1] + a[4] * b[0],
        a[0] * b[5] + a[1] * b[4] + a[2] * b[3] + a[3] * b[2] + a[4] * b[1] + a[5] * b[0],
        a[0] * b[6] + a[1] * b[5] + a[2] * b[4] + a[3] * b[3] + a[4] * b[2] + a[5] * b[1] + a[6] * b[0],
        a[0] * b[7] + a[1] * b[6] + a[2] * b[5] + a[3] * b[4] + a[4] * b[3] + a[5] * b[2] + a[6] * b[1] + a[7] * b[0],
        a[0] * b[8] + a[1] * b[7] + a[2] * b[6] + a[3] * b[5] + a[4] * b[4] + a[5] * b[3] + a[6] * b[2] + a[7] * b[1] + a[8] * b[0],
        a[1] * b[8] + a[2] * b[7] + a[3] * b[6] + a[4] * b[5] + a[5] * b[4] + a[6] * b[3] + a[7] * b[2] + a[8] * b[1],
        a[2] * b[8] + a[3] * b[7] + a[4] * b[6] + a[5] * b[5] + a[6] * b[4] + a[7] * b[3] + a[8] * b[2],
        a[3] * b[8] + a[4] * b[7] + a[5] * b[6] + a[6] * b[5] + a[7] * b[4] + a[8] * b[3],
        a[4] * b[8] + a[5] * b[7] + a[6] * b[6] + a[7] * b[5] + a[8] * b[4],
        a[5] * b[8] + a[6] * b[7] + a[7] * b[6] + a[8] * b[5],
        a[6] * b[8] + a[7] * b[7] + a[8] * b[6],
        a[7] * b[8] + a[8] * b[7],
        a[8] * b[8],
        Wrapping(0),
    ]
}

/// [`columns`] of a factor and itself: the products off the diagonal once, doubled.
#[inline(always)]
#[rustfmt::skip]
fn square_columns(a: Nine) -> Columns {
    let d = add(a, a);
    [
        a[0] * a[0],
        d[0] * a[1],
        d[0] * a[2] + a[1] * a[1],
        d[0] * a[3] + d[1] * a[2],
        d[0] * a[4] + d[1] * a[3] + a[2] * a[2],
        d[0] * a[5] + d[1] * a[4] + d[2] * a[3],
        d[0] * a[6] + d[1] * a[5] + d[2] * a[4] + a[3] * a[3],
        d[0] * a[7] + d[1] * a[6] + d[2] * a[5] + d[3] * a[4],
        d[0] * a[8] + d[1] * a[7] + d[2] * a[6] + d[3] * a[5] + a[4] * a[4],
        d[1] * a[8] + d[2] * a[7] + d[3] * a[6] + d[4] * a[5],
        d[2] * a[8] + d[3] * a[7] + d[4] * a[6] + a[5] * a[5],
        d[3] * a[8] + d[4] * a[7] + d[5] * a[6],
        d[4] * a[8] + d[5] * a[7] + a[6] * a[6],
        d[5] * a[8] + d[6] * a[7],
        d[6] * a[8] + a[7] * a[7],
        d[7] * a[8],
        a[8] * a[8],
        Wrapping(0),
    ]
}

/// `T/R` modulo p; limbs 0 to 7 of the result are carried. `SIGNED` if T may be negative.
#[inline(always)]
fn reduce<P: Params, const SIGNED: bool>(mut t: Columns) -> Nine {
    clear::<P, SIGNED, 0>(&mut t);
    clear::<P, SIGNED, 1>(&mut t);
    clear::<P, SIGNED, 2>(&mut t);
    clear::<P, SIGNED, 3>(&mut t);
    clear::<P, SIGNED, 4>(&mut t);
    clear::<P, SIGNED, 5>(&mut t);
    clear::<P, SIGNED, 6>(&mut t);
    clear::<P, SIGNED, 7>(&mut t);
    clear::<P, SIGNED, 8>(&mut t);
    carried::<SIGNED>([t[9], t[10], t[11], t[12], t[13], t[14], t[15], t[16], t[17]])
}

/// One step of Montgomery's.
#[inline(always)]
fn clear<P: Params, const SIGNED: bool, const I: usize>(t: &mut Columns) {
    let low = Wrapping(MASK);
    let m = ((t[I] & low) * Wrapping(P::P_INVERSE)) & low;
    let p = constant(P::P);
    t[I] += m * p[0];
    t[I + 1] += m * p[1] + carry::<SIGNED>(t[I]);
    t[I + 2] += m * p[2];
    t[I + 3] += m * p[3];
    t[I + 4] += m * p[4];
    t[I + 5] += m * p[5];
    t[I + 6] += m * p[6];
    t[I + 7] += m * p[7];
    t[I + 8] += m * p[8];
}

/// What goes to the next limb.
#[inline(always)]
fn carry<const SIGNED: bool>(word: Word) -> Word {
    Wrapping(if SIGNED { (word.0.cast_signed() >> BITS).cast_unsigned() } else { word.0 >> BITS })
}

/// Takes the carries, in sequence; the top limb keeps what is left.
#[inline(always)]
fn carried<const SIGNED: bool>(mut a: Nine) -> Nine {
    let low = Wrapping(MASK);
    a[1] += carry::<SIGNED>(a[0]);
    a[2] += carry::<SIGNED>(a[1]);
    a[3] += carry::<SIGNED>(a[2]);
    a[4] += carry::<SIGNED>(a[3]);
    a[5] += carry::<SIGNED>(a[4]);
    a[6] += carry::<SIGNED>(a[5]);
    a[7] += carry::<SIGNED>(a[6]);
    a[8] += carry::<SIGNED>(a[7]);
    [a[0] & low, a[1] & low, a[2] & low, a[3] & low, a[4] & low, a[5] & low, a[6] & low, a[7] & low, a[8]]
}

/// Limbs of sums: signed.
pub(super) type Lanes64 = [[i64; 8]; 9];

/// What carries from the limbs below may take from the top limb of a sum, at most.
const BORROW: i64 = 1 << 9;

/// The sum plus `K·p`, carries taken.
#[inline(never)]
pub(super) fn carry_sum<P: Params, const K: usize>(a: &Lanes64) -> Lanes32 {
    let mut out = [[0; 8]; 9];
    for lane in 0..8 {
        put(&mut out, lane, carried::<true>(add(take_sum(a, lane), constant(P::MULTIPLES[K]))));
    }
    out
}

/// The sum plus `K·p`, reduced below `1.001p`.
///
/// The quotient by p is read off the top limb before carries: at most one too small, and a little; never too large, for what carries
/// could take away is taken away first. Without differences (`K = 0`) they take nothing.
#[inline(never)]
pub(super) fn reduce_sum<P: Params, const K: usize>(a: &Lanes64) -> Lanes32 {
    let mut out = [[0; 8]; 9];
    let borrow = if K > 0 { BORROW } else { 0 };
    for lane in 0..8 {
        let sum = add(take_sum(a, lane), constant(P::MULTIPLES[K]));
        put(&mut out, lane, less_multiple::<P>(sum, borrow));
    }
    out
}

/// [`reduce_sum`] for any sum between `−128p` and `128p`.
#[inline(never)]
pub(super) fn reduce_large_sum<P: Params>(a: &Lanes64) -> Lanes32 {
    let mut out = [[0; 8]; 9];
    for lane in 0..8 {
        let (sum, p) = (take_sum(a, lane), constant(P::P));
        let s = |i: usize| sum[i] + (p[i] << 7);
        put(
            &mut out,
            lane,
            less_multiple::<P>([s(0), s(1), s(2), s(3), s(4), s(5), s(6), s(7), s(8)], BORROW),
        );
    }
    out
}

/// A positive sum less the multiple of p that its top limb shows.
#[inline(always)]
fn less_multiple<P: Params>(sum: Nine, borrow: i64) -> Nine {
    let top = sum[8] - Wrapping(borrow.cast_unsigned());
    let quotient =
        ((top & Wrapping(u64::from(u32::MAX))) * Wrapping(P::RECIPROCAL)) >> RECIPROCAL_BITS as usize;
    let p = constant(P::P);
    let less = |i: usize| sum[i] - quotient * p[i];
    carried::<true>([less(0), less(1), less(2), less(3), less(4), less(5), less(6), less(7), less(8)])
}

/// Numbers below `2p`, less p where they are not below it.
#[inline(never)]
pub(super) fn canonical<P: Params>(a: &Lanes32) -> Lanes32 {
    let mut out = [[0; 8]; 9];
    for lane in 0..8 {
        let a = take(a, lane);
        let less = carried::<true>(sub(a, constant(P::P)));
        // All ones if that is negative.
        let negative = Wrapping((less[8].0.cast_signed() >> 63).cast_unsigned());
        let chosen = |i: usize| a[i] & negative | less[i] & !negative;
        let all = [
            chosen(0),
            chosen(1),
            chosen(2),
            chosen(3),
            chosen(4),
            chosen(5),
            chosen(6),
            chosen(7),
            chosen(8),
        ];
        put(&mut out, lane, all);
    }
    out
}

#[inline(always)]
fn take_sum(a: &Lanes64, lane: usize) -> Nine {
    let limb = |i: usize| Wrapping(a[i][lane].cast_unsigned());
    [limb(0), limb(1), limb(2), limb(3), limb(4), limb(5), limb(6), limb(7), limb(8)]
}
