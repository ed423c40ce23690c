//! The credential: resident IDs, policies, requests and presentations, and the statement that relates them.
//!
//! Needs `alloc` and no `std`. Features add: `std` paths of published files and the faster tables of Ed25519; `unicode`
//! normalising names and codes that people typed; `issuing` an issuer's signatures; `toml` policies in that form.

#![cfg_attr(not(any(test, feature = "std")), no_std)]

#[macro_use]
extern crate alloc;

pub mod attributes;
pub mod baby_jubjub;
pub mod certificate;
mod codes;
pub mod credential;
pub mod date;
#[cfg(feature = "unicode")]
pub mod document;
pub mod eddsa;
pub mod enrolment;
pub mod expiry;
pub mod extras;
pub mod field;
#[cfg(feature = "fixtures")]
pub mod fixtures;
pub mod holder;
pub mod issuer_record;
pub mod json;
pub mod name;
pub mod number;
mod once;
pub mod policy;
pub mod poseidon;
pub mod possession;
pub mod presentation;
pub mod public_values;
pub mod region;
pub mod request;
pub mod signing;
pub mod statement;
pub mod status;
mod table;
#[cfg(feature = "toml")]
pub mod toml_fault;
pub mod trust_list;
pub mod wire;

pub use field::Fr;
