//! What `store.age` holds: JSON with a version, unknown fields refused.
//!
//! | part | encoding |
//! | --- | --- |
//! | entropy of the holder secret | 64 hex digits; the only copy, and no recovery word anywhere |
//! | credentials | as the issuer handed them over, under small numbers that are never used twice |
//! | operator | the pinned key; absent before the first update |
//! | seen | epoch → list digest, for every list that this wallet ever accepted |
//! | epochs | for the newest lists, what a presentation needs: root, and path and status witness of every credential |
//! | proving key | where the key lies that was used last, its digest and memory budget; absent before, and in version 1 |
//!
//! What was shown to whom lies in a file of its own ([`crate::history`]).
//!
//! Paths and witnesses are derived from lists and files that were verified when they were read; the encryption keeps them
//! as they were. `Statement::check` recomputes both roots before every proof all the same.
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tacit_credential::Fr;
use tacit_credential::attributes::{ARITY, ISSUER_LEVELS, STATUS_LEVELS};
use tacit_credential::credential::Credential;
use tacit_credential::date::UnixTime;
use tacit_credential::field;
use tacit_credential::status::{StatusWitness, StatusWord};
use tacit_credential::trust_list::{Epoch, IssuerPath, OperatorKey, TrustListDigest};
use zeroize::Zeroizing;

use crate::passphrase::WorkFactor;
use crate::proving_key::KnownKey;
use crate::vault::StoreError;

/// Version that this program writes.
const VERSION: u32 = 3;
/// The oldest version that it reads. Version 1 knew no proving key; programs of version 2 kept no history, and would leave
/// gaps in it.
const OLDEST: u32 = 1;

/// Number of a credential within one wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CredentialId(pub u32);

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contents {
    version: u32,
    pub(crate) entropy: Entropy,
    pub(crate) work_factor: WorkFactor,
    pub(crate) next_credential: CredentialId,
    pub(crate) credentials: BTreeMap<CredentialId, Credential>,
    pub(crate) operator: Option<OperatorKey>,
    pub(crate) seen: BTreeMap<Epoch, TrustListDigest>,
    pub(crate) epochs: BTreeMap<Epoch, KeptEpoch>,
    #[serde(default)]
    pub(crate) proving_key: Option<KnownKey>,
}

impl Contents {
    pub(crate) fn new(entropy: Zeroizing<[u8; 32]>, work_factor: WorkFactor) -> Self {
        Self {
            version: VERSION,
            entropy: Entropy(entropy),
            work_factor,
            next_credential: CredentialId(1),
            credentials: BTreeMap::new(),
            operator: None,
            seen: BTreeMap::new(),
            epochs: BTreeMap::new(),
            proving_key: None,
        }
    }

    /// Reads the plain store; `damaged` is what it is if it cannot be read.
    pub(crate) fn from_json(json: &[u8], damaged: impl FnOnce() -> StoreError) -> Result<Self, StoreError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        match serde_json::from_slice(json) {
            Ok(Version { version: OLDEST..=VERSION }) => {
                let contents: Self = serde_json::from_slice(json).map_err(|_| damaged())?;
                Ok(Self { version: VERSION, ..contents })
            }
            Ok(Version { version: found }) => Err(StoreError::OtherVersion { found }),
            Err(_) => Err(damaged()),
        }
    }
}

/// The 256 bits behind holder secret and recovery phrase.
#[derive(Clone)]
pub(crate) struct Entropy(pub(crate) Zeroizing<[u8; 32]>);

impl Serialize for Entropy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = Zeroizing::new([0; 64]);
        hex::encode_to_slice(*self.0, &mut *text).expect("64 digits for 32 bytes");
        serializer.serialize_str(std::str::from_utf8(&*text).expect("hex digits are ASCII"))
    }
}

impl<'de> Deserialize<'de> for Entropy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;
        // A visitor on `&str`: hex digits without an escape are borrowed from the plain store, which is zeroized.
        impl Visitor<'_> for Digits {
            type Value = Entropy;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("64 hex digits")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Entropy, E> {
                let mut entropy = Zeroizing::new([0; 32]);
                hex::decode_to_slice(text, &mut *entropy).map_err(|_| E::custom("expected 64 hex digits"))?;
                Ok(Entropy(entropy))
            }
        }
        deserializer.deserialize_str(Digits)
    }
}

/// What is kept of one list.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptEpoch {
    #[serde(with = "field::serde_hex")]
    pub(crate) root: Fr,
    pub(crate) issued_at: UnixTime,
    pub(crate) expires_at: UnixTime,
    pub(crate) witnesses: BTreeMap<CredentialId, KeptWitness>,
}

/// What one list and one status tree say about one credential.
#[derive(Clone)]
pub(crate) enum KeptWitness {
    /// The credential's issuer key is not in the list.
    Unlisted,
    /// It is; the status word may say that the credential is revoked.
    Listed(Box<(IssuerPath, StatusWitness)>),
}

/// [`KeptWitness`] as JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WitnessFile {
    Unlisted,
    Listed(Box<ListedFile>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedFile {
    path: [[Element; ARITY]; ISSUER_LEVELS],
    word: [u64; 4],
    siblings: [[Element; ARITY - 1]; STATUS_LEVELS],
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Element(#[serde(with = "field::serde_hex")] Fr);

impl Serialize for KeptWitness {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let file = match self {
            Self::Unlisted => WitnessFile::Unlisted,
            Self::Listed(parts) => WitnessFile::Listed(Box::new(ListedFile {
                path: parts.0.children.map(|level| level.map(Element)),
                word: parts.1.word.limbs(),
                siblings: parts.1.siblings.map(|level| level.map(Element)),
            })),
        };
        file.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for KeptWitness {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match WitnessFile::deserialize(deserializer)? {
            WitnessFile::Unlisted => Self::Unlisted,
            WitnessFile::Listed(file) => {
                let path = IssuerPath { children: file.path.map(|level| level.map(|element| element.0)) };
                let status = StatusWitness {
                    word: StatusWord::from_limbs(file.word).map_err(D::Error::custom)?,
                    siblings: file.siblings.map(|level| level.map(|element| element.0)),
                };
                Self::Listed(Box::new((path, status)))
            }
        })
    }
}
