//! Blocks of 64 elements: three stages between vectors, a transposition, and three more between vectors.
//!
//! The last stage has no twiddles, the one before half of them, the third last three quarters: 17 products of vectors, not 24.

use super::butterflies::{
    down2, down2_untwisted, down4, down4_untwisted, up2, up2_untwisted, up4, up4_untwisted,
};
use super::twiddles::LeafTwiddles;
use crate::lanes::{Line, Loose, PrimeLanes};

/// From natural to scrambled order. With `TWIST` each value is multiplied by the one in `twist`, and lies in `[0, 1.3p)`.
#[inline(always)]
pub(super) fn down<L: PrimeLanes, const TWIST: bool>(
    x: &mut [L::Loose; 8],
    w: &LeafTwiddles<L>,
    twist: &[L],
) {
    for j in 0..2 {
        [x[j], x[j + 2], x[j + 4], x[j + 6]] =
            down4::<L>([x[j], x[j + 2], x[j + 4], x[j + 6]], &w.order64[j], w.quarter);
    }
    for j in [0, 2, 4, 6] {
        [x[j], x[j + 1]] = down2::<L>([x[j], x[j + 1]], w.order16);
    }
    let mut elements = [L::zero(); 8];
    for j in 0..8 {
        elements[j] = x[j].settle::<0>();
    }
    transpose(&elements, x);
    [x[0], x[4]] = down2_untwisted::<L>([x[0], x[4]]);
    for j in 1..4 {
        [x[j], x[j + 4]] = down2::<L>([x[j], x[j + 4]], w.order8[j - 1]);
    }
    for j in [0, 4] {
        let [a, b, c, d] = down4_untwisted::<L>([x[j], x[j + 1], x[j + 2], x[j + 3]], w.quarter);
        if TWIST {
            x[j] = L::mul_loose(a.carry::<0>(), twist[j]);
            x[j + 1] = L::mul_loose(b.carry::<5>(), twist[j + 1]);
            x[j + 2] = L::mul_loose(c.carry::<3>(), twist[j + 2]);
            x[j + 3] = L::mul_loose(d.carry::<4>(), twist[j + 3]);
        } else {
            x[j] = a.reduce::<0>().loose();
            x[j + 1] = b.reduce::<5>().loose();
            x[j + 2] = c.reduce::<3>().loose();
            x[j + 3] = d.reduce::<4>().loose();
        }
    }
}

/// From scrambled to natural order; values must lie in `[0, 1.3p)`.
#[inline(always)]
pub(super) fn up<L: PrimeLanes>(x: &mut [L::Loose; 8], w: &LeafTwiddles<L>) {
    for j in [0, 4] {
        [x[j], x[j + 1], x[j + 2], x[j + 3]] =
            up4_untwisted::<L>([x[j], x[j + 1], x[j + 2], x[j + 3]], w.quarter);
    }
    [x[0], x[4]] = up2_untwisted::<L>([x[0], x[4]]);
    for j in 1..4 {
        [x[j], x[j + 4]] = up2::<L>([x[j], x[j + 4]], w.order8[j - 1]);
    }
    let mut elements = [L::zero(); 8];
    for j in 0..8 {
        elements[j] = x[j].reduce::<3>();
    }
    transpose(&elements, x);
    for j in [0, 2, 4, 6] {
        [x[j], x[j + 1]] = up2::<L>([x[j], x[j + 1]], w.order16);
    }
    for j in 0..2 {
        [x[j], x[j + 2], x[j + 4], x[j + 6]] =
            up4::<L>([x[j], x[j + 2], x[j + 4], x[j + 6]], &w.order64[j], w.quarter);
    }
}

/// Moves lane `j` of vector `i` to lane `i` of vector `j`, by way of memory.
#[inline(always)]
fn transpose<L: PrimeLanes>(from: &[L; 8], to: &mut [L::Loose; 8]) {
    let mut rows = [[Line([0; 8]); 4]; 8];
    for pair in 0..4 {
        L::store_pairs::<4>(from[2 * pair], from[2 * pair + 1], &mut rows.as_flattened_mut()[pair..]);
    }
    for j in 0..8 {
        to[j] = L::load(&rows[j]).loose();
    }
}
