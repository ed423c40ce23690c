//! The commands, one file for each group; each maps arguments to calls of a role's crate and words the result.

pub(crate) mod inspect;
pub(crate) mod issuer;
pub(crate) mod present;
pub(crate) mod proving;
pub(crate) mod request;
pub(crate) mod setup;
pub(crate) mod trust;
pub(crate) mod verify;
pub(crate) mod wallet;

use std::fs;
use std::path::Path;

use serde_json::Value;
use tacit_credential::date::UnixTime;
use tacit_credential::region::Jurisdiction;
use tacit_credential::trust_list::OperatorKey;
use tacit_verifier::{Clock, SystemClock};

use crate::error::CliError;

/// The present time.
pub(crate) fn now() -> UnixTime {
    SystemClock.now()
}

/// An operator's key: 64 hex digits, or a file that holds them.
pub(crate) fn operator_key(argument: &str) -> Result<OperatorKey, CliError> {
    let text = hex_or_file(argument)?;
    OperatorKey::from_hex(&text).map_err(CliError::argument("the operator's key", argument))
}

/// A jurisdiction as JSON output has it: its ranges, as in a record and in a list.
pub(crate) fn areas_json(jurisdiction: &Jurisdiction) -> Value {
    serde_json::to_value(jurisdiction).expect("plain data serialises")
}

/// 64 hex digits as given, or the content of a file that holds them.
pub(crate) fn hex_or_file(argument: &str) -> Result<String, CliError> {
    if argument.len() == 64 && argument.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(argument.to_owned());
    }
    let path = Path::new(argument);
    Ok(fs::read_to_string(path).map_err(CliError::read(path))?.trim().to_owned())
}
