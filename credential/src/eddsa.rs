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

/// The issuer's side.
#[cfg(feature = "issuing")]
mod signing {
    use super::{PublicKey, Signature, challenge};
    use crate::baby_jubjub::{Scalar, mul_base};
    use crate::field::{self, Fr};
    use ark_ec::CurveGroup;
    use ark_ff::PrimeField;
    use blake_hash::{Blake512, Digest};
    use rand_core::CryptoRngCore;
    use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

    /// An issuer's signing key: the 32-byte seed, and what is derived from it.
    #[derive(Clone, Zeroize, ZeroizeOnDrop)]
    pub struct SecretKey {
        seed: [u8; 32],
        /// s mod l = 8a, with the cofactor in it.
        s: Scalar,
        /// The high half of the seed's hash.
        prefix: [u8; 32],
        #[zeroize(skip)]
        public: PublicKey,
    }

    impl SecretKey {
        /// A fresh key.
        pub fn generate(rng: &mut impl CryptoRngCore) -> Self {
            let mut seed = Zeroizing::new([0; 32]);
            rng.fill_bytes(&mut *seed);
            Self::from_seed(&seed)
        }

        /// The key of a seed, as circomlibjs and `@zk-kit/eddsa-poseidon` derive it.
        pub fn from_seed(seed: &[u8; 32]) -> Self {
            let mut digest = Zeroizing::new([0; 64]);
            digest.copy_from_slice(&Blake512::digest(seed));
            digest[0] &= 0xf8;
            digest[31] &= 0x7f;
            digest[31] |= 0x40;
            let mut prefix = [0; 32];
            prefix.copy_from_slice(&digest[32..]);
            let s = Scalar::from_le_bytes_mod_order(&digest[..32]);
            // s as an integer is a multiple of 8, so s/8 mod l is the integer quotient mod l.
            let public = PublicKey(mul_base(&half_thrice(s)).into_affine());
            Self { seed: *seed, s, prefix, public }
        }

        /// The seed, for the issuer's key file.
        pub fn seed(&self) -> &[u8; 32] {
            &self.seed
        }

        /// The key that verifies.
        pub fn public_key(&self) -> PublicKey {
            self.public
        }

        /// a with `A = a·B8`; for the proof of possession.
        pub(crate) fn scalar(&self) -> Scalar {
            half_thrice(self.s)
        }

        /// The secret prefix; for hedged nonces.
        pub(crate) fn prefix(&self) -> &[u8; 32] {
            &self.prefix
        }

        /// Signs a field element.
        pub fn sign(&self, message: Fr) -> Signature {
            let mut hasher = Blake512::new();
            hasher.update(self.prefix);
            hasher.update(field::to_bytes(&message));
            let mut digest = Zeroizing::new([0; 64]);
            digest.copy_from_slice(&hasher.finalize());
            let nonce = Zeroizing::new(Scalar::from_le_bytes_mod_order(&*digest));
            let r = mul_base(&nonce).into_affine();
            let h = challenge(&r, &self.public, message);
            let h = Scalar::from_le_bytes_mod_order(&field::to_bytes(&h));
            Signature { r, s: *nonce + h * self.s }
        }
    }

    /// s/8 mod l.
    fn half_thrice(s: Scalar) -> Scalar {
        s * <crate::baby_jubjub::BabyJubjubConfig as ark_ec::CurveConfig>::COFACTOR_INV
    }
}

#[cfg(all(test, feature = "issuing"))]
mod tests {
    use super::*;
    use crate::baby_jubjub::{base8, points_of_order_8_and_4, subgroup_order};
    use crate::field::limbs_to_bytes;
    use ark_ec::CurveGroup;
    use ark_ff::{AdditiveGroup, Field, UniformRand};
    use rand::SeedableRng;

    fn rng() -> rand_chacha::ChaCha20Rng {
        rand_chacha::ChaCha20Rng::seed_from_u64(5)
    }

    fn key_at(point: Affine) -> Result<PublicKey, KeyError> {
        PublicKey::new(point.x, point.y)
    }

    fn json(x: &str, y: &str) -> String {
        format!("{{\"x\":\"{x}\",\"y\":\"{y}\"}}")
    }

    #[test]
    fn honest_signatures_verify_and_every_change_is_noticed() {
        let mut rng = rng();
        let (key, other) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
        for message in [Fr::ZERO, Fr::ONE, -Fr::ONE, Fr::rand(&mut rng)] {
            let signature = key.sign(message);
            let public = key.public_key();
            assert_eq!(signature, SecretKey::from_seed(key.seed()).sign(message), "deterministic");
            assert_eq!(public.verify(message, &signature), Ok(()));
            let mismatch = Err(SignatureError::Mismatch);
            assert_eq!(public.verify(message + Fr::ONE, &signature), mismatch);
            assert_eq!(other.public_key().verify(message, &signature), mismatch);
            let changed = Signature { s: signature.s + Scalar::ONE, ..signature };
            assert_eq!(public.verify(message, &changed), mismatch);
            let changed = Signature { s: -signature.s, r: -signature.r };
            assert_eq!(public.verify(message, &changed), mismatch);
            let changed = Signature { r: (signature.r + base8()).into_affine(), ..signature };
            assert_eq!(public.verify(message, &changed), mismatch);
        }
    }

    /// Attack 4: R off the curve, of small order, the identity; with a component of small order the equation fails.
    #[test]
    fn bad_commitments_are_refused() {
        let mut rng = rng();
        let key = SecretKey::generate(&mut rng);
        let message = Fr::from(9u64);
        let good = key.sign(message);
        let verify = |r: Affine| key.public_key().verify(message, &Signature { r, ..good });
        let new = |r: Affine| Signature::new(r.x, r.y, good.s);
        let (eighth, fourth) = points_of_order_8_and_4();

        let off = Affine::new_unchecked(good.r.x, good.r.y + Fr::ONE);
        assert_eq!(verify(off), Err(SignatureError::ROffCurve));
        assert_eq!(new(off), Err(SignatureError::ROffCurve));
        let half = Affine::new_unchecked(Fr::ZERO, -Fr::ONE);
        for small in [Affine::zero(), half, fourth, eighth] {
            assert_eq!(verify(small), Err(SignatureError::RSmallOrder));
            assert_eq!(new(small), Err(SignatureError::RSmallOrder));
        }
        for torsion in [half, fourth, eighth] {
            let mixed = (good.r + torsion).into_affine();
            assert!(new(mixed).is_ok(), "told apart by the equation alone");
            assert_eq!(verify(mixed), Err(SignatureError::Mismatch));
        }
    }

    /// The signer's identity R: nonce 0, S = h·s. circomlibjs accepts it, the circuit cannot express it.
    #[test]
    fn identity_commitment_of_the_true_signer_is_refused() {
        let key = SecretKey::generate(&mut rng());
        let h = challenge(&Affine::zero(), &key.public_key(), Fr::ONE);
        let s = Scalar::from_le_bytes_mod_order(&field::to_bytes(&h)) * key.scalar() * Scalar::from(8u64);
        let signature = Signature { r: Affine::zero(), s };
        assert_eq!(key.public_key().verify(Fr::ONE, &signature), Err(SignatureError::RSmallOrder));
    }

    /// What the trust operator must refuse before it lists a key.
    #[test]
    fn keys_that_anyone_could_sign_under_are_refused() {
        let mut rng = rng();
        let key = SecretKey::generate(&mut rng).public_key();
        let (eighth, fourth) = points_of_order_8_and_4();
        let half = Affine::new_unchecked(Fr::ZERO, -Fr::ONE);
        assert_eq!(key_at(key.affine()), Ok(key));
        assert_eq!(key_at(base8()).map(|key| key.affine()), Ok(base8()));

        assert_eq!(PublicKey::new(key.x(), key.y() + Fr::ONE), Err(KeyError::OffCurve));
        assert_eq!(PublicKey::new(key.y(), key.x()), Err(KeyError::OffCurve));
        assert_eq!(PublicKey::new(Fr::ZERO, Fr::ZERO), Err(KeyError::OffCurve));
        assert_eq!(key_at(Affine::zero()), Err(KeyError::Identity));
        assert_eq!(key_at(half), Err(KeyError::SmallOrder));
        assert!(!fourth.is_zero() && fourth != half && (fourth + fourth) == half);
        assert_eq!(key_at(fourth), Err(KeyError::SmallOrder));
        assert_eq!(key_at(-fourth), Err(KeyError::SmallOrder));
        assert_eq!(eighth + eighth, fourth);
        assert_eq!(key_at(eighth), Err(KeyError::SmallOrder));
        assert_eq!(key_at((eighth + fourth).into_affine()), Err(KeyError::SmallOrder));
        for torsion in [half, fourth, eighth] {
            assert_eq!(key_at((key.affine() + torsion).into_affine()), Err(KeyError::NotInSubgroup));
        }
    }

    /// With a key of order 8, anyone signs: R = S·B8 and any S do, once 8·A = O. Verification alone would not notice.
    #[test]
    fn why_small_orders_are_refused() {
        let weak = PublicKey(points_of_order_8_and_4().0);
        let s = Scalar::from(1234u64);
        let forged = Signature { r: mul_base(&s).into_affine(), s };
        assert_eq!(weak.verify(Fr::from(99u64), &forged), Ok(()));
    }

    #[test]
    fn keys_are_canonical_text_and_bytes() {
        let key = SecretKey::generate(&mut rng()).public_key();
        let text = serde_json::to_string(&key).unwrap();
        assert_eq!(text, json(&field::to_hex(&key.x()), &field::to_hex(&key.y())));
        assert_eq!(serde_json::from_str::<PublicKey>(&text).unwrap(), key);
        assert_eq!(PublicKey::from_bytes(&key.to_bytes()), Ok(key));

        let modulus = limbs_to_bytes(&Fr::MODULUS);
        for half in [0, 32] {
            let mut bytes = key.to_bytes();
            bytes[half..half + 32].copy_from_slice(&modulus);
            assert_eq!(PublicKey::from_bytes(&bytes), Err(KeyError::NotCanonical(FieldError::NotCanonical)));
        }
        // (0 + r, 1): the identity by another name must fail on its form already.
        let alias = json(&hex::encode(modulus), &field::to_hex(&Fr::ONE));
        let refusals = [
            (alias, "not a canonical field element"),
            (json(&field::to_hex(&Fr::ZERO), &field::to_hex(&Fr::ONE)), "identity"),
            (json(&field::to_hex(&Fr::ONE), &field::to_hex(&Fr::ONE)), "not a point"),
            (json(&field::to_hex(&Fr::ZERO), &field::to_hex(&-Fr::ONE)), "small order"),
            (text.replace("\"y\"", "\"z\""), "unknown field"),
        ];
        for (text, expected) in refusals {
            let error = serde_json::from_str::<PublicKey>(&text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn signatures_are_canonical_text_and_bytes() {
        let key = SecretKey::generate(&mut rng());
        let signature = key.sign(Fr::from(3u64));
        let bytes = signature.to_bytes();
        assert_eq!(Signature::from_bytes(&bytes), Ok(signature));
        let text = serde_json::to_string(&signature).unwrap();
        assert_eq!(serde_json::from_str::<Signature>(&text).unwrap(), signature);

        // S + l is the same residue and another byte string.
        let mut alias = bytes;
        let mut sum = signature.s.into_bigint();
        ark_ff::BigInteger::add_with_carry(&mut sum, &subgroup_order());
        alias[64..].copy_from_slice(&limbs_to_bytes(&sum));
        assert_eq!(Signature::from_bytes(&alias), Err(SignatureError::SNotCanonical));
        let s = |bytes: &[u8; 96]| hex::encode(&bytes[64..]);
        assert!(serde_json::from_str::<Signature>(&text.replace(&s(&bytes), &s(&alias))).is_err());

        for half in [0, 32] {
            let mut alias = bytes;
            alias[half..half + 32].copy_from_slice(&limbs_to_bytes(&Fr::MODULUS));
            assert_eq!(Signature::from_bytes(&alias), Err(SignatureError::RNotCanonical));
        }
        let mut off = bytes;
        off[0] ^= 1;
        assert_eq!(Signature::from_bytes(&off), Err(SignatureError::ROffCurve));
    }
}
