//! The loop that takes connections, and the end of it.
//!
//! HTTP/1.1 without TLS: a reverse proxy in front ends TLS and speaks HTTP/2 to the world. Connections are bounded; whoever does not send the head of a
//! call in time is cut off.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use super::caller::Peer;
use super::{metrics_router, router};
use crate::service::Service;

/// Serves until `shutdown` is ready; then takes no more connections, lets running calls end, and returns.
pub async fn serve(
    service: Arc<Service>,
    listener: TcpListener,
    metrics: Option<TcpListener>,
    shutdown: impl Future<Output = ()>,
) {
    let router = router(&service);
    serve_router(router, service, listener, metrics, shutdown).await;
}

/// The same with a router of the caller's own, made around [`router`](super::router()).
pub async fn serve_router(
    router: Router,
    service: Arc<Service>,
    listener: TcpListener,
    metrics: Option<TcpListener>,
    shutdown: impl Future<Output = ()>,
) {
    let background = crate::background::start(&service);
    let metrics = metrics.map(|listener| {
        let (router, service) = (metrics_router(&service), service.clone());
        tokio::spawn(async move {
            let mut closing = service.closing.subscribe();
            let closed = async move { drop(closing.wait_for(|closing| *closing).await) };
            accept(&service, router, listener, closed).await;
        })
    });
    accept(&service, router, listener, shutdown).await;
    service.close();
    if let Some(metrics) = metrics {
        drop(metrics.await);
    }
    background.finish().await;
    tracing::info!("stopped");
}

async fn accept(
    service: &Arc<Service>,
    router: Router,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(service.config.max_connections));
    let limit = service.config.time_limit();
    tokio::pin!(shutdown);
    loop {
        let next = async {
            let permit = room.clone().acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            next = next => next,
            () = &mut shutdown => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file handles, or a connection that is gone already: the next one may work.
                tracing::warn!(%error, "a connection was not taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let open = service.metrics.connection();
        let connection = graceful.watch(connection(stream, router.clone(), Peer(peer.ip()), limit));
        tokio::spawn(async move {
            // What goes wrong on one connection is its peer's business.
            drop(connection.await);
            drop((permit, open));
        });
    }
    drop(listener);
    // Streams end; what runs may finish.
    service.close();
    let patience = Duration::from_secs(service.config.shutdown_seconds);
    if tokio::time::timeout(patience, graceful.shutdown()).await.is_err() {
        tracing::warn!("calls that did not end in time were cut off");
    }
}

fn connection(
    stream: TcpStream,
    router: Router,
    peer: Peer,
    limit: Duration,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    // Small answers go out at once.
    drop(stream.set_nodelay(true));
    let serve = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(peer);
        let router = router.clone();
        async move {
            Ok::<_, Infallible>(router.oneshot(request.map(Body::new)).await.unwrap_or_else(|e| match e {}))
        }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limit)
        .max_headers(64)
        .serve_connection(TokioIo::new(stream), serve)
}
