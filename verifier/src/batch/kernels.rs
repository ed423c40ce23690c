//! The engine of `tacit-kernels`: eight proofs side by side, on whatever instructions the CPU has.

use alloc::vec::Vec;

use ark_bn254::{G1Affine, G1Projective};
use ark_ff::AdditiveGroup;
use tacit_kernels::Backend;
use tacit_kernels::pairing::{self, Defect, ShortScalar};

use super::engine::{Engine, Products};
use crate::curve::points::PointError;
use crate::curve::scale::Coefficient;
use crate::groth16::{Candidate, Element, PROOF_BYTES, ProofError};

/// Vectors of a backend.
pub(crate) struct Vectorised(Backend);

impl Vectorised {
    /// None for portable vectors, which are slower than [`Portable`](super::engine::Portable) is.
    pub(crate) fn new(backend: Backend) -> Option<Self> {
        (backend != Backend::portable()).then_some(Self(backend))
    }

    #[cfg(test)]
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Backend::all().into_iter().map(Self)
    }
}

/// Neighbours that share the squarings of a Miller loop: a lane of a batch of 256.
const GROUP: usize = 32;

impl Engine for Vectorised {
    fn group(&self) -> usize {
        GROUP
    }

    fn decode(&self, proofs: &[[u8; PROOF_BYTES]]) -> Vec<Result<Candidate, ProofError>> {
        let g1 = |from: usize| {
            let bytes: Vec<[u8; 32]> =
                proofs.iter().map(|proof| core::array::from_fn(|i| proof[from + i])).collect();
            pairing::read_g1(self.0, &bytes)
        };
        let b: Vec<[u8; 64]> = proofs.iter().map(|proof| core::array::from_fn(|i| proof[32 + i])).collect();
        let (a, b, c) = (g1(0), pairing::read_g2(self.0, &b), g1(96));
        let each = a.into_iter().zip(b).zip(c);
        each.map(|((a, b), c)| {
            // The order of `Candidate::from_bytes`.
            let a = a.map_err(at(Element::A))?;
            let c = c.map_err(at(Element::C))?;
            let b = b.map_err(at(Element::B))?;
            Ok(Candidate { a, b, c })
        })
        .collect()
    }

    fn miller_products(&self, proofs: &[(Coefficient, Candidate)], group: usize) -> Products {
        let points: Vec<_> = proofs.iter().map(|(coefficient, proof)| (*coefficient, proof.a)).collect();
        let pairs: Vec<_> =
            self.scaled(&points).into_iter().zip(proofs.iter().map(|(_, proof)| proof.b)).collect();
        let pairing::Products { values, outside } = pairing::products(self.0, &pairs, group);
        Products { values: values.into_iter().map(|value| value.0).collect(), outside }
    }

    fn weighted_sum(&self, points: &[(Coefficient, G1Affine)]) -> G1Projective {
        self.scaled(points).into_iter().fold(G1Projective::ZERO, |sum, point| sum + point)
    }
}

impl Vectorised {
    fn scaled(&self, points: &[(Coefficient, G1Affine)]) -> Vec<G1Affine> {
        let (scalars, points): (Vec<_>, Vec<_>) = points
            .iter()
            .map(|(coefficient, point)| {
                let (low, high) = coefficient.parts();
                (ShortScalar::from_words(low, high), *point)
            })
            .unzip();
        pairing::scale(self.0, &points, &scalars)
    }
}

fn at(element: Element) -> impl Fn(Defect) -> ProofError {
    move |defect| {
        let cause = match defect {
            Defect::NotCanonical => PointError::NotCanonical,
            Defect::OffCurve => PointError::OffCurve,
            Defect::Identity => PointError::Identity,
        };
        ProofError::Point { element, cause }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::UniformRand;
    use rand::{Rng, SeedableRng};

    #[test]
    fn scalars_are_the_coefficients() {
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(12);
        let mut points: Vec<(Coefficient, G1Affine)> = Vec::new();
        for (low, high) in [(0, 0), (0, u64::MAX), (1 << 63, 1), (rng.r#gen(), rng.r#gen())] {
            points.push((Coefficient::from_parts(low, high), G1Affine::rand(&mut rng)));
            assert_eq!(
                ShortScalar::from_words(low, high).to_field(),
                Coefficient::from_parts(low, high).to_field()
            );
        }
        let expected: G1Projective =
            points.iter().map(|(coefficient, point)| *point * coefficient.to_field()).sum();
        for engine in Vectorised::all() {
            assert_eq!(engine.weighted_sum(&points), expected);
        }
    }
}
