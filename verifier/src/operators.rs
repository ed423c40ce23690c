//! The trust operators whose lists count, and their rotation while the verifier runs.
//!
//! A request names one operator (its trust list, by [`TrustListId`]) and is judged by that operator's chain of lists alone. An
//! operator that is unknown or retired is refused by name, never replaced by another. Requests are made for the *primary* one.

use alloc::vec::Vec;

use tacit_credential::certificate::VerifierCertificate;
use tacit_credential::trust_list::{Epoch, OperatorKey, TrustListId};

use crate::error::{OperatorError, VerifyError};
use crate::lists::Lists;

/// A trust operator to rely on: its key, and what belongs to it.
#[derive(Clone, Debug)]
pub struct Operator {
    pub(crate) key: OperatorKey,
    pub(crate) certificate: Option<VerifierCertificate>,
    pub(crate) seen: Option<Epoch>,
}

impl From<OperatorKey> for Operator {
    fn from(key: OperatorKey) -> Self {
        Self { key, certificate: None, seen: None }
    }
}

impl Operator {
    /// This operator's word on who the verifier is, sent along with the requests made for it.
    #[must_use]
    pub fn certificate(mut self, certificate: VerifierCertificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// The number of the newest of its lists that an earlier run used: see
    /// [`VerifierBuilder::newest_epoch_seen`](crate::VerifierBuilder::newest_epoch_seen).
    #[must_use]
    pub fn newest_epoch_seen(mut self, epoch: Epoch) -> Self {
        self.seen = Some(epoch);
        self
    }
}

/// An operator in use.
pub(crate) struct Trusted {
    pub(crate) key: OperatorKey,
    id: TrustListId,
    pub(crate) certificate: Option<VerifierCertificate>,
    pub(crate) lists: Lists,
}

/// One that is not in use any more, and how far its lists had come: it does not come back with an older one.
struct Retired {
    id: TrustListId,
    seen: Option<Epoch>,
}

/// All that this verifier knows.
pub(crate) struct Operators {
    trusted: Vec<Trusted>,
    primary: Option<TrustListId>,
    retired: Vec<Retired>,
}

impl Operators {
    pub(crate) fn new(primary: Operator) -> Self {
        let mut this =
            Self { trusted: Vec::new(), primary: Some(TrustListId::of(&primary.key)), retired: Vec::new() };
        this.insert(primary);
        this
    }

    /// Trusts one more operator. One that was retired comes back, with no list older than the newest that was used.
    pub(crate) fn add(&mut self, operator: Operator) -> Result<(), OperatorError> {
        if self.by_id(&TrustListId::of(&operator.key)).is_some() {
            return Err(OperatorError::AlreadyTrusted);
        }
        self.insert(operator);
        Ok(())
    }

    fn insert(&mut self, operator: Operator) {
        let Operator { key, certificate, seen } = operator;
        let id = TrustListId::of(&key);
        let before = self.retired.iter().position(|retired| retired.id == id);
        let seen = before.and_then(|place| self.retired.swap_remove(place).seen).max(seen);
        self.trusted.push(Trusted { key, id, certificate, lists: Lists::new(seen) });
    }

    /// Trusts one operator no longer.
    pub(crate) fn retire(&mut self, key: &OperatorKey) -> Result<(), OperatorError> {
        let id = TrustListId::of(key);
        let place = self.trusted.iter().position(|trusted| trusted.id == id).ok_or(OperatorError::Unknown)?;
        let seen = self.trusted.swap_remove(place).lists.newest_seen();
        self.retired.push(Retired { id, seen });
        if self.primary == Some(id) {
            self.primary = None;
        }
        Ok(())
    }

    /// Makes requests for this one from now on.
    pub(crate) fn prefer(&mut self, key: &OperatorKey) -> Result<(), OperatorError> {
        let id = self.by_id(&TrustListId::of(key)).ok_or(OperatorError::Unknown)?.id;
        self.primary = Some(id);
        Ok(())
    }

    /// The one that requests are made for.
    pub(crate) fn primary(&self) -> Option<&Trusted> {
        self.primary.as_ref().and_then(|id| self.by_id(id))
    }

    pub(crate) fn keys(&self) -> Vec<OperatorKey> {
        self.trusted.iter().map(|trusted| trusted.key).collect()
    }

    /// The operator that a request names.
    pub(crate) fn of_request(&self, id: &TrustListId) -> Result<&Trusted, VerifyError> {
        match self.by_id(id) {
            Some(trusted) => Ok(trusted),
            None if self.is_retired(id) => Err(VerifyError::OperatorRetired),
            None => Err(VerifyError::OtherTrustList),
        }
    }

    /// The operator with this key.
    pub(crate) fn by_key(&mut self, key: &OperatorKey) -> Result<&mut Trusted, OperatorError> {
        let id = TrustListId::of(key);
        self.trusted.iter_mut().find(|trusted| trusted.id == id).ok_or(OperatorError::Unknown)
    }

    pub(crate) fn is_retired(&self, id: &TrustListId) -> bool {
        self.retired.iter().any(|retired| retired.id == *id)
    }

    pub(crate) fn by_id(&self, id: &TrustListId) -> Option<&Trusted> {
        self.trusted.iter().find(|trusted| trusted.id == *id)
    }
}
