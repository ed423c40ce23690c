//! One public input: `digest = Poseidon(public values)`, the hash and 1 constraint (403 for eight values).
//!
//! The verifier computes the digest from the request, its trust list and the few values in the presentation. Equal digests
//! mean equal values, as the hash is collision-resistant; a challenge that no other clause mentions is bound by it too.
//!
//! Not checked here: the ranges of the values. The verifier checks its own and those that a presentation claims before it
//! packs them.

use tacit_r1cs::ConstraintSystem;

use crate::gadgets::arithmetic::enforce_equal;
use crate::gadgets::poseidon;

/// The clause's name.
pub const NAME: &str = "public digest";

/// The public input is the hash of the values.
pub fn enforce<CS: ConstraintSystem>(cs: &mut CS, digest: &CS::Num, values: &[CS::Num]) {
    cs.clause(NAME);
    let hash = poseidon::hash(cs, values);
    enforce_equal(cs, &hash, digest);
}
