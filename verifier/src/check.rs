//! Checking presentations against the requests that they answer.
//!
//! Checks run in this order, the cheap ones first, the pairing last; the challenge is consumed only by a proof
//! that holds:
//!
//! 1. the request: this verifier's key, the presentation's challenge, expiry, challenge open, date, circuit,
//!    trust operator, its own signature;
//! 2. freshness: no newer list has replaced the epoch's (beyond [`VerifierBuilder::grace_after_newer_list`]), and the
//!    epoch's list is loaded, in force, and no older than the policy allows;
//! 3. the presentation against the policy: scope, exactly the disclosures asked for;
//! 4. every public value in its range ([`PublicValues::new`]): dates below 2¹⁷, region codes below 2²⁰,
//!    disclosure mask below 2⁷, provinces that exist, disclosed values in their ranges and zero where they are
//!    not disclosed. The circuit's soundness rests on these;
//! 5. the proof: 128 bytes, three points of the subgroup, the Groth16 equation;
//! 6. the challenge is consumed, atomically.
//!
//! Root, bounds, scope, disclosure mask and challenge are computed here from the request and the trust list;
//! the presentation contributes the pseudonym, the disclosed values, the random scope if none is asked for, and
//! the proof. All of them are canonical by their types.
//!
//! [`VerifierBuilder::grace_after_newer_list`]: crate::VerifierBuilder::grace_after_newer_list

use alloc::sync::Arc;

use tacit_credential::Fr;
use tacit_credential::date::UnixTime;
use tacit_credential::holder::Scope;
use tacit_credential::policy::DisclosedAttribute;
use tacit_credential::presentation::Presentation;
use tacit_credential::public_values::PublicValues;
use tacit_credential::request::{PresentationRequest, SignedRequest};

use crate::checked::CheckedPresentation;
use crate::error::VerifyError;
use crate::groth16::Proof;
use crate::key::VerifyingKey;
use crate::verified::{Findings, VerifiedPresentation};
use crate::verifier::{MAX_LIFETIME, Verifier};

/// What a presentation claims, all checked but its proof.
pub(crate) struct Instance {
    /// The key of the request's circuit.
    pub(crate) key: Arc<VerifyingKey>,
    /// What the proof must be of.
    pub(crate) public_input: Fr,
    /// What it says.
    pub(crate) findings: Findings,
}

impl Verifier {
    /// Checks a presentation against the request that it answers, which must be one that this verifier issued,
    /// and consumes the challenge: [`check`](Self::check), then the store of
    /// [`VerifierBuilder::challenges`](crate::VerifierBuilder::challenges).
    ///
    /// A refused presentation leaves the challenge open, so that nobody can use up a guest's request by sending
    /// rubbish.
    pub fn verify(
        &self,
        signed: &SignedRequest,
        presentation: &Presentation,
    ) -> Result<VerifiedPresentation, VerifyError> {
        self.accept(self.check(signed, presentation)?)
    }

    /// Everything that [`verify`](Self::verify) does but consuming the challenge, which is left to
    /// [`CheckedPresentation::accept_with`]: for a site that consumes it in a transaction of its own database, together with
    /// whatever else it stores about the guest.
    ///
    /// Costs what `verify` costs, changes nothing, and may be repeated. What it returns is no acceptance yet: two copies of
    /// one presentation may both pass it.
    pub fn check(
        &self,
        signed: &SignedRequest,
        presentation: &Presentation,
    ) -> Result<CheckedPresentation, VerifyError> {
        let instance = self.instance(signed, presentation, self.clock.now())?;
        let proof = Proof::from_bytes(&presentation.proof.0)?;
        instance.key.check_proof(&proof, &instance.public_input)?;
        Ok(CheckedPresentation::new(instance.findings))
    }

    /// Point 6 of the module's head.
    pub(crate) fn accept(&self, checked: CheckedPresentation) -> Result<VerifiedPresentation, VerifyError> {
        Ok(checked.accept_with(|findings| self.challenges.consume(findings.challenge(), self.clock.now()))?)
    }

    /// Points 1 to 4 of the module's head.
    pub(crate) fn instance(
        &self,
        signed: &SignedRequest,
        presentation: &Presentation,
        now: UnixTime,
    ) -> Result<Instance, VerifyError> {
        let request = &signed.request;
        let key = self.check_request(signed, presentation, now)?;
        let (hours, epoch) = (request.policy.max_status_age_hours, request.epoch);
        let root = self.operators.read(|operators| {
            operators.of_request(&request.trust_list)?.lists.check(epoch, hours, self.grace, now)
        })?;
        let scope = scope(request, presentation)?;
        check_disclosures(request, presentation)?;
        let bounds = request.policy.bounds(request.date)?;
        let public = PublicValues::new(
            root,
            &bounds,
            &scope,
            &presentation.pseudonym,
            &presentation.disclosed,
            &presentation.challenge,
        )?;
        let findings = Findings::new(request, presentation, key.provenance(), now);
        Ok(Instance { key, public_input: public.digest(), findings })
    }

    /// Point 1 of the module's head. Returns the key of the request's circuit.
    fn check_request(
        &self,
        signed: &SignedRequest,
        presentation: &Presentation,
        now: UnixTime,
    ) -> Result<Arc<VerifyingKey>, VerifyError> {
        let request = &signed.request;
        if request.verifier != self.identity {
            return Err(VerifyError::OtherVerifier);
        }
        let challenge = request.challenge();
        if presentation.challenge != challenge {
            return Err(VerifyError::OtherChallenge);
        }
        if request.expires_at <= now {
            return Err(VerifyError::RequestExpired { expired_at: request.expires_at });
        }
        self.challenges.check(&challenge, now)?;
        check_date(request, now)?;
        let key = self.keys.read(|keys| keys.of_request(request.circuit))?;
        self.operators.read(|operators| operators.of_request(&request.trust_list).map(|_| ()))?;
        self.identity
            .verify(&request.canonical_bytes(), &signed.signature)
            .map_err(|_| VerifyError::RequestSignature)?;
        Ok(key)
    }
}

/// The request must be dated today; one that is still alive may also be dated on the day on which it can have
/// been issued at the earliest.
fn check_date(request: &PresentationRequest, now: UnixTime) -> Result<(), VerifyError> {
    let today = now.date_utc8();
    let earliest = UnixTime(now.0.saturating_sub(MAX_LIFETIME.as_secs())).date_utc8();
    if request.date == today || request.date == earliest {
        Ok(())
    } else {
        Err(VerifyError::RequestDate { requested: request.date, today })
    }
}

/// The scope that the pseudonym must belong to. Never a default: one that is missing, or there without being
/// asked for, is refused.
fn scope(request: &PresentationRequest, presentation: &Presentation) -> Result<Scope, VerifyError> {
    match (request.scope()?, presentation.scope) {
        (Some(asked), None) => Ok(asked),
        (Some(_), Some(_)) => Err(VerifyError::ScopeGiven),
        (None, Some(random)) => Ok(random),
        (None, None) => Err(VerifyError::ScopeMissing),
    }
}

/// Exactly what the policy asks for, no less and no more.
fn check_disclosures(request: &PresentationRequest, presentation: &Presentation) -> Result<(), VerifyError> {
    let (asked, given) = (&request.policy.disclose, presentation.disclosed.mask());
    for attribute in DisclosedAttribute::ALL {
        match (asked.contains(&attribute), given.contains(attribute)) {
            (true, false) => return Err(VerifyError::NotDisclosed(attribute)),
            (false, true) => return Err(VerifyError::NotAsked(attribute)),
            _ => {}
        }
    }
    Ok(())
}
