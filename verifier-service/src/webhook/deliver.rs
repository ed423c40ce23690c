//! Takes webhooks that are due from the store and sends them, with growing pauses between attempts.

use std::sync::Arc;
use std::time::Duration;

use tacit_credential::date::UnixTime;
use tacit_verifier::Clock;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::{Delivery, DeliveryId, is_allowed, sign};
use crate::config::WebhookSecret;
use crate::metrics::Metrics;
use crate::store::Store;

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// For how long a webhook that is being sent is hidden from other instances; longer than anybody's patience.
const HIDDEN: Duration = Duration::from_secs(60);
/// Most webhooks sent at once.
const AT_ONCE: usize = 16;
/// How often the store is asked when nothing happens here: other instances may leave something behind.
const IDLE: Duration = Duration::from_secs(2);
/// Pauses after each failed attempt, in seconds; after the last one the webhook is given up: eleven hours in all.
const PAUSES: [u64; 10] = [2, 10, 30, 120, 300, 900, 1800, 3600, 10_800, 21_600];

/// Sends webhooks until it is told to stop.
pub struct Dispatcher {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) secret: WebhookSecret,
    pub(crate) allowed: Vec<url::Url>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) wake: Arc<Notify>,
}

impl Dispatcher {
    /// Runs until `closing` turns true; what is being sent then is finished.
    pub async fn run(self, mut closing: watch::Receiver<bool>) {
        let agent = agent();
        let this = Arc::new(self);
        while !*closing.borrow() {
            let sent = this.round(&agent).await;
            if sent < AT_ONCE {
                tokio::select! {
                    () = this.wake.notified() => {}
                    () = tokio::time::sleep(IDLE) => {}
                    _ = closing.changed() => {}
                }
            }
        }
    }

    /// Sends what is due; returns how many that were.
    async fn round(self: &Arc<Self>, agent: &ureq::Agent) -> usize {
        let now = self.clock.now();
        let due = match self.store.due_deliveries(now, now.plus(HIDDEN), AT_ONCE).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(%error, "webhooks cannot be read from the store");
                return 0;
            }
        };
        let count = due.len();
        let mut sending = JoinSet::new();
        for (id, delivery) in due {
            let (this, agent) = (self.clone(), agent.clone());
            sending.spawn(async move { this.send(agent, id, delivery).await });
        }
        while sending.join_next().await.is_some() {}
        count
    }

    async fn send(&self, agent: ureq::Agent, id: DeliveryId, delivery: Delivery) {
        // The configuration may have changed since the webhook was written.
        if !is_allowed(&delivery.url, &self.allowed) {
            tracing::error!(webhook = id.0, "the address is not allowed any more; the webhook is given up");
            self.metrics.webhook("forbidden");
            return self.drop_delivery(id).await;
        }
        let (now, attempts) = (self.clock.now(), delivery.attempts);
        let signature = sign(&self.secret, &id, now, &delivery.body);
        let name = id.0.clone();
        let result =
            tokio::task::spawn_blocking(move || post(&agent, &delivery, &name, now, &signature)).await;
        match result {
            Ok(Ok(())) => {
                tracing::info!(webhook = id.0, "webhook delivered");
                self.metrics.webhook("delivered");
                self.drop_delivery(id).await;
            }
            Ok(Err(cause)) => self.try_later(id, attempts, &cause).await,
            Err(_) => self.try_later(id, attempts, "the sending thread ended").await,
        }
    }

    async fn try_later(&self, id: DeliveryId, attempts: u32, cause: &str) {
        let Some(pause) = PAUSES.get(attempts as usize) else {
            tracing::error!(webhook = id.0, cause, "the webhook was refused too often and is given up");
            self.metrics.webhook("given-up");
            return self.drop_delivery(id).await;
        };
        tracing::warn!(webhook = id.0, cause, pause, "the webhook was not taken; it is tried again");
        self.metrics.webhook("failed");
        let until = self.clock.now().plus(Duration::from_secs(*pause));
        if let Err(error) = self.store.postpone_delivery(id, until).await {
            tracing::warn!(%error, "a webhook cannot be put off; it is tried again when its lease ends");
        }
    }

    async fn drop_delivery(&self, id: DeliveryId) {
        if let Err(error) = self.store.drop_delivery(id).await {
            tracing::warn!(%error, "a webhook that is done with cannot be forgotten; it will be sent again");
        }
    }
}

/// No redirects, no proxy of the environment, statuses are answers.
fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .proxy(None)
        .http_status_as_error(false)
        .user_agent("tacit-serve")
        .build()
        .into()
}

/// Says why not, in words without anything that the receiver sent.
fn post(
    agent: &ureq::Agent,
    delivery: &Delivery,
    id: &str,
    at: UnixTime,
    signature: &str,
) -> Result<(), String> {
    let response = agent
        .post(delivery.url.as_str())
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", at.0.to_string())
        .header("webhook-signature", signature)
        .send(&delivery.body)
        .map_err(|error| match error {
            ureq::Error::Timeout(_) => "the receiver took too long".to_owned(),
            ureq::Error::Io(error) => format!("no connection: {}", error.kind()),
            ureq::Error::HostNotFound => "the receiver's host is not known".to_owned(),
            _ => "the receiver does not speak HTTP as it should".to_owned(),
        })?;
    let status = response.status();
    if status.is_success() { Ok(()) } else { Err(format!("the receiver answered {}", status.as_u16())) }
}
