//! The issuer's secret keys and their files.
//!
//! Two kinds, never exchanged: **credential keys** (EdDSA-Poseidon on Baby Jubjub) sign credentials and nothing else;
//! the **publishing key** (Ed25519) signs status manifests and the issuer's record.
//!
//! Why "nothing else": attribute hash and signature hash are both Poseidon of width 6, so a signature over a message of
//! somebody's choice would be a credential. [`CredentialKey`] therefore takes attributes whose ranges were checked, from
//! which the message is computed here, and never a message. Its one other use is the proof of possession, a Schnorr
//! proof under a tag of its own.
//!
//! Files: two lines, a purpose line and 64 hex digits of the seed; created with mode 0600, never overwritten; a file that
//! others may read is refused. Not protected here: the disk. Put the directory on an encrypted one.
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use rand_core::CryptoRngCore;
use tacit_credential::credential::{Credential, IssuerId};
use tacit_credential::eddsa::{PublicKey, SecretKey};
use tacit_credential::possession;
use tacit_credential::trust_list::ListedKey;
use zeroize::Zeroizing;

use crate::ranges::InRange;

const CREDENTIAL_PURPOSE: &str = "tacit issuer credential key v1 (secret: signs IDs)";
const PUBLISHING_PURPOSE: &str = "tacit issuer publishing key v1 (secret: signs status lists)";

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// Reading or writing failed.
    #[error("cannot use the key file {}: {source}; check that it is there and that you own it", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others than the owner may read the file.
    #[error("others may read the key file {}; set its mode to 0600, and rotate the key if anyone could have", path.display())]
    Readable {
        /// The file.
        path: PathBuf,
    },
    /// Not a key file of this purpose.
    #[error("{} is no key file of this purpose; bring that one file back from the backup, not the registry", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// The file holds another key than the registry names.
    #[error("{} holds another key than the registry names; bring that one file back from the backup, not the registry", path.display())]
    OtherKey {
        /// The file.
        path: PathBuf,
    },
}

/// A key that signs credentials, and nothing else.
pub(crate) struct CredentialKey {
    secret: SecretKey,
    public: PublicKey,
}

impl CredentialKey {
    pub(crate) fn generate(rng: &mut impl CryptoRngCore) -> Self {
        Self::from_secret(SecretKey::generate(rng))
    }

    fn from_secret(secret: SecretKey) -> Self {
        Self { public: secret.public_key(), secret }
    }

    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs the credential of these attributes; the message is computed from them.
    pub(crate) fn sign_credential(&self, attributes: InRange, issuer: &IssuerId) -> Credential {
        Credential::issue(attributes.into_inner(), issuer.clone(), &self.secret)
    }

    /// Proves in a context (`possession_context`: operator, issuer, jurisdiction) that the issuer knows this
    /// key's secret.
    pub(crate) fn listed(&self, context: &[u8], rng: &mut impl CryptoRngCore) -> ListedKey {
        ListedKey { key: self.public, possession: possession::prove(&self.secret, context, rng) }
    }

    pub(crate) fn save(&self, directory: &Path) -> Result<(), KeyFileError> {
        write_seed(&credential_key_path(directory, &self.public), CREDENTIAL_PURPOSE, self.secret.seed())
    }

    /// Loads the key that the registry names.
    pub(crate) fn load(directory: &Path, public: &PublicKey) -> Result<Self, KeyFileError> {
        let path = credential_key_path(directory, public);
        let seed = read_seed(&path, CREDENTIAL_PURPOSE)?;
        let key = Self::from_secret(SecretKey::from_seed(&seed));
        if key.public != *public {
            return Err(KeyFileError::OtherKey { path });
        }
        Ok(key)
    }
}

/// Deletes a retired key's file. A file that is gone already is no error.
pub(crate) fn delete_credential_key(directory: &Path, public: &PublicKey) -> Result<(), KeyFileError> {
    let path = credential_key_path(directory, public);
    match fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(KeyFileError::Io { path, source }),
        _ => Ok(()),
    }
}

/// Makes and stores the publishing key.
pub(crate) fn create_publishing_key(
    directory: &Path,
    rng: &mut impl CryptoRngCore,
) -> Result<SigningKey, KeyFileError> {
    let mut seed = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut *seed);
    write_seed(&publishing_key_path(directory), PUBLISHING_PURPOSE, &seed)?;
    Ok(SigningKey::from_bytes(&seed))
}

/// Loads the publishing key, which must be the one that the registry names.
pub(crate) fn load_publishing_key(directory: &Path, public: &[u8; 32]) -> Result<SigningKey, KeyFileError> {
    let path = publishing_key_path(directory);
    let key = SigningKey::from_bytes(&*read_seed(&path, PUBLISHING_PURPOSE)?);
    if key.verifying_key().as_bytes() != public {
        return Err(KeyFileError::OtherKey { path });
    }
    Ok(key)
}

fn publishing_key_path(directory: &Path) -> PathBuf {
    directory.join("publishing.key")
}

/// Names a credential key in the log and in its file's name: the first 8 bytes of its x coordinate, in hex.
pub(crate) fn fingerprint(public: &PublicKey) -> String {
    hex::encode(&public.to_bytes()[..8])
}

/// Named by the public key, so that a leftover of an interrupted rotation is in nobody's way.
fn credential_key_path(directory: &Path, public: &PublicKey) -> PathBuf {
    directory.join(format!("credential-{}.key", fingerprint(public)))
}

fn write_seed(path: &Path, purpose: &str, seed: &[u8; 32]) -> Result<(), KeyFileError> {
    let mut digits = Zeroizing::new([0u8; 64]);
    hex::encode_to_slice(seed, &mut *digits).expect("64 digits for 32 bytes");
    let io = |source| KeyFileError::Io { path: path.to_owned(), source };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(io)?;
    let mut write = || -> io::Result<()> {
        file.write_all(purpose.as_bytes())?;
        file.write_all(b"\n")?;
        file.write_all(&*digits)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        path.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
    };
    let written = write();
    if written.is_err() {
        // Ours alone, for it was new; the first error is the one to report.
        let _ = fs::remove_file(path);
    }
    written.map_err(io)
}

fn read_seed(path: &Path, purpose: &str) -> Result<Zeroizing<[u8; 32]>, KeyFileError> {
    let io = |source| KeyFileError::Io { path: path.to_owned(), source };
    let malformed = || KeyFileError::Malformed { path: path.to_owned() };
    let file = File::open(path).map_err(io)?;
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().map_err(io)?.permissions());
        if mode & 0o077 != 0 {
            return Err(KeyFileError::Readable { path: path.to_owned() });
        }
    }
    // Purpose, two line ends, 64 digits: one exact reservation, so that no copy is left behind.
    let length = purpose.len() + 66;
    let mut text = Zeroizing::new(Vec::with_capacity(length + 1));
    file.take(length as u64 + 1).read_to_end(&mut text).map_err(io)?;
    let digits = text
        .strip_prefix(purpose.as_bytes())
        .and_then(|rest| rest.strip_prefix(b"\n"))
        .and_then(|rest| rest.strip_suffix(b"\n"))
        .ok_or_else(malformed)?;
    let mut seed = Zeroizing::new([0; 32]);
    hex::decode_to_slice(digits, &mut *seed).map_err(|_| malformed())?;
    Ok(seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn files_round_trip_and_are_private() {
        let directory = tempfile::tempdir().unwrap();
        let key = CredentialKey::generate(&mut ChaCha20Rng::seed_from_u64(1));
        key.save(directory.path()).unwrap();
        assert_eq!(CredentialKey::load(directory.path(), key.public()).unwrap().public(), key.public());
        assert!(matches!(key.save(directory.path()), Err(KeyFileError::Io { .. })), "overwrote a key");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let path = credential_key_path(directory.path(), key.public());
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            let error = CredentialKey::load(directory.path(), key.public()).err();
            assert!(matches!(error, Some(KeyFileError::Readable { .. })), "{error:?}");
        }
    }

    #[test]
    fn keys_of_another_purpose_and_other_keys_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        create_publishing_key(directory.path(), &mut rng).unwrap();
        let error = load_publishing_key(directory.path(), &[7; 32]).err();
        assert!(matches!(error, Some(KeyFileError::OtherKey { .. })), "{error:?}");
        let key = CredentialKey::generate(&mut rng);
        fs::copy(publishing_key_path(directory.path()), credential_key_path(directory.path(), key.public()))
            .unwrap();
        let error = CredentialKey::load(directory.path(), key.public()).err();
        assert!(matches!(error, Some(KeyFileError::Malformed { .. })), "{error:?}");
    }
}
