//! Putting a verifier together.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use tacit_credential::certificate::{VerifierCertificate, VerifierKey};
use tacit_credential::trust_list::Epoch;

use crate::challenge::ChallengeStore;
use crate::clock::Clock;
use crate::error::BuildError;
use crate::key::VerifyingKey;
use crate::operators::{Operator, Operators};
use crate::registry::Registry;
use crate::shared::Shared;
use crate::verifier::Verifier;

/// Collects the parts of a [`Verifier`].
pub struct VerifierBuilder {
    identity: VerifierKey,
    primary: Operator,
    others: Vec<Operator>,
    keys: Vec<VerifyingKey>,
    accept_development_keys: bool,
    grace: Duration,
    challenges: Option<Box<dyn ChallengeStore>>,
    clock: Option<Box<dyn Clock>>,
    #[cfg(feature = "kernels")]
    backend: Option<tacit_kernels::Backend>,
}

impl Verifier {
    /// Starts with the public half of the site's own key, and the trust operator whose lists count: the primary one, for which
    /// requests are made.
    pub fn builder(identity: VerifierKey, operator: impl Into<Operator>) -> VerifierBuilder {
        VerifierBuilder {
            identity,
            primary: operator.into(),
            others: Vec::new(),
            keys: Vec::new(),
            accept_development_keys: false,
            grace: Duration::ZERO,
            challenges: None,
            clock: None,
            #[cfg(feature = "kernels")]
            backend: None,
        }
    }
}

impl VerifierBuilder {
    /// Adds the verifying key of a circuit. Requests are made for the key added last; the earlier ones still
    /// check answers. While running: [`Verifier::add_key`] and [`Verifier::retire_key`].
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

    /// Relies on a further trust operator too, as [`Verifier::add_operator`] does while running.
    #[must_use]
    pub fn operator(mut self, operator: impl Into<Operator>) -> Self {
        self.others.push(operator.into());
        self
    }

    /// The primary operator's word on who this verifier is; without it wallets warn their holders.
    #[must_use]
    pub fn certificate(mut self, certificate: VerifierCertificate) -> Self {
        self.primary = self.primary.certificate(certificate);
        self
    }

    /// The number of the primary operator's newest trust list that an earlier run used. No request is made under an older one
    /// and no answer accepted, whatever is offered after a restart: an old list calls credentials good that were revoked since.
    #[must_use]
    pub fn newest_epoch_seen(mut self, epoch: Epoch) -> Self {
        self.primary = self.primary.newest_epoch_seen(epoch);
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

    /// Where open challenges are remembered; by default in memory. Without `std` there is no default.
    #[must_use]
    pub fn challenges(mut self, store: impl ChallengeStore + 'static) -> Self {
        self.challenges = Some(Box::new(store));
        self
    }

    /// Where the time comes from; by default the system.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Box::new(clock));
        self
    }

    /// Which instructions combine the proofs of a batch; by default what `TACIT_BACKEND` names, or the fastest that the CPU has.
    /// Results are the same with all of them. With the portable backend this crate's own arithmetic does it, which is faster than
    /// portable lanes.
    #[cfg(feature = "kernels")]
    #[must_use]
    pub fn backend(mut self, backend: tacit_kernels::Backend) -> Self {
        self.backend = Some(backend);
        self
    }

    /// Checks that the parts fit together.
    pub fn build(self) -> Result<Verifier, BuildError> {
        if self.keys.is_empty() {
            return Err(BuildError::NoKey);
        }
        let mut keys = Registry::new(self.accept_development_keys);
        for key in self.keys {
            keys.add(key)?;
        }
        let certificates = [&self.primary]
            .into_iter()
            .chain(&self.others)
            .filter_map(|operator| operator.certificate.as_ref());
        if certificates.into_iter().any(|certificate| certificate.key != self.identity) {
            return Err(BuildError::CertificateKey);
        }
        let mut operators = Operators::new(self.primary);
        for operator in self.others {
            operators.add(operator)?;
        }
        Ok(Verifier {
            identity: self.identity,
            operators: Shared::new(operators),
            keys: Shared::new(keys),
            grace: self.grace,
            challenges: self.challenges.or_else(default_challenges).ok_or(BuildError::NoChallengeStore)?,
            clock: self.clock.or_else(default_clock).ok_or(BuildError::NoClock)?,
            #[cfg(feature = "kernels")]
            vectorised: crate::batch::kernels::Vectorised::new(
                self.backend.unwrap_or_else(tacit_kernels::Backend::from_environment),
            ),
        })
    }
}

#[cfg(feature = "std")]
fn default_challenges() -> Option<Box<dyn ChallengeStore>> {
    Some(Box::new(crate::challenge::MemoryChallengeStore::new()))
}

#[cfg(not(feature = "std"))]
fn default_challenges() -> Option<Box<dyn ChallengeStore>> {
    None
}

#[cfg(all(feature = "std", not(all(target_family = "wasm", target_os = "unknown"))))]
fn default_clock() -> Option<Box<dyn Clock>> {
    Some(Box::new(crate::clock::SystemClock))
}

#[cfg(not(all(feature = "std", not(all(target_family = "wasm", target_os = "unknown")))))]
fn default_clock() -> Option<Box<dyn Clock>> {
    None
}
