//! `tacit wallet`.

use std::path::Path;
use std::time::Instant;

use rand::rngs::OsRng;
use serde_json::{Value, json};
use tacit_credential::credential::Credential;
use tacit_wallet::{
    Added, CredentialId, CredentialStatus, Passphrase, PresentError, RecoveryPhrase, StoreError,
    Wallet as Store,
};

use super::inspect::describe_credential;
use super::{history, operator_key, proving};
use crate::args::{Wallet, WalletCommand};
use crate::error::{CliError, refused, refused_in};
use crate::files;
use crate::output::{Output, Report, milliseconds};
use crate::progress;
use crate::secrets::{self, Secret};

pub(crate) fn run(arguments: Wallet, output: Output) -> Result<Report, CliError> {
    let source = arguments.passphrase();
    let dir = arguments.wallet;
    let open = || open(&dir, &secrets::passphrase(&source)?);
    match arguments.command {
        WalletCommand::Init => {
            let passphrase = passphrase(&secrets::new_wallet_passphrase(&source)?)?;
            let (wallet, phrase) = Store::create(&dir, &passphrase, &mut OsRng).map_err(store_error)?;
            Ok(new_wallet(&dir, &wallet, Some(&phrase)))
        }
        WalletCommand::Restore { phrase_file } => {
            let words = secrets::recovery_phrase(phrase_file.as_deref())?;
            let phrase = RecoveryPhrase::parse(&words).map_err(refused)?;
            let passphrase = passphrase(&secrets::new_wallet_passphrase(&source)?)?;
            let wallet = Store::restore(&dir, &phrase, &passphrase).map_err(store_error)?;
            Ok(new_wallet(&dir, &wallet, None)
                .line("Same holder key, same pseudonyms. Ask your issuer to re-issue the credential, then `tacit wallet add`."))
        }
        WalletCommand::EnrolRequest { out, loss_code_file } => {
            let wallet = open()?;
            let code = secrets::loss_code(loss_code_file.as_deref())?;
            let request = wallet.enrol_request(&code, &mut OsRng).map_err(refused)?;
            files::write_secret(&out, request.to_json().as_bytes())?;
            Ok(Report::new(format_args!("enrolment request in {}", out.display()))
                .line("Take it to your issuer with your document. Remember the loss code: whoever says it can have this ID revoked.")
                .key("holder_key", wallet.holder_key().to_string())
                .key("file", out.display().to_string()))
        }
        WalletCommand::Add { credential, replace } => {
            let text = files::read_text(&credential, "a credential")?;
            let parsed =
                Credential::from_json(&text).map_err(CliError::malformed(&credential, "a credential"))?;
            let mut wallet = open()?;
            let added = if replace { wallet.replace(parsed) } else { wallet.add(parsed) };
            let (id, what) = match added.map_err(refused)? {
                Added::New(id) => (id, "added"),
                Added::Replaced(id) => (id, "replaced"),
            };
            Ok(Report::new(format_args!("credential {id} {what}"))
                .line("Next: `tacit wallet update`, so that it can be presented.")
                .line(format_args!(
                    "{} shows the whole ID and is not needed any more; delete it.",
                    credential.display()
                ))
                .key("credential", id.0)
                .key("change", what))
        }
        WalletCommand::Update { published, operator, proving: key } => {
            let operator = operator_key(&operator.operator)?;
            let mut wallet = open()?;
            // Before the lists, so that a wrong file is noticed while nothing is done yet.
            let found = proving::find_again(&wallet, &key, output)?;
            let spinner = progress::spinner(output, "reading lists and status chunks");
            let report =
                wallet.update(&published.published, &operator).map_err(refused_in(&published.published))?;
            spinner.finish_and_clear();
            let mut text =
                Report::new(format_args!("epoch {}, {} new list(s)", report.newest, report.new_lists));
            for (id, status) in &report.credentials {
                text = text.line(format_args!("credential {id}: {}", in_words(*status)));
            }
            let preparing = Instant::now();
            let known = found.is_some();
            let shows = found.and_then(|found| found.prepare(&mut wallet, &dir, output));
            text = match shows {
                Some(shows) if shows.prepared > 0 => text.line(format_args!(
                    "{} proof(s) prepared in {}",
                    shows.prepared,
                    milliseconds(preparing.elapsed())
                )),
                None if !known => text.line("No proof was prepared: which proving key to use is known after the first `tacit wallet present`."),
                _ => text,
            };
            let credentials: Vec<Value> = report
                .credentials
                .iter()
                .map(|(id, status)| json!({ "credential": id, "status": status }))
                .collect();
            Ok(text
                .key("epoch", report.newest.0)
                .key("new_lists", report.new_lists)
                .key("credentials", credentials)
                .key("shows", proving::as_json(shows)))
        }
        WalletCommand::List => {
            let list = open()?.list();
            let mut text = Report::new(match list.len() {
                0 => "no credential yet; `tacit wallet enrol-request` is the first step".to_owned(),
                1 => "1 credential".to_owned(),
                n => format!("{n} credentials"),
            });
            for entry in &list {
                text = text.line(format_args!(
                    "{:3}  {}  {}  {}  valid: {}  {}",
                    entry.id,
                    entry.name,
                    entry.number,
                    entry.issuer,
                    entry.expires,
                    in_words(entry.status)
                ));
            }
            Ok(text.key("credentials", serde_json::to_value(&list).map_err(refused)?))
        }
        WalletCommand::Show { number } => {
            let wallet = open()?;
            let id = CredentialId(number);
            let credential =
                wallet.credential(id).ok_or_else(|| refused(PresentError::NoSuchCredential { id }))?;
            Ok(describe_credential(Report::new(format_args!("credential {id}")), credential)
                .key("credential", number))
        }
        WalletCommand::Present(arguments) => super::present::run(&mut open()?, &dir, &arguments, output),
        WalletCommand::History { forget } => match forget {
            None => history::list(&open()?),
            Some(which) => {
                let which = history::which(&which)?;
                history::forget(&mut open()?, which)
            }
        },
        WalletCommand::Passphrase { new_passphrase_file } => {
            let mut wallet = open()?;
            let replacement = passphrase(&secrets::replacement_passphrase(new_passphrase_file.as_deref())?)?;
            wallet.change_passphrase(&replacement).map_err(store_error)?;
            Ok(Report::new("passphrase changed")
                .line("A copy of the old key.age still opens with the old passphrase; delete such copies."))
        }
    }
}

/// Opens a wallet with a passphrase.
pub(crate) fn open(dir: &Path, text: &Secret) -> Result<Store, CliError> {
    Store::open(dir, &passphrase(text)?).map_err(store_error)
}

fn passphrase(text: &Secret) -> Result<Passphrase, CliError> {
    Passphrase::new(text.as_str()).map_err(|error| CliError::Passphrase(error.into()))
}

fn store_error(error: StoreError) -> CliError {
    match error {
        StoreError::WrongPassphrase => CliError::Passphrase(error.into()),
        other => refused(other),
    }
}

fn new_wallet(dir: &Path, wallet: &Store, phrase: Option<&RecoveryPhrase>) -> Report {
    let key = wallet.holder_key().to_string();
    let mut report =
        Report::new(format_args!("wallet in {}", dir.display())).line(format_args!("holder key  {key}"));
    if let Some(phrase) = phrase {
        report = report.line("").line(
            "Recovery phrase. Write it on paper, in this order, and keep it where you keep your papers:",
        );
        let words: Vec<&str> = phrase.words().collect();
        for (row, chunk) in words.chunks(6).enumerate() {
            let line: Vec<String> =
                chunk.iter().enumerate().map(|(i, word)| format!("{:2} {word:9}", row * 6 + i + 1)).collect();
            report = report.line(format_args!("  {}", line.join(" ")));
        }
        report = report
            .line("")
            .line("Whoever has these words has your pseudonyms; without them a lost wallet loses them.")
            .key("recovery_phrase", words.join(" "));
    }
    report.key("holder_key", key).key("wallet", dir.display().to_string())
}

fn in_words(status: CredentialStatus) -> String {
    match status {
        CredentialStatus::Unknown => "not updated yet".to_owned(),
        CredentialStatus::Good(epoch) => format!("good in epoch {epoch}"),
        CredentialStatus::Revoked(epoch) => format!("REVOKED in epoch {epoch}"),
        CredentialStatus::IssuerNotListed(epoch) => {
            format!("its issuer's key is not in the list of epoch {epoch}")
        }
        _ => "of a status that this version does not know".to_owned(),
    }
}
