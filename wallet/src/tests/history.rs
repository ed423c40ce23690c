//! What was shown to whom: written first, encrypted, bounded, forgotten on demand.
use tacit_credential::name::Name;

use super::present::{CHECK_IN, Scene, answer, proving, refused};
use super::store::contains;
use super::*;
use crate::{
    Forget, HistoryEntry, HistoryId, Outcome, PresentError, StoreError, UncertifiedVerifiers, VerifierSummary,
};

const BOARDING: &str =
    r#"{"title":"Boarding","minimum_age":18,"disclose":["name","extras"],"pseudonym":"traveller"}"#;

#[test]
fn an_answer_is_remembered_with_names_and_without_values() {
    let mut scene = Scene::new();
    assert!(scene.wallet.history().unwrap().is_empty());
    let (request, approved) = answer(&scene, &scene.wallet, BOARDING, 1);
    assert_eq!(approved.presentation.disclosed.name.as_ref().map(Name::as_str), Some(LIN.name));
    let [entry] = &scene.wallet.history().unwrap()[..] else { panic!("one entry") };
    assert_eq!(entry.id, approved.history);
    assert_eq!(entry.at, scene.now());
    assert_eq!(
        entry.verifier,
        VerifierSummary::Yes {
            name: "Lotus Hotel".to_owned(),
            identity: "lotus-hotel.example".to_owned(),
            until: scene.certificate.not_after,
        }
    );
    assert_eq!(entry.key, VerifierKey::from(&scene.hotel));
    assert_eq!(entry.endpoint, "https://lotus-hotel.example/check-in");
    assert_eq!(entry.title, "Boarding");
    assert!(entry.clauses.iter().any(|clause| clause.contains("18 or older")));
    assert_eq!(entry.disclosed, ["name", "address", "portrait", "digests of further attributes"]);
    let scope = entry.scope.as_ref().unwrap();
    assert_eq!(
        (scope.identity.as_str(), scope.label.as_str(), scope.shared),
        ("lotus-hotel.example", "traveller", false)
    );
    assert_eq!(entry.challenge, request.request.challenge());
    assert_eq!(entry.warnings, ["identifies", "identifies", "recognised", "same-digests"]);
    assert_eq!(entry.outcome, Outcome::Unknown);
    let json = serde_json::to_string(&entry).unwrap();
    let pseudonym = approved.presentation.pseudonym.to_string();
    for value in [LIN.name, "Pearl Road", "ff00ff", &LIN.number(), LIN.birth, &pseudonym] {
        assert!(!json.contains(value), "{value}");
    }
    // It is there when the wallet is opened again, and can be marked.
    let id = entry.id;
    let dir = scene.ministry.path("wallet");
    scene.wallet = {
        drop(scene.wallet);
        Wallet::open(&dir, &passphrase(PASSPHRASE)).unwrap()
    };
    scene.wallet.mark_sent(id).unwrap();
    assert_eq!(scene.wallet.history().unwrap()[0].outcome, Outcome::Sent);
    scene.wallet.mark_sent(HistoryId(99)).unwrap();
}

/// Without its entry no presentation leaves: the disk is full, or the file is not ours.
#[test]
fn what_cannot_be_remembered_is_not_shown() {
    let mut scene = Scene::new();
    let (prover, _) = proving();
    let mut parameters = scene.parameters(CHECK_IN);
    parameters.circuit = CircuitDigest(prover.circuit_digest());
    let options = PresentOptions::new(parameters.circuit);
    let request = sign(parameters, &scene.hotel, 1);
    let file = scene.ministry.path("wallet").join("history.age");
    // A directory in the way of the new file: it can be read past, not written.
    let new = file.with_extension("age.new");
    let consent = scene.wallet.prepare(&request, scene.now(), &options, &mut rng(2)).ok().unwrap();
    fs::create_dir(&new).unwrap();
    let error = refused(consent.approve(prover, scene.now(), &mut rng(3)));
    assert!(matches!(error, PresentError::Store(StoreError::Io { .. })), "{error}");
    fs::remove_dir(&new).unwrap();
    assert!(scene.wallet.history().unwrap().is_empty());

    // A damaged history is refused before the holder is asked, until it is begun anew.
    answer(&scene, &scene.wallet, CHECK_IN, 4);
    let mut bytes = fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&file, bytes).unwrap();
    let damaged = |error: &StoreError| matches!(error, StoreError::HistoryDamaged { .. });
    let error = refused(scene.wallet.prepare(&request, scene.now(), &options, &mut rng(2)));
    assert!(matches!(&error, PresentError::Store(error) if damaged(error)), "{error}");
    assert!(damaged(&scene.wallet.history().unwrap_err()));
    assert!(damaged(&scene.wallet.mark_sent(HistoryId(1)).unwrap_err()));
    assert_eq!(scene.wallet.forget(Forget::All).unwrap(), 0);
    let (_, approved) = answer(&scene, &scene.wallet, CHECK_IN, 5);
    assert_eq!(scene.wallet.history().unwrap()[0].id, approved.history);
}

/// The entry is on the disk before the caller has the presentation: a copy of the directory made right after holds it.
#[test]
fn a_crash_after_the_answer_leaves_its_entry() {
    let scene = Scene::new();
    let dir = scene.ministry.path("wallet");
    answer(&scene, &scene.wallet, CHECK_IN, 1);
    let copy = scene.ministry.path("copy");
    fs::create_dir(&copy).unwrap();
    for file in ["key.age", "store.age", "history.age"] {
        fs::copy(dir.join(file), copy.join(file)).unwrap();
    }
    // What a write that was cut off leaves behind changes nothing.
    fs::write(copy.join("history.age.new"), b"half").unwrap();
    let wallet = Wallet::open(&copy, &passphrase(PASSPHRASE)).unwrap();
    assert_eq!(wallet.history().unwrap(), scene.wallet.history().unwrap());
    assert_eq!(wallet.history().unwrap().len(), 1);
}

#[test]
fn the_consent_says_what_the_verifier_was_shown_before() {
    let mut scene = Scene::new();
    let before = |scene: &Scene| {
        let consent = scene.prepare(&scene.request(CHECK_IN)).ok().unwrap();
        consent.summary().shown_before.clone()
    };
    assert_eq!(before(&scene), None);
    answer(&scene, &scene.wallet, r#"{"disclose":["name"]}"#, 1);
    let first = before(&scene).unwrap();
    assert_eq!((first.times, first.disclosed.as_slice()), (1, &["name".to_owned()][..]));
    assert_eq!(first.to_string(), "You answered this verifier on 2026-07-01 and showed name.");
    answer(&scene, &scene.wallet, r#"{"disclose":["sex","name"]}"#, 2);
    let second = before(&scene).unwrap();
    assert_eq!((second.times, second.disclosed.join(" ")), (2, "name sex".to_owned()));

    // The same business with a new key, certified as the same.
    scene.hotel = SigningKey::from_bytes(&[41; 32]);
    let validity = Validity { from: UnixTime(0), until: UnixTime(scene.now().0 + DAY) };
    let entry = VerifierEntry::new(VerifierIdentity::new("lotus-hotel.example").unwrap(), "Lotus Hotel")
        .allowing(Allowance::everything());
    let key = VerifierKey::from(&scene.hotel);
    let operator = &mut scene.ministry.operator;
    scene.certificate = operator.certify_further_key(entry, key, validity).unwrap();
    assert_eq!(before(&scene).unwrap().times, 2);
    // Another one is another one, certified or not.
    scene.hotel = SigningKey::from_bytes(&[42; 32]);
    let mut entry = VerifierEntry::new(VerifierIdentity::new("harbour-hotel.example").unwrap(), "Harbour")
        .allowing(Allowance::everything());
    entry.answers_to = scene.certificate.answers_to.clone();
    scene.certificate = scene.ministry.certify_entry(entry, &scene.hotel.clone());
    assert_eq!(before(&scene), None);
    let uncertified = sign(scene.ministry.parameters(CHECK_IN, None), &scene.hotel, 5);
    let allowing = PresentOptions { uncertified: UncertifiedVerifiers::Allow, ..options() };
    let consent = scene.wallet.prepare(&uncertified, scene.now(), &allowing, &mut rng(1)).ok().unwrap();
    assert_eq!(consent.summary().shown_before, None);
}

/// Entries made of one real one, at other times.
fn fill(wallet: &Wallet, scene: &Scene, times: impl Iterator<Item = u64>) {
    let request = scene.request(CHECK_IN);
    let consent = scene.prepare(&request).ok().unwrap();
    for at in times {
        wallet.record(consent.summary(), &request.request, UnixTime(at)).unwrap();
    }
}

#[test]
fn the_holder_forgets_what_the_holder_will() {
    let mut scene = Scene::new();
    let noon = scene.now().0;
    fill(&scene.wallet, &scene, [noon - 2 * DAY, noon - DAY, noon].into_iter());
    let ids = |wallet: &Wallet| -> Vec<u64> {
        wallet.history().unwrap().iter().map(|entry: &HistoryEntry| entry.id.0).collect()
    };
    assert_eq!(ids(&scene.wallet), [1, 2, 3]);
    let yesterday = UnixTime(noon - DAY).date_utc8();
    assert_eq!(scene.wallet.forget(Forget::Before(yesterday)).unwrap(), 1);
    assert_eq!(ids(&scene.wallet), [2, 3]);
    assert_eq!(scene.wallet.forget(Forget::Entry(HistoryId(3))).unwrap(), 1);
    assert_eq!(scene.wallet.forget(Forget::Entry(HistoryId(3))).unwrap(), 0);
    assert_eq!(ids(&scene.wallet), [2]);
    assert_eq!(scene.wallet.forget(Forget::All).unwrap(), 1);
    // No number is used twice.
    fill(&scene.wallet, &scene, std::iter::once(noon));
    assert_eq!(ids(&scene.wallet), [4]);
}

/// Attack 18: the history is as closed as the store.
#[test]
fn no_file_holds_what_was_shown() {
    let scene = Scene::new();
    let (request, approved) = answer(&scene, &scene.wallet, BOARDING, 1);
    let dir = scene.ministry.path("wallet");
    let needles: Vec<Vec<u8>> = [
        "Lotus Hotel".to_owned(),
        "lotus-hotel.example".to_owned(),
        "check-in".to_owned(),
        "Boarding".to_owned(),
        "traveller".to_owned(),
        "18 or older".to_owned(),
        LIN.name.to_owned(),
        request.request.challenge().to_string(),
        approved.presentation.pseudonym.to_string(),
        VerifierKey::from(&scene.hotel).to_string(),
    ]
    .map(String::into_bytes)
    .into();
    let plain = serde_json::to_vec(&scene.wallet.history().unwrap()).unwrap();
    assert!(needles[..6].iter().all(|needle| contains(&plain, needle)), "the search finds what is there");
    let mut seen = Vec::new();
    for file in fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let bytes = fs::read(&file).unwrap();
        for needle in &needles {
            let text = String::from_utf8_lossy(needle);
            assert!(!contains(&bytes, needle), "{text} in {}", file.display());
        }
        #[cfg(unix)]
        if file.extension().is_some() {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "{}", file.display());
        }
        seen.push(file.file_name().unwrap().to_str().unwrap().to_owned());
    }
    assert!(seen.contains(&"history.age".to_owned()));
}

/// Whoever makes a wallet where another one's key is gone does not inherit its history.
#[test]
fn a_new_wallet_has_no_old_history() {
    let scene = Scene::new();
    answer(&scene, &scene.wallet, CHECK_IN, 1);
    let dir = scene.ministry.path("wallet");
    drop(scene.wallet);
    fs::remove_file(dir.join("key.age")).unwrap();
    let wallet = wallet(&dir, 11);
    assert!(wallet.history().unwrap().is_empty());
}
