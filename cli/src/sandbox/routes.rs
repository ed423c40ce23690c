//! The sandbox's own calls, beside those of the service, and the mark on every response.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tacit_verifier::VerifyError;
use tacit_verifier_service::fault::{Fault, FaultKind};
use tacit_verifier_service::service::Service;
use tacit_verifier_service::session::SessionId;

use super::catalogue;
use super::guests;
use super::manners::Manner;
use super::setting::Setting;
use crate::online::Address;

/// Says on every response what this is.
const MARK: HeaderName = HeaderName::from_static("tacit-sandbox");
/// What it says.
const NOTICE: &str = "sandbox with invented people and development keys; no outcome of it means anything";
/// Asks for an answer of the error catalogue in place of what the call would do.
pub(super) const PROVOKE: HeaderName = HeaderName::from_static("tacit-sandbox-answer");

/// What the calls work on.
pub(super) struct Sandbox {
    pub(super) service: Arc<Service>,
    pub(super) setting: Mutex<Setting>,
    pub(super) base: String,
    pub(super) api_key: &'static str,
}

/// The service's routes and the sandbox's, every response marked.
pub(super) fn router(service: Router, sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .route("/sandbox", get(describe))
        .route("/sandbox/guests/{guest}", post(answer))
        .route("/sandbox/requests/{id}/refusals/{code}", post(refuse))
        .route("/sandbox/lists", post(publish))
        .with_state(sandbox)
        .fallback_service(service)
        .layer(from_fn(mark))
}

/// Marks every response, and gives the answer that a caller asks for.
async fn mark(request: Request, next: Next) -> Response {
    let asked = request
        .headers()
        .get(PROVOKE)
        .map(|code| FaultKind::ALL.iter().find(|kind| kind.code().as_bytes() == code.as_bytes()).copied());
    let mut response = match asked {
        None => next.run(request).await,
        Some(Some(kind)) => Fault::from(kind).into_response(),
        Some(None) => problem(StatusCode::BAD_REQUEST, "there is no such code; GET /errors lists them"),
    };
    response.headers_mut().insert(MARK, HeaderValue::from_static(NOTICE));
    response
}

/// What there is, and how each refusal is provoked.
async fn describe(State(sandbox): State<Arc<Sandbox>>) -> Json<Value> {
    Json(json!({
        "notice": NOTICE,
        "api_key": sandbox.api_key,
        "guests": guests::GUESTS.iter().map(|guest| json!({ "name": guest.name, "about": guest.about })).collect::<Vec<_>>(),
        "manners": Manner::ALL.map(|manner| json!({ "name": manner.name(), "about": manner.about(), "last_refusal": manner.cause() })).to_vec(),
        "errors": FaultKind::ALL.iter().map(|kind| json!({ "code": kind.code(), "provoked_by": catalogue::of_fault(*kind) })).collect::<Vec<_>>(),
        "refusals": VerifyError::CODES.iter().map(|code| json!({ "code": code, "provoked_by": catalogue::of_refusal(code) })).collect::<Vec<_>>(),
    }))
}

/// Which request is answered, and how.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    /// A request's id, its address, or its openid4vp:// link.
    request: String,
    #[serde(default)]
    manner: Option<String>,
}

async fn answer(
    State(sandbox): State<Arc<Sandbox>>,
    Path(guest): Path<String>,
    Json(call): Json<Answer>,
) -> Response {
    let Some(guest) = guests::find(&guest) else {
        return problem(StatusCode::NOT_FOUND, "there is no such guest; GET /sandbox lists them");
    };
    let Ok(manner) = call.manner.as_deref().unwrap_or("honest").parse::<Manner>() else {
        return problem(StatusCode::BAD_REQUEST, "there is no such manner; GET /sandbox lists them");
    };
    let named = match SessionId::try_from(call.request.clone()) {
        Ok(id) => format!("{}r/{id}", sandbox.base),
        Err(_) => call.request,
    };
    let address = match Address::parse(&named) {
        Ok(Some(address)) if address.location().as_str().starts_with(&sandbox.base) => address,
        _ => {
            return problem(
                StatusCode::BAD_REQUEST,
                "name a request of this sandbox: its id, its address, or its openid4vp:// link",
            );
        }
    };
    let answering = move || {
        let setting = sandbox.setting.lock().unwrap_or_else(PoisonError::into_inner);
        setting.answer(guest, manner, address)
    };
    match tokio::task::spawn_blocking(answering).await {
        Ok(Ok(mut said)) => {
            said["guest"] = guest.name.into();
            said["manner"] = manner.name().into();
            Json(said).into_response()
        }
        Ok(Err(error)) => problem(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()),
        Err(_) => Fault::from(FaultKind::Internal).into_response(),
    }
}

/// Records a refusal with any cause, as if an answer had been refused for it.
async fn refuse(
    State(sandbox): State<Arc<Sandbox>>,
    Path((id, code)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let Some(code) = VerifyError::CODES.iter().find(|known| **known == code).copied() else {
        return Ok(problem(StatusCode::NOT_FOUND, "there is no such cause; GET /errors lists them"));
    };
    let id = SessionId::try_from(id).map_err(|_| Fault::from(FaultKind::RequestUnknown))?;
    sandbox.service.find(&id).await?;
    sandbox.service.record_refusal(&id, code).await;
    Ok(Json(json!({ "request": id.as_str(), "last_refusal": code })).into_response())
}

/// Publishes the list of the next epoch; requests made before it are superseded once the service has taken it.
async fn publish(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let publishing = move || {
        let mut setting = sandbox.setting.lock().unwrap_or_else(PoisonError::into_inner);
        setting.publish().map(|epoch| (epoch, Arc::clone(&sandbox.service)))
    };
    match tokio::task::spawn_blocking(publishing).await {
        Ok(Ok((epoch, service))) => {
            service.reload().await;
            Json(json!({ "epoch": epoch })).into_response()
        }
        Ok(Err(error)) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        Err(_) => Fault::from(FaultKind::Internal).into_response(),
    }
}

fn problem(status: StatusCode, words: &str) -> Response {
    (status, Json(json!({ "status": status.as_u16(), "title": words }))).into_response()
}
