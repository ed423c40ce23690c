//! The Fourier transform of points of G1.
//!
//! ```text
//! V_k = Σ_i root^(ik) T_i      decimation in time:   (a, b) ← (a + root^(jn/2m) b, a − root^(jn/2m) b)
//! ```
//!
//! for `m = 1, 2, …, n/2`. The products of a layer are made in lockstep ([`scale`]); `j = 0` needs none. The sums share inversions,
//! and are exact for equal, opposite and absent points.

use ark_bn254::{Fq, Fr, G1Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, Field, serial_batch_inversion_and_mul};
use rayon::prelude::*;
use tacit_kernels::Backend;

use super::lockstep::{Product, scale};
use super::multiplier::Multiplier;

/// Additions that share an inversion.
const CHUNK: usize = 256;

/// `factor·root^0, factor·root^1, …`, ready to multiply points with.
pub fn powers(factor: Fr, root: Fr, count: usize) -> Vec<Multiplier> {
    let all: Vec<Fr> =
        core::iter::successors(Some(factor), |power| Some(*power * root)).take(count).collect();
    all.into_par_iter().map(Multiplier::new).collect()
}

/// The transform; `powers` are those of the root, half as many as there are points (a power of two).
///
/// # Panics
/// If they are another number.
pub fn transform(backend: Backend, points: Vec<G1Affine>, powers: &[Multiplier]) -> Vec<G1Affine> {
    let n = points.len();
    assert!(n.is_power_of_two() && powers.len() == n / 2, "half as many powers as points");
    if n == 1 {
        return points;
    }
    let shift = usize::BITS - n.trailing_zeros();
    let mut points: Vec<G1Affine> = (0..n).map(|i| points[i.reverse_bits() >> shift]).collect();
    let mut m = 1;
    while m < n {
        points = layer(backend, &points, powers, m);
        m *= 2;
    }
    points
}

fn layer(backend: Backend, points: &[G1Affine], powers: &[Multiplier], m: usize) -> Vec<G1Affine> {
    let (n, step) = (points.len(), powers.len() / m);
    let second = |block: usize, j: usize| points[2 * m * block + m + j];
    let products: Vec<Product<'_>> = (0..n / (2 * m))
        .flat_map(|block| (1..m).map(move |j| (block, j)))
        .map(|(block, j)| (second(block, j), &powers[step * j]))
        .collect();
    let products = scale(backend, &products);
    let scaled = |block: usize, j: usize| match j {
        0 => second(block, 0),
        _ => products[(m - 1) * block + j - 1],
    };
    let pair = |i: usize| {
        let (block, j) = (i / (2 * m), i % m);
        let (a, b) = (points[2 * m * block + j], scaled(block, j));
        (a, if i & m == 0 { b } else { -b })
    };
    let starts: Vec<usize> = (0..n).step_by(CHUNK).collect();
    starts
        .par_iter()
        .flat_map_iter(|&start| add_pairs(&(start..n.min(start + CHUNK)).map(pair).collect::<Vec<_>>()))
        .collect()
}

/// The sums of pairs: `λ = Δy/Δx`, `x = λ² − x₁ − x₂`, `y = λ(x₁ − x) − y₁`.
fn add_pairs(pairs: &[(G1Affine, G1Affine)]) -> Vec<G1Affine> {
    // Differences of zero stay zero.
    let mut inverses: Vec<Fq> = pairs.iter().map(|(a, b)| b.x - a.x).collect();
    serial_batch_inversion_and_mul(&mut inverses, &Fq::ONE);
    let sum = |((a, b), inverse): (&(G1Affine, G1Affine), &Fq)| {
        if a.is_zero() {
            *b
        } else if b.is_zero() {
            *a
        } else if *inverse == Fq::ZERO {
            (*a + *b).into_affine()
        } else {
            let slope = (b.y - a.y) * inverse;
            let x = slope.square() - a.x - b.x;
            G1Affine::new_unchecked(x, slope * (a.x - x) - a.y)
        }
    };
    pairs.iter().zip(&inverses).map(sum).collect()
}

#[cfg(test)]
mod tests {
    use ark_ff::{FftField, UniformRand};
    use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    /// Transforms of `k_i·G` are the transforms of the `k_i`, those with equal and opposite points too.
    #[test]
    fn agrees_with_the_transform_of_the_logarithms() {
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let point = |k: &Fr| (G1Affine::generator() * k).into_affine();
        for log in 0..=7 {
            let n = 1_usize << log;
            let root = Fr::get_root_of_unity(n as u64).unwrap();
            let powers = powers(Fr::ONE, root, n / 2);
            let domain = Radix2EvaluationDomain::<Fr>::new(n).unwrap();
            let cases = [
                (0..n).map(|_| Fr::rand(&mut rng)).collect::<Vec<_>>(),
                vec![Fr::ONE; n],
                (0..n).map(|i| if i % 2 == 0 { Fr::ONE } else { -Fr::ONE }).collect(),
                (0..n).map(|i| if i % 3 == 0 { Fr::from(5) } else { Fr::ZERO }).collect(),
            ];
            for logarithms in cases {
                let expected: Vec<G1Affine> = domain.fft(&logarithms).iter().map(point).collect();
                let points: Vec<G1Affine> = logarithms.iter().map(point).collect();
                for backend in Backend::all() {
                    assert_eq!(transform(backend, points.clone(), &powers), expected);
                }
            }
        }
    }
}
