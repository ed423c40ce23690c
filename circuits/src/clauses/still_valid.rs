//! Still valid: `today ≤ expiry`, 17 constraints: `today = expiry − d` with `d` of 17 bits.
//!
//! The date of presentation comes out as a number, see [`super::born_between`] for why that is enough. A credential is valid
//! on the day on which it expires.
//!
//! A long-term ID has the largest expiry that 17 bits hold. A presentation's date has 17 bits, so that `d` exists for each.
//!
//! Not checked here: which day it is. The verifier's clock says so, and the date is in the public digest.

use tacit_r1cs::ConstraintSystem;

use super::date::DateVar;

/// The clause's name.
pub const NAME: &str = "still valid";

/// A date of presentation that does not come after the expiry date.
pub fn date_of_presentation<CS: ConstraintSystem>(
    cs: &mut CS,
    expiry: &DateVar<CS::Num>,
    today: impl FnOnce(&CS::Known) -> u64,
) -> CS::Num {
    cs.clause(NAME);
    expiry.at_least(cs, today)
}
