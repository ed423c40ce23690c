//! The request object (5): our signed request in the terms of OpenID4VP, signed by the verifier.
//!
//! | claim | is |
//! | --- | --- |
//! | `client_id` | `verifier_attestation:` and the certified identity (5.9.3) |
//! | `aud` | `https://self-issued.me/v2`, as the wallet is not known beforehand (5.8) |
//! | `response_type`, `response_mode` | `vp_token`, `direct_post` (5.6, 8.2) |
//! | `response_uri` | the endpoint of our request |
//! | `nonce` | the challenge of our request, 64 hex digits (5.2, 14.1) |
//! | `state` | the verifier's name for the transaction (5.2) |
//! | `dcql_query` | our request itself ([`crate::dcql`]) |
//! | `client_metadata` | the format and the circuit that the verifier can check (11) |
//! | `iat`, `exp` | now, and the expiry of our request |
//! | `wallet_nonce` | what the wallet posted, if it did (5.10) |
//!
//! The attestation is in the JOSE header `jwt` (12), the type is `oauth-authz-req+jwt` (5). There is no `iss`, which
//! wallets have to ignore. A request object is made for each fetch and never stored.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use serde::Serialize;
use tacit_credential::certificate::VerifierKey;
use tacit_credential::date::UnixTime;
use tacit_credential::request::{CircuitDigest, SignedRequest};

use crate::attestation::Attestation;
use crate::client::ClientId;
use crate::dcql::{DcqlOut, FORMAT};
use crate::fetch::WalletNonce;
use crate::jws;
use crate::location::{Location, LocationError};
use crate::response::State;

/// `aud` of a request object for a wallet that is not known beforehand (5.8).
pub const AUDIENCE: &str = "https://self-issued.me/v2";
/// The JWT's `typ` (5).
pub(crate) const REQUEST_OBJECT_TYPE: &str = "oauth-authz-req+jwt";
pub(crate) const RESPONSE_TYPE: &str = "vp_token";
pub(crate) const RESPONSE_MODE: &str = "direct_post";

/// Why no request object is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestObjectBuildError {
    /// The signing key is not the one of the request.
    #[error("the signing key is not the one that signed the request; pass the verifier's own key")]
    OtherKey,
    /// The request has another certificate than the attestation, or none.
    #[error(
        "the request carries another certificate than the attestation, or none; install both from the same `tacit trust certify`"
    )]
    OtherCertificate,
    /// The endpoint is no URL.
    #[error("the request's endpoint: {0}")]
    Endpoint(#[from] LocationError),
}

/// What a verifier hands out when a wallet fetches its request.
#[derive(Clone, Debug)]
pub struct RequestObject {
    /// The request.
    pub request: SignedRequest,
    /// The trust operator's word on the verifier.
    pub attestation: Attestation,
    /// The verifier's name for the transaction.
    pub state: State,
}

#[derive(Serialize)]
struct Claims<'a> {
    client_id: ClientId,
    aud: &'static str,
    response_type: &'static str,
    response_mode: &'static str,
    response_uri: &'a str,
    nonce: String,
    state: &'a State,
    iat: u64,
    exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    wallet_nonce: Option<&'a WalletNonce>,
    client_metadata: ClientMetadata,
    dcql_query: DcqlOut<'a>,
}

#[derive(Serialize)]
struct ClientMetadata {
    vp_formats_supported: BTreeMap<&'static str, FormatMetadata>,
}

#[derive(Serialize)]
struct FormatMetadata {
    circuit_values: [CircuitDigest; 1],
}

impl RequestObject {
    /// Who asks, as the invocation says it.
    pub fn client_id(&self) -> ClientId {
        ClientId::new(self.attestation.certificate().identity.clone())
    }

    /// Signs the request object for one fetch.
    pub fn sign(
        &self,
        nonce: Option<&WalletNonce>,
        now: UnixTime,
        key: &SigningKey,
    ) -> Result<String, RequestObjectBuildError> {
        let request = &self.request.request;
        if VerifierKey::from(key) != request.verifier {
            return Err(RequestObjectBuildError::OtherKey);
        }
        if request.certificate.as_ref() != Some(self.attestation.certificate()) {
            return Err(RequestObjectBuildError::OtherCertificate);
        }
        let response_uri = Location::parse(&request.endpoint)?;
        let formats = [(FORMAT, FormatMetadata { circuit_values: [request.circuit] })];
        let claims = Claims {
            client_id: self.client_id(),
            aud: AUDIENCE,
            response_type: RESPONSE_TYPE,
            response_mode: RESPONSE_MODE,
            response_uri: response_uri.as_str(),
            nonce: request.challenge().to_string(),
            state: &self.state,
            iat: now.0,
            exp: request.expires_at.0,
            wallet_nonce: nonce,
            client_metadata: ClientMetadata { vp_formats_supported: formats.into() },
            dcql_query: DcqlOut::new(&self.request),
        };
        Ok(jws::sign(REQUEST_OBJECT_TYPE, Some(self.attestation.as_str()), &claims, key))
    }
}
