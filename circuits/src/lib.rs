//! The circuits of Tacit: clause modules over attributes, and the composition `resident-id`.
//!
//! - [`gadgets`]: relations between numbers (ranges, Poseidon, points, trees);
//! - [`clauses`]: statements about attributes, each with its constraints, their count and why they suffice;
//! - [`resident_id`]: which attributes a resident ID has, and the conjunction of all clauses over it.
//!
//! Everything is written once against [`tacit_r1cs::ConstraintSystem`] and runs symbolically ([`resident_id::compile`]) and on values
//! ([`resident_id::assign`]). The native relation that the circuit must agree with is
//! [`tacit_credential::statement::Statement::check`].

pub mod clauses;
pub mod gadgets;
pub mod resident_id;
