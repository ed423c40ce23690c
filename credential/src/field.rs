//! .
pub type Fr = ark_bn254::Fr;
