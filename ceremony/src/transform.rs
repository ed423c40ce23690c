//! The inverse Fourier transform of points: from `[τʲ]` to the Lagrange basis.
//!
//! ```text
//! [Λ_i(τ)] = 1/n Σ_j ω^(-ij) [τʲ]
//! ```
//!
//! In G1 many products at once, as the prover makes them; in G2 one by one ([`reduction::transform`]), by the endomorphism.

use ark_bn254::{Fr, G2Projective, g1, g2};
use ark_ec::CurveGroup;
use ark_ec::scalar_mul::glv::GLVConfig;
use ark_ec::short_weierstrass::Affine;
use ark_ff::{FftField, Field};
use rayon::prelude::*;
use tacit_formats::reduction;
use tacit_prover::Backend;
use tacit_prover::points::{powers, scale_by, transform};

use crate::encoding::Group;
use crate::progress::Steps;

/// Products that are worth a thread's while.
const LEAST: usize = 8;

/// A group whose points have a transform here.
pub(crate) trait Lagrange: Group {
    /// Points of the Lagrange basis of a power of two of points. `None` if the field has no such root of unity.
    fn lagrange(points: &[Affine<Self>], steps: &Steps<'_>) -> Option<Vec<Affine<Self>>>;

    /// What that tells of: products of G1.
    fn work(points: usize) -> usize;
}

/// `ω⁻¹` and `1/n`.
fn root_and_share(n: usize) -> Option<(Fr, Fr)> {
    Some((Fr::get_root_of_unity(n as u64)?.inverse()?, Fr::from(n as u64).inverse()?))
}

impl Lagrange for g1::Config {
    fn lagrange(points: &[Affine<Self>], steps: &Steps<'_>) -> Option<Vec<Affine<Self>>> {
        let (n, backend) = (points.len(), Backend::from_environment());
        let (root, share) = root_and_share(n)?;
        let points = scale_by(backend, points, share);
        let points = transform(backend, points, &powers(Fr::ONE, root, n / 2));
        steps.done(Self::work(n));
        Some(points)
    }

    fn work(points: usize) -> usize {
        points / 2 * points.trailing_zeros() as usize
    }
}

impl Lagrange for g2::Config {
    fn lagrange(points: &[Affine<Self>], steps: &Steps<'_>) -> Option<Vec<Affine<Self>>> {
        let n = points.len();
        let (root, share) = root_and_share(n)?;
        let scaled = points.par_iter().with_min_len(LEAST).map(|point| times((*point).into(), share));
        let mut sums: Vec<G2Projective> = scaled.collect();
        reduction::transform(&mut sums, root, times, || steps.done(G2_COST * n / 2));
        Some(sums.par_chunks(1024).flat_map_iter(G2Projective::normalize_batch).collect())
    }

    fn work(points: usize) -> usize {
        G2_COST * g1::Config::work(points)
    }
}

fn times(point: G2Projective, scalar: Fr) -> G2Projective {
    g2::Config::glv_mul_projective(point, scalar)
}

/// Products of G1 that take as long as one of G2.
const G2_COST: usize = 16;
