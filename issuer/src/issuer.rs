//! One issuer: its directory, keys and registry.
//!
//! Directory (mode 0700): `registry.sqlite`, `log-head` (how far the log was: what tells a backup of the registry from the
//! newest), `publishing.key` and one `credential-….key` for every credential key that is not retired. [`Issuer::init`] prepares everything under a temporary name and renames it, so that an interrupted set-up
//! leaves no half-made issuer behind.
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use rand_core::CryptoRngCore;
use tacit_credential::credential::IssuerId;
use tacit_credential::date::UnixTime;
use tacit_credential::eddsa::PublicKey;
use tacit_credential::issuer_record::{self, IssuerRecord, IssuerRecordError};
use tacit_credential::region::Jurisdiction;
use tacit_credential::signing::{OperatorKey, PublishingKey};
use tacit_credential::trust_list::possession_context;

use crate::actor::Actor;
use crate::keys::{self, CredentialKey, KeyFileError};
use crate::registry::{
    Action, Counts, Event, IssuerRow, LogEntry, LogError, LogHead, Registry, RegistryError,
};

/// An issuer of resident IDs.
pub struct Issuer {
    pub(crate) directory: PathBuf,
    pub(crate) id: IssuerId,
    pub(crate) name: String,
    pub(crate) jurisdiction: Jurisdiction,
    pub(crate) registry: Registry,
    pub(crate) publishing: SigningKey,
    /// Keys that are not retired, oldest first; the last one signs. Never empty.
    pub(crate) keys: Vec<StoredKey>,
}

/// A credential key and its serial number in the registry.
pub(crate) struct StoredKey {
    pub(crate) serial: i64,
    pub(crate) key: CredentialKey,
}

/// Why an issuer cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InitError {
    /// The directory is in use.
    #[error("{} exists and is not empty; name a new directory for the issuer", directory.display())]
    Occupied {
        /// The directory.
        directory: PathBuf,
    },
    /// The name is refused.
    #[error(transparent)]
    Name(IssuerRecordError),
    /// The directory cannot be made.
    #[error("cannot make {}: {source}; check that its parent exists and is writable", directory.display())]
    Io {
        /// The directory.
        directory: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A key file cannot be written.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The database failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The issuer was made and does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Why an issuer cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// No issuer there.
    #[error("{} holds no issuer; make one with `tacit issuer init`", directory.display())]
    Missing {
        /// The directory.
        directory: PathBuf,
    },
    /// A key file is missing, exposed or wrong.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The database failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// Every credential key is retired.
    #[error(
        "the registry names no credential key that is in use; restore it from the backup, and before anything else run `tacit issuer restored`"
    )]
    NoKey,
}

impl Issuer {
    /// Makes a new issuer in `directory`, which must not exist or be empty: keys, and an empty registry.
    ///
    /// The jurisdiction is the issuer's for good; more regions need another issuer.
    pub fn init(
        directory: &Path,
        id: IssuerId,
        name: &str,
        jurisdiction: Jurisdiction,
        actor: &Actor,
        now: UnixTime,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Self, InitError> {
        issuer_record::check_name(name).map_err(InitError::Name)?;
        let io = |source| InitError::Io { directory: directory.to_owned(), source };
        match fs::read_dir(directory).map(|mut entries| entries.next().is_some()) {
            Ok(true) => return Err(InitError::Occupied { directory: directory.to_owned() }),
            Ok(false) => {}
            Err(source) if source.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(io(source)),
        }
        let mut building = directory.as_os_str().to_owned();
        building.push(format!(".new-{}", std::process::id()));
        let building = PathBuf::from(building);
        create_private_directory(&building).map_err(io)?;
        let made = fill(&building, id, name, jurisdiction, actor, now, rng)
            .and_then(|()| fs::rename(&building, directory).map_err(io));
        if let Err(error) = made {
            // The first error is the one to report; what cannot be removed is a directory with an unused key.
            let _ = fs::remove_dir_all(&building);
            return Err(error);
        }
        Ok(Self::open(directory)?)
    }

    /// Opens an issuer: its registry, and the key file of every key that is not retired.
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        let path = registry_path(directory);
        if !path.is_file() {
            return Err(OpenError::Missing { directory: directory.to_owned() });
        }
        let registry = Registry::open(&path)?;
        let IssuerRow { id, name, jurisdiction, publishing_key } = registry.issuer()?;
        let publishing = keys::load_publishing_key(directory, &publishing_key)?;
        let mut stored = Vec::new();
        for row in registry.keys()?.into_iter().filter(|row| !row.retired) {
            stored.push(StoredKey { serial: row.serial, key: CredentialKey::load(directory, &row.key)? });
        }
        if stored.is_empty() {
            return Err(OpenError::NoKey);
        }
        let directory = directory.to_owned();
        Ok(Self { directory, id, name, jurisdiction, registry, publishing, keys: stored })
    }

    /// The issuer's short name.
    pub fn id(&self) -> &IssuerId {
        &self.id
    }

    /// The name that holders see.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whose document numbers are enrolled here.
    pub fn jurisdiction(&self) -> &Jurisdiction {
        &self.jurisdiction
    }

    /// The key that signs status manifests and the record.
    pub fn publishing_key(&self) -> PublishingKey {
        PublishingKey::from(&self.publishing)
    }

    /// Credential keys that are not retired, oldest first; the last one signs.
    pub fn credential_keys(&self) -> Vec<PublicKey> {
        self.keys.iter().map(|stored| *stored.key.public()).collect()
    }

    /// The record for one trust operator, with a proof of possession of each credential key.
    pub fn record(
        &self,
        operator: &OperatorKey,
        now: UnixTime,
        rng: &mut impl CryptoRngCore,
    ) -> Result<IssuerRecord, IssuerRecordError> {
        let context = possession_context(operator, &self.id, &self.jurisdiction);
        let keys = self.keys.iter().map(|stored| stored.key.listed(&context, rng)).collect();
        let (id, name, jurisdiction) = (self.id.clone(), self.name.clone(), self.jurisdiction.clone());
        IssuerRecord::sign(id, name, jurisdiction, *operator, now, keys, &self.publishing)
    }

    /// How many people, credentials, revocations and publications the registry holds.
    pub fn counts(&self) -> Result<Counts, RegistryError> {
        self.registry.counts()
    }

    /// Up to `limit` log entries from number `first` (1 is the oldest) on.
    pub fn log(&self, first: u64, limit: usize) -> Result<Vec<LogEntry>, RegistryError> {
        self.registry.log_entries(first, limit)
    }

    /// Checks the whole log: its chain, a head `noted` earlier if there is one, and that it agrees with the registry.
    pub fn verify_log(&self, noted: Option<&LogHead>) -> Result<LogHead, LogError> {
        self.registry.verify_log(noted)
    }
}

/// The key that signs: the newest.
pub(crate) fn signing_key(keys: &[StoredKey]) -> &StoredKey {
    keys.last().expect("an issuer opens with at least one key, and its last key is never retired")
}

/// Keys and registry of a new issuer, in an empty directory.
fn fill(
    directory: &Path,
    id: IssuerId,
    name: &str,
    jurisdiction: Jurisdiction,
    actor: &Actor,
    now: UnixTime,
    rng: &mut impl CryptoRngCore,
) -> Result<(), InitError> {
    let publishing = keys::create_publishing_key(directory, rng)?;
    let credential = CredentialKey::generate(rng);
    credential.save(directory)?;
    let publishing_key = publishing.verifying_key().to_bytes();
    let row = IssuerRow { id, name: name.to_owned(), jurisdiction, publishing_key };
    let path = registry_path(directory);
    create_private_file(&path).map_err(|source| InitError::Io { directory: directory.to_owned(), source })?;
    let mut registry = Registry::create(&path, &row)?;
    let mut change = registry.change(now)?;
    let event = Event {
        actor,
        action: Action::Created,
        person: None,
        revocation_index: None,
        detail: &format!("{} for {}", row.id, row.jurisdiction),
    };
    change.log(&event)?;
    change.add_key(credential.public())?;
    let fingerprint = keys::fingerprint(credential.public());
    change.log(&Event { action: Action::KeyAdded, detail: &fingerprint, ..event })?;
    Ok(change.commit()?)
}

pub(crate) fn registry_path(directory: &Path) -> PathBuf {
    directory.join("registry.sqlite")
}

fn create_private_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// An empty file with mode 0600; SQLite gives its journal the same mode.
fn create_private_file(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
