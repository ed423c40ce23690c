//! Products, quotients, equality.
//!
//! | function | constraint | count |
//! | --- | --- | --- |
//! | [`product`] | `a · b = p` | 1 |
//! | [`quotient`] | `q · d = n` | 1 |
//! | [`enforce_equal`] | `a · 1 = b` | 1 |
//!
//! Not constrained: that a divisor is not zero. `0 · q = 0` leaves `q` free; every caller says why its divisor is not
//! zero, or what follows if it is.

use ark_ff::{AdditiveGroup, Field};
use tacit_credential::Fr;
use tacit_r1cs::{ConstraintSystem, Known};

/// A new wire for `a · b`.
pub fn product<CS: ConstraintSystem>(cs: &mut CS, a: &CS::Num, b: &CS::Num) -> CS::Num {
    let p = cs.witness(|k| k.value(a) * k.value(b));
    cs.enforce(a, b, &p);
    p
}

/// A new wire `q` with `q · d = n`. The hint believes `guess` if it fits, which saves an inversion.
pub fn quotient<CS: ConstraintSystem>(cs: &mut CS, n: &CS::Num, d: &CS::Num, guess: Option<Fr>) -> CS::Num {
    let q = cs.witness(|k| {
        let (n, d) = (k.value(n), k.value(d));
        guess.filter(|&q| q * d == n).unwrap_or_else(|| d.inverse().map_or(Fr::ZERO, |inverse| n * inverse))
    });
    cs.enforce(&q, d, n);
    q
}

/// `a = b`.
pub fn enforce_equal<CS: ConstraintSystem>(cs: &mut CS, a: &CS::Num, b: &CS::Num) {
    cs.enforce(a, &CS::Num::from(Fr::ONE), b);
}
