//! The engine behind [`Prover`](crate::Prover) and [`CircomProver`](crate::circom::CircomProver): the only file that puts proofs
//! together.
//!
//! ```text
//! A = α₁ + Σ zᵢAᵢ + rδ₁     B₁ = β₁ + Σ zᵢB₁ᵢ + sδ₁     B = β₂ + Σ zᵢB₂ᵢ + sδ₂
//! C = Σ zᵢL'ᵢ + Σ e_k U_k + s·A + r·B₁ − rsδ₁
//! ```
//!
//! For keys without C, `e_k − c(gωᵏ)` takes the place of `e_k`: see [`quotient`](crate::quotient).
//!
//! The four sums over wires may be known for some values `z⁰` ([`WireSums`]); then `zᵢ − z⁰ᵢ` takes the place of `zᵢ`, and only wires
//! that differ cost anything. The sum over U needs the quotient first, so that the others start before it, largest first.

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::CurveGroup;
use ark_ec::short_weierstrass::Projective;
use ark_ff::AdditiveGroup;
use ark_groth16::Proof;
use tacit_kernels::{Curve, FixedBase, Sorted, Threads};
use zeroize::Zeroize;

use crate::control::{Cancelled, Control, Steps};
use crate::prepared::{PreparedKey, Scalars};
use crate::quotient::System;

/// All that proofs need of a key.
pub(crate) struct Engine {
    pub(crate) constants: Constants,
    pub(crate) prepared: PreparedKey,
    pub(crate) system: Box<dyn System>,
}

/// α₁, β₁, β₂.
pub(crate) struct Constants {
    pub(crate) alpha_g1: G1Affine,
    pub(crate) beta_g1: G1Affine,
    pub(crate) beta_g2: G2Affine,
}

/// Why there is no proof.
pub(crate) enum Stopped {
    /// The first constraint that does not hold.
    Unsatisfied(usize),
    Cancelled,
}

impl From<Cancelled> for Stopped {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// `Σ zᵢAᵢ, Σ zᵢB₁ᵢ, Σ zᵢB₂ᵢ, Σ zᵢL'ᵢ`: secrets, for they tell an assignment from another.
pub(crate) struct WireSums {
    pub(crate) a: G1Projective,
    pub(crate) b1: G1Projective,
    pub(crate) b2: G2Projective,
    pub(crate) l: G1Projective,
}

impl WireSums {
    /// The sums of no wires.
    pub(crate) const ZERO: Self =
        Self { a: G1Projective::ZERO, b1: G1Projective::ZERO, b2: G2Projective::ZERO, l: G1Projective::ZERO };
}

impl Drop for WireSums {
    fn drop(&mut self) {
        self.a.zeroize();
        self.b1.zeroize();
        self.b2.zeroize();
        self.l.zeroize();
    }
}

impl Engine {
    /// A proof for the assignment `z`, where `sums` are those of `z − rest`. Shapes were checked.
    pub(crate) fn prove(
        &self,
        z: &[Fr],
        sums: &WireSums,
        rest: &[Fr],
        [r, s]: [Fr; 2],
        steps: &Steps<'_>,
    ) -> Result<Proof<Bn254>, Stopped> {
        let (constants, prepared) = (&self.constants, &self.prepared);
        let rows = steps.piece(3, || self.system.rows(z))?.map_err(Stopped::Unsatisfied)?;

        let scalars = &Scalars::new(rest, r, s);
        let mut a = Err(Cancelled);
        let mut b = Err(Cancelled);
        let mut l = Err(Cancelled);
        let mut u = Err(Cancelled);
        rayon::scope(|scope| {
            // B and r·B₁.
            scope.spawn(|_| {
                b = self.sum_b(scalars, steps).map(|(b1, b2)| {
                    (b2 + sums.b2 + constants.beta_g2, (b1 + sums.b1 + constants.beta_g1) * r)
                });
            });
            // A and s·A.
            scope.spawn(|_| {
                a = msm(&prepared.a, scalars.as_slice(), 14, steps).map(|a| {
                    let a = a + sums.a + constants.alpha_g1;
                    (a, a * s)
                });
            });
            scope.spawn(|_| {
                l = msm(&prepared.l, scalars.as_slice(), 14, steps).map(|l| l + sums.l);
            });
            u = steps.piece(4, || rows.scalars()).and_then(|scalars| msm(&prepared.u, &scalars, 15, steps));
        });
        let ((a, s_a), (b, r_b1)) = (a?, b?);
        let c = l? + u? + s_a + r_b1;
        steps.go_on()?;
        Ok(Proof { a: a.into_affine(), b: b.into_affine(), c: c.into_affine() })
    }

    /// The sums over wires for these values.
    pub(crate) fn wire_sums(&self, values: &[Fr]) -> WireSums {
        let scalars = &Scalars::new(values, Fr::ZERO, Fr::ZERO);
        let control = Control::default();
        let steps = &control.start();
        let ((b1, b2), (a, l)) = rayon::join(
            || uncancelled(self.sum_b(scalars, steps)),
            || {
                let [a, l] = [&self.prepared.a, &self.prepared.l];
                rayon::join(
                    || a.msm(scalars.as_slice(), Threads::Pool),
                    || l.msm(scalars.as_slice(), Threads::Pool),
                )
            },
        );
        WireSums { a, b1, b2, l }
    }

    /// Over B₁ and B₂, whose scalars are the same.
    fn sum_b(&self, scalars: &Scalars, steps: &Steps<'_>) -> Result<(G1Projective, G2Projective), Cancelled> {
        let PreparedKey { b1, b2, .. } = &self.prepared;
        let scalars = scalars.as_slice();
        let sorted = steps.piece(1, || b2.sort(scalars, Threads::Pool))?;
        let (b1, b2) = rayon::join(
            || {
                if self.prepared.b_is_shared() {
                    sum(b1, &sorted, 14, steps)
                } else {
                    msm(b1, scalars, 14, steps)
                }
            },
            || sum(b2, &sorted, 35, steps),
        );
        Ok((b1?, b2?))
    }
}

/// A sum that is so many percent of the work.
fn msm<C: Curve>(
    table: &FixedBase<C>,
    scalars: &[Fr],
    percent: u64,
    steps: &Steps<'_>,
) -> Result<Projective<C::Config>, Cancelled> {
    steps.go_on()?;
    sum(table, &table.sort(scalars, Threads::Pool), percent, steps)
}

fn sum<C: Curve>(
    table: &FixedBase<C>,
    sorted: &Sorted,
    percent: u64,
    steps: &Steps<'_>,
) -> Result<Projective<C::Config>, Cancelled> {
    steps.pieces(percent, |piece| table.sum_while(sorted, Threads::Pool, &|parts, of| piece.done(parts, of)))
}

/// What nobody can cancel.
fn uncancelled<T>(result: Result<T, Cancelled>) -> T {
    result.unwrap_or_else(|Cancelled| unreachable!("the control holds no token"))
}
