//! Verifier certificates: the trust operator says who a verifier's key belongs to, and what it may ask at most.
//!
//! A certificate binds a [`VerifierKey`] to an identity (a domain, or the name of a desk in the same form) and a name
//! for people, for a time. The identity goes into the scope of every pseudonym, so a verifier that changes its key
//! recognises its guests again and no other verifier can take its scope. Beside it stand
//!
//! - the [`Destinations`] of answers: hosts, or a desk without network;
//! - shared scopes: identities under which several businesses, each certified for it, recognise a guest together;
//! - the [`Allowance`]: the most that the verifier may ask for.
//!
//! Signed by the trust operator over the canonical bytes of every other field:
//!
//! ```text
//! "tacit/verifier-certificate/v2" | key | identity | name | destinations | shared scopes | allowance | from | until
//! ```
//! in the compact form of [`crate::wire`]; a host that equals the identity is written as the empty text. The same bytes
//! without tag and key travel in a request's binary form.

use crate::date::UnixTime;
use crate::json::{self, JsonFault};
use crate::name::is_plain_text;
pub use crate::signing::VerifierKey;
use crate::signing::{DetachedSignature, OperatorKey};
#[cfg(feature = "toml")]
use crate::toml_fault::{self, TomlFault};
use crate::wire::{Decoder, Encoder, WireError};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use ed25519_dalek::SigningKey;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

mod allowance;
mod destinations;
mod identity;

pub use allowance::{Allowance, AllowanceError, ExtrasAllowance, Labels, Recognition, ResidenceAllowance};
pub use destinations::{DESTINATIONS_MAX, Destinations, Domains, EndpointFault};
pub use identity::{IDENTITY_MAX, VerifierIdentity};

/// Version of certificates.
pub const VERSION: u8 = 2;
/// Most shared scopes that a certificate lists.
pub const SHARED_SCOPES_MAX: usize = 8;
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
    /// No host, too many, or one twice.
    #[error("a certificate names one to eight hosts that answers go to, none twice, or is for a desk")]
    Destinations,
    /// Too many shared scopes, or one twice.
    #[error("a certificate lists at most eight shared scopes, none twice")]
    SharedScopes,
    /// A certificate of another version.
    #[error(
        "certificate of version {0}; this software reads version 2: ask the trust operator for a new certificate, or look \
         for an update"
    )]
    Version(u8),
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

/// What the trust operator says of a verifier, apart from key and time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifierEntry {
    /// Domain or desk.
    pub identity: VerifierIdentity,
    /// Name for people.
    pub name: String,
    /// Where answers may go.
    pub answers_to: Destinations,
    /// Identities under which the verifier may recognise guests together with others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_scopes: Vec<VerifierIdentity>,
    /// The most that it may ask for.
    #[serde(default)]
    pub allowance: Allowance,
}

impl VerifierEntry {
    /// A verifier whose answers go to its own domain, without shared scopes, that may ask for a valid ID and nothing else.
    pub fn new(identity: VerifierIdentity, name: &str) -> Self {
        let answers_to =
            Destinations::domains(vec![identity.clone()]).expect("one domain is a list of domains");
        let (shared_scopes, allowance) = (Vec::new(), Allowance::default());
        Self { identity, name: name.into(), answers_to, shared_scopes, allowance }
    }

    /// Reads an entry that somebody wrote:
    ///
    /// ```toml
    /// identity = "lotus-hotel.example"
    /// name = "Lotus Hotel"
    /// answers_to = ["lotus-hotel.example"]     # or "desk"
    /// shared_scopes = ["lotus-group.example"]
    /// [allowance]                              # see `Allowance`
    /// disclose = ["name"]
    /// ```
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, CertificateFileError> {
        Ok(toml_fault::read(text)?)
    }

    /// The same with another allowance.
    #[must_use]
    pub fn allowing(self, allowance: Allowance) -> Self {
        Self { allowance, ..self }
    }
}

/// The operator's word on whose key a verifier key is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifierCertificate {
    /// Format version, [`VERSION`].
    pub version: u8,
    /// Domain or desk.
    pub identity: VerifierIdentity,
    /// Name for people.
    pub name: String,
    /// The certified key.
    pub key: VerifierKey,
    /// Where answers may go.
    pub answers_to: Destinations,
    /// Identities under which the verifier may recognise guests together with others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_scopes: Vec<VerifierIdentity>,
    /// The most that the verifier may ask for.
    pub allowance: Allowance,
    /// Valid from.
    pub not_before: UnixTime,
    /// Valid until, exclusive.
    pub not_after: UnixTime,
    /// The operator's signature over everything above.
    pub signature: DetachedSignature,
}

/// Why text is no certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateFileError {
    /// Not JSON of the expected shape.
    #[error(transparent)]
    Json(#[from] JsonFault),
    /// Not TOML of the expected shape.
    #[cfg(feature = "toml")]
    #[error(transparent)]
    Toml(#[from] TomlFault),
    /// A certificate that cannot be used, of another version for instance.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl VerifierCertificate {
    /// Checks the parts and signs them with the operator's key.
    pub fn sign(
        entry: VerifierEntry,
        key: VerifierKey,
        not_before: UnixTime,
        not_after: UnixTime,
        operator: &SigningKey,
    ) -> Result<Self, CertificateError> {
        let VerifierEntry { identity, name, answers_to, shared_scopes, allowance } = entry;
        let mut this = Self {
            version: VERSION,
            identity,
            name: name.trim().into(),
            key,
            answers_to,
            shared_scopes,
            allowance,
            not_before,
            not_after,
            signature: DetachedSignature::sign(operator, b""),
        };
        this.check_contents()?;
        this.signature = DetachedSignature::sign(operator, &this.canonical_bytes());
        Ok(this)
    }

    /// Reads a certificate's JSON and checks its form; whether it is signed and in force, [`verify`](Self::verify) says.
    pub fn from_json(json: &[u8]) -> Result<Self, CertificateFileError> {
        // Certificates of version 1 did not say so; what has none of their fields is no certificate of any version.
        #[derive(Deserialize)]
        struct Head {
            version: Option<u8>,
            identity: Option<IgnoredAny>,
            signature: Option<IgnoredAny>,
        }
        let head: Head = json::from_slice(json)?;
        let first = head.identity.and(head.signature).map(|_| 1);
        if let Some(version) = head.version.or(first).filter(|version| *version != VERSION) {
            return Err(CertificateError::Version(version).into());
        }
        let this: Self = json::from_slice(json)?;
        this.check_contents()?;
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
        let mut encoder = Encoder::compact();
        encoder.text("tacit/verifier-certificate/v2").fixed(&self.key.to_bytes());
        self.encode_contents(&mut encoder);
        encoder.finish()
    }

    /// The certificate inside a request of the verifier `key`; its own key is written if it is another.
    pub(crate) fn encode(&self, key: &VerifierKey, encoder: &mut Encoder) {
        encoder.optional(Some(&self.key).filter(|own| *own != key), |e, own| {
            e.fixed(&own.to_bytes());
        });
        self.encode_contents(encoder);
        encoder.fixed(&self.signature.to_bytes());
    }

    /// Reads what [`encode`](Self::encode) wrote; `None` for a value that no certificate has.
    pub(crate) fn decode(key: &VerifierKey, decoder: &mut Decoder<'_>) -> Result<Option<Self>, WireError> {
        let own = decoder.optional(Decoder::fixed::<32>)?.map(|own| VerifierKey::from_bytes(&own));
        let identity = VerifierIdentity::new(decoder.text(IDENTITY_MAX)?);
        let name = decoder.text(4 * NAME_MAX)?.to_owned();
        let hosts = decoder.list(DESTINATIONS_MAX, |d| d.text(IDENTITY_MAX))?;
        let shared_scopes = decoder.list(SHARED_SCOPES_MAX, |d| d.text(IDENTITY_MAX))?;
        let allowance = Allowance::decode(decoder)?;
        let (not_before, not_after) = (UnixTime(decoder.integer()?), UnixTime(decoder.integer()?));
        let signature = DetachedSignature::from_bytes(decoder.fixed()?);
        let read = || {
            let identity = identity.ok()?;
            let host = |text: &str| match text {
                "" => Some(identity.clone()),
                other => VerifierIdentity::new(other).ok(),
            };
            let answers_to = match hosts.as_slice() {
                [] => Destinations::Desk,
                hosts => {
                    Destinations::domains(hosts.iter().map(|text| host(text)).collect::<Option<_>>()?).ok()?
                }
            };
            let this = Self {
                version: VERSION,
                key: own.transpose().ok()?.unwrap_or(*key),
                answers_to,
                shared_scopes: shared_scopes
                    .iter()
                    .map(|text| VerifierIdentity::new(text).ok())
                    .collect::<Option<_>>()?,
                identity,
                name,
                allowance: allowance?,
                not_before,
                not_after,
                signature,
            };
            this.check_contents().ok().map(|()| this)
        };
        Ok(read())
    }

    fn encode_contents(&self, encoder: &mut Encoder) {
        let host = |e: &mut Encoder, host: &VerifierIdentity| {
            e.text(if *host == self.identity { "" } else { host.as_str() });
        };
        encoder.text(self.identity.as_str()).text(&self.name).list(self.answers_to.hosts(), host);
        encoder.list(&self.shared_scopes, |e, scope| {
            e.text(scope.as_str());
        });
        self.allowance.encode(encoder);
        encoder.integer(self.not_before.0).integer(self.not_after.0);
    }

    pub(crate) fn check_contents(&self) -> Result<(), CertificateError> {
        if self.version != VERSION {
            return Err(CertificateError::Version(self.version));
        }
        let scopes = &self.shared_scopes;
        let repeated = scopes.iter().enumerate().any(|(i, scope)| scopes[..i].contains(scope));
        if scopes.len() > SHARED_SCOPES_MAX || repeated {
            return Err(CertificateError::SharedScopes);
        }
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
    use core::num::NonZeroU32;

    fn operator() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn certificate() -> VerifierCertificate {
        let key = VerifierKey::from(&SigningKey::from_bytes(&[8; 32]));
        let mut entry = VerifierEntry::new(identity("lotus-hotel.example"), "Lotus Hotel");
        entry.shared_scopes.push(identity("lotus-group.example"));
        VerifierCertificate::sign(entry, key, UnixTime(100), UnixTime(200), &operator()).expect("valid parts")
    }

    fn identity(text: &str) -> VerifierIdentity {
        VerifierIdentity::new(text).expect("a domain")
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
        refused(|c| c.identity = identity("lotus-hotels.example"));
        refused(|c| c.name = "Lotus".into());
        refused(|c| c.key = VerifierKey::from(&SigningKey::from_bytes(&[9; 32])));
        refused(|c| c.not_before = UnixTime(101));
        refused(|c| c.not_after = UnixTime(201));
        refused(|c| c.answers_to = Destinations::Desk);
        refused(|c| c.answers_to = Destinations::domains(vec![identity("evil.example")]).unwrap());
        refused(|c| c.shared_scopes.clear());
        refused(|c| c.shared_scopes[0] = identity("bank.example"));
        refused(|c| c.shared_scopes.push(identity("bank.example")));
        refused(|c| c.allowance.narrowest_age_days = NonZeroU32::new(1));
        refused(|c| c.allowance.residence = ResidenceAllowance::Provinces);
        refused(|c| c.allowance.recognition = Recognition::ByPseudonym);
        refused(|c| c.allowance = Allowance::everything());
    }

    #[test]
    fn shared_scopes_are_few_and_different() {
        let mut entry = VerifierEntry::new(identity("a.example"), "A");
        let key = certificate().key;
        let sign = |entry| VerifierCertificate::sign(entry, key, UnixTime(1), UnixTime(2), &operator());
        entry.shared_scopes = (0..8).map(|i| identity(&format!("g{i}.example"))).collect();
        assert!(sign(entry.clone()).is_ok());
        entry.shared_scopes.push(identity("g9.example"));
        assert_eq!(sign(entry.clone()).err(), Some(CertificateError::SharedScopes));
        entry.shared_scopes = vec![identity("g.example"), identity("g.example")];
        assert_eq!(sign(entry).err(), Some(CertificateError::SharedScopes));
    }

    #[test]
    fn certificates_of_other_versions_are_refused_as_such() {
        let json = serde_json::to_string(&certificate()).expect("plain data");
        assert_eq!(VerifierCertificate::from_json(json.as_bytes()), Ok(certificate()));
        let version = |json: &str| VerifierCertificate::from_json(json.as_bytes()).err();
        let refused = |version| Some(CertificateFileError::Certificate(CertificateError::Version(version)));
        assert_eq!(version(&json.replace("\"version\":2", "\"version\":3")), refused(3));
        let first =
            r#"{"identity":"a.example","name":"A","key":"00","not_before":1,"not_after":2,"signature":"00"}"#;
        assert_eq!(version(first), refused(1));
        let mut other = certificate();
        other.version = 1;
        assert_eq!(
            other.verify(&OperatorKey::from(&operator()), UnixTime(150)),
            Err(CertificateError::Version(1))
        );
        for none in ["{\"version\":2}", "{}", "{\"identity\":\"a.example\"}", "{\"signature\":\"00\"}"] {
            assert!(matches!(version(none), Some(CertificateFileError::Json(_))), "{none}");
        }
        let named = json.replace("Lotus Hotel", "Lotus\u{202e}");
        assert_eq!(version(&named), Some(CertificateFileError::Certificate(CertificateError::Name)));
    }

    #[cfg(feature = "toml")]
    #[test]
    fn entries_are_written_by_people() {
        let text = r#"
            identity = "lotus-hotel.example"
            name = "Lotus Hotel"
            answers_to = "desk"
            shared_scopes = ["lotus-group.example"]
            [allowance]
            disclose = ["name"]
            narrowest_age_days = 3650
        "#;
        let entry = VerifierEntry::from_toml(text).expect("an entry");
        assert_eq!((entry.answers_to, entry.shared_scopes.len()), (Destinations::Desk, 1));
        assert_eq!(entry.allowance.narrowest_age_days, NonZeroU32::new(3650));
        for bad in ["name = 5", "answers_to = []", "allowance = 1", "also = 1"] {
            let fault = VerifierEntry::from_toml(&text.replace("name = \"Lotus Hotel\"", bad));
            assert!(matches!(fault, Err(CertificateFileError::Toml(_))), "{bad}: {fault:?}");
        }
    }
}
