//! `public.json`.

use ark_bn254::Fr;

use super::numeral::{decimal, to_decimal};
use super::{Member, TextError, pretty};

/// The public values of `public.json`, the constant 1 left out.
pub fn read_public(text: &[u8]) -> Result<Vec<Fr>, TextError> {
    let values: Vec<String> = serde_json::from_slice(text)?;
    values.iter().enumerate().map(|(i, value)| decimal(value, Member::at("public", i))).collect()
}

/// `public.json` of public values.
#[must_use]
pub fn write_public(values: &[Fr]) -> String {
    pretty(&values.iter().map(to_decimal).collect::<Vec<_>>())
}
