//! Identities of verifiers: domains in lower case.

use super::CertificateError;
use alloc::string::String;
use core::fmt;
use serde::{Deserialize, Serialize};

/// Longest identity, as DNS has it.
pub const IDENTITY_MAX: usize = 253;

/// Identity of a verifier, of a host that answers go to, or of a scope that several verifiers share: a domain in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VerifierIdentity(String);

impl VerifierIdentity {
    /// Checks the form: labels of lower-case letters, digits and inner hyphens, joined by dots.
    pub fn new(identity: &str) -> Result<Self, CertificateError> {
        let label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if identity.len() <= IDENTITY_MAX && identity.split('.').all(label) {
            Ok(Self(identity.into()))
        } else {
            Err(CertificateError::Identity)
        }
    }

    /// The identity as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for VerifierIdentity {
    type Error = CertificateError;

    fn try_from(identity: String) -> Result<Self, CertificateError> {
        Self::new(&identity)
    }
}

impl From<VerifierIdentity> for String {
    fn from(identity: VerifierIdentity) -> Self {
        identity.0
    }
}

impl fmt::Display for VerifierIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Attack 17: no empty identity, no wildcard.
    #[test]
    fn identities_are_plain_domains() {
        for bad in
            ["", "*", "*.example", "Hotel.example", "a..b", ".a", "a.", "-a.b", "a b", "key:00", "é.example"]
        {
            assert_eq!(VerifierIdentity::new(bad), Err(CertificateError::Identity), "{bad:?}");
            assert!(serde_json::from_value::<VerifierIdentity>(bad.into()).is_err());
        }
        assert!(VerifierIdentity::new("desk-3.lotus-hotel.example").is_ok());
    }
}
