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
//! * For equal blinding factors the proof is the one that stock `ark-groth16` makes ([`stock`]), whatever the backend, the number
//!   of threads and the memory given.
//!
//! **Not done here**: meaning. Which values the public inputs must have is the business of whoever assigns the
//! wires and of the verifier.
//!
//! Source: J. Groth, *On the Size of Pairing-based Non-interactive Arguments*, EUROCRYPT 2016.

pub mod circom;
mod control;
mod engine;
mod file;
mod key;
mod options;
pub mod points;
mod prepared;
mod proof;
mod prover;
mod quotient;
mod replace;
mod setup;
mod show;
pub mod stock;
#[cfg(test)]
mod tests;

pub use ark_groth16::VerifyingKey;
pub use control::{Cancel, Control, Progress};
pub use file::KeyFileError;
pub use key::{KeyError, Provenance, ProvingKey};
pub use options::{MemoryBudget, Options};
pub use prepared::cache::CacheError;
pub use proof::{PROOF_BYTES, Proof, ProofDecodeError};
pub use prover::{Blinding, CacheUse, ProveError, Prover};
pub use setup::{SetupError, setup_development};
pub use show::{Changing, Prepared, PreparedDecodeError};
pub use tacit_kernels::Backend;

/// The curve of every key and proof.
pub use ark_bn254::Bn254;
