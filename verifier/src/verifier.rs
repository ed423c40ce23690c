//! The verifier: makes requests and checks the presentations that answer them.
//!
//! Checks run in this order, the cheap ones first, the pairing last; the challenge is consumed only by a proof
//! that holds:
//!
//! 1. the request: this verifier's key, the presentation's challenge, expiry, challenge open, date, circuit,
//!    trust list, its own signature;
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

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use rand_core::CryptoRngCore;
use tacit_credential::Fr;
use tacit_credential::certificate::{VerifierCertificate, VerifierKey};
use tacit_credential::date::UnixTime;
use tacit_credential::holder::Scope;
use tacit_credential::policy::{DisclosedAttribute, Policy};
use tacit_credential::presentation::Presentation;
use tacit_credential::public_values::PublicValues;
use tacit_credential::request::{
    CircuitDigest, PresentationRequest, RequestParameters, SignedRequest, is_endpoint,
};
use tacit_credential::trust_list::{Epoch, OperatorKey, SignedTrustList, TrustListId, VerifiedTrustList};

use crate::challenge::ChallengeStore;
use crate::checked::CheckedPresentation;
use crate::clock::Clock;
use crate::error::{AddListError, AskError, VerifyError};
use crate::groth16::Proof;
use crate::key::VerifyingKey;
use crate::verified::{Findings, VerifiedPresentation};

/// The longest that a request may live. Bounds how many challenges are open, and how far a request may reach
/// into the next day.
pub const MAX_LIFETIME: Duration = Duration::from_secs(3600);

/// How far the trust operator's clock may be ahead of this one.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(300);

/// How long a lapsed list is kept, so that an answer to an old request is refused by its true name.
const KEEP_LAPSED: Duration = Duration::from_secs(24 * 3600);

/// Makes requests and checks presentations. One per site, shared between threads.
pub struct Verifier {
    pub(crate) identity: VerifierKey,
    pub(crate) certificate: Option<VerifierCertificate>,
    pub(crate) operator: OperatorKey,
    /// Never empty.
    pub(crate) keys: Vec<VerifyingKey>,
    pub(crate) lists: RwLock<BTreeMap<Epoch, VerifiedTrustList>>,
    /// The newest list that an earlier run used.
    pub(crate) seen: Option<Epoch>,
    /// For how long a newer list leaves requests of older epochs open.
    pub(crate) grace: Duration,
    pub(crate) challenges: Box<dyn ChallengeStore>,
    pub(crate) clock: Box<dyn Clock>,
}

/// What a site asks of one guest.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The conditions, the disclosures, the pseudonym.
    pub policy: Policy,
    /// Where the presentation goes: a URL, or the name of a desk. Shown to the holder.
    pub endpoint: String,
    /// How long the guest may take; at most [`MAX_LIFETIME`].
    pub lifetime: Duration,
}

impl Verifier {
    /// Checks a trust list and takes it into use. Call it whenever the operator publishes one; adding a list
    /// again does no harm.
    ///
    /// Two different lists of one number are refused, and so is a list that does not continue the chain of its
    /// neighbours, or that takes back what any loaded list said. From then on answers to requests of older epochs
    /// are refused, at once or after [`VerifierBuilder::grace_after_newer_list`].
    ///
    /// [`VerifierBuilder::grace_after_newer_list`]: crate::VerifierBuilder::grace_after_newer_list
    pub fn add_trust_list(&self, list: SignedTrustList) -> Result<Epoch, AddListError> {
        let now = self.clock.now();
        let list = list.verify(&self.operator)?;
        let (epoch, issued_at, expires_at) = (list.epoch(), list.list().issued_at, list.list().expires_at);
        if expires_at <= now {
            return Err(AddListError::Expired { epoch, expired_at: expires_at });
        }
        if issued_at > now.plus(CLOCK_TOLERANCE) {
            return Err(AddListError::Future { epoch, issued_at });
        }
        let mut lists = self.lists.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lists.get(&epoch) {
            return if known.digest() == list.digest() {
                Ok(epoch)
            } else {
                Err(AddListError::Conflict(epoch))
            };
        }
        if let Some(previous) = epoch.0.checked_sub(1).and_then(|previous| lists.get(&Epoch(previous))) {
            list.follows(previous)?;
        }
        if let Some(next) = epoch.0.checked_add(1).and_then(|next| lists.get(&Epoch(next))) {
            next.follows(&list)?;
        }
        for earlier in lists.range(..epoch).map(|(_, earlier)| earlier) {
            list.takes_nothing_back(earlier)?;
        }
        for later in lists.range(epoch..).map(|(_, later)| later) {
            later.takes_nothing_back(&list)?;
        }
        lists.insert(epoch, list);
        // The newest stays although it lapsed: forgetting it would bring its predecessor back.
        let newest = lists.last_key_value().map(|(epoch, _)| *epoch);
        lists.retain(|epoch, old| Some(*epoch) == newest || old.list().expires_at.plus(KEEP_LAPSED) > now);
        Ok(epoch)
    }

    /// The number of the newest trust list, if it is in force. One that lapsed is not replaced by an older one: the
    /// older list may call credentials good that the newer one calls revoked.
    pub fn newest_epoch(&self) -> Option<Epoch> {
        self.newest(self.clock.now()).map(|list| list.epoch)
    }

    /// Makes a request and records its challenge as open. Every guest, and every try, gets a request of its own.
    ///
    /// The signing key is an argument, so that it may live somewhere else than the verifier does.
    pub fn request(
        &self,
        ask: Ask,
        key: &SigningKey,
        rng: &mut impl CryptoRngCore,
    ) -> Result<SignedRequest, AskError> {
        let now = self.clock.now();
        if VerifierKey::from(key) != self.identity {
            return Err(AskError::OtherKey);
        }
        if ask.lifetime < Duration::from_secs(1) || ask.lifetime > MAX_LIFETIME {
            return Err(AskError::Lifetime);
        }
        if !is_endpoint(&ask.endpoint) {
            return Err(AskError::Endpoint);
        }
        if let Some(certificate) = &self.certificate {
            certificate.verify(&self.operator, now)?;
        }
        let date = now.date_utc8();
        ask.policy.bounds(date)?;
        let list = self.newest(now).ok_or(AskError::NoTrustList)?;
        let (hours, allowed) = (full_hours(now, list.issued_at), ask.policy.max_status_age_hours);
        if list.older_than(allowed, now) {
            return Err(AskError::StatusTooOld { hours, allowed });
        }
        let Some(circuit) = self.keys.last().map(VerifyingKey::circuit) else {
            unreachable!("`build` refuses a verifier without a key")
        };
        let parameters = RequestParameters {
            circuit,
            certificate: self.certificate.clone(),
            endpoint: ask.endpoint,
            trust_list: TrustListId::of(&self.operator),
            epoch: list.epoch,
            policy: ask.policy,
            date,
            expires_at: now.plus(ask.lifetime),
        };
        let signed = SignedRequest::sign(parameters, key, rng);
        signed.request.scope()?;
        self.challenges.issue(&signed.request.challenge(), signed.request.expires_at, now)?;
        Ok(signed)
    }

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
        let checked = self.check(signed, presentation)?;
        Ok(checked.accept_with(|findings| self.challenges.consume(findings.challenge(), self.clock.now()))?)
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
        let now = self.clock.now();
        let request = &signed.request;
        let key = self.check_request(signed, presentation, now)?;
        let root = self.check_list(request, now)?;
        let scope = scope(request, presentation)?;
        check_disclosures(request, presentation)?;
        let bounds = request.policy.bounds(request.date)?;
        let challenge = &presentation.challenge;
        let public = PublicValues::new(
            root,
            &bounds,
            &scope,
            &presentation.pseudonym,
            &presentation.disclosed,
            challenge,
        )?;
        let proof = Proof::from_bytes(&presentation.proof.0)?;
        key.check_proof(&proof, &public.digest())?;
        Ok(CheckedPresentation::new(Findings::new(request, presentation, key.provenance(), now)))
    }

    /// Point 1 of the module's head. Returns the key of the request's circuit.
    fn check_request(
        &self,
        signed: &SignedRequest,
        presentation: &Presentation,
        now: UnixTime,
    ) -> Result<&VerifyingKey, VerifyError> {
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
        let key = self.key(request.circuit).ok_or(VerifyError::UnknownCircuit(request.circuit))?;
        if request.trust_list != TrustListId::of(&self.operator) {
            return Err(VerifyError::OtherTrustList);
        }
        self.identity
            .verify(&request.canonical_bytes(), &signed.signature)
            .map_err(|_| VerifyError::RequestSignature)?;
        Ok(key)
    }

    /// Point 2 of the module's head. Returns the trust root.
    fn check_list(&self, request: &PresentationRequest, now: UnixTime) -> Result<Fr, VerifyError> {
        let lists = self.lists.read().unwrap_or_else(PoisonError::into_inner);
        self.check_newest(&lists, request.epoch, now)?;
        let list = lists.get(&request.epoch).map(ListFacts::of);
        let list = list.ok_or(VerifyError::UnknownEpoch(request.epoch))?;
        if list.expires_at <= now {
            return Err(VerifyError::TrustListExpired { epoch: list.epoch, expired_at: list.expires_at });
        }
        let allowed = request.policy.max_status_age_hours;
        if list.older_than(allowed, now) {
            let hours = full_hours(now, list.issued_at);
            return Err(VerifyError::StatusTooOld { epoch: list.epoch, hours, allowed });
        }
        Ok(list.root)
    }

    /// Whoever is revoked in a newer list must not come in by a request of an older one. The grace counts from the date of
    /// the list that came next, which is signed, not from when it was loaded. A newer list that lapsed is newer all the
    /// same; one that an earlier run used and that is not loaded has no date to count from, so nothing is left open.
    fn check_newest(
        &self,
        lists: &BTreeMap<Epoch, VerifiedTrustList>,
        epoch: Epoch,
        now: UnixTime,
    ) -> Result<(), VerifyError> {
        let next = lists.range((Excluded(epoch), Unbounded)).next().map(|(_, list)| ListFacts::of(list));
        let loaded = lists.last_key_value().map(|(newest, _)| *newest);
        let Some(newest) = loaded.max(self.seen).filter(|newest| *newest > epoch) else {
            return Ok(());
        };
        match next {
            Some(next) if now.since(next.issued_at) < self.grace => Ok(()),
            _ => Err(VerifyError::EpochSuperseded { epoch, newest }),
        }
    }

    fn key(&self, circuit: CircuitDigest) -> Option<&VerifyingKey> {
        self.keys.iter().find(|key| key.circuit() == circuit)
    }

    fn newest(&self, now: UnixTime) -> Option<ListFacts> {
        let lists = self.lists.read().unwrap_or_else(PoisonError::into_inner);
        let newest = lists.last_key_value().map(|(_, list)| ListFacts::of(list))?;
        (newest.expires_at > now && Some(newest.epoch) >= self.seen).then_some(newest)
    }
}

/// What a check needs to know of a list.
struct ListFacts {
    epoch: Epoch,
    root: Fr,
    issued_at: UnixTime,
    expires_at: UnixTime,
}

impl ListFacts {
    fn of(list: &VerifiedTrustList) -> Self {
        let (epoch, root) = (list.epoch(), list.root());
        Self { epoch, root, issued_at: list.list().issued_at, expires_at: list.list().expires_at }
    }

    fn older_than(&self, hours: u32, now: UnixTime) -> bool {
        now.since(self.issued_at) > Duration::from_secs(u64::from(hours) * 3600)
    }
}

fn full_hours(now: UnixTime, then: UnixTime) -> u64 {
    now.since(then).as_secs() / 3600
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
