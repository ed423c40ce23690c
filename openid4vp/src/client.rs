//! Client identifiers (5.9): `verifier_attestation:` and the identity that the trust operator certified.
//!
//! The other prefixes of the specification name trust frameworks that Tacit has no part in; a client identifier without
//! a prefix would mean a client that the wallet knows beforehand, and it knows none.

use core::fmt;

use serde::{Deserialize, Serialize};
use tacit_credential::certificate::VerifierIdentity;

/// The one prefix that is understood.
pub const CLIENT_ID_PREFIX: &str = "verifier_attestation";

/// Why a client identifier is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientIdError {
    /// Another prefix, or none.
    #[error(
        "the client identifier does not begin with `verifier_attestation:`; this wallet answers verifiers that the trust operator certified"
    )]
    Prefix,
    /// No identity behind the prefix.
    #[error("the client identifier names no identity that can be certified")]
    Identity,
}

/// A verifier as this protocol calls it, always with its prefix (14.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(VerifierIdentity);

impl ClientId {
    /// Of a certified identity.
    pub fn new(identity: VerifierIdentity) -> Self {
        Self(identity)
    }

    /// Reads `verifier_attestation:lotus-hotel.example`.
    pub fn parse(text: &str) -> Result<Self, ClientIdError> {
        let (prefix, identity) = text.split_once(':').ok_or(ClientIdError::Prefix)?;
        if prefix != CLIENT_ID_PREFIX {
            return Err(ClientIdError::Prefix);
        }
        VerifierIdentity::new(identity).map(Self).map_err(|_| ClientIdError::Identity)
    }

    /// What stands behind the prefix.
    pub fn identity(&self) -> &VerifierIdentity {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{CLIENT_ID_PREFIX}:{}", self.0)
    }
}

impl TryFrom<String> for ClientId {
    type Error = ClientIdError;

    fn try_from(text: String) -> Result<Self, ClientIdError> {
        Self::parse(&text)
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_decides() {
        let id = ClientId::parse("verifier_attestation:lotus-hotel.example").unwrap();
        assert_eq!(id.identity().as_str(), "lotus-hotel.example");
        assert_eq!(id.to_string(), "verifier_attestation:lotus-hotel.example");
        for text in [
            "lotus-hotel.example",
            "redirect_uri:https://lotus-hotel.example/cb",
            "x509_san_dns:lotus-hotel.example",
            "Verifier_attestation:lotus-hotel.example",
            "origin:https://lotus-hotel.example",
            "",
        ] {
            assert_eq!(ClientId::parse(text), Err(ClientIdError::Prefix), "{text}");
        }
        for text in ["verifier_attestation:", "verifier_attestation:a:b", "verifier_attestation:Hotel"] {
            assert_eq!(ClientId::parse(text), Err(ClientIdError::Identity), "{text}");
        }
    }
}
