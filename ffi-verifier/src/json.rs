//! The JSON that goes in and comes out. Keys and challenges are hexadecimal text in it; the header has an example of each object.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};
use tacit_verifier::{
    Ask, Challenge, Date, Disclosed, Epoch, Findings, OperatorKey, Policy, Pseudonym, UnixTime,
    VerifierCertificate, VerifierKey,
};

/// The parts of a verifier.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) verifier_key: VerifierKey,
    pub(crate) operators: Vec<OperatorKey>,
    /// The bytes of verifying keys' files.
    pub(crate) keys: Vec<String>,
    #[serde(default)]
    pub(crate) certificate: Option<VerifierCertificate>,
    #[serde(default)]
    pub(crate) accept_development_keys: bool,
    #[serde(default)]
    pub(crate) newest_epoch_seen: Option<Epoch>,
    #[serde(default)]
    pub(crate) grace_seconds: u64,
    #[serde(default)]
    pub(crate) challenges: Keeper,
    /// The time until it is set; the system's if there is one.
    #[serde(default)]
    pub(crate) now: Option<UnixTime>,
}

/// Who remembers which challenges are open. On WASM the caller does.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Keeper {
    /// The verifier, in memory.
    #[default]
    Verifier,
    /// The caller, in a database of its own.
    Caller,
}

/// What is asked of one guest.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskFile {
    pub(crate) policy: Policy,
    pub(crate) endpoint: String,
    pub(crate) lifetime_seconds: u64,
}

impl From<AskFile> for Ask {
    fn from(AskFile { policy, endpoint, lifetime_seconds }: AskFile) -> Self {
        Self { policy, endpoint, lifetime: Duration::from_secs(lifetime_seconds) }
    }
}

/// A presentation that is accepted.
#[derive(Serialize)]
pub(crate) struct Accepted<'a> {
    policy: &'a Policy,
    date: Date,
    disclosed: &'a Disclosed,
    #[serde(skip_serializing_if = "Option::is_none")]
    pseudonym: Option<&'a Pseudonym>,
    epoch: Epoch,
    challenge: &'a Challenge,
    verified_at: UnixTime,
    development_key: bool,
}

impl<'a> Accepted<'a> {
    pub(crate) fn new(found: &'a Findings) -> Self {
        Self {
            policy: found.policy(),
            date: found.date(),
            disclosed: found.disclosed(),
            pseudonym: found.pseudonym(),
            epoch: found.epoch(),
            challenge: found.challenge(),
            verified_at: found.checked_at(),
            development_key: found.development_key(),
        }
    }
}

/// What a store of the caller's must remember of a request.
#[derive(Serialize)]
pub(crate) struct Opened {
    pub(crate) challenge: Challenge,
    pub(crate) expires_at: UnixTime,
}

/// The answer to a list that was taken.
#[derive(Serialize)]
pub(crate) struct Taken {
    pub(crate) epoch: Epoch,
}

/// The public half of a key.
#[derive(Serialize)]
pub(crate) struct PublicKey {
    pub(crate) verifier_key: VerifierKey,
}

#[derive(Serialize)]
struct Refused<'a> {
    error: Cause<'a>,
}

#[derive(Serialize)]
struct Cause<'a> {
    code: &'a str,
    message: &'a str,
}

/// `{"error": {"code", "message"}}`.
pub(crate) fn error(code: &str, message: &str) -> String {
    text(&Refused { error: Cause { code, message } })
}

/// One line of JSON.
pub(crate) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data serialises")
}
