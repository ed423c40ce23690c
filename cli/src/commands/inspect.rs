//! `tacit inspect`: what a file or the circuit says, in words.

use std::path::Path;

use serde_json::{Value, json};
use tacit_circuits::resident_id;
use tacit_credential::certificate::{VerifierCertificate, VerifierIdentity};
use tacit_credential::credential::Credential;
use tacit_credential::expiry::Expiry;
use tacit_credential::extras::ExtraAttribute;
use tacit_credential::number::Sex;
use tacit_credential::policy::{Beyond, DisclosedAttribute, Narrow, Policy};
use tacit_credential::presentation::{Disclosed, Presentation};
use tacit_credential::request::{RequestError, SignedRequest, is_endpoint};

use super::request::findings;
use crate::args::{Inspect, InspectCommand};
use crate::error::{CliError, refused};
use crate::files;
use crate::output::{Output, Report, Style, grouped};
use crate::progress;

pub(crate) fn run(arguments: Inspect, output: Output) -> Result<Report, CliError> {
    match arguments.command {
        InspectCommand::Circuit => Ok(circuit(output)),
        InspectCommand::Credential { file } => credential(&file, output),
        InspectCommand::Policy { file } => policy(&file),
        InspectCommand::Certificate { file } => certificate(&file, output),
        InspectCommand::Request { file } => request(&file),
        InspectCommand::Presentation { file } => presentation(&file, output),
    }
}

/// Sizes of the circuit: what fits the domain is constraints plus instance variables.
fn circuit(output: Output) -> Report {
    let spinner = progress::spinner(output, "compiling the circuit");
    let r1cs = resident_id::compile();
    spinner.finish_and_clear();
    let nonzeros = r1cs.nonzeros();
    let rows = r1cs.num_constraints() + r1cs.num_instance();
    let domain = rows.next_power_of_two();
    let digest = resident_id::circuit_digest(&r1cs).to_string();
    let clauses = r1cs.clauses();
    let widest = clauses.iter().map(|clause| clause.name.chars().count()).max().unwrap_or(0);

    let number = |n: usize| grouped(n as u64);
    let mut report = Report::new(output.paint(Style::Bold, format_args!("circuit {}", resident_id::NAME)))
        .line(format_args!("constraints  {:>9}", number(r1cs.num_constraints())))
        .line(format_args!(
            "instance     {:>9}  the constant 1 and one public input: the digest of all public values",
            r1cs.num_instance()
        ))
        .line(format_args!("witness      {:>9}  private wires", number(r1cs.num_witness())))
        .line(format_args!(
            "domain       {:>9}  constraints and instance fill {} of it",
            number(domain),
            number(rows)
        ))
        .line(format_args!(
            "non-zeros    {:>9}  A {}, B {}, C {}",
            number(nonzeros.iter().sum()),
            number(nonzeros[0]),
            number(nonzeros[1]),
            number(nonzeros[2])
        ))
        .line(format_args!("digest       {digest}"))
        .line("")
        .line(
            output.paint(Style::Bold, format_args!("{:widest$}  constraints   wires  non-zeros", "clause")),
        );
    for clause in &clauses {
        let padding = widest - clause.name.chars().count();
        report = report.line(format_args!(
            "{}{:padding$}  {:>11} {:>7} {:>10}",
            clause.name,
            "",
            number(clause.constraints),
            number(clause.wires),
            number(clause.nonzeros.iter().sum())
        ));
    }
    let clauses: Vec<Value> = clauses
        .iter()
        .map(|clause| {
            json!({ "name": clause.name, "constraints": clause.constraints, "wires": clause.wires, "nonzeros": clause.nonzeros })
        })
        .collect();
    report
        .key("circuit", resident_id::NAME)
        .key("constraints", r1cs.num_constraints())
        .key("instance", r1cs.num_instance())
        .key("witness", r1cs.num_witness())
        .key("nonzeros", json!({ "a": nonzeros[0], "b": nonzeros[1], "c": nonzeros[2], "total": nonzeros.iter().sum::<usize>() }))
        .key("domain", domain)
        .key("digest", digest)
        .key("clauses", clauses)
}

fn credential(file: &Path, output: Output) -> Result<Report, CliError> {
    let text = files::read_text(file, "a credential")?;
    let credential = Credential::from_json(&text).map_err(CliError::malformed(file, "a credential"))?;
    credential.verify().map_err(refused)?;
    output.warn("whoever sees this file sees the whole ID. Presenting it takes the holder secret, which is not in it.");
    Ok(describe_credential(Report::new("credential, signature valid"), &credential))
}

/// Everything that a credential says, for its holder.
pub(crate) fn describe_credential(report: Report, credential: &Credential) -> Report {
    let attributes = &credential.attributes;
    let province = attributes.region.province();
    let sex = match attributes.sex {
        Sex::Male => "male",
        Sex::Female => "female",
    };
    let extras: Vec<&str> = attributes.extras.attributes().iter().map(ExtraAttribute::label).collect();
    let extras_line = if extras.is_empty() { "none".to_owned() } else { extras.join(", ") };
    report
        .line(format_args!("name        {}", attributes.name.as_str()))
        .line(format_args!("number      {}", attributes.number.as_str()))
        .line(format_args!("born        {}", attributes.birth))
        .line(format_args!("sex         {sex}"))
        .line(format_args!(
            "residence   {:06}, {} {}",
            attributes.region.code(),
            province.name_en(),
            province.name_zh()
        ))
        .line(format_args!("valid to    {}", in_words(attributes.expiry)))
        .line(format_args!("further     {extras_line}"))
        .line(format_args!("issuer      {}", credential.issuer))
        .line(format_args!("holder key  {}", attributes.holder_key))
        .line(format_args!(
            "index       {} (in the issuer's status list; never shown to a verifier)",
            attributes.index
        ))
        .key("name", attributes.name.as_str())
        .key("number", attributes.number.as_str())
        .key("birth", attributes.birth.to_string())
        .key("sex", sex)
        .key("region", format!("{:06}", attributes.region.code()))
        .key("province", province.name_en())
        .key("expiry", attributes.expiry.to_string())
        .key("extras", extras)
        .key("issuer", credential.issuer.as_str())
        .key("holder_key", attributes.holder_key.to_string())
        .key("index", attributes.index.get())
}

/// An expiry for people.
fn in_words(expiry: Expiry) -> String {
    if expiry.is_long_term() { format!("{expiry} (no expiry date)") } else { expiry.to_string() }
}

fn policy(file: &Path) -> Result<Report, CliError> {
    let policy = read_policy(file)?;
    let on = super::now().date_utc8();
    let lines = policy.describe(on);
    let title = if policy.title.is_empty() { "(no title)" } else { &policy.title };
    let mut report = Report::new(format_args!("{title}, as asked on {on}:"));
    for line in &lines {
        report = report.line(format_args!("  - {line}"));
    }
    let narrow = policy.narrowness(on);
    if !narrow.is_empty() {
        report = report.line("what wallets will warn of:");
    }
    for finding in &narrow {
        report = report.line(format_args!("  ! {finding}"));
    }
    Ok(report
        .key("title", policy.title.clone())
        .key("date", on.to_string())
        .key("narrow", findings(&narrow, Narrow::code))
        .key("clauses", lines))
}

/// A policy from TOML, or from JSON if the name says so.
pub(crate) fn read_policy(file: &Path) -> Result<Policy, CliError> {
    let text = files::read_text(file, "a policy")?;
    let json = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let policy = if json { Policy::from_json(&text) } else { Policy::from_toml(&text) };
    policy.map_err(CliError::malformed(file, "a usable policy"))
}

fn request(file: &Path) -> Result<Report, CliError> {
    let SignedRequest { request, .. } = files::read_request(file)?;
    if !is_endpoint(&request.endpoint) {
        return Err(CliError::malformed(file, "a usable request")(RequestError::Endpoint));
    }
    let mut report = Report::new(format_args!("request of {}", request.identity()))
        .line(format_args!("epoch      {}", request.epoch))
        .line(format_args!("date       {}", request.date))
        .line(format_args!("lapses     {}", request.expires_at))
        .line(format_args!("answer to  {}", request.endpoint))
        .line(format_args!("circuit    {}", request.circuit))
        .line(format_args!("challenge  {}", request.challenge()))
        .line("asks:");
    let lines = request.policy.describe(request.date);
    for line in &lines {
        report = report.line(format_args!("  - {line}"));
    }
    let narrow = request.policy.narrowness(request.date);
    let beyond = request.beyond();
    if !narrow.is_empty() || !beyond.is_empty() {
        report = report.line("what the wallet will warn of:");
    }
    for text in narrow.iter().map(ToString::to_string).chain(beyond.iter().map(ToString::to_string)) {
        report = report.line(format_args!("  ! {text}"));
    }
    if let Some(certificate) = &request.certificate {
        report = describe_certificate(report.line("certificate:"), certificate);
    }
    Ok(report
        .line("Signature and certificate are checked by the wallet, which knows the trust operator.")
        .key("identity", request.identity())
        .key("certified", request.certificate.is_some())
        .key("epoch", request.epoch.0)
        .key("date", request.date.to_string())
        .key("expires_at", request.expires_at.0)
        .key("endpoint", request.endpoint.clone())
        .key("circuit", request.circuit.to_string())
        .key("challenge", request.challenge().to_string())
        .key("narrow", findings(&narrow, Narrow::code))
        .key("beyond_certificate", findings(&beyond, Beyond::code))
        .key("clauses", lines))
}

fn certificate(file: &Path, output: Output) -> Result<Report, CliError> {
    let certificate = files::read_certificate(file)?;
    output.warn("this looks into the file only; whether the trust operator signed it, a wallet or `tacit request certificate` says.");
    let title = format!("certificate of {} ({})", certificate.name, certificate.identity);
    Ok(describe_certificate(Report::new(title), &certificate))
}

/// What a certificate says, in lines and keys.
pub(crate) fn describe_certificate(report: Report, certificate: &VerifierCertificate) -> Report {
    let mut report = report
        .line(format_args!("  key         {}", certificate.key))
        .line(format_args!("  valid       {} to {}", certificate.not_before, certificate.not_after))
        .line(format_args!("  answers to  {}", certificate.answers_to));
    if !certificate.shared_scopes.is_empty() {
        let shared: Vec<_> = certificate.shared_scopes.iter().map(VerifierIdentity::as_str).collect();
        report = report.line(format_args!("  shares      the scopes of {}", shared.join(", ")));
    }
    let lines = certificate.allowance.describe();
    for line in &lines {
        report = report.line(format_args!("  - {line}"));
    }
    let plain = |value: serde_json::Result<Value>| value.expect("plain data serialises");
    report
        .key("identity", certificate.identity.as_str())
        .key("name", certificate.name.clone())
        .key("not_after", certificate.not_after.0)
        .key("answers_to", plain(serde_json::to_value(&certificate.answers_to)))
        .key("shared_scopes", plain(serde_json::to_value(&certificate.shared_scopes)))
        .key("allowance", plain(serde_json::to_value(&certificate.allowance)))
        .key("allowed", lines)
}

/// Reads either form of a presentation. The compact form begins with its version, a control character as long as there are
/// fewer than nine; whatever begins otherwise is JSON or nothing.
pub(crate) fn read_presentation(file: &Path) -> Result<Presentation, CliError> {
    let bytes = files::read(file)?;
    let presentation = if matches!(bytes.first(), Some(0..9)) {
        Presentation::from_bytes(&bytes)
    } else {
        let text = String::from_utf8(bytes).map_err(CliError::malformed(file, "a presentation"))?;
        Presentation::from_json(text.trim_end())
    };
    presentation.map_err(CliError::malformed(file, "a presentation"))
}

fn presentation(file: &Path, output: Output) -> Result<Report, CliError> {
    let presentation = read_presentation(file)?;
    let (json_bytes, binary_bytes) = (presentation.to_json().len(), presentation.to_bytes().len());
    let proof = hex::encode(presentation.proof.0);
    let scope = match presentation.scope {
        Some(_) => "random, drawn by the wallet: the pseudonym means nothing to anybody",
        None => "the verifier's: the same person has the same pseudonym there, and only there",
    };
    let mut report =
        Report::new(format_args!("presentation, {json_bytes} bytes as JSON, {binary_bytes} in compact form"))
            .line(format_args!("challenge  {}  (which request this answers)", presentation.challenge))
            .line(format_args!("proof      {}…  128 bytes", &proof[..32]))
            .line(format_args!("pseudonym  {}", presentation.pseudonym))
            .line(format_args!("scope      {scope}"))
            .line("disclosed:");
    let values = disclosed_values(&presentation.disclosed);
    if values.is_empty() {
        report = report.line("  nothing");
    }
    for (attribute, value) in &values {
        report = report.line(format_args!("  {:9}  {value}", attribute.to_string()));
    }
    output.warn("this looks into the file only; whether the proof holds is for `tacit verify` to say.");
    Ok(report
        .key("json_bytes", json_bytes)
        .key("binary_bytes", binary_bytes)
        .key("challenge", presentation.challenge.to_string())
        .key("pseudonym", presentation.pseudonym.to_string())
        .key("scope", if presentation.scope.is_some() { "random" } else { "verifier" })
        .key("proof", proof)
        .key("disclosed", disclosed_json(&presentation.disclosed)))
}

/// The disclosed values as text, in the order of the mask.
pub(crate) fn disclosed_values(disclosed: &Disclosed) -> Vec<(DisclosedAttribute, String)> {
    let values = [
        (DisclosedAttribute::Number, disclosed.number.as_ref().map(|v| v.as_str().to_owned())),
        (DisclosedAttribute::Name, disclosed.name.as_ref().map(|v| v.as_str().to_owned())),
        (DisclosedAttribute::Birth, disclosed.birth.map(|v| v.to_string())),
        (
            DisclosedAttribute::Sex,
            disclosed.sex.map(|v| if v == Sex::Male { "male" } else { "female" }.to_owned()),
        ),
        (
            DisclosedAttribute::Region,
            disclosed.region.map(|v| format!("{:06}, {}", v.code(), v.province().name_en())),
        ),
        (DisclosedAttribute::Expiry, disclosed.expiry.map(in_words)),
        (
            DisclosedAttribute::Extras,
            disclosed.extras.as_ref().map(|v| {
                let labels: Vec<&str> = v.opened().iter().map(ExtraAttribute::label).collect();
                format!("{} of {} opened: {}", labels.len(), v.digests().len(), labels.join(", "))
            }),
        ),
    ];
    values.into_iter().filter_map(|(attribute, value)| value.map(|value| (attribute, value))).collect()
}

/// The disclosed values as JSON.
pub(crate) fn disclosed_json(disclosed: &Disclosed) -> Value {
    serde_json::to_value(disclosed).unwrap_or(Value::Null)
}
