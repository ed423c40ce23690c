//! Plain JSON for the business's backend: make a request, get the outcome.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tacit_verifier::{Policy, SignedRequest};
use url::Url;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use super::caller::Caller;
use super::extract::{Id, JsonBody};
use super::openid4vp;
use crate::fault::{Fault, FaultKind, Problem};
use crate::service::{NewRequest, Service};
use crate::session::Session;
use crate::view::RequestView;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(outcome)).routes(routes!(redeem))
}

/// What to ask of a guest.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "policy": { "minimum_age": 18, "provinces": ["Guangdong", "Hunan"] } }))]
pub(super) struct NewRequestBody {
    /// The policy, as `tacit inspect policy` reads it: `title`, `minimum_age`, `maximum_age`, `provinces`, `region`, `valid`, `disclose`,
    /// `pseudonym`, `max_status_age_hours`.
    #[schema(value_type = Object)]
    policy: serde_json::Value,
    /// How long the guest may take: 1 to 3600. The configuration's `lifetime_seconds` if not given.
    #[schema(minimum = 1, maximum = 3600)]
    lifetime_seconds: Option<u64>,
    /// Same device: where the wallet sends the browser, with `response_code`. Must start with an entry of `return_urls`.
    #[schema(value_type = Option<String>, format = "uri")]
    return_url: Option<Url>,
    /// Where the outcome is sent, signed. Must start with an entry of `webhook_urls`.
    #[schema(value_type = Option<String>, format = "uri")]
    webhook: Option<Url>,
}

/// A request that was made.
#[derive(Serialize, ToSchema)]
pub(super) struct CreatedView {
    /// Its id: keep it with the browser's session.
    id: String,
    /// Where the wallet fetches the signed request and sends its answer: for a link on the same device.
    request_url: String,
    /// What a QR code on a page shows, for a wallet on another device.
    qr_text: String,
    /// The same request for wallets of OpenID for Verifiable Presentations: a link, and the text of a QR code. Absent without an attestation.
    #[serde(skip_serializing_if = "Option::is_none")]
    openid4vp_url: Option<String>,
    /// The signed request itself, for whoever hands it over otherwise.
    #[schema(value_type = Object)]
    request: SignedRequest,
    /// When it lapses, seconds since 1970.
    expires_at: u64,
}

impl CreatedView {
    fn new(service: &Service, session: Session) -> Self {
        let address = service.endpoint(&session.id).to_string();
        Self {
            id: session.id.to_string(),
            qr_text: address.clone(),
            openid4vp_url: openid4vp::link(service, &session),
            request_url: address,
            expires_at: session.expires_at().0,
            request: session.request,
        }
    }
}

/// Make a request for one guest.
#[utoipa::path(
    post, path = "/v1/requests", tag = "business", security(("api_key" = [])), request_body = NewRequestBody,
    responses(
        (status = 201, description = "Made; show it to the guest's wallet.", body = CreatedView),
        (status = "default", description = "See `/errors`.", body = Problem, content_type = "application/problem+json")
    )
)]
async fn create(
    State(service): State<Arc<Service>>,
    Caller(client): Caller,
    JsonBody(body): JsonBody<NewRequestBody>,
) -> Result<(StatusCode, Json<CreatedView>), Fault> {
    let policy = Policy::from_json(&body.policy.to_string())
        .map_err(|error| Fault::with(FaultKind::PolicyRefused, error.to_string()))?;
    let new = NewRequest {
        policy,
        lifetime: body.lifetime_seconds.map(Duration::from_secs),
        return_url: body.return_url,
        webhook: body.webhook,
    };
    let session = service.open(&client, new).await?;
    Ok((StatusCode::CREATED, Json(CreatedView::new(&service, session))))
}

/// Where a request stands, and its outcome once it was answered.
///
/// A request with a return URL is `answered` here, without its outcome: that opens with the response code (see `redeem`).
#[utoipa::path(
    get, path = "/v1/requests/{id}", tag = "business", security(("api_key" = [])), params(("id" = String, Path, description = "The request's id.")),
    responses(
        (status = 200, description = "The request.", body = RequestView),
        (status = "default", description = "See `/errors`.", body = Problem, content_type = "application/problem+json")
    )
)]
async fn outcome(
    State(service): State<Arc<Service>>,
    Caller(client): Caller,
    Id(id): Id,
) -> Result<Json<RequestView>, Fault> {
    let stored = service.find_of(&client, &id).await?;
    Ok(Json(RequestView::of(&stored, service.now())))
}

/// The code that the guest's browser brought back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RedeemBody {
    /// `response_code` of the return URL.
    response_code: String,
}

/// The outcome of a same-device request, for the response code, once.
///
/// Take the request's id from the session of the browser that came back, never from its address: that is what keeps a link which somebody passed on
/// from giving its sender anything.
#[utoipa::path(
    post, path = "/v1/requests/{id}/redeem", tag = "business", security(("api_key" = [])), request_body = RedeemBody,
    params(("id" = String, Path, description = "The request's id, from the browser's session.")),
    responses(
        (status = 200, description = "The request with its outcome.", body = RequestView),
        (status = "default", description = "See `/errors`.", body = Problem, content_type = "application/problem+json")
    )
)]
async fn redeem(
    State(service): State<Arc<Service>>,
    Caller(client): Caller,
    Id(id): Id,
    JsonBody(body): JsonBody<RedeemBody>,
) -> Result<Json<RequestView>, Fault> {
    let stored = service.redeem(&client, &id, &body.response_code).await?;
    Ok(Json(RequestView::redeemed(&stored, service.now())))
}
