//! The registry: an SQLite database of people, credentials, revocations, keys, publications, and the log.
//!
//! Every change is one transaction that takes the write lock at its beginning (`BEGIN IMMEDIATE`), so that two processes
//! cannot act on the same state, and that is on the disk when it returns (`synchronous = FULL`). A credential leaves this
//! crate only after the transaction that recorded its revocation index has been committed: whatever a crash loses, it
//! never lost an index that somebody holds, and no index is given twice. How far the log was is also kept beside the
//! database (the private `mark` module), so that one brought back from a backup is noticed: it takes no change until
//! [`crate::Issuer::restored`].
//!
//! The database holds document numbers in clear and belongs on an encrypted disk; its file has mode 0600. It holds no
//! name, no birth date and no portrait: those are in the document that each act asks for anew.
mod change;
mod log;
mod mark;

use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, params};
use tacit_credential::attributes::RevocationIndex;
use tacit_credential::credential::IssuerId;
use tacit_credential::date::UnixTime;
use tacit_credential::eddsa::PublicKey;
use tacit_credential::enrolment::LossCodeDigest;
use tacit_credential::field::{self, Fr};
use tacit_credential::holder::HolderKey;
use tacit_credential::region::Jurisdiction;

pub(crate) use change::Change;
pub(crate) use log::Event;
pub use log::{Action, LogEntry, LogError, LogHash, LogHead};
use mark::Mark;

/// Why the registry cannot answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The system does not let the database be read or written.
    #[error("registry.sqlite cannot be read or written ({0}); check its permissions and the disk's room")]
    Inaccessible(#[source] rusqlite::Error),
    /// Another process holds the database longer than this one waits.
    #[error("registry.sqlite is in use ({0}); try again when the other command has ended")]
    Busy(#[source] rusqlite::Error),
    /// The file is no registry of this program, or not a whole one.
    #[error(
        "registry.sqlite is damaged ({0}); restore it from the newest backup, and before anything else run `tacit issuer restored`"
    )]
    Unreadable(#[source] rusqlite::Error),
    /// A row that no version of this program writes.
    #[error("registry.sqlite holds an impossible {0}; compare it with a backup")]
    Damaged(&'static str),
    /// The database lacks what was done last.
    #[error(
        "registry.sqlite ends at log entry {known} and lacks entry {noted}, which log-head names: it comes from a backup, and whoever was enrolled since would get a second account; bring back the newest registry, or run `tacit issuer restored`"
    )]
    Restored {
        /// The last entry that the database has.
        known: u64,
        /// The entry that the high-water mark names.
        noted: u64,
    },
    /// The high-water mark cannot be read.
    #[error(
        "log-head cannot be read ({0}), so that nobody knows whether registry.sqlite is the newest; mend that, or treat it as a backup: `tacit issuer restored`"
    )]
    MarkUnreadable(#[source] io::Error),
    /// The high-water mark cannot be written. The change is made all the same.
    #[error(
        "the registry is changed, but log-head cannot be written ({0}); mend that. Whoever was just enrolled has no credential: `tacit issuer reissue` signs it"
    )]
    MarkUnwritten(#[source] io::Error),
    /// No unused revocation index was found.
    #[error("the status tree of this issuer is full; set up another issuer")]
    Full,
}

impl From<rusqlite::Error> for RegistryError {
    /// By whose fault it is: the system's, another process's, or the file's. The texts hold names of tables and columns,
    /// never values.
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(error),
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::DiskFull
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::NoLargeFileSupport
                | ErrorCode::OutOfMemory
                | ErrorCode::PermissionDenied
                | ErrorCode::ReadOnly
                | ErrorCode::SystemIoFailure,
            ) => Self::Inaccessible(error),
            _ => Self::Unreadable(error),
        }
    }
}

/// An open registry.
pub(crate) struct Registry {
    connection: Connection,
    mark: Mark,
}

/// The issuer as the registry knows it.
pub(crate) struct IssuerRow {
    pub(crate) id: IssuerId,
    pub(crate) name: String,
    pub(crate) jurisdiction: Jurisdiction,
    pub(crate) publishing_key: [u8; 32],
}

/// A person as the registry knows them.
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) holder_key: HolderKey,
    pub(crate) loss_code: LossCodeDigest,
    pub(crate) current: RevocationIndex,
    pub(crate) loss_window: UnixTime,
    pub(crate) loss_failures: u32,
    pub(crate) rebinds: u32,
    pub(crate) rebound: Option<UnixTime>,
}

/// A credential key as the registry knows it.
pub(crate) struct KeyRow {
    pub(crate) serial: i64,
    pub(crate) key: PublicKey,
    pub(crate) retired: bool,
}

/// How many of each the registry holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// People ever enrolled.
    pub people: u64,
    /// Credentials ever signed.
    pub credentials: u64,
    /// Credentials revoked.
    pub revoked: u64,
    /// Number of the last publication; 0 before the first.
    pub published: u64,
}

impl Registry {
    /// Makes a new database at `path`, which must be an empty file or none.
    pub(crate) fn create(path: &Path, issuer: &IssuerRow) -> Result<Self, RegistryError> {
        let connection = Connection::open(path)?;
        configure(&connection)?;
        connection.execute_batch(&format!("BEGIN IMMEDIATE; {} COMMIT;", include_str!("schema.sql")))?;
        let jurisdiction = serde_json::to_string(&issuer.jurisdiction).expect("plain data serialises");
        connection.execute(
            "INSERT INTO issuer (only_row, id, name, jurisdiction, publishing_key) VALUES (1, ?1, ?2, ?3, ?4)",
            params![issuer.id.as_str(), issuer.name, jurisdiction, issuer.publishing_key],
        )?;
        let mark = Mark::beside(path);
        mark.reset(&LogHead::EMPTY).map_err(RegistryError::MarkUnwritten)?;
        Ok(Self { connection, mark })
    }

    /// Opens an existing database.
    pub(crate) fn open(path: &Path) -> Result<Self, RegistryError> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        configure(&connection)?;
        Ok(Self { connection, mark: Mark::beside(path) })
    }

    pub(crate) fn issuer(&self) -> Result<IssuerRow, RegistryError> {
        let (id, name, jurisdiction, publishing_key) = self.connection.query_row(
            "SELECT id, name, jurisdiction, publishing_key FROM issuer",
            [],
            |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get(3)?)),
        )?;
        let id = id.parse().map_err(|_| RegistryError::Damaged("issuer id"))?;
        let jurisdiction =
            serde_json::from_str(&jurisdiction).map_err(|_| RegistryError::Damaged("jurisdiction"))?;
        Ok(IssuerRow { id, name, jurisdiction, publishing_key })
    }

    pub(crate) fn keys(&self) -> Result<Vec<KeyRow>, RegistryError> {
        key_rows(&self.connection)
    }

    pub(crate) fn counts(&self) -> Result<Counts, RegistryError> {
        let count = |query: &str| -> Result<u64, RegistryError> {
            unsigned(self.connection.prepare_cached(query)?.query_row([], |row| row.get(0))?)
        };
        Ok(Counts {
            people: count("SELECT count(*) FROM people")?,
            credentials: count("SELECT count(*) FROM credentials")?,
            revoked: count("SELECT count(*) FROM revocations")?,
            published: count("SELECT coalesce(max(sequence), 0) FROM publications")?,
        })
    }

    pub(crate) fn log_entries(&self, first: u64, limit: usize) -> Result<Vec<LogEntry>, RegistryError> {
        log::entries(&self.connection, first, limit)
    }

    pub(crate) fn verify_log(&self, noted: Option<&LogHead>) -> Result<LogHead, LogError> {
        log::verify(&self.connection, noted)
    }

    /// Begins a change; nothing of it stays unless [`Change::commit`] is called. Refused where the database is older than
    /// the high-water mark.
    pub(crate) fn change(&mut self, now: UnixTime) -> Result<Change<'_>, RegistryError> {
        let change = self.change_of_any_age(now)?;
        let noted = change.mark.read().map_err(RegistryError::MarkUnreadable)?;
        if !log::contains(&change.transaction, &noted)? {
            return Err(RegistryError::Restored { known: change.head.sequence, noted: noted.sequence });
        }
        Ok(change)
    }

    /// Begins a change of a database that may come from a backup; [`Change::commit_restored`] ends it.
    pub(crate) fn change_of_any_age(&mut self, now: UnixTime) -> Result<Change<'_>, RegistryError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let head = log::head(&transaction)?;
        Ok(Change { transaction, mark: &self.mark, head, now })
    }
}

fn configure(connection: &Connection) -> Result<(), RegistryError> {
    connection.busy_timeout(Duration::from_secs(30))?;
    connection.set_prepared_statement_cache_capacity(64);
    // The first pragma answers with a row. The cache is 64 MiB, and so is the journal before it is copied back: the
    // random keys of a big registry touch the same pages again and again.
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA cache_size = -65536;
         PRAGMA wal_autocheckpoint = 16384;",
    )?;
    Ok(())
}

/// All keys, oldest first.
fn key_rows(connection: &Connection) -> Result<Vec<KeyRow>, RegistryError> {
    let mut statement = connection.prepare("SELECT serial, key, retired FROM keys ORDER BY serial")?;
    let mut rows = statement.query([])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let retired = row.get::<_, Option<i64>>(2)?.is_some();
        let key =
            PublicKey::from_bytes(&row.get(1)?).map_err(|_| RegistryError::Damaged("credential key"))?;
        keys.push(KeyRow { serial: row.get(0)?, key, retired });
    }
    Ok(keys)
}

/// SQLite's integers are signed; times and counters beyond them are refused.
fn signed(value: u64) -> Result<i64, RegistryError> {
    i64::try_from(value).map_err(|_| RegistryError::Damaged("time or counter"))
}

fn unsigned(value: i64) -> Result<u64, RegistryError> {
    u64::try_from(value).map_err(|_| RegistryError::Damaged("time or counter"))
}

fn index_from(value: u32) -> Result<RevocationIndex, RegistryError> {
    RevocationIndex::new(value).map_err(|_| RegistryError::Damaged("revocation index"))
}

fn element(bytes: &[u8; 32]) -> Result<Fr, RegistryError> {
    field::from_bytes(bytes).map_err(|_| RegistryError::Damaged("holder key"))
}
