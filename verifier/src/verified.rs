//! The result that relying code should ask for, and what it consists of.

use tacit_credential::date::{Date, UnixTime};
use tacit_credential::holder::Pseudonym;
use tacit_credential::policy::Policy;
use tacit_credential::presentation::{Challenge, Disclosed, Presentation};
use tacit_credential::request::PresentationRequest;
use tacit_credential::trust_list::Epoch;

use crate::key::Provenance;

/// What a presentation says, once checked. By itself no acceptance: of two copies of one presentation both lead to the same
/// findings, and one of them becomes a [`VerifiedPresentation`].
#[derive(Clone)]
pub struct Findings {
    policy: Policy,
    date: Date,
    disclosed: Disclosed,
    pseudonym: Option<Pseudonym>,
    epoch: Epoch,
    challenge: Challenge,
    expires_at: UnixTime,
    provenance: Provenance,
    at: UnixTime,
}

impl Findings {
    /// Precondition: every check passed but that of the challenge being used up.
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
            expires_at: request.expires_at,
            provenance,
            at,
        }
    }

    /// What was asked, and so what holds for the guest.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The day on which it holds: that of the request, which ages and validity count for. Near midnight
    /// [`Self::checked_at`] may fall on the next one.
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

    /// When the request's time is over: a challenge is consumed before it, or not at all.
    pub fn expires_at(&self) -> UnixTime {
        self.expires_at
    }

    /// When it was checked.
    pub fn checked_at(&self) -> UnixTime {
        self.at
    }

    /// True if the proof rests on a development key: whoever made that key could have forged it.
    pub fn development_key(&self) -> bool {
        self.provenance == Provenance::Development
    }
}

/// Without attribute values, so that it may stand in a log.
impl core::fmt::Debug for Findings {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Findings")
            .field("challenge", &self.challenge)
            .field("date", &self.date)
            .field("epoch", &self.epoch)
            .field("disclosed", &self.disclosed.mask())
            .field("checked_at", &self.at)
            .field("development_key", &self.development_key())
            .finish_non_exhaustive()
    }
}

/// A presentation that passed every check of [`Verifier::verify`](crate::Verifier::verify), and which now
/// counts as used.
///
/// Only this crate can make one, with `verify` or with [`CheckedPresentation`](crate::CheckedPresentation). Let the
/// functions that act on a guest's proof take `&VerifiedPresentation`, and the compiler sees to it that nobody forgets to
/// verify:
///
/// ```compile_fail,E0451
/// # use tacit_verifier::*;
/// # fn forge(findings: Findings) -> VerifiedPresentation {
/// VerifiedPresentation { findings } // error: the field is private
/// # }
/// ```
///
/// ```compile_fail,E0308
/// # use tacit_verifier::*;
/// fn check_in(_: &VerifiedPresentation) {}
/// fn too_early(findings: &Findings) {
///     check_in(findings); // error: findings are no acceptance
/// }
/// ```
pub struct VerifiedPresentation {
    findings: Findings,
}

impl VerifiedPresentation {
    /// Precondition: the challenge of these findings was consumed.
    pub(crate) fn new(findings: Findings) -> Self {
        Self { findings }
    }

    /// Everything below in one piece.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// What was asked, and so what now holds for the guest.
    pub fn policy(&self) -> &Policy {
        self.findings.policy()
    }

    /// The day on which it holds: that of the request, which ages and validity count for. Near midnight
    /// [`Self::verified_at`] may fall on the next one.
    pub fn date(&self) -> Date {
        self.findings.date()
    }

    /// The attributes that the policy asked to see, as the issuer signed them; `None` for all others.
    pub fn disclosed(&self) -> &Disclosed {
        self.findings.disclosed()
    }

    /// The same guest has the same pseudonym here every time, and an unrelated one elsewhere. `None` if the
    /// policy asked for none.
    pub fn pseudonym(&self) -> Option<&Pseudonym> {
        self.findings.pseudonym()
    }

    /// The trust list, and so the state of revocation, that the proof is about.
    pub fn epoch(&self) -> Epoch {
        self.findings.epoch()
    }

    /// The challenge that was answered: the number of this transaction in your log.
    pub fn challenge(&self) -> &Challenge {
        self.findings.challenge()
    }

    /// When it was verified.
    pub fn verified_at(&self) -> UnixTime {
        self.findings.checked_at()
    }

    /// True if the proof rests on a development key: whoever made that key could have forged it.
    pub fn development_key(&self) -> bool {
        self.findings.development_key()
    }
}

/// Without attribute values, so that it may stand in a log.
impl core::fmt::Debug for VerifiedPresentation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("VerifiedPresentation").field(&self.findings).finish()
    }
}
