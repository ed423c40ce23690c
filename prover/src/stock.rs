//! Stock `ark-groth16` under the same types: what [`Prover`](crate::Prover) is compared with, in tests and benches.
//!
//! For equal blinding factors both give the same proof. Satisfaction is not checked here, and the copies of the assignment that
//! arkworks makes are not zeroized.

use ark_bn254::{Bn254, Fr};
use ark_groth16::{Groth16, r1cs_to_qap::LibsnarkReduction};
use ark_relations::gr1cs::{Matrix, SynthesisError};
use tacit_r1cs::Assignment;

use crate::key::ProvingKey;
use crate::proof::Proof;
use crate::prover::Blinding;

/// Key and matrices as arkworks wants them.
pub struct StockProver {
    key: ProvingKey,
    matrices: [Matrix<Fr>; 3],
}

impl StockProver {
    /// Expands the matrices.
    #[must_use]
    pub fn new(key: ProvingKey) -> Self {
        let matrices = key.r1cs().to_ark_matrices();
        Self { key, matrices }
    }

    /// Precondition: `assignment` satisfies the system.
    pub fn prove_with(&self, assignment: &Assignment, blinding: Blinding) -> Result<Proof, SynthesisError> {
        let [r, s] = blinding.into_factors();
        Groth16::<Bn254, LibsnarkReduction>::create_proof_with_reduction_and_matrices(
            self.key.points(),
            r,
            s,
            &self.matrices,
            self.key.r1cs().num_instance(),
            self.key.r1cs().num_constraints(),
            assignment.as_slice(),
        )
        .map(Proof)
    }
}
