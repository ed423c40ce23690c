//! Requests, presentations and trust lists as messages: what changes on the way is refused, and by which check.

use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use tacit_credential::Fr;
use tacit_credential::certificate::{CertificateError, VerifierIdentity};
use tacit_credential::date::UnixTime;
use tacit_credential::eddsa::SecretKey;
use tacit_credential::fixtures::{NOW, World, jurisdiction, narrow_policy, wide_policy};
use tacit_credential::holder::Scope;
use tacit_credential::policy::Policy;
use tacit_credential::possession;
use tacit_credential::presentation::{Disclosed, Presentation, PresentationError, ProofBytes};
use tacit_credential::region::Jurisdiction;
use tacit_credential::request::{CircuitDigest, PresentationRequest, RequestError, SignedRequest};
use tacit_credential::signing::{DetachedSignature, OperatorKey};
use tacit_credential::status::StatusRoot;
use tacit_credential::trust_list::{
    Epoch, ListedKey, SignedTrustList, TrustList, TrustListError, TrustListParameters, VerifiedTrustList,
    possession_context,
};

const CIRCUIT: CircuitDigest = CircuitDigest([1; 32]);

// ---- requests ----

fn verify(world: &World, signed: &SignedRequest) -> Result<(), RequestError> {
    signed.verify(&world.operator_key(), NOW).map(|_| ())
}

/// Changes a request and signs it again with the verifier's key, as a dishonest verifier could.
fn resigned(change: impl FnOnce(&mut PresentationRequest)) -> Result<(), RequestError> {
    let mut world = World::new(3);
    let mut signed = world.request(CIRCUIT, wide_policy());
    change(&mut signed.request);
    signed.signature = DetachedSignature::sign(&world.verifier, &signed.request.canonical_bytes());
    verify(&world, &signed)
}

#[test]
fn a_request_travels_as_json() {
    let mut world = World::new(3);
    let signed = world.request(CIRCUIT, wide_policy());
    assert_eq!(verify(&world, &signed), Ok(()));
    let read: SignedRequest = serde_json::from_str(&signed.to_json()).expect("own output");
    assert_eq!(read, signed);
    assert_eq!(read.request.challenge(), signed.request.challenge());
    let extended = signed.to_json().replacen('{', "{\"also\":1,", 1);
    assert!(serde_json::from_str::<SignedRequest>(&extended).is_err(), "unknown fields are refused");
}

#[test]
fn every_field_of_a_request_is_signed_and_in_the_challenge() {
    let mut world = World::new(3);
    let signed = world.request(CIRCUIT, wide_policy());
    let changes: [fn(&mut PresentationRequest); 10] = [
        |r| r.circuit = CircuitDigest([2; 32]),
        |r| r.verifier = (&SigningKey::from_bytes(&[9; 32])).into(),
        |r| r.certificate = None,
        |r| r.endpoint.push('x'),
        |r| r.trust_list.0[0] ^= 1,
        |r| r.epoch = Epoch(8),
        |r| r.policy = narrow_policy(),
        |r| r.date = r.date.plus_days(1).expect("in range"),
        |r| r.random[31] ^= 1,
        |r| r.expires_at.0 += 1,
    ];
    for (i, change) in changes.into_iter().enumerate() {
        let mut changed = signed.clone();
        change(&mut changed.request);
        assert_ne!(changed.request.challenge(), signed.request.challenge(), "change {i}");
        assert_eq!(verify(&world, &changed), Err(RequestError::Signature), "change {i}");
    }
}

#[test]
fn a_dishonest_verifier_is_refused_by_the_wallet() {
    assert_eq!(resigned(|_| ()), Ok(()));
    assert_eq!(resigned(|r| r.version = 1), Err(RequestError::Version(1)));
    assert_eq!(resigned(|r| r.trust_list.0[0] ^= 1), Err(RequestError::OtherTrustList));
    assert_eq!(resigned(|r| r.expires_at = NOW), Err(RequestError::Expired));
    assert_eq!(resigned(|r| r.endpoint = "  ".into()), Err(RequestError::Endpoint));
    assert_eq!(resigned(|r| r.endpoint = "a\nb".into()), Err(RequestError::Endpoint));
    assert_eq!(resigned(|r| r.date = r.date.plus_days(1).expect("in range")), Ok(()), "around midnight");
    assert!(matches!(
        resigned(|r| r.date = r.date.plus_days(2).expect("in range")),
        Err(RequestError::Date { .. })
    ));
    let signature = Err(RequestError::Certificate(CertificateError::Signature));
    assert_eq!(
        resigned(|r| {
            let certificate = r.certificate.as_mut().expect("certified");
            certificate.identity = VerifierIdentity::new("bank.example").expect("a domain");
        }),
        signature
    );
    assert_eq!(
        resigned(
            |r| r.certificate.as_mut().expect("certified").key = (&SigningKey::from_bytes(&[9; 32])).into()
        ),
        Err(RequestError::OtherKey)
    );
}

#[test]
fn a_certificate_lapses() {
    let mut world = World::new(3);
    let signed = world.request(CIRCUIT, wide_policy());
    let later = UnixTime(world.certificate.not_after.0);
    assert_eq!(
        signed.verify(&world.operator_key(), later).map(|_| ()),
        Err(RequestError::Certificate(CertificateError::NotNow))
    );
}

#[test]
fn scopes_follow_the_certified_identity() {
    let mut world = World::new(3);
    let certified = world.request(CIRCUIT, wide_policy()).request;
    let mut uncertified = certified.clone();
    uncertified.certificate = None;
    let own = Scope::derive("lotus-hotel.example", "guests").expect("valid");
    assert_eq!(certified.scope(), Ok(Some(own)));
    assert_ne!(certified.scope(), uncertified.scope());
    assert_eq!(world.request(CIRCUIT, narrow_policy()).request.scope(), Ok(None));
}

// ---- presentations ----

fn presentation(policy: &Policy) -> Presentation {
    let mut world = World::new(4);
    let request = world.request(CIRCUIT, policy.clone());
    let scope = Scope::random(&mut world.rng);
    let pseudonym = world.secret.pseudonym(&scope);
    let scope = policy.pseudonym.is_none().then_some(scope);
    let disclosed = world.disclosed(policy);
    Presentation::new(request.request.challenge(), ProofBytes([7; 128]), scope, pseudonym, disclosed)
}

#[test]
fn both_forms_round_trip() {
    for policy in [wide_policy(), narrow_policy()] {
        let presentation = presentation(&policy);
        assert_eq!(Presentation::from_json(&presentation.to_json()).as_ref(), Ok(&presentation));
        assert_eq!(Presentation::from_bytes(&presentation.to_bytes()).as_ref(), Ok(&presentation));
    }
}

#[test]
fn a_presentation_without_disclosures_fits_a_small_qr_code() {
    let bytes = presentation(&narrow_policy()).to_bytes();
    assert_eq!(bytes.len(), 3 + 32 + 128 + 32 + 32);
    assert!(bytes.len() <= 400);
}

#[test]
fn damaged_presentations_are_refused() {
    let bytes = presentation(&wide_policy()).to_bytes();
    for length in 0..bytes.len() {
        assert_eq!(Presentation::from_bytes(&bytes[..length]), Err(PresentationError::TooShort), "{length}");
    }
    assert_eq!(Presentation::from_bytes(&[&bytes[..], &[0]].concat()), Err(PresentationError::TrailingBytes));
    let with = |at: usize, value: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = value;
        Presentation::from_bytes(&bytes)
    };
    assert_eq!(with(0, 2), Err(PresentationError::Version(2)));
    assert_eq!(with(1, 2), Err(PresentationError::Flags));
    assert_eq!(with(2, 0xff), Err(PresentationError::DisclosureMask));
}

/// Attack 14: a field element plus the modulus is another byte string for the same value; refused.
#[test]
fn non_canonical_field_elements_are_refused() {
    use ark_ff::{BigInteger, PrimeField};
    let bytes = presentation(&narrow_policy()).to_bytes();
    use PresentationError::{Challenge, Pseudonym, Scope};
    for (at, refusal) in [(3, Challenge), (163, Scope), (195, Pseudonym)] {
        let mut value = ark_ff::BigInt::<4>::default();
        for (limb, chunk) in value.0.iter_mut().zip(bytes[at..at + 32].chunks_exact(8)) {
            *limb = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
        }
        assert!(!value.add_with_carry(&Fr::MODULUS), "fits 256 bits");
        let mut aliased = bytes.clone();
        aliased[at..at + 32].copy_from_slice(&value.to_bytes_le());
        assert_eq!(Presentation::from_bytes(&aliased), Err(refusal));
    }
}

#[test]
fn json_refuses_unknown_fields_and_versions() {
    let json = presentation(&wide_policy()).to_json();
    let unknown = json.replacen('{', "{\"extra\":0,", 1);
    assert_eq!(Presentation::from_json(&unknown), Err(PresentationError::NotJson));
    let spaced = json.replacen(':', ": ", 1);
    assert_eq!(Presentation::from_json(&spaced), Err(PresentationError::NotCanonical));
    assert!(Presentation::from_json(&format!("{json}\n")).is_ok());
    let version = json.replacen("\"version\":1", "\"version\":9", 1);
    assert_eq!(Presentation::from_json(&version), Err(PresentationError::Version(9)));
}

/// The limits that the error's words name: 4 MiB as bytes, 8 MiB as JSON.
#[test]
fn presentations_have_a_largest_size() {
    let mut bytes = presentation(&narrow_policy()).to_bytes();
    bytes.resize(4 << 20, 0);
    assert_eq!(Presentation::from_bytes(&bytes), Err(PresentationError::TrailingBytes));
    bytes.push(0);
    assert_eq!(Presentation::from_bytes(&bytes), Err(PresentationError::TooLarge));
    let mut json = presentation(&narrow_policy()).to_json();
    json.extend(std::iter::repeat_n(' ', (8 << 20) - json.len()));
    assert!(Presentation::from_json(&json).is_ok());
    json.push(' ');
    assert_eq!(Presentation::from_json(&json), Err(PresentationError::TooLarge));
}

proptest! {
    /// Bytes from a peer never panic, and what parses is canonical.
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(presentation) = Presentation::from_bytes(&bytes) {
            prop_assert_eq!(presentation.to_bytes(), bytes);
        }
    }

    #[test]
    fn mutated_bytes_never_panic(at in 0usize..500, value in any::<u8>()) {
        let mut bytes = presentation(&wide_policy()).to_bytes();
        let at = at % bytes.len();
        bytes[at] = value;
        if let Ok(presentation) = Presentation::from_bytes(&bytes) {
            prop_assert_eq!(presentation.to_bytes(), bytes);
        }
    }
}

#[test]
fn the_mask_says_what_is_disclosed() {
    let world = World::new(4);
    let policy = wide_policy();
    let bounds = policy.bounds(NOW.date_utc8()).expect("valid");
    assert_eq!(world.disclosed(&policy).mask(), bounds.disclose);
    assert_eq!(Disclosed::default().mask().bits(), 0);
}

// ---- trust lists ----

fn parameters(world: &World) -> TrustListParameters {
    let TrustList { epoch, predecessor, issued_at, expires_at, issuers, .. } = world.list.list().clone();
    TrustListParameters { epoch, predecessor, issued_at, expires_at, issuers }
}

fn publish(world: &World, parameters: TrustListParameters) -> Result<VerifiedTrustList, TrustListError> {
    SignedTrustList::sign(parameters, &world.operator)?.verify(&world.operator_key())
}

/// What verification says of a list that the operator itself signed, wrongly.
fn dishonest(change: impl FnOnce(&mut TrustList)) -> Result<(), TrustListError> {
    let world = World::new(5);
    let mut list = world.list.list().clone();
    change(&mut list);
    let signature = DetachedSignature::sign(&world.operator, &list.canonical_bytes());
    SignedTrustList { list, signature }.verify(&world.operator_key()).map(|_| ())
}

#[test]
fn lists_are_recomputed_by_their_readers() {
    assert_eq!(dishonest(|_| ()), Ok(()));
    assert_eq!(dishonest(|l| l.root += Fr::from(1u64)), Err(TrustListError::Root));
    assert_eq!(dishonest(|l| l.version = 1), Err(TrustListError::Version(1)));
    assert_eq!(dishonest(|l| l.epoch = Epoch(0)), Err(TrustListError::NoEpoch));
    assert_eq!(dishonest(|l| l.expires_at = l.issued_at), Err(TrustListError::Validity));
    assert_eq!(
        dishonest(|l| l.issuers[0].status.root = StatusRoot(Fr::from(3u64))),
        Err(TrustListError::Root)
    );
    assert!(matches!(dishonest(|l| l.issuers[0].keys.clear()), Err(TrustListError::NoKey(_))));
    assert!(matches!(
        dishonest(|l| {
            let again = l.issuers[0].keys[0].clone();
            l.issuers[0].keys.push(again);
        }),
        Err(TrustListError::DuplicateKey(_))
    ));
    assert!(matches!(
        dishonest(|l| l.issuers[1] = l.issuers[0].clone()),
        Err(TrustListError::DuplicateIssuer(_))
    ));
    // Another issuer's proof of possession replayed under one's own id.
    assert!(matches!(
        dishonest(|l| l.issuers[0].keys[0] = l.issuers[1].keys[0].clone()),
        Err(TrustListError::Possession { .. })
    ));
}

/// The world's list with the first issuer's jurisdiction set to `area`, each of its keys proved for that.
fn with_jurisdiction(world: &mut World, area: &str) -> TrustListParameters {
    let mut changed = parameters(world);
    let (operator, key) = (world.operator_key(), SecretKey::generate(&mut world.rng));
    let issuer = &mut changed.issuers[0];
    issuer.jurisdiction = jurisdiction(area);
    let context = possession_context(&operator, &issuer.id, &issuer.jurisdiction);
    let possession = possession::prove(&key, &context, &mut world.rng);
    issuer.keys = vec![ListedKey { key: key.public_key(), possession }];
    changed
}

/// "One account a person" across issuers: nobody reads a list in which two of them may enrol the same people.
#[test]
fn issuers_listed_together_have_disjoint_jurisdictions() {
    for (area, shared) in [
        ("440300-440399", false),
        ("430200", false),
        ("430199", true),
        ("Hunan", true),
        ("000000-999999", true),
    ] {
        let mut world = World::new(5);
        let changed = with_jurisdiction(&mut world, area);
        let [issuer, other] = [0, 1].map(|i| changed.issuers[i].id.clone());
        let expected =
            if shared { Err(TrustListError::SharedJurisdiction { issuer, other }) } else { Ok(()) };
        // By whoever signs, and by whoever reads what was signed all the same.
        assert_eq!(publish(&world, changed.clone()).map(drop), expected, "{area}");
        let mut list = world.list.list().clone();
        list.issuers = changed.issuers;
        let signature = DetachedSignature::sign(&world.operator, &list.canonical_bytes());
        let read = SignedTrustList { list, signature }.verify(&world.operator_key()).map(drop);
        assert_eq!(read, if shared { expected } else { Err(TrustListError::Root) }, "{area}");
    }
}

/// The jurisdiction is in the bytes that the operator signs and in the proofs of possession, in one spelling.
#[test]
fn jurisdictions_are_signed() {
    let world = World::new(5);
    let mut tampered = world.list.signed().clone();
    tampered.list.issuers[0].jurisdiction = jurisdiction("440300-440398");
    assert_eq!(tampered.verify(&world.operator_key()).map(drop), Err(TrustListError::Signature));
    assert!(matches!(
        dishonest(|l| l.issuers[0].jurisdiction = jurisdiction("440300-440398")),
        Err(TrustListError::Possession { .. })
    ));
    // Number of ranges, first and last code, after the name: big-endian words of 64 bits.
    let words = |words: &[u64]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>();
    let mut list = world.list.list().clone();
    let name = list.issuers[0].name.as_bytes().to_vec();
    list.issuers[0].jurisdiction = Jurisdiction::parse(["440300-440399", "Hunan"]).expect("areas");
    let expected = [&name[..], &words(&[2, 430_000, 439_999, 440_300, 440_399])].concat();
    let bytes = list.canonical_bytes();
    assert_eq!(bytes.windows(expected.len()).filter(|window| *window == expected).count(), 1);
    // Another spelling of the set is no list.
    let json = world.list.signed().to_json();
    let (whole, halves) = (r#""to": "440399""#, r#""to": "440350" }, { "from": "440351", "to": "440399""#);
    let split = json.replace(whole, halves);
    assert_ne!(split, json);
    let error = serde_json::from_str::<SignedTrustList>(&split).unwrap_err().to_string();
    assert!(error.contains("ascending order"), "{error}");
}

#[test]
fn lists_of_another_operator_are_refused() {
    let world = World::new(5);
    let other = OperatorKey::from(&SigningKey::from_bytes(&[99; 32]));
    let signed = world.list.signed().clone();
    assert_eq!(signed.clone().verify(&other).map(|_| ()), Err(TrustListError::OtherOperator));
    let mut tampered = signed;
    tampered.list.expires_at.0 += 1;
    assert_eq!(tampered.verify(&world.operator_key()).map(|_| ()), Err(TrustListError::Signature));
}

#[test]
fn paths_lead_from_every_key_to_the_root() {
    let mut world = World::new(5);
    for issuer in &world.list.list().issuers {
        let key = &issuer.keys[0].key;
        let path = world.list.path(key).expect("listed");
        let mut current = tacit_credential::trust_list::issuer_leaf(key, issuer.status.root);
        for children in &path.children {
            assert!(children.contains(&current));
            current = tacit_credential::poseidon::hash(children);
        }
        assert_eq!(current, world.list.root());
    }
    let stranger = SecretKey::generate(&mut world.rng).public_key();
    assert_eq!(world.list.path(&stranger), None);
}

/// The successor of the world's list after one change.
fn successor(change: impl FnOnce(&mut TrustListParameters)) -> Result<(), TrustListError> {
    let world = World::new(5);
    let mut next = parameters(&world);
    next.epoch = Epoch(8);
    next.predecessor = Some(world.list.digest());
    change(&mut next);
    publish(&world, next)?.follows(&world.list)
}

#[test]
fn the_chain_takes_nothing_back() {
    assert_eq!(successor(|_| ()), Ok(()));
    let chain = |found| Err(TrustListError::Chain { previous: Epoch(7), found: Epoch(found) });
    assert_eq!(successor(|p| p.epoch = Epoch(9)), chain(9));
    assert_eq!(successor(|p| p.epoch = Epoch(7)), chain(7));
    assert_eq!(successor(|p| p.predecessor = None), chain(8));
    assert_eq!(successor(|p| p.issued_at.0 -= 1), chain(8));
    assert!(matches!(successor(|p| p.issuers[1].status.sequence = 0), Err(TrustListError::OlderStatus(_))));
    assert!(matches!(
        successor(|p| p.issuers[1].status.root = StatusRoot(Fr::from(1u64))),
        Err(TrustListError::OlderStatus(_))
    ));
    let mut world = World::new(5);
    let mut moved = with_jurisdiction(&mut world, "440300-440398");
    (moved.epoch, moved.predecessor) = (Epoch(8), Some(world.list.digest()));
    assert!(matches!(
        publish(&world, moved).and_then(|next| next.follows(&world.list)),
        Err(TrustListError::MovedJurisdiction(_))
    ));
    assert_eq!(successor(|p| p.issuers.truncate(1)), Ok(()), "an issuer may be removed");
}
