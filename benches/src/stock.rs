//! The peer that is always there: stock `ark-groth16`, `ark-ec` and `ark-poly`.
//!
//! It is given its matrices, as it would be in a server that proves often, and the same key and assignment as our prover. Its
//! satisfaction check is left out; ours is not.

use ark_bn254::{Bn254, Fr};
use ark_ec::VariableBaseMSM;
use ark_ec::short_weierstrass::{Affine, Projective, SWCurveConfig};
use ark_ff::UniformRand;
use ark_groth16::{
    Groth16, PreparedVerifyingKey, Proof, prepare_verifying_key, r1cs_to_qap::LibsnarkReduction,
};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use ark_relations::gr1cs::Matrix;
use rand_core::CryptoRngCore;
use tacit_prover::ProvingKey;
use tacit_r1cs::Assignment;

use crate::error::BenchError;

/// Stock `ark-groth16` with one key.
pub struct Stock<'a> {
    key: &'a ProvingKey,
    matrices: [Matrix<Fr>; 3],
    verifying: PreparedVerifyingKey<Bn254>,
}

impl<'a> Stock<'a> {
    /// Matrices and prepared verifying key, once.
    #[must_use]
    pub fn new(key: &'a ProvingKey) -> Self {
        let matrices = key.r1cs().to_ark_matrices();
        Self { key, matrices, verifying: prepare_verifying_key(key.verifying_key()) }
    }

    /// A proof.
    pub fn prove(
        &self,
        assignment: &Assignment,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Proof<Bn254>, BenchError> {
        let (r, s) = (Fr::rand(rng), Fr::rand(rng));
        Ok(Groth16::<Bn254, LibsnarkReduction>::create_proof_with_reduction_and_matrices(
            self.key.points(),
            r,
            s,
            &self.matrices,
            self.key.r1cs().num_instance(),
            self.key.r1cs().num_constraints(),
            assignment.as_slice(),
        )?)
    }

    /// Whether a proof, by whomever, holds.
    pub fn verify(&self, proof: &Proof<Bn254>, assignment: &Assignment) -> Result<bool, BenchError> {
        let public = assignment.instance(self.key.r1cs().num_instance());
        Ok(Groth16::<Bn254>::verify_proof(&self.verifying, proof, public)?)
    }

    /// An error if a proof does not hold.
    pub fn require(
        &self,
        maker: &'static str,
        proof: &Proof<Bn254>,
        assignment: &Assignment,
    ) -> Result<(), BenchError> {
        if self.verify(proof, assignment)? { Ok(()) } else { Err(BenchError::FalseProof { maker }) }
    }
}

/// The stock sum of multiples.
pub fn msm<C: SWCurveConfig>(points: &[Affine<C>], scalars: &[C::ScalarField]) -> Projective<C> {
    Projective::msm_unchecked(points, scalars)
}

/// The stock Fourier transform.
pub fn fft_in_place(domain: &Radix2EvaluationDomain<Fr>, values: &mut Vec<Fr>) {
    domain.fft_in_place(values);
}
