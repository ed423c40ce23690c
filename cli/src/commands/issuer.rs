//! `tacit issuer`.

use core::ops::ControlFlow;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use rand::rngs::OsRng;
use serde_json::{Value, json};
use tacit_credential::credential::{Credential, IssuerId};
use tacit_credential::document::ResidentId;
use tacit_credential::eddsa::PublicKey;
use tacit_credential::enrolment::EnrolRequest;
use tacit_credential::number::DocumentNumber;
use tacit_credential::region::Jurisdiction;
use tacit_issuer::{
    Actor, BatchCause, BatchError, EnrolError, EnrolSummary, Issuer as Bureau, NewestPublication, Reason,
    RetireError, Retirement,
};
use tacit_trust::paths;
use tempfile::NamedTempFile;

use super::{areas_json, now, operator_key};
use crate::args::{Issuer, IssuerCommand, ReasonArgument};
use crate::error::{CliError, explain, refused, refused_in, variant_name};
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
            .line("Then `tacit issuer reissue` for whoever is known here, `enrol` for whoever is not; pseudonyms stay with the wallet.")
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

fn enrol_batch(
    bureau: &mut Bureau,
    dir: &Path,
    (batch, out): (&Path, &Path),
    officer: &Actor,
    output: Output,
) -> Result<Report, CliError> {
    let open = || File::open(batch).map(BufReader::new).map_err(CliError::read(batch));
    let lines = count_lines(open()?).map_err(CliError::read(batch))?;
    if lines == 0 {
        return Err(CliError::EmptyBatch(batch.to_owned()));
    }
    let input = open()?;
    let mut results = files::create_secret(out)?;
    let bar = progress::bar(output, lines, "enrolling");
    let summary = enrol_into(bureau, dir, input, (&mut results, out), officer, || bar.inc(1));
    bar.finish_and_clear();
    let summary = summary?;
    results.sync_all().map_err(|source| refused(Lost::ResultsUnsure { path: out.to_owned(), source }))?;
    if summary.enrolled == 0 {
        return Err(CliError::NobodyEnrolled { refused: summary.refused, file: out.to_owned() });
    }
    Ok(Report::new(format_args!(
        "{} enrolled, {} refused",
        grouped(summary.enrolled as u64),
        grouped(summary.refused as u64)
    ))
    .line(format_args!("results by line in {}", out.display()))
    .key("enrolled", summary.enrolled)
    .key("refused", summary.refused)
    .key("file", out.display().to_string()))
}

/// How many lines are not blank, in the memory of one buffer, however long file and lines are.
fn count_lines(mut input: impl BufRead) -> io::Result<u64> {
    let (mut lines, mut blank) = (0, true);
    loop {
        let piece = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            piece => piece?,
        };
        if piece.is_empty() {
            return Ok(lines);
        }
        for byte in piece {
            if *byte == b'\n' {
                blank = true;
            } else if blank && !byte.is_ascii_whitespace() {
                blank = false;
                lines += 1;
            }
        }
        let read = piece.len();
        input.consume(read);
    }
}

/// Enrols line by line and writes each result unbuffered, so that it is known which ones were written when one cannot be.
fn enrol_into(
    bureau: &mut Bureau,
    dir: &Path,
    input: impl BufRead,
    (results, path): (&mut impl Write, &Path),
    officer: &Actor,
    tick: impl Fn(),
) -> Result<EnrolSummary, CliError> {
    let mut failure = None;
    let summary = bureau.enrol_lines(input, officer, now(), &mut OsRng, |line, outcome| {
        tick();
        let text = format!("{}\n", result_line(line, &outcome));
        match results.write_all(text.as_bytes()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(source) => {
                failure = Some((line, source));
                ControlFlow::Break(())
            }
        }
    });
    match (summary, failure) {
        (Err(BatchError { next_line, cause: BatchCause::Stopped }), Some((line, source))) => {
            let path = path.to_owned();
            Err(refused(Lost::ResultsUnwritten { path, line, last: next_line - 1, next_line, source }))
        }
        (summary, _) => summary.map_err(refused_in(dir)),
    }
}

fn result_line(line: usize, outcome: &Result<Credential, EnrolError>) -> Value {
    match outcome {
        Ok(credential) => json!({ "line": line, "credential": credential }),
        Err(error) => {
            json!({ "line": line, "error": { "code": variant_name(error), "message": explain(error) } })
        }
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

/// What was enrolled and could not be handed over.
#[derive(Debug, thiserror::Error)]
enum Lost {
    /// The credential of one person.
    #[error(
        "the person is enrolled, but the credential cannot be written to {}: {source}. Mend that; then `tacit issuer reissue` signs it again.",
        path.display()
    )]
    CredentialUnwritten { path: PathBuf, source: io::Error },
    /// Results of a batch.
    #[error(
        "cannot write {}: {source}. It holds the results of the lines before line {line}. The people of lines {line} to {last} are enrolled, unless a line was refused, but have no credential: `tacit issuer reissue` signs one for each. Mend that and go on from line {next_line} with another --out.",
        path.display()
    )]
    ResultsUnwritten { path: PathBuf, line: usize, last: usize, next_line: usize, source: io::Error },
    /// The file of results, at the end.
    #[error(
        "everybody in the batch was dealt with, but {} may not be on the disk whole: {source}. Whoever is missing in it is enrolled, unless refused: `tacit issuer reissue` signs a credential.",
        path.display()
    )]
    ResultsUnsure { path: PathBuf, source: io::Error },
}

/// The place of a credential, made sure of before the issuer signs: a temporary neighbour, to be renamed. Nothing that
/// is there already is replaced.
#[derive(Debug)]
struct Pending {
    file: NamedTempFile,
    path: PathBuf,
}

impl Pending {
    fn create(path: &Path) -> Result<Self, CliError> {
        if path.is_dir() {
            return Err(CliError::write(path)(io::ErrorKind::IsADirectory.into()));
        }
        if path.symlink_metadata().is_ok() {
            return Err(CliError::FileExists(path.to_owned()));
        }
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(CliError::write(path))?;
        // For the owner's eyes only, as temporary files are.
        let file = NamedTempFile::new_in(parent).map_err(CliError::write(path))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Writes the file whole or not at all. The person is enrolled by now.
    fn write(self, bytes: &[u8]) -> Result<PathBuf, CliError> {
        let Self { mut file, path } = self;
        let written = file.write_all(bytes).and_then(|()| file.as_file().sync_all());
        match written.and_then(|()| file.persist_noclobber(&path).map_err(|e| e.error)) {
            Ok(_) => Ok(path),
            Err(source) => Err(refused(Lost::CredentialUnwritten { path, source })),
        }
    }
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

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::exit::Exit;

    #[test]
    fn a_credential_that_cannot_be_put_in_place_is_said_to_be_enrolled() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("credential.json");
        let pending = Pending::create(&path).unwrap();
        fs::create_dir(&path).unwrap();
        let error = pending.write(b"{}").unwrap_err();
        assert_eq!((error.exit(), error.code().as_str()), (Exit::InputOutput, "credential-unwritten"));
        let message = error.to_string();
        assert!(
            message.contains("is enrolled") && message.contains("`tacit issuer reissue` signs it again"),
            "{message}"
        );
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "the temporary file is left");
    }

    #[test]
    fn a_file_that_came_meanwhile_is_not_replaced() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("credential.json");
        let pending = Pending::create(&path).unwrap();
        fs::write(&path, "a document").unwrap();
        assert_eq!(pending.write(b"{}").unwrap_err().code(), "credential-unwritten");
        assert_eq!(fs::read_to_string(&path).unwrap(), "a document");
    }

    /// Longer than what is read whole (256 MiB), and never in memory.
    #[test]
    fn lines_are_counted_however_long_the_file() {
        let line = [b'x'; 1 << 20];
        let long = (0..300).fold(Box::new(io::empty()) as Box<dyn Read>, |input, _| {
            Box::new(input.chain(&line[..]).chain(&b"\n \r\n"[..]))
        });
        assert_eq!(count_lines(BufReader::with_capacity(1 << 16, long)).unwrap(), 300);
        for (text, lines) in [("", 0), ("\n\n \t\r\n", 0), ("a", 1), (" a b\n\nc\n", 2), ("a\nb", 2)] {
            for capacity in [1, 2, 100] {
                let input = BufReader::with_capacity(capacity, text.as_bytes());
                assert_eq!(count_lines(input).unwrap(), lines, "{text:?}");
            }
        }
    }

    #[test]
    fn results_that_cannot_be_written_stop_the_batch_and_are_named() {
        /// Room for one write.
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 += 1;
                if self.0 > 1 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(bytes.len()) }
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let home = tempfile::tempdir().unwrap();
        let officer = Actor::new("officer").unwrap();
        let id = IssuerId::new("bureau").unwrap();
        let (place, hunan) = (home.path().join("bureau"), Jurisdiction::parse(["Hunan"]).unwrap());
        let mut bureau = Bureau::init(&place, id, "Bureau", hunan, &officer, now(), &mut OsRng).unwrap();
        let input = "bad\n".repeat(3_000);
        let mut results = Full(0);
        let out = Path::new("results.jsonl");
        let error =
            enrol_into(&mut bureau, home.path(), input.as_bytes(), (&mut results, out), &officer, || ())
                .unwrap_err();
        assert_eq!((error.exit(), error.code().as_str()), (Exit::InputOutput, "results-unwritten"));
        let message = error.to_string();
        for part in ["before line 2.", "lines 2 to 2048 ", "reissue", "go on from line 2049 "] {
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(results.0, 2, "written to after it was full");
    }
}
