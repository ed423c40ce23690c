//! The inverse Fourier transform of points: from `[τʲ]` to the Lagrange basis.
//!
//! ```text
//! [Λ_i(τ)] = 1/n Σ_j ω^(-ij) [τʲ]
//! ```

use ark_bn254::Fr;
use ark_ec::CurveGroup;
use ark_ec::short_weierstrass::{Affine, Projective};
use ark_ff::{FftField, Field};
use rayon::prelude::*;

use crate::encoding::Group;
use crate::progress::Steps;

/// Products that are worth a thread's while.
const LEAST: usize = 8;

/// Points of the Lagrange basis of a power of two of points, decimation in time. `None` if the field has no such root of unity.
pub(crate) fn lagrange<C: Group>(points: &[Affine<C>], steps: &Steps<'_>) -> Option<Vec<Affine<C>>> {
    let n = points.len();
    let root = Fr::get_root_of_unity(n as u64)?.inverse()?;
    let share = Fr::from(n as u64).inverse()?;
    let shift = usize::BITS - n.trailing_zeros();
    let reversed = |i: usize| if n == 1 { 0 } else { i.reverse_bits() >> shift };
    let mut sums: Vec<Projective<C>> = (0..n)
        .into_par_iter()
        .with_min_len(LEAST)
        .map(|i| times(points[reversed(i)].into(), share))
        .collect();
    let mut half = 1;
    while half < n {
        let step = root.pow([(n / (2 * half)) as u64]);
        let powers: Vec<Fr> =
            core::iter::successors(Some(Fr::ONE), |power| Some(*power * step)).take(half).collect();
        sums.par_chunks_mut(2 * half).for_each(|block| {
            let (low, high) = block.split_at_mut(half);
            let pairs = low.par_iter_mut().zip(high.par_iter_mut()).zip(&powers);
            pairs.with_min_len(LEAST).for_each(|((a, b), power)| {
                let product = times(*b, *power);
                *b = *a - product;
                *a += product;
            });
        });
        half *= 2;
        steps.done(n / 2);
    }
    Some(sums.par_chunks(1024).flat_map_iter(Projective::normalize_batch).collect())
}

fn times<C: Group>(point: Projective<C>, scalar: Fr) -> Projective<C> {
    if scalar == Fr::ONE { point } else { point * scalar }
}

/// Products that [`lagrange`] tells of.
pub(crate) fn work(points: usize) -> usize {
    points / 2 * points.trailing_zeros() as usize
}
