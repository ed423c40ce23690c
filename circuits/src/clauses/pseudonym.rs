//! One pseudonym per scope: `pseudonym = Poseidon(holder secret, scope)`, 240 constraints (t = 3).
//!
//! Nothing in it is the prover's choice: for one credential and one scope there is one pseudonym. The holder key is a hash of
//! another width, so that no scope makes the pseudonym equal to it.
//!
//! Not checked here: which scope. The verifier puts the request's into the public digest, or a random one that the wallet sent.

use tacit_r1cs::ConstraintSystem;

use super::held_by_me::HolderVar;
use crate::gadgets::poseidon;

/// The clause's name.
pub const NAME: &str = "pseudonym";

/// The holder's pseudonym within a scope.
pub fn derive<CS: ConstraintSystem>(cs: &mut CS, holder: &HolderVar<CS::Num>, scope: &CS::Num) -> CS::Num {
    cs.clause(NAME);
    poseidon::hash(cs, &[holder.secret.clone(), scope.clone()])
}
