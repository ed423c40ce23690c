//! `2^127 · U + 2N · Q` for a point Q of order l, and the one N below 8l + 1 that a number h stands for.
//!
//! ```text
//! sign step j = 253 .. 0:    yⱼ · yⱼ = Q.v²                    yⱼ = ±Q.v, the sign is the digit Dⱼ
//! chain:                     P := 2 P + (Q.u, yⱼ)              from 2^-127 · U
//! top:                       P := P − (Q.u, y₂₅₃)
//! ```
//!
//! 1 + 254 · (1 + 5) + 3 constraints. At the end `P = 2^127 · U + (Σ Dⱼ 2^j − D₂₅₃) · Q`. Modulo 8l that multiple of Q is twice
//!
//! ```text
//! N = (Σ Dⱼ 2^j − D₂₅₃ (8l + 1) + 8l) / 2
//! ```
//!
//! and the digits reach **exactly the integers 0 ..= 8l**: with `D₂₅₃ = 1` N runs over 0 .. 2^253 − 1, with −1 over
//! 8l + 1 − 2^253 ..= 8l. [`MultipleVar::enforce_scalar`] ties N to a number h with one constraint, everything multiplied by `Q.v`:
//!
//! ```text
//! Q.v · (2h − 8l) = Σ 2^j yⱼ − y₂₅₃ (8l + 1)
//! ```
//!
//! so that `h = N mod r`. N and N + r stand for the same h only if `h ≤ 8l − r ≈ 2^125.6`; for a hash that is out of reach, and
//! even then N is a fixed function of a random oracle. (Any other width of decomposition would leave a choice for half of
//! all h.)
//!
//! Relied on: `Q.v ≠ 0` (else every sign is free), Q of order l, and that nobody knows the logarithm of U to the base Q
//! (else a chain may meet ±Q, where a slope is free). Both are checks of whoever lists keys ([`super::origin`]).

use ark_ff::{AdditiveGroup, BigInt, BigInteger, Field, PrimeField};
use tacit_credential::Fr;
use tacit_credential::baby_jubjub::{self, Projective, subgroup_order};
use tacit_credential::field::power_of_two;
use tacit_r1cs::{ConstraintSystem, Known, Number};

use super::arithmetic::product;
use super::montgomery::{MontgomeryVar, Slopes};
use super::origin::{VARIABLE_BASE_STEPS, montgomery, starts};
use super::prediction;

const STEPS: usize = VARIABLE_BASE_STEPS as usize;
const TOP: usize = STEPS - 1;

/// `8l`, the order of the curve.
fn curve_order() -> BigInt<4> {
    subgroup_order() << 3
}

/// The chain before its last step.
pub struct ChainVar<N> {
    sum: MontgomeryVar<N>,
    base: MontgomeryVar<N>,
    signed_sum: N,
    top: N,
}

/// A multiple whose digits are still to be tied to a number.
pub struct MultipleVar<N> {
    point: MontgomeryVar<N>,
    base_v: N,
    signed_sum: N,
    top: N,
}

/// The chain for a secret N in 0 ..= 8l, 1 + 254 · 6 constraints.
pub fn multiply<CS: ConstraintSystem>(
    cs: &mut CS,
    q: &MontgomeryVar<CS::Num>,
    n: impl FnOnce(&CS::Known) -> BigInt<4>,
) -> ChainVar<CS::Num> {
    let minus = cs.advise(|k| minus_signs(&n(k)));
    let slopes = cs.advise(|k| predict((k.value(&q.u), k.value(&q.v)), minus.as_deref().unwrap_or_default()));
    let square = product(cs, &q.v, &q.v);

    let mut point = MontgomeryVar::constant(montgomery(&starts().variable_base));
    let mut signed_sum = CS::Num::from(Fr::ZERO);
    let mut top = None;
    for (step, place) in (0..STEPS).rev().enumerate() {
        let is_minus = minus.as_ref().is_some_and(|minus| minus[place]);
        let y = cs.witness(|k| if is_minus { -k.value(&q.v) } else { k.value(&q.v) });
        cs.enforce(&y, &y, &square);
        signed_sum.add_scaled(&y, power_of_two(place));
        let summand = MontgomeryVar { u: q.u.clone(), v: y.clone() };
        let slopes = slopes.as_ref().and_then(|slopes: &Vec<Slopes>| slopes.get(step).copied());
        point = point.double_and_add(cs, &summand, slopes);
        top.get_or_insert(y);
    }
    let top = top.unwrap_or_else(|| CS::Num::from(Fr::ZERO));
    ChainVar { sum: point, base: q.clone(), signed_sum, top }
}

impl<N: Number> ChainVar<N> {
    /// The last step, 3 constraints.
    pub fn finish<CS: ConstraintSystem<Num = N>>(self, cs: &mut CS) -> MultipleVar<N> {
        let last = MontgomeryVar { u: self.base.u, v: -self.top.clone() };
        MultipleVar {
            point: self.sum.add(cs, &last, None),
            base_v: self.base.v,
            signed_sum: self.signed_sum,
            top: self.top,
        }
    }
}

impl<N: Number> MultipleVar<N> {
    /// `2^127 · U + 2N · Q`.
    pub const fn point(&self) -> &MontgomeryVar<N> {
        &self.point
    }

    /// `h = N mod r`, one constraint.
    pub fn enforce_scalar<CS: ConstraintSystem<Num = N>>(&self, cs: &mut CS, h: &N) {
        let order = Fr::from_le_bytes_mod_order(&curve_order().to_bytes_le());
        let mut digits = self.signed_sum.clone();
        digits.add_scaled(&self.top, -(order + Fr::ONE));
        cs.enforce(&self.base_v, &(h.clone() * Fr::from(2u64) - order), &digits);
    }
}

/// For each place, whether its digit is −1.
fn minus_signs(n: &BigInt<4>) -> Vec<bool> {
    let half = BigInt::<4>::one() << TOP as u32;
    let in_upper_part = *n >= half;
    let mut low = *n;
    if in_upper_part {
        // Less the top digit's weight, 8l + 1 − 2^253.
        let mut weight = curve_order();
        weight.add_with_carry(&BigInt::one());
        weight.sub_with_borrow(&half);
        low.sub_with_borrow(&weight);
    }
    let mut minus: Vec<bool> = (0..TOP).map(|place| !low.get_bit(place)).collect();
    minus.push(in_upper_part);
    minus
}

/// The slopes of the chain.
fn predict(q: (Fr, Fr), minus: &[bool]) -> Vec<Slopes> {
    let Some(summand) = baby_jubjub::from_montgomery(q.0, q.1) else {
        return Vec::new();
    };
    let mut running = Projective::from(starts().variable_base);
    let signs: Vec<bool> = minus.iter().rev().copied().collect();
    let mut points = Vec::with_capacity(signs.len());
    for &is_minus in &signs {
        points.push(running);
        running.double_in_place();
        if is_minus {
            running += -summand;
        } else {
            running += summand;
        }
    }
    prediction::double_and_adds(&points, q, &signs)
}
