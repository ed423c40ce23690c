//! The trust list: whose credentials count in an epoch, and which status tree says who is revoked.
//!
//! ```text
//! leaf  = Poseidon(A.x, A.y, status root)      one for every credential key of every issuer, in order; padding is 0
//! root  = 8-ary Poseidon tree over 512 leaves  the `trust_root` of the public values
//! ```
//!
//! An issuer that rotates its key is listed with the old and the new one side by side, both with the same status
//! root. Lists form a chain: each names its epoch, its predecessor's digest, when it was made and when it lapses, and
//! is signed by the trust operator.
//!
//! **The circuit is sound only for lists that pass [`SignedTrustList::verify`]**: it neither checks that a
//! key is a point of the prime-order subgroup nor that somebody owns it, and with a bad key in the list
//! anyone can forge credentials (`circuits` keeps such forgeries as tests). Hence, for every listed key: a
//! canonical point of the subgroup, not the identity ([`PublicKey`]'s constructor); a proof of possession
//! bound to operator, issuer and jurisdiction; no key twice. Across lists ([`VerifiedTrustList::follows`]):
//! no key under another issuer, no older status of the same issuer, since each would un-revoke holders.
//! Verifiers and wallets compute leaves and root themselves.
//!
//! That nobody has credentials of two issuers rests on lists too: no two issuers of one share a region, and
//! none has another jurisdiction than in the lists before.

use crate::attributes::{ARITY, ISSUER_LEVELS};
use crate::credential::IssuerId;
use crate::date::UnixTime;
use crate::eddsa::PublicKey;
use crate::field::{self, Fr};
use crate::poseidon;
use crate::possession::{PossessionError, ProofOfPossession};
use crate::region::{self, Jurisdiction};
use crate::signing::DetachedSignature;
pub use crate::signing::{OperatorKey, PublishingKey};
use crate::status::StatusRoot;
use crate::wire::Encoder;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};

/// Most credential keys that one list can hold: `8^3`.
pub const MAX_KEYS: usize = 512;
/// Version of the list's format.
pub const VERSION: u8 = 2;

/// Number of a trust list; grows by one with every list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names one operator's chain of lists: a digest of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrustListId(#[serde(with = "hex::serde")] pub [u8; 32]);

impl TrustListId {
    /// The id of an operator's chain.
    pub fn of(operator: &OperatorKey) -> Self {
        Self(field::sha256("tacit/trust-list-id/v1", &[&operator.to_bytes()]))
    }
}

/// Digest of a list, by which its successor names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrustListDigest(#[serde(with = "hex::serde")] pub [u8; 32]);

/// What a proof of possession is bound to: the operator it is made for, the issuer that makes it, and the
/// jurisdiction that the issuer will keep to with this key.
pub fn possession_context(operator: &OperatorKey, issuer: &IssuerId, jurisdiction: &Jurisdiction) -> Vec<u8> {
    let mut encoder = Encoder::new("tacit/possession-context/v2");
    encoder.bytes(&operator.to_bytes()).text(issuer.as_str());
    jurisdiction.encode(&mut encoder);
    encoder.finish()
}

/// A credential key and the proof that its issuer knows the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedKey {
    /// The credential key.
    pub key: PublicKey,
    /// Proof of possession under [`possession_context`].
    pub possession: ProofOfPossession,
}

/// Which publication of an issuer's status tree a list refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedStatus {
    /// Number of the publication.
    pub sequence: u64,
    /// Root of the tree.
    pub root: StatusRoot,
}

/// One issuer of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedIssuer {
    /// Short name, unique in the list.
    pub id: IssuerId,
    /// Name for people.
    pub name: String,
    /// Whose document numbers it may enrol; disjoint from every other issuer's of the list.
    pub jurisdiction: Jurisdiction,
    /// Signs the issuer's status manifests.
    pub publishing_key: PublishingKey,
    /// Credential keys; more than one during a rotation.
    pub keys: Vec<ListedKey>,
    /// The issuer's status tree in this epoch.
    pub status: ListedStatus,
}

/// The list of an epoch, unsigned. [`SignedTrustList::verify`] turns a signed one into a [`VerifiedTrustList`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustList {
    /// Format version, [`VERSION`].
    pub version: u8,
    /// Who signs.
    pub operator: OperatorKey,
    /// Number of the list.
    pub epoch: Epoch,
    /// Digest of the list before; absent in the first one.
    pub predecessor: Option<TrustListDigest>,
    /// When the list was made.
    pub issued_at: UnixTime,
    /// When it lapses.
    pub expires_at: UnixTime,
    /// The issuers, in the order of their leaves.
    pub issuers: Vec<ListedIssuer>,
    /// Root over the leaves.
    #[serde(with = "field::serde_hex")]
    pub root: Fr,
}

/// Why a list is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustListError {
    /// The format is of another version.
    #[error("trust list of version {0}; this software reads version 2, look for an update")]
    Version(u8),
    /// Epochs count from 1.
    #[error("the trust list has no epoch number; epochs count from 1")]
    NoEpoch,
    /// Signed by another operator than the pinned one.
    #[error("this list is signed by another trust operator than the pinned one; do not use it")]
    OtherOperator,
    /// The signature does not verify.
    #[error("the trust list's signature is wrong; fetch it again")]
    Signature,
    /// The list lapses before it begins.
    #[error("the trust list expires before it was issued; the operator must publish a new one")]
    Validity,
    /// An issuer without a key.
    #[error("issuer {0} has no credential key; have it export its record again")]
    NoKey(IssuerId),
    /// More keys than the tree has leaves.
    #[error("the list holds more than 512 credential keys; retire old ones")]
    TooManyKeys,
    /// Two issuers share an id or a publishing key.
    #[error("issuer {0} is listed twice, or shares its publishing key with another issuer")]
    DuplicateIssuer(IssuerId),
    /// Two issuers may enrol the same people.
    #[error(
        "issuers {issuer} and {other} have a region in common, so that somebody could have a credential of each; the operator must list one of them"
    )]
    SharedJurisdiction {
        /// The issuer.
        issuer: IssuerId,
        /// The other one.
        other: IssuerId,
    },
    /// A credential key is listed twice.
    #[error("a credential key of issuer {0} is listed twice; every key must be listed once")]
    DuplicateKey(IssuerId),
    /// A proof of possession does not verify.
    #[error("issuer {issuer}: {source}")]
    Possession {
        /// The issuer concerned.
        issuer: IssuerId,
        /// What is wrong.
        source: PossessionError,
    },
    /// The root is not the one of the leaves.
    #[error("the trust list's root does not belong to its issuers; fetch it again")]
    Root,
    /// Not the successor of the list before.
    #[error(
        "list {found} does not continue the chain after list {previous}; the operator may be showing two histories"
    )]
    Chain {
        /// The known list.
        previous: Epoch,
        /// The list that should follow it.
        found: Epoch,
    },
    /// A key that another issuer had before.
    #[error("a key of issuer {0} was listed under another issuer before")]
    MovedKey(IssuerId),
    /// Another jurisdiction than the issuer had before.
    #[error(
        "issuer {0} had another jurisdiction before; its old credentials would stay good for people who now belong to another issuer"
    )]
    MovedJurisdiction(IssuerId),
    /// A status publication older than that of the list before, or another root under the same number.
    #[error(
        "the status of issuer {0} is older than in the list before; revoked credentials would become valid again"
    )]
    OlderStatus(IssuerId),
}

/// Everything that an operator decides about a list.
#[derive(Clone, Debug)]
pub struct TrustListParameters {
    /// Number of the list.
    pub epoch: Epoch,
    /// Digest of the list before.
    pub predecessor: Option<TrustListDigest>,
    /// When the list is made.
    pub issued_at: UnixTime,
    /// When it lapses.
    pub expires_at: UnixTime,
    /// The issuers.
    pub issuers: Vec<ListedIssuer>,
}

impl TrustList {
    /// Canonical bytes, which are signed and hashed.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut encoder = Encoder::new("tacit/trust-list/v2");
        encoder
            .integer(self.version.into())
            .bytes(&self.operator.to_bytes())
            .integer(self.epoch.0)
            .optional(self.predecessor.as_ref(), |e, digest| {
                e.bytes(&digest.0);
            })
            .integer(self.issued_at.0)
            .integer(self.expires_at.0)
            .list(&self.issuers, |e, issuer| {
                e.text(issuer.id.as_str()).text(&issuer.name);
                issuer.jurisdiction.encode(e);
                e.bytes(&issuer.publishing_key.to_bytes())
                    .list(&issuer.keys, |e, listed| {
                        e.field(&listed.key.x()).field(&listed.key.y()).bytes(&listed.possession.to_bytes());
                    })
                    .integer(issuer.status.sequence)
                    .field(&issuer.status.root.0);
            })
            .field(&self.root)
            .finish()
    }

    /// The digest by which the next list names this one.
    pub fn digest(&self) -> TrustListDigest {
        TrustListDigest(field::sha256("tacit/trust-list-digest/v1", &[&self.canonical_bytes()]))
    }

    /// Every check that needs this list alone.
    fn check(&self) -> Result<IssuerTree, TrustListError> {
        if self.version != VERSION {
            return Err(TrustListError::Version(self.version));
        }
        if self.epoch.0 == 0 {
            return Err(TrustListError::NoEpoch);
        }
        if self.expires_at <= self.issued_at {
            return Err(TrustListError::Validity);
        }
        let mut keys: Vec<&PublicKey> = Vec::new();
        for (i, issuer) in self.issuers.iter().enumerate() {
            if self.issuers[..i]
                .iter()
                .any(|o| o.id == issuer.id || o.publishing_key == issuer.publishing_key)
            {
                return Err(TrustListError::DuplicateIssuer(issuer.id.clone()));
            }
            if issuer.keys.is_empty() {
                return Err(TrustListError::NoKey(issuer.id.clone()));
            }
            let context = possession_context(&self.operator, &issuer.id, &issuer.jurisdiction);
            for listed in &issuer.keys {
                if keys.contains(&&listed.key) {
                    return Err(TrustListError::DuplicateKey(issuer.id.clone()));
                }
                listed
                    .possession
                    .verify(&listed.key, &context)
                    .map_err(|source| TrustListError::Possession { issuer: issuer.id.clone(), source })?;
                keys.push(&listed.key);
            }
        }
        if keys.len() > MAX_KEYS {
            return Err(TrustListError::TooManyKeys);
        }
        let jurisdictions = self.issuers.iter().map(|issuer| &issuer.jurisdiction);
        if let Some((one, two)) = region::overlap(jurisdictions) {
            let [issuer, other] = [one, two].map(|i| self.issuers[i].id.clone());
            return Err(TrustListError::SharedJurisdiction { issuer, other });
        }
        Ok(IssuerTree::new(&self.issuers))
    }
}

/// A list and the operator's signature, as published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedTrustList {
    /// The list.
    pub list: TrustList,
    /// The operator's signature over its canonical bytes.
    pub signature: DetachedSignature,
}

impl SignedTrustList {
    /// Checks the issuers, computes leaves and root and signs.
    pub fn sign(parameters: TrustListParameters, operator: &SigningKey) -> Result<Self, TrustListError> {
        let TrustListParameters { epoch, predecessor, issued_at, expires_at, issuers } = parameters;
        let operator_key = OperatorKey::from(operator);
        let mut list = TrustList {
            version: VERSION,
            operator: operator_key,
            epoch,
            predecessor,
            issued_at,
            expires_at,
            issuers,
            root: Fr::from(0u64),
        };
        list.root = list.check()?.root();
        let signature = DetachedSignature::sign(operator, &list.canonical_bytes());
        Ok(Self { list, signature })
    }

    /// Checks signature, keys, proofs of possession and root against a pinned operator.
    pub fn verify(self, operator: &OperatorKey) -> Result<VerifiedTrustList, TrustListError> {
        if self.list.operator != *operator {
            return Err(TrustListError::OtherOperator);
        }
        operator
            .verify(&self.list.canonical_bytes(), &self.signature)
            .map_err(|_| TrustListError::Signature)?;
        let tree = self.list.check()?;
        if tree.root() != self.list.root {
            return Err(TrustListError::Root);
        }
        Ok(VerifiedTrustList { digest: self.list.digest(), signed: self, tree })
    }

    /// Pretty JSON, as published.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain data serialises")
    }
}

/// A list that passed [`SignedTrustList::verify`].
#[derive(Clone, Debug)]
pub struct VerifiedTrustList {
    signed: SignedTrustList,
    digest: TrustListDigest,
    tree: IssuerTree,
}

impl VerifiedTrustList {
    /// The list.
    pub fn list(&self) -> &TrustList {
        &self.signed.list
    }

    /// The list with its signature, for storing.
    pub fn signed(&self) -> &SignedTrustList {
        &self.signed
    }

    /// The list's number.
    pub fn epoch(&self) -> Epoch {
        self.list().epoch
    }

    /// The trust root.
    pub fn root(&self) -> Fr {
        self.list().root
    }

    /// The list's digest.
    pub fn digest(&self) -> TrustListDigest {
        self.digest
    }

    /// The id of the chain.
    pub fn id(&self) -> TrustListId {
        TrustListId::of(&self.list().operator)
    }

    /// The issuer that a key is listed under.
    pub fn issuer_of(&self, key: &PublicKey) -> Option<&ListedIssuer> {
        self.list().issuers.iter().find(|issuer| issuer.keys.iter().any(|listed| listed.key == *key))
    }

    /// The membership path of a credential key.
    pub fn path(&self, key: &PublicKey) -> Option<IssuerPath> {
        let mut keys = self.list().issuers.iter().flat_map(|issuer| &issuer.keys);
        keys.position(|listed| listed.key == *key).map(|leaf| self.tree.path(leaf))
    }

    /// Checks that this list continues the chain right after `previous` and takes nothing back that it said.
    pub fn follows(&self, previous: &Self) -> Result<(), TrustListError> {
        let (this, before) = (self.list(), previous.list());
        let chained = this.operator == before.operator
            && before.epoch.0.checked_add(1) == Some(this.epoch.0)
            && this.predecessor == Some(previous.digest)
            && this.issued_at >= before.issued_at;
        if !chained {
            return Err(TrustListError::Chain { previous: before.epoch, found: this.epoch });
        }
        self.takes_nothing_back(previous)
    }

    /// Checks against any earlier list, not only the one right before: no key under another issuer, no older or
    /// rewritten status of an issuer, no other jurisdiction.
    pub fn takes_nothing_back(&self, earlier: &Self) -> Result<(), TrustListError> {
        let (this, before) = (self.list(), earlier.list());
        if this.epoch <= before.epoch || this.issued_at < before.issued_at {
            return Err(TrustListError::Chain { previous: before.epoch, found: this.epoch });
        }
        for issuer in &this.issuers {
            if issuer.keys.iter().any(|k| earlier.issuer_of(&k.key).is_some_and(|old| old.id != issuer.id)) {
                return Err(TrustListError::MovedKey(issuer.id.clone()));
            }
            let Some(old) = before.issuers.iter().find(|old| old.id == issuer.id) else { continue };
            if issuer.jurisdiction != old.jurisdiction {
                return Err(TrustListError::MovedJurisdiction(issuer.id.clone()));
            }
            let older = issuer.status.sequence < old.status.sequence;
            let rewritten =
                issuer.status.sequence == old.status.sequence && issuer.status.root != old.status.root;
            if older || rewritten {
                return Err(TrustListError::OlderStatus(issuer.id.clone()));
            }
        }
        Ok(())
    }
}

/// The path from an issuer's leaf to the trust root: all eight children of each node, the leaf's own level first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerPath {
    /// Children by level.
    pub children: [[Fr; ARITY]; ISSUER_LEVELS],
}

/// The levels of the tree, leaves first, root last.
#[derive(Clone, Debug)]
struct IssuerTree {
    levels: Vec<Vec<Fr>>,
}

impl IssuerTree {
    fn new(issuers: &[ListedIssuer]) -> Self {
        let mut nodes: Vec<Fr> = issuers
            .iter()
            .flat_map(|issuer| {
                issuer.keys.iter().map(move |listed| issuer_leaf(&listed.key, issuer.status.root))
            })
            .collect();
        nodes.resize(MAX_KEYS, Fr::from(0u64));
        let mut levels = vec![nodes];
        while let Some(last) = levels.last().filter(|last| last.len() > 1) {
            let next = last.chunks_exact(ARITY).map(poseidon::hash).collect();
            levels.push(next);
        }
        Self { levels }
    }

    fn root(&self) -> Fr {
        self.levels[ISSUER_LEVELS][0]
    }

    fn path(&self, leaf: usize) -> IssuerPath {
        let children = core::array::from_fn(|level| {
            let base = leaf / ARITY.pow(level as u32 + 1) * ARITY;
            core::array::from_fn(|i| self.levels[level][base + i])
        });
        IssuerPath { children }
    }
}

/// The leaf of a key and its issuer's status root.
pub fn issuer_leaf(key: &PublicKey, status: StatusRoot) -> Fr {
    poseidon::hash(&[key.x(), key.y(), status.0])
}
