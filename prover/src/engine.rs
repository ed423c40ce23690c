//! The engine behind [`Prover`](crate::Prover): the only file that puts proofs together.
//!
//! ```text
//! A = α₁ + Σ zᵢAᵢ + rδ₁     B₁ = β₁ + Σ zᵢB₁ᵢ + sδ₁     B = β₂ + Σ zᵢB₂ᵢ + sδ₂
//! C = Σ zᵢL'ᵢ + Σ e_k U_k + s·A + r·B₁ − rsδ₁
//! ```
//!
//! The four sums over wires may be known for some values `z⁰` ([`WireSums`]); then `zᵢ − z⁰ᵢ` takes the place of `zᵢ`, and only wires
//! that differ cost anything. The sum over U needs the quotient first, so that the others start before it, largest first.

use ark_bn254::{Bn254, Fr, G1Projective, G2Projective};
use ark_ec::CurveGroup;
use ark_ff::AdditiveGroup;
use ark_groth16::Proof;
use zeroize::Zeroize;

use crate::control::{Cancelled, Steps};
use crate::key::ProvingKey;
use crate::options::Options;
use crate::prepared::PreparedKey;
use crate::quotient::{OddCoset, Rows, odd_coset};

/// A key and all that depends on it alone.
pub(crate) struct Engine {
    key: ProvingKey,
    prepared: PreparedKey,
    coset: Box<dyn OddCoset>,
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
    pub(crate) fn new(key: ProvingKey, options: &Options) -> Self {
        let prepared = PreparedKey::new(&key, options.backend());
        let coset = odd_coset(options.backend(), key.points().h_query.len() + 1);
        Self { key, prepared, coset }
    }

    pub(crate) fn key(&self) -> &ProvingKey {
        &self.key
    }

    /// A proof for the assignment `z`, where `sums` are those of `z − rest`. Shapes were checked.
    pub(crate) fn prove(
        &self,
        z: &[Fr],
        sums: &WireSums,
        rest: &[Fr],
        [r, s]: [Fr; 2],
        steps: &Steps<'_>,
    ) -> Result<Proof<Bn254>, Stopped> {
        let (points, prepared) = (self.key.points(), &self.prepared);
        let domain = points.h_query.len() + 1;
        let rows = steps.piece(3, || Rows::new(self.key.r1cs(), z, domain))?.map_err(Stopped::Unsatisfied)?;

        let mut a = Err(Cancelled);
        let mut b1 = Err(Cancelled);
        let mut b2 = Err(Cancelled);
        let mut l = Err(Cancelled);
        let mut u = Err(Cancelled);
        rayon::scope(|scope| {
            scope.spawn(|_| {
                b2 = steps.piece(36, || prepared.b2.sum_blinded(rest, s) + sums.b2 + points.vk.beta_g2);
            });
            // A and s·A.
            scope.spawn(|_| {
                a = steps.piece(14, || {
                    let a = prepared.a.sum_blinded(rest, r) + sums.a + points.vk.alpha_g1;
                    (a, a * s)
                });
            });
            // r·B₁.
            scope.spawn(|_| {
                b1 = steps.piece(14, || (prepared.b1.sum_blinded(rest, s) + sums.b1 + points.beta_g1) * r);
            });
            scope.spawn(|_| l = steps.piece(14, || prepared.l.sum_blinded(rest, -(r * s)) + sums.l));
            u = steps
                .piece(4, || self.coset.products(&rows))
                .and_then(|products| steps.piece(15, || prepared.u.sum(&products)));
        });
        let (a, s_a) = a?;
        let c = l? + u? + s_a + b1?;
        Ok(Proof { a: a.into_affine(), b: b2?.into_affine(), c: c.into_affine() })
    }

    /// The sums over wires for these values.
    pub(crate) fn wire_sums(&self, z: &[Fr]) -> WireSums {
        let (p, zero) = (&self.prepared, Fr::ZERO);
        let ((b2, a), (b1, l)) = rayon::join(
            || rayon::join(|| p.b2.sum_blinded(z, zero), || p.a.sum_blinded(z, zero)),
            || rayon::join(|| p.b1.sum_blinded(z, zero), || p.l.sum_blinded(z, zero)),
        );
        WireSums { a, b1, b2, l }
    }
}
