//! The embedded store: one SQLite file, for one machine.
//!
//! WAL with `synchronous=FULL`: a commit is on disk before it is acknowledged. All writes go through one thread that takes whatever
//! waits into one transaction and acknowledges after the commit: a hundred acceptances cost one `fsync`, and a single one waits for nobody.
//! If the commit fails, nothing of the batch was acknowledged and nothing took place.
//!
//! `secure_delete` overwrites what is forgotten. Several processes of one machine may share the file.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use tacit_credential::date::UnixTime;
use tacit_credential::trust_list::{Epoch, TrustListId};
use tokio::sync::oneshot;

use super::{AcceptError, Acceptance, RedeemError, Store, StoreError, unreachable, unreadable};
use crate::session::{CodeDigest, Session, SessionId, Standing, Stored};
use crate::webhook::{Delivery, DeliveryId};

/// Version of the tables below, in `user_version`.
const SCHEMA: i64 = 1;

const TABLES: &str = "
CREATE TABLE session (
    id TEXT PRIMARY KEY, record TEXT NOT NULL, expires_at INTEGER NOT NULL, forget_at INTEGER NOT NULL,
    refused INTEGER NOT NULL DEFAULT 0, last_refusal TEXT,
    outcome TEXT, code BLOB, redeemed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_forget_at ON session (forget_at);
CREATE TABLE delivery (
    id TEXT PRIMARY KEY, url TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_by_due_at ON delivery (due_at);
CREATE TABLE epoch (operator BLOB PRIMARY KEY, newest INTEGER NOT NULL) STRICT, WITHOUT ROWID;
";

/// Most writes in one transaction.
const BATCH: usize = 512;

/// Connections for reading.
const READERS: usize = 4;

/// How long one process waits for another that writes to the same file.
const PATIENCE: Duration = Duration::from_secs(5);

/// Called once the batch is committed.
type Acknowledge = Box<dyn FnOnce() + Send>;
type Write = Box<dyn FnOnce(&Connection) -> rusqlite::Result<Acknowledge> + Send>;

/// The store; the file is closed when the last writer's work is done.
pub struct SqliteStore {
    writes: Sender<Write>,
    readers: [Mutex<Connection>; READERS],
    next: AtomicUsize,
}

impl SqliteStore {
    /// Opens or makes the file.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut writer = connect(path)?;
        prepare(&mut writer)?;
        let mut readers = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            let reader = connect(path)?;
            reader.pragma_update(None, "query_only", true).map_err(unreachable)?;
            readers.push(Mutex::new(reader));
        }
        let Ok(readers) = readers.try_into() else { unreachable!("as many as were pushed") };
        let (writes, waiting) = channel();
        std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || write_batches(&mut writer, &waiting))
            .map_err(unreachable)?;
        Ok(Self { writes, readers, next: AtomicUsize::new(0) })
    }

    /// Runs a write in the next batch; returns once it is on disk.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let write: Write = Box::new(move |connection| {
            let value = work(connection)?;
            // Nobody waits any more if the call was given up; what was written stays written.
            Ok(Box::new(move || drop(reply.send(value))))
        });
        self.writes.send(write).map_err(|_| unreachable("the writing thread has ended"))?;
        answer.await.map_err(|_| unreachable("the write was not committed; the log has the cause"))
    }

    /// Reads without waiting for writers. The pages asked for are almost always in memory, so that a thread pool would cost more.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let reader: MutexGuard<'_, Connection> = self.readers
            [self.next.fetch_add(1, Ordering::Relaxed) % READERS]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        work(&reader).map_err(unreachable)
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path).map_err(unreachable)?;
    connection.busy_timeout(PATIENCE).map_err(unreachable)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

fn prepare(writer: &mut Connection) -> Result<(), StoreError> {
    let mode: String =
        writer.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(unreachable)?;
    if mode != "wal" {
        return Err(unreachable("the file system does not allow SQLite's WAL; use a local disk"));
    }
    writer.pragma_update(None, "synchronous", "FULL").map_err(unreachable)?;
    writer.pragma_update(None, "secure_delete", true).map_err(unreachable)?;
    let transaction =
        writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(unreachable)?;
    let version: i64 =
        transaction.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(unreachable)?;
    match version {
        0 => {
            transaction.execute_batch(TABLES).map_err(unreachable)?;
            transaction.pragma_update(None, "user_version", SCHEMA).map_err(unreachable)?;
        }
        SCHEMA => {}
        other => return Err(unreadable(format!("tables of version {other}"))),
    }
    transaction.commit().map_err(unreachable)
}

fn write_batches(connection: &mut Connection, waiting: &Receiver<Write>) {
    while let Ok(first) = waiting.recv() {
        let batch = std::iter::once(first).chain(waiting.try_iter()).take(BATCH);
        match write_batch(connection, batch) {
            Ok(acknowledgements) => acknowledgements.into_iter().for_each(|acknowledge| acknowledge()),
            // Every reply of the batch is dropped, and with it every call fails.
            Err(error) => tracing::error!(%error, "nothing of a batch of writes was committed"),
        }
    }
}

fn write_batch(
    connection: &mut Connection,
    batch: impl Iterator<Item = Write>,
) -> rusqlite::Result<Vec<Acknowledge>> {
    // Taken before the transaction, so that a failure drops the replies of all.
    let batch: Vec<Write> = batch.collect();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let acknowledgements =
        batch.into_iter().map(|write| write(&transaction)).collect::<rusqlite::Result<Vec<_>>>()?;
    transaction.commit()?;
    Ok(acknowledgements)
}

#[async_trait]
impl Store for SqliteStore {
    async fn create(&self, session: &Session, forget_at: UnixTime) -> Result<(), StoreError> {
        let (id, expires_at) = (session.id.to_string(), seconds(session.expires_at()));
        let record = serde_json::to_string(session).map_err(unreadable)?;
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO session (id, record, expires_at, forget_at) VALUES (?, ?, ?, ?)",
                )?
                .execute(params![id, record, expires_at, seconds(forget_at)])
                .map(drop)
        })
        .await
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Stored>, StoreError> {
        let row = self.read(|connection| find(connection, id.as_str()))?;
        row.map(RawStored::parse).transpose()
    }

    async fn accept(&self, acceptance: Acceptance) -> Result<(), AcceptError> {
        let outcome = serde_json::to_string(&acceptance.outcome).map_err(unreadable)?;
        let Acceptance { id, code, delivery, now, .. } = acceptance;
        self.write(move |connection| {
            let changed = connection
                .prepare_cached(
                    "UPDATE session SET outcome = ?2, code = ?3 WHERE id = ?1 AND outcome IS NULL AND expires_at > ?4",
                )?
                .execute(params![id.as_str(), outcome, code.as_ref().map(<[u8; 32]>::as_slice), seconds(now)])?;
            if changed != 1 {
                return Ok(Err(why_not(connection, id.as_str())?));
            }
            if let Some(delivery) = delivery {
                connection
                    .prepare_cached("INSERT INTO delivery (id, url, body, due_at) VALUES (?, ?, ?, ?)")?
                    .execute(params![delivery.id.0, delivery.url.as_str(), delivery.body, seconds(now)])?;
            }
            Ok(Ok(()))
        })
        .await?
    }

    async fn refuse(&self, id: &SessionId, code: &str) -> Result<(), StoreError> {
        let (id, code) = (id.to_string(), code.to_owned());
        self.write(move |connection| {
            connection
                .prepare_cached("UPDATE session SET refused = refused + 1, last_refusal = ?2 WHERE id = ?1")?
                .execute(params![id, code])
                .map(drop)
        })
        .await
    }

    async fn redeem(&self, id: &SessionId, code: &CodeDigest) -> Result<Stored, RedeemError> {
        let (id, code) = (id.to_string(), *code);
        let row = self
            .write(move |connection| {
                let changed = connection
                    .prepare_cached(
                        "UPDATE session SET redeemed = 1 WHERE id = ?1 AND code = ?2 AND redeemed = 0",
                    )?
                    .execute(params![id, code.as_slice()])?;
                if changed == 1 {
                    return Ok(find(connection, &id)?.ok_or(RedeemError::Unknown));
                }
                let known: Option<(bool, bool)> = connection
                    .prepare_cached(
                        "SELECT outcome IS NULL, coalesce(code = ?2, 0) FROM session WHERE id = ?1",
                    )?
                    .query_row(params![id, code.as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                Ok(Err(match known {
                    None => RedeemError::Unknown,
                    Some((true, _)) => RedeemError::Open,
                    Some((false, true)) => RedeemError::Used,
                    Some((false, false)) => RedeemError::Wrong,
                }))
            })
            .await??;
        Ok(row.parse()?)
    }

    async fn due_deliveries(
        &self,
        now: UnixTime,
        hidden_until: UnixTime,
        most: usize,
    ) -> Result<Vec<(DeliveryId, Delivery)>, StoreError> {
        // Looked for without a write, so that a service without webhooks does not write every second.
        let waiting: bool = self.read(|connection| {
            connection
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM delivery WHERE due_at <= ?)")?
                .query_row([seconds(now)], |row| row.get(0))
        })?;
        if !waiting {
            return Ok(Vec::new());
        }
        let rows: Vec<(String, String, String, u32)> = self
            .write(move |connection| {
                connection
                    .prepare_cached(
                        "UPDATE delivery SET due_at = ?2 WHERE id IN (SELECT id FROM delivery WHERE due_at <= ?1
                         ORDER BY due_at LIMIT ?3) RETURNING id, url, body, attempts",
                    )?
                    .query_map(params![seconds(now), seconds(hidden_until), most as i64], |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                    })?
                    .collect()
            })
            .await?;
        rows.into_iter()
            .map(|(id, url, body, attempts)| {
                let url = url.parse().map_err(unreadable)?;
                Ok((DeliveryId(id.clone()), Delivery { id: DeliveryId(id), url, body, attempts }))
            })
            .collect()
    }

    async fn drop_delivery(&self, id: DeliveryId) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.prepare_cached("DELETE FROM delivery WHERE id = ?")?.execute([id.0]).map(drop)
        })
        .await
    }

    async fn postpone_delivery(&self, id: DeliveryId, until: UnixTime) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection
                .prepare_cached("UPDATE delivery SET attempts = attempts + 1, due_at = ?2 WHERE id = ?1")?
                .execute(params![id.0, seconds(until)])
                .map(drop)
        })
        .await
    }

    async fn raise_epoch(&self, operator: TrustListId, epoch: Epoch) -> Result<(), StoreError> {
        let newest = i64::try_from(epoch.0).map_err(unreadable)?;
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO epoch (operator, newest) VALUES (?1, ?2)
                     ON CONFLICT (operator) DO UPDATE SET newest = max(newest, ?2)",
                )?
                .execute(params![operator.0.as_slice(), newest])
                .map(drop)
        })
        .await
    }

    async fn newest_epoch(&self, operator: TrustListId) -> Result<Option<Epoch>, StoreError> {
        let newest: Option<i64> = self.read(|connection| {
            connection
                .prepare_cached("SELECT newest FROM epoch WHERE operator = ?")?
                .query_row([operator.0.as_slice()], |row| row.get(0))
                .optional()
        })?;
        newest.map(|newest| u64::try_from(newest).map(Epoch).map_err(unreadable)).transpose()
    }

    async fn ready(&self) -> Result<(), StoreError> {
        // Through the writer: a disk that is full or gone shows there.
        self.write(|connection| connection.query_row("PRAGMA user_version", [], |_| Ok(()))).await
    }

    async fn forget(&self, now: UnixTime) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection
                .prepare_cached("DELETE FROM session WHERE forget_at <= ?")?
                .execute([seconds(now)])
                .map(drop)
        })
        .await
    }
}

/// Why no row was changed by an acceptance.
fn why_not(connection: &Connection, id: &str) -> rusqlite::Result<AcceptError> {
    let used: Option<bool> = connection
        .prepare_cached("SELECT outcome IS NOT NULL FROM session WHERE id = ?")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    Ok(match used {
        None => AcceptError::Unknown,
        Some(true) => AcceptError::Used,
        Some(false) => AcceptError::Expired,
    })
}

/// A row as it is stored.
struct RawStored {
    record: String,
    refused: u32,
    last_refusal: Option<String>,
    outcome: Option<String>,
    redeemed: bool,
}

impl RawStored {
    fn parse(self) -> Result<Stored, StoreError> {
        let outcome = self.outcome.as_deref().map(serde_json::from_str).transpose().map_err(unreadable)?;
        Ok(Stored {
            session: serde_json::from_str(&self.record).map_err(unreadable)?,
            standing: Standing {
                refused: self.refused,
                last_refusal: self.last_refusal,
                outcome,
                redeemed: self.redeemed,
            },
        })
    }
}

fn find(connection: &Connection, id: &str) -> rusqlite::Result<Option<RawStored>> {
    connection
        .prepare_cached("SELECT record, refused, last_refusal, outcome, redeemed FROM session WHERE id = ?")?
        .query_row([id], |row: &Row<'_>| {
            Ok(RawStored {
                record: row.get(0)?,
                refused: row.get(1)?,
                last_refusal: row.get(2)?,
                outcome: row.get(3)?,
                redeemed: row.get(4)?,
            })
        })
        .optional()
}

/// SQLite's integers have a sign; no clock reaches the end of them.
fn seconds(time: UnixTime) -> i64 {
    i64::try_from(time.0).unwrap_or(i64::MAX)
}
