//! Products on limbs, and their reduction.
//!
//! With `R = 2^260`, the product `T = ab` of ten limbs is taken to a number that is `T/R` modulo p:
//!
//! ```text
//! T  = t0 + t1·2^52 + … + t9·2^468
//! 1. t0, t1, t2 are replaced by t0·2^-156 + t1·2^-104 + t2·2^-52 (mod p), which is added from limb 3 on      (30 products)
//! 2. t3 is replaced by t3·2^-52 (mod p), added from limb 4 on                                                  (10)
//! 3. t4 is cleared by Montgomery's step: m = −t4/p mod 2^52, T += m·p                                          (10)
//! ```
//!
//! Steps 1 and 2 need no quotient, so their chains are short. What they add is below `3·2^52·p·2^156` and `2^52·0.13p·2^208`
//! (`2^-52 mod p` is `0.127p` in Fq, `0.122p` in Fr), so the result is below `T/R + 1.127p` plus `2^-50 p`.
//!
//! The multiply-add instructions look at the low 52 bits of each factor, so that limbs need no masking once their carry has been
//! passed on. Carries go from limb to limb **in sequence**: a limb may become 2^52 through the carry that it receives.
//! Limbs of `T` are signed; at most 2^57 in magnitude.

use super::params::{MASK, Params};
use super::v512::{V, add, carry52, madd_hi, madd_lo, splat, sub, zero};

/// The limbs of a factor, each below 2^52.
pub(super) type Five = [V; 5];
/// The limbs of a product.
pub(super) type Ten = [V; 10];

/// `a·b`.
#[inline(always)]
pub(super) fn product(a: Five, b: Five) -> Ten {
    let mut t = [zero(); 10];
    for i in 0..5 {
        for j in 0..5 {
            t[i + j] = madd_lo(t[i + j], a[i], b[j]);
            t[i + j + 1] = madd_hi(t[i + j + 1], a[i], b[j]);
        }
    }
    t
}

/// `a²`: the products off the diagonal once, doubled.
#[inline(always)]
pub(super) fn square(a: Five) -> Ten {
    let mut t = [zero(); 10];
    for i in 0..5 {
        for j in i + 1..5 {
            t[i + j] = madd_lo(t[i + j], a[i], a[j]);
            t[i + j + 1] = madd_hi(t[i + j + 1], a[i], a[j]);
        }
    }
    for limb in &mut t[1..9] {
        *limb = add(*limb, *limb);
    }
    for i in 0..5 {
        t[2 * i] = madd_lo(t[2 * i], a[i], a[i]);
        t[2 * i + 1] = madd_hi(t[2 * i + 1], a[i], a[i]);
    }
    t
}

/// `T/R` modulo p, carries not taken.
#[inline(always)]
pub(super) fn reduce<P: Params>(mut t: Ten) -> Five {
    t[1] = add(t[1], carry52(t[0]));
    t[2] = add(t[2], carry52(t[1]));
    t[3] = add(t[3], carry52(t[2]));
    for k in 0..3 {
        for j in 0..5 {
            let fold = splat(P::FOLD[2 - k][j]);
            t[3 + j] = madd_lo(t[3 + j], t[k], fold);
            t[4 + j] = madd_hi(t[4 + j], t[k], fold);
        }
    }
    t[4] = add(t[4], carry52(t[3]));
    for j in 0..5 {
        let fold = splat(P::FOLD[0][j]);
        t[4 + j] = madd_lo(t[4 + j], t[3], fold);
        t[5 + j] = madd_hi(t[5 + j], t[3], fold);
    }
    // Low limb: t4 + low52(m·p0) is t4 rounded up to a multiple of 2^52.
    let m = madd_lo(zero(), t[4], splat(P::P_INVERSE));
    t[5] = add(t[5], carry52(add(t[4], splat(MASK))));
    t[5] = madd_hi(t[5], m, splat(P::P[0]));
    for j in 1..5 {
        t[4 + j] = madd_lo(t[4 + j], m, splat(P::P[j]));
        t[5 + j] = madd_hi(t[5 + j], m, splat(P::P[j]));
    }
    [t[5], t[6], t[7], t[8], t[9]]
}

/// `(a0 + a1 u)(b0 + b1 u)` with `u² = −1`, before reduction, by Karatsuba's three products.
#[inline(always)]
pub(super) fn product_quadratic(a: [Five; 2], b: [Five; 2]) -> [Ten; 2] {
    let v0 = product(a[0], b[0]);
    let v1 = product(a[1], b[1]);
    let cross = product(sum(a[0], a[1]), sum(b[0], b[1]));
    let mut c0 = v0;
    let mut c1 = cross;
    for k in 0..10 {
        c0[k] = sub(v0[k], v1[k]);
        c1[k] = sub(cross[k], add(v0[k], v1[k]));
    }
    [c0, c1]
}

/// `a + b`, carries taken. The sum must be below 2^260.
#[inline(always)]
pub(super) fn sum(a: Five, b: Five) -> Five {
    let mut limbs = a;
    for i in 0..5 {
        limbs[i] = add(a[i], b[i]);
    }
    carried(limbs)
}

/// Takes the carries, in sequence; the top limb keeps what is left.
#[inline(always)]
pub(super) fn carried(mut limbs: Five) -> Five {
    let mask = splat(MASK);
    for i in 0..4 {
        limbs[i + 1] = add(limbs[i + 1], carry52(limbs[i]));
        limbs[i] = super::v512::and(limbs[i], mask);
    }
    limbs
}
