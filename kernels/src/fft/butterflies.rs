//! The stages of radix 4 and 2, and the bounds that they keep.
//!
//! Values at work are loose sums, whose carries are taken once, when they become a factor:
//!
//! | walk | every value at work lies in |
//! | --- | --- |
//! | down | `[0, 2.3p)`: a loose product or a reduced sum |
//! | up | `(−2.6p, 6.2p)`: a sum of products and at most one reduced sum |
//!
//! for a reduced sum is below `2.3p` and a product of any operand and a twiddle (below `1.2p`) is below `1.3p`. The comments
//! give the ranges in units of p.

use crate::lanes::{Lanes, Loose};

use super::twiddles::Triple;

/// Takes the values of `Σ x_q X^q` at the powers of `i`, in the order 0, 2, 1, 3, times 1, `w²`, `w`, `w³`.
#[inline(always)]
pub(super) fn down4<L: Lanes>(x: [L::Loose; 4], w: &Triple<L>, i: L) -> [L::Loose; 4] {
    let [sum, c, a, b] = down4_untwisted::<L>(x, i);
    [
        sum.reduce::<0>().loose(),
        L::mul_loose(c.carry::<5>(), w[1]),
        L::mul_loose(a.carry::<3>(), w[0]),
        L::mul_loose(b.carry::<4>(), w[2]),
    ]
}

/// The values at the powers of `i`, in the order 0, 2, 1, 3: in `[0, 9.2)`, `(−4.6, 4.6)`, `(−2.3, 3.6)` and `(−3.6, 2.3)`.
#[inline(always)]
pub(super) fn down4_untwisted<L: Lanes>(x: [L::Loose; 4], i: L) -> [L::Loose; 4] {
    let (s, t) = (x[0] + x[2], x[1] + x[3]);
    let d = x[0] - x[2];
    let e = L::mul_loose((x[1] - x[3]).carry::<3>(), i);
    [s + t, s - t, d + e, d - e]
}

/// The inverse of [`down4`], times 4, where `w` and `i` are the inverses.
#[inline(always)]
pub(super) fn up4<L: Lanes>(y: [L::Loose; 4], w: &Triple<L>, i: L) -> [L::Loose; 4] {
    up4_untwisted::<L>(
        [
            y[0].reduce::<3>().loose(),
            L::mul_loose(y[1].carry::<3>(), w[1]),
            L::mul_loose(y[2].carry::<3>(), w[0]),
            L::mul_loose(y[3].carry::<3>(), w[2]),
        ],
        i,
    )
}

/// The inverse of [`down4_untwisted`], times 4. The first value lies in `[0, 2.3)`, the others in `[0, 1.3)`.
#[inline(always)]
pub(super) fn up4_untwisted<L: Lanes>(y: [L::Loose; 4], i: L) -> [L::Loose; 4] {
    let (s, t) = (y[0] + y[1], y[0] - y[1]);
    let d = y[2] + y[3];
    let f = L::mul_loose((y[2] - y[3]).carry::<2>(), i);
    [s + d, t + f, s - d, t - f]
}

/// `x0 + x1` and `(x0 − x1)·w`.
#[inline(always)]
pub(super) fn down2<L: Lanes>(x: [L::Loose; 2], w: L) -> [L::Loose; 2] {
    [(x[0] + x[1]).reduce::<0>().loose(), L::mul_loose((x[0] - x[1]).carry::<3>(), w)]
}

/// [`down2`] with `w = 1`.
#[inline(always)]
pub(super) fn down2_untwisted<L: Lanes>(x: [L::Loose; 2]) -> [L::Loose; 2] {
    [(x[0] + x[1]).reduce::<0>().loose(), (x[0] - x[1]).reduce::<3>().loose()]
}

/// The inverse of [`down2`], times 2, where `w` is the inverse: in `(−1.3, 3.6)`.
#[inline(always)]
pub(super) fn up2<L: Lanes>(y: [L::Loose; 2], w: L) -> [L::Loose; 2] {
    let (a, b) = (y[0].reduce::<3>().loose(), L::mul_loose(y[1].carry::<3>(), w));
    [a + b, a - b]
}

/// [`up2`] with `w = 1`: in `(−2.3, 4.6)`.
#[inline(always)]
pub(super) fn up2_untwisted<L: Lanes>(y: [L::Loose; 2]) -> [L::Loose; 2] {
    let (a, b) = (y[0].reduce::<3>().loose(), y[1].reduce::<3>().loose());
    [a + b, a - b]
}
