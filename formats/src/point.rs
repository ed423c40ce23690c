//! Points as the binary files have them: x and y, each coordinate in Montgomery form (in G2 the constant
//! coefficient first); the identity is all zeros, which lies on neither curve.
//!
//! **Checked here**, in this order: canonical coordinates, the identity where it may not stand, the curve,
//! and in G2 the subgroup (by the endomorphism that arkworks uses; many points together as
//! [`subgroup`](crate::subgroup) tells). G1 has prime order.

use ark_bn254::{Fq2, g1, g2};
use ark_ec::AffineRepr;
use ark_ec::short_weierstrass::Affine;

use crate::field::{ELEMENT, read_montgomery, write_montgomery};
use crate::subgroup::all_in_subgroup;

/// What is wrong with a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PointFault {
    NotCanonical,
    Identity,
    OffCurve,
    OutsideSubgroup,
}

/// Whether the identity may stand in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// For wires that are absent from a matrix.
    Allowed,
    Refused,
}

/// Who checks that points lie on the curve and in the subgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PointChecks {
    Here,
    /// The subgroup is checked for many points at once, in [`all_in_subgroup`](Point::all_in_subgroup).
    Curve,
    /// Only coordinates and the identity are checked here.
    ByCaller,
}

/// A point of G1 or G2.
pub(crate) trait Point: Copy + Send + Sync + PartialEq + AffineRepr {
    /// Bytes of a point.
    const BYTES: usize;

    /// Coordinates below the prime, whatever they are.
    fn coordinates(bytes: &[u8]) -> Option<Self>;

    fn on_curve(&self) -> bool;

    /// Of a point on the curve.
    fn in_subgroup(&self) -> bool;

    /// Of points on the curve.
    fn all_in_subgroup(points: &[Self]) -> bool;

    fn write(&self, out: &mut Vec<u8>);

    fn read(bytes: &[u8], identity: Identity, checks: PointChecks) -> Result<Self, PointFault> {
        let point = Self::coordinates(bytes).ok_or(PointFault::NotCanonical)?;
        if point.is_zero() {
            return if identity == Identity::Allowed { Ok(point) } else { Err(PointFault::Identity) };
        }
        match checks {
            PointChecks::Here => point.verify().map(|()| point),
            PointChecks::Curve if !point.on_curve() => Err(PointFault::OffCurve),
            PointChecks::Curve | PointChecks::ByCaller => Ok(point),
        }
    }

    /// Of a point that is not the identity.
    fn verify(&self) -> Result<(), PointFault> {
        if !self.on_curve() {
            return Err(PointFault::OffCurve);
        }
        if !self.in_subgroup() {
            return Err(PointFault::OutsideSubgroup);
        }
        Ok(())
    }
}

/// The elements that so many bytes hold; `None` too if there are fewer.
fn elements<const N: usize>(bytes: &[u8]) -> Option<[ark_bn254::Fq; N]> {
    let (elements, _) = bytes.as_chunks::<ELEMENT>();
    let mut all = [ark_bn254::Fq::default(); N];
    for (i, element) in all.iter_mut().enumerate() {
        *element = read_montgomery(elements.get(i)?)?;
    }
    Some(all)
}

impl Point for Affine<g1::Config> {
    const BYTES: usize = 2 * ELEMENT;

    fn coordinates(bytes: &[u8]) -> Option<Self> {
        let [x, y] = elements(bytes)?;
        // arkworks has (0, 0) for the identity as well.
        Some(Self::new_unchecked(x, y))
    }

    fn on_curve(&self) -> bool {
        self.is_on_curve()
    }

    fn in_subgroup(&self) -> bool {
        true
    }

    fn all_in_subgroup(_: &[Self]) -> bool {
        true
    }

    fn write(&self, out: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        for element in [x, y] {
            out.extend_from_slice(&write_montgomery(&element));
        }
    }
}

impl Point for Affine<g2::Config> {
    const BYTES: usize = 4 * ELEMENT;

    fn coordinates(bytes: &[u8]) -> Option<Self> {
        let [x0, x1, y0, y1] = elements(bytes)?;
        Some(Self::new_unchecked(Fq2::new(x0, x1), Fq2::new(y0, y1)))
    }

    fn on_curve(&self) -> bool {
        self.is_on_curve()
    }

    fn in_subgroup(&self) -> bool {
        self.is_in_correct_subgroup_assuming_on_curve()
    }

    fn all_in_subgroup(points: &[Self]) -> bool {
        all_in_subgroup(points)
    }

    fn write(&self, out: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        for element in [x.c0, x.c1, y.c0, y.c1] {
            out.extend_from_slice(&write_montgomery(&element));
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use ark_bn254::{Fq, G1Affine, G2Affine};
    use ark_ec::short_weierstrass::SWCurveConfig;

    use super::*;

    /// A point of the curve of G2 that has another order than r.
    pub(crate) fn outside_subgroup() -> G2Affine {
        (1..)
            .filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::from(x), true))
            .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
            .unwrap()
    }

    fn written(point: &impl Point) -> Vec<u8> {
        let mut bytes = Vec::new();
        point.write(&mut bytes);
        bytes
    }

    #[test]
    fn each_fault_has_its_name() {
        let read = |bytes: &[u8]| G2Affine::read(bytes, Identity::Refused, PointChecks::Here);
        let generator = written(&G2Affine::generator());
        assert_eq!(read(&generator), Ok(G2Affine::generator()));
        let off = G2Affine::new_unchecked(Fq2::from(1), Fq2::from(1));
        assert_eq!(read(&written(&off)), Err(PointFault::OffCurve));
        assert_eq!(read(&written(&outside_subgroup())), Err(PointFault::OutsideSubgroup));
        assert_eq!(read(&[0; 128]), Err(PointFault::Identity));
        for coordinate in 0..4 {
            let mut bytes = generator.clone();
            bytes[32 * coordinate..][..32].fill(0xff);
            assert_eq!(read(&bytes), Err(PointFault::NotCanonical));
        }
        let off = G1Affine::new_unchecked(Fq::from(1), Fq::from(1));
        let read = |bytes: &[u8], identity| G1Affine::read(bytes, identity, PointChecks::Here);
        assert_eq!(read(&written(&off), Identity::Allowed), Err(PointFault::OffCurve));
        assert_eq!(read(&[0; 64], Identity::Allowed), Ok(G1Affine::identity()));
        assert_eq!(read(&[0; 64], Identity::Refused), Err(PointFault::Identity));
    }

    /// The whole argument that zeros may stand for the identity.
    #[test]
    fn zeros_lie_on_neither_curve() {
        assert_ne!(g1::Config::COEFF_B, Fq::from(0));
        assert_ne!(g2::Config::COEFF_B, Fq2::from(0));
    }
}
