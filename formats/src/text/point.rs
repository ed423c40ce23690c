//! Points in text.

use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;

use super::numeral::{decimal, to_decimal};
use super::{Member, TextError};
use crate::point::{Point, PointFault};

/// `[x, y, z]`.
pub(super) type TextG1 = [String; 3];
/// `[[x₀, x₁], [y₀, y₁], [z₀, z₁]]`.
pub(super) type TextG2 = [[String; 2]; 3];

/// A point on its curve and in the subgroup, not the identity.
pub(super) fn checked<P: Point>(point: P, member: Member) -> Result<P, TextError> {
    if point.is_zero() {
        return Err(TextError::Identity { member });
    }
    match point.verify() {
        Ok(()) => Ok(point),
        Err(PointFault::OutsideSubgroup) => Err(TextError::OutsideSubgroup { member }),
        Err(_) => Err(TextError::OffCurve { member }),
    }
}

pub(super) fn read_g1([x, y, z]: &TextG1, member: Member) -> Result<G1Affine, TextError> {
    if [x, y, z] == ["0", "1", "0"] {
        return Err(TextError::Identity { member });
    }
    if z != "1" {
        return Err(TextError::NotAffine { member });
    }
    checked(G1Affine::new_unchecked(decimal(x, member)?, decimal(y, member)?), member)
}

/// As [`read_g1`], where the identity may stand.
pub(super) fn read_g1_or_identity(text: &TextG1, member: Member) -> Result<G1Affine, TextError> {
    match read_g1(text, member) {
        Err(TextError::Identity { .. }) if text[2] == "0" => Ok(G1Affine::identity()),
        result => result,
    }
}

pub(super) fn read_g2([x, y, z]: &TextG2, member: Member) -> Result<G2Affine, TextError> {
    if [x, y, z] == [&["0", "0"], &["1", "0"], &["0", "0"]] {
        return Err(TextError::Identity { member });
    }
    if z != &["1", "0"] {
        return Err(TextError::NotAffine { member });
    }
    let element =
        |[c0, c1]: &[String; 2]| Ok::<_, TextError>(Fq2::new(decimal(c0, member)?, decimal(c1, member)?));
    checked(G2Affine::new_unchecked(element(x)?, element(y)?), member)
}

pub(super) fn write_g1(point: &G1Affine) -> TextG1 {
    match point.xy() {
        Some((x, y)) => [to_decimal(&x), to_decimal(&y), "1".to_owned()],
        None => ["0", "1", "0"].map(str::to_owned),
    }
}

pub(super) fn write_g2(point: &G2Affine) -> TextG2 {
    match point.xy() {
        Some((x, y)) => [write_fq2(&x), write_fq2(&y), ["1", "0"].map(str::to_owned)],
        None => [["0", "0"], ["1", "0"], ["0", "0"]].map(|pair| pair.map(str::to_owned)),
    }
}

pub(super) fn write_fq2(element: &Fq2) -> [String; 2] {
    let coordinates: [&Fq; 2] = [&element.c0, &element.c1];
    coordinates.map(to_decimal)
}
