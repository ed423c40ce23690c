//! Verifier certificates: the trust operator says who a verifier's key belongs to.
//!
//! A certificate binds a [`VerifierKey`] to an identity (a domain, or the name of a desk in the same form) and a name
//! for people, for a time. The identity goes into the scope of every pseudonym, so a verifier that changes its key
//! recognises its guests again and no other verifier can take its scope.
//!
//! Signed by the trust operator over the canonical bytes of every other field.

use crate::date::UnixTime;
use crate::name::is_plain_text;
pub use crate::signing::VerifierKey;
use crate::signing::{DetachedSignature, OperatorKey};
use crate::wire::Encoder;
use core::fmt;
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};

/// Longest identity, as DNS has it.
pub const IDENTITY_MAX: usize = 253;
/// Most characters of a verifier's name.
pub const NAME_MAX: usize = 100;

/// Why a certificate is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The identity is empty, too long, or has other characters than a domain.
    #[error(
        "a verifier's identity is a domain in lower case such as `hotel.example`: letters, digits, hyphens and dots, \
         no wildcard"
    )]
    Identity,
    /// The name is empty, too long, or not printable.
    #[error("a verifier's name has 1 to 100 printable characters")]
    Name,
    /// The certificate lapses before it begins.
    #[error("the certificate's end lies before its beginning")]
    Validity,
    /// The signature is not the operator's.
    #[error("the certificate is not signed by the trust operator; ask the verifier for a current one")]
    Signature,
    /// Not valid yet or any more.
    #[error("the certificate is not valid at this time; ask the verifier for a current one")]
    NotNow,
}

/// Identity of a verifier: a domain in lower case.
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

/// The operator's word on whose key a verifier key is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifierCertificate {
    /// Domain or desk.
    pub identity: VerifierIdentity,
    /// Name for people.
    pub name: String,
    /// The certified key.
    pub key: VerifierKey,
    /// Valid from.
    pub not_before: UnixTime,
    /// Valid until, exclusive.
    pub not_after: UnixTime,
    /// The operator's signature over everything above.
    pub signature: DetachedSignature,
}

impl VerifierCertificate {
    /// Checks the parts and signs them with the operator's key.
    pub fn sign(
        identity: VerifierIdentity,
        name: &str,
        key: VerifierKey,
        not_before: UnixTime,
        not_after: UnixTime,
        operator: &SigningKey,
    ) -> Result<Self, CertificateError> {
        let mut this = Self {
            identity,
            name: name.trim().into(),
            key,
            not_before,
            not_after,
            signature: DetachedSignature::sign(operator, b""),
        };
        this.check_contents()?;
        this.signature = DetachedSignature::sign(operator, &this.canonical_bytes());
        Ok(this)
    }

    /// Checks contents, signature and validity at `now`.
    pub fn verify(&self, operator: &OperatorKey, now: UnixTime) -> Result<(), CertificateError> {
        self.check_contents()?;
        operator.verify(&self.canonical_bytes(), &self.signature).map_err(|_| CertificateError::Signature)?;
        if now < self.not_before || now >= self.not_after {
            return Err(CertificateError::NotNow);
        }
        Ok(())
    }

    /// Every field but the signature.
    pub(crate) fn canonical_bytes(&self) -> Vec<u8> {
        Encoder::new("tacit/verifier-certificate/v1")
            .text(self.identity.as_str())
            .text(&self.name)
            .bytes(&self.key.to_bytes())
            .integer(self.not_before.0)
            .integer(self.not_after.0)
            .finish()
    }

    fn check_contents(&self) -> Result<(), CertificateError> {
        let length = self.name.chars().count();
        let printable = is_plain_text(&self.name) && self.name.trim() == self.name;
        if length == 0 || length > NAME_MAX || !printable {
            return Err(CertificateError::Name);
        }
        if self.not_after <= self.not_before {
            return Err(CertificateError::Validity);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn certificate() -> VerifierCertificate {
        let key = VerifierKey::from(&SigningKey::from_bytes(&[8; 32]));
        let identity = VerifierIdentity::new("lotus-hotel.example").expect("a domain");
        VerifierCertificate::sign(identity, "Lotus Hotel", key, UnixTime(100), UnixTime(200), &operator())
            .expect("valid parts")
    }

    #[test]
    fn valid_within_its_time() {
        let operator = OperatorKey::from(&operator());
        assert_eq!(certificate().verify(&operator, UnixTime(100)), Ok(()));
        assert_eq!(certificate().verify(&operator, UnixTime(99)), Err(CertificateError::NotNow));
        assert_eq!(certificate().verify(&operator, UnixTime(200)), Err(CertificateError::NotNow));
    }

    #[test]
    fn any_change_breaks_the_signature() {
        let operator = OperatorKey::from(&operator());
        let refused = |change: fn(&mut VerifierCertificate)| {
            let mut certificate = certificate();
            change(&mut certificate);
            assert_eq!(certificate.verify(&operator, UnixTime(150)), Err(CertificateError::Signature));
        };
        refused(|c| c.identity = VerifierIdentity("lotus-hotels.example".into()));
        refused(|c| c.name = "Lotus".into());
        refused(|c| c.key = VerifierKey::from(&SigningKey::from_bytes(&[9; 32])));
        refused(|c| c.not_before = UnixTime(101));
        refused(|c| c.not_after = UnixTime(201));
    }

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
