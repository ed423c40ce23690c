//! One publication of an issuer's status tree, read from its files and checked completely.
//!
//! The manifest is the issuer's (signature), the 512 chunk files are all there and in canonical form, every word is below
//! 2^252 before it becomes a field element, each chunk hashes to its root in the top file and the top file to the root in
//! the manifest. The depth is fixed by the formats: 512 chunks of 512 words are the six levels of the circuit.
//!
//! [`StatusSnapshot::follows`] is the one check that needs the bits themselves: a later publication takes none back.
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tacit_credential::credential::IssuerId;
use tacit_credential::status::{
    CHUNK_WORDS, PublishingKey, SignedManifest, StatusChunk, StatusError, StatusManifest, StatusTop,
    StatusWord, chunk_path, manifest_path, publication_dir, top_path,
};
use tacit_credential::trust_list::ListedStatus;

use crate::files;

/// Number of chunk files.
const CHUNKS: u16 = 512;

/// A publication whose files belong together.
#[derive(Clone, Debug)]
pub struct StatusSnapshot {
    signed: SignedManifest,
    top: StatusTop,
    chunks: Vec<StatusChunk>,
}

impl StatusSnapshot {
    /// Reads publication number `sequence` of `issuer` below `status_dir`.
    pub fn read(
        status_dir: &Path,
        issuer: &IssuerId,
        publishing_key: &PublishingKey,
        sequence: u64,
    ) -> Result<Self, SnapshotError> {
        let signed = read_manifest(&manifest_path(status_dir, issuer, sequence))?;
        let manifest = signed.verify(publishing_key).map_err(|_| SnapshotError::Signature)?;
        if manifest.issuer != *issuer || manifest.sequence != sequence {
            return Err(SnapshotError::OtherManifest);
        }
        let top_file = top_path(status_dir, issuer, sequence);
        let top = StatusTop::from_bytes(&read(&top_file)?)
            .map_err(|source| SnapshotError::Content { file: top_file.clone(), source })?;
        if top.root() != manifest.root {
            return Err(SnapshotError::Root { file: top_file });
        }
        let chunks = (0..CHUNKS)
            .into_par_iter()
            .zip(top.chunk_roots())
            .map(|(number, root)| {
                let file = chunk_path(status_dir, issuer, sequence, number);
                let chunk = StatusChunk::from_bytes(&read(&file)?)
                    .map_err(|source| SnapshotError::Content { file: file.clone(), source })?;
                if chunk.index() != number || chunk.root() != *root {
                    return Err(SnapshotError::Root { file });
                }
                Ok(chunk)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { signed, top, chunks })
    }

    /// Reads the newest publication of `issuer` below `status_dir`.
    pub fn read_newest(
        status_dir: &Path,
        issuer: &IssuerId,
        publishing_key: &PublishingKey,
    ) -> Result<Self, SnapshotError> {
        let dir = status_dir.join(issuer.as_str());
        let newest = files::newest_number(&dir, "").map_err(|source| io_error(&dir, source))?;
        let sequence = newest.ok_or(SnapshotError::Nothing { dir })?;
        Self::read(status_dir, issuer, publishing_key, sequence)
    }

    /// What the issuer signed.
    pub fn manifest(&self) -> &StatusManifest {
        &self.signed.manifest
    }

    /// How a list refers to this publication.
    pub fn listed(&self) -> ListedStatus {
        ListedStatus { sequence: self.manifest().sequence, root: self.manifest().root }
    }

    /// Number of revoked credentials.
    pub fn revoked(&self) -> u64 {
        let words = self.chunks.iter().flat_map(StatusChunk::words);
        words.map(|word| u64::from(ones(word))).sum()
    }

    /// Checks that every credential revoked in `previous` is revoked here too.
    pub fn follows(&self, previous: &Self) -> Result<(), UnRevoked> {
        let pairs = self.chunks.iter().zip(&previous.chunks);
        for (chunk, (new, old)) in pairs.enumerate() {
            let words = new.words().iter().zip(old.words());
            for (word, (new, old)) in words.enumerate() {
                if !new.covers(old) {
                    return Err(UnRevoked { word: chunk * CHUNK_WORDS + word });
                }
            }
        }
        Ok(())
    }

    /// Copies the publication into another status directory, unless exactly this one is there already.
    ///
    /// What is written comes from the checked values, not from the files, so that nothing changes in between. The folder
    /// appears under its name only when it is complete.
    pub(crate) fn copy_to(&self, status_dir: &Path) -> Result<(), SnapshotError> {
        let StatusManifest { issuer, sequence, .. } = self.manifest();
        let manifest_file = manifest_path(status_dir, issuer, *sequence);
        if manifest_file.exists() {
            if read_manifest(&manifest_file)? == self.signed {
                return Ok(());
            }
            return Err(SnapshotError::OtherManifest);
        }
        let staging = status_dir.join(".incoming");
        let folder = publication_dir(&staging, issuer, *sequence);
        remove_dir(&staging)?;
        fs::create_dir_all(&folder).map_err(|source| io_error(&folder, source))?;
        let json = serde_json::to_vec_pretty(&self.signed).expect("plain data serialises");
        write(&manifest_path(&staging, issuer, *sequence), &json)?;
        write(&top_path(&staging, issuer, *sequence), &self.top.to_bytes())?;
        // Many at a time, for the disk's sake.
        self.chunks.par_iter().try_for_each(|chunk| {
            write(&chunk_path(&staging, issuer, *sequence, chunk.index()), &chunk.to_bytes())
        })?;
        sync_dir(&folder)?;
        let target = publication_dir(status_dir, issuer, *sequence);
        let parent = status_dir.join(issuer.as_str());
        fs::create_dir_all(&parent).map_err(|source| io_error(&parent, source))?;
        // A folder without a manifest is what an interrupted copy of somebody else's tool left.
        remove_dir(&target)?;
        fs::rename(&folder, &target).map_err(|source| io_error(&target, source))?;
        sync_dir(&parent)?;
        remove_dir(&staging)
    }
}

/// A revocation that a later status tree does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnRevoked {
    /// The word that lost a bit. (The bit itself would name the credential.)
    pub word: usize,
}

fn read_manifest(file: &Path) -> Result<SignedManifest, SnapshotError> {
    serde_json::from_slice(&read(file)?)
        .map_err(|source| SnapshotError::Manifest { file: file.to_owned(), source })
}

fn ones(word: &StatusWord) -> u32 {
    word.limbs().iter().map(|limb| limb.count_ones()).sum()
}

fn read(file: &Path) -> Result<Vec<u8>, SnapshotError> {
    fs::read(file).map_err(|source| io_error(file, source))
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), SnapshotError> {
    let write = || -> io::Result<()> {
        let mut out = File::create(file)?;
        out.write_all(bytes)?;
        out.sync_all()
    };
    write().map_err(|source| io_error(file, source))
}

/// Names must reach the disk as well; a folder that cannot be opened (Windows) is no reason to fail.
fn sync_dir(dir: &Path) -> Result<(), SnapshotError> {
    match File::open(dir) {
        Ok(open) => open.sync_all().map_err(|source| io_error(dir, source)),
        Err(_) => Ok(()),
    }
}

fn remove_dir(dir: &Path) -> Result<(), SnapshotError> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(dir, error)),
        _ => Ok(()),
    }
}

fn io_error(path: &Path, source: io::Error) -> SnapshotError {
    SnapshotError::Io { path: path.to_owned(), source }
}

/// Why files are not a publication of the issuer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// No publication at all.
    #[error("{dir} holds no status; run `tacit issuer publish` for this issuer first", dir = dir.display())]
    Nothing {
        /// Where one was looked for.
        dir: PathBuf,
    },
    /// The manifest is not one.
    #[error("{file} is no status manifest ({source}); fetch the publication again", file = file.display())]
    Manifest {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The manifest is not signed by the listed publishing key.
    #[error("the status manifest is not signed by the issuer's publishing key; do not use it")]
    Signature,
    /// The manifest is another issuer's, of another number, or another one lies there already.
    #[error(
        "the status manifest is for another issuer or publication than the folder that it lies in; fetch the publication again"
    )]
    OtherManifest,
    /// A status file is damaged or has a word of more than 252 bits.
    #[error("{file}: {source}", file = file.display())]
    Content {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: StatusError,
    },
    /// A file does not hash to the root that refers to it.
    #[error("{file} does not belong to the root that the issuer signed; fetch the publication again", file = file.display())]
    Root {
        /// The file.
        file: PathBuf,
    },
    /// Reading or writing failed.
    #[error("{path}: {source}; check that the publication is complete", path = path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}
