//! The files of a wallet directory, and nothing about what is in them.
//!
//! - `key.age`: an X25519 identity, encrypted to the passphrase (age, scrypt).
//! - `store.age`: everything else, encrypted to that identity (age, X25519). Changing the passphrase rewrites `key.age` only.
//! - `history.age`: what was shown to whom, encrypted like the store; see [`crate::history`].
//! - `prepared/*.age`: what can be made again from the store, encrypted like it; see [`crate::prepared`].
//! - `lock`: empty; locked by the process that has the wallet open, so that two commands do not overwrite each other.
//!
//! Every write goes to a new file that is flushed and then renamed, so that a power cut leaves the old one or the new one.
//! Directory and files are readable by their owner only (on Unix).
//!
//! Not checked here: that a thief with write access did not put back an older pair of files; whoever can do that can also
//! delete them. age draws its file keys and nonces from the operating system itself; no argument replaces that source.
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use age::{DecryptError, Decryptor, EncryptError, Encryptor, scrypt, x25519};
use secrecy::ExposeSecret;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::passphrase::{Passphrase, WorkFactor};

const KEY_FILE: &str = "key.age";
const STORE_FILE: &str = "store.age";
const HISTORY_FILE: &str = "history.age";
const PREPARED_DIR: &str = "prepared";
const LOCK_FILE: &str = "lock";

/// An unlocked wallet directory.
pub(crate) struct Vault {
    dir: PathBuf,
    identity: x25519::Identity,
    /// Held while the history is read, changed and written.
    history: Mutex<()>,
    /// Held as long as the vault lives; the operating system frees it with the file.
    _lock: File,
}

impl Vault {
    /// Makes the directory and both files. `key.age` is written last: a directory without it holds no wallet.
    pub(crate) fn create(
        dir: &Path,
        passphrase: &Passphrase,
        work_factor: WorkFactor,
        contents: &impl Serialize,
    ) -> Result<Self, StoreError> {
        create_private_dir(dir).map_err(|source| io_error(dir, source))?;
        let lock = lock(dir)?;
        let key_file = dir.join(KEY_FILE);
        if key_file.exists() {
            return Err(StoreError::Exists { dir: dir.to_owned() });
        }
        let vault = Self::unlocked(dir, x25519::Identity::generate(), lock);
        // Of a wallet whose key file is gone: nobody can read it any more.
        match fs::remove_file(vault.history_file()) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(io_error(&vault.history_file(), source));
            }
            _ => {}
        }
        vault.save(contents)?;
        vault.write_key(passphrase, work_factor)?;
        Ok(vault)
    }

    /// Unlocks the directory and returns the plain bytes of the store.
    pub(crate) fn open(
        dir: &Path,
        passphrase: &Passphrase,
    ) -> Result<(Self, Zeroizing<Vec<u8>>), StoreError> {
        let key_file = dir.join(KEY_FILE);
        if !key_file.is_file() {
            return Err(StoreError::Missing { dir: dir.to_owned() });
        }
        let lock = lock(dir)?;
        let mut by_passphrase = scrypt::Identity::new(passphrase.secret());
        by_passphrase.set_max_work_factor(WorkFactor::HIGHEST.log_n());
        let key = decrypt(&key_file, &by_passphrase).map_err(|error| match error {
            Refused::Io(source) => io_error(&key_file, source),
            Refused::Age(
                DecryptError::DecryptionFailed
                | DecryptError::KeyDecryptionFailed
                | DecryptError::NoMatchingKeys,
            ) => StoreError::WrongPassphrase,
            Refused::Age(DecryptError::ExcessiveWork { .. }) => StoreError::ExcessiveWork,
            Refused::Age(_) => StoreError::Damaged { file: key_file.clone() },
        })?;
        let identity = std::str::from_utf8(&key)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or(StoreError::Damaged { file: key_file })?;
        let store_file = dir.join(STORE_FILE);
        let store = decrypt(&store_file, &identity).map_err(|error| match error {
            Refused::Io(source) => io_error(&store_file, source),
            Refused::Age(_) => StoreError::Damaged { file: store_file.clone() },
        })?;
        Ok((Self::unlocked(dir, identity, lock), store))
    }

    fn unlocked(dir: &Path, identity: x25519::Identity, lock: File) -> Self {
        Self { dir: dir.to_owned(), identity, history: Mutex::new(()), _lock: lock }
    }

    /// Replaces the store. The plain JSON goes straight into the encrypting stream.
    pub(crate) fn save(&self, contents: &impl Serialize) -> Result<(), StoreError> {
        let file = self.dir.join(STORE_FILE);
        write_encrypted(&file, &self.identity.to_public(), |out| {
            serde_json::to_writer(out, contents).map_err(io::Error::from)
        })
    }

    /// Encrypts the identity to another passphrase; the store stays as it is.
    pub(crate) fn write_key(
        &self,
        passphrase: &Passphrase,
        work_factor: WorkFactor,
    ) -> Result<(), StoreError> {
        let mut recipient = scrypt::Recipient::new(passphrase.secret());
        recipient.set_work_factor(work_factor.log_n());
        let identity = self.identity.to_string();
        write_encrypted(&self.dir.join(KEY_FILE), &recipient, |out| {
            out.write_all(identity.expose_secret().as_bytes())
        })
    }

    /// The plain bytes of the history; `None` before the first presentation.
    pub(crate) fn read_history(&self) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let file = self.history_file();
        match decrypt(&file, &self.identity) {
            Ok(plain) => Ok(Some(plain)),
            Err(Refused::Io(source)) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(Refused::Io(source)) => Err(io_error(&file, source)),
            Err(Refused::Age(_)) => Err(self.history_damaged()),
        }
    }

    /// Replaces the history.
    pub(crate) fn write_history(&self, history: &impl Serialize) -> Result<(), StoreError> {
        write_encrypted(&self.history_file(), &self.identity.to_public(), |out| {
            serde_json::to_writer(out, history).map_err(io::Error::from)
        })
    }

    /// Held while the history is read, changed and written.
    pub(crate) fn history_lock(&self) -> &Mutex<()> {
        &self.history
    }

    /// What it is if the history cannot be read.
    pub(crate) fn history_damaged(&self) -> StoreError {
        StoreError::HistoryDamaged { file: self.history_file() }
    }

    fn history_file(&self) -> PathBuf {
        self.dir.join(HISTORY_FILE)
    }

    /// The plain bytes of a file in `prepared`; whoever wrote it may have been anybody.
    pub(crate) fn read_prepared(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
        let file = self.dir.join(PREPARED_DIR).join(name);
        decrypt(&file, &self.identity).map_err(|error| match error {
            Refused::Io(source) if source.kind() == io::ErrorKind::NotFound => Unreadable::Absent,
            Refused::Io(_) | Refused::Age(_) => Unreadable::Damaged,
        })
    }

    /// Writes a file in `prepared`, whole or not at all.
    pub(crate) fn write_prepared(&self, name: &str, plain: &[u8]) -> Result<(), StoreError> {
        let dir = self.dir.join(PREPARED_DIR);
        create_private_dir(&dir).map_err(|source| io_error(&dir, source))?;
        write_encrypted(&dir.join(name), &self.identity.to_public(), |out| out.write_all(plain))
    }

    /// Removes every file in `prepared` whose name is not wanted. One that cannot be removed is found out when it is read.
    pub(crate) fn prune_prepared(&self, wanted: impl Fn(&str) -> bool) {
        for entry in fs::read_dir(self.dir.join(PREPARED_DIR)).into_iter().flatten().flatten() {
            if !entry.file_name().to_str().is_some_and(&wanted) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// The store file, for error messages about what it holds.
    pub(crate) fn store_file(&self) -> PathBuf {
        self.dir.join(STORE_FILE)
    }
}

/// Why the files of a wallet could not be made, opened or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is a wallet already.
    #[error("{dir} holds a wallet already; choose another directory, or open this one", dir = dir.display())]
    Exists {
        /// The directory.
        dir: PathBuf,
    },
    /// There is no wallet.
    #[error("{dir} holds no wallet; make one with `tacit wallet init` or `tacit wallet restore`", dir = dir.display())]
    Missing {
        /// The directory.
        dir: PathBuf,
    },
    /// Another process has it open.
    #[error("another command has the wallet in {dir} open; wait until it ends and try again", dir = dir.display())]
    InUse {
        /// The directory.
        dir: PathBuf,
    },
    /// `key.age` does not open.
    #[error("the passphrase is wrong; try again, or restore from the recovery phrase into a new directory")]
    WrongPassphrase,
    /// `key.age` asks for more work than any file of ours.
    #[error(
        "key.age asks for an absurd amount of work and is not one of ours; restore from the recovery phrase"
    )]
    ExcessiveWork,
    /// A file is not what was written.
    #[error("{file} is damaged; bring back a copy, or restore from the recovery phrase into a new directory", file = file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
    },
    /// The history is not what was written.
    #[error(
        "{file} is damaged, and without it nothing that you show could be remembered; bring back a copy, or begin a new history \
         with `tacit wallet history --forget all`",
        file = file.display()
    )]
    HistoryDamaged {
        /// The file.
        file: PathBuf,
    },
    /// The store has another version than this program's.
    #[error("this wallet was written by another version ({found}) of the program; use that one, or update")]
    OtherVersion {
        /// Version of the store.
        found: u32,
    },
    /// Reading or writing failed.
    #[error("{path}: {source}; check that the directory exists, is yours and has room", path = path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Why a file in `prepared` has nothing to say.
pub(crate) enum Unreadable {
    Absent,
    /// Cut off, altered, or encrypted to another wallet.
    Damaged,
}

/// What went wrong with one age file.
enum Refused {
    Io(io::Error),
    Age(DecryptError),
}

fn io_error(path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { path: path.to_owned(), source }
}

fn decrypt(file: &Path, identity: &dyn age::Identity) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let encrypted = fs::read(file).map_err(Refused::Io)?;
    // The plain text is shorter; reserved at once, so that no growth leaves a copy behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(encrypted.len()));
    Decryptor::new(&encrypted[..])
        .and_then(|decryptor| decryptor.decrypt(iter::once(identity)))
        .and_then(|mut reader| reader.read_to_end(&mut plain).map_err(DecryptError::from))
        .map_err(Refused::Age)?;
    Ok(plain)
}

fn write_encrypted(
    file: &Path,
    recipient: &dyn age::Recipient,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), StoreError> {
    write_atomically(file, |out| {
        let mut stream =
            Encryptor::with_recipients(iter::once(recipient)).map_err(encrypt_error)?.wrap_output(out)?;
        fill(&mut stream)?;
        stream.finish()?;
        Ok(())
    })
    .map_err(|source| io_error(file, source))
}

/// One recipient is always compatible with itself, so only writing can fail.
fn encrypt_error(error: EncryptError) -> io::Error {
    match error {
        EncryptError::Io(source) => source,
        other => io::Error::other(other.to_string()),
    }
}

fn write_atomically(file: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let new = file.with_extension("age.new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&new)?;
    let written = fill(&mut out).and_then(|()| out.sync_all()).and_then(|()| fs::rename(&new, file));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&new);
    }
    written?;
    // The rename itself must reach the disk too; a directory that cannot be opened (Windows) is no reason to fail.
    if let Some(parent) = file.parent()
        && let Ok(parent) = File::open(parent)
    {
        parent.sync_all()?;
    }
    Ok(())
}

fn create_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

fn lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join(LOCK_FILE);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|source| io_error(&path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { dir: dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(io_error(&path, source)),
    }
}
