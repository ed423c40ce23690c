//! HTTP: routes, limits and the loop that serves them. One module a style of use; each brings its routes together with their description.

mod caller;
mod events;
mod extract;
mod limits;
mod openid4vp;
mod operation;
mod plain;
mod server;
mod wallet;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::fault::{Fault, FaultKind};
use crate::service::Service;

pub use server::{serve, serve_router};

/// Routes and their description.
pub(crate) type Routes = OpenApiRouter<Arc<Service>>;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "tacit serve",
        description = "Ask guests for zero-knowledge proofs about their IDs, and learn the outcome. Errors are problem details (RFC 9457) with the codes of `/errors`."
    ),
    modifiers(&BearerKey),
    components(schemas(crate::fault::Problem))
)]
struct Description;

/// The API key, as OpenAPI says it.
struct BearerKey;

impl utoipa::Modify for BearerKey {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        if let Some(components) = &mut openapi.components {
            components.add_security_scheme("api_key", SecurityScheme::Http(scheme));
        }
    }
}

/// Every route of the service. A further style of use merges its own here.
fn routes() -> Routes {
    OpenApiRouter::with_openapi(Description::openapi())
        .merge(plain::routes())
        .merge(events::routes())
        .merge(wallet::routes())
        .merge(openid4vp::routes())
        .merge(operation::routes())
}

/// The description of the service, as served at `/openapi.json`.
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().into_openapi()
}

/// The whole service as one router.
pub fn router(service: &Arc<Service>) -> Router {
    let (router, openapi) = routes().split_for_parts();
    let description = serde_json::to_value(openapi).expect("plain data serialises");
    let router = if service.config.metrics_listen.is_none() {
        router.route("/metrics", get(operation::metrics))
    } else {
        router
    };
    router
        .route("/openapi.json", get(move || std::future::ready(axum::Json(description.clone()))))
        .fallback(|| std::future::ready(Fault::from(FaultKind::NotFound)))
        .method_not_allowed_fallback(|| std::future::ready(Fault::from(FaultKind::MethodNotAllowed)))
        .layer(DefaultBodyLimit::max(service.config.body_limit_bytes))
        .layer(from_fn_with_state(service.clone(), limits::rate))
        .layer(from_fn_with_state(service.clone(), limits::time))
        .layer(from_fn_with_state(service.clone(), limits::account))
        .layer(from_fn(limits::headers))
        .with_state(service.clone())
}

/// `/metrics` alone, for its own listener.
fn metrics_router(service: &Arc<Service>) -> Router {
    Router::new().route("/metrics", get(operation::metrics)).with_state(service.clone())
}
