//! Publishing the status tree as files.
//!
//! ```text
//! DIR/<issuer id>/<sequence, 8 digits>/{manifest.json, top.bin, chunk-000.bin … chunk-511.bin}
//! ```
//! as [`tacit_credential::status`] defines them. All 512 chunks are written every time: which of them changed is nobody's
//! business, and whoever fetches one is one of at least 129,024.
//!
//! The directory is written under a temporary name and renamed, so that nobody reads half a publication. The sequence is
//! recorded before the rename: a crash in between loses the number, and never are there two publications of one number.
//! The manifest names the head of the log that the publication itself ends. A registry that does not hold the head named by
//! the newest publication is older, or went another way, and publishes nothing: it would un-revoke people, and has
//! forgotten whom it enrolled. Not noticed here: what was enrolled after the last publication and lost.
//!
//! A chunk whose bytes are those of the publication before is hard-linked to it, which saves disk and time.
//!
//! Cost: every inner node of the tree that differs from the empty tree is hashed once, at most 37,449 hashes.
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tacit_credential::credential::IssuerId;
use tacit_credential::date::UnixTime;
use tacit_credential::status::{
    CHUNK_WORDS, PublishingKey, SignedManifest, StatusManifest, StatusTree, chunk_path, manifest_path,
    publication_dir, top_path,
};

use crate::actor::Actor;
use crate::issuer::Issuer;
use crate::registry::{Action, Event, RegistryError};

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The directory holds a publication that the registry does not know.
    #[error(
        "the directory holds publication {published}, the registry knows {known}: it comes from a backup, which would un-revoke people and give them second accounts; bring back the newest registry, or run `tacit issuer restored`"
    )]
    RegistryBehind {
        /// Newest publication in the directory.
        published: u64,
        /// Newest one that the registry recorded.
        known: u64,
    },
    /// The newest publication was made from another log than the registry's.
    #[error(
        "publication {published} was made when the log had entry {noted}, which the registry does not have: it comes from a backup, and whoever was enrolled since would get a second account; bring back the newest registry, or run `tacit issuer restored`"
    )]
    LogForked {
        /// Newest publication in the directory.
        published: u64,
        /// The entry that its manifest names.
        noted: u64,
    },
    /// The newest publication is not this issuer's, or not whole.
    #[error("{} is missing or no status manifest of this issuer; bring that publication back whole", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {source}; check disk space and permissions, then publish again", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl Issuer {
    /// Publishes the present revocations under the next number, below `out`.
    pub fn publish(
        &mut self,
        out: &Path,
        officer: &Actor,
        now: UnixTime,
    ) -> Result<SignedManifest, PublishError> {
        let mut change = self.registry.change(now)?;
        let known = change.last_publication()?;
        let published = newest_publication(&out.join(self.id.as_str()))?;
        if published > known {
            return Err(PublishError::RegistryBehind { published, known });
        }
        if published > 0 {
            let key = PublishingKey::from(&self.publishing);
            let newest = read_manifest(out, &self.id, published, &key)?;
            if !change.accounts_for(&newest.log)? {
                return Err(PublishError::LogForked { published, noted: newest.log.sequence });
            }
        }
        let sequence = known + 1;
        let tree = StatusTree::from_revoked(change.revoked()?);
        let root = tree.root();
        change.add_publication(sequence, &root.0)?;
        change.log(&Event {
            actor: officer,
            action: Action::Published,
            person: None,
            revocation_index: None,
            detail: &format!("{sequence} {}", tacit_credential::field::to_hex(&root.0)),
        })?;
        let (issuer, log) = (self.id.clone(), change.head());
        let manifest = StatusManifest { issuer, sequence, root, created: now, log };
        let signed = SignedManifest::sign(manifest, &self.publishing);

        // The layout is built below a temporary root, by the same path functions that readers use.
        let building = out.join(format!(".{}-{}", self.id, std::process::id()));
        let _ = fs::remove_dir_all(&building);
        let directory = publication_dir(&building, &self.id, sequence);
        let remove_on_failure = RemoveOnDrop(&building);
        fs::create_dir_all(&directory)
            .map_err(|source| PublishError::Io { path: directory.clone(), source })?;
        (0..CHUNK_WORDS as u16).into_par_iter().try_for_each(|number| {
            let before = chunk_path(out, &self.id, published, number);
            place(&before, &chunk_path(&building, &self.id, sequence, number), &tree.chunk(number).to_bytes())
        })?;
        write(&top_path(&building, &self.id, sequence), &tree.top().to_bytes())?;
        let json = serde_json::to_string_pretty(&signed).expect("plain data serialises");
        write(&manifest_path(&building, &self.id, sequence), json.as_bytes())?;
        sync_directory(&directory)?;

        change.commit()?;

        let target = publication_dir(out, &self.id, sequence);
        let parent = out.join(self.id.as_str());
        fs::create_dir_all(&parent).map_err(|source| PublishError::Io { path: parent.clone(), source })?;
        fs::rename(&directory, &target).map_err(|source| PublishError::Io { path: target, source })?;
        sync_directory(&parent)?;
        drop(remove_on_failure);
        Ok(signed)
    }
}

/// The manifest of a publication, which this issuer must have signed.
pub(crate) fn read_manifest(
    out: &Path,
    id: &IssuerId,
    sequence: u64,
    key: &PublishingKey,
) -> Result<StatusManifest, PublishError> {
    let path = manifest_path(out, id, sequence);
    let bytes = fs::read(&path).ok();
    let signed: Option<SignedManifest> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    signed
        .filter(|signed| signed.verify(key).is_ok())
        .map(|signed| signed.manifest)
        .filter(|manifest| manifest.issuer == *id && manifest.sequence == sequence)
        .ok_or(PublishError::Manifest { path })
}

/// The highest number below an issuer's directory; 0 if there is none.
pub(crate) fn newest_publication(directory: &Path) -> Result<u64, PublishError> {
    let io = |source| PublishError::Io { path: directory.to_owned(), source };
    let entries = match fs::read_dir(directory) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries.map_err(io)?,
    };
    let mut newest = 0;
    for entry in entries {
        let number = entry.map_err(io)?.file_name().to_str().and_then(|name| name.parse().ok());
        newest = newest.max(number.unwrap_or(0));
    }
    Ok(newest)
}

/// Links `path` to `before` if that holds the same bytes, else writes it.
fn place(before: &Path, path: &Path, bytes: &[u8]) -> Result<(), PublishError> {
    if fs::read(before).is_ok_and(|old| old == bytes) && fs::hard_link(before, path).is_ok() {
        return Ok(());
    }
    write(path, bytes)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), PublishError> {
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|source| PublishError::Io { path: path.to_owned(), source })
}

fn sync_directory(path: &Path) -> Result<(), PublishError> {
    let sync = || File::open(path)?.sync_all();
    sync().map_err(|source| PublishError::Io { path: path.to_owned(), source })
}

/// Removes the temporary root, whatever happens; after the rename it holds empty directories only.
struct RemoveOnDrop<'a>(&'a Path);

impl Drop for RemoveOnDrop<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0);
    }
}
