//! Issued: an EdDSA-Poseidon signature over a message, under a key that only the prover sees.
//!
//! ```text
//! R = S·B − 8h·A        h = Poseidon(R.x, R.y, A.x, A.y, message)
//! ```
//!
//! | part | constraints | |
//! | --- | --- | --- |
//! | key | 10 | A to Montgomery form, 4A |
//! | 8h·A | 1,525 | [`crate::gadgets::variable_base`] with Q = 4A |
//! | canonical h | 4 | top digit, and the digits are those of h |
//! | S·B | 504 | [`crate::gadgets::fixed_base`] |
//! | R | 5 | the difference, to Edwards form |
//! | h | 321 | Poseidon, t = 6 |
//!
//! Sound: R is computed, never a hint, and h follows from it, so that the signature verifies with exactly the S of the windows
//! and the h of the hash. The circuit does not look at the R of the signature at all: whoever knows an S for which the
//! equation holds knows a signature.
//!
//! **Relied on, and checked by the trust operator for every listed key** (each with a forgery when it is missing, in
//! `tests/resident_id/forged_keys.rs`):
//! - A is on the curve and `l · A = O`, `A ≠ O`: for a point of order 8 or 4 anyone signs; off the curve the additions are those
//!   of other curves;
//! - the owner of A proved that he knows its logarithm to the base B: with `A = 2^-129 · U` the chain meets its own summand, a slope
//!   is free, and signatures are forged.
//!
//! Not constrained: `S < l` (another representation of S is the same signature); A on the curve (see above); that the issuer
//! signs nothing but credentials with this key (both hashes have t = 6: a signature over a chosen message would be a
//! credential).

use ark_ff::{BigInt, PrimeField};
use tacit_credential::{Fr, poseidon as native};
use tacit_r1cs::{ConstraintSystem, Known, Number, Private};

use crate::gadgets::montgomery::MontgomeryVar;
use crate::gadgets::{fixed_base, poseidon, variable_base};

/// The name of the part about the key's point.
pub const KEY: &str = "issued: key";
/// The name of the part about the variable base.
pub const VARIABLE_BASE: &str = "issued: 8h·A";
/// The name of the part that ties the digits to h.
pub const CANONICAL: &str = "issued: canonical h";
/// The name of the part about the fixed base.
pub const FIXED_BASE: &str = "issued: S·B";
/// The name of the part about the commitment.
pub const COMMITMENT: &str = "issued: R";
/// The name of the part about the challenge.
pub const CHALLENGE: &str = "issued: h";

/// An issuer's key A, Edwards coordinates.
pub struct IssuerKeyVar<N> {
    /// x.
    pub x: N,
    /// y.
    pub y: N,
}

impl<N: Number> IssuerKeyVar<N> {
    /// A key that only the prover sees. Nothing binds it here: the trust list does.
    pub fn new<CS: ConstraintSystem<Num = N>>(cs: &mut CS, x: Private<'_, Fr>, y: Private<'_, Fr>) -> Self {
        cs.clause(KEY);
        let x = cs.witness(|k| *x.reveal(k));
        let y = cs.witness(|k| *y.reveal(k));
        Self { x, y }
    }

    /// The key signed the message.
    pub fn enforce_signed<CS: ConstraintSystem<Num = N>>(
        &self,
        cs: &mut CS,
        message: &N,
        signature: Private<'_, SignatureHint>,
    ) {
        cs.clause(KEY);
        let key = MontgomeryVar::from_edwards(cs, &self.x, &self.y);
        let four_times = key.double(cs).double(cs);

        cs.clause(VARIABLE_BASE);
        let negative = variable_base::multiply(cs, &four_times, |k| {
            // The chain comes before R: its h is that of the R that the signature claims.
            let (r_x, r_y) = signature.reveal(k).r;
            let [x, y, message] = [&self.x, &self.y, message].map(|part| k.value(part));
            native::hash(&[r_x, r_y, x, y, message]).into_bigint()
        });

        cs.clause(FIXED_BASE);
        let positive =
            fixed_base::multiply(cs, |k| fixed_base::SignedBits::of_scalar(&signature.reveal(k).s));

        cs.clause(CANONICAL);
        let negative = negative.finish(cs);

        cs.clause(COMMITMENT);
        let commitment = positive.add(cs, &negative.point().negated(), None);
        let (r_x, r_y) = commitment.to_edwards(cs);

        cs.clause(CHALLENGE);
        let h = poseidon::hash(cs, &[r_x, r_y, self.x.clone(), self.y.clone(), message.clone()]);

        cs.clause(CANONICAL);
        negative.enforce_scalar(cs, &h);
    }
}

/// What the prover knows of a signature.
#[derive(Clone)]
pub struct SignatureHint {
    /// S.
    pub s: BigInt<4>,
    /// R, Edwards coordinates.
    pub r: (Fr, Fr),
}
