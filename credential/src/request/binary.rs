//! The two forms in which a signed request travels: JSON, and a compact binary one for QR codes.
//!
//! ```text
//! version u8 = 2 | circuit 32 | verifier 32 | certificate? | endpoint | trust list 32 | epoch | policy
//! | date | random 32 | expiry | signature 64
//!
//! certificate: key? 32 | identity | name | hosts | shared scopes | allowance | from | until | signature 64
//! ```
//! in the compact form of [`crate::wire`]. Everything up to the signature is what the verifier signs, after a tag; a
//! certificate carries a key only if it is another than the verifier's, which [`SignedRequest::verify`] refuses. A certified
//! request takes about 400 bytes.
//!
//! Reading is strict: what is read is written again and compared, so that a request has one binary form.

use super::{CircuitDigest, ENDPOINT_MAX, PresentationRequest, SignedRequest, VERSION};
use crate::certificate::{self, CertificateError, VerifierCertificate, VerifierKey};
use crate::date::{Date, UnixTime};
use crate::json::{self, JsonFault};
use crate::policy::Policy;
use crate::signing::DetachedSignature;
use crate::trust_list::{Epoch, TrustListId};
use crate::wire::{Decoder, Encoder, WireError};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;

/// Largest request that is read in the binary form.
pub const MAX_BYTES: usize = 8 << 10;
/// Largest request that is read as JSON.
pub const MAX_JSON_BYTES: usize = 64 << 10;

/// Why bytes or text are no request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestFormatError {
    /// A request of another version.
    #[error(
        "request of version {0}; this software reads version 2: ask the verifier for a new request, or look for an update"
    )]
    Version(u8),
    /// The request's certificate cannot be used.
    #[error("the verifier's certificate is refused: {0}")]
    Certificate(#[from] CertificateError),
    /// Not JSON of the expected shape.
    #[error(transparent)]
    Json(#[from] JsonFault),
    /// Not the binary form.
    #[error("this is no request in binary form: {0}; ask the verifier for a new one")]
    Bytes(#[from] WireError),
    /// A value that this part of a request cannot have.
    #[error("the request's {0} is not valid; ask the verifier for a new request")]
    Part(&'static str),
    /// Another spelling than the verifier's software writes.
    #[error("this is not the one binary form of the request; ask the verifier for a new one")]
    NotCanonical,
    /// Larger than any request.
    #[error("a request has at most 8 KiB, or 64 KiB as JSON; ask the verifier for a new one")]
    TooLarge,
}

impl PresentationRequest {
    /// Everything, in order; see the module's head.
    pub(super) fn encode(&self, encoder: &mut Encoder) {
        encoder
            .byte(self.version)
            .fixed(&self.circuit.0)
            .fixed(&self.verifier.to_bytes())
            .optional(self.certificate.as_ref(), |e, certificate| certificate.encode(&self.verifier, e))
            .text(&self.endpoint)
            .fixed(&self.trust_list.0)
            .integer(self.epoch.0);
        self.policy.encode(encoder);
        encoder.integer(self.date.days().into()).fixed(&self.random).integer(self.expires_at.0);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, RequestFormatError> {
        let part = RequestFormatError::Part;
        let version = decoder.byte()?;
        if version != VERSION {
            return Err(RequestFormatError::Version(version));
        }
        let circuit = CircuitDigest(decoder.fixed()?);
        let verifier = VerifierKey::from_bytes(&decoder.fixed()?).map_err(|_| part("verifier"))?;
        let certificate = decoder.optional(|d| {
            VerifierCertificate::decode(&verifier, d)?.ok_or(RequestFormatError::Part("certificate"))
        })?;
        let endpoint = decoder.text(ENDPOINT_MAX)?.to_owned();
        let trust_list = TrustListId(decoder.fixed()?);
        let epoch = Epoch(decoder.integer()?);
        let policy = Policy::decode(decoder)?.ok_or(part("policy"))?;
        let date = u32::try_from(decoder.integer()?).ok().and_then(|days| Date::from_days(days).ok());
        let date = date.ok_or(part("date"))?;
        let (random, expires_at) = (decoder.fixed()?, UnixTime(decoder.integer()?));
        Ok(Self {
            version,
            circuit,
            verifier,
            certificate,
            endpoint,
            trust_list,
            epoch,
            policy,
            date,
            random,
            expires_at,
        })
    }
}

impl SignedRequest {
    /// Pretty JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain data serialises")
    }

    /// Reads JSON. Whether it is signed and in force, [`verify`](Self::verify) says.
    pub fn from_json(json: &[u8]) -> Result<Self, RequestFormatError> {
        #[derive(Deserialize)]
        struct Head {
            request: HeadRequest,
        }
        #[derive(Deserialize)]
        struct HeadRequest {
            version: u8,
            certificate: Option<HeadCertificate>,
        }
        #[derive(Deserialize)]
        struct HeadCertificate {
            version: Option<u8>,
        }
        if json.len() > MAX_JSON_BYTES {
            return Err(RequestFormatError::TooLarge);
        }
        // The version first: another one may well have other fields.
        let Head { request } = json::from_slice(json)?;
        if request.version != VERSION {
            return Err(RequestFormatError::Version(request.version));
        }
        if let Some(HeadCertificate { version }) = request.certificate
            && version != Some(certificate::VERSION)
        {
            return Err(CertificateError::Version(version.unwrap_or(1)).into());
        }
        let this: Self = json::from_slice(json)?;
        if let Some(certificate) = &this.request.certificate {
            certificate.check_contents()?;
        }
        Ok(this)
    }

    /// The compact binary form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut encoder = Encoder::compact();
        self.request.encode(&mut encoder);
        encoder.fixed(&self.signature.to_bytes()).finish()
    }

    /// Reads the compact binary form; refuses trailing bytes and every other spelling. Whether the request is signed and in
    /// force, [`verify`](Self::verify) says.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RequestFormatError> {
        if bytes.len() > MAX_BYTES {
            return Err(RequestFormatError::TooLarge);
        }
        let mut decoder = Decoder::new(bytes);
        let request = PresentationRequest::decode(&mut decoder)?;
        let signature = DetachedSignature::from_bytes(decoder.fixed()?);
        decoder.finish()?;
        let this = Self { request, signature };
        if this.to_bytes() == bytes { Ok(this) } else { Err(RequestFormatError::NotCanonical) }
    }

    /// Reads either form. The binary one begins with its version, a control character that no JSON begins with.
    pub fn from_any(bytes: &[u8]) -> Result<Self, RequestFormatError> {
        match bytes.first() {
            Some(0..9) => Self::from_bytes(bytes),
            _ => Self::from_json(bytes),
        }
    }
}
