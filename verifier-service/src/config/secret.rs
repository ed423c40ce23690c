//! API keys and the webhooks' secret.
//!
//! An API key is 256 random bits, so that its SHA-256 may stand in the configuration: there is nothing to guess, and no need for a slow hash.

use std::fmt;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use rand::RngCore;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// SHA-256 of an API key.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApiKeyHash([u8; 32]);

/// No hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the SHA-256 of an API key has 64 hex digits; `tacit serve --new-api-key NAME` prints it beside the key"
)]
pub struct ApiKeyHashError;

impl ApiKeyHash {
    /// Of a key.
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key).into())
    }

    /// Whether a key has this hash, in a time that does not depend on where they differ.
    pub fn is_of(&self, key: &str) -> bool {
        self.0.ct_eq(&Self::of(key).0).into()
    }
}

impl TryFrom<String> for ApiKeyHash {
    type Error = ApiKeyHashError;

    fn try_from(text: String) -> Result<Self, ApiKeyHashError> {
        let mut hash = [0; 32];
        hex::decode_to_slice(text.trim(), &mut hash).map_err(|_| ApiKeyHashError)?;
        Ok(Self(hash))
    }
}

impl From<ApiKeyHash> for String {
    fn from(hash: ApiKeyHash) -> Self {
        hex::encode(hash.0)
    }
}

impl fmt::Debug for ApiKeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// A fresh API key: `tacit_` and 256 random bits.
pub fn new_api_key() -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0; 32]);
    OsRng.fill_bytes(&mut *bytes);
    Zeroizing::new(format!("tacit_{}", BASE64_URL_SAFE_NO_PAD.encode(*bytes)))
}

/// Signs webhooks.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct WebhookSecret(Vec<u8>);

impl WebhookSecret {
    /// From `whsec_` and at least 24 bytes as base64, the form of Standard Webhooks.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_STANDARD.decode(text.trim().strip_prefix("whsec_")?).ok()?;
        (bytes.len() >= 24).then_some(Self(bytes))
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_fits_its_own_hash_only() {
        let (key, other) = (new_api_key(), new_api_key());
        let hash = ApiKeyHash::of(&key);
        assert!(hash.is_of(&key) && !hash.is_of(&other) && !hash.is_of("") && !hash.is_of(&key[1..]));
        assert_eq!(ApiKeyHash::try_from(String::from(hash)), Ok(hash));
        assert_eq!(ApiKeyHash::try_from("abc".to_owned()), Err(ApiKeyHashError));
    }

    #[test]
    fn secrets_of_webhooks_are_long_and_do_not_show() {
        let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        assert_eq!((secret.expose().len(), format!("{secret:?}")), (24, "WebhookSecret(…)".into()));
        for text in ["whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_????", ""] {
            assert!(WebhookSecret::parse(text).is_none(), "{text}");
        }
    }
}
