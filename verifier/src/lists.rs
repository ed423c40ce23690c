//! One trust operator's chain of trust lists, and which of them count.

use alloc::collections::BTreeMap;
use core::ops::Bound::{Excluded, Unbounded};
use core::time::Duration;

use tacit_credential::Fr;
use tacit_credential::date::UnixTime;
use tacit_credential::trust_list::{Epoch, VerifiedTrustList};

use crate::error::{AddListError, VerifyError};

/// How far the trust operator's clock may be ahead of this one.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(300);

/// How long a lapsed list is kept, so that an answer to an old request is refused by its true name.
const KEEP_LAPSED: Duration = Duration::from_secs(24 * 3600);

/// The lists that are loaded, by number.
pub(crate) struct Lists {
    loaded: BTreeMap<Epoch, VerifiedTrustList>,
    /// The newest list that an earlier run used.
    seen: Option<Epoch>,
}

/// What a check needs to know of a list.
pub(crate) struct ListFacts {
    pub(crate) epoch: Epoch,
    pub(crate) root: Fr,
    pub(crate) issued_at: UnixTime,
    expires_at: UnixTime,
}

impl Lists {
    pub(crate) fn new(seen: Option<Epoch>) -> Self {
        Self { loaded: BTreeMap::new(), seen }
    }

    /// Takes a list that its operator signed; the rules are those of
    /// [`Verifier::add_trust_list`](crate::Verifier::add_trust_list).
    pub(crate) fn add(&mut self, list: VerifiedTrustList, now: UnixTime) -> Result<Epoch, AddListError> {
        let (epoch, issued_at, expires_at) = (list.epoch(), list.list().issued_at, list.list().expires_at);
        if expires_at <= now {
            return Err(AddListError::Expired { epoch, expired_at: expires_at });
        }
        if issued_at > now.plus(CLOCK_TOLERANCE) {
            return Err(AddListError::Future { epoch, issued_at });
        }
        if let Some(known) = self.loaded.get(&epoch) {
            return if known.digest() == list.digest() {
                Ok(epoch)
            } else {
                Err(AddListError::Conflict(epoch))
            };
        }
        if let Some(previous) = epoch.0.checked_sub(1).and_then(|previous| self.loaded.get(&Epoch(previous)))
        {
            list.follows(previous)?;
        }
        if let Some(next) = epoch.0.checked_add(1).and_then(|next| self.loaded.get(&Epoch(next))) {
            next.follows(&list)?;
        }
        for earlier in self.loaded.range(..epoch).map(|(_, earlier)| earlier) {
            list.takes_nothing_back(earlier)?;
        }
        for later in self.loaded.range(epoch..).map(|(_, later)| later) {
            later.takes_nothing_back(&list)?;
        }
        self.loaded.insert(epoch, list);
        // The newest stays although it lapsed: forgetting it would bring its predecessor back.
        let newest = self.loaded.last_key_value().map(|(epoch, _)| *epoch);
        self.loaded
            .retain(|epoch, old| Some(*epoch) == newest || old.list().expires_at.plus(KEEP_LAPSED) > now);
        Ok(epoch)
    }

    /// The newest list, if it is in force. One that lapsed is not replaced by an older one.
    pub(crate) fn newest(&self, now: UnixTime) -> Option<ListFacts> {
        let newest = self.loaded.last_key_value().map(|(_, list)| ListFacts::of(list))?;
        (newest.expires_at > now && Some(newest.epoch) >= self.seen).then_some(newest)
    }

    /// The newest list that this run or an earlier one used, in force or not.
    pub(crate) fn newest_seen(&self) -> Option<Epoch> {
        self.loaded.last_key_value().map(|(newest, _)| *newest).max(self.seen)
    }

    /// The trust root of an epoch whose list is loaded, in force, no older than `hours`, and not replaced beyond the grace.
    pub(crate) fn check(
        &self,
        epoch: Epoch,
        hours: u32,
        grace: Duration,
        now: UnixTime,
    ) -> Result<Fr, VerifyError> {
        self.check_newest(epoch, grace, now)?;
        let list = self.loaded.get(&epoch).map(ListFacts::of).ok_or(VerifyError::UnknownEpoch(epoch))?;
        if list.expires_at <= now {
            return Err(VerifyError::TrustListExpired { epoch, expired_at: list.expires_at });
        }
        if list.older_than(hours, now) {
            return Err(VerifyError::StatusTooOld { epoch, hours: list.full_hours(now), allowed: hours });
        }
        Ok(list.root)
    }

    /// Whoever is revoked in a newer list must not come in by a request of an older one. The grace counts from the date of
    /// the list that came next, which is signed, not from when it was loaded. A newer list that lapsed is newer all the
    /// same; one that an earlier run used and that is not loaded has no date to count from, so nothing is left open.
    fn check_newest(&self, epoch: Epoch, grace: Duration, now: UnixTime) -> Result<(), VerifyError> {
        let next =
            self.loaded.range((Excluded(epoch), Unbounded)).next().map(|(_, list)| ListFacts::of(list));
        let Some(newest) = self.newest_seen().filter(|newest| *newest > epoch) else {
            return Ok(());
        };
        match next {
            Some(next) if now.since(next.issued_at) < grace => Ok(()),
            _ => Err(VerifyError::EpochSuperseded { epoch, newest }),
        }
    }
}

impl ListFacts {
    fn of(list: &VerifiedTrustList) -> Self {
        let (epoch, root) = (list.epoch(), list.root());
        Self { epoch, root, issued_at: list.list().issued_at, expires_at: list.list().expires_at }
    }

    pub(crate) fn older_than(&self, hours: u32, now: UnixTime) -> bool {
        now.since(self.issued_at) > Duration::from_secs(u64::from(hours) * 3600)
    }

    pub(crate) fn full_hours(&self, now: UnixTime) -> u64 {
        now.since(self.issued_at).as_secs() / 3600
    }
}
