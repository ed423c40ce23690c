//! The credential: resident IDs, policies, requests and presentations, and the statement that relates them.
pub mod attributes;
pub mod baby_jubjub;
pub mod certificate;
mod codes;
pub mod credential;
pub mod date;
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
