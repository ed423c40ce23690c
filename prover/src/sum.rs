//! Sums over the points of a query.

use ark_bn254::{Fr, g1, g2};
use ark_ec::AffineRepr;
use ark_ec::scalar_mul::variable_base::VariableBaseMSM;
use ark_ec::short_weierstrass::{Affine, Projective, SWCurveConfig};
use zeroize::Zeroizing;

pub(crate) type G1 = g1::Config;
pub(crate) type G2 = g2::Config;

/// The points of a query that are not the identity, and the scalars that they belong to.
pub(crate) struct Query<C: SWCurveConfig<ScalarField = Fr>> {
    /// For each point, the place of its scalar, increasing.
    places: Vec<u32>,
    points: Vec<Affine<C>>,
}

impl<C: SWCurveConfig<ScalarField = Fr>> Query<C> {
    pub(crate) fn new(points: &[Affine<C>]) -> Self {
        let present = || (0_u32..).zip(points).filter(|(_, point)| !point.is_zero());
        Self {
            places: present().map(|(place, _)| place).collect(),
            points: present().map(|(_, point)| *point).collect(),
        }
    }

    /// `Σ scalarᵢ·Pᵢ`, where the last scalar is given apart.
    pub(crate) fn sum_blinded(&self, scalars: &[Fr], blinding: Fr) -> Projective<C> {
        let scalar = |&place: &u32| scalars.get(place as usize).copied().unwrap_or(blinding);
        let scalars: Zeroizing<Vec<Fr>> = Zeroizing::new(self.places.iter().map(scalar).collect());
        Projective::msm_unchecked(&self.points, &scalars)
    }

    /// `Σ scalarᵢ·Pᵢ`.
    pub(crate) fn sum(&self, scalars: &[Fr]) -> Projective<C> {
        self.sum_blinded(scalars, Fr::from(0))
    }
}
