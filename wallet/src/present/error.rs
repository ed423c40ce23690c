//! Why a request is not answered, in words for the holder.
//!
//! No variant holds an attribute: only what the request asks and the lists say. Even so, these texts tell something about
//! the holder ("younger than asked") and stay on the holder's screen; a verifier hears nothing.
use tacit_credential::certificate::VerifierKey;
use tacit_credential::date::Date;
use tacit_credential::extras::ExtrasError;
use tacit_credential::policy::{Beyond, Bounds, PolicyError};
use tacit_credential::public_values::RangeError;
use tacit_credential::request::{CircuitDigest, PresentationRequest, RequestError};
use tacit_credential::statement::Violation;
use tacit_credential::trust_list::Epoch;
use tacit_prover::ProveError;

use crate::contents::CredentialId;
use crate::vault::StoreError;

/// Why one credential does not answer the request.
#[derive(Debug)]
pub struct Unsuitable {
    /// The credential.
    pub id: CredentialId,
    /// What stands against it.
    pub reason: PresentError,
}

/// Why no presentation was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PresentError {
    /// The request does not hold: expired, altered, another date, another operator, bad certificate.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// Nobody certified the verifier.
    #[error(
        "nobody certified this verifier (key {key}), so it may be anyone; allow uncertified verifiers only if you know whose key this is"
    )]
    Uncertified {
        /// Its key.
        key: Box<VerifierKey>,
    },
    /// The request asks more than the verifier's certificate allows.
    #[error(
        "the request goes beyond what the trust operator lets this verifier ask: {}; answer only if you mean to (--allow-beyond-certificate)",
        said(.0)
    )]
    BeyondCertificate(Vec<Beyond>),
    /// The request is for another circuit than the holder's proving key.
    #[error(
        "the request is for circuit {asked} and your proving key is for {ours}; update the program, or tell the verifier to"
    )]
    OtherCircuit {
        /// Asked for.
        asked: CircuitDigest,
        /// The holder's.
        ours: CircuitDigest,
    },
    /// The policy contradicts itself.
    #[error("the request cannot be answered by anyone: {0}; tell the verifier")]
    Policy(#[from] PolicyError),
    /// The request's values are out of range.
    #[error("the request cannot be answered by anyone: {0}; tell the verifier")]
    Range(#[from] RangeError),

    /// The wallet was never updated.
    #[error("the wallet has no trust list yet; run `tacit wallet update`")]
    NoLists,
    /// The epoch is newer than what the wallet has.
    #[error(
        "the request is for epoch {asked} and the wallet knows epoch {newest}; run `tacit wallet update`"
    )]
    NewEpoch {
        /// Asked for.
        asked: Epoch,
        /// Newest known (0: none).
        newest: Epoch,
    },
    /// The epoch is older than what the wallet keeps.
    #[error(
        "the request is for epoch {asked}, which is too long ago (newest: {newest}); ask the verifier for a new request"
    )]
    OldEpoch {
        /// Asked for.
        asked: Epoch,
        /// Newest known.
        newest: Epoch,
    },
    /// The list of the epoch has lapsed.
    #[error(
        "the trust list of epoch {asked} has lapsed; run `tacit wallet update` and ask the verifier for a new request"
    )]
    LapsedEpoch {
        /// Asked for.
        asked: Epoch,
    },
    /// The list is older than the policy itself allows.
    #[error(
        "the trust list of epoch {asked} is more than {hours} hours old, which the request does not allow; ask the verifier for a new request"
    )]
    StaleEpoch {
        /// Asked for.
        asked: Epoch,
        /// The policy's limit.
        hours: u32,
    },

    /// An empty wallet.
    #[error(
        "the wallet holds no credential; enrol with `tacit wallet enrol-request` and add what the issuer gives you"
    )]
    NoCredential,
    /// No credential of that number.
    #[error("the wallet has no credential number {id}; see `tacit wallet list`")]
    NoSuchCredential {
        /// The number given.
        id: CredentialId,
    },
    /// Several credentials, none of which does.
    #[error("none of your credentials answers this request: {}", listed(reasons))]
    NoneFits {
        /// What stands against each.
        reasons: Vec<Unsuitable>,
    },
    /// The credential came after the last update.
    #[error("the credential's status in this epoch is not known yet; run `tacit wallet update`")]
    NotUpdated,
    /// The issuer's key is not in the list.
    #[error(
        "the key that signed your ID is not in the trust list of epoch {epoch}; ask your issuer for a re-issue if it changed its key, or the verifier for a request of a later epoch"
    )]
    IssuerNotListed {
        /// The epoch.
        epoch: Epoch,
    },
    /// Revoked.
    #[error(
        "your ID is revoked in epoch {epoch}; ask your issuer why, and for a re-issue if you reported it lost"
    )]
    Revoked {
        /// The epoch.
        epoch: Epoch,
    },
    /// Not valid any more.
    #[error("your ID expires before {on}, the date of the request; have your issuer renew it")]
    Expired {
        /// The date asked about.
        on: Date,
    },
    /// Born too late.
    #[error(
        "you are younger than the request asks for (born on or before {born_to}); nothing was sent, you can only decline"
    )]
    TooYoung {
        /// The latest birth date allowed.
        born_to: Date,
    },
    /// Born too early.
    #[error(
        "you are older than the request asks for (born on or after {born_from}); nothing was sent, you can only decline"
    )]
    TooOld {
        /// The earliest birth date allowed.
        born_from: Date,
    },
    /// Another province.
    #[error(
        "your ID's province of residence is not among those that the request asks for; if you moved, have your issuer re-issue it"
    )]
    Province,
    /// Another region.
    #[error(
        "your ID's region of residence is outside what the request asks for; if you moved, have your issuer re-issue it"
    )]
    Region,
    /// The credential was made for another holder secret.
    #[error("this ID belongs to another wallet; restore that one from its recovery phrase")]
    OtherHolder,
    /// The credential itself is no good.
    #[error("your ID itself does not hold ({0}); ask your issuer for a re-issue")]
    Credential(Violation),
    /// What the wallet kept of the lists does not hold.
    #[error("what the wallet knows of the lists does not hold ({0}); run `tacit wallet update`")]
    Lists(Violation),
    /// A further attribute that does not exist.
    #[error(transparent)]
    Extras(#[from] ExtrasError),

    /// The proof could not be made although the statement holds.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// The proof does not hold although the statement does.
    #[error(
        "the proof that was made does not verify, so nothing was sent; the prepared proving key or the key itself is damaged: delete the wallet's prover.cache and try again, then fetch the key again"
    )]
    ProofDoesNotVerify,
    /// The history could not be read or written, so nothing was sent.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The wallet contradicts itself.
    #[error("the wallet computed a wrong value ({0}); nothing was sent, please report this")]
    Internal(Violation),
}

impl PresentError {
    /// The clause that fails, as the holder can understand it.
    pub(super) fn from_violation(
        violation: Violation,
        request: &PresentationRequest,
        bounds: &Bounds,
    ) -> Self {
        match violation {
            Violation::PublicRange(error) => Self::Range(error),
            Violation::AttributeRange(_) | Violation::IssuerKey | Violation::Signature => {
                Self::Credential(violation)
            }
            Violation::StatusWord | Violation::UntrustedIssuer => Self::Lists(violation),
            Violation::Revoked => Self::Revoked { epoch: request.epoch },
            Violation::NotHolder => Self::OtherHolder,
            Violation::TooOld => Self::TooOld { born_from: bounds.born_from },
            Violation::TooYoung => Self::TooYoung { born_to: bounds.born_to },
            Violation::Expired => Self::Expired { on: bounds.today },
            Violation::Province => Self::Province,
            Violation::Region => Self::Region,
            // Disclosures and pseudonym are the wallet's own work.
            _ => Self::Internal(violation),
        }
    }
}

fn said(beyond: &[Beyond]) -> String {
    let texts: Vec<_> = beyond.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

fn listed(reasons: &[Unsuitable]) -> String {
    let lines = reasons.iter().map(|Unsuitable { id, reason }| format!("\n  {id}: {reason}"));
    lines.collect()
}
