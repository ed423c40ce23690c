//! What every call goes through: its time, its rate, its line in metrics and log.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Extension, MatchedPath, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::caller::{Identified, Peer, identify};
use crate::fault::{Answered, Fault, FaultKind};
use crate::rate;
use crate::service::Service;

/// Routes of probes, which are not limited.
const PROBES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Calls with an API key pass; others, and wrong keys, draw on the bucket of their address.
pub(super) async fn rate(
    State(service): State<Arc<Service>>,
    Extension(Peer(peer)): Extension<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    let identified = identify(&service, request.headers());
    let probe = PROBES.contains(&request.uri().path());
    if !probe && !matches!(identified, Identified::Client(_)) {
        let address = rate::caller(peer, request.headers(), &service.config.trusted_proxies);
        if let Err(seconds) = service.rate.take(address, Instant::now()) {
            service.metrics.rate_limited();
            return Fault::from(FaultKind::TooManyRequests).retry_after(seconds).into_response();
        }
    }
    request.extensions_mut().insert(identified);
    next.run(request).await
}

/// Ends what takes too long. Event streams answer at once and go on afterwards.
pub(super) async fn time(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(service.config.time_limit(), next.run(request)).await {
        Ok(response) => response,
        Err(_) => Fault::from(FaultKind::TimeLimit).into_response(),
    }
}

/// Counts, and writes a line at level debug. The route is the template: ids and queries are not logged here, addresses nowhere.
pub(super) async fn account(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), started.elapsed());
    // A method that nobody registered is one label, whatever it is called.
    let method =
        if ["GET", "POST", "DELETE", "HEAD"].contains(&method.as_str()) { method.as_str() } else { "other" };
    service.metrics.call(method, &route, status, took);
    let fault = response.extensions().get::<Answered>().map(|answered| answered.0.code());
    tracing::debug!(method, route, status, fault, milliseconds = took.as_secs_f64() * 1e3, "call");
    response
}

/// Answers are for the caller alone, and are what they say they are.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
