//! Which challenges are open: each is issued here, and answered at most once.
//!
//! A proof can be copied, and anyone can turn a proof into a different one for the same statement; so a replay
//! is recognised by the challenge it answers and by nothing else. The store is what makes a request of this
//! verifier's own different from one that somebody else made up.
//!
//! **Contract of a store**: [`ChallengeStore::consume`] is atomic. Of any number of calls for one challenge, on
//! any number of threads and machines, one succeeds. In SQL: `UPDATE … SET used = now WHERE challenge = ? AND
//! used IS NULL AND expires_at > now`, and look at the number of rows.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tacit_credential::date::UnixTime;
use tacit_credential::request::Challenge;

/// Why a challenge is not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChallengeError {
    /// Never issued here, or expired so long ago that it is forgotten.
    #[error("this verifier did not issue the challenge, or has forgotten it since; make a new request")]
    Unknown,
    /// Answered before.
    #[error("the challenge was answered before; make a new request for every presentation")]
    Used,
    /// Past its expiry.
    #[error("the challenge has expired; make a new request")]
    Expired,
    /// Issued a second time: the random number generator repeats itself.
    #[error("the same challenge was issued before; check the random number generator")]
    Duplicate,
    /// No room for another open challenge.
    #[error(
        "{capacity} challenges are open already; limit how often one client may ask, shorten lifetimes or raise the capacity"
    )]
    Full {
        /// How many the store holds.
        capacity: usize,
    },
    /// The store behind could not be reached.
    #[error("the challenge store failed: {0}; look at the store, and refuse presentations until it works")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Remembers issued challenges until they expire. Implement it over your database if several machines serve one site.
pub trait ChallengeStore: Send + Sync {
    /// Records a fresh challenge as open until `expires_at`.
    fn issue(&self, challenge: &Challenge, expires_at: UnixTime, now: UnixTime)
    -> Result<(), ChallengeError>;

    /// Is the challenge open? Changes nothing; lets the verifier refuse replays before it spends time on them.
    fn check(&self, challenge: &Challenge, now: UnixTime) -> Result<(), ChallengeError>;

    /// Closes the challenge. Atomic: see the module's head.
    fn consume(&self, challenge: &Challenge, now: UnixTime) -> Result<(), ChallengeError>;
}

/// Default capacity of [`MemoryChallengeStore`]: some 150 MB when full.
pub const DEFAULT_CAPACITY: usize = 1 << 20;

/// A store in memory, for one process. Forgets every challenge once it has expired, whether it was answered or
/// not, so that it never holds more than one lifetime's worth of requests, and never more than its capacity.
pub struct MemoryChallengeStore {
    state: Mutex<State>,
    capacity: usize,
}

type Key = [u8; 32];

#[derive(Default)]
struct State {
    entries: HashMap<Key, Entry>,
    /// The same entries by expiry, so that forgetting costs only what is forgotten.
    by_expiry: BTreeSet<(u64, Key)>,
}

struct Entry {
    expires_at: UnixTime,
    used: bool,
}

impl State {
    fn forget_expired(&mut self, now: UnixTime) {
        while let Some(&(expires_at, key)) =
            self.by_expiry.first().filter(|(expires_at, _)| *expires_at <= now.0)
        {
            self.entries.remove(&key);
            self.by_expiry.remove(&(expires_at, key));
        }
    }

    fn open(&mut self, challenge: &Challenge, now: UnixTime) -> Result<&mut Entry, ChallengeError> {
        let entry = self.entries.get_mut(&key(challenge)).ok_or(ChallengeError::Unknown)?;
        if entry.expires_at <= now {
            Err(ChallengeError::Expired)
        } else if entry.used {
            Err(ChallengeError::Used)
        } else {
            Ok(entry)
        }
    }
}

impl MemoryChallengeStore {
    /// An empty store of [`DEFAULT_CAPACITY`].
    pub fn new() -> Self {
        Self::with_capacity(DEFAULT_CAPACITY)
    }

    /// An empty store that holds at most `capacity` challenges.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { state: Mutex::default(), capacity }
    }

    /// How many challenges are remembered.
    pub fn len(&self) -> usize {
        self.state().entries.len()
    }

    /// Is none remembered?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing below panics between two changes that belong together, so a poisoned state is a consistent one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryChallengeStore {
    fn default() -> Self {
        Self::new()
    }
}

impl ChallengeStore for MemoryChallengeStore {
    fn issue(
        &self,
        challenge: &Challenge,
        expires_at: UnixTime,
        now: UnixTime,
    ) -> Result<(), ChallengeError> {
        let mut state = self.state();
        state.forget_expired(now);
        if expires_at <= now {
            return Err(ChallengeError::Expired);
        }
        let key = key(challenge);
        if state.entries.contains_key(&key) {
            return Err(ChallengeError::Duplicate);
        }
        if state.entries.len() >= self.capacity {
            return Err(ChallengeError::Full { capacity: self.capacity });
        }
        state.entries.insert(key, Entry { expires_at, used: false });
        state.by_expiry.insert((expires_at.0, key));
        Ok(())
    }

    fn check(&self, challenge: &Challenge, now: UnixTime) -> Result<(), ChallengeError> {
        self.state().open(challenge, now).map(|_| ())
    }

    fn consume(&self, challenge: &Challenge, now: UnixTime) -> Result<(), ChallengeError> {
        let mut state = self.state();
        let outcome = state.open(challenge, now).map(|entry| entry.used = true);
        state.forget_expired(now);
        outcome
    }
}

/// The store of a site that keeps its challenges elsewhere and consumes them with
/// [`CheckedPresentation::accept_with`](crate::CheckedPresentation::accept_with).
///
/// It takes every challenge for open and consumes none: [`Verifier::verify`](crate::Verifier::verify) refuses everything, and
/// what [`Verifier::check`](crate::Verifier::check) passes stands for nothing until the site's own store has closed the
/// challenge. Record each request's challenge there before the request leaves; one that was forgotten is refused.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChallengesElsewhere;

/// The site called `verify` although it said that it consumes challenges itself.
#[derive(Debug, thiserror::Error)]
#[error("challenges are kept elsewhere; call `check` and consume the challenge in `accept_with`")]
struct KeptElsewhere;

impl ChallengeStore for ChallengesElsewhere {
    fn issue(&self, _: &Challenge, _: UnixTime, _: UnixTime) -> Result<(), ChallengeError> {
        Ok(())
    }
    fn check(&self, _: &Challenge, _: UnixTime) -> Result<(), ChallengeError> {
        Ok(())
    }
    fn consume(&self, _: &Challenge, _: UnixTime) -> Result<(), ChallengeError> {
        Err(ChallengeError::Store(Box::new(KeptElsewhere)))
    }
}

impl<S: ChallengeStore + ?Sized> ChallengeStore for std::sync::Arc<S> {
    fn issue(
        &self,
        challenge: &Challenge,
        expires_at: UnixTime,
        now: UnixTime,
    ) -> Result<(), ChallengeError> {
        (**self).issue(challenge, expires_at, now)
    }
    fn check(&self, challenge: &Challenge, now: UnixTime) -> Result<(), ChallengeError> {
        (**self).check(challenge, now)
    }
    fn consume(&self, challenge: &Challenge, now: UnixTime) -> Result<(), ChallengeError> {
        (**self).consume(challenge, now)
    }
}

fn key(challenge: &Challenge) -> Key {
    challenge.to_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacit_credential::{Fr, field};

    fn challenge(n: u64) -> Challenge {
        Challenge::from_bytes(&field::to_bytes(&Fr::from(n))).unwrap()
    }

    const NOW: UnixTime = UnixTime(1_000);
    const LATER: UnixTime = UnixTime(1_300);

    #[test]
    fn one_answer_only() {
        let store = MemoryChallengeStore::new();
        assert!(matches!(store.consume(&challenge(1), NOW), Err(ChallengeError::Unknown)));
        store.issue(&challenge(1), LATER, NOW).unwrap();
        store.check(&challenge(1), NOW).unwrap();
        assert!(matches!(store.check(&challenge(2), NOW), Err(ChallengeError::Unknown)));
        store.consume(&challenge(1), UnixTime(1_299)).unwrap();
        assert!(matches!(store.check(&challenge(1), NOW), Err(ChallengeError::Used)));
        assert!(matches!(store.consume(&challenge(1), NOW), Err(ChallengeError::Used)));
        assert!(
            matches!(store.issue(&challenge(1), LATER, NOW), Err(ChallengeError::Duplicate)),
            "used ones stay known"
        );
    }

    #[test]
    fn expired_ones_are_refused_and_forgotten() {
        let store = MemoryChallengeStore::new();
        for n in 0..10 {
            store.issue(&challenge(n), UnixTime(LATER.0 + n), NOW).unwrap();
        }
        store.consume(&challenge(3), NOW).unwrap();
        assert!(matches!(store.check(&challenge(0), LATER), Err(ChallengeError::Expired)));
        assert!(matches!(store.consume(&challenge(0), LATER), Err(ChallengeError::Expired)));
        assert_eq!(store.len(), 9);
        assert!(
            matches!(store.consume(&challenge(0), NOW), Err(ChallengeError::Unknown)),
            "forgotten even if the clock goes back"
        );
        store.issue(&challenge(99), UnixTime(5_000), UnixTime(LATER.0 + 5)).unwrap();
        assert_eq!(store.len(), 5, "six of ten expired, one is new");
        assert!(matches!(store.issue(&challenge(7), NOW, NOW), Err(ChallengeError::Expired)));
    }

    #[test]
    fn capacity_is_a_limit_until_some_expire() {
        let store = MemoryChallengeStore::with_capacity(2);
        store.issue(&challenge(1), LATER, NOW).unwrap();
        store.issue(&challenge(2), LATER, NOW).unwrap();
        assert!(matches!(store.issue(&challenge(3), LATER, NOW), Err(ChallengeError::Full { capacity: 2 })));
        store.issue(&challenge(3), UnixTime(2_000), LATER).unwrap();
        assert_eq!(store.len(), 1);
    }

    #[test]
    fn racing_threads_get_one_acceptance() {
        for round in 0..50 {
            let store = MemoryChallengeStore::new();
            store.issue(&challenge(round), LATER, NOW).unwrap();
            let barrier = std::sync::Barrier::new(4);
            let accepted: usize = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4)
                    .map(|_| {
                        scope.spawn(|| {
                            barrier.wait();
                            usize::from(store.consume(&challenge(round), NOW).is_ok())
                        })
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).sum()
            });
            assert_eq!(accepted, 1);
        }
    }
}
