//! The operator's key and its decisions: who is listed, which verifiers are certified.
//!
//! Files of the operator's own directory: `operator.key` (the Ed25519 seed as 64 hex digits, readable by its owner only;
//! not encrypted, so keep the directory on a machine for this purpose), `state.json` (decisions, history, the last list) and
//! `lock`. A new state replaces the old one completely, so that no epoch can be signed twice after a crash.
//!
//! Not checked here: that a record comes from the bureau that it names, and that a verifier owns its domain. People find
//! that out before they call [`TrustOperator::add_issuer`] and [`TrustOperator::certify`].
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use tacit_credential::certificate::{
    CertificateError, VerifierCertificate, VerifierEntry, VerifierIdentity, VerifierKey,
};
use tacit_credential::credential::IssuerId;
use tacit_credential::date::UnixTime;
use tacit_credential::issuer_record::{IssuerRecord, IssuerRecordError};
use tacit_credential::region::Jurisdiction;
use tacit_credential::trust_list::{OperatorKey, SignedTrustList};
use zeroize::Zeroizing;

use crate::files::{self, Access};
use crate::history::{History, HistoryError};

const KEY_FILE: &str = "operator.key";
const STATE_FILE: &str = "state.json";
const LOCK_FILE: &str = "lock";
/// How far an issuer's clock may be ahead.
pub(crate) const CLOCK_TOLERANCE: Duration = Duration::from_secs(300);

const STATE_VERSION: u8 = 3;
/// The oldest version that is read; its certificates are of the first version.
const OLDEST_STATE_VERSION: u8 = 2;

/// The trust operator's directory, opened by one process at a time.
pub struct TrustOperator {
    dir: PathBuf,
    pub(crate) key: SigningKey,
    pub(crate) state: State,
    _lock: File,
}

/// What `state.json` holds.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    version: u8,
    /// Issuers of the next list, in the order of their leaves.
    pub(crate) issuers: Vec<IssuerRecord>,
    pub(crate) certificates: Vec<VerifierCertificate>,
    /// Certificates of the first version, which nobody accepts any more: whose each identity was stays known.
    #[serde(default)]
    former: Vec<FormerCertificate>,
    pub(crate) history: History,
    /// When the newest record of each issuer was made, removed issuers included: an old record may hold a key that was
    /// taken out of use since.
    #[serde(default)]
    pub(crate) newest_records: BTreeMap<String, UnixTime>,
    /// The newest list, kept whole so that an interrupted publication can be completed.
    pub(crate) last: Option<SignedTrustList>,
}

/// What is kept of a certificate of the first version.
#[derive(Clone, Serialize, Deserialize)]
struct FormerCertificate {
    identity: VerifierIdentity,
    name: String,
    key: VerifierKey,
    not_after: UnixTime,
}

impl State {
    /// Reads a state of this version or of the one before.
    fn from_json(json: &[u8]) -> Option<Self> {
        let mut value: serde_json::Value = serde_json::from_slice(json).ok()?;
        let object = value.as_object_mut()?;
        match u8::try_from(object.get("version")?.as_u64()?).ok()? {
            STATE_VERSION => {}
            OLDEST_STATE_VERSION => {
                let former = object.insert("certificates".into(), serde_json::json!([]))?;
                object.insert("former".into(), former);
                object.insert("version".into(), STATE_VERSION.into());
            }
            _ => return None,
        }
        serde_json::from_value(value).ok()
    }

    /// Who has, or had, which identity, with which key, until when.
    fn certified(&self) -> impl Iterator<Item = FormerCertificate> {
        let current = self.certificates.iter().map(|certificate| FormerCertificate {
            identity: certificate.identity.clone(),
            name: certificate.name.clone(),
            key: certificate.key,
            not_after: certificate.not_after,
        });
        current.chain(self.former.iter().cloned())
    }
}

/// What [`TrustOperator::add_issuer`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuerChange {
    /// A new issuer.
    Added,
    /// A newer record of an issuer that is listed already, for instance after a rotation.
    Updated,
}

/// The time for which a certificate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// From when on.
    pub from: UnixTime,
    /// Until when, exclusive.
    pub until: UnixTime,
}

impl TrustOperator {
    /// Makes the directory and a fresh key.
    pub fn init(dir: &Path, rng: &mut impl CryptoRngCore) -> Result<Self, OperatorError> {
        fs::create_dir_all(dir).map_err(|source| io_error(dir, source))?;
        let lock = lock(dir)?;
        let key_file = dir.join(KEY_FILE);
        if key_file.exists() {
            return Err(OperatorError::Exists { dir: dir.to_owned() });
        }
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        let operator = Self {
            dir: dir.to_owned(),
            key: SigningKey::from_bytes(&seed),
            state: State {
                version: STATE_VERSION,
                issuers: Vec::new(),
                certificates: Vec::new(),
                former: Vec::new(),
                history: History::new(),
                newest_records: BTreeMap::new(),
                last: None,
            },
            _lock: lock,
        };
        operator.save(&operator.state)?;
        // Last: without its key file the directory holds no operator.
        let text = Zeroizing::new(hex::encode(*seed));
        files::write(&key_file, text.as_bytes(), Access::Owner)
            .map_err(|source| io_error(&key_file, source))?;
        Ok(operator)
    }

    /// Opens the directory.
    pub fn open(dir: &Path) -> Result<Self, OperatorError> {
        let key_file = dir.join(KEY_FILE);
        if !key_file.is_file() {
            return Err(OperatorError::Missing { dir: dir.to_owned() });
        }
        let lock = lock(dir)?;
        let text =
            Zeroizing::new(fs::read_to_string(&key_file).map_err(|source| io_error(&key_file, source))?);
        let mut seed = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), &mut *seed)
            .map_err(|_| OperatorError::Damaged { file: key_file })?;
        let state_file = dir.join(STATE_FILE);
        let state = fs::read(&state_file).map_err(|source| io_error(&state_file, source))?;
        let state = State::from_json(&state).ok_or(OperatorError::Damaged { file: state_file })?;
        Ok(Self { dir: dir.to_owned(), key: SigningKey::from_bytes(&seed), state, _lock: lock })
    }

    /// The key that wallets and verifiers pin.
    pub fn key(&self) -> OperatorKey {
        OperatorKey::from(&self.key)
    }

    /// The issuers that the next list will hold.
    pub fn issuers(&self) -> &[IssuerRecord] {
        &self.state.issuers
    }

    /// The certificates issued so far.
    pub fn certificates(&self) -> &[VerifierCertificate] {
        &self.state.certificates
    }

    /// The newest list, if any was published.
    pub fn latest(&self) -> Option<&SignedTrustList> {
        self.state.last.as_ref()
    }

    /// Lists an issuer from the next epoch on, or takes over a newer record of a listed one.
    ///
    /// Checks the record's own signature and that it is not of the future, its keys and their proofs of possession, that no other issuer has
    /// or had one of the keys, that no other listed issuer may enrol the same people, and that id, publishing
    /// key and jurisdiction are the ones known before.
    pub fn add_issuer(
        &mut self,
        record: &IssuerRecord,
        now: UnixTime,
    ) -> Result<IssuerChange, AddIssuerError> {
        record.verify(&self.key())?;
        // Every honest record after it would be an older one.
        if record.issued_at > now.plus(CLOCK_TOLERANCE) {
            return Err(AddIssuerError::RecordFromFuture { issued_at: record.issued_at });
        }
        let mut state = self.state.clone();
        let keys = || record.keys.iter().map(|listed| &listed.key);
        state.history.check_issuer(&record.id, &record.publishing_key, &record.jurisdiction, keys())?;
        for other in state.issuers.iter().filter(|other| other.id != record.id) {
            if other.publishing_key == record.publishing_key {
                return Err(AddIssuerError::SharedPublishingKey { other: other.id.clone() });
            }
            if other.keys.iter().any(|theirs| keys().any(|key| *key == theirs.key)) {
                return Err(AddIssuerError::SharedKey { other: other.id.clone() });
            }
            if other.jurisdiction.overlaps(&record.jurisdiction) {
                return Err(AddIssuerError::SharedJurisdiction { other: other.id.clone() });
            }
        }
        let newest = state.newest_records.entry(record.id.as_str().to_owned()).or_insert(record.issued_at);
        if record.issued_at < *newest {
            return Err(AddIssuerError::OlderRecord);
        }
        *newest = record.issued_at;
        let change = match state.issuers.iter_mut().find(|known| known.id == record.id) {
            Some(known) if known.publishing_key != record.publishing_key => {
                return Err(AddIssuerError::OtherPublishingKey);
            }
            Some(known) if known.jurisdiction != record.jurisdiction => {
                return Err(AddIssuerError::OtherJurisdiction { listed: known.jurisdiction.clone() });
            }
            Some(known) => {
                *known = record.clone();
                IssuerChange::Updated
            }
            None => {
                state.issuers.push(record.clone());
                IssuerChange::Added
            }
        };
        self.commit(state)?;
        Ok(change)
    }

    /// Takes an issuer off the next list. Its credentials stop counting with that epoch; its keys stay its own for ever.
    pub fn remove_issuer(&mut self, id: &IssuerId) -> Result<(), RemoveIssuerError> {
        let mut state = self.state.clone();
        let before = state.issuers.len();
        state.issuers.retain(|record| record.id != *id);
        if state.issuers.len() == before {
            return Err(RemoveIssuerError::NotListed { issuer: id.clone() });
        }
        self.commit(state)?;
        Ok(())
    }

    /// Certifies that a verifier's key speaks for an identity, and what it may ask at most.
    ///
    /// An identity is the scope of its pseudonyms, so a second key for it would let two businesses recognise the same
    /// guests. That is refused here; [`certify_further_key`](Self::certify_further_key) does it on purpose. So do shared
    /// scopes, without giving up an identity of one's own.
    pub fn certify(
        &mut self,
        entry: VerifierEntry,
        key: VerifierKey,
        validity: Validity,
    ) -> Result<VerifierCertificate, CertifyError> {
        let taken = |known: &FormerCertificate| known.identity == entry.identity && known.key != key;
        if let Some(known) = self.state.certified().find(taken) {
            return Err(CertifyError::IdentityTaken { name: known.name, until: known.not_after });
        }
        self.certify_further_key(entry, key, validity)
    }

    /// Certifies a key for an identity that may have one already: a new key of the same business, or one that is allowed
    /// to share its pseudonyms.
    pub fn certify_further_key(
        &mut self,
        entry: VerifierEntry,
        key: VerifierKey,
        validity: Validity,
    ) -> Result<VerifierCertificate, CertifyError> {
        if self.state.certified().any(|known| known.key == key && known.identity != entry.identity) {
            return Err(CertifyError::KeyTaken);
        }
        let certificate = VerifierCertificate::sign(entry, key, validity.from, validity.until, &self.key)?;
        let mut state = self.state.clone();
        state.certificates.push(certificate.clone());
        self.commit(state)?;
        Ok(certificate)
    }

    /// Writes the state and only then believes it.
    pub(crate) fn commit(&mut self, state: State) -> Result<(), OperatorError> {
        self.save(&state)?;
        self.state = state;
        Ok(())
    }

    fn save(&self, state: &State) -> Result<(), OperatorError> {
        let file = self.dir.join(STATE_FILE);
        let json = serde_json::to_vec(state).expect("plain data serialises");
        files::write(&file, &json, Access::Everybody).map_err(|source| io_error(&file, source))
    }
}

fn lock(dir: &Path) -> Result<File, OperatorError> {
    let path = dir.join(LOCK_FILE);
    files::lock(&path)
        .map_err(|source| io_error(&path, source))?
        .ok_or_else(|| OperatorError::InUse { dir: dir.to_owned() })
}

fn io_error(path: &Path, source: io::Error) -> OperatorError {
    OperatorError::Io { path: path.to_owned(), source }
}

/// Why the operator's directory could not be made, opened or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperatorError {
    /// There is an operator already.
    #[error("{dir} holds a trust operator already; choose another directory", dir = dir.display())]
    Exists {
        /// The directory.
        dir: PathBuf,
    },
    /// There is no operator.
    #[error("{dir} holds no trust operator; make one with `tacit trust init`", dir = dir.display())]
    Missing {
        /// The directory.
        dir: PathBuf,
    },
    /// Another process has it open.
    #[error("another command has the trust operator in {dir} open; wait until it ends", dir = dir.display())]
    InUse {
        /// The directory.
        dir: PathBuf,
    },
    /// A file is not what was written.
    #[error("{file} is damaged; bring back a copy", file = file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
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

/// Why an issuer was not listed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddIssuerError {
    /// The record does not hold by itself.
    #[error(transparent)]
    Record(#[from] IssuerRecordError),
    /// It contradicts an earlier list.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// Another listed issuer has one of the credential keys.
    #[error("issuer {other} has one of these credential keys already; every issuer needs keys of its own")]
    SharedKey {
        /// Who has it.
        other: IssuerId,
    },
    /// Another listed issuer has the publishing key.
    #[error("issuer {other} has this publishing key already; every issuer needs one of its own")]
    SharedPublishingKey {
        /// Who has it.
        other: IssuerId,
    },
    /// Another listed issuer may enrol the same people.
    #[error(
        "issuer {other} has some of these regions already, and nobody may have two issuers; for a handover, take {other} off the list first"
    )]
    SharedJurisdiction {
        /// Who has them.
        other: IssuerId,
    },
    /// The listed issuer of this id has another jurisdiction.
    #[error(
        "this issuer is listed for {listed}; no issuer changes that by itself: it sets up another one for other regions"
    )]
    OtherJurisdiction {
        /// What is listed.
        listed: Jurisdiction,
    },
    /// The listed issuer of this id has another publishing key.
    #[error(
        "an issuer of this id is listed with another publishing key; if this is another bureau, have it choose another id"
    )]
    OtherPublishingKey,
    /// The record is dated later than now.
    #[error(
        "the record is dated {issued_at}, in the future; check both clocks, and have the issuer make it anew"
    )]
    RecordFromFuture {
        /// When it claims to have been made.
        issued_at: UnixTime,
    },
    /// A newer record is known.
    #[error("a newer record of this issuer is listed already; ask the issuer for its newest one")]
    OlderRecord,
    /// The state could not be written.
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

/// Why an issuer was not removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoveIssuerError {
    /// No such issuer.
    #[error("issuer {issuer} is not listed; look at the list for its id")]
    NotListed {
        /// The id given.
        issuer: IssuerId,
    },
    /// The state could not be written.
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

/// Why a verifier was not certified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertifyError {
    /// The identity belongs to another key.
    #[error(
        "this identity is certified for another key of \"{name}\" until {until}; if both may share pseudonyms, say so explicitly"
    )]
    IdentityTaken {
        /// Name in the known certificate.
        name: String,
        /// End of the known certificate.
        until: UnixTime,
    },
    /// The key speaks for another identity.
    #[error("this key is certified for another identity; each identity needs a key of its own")]
    KeyTaken,
    /// The parts do not make a certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The state could not be written.
    #[error(transparent)]
    Operator(#[from] OperatorError),
}
