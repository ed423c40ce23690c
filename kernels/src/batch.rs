//! Inversion of many elements for three products each and one inversion in all.
//!
//! ```text
//! prefix_k = x_0 x_1 … x_k;   1/x_k = prefix_{k−1} · (1/prefix_k),   1/prefix_{k−1} = x_k · (1/prefix_k)
//! ```
//!
//! Lanes are separate chains until the end, where the product over the lanes is inverted as one number.
//! Source: P. Montgomery, *Speeding the Pollard and elliptic curve methods of factorization*, 1987, section 10.3.1.

use crate::lanes::Lanes;

/// The inverse of each lane, with one scalar inversion; `None` if a lane is zero.
///
/// With `p1 = x·rot1(x)` and `p2 = p1·rot2(p1)`, lane `i` of `p2·rot4(p2)` is the product over all lanes, and of
/// `rot1(x)·rot2(p1)·rot4(p2)` the product of all but `i`.
#[inline(always)]
pub fn invert_lanes<L: Lanes>(x: L) -> Option<L> {
    let x1 = x.rotate::<1>();
    let p1 = L::mul(x, x1);
    let p1_rotated = p1.rotate::<2>();
    let p2 = L::mul(p1, p1_rotated);
    let p2_rotated = p2.rotate::<4>();
    let all = L::mul(p2, p2_rotated).inverse_of_first()?;
    let others = L::mul(L::mul(x1, p1_rotated), p2_rotated);
    Some(L::mul(all, others))
}

/// Replaces each element by its inverse. False, and nothing changed, if one of them is zero.
#[inline(always)]
#[must_use]
pub fn invert_all<L: Lanes>(values: &mut [L]) -> bool {
    let Some(&first) = values.first() else { return true };
    let mut prefixes = Vec::with_capacity(values.len());
    let mut product = first;
    prefixes.push(product);
    for &value in &values[1..] {
        product = L::mul(product, value);
        prefixes.push(product);
    }
    let Some(mut inverse) = invert_lanes(product) else { return false };
    for k in (1..values.len()).rev() {
        let value = values[k];
        values[k] = L::mul(inverse, prefixes[k - 1]);
        inverse = L::mul(inverse, value);
    }
    values[0] = inverse;
    true
}
