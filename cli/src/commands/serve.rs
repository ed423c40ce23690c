//! `tacit serve`: configuration, log, service.

use std::fmt::Display;
use std::str::FromStr;

use tacit_verifier_service::config::{ApiKeyHash, Client, Config, new_api_key};
use tacit_verifier_service::{logging, start};

use crate::args::{Serve, ServeKeys};
use crate::error::{Cause, CliError, refused};
use crate::files;
use crate::output::{Output, Report};

pub(crate) fn run(arguments: Serve, output: Output) -> Result<Report, CliError> {
    if let Some(name) = arguments.new_api_key {
        return Ok(make_api_key(&name));
    }
    if arguments.sandbox {
        let listen = arguments.keys.listen.unwrap_or(Config::default().listen);
        return crate::sandbox::run(listen, output);
    }
    let file = match &arguments.config {
        Some(path) => Config::from_toml(&files::read_text(path, "a configuration")?)
            .map_err(CliError::malformed(path, "a configuration"))?,
        None => Config::default(),
    };
    let config = overlaid(file, arguments.keys)?;
    if arguments.print_config {
        let text = config.to_toml();
        return Ok(
            Report::new(text.trim_end()).key("config", serde_json::to_value(&config).map_err(refused)?)
        );
    }
    // Nobody else sets one in this process.
    tracing::subscriber::set_global_default(logging::subscriber(config.log, std::io::stderr))
        .map_err(refused)?;
    if config.accept_development_keys {
        output.warn("development keys are accepted: whoever made such a key can forge proofs.");
    }
    start::run(config, |_| {}).map_err(refused)?;
    Ok(Report::new("stopped"))
}

fn make_api_key(name: &str) -> Report {
    let key = new_api_key();
    let hash = String::from(ApiKeyHash::of(&key));
    Report::new(format_args!("API key  {}", key.as_str()))
        .line("It is shown once. Send it as `Authorization: Bearer KEY`. For the configuration:")
        .line("")
        .line("[[clients]]")
        .line(format_args!("name = \"{name}\""))
        .line(format_args!("key_sha256 = \"{hash}\""))
        .key("api_key", key.as_str())
        .key("name", name)
        .key("key_sha256", hash)
}

/// Flags and variables over the file.
fn overlaid(mut config: Config, keys: ServeKeys) -> Result<Config, CliError> {
    macro_rules! over {
        ($($plain:ident)*; $($optional:ident)*) => {
            $(if let Some(value) = keys.$plain { config.$plain = value; })*
            $(if keys.$optional.is_some() { config.$optional = keys.$optional; })*
        };
    }
    over! {
        listen key_file operators verifying_keys accept_development_keys published reload_seconds grace_seconds
        retention_seconds lifetime_seconds body_limit_bytes time_limit_seconds shutdown_seconds rate_per_second rate_burst
        max_connections max_event_streams verify_threads verify_queue;
        metrics_listen certificate_file attestation_file webhook_secret_file
    }
    if let Some(url) = keys.public_url {
        config.public_url = Some(parsed("--public-url", &url)?);
    }
    if let Some(store) = keys.store {
        // May hold a password, and is not repeated.
        config.store =
            store.parse().map_err(|cause: tacit_verifier_service::config::StoreAddressError| {
                CliError::Unusable { what: "--store", cause: cause.into() }
            })?;
    }
    if let Some(urls) = keys.return_urls {
        config.return_urls = all_parsed("--return-urls", &urls)?;
    }
    if let Some(urls) = keys.webhook_urls {
        config.webhook_urls = all_parsed("--webhook-urls", &urls)?;
    }
    if let Some(networks) = keys.trusted_proxies {
        config.trusted_proxies = all_parsed("--trusted-proxies", &networks)?;
    }
    if let Some(level) = keys.log {
        config.log = parsed("--log", &level)?;
    }
    if let Some(clients) = keys.clients {
        config.clients = clients.iter().map(|text| client(text)).collect::<Result<_, _>>()?;
    }
    Ok(config)
}

/// `NAME=SHA256`.
fn client(text: &str) -> Result<Client, CliError> {
    let (name, hash) = text.split_once('=').unwrap_or((text, ""));
    let key_sha256 = ApiKeyHash::try_from(hash.to_owned()).map_err(CliError::argument("--clients", name))?;
    Ok(Client { name: name.to_owned(), key_sha256 })
}

fn parsed<T: FromStr<Err: Into<Cause> + Display>>(what: &'static str, text: &str) -> Result<T, CliError> {
    text.parse().map_err(CliError::argument(what, text))
}

fn all_parsed<T: FromStr<Err: Into<Cause> + Display>>(
    what: &'static str,
    texts: &[String],
) -> Result<Vec<T>, CliError> {
    texts.iter().map(|text| parsed(what, text)).collect()
}
