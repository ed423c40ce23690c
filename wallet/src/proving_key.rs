//! Which proving key a wallet uses: pinned by its digest once it was used, so that later updates find it again and no other takes its place.
//!
//! A key that somebody rigged makes proofs that tell its maker the witness, and nothing that a wallet can look at tells it from an honest
//! one: only the transcript of its ceremony does. So the holder checks that once (`tacit ceremony verify` prints the digest), and the
//! wallet holds on to the key: [`Wallet::accept_proving_key`], asked by whoever loads a key.
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tacit_prover::{MemoryBudget, ProvingKey};

use crate::vault::StoreError;
use crate::wallet::Wallet;

/// Names a proving key, points and circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProvingKeyDigest(#[serde(with = "hex::serde")] pub [u8; 32]);

impl ProvingKeyDigest {
    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut digest = [0; 32];
        hex::decode_to_slice(text, &mut digest).ok()?;
        Some(Self(digest))
    }
}

impl fmt::Display for ProvingKeyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl From<&ProvingKey> for ProvingKeyDigest {
    fn from(key: &ProvingKey) -> Self {
        Self(key.digest())
    }
}

/// Why a wallet does not use a proving key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProvingKeyError {
    /// The wallet has pinned another key.
    #[error(
        "this is another proving key than the one that this wallet has pinned; a rigged key can tell its maker what you hide. \
         Fetch the pinned key ({pinned}) again; if there is a new one, check it with `tacit ceremony verify` and name its digest \
         with --key-digest. The digest of this one is {found}"
    )]
    ProvingKeyChanged {
        /// The digest of the pinned key.
        pinned: ProvingKeyDigest,
        /// The digest of this key.
        found: ProvingKeyDigest,
    },
    /// The key is not the one that was named.
    #[error(
        "the digest of this proving key is {found}, not {named}; fetch the key that has the digest named"
    )]
    OtherProvingKey {
        /// The digest named.
        named: ProvingKeyDigest,
        /// The digest of this key.
        found: ProvingKeyDigest,
    },
}

/// The proving key that a wallet has pinned: the one that it used last.
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

    /// Whether this key may be used: it is the one that was named by digest, else the pinned one, else the first.
    pub fn accept_proving_key(
        &self,
        key: &ProvingKey,
        named: Option<ProvingKeyDigest>,
    ) -> Result<(), ProvingKeyError> {
        let found = ProvingKeyDigest::from(key);
        match (named, self.proving_key()) {
            (Some(named), _) if named != found => Err(ProvingKeyError::OtherProvingKey { named, found }),
            (None, Some(&KnownKey { digest: pinned, .. })) if pinned != found => {
                Err(ProvingKeyError::ProvingKeyChanged { pinned, found })
            }
            _ => Ok(()),
        }
    }

    /// Pins a key that was accepted. What is not Unicode of its path is not kept, so that it has to be named again.
    pub fn remember_proving_key(
        &mut self,
        path: &Path,
        key: &ProvingKey,
        memory: Option<MemoryBudget>,
    ) -> Result<(), StoreError> {
        let known = KnownKey {
            path: std::path::absolute(path)
                .unwrap_or_else(|_| path.to_owned())
                .to_string_lossy()
                .as_ref()
                .into(),
            digest: ProvingKeyDigest::from(key),
            memory_mebibytes: memory.map(|budget| budget.bytes() >> 20),
        };
        if self.proving_key() == Some(&known) {
            return Ok(());
        }
        let mut contents = self.contents().clone();
        contents.proving_key = Some(known);
        self.commit(contents)
    }
}
