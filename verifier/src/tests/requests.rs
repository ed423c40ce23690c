//! [`Verifier::request`] and the builder, and presentations whose bytes are not canonical.

use tacit_credential::certificate::CertificateError;
use tacit_credential::fixtures::{NOW, narrow_policy, wide_policy};
use tacit_credential::policy::PolicyError;
use tacit_credential::presentation::PresentationError;
use tacit_credential::trust_list::Epoch;

use super::*;

#[test]
fn a_request_says_what_was_asked() {
    let mut site = Site::new();
    let signed = site.request(wide_policy());
    let verified = signed.verify(&site.world.operator_key(), NOW).unwrap();
    let request = verified.request();
    assert!(verified.is_certified());
    assert_eq!((request.circuit, request.epoch, &request.policy), (circuit(), Epoch(7), &wide_policy()));
    assert_eq!((request.date, request.expires_at), (NOW.date_utc8(), UnixTime(NOW.0 + 300)));
    assert_eq!(site.store.len(), 1);
    assert_ne!(site.request(wide_policy()).request.challenge(), signed.request.challenge());
}

#[test]
fn requests_that_cannot_be_answered_are_not_made() {
    let mut site = Site::new();
    let mut refused = |change: &dyn Fn(&mut Ask)| {
        let mut ask = ask(wide_policy());
        change(&mut ask);
        site.verifier.request(ask, &site.world.verifier, &mut site.world.rng).expect_err("a refusal")
    };
    assert!(matches!(refused(&|ask| ask.lifetime = Duration::ZERO), AskError::Lifetime));
    assert!(matches!(refused(&|ask| ask.lifetime = Duration::from_millis(999)), AskError::Lifetime));
    assert!(matches!(
        refused(&|ask| ask.lifetime = MAX_LIFETIME + Duration::from_secs(1)),
        AskError::Lifetime
    ));
    assert!(matches!(refused(&|ask| ask.endpoint = " ".into()), AskError::Endpoint));
    assert!(matches!(refused(&|ask| ask.endpoint = "a\nb".into()), AskError::Endpoint));
    assert!(matches!(refused(&|ask| ask.endpoint = "x".repeat(2049)), AskError::Endpoint));
    // Attack 13: an empty set is no policy. Attack 10: nor is an age that makes no sense.
    let empty = refused(&|ask| ask.policy.provinces = Some(Vec::new()));
    assert!(matches!(empty, AskError::Policy(PolicyError::NoProvinces)));
    let age = refused(&|ask| (ask.policy.minimum_age, ask.policy.maximum_age) = (Some(60), Some(18)));
    assert!(matches!(age, AskError::Policy(PolicyError::MinimumAboveMaximum)));
    let old = refused(&|ask| ask.policy.max_status_age_hours = 0);
    assert!(matches!(old, AskError::Policy(PolicyError::StatusAgeZero)));

    let other = SigningKey::from_bytes(&[8; 32]);
    let error =
        site.verifier.request(ask(wide_policy()), &other, &mut site.world.rng).expect_err("a refusal");
    assert!(matches!(error, AskError::OtherKey));
    assert!(site.store.is_empty());
}

#[test]
fn requests_need_a_fresh_list_and_a_valid_certificate() {
    let mut site = Site::without_list();
    let mut try_with = |hours: u32| {
        let policy = Policy { max_status_age_hours: hours, ..narrow_policy() };
        site.verifier.request(ask(policy), &site.world.verifier, &mut site.world.rng)
    };
    assert!(matches!(try_with(24), Err(AskError::NoTrustList)));
    site.verifier.add_trust_list(site.world.list.signed().clone()).unwrap();
    site.clock.set(UnixTime(site.world.list.list().issued_at.0 + 3600));
    try_with(1).unwrap();
    site.clock.advance(1);
    assert!(matches!(try_with(1), Err(AskError::StatusTooOld { hours: 1, allowed: 1 })));
    site.clock.set(UnixTime(site.world.certificate.not_after.0));
    assert!(matches!(try_with(240), Err(AskError::Certificate(CertificateError::NotNow))));
}

#[test]
fn a_repeating_random_generator_is_noticed() {
    let site = Site::new();
    let request = || {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        site.verifier.request(ask(wide_policy()), &site.world.verifier, &mut rng)
    };
    request().unwrap();
    assert!(matches!(request(), Err(AskError::Challenge(ChallengeError::Duplicate))));
}

#[test]
fn verifiers_that_do_not_fit_together_are_not_built() {
    let world = World::new(1);
    let builder = || Verifier::builder(VerifierKey::from(&world.verifier), world.operator_key());
    assert_eq!(builder().build().err(), Some(BuildError::NoKey));
    assert_eq!(builder().key(key()).build().err(), Some(KeyUseError::Development(circuit()).into()));
    let twice = builder().key(key()).key(key()).accept_development_keys();
    assert_eq!(twice.build().err(), Some(KeyUseError::Duplicate(circuit()).into()));
    let other = VerifierKey::from(&SigningKey::from_bytes(&[8; 32]));
    let foreign = Verifier::builder(other, world.operator_key())
        .key(key())
        .accept_development_keys()
        .certificate(world.certificate.clone());
    assert_eq!(foreign.build().err(), Some(BuildError::CertificateKey));
    let ceremony = VerifyingKey::from_points(circuit(), Provenance::Ceremony, points(prover())).unwrap();
    assert!(builder().key(ceremony).build().is_ok());
}

/// r, little-endian.
fn modulus() -> [u8; 32] {
    use ark_ff::PrimeField;
    let mut bytes = [0; 32];
    for (to, limb) in bytes.chunks_exact_mut(8).zip(Fr::MODULUS.0) {
        to.copy_from_slice(&limb.to_le_bytes());
    }
    bytes
}

/// `bytes + r` as an integer: another string for the same field element.
fn plus_modulus(bytes: &[u8]) -> [u8; 32] {
    let (mut sum, mut carry) = ([0; 32], 0u16);
    for (i, (a, b)) in bytes.iter().zip(modulus()).enumerate() {
        carry += u16::from(*a) + u16::from(b);
        sum[i] = carry as u8;
        carry >>= 8;
    }
    assert_eq!(carry, 0, "a field element and r fit 256 bits");
    sum
}

/// Attack 14: a field element has one string of bytes. A pseudonym + r would be a second account for the same person.
#[test]
fn non_canonical_field_elements_are_refused() {
    let mut site = Site::new();
    let request = site.request(narrow_policy());
    let presentation = site.answer(&request);
    let bytes = presentation.to_bytes();
    assert_eq!(Presentation::from_bytes(&bytes).as_ref(), Ok(&presentation));
    // Challenge at 3, scope at 163, pseudonym at 195: see `Presentation::to_bytes`.
    use PresentationError::{Challenge, Pseudonym, Scope};
    for (at, refusal) in [(3, Challenge), (163, Scope), (195, Pseudonym)] {
        let mut alias = bytes.clone();
        alias[at..at + 32].copy_from_slice(&plus_modulus(&bytes[at..at + 32]));
        assert_eq!(Presentation::from_bytes(&alias), Err(refusal), "byte {at}");
    }
    let json = presentation.to_json();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for value in [&bytes[3..35], &bytes[163..195], &bytes[195..227]] {
        assert!(json.contains(&hex(value)));
        let alias = json.replace(&hex(value), &hex(&plus_modulus(value)));
        assert_eq!(Presentation::from_json(&alias), Err(PresentationError::NotJson));
    }
}

/// Attack 10, and the ranges that the circuit relies on: values that do not fit are refused before there is
/// anything to verify.
#[test]
fn disclosed_values_out_of_range_are_refused() {
    let mut site = Site::new();
    for (attribute, bad, refusal) in [
        ("birth", vec![0, 2, 0, 0], PresentationError::Birth),
        ("expiry", vec![0, 2, 0, 0], PresentationError::Expiry),
        ("region", vec![0, 0x10, 0, 0], PresentationError::Region),
        ("region", vec![0, 0, 0, 0], PresentationError::Region),
        ("sex", vec![4], PresentationError::Sex),
        ("sex", vec![0], PresentationError::Sex),
        ("name", vec![0, 0], PresentationError::Name),
    ] {
        let policy = Policy::from_json(&format!(r#"{{"disclose":["{attribute}"]}}"#)).unwrap();
        let request = site.request(policy);
        let presentation = site.answer(&request);
        let mut bytes = presentation.to_bytes();
        site.verifier.verify(&request, &Presentation::from_bytes(&bytes).unwrap()).unwrap();
        bytes.truncate(227);
        bytes.extend_from_slice(&bad);
        assert_eq!(Presentation::from_bytes(&bytes), Err(refusal), "{attribute} {bad:?}");
    }
}
