//! The result that relying code should ask for.

use tacit_credential::date::{Date, UnixTime};
use tacit_credential::holder::Pseudonym;
use tacit_credential::policy::Policy;
use tacit_credential::presentation::{Challenge, Disclosed, Presentation};
use tacit_credential::request::PresentationRequest;
use tacit_credential::trust_list::Epoch;

use crate::key::Provenance;

/// A presentation that passed every check of [`Verifier::verify`](crate::Verifier::verify), and which now
/// counts as used.
///
/// Only this crate can make one. Let the functions that act on a guest's proof take `&VerifiedPresentation`,
/// and the compiler sees to it that nobody forgets to verify.
pub struct VerifiedPresentation {
    policy: Policy,
    date: Date,
    disclosed: Disclosed,
    pseudonym: Option<Pseudonym>,
    epoch: Epoch,
    challenge: Challenge,
    provenance: Provenance,
    at: UnixTime,
}

impl VerifiedPresentation {
    /// Precondition: every check passed and the challenge was consumed.
    pub(crate) fn new(
        request: &PresentationRequest,
        presentation: &Presentation,
        provenance: Provenance,
        at: UnixTime,
    ) -> Self {
        Self {
            policy: request.policy.clone(),
            date: request.date,
            disclosed: presentation.disclosed.clone(),
            // Without a scope in the policy the wallet drew a random one: its pseudonym recognises nobody.
            pseudonym: request.policy.pseudonym.is_some().then_some(presentation.pseudonym),
            epoch: request.epoch,
            challenge: presentation.challenge,
            provenance,
            at,
        }
    }

    /// What was asked, and so what now holds for the guest.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The day on which it holds: that of the request, which ages and validity count for. Near midnight
    /// [`Self::verified_at`] may fall on the next one.
    pub fn date(&self) -> Date {
        self.date
    }

    /// The attributes that the policy asked to see, as the issuer signed them; `None` for all others.
    pub fn disclosed(&self) -> &Disclosed {
        &self.disclosed
    }

    /// The same guest has the same pseudonym here every time, and an unrelated one elsewhere. `None` if the
    /// policy asked for none.
    pub fn pseudonym(&self) -> Option<&Pseudonym> {
        self.pseudonym.as_ref()
    }

    /// The trust list, and so the state of revocation, that the proof is about.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The challenge that was answered: the number of this transaction in your log.
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// When it was verified.
    pub fn verified_at(&self) -> UnixTime {
        self.at
    }

    /// True if the proof rests on a development key: whoever made that key could have forged it.
    pub fn development_key(&self) -> bool {
        self.provenance == Provenance::Development
    }
}

/// Without attribute values, so that it may stand in a log.
impl core::fmt::Debug for VerifiedPresentation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("VerifiedPresentation")
            .field("challenge", &self.challenge)
            .field("date", &self.date)
            .field("epoch", &self.epoch)
            .field("disclosed", &self.disclosed.mask())
            .field("verified_at", &self.at)
            .field("development_key", &self.development_key())
            .finish_non_exhaustive()
    }
}
