//! Held by me: `holder key = Poseidon(holder secret)`, 213 constraints (t = 2).
//!
//! The key is no wire of its own: it goes into the hash that the issuer signed. Without this clause anyone who saw the
//! attributes and the signature could present them.
//!
//! Not constrained: that the secret is not 0 or otherwise weak. The wallet draws it; a weak one harms its holder alone.

use tacit_credential::Fr;
use tacit_r1cs::{ConstraintSystem, Private};

use crate::gadgets::poseidon;

/// The clause's name.
pub const NAME: &str = "held by me";

/// A holder: the secret and the key that follows from it.
pub struct HolderVar<N> {
    pub(super) secret: N,
    /// `Poseidon(secret)`.
    pub key: N,
}

impl<N> HolderVar<N> {
    /// A holder who knows the secret.
    pub fn new<CS: ConstraintSystem<Num = N>>(cs: &mut CS, secret: Private<'_, Fr>) -> Self {
        cs.clause(NAME);
        let secret = cs.witness(|k| *secret.reveal(k));
        let key = poseidon::hash(cs, core::slice::from_ref(&secret));
        Self { secret, key }
    }
}
