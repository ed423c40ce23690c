//! EdDSA on Baby Jubjub with Poseidon: the signature over a credential's attribute hash.
//!
//! Public key `A = a·B8`. Signature (R, S) over the field element M is valid if
//!
//! `S·B8 = R + 8·h·A`, `h = Poseidon(R.x, R.y, A.x, A.y, M)` as an integer below r, `0 <= S < l`.
//!
//! Signing follows circomlibjs `signPoseidon` byte for byte: BLAKE-512 of the 32-byte seed gives s (low half: bits 0..2 and 255
//! cleared, bit 254 set; little-endian) and a prefix (high half); `a = s/8`; the nonce is BLAKE-512(prefix ‖ M as 32 bytes,
//! little-endian) mod l; `S = nonce + h·s mod l`. It is deterministic.
//!
//! Encodings: coordinates as [`crate::field`], S as [`crate::baby_jubjub`] scalars; a key is 64 bytes (x, y), a signature 96 (R.x, R.y, S).
//!
//! Checked here: a [`PublicKey`] is on the curve, not the identity, and of order l (the circuit relies on it: with a key of
//! order 8 anyone signs). R is on the curve and not of small order; that R lies in the subgroup follows from the equation, since
//! all its other terms do. circomlibjs accepts R = O, which only a signer whose nonce is 0 can make; the circuit has no Montgomery
//! coordinates for it, so it is refused here too. Not checked here: who owns the key ([`crate::possession`]), and that the
//! issuer signs only attribute hashes of its own making.
//!
//! Time: signing reads no table at a secret place and branches on no secret bit ([`crate::baby_jubjub::mul_base`]); variable remain the
//! conditional subtractions of the field arithmetic, and one inversion whose input is R's projective denominator.
//! Verification is variable-time in R, S, A and M. Erasing: a [`SecretKey`] and the named intermediates are overwritten when
//! dropped; what the compiler leaves in registers and on the stack, and the state inside BLAKE-512, are not.
//!
//! Source: circomlibjs `eddsa.js`; RFC 8032, section 5.1, for the shape.

use crate::baby_jubjub::{Affine, Scalar, mul_base, scalar_from_bytes, scalar_hex, scalar_to_bytes};
use crate::field::{self, FieldError, Fr, serde_hex};
use crate::poseidon;
use ark_ec::{AffineRepr, PrimeGroup};
use ark_ff::{PrimeField, Zero};
use serde::{Deserialize, Serialize};

#[cfg(feature = "issuing")]
mod signing;
#[cfg(all(test, feature = "issuing"))]
mod tests;

#[cfg(feature = "issuing")]
pub use signing::SecretKey;

/// Why a point is no issuer's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A coordinate is not below the modulus.
    #[error("the key's coordinate is not canonical; ask the issuer for the key as `tacit` wrote it")]
    NotCanonical(#[from] FieldError),
    /// The coordinates do not satisfy the curve equation.
    #[error("the key is not a point of Baby Jubjub; refuse it: anything could be signed under it")]
    OffCurve,
    /// The neutral element.
    #[error("the key is the identity; refuse it: anyone can sign under it")]
    Identity,
    /// A point of order 2, 4 or 8.
    #[error("the key has small order; refuse it: anyone can sign under it")]
    SmallOrder,
    /// A point of order 2l, 4l or 8l.
    #[error("the key is outside the prime-order subgroup; ask the issuer for the key as `tacit` made it")]
    NotInSubgroup,
}

/// Why a signature is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// A coordinate of R is not below the modulus.
    #[error("the signature's point R is not canonically encoded; fetch the credential again")]
    RNotCanonical,
    /// R does not satisfy the curve equation.
    #[error("the signature's point R is not on the curve; fetch the credential again")]
    ROffCurve,
    /// R is the identity or a point of order 2, 4 or 8.
    #[error("the signature's point R has small order; fetch the credential again")]
    RSmallOrder,
    /// S is not below the order of the subgroup.
    #[error("the signature's scalar S is not canonical; fetch the credential again")]
    SNotCanonical,
    /// S·B8 ≠ R + 8·h·A.
    #[error(
        "the signature does not belong to this message and key; check that the credential was not altered"
    )]
    Mismatch,
}

/// A checked public key: on the curve, of prime order l.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawKey", into = "RawKey")]
pub struct PublicKey(Affine);

/// The key as text, before the checks.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    #[serde(with = "serde_hex")]
    x: Fr,
    #[serde(with = "serde_hex")]
    y: Fr,
}

impl TryFrom<RawKey> for PublicKey {
    type Error = KeyError;
    fn try_from(raw: RawKey) -> Result<Self, KeyError> {
        Self::new(raw.x, raw.y)
    }
}

impl From<PublicKey> for RawKey {
    fn from(key: PublicKey) -> Self {
        Self { x: key.x(), y: key.y() }
    }
}

impl PublicKey {
    /// The key at (x, y), if it is one.
    pub fn new(x: Fr, y: Fr) -> Result<Self, KeyError> {
        let point = Affine::new_unchecked(x, y);
        if !point.is_on_curve() {
            return Err(KeyError::OffCurve);
        }
        if point.is_zero() {
            return Err(KeyError::Identity);
        }
        if has_small_order(&point) {
            return Err(KeyError::SmallOrder);
        }
        if !point.is_in_correct_subgroup_assuming_on_curve() {
            return Err(KeyError::NotInSubgroup);
        }
        Ok(Self(point))
    }

    /// Coordinate x.
    pub fn x(&self) -> Fr {
        self.0.x
    }

    /// Coordinate y.
    pub fn y(&self) -> Fr {
        self.0.y
    }

    /// The point.
    pub fn affine(&self) -> Affine {
        self.0
    }

    /// x ‖ y.
    pub fn to_bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&field::to_bytes(&self.0.x));
        bytes[32..].copy_from_slice(&field::to_bytes(&self.0.y));
        bytes
    }

    /// The key that [`PublicKey::to_bytes`] wrote, with the checks of [`PublicKey::new`].
    pub fn from_bytes(bytes: &[u8; 64]) -> Result<Self, KeyError> {
        let [x, y] = coordinates(bytes)?;
        Self::new(x, y)
    }

    /// Whether `signature` is one over `message`.
    pub fn verify(&self, message: Fr, signature: &Signature) -> Result<(), SignatureError> {
        signature.check_commitment()?;
        // h stays an integer below r, and 8A comes first, as in the circuit: nothing here assumes the order of A.
        let h = challenge(&signature.r, self, message).into_bigint();
        let left = mul_base(&signature.s);
        let right = self.0.mul_by_cofactor_to_group().mul_bigint(h) + signature.r;
        if left == right { Ok(()) } else { Err(SignatureError::Mismatch) }
    }
}

/// A signature as it is carried in a credential. Only [`PublicKey::verify`] says whether it is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawSignature", into = "RawSignature")]
pub struct Signature {
    /// The commitment R (`R8` in circomlibjs); on the curve when it was parsed, and checked again by `verify`.
    pub r: Affine,
    /// The response S.
    pub s: Scalar,
}

/// The signature as text, before the checks.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSignature {
    #[serde(with = "serde_hex")]
    rx: Fr,
    #[serde(with = "serde_hex")]
    ry: Fr,
    #[serde(with = "scalar_hex")]
    s: Scalar,
}

impl TryFrom<RawSignature> for Signature {
    type Error = SignatureError;
    fn try_from(raw: RawSignature) -> Result<Self, SignatureError> {
        Self::new(raw.rx, raw.ry, raw.s)
    }
}

impl From<Signature> for RawSignature {
    fn from(signature: Signature) -> Self {
        Self { rx: signature.r.x, ry: signature.r.y, s: signature.s }
    }
}

impl Signature {
    /// A signature whose R is on the curve and not of small order.
    pub fn new(rx: Fr, ry: Fr, s: Scalar) -> Result<Self, SignatureError> {
        let signature = Self { r: Affine::new_unchecked(rx, ry), s };
        signature.check_commitment()?;
        Ok(signature)
    }

    /// R.x ‖ R.y ‖ S.
    pub fn to_bytes(&self) -> [u8; 96] {
        let mut bytes = [0; 96];
        bytes[..32].copy_from_slice(&field::to_bytes(&self.r.x));
        bytes[32..64].copy_from_slice(&field::to_bytes(&self.r.y));
        bytes[64..].copy_from_slice(&scalar_to_bytes(&self.s));
        bytes
    }

    /// The signature that [`Signature::to_bytes`] wrote, with the checks of [`Signature::new`].
    pub fn from_bytes(bytes: &[u8; 96]) -> Result<Self, SignatureError> {
        let (r, s) = bytes.split_first_chunk::<64>().ok_or(SignatureError::RNotCanonical)?;
        let [rx, ry] = coordinates(r).map_err(|_| SignatureError::RNotCanonical)?;
        let s = s.first_chunk::<32>().and_then(|s| scalar_from_bytes(s).ok());
        Self::new(rx, ry, s.ok_or(SignatureError::SNotCanonical)?)
    }

    fn check_commitment(&self) -> Result<(), SignatureError> {
        if !self.r.is_on_curve() {
            return Err(SignatureError::ROffCurve);
        }
        if has_small_order(&self.r) {
            return Err(SignatureError::RSmallOrder);
        }
        Ok(())
    }
}

/// Whether 8·P = O.
pub(crate) fn has_small_order(point: &Affine) -> bool {
    point.mul_by_cofactor_to_group().is_zero()
}

/// Two canonical elements, x then y.
pub(crate) fn coordinates(bytes: &[u8; 64]) -> Result<[Fr; 2], FieldError> {
    let mut halves = [[0; 32]; 2];
    halves[0].copy_from_slice(&bytes[..32]);
    halves[1].copy_from_slice(&bytes[32..]);
    Ok([field::from_bytes(&halves[0])?, field::from_bytes(&halves[1])?])
}

/// h = Poseidon(R, A, M).
pub fn challenge(r: &Affine, key: &PublicKey, message: Fr) -> Fr {
    poseidon::hash(&[r.x, r.y, key.x(), key.y(), message])
}
