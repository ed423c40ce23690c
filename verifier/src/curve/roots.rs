//! Square roots in the fields of the curve and of its twist.
//!
//! With p ≡ 3 mod 4 and `w = z^((p−3)/4)`: `t = z·w` has `t² = ±z`, and it is a root if `t² = z`; then `w = 1/t`, else
//! `w = −1/t`. One power thus gives root, inverse and the answer whether there is one.
//!
//! In the quadratic extension, `u² = −1`: let `s² = a² + b²` and `δ = (a + s)/2`. If `δ = t²`, then `t + (b/2t)·u` is a root
//! of `a + b·u`. If `δ = −t²`, then `(a − s)/2 = −b²/4δ = (b/2t)²`, and `b/2t + t·u` is one. Two powers, no inversion.
//!
//! Source: Adj, Rodríguez-Henríquez, *Square root computation over even extension fields*, 2012, algorithm 8, with the
//! inversions taken out.

use ark_bn254::{Fq, Fq2};
use ark_ff::{Field, MontFp, PrimeField, Zero};

/// `(p + 1)/2`.
const HALF: Fq = MontFp!("10944121435919637611123202872628637544348155578648911831344518947322613104292");

/// Bits of the exponent that are looked up together.
const WINDOW: u32 = 4;

/// `z^((p−3)/4)`, where `(p−3)/4 = ⌊p/4⌋`.
fn power(z: &Fq) -> Fq {
    let mut table = [Fq::ONE; 1 << WINDOW];
    for i in 1..table.len() {
        table[i] = table[i - 1] * z;
    }
    let limbs = Fq::MODULUS.0;
    let digit = |window: u32| {
        // ⌊p/4⌋ has 252 bits, so that no window reaches beyond the fourth limb.
        let bit = 2 + WINDOW * window;
        let (limb, shift) = ((bit / 64) as usize, bit % 64);
        let above = if shift > 60 && limb < 3 { limbs[limb + 1] << (64 - shift) } else { 0 };
        ((limbs[limb] >> shift | above) & ((1 << WINDOW) - 1)) as usize
    };
    let windows = (Fq::MODULUS_BIT_SIZE - 2).div_ceil(WINDOW);
    let mut result = table[digit(windows - 1)];
    for window in (0..windows - 1).rev() {
        for _ in 0..WINDOW {
            result.square_in_place();
        }
        result *= table[digit(window)];
    }
    result
}

/// A square root, if there is one.
pub(crate) fn root(z: &Fq) -> Option<Fq> {
    let t = power(z) * z;
    (t.square() == *z).then_some(t)
}

/// A square root in the extension, if there is one.
pub(crate) fn root_in_extension(z: &Fq2) -> Option<Fq2> {
    let (a, b) = (z.c0, z.c1);
    let s = root(&(a.square() + b.square()))?;
    let mut delta = (a + s) * HALF;
    if delta.is_zero() {
        // Then b = 0 and s = −a; with s = a, δ = a.
        delta = a;
    }
    let w = power(&delta);
    let t = delta * w;
    let other = b * HALF * w;
    let candidate = if t.square() == delta { Fq2::new(t, other) } else { Fq2::new(-other, t) };
    (candidate.square() == *z).then_some(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::{AdditiveGroup, UniformRand};
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    #[test]
    fn roots_are_there_exactly_where_arkworks_finds_them() {
        let mut rng = ChaCha20Rng::seed_from_u64(11);
        let small = (0u64..40).flat_map(|k| [Fq::from(k), -Fq::from(k)]);
        let some: Vec<Fq> = small.chain((0..40).map(|_| Fq::rand(&mut rng))).collect();
        let mut found = [0; 2];
        for z in &some {
            let ours = root(z);
            assert_eq!(ours.is_some(), z.legendre().is_qr() || z.is_zero(), "{z}");
            assert!(ours.is_none_or(|t| t.square() == *z));
            found[usize::from(ours.is_some())] += 1;
        }
        assert!(found.iter().all(|n| *n > 40), "both cases occur");
        for z in some.iter().zip(some.iter().rev()).map(|(a, b)| Fq2::new(*a, *b)).chain(
            // On the axes, where δ or b is zero.
            some.iter().flat_map(|a| [Fq2::new(*a, Fq::ZERO), Fq2::new(Fq::ZERO, *a)]),
        ) {
            for z in [z, z.square()] {
                let ours = root_in_extension(&z);
                assert_eq!(ours.is_some(), z.sqrt().is_some(), "{z}");
                assert!(ours.is_none_or(|t| t.square() == z));
            }
        }
    }
}
