//! Curve points as bytes, for proofs and verifying keys.
//!
//! **Encoding.** Compressed, as arkworks writes it: the x coordinate little-endian (32 bytes in G1; in G2 both
//! coefficients of the quadratic extension, 64 bytes, constant one first), with two flags in the top bits of
//! the last byte: 2⁷ "y is the larger of the two roots", 2⁶ "identity". A coordinate has 254 bits, so the flags
//! never overlap it.
//!
//! **Checked here, always**: canonical coordinates (below the field's prime), flags, curve, subgroup, and that
//! the point is not the identity. No proof and no key of ours contains the identity, so that nothing is lost by
//! refusing it.
//!
//! Source: *Groth16* needs points of order r; in G1 of BN254 every point of the curve has it, in G2 only one in
//! about 2²⁵⁴.

use ark_bn254::g1::Config as G1Config;
use ark_bn254::g2::Config as G2Config;
use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use ark_ff::{BigInt, Field, PrimeField};

use super::{roots, subgroup};

/// Bytes of a compressed point of G1.
pub(crate) const G1_BYTES: usize = 32;
/// Bytes of a compressed point of G2.
pub(crate) const G2_BYTES: usize = 64;

const LARGER_ROOT: u8 = 1 << 7;
const IDENTITY: u8 = 1 << 6;

/// Why bytes are not a point that a proof or a key may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PointError {
    /// A coordinate is not below the field's prime, or the flags contradict each other.
    #[error("the point has no canonical encoding; ask the sender for the proof as its wallet wrote it")]
    NotCanonical,
    /// No point of the curve has this x coordinate, or the coordinates do not fit the curve's equation.
    #[error("the point does not lie on the curve BN254; the bytes were damaged or made for another curve")]
    OffCurve,
    /// The point lies on the curve but has another order than r.
    #[error(
        "the point lies outside the subgroup of order r; no honest prover makes one, so refuse the sender"
    )]
    OutsideSubgroup,
    /// The identity ("point at infinity").
    #[error("the point is the identity; no honest prover makes one, so refuse the sender")]
    Identity,
}

/// Curve and identity, for a point of G1 that came as coordinates.
pub(crate) fn check_g1(point: &G1Affine) -> Result<(), PointError> {
    check_curve(point)
}

/// Curve, subgroup and identity, for a point of G2 that came as coordinates.
pub(crate) fn check_g2(point: &G2Affine) -> Result<(), PointError> {
    check_curve(point)?;
    check_subgroup(point)
}

fn check_curve<P: SWCurveConfig>(point: &Affine<P>) -> Result<(), PointError> {
    if point.is_zero() {
        Err(PointError::Identity)
    } else if !point.is_on_curve() {
        Err(PointError::OffCurve)
    } else {
        Ok(())
    }
}

/// For a point of the twist that is not the identity.
pub(crate) fn check_subgroup(point: &G2Affine) -> Result<(), PointError> {
    if subgroup::contains(point) { Ok(()) } else { Err(PointError::OutsideSubgroup) }
}

/// Reads a point of G1.
pub(crate) fn read_g1(bytes: &[u8; G1_BYTES]) -> Result<G1Affine, PointError> {
    let (bytes, larger) = split_flags(*bytes)?;
    let x = read_coordinate(&bytes)?;
    let y = roots::root(&(x.square() * x + G1Config::COEFF_B)).ok_or(PointError::OffCurve)?;
    // On the curve, and so in the group; with y ≠ 0, since its order is odd.
    Ok(G1Affine::new_unchecked(x, if (y > -y) == larger { y } else { -y }))
}

/// Reads a point of G2.
pub(crate) fn read_g2(bytes: &[u8; G2_BYTES]) -> Result<G2Affine, PointError> {
    let point = read_twist(bytes)?;
    check_subgroup(&point)?;
    Ok(point)
}

/// Reads a point of the twist that is not the identity. Not checked: that it is of G2; the reader must.
pub(crate) fn read_twist(bytes: &[u8; G2_BYTES]) -> Result<G2Affine, PointError> {
    let (bytes, larger) = split_flags(*bytes)?;
    let (c0, c1) = bytes.split_at(G1_BYTES);
    let x = Fq2::new(read_coordinate(c0)?, read_coordinate(c1)?);
    let y = roots::root_in_extension(&(x.square() * x + G2Config::COEFF_B)).ok_or(PointError::OffCurve)?;
    Ok(G2Affine::new_unchecked(x, if (y > -y) == larger { y } else { -y }))
}

/// Writes a point of G1 that is not the identity.
pub(crate) fn write_g1(point: &G1Affine) -> [u8; G1_BYTES] {
    let mut bytes = write_coordinate(&point.x);
    if point.y > -point.y {
        bytes[G1_BYTES - 1] |= LARGER_ROOT;
    }
    bytes
}

/// Writes a point of G2 that is not the identity.
pub(crate) fn write_g2(point: &G2Affine) -> [u8; G2_BYTES] {
    let mut bytes = [0; G2_BYTES];
    bytes[..G1_BYTES].copy_from_slice(&write_coordinate(&point.x.c0));
    bytes[G1_BYTES..].copy_from_slice(&write_coordinate(&point.x.c1));
    if point.y > -point.y {
        bytes[G2_BYTES - 1] |= LARGER_ROOT;
    }
    bytes
}

/// Takes the flags off the last byte; true if the larger root is meant.
fn split_flags<const N: usize>(mut bytes: [u8; N]) -> Result<([u8; N], bool), PointError> {
    let flags = bytes[N - 1] & (LARGER_ROOT | IDENTITY);
    bytes[N - 1] &= !(LARGER_ROOT | IDENTITY);
    match flags {
        0 => Ok((bytes, false)),
        LARGER_ROOT => Ok((bytes, true)),
        IDENTITY if bytes == [0; N] => Err(PointError::Identity),
        _ => Err(PointError::NotCanonical),
    }
}

fn read_coordinate(bytes: &[u8]) -> Result<Fq, PointError> {
    let mut limbs = [0u64; 4];
    for (i, byte) in bytes.iter().enumerate() {
        limbs[i / 8] |= u64::from(*byte) << (8 * (i % 8));
    }
    Fq::from_bigint(BigInt(limbs)).ok_or(PointError::NotCanonical)
}

fn write_coordinate(x: &Fq) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (to, limb) in bytes.chunks_exact_mut(8).zip(x.into_bigint().0) {
        to.copy_from_slice(&limb.to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::{Fr, G1Projective, G2Projective};
    use ark_ec::{CurveGroup, PrimeGroup};
    use ark_serialize::CanonicalSerialize;

    /// The prime of the coordinates, little-endian.
    fn modulus() -> [u8; 32] {
        let mut bytes = [0; 32];
        for (to, limb) in bytes.chunks_exact_mut(8).zip(Fq::MODULUS.0) {
            to.copy_from_slice(&limb.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn agrees_with_arkworks_and_reads_back() {
        for k in [1u64, 2, 3, 5, 77, 123_456_789] {
            for sign in [Fr::from(k), -Fr::from(k)] {
                let (p, q) = (
                    (G1Projective::generator() * sign).into_affine(),
                    (G2Projective::generator() * sign).into_affine(),
                );
                let mut expected = Vec::new();
                p.serialize_compressed(&mut expected).unwrap();
                assert_eq!(write_g1(&p).as_slice(), expected);
                assert_eq!(read_g1(&write_g1(&p)), Ok(p));
                expected.clear();
                q.serialize_compressed(&mut expected).unwrap();
                assert_eq!(write_g2(&q).as_slice(), expected);
                assert_eq!(read_g2(&write_g2(&q)), Ok(q));
            }
        }
    }

    #[test]
    fn refuses_the_identity() {
        let mut g1 = [0; 32];
        g1[31] = IDENTITY;
        assert_eq!(read_g1(&g1), Err(PointError::Identity));
        let mut g2 = [0; 64];
        g2[63] = IDENTITY;
        assert_eq!(read_g2(&g2), Err(PointError::Identity));
        assert_eq!(check_g1(&G1Affine::identity()), Err(PointError::Identity));
        assert_eq!(check_g2(&G2Affine::identity()), Err(PointError::Identity));
    }

    #[test]
    fn refuses_second_encodings() {
        // The identity with a coordinate beside its flag, and both flags.
        let mut bytes = [0; 32];
        (bytes[0], bytes[31]) = (1, IDENTITY);
        assert_eq!(read_g1(&bytes), Err(PointError::NotCanonical));
        bytes[31] = IDENTITY | LARGER_ROOT;
        assert_eq!(read_g1(&bytes), Err(PointError::NotCanonical));
        // x + p: the generator of G1 has x = 1.
        let mut bytes = modulus();
        bytes[0] += 1;
        assert_eq!(read_g1(&bytes), Err(PointError::NotCanonical));
        // The prime itself in each half of a G2 coordinate.
        let valid = write_g2(&G2Affine::generator());
        for half in [0, 32] {
            let mut bytes = valid;
            bytes[half..half + 32].copy_from_slice(&modulus());
            assert_eq!(read_g2(&bytes), Err(PointError::NotCanonical));
        }
    }

    #[test]
    fn refuses_off_curve_and_off_subgroup() {
        let off = (0u64..).find(|x| G1Affine::get_ys_from_x_unchecked(Fq::from(*x)).is_none()).unwrap();
        assert_eq!(read_g1(&write_coordinate(&Fq::from(off))), Err(PointError::OffCurve));
        assert_eq!(check_g1(&G1Affine::new_unchecked(Fq::from(1), Fq::from(1))), Err(PointError::OffCurve));

        let mut seen = [false; 2];
        for x in 0u64..64 {
            let mut bytes = [0; 64];
            bytes[..32].copy_from_slice(&write_coordinate(&Fq::from(x)));
            match read_g2(&bytes) {
                Err(PointError::OffCurve) => seen[0] = true,
                Err(PointError::OutsideSubgroup) => seen[1] = true,
                other => panic!("a small x gave {other:?}"),
            }
        }
        assert_eq!(seen, [true; 2]);
    }
}
