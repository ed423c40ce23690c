//! The outcome as server-sent events: one event now, one at every change, and the end of the stream when nothing more can change.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{Stream, unfold};
use tokio::sync::OwnedSemaphorePermit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use super::caller::Caller;
use super::extract::Id;
use crate::fault::{Fault, FaultKind, Problem};
use crate::metrics::Counted;
use crate::service::Service;
use crate::session::SessionId;
use crate::view::{RequestView, Status};
use crate::watch::Watcher;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(events))
}

/// How often the store is asked although nothing was heard: another instance may have judged the answer.
const GLANCE: Duration = Duration::from_secs(1);

/// Where a request stands, as server-sent events.
///
/// Every event is named `status` and carries the object that `GET /v1/requests/{id}` returns. The stream ends after `accepted`, `answered` or
/// `expired`, and when the service stops: connect again then.
#[utoipa::path(
    get, path = "/v1/requests/{id}/events", tag = "business", security(("api_key" = [])),
    params(("id" = String, Path, description = "The request's id.")),
    responses(
        (status = 200, description = "The events.", body = String, content_type = "text/event-stream"),
        (status = "default", description = "See `/errors`.", body = Problem, content_type = "application/problem+json")
    )
)]
async fn events(
    State(service): State<Arc<Service>>,
    Caller(client): Caller,
    Id(id): Id,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Fault> {
    service.find_of(&client, &id).await?;
    let permit = service.streams.clone().try_acquire_owned().map_err(|_| FaultKind::TooManyStreams)?;
    let state = Following {
        watcher: service.watchers.watch(id.clone()),
        _open: (permit, service.metrics.stream()),
        closing: service.closing.subscribe(),
        service,
        client,
        id,
        last: None,
        ended: false,
    };
    let stream = unfold(state, |mut state| async move {
        let event = state.next().await?;
        Some((Ok(event), state))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// A stream.
struct Following {
    service: Arc<Service>,
    client: String,
    id: SessionId,
    watcher: Watcher,
    closing: tokio::sync::watch::Receiver<bool>,
    /// Given back when the stream ends.
    _open: (OwnedSemaphorePermit, Counted),
    last: Option<(Status, u32)>,
    ended: bool,
}

impl Following {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.ended || *self.closing.borrow() {
                return None;
            }
            // Listened for before the store is asked, so that nothing falls in between.
            let changed = self.watcher.changed();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let stored = self.service.find_of(&self.client, &self.id).await.ok()?;
            let now = self.service.now();
            let view = RequestView::of(&stored, now);
            let standing = (view.status, view.refused_attempts);
            if self.last != Some(standing) {
                self.last = Some(standing);
                self.ended = view.status != Status::Pending;
                return Event::default().event("status").json_data(view).ok();
            }
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep(GLANCE) => {}
                _ = self.closing.changed() => {}
            }
        }
    }
}
