//! A booking site and many answers to it: what measurements of verification run on.
//!
//! Requests, presentations and all their public values are real; the proofs are made from the key's
//! [`Trapdoor`](crate::trapdoor::Trapdoor), which gives
//! proofs of the same distribution as an honest prover's, in a thousandth of the time. Everything is checked before it is timed.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ark_bn254::{Bn254, Fr, G1Projective};
use ark_ff::UniformRand;
use ark_groth16::{Groth16, PreparedVerifyingKey, Proof as ArkProof, prepare_verifying_key};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use tacit_credential::date::UnixTime;
use tacit_credential::fixtures::{NOW, World, wide_policy};
use tacit_credential::holder::{Pseudonym, Scope};
use tacit_credential::presentation::{Presentation, ProofBytes};
use tacit_credential::public_values::PublicValues;
use tacit_credential::request::{Challenge, SignedRequest};
use tacit_verifier::{
    Ask, Backend, ChallengeError, ChallengeStore, FixedClock, MAX_LIFETIME, MemoryChallengeStore, Verifier,
    VerifierKey,
};

use crate::error::BenchError;
use crate::resident::{Resident, benchmark_rng};
use crate::trapdoor::Multiples;

/// A site, what it asked, and what wallets answered.
pub struct Verification {
    /// With the crate's own arithmetic.
    verifier: Verifier,
    /// With the vectors of this CPU, where it has some.
    vectorised: Verifier,
    store: Arc<Renewed>,
    answers: Vec<Answer>,
    stock: PreparedVerifyingKey<Bn254>,
    open: OpenInputs,
}

/// A request and the bytes that answer it.
struct Answer {
    request: SignedRequest,
    bytes: Vec<u8>,
    proof: [u8; 128],
    public_input: Fr,
}

/// The same statement with every value a public input of its own.
struct OpenInputs {
    key: PreparedVerifyingKey<Bn254>,
    proof: Vec<u8>,
    values: Vec<Fr>,
}

/// A store in memory that is emptied between two measurements, so that a request can be answered in each.
struct Renewed(RwLock<MemoryChallengeStore>);

impl Renewed {
    fn store<T>(&self, see: impl FnOnce(&MemoryChallengeStore) -> T) -> T {
        see(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn renew(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = MemoryChallengeStore::new();
    }
}

impl ChallengeStore for Renewed {
    fn issue(&self, challenge: &Challenge, until: UnixTime, now: UnixTime) -> Result<(), ChallengeError> {
        self.store(|store| store.issue(challenge, until, now))
    }
    fn check(&self, challenge: &Challenge, now: UnixTime) -> Result<(), ChallengeError> {
        self.store(|store| store.check(challenge, now))
    }
    fn consume(&self, challenge: &Challenge, now: UnixTime) -> Result<(), ChallengeError> {
        self.store(|store| store.consume(challenge, now))
    }
}

impl Verification {
    /// A site that asks for everything there is, and `count` answers. All must be accepted, by us and by the stock verifier.
    pub fn new(resident: &Resident, backend: Backend, count: usize) -> Result<Self, BenchError> {
        let false_proof = || BenchError::FalseProof { maker: "the trapdoor" };
        let mut world = World::new(1);
        let store = Arc::new(Renewed(RwLock::new(MemoryChallengeStore::new())));
        let site = |backend| {
            let verifier = Verifier::builder(VerifierKey::from(&world.verifier), world.operator_key())
                .key(resident.verifying.clone().ok_or_else(false_proof)?)
                .accept_development_keys()
                .certificate(world.certificate.clone())
                .challenges(store.clone())
                .clock(FixedClock(NOW))
                .backend(backend)
                .build()
                .map_err(broken)?;
            verifier.add_trust_list(world.list.signed().clone()).map_err(broken)?;
            Ok::<_, BenchError>(verifier)
        };
        let (verifier, vectorised) = (site(Backend::portable())?, site(backend)?);

        let mut rng = benchmark_rng();
        let instance = &resident.key.verifying_key().gamma_abc_g1;
        let mut answers = Vec::with_capacity(count);
        for _ in 0..count {
            let endpoint = "https://lotus-hotel.example/present".into();
            let ask = Ask { policy: wide_policy(), endpoint, lifetime: Duration::from_secs(300) };
            let request = verifier.request(ask, &world.verifier, &mut rng).map_err(broken)?;
            let public = world.statement(&request).public;
            let public_input = public.digest();
            let proof = compressed(&resident.trapdoor.simulate(instance, &[public_input], &mut rng))?;
            let proof: [u8; 128] = proof.try_into().map_err(|_| false_proof())?;
            let presentation = presentation(&world, &request, &public, proof);
            answers.push(Answer { request, bytes: presentation.to_bytes(), proof, public_input });
        }
        let first = &answers.first().ok_or(BenchError::NoRound)?.request;
        let open = OpenInputs::new(resident, &world.statement(first).public)?;
        let stock = prepare_verifying_key(resident.key.verifying_key());
        let this = Self { verifier, vectorised, store, answers, stock, open };
        for place in 0..this.answers.len() {
            this.stock(place)?;
        }
        this.renew()?;
        this.ours_batch()?;
        this.renew()?;
        this.ours_batch_vectorised()?;
        this.renew()?;
        this.ours(0)?;
        this.stock_open()?;
        Ok(this)
    }

    /// Opens every challenge again.
    pub fn renew(&self) -> Result<(), BenchError> {
        self.store.renew();
        for Answer { request, .. } in &self.answers {
            let challenge = request.request.challenge();
            self.store.issue(&challenge, NOW.plus(MAX_LIFETIME), NOW).map_err(broken)?;
        }
        Ok(())
    }

    /// How many answers there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.answers.len()
    }

    /// How many public values the statement has.
    #[must_use]
    pub fn open_values(&self) -> usize {
        self.open.values.len()
    }

    /// One answer, from its bytes to the consumed challenge.
    pub fn ours(&self, place: usize) -> Result<(), BenchError> {
        let answer = &self.answers[place];
        let presentation = Presentation::from_bytes(&answer.bytes).map_err(broken)?;
        self.verifier.verify(&answer.request, &presentation).map_err(broken)?;
        Ok(())
    }

    /// All answers, from their bytes to the consumed challenges.
    pub fn ours_batch(&self) -> Result<(), BenchError> {
        self.batch(&self.verifier)
    }

    /// The same with the vectors of the backend that was asked for.
    pub fn ours_batch_vectorised(&self) -> Result<(), BenchError> {
        self.batch(&self.vectorised)
    }

    fn batch(&self, verifier: &Verifier) -> Result<(), BenchError> {
        let presentations: Vec<_> = self
            .answers
            .iter()
            .map(|answer| Presentation::from_bytes(&answer.bytes))
            .collect::<Result<_, _>>()
            .map_err(broken)?;
        let pairs: Vec<_> = self.answers.iter().map(|answer| &answer.request).zip(&presentations).collect();
        for outcome in verifier.verify_batch(&pairs) {
            outcome.map_err(broken)?;
        }
        Ok(())
    }

    /// The stock verifier on one proof, from its bytes, with every point checked.
    pub fn stock(&self, place: usize) -> Result<(), BenchError> {
        let Answer { proof, public_input, .. } = &self.answers[place];
        holds(&self.stock, proof, &[*public_input])
    }

    /// The stock verifier on the same statement with open inputs.
    pub fn stock_open(&self) -> Result<(), BenchError> {
        holds(&self.open.key, &self.open.proof, &self.open.values)
    }
}

impl OpenInputs {
    fn new(resident: &Resident, public: &PublicValues) -> Result<Self, BenchError> {
        let mut rng = benchmark_rng();
        let word = &public.word;
        let small = [
            word.born_from,
            word.born_to,
            word.today,
            word.region_from,
            word.region_to,
            word.disclose,
            word.provinces,
            word.birth,
            word.expiry,
            word.region,
            word.sex,
        ];
        let large = [
            public.trust_root,
            public.scope,
            public.pseudonym,
            public.number,
            public.name,
            public.extras,
            public.challenge,
        ];
        let values: Vec<Fr> = large.into_iter().chain(small.map(Fr::from)).collect();
        let scalars: Vec<Fr> = (0..=values.len()).map(|_| Fr::rand(&mut rng)).collect();
        let mut key = resident.key.verifying_key().clone();
        key.gamma_abc_g1 = Multiples::<G1Projective>::new(scalars.len()).of(&scalars);
        let proof = compressed(&resident.trapdoor.simulate(&key.gamma_abc_g1, &values, &mut rng))?;
        Ok(Self { key: prepare_verifying_key(&key), proof, values })
    }
}

fn holds(key: &PreparedVerifyingKey<Bn254>, proof: &[u8], public: &[Fr]) -> Result<(), BenchError> {
    let proof = ArkProof::<Bn254>::deserialize_compressed(proof)?;
    if Groth16::<Bn254>::verify_proof(key, &proof, public)? {
        Ok(())
    } else {
        Err(BenchError::FalseProof { maker: "the trapdoor" })
    }
}

fn compressed(proof: &ArkProof<Bn254>) -> Result<Vec<u8>, BenchError> {
    let mut bytes = Vec::new();
    proof.serialize_compressed(&mut bytes)?;
    Ok(bytes)
}

fn presentation(
    world: &World,
    request: &SignedRequest,
    public: &PublicValues,
    proof: [u8; 128],
) -> Presentation {
    let policy = &request.request.policy;
    let scope = policy.pseudonym.is_none().then(|| Scope::from_field(public.scope));
    let pseudonym = Pseudonym::from_field(public.pseudonym);
    Presentation::new(
        request.request.challenge(),
        ProofBytes(proof),
        scope,
        pseudonym,
        world.disclosed(policy),
    )
}

fn broken(error: impl std::fmt::Display) -> BenchError {
    BenchError::Verifier { message: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_timed_verifies() {
        let resident = Resident::new().unwrap();
        let verification = Verification::new(&resident, Backend::detect(), 5).unwrap();
        assert_eq!((verification.count(), verification.open_values()), (5, 18));
        assert!(verification.ours(0).is_err(), "answered before");
        verification.renew().unwrap();
        verification.ours_batch().unwrap();
        assert!(verification.ours_batch_vectorised().is_err(), "answered before");
        verification.renew().unwrap();
        verification.ours_batch_vectorised().unwrap();
    }

    #[test]
    fn open_inputs_are_bound() {
        let resident = Resident::new().unwrap();
        let mut verification = Verification::new(&resident, Backend::detect(), 1).unwrap();
        verification.open.values[17] += Fr::from(1);
        assert!(matches!(verification.stock_open(), Err(BenchError::FalseProof { .. })));
    }
}
