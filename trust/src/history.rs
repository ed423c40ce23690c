//! What may never be taken back, over all epochs: the rules that no single list can show.
//!
//! A trust leaf is `Poseidon(A, status root)`. Somebody who was revoked under (A, root₂) is a member again wherever a leaf
//! joins A to a root that lacks the revocation. Hence, for every epoch that ever was:
//!
//! - a credential key belongs to one issuer for ever, also after it was removed: under another issuer it would stand beside
//!   a root that knows nothing of its revocations;
//! - an issuer's status sequence never falls, one sequence has one root, and a new sequence never brings back a root of an
//!   older one;
//! - an issuer's id and its publishing key belong together for ever: the id is in the proofs of possession, and the key
//!   says which status is the issuer's;
//! - an issuer's id and its jurisdiction belong together for ever: a credential does not say which
//!   jurisdiction it was issued under. Were a region to move from a listed issuer to another, its people
//!   could have a credential of each, and two pseudonyms. A region is handed over by taking the old issuer
//!   off the list and listing new ones.
//!
//! Not checked here: that a new root only adds revocations. That needs the status files; see
//! [`StatusSnapshot::follows`](crate::StatusSnapshot::follows).
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tacit_credential::credential::IssuerId;
use tacit_credential::region::Jurisdiction;
use tacit_credential::trust_list::{ListedIssuer, ListedStatus, PublishingKey};

/// Everything that earlier lists said, as far as later ones must not contradict it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    issuers: BTreeMap<String, IssuerHistory>,
    /// Credential key (hex of its 64 bytes) → issuer.
    keys: BTreeMap<String, IssuerId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IssuerHistory {
    publishing_key: PublishingKey,
    jurisdiction: Jurisdiction,
    /// Every status that was listed, oldest first.
    statuses: Vec<ListedStatus>,
}

impl History {
    /// No list yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The status that the last list with this issuer referred to.
    pub fn last_status(&self, issuer: &IssuerId) -> Option<ListedStatus> {
        self.issuers.get(issuer.as_str())?.statuses.last().copied()
    }

    /// Checks one issuer's identity, jurisdiction and keys against everything listed before.
    pub fn check_issuer<'a>(
        &self,
        id: &IssuerId,
        publishing_key: &PublishingKey,
        jurisdiction: &Jurisdiction,
        keys: impl IntoIterator<Item = &'a tacit_credential::eddsa::PublicKey>,
    ) -> Result<(), HistoryError> {
        for (other, known) in &self.issuers {
            let (same_id, same_key) = (other == id.as_str(), known.publishing_key == *publishing_key);
            if same_id != same_key {
                return Err(HistoryError::PublishingKey { issuer: id.clone() });
            }
            if same_id && known.jurisdiction != *jurisdiction {
                let listed = known.jurisdiction.clone();
                return Err(HistoryError::MovedJurisdiction { issuer: id.clone(), listed });
            }
        }
        for key in keys {
            if let Some(owner) = self.keys.get(&key_text(key))
                && owner != id
            {
                return Err(HistoryError::MovedKey { issuer: id.clone(), owner: owner.clone() });
            }
        }
        Ok(())
    }

    /// Checks the issuers of the next list and remembers them; on an error nothing is remembered.
    pub fn accept(&mut self, issuers: &[ListedIssuer]) -> Result<(), HistoryError> {
        let mut next = self.clone();
        for issuer in issuers {
            next.accept_one(issuer)?;
        }
        *self = next;
        Ok(())
    }

    fn accept_one(&mut self, issuer: &ListedIssuer) -> Result<(), HistoryError> {
        let keys = || issuer.keys.iter().map(|listed| &listed.key);
        self.check_issuer(&issuer.id, &issuer.publishing_key, &issuer.jurisdiction, keys())?;
        self.keys.extend(keys().map(|key| (key_text(key), issuer.id.clone())));
        let known = self.issuers.entry(issuer.id.as_str().to_owned()).or_insert_with(|| IssuerHistory {
            publishing_key: issuer.publishing_key,
            jurisdiction: issuer.jurisdiction.clone(),
            statuses: Vec::new(),
        });
        let Some(last) = known.statuses.last().copied() else {
            known.statuses.push(issuer.status);
            return Ok(());
        };
        if issuer.status.sequence < last.sequence {
            return Err(HistoryError::OlderStatus {
                issuer: issuer.id.clone(),
                last: last.sequence,
                found: issuer.status.sequence,
            });
        }
        if issuer.status.root == last.root {
            // Nothing new to remember; a sequence without a change stands for the same leaves.
            known.statuses.pop();
        } else if issuer.status.sequence == last.sequence {
            return Err(HistoryError::TwoRoots { issuer: issuer.id.clone(), sequence: last.sequence });
        } else if let Some(old) = known.statuses.iter().find(|old| old.root == issuer.status.root) {
            return Err(HistoryError::OldRoot { issuer: issuer.id.clone(), sequence: old.sequence });
        }
        known.statuses.push(issuer.status);
        Ok(())
    }
}

fn key_text(key: &tacit_credential::eddsa::PublicKey) -> String {
    hex::encode(key.to_bytes())
}

/// Which rule across epochs a list would break.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The issuer's id was listed with another publishing key, or the key under another id.
    #[error(
        "issuer {issuer} was listed with another publishing key, or this publishing key under another id; list it under a new id with a new key"
    )]
    PublishingKey {
        /// The issuer.
        issuer: IssuerId,
    },
    /// The issuer's id was listed with another jurisdiction.
    #[error(
        "issuer {issuer} was listed for {listed}, and its credentials may be anybody's there; list it under a new id with new keys"
    )]
    MovedJurisdiction {
        /// The issuer.
        issuer: IssuerId,
        /// What was listed.
        listed: Jurisdiction,
    },
    /// The credential key belongs to another issuer.
    #[error(
        "a credential key of issuer {issuer} was listed as {owner}'s; have {issuer} make a new key, or revoked credentials become valid again"
    )]
    MovedKey {
        /// Who claims the key now.
        issuer: IssuerId,
        /// Who had it first.
        owner: IssuerId,
    },
    /// An older status than the one already listed.
    #[error(
        "issuer {issuer} offers status {found}, but status {last} was listed already; fetch its newest status"
    )]
    OlderStatus {
        /// The issuer.
        issuer: IssuerId,
        /// Newest listed sequence.
        last: u64,
        /// The sequence offered.
        found: u64,
    },
    /// Two roots under one number.
    #[error(
        "issuer {issuer} has two different status trees numbered {sequence}; it must publish under a new number"
    )]
    TwoRoots {
        /// The issuer.
        issuer: IssuerId,
        /// The number.
        sequence: u64,
    },
    /// A root that was replaced before.
    #[error(
        "issuer {issuer} returns to the root of its status {sequence}; revoked credentials would become valid again"
    )]
    OldRoot {
        /// The issuer.
        issuer: IssuerId,
        /// Where the root was listed first.
        sequence: u64,
    },
}
