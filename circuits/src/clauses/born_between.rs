//! Born between two dates: `from ≤ birth ≤ to`, 34 constraints.
//!
//! ```text
//! from = birth − a        to = birth + b        a, b of 17 bits
//! ```
//!
//! The bounds come out as numbers and are compared with the verifier's through the public digest, so that no comparison is
//! needed. As integers `from > −2^17` and `to < 2^18`; the verifier's are below 2^17 and the slots of the packed word wider
//! than the difference of the two, so that equal words mean equal bounds. Without a difference's range any bound could be claimed.
//!
//! Not checked here: that the verifier's bounds are dates (its own check), nor which age they stand for.

use tacit_r1cs::{ConstraintSystem, Number};

use super::date::DateVar;

/// The clause's name.
pub const NAME: &str = "born between";

/// Bounds that a birth date keeps.
pub struct BirthBoundsVar<N> {
    /// The birth date does not precede it.
    pub from: N,
    /// It does not precede the birth date.
    pub to: N,
}

impl<N: Number> BirthBoundsVar<N> {
    /// Bounds around a birth date, days since 1900-01-01.
    pub fn new<CS: ConstraintSystem<Num = N>>(
        cs: &mut CS,
        birth: &DateVar<N>,
        from: impl FnOnce(&CS::Known) -> u64,
        to: impl FnOnce(&CS::Known) -> u64,
    ) -> Self {
        cs.clause(NAME);
        Self { from: birth.at_least(cs, from), to: birth.at_most(cs, to) }
    }
}
