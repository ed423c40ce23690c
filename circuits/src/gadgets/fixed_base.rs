//! `2^127 · U + S · B` for the base point B, with S given by no bits at all.
//!
//! S is the choice of a signed point in each of 84 windows ([`super::window`]); the chain adds them up, from `2^127 · U`. 84 times
//! 3 + 3 constraints = 504.
//!
//! Sound: the choices make `S' = Σ d_i 2^(3i)` with odd digits, an odd integer of absolute value below 2^251. Every scalar
//! modulo l has such a representative (S, if odd, or S − l), some have two; another representation of the same S is the
//! same multiple. No addition meets an equal summand: it would give a logarithm of U to the base B ([`super::origin`]).
//!
//! Not constrained: S below l, nor that S is any particular integer. Who needs S to be canonical checks it natively.

use ark_ff::{BigInt, BigInteger};
use tacit_credential::Fr;
use tacit_credential::baby_jubjub::{Projective, subgroup_order};
use tacit_r1cs::ConstraintSystem;

use super::montgomery::MontgomeryVar;
use super::origin::{montgomery, starts};
use super::prediction;
use super::window::{Choice, SIGNED_BITS, windows};

/// An odd integer between `±2^251`: bit i stands for `+2^i` if set and `−2^i` if not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedBits(BigInt<4>);

impl SignedBits {
    /// The digits of S, if odd, or of S − l, for S below l. A larger S has no honest digits and gets those of another number.
    #[must_use]
    pub fn of_scalar(s: &BigInt<4>) -> Self {
        if *s >= subgroup_order() {
            return Self(BigInt::zero());
        }
        Self::of_shifted(s, u64::from(s.is_even()))
    }

    /// The digits of `S − times · l`, which must be odd and between `±2^251`: `(S − times · l + 2^251 − 1) / 2` in binary.
    #[must_use]
    pub fn of_shifted(s: &BigInt<4>, times: u64) -> Self {
        let mut sum = *s;
        let mut all_ones = BigInt::<4>::one() << SIGNED_BITS as u32;
        all_ones.sub_with_borrow(&BigInt::one());
        sum.add_with_carry(&all_ones);
        for _ in 0..times {
            sum.sub_with_borrow(&subgroup_order());
        }
        sum.div2();
        Self(sum)
    }

    fn plus(&self, place: usize) -> bool {
        self.0.get_bit(place)
    }

    /// The choices in all windows.
    #[must_use]
    pub fn choices(&self) -> Vec<Choice> {
        let mut place = 0;
        let choices = windows().iter().map(|window| {
            let digit: i32 =
                (0..window.bits).map(|i| if self.plus(place + i) { 1 << i } else { -(1 << i) }).sum();
            place += window.bits;
            Choice { index: digit.unsigned_abs() as usize / 2, minus: digit < 0 }
        });
        choices.collect()
    }
}

/// `2^127 · U + S · B`.
pub fn multiply<CS: ConstraintSystem>(
    cs: &mut CS,
    s: impl FnOnce(&CS::Known) -> SignedBits,
) -> MontgomeryVar<CS::Num> {
    let choices = cs.advise(|k| s(k).choices());
    let slopes = cs.advise(|_| predict(choices.as_deref().unwrap_or_default()));
    let mut sum = MontgomeryVar::constant(montgomery(&starts().fixed_base));
    for (i, window) in windows().iter().enumerate() {
        let choice = choices.as_ref().map_or_else(Choice::default, |choices| choices[i]);
        let point = window.choose(cs, |_| choice);
        let slope = slopes.as_ref().and_then(|slopes: &Vec<Fr>| slopes.get(i).copied());
        sum = sum.add(cs, &point, slope);
    }
    sum
}

/// The slopes of the chain.
fn predict(choices: &[Choice]) -> Vec<Fr> {
    let mut running = Projective::from(starts().fixed_base);
    let mut points = Vec::with_capacity(choices.len());
    let mut summands = Vec::with_capacity(choices.len());
    for (window, choice) in windows().iter().zip(choices) {
        points.push(running);
        let (u, v) = window.points[choice.index];
        let summand = window.edwards[choice.index];
        if choice.minus {
            summands.push((u, -v));
            running += -summand;
        } else {
            summands.push((u, v));
            running += summand;
        }
    }
    prediction::additions(&points, &summands)
}
