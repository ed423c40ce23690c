//! What a change may do within its transaction: people, credentials, revocations, keys, publications, and the log.
//!
//! Nothing is kept unless [`Change::commit`] returns; the log's head is then beside the database too.
use rand_core::CryptoRngCore;
use rusqlite::{OptionalExtension, Transaction, params};
use tacit_credential::attributes::RevocationIndex;
use tacit_credential::date::{Date, UnixTime};
use tacit_credential::eddsa::PublicKey;
use tacit_credential::enrolment::{EnrolRequest, LossCodeDigest};
use tacit_credential::expiry::Expiry;
use tacit_credential::field::{self, Fr};
use tacit_credential::holder::HolderKey;
use tacit_credential::number::DocumentNumber;

use super::log::{self, Event, LogHead};
use super::mark::Mark;
use super::{KeyRow, Person, RegistryError, element, index_from, key_rows, signed, unsigned};

/// A change in progress, made at `now`.
pub(crate) struct Change<'a> {
    pub(super) transaction: Transaction<'a>,
    pub(super) mark: &'a Mark,
    pub(super) head: LogHead,
    pub(super) now: UnixTime,
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
    pub(crate) fn keys(&self) -> Result<Vec<KeyRow>, RegistryError> {
        key_rows(&self.transaction)
    }

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
