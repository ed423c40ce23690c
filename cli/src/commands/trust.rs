//! `tacit trust`.

use std::time::Duration;

use rand::rngs::OsRng;
use tacit_credential::certificate::{VerifierIdentity, VerifierKey};
use tacit_credential::credential::IssuerId;
use tacit_credential::issuer_record::IssuerRecord;
use tacit_trust::{IssuerChange, TrustOperator, Validity, paths, verify_directory};

use super::{areas_json, now, operator_key};
use crate::args::{Trust, TrustCommand};
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
        TrustCommand::Certify { identity, name, key, days, further_key, out, attestation } => {
            let identity =
                VerifierIdentity::new(&identity).map_err(CliError::argument("the identity", &identity))?;
            let key =
                super::key(&key, "the verifier's key", "a verifier's public key", VerifierKey::from_hex)?;
            let from = now();
            let validity = Validity { from, until: from.plus(Duration::from_secs(u64::from(days) * DAY)) };
            let mut operator = open()?;
            let certificate = if further_key {
                operator.certify_further_key(identity, &name, key, validity)
            } else {
                operator.certify(identity, &name, key, validity)
            }
            .map_err(refused)?;
            files::write_json(&out, &certificate)?;
            if let Some(file) = &attestation {
                let text = operator.attest(&certificate).map_err(refused)?;
                files::write(file, text.as_str().as_bytes())?;
            }
            let mut report = Report::new(format_args!(
                "certified {} as {}, until {}",
                certificate.name, certificate.identity, certificate.not_after
            ))
            .line(format_args!("certificate in {}", out.display()));
            if let Some(file) = &attestation {
                report = report.line(format_args!("attestation in {}", file.display()));
            }
            Ok(report
                .key("identity", certificate.identity.as_str())
                .key("name", certificate.name.clone())
                .key("not_after", certificate.not_after.0)
                .key("file", out.display().to_string())
                .key("attestation", attestation.map(|file| file.display().to_string())))
        }
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
