//! Bringing a wallet up to date from published files, without telling which ID is its own.
//!
//! 1. `trust/latest.json`, and the lists from the newest one back to the last that the wallet knows (on the first update,
//!    and to compare with what it knows, the newest [`KEPT_EPOCHS`]). Every new list is verified completely under the pinned
//!    operator key and must continue the chain.
//! 2. For every kept list and every credential that lacks a witness: the top file of its issuer's status tree and the **whole
//!    chunk** of 512 words (129,024 credentials) that holds its own. The files asked for depend on issuer and chunk, never
//!    on the index within the chunk; a test compares the reads of two credentials.
//!
//! Refused: another operator key than the pinned one; two different lists of one epoch, ever; a break in the chain; a
//! directory that ends before what the wallet knows. Whoever serves the files can withhold new lists; that shows when a
//! verifier names an epoch that the wallet does not have.
//!
//! An update belongs on a schedule, not before a presentation: its time would tell.
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tacit_credential::credential::Credential;
use tacit_credential::status::{StatusChunk, StatusError, StatusTop, StatusWitness, chunk_path, top_path};
use tacit_credential::trust_list::{
    Epoch, ListedIssuer, OperatorKey, SignedTrustList, TrustListError, VerifiedTrustList,
};

use crate::contents::{Contents, CredentialId, KeptEpoch, KeptWitness};
use crate::published::{Published, PublishedDirectory, latest_path, list_path, status_dir};
use crate::vault::StoreError;
use crate::wallet::{CredentialStatus, Wallet};

/// How many of the newest lists a wallet can prove against.
pub const KEPT_EPOCHS: u64 = 8;

/// What an update brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpdateReport {
    /// The newest epoch now known.
    pub newest: Epoch,
    /// How many lists were new.
    pub new_lists: usize,
    /// What the newest list says about each credential.
    pub credentials: Vec<(CredentialId, CredentialStatus)>,
}

impl Wallet {
    /// Updates from a published directory. The first update pins `operator`; take that key from the ministry's own site,
    /// not from the directory.
    pub fn update(&mut self, published: &Path, operator: &OperatorKey) -> Result<UpdateReport, UpdateError> {
        self.update_from(&mut PublishedDirectory::new(published), operator)
    }

    /// [`update`](Self::update) from any source of published files.
    pub fn update_from(
        &mut self,
        source: &mut impl Published,
        operator: &OperatorKey,
    ) -> Result<UpdateReport, UpdateError> {
        if let Some(pinned) = self.operator()
            && pinned != operator
        {
            return Err(UpdateError::OtherOperator);
        }
        let mut contents = self.contents().clone();
        contents.operator = Some(*operator);
        let before = contents.seen.len();
        let lists = read_lists(source, operator, &mut contents)?;
        let newest = lists.last().expect("verified lists count from 1, so that the newest was read").epoch();
        keep(source, &lists, &mut contents)?;
        let new_lists = contents.seen.len() - before;
        self.commit(contents)?;
        let ids = self.contents().credentials.keys();
        let credentials = ids.map(|&id| (id, self.status(id))).collect();
        Ok(UpdateReport { newest, new_lists, credentials })
    }
}

/// Reads and verifies lists, oldest first; every one ends up in `contents.seen`.
fn read_lists(
    source: &mut impl Published,
    operator: &OperatorKey,
    contents: &mut Contents,
) -> Result<Vec<VerifiedTrustList>, UpdateError> {
    let latest = read_list(source, latest_path(), operator)?;
    let newest = latest.epoch();
    let known = contents.seen.keys().next_back().copied();
    if let Some(known) = known
        && newest < known
    {
        return Err(UpdateError::Behind { known, newest });
    }
    // The newest KEPT_EPOCHS, and everything since the last known list, so that the chain has no gap.
    let window = newest.0.saturating_sub(KEPT_EPOCHS - 1);
    let first = window.min(known.map_or(window, |known| known.0)).max(1);
    let mut lists: Vec<VerifiedTrustList> = Vec::new();
    for number in first..=newest.0 {
        let epoch = Epoch(number);
        let list = read_list(source, list_path(epoch), operator)?;
        if list.epoch() != epoch {
            return Err(UpdateError::OtherEpoch { epoch, found: list.epoch() });
        }
        if epoch == newest && list.digest() != latest.digest() {
            return Err(UpdateError::TwoLists { epoch });
        }
        match contents.seen.insert(epoch, list.digest()) {
            Some(seen) if seen != list.digest() => return Err(UpdateError::TwoLists { epoch }),
            _ => {}
        }
        if let Some(previous) = lists.last() {
            list.follows(previous)?;
        } else if let Some(seen) = contents.seen.get(&Epoch(number - 1))
            && list.list().predecessor != Some(*seen)
        {
            return Err(UpdateError::TwoLists { epoch: Epoch(number - 1) });
        }
        lists.push(list);
    }
    Ok(lists)
}

/// Replaces the kept epochs by the newest ones, with a witness for every credential.
fn keep(
    source: &mut impl Published,
    lists: &[VerifiedTrustList],
    contents: &mut Contents,
) -> Result<(), UpdateError> {
    let mut old = std::mem::take(&mut contents.epochs);
    let mut files = StatusFiles { source, read: BTreeMap::new() };
    let skipped = lists.len().saturating_sub(KEPT_EPOCHS as usize);
    for list in &lists[skipped..] {
        let mut kept = old.remove(&list.epoch()).unwrap_or_else(|| KeptEpoch {
            root: list.root(),
            issued_at: list.list().issued_at,
            expires_at: list.list().expires_at,
            witnesses: BTreeMap::new(),
        });
        for (&id, credential) in &contents.credentials {
            if let std::collections::btree_map::Entry::Vacant(entry) = kept.witnesses.entry(id) {
                entry.insert(witness(&mut files, list, credential)?);
            }
        }
        contents.epochs.insert(list.epoch(), kept);
    }
    Ok(())
}

fn witness(
    files: &mut StatusFiles<'_, impl Published>,
    list: &VerifiedTrustList,
    credential: &Credential,
) -> Result<KeptWitness, UpdateError> {
    let key = &credential.issuer_key;
    let (Some(issuer), Some(path)) = (list.issuer_of(key), list.path(key)) else {
        return Ok(KeptWitness::Unlisted);
    };
    let index = credential.attributes.index;
    let (top, chunk) = files.get(issuer, index.chunk())?;
    let wrong = |source| UpdateError::Status {
        file: chunk_path(status_dir(), &issuer.id, issuer.status.sequence, index.chunk()),
        source,
    };
    let status = StatusWitness::from_files(top, chunk, index).map_err(wrong)?;
    if status.root(index) != issuer.status.root.0 {
        return Err(UpdateError::StatusRoot {
            file: top_path(status_dir(), &issuer.id, issuer.status.sequence),
        });
    }
    Ok(KeptWitness::Listed(Box::new((path, status))))
}

/// Publication and chunk that a pair of status files belongs to: issuer, sequence, chunk.
type StatusKey = (String, u64, u16);

/// Status files, each read once in an update: neighbouring epochs often share a publication.
struct StatusFiles<'a, P> {
    source: &'a mut P,
    read: BTreeMap<StatusKey, (StatusTop, StatusChunk)>,
}

impl<P: Published> StatusFiles<'_, P> {
    fn get(&mut self, issuer: &ListedIssuer, chunk: u16) -> Result<&(StatusTop, StatusChunk), UpdateError> {
        use std::collections::btree_map::Entry;
        let sequence = issuer.status.sequence;
        match self.read.entry((issuer.id.as_str().to_owned(), sequence, chunk)) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let top_file = top_path(status_dir(), &issuer.id, sequence);
                let top = StatusTop::from_bytes(&read(self.source, &top_file)?)
                    .map_err(|source| UpdateError::Status { file: top_file, source })?;
                let file = chunk_path(status_dir(), &issuer.id, sequence, chunk);
                let chunk = StatusChunk::from_bytes(&read(self.source, &file)?)
                    .map_err(|source| UpdateError::Status { file, source })?;
                Ok(entry.insert((top, chunk)))
            }
        }
    }
}

fn read_list(
    source: &mut impl Published,
    file: PathBuf,
    operator: &OperatorKey,
) -> Result<VerifiedTrustList, UpdateError> {
    let bytes = read(source, &file)?;
    let signed: SignedTrustList =
        serde_json::from_slice(&bytes).map_err(|source| UpdateError::Malformed { file, source })?;
    Ok(signed.verify(operator)?)
}

fn read(source: &mut impl Published, file: &Path) -> Result<Vec<u8>, UpdateError> {
    source.read(file).map_err(|source| UpdateError::Io { file: file.to_owned(), source })
}

/// Why a wallet was not updated; it stays as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// The key given is not the pinned one.
    #[error(
        "this wallet trusts another operator than the one given; if the ministry really changed its key, make a new wallet from the recovery phrase"
    )]
    OtherOperator,
    /// Two lists of one epoch.
    #[error(
        "there are two different lists of epoch {epoch}: somebody may be shown a list of their own; keep both files and report it"
    )]
    TwoLists {
        /// The epoch.
        epoch: Epoch,
    },
    /// The directory ends before what is known.
    #[error("the directory ends at epoch {newest} and this wallet knows epoch {known}; fetch a newer copy")]
    Behind {
        /// Newest epoch of the wallet.
        known: Epoch,
        /// Newest epoch of the directory.
        newest: Epoch,
    },
    /// A list lies under another number.
    #[error("the file of epoch {epoch} holds the list of epoch {found}; fetch the directory again")]
    OtherEpoch {
        /// The epoch asked for.
        epoch: Epoch,
        /// The epoch found.
        found: Epoch,
    },
    /// A list does not hold by itself or does not continue the chain.
    #[error(transparent)]
    List(#[from] TrustListError),
    /// A file is no trust list.
    #[error("{file} is no trust list ({source}); fetch it again", file = file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A status file is damaged or does not fit the other.
    #[error("{file}: {source}", file = file.display())]
    Status {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: StatusError,
    },
    /// The status files do not have the listed root.
    #[error("{file} does not belong to the trust list; fetch the directory again", file = file.display())]
    StatusRoot {
        /// The file.
        file: PathBuf,
    },
    /// Reading failed.
    #[error("{file}: {source}; check that the directory is complete", file = file.display())]
    Io {
        /// The file, below the published directory.
        file: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The store could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}
