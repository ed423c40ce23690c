//! A credential: attributes, the issuer that signed them, and its signature.
//!
//! `M` is the attribute hash of [`crate::attributes`], and the signature EdDSA-Poseidon over it under the issuer's
//! credential key. That key signs credentials and nothing else, and the issuer computes `M` itself from attributes: a
//! signature over a chosen element would be a credential. So the only way to a signature here is [`Credential::issue`].
//!
//! Not checked here: that the key belongs to a listed issuer (trust list) and the credential is not revoked (status
//! tree). The issuer's name in the file is a help for the wallet; the signature does not cover it and no proof shows it.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::attributes::Attributes;
#[cfg(feature = "issuing")]
use crate::eddsa::SecretKey;
use crate::eddsa::{PublicKey, Signature, SignatureError};

/// The short name of an issuer: 3 to 40 of `a..z`, `0..9` and `-`, no hyphen at either end. Used in paths.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IssuerId(String);

/// The short name of an issuer was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "an issuer's id has 3 to 40 characters of a-z, 0-9 and hyphen, no hyphen at either end; choose such a one"
)]
pub struct IssuerIdError;

impl IssuerId {
    /// Checks a short name.
    pub fn new(text: &str) -> Result<Self, IssuerIdError> {
        let well_formed = (3..=40).contains(&text.len())
            && text
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !text.starts_with('-')
            && !text.ends_with('-');
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(IssuerIdError)
        }
    }

    /// The short name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IssuerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for IssuerId {
    type Err = IssuerIdError;

    fn from_str(text: &str) -> Result<Self, IssuerIdError> {
        Self::new(text)
    }
}

impl TryFrom<String> for IssuerId {
    type Error = IssuerIdError;

    fn try_from(text: String) -> Result<Self, IssuerIdError> {
        Self::new(&text)
    }
}

impl From<IssuerId> for String {
    fn from(id: IssuerId) -> Self {
        id.0
    }
}

/// Signed attributes, as the issuer hands them to the holder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// What the issuer vouches for.
    pub attributes: Attributes,
    /// Who says it signed, to find its lists by; not signed.
    pub issuer: IssuerId,
    /// The credential key that made the signature.
    pub issuer_key: PublicKey,
    /// The signature over the attribute hash.
    pub signature: Signature,
}

/// Why a credential was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// Not JSON of the expected shape, or a value out of its range.
    #[error("the file is no credential: {0}; ask the issuer for it again")]
    Json(#[from] serde_json::Error),
    /// The signature is not the key's over these attributes.
    #[error(
        "the issuer's signature does not fit the attributes; ask the issuer for the credential again"
    )]
    Signature(#[from] SignatureError),
}

impl Credential {
    /// Signs attributes with an issuer's credential key.
    #[cfg(feature = "issuing")]
    pub fn issue(attributes: Attributes, issuer: IssuerId, key: &SecretKey) -> Self {
        let signature = key.sign(attributes.encode().hash());
        Self {
            attributes,
            issuer,
            issuer_key: key.public_key(),
            signature,
        }
    }

    /// Checks the signature under the key that the credential names; whether that key is anyone's is another question.
    pub fn verify(&self) -> Result<(), CredentialError> {
        Ok(self
            .issuer_key
            .verify(self.attributes.encode().hash(), &self.signature)?)
    }

    /// Reads a credential; its signature is not checked yet.
    pub fn from_json(json: &str) -> Result<Self, CredentialError> {
        Ok(serde_json::from_str(json)?)
    }

    /// The credential as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a credential has string keys")
    }
}
