//! Tests across crates; this library holds what several of them share.
//!
//! | test binary | what it shows |
//! | --- | --- |
//! | `statement` | the native relation: each clause violated alone |
//! | `requests` | the binary form of requests, what certificates limit, shared scopes |
//! | `messages` | requests, presentations and trust lists: what changes on the way is refused |
//! | `agreement` | native relation and circuit agree on valid, arbitrary and mutated inputs |
//! | `forgeries` | the attacks that worked on systems of this kind, one test a row |
//! | `life` | one credential from enrolment to re-issue, through every role |
//! | `vectors` | the files of `tests/vectors` are what [`vectors`] makes, and hold for the verifier |

pub mod vectors;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tacit_credential::extras::DisclosedExtras;
pub use tacit_credential::fixtures;
use tacit_credential::fixtures::{NOW, World};
use tacit_credential::holder::{Pseudonym, Scope};
use tacit_credential::name::Name;
use tacit_credential::number::DocumentNumber;
use tacit_credential::policy::Policy;
use tacit_credential::presentation::{Disclosed, Presentation, ProofBytes};
use tacit_credential::public_values::PublicValues;
use tacit_credential::request::SignedRequest;
use tacit_credential::statement::{Statement, Violation, Witness};
use tacit_prover::{ProveError, Prover, setup_development};
use tacit_r1cs::{Assignment, R1cs};
use tacit_verifier::{
    Ask, ChallengeStore, FixedClock, KeyPoints, MemoryChallengeStore, Provenance, VerifiedPresentation,
    Verifier, VerifyingKey,
};

/// A development key pair for `resident-id`, made once a process.
pub fn keys() -> &'static (Prover, VerifyingKey) {
    static KEYS: OnceLock<(Prover, VerifyingKey)> = OnceLock::new();
    KEYS.get_or_init(|| {
        let r1cs = tacit_circuits::resident_id::compile();
        let circuit = tacit_circuits::resident_id::circuit_digest(&r1cs);
        let (proving, verifying) =
            setup_development(r1cs, &mut ChaCha20Rng::seed_from_u64(1)).expect("the circuit fits the engine");
        let points = key_points(&verifying);
        let verifying =
            VerifyingKey::from_points(circuit, Provenance::Development, points).expect("valid points");
        (Prover::new(proving), verifying)
    })
}

/// The points of an arkworks verifying key with one public input, for the verifier.
pub fn key_points(key: &ark_groth16::VerifyingKey<ark_bn254::Bn254>) -> KeyPoints {
    KeyPoints {
        alpha_g1: key.alpha_g1,
        beta_g2: key.beta_g2,
        gamma_g2: key.gamma_g2,
        delta_g2: key.delta_g2,
        ic: [key.gamma_abc_g1[0], key.gamma_abc_g1[1]],
    }
}

/// The world of a seed with a booking site's verifier in it.
pub struct Site {
    /// Issuer, holder, operator.
    pub world: World,
    /// The site's verifier, at [`NOW`].
    pub verifier: Verifier,
}

impl Site {
    /// The site of a seed.
    pub fn new(seed: u64) -> Self {
        let world = World::new(seed);
        let verifier = Verifier::builder((&world.verifier).into(), world.operator_key())
            .key(keys().1.clone())
            .accept_development_keys()
            .certificate(world.certificate.clone())
            .clock(FixedClock(NOW))
            .build()
            .expect("a key and a clock are given");
        verifier.add_trust_list(world.list.signed().clone()).expect("a valid list");
        Self { world, verifier }
    }

    /// A verifier as the site's, which knows that this request is open and no other.
    pub fn fresh(&self, request: &SignedRequest) -> Verifier {
        let store = Arc::new(MemoryChallengeStore::new());
        store
            .issue(&request.request.challenge(), request.request.expires_at, NOW)
            .expect("a fresh challenge");
        let verifier = Verifier::builder((&self.world.verifier).into(), self.world.operator_key())
            .key(keys().1.clone())
            .accept_development_keys()
            .challenges(store)
            .clock(FixedClock(NOW))
            .build()
            .expect("a key and a clock are given");
        verifier.add_trust_list(self.world.list.signed().clone()).expect("a valid list");
        verifier
    }

    /// A request of the site's verifier.
    pub fn ask(&mut self, policy: Policy) -> SignedRequest {
        let ask = Ask {
            policy,
            endpoint: "https://lotus-hotel.example/present".into(),
            lifetime: Duration::from_secs(600),
        };
        self.verifier.request(ask, &self.world.verifier, &mut self.world.rng).expect("a valid ask")
    }

    /// What an honest holder would attempt.
    pub fn attempt(&mut self, request: &SignedRequest) -> Attempt {
        let scope = request
            .request
            .scope()
            .expect("a certified scope")
            .unwrap_or_else(|| Scope::random(&mut self.world.rng));
        Attempt {
            witness: self.world.witness(),
            pseudonym: self.world.secret.pseudonym(&scope),
            scope,
            disclosed: self.world.disclosed(&request.request.policy),
        }
    }

    /// The honest answer to a request.
    pub fn present(&mut self, request: &SignedRequest) -> Presentation {
        let attempt = self.attempt(request);
        attempt.prove(&self.world, request).expect("an honest holder can prove")
    }
}

/// What a prover puts into a presentation, true or not.
pub struct Attempt {
    /// The witness.
    pub witness: Witness,
    /// The scope.
    pub scope: Scope,
    /// The pseudonym shown.
    pub pseudonym: Pseudonym,
    /// The values shown.
    pub disclosed: Disclosed,
}

impl Attempt {
    /// The public values that a verifier will compute, built without the range checks.
    pub fn public(&self, world: &World, request: &SignedRequest) -> PublicValues {
        let request = &request.request;
        let zero = tacit_credential::Fr::from(0u64);
        PublicValues {
            trust_root: world.list.root(),
            scope: self.scope.as_field(),
            pseudonym: self.pseudonym.as_field(),
            word: tacit_credential::public_values::PublicWord::new(
                &request.policy.bounds(request.date).expect("a valid policy"),
                &self.disclosed,
            ),
            number: self.disclosed.number.as_ref().map_or(zero, DocumentNumber::to_field),
            name: self.disclosed.name.as_ref().map_or(zero, Name::digest),
            extras: self.disclosed.extras.as_ref().map_or(zero, DisclosedExtras::digest),
            challenge: request.challenge().as_field(),
        }
    }

    /// Tries to make a presentation; a lie ends in the clause that refuses it.
    pub fn prove(&self, world: &World, request: &SignedRequest) -> Result<Presentation, ProveError> {
        let assignment = tacit_circuits::resident_id::assign(&self.public(world, request), &self.witness);
        let proof = keys().0.prove(&assignment, &mut ChaCha20Rng::seed_from_u64(9))?;
        let scope = request.request.policy.pseudonym.is_none().then_some(self.scope);
        let proof = ProofBytes(proof.to_bytes());
        Ok(Presentation::new(
            request.request.challenge(),
            proof,
            scope,
            self.pseudonym,
            self.disclosed.clone(),
        ))
    }

    /// The first clause that refuses this attempt, as the prover names it, if one does.
    pub fn refused_by(&self, world: &World, request: &SignedRequest) -> Option<String> {
        match self.prove(world, request) {
            Ok(_) => None,
            Err(ProveError::Unsatisfied { clause, .. }) => Some(clause),
            Err(other) => panic!("no clause refused the attempt: {other}"),
        }
    }

    /// All that refuses this attempt: what the native relation says, every clause that fails in the circuit. The prover
    /// refuses it for the first of these.
    pub fn refusal(&self, world: &World, request: &SignedRequest) -> Refusal {
        let public = self.public(world, request);
        let assignment = tacit_circuits::resident_id::assign(&public, &self.witness);
        let clauses = failing(keys().0.r1cs(), &assignment);
        assert_eq!(self.refused_by(world, request).as_ref(), clauses.first(), "the prover's word");
        Refusal { native: Statement { public }.check(&self.witness).err(), clauses }
    }
}

/// What refuses an attempt. Empty for an honest one.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// By the native relation, which reports the first violation.
    pub native: Option<Violation>,
    /// By the circuit: each clause of which a constraint fails, in the circuit's order.
    pub clauses: Vec<String>,
}

impl Refusal {
    /// A refusal for exactly these reasons.
    pub fn by(native: Violation, clauses: &[&str]) -> Self {
        Self { native: Some(native), clauses: clauses.iter().map(ToString::to_string).collect() }
    }

    /// No refusal.
    pub const NONE: Self = Self { native: None, clauses: Vec::new() };
}

/// What was accepted, as C and JavaScript get it.
pub fn accepted(verified: &VerifiedPresentation) -> serde_json::Value {
    let mut accepted = serde_json::json!({
        "policy": verified.policy(),
        "date": verified.date(),
        "disclosed": verified.disclosed(),
        "epoch": verified.epoch(),
        "challenge": verified.challenge(),
        "verified_at": verified.verified_at(),
        "development_key": verified.development_key(),
    });
    if let Some(pseudonym) = verified.pseudonym() {
        accepted["pseudonym"] = serde_json::json!(pseudonym);
    }
    accepted
}

/// Each clause of which a constraint fails, once, in the circuit's order.
pub fn failing(r1cs: &R1cs, assignment: &Assignment) -> Vec<String> {
    let mut clauses: Vec<String> = Vec::new();
    for unsatisfied in r1cs.unsatisfied(assignment) {
        if !clauses.contains(&unsatisfied.clause) {
            clauses.push(unsatisfied.clause);
        }
    }
    clauses
}
