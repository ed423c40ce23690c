//! For those who run the service: health, readiness, metrics, the error catalogue.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use tacit_verifier::VerifyError;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::fault::{Audience, FaultKind};
use crate::service::Service;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(ready)).routes(routes!(errors))
}

/// The process runs.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, description = "It runs.", body = String)))]
async fn health() -> &'static str {
    "ok\n"
}

/// Whether calls can succeed here.
#[derive(Serialize, ToSchema)]
pub(super) struct Readiness {
    /// Whether they can.
    ready: bool,
    /// Why not, each with what to do.
    problems: Vec<String>,
    /// The newest trust list in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    trust_list: Option<u64>,
}

/// Whether this instance should get calls: a trust list is in force, the store answers and keeps what it is told.
#[utoipa::path(
    get, path = "/readyz", tag = "operation",
    responses((status = 200, description = "Ready.", body = Readiness), (status = 503, description = "Not ready.", body = Readiness))
)]
async fn ready(State(service): State<Arc<Service>>) -> (StatusCode, Json<Readiness>) {
    let problems = service.problems().await;
    let ready = problems.is_empty();
    let trust_list = service.verifier.newest_epoch().map(|epoch| epoch.0);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, problems, trust_list }))
}

/// One error of the catalogue.
#[derive(Serialize, ToSchema)]
pub(super) struct ErrorEntry {
    /// The stable code.
    code: &'static str,
    /// The HTTP status.
    status: u16,
    /// Who meets it.
    audience: Audience,
    /// What happened.
    title: &'static str,
    /// What to do.
    advice: &'static str,
}

/// The error catalogue.
#[derive(Serialize, ToSchema)]
pub(super) struct Catalogue {
    /// Answers other than success.
    errors: Vec<ErrorEntry>,
    /// Codes of refused presentations, as in `last_refusal`, in logs and in metrics.
    refusals: Vec<&'static str>,
}

/// Every error that this service answers with, and every cause of a refusal.
#[utoipa::path(get, path = "/errors", tag = "operation", responses((status = 200, description = "The catalogue.", body = Catalogue)))]
async fn errors() -> Json<Catalogue> {
    let errors = FaultKind::ALL.iter().map(|kind| ErrorEntry {
        code: kind.code(),
        status: kind.status().as_u16(),
        audience: kind.audience(),
        title: kind.title(),
        advice: kind.advice(),
    });
    Json(Catalogue { errors: errors.collect(), refusals: VerifyError::CODES.to_vec() })
}

/// For Prometheus; not in the description, since it may be served elsewhere.
pub(super) async fn metrics(State(service): State<Arc<Service>>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], service.metrics.to_text())
}
