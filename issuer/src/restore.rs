//! After a backup was brought back: making sure that what was signed since the backup does not count.
//!
//! A registry from a backup has forgotten who was enrolled since, and with which revocation index. Left alone it would
//! enrol them again, under another holder key and so with a second pseudonym, and give indices twice. A database that
//! was brought back beside its `log-head` refuses every change by itself, and one that is behind its publications
//! refuses to publish; a whole folder that was brought back cannot be told from the newest. [`Issuer::restored`] is how
//! people declare any of them, before anything else is done:
//!
//! 1. every revocation in the newest publication is taken over, also of credentials that this registry does not know, and
//!    its number: no revocation is taken back, no number used twice;
//! 2. a new credential key is made, and every other one is retired as if it were compromised: whatever was signed since
//!    ends with the next trust list, and with it everything else. Which keys signed since cannot be told: the registry
//!    may have gone on, and rotated, before anybody noticed, and a key that was retired since the backup, perhaps a
//!    stolen one, is back with its file;
//! 3. an entry of the log says so and names the log head that is given up.
//!
//! Whoever is known here gets a new credential by `reissue`, with the pseudonym of before; whoever was enrolled since is
//! enrolled again. A key that was made since the backup is not in the next record, and ends too.
//!
//! Not recovered: what was neither in the backup nor published. The credentials concerned have ended with their keys; a
//! re-binding since the backup is undone and not counted, and is made again.
use std::fs;
use std::path::{Path, PathBuf};

use rand_core::CryptoRngCore;
use serde::Serialize;
use tacit_credential::attributes::RevocationIndex;
use tacit_credential::credential::IssuerId;
use tacit_credential::date::UnixTime;
use tacit_credential::signing::PublishingKey;
use tacit_credential::status::{CHUNK_WORDS, StatusChunk, StatusManifest, StatusTree, chunk_path};

use crate::actor::Actor;
use crate::issuer::{Issuer, registry_path};
use crate::keys::{self, CredentialKey, KeyFileError};
use crate::publish::{self, PublishError};
use crate::registry::{Action, Change, Event, KeyRow, LogError, Registry, RegistryError};

/// Reason of a revocation that was read back from a publication.
const RESTORED: &str = "restored";
/// Bits of a status word.
const WORD_BITS: u32 = 252;

/// Why a registry was not declared restored. Nothing was changed, unless a retired key's file or `log-head` is named: then all
/// else is done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// No issuer there.
    #[error("{} holds no issuer; bring back the whole folder", directory.display())]
    Missing {
        /// The directory.
        directory: PathBuf,
    },
    /// The folder is not the one that holds the newest publication.
    #[error(
        "the registry has published {known} times, and {} holds publication {found} at most; name the folder with the newest one, whose revocations must not be lost, or add --never-written if publication {known} was interrupted and exists nowhere",
        directory.display()
    )]
    OldPublication {
        /// Where publications were looked for.
        directory: PathBuf,
        /// The registry's last.
        known: u64,
        /// The newest in the folder; 0 for none.
        found: u64,
    },
    /// The newest publication cannot be read.
    #[error(transparent)]
    Publication(#[from] PublishError),
    /// The files of the newest publication do not belong to its manifest.
    #[error("the status files in {} are not what the issuer signed; fetch that publication again", directory.display())]
    Status {
        /// The directory.
        directory: PathBuf,
    },
    /// The backup's own log does not hold.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A key file cannot be used.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The database failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// Whether the folder with all publications can hold the registry's newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewestPublication {
    /// It does; one that is behind the registry is refused.
    InFolder,
    /// It was numbered and, after a crash or a fault of the disk, never written: the folder's newest is taken.
    NeverWritten,
}

/// What declaring a registry restored did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// The newest publication, from which the revocations were taken; 0 if there is none.
    pub publication: u64,
    /// Revocations that the registry had not known.
    pub revocations: u64,
    /// Valid credentials, of those that the registry knows, that end with the keys that were retired.
    pub credentials: u64,
}

impl Issuer {
    /// Declares that the registry in `directory` came from a backup. `status` is the folder with all publications: today's,
    /// not the one from the same backup.
    pub fn restored(
        directory: &Path,
        status: &Path,
        expected: NewestPublication,
        officer: &Actor,
        now: UnixTime,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Restored, RestoreError> {
        let path = registry_path(directory);
        if !path.is_file() {
            return Err(RestoreError::Missing { directory: directory.to_owned() });
        }
        let mut registry = Registry::open(&path)?;
        let issuer = registry.issuer()?;
        let publishing = keys::load_publishing_key(directory, &issuer.publishing_key)?;
        registry.verify_log(None)?;
        let newest = read_newest(status, &issuer.id, &PublishingKey::from(&publishing))?;
        let key = CredentialKey::generate(rng);
        let mut change = registry.change_of_any_age(now)?;
        let known = change.last_publication()?;
        let found = newest.as_ref().map_or(0, |(manifest, _)| manifest.sequence);
        if found < known && expected == NewestPublication::InFolder {
            return Err(RestoreError::OldPublication { directory: status.to_owned(), known, found });
        }
        let ending: Vec<KeyRow> = change.keys()?.into_iter().filter(|row| !row.retired).collect();
        key.save(directory)?;
        let event = Event {
            actor: officer,
            action: Action::Restored,
            person: None,
            revocation_index: None,
            detail: "",
        };
        let (mut revocations, mut given_up) = (0, "no publication".to_owned());
        if let Some((manifest, revoked)) = &newest {
            given_up = manifest.log.to_string();
            revocations = take_over(&mut change, revoked, &event)?;
        }
        change.log(&Event { detail: &given_up, ..event })?;
        if let Some((manifest, _)) = newest.filter(|_| found > known) {
            change.add_publication(found, &manifest.root.0)?;
        }
        change.add_key(key.public())?;
        let fingerprint = keys::fingerprint(key.public());
        change.log(&Event { action: Action::KeyAdded, detail: &fingerprint, ..event })?;
        let mut credentials = 0;
        for row in &ending {
            credentials += change.live_credentials(row.serial, now.date_utc8())?;
            change.retire_key(row.serial)?;
            let fingerprint = keys::fingerprint(&row.key);
            change.log(&Event { action: Action::KeyRetired, detail: &fingerprint, ..event })?;
        }
        change.commit_restored()?;
        let mut deleted = Ok(());
        for row in &ending {
            // All of them are tried; the first fault is told.
            deleted = deleted.and(keys::delete_credential_key(directory, &row.key));
        }
        deleted?;
        Ok(Restored { publication: found, revocations, credentials })
    }
}

/// Records the revocations that the registry lacks; how many.
fn take_over(
    change: &mut Change<'_>,
    revoked: &[RevocationIndex],
    event: &Event<'_>,
) -> Result<u64, RegistryError> {
    let mut taken = 0;
    for index in revoked {
        if change.is_revoked(*index)? {
            continue;
        }
        change.revoke(*index, RESTORED)?;
        let (person, revocation_index) = (change.holder_of(*index)?, Some(index.get()));
        change.log(&Event {
            action: Action::Revoked,
            person,
            revocation_index,
            detail: RESTORED,
            ..*event
        })?;
        taken += 1;
    }
    Ok(taken)
}

/// The newest publication below `status`, if any: its manifest, and what it says is revoked.
fn read_newest(
    status: &Path,
    id: &IssuerId,
    key: &PublishingKey,
) -> Result<Option<(StatusManifest, Vec<RevocationIndex>)>, RestoreError> {
    let sequence = publish::newest_publication(&status.join(id.as_str()))?;
    if sequence == 0 {
        return Ok(None);
    }
    let manifest = publish::read_manifest(status, id, sequence, key)?;
    let mut revoked = Vec::new();
    for number in 0..CHUNK_WORDS as u16 {
        let path = chunk_path(status, id, sequence, number);
        let damaged = || RestoreError::Status { directory: path.with_file_name("") };
        let bytes = fs::read(&path).map_err(|_| damaged())?;
        let chunk = StatusChunk::from_bytes(&bytes).map_err(|_| damaged())?;
        for (i, word) in chunk.words().iter().enumerate().filter(|(_, word)| !word.is_zero()) {
            let first = (u32::from(number) * CHUNK_WORDS as u32 + i as u32) * WORD_BITS;
            for bit in (0..WORD_BITS as u8).filter(|bit| word.get(*bit)) {
                revoked.push(RevocationIndex::new(first + u32::from(bit)).map_err(|_| damaged())?);
            }
        }
    }
    // The root covers every bit and every chunk's place.
    if StatusTree::from_revoked(revoked.iter().copied()).root() != manifest.root {
        let directory = status.join(id.as_str());
        return Err(RestoreError::Status { directory });
    }
    Ok(Some((manifest, revoked)))
}
