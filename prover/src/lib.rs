//! Groth16 over BN254, for any rank-1 constraint system.
//!
//! This crate knows nothing of credentials. It takes a compiled system ([`tacit_r1cs::R1cs`]) and an assignment
//! of its wires ([`tacit_r1cs::Assignment`]), and returns a [`Proof`] of 128 bytes:
//!
//! ```text
//! setup_development(r1cs) → ProvingKey → Prover ── prove(assignment) → Proof
//! ```
//!
//! * All that depends on the key alone is done once, in [`Prover::new`]; a prover is shared between threads by
//!   reference.
//! * The assignment is checked against every constraint before anything is computed, in release builds too; the
//!   error names the clause that fails.
//! * The computation itself stands behind [`Prover`] in one private module, and stock `ark-groth16` does it. A
//!   faster engine takes its place without any caller noticing.
//!
//! **Not done here**: meaning. Which values the public inputs must have is the business of whoever assigns the
//! wires and of the verifier.
//!
//! Source: J. Groth, *On the Size of Pairing-based Non-interactive Arguments*, EUROCRYPT 2016.

mod engine;
mod file;
mod key;
mod proof;
mod prover;
mod setup;
#[cfg(test)]
mod tests;

pub use ark_groth16::VerifyingKey;
pub use file::KeyFileError;
pub use key::{KeyError, Provenance, ProvingKey};
pub use proof::{PROOF_BYTES, Proof, ProofDecodeError};
pub use prover::{Blinding, ProveError, Prover};
pub use setup::{SetupError, setup_development};

/// The curve of every key and proof.
pub use ark_bn254::Bn254;
