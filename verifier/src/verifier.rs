//! The verifier: its parts, the requests that it makes, and what changes while it runs: trust lists, trust operators, keys.
//! Presentations are checked in [`check`](crate::check).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use ed25519_dalek::SigningKey;
use rand_core::CryptoRngCore;
use tacit_credential::certificate::{VerifierCertificate, VerifierKey};
use tacit_credential::policy::Policy;
use tacit_credential::request::{CircuitDigest, RequestParameters, SignedRequest, is_endpoint};
use tacit_credential::trust_list::{Epoch, OperatorKey, SignedTrustList, TrustListId};

use crate::challenge::ChallengeStore;
use crate::clock::Clock;
use crate::error::{AddListError, AskError, KeyUseError, OperatorError};
use crate::key::VerifyingKey;
use crate::operators::{Operator, Operators};
use crate::registry::Registry;
use crate::shared::Shared;

/// The longest that a request may live. Bounds how many challenges are open, and how far a request may reach
/// into the next day.
pub const MAX_LIFETIME: Duration = Duration::from_secs(3600);

/// Makes requests and checks presentations. One per site, shared between threads.
pub struct Verifier {
    pub(crate) identity: VerifierKey,
    pub(crate) operators: Shared<Operators>,
    pub(crate) keys: Shared<Registry>,
    /// For how long a newer list leaves requests of older epochs open.
    pub(crate) grace: Duration,
    pub(crate) challenges: Box<dyn ChallengeStore>,
    pub(crate) clock: Box<dyn Clock>,
    /// What combines proofs, if this CPU has faster instructions than [`Portable`](crate::batch) needs.
    #[cfg(feature = "kernels")]
    pub(crate) vectorised: Option<crate::batch::kernels::Vectorised>,
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
    /// Checks a trust list and takes it into use, in the chain of the operator that it names, which must be one of this
    /// verifier's. Call it whenever the operator publishes one; adding a list again does no harm.
    ///
    /// Two different lists of one number are refused, and so is a list that does not continue the chain of its
    /// neighbours, or that takes back what any loaded list said. From then on answers to requests of older epochs
    /// are refused, at once or after [`VerifierBuilder::grace_after_newer_list`].
    ///
    /// [`VerifierBuilder::grace_after_newer_list`]: crate::VerifierBuilder::grace_after_newer_list
    pub fn add_trust_list(&self, list: SignedTrustList) -> Result<Epoch, AddListError> {
        let now = self.clock.now();
        let operator = list.list.operator;
        if self.operators.read(|operators| operators.is_retired(&TrustListId::of(&operator))) {
            return Err(AddListError::OperatorRetired);
        }
        // The signature is checked outside the lock, which every check takes.
        let trusted = self.operators.read(Operators::keys);
        let Some(signer) = trusted.iter().find(|key| **key == operator).or(trusted.first()) else {
            return Err(AddListError::OperatorRetired);
        };
        let list = list.verify(signer)?;
        self.operators.write(|operators| match operators.by_key(signer) {
            Ok(trusted) => trusted.lists.add(list, now),
            Err(_) => Err(AddListError::OperatorRetired),
        })
    }

    /// The number of the primary operator's newest trust list, if it is in force. One that lapsed is not replaced by an older
    /// one: the older list may call credentials good that the newer one calls revoked.
    pub fn newest_epoch(&self) -> Option<Epoch> {
        let now = self.clock.now();
        self.operators.read(|operators| Some(operators.primary()?.lists.newest(now)?.epoch))
    }

    /// The same of any operator in use.
    pub fn newest_epoch_of(&self, operator: &OperatorKey) -> Option<Epoch> {
        let now = self.clock.now();
        self.operators
            .read(|operators| Some(operators.by_id(&TrustListId::of(operator))?.lists.newest(now)?.epoch))
    }

    /// Makes a request and records its challenge as open. Every guest, and every try, gets a request of its own. It relies on the
    /// primary trust operator and on the circuit whose key was added last.
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
        let primary = self.operators.read(|operators| {
            let primary = operators.primary()?;
            Some((primary.key, primary.certificate.clone(), primary.lists.newest(now)))
        });
        let (operator, certificate, list) = primary.ok_or(AskError::NoOperator)?;
        if let Some(certificate) = &certificate {
            certificate.verify(&operator, now)?;
        }
        let date = now.date_utc8();
        ask.policy.bounds(date)?;
        let list = list.ok_or(AskError::NoTrustList)?;
        let allowed = ask.policy.max_status_age_hours;
        if list.older_than(allowed, now) {
            return Err(AskError::StatusTooOld { hours: list.full_hours(now), allowed });
        }
        let parameters = RequestParameters {
            circuit: self.keys.read(Registry::current).ok_or(AskError::NoKey)?,
            certificate,
            endpoint: ask.endpoint,
            trust_list: TrustListId::of(&operator),
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

    /// Relies on one more trust operator from now on: its lists are taken, and requests may be made for it
    /// ([`prefer_operator`](Self::prefer_operator)). One that was retired comes back so, but with no list older than the newest
    /// that was used before.
    pub fn add_operator(&self, operator: impl Into<Operator>) -> Result<(), OperatorError> {
        let operator = operator.into();
        self.check_certificate(operator.certificate.as_ref())?;
        self.operators.write(|operators| operators.add(operator))
    }

    /// Relies on a trust operator no longer: its lists are forgotten, and answers to its open requests are refused from now on
    /// ([`VerifyError::OperatorRetired`](crate::VerifyError::OperatorRetired)). If it is the primary one, no requests are made
    /// until another is preferred: which one to trust is not guessed.
    pub fn retire_operator(&self, operator: &OperatorKey) -> Result<(), OperatorError> {
        self.operators.write(|operators| operators.retire(operator))
    }

    /// Makes requests for this trust operator from now on. Open requests for others stay open.
    pub fn prefer_operator(&self, operator: &OperatorKey) -> Result<(), OperatorError> {
        self.operators.write(|operators| operators.prefer(operator))
    }

    /// Replaces a trust operator's word on who this verifier is, such as one that lapses soon.
    pub fn set_certificate(
        &self,
        operator: &OperatorKey,
        certificate: Option<VerifierCertificate>,
    ) -> Result<(), OperatorError> {
        self.check_certificate(certificate.as_ref())?;
        self.operators.write(|operators| {
            operators.by_key(operator)?.certificate = certificate;
            Ok(())
        })
    }

    fn check_certificate(&self, certificate: Option<&VerifierCertificate>) -> Result<(), OperatorError> {
        if certificate.is_some_and(|certificate| certificate.key != self.identity) {
            return Err(OperatorError::CertificateKey);
        }
        Ok(())
    }

    /// The trust operators in use.
    pub fn operators(&self) -> Vec<OperatorKey> {
        self.operators.read(Operators::keys)
    }

    /// The trust operator that requests are made for; none once it was retired.
    pub fn primary_operator(&self) -> Option<OperatorKey> {
        self.operators.read(|operators| Some(operators.primary()?.key))
    }

    /// Takes the verifying key of a further circuit into use. Requests are made for it from now on; those for other circuits
    /// stay open.
    pub fn add_key(&self, key: VerifyingKey) -> Result<(), KeyUseError> {
        self.keys.write(|keys| keys.add(key))
    }

    /// Takes a verifying key out of use: answers to open requests for its circuit are refused from now on
    /// ([`VerifyError::RetiredCircuit`](crate::VerifyError::RetiredCircuit)). Requests are made for the circuit that was added
    /// last of those that remain.
    pub fn retire_key(&self, circuit: CircuitDigest) -> Result<(), KeyUseError> {
        self.keys.write(|keys| keys.retire(circuit))
    }

    /// The circuits whose keys are in use, in the order in which they were added.
    pub fn circuits(&self) -> Vec<CircuitDigest> {
        self.keys.read(Registry::circuits)
    }
}
