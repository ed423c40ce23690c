//! The engine behind [`Prover`](crate::Prover): stock `ark-groth16`.
//!
//! This is the only file that computes proofs. It is given an assignment that satisfies the system and has its shape.

use ark_bn254::{Bn254, Fr};
use ark_groth16::{Groth16, Proof, r1cs_to_qap::LibsnarkReduction};
use ark_relations::gr1cs::{Matrix, SynthesisError};
use tacit_r1cs::R1cs;

use crate::key::ProvingKey;

/// Key and matrices as the engine wants them.
pub(crate) struct Engine {
    key: ProvingKey,
    matrices: [Matrix<Fr>; 3],
}

impl Engine {
    /// Everything that depends on the key alone.
    pub(crate) fn new(key: ProvingKey) -> Self {
        let matrices = matrices(key.r1cs());
        Self { key, matrices }
    }

    pub(crate) fn key(&self) -> &ProvingKey {
        &self.key
    }

    /// Precondition: `assignment` satisfies the system.
    pub(crate) fn prove(&self, assignment: &[Fr], r: Fr, s: Fr) -> Result<Proof<Bn254>, SynthesisError> {
        Groth16::<Bn254, LibsnarkReduction>::create_proof_with_reduction_and_matrices(
            self.key.points(),
            r,
            s,
            &self.matrices,
            self.key.r1cs().num_instance(),
            self.key.r1cs().num_constraints(),
            assignment,
        )
    }
}

/// The matrices A, B, C in arkworks' form.
pub(crate) fn matrices(r1cs: &R1cs) -> [Matrix<Fr>; 3] {
    r1cs.to_ark_matrices()
}
