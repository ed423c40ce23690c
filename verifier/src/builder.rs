//! Putting a verifier together.

use std::sync::RwLock;
use std::time::Duration;

use tacit_credential::certificate::{VerifierCertificate, VerifierKey};
use tacit_credential::trust_list::{Epoch, OperatorKey};

use crate::challenge::{ChallengeStore, MemoryChallengeStore};
use crate::clock::Clock;
use crate::error::BuildError;
use crate::key::{Provenance, VerifyingKey};
use crate::verifier::Verifier;

/// Collects the parts of a [`Verifier`].
pub struct VerifierBuilder {
    identity: VerifierKey,
    certificate: Option<VerifierCertificate>,
    operator: OperatorKey,
    keys: Vec<VerifyingKey>,
    accept_development_keys: bool,
    seen: Option<Epoch>,
    grace: Duration,
    challenges: Box<dyn ChallengeStore>,
    clock: Option<Box<dyn Clock>>,
}

impl Verifier {
    /// Starts with the public half of the site's own key, and the trust operator whose lists count.
    pub fn builder(identity: VerifierKey, operator: OperatorKey) -> VerifierBuilder {
        VerifierBuilder {
            identity,
            certificate: None,
            operator,
            keys: Vec::new(),
            accept_development_keys: false,
            seen: None,
            grace: Duration::ZERO,
            challenges: Box::new(MemoryChallengeStore::new()),
            clock: None,
        }
    }
}

impl VerifierBuilder {
    /// Adds the verifying key of a circuit. Requests are made for the key added last; the earlier ones still
    /// check answers.
    #[must_use]
    pub fn key(mut self, key: VerifyingKey) -> Self {
        self.keys.push(key);
        self
    }

    /// Accepts keys that one machine made, whose maker can forge proofs. For tests and demonstrations.
    #[must_use]
    pub fn accept_development_keys(mut self) -> Self {
        self.accept_development_keys = true;
        self
    }

    /// The trust operator's word on who this verifier is; without it wallets warn their holders.
    #[must_use]
    pub fn certificate(mut self, certificate: VerifierCertificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// The number of the newest trust list that an earlier run used. No request is made under an older one and no answer
    /// accepted, whatever is offered after a restart: an old list calls credentials good that were revoked since.
    #[must_use]
    pub fn newest_epoch_seen(mut self, epoch: Epoch) -> Self {
        self.seen = Some(epoch);
        self
    }

    /// For how long after the date of a newer trust list answers to requests of the older one are still accepted. Zero
    /// unless set: the moment a newer list is loaded, open requests end, and a guest in the middle of a check-in is asked
    /// once more. A grace spares that, and for as long lets in whoever the newer list revokes; a minute or two is plenty.
    /// No request outlives [`MAX_LIFETIME`](crate::MAX_LIFETIME), whatever the grace.
    #[must_use]
    pub fn grace_after_newer_list(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Where open challenges are remembered; by default in memory.
    #[must_use]
    pub fn challenges(mut self, store: impl ChallengeStore + 'static) -> Self {
        self.challenges = Box::new(store);
        self
    }

    /// Where the time comes from; by default the system.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Box::new(clock));
        self
    }

    /// Checks that the parts fit together.
    pub fn build(self) -> Result<Verifier, BuildError> {
        if self.keys.is_empty() {
            return Err(BuildError::NoKey);
        }
        for (i, key) in self.keys.iter().enumerate() {
            if self.keys[..i].iter().any(|earlier| earlier.circuit() == key.circuit()) {
                return Err(BuildError::DuplicateKey(key.circuit()));
            }
            if key.provenance() == Provenance::Development && !self.accept_development_keys {
                return Err(BuildError::DevelopmentKey(key.circuit()));
            }
        }
        if self.certificate.as_ref().is_some_and(|certificate| certificate.key != self.identity) {
            return Err(BuildError::CertificateKey);
        }
        Ok(Verifier {
            identity: self.identity,
            certificate: self.certificate,
            operator: self.operator,
            keys: self.keys,
            lists: RwLock::default(),
            seen: self.seen,
            grace: self.grace,
            challenges: self.challenges,
            clock: self.clock.or_else(default_clock).ok_or(BuildError::NoClock)?,
        })
    }
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
fn default_clock() -> Option<Box<dyn Clock>> {
    Some(Box::new(crate::clock::SystemClock))
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn default_clock() -> Option<Box<dyn Clock>> {
    None
}
