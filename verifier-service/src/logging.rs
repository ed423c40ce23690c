//! Logs: one JSON object a line, on standard error.
//!
//! A line says what was done with which request and why something was refused. It never holds an attribute's value, a pseudonym, a
//! response code, an API key or a caller's address; a test sends all of these through the service and searches what it wrote. Only this
//! repository's own lines are written: those of libraries may hold what they carry.

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry};

use crate::config::LogLevel;

/// What writes the log; to be installed with `tracing::subscriber::set_global_default`.
pub fn subscriber<W>(level: LogLevel, writer: W) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let level = match level {
        LogLevel::Error => Level::ERROR,
        LogLevel::Warn => Level::WARN,
        LogLevel::Info => Level::INFO,
        LogLevel::Debug => Level::DEBUG,
        LogLevel::Trace => Level::TRACE,
    };
    let ours = Targets::new().with_target("tacit", level);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(writer);
    Registry::default().with(lines.with_filter(ours))
}
