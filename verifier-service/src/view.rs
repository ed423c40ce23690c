//! What the business sees of its requests, as JSON.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tacit_credential::date::UnixTime;
use utoipa::ToSchema;

use crate::session::{Flow, Outcome, Session, Stored};

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Open: no answer was accepted yet.
    Pending,
    /// An answer was accepted; its outcome opens with the response code that the guest's browser brings back.
    Answered,
    /// An answer was accepted, and this is its outcome.
    Accepted,
    /// The time to answer is over.
    Expired,
}

/// A request and its outcome, as far as the caller may see it.
#[derive(Serialize, ToSchema)]
pub struct RequestView {
    /// The request's id.
    #[schema(value_type = String, example = "kq3Zb1yXQmS0n2m7v9cW4g")]
    pub id: String,
    /// Where it stands.
    pub status: Status,
    /// When it lapses, seconds since 1970.
    pub expires_at: u64,
    /// How many answers were refused. The request stays open.
    pub refused_attempts: u32,
    /// Why the last of them was: a code of the verifier (`proof-invalid`, `epoch-superseded`, …), listed at `/errors`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_refusal: Option<String>,
    /// What the guest showed; with status `accepted` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeView>,
}

/// What an accepted answer showed.
#[derive(Serialize, ToSchema)]
pub struct OutcomeView {
    /// When it was accepted, seconds since 1970.
    pub accepted_at: u64,
    /// The day on which the policy holds for the guest, by the calendar of UTC+8.
    #[schema(example = "2026-11-25")]
    pub date: String,
    /// The policy as it was asked: everything in it holds.
    #[schema(value_type = Object)]
    pub policy: tacit_verifier::Policy,
    /// The same in plain words.
    pub clauses: Vec<String>,
    /// The values that the policy asked for, as the issuer signed them: `number`, `name`, `birth`, `sex`, `region`, `expiry`, `extras`.
    #[schema(value_type = Object)]
    pub disclosed: tacit_verifier::Disclosed,
    /// The guest's pseudonym at this business under the policy's label: the same person, the same value. Absent if none was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pseudonym: Option<String>,
    /// The trust list behind the proof.
    pub epoch: u64,
    /// True: whoever made the verifying key could have forged this. Worth nothing outside of tests.
    pub development_key: bool,
}

impl From<&Outcome> for OutcomeView {
    fn from(outcome: &Outcome) -> Self {
        Self {
            accepted_at: outcome.accepted_at.0,
            date: outcome.date.to_string(),
            policy: outcome.policy.clone(),
            clauses: outcome.policy.describe(outcome.date),
            disclosed: outcome.disclosed.clone(),
            pseudonym: outcome.pseudonym.map(|pseudonym| pseudonym.to_string()),
            epoch: outcome.epoch.0,
            development_key: outcome.development_key,
        }
    }
}

impl RequestView {
    /// Without a response code: in a same-device flow no outcome.
    pub fn of(stored: &Stored, now: UnixTime) -> Self {
        let Stored { session, standing } = stored;
        let (status, outcome) = match (&standing.outcome, &session.flow) {
            (Some(outcome), Flow::CrossDevice) => (Status::Accepted, Some(OutcomeView::from(outcome))),
            (Some(_), Flow::SameDevice { .. }) => (Status::Answered, None),
            (None, _) if session.expires_at() <= now => (Status::Expired, None),
            (None, _) => (Status::Pending, None),
        };
        Self {
            id: session.id.to_string(),
            status,
            expires_at: session.expires_at().0,
            refused_attempts: standing.refused,
            last_refusal: standing.last_refusal.clone(),
            outcome,
        }
    }

    /// With the outcome that a response code opened.
    pub fn redeemed(stored: &Stored, now: UnixTime) -> Self {
        let outcome = stored.standing.outcome.as_ref().map(OutcomeView::from);
        Self { status: Status::Accepted, outcome, ..Self::of(stored, now) }
    }
}

/// What a webhook says: for a same-device request that there was an answer, and nothing of it.
pub(crate) fn webhook_body(session: &Session, outcome: &Outcome, now: UnixTime) -> String {
    let (kind, outcome) = match session.flow {
        Flow::CrossDevice => ("request.accepted", Some(OutcomeView::from(outcome))),
        Flow::SameDevice { .. } => ("request.answered", None),
    };
    json!({
        "type": kind,
        "timestamp": now.to_string(),
        "data": { "id": session.id, "client": session.client, "outcome": outcome },
    })
    .to_string()
}
