//! What a wallet checks about a request object before anything is shown to the holder.
//!
//! In this order: form and type, the attestation, the signature of the attested key, every claim by itself, the nonce of
//! the fetch, our signed request, and that the claims say what our request says. Everything that follows is read from what
//! was signed, nothing from the link but where it led (5.10.1).

use serde::Deserialize;
use serde::de::IgnoredAny;
use tacit_credential::date::UnixTime;
use tacit_credential::request::{RequestError, SignedRequest};
use tacit_credential::trust_list::OperatorKey;

use crate::attestation::{Attestation, AttestationError};
use crate::client::{ClientId, ClientIdError};
use crate::dcql::{DcqlError, DcqlIn};
use crate::fetch::WalletNonce;
use crate::invocation::Invocation;
use crate::jws::{JwsError, Unverified};
use crate::location::{Location, LocationError};
use crate::request::{AUDIENCE, REQUEST_OBJECT_TYPE, RESPONSE_MODE, RESPONSE_TYPE, RequestObject};
use crate::response::{AuthorizationResponse, ResponseError, State};
use crate::vp_token::VpToken;
use tacit_credential::presentation::Presentation;

/// How far the verifier's clock may be ahead.
const CLOCK_TOLERANCE: u64 = 300;

/// Why a request object is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestObjectError {
    /// No signed object of the right form and type, or not signed by the attested key.
    #[error("the request object: {0}; ask the verifier for a new request")]
    Jws(#[from] JwsError),
    /// No attestation in the header.
    #[error("the request object carries no attestation of a trust operator; do not answer it")]
    NoAttestation,
    /// The attestation is refused.
    #[error(transparent)]
    Attestation(#[from] AttestationError),
    /// A client of another kind.
    #[error(transparent)]
    Client(#[from] ClientIdError),
    /// Another client than the link names.
    #[error("the link names another verifier than the request object; do not answer it")]
    OtherClient,
    /// Another client than the one that is attested.
    #[error("the request object names another verifier than the one that is attested; do not answer it")]
    ClientNotAttested,
    /// Meant for somebody else.
    #[error(
        "the request object's audience is not `https://self-issued.me/v2`; it is meant for somebody else"
    )]
    Audience,
    /// Lapsed, or not made yet.
    #[error("the request has expired, or the clocks differ; ask the verifier for a new one")]
    NotNow,
    /// Another response type.
    #[error("the response type is not `vp_token`; this wallet gives no other answers")]
    ResponseType,
    /// Another response mode.
    #[error("the response mode is not `direct_post`; this wallet answers in no other way")]
    ResponseMode,
    /// A parameter that must not be there.
    #[error(
        "the request uses `{0}`, which this wallet does not understand or which contradicts `direct_post`"
    )]
    Unsupported(&'static str),
    /// No usable place for the answer.
    #[error("`response_uri`: {0}")]
    ResponseUri(#[from] LocationError),
    /// A state that cannot be sent back.
    #[error("`state` is not 1 to 512 URL-safe characters")]
    State,
    /// The object was not made for this fetch.
    #[error(
        "the request object does not carry the nonce that this wallet sent; it may be an old one replayed"
    )]
    WalletNonce,
    /// The answer would go elsewhere than the request came from.
    #[error("the answer would go to another host than the request came from; do not answer it")]
    OtherOrigin,
    /// The query is refused.
    #[error(transparent)]
    Query(#[from] DcqlError),
    /// Our signed request is refused.
    #[error("the signed request within: {0}")]
    Request(#[from] RequestError),
    /// Our signed request has another certificate than the attestation.
    #[error("the signed request carries another certificate than the attestation; do not answer it")]
    OtherCertificate,
    /// The nonce is not the challenge.
    #[error("`nonce` is not the challenge of the signed request; do not answer it")]
    OtherNonce,
    /// The response URI is not the endpoint.
    #[error("`response_uri` is not the endpoint of the signed request; do not answer it")]
    OtherEndpoint,
    /// The expiries differ.
    #[error("`exp` is not the expiry of the signed request; do not answer it")]
    OtherExpiry,
}

/// A request object that passed every check here.
#[derive(Clone, Debug)]
pub struct VerifiedRequestObject {
    request: SignedRequest,
    client_id: ClientId,
    response_uri: Location,
    query: String,
    state: Option<State>,
}

#[derive(Deserialize)]
struct Claims {
    client_id: String,
    aud: String,
    response_type: String,
    response_mode: String,
    response_uri: String,
    nonce: String,
    state: Option<String>,
    iat: Option<u64>,
    nbf: Option<u64>,
    exp: u64,
    wallet_nonce: Option<String>,
    dcql_query: DcqlIn,
    redirect_uri: Option<IgnoredAny>,
    scope: Option<IgnoredAny>,
    transaction_data: Option<IgnoredAny>,
}

impl RequestObject {
    /// The wallet's checks. `nonce` is the one that was posted with the fetch, if one was.
    pub fn verify(
        text: &str,
        link: &Invocation,
        nonce: Option<&WalletNonce>,
        operator: &OperatorKey,
        now: UnixTime,
    ) -> Result<VerifiedRequestObject, RequestObjectError> {
        let object = Unverified::parse(text.trim(), REQUEST_OBJECT_TYPE)?;
        let attestation = object.jwt.as_deref().ok_or(RequestObjectError::NoAttestation)?;
        let attestation = Attestation::verify(attestation, operator, now)?;
        let certificate = attestation.certificate();
        let claims: Claims = object.verify(certificate.key.verifying_key())?;

        let client_id = ClientId::parse(&claims.client_id)?;
        if client_id.identity() != &certificate.identity {
            return Err(RequestObjectError::ClientNotAttested);
        }
        if client_id != link.client_id {
            return Err(RequestObjectError::OtherClient);
        }
        claims.check(now)?;
        if claims.wallet_nonce != nonce.cloned().map(String::from) {
            return Err(RequestObjectError::WalletNonce);
        }
        let state = claims.state.as_deref().map(State::parse).transpose();
        let state = state.map_err(|_| RequestObjectError::State)?;
        let response_uri = Location::parse(&claims.response_uri)?;
        if !response_uri.same_origin(&link.request_uri) {
            return Err(RequestObjectError::OtherOrigin);
        }

        let query = claims.dcql_query.read()?;
        let request = &query.request.request;
        query.request.verify(operator, now)?;
        if request.certificate.as_ref() != Some(certificate) {
            return Err(RequestObjectError::OtherCertificate);
        }
        if claims.nonce != request.challenge().to_string() {
            return Err(RequestObjectError::OtherNonce);
        }
        if claims.response_uri != request.endpoint {
            return Err(RequestObjectError::OtherEndpoint);
        }
        if claims.exp != request.expires_at.0 {
            return Err(RequestObjectError::OtherExpiry);
        }
        Ok(VerifiedRequestObject { request: query.request, client_id, response_uri, query: query.id, state })
    }
}

impl Claims {
    /// What each claim has to say by itself.
    fn check(&self, now: UnixTime) -> Result<(), RequestObjectError> {
        if self.aud != AUDIENCE {
            return Err(RequestObjectError::Audience);
        }
        let begins = self.iat.max(self.nbf).unwrap_or_default();
        if now.0 >= self.exp || begins > now.0.saturating_add(CLOCK_TOLERANCE) {
            return Err(RequestObjectError::NotNow);
        }
        if self.response_type != RESPONSE_TYPE {
            return Err(RequestObjectError::ResponseType);
        }
        if self.response_mode != RESPONSE_MODE {
            return Err(RequestObjectError::ResponseMode);
        }
        let unsupported = [
            ("redirect_uri", self.redirect_uri.is_some()),
            ("scope", self.scope.is_some()),
            ("transaction_data", self.transaction_data.is_some()),
        ];
        match unsupported.into_iter().find(|(_, used)| *used) {
            Some((name, _)) => Err(RequestObjectError::Unsupported(name)),
            None => Ok(()),
        }
    }
}

impl VerifiedRequestObject {
    /// What is asked; the wallet checks and shows it as any other request.
    pub fn request(&self) -> &SignedRequest {
        &self.request
    }

    /// Who asks.
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Where the answer is posted.
    pub fn response_uri(&self) -> &Location {
        &self.response_uri
    }

    /// The answer as a form, with this presentation.
    pub fn answer(&self, presentation: &Presentation) -> String {
        let vp_token = VpToken::new(&self.query, presentation);
        AuthorizationResponse::Presented { vp_token, state: self.state.clone() }.to_form()
    }

    /// The answer as a form, without one (8.5). The verifier learns nothing but the code.
    pub fn refuse(&self, code: crate::response::ErrorCode) -> String {
        AuthorizationResponse::Refused { code, state: self.state.clone() }.to_form()
    }
}

impl From<ResponseError> for RequestObjectError {
    fn from(_: ResponseError) -> Self {
        Self::State
    }
}
