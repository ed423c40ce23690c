//! Which challenges are open: each is issued here, and answered at most once.
//!
//! A proof can be copied, and anyone can turn a proof into a different one for the same statement; so a replay
//! is recognised by the challenge it answers and by nothing else. The store is what makes a request of this
//! verifier's own different from one that somebody else made up.
//!
//! **Contract of a store**: [`ChallengeStore::consume`] is atomic. Of any number of calls for one challenge, on
//! any number of threads and machines, one succeeds. In SQL: `UPDATE … SET used = now WHERE challenge = ? AND
//! used IS NULL AND expires_at > now`, and look at the number of rows.

#[cfg(feature = "std")]
mod memory;

use alloc::boxed::Box;
use alloc::sync::Arc;

use tacit_credential::date::UnixTime;
use tacit_credential::request::Challenge;

#[cfg(feature = "std")]
pub use memory::{DEFAULT_CAPACITY, MemoryChallengeStore};

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
    Store(#[source] Box<dyn core::error::Error + Send + Sync>),
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

impl<S: ChallengeStore + ?Sized> ChallengeStore for Arc<S> {
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
