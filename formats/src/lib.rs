//! The files of the circom world for Groth16 over BN254, read and written.
//!
//! | file | type | what it holds |
//! | --- | --- | --- |
//! | `.r1cs` | [`r1cs::CircomR1cs`] | constraints |
//! | `.wtns` | [`wtns::Witness`] | values of all wires |
//! | `.zkey` | [`zkey::Zkey`] | proving key and its ceremony |
//! | `.ptau` | [`ptau::Ptau`], [`ptau::PtauFile`] | powers of tau and their ceremony |
//! | JSON, calldata | [`text`] | verifying key, proof, public values |
//!
//! Keys, proofs and fields are those of arkworks; constraint systems and assignments those of [`tacit_r1cs`].
//! What lies between a key of circom and one of arkworks is told in [`reduction`].
//!
//! **Hostile files.** Readers take bytes, never a path, and return a typed error that names section and
//! offset ([`FormatError`]) or member ([`text::TextError`]). They do not panic; they believe no count before
//! the bytes it counts are there, so that memory is bounded by a small multiple of the file's size; they
//! refuse numbers that are not below their prime, points off the curve or outside the subgroup, and the
//! identity wherever no honest setup or prover has it. What is *not* checked stands at the head of each
//! module: a well-formed key may still come from a dishonest ceremony.
//!
//! **Points** in binary files are x and y in Montgomery form, in G2 the constant coefficient first; the
//! identity is all zeros.
//!
//! **Same bytes.** What was read is written again with the same bytes, as long as the file has one of the
//! forms that its reader takes: each has one form for each content, but for the order of the sections, which
//! is kept.
//!
//! Source: iden3's format descriptions and the code of snarkjs 0.7 and circom 2.

mod binary;
pub mod contribution;
mod error;
mod field;
mod point;
pub mod ptau;
pub mod r1cs;
pub mod reduction;
mod subgroup;
pub mod text;
pub mod wtns;
pub mod zkey;

pub use error::{FormatError, Place, Section};
