//! Proof of possession: an issuer shows that it knows the discrete logarithm of its key to base B8.
//!
//! Schnorr: commitment `K = k·B8`, challenge `c = SHA-512(tag; context, A, K) mod l`, response `s = k + c·a`. Valid if
//!
//! `s·B8 = K + c·A`, `0 <= s < l`, K on the curve.
//!
//! The context names the trust operator's key, the issuer and its jurisdiction, so that the proof cannot be
//! replayed by another issuer, for other regions or on another operator's list. The tag is its own, and the
//! hash is not the one of credentials, so that a proof is never a signature over a credential nor the
//! reverse.
//!
//! Why it is needed: the circuit starts its chains of point additions at a point U of unknown logarithm. The key A = 2⁻¹²⁹·U is on the curve and
//! of order l, and with it listed anyone forges credentials in seconds. Nobody can prove possession of such a key.
//!
//! The framing of tag and parts is that of [`crate::field`]; 512 bits are reduced modulo l, so that the challenge differs from
//! uniform by less than 2⁻²⁶⁰. The nonce is SHA-512(tag; secret prefix, 32 random bytes, context) mod l: it stays
//! secret if either the key's prefix or the randomness does. Encoding: K.x, K.y, s.
//!
//! Not checked here: that the key is in the subgroup ([`crate::eddsa::PublicKey`] did), and which contexts are right
//! ([`crate::trust_list`] builds them).
//!
//! Source: Schnorr, CRYPTO 1989; Ristenpart and Yilek, "The Power of Proofs-of-Possession", EUROCRYPT 2007.

use crate::baby_jubjub::{Affine, Scalar, mul_base, scalar_hex};
use crate::eddsa::PublicKey;
use crate::field::{self, Fr, serde_hex};
use ark_ff::PrimeField;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha512};

#[cfg(feature = "issuing")]
pub use proving::prove;

const CHALLENGE_DST: &str = "tacit/possession/v1";

/// Why a proof of possession is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PossessionError {
    /// The commitment is not a point of the curve.
    #[error(
        "the proof of possession is malformed: its commitment is not on the curve; ask the issuer for its record again"
    )]
    OffCurve,
    /// The equation does not hold.
    #[error(
        "the proof of possession does not belong to this key, issuer and trust operator; \
         ask the issuer for a record made for this operator"
    )]
    Mismatch,
}

/// A proof that somebody who knew `context` knew the logarithm of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawProof", into = "RawProof")]
pub struct ProofOfPossession {
    commitment: Affine,
    response: Scalar,
}

/// The proof as text, before the checks.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProof {
    #[serde(with = "serde_hex")]
    kx: Fr,
    #[serde(with = "serde_hex")]
    ky: Fr,
    #[serde(with = "scalar_hex")]
    s: Scalar,
}

impl TryFrom<RawProof> for ProofOfPossession {
    type Error = PossessionError;
    fn try_from(raw: RawProof) -> Result<Self, PossessionError> {
        let commitment = Affine::new_unchecked(raw.kx, raw.ky);
        if !commitment.is_on_curve() {
            return Err(PossessionError::OffCurve);
        }
        Ok(Self { commitment, response: raw.s })
    }
}

impl From<ProofOfPossession> for RawProof {
    fn from(proof: ProofOfPossession) -> Self {
        Self { kx: proof.commitment.x, ky: proof.commitment.y, s: proof.response }
    }
}

impl ProofOfPossession {
    /// The proof in 96 bytes: commitment x, y, response, each canonical and little-endian.
    pub fn to_bytes(&self) -> [u8; 96] {
        let mut bytes = [0; 96];
        bytes[..32].copy_from_slice(&field::to_bytes(&self.commitment.x));
        bytes[32..64].copy_from_slice(&field::to_bytes(&self.commitment.y));
        for (chunk, limb) in bytes[64..].chunks_exact_mut(8).zip(self.response.into_bigint().0) {
            chunk.copy_from_slice(&limb.to_le_bytes());
        }
        bytes
    }

    /// Whether the proof is one for `key` in `context`.
    pub fn verify(&self, key: &PublicKey, context: &[u8]) -> Result<(), PossessionError> {
        let c = challenge(key, context, &self.commitment);
        if mul_base(&self.response) == key.affine() * c + self.commitment {
            Ok(())
        } else {
            Err(PossessionError::Mismatch)
        }
    }
}

fn challenge(key: &PublicKey, context: &[u8], commitment: &Affine) -> Scalar {
    let (x, y) = (field::to_bytes(&commitment.x), field::to_bytes(&commitment.y));
    wide_scalar(CHALLENGE_DST, &[context, &key.to_bytes(), &x, &y])
}

/// SHA-512 of the framed parts, little-endian, modulo l.
fn wide_scalar(dst: &str, parts: &[&[u8]]) -> Scalar {
    let mut hasher = Sha512::new();
    field::frame(dst, parts, |bytes| hasher.update(bytes));
    Scalar::from_le_bytes_mod_order(&hasher.finalize())
}

#[cfg(feature = "issuing")]
mod proving {
    use super::{ProofOfPossession, challenge, wide_scalar};
    use crate::baby_jubjub::mul_base;
    use crate::eddsa::SecretKey;
    use ark_ec::CurveGroup;
    use rand_core::CryptoRngCore;
    use zeroize::Zeroizing;

    const NONCE_DST: &str = "tacit/possession-nonce/v1";

    /// Proves possession of `secret`, bound to `context`.
    pub fn prove(secret: &SecretKey, context: &[u8], rng: &mut impl CryptoRngCore) -> ProofOfPossession {
        let mut random = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *random);
        let nonce = Zeroizing::new(wide_scalar(NONCE_DST, &[secret.prefix(), &*random, context]));
        let commitment = mul_base(&nonce).into_affine();
        let c = challenge(&secret.public_key(), context, &commitment);
        let a = Zeroizing::new(secret.scalar());
        ProofOfPossession { commitment, response: *nonce + c * *a }
    }
}

#[cfg(all(test, feature = "issuing"))]
mod tests {
    use super::*;
    use crate::baby_jubjub::{base8, points_of_order_8_and_4};
    use crate::eddsa::SecretKey;
    use ark_ec::CurveGroup;
    use ark_ff::{AdditiveGroup, Field};
    use rand::SeedableRng;

    const CONTEXT: &[u8] = b"operator A, issuer guangzhou";

    fn fixture() -> (SecretKey, SecretKey, ProofOfPossession, rand_chacha::ChaCha20Rng) {
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(17);
        let (key, other) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
        let proof = prove(&key, CONTEXT, &mut rng);
        (key, other, proof, rng)
    }

    #[test]
    fn honest_proofs_verify_and_are_fresh() {
        let (key, _, proof, mut rng) = fixture();
        assert_eq!(proof.verify(&key.public_key(), CONTEXT), Ok(()));
        let again = prove(&key, CONTEXT, &mut rng);
        assert_eq!(again.verify(&key.public_key(), CONTEXT), Ok(()));
        assert_ne!(proof, again, "a second nonce");
        assert_eq!(prove(&key, b"", &mut rng).verify(&key.public_key(), b""), Ok(()));
    }

    /// Replayed for another key, by another issuer, or on another operator's list.
    #[test]
    fn replayed_elsewhere() {
        let (key, other, proof, _) = fixture();
        let mismatch = Err(PossessionError::Mismatch);
        assert_eq!(proof.verify(&other.public_key(), CONTEXT), mismatch);
        assert_eq!(proof.verify(&key.public_key(), b"operator B, issuer guangzhou"), mismatch);
        assert_eq!(proof.verify(&key.public_key(), b""), mismatch);
    }

    #[test]
    fn every_part_is_bound() {
        let (key, _, proof, _) = fixture();
        let public = key.public_key();
        let (eighth, _) = points_of_order_8_and_4();
        for commitment in [
            (proof.commitment + base8()).into_affine(),
            -proof.commitment,
            (proof.commitment + eighth).into_affine(),
            Affine::zero(),
        ] {
            let changed = ProofOfPossession { commitment, ..proof };
            assert_eq!(changed.verify(&public, CONTEXT), Err(PossessionError::Mismatch));
        }
        for response in [proof.response + Scalar::ONE, -proof.response, Scalar::ZERO] {
            let changed = ProofOfPossession { response, ..proof };
            assert_eq!(changed.verify(&public, CONTEXT), Err(PossessionError::Mismatch));
        }
    }

    /// Without the challenge in the equation a commitment could cancel the key: K = s·B8 − A for any s.
    #[test]
    fn rogue_commitment_of_a_key_whose_logarithm_nobody_knows() {
        let (_, other, _, _) = fixture();
        let unknown = other.public_key();
        let s = Scalar::from(77u64);
        let commitment = (mul_base(&s) - unknown.affine()).into_affine();
        let forged = ProofOfPossession { commitment, response: s };
        assert_eq!(forged.verify(&unknown, CONTEXT), Err(PossessionError::Mismatch));
    }

    /// A proof offered as a credential signature, and the reverse: the equations differ in the factor 8 and in the hash.
    #[test]
    fn no_proof_is_a_signature() {
        use crate::eddsa::{Signature, SignatureError};
        let (key, _, proof, _) = fixture();
        let as_signature = Signature { r: proof.commitment, s: proof.response };
        let message = field::hash_to_field(CHALLENGE_DST, &[CONTEXT]);
        assert_eq!(key.public_key().verify(message, &as_signature), Err(SignatureError::Mismatch));
        let signature = key.sign(message);
        let as_proof = ProofOfPossession { commitment: signature.r, response: signature.s };
        assert_eq!(as_proof.verify(&key.public_key(), CONTEXT), Err(PossessionError::Mismatch));
    }

    #[test]
    fn text_is_canonical() {
        let (_, _, proof, _) = fixture();
        let text = serde_json::to_string(&proof).unwrap();
        assert_eq!(serde_json::from_str::<ProofOfPossession>(&text).unwrap(), proof);
        let order = hex::encode(field::limbs_to_bytes(&Scalar::MODULUS));
        let s = hex::encode(crate::baby_jubjub::scalar_to_bytes(&proof.response));
        let error =
            serde_json::from_str::<ProofOfPossession>(&text.replace(&s, &order)).unwrap_err().to_string();
        assert!(error.contains("not a canonical"), "{error}");
        let (kx, other) = (field::to_hex(&proof.commitment.x), field::to_hex(&Fr::ONE));
        let error =
            serde_json::from_str::<ProofOfPossession>(&text.replace(&kx, &other)).unwrap_err().to_string();
        assert!(error.contains("not on the curve"), "{error}");
    }
}
