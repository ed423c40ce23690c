//! Challenges in memory, for one process.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tacit_credential::date::UnixTime;
use tacit_credential::request::Challenge;

use super::{ChallengeError, ChallengeStore};

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
