//! From an assignment to a proof.
//!
//! ```text
//! A = α + Σ zᵢ·uᵢ(τ) + r·δ      B = β + Σ zᵢ·vᵢ(τ) + s·δ      C = Σ_witness zᵢ·Lᵢ + h(τ)·Z(τ)/δ + s·A + r·B − r·s·δ
//! ```
//!
//! The blinding factors `r`, `s` are fresh for every proof: they alone make it independent of the witness.
//!
//! **Checked here**: shape, and every constraint. **Not zeroized**: the copies of the assignment that the stock
//! engine makes inside.

use ark_bn254::Fr;
use ark_ff::{One, UniformRand};
use rand_core::CryptoRngCore;
use tacit_r1cs::{Assignment, R1cs, Unsatisfied};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::engine::Engine;
use crate::key::ProvingKey;
use crate::proof::Proof;

/// Makes proofs with one key. Shared between threads by reference.
pub struct Prover {
    engine: Engine,
}

/// Why no proof was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProveError {
    /// The assignment was made for another system.
    #[error(
        "the assignment has {found} wires, the key's circuit has {needed}; assign with the circuit that the key was made for"
    )]
    WrongShape {
        /// Wires of the key's circuit, ONE included.
        needed: usize,
        /// Wires of the assignment.
        found: usize,
    },
    /// Wire 0, the constant, is not 1.
    #[error(
        "wire 0 of the assignment is not 1; assign with the circuit instead of building the values by hand"
    )]
    ConstantNotOne,
    /// A constraint does not hold, so that there is nothing to prove.
    #[error(
        "clause \"{clause}\" does not hold (constraint {index}); the statement is false for this witness, check its values"
    )]
    Unsatisfied {
        /// The clause of the circuit.
        clause: String,
        /// The constraint's index.
        index: usize,
    },
    /// The engine failed on an assignment that holds: a defect, not a fault of the input.
    #[error("the proving engine failed: {0}; please report this")]
    Engine(ark_relations::gr1cs::SynthesisError),
}

/// The two random factors that hide the witness. One pair must never serve two proofs.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Blinding {
    r: Fr,
    s: Fr,
}

impl Blinding {
    /// A fresh pair.
    pub fn random(rng: &mut impl CryptoRngCore) -> Self {
        Self { r: Fr::rand(rng), s: Fr::rand(rng) }
    }

    /// A chosen pair, for comparing engines with each other: such a proof hides nothing.
    pub fn chosen(r: Fr, s: Fr) -> Self {
        Self { r, s }
    }
}

impl Prover {
    /// Prepares all that depends on the key alone.
    pub fn new(key: ProvingKey) -> Self {
        Self { engine: Engine::new(key) }
    }

    /// Proves that the assignment satisfies the key's system.
    pub fn prove(&self, assignment: &Assignment, rng: &mut impl CryptoRngCore) -> Result<Proof, ProveError> {
        self.prove_with(assignment, &Blinding::random(rng))
    }

    /// [`Prover::prove`] with given blinding factors: the same pair gives the same proof, whatever the engine.
    pub fn prove_with(&self, assignment: &Assignment, blinding: &Blinding) -> Result<Proof, ProveError> {
        let (needed, found) = (self.r1cs().num_wires(), assignment.as_slice().len());
        if needed != found {
            return Err(ProveError::WrongShape { needed, found });
        }
        if !assignment.as_slice()[0].is_one() {
            return Err(ProveError::ConstantNotOne);
        }
        if let Some(Unsatisfied { index, clause }) = self.r1cs().first_unsatisfied(assignment) {
            return Err(ProveError::Unsatisfied { clause, index });
        }
        self.engine
            .prove(assignment.as_slice(), blinding.r, blinding.s)
            .map(Proof)
            .map_err(ProveError::Engine)
    }

    /// The key.
    pub fn key(&self) -> &ProvingKey {
        self.engine.key()
    }

    /// The system that is proved.
    pub fn r1cs(&self) -> &R1cs {
        self.key().r1cs()
    }

    /// The digest of that system.
    pub fn circuit_digest(&self) -> [u8; 32] {
        self.key().circuit_digest()
    }
}
