//! What can go wrong, one variant per cause, each saying what to do next. No variant holds an attribute's value.

use tacit_credential::certificate::CertificateError;
use tacit_credential::date::{Date, UnixTime};
use tacit_credential::policy::{DisclosedAttribute, PolicyError};
use tacit_credential::public_values::RangeError;
use tacit_credential::request::{CircuitDigest, SharedScopeError};
use tacit_credential::trust_list::{Epoch, TrustListError};

use crate::challenge::ChallengeError;
use crate::groth16::ProofError;

/// Why a presentation was refused. For your log; the sender gets [`VerifyError::refusal`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Another verifier's key stands in the request.
    #[error("the request was made by another verifier; pass the request that this verifier issued")]
    OtherVerifier,
    /// The request does not carry this verifier's signature.
    #[error("the request's signature is not this verifier's; pass the request as it was issued, unchanged")]
    RequestSignature,
    /// The presentation answers another request.
    #[error("the presentation answers another request; look the request up by the presentation's challenge")]
    OtherChallenge,
    /// The time to answer is over.
    #[error("the request expired at {expired_at}; send the guest a new one")]
    RequestExpired {
        /// When.
        expired_at: UnixTime,
    },
    /// The request is dated on another day than the day on which it can have been issued.
    #[error(
        "the request is dated {requested}, today is {today} in China; check the clock and send a new request"
    )]
    RequestDate {
        /// The date in the request.
        requested: Date,
        /// Today.
        today: Date,
    },
    /// The challenge is not open: not issued here, answered before, or expired.
    #[error(transparent)]
    Challenge(#[from] ChallengeError),
    /// No key for the request's circuit.
    #[error(
        "no verifying key for circuit {0}; add the key of that circuit, or send a request for one you have"
    )]
    UnknownCircuit(CircuitDigest),
    /// The key of the request's circuit was taken out of use.
    #[error("the verifying key of circuit {0} was retired; send the guest a new request")]
    RetiredCircuit(CircuitDigest),
    /// The request relies on another trust operator.
    #[error("the request names another trust operator than this verifier's; send a new request")]
    OtherTrustList,
    /// The request relies on a trust operator that is not relied on any more.
    #[error("the request names a trust operator that was retired; send the guest a new request")]
    OperatorRetired,
    /// The trust list of the request's epoch is not loaded.
    #[error("trust list {0} is not loaded; fetch it from the trust operator and add it")]
    UnknownEpoch(Epoch),
    /// A newer trust list has replaced that of the request's epoch; whom it revokes, the older one calls good.
    #[error(
        "the request was made over trust list {epoch}, which list {newest} has replaced; ask the guest again with a new request"
    )]
    EpochSuperseded {
        /// The request's.
        epoch: Epoch,
        /// The newest that this verifier uses.
        newest: Epoch,
    },
    /// The trust list has lapsed.
    #[error("trust list {epoch} lapsed at {expired_at}; fetch the current one and send a new request")]
    TrustListExpired {
        /// Its number.
        epoch: Epoch,
        /// When.
        expired_at: UnixTime,
    },
    /// The trust list, and so the state of revocation, is older than the policy allows.
    #[error(
        "trust list {epoch} is {hours} hours old, the policy allows {allowed}; fetch the current one and send a new request"
    )]
    StatusTooOld {
        /// Its number.
        epoch: Epoch,
        /// Its age in full hours.
        hours: u64,
        /// What the policy allows.
        allowed: u32,
    },
    /// The policy in the request cannot be satisfied or stated.
    #[error("the request's policy: {0}")]
    Policy(#[from] PolicyError),
    /// The policy asks for a pseudonym under its own scope, and the presentation brings a scope along.
    #[error(
        "the presentation brings a scope of its own although the policy sets one; the wallet is faulty or hostile"
    )]
    ScopeGiven,
    /// The policy asks for no pseudonym, and the random scope is missing.
    #[error(
        "the presentation lacks the random scope that it needs when no pseudonym is asked for; the wallet is faulty"
    )]
    ScopeMissing,
    /// The policy asks for a pseudonym in a shared scope that the request's certificate does not list.
    #[error("the request: {0}")]
    SharedScope(#[from] SharedScopeError),
    /// An attribute that the policy asks for is missing.
    #[error(
        "the presentation does not disclose the {0}, which the policy asks for; ask the guest to present again"
    )]
    NotDisclosed(DisclosedAttribute),
    /// An attribute was sent that the policy does not ask for.
    #[error(
        "the presentation discloses the {0}, which the policy does not ask for; delete it, the wallet is faulty"
    )]
    NotAsked(DisclosedAttribute),
    /// A public value is outside the range that the proof relies on.
    #[error("public values: {0}")]
    OutOfRange(#[from] RangeError),
    /// The proof is malformed, or does not hold.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl VerifyError {
    /// What to tell the other side: always the same. A sender who learns which check failed learns how to get
    /// past it, or something about somebody else's guest.
    pub fn refusal(&self) -> Refusal {
        Refusal
    }
}

/// The one answer that a remote sender gets, whatever the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the presentation was not accepted")]
pub struct Refusal;

/// Why a verifier could not be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No verifying key.
    #[error("the verifier has no verifying key; add the key of the circuit with `key`")]
    NoKey,
    /// A key that cannot be used.
    #[error(transparent)]
    Key(#[from] KeyUseError),
    /// A trust operator that cannot be added.
    #[error(transparent)]
    Operator(#[from] OperatorError),
    /// The certificate is for another key.
    #[error("the certificate is for another key than this verifier's; pass the certificate of this key")]
    CertificateKey,
    /// The platform has no clock.
    #[error("this platform has no system clock; pass one with `clock`")]
    NoClock,
    /// There is no store of challenges.
    #[error(
        "without `std` there is no store in memory; pass one with `challenges`, or `ChallengesElsewhere`"
    )]
    NoChallengeStore,
}

/// Why a verifying key was not taken into use, or out of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyUseError {
    /// Two keys for one circuit.
    #[error("two verifying keys for circuit {0}; keep the one you trust, retire the other first")]
    Duplicate(CircuitDigest),
    /// A development key without permission.
    #[error(
        "the key of circuit {0} is a development key, whose maker can forge proofs; use a ceremony's key, or call `accept_development_keys` while you are testing"
    )]
    Development(CircuitDigest),
    /// No such key is in use.
    #[error("no verifying key for circuit {0} is in use; compare the digest with `circuits`")]
    Unknown(CircuitDigest),
}

/// Why a trust operator was not added, retired or preferred.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OperatorError {
    /// It is trusted already.
    #[error("this trust operator is trusted already; use `set_certificate` for a new certificate")]
    AlreadyTrusted,
    /// It is not trusted.
    #[error("this trust operator is not trusted here; add it first, or compare the key with `operators`")]
    Unknown,
    /// The certificate is for another key.
    #[error("the certificate is for another key than this verifier's; pass the certificate of this key")]
    CertificateKey,
}

/// Why a trust list was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddListError {
    /// The list itself is refused, or it does not continue the chain.
    #[error(transparent)]
    List(#[from] TrustListError),
    /// Its operator was retired.
    #[error(
        "the list is of a trust operator that was retired; take it off the schedule, or add the operator again"
    )]
    OperatorRetired,
    /// Another list with the same number is loaded.
    #[error(
        "a different list {0} is loaded already: the trust operator shows two histories; keep both files and report it"
    )]
    Conflict(Epoch),
    /// The list has lapsed.
    #[error("list {epoch} lapsed at {expired_at}; fetch the current one")]
    Expired {
        /// Its number.
        epoch: Epoch,
        /// When.
        expired_at: UnixTime,
    },
    /// The list is dated in the future.
    #[error("list {epoch} is dated {issued_at}, in the future; check this machine's clock")]
    Future {
        /// Its number.
        epoch: Epoch,
        /// When it claims to have been made.
        issued_at: UnixTime,
    },
}

/// Why no request was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// The signing key is not this verifier's.
    #[error("the signing key does not belong to this verifier; pass the secret half of its own key")]
    OtherKey,
    /// The primary trust operator was retired.
    #[error(
        "the trust operator that requests are made for was retired; choose another with `prefer_operator`"
    )]
    NoOperator,
    /// No verifying key is in use.
    #[error("every verifying key was retired; add the key of the circuit that requests are to be made for")]
    NoKey,
    /// No trust list is loaded that is in force.
    #[error("no trust list is in force; fetch the current one from the trust operator and add it")]
    NoTrustList,
    /// The newest list is older than the policy allows.
    #[error(
        "the newest trust list is {hours} hours old, the policy allows {allowed}; fetch a newer list or allow more"
    )]
    StatusTooOld {
        /// Its age in full hours.
        hours: u64,
        /// What the policy allows.
        allowed: u32,
    },
    /// A lifetime of zero, or beyond the longest.
    #[error("a request lives from one second to {} seconds; choose a lifetime in between", crate::MAX_LIFETIME.as_secs())]
    Lifetime,
    /// The endpoint is empty, too long or not printable.
    #[error(
        "the endpoint is empty, too long or not printable; pass the address that presentations are sent to"
    )]
    Endpoint,
    /// The certificate is not the operator's, or not in force.
    #[error("this verifier's certificate: {0}")]
    Certificate(#[from] CertificateError),
    /// The policy cannot be satisfied or stated.
    #[error("the policy: {0}")]
    Policy(#[from] PolicyError),
    /// The policy asks for a pseudonym in a shared scope that this verifier is not certified for.
    #[error(
        "this verifier is not certified for pseudonyms under {}; have the trust operator certify it (`--shared-scope`), or \
         leave `shared_scope` out of the policy",
        .0.shared
    )]
    SharedScope(#[from] SharedScopeError),
    /// The challenge could not be recorded.
    #[error(transparent)]
    Challenge(#[from] ChallengeError),
}
