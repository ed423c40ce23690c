//! The commands, one file for each group; each maps arguments to calls of a role's crate and words the result.

pub(crate) mod bench;
pub(crate) mod ceremony;
pub(crate) mod groth16;
pub(crate) mod history;
pub(crate) mod inspect;
pub(crate) mod issuer;
pub(crate) mod present;
pub(crate) mod proving;
pub(crate) mod request;
pub(crate) mod serve;
pub(crate) mod setup;
pub(crate) mod trust;
pub(crate) mod verify;
pub(crate) mod wallet;

use std::path::{Path, PathBuf};

use serde_json::Value;
use tacit_credential::date::UnixTime;
use tacit_credential::region::Jurisdiction;
use tacit_credential::trust_list::OperatorKey;
use tacit_verifier::{Clock, SystemClock};

use crate::error::{Cause, CliError};
use crate::files;

/// The present time.
pub(crate) fn now() -> UnixTime {
    SystemClock.now()
}

/// An operator's key: 64 hex digits, or a file that holds them.
pub(crate) fn operator_key(argument: &str) -> Result<OperatorKey, CliError> {
    key(argument, "the operator's key", "an operator's key", OperatorKey::from_hex)
}

/// A jurisdiction as JSON output has it: its ranges, as in a record and in a list.
pub(crate) fn areas_json(jurisdiction: &Jurisdiction) -> Value {
    serde_json::to_value(jurisdiction).expect("plain data serialises")
}

/// A public key as an argument: what is wrong with it is the command line's fault or the file's.
pub(crate) fn key<K, E: Into<Cause>>(
    argument: &str,
    what: &'static str,
    of_file: &'static str,
    parse: impl FnOnce(&str) -> Result<K, E>,
) -> Result<K, CliError> {
    match hex_or_file(argument, of_file)? {
        (hex, None) => parse(&hex).map_err(CliError::argument(what, argument)),
        (hex, Some(file)) => parse(&hex).map_err(CliError::malformed(&file, of_file)),
    }
}

/// 64 hex digits as given, or the content of a file that holds them, and that file.
fn hex_or_file(argument: &str, what: &'static str) -> Result<(String, Option<PathBuf>), CliError> {
    if argument.len() == 64 && argument.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok((argument.to_owned(), None));
    }
    let path = Path::new(argument);
    Ok((files::read_text(path, what)?.trim().to_owned(), Some(path.to_owned())))
}
