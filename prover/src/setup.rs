//! A setup by one machine: keys for development, marked as such.
//!
//! Whoever runs this sees the trapdoor (`alpha, beta, gamma, delta, tau`) and could forge proofs with it. The
//! functions here drop it, but nobody else can know that: hence [`Provenance::Development`].

use ark_bn254::{Bn254, Fr};
use ark_groth16::{Groth16, VerifyingKey};
use ark_relations::gr1cs::{
    ConstraintSynthesizer, ConstraintSystemRef, LinearCombination, SynthesisError, Variable,
};
use rand_core::CryptoRngCore;
use tacit_r1cs::R1cs;

use crate::key::{KeyError, Provenance, ProvingKey, Shape};

/// Why no key could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The generator refused the system.
    #[error("the key generator refused the system: {0}; check the circuit with `tacit inspect circuit`")]
    Generator(SynthesisError),
    /// What the generator returned is no key of the system.
    #[error("{0}")]
    Key(#[from] KeyError),
}

/// Makes a proving key and its verifying key, for development only.
pub fn setup_development(
    r1cs: R1cs,
    rng: &mut impl CryptoRngCore,
) -> Result<(ProvingKey, VerifyingKey<Bn254>), SetupError> {
    Shape::of(&r1cs)?;
    let points = Groth16::<Bn254>::generate_random_parameters_with_reduction(Replay(&r1cs), rng)
        .map_err(SetupError::Generator)?;
    let verifying_key = points.vk.clone();
    Ok((ProvingKey::new(Provenance::Development, r1cs, points)?, verifying_key))
}

/// Hands a compiled system to arkworks, row by row, without any values.
pub(crate) struct Replay<'a>(pub(crate) &'a R1cs);

impl ConstraintSynthesizer<Fr> for Replay<'_> {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let instance = self.0.num_instance();
        for _ in 1..instance {
            let _ = cs.new_input_variable(|| Err(SynthesisError::AssignmentMissing))?;
        }
        for _ in 0..self.0.num_witness() {
            let _ = cs.new_witness_variable(|| Err(SynthesisError::AssignmentMissing))?;
        }
        let variable = |wire: usize| match wire {
            0 => Variable::One,
            i if i < instance => Variable::instance(i),
            i => Variable::witness(i - instance),
        };
        let row = |terms: &[(Fr, usize)]| {
            LinearCombination(
                terms.iter().map(|(coefficient, wire)| (*coefficient, variable(*wire))).collect(),
            )
        };
        let [a, b, c] = self.0.to_ark_matrices();
        for ((a, b), c) in a.iter().zip(&b).zip(&c) {
            cs.enforce_r1cs_constraint(|| row(a), || row(b), || row(c))?;
        }
        Ok(())
    }
}
