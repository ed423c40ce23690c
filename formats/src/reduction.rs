//! The two bases of the points H, and the way between them.
//!
//! Let `n` be the domain, `ω` its root of unity, `g` with `g² = ω` the root of unity of order `2n`, `Z(X) =
//! Xⁿ − 1`, and `p = a·b − c` the polynomial of an assignment, of degree at most `2n − 2` and zero on the
//! domain if the assignment satisfies. A proof needs `[p(τ)/δ]`. Two keys for the same setup hold different
//! points for it:
//!
//! | | points | with scalars |
//! | --- | --- | --- |
//! | arkworks (libsnark's reduction) | `M_j = [τʲ Z(τ)/δ]`, `j < n − 1` | coefficients of `h = p/Z` |
//! | circom | `H_i = [Λ_(2i+1)(τ)/δ]`, `i < n` | `p(gωⁱ)` |
//!
//! where `Λ_k` is the Lagrange basis of the `2n` roots of unity. `Λ_(2i+1)` vanishes on the domain, so that
//! `Λ_(2i+1) = Z·k`, where `k` has degree `n − 1`, is `1/Z(gωⁱ) = −1/2` at `gωⁱ`, and vanishes on the other
//! odd roots. Hence, with `M_(n−1) = [τⁿ⁻¹ Z(τ)/δ]`,
//!
//! ```text
//! H_i = −1/2n · Σ_j ω⁻ⁱʲ g⁻ʲ M_j        M_j = −2 gʲ · Σ_i ωⁱʲ H_i        i, j < n
//! ```
//!
//! two Fourier transforms of points. An arkworks key has no `M_(n−1)`, and needs none: `h` has degree at most
//! `n − 2`. For the same reason [`coset_lagrange`] may put the identity in its place. The `H_i` that result
//! differ from those of circom by `g ωⁱ/2n · M_(n−1)`, whose sum with the scalars `p(gωⁱ)` is a multiple of
//! the coefficient `h_(n−1) = 0`: proofs are the same, and `snarkjs zkey verify`, which tests combinations of
//! degree at most `n − 2`, sees no difference. Only a round trip that starts with a circom key loses that one
//! point.
//!
//! **Not checked here**: the points; from true ones come true ones, from false ones false ones.

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::CurveGroup;
use ark_ec::short_weierstrass::{Projective, SWCurveConfig};
use ark_ff::{AdditiveGroup, FftField, Field};
use rayon::prelude::*;

/// Products that are worth a thread's while.
const LEAST: usize = 8;

/// `M_0 .. M_(n−1)` from `H_0 .. H_(n−1)`.
///
/// `None` unless `n` is a power of two at most `2^27`.
#[must_use]
pub fn monomial(h: &[G1Affine]) -> Option<Vec<G1Affine>> {
    let (root, g) = roots(h.len())?;
    let mut points: Vec<G1Projective> = h.iter().map(|&point| point.into()).collect();
    transform(&mut points, root, |point, power| point * power, || ());
    scale(&mut points, -Fr::from(2), g);
    Some(normalized(&points))
}

/// `H_0 .. H_(n−1)` from `M_0 .. M_(n−1)`, or from `M_0 .. M_(n−2)` with the identity in place of the last.
///
/// `None` unless `n` is a power of two at most `2^27` and there are `n` or `n − 1` points.
#[must_use]
pub fn coset_lagrange(m: &[G1Affine], n: usize) -> Option<Vec<G1Affine>> {
    if m.len() != n && m.len() + 1 != n {
        return None;
    }
    let (root, g) = roots(n)?;
    let mut points: Vec<G1Projective> = m.iter().map(|&point| point.into()).collect();
    points.resize(n, G1Projective::ZERO);
    let factor = -Fr::from(2 * n as u64).inverse()?;
    scale(&mut points, factor, g.inverse()?);
    transform(&mut points, root.inverse()?, |point, power| point * power, || ());
    Some(normalized(&points))
}

/// `ω` and `g`.
fn roots(n: usize) -> Option<(Fr, Fr)> {
    if !n.is_power_of_two() {
        return None;
    }
    let g = Fr::get_root_of_unity(2 * n as u64)?;
    Some((g.square(), g))
}

/// `P_j ← factor·baseʲ·P_j`.
fn scale(points: &mut [G1Projective], factor: Fr, base: Fr) {
    points.par_iter_mut().enumerate().with_min_len(LEAST).for_each(|(j, point)| {
        *point *= factor * base.pow([j as u64]);
    });
}

fn normalized(points: &[G1Projective]) -> Vec<G1Affine> {
    points.par_chunks(1024).flat_map_iter(G1Projective::normalize_batch).collect()
}

/// `P_k ← Σ_i root^(ik) P_i` for a power of two of points and a root of unity of that order, decimation in
/// time, in either group, with the caller's way to multiply. Tells after each layer.
pub fn transform<C: SWCurveConfig<ScalarField = Fr>>(
    points: &mut [Projective<C>],
    root: Fr,
    times: impl Fn(Projective<C>, Fr) -> Projective<C> + Sync,
    mut layer_done: impl FnMut(),
) {
    let n = points.len();
    if n == 1 {
        return;
    }
    let shift = usize::BITS - n.trailing_zeros();
    for i in 0..n {
        let j = i.reverse_bits() >> shift;
        if i < j {
            points.swap(i, j);
        }
    }
    let mut half = 1;
    while half < n {
        let step = root.pow([(n / (2 * half)) as u64]);
        let twiddles: Vec<Fr> =
            core::iter::successors(Some(Fr::ONE), |power| Some(*power * step)).take(half).collect();
        points.par_chunks_mut(2 * half).for_each(|block| {
            let (low, high) = block.split_at_mut(half);
            let pairs = low.par_iter_mut().zip(high.par_iter_mut()).zip(&twiddles);
            pairs.with_min_len(LEAST).for_each(|((a, b), twiddle)| {
                let product = if *twiddle == Fr::ONE { *b } else { times(*b, *twiddle) };
                *b = *a - product;
                *a += product;
            });
        });
        half *= 2;
        layer_done();
    }
}

#[cfg(test)]
mod tests {
    use ark_ec::AffineRepr;
    use ark_ff::{Field, UniformRand};
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    fn point(k: Fr) -> G1Affine {
        (G1Affine::generator() * k).into_affine()
    }

    /// Both bases from their definitions, for a known `τ` and `δ = 1`: `Λ_k(τ) = (τ²ⁿ − 1)·gᵏ/(2n·(τ − gᵏ))`.
    #[test]
    fn each_basis_comes_from_the_other() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        for log in 0..=5 {
            let n = 1_usize << log;
            let tau = Fr::rand(&mut rng);
            let z = tau.pow([n as u64]) - Fr::ONE;
            let g = Fr::get_root_of_unity(2 * n as u64).unwrap();
            let lagrange = |k: usize| {
                let root = g.pow([k as u64]);
                let denominator = Fr::from(2 * n as u64) * (tau - root);
                (tau.pow([2 * n as u64]) - Fr::ONE) * root * denominator.inverse().unwrap()
            };
            let m: Vec<_> = (0..n).map(|j| point(tau.pow([j as u64]) * z)).collect();
            let h: Vec<_> = (0..n).map(|i| point(lagrange(2 * i + 1))).collect();
            assert_eq!(monomial(&h), Some(m.clone()));
            assert_eq!(coset_lagrange(&m, n), Some(h));
            let without_last = coset_lagrange(&m[..n - 1], n).unwrap();
            let back = monomial(&without_last).unwrap();
            assert_eq!(back[..n - 1], m[..n - 1]);
            assert!(back[n - 1].is_zero());
        }
    }

    #[test]
    fn other_lengths_are_refused() {
        let points = vec![point(Fr::ONE); 6];
        assert_eq!(monomial(&points[..0]), None);
        assert_eq!(monomial(&points), None);
        assert_eq!(coset_lagrange(&points, 6), None);
        assert_eq!(coset_lagrange(&points[..2], 4), None);
        assert_eq!(coset_lagrange(&points, 4), None);
        assert_eq!(coset_lagrange(&[], 0), None);
        assert!(coset_lagrange(&points[..3], 4).is_some());
    }
}
