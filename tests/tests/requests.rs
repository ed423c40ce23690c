//! Requests and certificates: the binary form, what a certificate limits, shared scopes.

use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use std::sync::OnceLock;
use std::time::Duration;
use tacit_credential::certificate::{
    Allowance, CertificateError, Destinations, ExtrasAllowance, VerifierCertificate, VerifierEntry,
    VerifierIdentity,
};
use tacit_credential::date::UnixTime;
use tacit_credential::fixtures::{NOW, World, wide_policy};
use tacit_credential::holder::Scope;
use tacit_credential::policy::{Beyond, DisclosedAttribute, Policy};
use tacit_credential::request::{
    CircuitDigest, PresentationRequest, RequestError, RequestFormatError, SharedScopeError, SignedRequest,
};
use tacit_credential::signing::DetachedSignature;
use tacit_credential::wire::WireError;
use tacit_tests::Site;
use tacit_verifier::{Ask, AskError};

const CIRCUIT: CircuitDigest = CircuitDigest([1; 32]);

fn identity(text: &str) -> VerifierIdentity {
    VerifierIdentity::new(text).expect("a domain")
}

/// A certificate for the world's verifier, by the world's operator.
fn certificate(world: &World, change: impl FnOnce(&mut VerifierEntry)) -> VerifierCertificate {
    let mut entry = VerifierEntry::new(identity("lotus-hotel.example"), "Lotus Hotel 莲花酒店");
    change(&mut entry);
    let (from, until) = (UnixTime(NOW.0 - 1), UnixTime(NOW.0 + 86_400));
    VerifierCertificate::sign(entry, (&world.verifier).into(), from, until, &world.operator)
        .expect("a valid certificate")
}

fn hotel(world: &World) -> VerifierCertificate {
    certificate(world, |entry| {
        entry.shared_scopes.push(identity("lotus-group.example"));
        let labels = ExtrasAllowance::labels(vec!["portrait".into()]).expect("a label");
        entry.allowance =
            Allowance::default().with_disclosures(&[DisclosedAttribute::Name], labels).expect("each once");
    })
}

/// What a hotel asks at check-in, certified.
fn check_in() -> SignedRequest {
    let mut world = World::new(3);
    world.certificate = hotel(&world);
    let policy = r#"{"title":"Check-in at the Lotus Hotel","minimum_age":18,"provinces":["Guangdong","Hunan"],
        "disclose":["name"],"pseudonym":"guest"}"#;
    world.request(CIRCUIT, Policy::from_json(policy).expect("a valid policy"))
}

fn resigned(mut signed: SignedRequest, change: impl FnOnce(&mut PresentationRequest)) -> SignedRequest {
    change(&mut signed.request);
    let message = signed.request.canonical_bytes();
    signed.signature = DetachedSignature::sign(&World::new(3).verifier, &message);
    signed
}

#[test]
fn a_certified_request_is_small_and_reads_back() {
    let signed = check_in();
    let bytes = signed.to_bytes();
    assert!(bytes.len() <= 450, "{} bytes: version 16 of a QR code holds 450 at level M", bytes.len());
    assert_eq!(SignedRequest::from_bytes(&bytes), Ok(signed.clone()));
    assert_eq!(SignedRequest::from_any(&bytes), Ok(signed.clone()));
    assert_eq!(SignedRequest::from_any(signed.to_json().as_bytes()), Ok(signed.clone()));
    assert_eq!(SignedRequest::from_any(format!("\n {}", signed.to_json()).as_bytes()), Ok(signed));
}

/// Every shape that a request can have, right or wrong in the wallet's eyes.
fn shapes() -> &'static [SignedRequest] {
    static SHAPES: OnceLock<Vec<SignedRequest>> = OnceLock::new();
    SHAPES.get_or_init(|| {
        let mut world = World::new(3);
        let everything = world.request(CIRCUIT, wide_policy());
        let nothing = resigned(world.request(CIRCUIT, Policy::default()), |r| r.certificate = None);
        let shared = Policy { shared_scope: Some(identity("lotus-group.example")), ..wide_policy() };
        let shared = world.request(CIRCUIT, shared);
        let desk = certificate(&world, |entry| entry.answers_to = Destinations::Desk);
        let desk = resigned(everything.clone(), |r| r.certificate = Some(desk));
        let hosts = certificate(&world, |entry| {
            let hosts = ["a.example", "lotus-hotel.example", "b.example"].map(identity).to_vec();
            entry.answers_to = Destinations::domains(hosts).expect("three hosts");
        });
        let hosts = resigned(everything.clone(), |r| r.certificate = Some(hosts));
        let other_key = resigned(everything.clone(), |r| {
            r.certificate.as_mut().expect("certified").key = (&SigningKey::from_bytes(&[9; 32])).into();
        });
        let extremes = resigned(everything.clone(), |r| {
            r.epoch.0 = u64::MAX;
            r.expires_at.0 = 0;
            r.endpoint = "x".repeat(2048);
        });
        vec![everything, nothing, shared, desk, hosts, other_key, extremes, check_in()]
    })
}

#[test]
fn every_shape_reads_back_from_both_forms() {
    for (i, signed) in shapes().iter().enumerate() {
        assert_eq!(SignedRequest::from_bytes(&signed.to_bytes()).as_ref(), Ok(signed), "shape {i}");
        assert_eq!(SignedRequest::from_json(signed.to_json().as_bytes()).as_ref(), Ok(signed), "shape {i}");
    }
}

#[test]
fn cut_and_continued_bytes_are_refused() {
    for signed in shapes() {
        let bytes = signed.to_bytes();
        for length in 0..bytes.len() {
            let refusal = SignedRequest::from_bytes(&bytes[..length]);
            assert_eq!(refusal, Err(RequestFormatError::Bytes(WireError::TooShort)), "{length}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(
            SignedRequest::from_bytes(&longer),
            Err(RequestFormatError::Bytes(WireError::TrailingBytes))
        );
    }
    let long = vec![2; 8 * 1024 + 1];
    assert_eq!(SignedRequest::from_bytes(&long), Err(RequestFormatError::TooLarge));
    let long = " ".repeat(64 * 1024 + 1);
    assert_eq!(SignedRequest::from_json(long.as_bytes()), Err(RequestFormatError::TooLarge));
}

/// Attack: two byte strings for one request. Here the host that equals the identity, written out.
#[test]
fn a_request_has_one_binary_form() {
    let bytes = check_in().to_bytes();
    let host = [&[1, 0][..], &[1, 19], b"lotus-group.example"].concat();
    let at = bytes.windows(host.len()).position(|window| window == host).expect("host and shared scope");
    let spelt = [&[1, 19][..], b"lotus-hotel.example"].concat();
    let other = [&bytes[..at], &spelt, &bytes[at + 2..]].concat();
    assert_eq!(SignedRequest::from_bytes(&other), Err(RequestFormatError::NotCanonical));
    // The certificate's key, written out although it is the verifier's.
    let key = World::new(3).verifier.verifying_key().to_bytes();
    let mark = 1 + 32 + 32 + 1;
    let other = [&bytes[..mark], &[1], &key, &bytes[mark + 1..]].concat();
    assert_eq!(SignedRequest::from_bytes(&other), Err(RequestFormatError::NotCanonical));
}

#[test]
fn other_versions_are_refused_as_such() {
    let signed = check_in();
    let mut bytes = signed.to_bytes();
    bytes[0] = 1;
    assert_eq!(SignedRequest::from_any(&bytes), Err(RequestFormatError::Version(1)));
    // What the first version wrote: other fields, and no version in the certificate.
    let first =
        r#"{"request":{"version":1,"circuit":"00","certificate":{"identity":"a.example"}},"signature":"00"}"#;
    assert_eq!(SignedRequest::from_any(first.as_bytes()), Err(RequestFormatError::Version(1)));
    let certificate = first.replace("\"version\":1", "\"version\":2");
    assert_eq!(
        SignedRequest::from_any(certificate.as_bytes()),
        Err(RequestFormatError::Certificate(CertificateError::Version(1)))
    );
    let said = RequestFormatError::Version(1).to_string();
    assert!(said.contains("version 1") && said.contains("version 2"), "{said}");
}

/// Whatever a changed byte makes of a request: it is refused when read, or its signature does not hold, or it says the same.
#[test]
fn every_changed_byte_is_noticed() {
    let signed = check_in();
    let bytes = signed.to_bytes();
    let operator = World::new(3).operator_key();
    assert!(signed.verify(&operator, NOW).is_ok());
    let mut read = 0;
    for at in 0..bytes.len() {
        for change in [1, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[at] ^= change;
            if let Ok(changed) = SignedRequest::from_bytes(&changed) {
                read += 1;
                assert!(changed.verify(&operator, NOW).is_err(), "byte {at} ^ {change:#x}");
            }
        }
    }
    assert!(read > 300, "most changes can be read: {read}");
}

proptest! {
    #[test]
    fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..800)) {
        let mut bytes = bytes;
        for first in [None, Some(2)] {
            if let (Some(version), Some(byte)) = (first, bytes.first_mut()) {
                *byte = version;
            }
            if let Ok(read) = SignedRequest::from_any(&bytes) {
                prop_assert_eq!(read.to_bytes(), bytes.clone());
            }
        }
    }

    /// Pieces of valid requests put together at random places.
    #[test]
    fn spliced_requests_never_panic(
        which in (0usize..8, 0usize..8),
        cuts in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let (a, b) = (shapes()[which.0].to_bytes(), shapes()[which.1].to_bytes());
        let spliced = [&a[..cuts.0.index(a.len())], &b[cuts.1.index(b.len())..]].concat();
        if let Ok(read) = SignedRequest::from_bytes(&spliced) {
            prop_assert_eq!(read.to_bytes(), spliced);
        }
    }
}

// ---- certificates ----

/// A verifier that changes its certificate has another one than the operator signed.
#[test]
fn changed_certificates_are_refused() {
    let operator = World::new(3).operator_key();
    let changes: [fn(&mut VerifierCertificate); 7] = [
        |c| c.allowance = Allowance::everything(),
        |c| c.answers_to = Destinations::Desk,
        |c| c.answers_to = Destinations::domains(vec![identity("evil.example")]).expect("a host"),
        |c| c.shared_scopes.push(identity("bank.example")),
        |c| c.shared_scopes.clear(),
        |c| c.identity = identity("bank.example"),
        |c| c.name = "Bank".into(),
    ];
    for (i, change) in changes.into_iter().enumerate() {
        let forged = resigned(check_in(), |r| change(r.certificate.as_mut().expect("certified")));
        let refusal = forged.verify(&operator, NOW).map(|_| ());
        assert_eq!(refusal, Err(RequestError::Certificate(CertificateError::Signature)), "change {i}");
    }
}

#[test]
fn a_request_beyond_its_certificate_says_so() {
    let world = World::new(3);
    let with = |policy: &str, endpoint: &str| {
        let signed = resigned(check_in(), |r| {
            r.policy = Policy::from_json(policy).expect("a valid policy");
            r.endpoint = endpoint.into();
        });
        assert!(signed.verify(&world.operator_key(), NOW).is_ok(), "a warning, not a refusal");
        signed.request.beyond()
    };
    let at_home = "https://lotus-hotel.example/answers";
    assert_eq!(with(r#"{"disclose":["name","extras"]}"#, at_home), []);
    let birth = [Beyond::Disclosure(DisclosedAttribute::Birth)];
    assert_eq!(with(r#"{"disclose":["name","birth"]}"#, at_home), birth);
    assert_eq!(with(r#"{"minimum_age":18}"#, at_home), [Beyond::Age]);
    let elsewhere = with(r#"{"disclose":["name"]}"#, "https://evil.example/answers");
    assert!(matches!(elsewhere[..], [Beyond::Endpoint(_)]), "{elsewhere:?}");
    let uncertified = resigned(check_in(), |r| r.certificate = None);
    assert_eq!(uncertified.request.beyond(), []);
}

// ---- shared scopes ----

fn asking_under(shared: &str) -> Policy {
    Policy { shared_scope: Some(identity(shared)), ..wide_policy() }
}

#[test]
fn two_businesses_share_a_scope_only_if_certified_for_it() {
    let mut world = World::new(3);
    let shared = Scope::shared("lotus-group.example", "guests").expect("a scope");
    assert_eq!(world.request(CIRCUIT, asking_under("lotus-group.example")).request.scope(), Ok(Some(shared)));
    // Another business of the group, with another identity.
    world.certificate = certificate(&world, |entry| {
        entry.identity = identity("lotus-spa.example");
        entry.shared_scopes.push(identity("lotus-group.example"));
    });
    assert_eq!(world.request(CIRCUIT, asking_under("lotus-group.example")).request.scope(), Ok(Some(shared)));
    // Its own scope stays its own, even under the group's name.
    world.certificate = certificate(&world, |entry| entry.identity = identity("lotus-group.example"));
    assert_ne!(world.request(CIRCUIT, wide_policy()).request.scope(), Ok(Some(shared)));
}

/// The claim alone is wrong; certificate and signatures hold.
#[test]
fn a_shared_scope_that_the_certificate_does_not_list_is_refused_by_both_sides() {
    let mut world = World::new(3);
    let refused = |shared: &str| RequestError::SharedScope(SharedScopeError { shared: identity(shared) });
    let signed = world.request(CIRCUIT, asking_under("bank.example"));
    let said = signed.verify(&world.operator_key(), NOW).map(|_| ());
    assert_eq!(said, Err(refused("bank.example")));
    // Nor does an identity of one's own count as a shared one, nor any without a certificate.
    let signed = world.request(CIRCUIT, asking_under("lotus-hotel.example"));
    assert_eq!(signed.verify(&world.operator_key(), NOW).map(|_| ()), Err(refused("lotus-hotel.example")));
    let bare =
        resigned(world.request(CIRCUIT, asking_under("lotus-group.example")), |r| r.certificate = None);
    assert_eq!(bare.verify(&world.operator_key(), NOW).map(|_| ()), Err(refused("lotus-group.example")));

    let mut site = Site::new(3);
    let ask = |policy| Ask { policy, endpoint: "desk".into(), lifetime: Duration::from_secs(60) };
    let refusal =
        site.verifier.request(ask(asking_under("bank.example")), &site.world.verifier, &mut site.world.rng);
    assert!(matches!(refusal, Err(AskError::SharedScope(error)) if error.shared == identity("bank.example")));
}

/// The pseudonym is the one of the shared scope, for every business that is certified for it.
#[test]
fn the_verifier_computes_the_shared_scope_itself() {
    let mut site = Site::new(3);
    let request = site.ask(asking_under("lotus-group.example"));
    let presentation = site.present(&request);
    let shared = Scope::shared("lotus-group.example", "guests").expect("a scope");
    let verified = site.verifier.verify(&request, &presentation).expect("accepted");
    assert_eq!(verified.pseudonym(), Some(&site.world.secret.pseudonym(&shared)));
}
