//! The style of OpenID for Verifiable Presentations 1.0: the request object at `/r/{id}/openid4vp`, and answers as forms at `/r/{id}`.
//!
//! Sessions and outcomes are those of the plain style: one request, two ways to fetch and to answer it, one acceptance. Made by an attestation of
//! the trust operator (`attestation_file`); without one there is no request object, and [`link`] makes no link.
//!
//! | spec | here |
//! | --- | --- |
//! | request URI, 5.10 | `GET` or `POST /r/{id}/openid4vp`, signed for each fetch, with the wallet's nonce if it posted one |
//! | response URI, 8.2 | `POST /r/{id}`, `application/x-www-form-urlencoded`: it is the endpoint that our request signs |
//! | `state`, 14.3.2 | the request's id; an answer with another one, or none, is refused |
//! | `redirect_uri`, `response_code`, 14.2 | as in the plain style, see [`crate::service`] |
//! | error response, 8.5 | recorded as `wallet-declined`; the request stays open |

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tacit_credential::presentation::Presentation;
use tacit_openid4vp::{
    Acknowledgement, AuthorizationResponse, FetchForm, Invocation, Location, REQUEST_OBJECT_MEDIA_TYPE,
    RequestObject, RequestUriMethod, ResponseError, State as OpenIdState, VpTokenError, WalletNonce,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use super::extract::{Id, RawBody, media_type};
use crate::fault::{Fault, FaultKind, Problem};
use crate::service::Service;
use crate::session::{Session, SessionId};

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(by_get, by_post))
}

/// The link that calls a wallet, as text of a QR code or as an address; none without an attestation.
pub(crate) fn link(service: &Service, session: &Session) -> Option<String> {
    let request_uri = service.address(&format!("r/{}/openid4vp", session.id));
    let link = Invocation {
        client_id: object(service, session)?.client_id(),
        request_uri: Location::parse(request_uri.as_str()).ok()?,
        method: RequestUriMethod::Post,
    };
    Some(link.to_string())
}

fn object(service: &Service, session: &Session) -> Option<RequestObject> {
    Some(RequestObject {
        request: session.request.clone(),
        attestation: service.attestation.clone()?,
        state: OpenIdState::parse(session.id.as_str()).ok()?,
    })
}

/// The request object of OpenID4VP, for wallets that send no nonce.
#[utoipa::path(
    get, path = "/r/{id}/openid4vp", tag = "wallet", params(("id" = String, Path, description = "The request's id.")),
    responses(
        (status = 200, description = "The signed request object (JWT).", body = String, content_type = "application/oauth-authz-req+jwt"),
        (status = "default", description = "See `/errors`.", body = Problem, content_type = "application/problem+json")
    )
)]
async fn by_get(State(service): State<Arc<Service>>, Id(id): Id) -> Result<Response, Fault> {
    request_object(&service, &id, None).await
}

/// The request object of OpenID4VP, made for this fetch.
#[utoipa::path(
    post, path = "/r/{id}/openid4vp", tag = "wallet", params(("id" = String, Path, description = "The request's id.")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "`wallet_nonce` and `wallet_metadata`, both optional."),
    responses(
        (status = 200, description = "The signed request object (JWT), with the nonce.", body = String, content_type = "application/oauth-authz-req+jwt"),
        (status = "default", description = "See `/errors`.", body = Problem, content_type = "application/problem+json")
    )
)]
async fn by_post(
    State(service): State<Arc<Service>>,
    Id(id): Id,
    headers: axum::http::HeaderMap,
    RawBody(body): RawBody,
) -> Result<Response, Fault> {
    if media_type(&headers) != Some(tacit_openid4vp::FORM_MEDIA_TYPE) {
        return Err(FaultKind::ContentTypeUnsupported.into());
    }
    let form = FetchForm::from_form(&body)
        .map_err(|error| Fault::with(FaultKind::BodyMalformed, error.to_string()))?;
    request_object(&service, &id, form.wallet_nonce.as_ref()).await
}

async fn request_object(
    service: &Service,
    id: &SessionId,
    nonce: Option<&WalletNonce>,
) -> Result<Response, Fault> {
    let stored = service.find(id).await?;
    if !service.is_open(&stored) {
        return Err(FaultKind::RequestClosed.into());
    }
    let object = object(service, &stored.session).ok_or(FaultKind::NotFound)?;
    let text = object.sign(nonce, service.now(), service.signing_key()).map_err(|error| {
        tracing::error!(request = %id, %error, "no request object could be made");
        Fault::from(FaultKind::Internal)
    })?;
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static(REQUEST_OBJECT_MEDIA_TYPE));
    Ok(([kind], text).into_response())
}

/// Why an answer of this style holds no presentation to judge.
#[derive(Debug, thiserror::Error)]
enum Misunderstood {
    #[error(transparent)]
    Form(#[from] ResponseError),
    #[error(transparent)]
    Token(#[from] VpTokenError),
    #[error("`state` is not that of this request")]
    State,
}

/// The answer of a wallet: a form with `vp_token`, or with `error`.
pub(super) async fn answer(service: &Service, id: &SessionId, form: &[u8]) -> Result<Response, Fault> {
    let presentation = match read(id, form) {
        Ok(Some(presentation)) => Ok(presentation),
        // The holder declines or cannot; the form says no more.
        Ok(None) => {
            let stored = service.find(id).await?;
            if service.is_open(&stored) {
                tracing::info!(request = %id, "the wallet declined");
                service.metrics.judged("wallet-declined");
                service.record_refusal(id, "wallet-declined").await;
            }
            return Ok(Json(Acknowledgement::default()).into_response());
        }
        Err(Misunderstood::Token(VpTokenError::Presentation(error))) => Err(error),
        Err(error) => return Err(service.misunderstood(id, "openid4vp-response", &error).await),
    };
    let accepted = service.judge(id, presentation).await?;
    let redirect_uri = accepted.redirect_uri.map(Into::into);
    Ok(Json(Acknowledgement { redirect_uri }).into_response())
}

fn read(id: &SessionId, form: &[u8]) -> Result<Option<Presentation>, Misunderstood> {
    let answer = AuthorizationResponse::from_form(form)?;
    if answer.state().map(OpenIdState::as_str) != Some(id.as_str()) {
        return Err(Misunderstood::State);
    }
    Ok(answer.presentation()?)
}
