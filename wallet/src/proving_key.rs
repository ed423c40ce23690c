//! Which proving key a wallet uses: remembered once it was used, so that later updates find it again.
//!
//! Not checked here: that the file still is the one that was remembered. Whoever loads it compares the digests, see
//! [`KnownKey::is`].
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tacit_prover::{MemoryBudget, ProvingKey};

use crate::vault::StoreError;
use crate::wallet::Wallet;

/// Names a proving key, points and circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProvingKeyDigest(#[serde(with = "hex::serde")] pub [u8; 32]);

impl From<&ProvingKey> for ProvingKeyDigest {
    fn from(key: &ProvingKey) -> Self {
        Self(key.digest())
    }
}

/// The proving key that a wallet used last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownKey {
    path: PathBuf,
    digest: ProvingKeyDigest,
    memory_mebibytes: Option<u64>,
}

impl KnownKey {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The memory budget that was asked for, if one was.
    pub fn memory(&self) -> Option<MemoryBudget> {
        self.memory_mebibytes.map(MemoryBudget::mebibytes)
    }

    /// Whether this key is the remembered one.
    pub fn is(&self, key: &ProvingKey) -> bool {
        self.digest == ProvingKeyDigest::from(key)
    }
}

impl Wallet {
    /// The proving key that this wallet used last.
    pub fn proving_key(&self) -> Option<&KnownKey> {
        self.contents().proving_key.as_ref()
    }

    /// Remembers a key for later. A path that is not Unicode is not remembered.
    pub fn remember_proving_key(
        &mut self,
        path: &Path,
        key: &ProvingKey,
        memory: Option<MemoryBudget>,
    ) -> Result<(), StoreError> {
        let known = KnownKey {
            path: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
            digest: ProvingKeyDigest::from(key),
            memory_mebibytes: memory.map(|budget| budget.bytes() >> 20),
        };
        if known.path.to_str().is_none() || self.proving_key() == Some(&known) {
            return Ok(());
        }
        let mut contents = self.contents().clone();
        contents.proving_key = Some(known);
        self.commit(contents)
    }
}
