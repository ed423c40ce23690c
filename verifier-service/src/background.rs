//! What goes on beside the calls: lists are looked for, webhooks sent, the past forgotten.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::service::Service;
use crate::webhook::Dispatcher;

/// How often what is past its time is deleted.
const FORGET: Duration = Duration::from_secs(60);

/// Tasks that end when the service closes.
pub struct Background(JoinSet<()>);

/// Starts them.
pub fn start(service: &Arc<Service>) -> Background {
    let mut tasks = JoinSet::new();
    let reload = Duration::from_secs(service.config.reload_seconds);
    let this = service.clone();
    tasks.spawn(every(service.clone(), reload, move || {
        let this = this.clone();
        async move { this.reload().await }
    }));
    let this = service.clone();
    tasks.spawn(every(service.clone(), FORGET, move || {
        let this = this.clone();
        async move {
            if let Err(error) = this.store.forget(this.now()).await {
                this.failed(&error);
            }
        }
    }));
    if let Some(secret) = &service.webhook_secret {
        let dispatcher = Dispatcher {
            store: service.store.clone(),
            secret: secret.clone(),
            allowed: service.config.webhook_urls.clone(),
            clock: service.clock.clone(),
            metrics: service.metrics.clone(),
            wake: service.outbox.clone(),
        };
        tasks.spawn(dispatcher.run(service.closing.subscribe()));
    }
    Background(tasks)
}

async fn every<F: Future<Output = ()>>(service: Arc<Service>, pause: Duration, mut work: impl FnMut() -> F) {
    let mut closing = service.closing.subscribe();
    while !*closing.borrow() {
        work().await;
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = closing.changed() => {}
        }
    }
}

impl Background {
    /// Waits until they have ended.
    pub async fn finish(mut self) {
        while self.0.join_next().await.is_some() {}
    }
}
