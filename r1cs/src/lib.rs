//! Rank-1 constraint systems over the BN254 scalar field: compiled once, assigned many times, naming what fails.
//!
//! A constraint system asks for a vector `z = (1, instance.., witness..)` with `(A z) ∘ (B z) = C z`, row by row.
//! Gadgets are written **once**, against [`ConstraintSystem`], and run under two drivers:
//!
//! | driver | sees | makes |
//! | --- | --- | --- |
//! | [`Compiler`] | linear combinations, never a value | [`R1cs`] |
//! | [`Assigner`] | values, never a linear combination | [`Assignment`] |
//!
//! The shape of a circuit cannot depend on a witness, because the compiler has none: a hint gets its values through
//! [`ConstraintSystem::Known`], which is uninhabited there. The assigner knows no matrices and is as fast as the
//! native computation that its hints do; [`Assigner::with_override`] replaces hints, so that tests can play a prover
//! that lies and is consistent from there on.
//!
//! Not checked here: that the constraints mean anything. That is the business of each gadget's module and tests.

mod assigner;
mod compiler;
mod encoding;
mod linear;
mod matrix;
mod rows;
mod system;

pub use ark_bn254::Fr;

pub use crate::assigner::{Assigner, Assignment, Value, Values};
pub use crate::compiler::{Compiler, NoValues};
pub use crate::encoding::DecodeError;
pub use crate::linear::LinearCombination;
pub use crate::matrix::{ClauseCount, Matrix, R1cs, Unsatisfied};
pub use crate::rows::{RowsBuilder, RowsError};
pub use crate::system::{Circuit, ConstraintSystem, Known, Number, Private};

/// Compiles a circuit to its matrices.
#[must_use]
pub fn compile(circuit: &impl Circuit) -> R1cs {
    let mut compiler = Compiler::new();
    circuit.synthesize(&mut compiler);
    compiler.finish()
}

/// Assigns all wires of a circuit that was built with its private values.
#[must_use]
pub fn assign(circuit: &impl Circuit) -> Assignment {
    let mut assigner = Assigner::new();
    circuit.synthesize(&mut assigner);
    assigner.finish()
}
