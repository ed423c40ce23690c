//! Points of Baby Jubjub in Montgomery form, `v² = u³ + A u² + u`, and their incomplete additions.
//!
//! | function | constraints | denominators that must not be zero |
//! | --- | --- | --- |
//! | [`MontgomeryVar::add`] | 3 | `Q.u − P.u` |
//! | [`MontgomeryVar::double`] | 4 | `2 P.v` |
//! | [`MontgomeryVar::double_and_add`] | 5 | `P.u − Q.u`, `P.u − (P + Q).u` |
//! | [`MontgomeryVar::from_edwards`] | 2 | `1 − y`, `x` |
//! | [`MontgomeryVar::to_edwards`] | 2 | `v`, `u + 1` |
//!
//! A sum is the chord: `λ (Q.u − P.u) = Q.v − P.v`, `u = λ² − A − P.u − Q.u`, `v = λ (P.u − u) − P.v`; the identity has no
//! coordinates. `2P + Q` is `(P + Q) + P`, whose middle `v` is never computed: the second slope is
//! `2 P.v / (P.u − (P + Q).u) − λ`.
//!
//! What happens where the formulas do not hold, which the tests enumerate on a small curve:
//!
//! | case | `add` | `double_and_add` |
//! | --- | --- | --- |
//! | P = −Q (v ≠ 0) | no solution | no solution |
//! | P = Q | **the slope is free** | **the slope is free** |
//! | 2P = −Q | | no solution |
//!
//! `double` has no solution for a point of order 2. `from_edwards` has none for the identity and leaves `v` free for
//! (0, −1); `to_edwards` leaves `x` free for (0, 0).
//!
//! Not constrained: that the points are on the curve, and that `P ≠ Q`. Whoever uses a sum says why the free case cannot
//! be reached; an attacker who reaches it chooses the result among the points of a line.

use ark_ff::{AdditiveGroup, Field};
use tacit_credential::Fr;
use tacit_credential::baby_jubjub::MONTGOMERY_A;
use tacit_r1cs::{ConstraintSystem, Known, Number};

use super::arithmetic::{product, quotient};

/// Affine coordinates of a point that is not the identity.
#[derive(Clone)]
pub struct MontgomeryVar<N> {
    /// `u = (1 + y)/(1 − y)` of the Edwards form.
    pub u: N,
    /// `v = u/x` of the Edwards form.
    pub v: N,
}

/// Slopes that native code expects; wrong ones cost time, not soundness.
#[derive(Clone, Copy, Default)]
pub struct Slopes {
    /// Slope of the line through P and Q.
    pub first: Fr,
    /// `2 P.v / (P.u − (P + Q).u)`.
    pub second: Fr,
}

fn a() -> Fr {
    Fr::from(MONTGOMERY_A)
}

impl<N: Number> MontgomeryVar<N> {
    /// A constant point.
    pub fn constant((u, v): (Fr, Fr)) -> Self {
        Self { u: N::from(u), v: N::from(v) }
    }

    /// The point with the other sign.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self { u: self.u.clone(), v: -self.v.clone() }
    }

    /// From Edwards coordinates. No solution for `y = 1`; for the point `(0, −1)`, `v` is free.
    pub fn from_edwards<CS: ConstraintSystem<Num = N>>(cs: &mut CS, x: &N, y: &N) -> Self {
        let u = quotient(cs, &(y.clone() + Fr::ONE), &(-y.clone() + Fr::ONE), None);
        let v = quotient(cs, &u, x, None);
        Self { u, v }
    }

    /// Edwards coordinates `x = u/v`, `y = (u − 1)/(u + 1)`. On the curve, `u = −1` does not occur and `v = 0` only for a
    /// point of order 2.
    pub fn to_edwards<CS: ConstraintSystem<Num = N>>(&self, cs: &mut CS) -> (N, N) {
        let x = quotient(cs, &self.u, &self.v, None);
        let y = quotient(cs, &(self.u.clone() - Fr::ONE), &(self.u.clone() + Fr::ONE), None);
        (x, y)
    }

    /// `P + Q` for `P ≠ ±Q`.
    #[must_use]
    pub fn add<CS: ConstraintSystem<Num = N>>(&self, cs: &mut CS, q: &Self, slope: Option<Fr>) -> Self {
        let rise = q.v.clone() - &self.v;
        let run = q.u.clone() - &self.u;
        let slope = quotient(cs, &rise, &run, slope);
        let u = third_u(cs, &slope, &self.u, &q.u);
        self.on_line(cs, &slope, u)
    }

    /// `2P` for a point that is not of order 2.
    #[must_use]
    pub fn double<CS: ConstraintSystem<Num = N>>(&self, cs: &mut CS) -> Self {
        let square = product(cs, &self.u, &self.u);
        let mut rise = square * Fr::from(3u64) + Fr::ONE;
        rise.add_scaled(&self.u, a().double());
        let slope = quotient(cs, &rise, &(self.v.clone() * Fr::from(2u64)), None);
        let u = third_u(cs, &slope, &self.u, &self.u);
        self.on_line(cs, &slope, u)
    }

    /// `2P + Q` for `P ≠ ±Q` and `2P ≠ −Q`.
    #[must_use]
    pub fn double_and_add<CS: ConstraintSystem<Num = N>>(
        &self,
        cs: &mut CS,
        q: &Self,
        slopes: Option<Slopes>,
    ) -> Self {
        let rise = self.v.clone() - &q.v;
        let run = self.u.clone() - &q.u;
        let first = quotient(cs, &rise, &run, slopes.map(|slopes| slopes.first));
        let middle_u = third_u(cs, &first, &self.u, &q.u);

        let twice = self.v.clone() * Fr::from(2u64);
        let run = self.u.clone() - &middle_u;
        let second = quotient(cs, &twice, &run, slopes.map(|slopes| slopes.second)) - &first;
        let u = third_u(cs, &second, &self.u, &middle_u);
        self.on_line(cs, &second, u)
    }

    /// The sum with the given `u` on the line through P: `slope · (P.u − u) = v + P.v`.
    fn on_line<CS: ConstraintSystem<Num = N>>(&self, cs: &mut CS, slope: &N, u: N) -> Self {
        let run = self.u.clone() - &u;
        let v = cs.witness(|k| k.value(slope) * k.value(&run) - k.value(&self.v));
        cs.enforce(slope, &run, &(v.clone() + &self.v));
        Self { u, v }
    }
}

/// `slope² = u + A + P.u + Q.u`.
fn third_u<CS: ConstraintSystem>(cs: &mut CS, slope: &CS::Num, p: &CS::Num, q: &CS::Num) -> CS::Num {
    let others = p.clone() + q + a();
    let u = cs.witness(|k| k.value(slope).square() - k.value(&others));
    cs.enforce(slope, slope, &(others + &u));
    u
}
