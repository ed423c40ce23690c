//! Counts for Prometheus. Labels are routes, methods, statuses and codes of this repository: nothing that a guest or a wallet sends.

use std::sync::atomic::{AtomicI64, AtomicU64};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Everything that is counted.
pub struct Metrics {
    registry: Registry,
    calls: Family<Call, Counter>,
    call_seconds: Histogram,
    made: Counter,
    presentations: Family<Result, Counter>,
    verify_seconds: Histogram,
    batch: Histogram,
    waiting: Gauge,
    accept_seconds: Histogram,
    store_failures: Counter,
    webhooks: Family<Result, Counter>,
    limited: Counter,
    streams: Gauge,
    connections: Gauge,
    epoch: Family<Operator, Gauge<u64, AtomicU64>>,
    list_expires: Family<Operator, Gauge<i64, AtomicI64>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Result {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operator {
    operator: String,
}

/// From a tenth of a millisecond to ten seconds.
const SECONDS: [f64; 14] =
    [0.0001, 0.0003, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 3.0, 10.0];

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("tacit_serve");
        let seconds = || Histogram::new(SECONDS);
        let this = Self {
            calls: Family::default(),
            call_seconds: seconds(),
            made: Counter::default(),
            presentations: Family::default(),
            verify_seconds: seconds(),
            batch: Histogram::new([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]),
            waiting: Gauge::default(),
            accept_seconds: seconds(),
            store_failures: Counter::default(),
            webhooks: Family::default(),
            limited: Counter::default(),
            streams: Gauge::default(),
            connections: Gauge::default(),
            epoch: Family::default(),
            list_expires: Family::default(),
            registry: Registry::default(),
        };
        let r = &mut registry;
        let unit = || Unit::Seconds;
        r.register("calls", "Calls by method, route and status", this.calls.clone());
        r.register_with_unit("call", "How long calls took", unit(), this.call_seconds.clone());
        r.register("requests_made", "Requests made", this.made.clone());
        r.register(
            "presentations",
            "Answers judged, by result: accepted or the code of the refusal",
            this.presentations.clone(),
        );
        r.register_with_unit(
            "verify",
            "How long an answer waited for its verification and took it",
            unit(),
            this.verify_seconds.clone(),
        );
        r.register("verify_batch", "Answers verified together", this.batch.clone());
        r.register("verify_waiting", "Answers that wait for verification", this.waiting.clone());
        r.register_with_unit(
            "accept",
            "How long the store took to record an acceptance",
            unit(),
            this.accept_seconds.clone(),
        );
        r.register("store_failures", "Times that the store failed", this.store_failures.clone());
        r.register("webhooks", "Attempts to deliver webhooks, by result", this.webhooks.clone());
        r.register(
            "rate_limited",
            "Calls refused because too many came from one address",
            this.limited.clone(),
        );
        r.register("event_streams", "Open event streams", this.streams.clone());
        r.register("connections", "Open connections", this.connections.clone());
        r.register("trust_list_epoch", "Newest trust list in use, by operator", this.epoch.clone());
        r.register(
            "trust_list_expires",
            "When that list lapses, seconds since 1970",
            this.list_expires.clone(),
        );
        Self { registry, ..this }
    }

    /// In the text format of OpenMetrics.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        encode(&mut text, &self.registry).map_or_else(|_| String::new(), |()| text)
    }

    pub(crate) fn call(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.calls.get_or_create(&Call { method: method.into(), route: route.into(), status }).inc();
        self.call_seconds.observe(took.as_secs_f64());
    }

    pub(crate) fn request_made(&self) {
        self.made.inc();
    }

    pub(crate) fn judged(&self, result: &'static str) {
        self.presentations.get_or_create(&Result { result }).inc();
    }

    pub(crate) fn verified(&self, took: Duration) {
        self.verify_seconds.observe(took.as_secs_f64());
    }

    pub(crate) fn batch(&self, size: usize) {
        self.batch.observe(size as f64);
    }

    pub(crate) fn waiting(&self, jobs: usize) {
        self.waiting.set(jobs as i64);
    }

    pub(crate) fn accept_took(&self, took: Duration) {
        self.accept_seconds.observe(took.as_secs_f64());
    }

    pub(crate) fn store_failed(&self) {
        self.store_failures.inc();
    }

    pub(crate) fn webhook(&self, result: &'static str) {
        self.webhooks.get_or_create(&Result { result }).inc();
    }

    pub(crate) fn rate_limited(&self) {
        self.limited.inc();
    }

    pub(crate) fn stream(&self) -> Counted {
        Counted::new(&self.streams)
    }

    pub(crate) fn connection(&self) -> Counted {
        Counted::new(&self.connections)
    }

    pub(crate) fn trust_list(&self, operator: &str, epoch: u64, expires_at: u64) {
        let operator = Operator { operator: operator.into() };
        self.epoch.get_or_create(&operator).set(epoch);
        self.list_expires.get_or_create(&operator).set(i64::try_from(expires_at).unwrap_or(i64::MAX));
    }
}

/// Something that is open, counted until it is dropped.
pub(crate) struct Counted(Gauge);

impl Counted {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_shown() {
        let metrics = Metrics::new();
        metrics.judged("accepted");
        metrics.judged("proof-invalid");
        metrics.judged("accepted");
        let open = metrics.stream();
        let text = metrics.to_text();
        assert!(text.contains("tacit_serve_presentations_total{result=\"accepted\"} 2"), "{text}");
        assert!(text.contains("tacit_serve_event_streams 1"), "{text}");
        drop(open);
        assert!(metrics.to_text().contains("tacit_serve_event_streams 0"));
    }
}
