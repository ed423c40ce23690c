//! The presentation request: what a verifier asks, once.
//!
//! A request fixes everything that a presentation depends on: circuit, verifier and its certificate, where the answer
//! goes, the trust list's epoch, policy, date, fresh random bytes and an expiry. The verifier signs its canonical
//! bytes, and the proof binds them all through one public value:
//!
//! ```text
//! challenge = hash_to_field("tacit/challenge/v1", canonical bytes of the request)
//! scope     = hash_to_field("tacit/scope/v1", verifier identity, label of the policy)
//!           | hash_to_field("tacit/shared-scope/v1", shared identity, label of the policy)
//! ```
//!
//! Wallet and verifier compute the scope themselves, from the *certified* identity: a verifier cannot borrow another's
//! scope. An uncertified verifier has the identity `key:<its key>`, which no certificate can name. A shared scope counts
//! only if the certificate lists it; otherwise there is no scope at all and the request is refused
//! ([`PresentationRequest::scope`]).
//!
//! What a request asks beyond its certificate, [`PresentationRequest::beyond`] says; that is for the holder to read, not a
//! refusal.
//!
//! Checked by [`SignedRequest::verify`] on the wallet's side; the verifier accepts answers only to requests that it
//! issued itself, each once (crate `tacit-verifier`).

use crate::certificate::{CertificateError, VerifierCertificate, VerifierIdentity, VerifierKey};
use crate::date::{Date, UnixTime};
use crate::field::{self, Fr};
use crate::holder::Scope;
use crate::name::is_plain_text;
use crate::policy::{Beyond, Policy};
use crate::signing::{DetachedSignature, OperatorKey};
use crate::trust_list::{Epoch, TrustListId};
use crate::wire::Encoder;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use ed25519_dalek::SigningKey;
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};

mod binary;

pub use binary::{MAX_BYTES, MAX_JSON_BYTES, RequestFormatError};

/// Version of the request format.
pub const VERSION: u8 = 2;
/// Longest endpoint.
pub const ENDPOINT_MAX: usize = 2048;

/// Identifies a circuit: SHA-256 over its constraint matrices.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CircuitDigest(#[serde(with = "hex::serde")] pub [u8; 32]);

impl fmt::Display for CircuitDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for CircuitDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CircuitDigest({self})")
    }
}

/// The digest of one request, a public value of every presentation that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Challenge(#[serde(with = "field::serde_hex")] Fr);

impl Challenge {
    /// The challenge as a field element.
    pub fn as_field(&self) -> Fr {
        self.0
    }

    /// Canonical bytes, little-endian.
    pub fn to_bytes(&self) -> [u8; 32] {
        field::to_bytes(&self.0)
    }

    /// From canonical bytes; refuses the modulus and above.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, field::FieldError> {
        field::from_bytes(bytes).map(Self)
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&field::to_hex(&self.0))
    }
}

/// Whether a text can be an endpoint: not empty, not too long, and nothing in it that misleads the eye.
pub fn is_endpoint(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= ENDPOINT_MAX && is_plain_text(text)
}

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The format is of another version.
    #[error(
        "request of version {0}; this software reads version 2: ask the verifier for a new request, or look for an update"
    )]
    Version(u8),
    /// The verifier's signature does not verify.
    #[error("the request's signature is wrong; ask the verifier for a new request")]
    Signature,
    /// The request's certificate is refused.
    #[error("the verifier's certificate is refused: {0}")]
    Certificate(#[from] CertificateError),
    /// The certificate is for another key than the one that signed.
    #[error("the certificate belongs to another key than the one that signed the request")]
    OtherKey,
    /// The certificate does not let the verifier share this scope.
    #[error(transparent)]
    SharedScope(#[from] SharedScopeError),
    /// The request names another trust operator.
    #[error("the request relies on another trust operator than the pinned one")]
    OtherTrustList,
    /// The request has lapsed.
    #[error("the request has expired; ask the verifier for a new one")]
    Expired,
    /// The request's date is neither today nor a neighbouring day.
    #[error(
        "the request is for {requested}, today is {today} (UTC+8); check the clock or ask for a new request"
    )]
    Date {
        /// The date in the request.
        requested: Date,
        /// The date of the wallet.
        today: Date,
    },
    /// No endpoint, or one that is too long or not printable.
    #[error("the request's endpoint is empty, too long or not printable")]
    Endpoint,
}

/// A shared scope that the verifier is not certified for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the verifier is not certified to recognise guests together with others under {shared}; ask it for a request without \
     that shared scope, or with a certificate that lists it"
)]
pub struct SharedScopeError {
    /// The shared identity asked for.
    pub shared: VerifierIdentity,
}

/// Everything that a verifier decides about a request.
#[derive(Clone, Debug)]
pub struct RequestParameters {
    /// The circuit to be used.
    pub circuit: CircuitDigest,
    /// Who the operator says the verifier is.
    pub certificate: Option<VerifierCertificate>,
    /// Where the presentation goes (a URL, or the name of a desk).
    pub endpoint: String,
    /// The operator's chain of trust lists.
    pub trust_list: TrustListId,
    /// The list to be used.
    pub epoch: Epoch,
    /// What is asked.
    pub policy: Policy,
    /// Date for which ages and validity count, UTC+8.
    pub date: Date,
    /// When the request lapses.
    pub expires_at: UnixTime,
}

/// What a verifier asks, unsigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PresentationRequest {
    /// Format version, [`VERSION`].
    pub version: u8,
    /// The circuit to be used.
    pub circuit: CircuitDigest,
    /// The verifier's key.
    pub verifier: VerifierKey,
    /// Who the operator says the verifier is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub certificate: Option<VerifierCertificate>,
    /// Where the presentation goes.
    pub endpoint: String,
    /// The operator's chain of trust lists.
    pub trust_list: TrustListId,
    /// The list to be used.
    pub epoch: Epoch,
    /// What is asked.
    pub policy: Policy,
    /// Date for which ages and validity count, UTC+8.
    pub date: Date,
    /// Fresh random bytes.
    #[serde(with = "hex::serde")]
    pub random: [u8; 32],
    /// When the request lapses.
    pub expires_at: UnixTime,
}

impl PresentationRequest {
    /// Canonical bytes, which are signed and hashed into the challenge.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut encoder = Encoder::compact();
        encoder.text("tacit/presentation-request/v2");
        self.encode(&mut encoder);
        encoder.finish()
    }

    /// The request's challenge.
    pub fn challenge(&self) -> Challenge {
        Challenge(field::hash_to_field("tacit/challenge/v1", &[&self.canonical_bytes()]))
    }

    /// The verifier's identity: the certified one, else `key:<hex of the key>`.
    pub fn identity(&self) -> String {
        match &self.certificate {
            Some(certificate) => certificate.identity.as_str().into(),
            None => format!("key:{}", self.verifier),
        }
    }

    /// The scope of the pseudonym that the policy asks for, if it asks for one. A shared scope that the certificate does not
    /// list is no scope.
    pub fn scope(&self) -> Result<Option<Scope>, SharedScopeError> {
        let Some(label) = self.policy.pseudonym.as_ref() else { return Ok(None) };
        let scope = match &self.policy.shared_scope {
            None => Scope::derive(&self.identity(), label.as_str()),
            Some(shared) => {
                let listed = self.certificate.as_ref().map_or(&[][..], |c| c.shared_scopes.as_slice());
                if !listed.contains(shared) {
                    return Err(SharedScopeError { shared: shared.clone() });
                }
                Scope::shared(shared.as_str(), label.as_str())
            }
        };
        Ok(Some(scope.expect("identity and label are checked types")))
    }

    /// What the request asks beyond its certificate, where its answer goes included; empty for a request that keeps to it,
    /// and for one without a certificate, which allows nothing and promises nothing.
    pub fn beyond(&self) -> Vec<Beyond> {
        let Some(certificate) = &self.certificate else { return Vec::new() };
        let mut beyond = self.policy.beyond(&certificate.allowance, self.date);
        beyond.extend(certificate.answers_to.refuse(&self.endpoint).map(Beyond::Endpoint));
        beyond
    }
}

/// A request and the verifier's signature, as sent to the wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedRequest {
    /// The request.
    pub request: PresentationRequest,
    /// The verifier's signature over its canonical bytes.
    pub signature: DetachedSignature,
}

impl SignedRequest {
    /// Draws fresh random bytes and signs.
    pub fn sign(parameters: RequestParameters, key: &SigningKey, rng: &mut impl CryptoRngCore) -> Self {
        let RequestParameters { circuit, certificate, endpoint, trust_list, epoch, policy, date, expires_at } =
            parameters;
        let mut random = [0; 32];
        rng.fill_bytes(&mut random);
        let request = PresentationRequest {
            version: VERSION,
            circuit,
            verifier: VerifierKey::from(key),
            certificate,
            endpoint,
            trust_list,
            epoch,
            policy,
            date,
            random,
            expires_at,
        };
        let signature = DetachedSignature::sign(key, &request.canonical_bytes());
        Self { request, signature }
    }

    /// The wallet's checks: form, signature, certificate, expiry, date, and that the pinned operator's lists are used.
    pub fn verify(&self, operator: &OperatorKey, now: UnixTime) -> Result<VerifiedRequest, RequestError> {
        let request = &self.request;
        if request.version != VERSION {
            return Err(RequestError::Version(request.version));
        }
        request
            .verifier
            .verify(&request.canonical_bytes(), &self.signature)
            .map_err(|_| RequestError::Signature)?;
        if let Some(certificate) = &request.certificate {
            if certificate.key != request.verifier {
                return Err(RequestError::OtherKey);
            }
            certificate.verify(operator, now)?;
        }
        request.scope()?;
        if !is_endpoint(&request.endpoint) {
            return Err(RequestError::Endpoint);
        }
        if request.trust_list != TrustListId::of(operator) {
            return Err(RequestError::OtherTrustList);
        }
        if now >= request.expires_at {
            return Err(RequestError::Expired);
        }
        let today = now.date_utc8();
        if request.date.days().abs_diff(today.days()) > 1 {
            return Err(RequestError::Date { requested: request.date, today });
        }
        Ok(VerifiedRequest { request: request.clone() })
    }
}

/// A request that passed [`SignedRequest::verify`].
#[derive(Clone, Debug)]
pub struct VerifiedRequest {
    request: PresentationRequest,
}

impl VerifiedRequest {
    /// The request.
    pub fn request(&self) -> &PresentationRequest {
        &self.request
    }

    /// Whether the trust operator certified the verifier.
    pub fn is_certified(&self) -> bool {
        self.request.certificate.is_some()
    }

    /// The name to show: the certified one, else the bare key.
    pub fn verifier_name(&self) -> String {
        match &self.request.certificate {
            Some(certificate) => format!("{} ({})", certificate.name, certificate.identity),
            None => format!("an uncertified verifier with key {}", self.request.verifier),
        }
    }
}
