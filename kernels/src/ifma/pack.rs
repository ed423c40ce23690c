//! Packed words to limbs and back, eight elements at a time.
//!
//! Lines hold elements one after the other; vectors hold one word of eight elements. Between the two stands the transposition of
//! an 8 × 8 matrix of words: 24 shuffles.

use super::params::MASK;
use super::product::Five;
use super::v512::{
    V, and, from_words, funnel_shr, load, lookup2, or, quarters, shl, shr, splat, store, unpack_hi,
    unpack_lo, zero,
};
use crate::lanes::Line;

/// Word `k` of each of eight lines, for `k` from 0 to 7.
#[inline(always)]
pub(super) fn load_words(lines: [&Line; 8]) -> [V; 8] {
    let mut rows = [zero(); 8];
    for i in 0..8 {
        rows[i] = load(lines[i]);
    }
    transpose(rows)
}

/// The reverse of [`load_words`]: row `i` goes to line `i·stride`.
#[inline(always)]
pub(super) fn store_words(words: [V; 8], lines: &mut [Line], stride: usize) {
    let rows = transpose(words);
    for i in 0..8 {
        store(&mut lines[i * stride], rows[i]);
    }
}

/// Rows to columns.
#[inline(always)]
fn transpose(r: [V; 8]) -> [V; 8] {
    // Pairs of rows: words 2i of both in the 128-bit quarters i.
    let a = [unpack_lo(r[0], r[1]), unpack_hi(r[0], r[1]), unpack_lo(r[2], r[3]), unpack_hi(r[2], r[3])];
    let b = [unpack_lo(r[4], r[5]), unpack_hi(r[4], r[5]), unpack_lo(r[6], r[7]), unpack_hi(r[6], r[7])];
    // Quarters 0 and 2, or 1 and 3, of two pairs.
    let (a0, a1, a2, a3) = (even(a[0], a[2]), odd(a[0], a[2]), even(a[1], a[3]), odd(a[1], a[3]));
    let (b0, b1, b2, b3) = (even(b[0], b[2]), odd(b[0], b[2]), even(b[1], b[3]), odd(b[1], b[3]));
    [
        even(a0, b0),
        even(a2, b2),
        even(a1, b1),
        even(a3, b3),
        odd(a0, b0),
        odd(a2, b2),
        odd(a1, b1),
        odd(a3, b3),
    ]
}

#[inline(always)]
fn even(a: V, b: V) -> V {
    quarters::<0b10_00_10_00>(a, b)
}

#[inline(always)]
fn odd(a: V, b: V) -> V {
    quarters::<0b11_01_11_01>(a, b)
}

#[inline(always)]
fn first(a: V, b: V) -> V {
    quarters::<0b01_00_01_00>(a, b)
}

#[inline(always)]
fn second(a: V, b: V) -> V {
    quarters::<0b11_10_11_10>(a, b)
}

/// Word `k` of eight consecutive elements of four words.
#[inline(always)]
pub(super) fn load_consecutive(lines: &[Line; 4]) -> [V; 4] {
    let [low, high] = [from_words(&[0, 4, 8, 12, 1, 5, 9, 13]), from_words(&[2, 6, 10, 14, 3, 7, 11, 15])];
    let (v0, v1, v2, v3) = (load(&lines[0]), load(&lines[1]), load(&lines[2]), load(&lines[3]));
    let (t01, t23) = (lookup2(v0, v1, low), lookup2(v0, v1, high));
    let (u01, u23) = (lookup2(v2, v3, low), lookup2(v2, v3, high));
    [first(t01, u01), second(t01, u01), first(t23, u23), second(t23, u23)]
}

/// The reverse of [`load_consecutive`].
#[inline(always)]
pub(super) fn store_consecutive(w: [V; 4], lines: &mut [Line; 4]) {
    // Elements 0..3 and 4..7 of words 0 and 1, and of words 2 and 3.
    let (t01, u01) = (first(w[0], w[1]), second(w[0], w[1]));
    let (t23, u23) = (first(w[2], w[3]), second(w[2], w[3]));
    let [low, high] = [from_words(&[0, 4, 8, 12, 1, 5, 9, 13]), from_words(&[2, 6, 10, 14, 3, 7, 11, 15])];
    store(&mut lines[0], lookup2(t01, t23, low));
    store(&mut lines[1], lookup2(t01, t23, high));
    store(&mut lines[2], lookup2(u01, u23, low));
    store(&mut lines[3], lookup2(u01, u23, high));
}

/// Four words to five limbs.
#[inline(always)]
pub(super) fn to_limbs(w: [V; 4]) -> Five {
    let mask = splat(MASK);
    [
        and(w[0], mask),
        and(funnel_shr::<52>(w[0], w[1]), mask),
        and(funnel_shr::<40>(w[1], w[2]), mask),
        and(funnel_shr::<28>(w[2], w[3]), mask),
        shr::<16>(w[3]),
    ]
}

/// Five limbs, carries taken and the value below 2^256, to four words.
#[inline(always)]
pub(super) fn to_words(l: Five) -> [V; 4] {
    [
        or(l[0], shl::<52>(l[1])),
        or(shr::<12>(l[1]), shl::<40>(l[2])),
        or(shr::<24>(l[2]), shl::<28>(l[3])),
        or(shr::<36>(l[3]), shl::<16>(l[4])),
    ]
}
