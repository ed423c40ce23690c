//! `tacit serve`: the configuration's keys as flags and variables.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

pub(super) const ABOUT: &str = "\
Run the HTTP service of a booking site.

Your backend asks it for a request and gets the outcome; guests' wallets answer to it. It runs behind a reverse \
proxy, which ends TLS: it has none of its own. docs/service.md shows it with curl in five minutes.

  tacit serve --new-api-key front-desk
  tacit serve --config serve.toml
  tacit serve --config serve.toml --store redis://127.0.0.1:6379/0

A sandbox needs nothing but itself: ready-made guests answer your requests, honestly or not.
  tacit serve --sandbox
  curl http://127.0.0.1:8411/sandbox

Every key of the configuration file can come from a variable (TACIT_SERVE_PUBLIC_URL), which goes over the file, and from a \
flag (--public-url), which goes over both. Logs are JSON on standard error; they hold no personal data. SIGTERM \
stops it once running calls have ended.";

/// `tacit serve`.
#[derive(Args)]
pub(crate) struct Serve {
    /// The configuration, TOML.
    #[arg(long, value_name = "FILE", env = "TACIT_SERVE_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Print the configuration that comes of file, variables and flags, without secrets, and stop.
    #[arg(long)]
    pub(crate) print_config: bool,
    /// Make an API key for a client of this name, print it and the lines for the configuration, and stop.
    #[arg(long, value_name = "NAME", conflicts_with = "print_config")]
    pub(crate) new_api_key: Option<String>,
    /// Play the whole system: invented people, development keys, an answer to every refusal. See docs/sandbox.md.
    #[arg(long, conflicts_with_all = ["config", "print_config", "new_api_key"])]
    pub(crate) sandbox: bool,
    #[command(flatten)]
    pub(crate) keys: ServeKeys,
}

/// One argument a key; `cli::commands::serve` puts them over the file.
#[derive(Args)]
pub(crate) struct ServeKeys {
    /// Where to listen [default: 127.0.0.1:8411].
    #[arg(long, value_name = "ADDRESS", env = "TACIT_SERVE_LISTEN")]
    pub(crate) listen: Option<SocketAddr>,
    /// A second address for /metrics alone.
    #[arg(long, value_name = "ADDRESS", env = "TACIT_SERVE_METRICS_LISTEN")]
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// The address under which wallets reach the service.
    #[arg(long, value_name = "URL", env = "TACIT_SERVE_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
    /// Your signing key.
    #[arg(long, value_name = "FILE", env = "TACIT_SERVE_KEY_FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// The trust operator's certificate for it.
    #[arg(long, value_name = "FILE", env = "TACIT_SERVE_CERTIFICATE_FILE")]
    pub(crate) certificate_file: Option<PathBuf>,
    /// The certificate as attestation, for OpenID4VP.
    #[arg(long, value_name = "FILE", env = "TACIT_SERVE_ATTESTATION_FILE")]
    pub(crate) attestation_file: Option<PathBuf>,
    /// Keys of the trust operators: 64 hex digits, or files that hold them.
    #[arg(long, value_name = "KEYS", env = "TACIT_SERVE_OPERATORS", value_delimiter = ',')]
    pub(crate) operators: Option<Vec<String>>,
    /// Verifying keys; requests are made for the last one.
    #[arg(long, value_name = "FILES", env = "TACIT_SERVE_VERIFYING_KEYS", value_delimiter = ',')]
    pub(crate) verifying_keys: Option<Vec<PathBuf>>,
    /// Accept proofs made with development keys. For development only.
    #[arg(long, env = "TACIT_SERVE_ACCEPT_DEVELOPMENT_KEYS", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) accept_development_keys: Option<bool>,
    /// Published directories, with trust lists under trust/.
    #[arg(long, value_name = "DIRS", env = "TACIT_SERVE_PUBLISHED", value_delimiter = ',')]
    pub(crate) published: Option<Vec<PathBuf>>,
    /// How often they are looked at.
    #[arg(long, value_name = "SECONDS", env = "TACIT_SERVE_RELOAD_SECONDS")]
    pub(crate) reload_seconds: Option<u64>,
    /// For how long after a newer list answers to requests of the older one count.
    #[arg(long, value_name = "SECONDS", env = "TACIT_SERVE_GRACE_SECONDS")]
    pub(crate) grace_seconds: Option<u64>,
    /// sqlite:FILE, or redis://HOST:PORT/DATABASE for several instances.
    #[arg(long, value_name = "STORE", env = "TACIT_SERVE_STORE", hide_env_values = true)]
    pub(crate) store: Option<String>,
    /// How long requests and outcomes are kept after expiry.
    #[arg(long, value_name = "SECONDS", env = "TACIT_SERVE_RETENTION_SECONDS")]
    pub(crate) retention_seconds: Option<u64>,
    /// How long a request lives that does not say.
    #[arg(long, value_name = "SECONDS", env = "TACIT_SERVE_LIFETIME_SECONDS")]
    pub(crate) lifetime_seconds: Option<u64>,
    /// Who may call: NAME=SHA256 of the API key.
    #[arg(long, value_name = "CLIENTS", env = "TACIT_SERVE_CLIENTS", value_delimiter = ',')]
    pub(crate) clients: Option<Vec<String>>,
    /// Beginnings of addresses that guests may be sent back to.
    #[arg(long, value_name = "URLS", env = "TACIT_SERVE_RETURN_URLS", value_delimiter = ',')]
    pub(crate) return_urls: Option<Vec<String>>,
    /// Beginnings of addresses that outcomes may be sent to.
    #[arg(long, value_name = "URLS", env = "TACIT_SERVE_WEBHOOK_URLS", value_delimiter = ',')]
    pub(crate) webhook_urls: Option<Vec<String>>,
    /// The secret that signs webhooks.
    #[arg(long, value_name = "FILE", env = "TACIT_SERVE_WEBHOOK_SECRET_FILE")]
    pub(crate) webhook_secret_file: Option<PathBuf>,
    /// Longest answer of a wallet.
    #[arg(long, value_name = "BYTES", env = "TACIT_SERVE_BODY_LIMIT_BYTES")]
    pub(crate) body_limit_bytes: Option<usize>,
    /// For one call.
    #[arg(long, value_name = "SECONDS", env = "TACIT_SERVE_TIME_LIMIT_SECONDS")]
    pub(crate) time_limit_seconds: Option<u64>,
    /// For running calls when the service stops.
    #[arg(long, value_name = "SECONDS", env = "TACIT_SERVE_SHUTDOWN_SECONDS")]
    pub(crate) shutdown_seconds: Option<u64>,
    /// Calls a second from one address without API key.
    #[arg(long, value_name = "N", env = "TACIT_SERVE_RATE_PER_SECOND")]
    pub(crate) rate_per_second: Option<u32>,
    /// How many of them at once.
    #[arg(long, value_name = "N", env = "TACIT_SERVE_RATE_BURST")]
    pub(crate) rate_burst: Option<u32>,
    /// Networks whose X-Forwarded-For is believed.
    #[arg(long, value_name = "NETWORKS", env = "TACIT_SERVE_TRUSTED_PROXIES", value_delimiter = ',')]
    pub(crate) trusted_proxies: Option<Vec<String>>,
    /// Connections at once.
    #[arg(long, value_name = "N", env = "TACIT_SERVE_MAX_CONNECTIONS")]
    pub(crate) max_connections: Option<usize>,
    /// Event streams at once.
    #[arg(long, value_name = "N", env = "TACIT_SERVE_MAX_EVENT_STREAMS")]
    pub(crate) max_event_streams: Option<usize>,
    /// Threads that verify; 0 is one for each core.
    #[arg(long, value_name = "N", env = "TACIT_SERVE_VERIFY_THREADS")]
    pub(crate) verify_threads: Option<usize>,
    /// Answers that may wait for them.
    #[arg(long, value_name = "N", env = "TACIT_SERVE_VERIFY_QUEUE")]
    pub(crate) verify_queue: Option<usize>,
    /// error, warn, info, debug or trace.
    #[arg(long, value_name = "LEVEL", env = "TACIT_SERVE_LOG")]
    pub(crate) log: Option<String>,
}
