//! Re-checking a whole published directory from its files alone.
//!
//! For every list from epoch 1 on: it is the operator's (signature under the key given), of the epoch that
//! its file name says, in an unbroken chain of predecessors and times; every listed key is a good one with a
//! proof of possession, none twice; no two issuers may enrol the same people; leaves and root recomputed;
//! every status recomputed from its 512 files and signed by its issuer; nothing taken back, neither by a list
//! ([`History`]) nor by a bit ([`StatusSnapshot::follows`]). `latest.json` is the newest list.
//!
//! Not checked here: that this is the only history that the operator signed. Wallets and verifiers that saw another list
//! of an epoch can tell; two people with this report compare the digests.
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tacit_credential::credential::IssuerId;
use tacit_credential::date::UnixTime;
use tacit_credential::region::Jurisdiction;
use tacit_credential::trust_list::{
    Epoch, OperatorKey, SignedTrustList, TrustListDigest, TrustListError, VerifiedTrustList,
};

use crate::files;
use crate::history::{History, HistoryError};
use crate::paths;
use crate::snapshot::{SnapshotError, StatusSnapshot};

/// What a complete check found.
#[derive(Clone, Debug, Serialize)]
pub struct DirectoryReport {
    /// Whose lists these are.
    pub operator: OperatorKey,
    /// Every list, oldest first.
    pub epochs: Vec<EpochReport>,
}

/// One list of the report.
#[derive(Clone, Debug, Serialize)]
pub struct EpochReport {
    /// Number of the list.
    pub epoch: Epoch,
    /// Digest, to be compared with what others have.
    pub digest: TrustListDigest,
    /// When it was made.
    pub issued_at: UnixTime,
    /// When it lapses.
    pub expires_at: UnixTime,
    /// Its issuers.
    pub issuers: Vec<IssuerReport>,
}

/// One issuer of a list.
#[derive(Clone, Debug, Serialize)]
pub struct IssuerReport {
    /// Short name.
    pub id: IssuerId,
    /// Name for people.
    pub name: String,
    /// Whose document numbers it may enrol.
    pub jurisdiction: Jurisdiction,
    /// Number of credential keys.
    pub keys: usize,
    /// Number of its status publication.
    pub sequence: u64,
    /// Revoked credentials.
    pub revoked: u64,
}

/// Checks every list and every status file below `published`.
pub fn verify_directory(
    published: &Path,
    operator: &OperatorKey,
) -> Result<DirectoryReport, VerifyDirectoryError> {
    let newest = newest_epoch(published)?
        .filter(|newest| newest.0 > 0)
        .ok_or_else(|| VerifyDirectoryError::Empty { dir: paths::lists(published) })?;
    let mut check = Check::default();
    let mut epochs = Vec::new();
    for number in 1..=newest.0 {
        let epoch = Epoch(number);
        let file = paths::list(published, epoch);
        if !file.exists() {
            return Err(VerifyDirectoryError::MissingEpoch { epoch });
        }
        let signed: SignedTrustList = serde_json::from_slice(&read(&file)?)
            .map_err(|source| VerifyDirectoryError::Malformed { file: file.clone(), source })?;
        let list = signed.verify(operator).map_err(|source| VerifyDirectoryError::List { epoch, source })?;
        if list.epoch() != epoch {
            return Err(VerifyDirectoryError::OtherEpoch { file, found: list.epoch() });
        }
        epochs.push(check.next(&paths::status(published), list)?);
    }
    let (last, latest) = (paths::list(published, newest), paths::latest(published));
    if read(&latest)? != read(&last)? {
        return Err(VerifyDirectoryError::Latest { newest });
    }
    Ok(DirectoryReport { operator: *operator, epochs })
}

/// What the lists so far leave for the next one to agree with.
#[derive(Default)]
struct Check {
    history: History,
    previous: Option<VerifiedTrustList>,
    /// The last status of every issuer that was ever listed.
    snapshots: HashMap<String, StatusSnapshot>,
}

impl Check {
    fn next(
        &mut self,
        status_dir: &Path,
        list: VerifiedTrustList,
    ) -> Result<EpochReport, VerifyDirectoryError> {
        let epoch = list.epoch();
        let chained = match &self.previous {
            Some(previous) => list.follows(previous),
            None if list.list().predecessor.is_some() => {
                return Err(VerifyDirectoryError::FirstHasPredecessor);
            }
            None => Ok(()),
        };
        chained.map_err(|source| VerifyDirectoryError::List { epoch, source })?;
        self.history
            .accept(&list.list().issuers)
            .map_err(|source| VerifyDirectoryError::History { epoch, source })?;
        let mut issuers = Vec::new();
        for issuer in &list.list().issuers {
            let id = issuer.id.as_str();
            let known = self.snapshots.get(id);
            if known.is_none_or(|known| known.listed() != issuer.status) {
                let snapshot = StatusSnapshot::read(
                    status_dir,
                    &issuer.id,
                    &issuer.publishing_key,
                    issuer.status.sequence,
                )
                .map_err(|source| VerifyDirectoryError::Status {
                    epoch,
                    issuer: issuer.id.clone(),
                    source,
                })?;
                if snapshot.listed() != issuer.status {
                    return Err(VerifyDirectoryError::StatusRoot { epoch, issuer: issuer.id.clone() });
                }
                if let Some(known) = known {
                    snapshot.follows(known).map_err(|lost| VerifyDirectoryError::UnRevoked {
                        epoch,
                        issuer: issuer.id.clone(),
                        word: lost.word,
                    })?;
                }
                self.snapshots.insert(id.to_owned(), snapshot);
            }
            issuers.push(IssuerReport {
                id: issuer.id.clone(),
                name: issuer.name.clone(),
                jurisdiction: issuer.jurisdiction.clone(),
                keys: issuer.keys.len(),
                sequence: issuer.status.sequence,
                revoked: self.snapshots[id].revoked(),
            });
        }
        let report = EpochReport {
            epoch,
            digest: list.digest(),
            issued_at: list.list().issued_at,
            expires_at: list.list().expires_at,
            issuers,
        };
        self.previous = Some(list);
        Ok(report)
    }
}

/// The highest epoch that has a file.
fn newest_epoch(published: &Path) -> Result<Option<Epoch>, VerifyDirectoryError> {
    let dir = paths::lists(published);
    let newest = files::newest_number(&dir, ".json").map_err(|source| io_error(&dir, source))?;
    Ok(newest.map(Epoch))
}

fn read(file: &Path) -> Result<Vec<u8>, VerifyDirectoryError> {
    fs::read(file).map_err(|source| io_error(file, source))
}

fn io_error(path: &Path, source: io::Error) -> VerifyDirectoryError {
    VerifyDirectoryError::Io { path: path.to_owned(), source }
}

/// What a published directory fails at first.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyDirectoryError {
    /// No list at all.
    #[error("{dir} holds no trust list; give the directory that `tacit trust publish` wrote to", dir = dir.display())]
    Empty {
        /// Where one was looked for.
        dir: PathBuf,
    },
    /// A gap in the chain.
    #[error("the list of epoch {epoch} is missing; fetch the whole directory")]
    MissingEpoch {
        /// The epoch without a file.
        epoch: Epoch,
    },
    /// A file is no trust list; a key that is no good key ends here too.
    #[error("{file} is no trust list ({source}); do not use it", file = file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A list lies under another number.
    #[error("{file} holds the list of epoch {found}; do not use this directory", file = file.display())]
    OtherEpoch {
        /// The file.
        file: PathBuf,
        /// The epoch in it.
        found: Epoch,
    },
    /// A list does not hold by itself or does not continue the chain.
    #[error("epoch {epoch}: {source}")]
    List {
        /// The epoch.
        epoch: Epoch,
        /// What is wrong.
        source: TrustListError,
    },
    /// The first list names a list before it.
    #[error("the first list names a predecessor; earlier lists are being withheld")]
    FirstHasPredecessor,
    /// A list contradicts an earlier one.
    #[error("epoch {epoch}: {source}")]
    History {
        /// The epoch.
        epoch: Epoch,
        /// What is contradicted.
        source: HistoryError,
    },
    /// A status publication does not hold by itself.
    #[error("epoch {epoch}, status of issuer {issuer}: {source}")]
    Status {
        /// The epoch.
        epoch: Epoch,
        /// The issuer.
        issuer: IssuerId,
        /// What is wrong.
        source: SnapshotError,
    },
    /// The list names another root than the one of the files.
    #[error("epoch {epoch}: the listed status root of issuer {issuer} is not the root of its files")]
    StatusRoot {
        /// The epoch.
        epoch: Epoch,
        /// The issuer.
        issuer: IssuerId,
    },
    /// A revocation was taken back.
    #[error("epoch {epoch}: issuer {issuer} takes back a revocation (status word {word})")]
    UnRevoked {
        /// The epoch.
        epoch: Epoch,
        /// The issuer.
        issuer: IssuerId,
        /// The status word that lost a bit.
        word: usize,
    },
    /// `latest.json` is not the newest list.
    #[error("latest.json is not the list of epoch {newest}; fetch the directory again")]
    Latest {
        /// The newest epoch with a file.
        newest: Epoch,
    },
    /// Reading failed.
    #[error("{path}: {source}; check that the directory is complete and readable", path = path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}
