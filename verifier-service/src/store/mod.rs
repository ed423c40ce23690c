//! Where requests, used challenges and outcomes live: one trait, an embedded store and Redis behind it.
//!
//! **Contract.** [`Store::accept`] is one atomic write: the challenge is used and the outcome recorded, or neither. Of any number of calls for one
//! session, on any number of threads, instances and machines, one returns `Ok`; what returned `Ok` survives `kill -9` of this
//! process and of the store. What has expired is not accepted. A session is forgotten, personal data and all, at the time given
//! with it; an answer to a forgotten session finds no request and is refused.
//!
//! Times are the callers': every instance needs a clock that is right to within a few seconds.

pub mod redis;
pub mod sqlite;

use async_trait::async_trait;
use tacit_credential::date::UnixTime;
use tacit_credential::trust_list::{Epoch, TrustListId};

use crate::session::{CodeDigest, Outcome, Session, SessionId, Stored};
use crate::webhook::{Delivery, DeliveryId};

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It cannot be reached, or answers with an error.
    #[error("the store failed: {0}; look at the store")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What it holds is not what was written.
    #[error("the store holds a record that this version does not read: {0}; was it written by a newer one?")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It works, and could lose what it acknowledged.
    #[error("{0}")]
    Unsafe(#[from] redis::RedisSettingsError),
}

/// Why an acceptance was not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcceptError {
    /// Never made, or forgotten.
    #[error("there is no such request")]
    Unknown,
    /// Answered before.
    #[error("the request was answered before")]
    Used,
    /// Past its expiry.
    #[error("the request has expired")]
    Expired,
    /// The store failed; nobody knows whether the write took place.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AcceptError {
    /// The verifier's code for the same refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "challenge-unknown",
            Self::Used => "challenge-used",
            Self::Expired => "challenge-expired",
            Self::Store(_) => "challenge-store",
        }
    }
}

/// Why a response code did not open an outcome.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedeemError {
    /// Never made, or forgotten.
    #[error("there is no such request")]
    Unknown,
    /// Not answered yet.
    #[error("the request was not answered")]
    Open,
    /// Another code.
    #[error("the code does not belong to the request")]
    Wrong,
    /// Redeemed before.
    #[error("the code was redeemed before")]
    Used,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is recorded when a presentation is accepted, in one write.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// The session answered.
    pub id: SessionId,
    /// What it showed.
    pub outcome: Outcome,
    /// Digest of the code that opens the outcome, in a same-device flow.
    pub code: Option<CodeDigest>,
    /// The webhook to be sent, in the same write so that it is neither lost nor sent for nothing.
    pub delivery: Option<Delivery>,
    /// The time of the acceptance.
    pub now: UnixTime,
}

/// A store of sessions.
#[async_trait]
pub trait Store: Send + Sync {
    /// Records a request as open. Durable when it returns.
    async fn create(&self, session: &Session, forget_at: UnixTime) -> Result<(), StoreError>;

    /// A session and what became of it.
    async fn find(&self, id: &SessionId) -> Result<Option<Stored>, StoreError>;

    /// Closes the challenge and records the outcome: the contract at the module's head.
    async fn accept(&self, acceptance: Acceptance) -> Result<(), AcceptError>;

    /// Counts a refused answer. Need not be durable.
    async fn refuse(&self, id: &SessionId, code: &str) -> Result<(), StoreError>;

    /// Opens the outcome to whoever brings its response code, once.
    async fn redeem(&self, id: &SessionId, code: &CodeDigest) -> Result<Stored, RedeemError>;

    /// Takes webhooks that are due, at most `most`, and hides them from everybody else until `hidden_until`.
    async fn due_deliveries(
        &self,
        now: UnixTime,
        hidden_until: UnixTime,
        most: usize,
    ) -> Result<Vec<(DeliveryId, Delivery)>, StoreError>;

    /// Forgets a webhook that was delivered or given up.
    async fn drop_delivery(&self, id: DeliveryId) -> Result<(), StoreError>;

    /// Puts a webhook off, and counts the attempt.
    async fn postpone_delivery(&self, id: DeliveryId, until: UnixTime) -> Result<(), StoreError>;

    /// Records that a trust list is in use; the newest number of each operator stays.
    async fn raise_epoch(&self, operator: TrustListId, epoch: Epoch) -> Result<(), StoreError>;

    /// The newest trust list of an operator that any instance ever used.
    async fn newest_epoch(&self, operator: TrustListId) -> Result<Option<Epoch>, StoreError>;

    /// Does it answer, and keep what it acknowledges?
    async fn ready(&self) -> Result<(), StoreError>;

    /// Deletes what is past its time. Called now and then.
    async fn forget(&self, now: UnixTime) -> Result<(), StoreError>;
}

pub(crate) fn unreachable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Unreachable(error.into())
}

pub(crate) fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Unreadable(error.into())
}
