//! A credential: attributes, the issuer that signed them, and its signature.
//!
//! `M` is the attribute hash of [`crate::attributes`], and the signature EdDSA-Poseidon over it under the issuer's
//! credential key. That key signs credentials and nothing else, and the issuer computes `M` itself from attributes: a
//! signature over a chosen element would be a credential. So the only way to a signature here is [`Credential::issue`].
//!
//! Not checked here: that the key belongs to a listed issuer (trust list) and the credential is not revoked (status
//! tree). The issuer's name in the file is a help for the wallet; the signature does not cover it and no proof shows it.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::attributes::Attributes;
#[cfg(feature = "issuing")]
use crate::eddsa::SecretKey;
use crate::eddsa::{PublicKey, Signature, SignatureError};
use crate::json::{self, JsonFault};

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
            && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !text.starts_with('-')
            && !text.ends_with('-');
        if well_formed { Ok(Self(text.to_owned())) } else { Err(IssuerIdError) }
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
    #[error("{0}, or ask the issuer for the credential again")]
    Json(#[from] JsonFault),
    /// The signature is not the key's over these attributes.
    #[error("the issuer's signature does not fit the attributes; ask the issuer for the credential again")]
    Signature(#[from] SignatureError),
}

impl Credential {
    /// Signs attributes with an issuer's credential key.
    #[cfg(feature = "issuing")]
    pub fn issue(attributes: Attributes, issuer: IssuerId, key: &SecretKey) -> Self {
        let signature = key.sign(attributes.encode().hash());
        Self { attributes, issuer, issuer_key: key.public_key(), signature }
    }

    /// Checks the signature under the key that the credential names; whether that key is anyone's is another question.
    pub fn verify(&self) -> Result<(), CredentialError> {
        Ok(self.issuer_key.verify(self.attributes.encode().hash(), &self.signature)?)
    }

    /// Reads a credential; its signature is not checked yet.
    pub fn from_json(json: &str) -> Result<Self, CredentialError> {
        Ok(json::from_slice(json.as_bytes())?)
    }

    /// The credential as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a credential has string keys")
    }
}

#[cfg(all(test, feature = "issuing"))]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::Fr;

    /// Encodings, hashes and signatures that `tests/vectors/attributes.mjs` computed with circomlibjs, zk-kit and Node.
    fn vectors() -> Vec<Value> {
        serde_json::from_str(include_str!("../tests/vectors/attributes.json")).unwrap()
    }

    fn field(vector: &Value, key: &str) -> Fr {
        vector[key].as_str().unwrap().parse().unwrap()
    }

    fn credential(vector: &Value) -> Credential {
        Credential::from_json(&vector["credential"].to_string()).unwrap()
    }

    /// Attack 16: two fields exchanged. The order of fields is fixed by vectors that none of our code made.
    #[test]
    fn encoding_and_hash_agree_with_the_vectors() {
        assert_eq!(vectors().len(), 3);
        for vector in vectors() {
            let encoded = credential(&vector).attributes.encode();
            assert_eq!(encoded.number, field(&vector, "number"));
            assert_eq!(encoded.name, field(&vector, "name"));
            assert_eq!(encoded.fields.pack(), field(&vector, "packed"));
            assert_eq!(encoded.extras, field(&vector, "extras"));
            assert_eq!(encoded.hash(), field(&vector, "hash"));
        }
    }

    #[test]
    fn issuing_gives_the_credentials_of_the_vectors() {
        for vector in vectors() {
            let expected = credential(&vector);
            let seed: [u8; 32] = hex::decode(vector["seed"].as_str().unwrap()).unwrap().try_into().unwrap();
            let key = SecretKey::from_seed(&seed);
            let issued = Credential::issue(expected.attributes.clone(), expected.issuer.clone(), &key);
            assert_eq!(serde_json::from_str::<Value>(&issued.to_json()).unwrap(), vector["credential"]);
            issued.verify().unwrap();
        }
    }

    #[test]
    fn a_changed_attribute_breaks_the_signature() {
        for vector in vectors() {
            let mut changed = credential(&vector);
            changed.verify().unwrap();
            changed.attributes.region =
                if changed.attributes.region.code() == 110_000 { "110001" } else { "110000" }
                    .parse()
                    .unwrap();
            assert!(matches!(changed.verify(), Err(CredentialError::Signature(_))));
        }
    }

    #[test]
    fn another_issuers_key_breaks_the_signature() {
        let [first, second, _] = &vectors()[..] else { panic!("three vectors") };
        let mut changed = credential(first);
        changed.issuer_key = credential(second).issuer_key;
        assert!(matches!(changed.verify(), Err(CredentialError::Signature(_))));
    }

    #[test]
    fn json_is_checked() {
        let json = vectors()[1]["credential"].to_string();
        for (from, to) in [
            ("\"issuer\":", "\"note\":1,\"issuer\":"),
            ("\"sex\":", "\"age\":3,\"sex\":"),
            ("66060287", "66060288"),
            ("\"829999\"", "\"839999\""),
            ("2258-11-11", "2258-11-12"),
            ("long-term", "2258-11-11"),
            ("820000225811119997", "820000225811119998"),
            ("\"macao\"", "\"Macao\""),
            // p itself, little-endian, in place of a coordinate.
            (
                "af6b36a7101f023a0f1ff2763a236a3584d2696b89ca3dec18b5df600ef25327",
                "010000f093f5e1439170b97948e833285d588181b64550b829a031e1724e6430",
            ),
        ] {
            assert!(json.contains(from), "{from}");
            let result = Credential::from_json(&json.replacen(from, to, 1));
            assert!(matches!(result, Err(CredentialError::Json(_))), "{to}");
        }
    }

    #[test]
    fn issuer_ids_are_safe_in_paths() {
        for text in ["abc", "guangzhou-2", &"a".repeat(40)] {
            assert_eq!(IssuerId::new(text).unwrap().as_str(), text);
        }
        for text in
            ["", "ab", "Guangzhou", "a/b", "../x", "a b c", "-abc", "abc-", "广州市", "a.b", &"a".repeat(41)]
        {
            assert_eq!(IssuerId::new(text), Err(IssuerIdError), "{text}");
        }
    }
}
