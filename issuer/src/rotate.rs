//! Rotation of the credential key.
//!
//! [`Issuer::rotate`] adds a key that signs from then on. The old one stays in the record, so that the trust operator
//! lists both with the one status root and old credentials stay good. When they have expired or been replaced,
//! [`Issuer::retire_key`] takes the old key out of the record and deletes its file.
use rand_core::CryptoRngCore;
use serde::Serialize;
use tacit_credential::date::UnixTime;
use tacit_credential::eddsa::PublicKey;
use tacit_credential::issuer_record::KEYS_MAX;

use crate::actor::Actor;
use crate::issuer::{Issuer, StoredKey};
use crate::keys::{self, CredentialKey, KeyFileError};
use crate::registry::{Action, Event, RegistryError};

/// Why no key was added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RotateError {
    /// As many as a record holds.
    #[error("the issuer has 8 credential keys already; retire an old one first")]
    TooManyKeys,
    /// The key file cannot be written.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The database failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// Why a key was not retired.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RetireError {
    /// Not a key of this issuer, or retired already.
    #[error("this issuer has no such credential key in use; see its record for the keys")]
    UnknownKey,
    /// The key that signs.
    #[error("this is the key that signs; rotate first")]
    SigningKey,
    /// Credentials depend on it.
    #[error(
        "{credentials} valid credentials were signed with this key and would end; reissue them first, or declare it compromised"
    )]
    InUse {
        /// How many.
        credentials: u64,
    },
    /// The key is retired; its file could not be deleted.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The database failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// Why a key is retired, which decides whether credentials may end with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retirement {
    /// Refused while valid credentials depend on the key.
    WhenUnused,
    /// Somebody else may have the key: it goes, and every credential under it ends with the next trust list.
    Compromised,
}

/// A key that was retired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RetiredKey {
    /// Valid credentials that end with it.
    pub credentials: u64,
}

impl Issuer {
    /// Makes a new credential key, which signs from now on, beside the old ones.
    pub fn rotate(
        &mut self,
        officer: &Actor,
        now: UnixTime,
        rng: &mut impl CryptoRngCore,
    ) -> Result<PublicKey, RotateError> {
        if self.keys.len() >= KEYS_MAX {
            return Err(RotateError::TooManyKeys);
        }
        // The file first: a registry that names a key without a file would not open.
        let key = CredentialKey::generate(rng);
        key.save(&self.directory)?;
        let public = *key.public();
        let mut change = self.registry.change(now)?;
        let serial = change.add_key(&public)?;
        change.log(&Event {
            actor: officer,
            action: Action::KeyAdded,
            person: None,
            revocation_index: None,
            detail: &keys::fingerprint(&public),
        })?;
        change.commit()?;
        self.keys.push(StoredKey { serial, key });
        Ok(public)
    }

    /// Takes an old credential key out of use and deletes its file.
    pub fn retire_key(
        &mut self,
        key: &PublicKey,
        retirement: Retirement,
        officer: &Actor,
        now: UnixTime,
    ) -> Result<RetiredKey, RetireError> {
        let position =
            self.keys.iter().position(|stored| stored.key.public() == key).ok_or(RetireError::UnknownKey)?;
        if position + 1 == self.keys.len() {
            return Err(RetireError::SigningKey);
        }
        let serial = self.keys[position].serial;
        let mut change = self.registry.change(now)?;
        if !change.key_is_live(serial)? {
            return Err(RetireError::UnknownKey);
        }
        let credentials = change.live_credentials(serial, now.date_utc8())?;
        if credentials > 0 && retirement == Retirement::WhenUnused {
            return Err(RetireError::InUse { credentials });
        }
        change.retire_key(serial)?;
        change.log(&Event {
            actor: officer,
            action: Action::KeyRetired,
            person: None,
            revocation_index: None,
            detail: &keys::fingerprint(key),
        })?;
        change.commit()?;
        self.keys.remove(position);
        keys::delete_credential_key(&self.directory, key)?;
        Ok(RetiredKey { credentials })
    }
}
