//! Disclosed on purpose: for each attribute a mask bit and `shown = bit · attribute`, 2 constraints a value.
//!
//! What is not disclosed shows as 0, so that mask and values tell nothing else. The mask is part of the public digest: the
//! verifier compares it with the request, and an attribute that is 0 is still told from one that is hidden.
//!
//! Not checked here: the ranges of the values that a presentation claims. The verifier checks them, else two sets of
//! values could share one packed word.

use tacit_credential::Fr;
use tacit_r1cs::{ConstraintSystem, Number};

use crate::gadgets::arithmetic::product;
use crate::gadgets::range::{BooleanVar, pack};

/// The clause's name.
pub const NAME: &str = "disclosed";

/// Attributes that are shown or not.
pub struct DisclosedVar<N, const COUNT: usize> {
    /// Bit `i` for attribute `i`.
    pub mask: N,
    /// Each attribute, or 0.
    pub values: [N; COUNT],
}

impl<N: Number, const COUNT: usize> DisclosedVar<N, COUNT> {
    /// Shows the attributes whose mask bit is set.
    pub fn new<CS: ConstraintSystem<Num = N>>(
        cs: &mut CS,
        attributes: [&N; COUNT],
        mask: impl FnOnce(&CS::Known) -> u64,
    ) -> Self {
        cs.clause(NAME);
        let mask = cs.advise(mask).unwrap_or_default();
        let bits: [_; COUNT] = core::array::from_fn(|i| BooleanVar::new(cs, |_| Fr::from(mask >> i & 1)));
        let values = core::array::from_fn(|i| product(cs, bits[i].number(), attributes[i]));
        Self { mask: pack(&bits), values }
    }
}
