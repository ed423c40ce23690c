//! The signed manifest of one publication of a status tree, and where its files lie.
//!
//! ```text
//! DIR/<issuer id>/<sequence, 8 digits>/manifest.json
//!                                      top.bin
//!                                      chunk-000.bin … chunk-511.bin
//! ```
//!
//! The manifest is signed by the issuer's publishing key. Wallets and verifiers do not need it: they take the root
//! from the trust list. The trust operator does, to know that the files are the issuer's. The issuer does, to notice
//! that its registry is older than what it published: the manifest names the head of its log ([`LogHead`]).

use super::StatusRoot;
use crate::credential::IssuerId;
use crate::date::UnixTime;
pub use crate::signing::PublishingKey;
use crate::signing::{DetachedSignature, SigningError};
use crate::wire::Encoder;
use alloc::vec::Vec;
use core::fmt;
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};
#[cfg(feature = "std")]
use std::path::{Path, PathBuf};

/// Hash of an entry of an issuer's log; 64 hex digits in JSON and on paper.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogHash(#[serde(with = "hex::serde")] pub [u8; 32]);

impl fmt::Display for LogHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for LogHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogHash({self})")
    }
}

/// The last entry's number and hash in an issuer's log: what a manifest names, and what an auditor notes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogHead {
    /// Number of the last entry; 0 before the first.
    pub sequence: u64,
    /// Its hash; zero before the first.
    pub hash: LogHash,
}

impl LogHead {
    /// Of a log without an entry.
    pub const EMPTY: Self = Self { sequence: 0, hash: LogHash([0; 32]) };
}

impl fmt::Display for LogHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.sequence, self.hash)
    }
}

/// What an issuer says about one publication of its status tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusManifest {
    /// The issuer.
    pub issuer: IssuerId,
    /// Number of the publication; grows with each.
    pub sequence: u64,
    /// Root of the tree.
    pub root: StatusRoot,
    /// When it was made.
    pub created: UnixTime,
    /// The issuer's log at that moment, up to the entry that records this publication.
    pub log: LogHead,
}

impl StatusManifest {
    fn canonical_bytes(&self) -> Vec<u8> {
        Encoder::new("tacit/status-manifest/v2")
            .text(self.issuer.as_str())
            .integer(self.sequence)
            .field(&self.root.0)
            .integer(self.created.0)
            .integer(self.log.sequence)
            .bytes(&self.log.hash.0)
            .finish()
    }
}

/// A manifest and the publishing key's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedManifest {
    /// The manifest.
    pub manifest: StatusManifest,
    /// The issuer's signature over its canonical bytes.
    pub signature: DetachedSignature,
}

impl SignedManifest {
    /// Signs a manifest.
    pub fn sign(manifest: StatusManifest, key: &SigningKey) -> Self {
        let signature = DetachedSignature::sign(key, &manifest.canonical_bytes());
        Self { manifest, signature }
    }

    /// Verifies it under the issuer's publishing key.
    pub fn verify(&self, key: &PublishingKey) -> Result<&StatusManifest, SigningError> {
        key.verify(&self.manifest.canonical_bytes(), &self.signature)?;
        Ok(&self.manifest)
    }
}

/// The folder of one publication below `dir`.
#[cfg(feature = "std")]
pub fn publication_dir(dir: &Path, issuer: &IssuerId, sequence: u64) -> PathBuf {
    dir.join(issuer.as_str()).join(format!("{sequence:08}"))
}

/// The manifest of a publication.
#[cfg(feature = "std")]
pub fn manifest_path(dir: &Path, issuer: &IssuerId, sequence: u64) -> PathBuf {
    publication_dir(dir, issuer, sequence).join("manifest.json")
}

/// The top file of a publication.
#[cfg(feature = "std")]
pub fn top_path(dir: &Path, issuer: &IssuerId, sequence: u64) -> PathBuf {
    publication_dir(dir, issuer, sequence).join("top.bin")
}

/// A chunk file of a publication.
#[cfg(feature = "std")]
pub fn chunk_path(dir: &Path, issuer: &IssuerId, sequence: u64, chunk: u16) -> PathBuf {
    publication_dir(dir, issuer, sequence).join(format!("chunk-{chunk:03}.bin"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Fr;

    #[test]
    fn a_manifest_is_bound_to_every_field() {
        let key = SigningKey::from_bytes(&[5; 32]);
        let manifest = StatusManifest {
            issuer: IssuerId::new("gd-shenzhen").expect("an id"),
            sequence: 3,
            root: StatusRoot(Fr::from(9u64)),
            created: UnixTime(77),
            log: LogHead { sequence: 5, hash: LogHash([6; 32]) },
        };
        let signed = SignedManifest::sign(manifest, &key);
        let public = PublishingKey::from(&key);
        assert!(signed.verify(&public).is_ok());
        let refused = |change: fn(&mut StatusManifest)| {
            let mut signed = signed.clone();
            change(&mut signed.manifest);
            assert_eq!(signed.verify(&public), Err(SigningError::Signature));
        };
        refused(|m| m.issuer = IssuerId::new("gd-guangzhou").expect("an id"));
        refused(|m| m.sequence = 4);
        refused(|m| m.root = StatusRoot(Fr::from(10u64)));
        refused(|m| m.created = UnixTime(78));
        refused(|m| m.log.sequence = 4);
        refused(|m| m.log.hash.0[31] = 7);
    }

    #[test]
    fn paths_sort_by_number() {
        let issuer = IssuerId::new("gd-shenzhen").expect("an id");
        let path = chunk_path(Path::new("status"), &issuer, 12, 7);
        assert_eq!(path, Path::new("status/gd-shenzhen/00000012/chunk-007.bin"));
    }
}
