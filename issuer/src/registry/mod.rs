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
mod log;
mod mark;

use std::io;
use std::path::Path;
use std::time::Duration;

use rand_core::CryptoRngCore;
use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params,
};
use tacit_credential::attributes::RevocationIndex;
use tacit_credential::credential::IssuerId;
use tacit_credential::date::{Date, UnixTime};
use tacit_credential::eddsa::PublicKey;
use tacit_credential::enrolment::{EnrolRequest, LossCodeDigest};
use tacit_credential::expiry::Expiry;
use tacit_credential::field::{self, Fr};
use tacit_credential::holder::HolderKey;
use tacit_credential::number::DocumentNumber;
use tacit_credential::region::Jurisdiction;

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
        let mut statement =
            self.connection.prepare("SELECT serial, key, retired FROM keys ORDER BY serial")?;
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

/// A change in progress, made at `now`.
pub(crate) struct Change<'a> {
    transaction: Transaction<'a>,
    mark: &'a Mark,
    head: LogHead,
    now: UnixTime,
}

impl Change<'_> {
    /// Makes the change durable, and then the mark that says so.
    pub(crate) fn commit(self) -> Result<(), RegistryError> {
        self.transaction.commit()?;
        self.mark.advance(&self.head).map_err(RegistryError::MarkUnwritten)
    }

    /// The same, where the mark may be ahead: it goes back to this log.
    pub(crate) fn commit_restored(self) -> Result<(), RegistryError> {
        self.transaction.commit()?;
        self.mark.reset(&self.head).map_err(RegistryError::MarkUnwritten)
    }

    /// The last entry of the log, those of this change included.
    pub(crate) fn head(&self) -> LogHead {
        self.head
    }

    /// Whether this log led to `head`, or the loss of what did was declared.
    pub(crate) fn accounts_for(&self, head: &LogHead) -> Result<bool, RegistryError> {
        Ok(log::contains(&self.transaction, head)? || log::given_up(&self.transaction, head)?)
    }

    pub(crate) fn log(&mut self, event: &Event<'_>) -> Result<(), RegistryError> {
        log::append(&self.transaction, &mut self.head, self.now, event)
    }

    pub(crate) fn person(&self, number: &DocumentNumber) -> Result<Option<Person>, RegistryError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT id, holder_key, loss_salt, loss_digest, current_index, loss_window, loss_failures, rebinds, rebound
             FROM people WHERE number = ?1",
        )?;
        let mut rows = statement.query([number.as_str()])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let rebound = row.get::<_, Option<i64>>(8)?.map(unsigned).transpose()?;
        Ok(Some(Person {
            id: row.get(0)?,
            holder_key: HolderKey(element(&row.get(1)?)?),
            loss_code: LossCodeDigest::from_parts(row.get(2)?, row.get(3)?),
            current: index_from(row.get(4)?)?,
            loss_window: UnixTime(unsigned(row.get(5)?)?),
            loss_failures: row.get(6)?,
            rebinds: row.get(7)?,
            rebound: rebound.map(UnixTime),
        }))
    }

    pub(crate) fn is_enrolled(&self, number: &DocumentNumber) -> Result<bool, RegistryError> {
        let mut statement = self.transaction.prepare_cached("SELECT 1 FROM people WHERE number = ?1")?;
        Ok(statement.exists([number.as_str()])?)
    }

    /// Whether anybody ever enrolled with this holder key.
    pub(crate) fn holder_key_known(&self, key: &HolderKey) -> Result<bool, RegistryError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT 1 FROM holder_keys WHERE holder_key = ?1")?;
        Ok(statement.exists([field::to_bytes(&key.0)])?)
    }

    /// Records a new person; the person's number is returned.
    pub(crate) fn add_person(
        &self,
        number: &DocumentNumber,
        request: &EnrolRequest,
        index: RevocationIndex,
    ) -> Result<i64, RegistryError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO people (number, holder_key, loss_salt, loss_digest, current_index)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                number.as_str(),
                field::to_bytes(&request.holder_key.0),
                request.loss_code.salt(),
                request.loss_code.digest(),
                index.get(),
            ])?;
        let person = self.transaction.last_insert_rowid();
        self.add_holder_key(person, &request.holder_key)?;
        Ok(person)
    }

    fn add_holder_key(&self, person: i64, key: &HolderKey) -> Result<(), RegistryError> {
        self.transaction
            .prepare_cached("INSERT INTO holder_keys (holder_key, person) VALUES (?1, ?2)")?
            .execute(params![field::to_bytes(&key.0), person])?;
        Ok(())
    }

    /// Replaces a person's holder key and loss code; old keys stay known.
    pub(crate) fn rebind(&self, person: i64, request: &EnrolRequest) -> Result<(), RegistryError> {
        self.transaction
            .prepare_cached(
                "UPDATE people SET holder_key = ?2, loss_salt = ?3, loss_digest = ?4, loss_failures = 0,
                 rebinds = rebinds + 1, rebound = ?5 WHERE id = ?1",
            )?
            .execute(params![
                person,
                field::to_bytes(&request.holder_key.0),
                request.loss_code.salt(),
                request.loss_code.digest(),
                signed(self.now.0)?,
            ])?;
        self.add_holder_key(person, &request.holder_key)
    }

    pub(crate) fn set_loss_failures(
        &self,
        person: i64,
        since: UnixTime,
        count: u32,
    ) -> Result<(), RegistryError> {
        self.transaction
            .prepare_cached("UPDATE people SET loss_window = ?2, loss_failures = ?3 WHERE id = ?1")?
            .execute(params![person, signed(since.0)?, count])?;
        Ok(())
    }

    /// A random revocation index that was never given; nor one known as revoked only, which a lost registry gave.
    pub(crate) fn fresh_index(&self, rng: &mut impl CryptoRngCore) -> Result<RevocationIndex, RegistryError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT 1 FROM credentials WHERE revocation_index = ?1
             UNION ALL SELECT 1 FROM revocations WHERE revocation_index = ?1",
        )?;
        // A thousand draws all hit given indices about once in 10^8 when 98 % are given: such a tree counts as full.
        for _ in 0..1_000 {
            let index = RevocationIndex::random(rng);
            if !statement.exists([index.get()])? {
                return Ok(index);
            }
        }
        Err(RegistryError::Full)
    }

    /// Records a credential under an index that was never given.
    pub(crate) fn add_credential(
        &self,
        index: RevocationIndex,
        person: i64,
        key: i64,
        expiry: Expiry,
    ) -> Result<(), RegistryError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO credentials (revocation_index, person, key, issued, expiry) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![index.get(), person, key, signed(self.now.0)?, expiry.encoding().days()])?;
        Ok(())
    }

    pub(crate) fn set_current(&self, person: i64, index: RevocationIndex) -> Result<(), RegistryError> {
        self.transaction
            .prepare_cached("UPDATE people SET current_index = ?2 WHERE id = ?1")?
            .execute(params![person, index.get()])?;
        Ok(())
    }

    pub(crate) fn is_revoked(&self, index: RevocationIndex) -> Result<bool, RegistryError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT 1 FROM revocations WHERE revocation_index = ?1")?;
        Ok(statement.exists([index.get()])?)
    }

    pub(crate) fn revoke(&self, index: RevocationIndex, reason: &str) -> Result<(), RegistryError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO revocations (revocation_index, reason, revoked) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![index.get(), reason, signed(self.now.0)?])?;
        Ok(())
    }

    /// Every revoked index.
    pub(crate) fn revoked(&self) -> Result<Vec<RevocationIndex>, RegistryError> {
        let mut statement = self.transaction.prepare_cached("SELECT revocation_index FROM revocations")?;
        let mut rows = statement.query([])?;
        let mut indices = Vec::new();
        while let Some(row) = rows.next()? {
            indices.push(index_from(row.get(0)?)?);
        }
        Ok(indices)
    }

    pub(crate) fn last_publication(&self) -> Result<u64, RegistryError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT coalesce(max(sequence), 0) FROM publications")?;
        unsigned(statement.query_row([], |row| row.get(0))?)
    }

    pub(crate) fn add_publication(&self, sequence: u64, root: &Fr) -> Result<(), RegistryError> {
        self.transaction
            .prepare_cached("INSERT INTO publications (sequence, root, created) VALUES (?1, ?2, ?3)")?
            .execute(params![signed(sequence)?, field::to_bytes(root), signed(self.now.0)?])?;
        Ok(())
    }

    /// Adds a credential key and returns its serial number.
    pub(crate) fn add_key(&self, key: &PublicKey) -> Result<i64, RegistryError> {
        self.transaction
            .prepare_cached("INSERT INTO keys (key, created) VALUES (?1, ?2)")?
            .execute(params![key.to_bytes(), signed(self.now.0)?])?;
        Ok(self.transaction.last_insert_rowid())
    }

    /// The holder of a credential, if this registry knows of it.
    pub(crate) fn holder_of(&self, index: RevocationIndex) -> Result<Option<i64>, RegistryError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT person FROM credentials WHERE revocation_index = ?1")?;
        Ok(statement.query_row([index.get()], |row| row.get(0)).optional()?)
    }

    /// Whether a key is still to be used: another process may have retired it since this one started.
    pub(crate) fn key_is_live(&self, serial: i64) -> Result<bool, RegistryError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT 1 FROM keys WHERE serial = ?1 AND retired IS NULL")?;
        Ok(statement.exists([serial])?)
    }

    pub(crate) fn retire_key(&self, serial: i64) -> Result<(), RegistryError> {
        self.transaction
            .prepare_cached("UPDATE keys SET retired = ?2 WHERE serial = ?1")?
            .execute(params![serial, signed(self.now.0)?])?;
        Ok(())
    }

    /// Credentials under a key that are neither revoked nor expired on `today`.
    pub(crate) fn live_credentials(&self, serial: i64, today: Date) -> Result<u64, RegistryError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT count(*) FROM credentials WHERE key = ?1 AND expiry >= ?2
             AND revocation_index NOT IN (SELECT revocation_index FROM revocations)",
        )?;
        unsigned(statement.query_row(params![serial, today.days()], |row| row.get(0))?)
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
