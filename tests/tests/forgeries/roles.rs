//! What issuers, wallets and policies must refuse before any proof is made.

use tacit_credential::Fr;
use tacit_credential::attributes::Attributes;
use tacit_credential::certificate::{CertificateError, VerifierIdentity};
use tacit_credential::credential::Credential;
use tacit_credential::date::UnixTime;
use tacit_credential::enrolment::{EnrolRequest, LossCode, LossCodeDigest};
use tacit_credential::extras::{ExtraAttribute, ExtrasError};
use tacit_credential::fixtures::{NOW, World, date, jurisdiction, narrow_policy};
use tacit_credential::holder::{HolderKey, HolderSecret, HolderSecretError, Scope, ScopeError};
use tacit_credential::name::{Name, NameError};
use tacit_credential::policy::Policy;
use tacit_issuer::{Actor, EnrolError, Issuer};
use tacit_wallet::{Passphrase, Wallet, WorkFactor};

/// Attack 13: empty values prove anything, so there are none.
#[test]
fn nothing_is_empty() {
    for name in ["", " ", "\u{3000}", "\n"] {
        assert_eq!(Name::new(name).map(drop), Err(NameError::Empty), "{name:?}");
    }
    assert!(Policy::from_json(r#"{"region":{"from":440300,"to":440400},"pseudonym":"guests"}"#).is_ok());
    let refused = |json| Policy::from_json(json).expect_err(json).to_string();
    for (json, word) in [
        (r#"{"provinces":[]}"#, "province"),
        (r#"{"region":{"from":440400,"to":440300}}"#, "range"),
        (r#"{"minimum_age":30,"maximum_age":20}"#, "maximum"),
        (r#"{"pseudonym":""}"#, "label"),
        (r#"{"max_status_age_hours":0}"#, "0 hours"),
    ] {
        assert!(refused(json).contains(word), "{json}: {}", refused(json));
    }
    let extra = |label, value| ExtraAttribute::new(label, value, [0; 32]).map(drop);
    assert_eq!(extra("portrait", vec![1]), Ok(()));
    assert_eq!(extra("", vec![1]), Err(ExtrasError::Label));
    assert_eq!(extra("portrait", vec![]), Err(ExtrasError::EmptyValue));
}

/// Attack 15: the zero secret is everybody's; the largest field element is a secret like any other.
#[test]
fn the_zero_secret_is_refused() {
    assert!(matches!(HolderSecret::from_field(Fr::from(0u64)), Err(HolderSecretError::Zero)));
    let largest = HolderSecret::from_field(-Fr::from(1u64)).expect("not zero");
    let mut world = World::new(6);
    world.secret = largest;
    let attributes = Attributes::from_document(
        &world.document,
        world.secret.key(),
        world.credential.attributes.index,
        &mut world.rng,
    );
    world.credential = Credential::issue(attributes, world.issuer.clone(), &world.issuer_key);
    let request = world.request(tacit_credential::request::CircuitDigest([0; 32]), narrow_policy());
    let statement = world.statement(&request);
    let witness = world.witness();
    assert_eq!(statement.check(&witness), Ok(()));
    let r1cs = tacit_circuits::resident_id::compile();
    assert!(r1cs.is_satisfied(&tacit_circuits::resident_id::assign(&statement.public, &witness)));
}

/// Attack 15: the holder key of the zero secret is known to everybody; no issuer enrols it.
#[test]
fn the_zero_secrets_key_is_not_enrolled() {
    let mut world = World::new(6);
    let folder = tempfile::tempdir().expect("a folder");
    let officer = Actor::new("desk 1").expect("a name");
    let dir = folder.path().join("issuer");
    let (id, area) = (world.issuer.clone(), jurisdiction("430100-430199"));
    let mut issuer = Issuer::init(&dir, id, "Changsha", area, &officer, NOW, &mut world.rng).expect("new");
    let code = LossCode::new("a long enough code").expect("valid");
    let mut request = EnrolRequest {
        holder_key: world.secret.key(),
        loss_code: LossCodeDigest::new(&code, &mut world.rng),
    };
    request.holder_key = HolderKey(tacit_credential::poseidon::hash(&[Fr::from(0u64)]));
    let refused = issuer.enrol(&world.document, &request, &officer, NOW, &mut world.rng);
    assert!(matches!(refused, Err(EnrolError::HolderKeyWeak)));
    request.holder_key = world.secret.key();
    assert!(issuer.enrol(&world.document, &request, &officer, NOW, &mut world.rng).is_ok());
}

/// Attack 16: ages around leap days, and midnight in UTC+8.
#[test]
fn ages_count_on_the_birthday() {
    let adults = Policy::from_json(r#"{"minimum_age":18}"#).expect("valid");
    let adult_on = |birth: &str, on: &str| {
        let bounds = adults.bounds(date(on)).expect("valid");
        date(birth) <= bounds.born_to
    };
    assert!(adult_on("2008-11-25", "2026-11-25") && !adult_on("2008-11-26", "2026-11-25"));
    assert!(!adult_on("2008-02-29", "2026-02-28") && adult_on("2008-02-29", "2026-03-01"));
    assert!(adult_on("2010-02-28", "2028-02-28") && !adult_on("2010-03-01", "2028-02-29"));
    // 2026-11-24 16:00 UTC is midnight in Beijing.
    let midnight = 1_795_536_000;
    assert_eq!(UnixTime(midnight).date_utc8(), date("2026-11-25"));
    assert_eq!(UnixTime(midnight - 1).date_utc8(), date("2026-11-24"));
}

/// Attack 16: region and expiry, or birth and expiry, in each other's slot is another credential.
#[test]
fn fields_are_not_interchangeable() {
    let world = World::new(7);
    let encoded = world.credential.attributes.encode();
    let mut swapped = encoded.clone();
    (swapped.fields.birth, swapped.fields.expiry) = (encoded.fields.expiry, encoded.fields.birth);
    assert_ne!(swapped.hash(), encoded.hash());
    let mut swapped = encoded.clone();
    (swapped.number, swapped.name) = (encoded.name, encoded.number);
    assert_ne!(swapped.hash(), encoded.hash());
}

/// Attack 17: no empty identity, no wildcard, no empty label.
#[test]
fn scopes_have_an_identity_and_a_label() {
    assert!(Scope::derive("hotel.example", "guests").is_ok());
    for (identity, label, expected) in [
        ("", "guests", ScopeError::EmptyIdentity),
        ("*", "guests", ScopeError::Wildcard),
        ("hotel.example", "", ScopeError::EmptyLabel),
        ("hotel.example", "*", ScopeError::Wildcard),
    ] {
        assert_eq!(Scope::derive(identity, label), Err(expected), "{identity:?}, {label:?}");
    }
    assert!(VerifierIdentity::new("hotel.example").is_ok());
    assert!(matches!(VerifierIdentity::new("*.example"), Err(CertificateError::Identity)));
}

/// Attack 18: nothing that opens the wallet lies in its folder.
#[test]
fn wallet_files_hold_no_secret_in_clear() {
    let mut world = World::new(8);
    let folder = tempfile::tempdir().expect("a folder");
    let passphrase = Passphrase::new("correct horse battery staple").expect("long enough");
    let factor = WorkFactor::new(4).expect("for tests");
    let dir = folder.path().join("wallet");
    let (mut wallet, phrase) =
        Wallet::create_with(&dir, &passphrase, factor, &mut world.rng).expect("created");
    let attributes = Attributes::from_document(
        &world.document,
        wallet.holder_key(),
        world.credential.attributes.index,
        &mut world.rng,
    );
    let credential = Credential::issue(attributes, world.issuer.clone(), &world.issuer_key);
    wallet.add(credential.clone()).expect("its own credential");
    let words: Vec<&str> = phrase.words().collect();
    let mut needles: Vec<Vec<u8>> = vec![
        b"correct horse".to_vec(),
        credential.attributes.number.as_str().as_bytes().to_vec(),
        credential.attributes.name.as_str().as_bytes().to_vec(),
        credential.attributes.holder_key.to_string().into_bytes(),
    ];
    // Each would be found in what the wallet stores, were that not encrypted.
    let stored = serde_json::to_vec(&credential).expect("a credential is JSON");
    let found = |bytes: &[u8], needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(needles[1..].iter().all(|needle| found(&stored, needle)));
    needles.extend(words.windows(2).map(|pair| pair.join(" ").into_bytes()));
    let mut files = 0;
    for file in std::fs::read_dir(&dir).expect("the wallet's folder") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("readable");
        files += 1;
        for needle in &needles {
            assert!(!found(&bytes, needle), "{needle:?}");
        }
    }
    assert!(files >= 2);
}

/// Attack 19: a wallet's enrolment request carries no attributes.
#[test]
fn enrolment_takes_no_attributes_from_the_holder() {
    let world = World::new(8);
    let honest = serde_json::json!({
        "holder_key": world.secret.key().to_string(),
        "loss_code": { "salt": "11".repeat(32), "digest": "22".repeat(32) },
    });
    assert!(EnrolRequest::from_json(&honest.to_string()).is_ok());
    for (field, value) in [("birth", "1990-01-01"), ("name", "李"), ("region", "440305")] {
        let mut reported = honest.clone();
        reported[field] = value.into();
        assert!(EnrolRequest::from_json(&reported.to_string()).is_err(), "{field}");
    }
}
