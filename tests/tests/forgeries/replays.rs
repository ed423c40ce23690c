//! Presentations changed, replayed, or shown where they do not belong: the verifier refuses, for the right reason.

use ark_bn254::{Bn254, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::Field;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use std::time::Duration;
use tacit_circuits::clauses::not_revoked;
use tacit_credential::Fr;
use tacit_credential::certificate::{CertificateError, VerifierCertificate, VerifierEntry, VerifierIdentity};
use tacit_credential::date::UnixTime;
use tacit_credential::fixtures::{NOW, narrow_policy, wide_policy};
use tacit_credential::holder::Scope;
use tacit_credential::policy::{DisclosedAttribute, Policy, PolicyError};
use tacit_credential::presentation::ProofBytes;
use tacit_credential::request::{CircuitDigest, SignedRequest};
use tacit_credential::signing::DetachedSignature;
use tacit_credential::statement::Violation;
use tacit_credential::trust_list::{Epoch, SignedTrustList, TrustListParameters};
use tacit_tests::{Refusal, Site, keys};
use tacit_verifier::groth16::Element;
use tacit_verifier::{
    Ask, AskError, ChallengeError, FixedClock, PointError, ProofError, Verifier, VerifyError,
};

fn resigned(site: &Site, request: &SignedRequest, change: impl FnOnce(&mut SignedRequest)) -> SignedRequest {
    let mut changed = request.clone();
    change(&mut changed);
    changed.signature = DetachedSignature::sign(&site.world.verifier, &changed.request.canonical_bytes());
    changed
}

/// The next list: the holder revoked, or nothing changed.
fn next_list(site: &mut Site, revoke: bool) -> SignedTrustList {
    let mut issuers = site.world.list.list().issuers.clone();
    if revoke {
        site.world.status.revoke(site.world.credential.attributes.index);
        issuers[1].status.sequence += 1;
        issuers[1].status.root = site.world.status.root();
    }
    let parameters = TrustListParameters {
        epoch: Epoch(8),
        predecessor: Some(site.world.list.digest()),
        issued_at: NOW,
        expires_at: UnixTime(NOW.0 + 86_400),
        issuers,
    };
    SignedTrustList::sign(parameters, &site.world.operator).expect("a valid list")
}

#[test]
fn an_honest_presentation_is_accepted() {
    for policy in [wide_policy(), narrow_policy()] {
        let mut site = Site::new(2);
        let request = site.ask(policy.clone());
        let presentation = site.present(&request);
        let verified = site.verifier.verify(&request, &presentation).expect("honest");
        assert_eq!(verified.pseudonym().is_some(), policy.pseudonym.is_some());
        assert_eq!(verified.disclosed(), &presentation.disclosed);
        assert!(verified.development_key());
    }
}

/// Attack 2: proved in one epoch, shown for another in which the holder is revoked.
#[test]
fn an_old_proof_does_not_serve_a_new_epoch() {
    let mut site = Site::new(2);
    let old = site.ask(narrow_policy());
    let attempt = site.attempt(&old);
    let mut presentation = attempt.prove(&site.world, &old).expect("honest");
    let next = next_list(&mut site, true);
    site.verifier.add_trust_list(next.clone()).expect("continues the chain");
    // The old request is still open, and its proof true: the list that it is about is no longer the newest.
    assert!(matches!(
        site.verifier.verify(&old, &presentation),
        Err(VerifyError::EpochSuperseded { epoch: Epoch(7), newest: Epoch(8) })
    ));
    let new = site.ask(narrow_policy());
    assert_eq!(new.request.epoch, Epoch(8));
    presentation.challenge = new.request.challenge();
    assert!(matches!(
        site.verifier.verify(&new, &presentation),
        Err(VerifyError::Proof(ProofError::Invalid))
    ));
    // Nor does it fit when the challenge is left as it was and the list alone has moved on.
    let old_challenge = attempt.public(&site.world, &old);
    let proof = tacit_verifier::groth16::Proof::from_bytes(&presentation.proof.0).expect("a proof");
    assert_eq!(keys().1.check_proof(&proof, &old_challenge.digest()), Ok(()));
    let mut other_list = old_challenge;
    other_list.trust_root = next.list.root;
    assert_eq!(keys().1.check_proof(&proof, &other_list.digest()), Err(ProofError::Invalid));
    // Nor can the revoked holder make a new one.
    site.world.list = next.verify(&site.world.operator_key()).expect("valid");
    let refusal = site.attempt(&new).refusal(&site.world, &new);
    assert_eq!(refusal, Refusal::by(Violation::Revoked, &[not_revoked::WORD]));
}

/// Attack 2: an epoch older than the policy allows.
#[test]
fn a_stale_epoch_is_refused() {
    let mut site = Site::new(2);
    let mut policy = narrow_policy();
    policy.max_status_age_hours = 1;
    let request = site.ask(policy);
    let presentation = site.present(&request);
    let later = Verifier::builder((&site.world.verifier).into(), site.world.operator_key())
        .key(keys().1.clone())
        .accept_development_keys()
        .clock(FixedClock(UnixTime(NOW.0 + 60)))
        .challenges(Known)
        .build()
        .expect("complete");
    later.add_trust_list(site.world.list.signed().clone()).expect("valid");
    assert!(matches!(later.verify(&request, &presentation), Err(VerifyError::StatusTooOld { .. })));
}

/// A store that knows every challenge, to reach the checks behind it.
struct Known;

impl tacit_verifier::ChallengeStore for Known {
    fn issue(
        &self,
        _: &tacit_credential::request::Challenge,
        _: UnixTime,
        _: UnixTime,
    ) -> Result<(), ChallengeError> {
        Ok(())
    }

    fn check(&self, _: &tacit_credential::request::Challenge, _: UnixTime) -> Result<(), ChallengeError> {
        Ok(())
    }

    fn consume(&self, _: &tacit_credential::request::Challenge, _: UnixTime) -> Result<(), ChallengeError> {
        Ok(())
    }
}

/// Attack 3: the same proof under another policy, another verifier, another request.
#[test]
fn a_presentation_answers_one_request() {
    let mut site = Site::new(2);
    let request = site.ask(narrow_policy());
    let presentation = site.present(&request);
    let easier = Policy::from_json(r#"{"minimum_age":16}"#).expect("valid");
    let other_policy = resigned(&site, &request, |r| r.request.policy = easier);
    assert!(matches!(site.verifier.verify(&other_policy, &presentation), Err(VerifyError::OtherChallenge)));
    let mut aimed = presentation.clone();
    aimed.challenge = other_policy.request.challenge();
    assert!(matches!(
        site.verifier.verify(&other_policy, &aimed),
        Err(VerifyError::Challenge(ChallengeError::Unknown))
    ));
    let second = site.ask(narrow_policy());
    aimed.challenge = second.request.challenge();
    assert!(matches!(site.verifier.verify(&second, &aimed), Err(VerifyError::Proof(ProofError::Invalid))));

    let other = Site::new(3);
    let other_key = ed25519_dalek::SigningKey::from_bytes(&[77; 32]);
    let bank = Verifier::builder((&other_key).into(), site.world.operator_key())
        .key(keys().1.clone())
        .accept_development_keys()
        .clock(FixedClock(NOW))
        .build()
        .expect("complete");
    assert!(matches!(bank.verify(&request, &presentation), Err(VerifyError::OtherVerifier)));
    // The same site in another process knows nothing of the request.
    assert!(matches!(
        other.verifier.verify(&request, &presentation),
        Err(VerifyError::Challenge(ChallengeError::Unknown))
    ));
    assert!(site.verifier.verify(&request, &presentation).is_ok(), "none of it used up the challenge");
}

/// Attack 7: what the verifier does not know is refused, never given a default.
#[test]
fn unknown_configurations_are_refused() {
    let mut site = Site::new(2);
    let request = site.ask(narrow_policy());
    let presentation = site.present(&request);
    let verifier = Verifier::builder((&site.world.verifier).into(), site.world.operator_key())
        .key(keys().1.clone())
        .accept_development_keys()
        .clock(FixedClock(NOW))
        .challenges(Known)
        .build()
        .expect("complete");
    let check = |change: fn(&mut SignedRequest)| {
        let changed = resigned(&site, &request, change);
        let mut presentation = presentation.clone();
        presentation.challenge = changed.request.challenge();
        verifier.verify(&changed, &presentation).map(|_| ())
    };
    assert!(matches!(check(|_| ()), Err(VerifyError::UnknownEpoch(Epoch(7)))), "no list is loaded");
    assert!(matches!(
        check(|r| r.request.circuit = CircuitDigest([9; 32])),
        Err(VerifyError::UnknownCircuit(_))
    ));
    assert!(matches!(check(|r| r.request.trust_list.0 = [9; 32]), Err(VerifyError::OtherTrustList)));
    assert!(Policy::from_json(r#"{"minimum_age":18,"provinces":["Hunan"]}"#).is_ok());
    for json in ["", "null", "[]", r#"{"minimum_agee":18}"#, r#"{"minimum_age":18,"provinces":["Atlantis"]}"#]
    {
        let policy = Policy::from_json(json);
        assert!(matches!(policy, Err(PolicyError::Json(_))), "{json}: {policy:?}");
    }
    let policy = Policy::from_json(r#"{"provinces":[]}"#);
    assert!(matches!(policy, Err(PolicyError::NoProvinces)), "{policy:?}");
}

/// Attack 11: the challenge alone changes; the proof no longer fits.
#[test]
fn the_challenge_is_held_by_the_proof() {
    let mut site = Site::new(2);
    let request = site.ask(narrow_policy());
    let attempt = site.attempt(&request);
    let presentation = attempt.prove(&site.world, &request).expect("honest");
    let proof = tacit_verifier::groth16::Proof::from_bytes(&presentation.proof.0).expect("a proof");
    let mut public = attempt.public(&site.world, &request);
    assert!(keys().1.check_proof(&proof, &public.digest()).is_ok());
    public.challenge += Fr::from(1u64);
    assert_eq!(keys().1.check_proof(&proof, &public.digest()), Err(ProofError::Invalid));
}

/// Attack 14: anyone can re-randomise a Groth16 proof; the challenge makes it a replay all the same.
#[test]
fn a_rerandomised_proof_is_a_replay() {
    let mut site = Site::new(2);
    let request = site.ask(wide_policy());
    let presentation = site.present(&request);
    let mut again = presentation.clone();
    again.proof = rerandomise(&presentation.proof);
    assert_ne!(again.proof, presentation.proof);
    assert!(site.verifier.verify(&request, &again).is_ok(), "it is a valid proof");
    for replay in [&presentation, &again] {
        assert!(matches!(
            site.verifier.verify(&request, replay),
            Err(VerifyError::Challenge(ChallengeError::Used))
        ));
    }
}

/// `(k·A, k⁻¹·B, C)` satisfies the same equation.
fn rerandomise(proof: &ProofBytes) -> ProofBytes {
    let proof = ark_groth16::Proof::<Bn254>::deserialize_compressed(&proof.0[..]).expect("a proof");
    let k = Fr::from(12_345u64);
    let inverse = k.inverse().expect("not zero");
    let changed = ark_groth16::Proof::<Bn254> {
        a: (proof.a * k).into_affine(),
        b: (proof.b * inverse).into_affine(),
        c: proof.c,
    };
    let mut bytes = Vec::new();
    changed.serialize_compressed(&mut bytes).expect("memory");
    ProofBytes(bytes.try_into().expect("128 bytes"))
}

/// Attacks 13 and 14: proofs that are no proofs.
#[test]
fn damaged_proofs_are_refused() {
    let mut site = Site::new(2);
    let request = site.ask(narrow_policy());
    let presentation = site.present(&request);
    let with = |change: &dyn Fn(&mut [u8; 128])| {
        let mut changed = presentation.clone();
        change(&mut changed.proof.0);
        match site.verifier.verify(&request, &changed) {
            Err(VerifyError::Proof(error)) => error,
            other => panic!("expected a refusal of the proof, got {other:?}"),
        }
    };
    let first = |cause| ProofError::Point { element: Element::A, cause };
    assert_eq!(with(&|p| p[..32].fill(0xff)), first(PointError::NotCanonical));
    assert_eq!(with(&|p| p.fill(0)), first(PointError::OffCurve), "3 is no square");
    let mut identity = Vec::new();
    G1Affine::zero().serialize_compressed(&mut identity).expect("memory");
    assert_eq!(with(&|p| p[..32].copy_from_slice(&identity)), first(PointError::Identity), "A = 0");
    let mut generator = Vec::new();
    G2Affine::generator().serialize_compressed(&mut generator).expect("memory");
    assert_eq!(with(&|p| p[32..96].copy_from_slice(&generator)), ProofError::Invalid, "another B");
    assert!(site.verifier.verify(&request, &presentation).is_ok(), "none of it used up the challenge");
}

/// Attack 17: a scope that is missing, or given where it is not asked for.
#[test]
fn scopes_are_never_defaults() {
    let mut site = Site::new(2);
    let asked = site.ask(wide_policy());
    let mut presentation = site.present(&asked);
    presentation.scope = Some(Scope::random(&mut site.world.rng));
    assert!(matches!(site.verifier.verify(&asked, &presentation), Err(VerifyError::ScopeGiven)));
    let not_asked = site.ask(narrow_policy());
    let mut presentation = site.present(&not_asked);
    presentation.scope = None;
    assert!(matches!(site.verifier.verify(&not_asked, &presentation), Err(VerifyError::ScopeMissing)));
}

/// Disclosures are exactly those that were asked for, and true.
#[test]
fn disclosures_are_neither_left_out_nor_changed() {
    let mut site = Site::new(2);
    let request = site.ask(wide_policy());
    let presentation = site.present(&request);
    let mut without = presentation.clone();
    without.disclosed.name = None;
    assert!(matches!(
        site.verifier.verify(&request, &without),
        Err(VerifyError::NotDisclosed(DisclosedAttribute::Name))
    ));
    let mut younger = presentation.clone();
    younger.disclosed.birth = younger.disclosed.birth.map(|birth| birth.plus_days(1).expect("in range"));
    assert!(matches!(site.verifier.verify(&request, &younger), Err(VerifyError::Proof(ProofError::Invalid))));
    let narrow = site.ask(narrow_policy());
    let mut more = site.present(&narrow);
    more.disclosed.name = presentation.disclosed.name;
    assert!(matches!(
        site.verifier.verify(&narrow, &more),
        Err(VerifyError::NotAsked(DisclosedAttribute::Name))
    ));
}

/// Another business cannot take over a certified identity and with it a scope.
#[test]
fn scopes_belong_to_certified_identities() {
    let mut site = Site::new(2);
    let own = ed25519_dalek::SigningKey::from_bytes(&[66; 32]);
    let self_made = VerifierCertificate::sign(
        VerifierEntry::new(VerifierIdentity::new("lotus-hotel.example").expect("a domain"), "Lotus Hotel"),
        (&site.world.verifier).into(),
        UnixTime(NOW.0 - 1),
        UnixTime(NOW.0 + 1_000),
        &own,
    )
    .expect("valid parts");
    let impostor = Verifier::builder((&site.world.verifier).into(), site.world.operator_key())
        .key(keys().1.clone())
        .accept_development_keys()
        .certificate(self_made)
        .clock(FixedClock(NOW))
        .build()
        .expect("complete");
    impostor.add_trust_list(site.world.list.signed().clone()).expect("valid");
    let ask = Ask { policy: wide_policy(), endpoint: "desk".into(), lifetime: Duration::from_secs(60) };
    assert!(matches!(
        impostor.request(ask, &site.world.verifier, &mut site.world.rng),
        Err(AskError::Certificate(CertificateError::Signature))
    ));
}

/// Attack 13: a key of another circuit does not verify this one's proofs.
#[test]
fn keys_belong_to_circuits() {
    let mut site = Site::new(2);
    let request = site.ask(narrow_policy());
    let attempt = site.attempt(&request);
    let presentation = attempt.prove(&site.world, &request).expect("honest");
    let public = attempt.public(&site.world, &request).digest();
    let proof = tacit_verifier::groth16::Proof::from_bytes(&presentation.proof.0).expect("a proof");
    let mut points = keys().1.points().clone();
    points.ic.swap(0, 1);
    let other = tacit_verifier::VerifyingKey::from_points(
        CircuitDigest([4; 32]),
        tacit_verifier::Provenance::Development,
        points,
    )
    .expect("valid points");
    assert_eq!(keys().1.check_proof(&proof, &public), Ok(()));
    assert_eq!(other.check_proof(&proof, &public), Err(ProofError::Invalid));
}
