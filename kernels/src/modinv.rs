//! The inverse of one number modulo a prime, by division steps.
//!
//! ```text
//! (f, g) starts as (p, x); a step halves g, or replaces (f, g) by (g, (g − f)/2); the matrix of 62 steps depends on the low words alone
//! ```
//!
//! Numbers are five signed limbs of 62 bits. The invariants `d·x = f` and `e·x = g` (mod p) hold up to the powers of two that
//! each batch divides by modulo p; when `g = 0`, `f = ±1` and `±d` is the inverse. Variable time.
//!
//! Source: D. Bernstein and B.-Y. Yang, *Fast constant-time gcd computation and modular inversion*, 2019; the batched
//! arrangement of P. Wuille's `modinv64` in libsecp256k1.

use ark_ff::{BigInt, PrimeField};

/// Limbs of 62 bits, signed.
type Limbs = [i64; 5];

const MASK: u64 = u64::MAX >> 2;

/// An odd modulus below 2^256 and its inverse modulo 2^62.
#[derive(Clone, Copy)]
pub(crate) struct Modulus {
    limbs: Limbs,
    inverse: u64,
}

impl Modulus {
    /// The modulus of a prime field.
    #[inline]
    pub(crate) const fn of<F: PrimeField<BigInt = BigInt<4>>>() -> Self {
        const fn inverse(w: u64) -> u64 {
            let mut inverse = 1_u64;
            let mut i = 0;
            while i < 6 {
                inverse = inverse.wrapping_mul(2_u64.wrapping_sub(w.wrapping_mul(inverse)));
                i += 1;
            }
            inverse & MASK
        }
        let words = F::MODULUS.0;
        Self { limbs: split(words), inverse: inverse(words[0]) }
    }
}

/// `1/x` modulo the modulus, for `x` below it; `None` for zero.
pub(crate) fn invert(x: [u64; 4], modulus: Modulus) -> Option<[u64; 4]> {
    if x == [0; 4] {
        return None;
    }
    let (mut d, mut e): (Limbs, Limbs) = ([0; 5], [1, 0, 0, 0, 0]);
    let (mut f, mut g) = (modulus.limbs, split(x));
    let mut len = 5;
    let mut eta = -1;
    loop {
        let t = steps(&mut eta, f[0], g[0]);
        update_de(&mut d, &mut e, t, &modulus);
        update_fg(&mut f[..len], &mut g[..len], t);
        if g[..len].iter().all(|&limb| limb == 0) {
            break;
        }
        // Drop the top limb of both when it is only a sign.
        let (ft, gt) = (f[len - 1], g[len - 1]);
        if len > 1 && (ft == 0 || ft == -1) && (gt == 0 || gt == -1) {
            f[len - 2] |= ((ft as u64) << 62) as i64;
            g[len - 2] |= ((gt as u64) << 62) as i64;
            len -= 1;
        }
    }
    Some(normalise(d, f[len - 1] < 0, &modulus))
}

/// 62 division steps on the low words: the matrix `(u, v; q, r)` that takes `(f, g)` to 2^62 times what they become.
#[inline]
fn steps(eta: &mut i64, f: i64, g: i64) -> [i64; 4] {
    let (mut u, mut v, mut q, mut r) = (1_u64, 0_u64, 0_u64, 1_u64);
    let (mut f, mut g) = (f as u64, g as u64);
    let mut left = 62_u32;
    loop {
        // As many halvings as g has zeros.
        let zeros = (g | (u64::MAX << left)).trailing_zeros();
        g >>= zeros;
        u <<= zeros;
        v <<= zeros;
        *eta -= i64::from(zeros);
        left -= zeros;
        if left == 0 {
            break;
        }
        // f and g odd: add the multiple of f to g that clears as many low bits as may be cleared before eta changes sign.
        let w;
        if *eta < 0 {
            *eta = -*eta;
            (f, g) = (g, f.wrapping_neg());
            (u, q) = (q, u.wrapping_neg());
            (v, r) = (r, v.wrapping_neg());
            let limit = (*eta + 1).min(i64::from(left));
            let mask = (u64::MAX >> (64 - limit)) & 63;
            w = f.wrapping_mul(g).wrapping_mul(f.wrapping_mul(f).wrapping_sub(2)) & mask;
        } else {
            let limit = (*eta + 1).min(i64::from(left));
            let mask = (u64::MAX >> (64 - limit)) & 15;
            let inverse = f.wrapping_add((f.wrapping_add(1) & 4) << 1);
            w = inverse.wrapping_neg().wrapping_mul(g) & mask;
        }
        g = g.wrapping_add(f.wrapping_mul(w));
        q = q.wrapping_add(u.wrapping_mul(w));
        r = r.wrapping_add(v.wrapping_mul(w));
    }
    [u as i64, v as i64, q as i64, r as i64]
}

/// `(d, e)` to `t·(d, e)/2^62` modulo p: multiples of p make the low limbs zero. Both stay in `(−2p, p)`.
#[inline]
fn update_de(d: &mut Limbs, e: &mut Limbs, [u, v, q, r]: [i64; 4], modulus: &Modulus) {
    let (sd, se) = (d[4] >> 63, e[4] >> 63);
    let mut md = (u & sd) + (v & se);
    let mut me = (q & sd) + (r & se);
    let mut cd = wide(u, d[0]) + wide(v, e[0]);
    let mut ce = wide(q, d[0]) + wide(r, e[0]);
    let correction = |m: i64, c: i128| {
        let residue = modulus.inverse.wrapping_mul(c as u64).wrapping_add(m as u64) & MASK;
        m - residue as i64
    };
    md = correction(md, cd);
    me = correction(me, ce);
    cd = (cd + wide(modulus.limbs[0], md)) >> 62;
    ce = (ce + wide(modulus.limbs[0], me)) >> 62;
    for i in 1..5 {
        cd += wide(u, d[i]) + wide(v, e[i]) + wide(modulus.limbs[i], md);
        ce += wide(q, d[i]) + wide(r, e[i]) + wide(modulus.limbs[i], me);
        d[i - 1] = (cd as u64 & MASK) as i64;
        e[i - 1] = (ce as u64 & MASK) as i64;
        cd >>= 62;
        ce >>= 62;
    }
    d[4] = cd as i64;
    e[4] = ce as i64;
}

/// `(f, g)` to `t·(f, g)/2^62`, exactly.
#[inline]
fn update_fg(f: &mut [i64], g: &mut [i64], [u, v, q, r]: [i64; 4]) {
    let len = f.len();
    let mut cf = (wide(u, f[0]) + wide(v, g[0])) >> 62;
    let mut cg = (wide(q, f[0]) + wide(r, g[0])) >> 62;
    for i in 1..len {
        cf += wide(u, f[i]) + wide(v, g[i]);
        cg += wide(q, f[i]) + wide(r, g[i]);
        f[i - 1] = (cf as u64 & MASK) as i64;
        g[i - 1] = (cg as u64 & MASK) as i64;
        cf >>= 62;
        cg >>= 62;
    }
    f[len - 1] = cf as i64;
    g[len - 1] = cg as i64;
}

/// `±d`, from `(−2p, p)` to `[0, p)`.
fn normalise(mut d: Limbs, negate: bool, modulus: &Modulus) -> [u64; 4] {
    let add_if_negative = |d: &mut Limbs| {
        if d[4] < 0 {
            for (limb, p) in d.iter_mut().zip(modulus.limbs) {
                *limb += p;
            }
        }
    };
    let carry = |d: &mut Limbs| {
        for i in 0..4 {
            d[i + 1] += d[i] >> 62;
            d[i] &= MASK as i64;
        }
    };
    add_if_negative(&mut d);
    if negate {
        d = d.map(|limb| -limb);
    }
    carry(&mut d);
    add_if_negative(&mut d);
    carry(&mut d);
    let d = d.map(|limb| limb as u64);
    [d[0] | (d[1] << 62), (d[1] >> 2) | (d[2] << 60), (d[2] >> 4) | (d[3] << 58), (d[3] >> 6) | (d[4] << 56)]
}

/// Four words to five limbs.
const fn split(w: [u64; 4]) -> Limbs {
    [
        (w[0] & MASK) as i64,
        (((w[0] >> 62) | (w[1] << 2)) & MASK) as i64,
        (((w[1] >> 60) | (w[2] << 4)) & MASK) as i64,
        (((w[2] >> 58) | (w[3] << 6)) & MASK) as i64,
        (w[3] >> 56) as i64,
    ]
}

#[inline(always)]
fn wide(a: i64, b: i64) -> i128 {
    i128::from(a) * i128::from(b)
}
