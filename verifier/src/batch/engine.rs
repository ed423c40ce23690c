//! The parts of a batch that grow with every proof, apart from what is done once: decoding, Miller loops, the sum over C.
//!
//! [`Portable`] is always there, and the oracle of any other.

use alloc::vec::Vec;

use ark_bn254::{Fq12, G1Affine, G1Projective};
use ark_ec::VariableBaseMSM;
use ark_ec::scalar_mul::glv::GLVConfig;

use crate::curve::miller;
use crate::curve::scale::{Coefficient, scaled};
use crate::groth16::{Candidate, PROOF_BYTES, ProofError};

/// Does the work of many proofs at once.
pub(crate) trait Engine: Send + Sync {
    /// How many neighbours should share one Miller value, at first.
    fn group(&self) -> usize;

    /// Reads proofs. What is wrong with one has the same name as in [`Candidate::from_bytes`].
    fn decode(&self, proofs: &[[u8; PROOF_BYTES]]) -> Vec<Result<Candidate, ProofError>>;

    /// The Miller values of `e(rᵢ·Aᵢ, Bᵢ)`, one for each `group` of neighbours, up to factors that the final exponentiation takes
    /// to 1.
    fn miller_products(&self, proofs: &[(Coefficient, Candidate)], group: usize) -> Products;

    /// `Σ rᵢ·Cᵢ`.
    fn weighted_sum(&self, points: &[(Coefficient, G1Affine)]) -> G1Projective;
}

/// What [`Engine::miller_products`] found.
pub(crate) struct Products {
    /// One for each group, the last one perhaps of fewer.
    pub(crate) values: Vec<Fq12>,
    /// Which B are not of G2, ascending. The values of their groups mean nothing.
    pub(crate) outside: Vec<usize>,
}

/// Arkworks' arithmetic, one proof after the other, with shared inversions and squarings.
pub(crate) struct Portable;

/// Neighbours that share the squarings of a Miller loop; on failure, as many loops are walked again as there are in it.
const GROUP: usize = 8;

impl Engine for Portable {
    fn group(&self) -> usize {
        GROUP
    }

    fn decode(&self, proofs: &[[u8; PROOF_BYTES]]) -> Vec<Result<Candidate, ProofError>> {
        proofs.iter().map(|proof| Candidate::from_bytes(proof)).collect()
    }

    fn miller_products(&self, proofs: &[(Coefficient, Candidate)], group: usize) -> Products {
        let points: Vec<_> = proofs.iter().map(|(coefficient, proof)| (*coefficient, proof.a)).collect();
        let pairs: Vec<_> =
            scaled(&points).into_iter().zip(proofs.iter().map(|(_, proof)| proof.b)).collect();
        let (values, outside) = miller::products(&pairs, group);
        Products { values, outside }
    }

    fn weighted_sum(&self, points: &[(Coefficient, G1Affine)]) -> G1Projective {
        let (mut bases, mut scalars) =
            (Vec::with_capacity(2 * points.len()), Vec::with_capacity(2 * points.len()));
        for (coefficient, point) in points {
            for (base, part) in [*point, ark_bn254::g1::Config::endomorphism_affine(point)]
                .into_iter()
                .zip(coefficient.halves())
            {
                let (size, negative) = part;
                bases.push(if negative { -base } else { base });
                scalars.push(size);
            }
        }
        G1Projective::msm_u64(&bases, &scalars)
    }
}
