//! Gadgets: relations between numbers, without any knowledge of credentials.
//!
//! | gadget | native twin |
//! | --- | --- |
//! | [`arithmetic`] | field arithmetic |
//! | [`range::RangedVar`] | an integer of a range |
//! | [`hidden_bit`] | a bit of a word, at a place that nobody sees |
//! | [`poseidon`] | `tacit_credential::poseidon` |
//! | [`tree`] | one node of a tree of arity 8 |
//! | [`montgomery::MontgomeryVar`] | `tacit_credential::baby_jubjub`, Montgomery form |
//! | [`fixed_base`], [`variable_base`] | multiples of the base point and of a key |
//! | [`origin`] | the point at which both chains of additions start |

pub mod arithmetic;
pub mod fixed_base;
pub mod hidden_bit;
pub mod montgomery;
pub mod origin;
mod permutation;
pub mod poseidon;
mod prediction;
pub mod range;
pub mod tree;
pub mod variable_base;
pub mod window;
