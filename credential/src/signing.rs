//! Ed25519 keys of the roles that sign lists, manifests, certificates and requests.
//!
//! Each role has a key type of its own, so that no key is taken for another's. What is signed are the canonical bytes
//! of a message ([`crate::wire`]), which begin with the tag of the message's kind: a signature never serves two kinds.
//! Verification is strict (RFC 8032 with cofactorless equation, canonical points, no small-order keys).
//!
//! The credential keys that sign IDs are none of these; they live on Baby Jubjub, see [`crate::eddsa`].

use core::fmt;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

/// Why a key or a signature is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// The bytes are no Ed25519 public key, or one of small order.
    #[error("these 32 bytes are no Ed25519 public key")]
    Key,
    /// The signature does not fit key and message.
    #[error("the signature does not fit the key and the message")]
    Signature,
}

/// A detached Ed25519 signature, 128 hex digits in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DetachedSignature(#[serde(with = "hex::serde")] [u8; 64]);

impl DetachedSignature {
    /// Signs canonical bytes.
    pub fn sign(key: &SigningKey, message: &[u8]) -> Self {
        Self(key.sign(message).to_bytes())
    }

    /// A signature received on the wire; whether it holds, the key says.
    pub fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The signature's 64 bytes.
    pub fn to_bytes(&self) -> [u8; 64] {
        self.0
    }
}

impl fmt::Debug for DetachedSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DetachedSignature({}…)", hex::encode(&self.0[..4]))
    }
}

fn parse_key(bytes: &[u8; 32]) -> Result<VerifyingKey, SigningError> {
    VerifyingKey::from_bytes(bytes).ok().filter(|key| !key.is_weak()).ok_or(SigningError::Key)
}

macro_rules! role_key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "HexKey", into = "HexKey")]
        pub struct $name(VerifyingKey);

        impl $name {
            /// From the 32 bytes of RFC 8032; refuses what is no key and keys of small order.
            pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, SigningError> {
                parse_key(bytes).map(Self)
            }

            /// The key's 32 bytes.
            pub fn to_bytes(&self) -> [u8; 32] {
                self.0.to_bytes()
            }

            /// From 64 hex digits.
            pub fn from_hex(text: &str) -> Result<Self, SigningError> {
                let mut bytes = [0; 32];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| SigningError::Key)?;
                Self::from_bytes(&bytes)
            }

            /// The key for `ed25519_dalek`.
            pub fn verifying_key(&self) -> &VerifyingKey {
                &self.0
            }

            /// Verifies a signature over canonical bytes.
            pub fn verify(&self, message: &[u8], signature: &DetachedSignature) -> Result<(), SigningError> {
                let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
                self.0.verify_strict(message, &signature).map_err(|_| SigningError::Signature)
            }
        }

        impl From<VerifyingKey> for $name {
            fn from(key: VerifyingKey) -> Self {
                Self(key)
            }
        }

        impl From<&SigningKey> for $name {
            fn from(key: &SigningKey) -> Self {
                Self(key.verifying_key())
            }
        }

        impl TryFrom<HexKey> for $name {
            type Error = SigningError;

            fn try_from(key: HexKey) -> Result<Self, SigningError> {
                Self::from_bytes(&key.0)
            }
        }

        impl From<$name> for HexKey {
            fn from(key: $name) -> Self {
                Self(key.to_bytes())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.to_bytes()))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

/// Wire form of every role's key: 64 hex digits.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct HexKey(#[serde(with = "hex::serde")] [u8; 32]);

role_key! {
    /// The trust operator's key: signs trust lists and verifier certificates.
    OperatorKey
}
role_key! {
    /// An issuer's publishing key: signs status manifests and the issuer's record, never credentials.
    PublishingKey
}
role_key! {
    /// A verifier's key: signs presentation requests.
    VerifierKey
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_verifies_under_its_key_and_message_alone() {
        let (one, two) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
        let signature = DetachedSignature::sign(&one, b"message");
        assert_eq!(OperatorKey::from(&one).verify(b"message", &signature), Ok(()));
        assert_eq!(OperatorKey::from(&one).verify(b"massage", &signature), Err(SigningError::Signature));
        assert_eq!(OperatorKey::from(&two).verify(b"message", &signature), Err(SigningError::Signature));
    }

    #[test]
    fn small_order_keys_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(VerifierKey::from_bytes(&identity), Err(SigningError::Key));
        assert!(serde_json::from_str::<VerifierKey>(&format!("\"{}\"", hex::encode(identity))).is_err());
    }

    #[test]
    fn json_is_hex_both_ways() {
        let key = PublishingKey::from(&SigningKey::from_bytes(&[3; 32]));
        let json = serde_json::to_string(&key).expect("a string");
        assert_eq!(json, format!("\"{key}\""));
        assert_eq!(serde_json::from_str::<PublishingKey>(&json).expect("own output"), key);
    }
}
