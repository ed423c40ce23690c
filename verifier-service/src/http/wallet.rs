//! What the guest's wallet sees: the signed request, and the place for its answer.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tacit_credential::presentation::{Presentation, PresentationError};
use tacit_verifier::SignedRequest;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use super::extract::{Id, RawBody, media_type};
use super::openid4vp;
use crate::fault::{Fault, FaultKind, Problem};
use crate::service::{Accepted, Service};

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(fetch, answer))
}

/// The signed request.
#[utoipa::path(
    get, path = "/r/{id}", tag = "wallet", params(("id" = String, Path, description = "The request's id.")),
    responses(
        (status = 200, description = "The signed request, for the wallet to check and to show.", body = Object),
        (status = "default", description = "See `/errors`.", body = Problem, content_type = "application/problem+json")
    )
)]
async fn fetch(State(service): State<Arc<Service>>, Id(id): Id) -> Result<Json<SignedRequest>, Fault> {
    let stored = service.find(&id).await?;
    if service.is_open(&stored) {
        Ok(Json(stored.session.request))
    } else {
        Err(FaultKind::RequestClosed.into())
    }
}

/// What a wallet is told whose answer was accepted.
#[derive(Serialize, ToSchema)]
struct AcceptedView {
    /// Always true.
    accepted: bool,
    /// Same device: open this address next. It holds the response code and is for this device alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_uri: Option<String>,
}

impl From<Accepted> for AcceptedView {
    fn from(accepted: Accepted) -> Self {
        Self { accepted: true, redirect_uri: accepted.redirect_uri.map(Into::into) }
    }
}

/// The wallet's answer: as JSON, in the compact binary form, or as the form of OpenID4VP (`vp_token` and `state`).
#[utoipa::path(
    post, path = "/r/{id}", tag = "wallet", params(("id" = String, Path, description = "The request's id.")),
    request_body(content((Object = "application/json"), (Vec<u8> = "application/octet-stream"), (String = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "Accepted.", body = AcceptedView),
        (status = 403, description = "Not accepted, whatever the reason: `presentation-refused`.", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "See `/errors`.", body = Problem, content_type = "application/problem+json")
    )
)]
async fn answer(
    State(service): State<Arc<Service>>,
    Id(id): Id,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<Response, Fault> {
    let presentation = match media_type(&headers) {
        Some("application/json") => std::str::from_utf8(&body)
            .map_err(|_| PresentationError::NotJson)
            .and_then(Presentation::from_json),
        Some("application/octet-stream") => Presentation::from_bytes(&body),
        Some(tacit_openid4vp::FORM_MEDIA_TYPE) => return openid4vp::answer(&service, &id, &body).await,
        _ => return Err(FaultKind::ContentTypeUnsupported.into()),
    };
    let accepted = service.judge(&id, presentation).await?;
    Ok(Json(AcceptedView::from(accepted)).into_response())
}
