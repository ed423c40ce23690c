//! `tacit trust`.

use std::time::Duration;

use rand::rngs::OsRng;
use tacit_credential::certificate::{
    Allowance, Destinations, ExtrasAllowance, Recognition, ResidenceAllowance, VerifierEntry,
    VerifierIdentity, VerifierKey,
};
use tacit_credential::credential::IssuerId;
use tacit_credential::issuer_record::IssuerRecord;
use tacit_credential::policy::DisclosedAttribute;
use tacit_trust::{IssuerChange, TrustOperator, Validity, paths, verify_directory};

use super::inspect::describe_certificate;
use super::{areas_json, now, operator_key};
use crate::args::{Certify, Limits, Residence, Trust, TrustCommand};
use crate::error::{CliError, refused, refused_in};
use crate::files;
use crate::output::{Output, Report};
use crate::progress;

/// Seconds of a day.
const DAY: u64 = 86_400;

pub(crate) fn run(arguments: Trust, output: Output) -> Result<Report, CliError> {
    let dir = arguments.dir;
    let open = || TrustOperator::open(&dir).map_err(refused_in(&dir));
    match arguments.command {
        TrustCommand::Init { key_out } => {
            let operator = TrustOperator::init(&dir, &mut OsRng).map_err(refused)?;
            let key = operator.key().to_string();
            if let Some(path) = key_out {
                files::write(&path, format!("{key}\n").as_bytes())?;
            }
            Ok(Report::new(format_args!("trust operator in {}", dir.display()))
                .line(format_args!("public key  {key}"))
                .line("Wallets and verifiers pin this key: give it to them on a way that nobody can change.")
                .line(format_args!("{} holds the secret key; keep it safe, and a copy safer.", dir.display()))
                .key("operator", key))
        }
        TrustCommand::AddIssuer { record } => {
            let text = files::read_text(&record, "an issuer's record")?;
            let record =
                IssuerRecord::from_json(&text).map_err(CliError::malformed(&record, "an issuer's record"))?;
            let change = open()?.add_issuer(&record, now()).map_err(refused)?;
            let what = match change {
                IssuerChange::Added => "added",
                IssuerChange::Updated => "updated",
            };
            Ok(Report::new(format_args!(
                "{what} {} ({}), {} credential key(s), each with its proof of possession",
                record.id,
                record.name,
                record.keys.len()
            ))
            .line(format_args!("jurisdiction  {}", record.jurisdiction))
            .line("In force with the next `tacit trust publish`.")
            .key("change", what)
            .key("issuer", record.id.as_str())
            .key("jurisdiction", areas_json(&record.jurisdiction))
            .key("keys", record.keys.len()))
        }
        TrustCommand::RemoveIssuer { id } => {
            let id = IssuerId::new(&id).map_err(CliError::argument("the issuer's id", &id))?;
            open()?.remove_issuer(&id).map_err(refused)?;
            Ok(Report::new(format_args!("removed {id}; in force with the next `tacit trust publish`"))
                .key("removed", id.as_str()))
        }
        TrustCommand::Certify(arguments) => certify(&mut open()?, &arguments),
        TrustCommand::Publish { published, days } => {
            let published = published.published;
            let mut operator = open()?;
            let spinner = progress::spinner(output, "recomputing every issuer's status root");
            let lifetime = Duration::from_secs(u64::from(days) * DAY);
            let signed = operator
                .publish(&paths::status(&published), &published, now(), lifetime)
                .map_err(refused_in(&published))?;
            spinner.finish_and_clear();
            let list = &signed.list;
            let digest = hex::encode(list.digest().0);
            let mut report =
                Report::new(format_args!("epoch {}, valid until {}", list.epoch, list.expires_at));
            for issuer in &list.issuers {
                report = report.line(format_args!(
                    "  {:24} {} key(s), status {}, for {}",
                    issuer.id,
                    issuer.keys.len(),
                    issuer.status.sequence,
                    issuer.jurisdiction
                ));
            }
            let jurisdictions: serde_json::Map<_, _> = list
                .issuers
                .iter()
                .map(|issuer| (issuer.id.to_string(), areas_json(&issuer.jurisdiction)))
                .collect();
            let file = paths::list(&published, list.epoch);
            Ok(report
                .line(format_args!("digest  {digest}"))
                .line(format_args!("list    {}", file.display()))
                .key("epoch", list.epoch.0)
                .key("digest", digest)
                .key("expires_at", list.expires_at.0)
                .key(
                    "issuers",
                    list.issuers
                        .iter()
                        .map(|issuer| issuer.id.as_str().into())
                        .collect::<Vec<serde_json::Value>>(),
                )
                .key("jurisdictions", jurisdictions)
                .key("file", file.display().to_string()))
        }
        TrustCommand::Verify { published, operator } => {
            let operator = operator_key(&operator.operator)?;
            let spinner = progress::spinner(output, "checking every list and every status file");
            let report = verify_directory(&published.published, &operator)
                .map_err(refused_in(&published.published))?;
            spinner.finish_and_clear();
            let mut text = Report::new(
                "everything published holds: signatures, chain, proofs of possession, jurisdictions, roots",
            );
            for epoch in &report.epochs {
                text = text.line(format_args!(
                    "epoch {}  until {}  digest {}",
                    epoch.epoch,
                    epoch.expires_at,
                    hex::encode(epoch.digest.0)
                ));
                for issuer in &epoch.issuers {
                    text = text.line(format_args!(
                        "  {:24} {} key(s), status {}, {} revoked, for {}",
                        issuer.id, issuer.keys, issuer.sequence, issuer.revoked, issuer.jurisdiction
                    ));
                }
            }
            let epochs = serde_json::to_value(&report.epochs).map_err(refused)?;
            Ok(text
                .line("Compare the digests with somebody else's: two lists of one epoch would be two histories.")
                .key("operator", operator.to_string())
                .key("epochs", epochs))
        }
    }
}

fn certify(operator: &mut TrustOperator, arguments: &Certify) -> Result<Report, CliError> {
    let key =
        super::key(&arguments.key, "the verifier's key", "a verifier's public key", VerifierKey::from_hex)?;
    let entry = entry(arguments)?;
    let from = now();
    let until = from.plus(Duration::from_secs(u64::from(arguments.days) * DAY));
    let validity = Validity { from, until };
    let certificate = if arguments.further_key {
        operator.certify_further_key(entry, key, validity)
    } else {
        operator.certify(entry, key, validity)
    }
    .map_err(refused)?;
    files::write_json(&arguments.out, &certificate)?;
    if let Some(file) = &arguments.attestation {
        let text = operator.attest(&certificate).map_err(refused)?;
        files::write(file, text.as_str().as_bytes())?;
    }
    let title = format!(
        "certified {} as {}, until {}",
        certificate.name, certificate.identity, certificate.not_after
    );
    let mut report = describe_certificate(Report::new(title), &certificate)
        .line(format_args!("certificate in {}", arguments.out.display()));
    if let Some(file) = &arguments.attestation {
        report = report.line(format_args!("attestation in {}", file.display()));
    }
    let attestation = arguments.attestation.as_ref().map(|file| file.display().to_string());
    Ok(report.key("file", arguments.out.display().to_string()).key("attestation", attestation))
}

/// Whom to certify for what, from a file or from the command line.
fn entry(arguments: &Certify) -> Result<VerifierEntry, CliError> {
    if let Some(file) = &arguments.entry {
        let text = files::read_text(file, "a verifier's entry")?;
        return VerifierEntry::from_toml(&text).map_err(CliError::malformed(file, "a verifier's entry"));
    }
    let (Some(identity), Some(name)) = (&arguments.identity, &arguments.name) else {
        unreachable!("the grammar asks for both without a file")
    };
    let identity = self::identity("the identity", identity)?;
    let limits = &arguments.limits;
    let mut entry = VerifierEntry::new(identity, name).allowing(allowance(limits)?);
    if limits.desk {
        entry.answers_to = Destinations::Desk;
    } else if !limits.answers_to.is_empty() {
        let hosts: Result<_, _> =
            limits.answers_to.iter().map(|host| self::identity("the host", host)).collect();
        entry.answers_to = Destinations::domains(hosts?)
            .map_err(CliError::argument("the list of hosts", &limits.answers_to.join(",")))?;
    }
    let shared = limits.shared_scope.iter().map(|shared| self::identity("the shared scope", shared));
    entry.shared_scopes = shared.collect::<Result<_, _>>()?;
    Ok(entry)
}

fn identity(what: &'static str, text: &str) -> Result<VerifierIdentity, CliError> {
    VerifierIdentity::new(text).map_err(CliError::argument(what, text))
}

fn allowance(limits: &Limits) -> Result<Allowance, CliError> {
    let attribute = |name: &String| {
        let known = DisclosedAttribute::ALL.into_iter().find(|attribute| attribute.to_string() == *name);
        known.ok_or_else(|| {
            let cause = "it is none of number, name, birth, sex, region, expiry";
            CliError::argument("the attribute", name)(cause)
        })
    };
    let document: Vec<_> = limits.disclose.iter().map(attribute).collect::<Result<_, _>>()?;
    let extras = match limits.extras.as_slice() {
        [] => ExtrasAllowance::Nothing,
        [all] if all == "all" => ExtrasAllowance::All,
        labels => ExtrasAllowance::labels(labels.to_vec())
            .map_err(CliError::argument("the list of labels", &labels.join(",")))?,
    };
    let mut allowance = Allowance::default();
    allowance.narrowest_age_days = limits.narrowest_age;
    allowance.residence = match limits.residence {
        None => ResidenceAllowance::Nothing,
        Some(Residence::Provinces) => ResidenceAllowance::Provinces,
        Some(Residence::Regions) => ResidenceAllowance::Regions,
    };
    if limits.pseudonym {
        allowance.recognition = Recognition::ByPseudonym;
    }
    allowance
        .with_disclosures(&document, extras)
        .map_err(CliError::argument("the list of attributes", &limits.disclose.join(",")))
}
