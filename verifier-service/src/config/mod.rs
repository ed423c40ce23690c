//! The configuration: a TOML file, over which flags and `TACIT_SERVE_…` variables go (see `tacit serve --help`).
//!
//! Every key has the default that [`Config::default`] gives it but `public_url`, `operators` and `clients`. Unknown keys are refused, so that a
//! misspelt limit does not silently stay off.

mod check;
mod secret;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use url::Url;

pub use check::{Checked, ConfigError};
pub use secret::{ApiKeyHash, ApiKeyHashError, WebhookSecret, new_api_key};

/// Everything that can be set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the service listens. A proxy in front of it ends TLS.
    pub listen: SocketAddr,
    /// Where `/metrics` is served, apart from everything else; on `listen` if not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_listen: Option<SocketAddr>,
    /// The address under which wallets reach this service: https, but for tests on this machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<Url>,
    /// The business's signing key: 64 hex digits (`tacit request init` makes one).
    pub key_file: PathBuf,
    /// The operator's certificate for that key; wallets warn their holders without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_file: Option<PathBuf>,
    /// The certificate as attestation for OpenID4VP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attestation_file: Option<PathBuf>,
    /// Keys of the trust operators whose lists count: 64 hex digits, or a file that holds them.
    pub operators: Vec<String>,
    /// Verifying keys; requests are made for the last one.
    pub verifying_keys: Vec<PathBuf>,
    /// Accept keys whose maker can forge proofs. For development only.
    pub accept_development_keys: bool,
    /// Published directories, one of each operator: trust lists under `trust/`. Filled by a job of yours, see `docs/service.md`.
    pub published: Vec<PathBuf>,
    /// How often those directories are looked at.
    pub reload_seconds: u64,
    /// For how long after a newer trust list answers to requests of the older one are accepted.
    pub grace_seconds: u64,
    /// `sqlite:FILE` or `redis://…`.
    pub store: StoreAddress,
    /// For how long a request and its outcome are kept after it has expired.
    pub retention_seconds: u64,
    /// How long a request lives if the call does not say.
    pub lifetime_seconds: u64,
    /// Who may make requests.
    pub clients: Vec<Client>,
    /// Beginnings of addresses to which guests may be sent back.
    pub return_urls: Vec<Url>,
    /// Beginnings of addresses to which outcomes may be sent.
    pub webhook_urls: Vec<Url>,
    /// The secret that signs webhooks: `whsec_` and base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_secret_file: Option<PathBuf>,
    /// Longest body of an answer. A portrait needs up to 8 MiB.
    pub body_limit_bytes: usize,
    /// How long a call may take.
    pub time_limit_seconds: u64,
    /// How long running calls may take to end when the service stops.
    pub shutdown_seconds: u64,
    /// Calls a second from one address that carries no API key.
    pub rate_per_second: u32,
    /// How many of them may come at once.
    pub rate_burst: u32,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Most connections at once.
    pub max_connections: usize,
    /// Most event streams at once.
    pub max_event_streams: usize,
    /// Threads that verify; 0 is one for each core.
    pub verify_threads: usize,
    /// Most presentations that wait for them.
    pub verify_queue: usize,
    /// How much is logged: error, warn, info, debug or trace.
    pub log: LogLevel,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 8411).into(),
            metrics_listen: None,
            public_url: None,
            key_file: "verifier/key".into(),
            certificate_file: None,
            attestation_file: None,
            operators: Vec::new(),
            verifying_keys: vec!["keys/resident-id.vk".into()],
            accept_development_keys: false,
            published: vec!["published".into()],
            reload_seconds: 5,
            grace_seconds: 0,
            store: StoreAddress::Sqlite("tacit-serve.sqlite".into()),
            retention_seconds: 3600,
            lifetime_seconds: 300,
            clients: Vec::new(),
            return_urls: Vec::new(),
            webhook_urls: Vec::new(),
            webhook_secret_file: None,
            body_limit_bytes: 1 << 20,
            time_limit_seconds: 10,
            shutdown_seconds: 20,
            rate_per_second: 20,
            rate_burst: 60,
            trusted_proxies: Vec::new(),
            max_connections: 2048,
            max_event_streams: 512,
            verify_threads: 0,
            verify_queue: 4096,
            log: LogLevel::Info,
        }
    }
}

impl Config {
    /// Reads the TOML file's text.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|source| ConfigError::Toml(Box::new(source)))
    }

    /// All of it as TOML, without secrets.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("plain data serialises")
    }
}

/// A client of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Its name, in logs and in the store.
    pub name: String,
    /// SHA-256 of its API key.
    pub key_sha256: ApiKeyHash,
}

/// Where the store is.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum StoreAddress {
    /// A file of this machine.
    Sqlite(PathBuf),
    /// A Redis server; may hold a password.
    Redis(String),
}

/// Neither kind of store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a store is `sqlite:FILE` or `redis://HOST:PORT/DATABASE`; TLS to Redis is a tunnel's business")]
pub struct StoreAddressError;

impl std::str::FromStr for StoreAddress {
    type Err = StoreAddressError;

    fn from_str(text: &str) -> Result<Self, StoreAddressError> {
        match text.split_once(':') {
            Some(("sqlite", file)) if !file.is_empty() => Ok(Self::Sqlite(file.into())),
            Some(("redis" | "redis+unix", rest)) if rest.starts_with("//") => {
                Ok(Self::Redis(text.to_owned()))
            }
            _ => Err(StoreAddressError),
        }
    }
}

impl TryFrom<String> for StoreAddress {
    type Error = StoreAddressError;

    fn try_from(text: String) -> Result<Self, StoreAddressError> {
        text.parse()
    }
}

/// Without the password.
impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
            Self::Redis(address) => match Url::parse(address) {
                Ok(mut url) if url.password().is_some() => match url.set_password(Some("hidden")) {
                    Ok(()) => f.write_str(url.as_str()),
                    Err(()) => f.write_str("redis://hidden"),
                },
                Ok(url) => f.write_str(url.as_str()),
                Err(_) => f.write_str("redis://hidden"),
            },
        }
    }
}

impl fmt::Debug for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for StoreAddress {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What needs somebody's attention now.
    Error,
    /// What will.
    Warn,
    /// One line for each request made, answer judged and list taken.
    Info,
    /// One line for each call.
    Debug,
    /// Everything this service has to say.
    Trace,
}

impl std::str::FromStr for LogLevel {
    type Err = LogLevelError;

    fn from_str(text: &str) -> Result<Self, LogLevelError> {
        match text {
            "error" => Ok(Self::Error),
            "warn" => Ok(Self::Warn),
            "info" => Ok(Self::Info),
            "debug" => Ok(Self::Debug),
            "trace" => Ok(Self::Trace),
            _ => Err(LogLevelError),
        }
    }
}

/// No level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a level is error, warn, info, debug or trace")]
pub struct LogLevelError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_printed() {
        let config = Config::from_toml("store = 'redis://:hunter2@127.0.0.1:6379/0'").unwrap();
        assert_eq!(config.store, StoreAddress::Redis("redis://:hunter2@127.0.0.1:6379/0".into()));
        assert!(!config.to_toml().contains("hunter2") && !format!("{config:?}").contains("hunter2"));
        assert!(
            config.to_toml().contains("store = \"redis://:hidden@127.0.0.1:6379/0\""),
            "{}",
            config.to_toml()
        );
    }

    #[test]
    fn the_printed_configuration_is_one() {
        let printed = Config::default().to_toml();
        assert_eq!(Config::from_toml(&printed).unwrap().to_toml(), printed);
    }

    #[test]
    fn what_is_misspelt_is_refused() {
        assert!(Config::from_toml("rate_per_secnod = 5").is_err());
        for store in ["postgres://x", "sqlite:", "redis:host", "file"] {
            assert!(Config::from_toml(&format!("store = '{store}'")).is_err(), "{store}");
        }
    }
}
