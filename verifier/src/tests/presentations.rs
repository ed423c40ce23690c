//! [`Verifier::verify`]: what it accepts, and every refusal.

use ark_bn254::Bn254;
use tacit_credential::certificate::VerifierIdentity;
use tacit_credential::date::Date;
use tacit_credential::expiry::Expiry;
use tacit_credential::extras::DisclosedExtras;
use tacit_credential::fixtures::{NOW, date, narrow_policy, wide_policy};
use tacit_credential::holder::{Pseudonym, Scope};
use tacit_credential::number::Sex;
use tacit_credential::policy::DisclosedAttribute;
use tacit_credential::presentation::ProofBytes;
use tacit_credential::region::RegionCode;
use tacit_credential::trust_list::{Epoch, TrustListId};

use super::*;
use crate::groth16::Element;

#[test]
fn an_honest_answer_is_accepted() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let presentation = site.answer(&request);
    let verified = site.verifier.verify(&request, &presentation).unwrap();
    assert_eq!(verified.policy(), &wide_policy());
    assert_eq!(verified.disclosed(), &presentation.disclosed);
    assert_eq!(verified.disclosed().birth, Some(date("1990-06-15")));
    assert_eq!(
        verified.pseudonym(),
        Some(&site.world.secret.pseudonym(&request.request.scope().unwrap().unwrap()))
    );
    assert_eq!(verified.epoch(), Epoch(7));
    assert_eq!(verified.challenge(), &request.request.challenge());
    assert_eq!(verified.verified_at(), NOW);
    assert!(verified.development_key());
    let debug = format!("{verified:?}");
    assert!(!debug.contains("1990") && !debug.contains("李"), "no attribute values in the log: {debug}");
}

#[test]
fn without_a_scope_there_is_no_pseudonym() {
    let mut site = Site::new();
    let request = site.request(narrow_policy());
    let presentation = site.answer(&request);
    let verified = site.verifier.verify(&request, &presentation).unwrap();
    assert_eq!(verified.pseudonym(), None);
    assert_eq!(verified.disclosed(), &Disclosed::default());
}

#[test]
fn other_verifiers_requests_are_refused() {
    let mut site = Site::new();
    let own = site.request(wide_policy());
    let presentation = site.answer(&own);
    // Attack 3: same policy, other verifier.
    let mut other = own.clone();
    other.request.verifier = VerifierKey::from(&SigningKey::from_bytes(&[9; 32]));
    assert!(matches!(site.refused(&other, &presentation), VerifyError::OtherVerifier));
    // Under this verifier's key, but by a signature of somebody else, even if its challenge were open here.
    let mut forged = own.clone();
    forged.request.endpoint = "elsewhere".into();
    site.issue(&forged);
    let presentation = site.answer(&forged);
    assert!(matches!(site.refused(&forged, &presentation), VerifyError::RequestSignature));
}

/// A verifier accepts only what it issued, be the signature ever so good.
#[test]
fn requests_that_were_not_issued_are_refused() {
    let mut site = Site::new();
    let request = site.world.request(circuit(), wide_policy());
    let presentation = site.answer(&request);
    assert!(matches!(site.refused(&request, &presentation), VerifyError::Challenge(ChallengeError::Unknown)));
    site.issue(&request);
    site.verifier.verify(&request, &presentation).unwrap();
}

/// Attack 3: the challenge binds the whole request.
#[test]
fn an_answer_to_another_request_is_refused() {
    let mut site = Site::new();
    let (first, second) = (site.request(wide_policy()), site.request(wide_policy()));
    let presentation = site.answer(&first);
    assert!(matches!(site.refused(&second, &presentation), VerifyError::OtherChallenge));
    // Same challenge, other policy: the challenge is computed from the request, not read from anywhere.
    let mut weaker = first.clone();
    weaker.request.policy.minimum_age = None;
    assert!(matches!(site.refused(&weaker, &presentation), VerifyError::OtherChallenge));
    // With the other challenge written over it, the proof does not hold.
    let mut relabelled = presentation.clone();
    relabelled.challenge = second.request.challenge();
    assert!(matches!(site.refused(&second, &relabelled), VerifyError::Proof(ProofError::Invalid)));
}

#[test]
fn a_second_answer_is_refused() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let presentation = site.answer(&request);
    site.verifier.verify(&request, &presentation).unwrap();
    let used = |error| matches!(error, VerifyError::Challenge(ChallengeError::Used));
    assert!(used(site.refused(&request, &presentation)));
    // Attack 14: a re-randomised proof has other bytes and is the same presentation.
    let proof = tacit_prover::Proof::from_bytes(&presentation.proof.0).unwrap();
    let key = prover().key().verifying_key();
    let other = ark_groth16::Groth16::<Bn254>::rerandomize_proof(key, proof.points(), &mut site.world.rng);
    let mut bytes = Vec::new();
    ark_serialize::CanonicalSerialize::serialize_compressed(&other, &mut bytes).unwrap();
    let mut copy = presentation.clone();
    copy.proof = ProofBytes(bytes.try_into().unwrap());
    assert_ne!(copy.proof, presentation.proof);
    super::key()
        .check_proof(&groth16::Proof::from_bytes(&copy.proof.0).unwrap(), &site.public(&request).digest())
        .unwrap();
    assert!(used(site.refused(&request, &copy)));
}

#[test]
fn rubbish_does_not_use_up_the_challenge() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let honest = site.answer(&request);
    let mut rubbish = honest.clone();
    rubbish.pseudonym = Pseudonym::from_field(Fr::from(1));
    assert!(matches!(site.refused(&request, &rubbish), VerifyError::Proof(ProofError::Invalid)));
    site.verifier.verify(&request, &honest).unwrap();
}

#[test]
fn racing_copies_get_one_acceptance() {
    let mut site = Site::new();
    for _ in 0..8 {
        let request = site.request(wide_policy());
        let presentation = site.answer(&request);
        let barrier = std::sync::Barrier::new(2);
        let race = || {
            barrier.wait();
            site.verifier.verify(&request, &presentation)
        };
        let outcomes =
            std::thread::scope(|scope| [scope.spawn(race), scope.spawn(race)].map(|t| t.join().unwrap()));
        let used = |o: &Result<_, _>| matches!(o, Err(VerifyError::Challenge(ChallengeError::Used)));
        assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 1);
        assert_eq!(outcomes.iter().filter(|o| used(o)).count(), 1);
    }
}

#[test]
fn expired_requests_are_refused() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let presentation = site.answer(&request);
    let end = request.request.expires_at;
    site.clock.set(end);
    assert!(
        matches!(site.refused(&request, &presentation), VerifyError::RequestExpired { expired_at } if expired_at == end)
    );
    site.clock.set(UnixTime(end.0 - 1));
    site.verifier.verify(&request, &presentation).unwrap();
}

#[test]
fn the_date_is_todays() {
    let mut site = Site::new();
    for days in [-2i64, -1, 1, 2, 365] {
        let day = Date::from_days((i64::from(NOW.date_utc8().days()) + days) as u32).unwrap();
        let request = site.issued(wide_policy(), |parameters| parameters.date = day);
        let presentation = site.answer(&request);
        let error = site.refused(&request, &presentation);
        assert!(matches!(error, VerifyError::RequestDate { requested, .. } if requested == day), "{days}");
    }
}

/// The day changes at midnight in China, 16:00 UTC, and a request may be answered over it.
#[test]
fn a_request_outlives_midnight_but_not_the_hour() {
    let mut site = Site::new();
    let midnight = UnixTime(NOW.0 - NOW.0 % 86_400 + 16 * 3600);
    assert_ne!(midnight.date_utc8(), UnixTime(midnight.0 - 1).date_utc8());
    site.clock.set(UnixTime(midnight.0 - 60));
    let request = site.request(wide_policy());
    assert_eq!(request.request.date, NOW.date_utc8());
    let presentation = site.answer(&request);
    site.clock.set(UnixTime(midnight.0 + 60));
    let verified = site.verifier.verify(&request, &presentation).unwrap();
    // Ages and validity count for the day of the request, whichever day it is by now.
    assert_eq!(verified.date(), request.request.date);
    assert_ne!(verified.date(), verified.verified_at().date_utc8());

    let late = site.issued(wide_policy(), |parameters| parameters.expires_at = UnixTime(midnight.0 + 7_200));
    site.clock.set(UnixTime(midnight.0 + MAX_LIFETIME.as_secs()));
    let presentation = site.answer(&late);
    assert!(matches!(site.refused(&late, &presentation), VerifyError::RequestDate { .. }));
}

/// Attack 7: what is unknown is refused, never replaced by a default. Attack 13: the circuit's digest counts.
#[test]
fn unknown_circuit_list_or_epoch_is_refused() {
    let mut site = Site::new();
    let other = CircuitDigest([7; 32]);
    let request = site.issued(wide_policy(), |parameters| parameters.circuit = other);
    let presentation = site.answer(&request);
    assert!(
        matches!(site.refused(&request, &presentation), VerifyError::UnknownCircuit(digest) if digest == other)
    );

    let request = site.issued(wide_policy(), |parameters| parameters.trust_list = TrustListId([0; 32]));
    let presentation = site.answer(&request);
    assert!(matches!(site.refused(&request, &presentation), VerifyError::OtherTrustList));

    let request = site.issued(wide_policy(), |parameters| parameters.epoch = Epoch(8));
    let presentation = site.answer(&request);
    assert!(matches!(site.refused(&request, &presentation), VerifyError::UnknownEpoch(Epoch(8))));
}

#[test]
fn stale_and_lapsed_lists_are_refused() {
    let mut site = Site::new();
    let made = site.world.list.list().issued_at;
    let policy = Policy { max_status_age_hours: 2, ..wide_policy() };
    let request = site.issued(policy, |parameters| parameters.expires_at = UnixTime(NOW.0 + 100_000));
    let presentation = site.answer(&request);
    site.clock.set(UnixTime(made.0 + 2 * 3600 + 1));
    let error = site.refused(&request, &presentation);
    assert!(matches!(error, VerifyError::StatusTooOld { epoch: Epoch(7), hours: 2, allowed: 2 }));
    site.clock.set(UnixTime(made.0 + 2 * 3600));
    site.verifier.verify(&request, &presentation).unwrap();

    let end = site.world.list.list().expires_at;
    site.clock.set(end);
    let request = site.issued(wide_policy(), |parameters| {
        parameters.date = end.date_utc8();
        parameters.expires_at = UnixTime(end.0 + 60);
    });
    let presentation = site.answer(&request);
    let error = site.refused(&request, &presentation);
    assert!(
        matches!(error, VerifyError::TrustListExpired { epoch: Epoch(7), expired_at } if expired_at == end)
    );
}

/// Attack 17: a scope that was asked for is computed here; one that was not asked for is random and must be there.
#[test]
fn scopes_are_neither_taken_over_nor_defaulted() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let mut public = site.public(&request);
    let mut given = site.presentation(&request, &public);
    given.scope = Some(Scope::from_field(public.scope));
    assert!(matches!(site.refused(&request, &given), VerifyError::ScopeGiven));
    // A pseudonym under another scope: the proof of it does not hold for the scope of the request.
    let scope = Scope::derive("lotus-hotel.example", "another label").unwrap();
    (public.scope, public.pseudonym) = (scope.as_field(), site.world.secret.pseudonym(&scope).as_field());
    let other = site.presentation(&request, &public);
    assert!(matches!(site.refused(&request, &other), VerifyError::Proof(ProofError::Invalid)));

    let request = site.request(narrow_policy());
    let mut missing = site.answer(&request);
    missing.scope = None;
    assert!(matches!(site.refused(&request, &missing), VerifyError::ScopeMissing));
    // Nor is a missing one zero.
    let mut public = site.public(&request);
    public.scope = Fr::from(0);
    let mut missing = site.presentation(&request, &public);
    missing.scope = None;
    assert!(matches!(site.refused(&request, &missing), VerifyError::ScopeMissing));
}

/// A shared scope counts only if the request's certificate lists it. Everything else about the presentation holds.
#[test]
fn shared_scopes_are_certified_ones() {
    let mut site = Site::new();
    let under =
        |shared: &str| Policy { shared_scope: Some(VerifierIdentity::new(shared).unwrap()), ..wide_policy() };
    let request = site.request(under("lotus-group.example"));
    let answer = site.answer(&request);
    let mut presentation = answer.clone();
    let scope = Scope::shared("lotus-group.example", "guests").unwrap();
    let verified = site.verifier.verify(&request, &answer).unwrap();
    assert_eq!(verified.pseudonym(), Some(&site.world.secret.pseudonym(&scope)));

    let claimed = site.issued(under("bank.example"), |_| ());
    presentation.challenge = claimed.request.challenge();
    let error = site.refused(&claimed, &presentation);
    assert!(matches!(error, VerifyError::SharedScope(error) if error.shared.as_str() == "bank.example"));
    let ask = ask(under("bank.example"));
    let error = site.verifier.request(ask, &site.world.verifier, &mut site.world.rng);
    assert!(matches!(error, Err(AskError::SharedScope(_))));
}

fn conceal(disclosed: &mut Disclosed, attribute: DisclosedAttribute) {
    match attribute {
        DisclosedAttribute::Number => disclosed.number = None,
        DisclosedAttribute::Name => disclosed.name = None,
        DisclosedAttribute::Birth => disclosed.birth = None,
        DisclosedAttribute::Sex => disclosed.sex = None,
        DisclosedAttribute::Region => disclosed.region = None,
        DisclosedAttribute::Expiry => disclosed.expiry = None,
        DisclosedAttribute::Extras => disclosed.extras = None,
    }
}

#[test]
fn exactly_the_disclosures_asked_for() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let honest = site.answer(&request);
    for attribute in DisclosedAttribute::ALL {
        let mut less = honest.clone();
        conceal(&mut less.disclosed, attribute);
        let error = site.refused(&request, &less);
        assert!(matches!(error, VerifyError::NotDisclosed(missing) if missing == attribute), "{attribute}");
    }
    let narrow = site.request(narrow_policy());
    for attribute in DisclosedAttribute::ALL {
        let mut more = site.answer(&narrow);
        more.disclosed = honest.disclosed.clone();
        for other in DisclosedAttribute::ALL.into_iter().filter(|other| *other != attribute) {
            conceal(&mut more.disclosed, other);
        }
        let error = site.refused(&narrow, &more);
        assert!(matches!(error, VerifyError::NotAsked(excess) if excess == attribute), "{attribute}");
    }
}

/// Every value that the presentation contributes is in the proof's public input: changed alone, the proof does
/// not hold.
#[test]
fn changed_values_break_the_proof() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let honest = site.answer(&request);
    let changes: [fn(&mut Presentation); 9] = [
        |p| p.pseudonym = Pseudonym::from_field(Fr::from(5)),
        |p| p.disclosed.number = Some(tacit_credential::fixtures::number(440_305, "1990-06-15", 18)),
        |p| p.disclosed.name = Some(tacit_credential::name::Name::new("李小虎").unwrap()),
        |p| p.disclosed.birth = Some(date("1990-06-16")),
        |p| p.disclosed.sex = Some(Sex::Male),
        |p| p.disclosed.region = Some(RegionCode::new(440_304).unwrap()),
        |p| p.disclosed.expiry = Some(Expiry::LONG_TERM),
        |p| p.disclosed.extras = Some(DisclosedExtras::new(vec![[3; 32]], Vec::new()).unwrap()),
        |p| p.proof = prove(Fr::from(1)),
    ];
    for (i, change) in changes.into_iter().enumerate() {
        let mut changed = honest.clone();
        change(&mut changed);
        assert!(
            matches!(site.refused(&request, &changed), VerifyError::Proof(ProofError::Invalid)),
            "change {i}"
        );
    }
    // And every value that the verifier computes itself: a proof about another one does not hold.
    let honest = site.public(&request);
    let lies: [fn(&mut PublicValues); 9] = [
        |p| p.trust_root += Fr::from(1),
        |p| p.scope += Fr::from(1),
        |p| p.challenge += Fr::from(1),
        |p| p.word.born_from += 1,
        |p| p.word.born_to += 1,
        |p| p.word.today -= 1,
        |p| p.word.region_from -= 1,
        |p| p.word.region_to += 1,
        |p| p.word.provinces |= 1 << 1,
    ];
    for (i, lie) in lies.into_iter().enumerate() {
        let mut public = honest.clone();
        lie(&mut public);
        let presentation = site.presentation(&request, &public);
        let error = site.refused(&request, &presentation);
        assert!(matches!(error, VerifyError::Proof(ProofError::Invalid)), "lie {i}");
    }
}

#[test]
fn malformed_proofs_are_refused_by_name() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let honest = site.answer(&request);
    let mut identity = [0; 64];
    identity[63] = 1 << 6;
    let cases: [(usize, &[u8], Element, PointError); 8] = [
        (0, &identity[32..], Element::A, PointError::Identity),
        (32, &identity, Element::B, PointError::Identity),
        (96, &identity[32..], Element::C, PointError::Identity),
        (0, &[0xff; 32], Element::A, PointError::NotCanonical),
        (32, &[0x3f; 64], Element::B, PointError::NotCanonical),
        (0, &[0; 32], Element::A, PointError::OffCurve),
        (96, &[0; 32], Element::C, PointError::OffCurve),
        (32, &outside_subgroup(), Element::B, PointError::OutsideSubgroup),
    ];
    for (from, patch, expected, cause) in cases {
        let mut changed = honest.clone();
        changed.proof.0[from..from + patch.len()].copy_from_slice(patch);
        let error = site.refused(&request, &changed);
        let found = |e: &VerifyError| matches!(e, VerifyError::Proof(ProofError::Point { element, cause: c }) if *element == expected && *c == cause);
        assert!(found(&error), "{expected} {cause:?}: {error:?}");
    }
    // Well-formed points in the wrong places, and the other root of a point.
    let mut swapped = honest.clone();
    let (a, c): ([u8; 32], [u8; 32]) =
        (honest.proof.0[..32].try_into().unwrap(), honest.proof.0[96..].try_into().unwrap());
    swapped.proof.0[..32].copy_from_slice(&c);
    swapped.proof.0[96..].copy_from_slice(&a);
    assert!(matches!(site.refused(&request, &swapped), VerifyError::Proof(ProofError::Invalid)));
    for sign in [31, 95, 127] {
        let mut negated = honest.clone();
        negated.proof.0[sign] ^= 1 << 7;
        assert!(matches!(site.refused(&request, &negated), VerifyError::Proof(ProofError::Invalid)));
    }
    assert_eq!(groth16::Proof::from_bytes(&honest.proof.0[..127]), Err(ProofError::Length { found: 127 }));
    assert_eq!(groth16::Proof::from_bytes(&[0; 129]), Err(ProofError::Length { found: 129 }));
}

/// A compressed point of the twist of another order than r.
pub(super) fn outside_subgroup() -> [u8; 64] {
    (0u8..)
        .map(|x| {
            let mut bytes = [0; 64];
            bytes[0] = x;
            bytes
        })
        .find(|bytes| curve::points::read_g2(bytes) == Err(PointError::OutsideSubgroup))
        .unwrap()
}

#[test]
fn the_sender_learns_nothing_from_a_refusal() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let mut presentation = site.answer(&request);
    presentation.pseudonym = Pseudonym::from_field(Fr::from(1));
    let first = site.refused(&request, &presentation).refusal();
    presentation.scope = Some(Scope::from_field(Fr::from(1)));
    let second = site.refused(&request, &presentation).refusal();
    assert_eq!((first, first.to_string()), (second, "the presentation was not accepted".into()));
}
