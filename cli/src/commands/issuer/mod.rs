//! `tacit issuer`.

mod batch;
mod handover;

use std::fs;
use std::path::Path;

use rand::rngs::OsRng;
use tacit_credential::credential::{Credential, IssuerId};
use tacit_credential::document::ResidentId;
use tacit_credential::eddsa::PublicKey;
use tacit_credential::enrolment::EnrolRequest;
use tacit_credential::number::DocumentNumber;
use tacit_credential::region::Jurisdiction;
use tacit_issuer::{Actor, Issuer as Bureau, NewestPublication, Reason, RetireError, Retirement};
use tacit_trust::paths;

use batch::enrol_batch;
use handover::Pending;

use super::{areas_json, now, operator_key};
use crate::args::{Issuer, IssuerCommand, ReasonArgument};
use crate::error::{CliError, refused, refused_in, variant_name};
use crate::files;
use crate::output::{Output, Report, grouped};
use crate::{progress, secrets};

/// What follows after every revocation.
const TAKES_EFFECT: &str = "In force after the next `tacit issuer publish` and `tacit trust publish`.";

pub(crate) fn run(arguments: Issuer, output: Output) -> Result<Report, CliError> {
    let Issuer { dir, officer, command } = arguments;
    let officer = Actor::new(&officer).map_err(CliError::unusable("the officer's name"))?;
    let open = || Bureau::open(&dir).map_err(refused_in(&dir));
    match command {
        IssuerCommand::Init { id, name, jurisdiction } => {
            let id = IssuerId::new(&id).map_err(CliError::argument("the issuer's id", &id))?;
            let areas = jurisdiction.join(", ");
            let jurisdiction =
                Jurisdiction::parse(jurisdiction).map_err(CliError::argument("the jurisdiction", &areas))?;
            let bureau = Bureau::init(&dir, id, &name, jurisdiction, &officer, now(), &mut OsRng)
                .map_err(refused_in(&dir))?;
            let report =
                Report::new(format_args!("issuer {} ({}) in {}", bureau.id(), bureau.name(), dir.display()))
                    .line(format_args!("jurisdiction    {}", bureau.jurisdiction()))
                    .line(format_args!("publishing key  {}", bureau.publishing_key()))
                    .line(format_args!(
                        "{} holds the secret keys and the registry; keep it safe, and a copy safer.",
                        dir.display()
                    ))
                    .line("A copy that is brought back is declared first: `tacit issuer restored`.")
                    .line("Next: `tacit issuer record`, for the trust operator.");
            Ok(report
                .key("id", bureau.id().as_str())
                .key("name", bureau.name())
                .key("jurisdiction", areas_json(bureau.jurisdiction()))
                .key("publishing_key", bureau.publishing_key().to_string()))
        }
        IssuerCommand::Enrol { document: Some(document), request: Some(request), out, .. } => {
            let document = read_document(&document)?;
            let request = read_request(&request)?;
            let mut bureau = open()?;
            let out = Pending::create(&out)?;
            let credential =
                bureau.enrol(&document, &request, &officer, now(), &mut OsRng).map_err(refused_in(&dir))?;
            signed(&credential, out, "enrolled")
        }
        IssuerCommand::Enrol { batch: Some(batch), out, .. } => {
            enrol_batch(&mut open()?, &dir, (&batch, &out), &officer, output)
        }
        // The grammar asks for one of the two forms.
        IssuerCommand::Enrol { .. } => Err(CliError::Argument {
            what: "the enrolment",
            value: String::new(),
            cause: "give --document and --request, or --batch".into(),
        }),
        IssuerCommand::Revoke { number, reason } => {
            let number = read_number(&number)?;
            let reason = reason_of(reason);
            open()?.revoke(&number, reason, &officer, now()).map_err(refused_in(&dir))?;
            Ok(Report::new(format_args!("revoked: {reason}"))
                .line(TAKES_EFFECT)
                .key("reason", reason.as_str()))
        }
        IssuerCommand::ReportLoss { number, loss_code_file } => {
            let number = read_number(&number)?;
            let code = secrets::loss_code(loss_code_file.as_deref())?;
            open()?.report_loss(&number, &code, &officer, now()).map_err(refused_in(&dir))?;
            Ok(Report::new("revoked: lost")
                .line(TAKES_EFFECT)
                .line("The holder restores the wallet from the recovery phrase, then `tacit issuer reissue`: pseudonyms stay.")
                .key("reason", "lost"))
        }
        IssuerCommand::Reissue { document, out } => {
            let document = read_document(&document)?;
            let mut bureau = open()?;
            let out = Pending::create(&out)?;
            let credential =
                bureau.reissue(&document, &officer, now(), &mut OsRng).map_err(refused_in(&dir))?;
            Ok(signed(&credential, out, "re-issued to the same holder key")?.line(TAKES_EFFECT))
        }
        IssuerCommand::Rebind { document, request, out } => {
            let document = read_document(&document)?;
            let request = read_request(&request)?;
            let mut bureau = open()?;
            let out = Pending::create(&out)?;
            let credential =
                bureau.rebind(&document, &request, &officer, now(), &mut OsRng).map_err(refused_in(&dir))?;
            Ok(signed(&credential, out, "bound to a new holder key; its pseudonyms are new")?
                .line(TAKES_EFFECT))
        }
        IssuerCommand::Rotate => {
            let mut bureau = open()?;
            bureau.rotate(&officer, now(), &mut OsRng).map_err(refused_in(&dir))?;
            let keys = bureau.credential_keys().len();
            Ok(Report::new(format_args!("new credential key, which signs from now on; {keys} in use"))
                .line("Next: `tacit issuer record`, and the trust operator adds it again, before anybody is enrolled under it.")
                .key("keys", keys))
        }
        IssuerCommand::Retire { key, compromised } => {
            let mut bureau = open()?;
            let public: PublicKey = key
                .checked_sub(1)
                .and_then(|i| bureau.credential_keys().get(i).copied())
                .ok_or_else(|| refused(RetireError::UnknownKey))?;
            let retirement = if compromised { Retirement::Compromised } else { Retirement::WhenUnused };
            let retired =
                bureau.retire_key(&public, retirement, &officer, now()).map_err(refused_in(&dir))?;
            Ok(Report::new(format_args!("retired; {} valid credential(s) end with it", retired.credentials))
                .line("Next: `tacit issuer record`, and the trust operator adds it again and publishes.")
                .key("credentials", retired.credentials))
        }
        IssuerCommand::Publish { published } => {
            let mut bureau = open()?;
            let spinner = progress::spinner(output, "writing the top of the tree and its 512 chunks");
            let status = paths::status(&published.published);
            fs::create_dir_all(&status).map_err(CliError::write(&status))?;
            let manifest = bureau.publish(&status, &officer, now()).map_err(refused_in(&dir))?.manifest;
            spinner.finish_and_clear();
            let counts = bureau.counts().map_err(refused_in(&dir))?;
            let root = tacit_credential::field::to_hex(&manifest.root.0);
            Ok(Report::new(format_args!(
                "status {} of {}: {} revoked",
                manifest.sequence,
                manifest.issuer,
                grouped(counts.revoked)
            ))
            .line(format_args!("root  {root}"))
            .line("In force with the next `tacit trust publish`.")
            .key("issuer", manifest.issuer.as_str())
            .key("sequence", manifest.sequence)
            .key("revoked", counts.revoked)
            .key("root", root))
        }
        IssuerCommand::Restored { published, never_written } => {
            let status = paths::status(&published.published);
            let newest =
                if never_written { NewestPublication::NeverWritten } else { NewestPublication::InFolder };
            let restored = Bureau::restored(&dir, &status, newest, &officer, now(), &mut OsRng)
                .map_err(refused_in(&dir))?;
            Ok(Report::new(format_args!(
                "declared restored from a backup; {} valid credential(s) end with the keys of before",
                grouped(restored.credentials)
            ))
            .line(format_args!(
                "{} revocation(s) taken over from status {}; a new key signs.",
                grouped(restored.revocations),
                restored.publication
            ))
            .line("Next: `tacit issuer record` and `tacit issuer publish`, and the trust operator adds the record and publishes.")
            .line("Until then everything signed since the backup counts: enrol nobody before.")
            .line("Then `tacit issuer reissue` for whoever is known here, `rebind` for whoever was re-bound since, `enrol` for the others.")
            .key("publication", restored.publication)
            .key("revocations", restored.revocations)
            .key("credentials", restored.credentials))
        }
        IssuerCommand::Record { operator, out } => {
            let operator = operator_key(&operator.operator)?;
            let bureau = open()?;
            let record = bureau.record(&operator, now(), &mut OsRng).map_err(refused)?;
            files::write(&out, record.to_json().as_bytes())?;
            Ok(Report::new(format_args!(
                "record of {} for {} with {} credential key(s) in {}",
                record.id,
                record.jurisdiction,
                record.keys.len(),
                out.display()
            ))
            .line("Hand it to the trust operator (`tacit trust add-issuer`); it holds no secret.")
            .key("id", record.id.as_str())
            .key("jurisdiction", areas_json(&record.jurisdiction))
            .key("keys", record.keys.len())
            .key("file", out.display().to_string()))
        }
        IssuerCommand::Show => {
            let bureau = open()?;
            let counts = bureau.counts().map_err(refused_in(&dir))?;
            let keys: Vec<String> =
                bureau.credential_keys().iter().map(|key| hex::encode(key.to_bytes())).collect();
            let mut report = Report::new(format_args!("{} ({})", bureau.name(), bureau.id()))
                .line(format_args!("jurisdiction {}", bureau.jurisdiction()))
                .line(format_args!("people       {}", grouped(counts.people)))
                .line(format_args!(
                    "credentials  {}, {} revoked",
                    grouped(counts.credentials),
                    grouped(counts.revoked)
                ))
                .line(format_args!("published    status {}", counts.published))
                .line(format_args!("publishing   {}", bureau.publishing_key()));
            for (i, key) in keys.iter().enumerate() {
                let signs = if i + 1 == keys.len() { "  (signs)" } else { "" };
                report = report.line(format_args!("key {}        {}…{signs}", i + 1, &key[..32]));
            }
            Ok(report
                .key("id", bureau.id().as_str())
                .key("name", bureau.name())
                .key("jurisdiction", areas_json(bureau.jurisdiction()))
                .key("people", counts.people)
                .key("credentials", counts.credentials)
                .key("revoked", counts.revoked)
                .key("published", counts.published)
                .key("keys", keys))
        }
        IssuerCommand::Log { last } => log(&open()?, &dir, last),
    }
}

fn log(bureau: &Bureau, dir: &Path, last: Option<usize>) -> Result<Report, CliError> {
    let head = bureau.verify_log(None).map_err(refused_in(dir))?;
    let all = usize::try_from(head.sequence).unwrap_or(usize::MAX);
    let limit = last.unwrap_or(all).min(all);
    let entries = bureau.log((all - limit) as u64 + 1, limit).map_err(refused_in(dir))?;
    let mut report =
        Report::new(format_args!("{} entries, chain unbroken, head {}", grouped(head.sequence), head.hash));
    for entry in &entries {
        let person = entry.person.map_or(String::new(), |person| format!("person {person}"));
        report = report.line(format_args!(
            "{:6}  {}  {:16}  {:14}  {person:14}  {}",
            entry.sequence,
            entry.at,
            entry.actor,
            variant_name(&entry.action),
            entry.detail
        ));
    }
    Ok(report
        .key("entries", serde_json::to_value(&entries).map_err(refused)?)
        .key("sequence", head.sequence)
        .key("head", head.hash.to_string()))
}

fn signed(credential: &Credential, out: Pending, what: &'static str) -> Result<Report, CliError> {
    let out = out.write(credential.to_json().as_bytes())?;
    Ok(Report::new(format_args!("{what}; credential in {}", out.display()))
        .line("Give it to the holder (`tacit wallet add`) and keep no copy.")
        .key("file", out.display().to_string())
        .key("issuer", credential.issuer.as_str())
        .key("holder_key", credential.attributes.holder_key.to_string()))
}

fn read_document(file: &Path) -> Result<ResidentId, CliError> {
    let text = files::read_text(file, "a document")?;
    ResidentId::from_json(&text).map_err(CliError::malformed(file, "a valid document"))
}

fn read_request(file: &Path) -> Result<EnrolRequest, CliError> {
    let text = files::read_text(file, "an enrolment request")?;
    EnrolRequest::from_json(&text).map_err(CliError::malformed(file, "an enrolment request"))
}

fn read_number(text: &str) -> Result<DocumentNumber, CliError> {
    DocumentNumber::parse(text).map_err(CliError::unusable("the document number"))
}

fn reason_of(argument: ReasonArgument) -> Reason {
    match argument {
        ReasonArgument::Expired => Reason::Expired,
        ReasonArgument::Lost => Reason::Lost,
        ReasonArgument::MovedAway => Reason::MovedAway,
        ReasonArgument::Cancelled => Reason::Cancelled,
    }
}
