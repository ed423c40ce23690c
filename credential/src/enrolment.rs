//! What a wallet hands to the issuer's desk before it is enrolled.
//!
//! Purpose: an [`EnrolRequest`] carries the two things that only the holder can choose, the holder key and the code that
//! later reports the loss of the phone. It carries **no attribute**: those come from the document that the officer reads,
//! and JSON with any further field is refused, so a wallet cannot report a birth date (an age-check app trusted one once).
//!
//! Equation: `digest = SHA-256("tacit/loss-code/v1"; salt, code)` with [`field::sha256`]'s framing.
//!
//! Encodings: the code is UTF-8 in NFC without surrounding white space, 8 to 128 characters; salt and digest are 32 bytes,
//! 64 hex digits in JSON.
//!
//! Not checked here: that the sender knows the secret behind the holder key (a credential for a foreign key is useless to
//! the one who enrolled it), and that the key is new (the issuer's registry does both the counting and the refusing).
//! The digest is one SHA-256, so whoever copies the registry can guess short codes; a guessed code revokes an ID and
//! does nothing else.
use alloc::string::String;
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
#[cfg(feature = "unicode")]
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::field;
use crate::holder::HolderKey;
use crate::json::{self, JsonFault};

/// Fewest characters of a loss code.
pub const LOSS_CODE_MIN: usize = 8;
/// Most characters of a loss code.
pub const LOSS_CODE_MAX: usize = 128;
const LOSS_CODE_DST: &str = "tacit/loss-code/v1";

/// What a wallet asks an issuer to enrol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// `Poseidon(holder secret)`; the secret stays in the wallet.
    pub holder_key: HolderKey,
    /// Digest of the code that reports a loss.
    pub loss_code: LossCodeDigest,
}

impl EnrolRequest {
    /// Canonical JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("two hex strings serialise")
    }

    /// Reads what [`to_json`](Self::to_json) wrote; any field besides the two is refused.
    pub fn from_json(json: &str) -> Result<Self, EnrolRequestError> {
        Ok(json::from_slice(json.as_bytes())?)
    }
}

/// Why bytes are not an [`EnrolRequest`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnrolRequestError {
    /// Not the JSON of an enrolment request, or more than one.
    #[error("{0}, or make a new request with `tacit wallet enrol-request`")]
    Malformed(#[from] JsonFault),
}

/// The code, chosen by the holder at enrolment, that reports the loss of the wallet.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct LossCode(String);

impl LossCode {
    /// Checks length and characters, and normalises (NFC, no surrounding white space).
    #[cfg(feature = "unicode")]
    pub fn new(code: &str) -> Result<Self, LossCodeError> {
        // One exact reservation: a string that grows would leave copies behind. NFC at most triples UTF-8.
        let mut text = String::with_capacity(code.len().saturating_mul(3));
        text.extend(code.trim().nfc());
        let code = Self(text);
        let length = code.0.chars().count();
        if length < LOSS_CODE_MIN {
            return Err(LossCodeError::TooShort);
        }
        if length > LOSS_CODE_MAX {
            return Err(LossCodeError::TooLong);
        }
        if code.0.chars().any(char::is_control) {
            return Err(LossCodeError::ControlCharacter);
        }
        Ok(code)
    }

    /// The code as it enters the digest.
    fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Why a text cannot serve as a loss code.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LossCodeError {
    /// Fewer than [`LOSS_CODE_MIN`] characters.
    #[error("the loss code has fewer than 8 characters; choose a longer one")]
    TooShort,
    /// More than [`LOSS_CODE_MAX`] characters.
    #[error("the loss code has more than 128 characters; choose a shorter one")]
    TooLong,
    /// A control character, which nobody could type at a desk.
    #[error("the loss code holds a control character; use letters, digits and spaces")]
    ControlCharacter,
}

/// Salted digest of a [`LossCode`]; the issuer keeps this and not the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossCodeDigest {
    #[serde(with = "hex32")]
    salt: [u8; 32],
    #[serde(with = "hex32")]
    digest: [u8; 32],
}

impl LossCodeDigest {
    /// Digest under a fresh salt.
    pub fn new(code: &LossCode, rng: &mut impl CryptoRngCore) -> Self {
        let mut salt = [0; 32];
        rng.fill_bytes(&mut salt);
        Self { digest: digest(&salt, code), salt }
    }

    /// From a registry's columns.
    pub fn from_parts(salt: [u8; 32], digest: [u8; 32]) -> Self {
        Self { salt, digest }
    }

    /// The salt.
    pub fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    /// The digest.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The digest that `code` has under this salt. The issuer compares it with [`digest`](Self::digest) in constant time.
    pub fn recompute(&self, code: &LossCode) -> [u8; 32] {
        digest(&self.salt, code)
    }
}

fn digest(salt: &[u8; 32], code: &LossCode) -> [u8; 32] {
    field::sha256(LOSS_CODE_DST, &[salt, code.as_bytes()])
}

/// 32 bytes as 64 hex digits.
mod hex32 {
    use alloc::string::String;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(&text, &mut bytes).map_err(|_| D::Error::custom("expected 64 hex digits"))?;
        // One spelling per value.
        if text.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(D::Error::custom("expected lower-case hex digits"));
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holder::HolderSecret;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    fn request() -> EnrolRequest {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        EnrolRequest {
            holder_key: HolderSecret::generate(&mut rng).key(),
            loss_code: LossCodeDigest::new(&LossCode::new("correct horse").unwrap(), &mut rng),
        }
    }

    #[test]
    fn json_round_trips() {
        let request = request();
        assert_eq!(EnrolRequest::from_json(&request.to_json()).unwrap(), request);
    }

    /// Attack 19: an attribute that the wallet reports has no place in the request.
    #[test]
    fn a_reported_birth_date_is_refused() {
        let json = request().to_json().replacen('{', r#"{"birth":"1980-01-01","#, 1);
        let Err(EnrolRequestError::Malformed(error)) = EnrolRequest::from_json(&json) else {
            panic!("accepted a request with a birth date")
        };
        assert!(error.to_string().contains("birth"), "{error}");
    }

    #[test]
    fn upper_case_hex_is_refused() {
        let request = request();
        let salt = hex::encode(request.loss_code.salt());
        let json = request.to_json().replace(&salt, &salt.to_uppercase());
        assert!(EnrolRequest::from_json(&json).is_err());
    }

    #[test]
    fn codes_are_checked() {
        assert_eq!(LossCode::new("1234567").err(), Some(LossCodeError::TooShort));
        assert_eq!(LossCode::new("  1234567  ").err(), Some(LossCodeError::TooShort));
        assert_eq!(LossCode::new("1234\u{7}5678").err(), Some(LossCodeError::ControlCharacter));
        assert_eq!(LossCode::new(&"x".repeat(129)).err(), Some(LossCodeError::TooLong));
        assert!(LossCode::new("八个字的丢失密码").is_ok());
    }

    #[test]
    fn digest_depends_on_salt_and_code_and_not_on_spelling() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let code = LossCode::new("café au lait").unwrap();
        let first = LossCodeDigest::new(&code, &mut rng);
        let second = LossCodeDigest::new(&code, &mut rng);
        assert_ne!(first.digest(), second.digest());
        let decomposed = LossCode::new(" cafe\u{301} au lait ").unwrap();
        assert_eq!(&first.recompute(&decomposed), first.digest());
        assert_ne!(&first.recompute(&LossCode::new("cafe au lait").unwrap()), first.digest());
    }
}
