//! What was shown to whom.
//!
//! [`Consent::approve`](crate::Consent::approve) writes an entry, flushed to the disk, before it hands the presentation out: a
//! crash in between leaves an entry of a presentation that nobody saw, never the other way round. So an entry's outcome is
//! unknown until somebody says that the presentation was sent ([`Wallet::mark_sent`]).
//!
//! An entry holds names of attributes and no values. Values are in the credential; copies of them would stay here after
//! the credential was replaced, one more for every visit, and tell a thief of the unlocked wallet what the holder has long
//! corrected. The pseudonym is left out too: it follows from holder secret and scope.
//!
//! The newest [`HISTORY_MAX`] entries are kept; the holder can forget any of them. Forgetting changes nothing for the
//! verifiers, who keep what they were shown.
//!
//! Not noticed here: that somebody put back an older file, or none ([`crate::vault`]).
use std::fmt;
use std::sync::PoisonError;

use serde::{Deserialize, Serialize};
use tacit_credential::certificate::VerifierKey;
use tacit_credential::date::{Date, UnixTime};
use tacit_credential::request::{Challenge, PresentationRequest};

use crate::contents::CredentialId;
use crate::present::{ConsentSummary, VerifierSummary, Warning};
use crate::vault::StoreError;
use crate::wallet::Wallet;

/// How many entries are kept.
pub const HISTORY_MAX: usize = 1000;

const VERSION: u32 = 1;

/// Number of an entry; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HistoryId(pub u64);

impl fmt::Display for HistoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One presentation that the holder agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryEntry {
    /// Its number.
    pub id: HistoryId,
    /// When the holder agreed.
    pub at: UnixTime,
    /// Who asked, as certified then.
    pub verifier: VerifierSummary,
    /// The key that signed the request.
    pub key: VerifierKey,
    /// Where the answer was to go.
    pub endpoint: String,
    /// What the verifier said it was for.
    pub title: String,
    /// What was proved, one line a clause.
    pub clauses: Vec<String>,
    /// Which attributes were disclosed; not their values.
    pub disclosed: Vec<String>,
    /// Under which scope the verifier recognises the holder, if under one.
    pub scope: Option<HistoryScope>,
    /// The request that was answered.
    pub challenge: Challenge,
    /// The credential that answered.
    pub credential: CredentialId,
    /// The codes of the warnings that the holder saw.
    pub warnings: Vec<String>,
    /// Whether the presentation reached the verifier.
    pub outcome: Outcome,
}

/// The scope of a pseudonym that was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryScope {
    /// The verifier's identity, or the one that several share.
    pub identity: String,
    /// What for.
    pub label: String,
    /// Whether several verifiers share it.
    pub shared: bool,
}

/// What became of a presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was made; whether it left, the wallet cannot know.
    Unknown,
    /// The verifier took it in.
    Sent,
}

/// What a verifier was shown before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownBefore {
    /// How often the holder agreed.
    pub times: usize,
    /// The last time.
    pub last: UnixTime,
    /// Attributes disclosed in all of these, each once.
    pub disclosed: Vec<String>,
}

impl fmt::Display for ShownBefore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = match self.disclosed.as_slice() {
            [] => "disclosed nothing".to_owned(),
            names => format!("showed {}", names.join(", ")),
        };
        let day = self.last.date_utc8();
        match self.times {
            1 => write!(f, "You answered this verifier on {day} and {shown}."),
            times => write!(f, "You answered this verifier {times} times, last on {day}, and {shown}."),
        }
    }
}

/// Which entries to forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forget {
    /// Every one; also when the file is damaged.
    All,
    /// This one.
    Entry(HistoryId),
    /// Those of before this day, as days are counted in China.
    Before(Date),
}

/// What `history.age` holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HistoryFile {
    version: u32,
    next: u64,
    entries: Vec<HistoryEntry>,
}

impl HistoryFile {
    const EMPTY: Self = Self { version: VERSION, next: 1, entries: Vec::new() };

    /// Adds an entry under the next number; the oldest make room.
    fn push(&mut self, entry: impl FnOnce(HistoryId) -> HistoryEntry) -> HistoryId {
        let id = HistoryId(self.next);
        self.next += 1;
        self.entries.push(entry(id));
        let surplus = self.entries.len().saturating_sub(HISTORY_MAX);
        self.entries.drain(..surplus);
        id
    }
}

impl Wallet {
    /// What was shown to whom, the oldest first.
    pub fn history(&self) -> Result<Vec<HistoryEntry>, StoreError> {
        self.read_history().map(|file| file.entries)
    }

    /// Forgets entries; returns how many there were.
    pub fn forget(&mut self, which: Forget) -> Result<usize, StoreError> {
        if which == Forget::All {
            let (next, forgotten) =
                self.read_history().map_or((1, 0), |file| (file.next, file.entries.len()));
            self.vault().write_history(&HistoryFile { next, ..HistoryFile::EMPTY })?;
            return Ok(forgotten);
        }
        self.change_history(|file| {
            let before = file.entries.len();
            file.entries.retain(|entry| match which {
                Forget::All => false,
                Forget::Entry(id) => entry.id != id,
                Forget::Before(day) => entry.at.date_utc8() >= day,
            });
            before - file.entries.len()
        })
    }

    /// Notes that the verifier took a presentation in. An entry that was forgotten meanwhile stays so.
    pub fn mark_sent(&mut self, id: HistoryId) -> Result<(), StoreError> {
        self.change_history(|file| {
            for entry in file.entries.iter_mut().filter(|entry| entry.id == id) {
                entry.outcome = Outcome::Sent;
            }
        })
    }

    /// What the verifier of this request was shown before.
    pub(crate) fn shown_before(
        &self,
        verifier: &VerifierSummary,
        request: &PresentationRequest,
    ) -> Result<Option<ShownBefore>, StoreError> {
        let mut entries = self.history()?;
        entries.retain(|entry| entry.key == request.verifier || entry.verifier.is_same(verifier));
        let Some(last) = entries.iter().map(|entry| entry.at).max() else { return Ok(None) };
        let mut disclosed: Vec<String> = Vec::new();
        for name in entries.iter().flat_map(|entry| &entry.disclosed) {
            if !disclosed.contains(name) {
                disclosed.push(name.clone());
            }
        }
        Ok(Some(ShownBefore { times: entries.len(), last, disclosed }))
    }

    /// Writes down what the holder agreed to, before anybody sees the answer.
    pub(crate) fn record(
        &self,
        summary: &ConsentSummary,
        request: &PresentationRequest,
        at: UnixTime,
    ) -> Result<HistoryId, StoreError> {
        self.change_history(|file| {
            file.push(|id| HistoryEntry {
                id,
                at,
                verifier: summary.verifier.clone(),
                key: request.verifier,
                endpoint: summary.endpoint.clone(),
                title: summary.title.clone(),
                clauses: summary.clauses.clone(),
                disclosed: summary.disclosed.iter().map(|item| item.attribute.clone()).collect(),
                scope: summary.pseudonym.as_ref().map(|pseudonym| HistoryScope {
                    identity: pseudonym.identity.clone(),
                    label: pseudonym.label.clone(),
                    shared: pseudonym.shared,
                }),
                challenge: request.challenge(),
                credential: summary.credential.id,
                warnings: summary.warnings.iter().map(|warning| Warning::code(warning).to_owned()).collect(),
                outcome: Outcome::Unknown,
            })
        })
    }

    /// Reads, changes and writes the history as one step, also among threads.
    fn change_history<T>(&self, change: impl FnOnce(&mut HistoryFile) -> T) -> Result<T, StoreError> {
        let _one = self.vault().history_lock().lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = self.read_history()?;
        let result = change(&mut file);
        self.vault().write_history(&file)?;
        Ok(result)
    }

    fn read_history(&self) -> Result<HistoryFile, StoreError> {
        let Some(plain) = self.vault().read_history()? else { return Ok(HistoryFile::EMPTY) };
        let file: HistoryFile = serde_json::from_slice(&plain).map_err(|_| self.vault().history_damaged())?;
        if file.version == VERSION { Ok(file) } else { Err(self.vault().history_damaged()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_entries_are_kept() {
        let entry: HistoryEntry = serde_json::from_value(serde_json::json!({
            "id": 0, "at": 5, "verifier": { "certified": "no", "key": "k" },
            "key": VerifierKey::from(&ed25519_dalek::SigningKey::from_bytes(&[1; 32])),
            "endpoint": "desk", "title": "", "clauses": [], "disclosed": [], "scope": null,
            "challenge": "00".repeat(32), "credential": 1, "warnings": [], "outcome": "unknown",
        }))
        .unwrap();
        let mut file = HistoryFile::EMPTY;
        for expected in 1..=HISTORY_MAX as u64 + 2 {
            assert_eq!(file.push(|id| HistoryEntry { id, ..entry.clone() }), HistoryId(expected));
        }
        assert_eq!((file.entries.len(), file.entries[0].id), (HISTORY_MAX, HistoryId(3)));
    }
}
