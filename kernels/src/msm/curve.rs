//! The two groups, as what the algorithms need to know of them.

use ark_bn254::{Fr, g1, g2};
use ark_ec::short_weierstrass::{Affine, Projective, SWCurveConfig};

use crate::backend::Vectors;
use crate::lanes::{Lanes, Line};
use crate::quadratic::Quadratic;

/// A group of the pairing: [`G1`] or [`G2`]. Both curves are `y² = x³ + b`.
pub trait Curve: Copy + Send + Sync + 'static {
    /// arkworks' name for it.
    type Config: SWCurveConfig<ScalarField = Fr>;

    /// Eight coordinates.
    type Coordinate<V: Vectors>: Lanes<Field = <Self::Config as ark_ec::CurveConfig>::BaseField>;

    /// Lines that a point takes.
    const LINES: usize;

    /// Entries of the working set that fit the second-level cache beside the next ones' table lines.
    const GROUP: usize;
}

/// The group over Fq. A point is one line.
#[derive(Clone, Copy, Debug)]
pub enum G1 {}

/// The group over Fq2. A point is two lines.
#[derive(Clone, Copy, Debug)]
pub enum G2 {}

impl Curve for G1 {
    type Config = g1::Config;
    type Coordinate<V: Vectors> = V::Fq;
    const LINES: usize = 1;
    const GROUP: usize = 6144;
}

impl Curve for G2 {
    type Config = g2::Config;
    type Coordinate<V: Vectors> = Quadratic<V::Fq>;
    const LINES: usize = 2;
    const GROUP: usize = 2048;
}

/// Packs a point that is not the identity.
pub(super) fn pack<V: Vectors, C: Curve>(point: &Affine<C::Config>, lines: &mut [Line]) {
    C::Coordinate::<V>::pack_pair(&point.x, &point.y, lines);
}

/// The point of some lines.
pub(super) fn unpack<V: Vectors, C: Curve>(lines: &[Line]) -> Affine<C::Config> {
    let (x, y) = C::Coordinate::<V>::unpack_pair(lines);
    Affine::new_unchecked(x, y)
}

/// The projective group of a curve.
pub(super) type Group<C> = Projective<<C as Curve>::Config>;
