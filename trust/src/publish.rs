//! Publishing the list of the next epoch.
//!
//! Order, chosen so that a crash anywhere leaves one history: (1) read and check every issuer's newest status against the
//! one listed before; (2) check and sign the list; (3) copy the status files, which a refused list leaves alone;
//! (4) commit the list to the operator's state; (5) write the list beside them, `latest.json` last. A publication
//! interrupted after (4) is completed by the next one, which never signs a second list of that epoch.
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tacit_credential::credential::IssuerId;
use tacit_credential::date::UnixTime;
use tacit_credential::issuer_record::IssuerRecord;
use tacit_credential::status::StatusManifest;
use tacit_credential::trust_list::{
    Epoch, ListedIssuer, SignedTrustList, TrustList, TrustListError, TrustListParameters,
};

use crate::files::{self, Access};
use crate::history::HistoryError;
use crate::operator::{CLOCK_TOLERANCE, OperatorError, TrustOperator};
use crate::paths;
use crate::snapshot::{SnapshotError, StatusSnapshot};

/// The oldest status that a new list may refer to. Policies bound the age of a list; this bounds what stands behind it.
pub const MAX_STATUS_AGE: Duration = Duration::from_secs(7 * 24 * 3600);

fn check_age(manifest: &StatusManifest, now: UnixTime) -> Result<(), PublishError> {
    let (issuer, created) = (manifest.issuer.clone(), manifest.created);
    if created > now.plus(CLOCK_TOLERANCE) {
        return Err(PublishError::StatusFromFuture { issuer, created });
    }
    if now.since(created) > MAX_STATUS_AGE {
        return Err(PublishError::StatusTooOld { issuer, created });
    }
    Ok(())
}

impl TrustOperator {
    /// Signs the list of the next epoch over the newest status of every issuer below `status_dir`, and writes list and
    /// status files to `published`. The two may share their status folder.
    pub fn publish(
        &mut self,
        status_dir: &Path,
        published: &Path,
        now: UnixTime,
        lifetime: Duration,
    ) -> Result<SignedTrustList, PublishError> {
        if self.state.issuers.is_empty() {
            return Err(PublishError::NoIssuer);
        }
        self.complete_last(published)?;
        let last = self.state.last.as_ref().map(|signed| &signed.list);
        if let Some(last) = last
            && now < last.issued_at
        {
            return Err(PublishError::Clock { last: last.issued_at });
        }
        let epoch = Epoch(last.map_or(1, |list| list.epoch.0 + 1));
        let list_file = paths::list(published, epoch);
        if list_file.exists() {
            return Err(PublishError::OtherChain { file: list_file });
        }
        let predecessor = last.map(TrustList::digest);

        let mut issuers = Vec::with_capacity(self.state.issuers.len());
        let mut snapshots = Vec::with_capacity(self.state.issuers.len());
        for record in &self.state.issuers {
            let snapshot = self.next_snapshot(record, status_dir, published)?;
            check_age(snapshot.manifest(), now)?;
            issuers.push(ListedIssuer {
                id: record.id.clone(),
                name: record.name.clone(),
                jurisdiction: record.jurisdiction.clone(),
                publishing_key: record.publishing_key,
                keys: record.keys.clone(),
                status: snapshot.listed(),
            });
            snapshots.push(snapshot);
        }
        let mut state = self.state.clone();
        state.history.accept(&issuers)?;
        let parameters = TrustListParameters {
            epoch,
            predecessor,
            issued_at: now,
            expires_at: now.plus(lifetime),
            issuers,
        };
        let signed = SignedTrustList::sign(parameters, &self.key)?;
        for snapshot in &snapshots {
            snapshot.copy_to(&paths::status(published)).map_err(|source| PublishError::Status {
                issuer: snapshot.manifest().issuer.clone(),
                source,
            })?;
        }
        state.last = Some(signed.clone());
        self.commit(state)?;
        self.complete_last(published)?;
        Ok(signed)
    }

    /// The newest status of one issuer, checked against the one that was listed before.
    fn next_snapshot(
        &self,
        record: &IssuerRecord,
        status_dir: &Path,
        published: &Path,
    ) -> Result<StatusSnapshot, PublishError> {
        let id = &record.id;
        let snapshot = StatusSnapshot::read_newest(status_dir, id, &record.publishing_key)
            .map_err(|source| PublishError::Status { issuer: id.clone(), source })?;
        let Some(listed) = self.state.history.last_status(id) else {
            return Ok(snapshot);
        };
        if snapshot.listed() == listed {
            return Ok(snapshot);
        }
        let status = paths::status(published);
        let previous = StatusSnapshot::read(&status, id, &record.publishing_key, listed.sequence)
            .map_err(|source| PublishError::Previous { issuer: id.clone(), source })?;
        if previous.listed() != listed {
            return Err(PublishError::PreviousRoot { issuer: id.clone() });
        }
        snapshot
            .follows(&previous)
            .map_err(|lost| PublishError::UnRevoked { issuer: id.clone(), word: lost.word })?;
        Ok(snapshot)
    }

    /// Writes the newest list to `published` unless it is there; refuses a directory that holds another history.
    fn complete_last(&self, published: &Path) -> Result<(), PublishError> {
        let lists = paths::lists(published);
        fs::create_dir_all(&lists).map_err(|source| io_error(&lists, source))?;
        let Some(last) = &self.state.last else {
            return Ok(());
        };
        let json = last.to_json();
        let file = paths::list(published, last.list.epoch);
        match fs::read(&file) {
            Ok(found) if found == json.as_bytes() => {}
            Ok(_) => return Err(PublishError::OtherChain { file }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if last.list.epoch.0 > 1 {
                    let before = paths::list(published, Epoch(last.list.epoch.0 - 1));
                    if !before.exists() {
                        return Err(PublishError::MissingList { file: before });
                    }
                }
                write(&file, json.as_bytes())?;
            }
            Err(source) => return Err(io_error(&file, source)),
        }
        let latest = paths::latest(published);
        if fs::read(&latest).ok().as_deref() != Some(json.as_bytes()) {
            write(&latest, json.as_bytes())?;
        }
        Ok(())
    }
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), PublishError> {
    files::write(file, bytes, Access::Everybody).map_err(|source| io_error(file, source))
}

fn io_error(path: &Path, source: io::Error) -> PublishError {
    PublishError::Io { path: path.to_owned(), source }
}

/// Why no list was published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// An issuer has not published for too long.
    #[error(
        "the newest status of issuer {issuer} is of {created}, more than seven days old; have it publish, or remove it"
    )]
    StatusTooOld {
        /// The issuer.
        issuer: IssuerId,
        /// When it published.
        created: UnixTime,
    },
    /// An issuer's status is dated in the future.
    #[error("the newest status of issuer {issuer} is dated {created}, in the future; check both clocks")]
    StatusFromFuture {
        /// The issuer.
        issuer: IssuerId,
        /// When it claims to have published.
        created: UnixTime,
    },
    /// Nobody to list.
    #[error("no issuer is listed; add one with `tacit trust add-issuer`")]
    NoIssuer,
    /// The clock is behind the last list.
    #[error("the last list was made at {last}, which is later than now; set the clock")]
    Clock {
        /// When the last list was made.
        last: UnixTime,
    },
    /// An issuer's status cannot be used.
    #[error("status of issuer {issuer}: {source}")]
    Status {
        /// The issuer.
        issuer: IssuerId,
        /// What is wrong.
        source: SnapshotError,
    },
    /// The status listed before is not in the published directory any more.
    #[error("the status of issuer {issuer} in the last list must be compared and cannot be read: {source}")]
    Previous {
        /// The issuer.
        issuer: IssuerId,
        /// What is wrong.
        source: SnapshotError,
    },
    /// The status listed before was replaced in the published directory.
    #[error(
        "the published status of issuer {issuer} is not the one in the last list; bring back the published directory"
    )]
    PreviousRoot {
        /// The issuer.
        issuer: IssuerId,
    },
    /// A revoked credential would be valid again.
    #[error("issuer {issuer} takes back a revocation (status word {word}); have it re-issue instead")]
    UnRevoked {
        /// The issuer.
        issuer: IssuerId,
        /// The status word that lost a bit.
        word: usize,
    },
    /// Something would contradict an earlier list.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The list does not hold by itself.
    #[error(transparent)]
    List(#[from] TrustListError),
    /// The published directory holds a list that this operator does not know.
    #[error("{file} is not this operator's list; publish into the directory that holds its own lists", file = file.display())]
    OtherChain {
        /// The file.
        file: PathBuf,
    },
    /// The published directory lacks earlier lists.
    #[error("{file} is missing; publish into the directory that holds all earlier lists", file = file.display())]
    MissingList {
        /// The file.
        file: PathBuf,
    },
    /// The operator's state could not be written.
    #[error(transparent)]
    Operator(#[from] OperatorError),
    /// Reading or writing failed.
    #[error("{path}: {source}; check that the directory exists, is yours and has room", path = path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}
