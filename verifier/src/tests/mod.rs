//! The verifier against a valid world and a circuit of two wires.
//!
//! The circuit proves `x · 1 = y`, so that there is a true proof for any digest, and whatever is refused before
//! the pairing is refused by a check of this crate and not by the circuit.

mod accept;
mod batches;
mod example;
mod keys;
mod lists;
mod presentations;
mod requests;
mod rotation;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use tacit_credential::Fr;
use tacit_credential::date::UnixTime;
use tacit_credential::fixtures::{NOW, World};
use tacit_credential::holder::Scope;
use tacit_credential::policy::Policy;
use tacit_credential::presentation::{Presentation, ProofBytes};
use tacit_credential::public_values::PublicValues;
use tacit_credential::request::{CircuitDigest, RequestParameters, SignedRequest};
use tacit_credential::trust_list::TrustListId;
use tacit_prover::Prover;
use tacit_r1cs::{Circuit, ConstraintSystem, Private};

use crate::*;

/// `x · 1 = y`.
pub(super) struct Echo<'a>(Private<'a, Fr>);

impl Circuit for Echo<'_> {
    fn synthesize<CS: ConstraintSystem>(&self, cs: &mut CS) {
        cs.clause("echo");
        let x = cs.instance(|known| *self.0.reveal(known));
        let y = cs.witness(|known| *self.0.reveal(known));
        cs.enforce(&x, &Fr::from(1).into(), &y);
    }
}

/// A trusted test key for [`Echo`].
pub(super) fn prover() -> &'static Prover {
    static PROVER: OnceLock<Prover> = OnceLock::new();
    PROVER.get_or_init(|| new_prover(5))
}

pub(super) fn new_prover(seed: u64) -> Prover {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let (key, _) =
        tacit_prover::setup_development(tacit_r1cs::compile(&Echo(Private::unknown())), &mut rng).unwrap();
    Prover::new(key)
}

pub(crate) fn prove(digest: Fr) -> ProofBytes {
    let assignment = tacit_r1cs::assign(&Echo(Private::known(&digest)));
    let mut rng = ChaCha20Rng::seed_from_u64(6);
    ProofBytes(prover().prove(&assignment, &mut rng).unwrap().to_bytes())
}

pub(super) fn circuit() -> CircuitDigest {
    CircuitDigest(prover().circuit_digest())
}

pub(super) fn points(prover: &Prover) -> KeyPoints {
    let vk = prover.key().verifying_key();
    KeyPoints::new(vk.alpha_g1, vk.beta_g2, vk.gamma_g2, vk.delta_g2, &vk.gamma_abc_g1).unwrap()
}

pub(crate) fn key() -> VerifyingKey {
    VerifyingKey::from_points(circuit(), Provenance::Development, points(prover())).unwrap()
}

/// A clock that a test sets.
#[derive(Clone)]
pub(super) struct TestClock(Arc<AtomicU64>);

impl TestClock {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(NOW.0)))
    }
    pub(super) fn set(&self, now: UnixTime) {
        self.0.store(now.0, Ordering::Relaxed);
    }
    pub(super) fn advance(&self, seconds: u64) {
        self.set(UnixTime(self.now().0 + seconds));
    }
}

impl Clock for TestClock {
    fn now(&self) -> UnixTime {
        UnixTime(self.0.load(Ordering::Relaxed))
    }
}

/// A site with a valid world around it.
pub(super) struct Site {
    pub(super) world: World,
    pub(super) verifier: Verifier,
    pub(super) clock: TestClock,
    pub(super) store: Arc<MemoryChallengeStore>,
}

impl Site {
    pub(super) fn new() -> Self {
        let site = Self::without_list();
        site.verifier.add_trust_list(site.world.list.signed().clone()).unwrap();
        site
    }

    pub(super) fn without_list() -> Self {
        let world = World::new(1);
        let (clock, store) = (TestClock::new(), Arc::new(MemoryChallengeStore::new()));
        let verifier = Verifier::builder(VerifierKey::from(&world.verifier), world.operator_key())
            .key(key())
            .accept_development_keys()
            .certificate(world.certificate.clone())
            .challenges(store.clone())
            .clock(clock.clone())
            .build()
            .unwrap();
        Self { world, verifier, clock, store }
    }

    /// The parts of a further verifier of this site, without any list.
    pub(super) fn builder(&self) -> VerifierBuilder {
        self.builder_without_keys().key(key()).accept_development_keys()
    }

    pub(super) fn builder_without_keys(&self) -> VerifierBuilder {
        Verifier::builder(VerifierKey::from(&self.world.verifier), self.world.operator_key())
            .clock(self.clock.clone())
    }

    pub(super) fn request(&mut self, policy: Policy) -> SignedRequest {
        self.verifier.request(ask(policy), &self.world.verifier, &mut self.world.rng).unwrap()
    }

    /// A request that the site signed and issued although it differs from what [`Verifier::request`] makes.
    pub(super) fn issued(
        &mut self,
        policy: Policy,
        change: impl FnOnce(&mut RequestParameters),
    ) -> SignedRequest {
        let mut parameters = RequestParameters {
            circuit: circuit(),
            certificate: Some(self.world.certificate.clone()),
            endpoint: "here".into(),
            trust_list: TrustListId::of(&self.world.operator_key()),
            epoch: self.world.list.epoch(),
            policy,
            date: NOW.date_utc8(),
            expires_at: UnixTime(NOW.0 + 600),
        };
        change(&mut parameters);
        let signed = SignedRequest::sign(parameters, &self.world.verifier, &mut self.world.rng);
        self.issue(&signed);
        signed
    }

    /// Records a request's challenge as open, whatever the request says.
    pub(super) fn issue(&self, signed: &SignedRequest) {
        let now = self.clock.now();
        self.store.issue(&signed.request.challenge(), now.plus(4 * MAX_LIFETIME), now).unwrap();
    }

    /// The public values of the holder's answer.
    pub(super) fn public(&mut self, signed: &SignedRequest) -> PublicValues {
        self.world.statement(signed).public
    }

    /// The holder's answer with the proof of some digest in it.
    pub(super) fn presentation(&self, signed: &SignedRequest, public: &PublicValues) -> Presentation {
        let scope = signed.request.policy.pseudonym.is_none().then(|| Scope::from_field(public.scope));
        let pseudonym = Pseudonym::from_field(public.pseudonym);
        let disclosed = self.world.disclosed(&signed.request.policy);
        Presentation::new(signed.request.challenge(), prove(public.digest()), scope, pseudonym, disclosed)
    }

    /// The holder's honest answer.
    pub(super) fn answer(&mut self, signed: &SignedRequest) -> Presentation {
        let public = self.public(signed);
        self.presentation(signed, &public)
    }

    pub(super) fn refused(&self, signed: &SignedRequest, presentation: &Presentation) -> VerifyError {
        self.verifier.verify(signed, presentation).expect_err("a refusal")
    }
}

pub(super) fn ask(policy: Policy) -> Ask {
    Ask { policy, endpoint: "https://lotus-hotel.example/present".into(), lifetime: Duration::from_secs(300) }
}
