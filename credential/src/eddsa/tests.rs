//! Signatures and keys: honest ones, and every way in which they are refused.

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
