//! The log: who did what, when, and to which entry of the registry.
//!
//! ```text
//! hash_n = SHA-256(encode("tacit/issuer-log/v1"; hash_{n-1}, n, at, actor, action, person, index, detail)),  hash_0 = 0
//! ```
//! with [`tacit_credential::wire::Encoder`]'s framing; times in seconds since 1970.
//!
//! Rows are only ever added: triggers refuse UPDATE, DELETE and a gap in the numbers. Whoever can write the database file
//! can also drop the triggers; what still gives that person away is the chain, provided that somebody else has noted a
//! [`LogHead`] (an auditor, once a day; and every status manifest names one). [`verify`] re-computes the chain and compares it with the registry's tables, so
//! that a credential or a revocation that came or went without an entry is found.
//!
//! Entries name people by the registry's own running number and hold no attribute.
use std::collections::BTreeSet;
use std::str::FromStr;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tacit_credential::date::UnixTime;
pub use tacit_credential::status::{LogHash, LogHead};
use tacit_credential::wire::Encoder;

use super::RegistryError;
use crate::actor::Actor;

const TAG: &str = "tacit/issuer-log/v1";

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Action {
    /// The issuer was set up.
    Created,
    /// A person was enrolled and a credential signed.
    Enrolled,
    /// A credential was revoked; the detail is the reason.
    Revoked,
    /// The holder reported a loss with the right code; the credential was revoked.
    LossReported,
    /// Somebody tried to report a loss and was refused; the detail says why.
    LossRefused,
    /// A new credential for the same holder key.
    Reissued,
    /// A new credential for a new holder key.
    Rebound,
    /// A credential key was made; the detail is its fingerprint.
    KeyAdded,
    /// A credential key was retired; the detail is its fingerprint.
    KeyRetired,
    /// The status tree was published; the detail is sequence and root.
    Published,
    /// The registry was declared restored from a backup; the detail is the log head of the newest publication, whose
    /// later entries are lost.
    Restored,
}

impl Action {
    const ALL: [Self; 11] = [
        Self::Created,
        Self::Enrolled,
        Self::Revoked,
        Self::LossReported,
        Self::LossRefused,
        Self::Reissued,
        Self::Rebound,
        Self::KeyAdded,
        Self::KeyRetired,
        Self::Published,
        Self::Restored,
    ];

    /// The name in the registry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Enrolled => "enrolled",
            Self::Revoked => "revoked",
            Self::LossReported => "loss-reported",
            Self::LossRefused => "loss-refused",
            Self::Reissued => "reissued",
            Self::Rebound => "rebound",
            Self::KeyAdded => "key-added",
            Self::KeyRetired => "key-retired",
            Self::Published => "published",
            Self::Restored => "restored",
        }
    }

    /// Whether an entry of this action stands for a credential that was signed.
    fn issues(self) -> bool {
        matches!(self, Self::Enrolled | Self::Reissued | Self::Rebound)
    }

    /// Whether an entry of this action stands for a credential that was revoked.
    fn revokes(self) -> bool {
        matches!(self, Self::Revoked | Self::LossReported)
    }
}

impl FromStr for Action {
    type Err = RegistryError;

    fn from_str(name: &str) -> Result<Self, RegistryError> {
        Self::ALL
            .into_iter()
            .find(|action| action.as_str() == name)
            .ok_or(RegistryError::Damaged("log action"))
    }
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogEntry {
    /// Number, from 1, without gaps.
    pub sequence: u64,
    /// When.
    pub at: UnixTime,
    /// Who.
    pub actor: String,
    /// What.
    pub action: Action,
    /// The registry's running number of the person concerned.
    pub person: Option<i64>,
    /// The revocation index concerned.
    pub revocation_index: Option<u32>,
    /// Reason, key fingerprint or publication.
    pub detail: String,
    /// Chains this entry to the one before.
    pub hash: LogHash,
}

/// What is to be logged; number, hash and time are added by [`append`].
pub(crate) struct Event<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) action: Action,
    pub(crate) person: Option<i64>,
    pub(crate) revocation_index: Option<u32>,
    pub(crate) detail: &'a str,
}

/// Why a log does not hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The database failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A number is missing.
    #[error("log entry {0} is missing; the registry was tampered with, compare it with a backup")]
    Gap(u64),
    /// An entry does not fit the chain.
    #[error("log entry {0} was changed, or one before it; compare the registry with a backup")]
    Hash(u64),
    /// The log does not contain the head that was noted earlier.
    #[error("the log lacks the noted entry {0}; it was cut off or rewritten, compare it with a backup")]
    Head(u64),
    /// The log and the table of credentials differ.
    #[error("revocation index {0} has a credential and no log entry, or the reverse; compare with a backup")]
    Credential(u32),
    /// The log and the table of revocations differ.
    #[error("revocation index {0} has a revocation and no log entry, or the reverse; compare with a backup")]
    Revocation(u32),
}

/// The last entry's number and hash.
pub(super) fn head(connection: &Connection) -> Result<LogHead, RegistryError> {
    let row = connection
        .prepare_cached("SELECT sequence, hash FROM log ORDER BY sequence DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 32]>(1)?)))
        .optional()?;
    let Some((sequence, hash)) = row else { return Ok(LogHead::EMPTY) };
    Ok(LogHead { sequence: super::unsigned(sequence)?, hash: LogHash(hash) })
}

/// Whether the entry of this number is there and has this hash; the empty log is in every log.
pub(super) fn contains(connection: &Connection, head: &LogHead) -> Result<bool, RegistryError> {
    if *head == LogHead::EMPTY {
        return Ok(true);
    }
    let mut statement = connection.prepare_cached("SELECT 1 FROM log WHERE sequence = ?1 AND hash = ?2")?;
    Ok(statement.exists(params![super::signed(head.sequence)?, head.hash.0])?)
}

/// Whether somebody declared that the entries up to this head, of a log that was lost, will not come back.
pub(super) fn given_up(connection: &Connection, head: &LogHead) -> Result<bool, RegistryError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM log WHERE action = ?1 AND detail = ?2")?;
    Ok(statement.exists(params![Action::Restored.as_str(), head.to_string()])?)
}

/// Appends an entry behind `head`, which moves on.
pub(super) fn append(
    connection: &Connection,
    head: &mut LogHead,
    at: UnixTime,
    event: &Event<'_>,
) -> Result<(), RegistryError> {
    let mut entry = LogEntry {
        sequence: head.sequence + 1,
        at,
        actor: event.actor.to_string(),
        action: event.action,
        person: event.person,
        revocation_index: event.revocation_index,
        detail: event.detail.to_owned(),
        hash: head.hash,
    };
    entry.hash = entry_hash(&head.hash, &entry);
    connection
        .prepare_cached(
            "INSERT INTO log (sequence, at, actor, action, person, revocation_index, detail, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            super::signed(entry.sequence)?,
            super::signed(at.0)?,
            entry.actor,
            entry.action.as_str(),
            entry.person,
            entry.revocation_index,
            entry.detail,
            entry.hash.0,
        ])?;
    *head = LogHead { sequence: entry.sequence, hash: entry.hash };
    Ok(())
}

/// Up to `limit` entries from number `first` on.
pub(super) fn entries(
    connection: &Connection,
    first: u64,
    limit: usize,
) -> Result<Vec<LogEntry>, RegistryError> {
    let mut statement = connection.prepare_cached(
        "SELECT sequence, at, actor, action, person, revocation_index, detail, hash
         FROM log WHERE sequence >= ?1 ORDER BY sequence LIMIT ?2",
    )?;
    let mut rows =
        statement.query(params![super::signed(first)?, i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(parse(row)?);
    }
    Ok(entries)
}

/// Re-computes the whole chain, looks for the `noted` head in it, and compares it with the registry's tables.
pub(super) fn verify(connection: &Connection, noted: Option<&LogHead>) -> Result<LogHead, LogError> {
    let mut statement = connection
        .prepare(
            "SELECT sequence, at, actor, action, person, revocation_index, detail, hash
             FROM log ORDER BY sequence",
        )
        .map_err(RegistryError::from)?;
    let mut rows = statement.query([]).map_err(RegistryError::from)?;
    let mut head = LogHead::EMPTY;
    let mut noted_found = noted.is_none_or(|noted| *noted == head);
    let (mut issued, mut revoked) = (BTreeSet::new(), BTreeSet::new());
    while let Some(row) = rows.next().map_err(RegistryError::from)? {
        let entry = parse(row)?;
        if entry.sequence != head.sequence + 1 {
            return Err(LogError::Gap(head.sequence + 1));
        }
        if entry_hash(&head.hash, &entry) != entry.hash {
            return Err(LogError::Hash(entry.sequence));
        }
        head = LogHead { sequence: entry.sequence, hash: entry.hash };
        noted_found |= noted == Some(&head);
        if let Some(index) = entry.revocation_index {
            if entry.action.issues() && !issued.insert(index) {
                return Err(LogError::Credential(index));
            }
            if entry.action.revokes() && !revoked.insert(index) {
                return Err(LogError::Revocation(index));
            }
        }
    }
    if !noted_found {
        return Err(LogError::Head(noted.map_or(0, |noted| noted.sequence)));
    }
    let difference = first_difference(connection, "SELECT revocation_index FROM credentials", issued)?;
    difference.map_or(Ok(()), |index| Err(LogError::Credential(index)))?;
    let difference = first_difference(connection, "SELECT revocation_index FROM revocations", revoked)?;
    difference.map_or(Ok(()), |index| Err(LogError::Revocation(index)))?;
    Ok(head)
}

/// An index that is in the table and not in `logged`, or the reverse.
fn first_difference(
    connection: &Connection,
    query: &str,
    mut logged: BTreeSet<u32>,
) -> Result<Option<u32>, RegistryError> {
    let mut statement = connection.prepare(query)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let index = row.get(0)?;
        if !logged.remove(&index) {
            return Ok(Some(index));
        }
    }
    Ok(logged.pop_first())
}

fn parse(row: &Row<'_>) -> Result<LogEntry, RegistryError> {
    Ok(LogEntry {
        sequence: super::unsigned(row.get(0)?)?,
        at: UnixTime(super::unsigned(row.get(1)?)?),
        actor: row.get(2)?,
        action: row.get::<_, String>(3)?.parse()?,
        person: row.get(4)?,
        revocation_index: row.get(5)?,
        detail: row.get(6)?,
        hash: LogHash(row.get(7)?),
    })
}

/// The hash of an entry (its own `hash` field left out) behind the one with hash `previous`.
fn entry_hash(previous: &LogHash, entry: &LogEntry) -> LogHash {
    let mut encoder = Encoder::new(TAG);
    encoder
        .bytes(&previous.0)
        .integer(entry.sequence)
        .integer(entry.at.0)
        .text(&entry.actor)
        .text(entry.action.as_str())
        .optional(entry.person.as_ref(), |e, person| {
            e.bytes(&person.to_be_bytes());
        })
        .optional(entry.revocation_index.as_ref(), |e, index| {
            e.integer((*index).into());
        })
        .text(&entry.detail);
    LogHash(Sha256::digest(encoder.finish()).into())
}
