//! `tacit request`: the business's key, certificate and requests.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use rand::rngs::OsRng;
use serde_json::{Value, json};
use tacit_credential::certificate::VerifierKey;
use tacit_credential::policy::Beyond;
use tacit_credential::trust_list::SignedTrustList;
use tacit_qr::Code;
use tacit_trust::paths;
use tacit_verifier::{Ask, Provenance, Verifier, VerifyingKey};

use super::inspect::{describe_certificate, read_policy};
use super::{now, operator_key};
use crate::args::{Request, RequestCommand, RequestNew};
use crate::desk::Desk;
use crate::error::{CliError, refused};
use crate::files;
use crate::output::{Output, Report};
use crate::qr::{self, Canvas};

pub(crate) fn run(arguments: Request, output: Output) -> Result<Report, CliError> {
    let state = arguments.state;
    match arguments.command {
        RequestCommand::Init(arguments) => {
            let operator = operator_key(&arguments.operator.operator)?;
            let desk = Desk::init(&state, &operator, &mut OsRng)?;
            let key = VerifierKey::from(&desk.signing_key()?).to_string();
            if let Some(path) = arguments.key_out {
                files::write(&path, format!("{key}\n").as_bytes())?;
            }
            Ok(Report::new(format_args!("verifier's state in {}", state.display()))
                .line(format_args!("public key  {key}"))
                .line("Have the trust operator certify it (`tacit trust certify`), then `tacit request certificate`: without a")
                .line("certificate wallets warn their holders.")
                .key("key", key)
                .key("operator", operator.to_string()))
        }
        RequestCommand::Certificate(arguments) => {
            let certificate = files::read_certificate(&arguments.certificate)?;
            Desk::open(&state)?.install(&certificate, now())?;
            let title = format!(
                "installed: {} ({}), until {}",
                certificate.name, certificate.identity, certificate.not_after
            );
            Ok(describe_certificate(Report::new(title), &certificate))
        }
        RequestCommand::New(arguments) => new(&Desk::open(&state)?, &arguments, output),
    }
}

fn new(desk: &Desk, arguments: &RequestNew, output: Output) -> Result<Report, CliError> {
    arguments.qr.as_ref().map_or(Ok(()), Canvas::check)?;
    let policy = read_policy(&arguments.policy)?;
    let development = is_development(&verifying_key(&arguments.verifying_key)?);
    let verifier = verifier(desk, &arguments.verifying_key, true)?;
    let latest = paths::latest(&arguments.published.published);
    let list: SignedTrustList = files::read_json(&latest, "a trust list")?;
    desk.adopt(&verifier, &list)?;
    let ask = Ask {
        policy,
        endpoint: arguments.endpoint.clone(),
        lifetime: Duration::from_secs(u64::from(arguments.minutes) * 60),
    };
    let signed = verifier.request(ask, &desk.signing_key()?, &mut OsRng).map_err(refused)?;
    desk.keep(&signed)?;
    let compact = arguments.binary || arguments.out.is_none();
    let bytes = if compact { signed.to_bytes() } else { signed.to_json().into_bytes() };
    if let Some(out) = &arguments.out {
        files::write(out, &bytes)?;
    }
    let code = arguments.qr.as_ref().map(|canvas| (canvas, Code::request(&signed).map_err(qr::too_large)));
    let drawn = code.map(|(canvas, code)| canvas.draw(&code?, output)).transpose()?;
    let request = &signed.request;
    if development {
        output.warn(
            "the request is for a circuit with a DEVELOPMENT key: whoever made it can forge the answer.",
        );
    }
    if request.certificate.is_none() {
        output.warn("no certificate is installed; wallets refuse this request unless their holder insists.");
    }
    let beyond = request.beyond();
    for finding in &beyond {
        output.warn(format_args!("wallets will warn their holders: {finding}."));
    }
    let place = arguments.out.as_ref().map_or(String::new(), |out| format!(" in {}", out.display()));
    let mut report = Report::new(format_args!("request{place}, to be answered until {}", request.expires_at))
        .line(format_args!("asked as {}, epoch {}:", request.identity(), request.epoch));
    for line in request.policy.describe(request.date) {
        report = report.line(format_args!("  - {line}"));
    }
    if let Some(drawn) = drawn {
        report = drawn.into(report);
    }
    Ok(report
        .key("file", arguments.out.as_ref().map(|out| out.display().to_string()))
        .key("identity", request.identity())
        .key("epoch", request.epoch.0)
        .key("challenge", request.challenge().to_string())
        .key("development_key", development)
        .key("bytes", bytes.len())
        .key("beyond_certificate", findings(&beyond, Beyond::code))
        .key("expires_at", request.expires_at.0)
        .key("clauses", request.policy.describe(request.date)))
}

/// Findings for programs: code and words.
pub(super) fn findings<T: Display>(found: &[T], code: impl Fn(&T) -> &'static str) -> Vec<Value> {
    found.iter().map(|finding| json!({ "code": code(finding), "text": finding.to_string() })).collect()
}

/// The verifier of a desk, with one key; its trust lists are still to be added.
pub(crate) fn verifier(
    desk: &Desk,
    key_file: &Path,
    accept_development_key: bool,
) -> Result<Verifier, CliError> {
    let key = verifying_key(key_file)?;
    if is_development(&key) && !accept_development_key {
        return Err(CliError::DevelopmentKey(key_file.to_owned()));
    }
    let mut builder = Verifier::builder(VerifierKey::from(&desk.signing_key()?), desk.operator()?)
        .key(key)
        .challenges(desk.store());
    if let Some(certificate) = desk.certificate()? {
        builder = builder.certificate(certificate);
    }
    if let Some(epoch) = desk.newest_epoch()? {
        builder = builder.newest_epoch_seen(epoch);
    }
    if accept_development_key {
        builder = builder.accept_development_keys();
    }
    builder.build().map_err(refused)
}

/// Reads a verifying key.
fn verifying_key(file: &Path) -> Result<VerifyingKey, CliError> {
    if !file.exists() {
        return Err(CliError::KeyMissing(file.to_owned()));
    }
    VerifyingKey::from_bytes(&files::read(file)?).map_err(CliError::malformed(file, "a verifying key"))
}

fn is_development(key: &VerifyingKey) -> bool {
    key.provenance() == Provenance::Development
}
