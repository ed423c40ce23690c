//! From what stands in the configuration to what can be used: files read, addresses checked, nothing left to fail later.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tacit_credential::certificate::{CertificateFileError, VerifierCertificate};
use tacit_credential::trust_list::OperatorKey;
use tacit_verifier::{KeyError, MAX_LIFETIME, SigningKey, VerifyingKey};
use url::Url;
use zeroize::Zeroizing;

use super::{Config, WebhookSecret};

/// No file read here is larger.
const LARGEST: u64 = 1 << 20;

/// Why the service does not start with a configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not TOML of the expected shape.
    #[error("the configuration: {0}")]
    Toml(#[source] Box<toml::de::Error>),
    /// A file is missing or cannot be read.
    #[error("`{key}`: {} cannot be read: {source}; check the path and its permissions", path.display())]
    Read {
        /// The key that names it.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that is not what it should be.
    #[error("`{key}`: {} is not {what}", path.display())]
    Malformed {
        /// The key that names it.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
    },
    /// A certificate that is none.
    #[error("`certificate_file`: {} is no certificate: {source}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: CertificateFileError,
    },
    /// A verifying key that is none.
    #[error("`verifying_keys`: {}: {source}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: KeyError,
    },
    /// Something must be set.
    #[error("`{key}` is not set; {advice}")]
    Missing {
        /// The key.
        key: &'static str,
        /// What to set.
        advice: &'static str,
    },
    /// A value that cannot work.
    #[error("`{key}` {problem}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong with it, and what would be right.
        problem: &'static str,
    },
}

/// What a checked configuration holds beyond itself.
pub struct Checked {
    /// The configuration.
    pub config: Config,
    /// The business's signing key.
    pub signing_key: SigningKey,
    /// Its certificate.
    pub certificate: Option<VerifierCertificate>,
    /// The attestation's text.
    pub attestation: Option<String>,
    /// The pinned operators.
    pub operators: Vec<OperatorKey>,
    /// The verifying keys.
    pub keys: Vec<VerifyingKey>,
    /// What signs webhooks.
    pub webhook_secret: Option<WebhookSecret>,
}

impl Config {
    /// Checks every value, and reads the files that it names.
    pub fn check(self) -> Result<Checked, ConfigError> {
        self.check_values()?;
        let signing_key = signing_key(&self.key_file)?;
        let certificate = match &self.certificate_file {
            Some(path) => Some(
                VerifierCertificate::from_json(&read("certificate_file", path)?)
                    .map_err(|source| ConfigError::Certificate { path: path.clone(), source })?,
            ),
            None => None,
        };
        let attestation =
            self.attestation_file.as_ref().map(|path| text("attestation_file", path)).transpose()?;
        let operators = self.operators.iter().map(|given| operator(given)).collect::<Result<_, _>>()?;
        let keys = self.verifying_keys.iter().map(|path| verifying_key(path)).collect::<Result<_, _>>()?;
        let webhook_secret =
            self.webhook_secret_file.as_ref().map(|path| webhook_secret(path)).transpose()?;
        Ok(Checked { config: self, signing_key, certificate, attestation, operators, keys, webhook_secret })
    }

    /// Everything that can be said without a file.
    pub fn check_values(&self) -> Result<(), ConfigError> {
        let Some(public_url) = &self.public_url else {
            return Err(ConfigError::Missing {
                key: "public_url",
                advice: "set the https address under which wallets reach this service",
            });
        };
        if !is_base(public_url) {
            let problem = "must be https without user name, query and fragment; http is for addresses of this machine alone";
            return Err(ConfigError::Value { key: "public_url", problem });
        }
        if self.operators.is_empty() {
            return Err(ConfigError::Missing {
                key: "operators",
                advice: "pin the key of the trust operator whose lists count",
            });
        }
        if self.clients.is_empty() {
            return Err(ConfigError::Missing {
                key: "clients",
                advice: "make an API key with `tacit serve --new-api-key NAME`, and enter what it prints",
            });
        }
        let names: std::collections::BTreeSet<_> = self.clients.iter().map(|client| &client.name).collect();
        let fits = |name: &str| {
            (1..=64).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        if names.len() != self.clients.len() || !names.iter().all(|name| fits(name)) {
            let problem = "must have different names of 1 to 64 letters, digits, `-`, `_` or `.`";
            return Err(ConfigError::Value { key: "clients", problem });
        }
        for (key, urls) in [("return_urls", &self.return_urls), ("webhook_urls", &self.webhook_urls)] {
            if !urls.iter().all(is_prefix) {
                let problem = "must be http or https addresses whose path ends in `/`, without user name, query and fragment";
                return Err(ConfigError::Value { key, problem });
            }
        }
        if !self.webhook_urls.is_empty() && self.webhook_secret_file.is_none() {
            return Err(ConfigError::Missing {
                key: "webhook_secret_file",
                advice: "webhooks are signed: put `whsec_` and at least 24 random bytes as base64 into a file",
            });
        }
        self.check_limits()
    }

    fn check_limits(&self) -> Result<(), ConfigError> {
        let range = |key, holds: bool, problem| {
            if holds { Ok(()) } else { Err(ConfigError::Value { key, problem }) }
        };
        let lifetimes = 1..=MAX_LIFETIME.as_secs();
        range("lifetime_seconds", lifetimes.contains(&self.lifetime_seconds), "must be between 1 and 3600")?;
        range("retention_seconds", self.retention_seconds <= 31 * 86_400, "must be 31 days at most")?;
        range("reload_seconds", (1..=3600).contains(&self.reload_seconds), "must be between 1 and 3600")?;
        range("grace_seconds", lifetimes.contains(&(self.grace_seconds.max(1))), "must be 3600 at most")?;
        range(
            "body_limit_bytes",
            (4096..=8 << 20).contains(&self.body_limit_bytes),
            "must be between 4 KiB and 8 MiB",
        )?;
        range(
            "time_limit_seconds",
            (1..=300).contains(&self.time_limit_seconds),
            "must be between 1 and 300",
        )?;
        range("shutdown_seconds", (1..=300).contains(&self.shutdown_seconds), "must be between 1 and 300")?;
        range("rate_per_second", self.rate_per_second >= 1, "must be 1 at least")?;
        range("rate_burst", self.rate_burst >= 1, "must be 1 at least")?;
        range("max_connections", self.max_connections >= 1, "must be 1 at least")?;
        range("verify_queue", self.verify_queue >= 1, "must be 1 at least")?;
        range("verify_threads", self.verify_threads <= 1024, "must be 1024 at most")?;
        range("verifying_keys", !self.verifying_keys.is_empty(), "must name one key at least")
    }

    /// How long a call may take.
    pub(crate) fn time_limit(&self) -> Duration {
        Duration::from_secs(self.time_limit_seconds)
    }
}

/// The address of the service.
fn is_base(url: &Url) -> bool {
    let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    (url.scheme() == "https" || url.scheme() == "http" && local) && is_bare(url)
}

/// The beginning of an address; the slash at its end keeps `https://a.example` from allowing `https://a.example.evil`.
fn is_prefix(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && is_bare(url) && url.path().ends_with('/')
}

fn is_bare(url: &Url) -> bool {
    url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
}

fn read(key: &'static str, path: &Path) -> Result<Vec<u8>, ConfigError> {
    let fail = |source| ConfigError::Read { key, path: path.to_owned(), source };
    let file = fs::File::open(path).map_err(fail)?;
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(file, LARGEST), &mut bytes).map_err(fail)?;
    Ok(bytes)
}

fn text(key: &'static str, path: &Path) -> Result<String, ConfigError> {
    String::from_utf8(read(key, path)?)
        .map(|text| text.trim().to_owned())
        .map_err(|_| ConfigError::Malformed { key, path: path.to_owned(), what: "text" })
}

fn signing_key(path: &Path) -> Result<SigningKey, ConfigError> {
    let bytes = Zeroizing::new(read("key_file", path)?);
    let mut seed = Zeroizing::new([0; 32]);
    hex::decode_to_slice(bytes.trim_ascii(), &mut *seed).map_err(|_| ConfigError::Malformed {
        key: "key_file",
        path: path.to_owned(),
        what: "a verifier's key of 64 hex digits; `tacit request init` makes one",
    })?;
    Ok(SigningKey::from_bytes(&seed))
}

fn operator(given: &str) -> Result<OperatorKey, ConfigError> {
    if let Ok(key) = OperatorKey::from_hex(given) {
        return Ok(key);
    }
    let path = Path::new(given);
    OperatorKey::from_hex(&text("operators", path)?).map_err(|_| ConfigError::Malformed {
        key: "operators",
        path: path.to_owned(),
        what: "an operator's key of 64 hex digits",
    })
}

fn verifying_key(path: &Path) -> Result<VerifyingKey, ConfigError> {
    VerifyingKey::from_bytes(&read("verifying_keys", path)?)
        .map_err(|source| ConfigError::Key { path: path.to_owned(), source })
}

fn webhook_secret(path: &Path) -> Result<WebhookSecret, ConfigError> {
    let text = Zeroizing::new(text("webhook_secret_file", path)?);
    WebhookSecret::parse(&text).ok_or_else(|| ConfigError::Malformed {
        key: "webhook_secret_file",
        path: path.to_owned(),
        what: "`whsec_` and at least 24 random bytes as base64",
    })
}

#[cfg(test)]
mod tests {
    use super::super::{ApiKeyHash, Client};
    use super::*;

    fn config() -> Config {
        Config {
            public_url: Some("https://id.hotel.example/".parse().unwrap()),
            operators: vec!["ab".repeat(32)],
            clients: vec![Client { name: "desk".into(), key_sha256: ApiKeyHash::of("x") }],
            ..Config::default()
        }
    }

    fn refused(change: impl FnOnce(&mut Config)) -> &'static str {
        let mut config = config();
        change(&mut config);
        match config.check_values() {
            Err(ConfigError::Missing { key, .. } | ConfigError::Value { key, .. }) => key,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_cannot_work_is_named_before_the_start() {
        config().check_values().unwrap();
        assert_eq!(refused(|c| c.public_url = None), "public_url");
        for url in
            ["http://hotel.example/", "https://a:b@hotel.example/", "https://hotel.example/?x=1", "ftp://x/"]
        {
            assert_eq!(refused(|c| c.public_url = Some(url.parse().unwrap())), "public_url", "{url}");
        }
        assert_eq!(refused(|c| c.operators.clear()), "operators");
        assert_eq!(refused(|c| c.clients.clear()), "clients");
        assert_eq!(refused(|c| c.clients.push(c.clients[0].clone())), "clients");
        assert_eq!(refused(|c| c.clients[0].name = "a b".into()), "clients");
        assert_eq!(
            refused(|c| c.return_urls = vec!["https://hotel.example/done".parse().unwrap()]),
            "return_urls"
        );
        assert_eq!(
            refused(|c| c.webhook_urls = vec!["https://hotel.example/".parse().unwrap()]),
            "webhook_secret_file"
        );
        assert_eq!(refused(|c| c.lifetime_seconds = 3601), "lifetime_seconds");
        assert_eq!(refused(|c| c.body_limit_bytes = 9 << 20), "body_limit_bytes");
        assert_eq!(refused(|c| c.rate_burst = 0), "rate_burst");
    }
}
