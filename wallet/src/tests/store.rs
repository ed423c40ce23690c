//! The files of a wallet, and what is not in them.

use tacit_credential::expiry::Expiry;
use tacit_credential::field;
use tacit_credential::holder::{HolderSecret, Scope};

use super::*;
use crate::contents::Contents;
use crate::{AddError, Added, CredentialStatus, RecoveryPhrase, StoreError};

fn refused(result: Result<Wallet, StoreError>) -> StoreError {
    match result {
        Ok(_) => panic!("the wallet opened"),
        Err(error) => error,
    }
}

#[test]
fn what_is_stored_comes_back() {
    let ministry = Ministry::published();
    let dir = ministry.path("wallet");
    let mut wallet = wallet(&dir, 10);
    let holder = wallet.holder_key();
    let credential = ministry.issue(&LIN, holder, 1234);
    assert!(matches!(wallet.add(credential.clone()), Ok(Added::New(_))));
    wallet.update(&ministry.out(), &ministry.key()).unwrap();
    let before = wallet.list();
    drop(wallet);

    let wallet = Wallet::open(&dir, &passphrase(PASSPHRASE)).unwrap();
    assert_eq!(wallet.holder_key(), holder);
    assert_eq!(wallet.operator(), Some(&ministry.key()));
    assert_eq!(wallet.newest_epoch(), Some(Epoch(1)));
    let [summary] = &wallet.list()[..] else { panic!("one credential") };
    assert_eq!(wallet.credential(summary.id), Some(&credential));
    assert_eq!(summary.status, CredentialStatus::Good(Epoch(1)));
    assert_eq!(summary.number, format!("440106***********{}", &LIN.number()[17..]));
    assert_eq!(serde_json::to_string(&before).unwrap(), serde_json::to_string(&wallet.list()).unwrap());
}

#[test]
fn the_passphrase_can_be_changed_and_only_key_age_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut wallet = wallet(dir.path(), 10);
    let holder = wallet.holder_key();
    let store = fs::read(dir.path().join("store.age")).unwrap();
    wallet.change_passphrase(&passphrase("another one")).unwrap();
    drop(wallet);
    assert_eq!(fs::read(dir.path().join("store.age")).unwrap(), store);
    assert!(matches!(
        refused(Wallet::open(dir.path(), &passphrase(PASSPHRASE))),
        StoreError::WrongPassphrase
    ));
    let wallet = Wallet::open(dir.path(), &passphrase("another one")).unwrap();
    assert_eq!(wallet.holder_key(), holder);
}

#[test]
fn wallets_that_cannot_be_opened() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let right = passphrase(PASSPHRASE);
    assert!(matches!(refused(Wallet::open(dir, &right)), StoreError::Missing { .. }));
    let open = wallet(dir, 10);
    assert!(matches!(refused(Wallet::open(dir, &right)), StoreError::InUse { .. }));
    drop(open);
    let again = Wallet::create_with(dir, &right, WorkFactor::NONE, &mut rng(1)).map(|made| made.0);
    assert!(matches!(refused(again), StoreError::Exists { .. }));
    assert!(matches!(
        refused(Wallet::open(dir, &passphrase("Correct horse battery staple"))),
        StoreError::WrongPassphrase
    ));

    let damage = |file: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let file = dir.join(file);
        let honest = fs::read(&file).unwrap();
        let mut bytes = honest.clone();
        change(&mut bytes);
        assert_ne!(bytes, honest);
        fs::write(&file, bytes).unwrap();
        let error = refused(Wallet::open(dir, &right));
        fs::write(&file, honest).unwrap();
        error
    };
    let last = |bytes: &mut Vec<u8>| *bytes.last_mut().unwrap() ^= 1;
    let cut = |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2);
    for change in [&last as &dyn Fn(&mut Vec<u8>), &cut] {
        assert!(matches!(damage("store.age", change), StoreError::Damaged { .. }));
        assert!(matches!(damage("key.age", change), StoreError::Damaged { .. }));
    }
    // A forged file must not keep the machine busy for hours.
    let slow = |bytes: &mut Vec<u8>| {
        let text = String::from_utf8_lossy(&bytes[..120]).into_owned();
        let end = text.find(" 1\n").expect("the scrypt line ends with the work factor") + 1;
        bytes.splice(end..=end, *b"40");
    };
    assert!(matches!(damage("key.age", &slow), StoreError::ExcessiveWork));
    Wallet::open(dir, &right).unwrap();
}

#[test]
fn a_store_of_another_version_is_told_apart() {
    let damaged = || StoreError::WrongPassphrase;
    let of = |json: &str| Contents::from_json(json.as_bytes(), damaged).err().unwrap();
    assert!(matches!(of(r#"{"version":4,"new":[]}"#), StoreError::OtherVersion { found: 4 }));
    assert!(matches!(of(r#"{"version":1}"#), StoreError::WrongPassphrase));
    assert!(matches!(of("{}"), StoreError::WrongPassphrase));
}

/// Version 1 knew no proving key, version 2 kept no history; all else is the same, and stays.
#[test]
fn stores_of_older_versions_are_read_and_written_as_version_3() {
    let ministry = Ministry::published();
    let mut wallet = wallet(&ministry.path("wallet"), 10);
    wallet.add(ministry.issue(&LIN, wallet.holder_key(), 5)).unwrap();
    wallet.update(&ministry.out(), &ministry.key()).unwrap();
    let now = serde_json::to_value(wallet.contents()).unwrap();
    assert_eq!((&now["version"], &now["proving_key"]), (&3.into(), &serde_json::Value::Null));
    for version in [1, 2] {
        let mut old = now.clone();
        old["version"] = version.into();
        if version == 1 {
            old.as_object_mut().unwrap().remove("proving_key");
        }
        let read = Contents::from_json(old.to_string().as_bytes(), || StoreError::WrongPassphrase);
        assert_eq!(serde_json::to_value(read.ok().unwrap()).unwrap(), now, "version {version}");
    }
}

/// The phrase restores the holder secret, and so every pseudonym; credentials come back from the issuer.
#[test]
fn the_recovery_phrase_restores_the_pseudonyms() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new) = (dir.path().join("old"), dir.path().join("new"));
    let (mut lost, phrase) =
        Wallet::create_with(&old, &passphrase(PASSPHRASE), WorkFactor::NONE, &mut rng(10)).unwrap();
    let ministry = Ministry::new();
    lost.add(ministry.issue(&LIN, lost.holder_key(), 5)).unwrap();
    let paper = phrase.words().collect::<Vec<_>>().join(" ");
    drop(phrase);

    let typed = RecoveryPhrase::parse(&paper).unwrap();
    let mut restored = Wallet::restore_with(&new, &typed, &passphrase("new"), WorkFactor::NONE).unwrap();
    assert_eq!(restored.holder_key(), lost.holder_key());
    let scope = Scope::derive("shop.example", "account").unwrap();
    assert_eq!(restored.secret().pseudonym(&scope), lost.secret().pseudonym(&scope));
    assert!(restored.list().is_empty());
    restored.add(ministry.issue(&LIN, restored.holder_key(), 6)).unwrap();
    // And another phrase is another person.
    let other = wallet(&dir.path().join("other"), 11);
    assert_ne!(other.holder_key(), lost.holder_key());
}

#[test]
fn credentials_are_checked_before_they_are_kept() {
    let ministry = Ministry::new();
    let mut wallet = wallet(&ministry.path("wallet"), 10);
    let holder = wallet.holder_key();
    let foreign = ministry.issue(&LIN, HolderSecret::generate(&mut rng(99)).key(), 1);
    assert!(matches!(wallet.add(foreign), Err(AddError::OtherHolder)));
    let mut altered = ministry.issue(&LIN, holder, 1);
    altered.attributes.expiry = Expiry::LONG_TERM;
    assert!(matches!(wallet.add(altered), Err(AddError::Credential(_))));
    assert!(wallet.list().is_empty());

    let first = ministry.issue(&LIN, holder, 1);
    let Ok(Added::New(id)) = wallet.add(first.clone()) else { panic!("not added") };
    assert!(matches!(wallet.add(first), Err(AddError::Known { .. })));
    // A re-issue has another index and takes the old one's place; another person's document does not.
    assert_eq!(wallet.add(ministry.issue(&LIN, holder, 2)).unwrap(), Added::Replaced(id));
    let second = Person { birth: "1990-01-01", ..LIN };
    assert!(matches!(wallet.add(ministry.issue(&second, holder, 3)), Ok(Added::New(other)) if other != id));
    assert_eq!(wallet.list().len(), 2);
}

/// An old file, found again, does not push out the credential that counts.
#[test]
fn a_good_credential_is_not_replaced_unasked() {
    let mut ministry = Ministry::published();
    let mut wallet = wallet(&ministry.path("wallet"), 10);
    let holder = wallet.holder_key();
    let (old, new) = (ministry.issue(&LIN, holder, 5), ministry.issue(&LIN, holder, 6));
    ministry.revoke(5);
    ministry.publish();
    let Ok(Added::New(id)) = wallet.add(new.clone()) else { panic!("not added") };
    wallet.update(&ministry.out(), &ministry.key()).unwrap();
    let refused = wallet.add(old.clone()).unwrap_err();
    assert!(matches!(refused, AddError::StillGood { id: kept, epoch: Epoch(2) } if kept == id), "{refused}");
    assert_eq!((wallet.credential(id), wallet.list().len()), (Some(&new), 1));
    // Whoever insists may; and the good one comes back, as the other is revoked.
    assert_eq!(wallet.replace(old.clone()).unwrap(), Added::Replaced(id));
    wallet.update(&ministry.out(), &ministry.key()).unwrap();
    assert_eq!(wallet.list()[0].status, CredentialStatus::Revoked(Epoch(2)));
    assert_eq!(wallet.add(new).unwrap(), Added::Replaced(id));
}

/// Attack 18: no file of a wallet holds a secret, a word, a passphrase or an attribute in clear.
#[test]
fn no_file_holds_a_secret() {
    let ministry = Ministry::published();
    let dir = ministry.path("wallet");
    let (mut wallet, phrase) =
        Wallet::create_with(&dir, &passphrase(PASSPHRASE), WorkFactor::NONE, &mut rng(10)).unwrap();
    let loss_code = "blue whale 1987";
    wallet.enrol_request(loss_code, &mut rng(3)).unwrap();
    wallet.add(ministry.issue(&LIN, wallet.holder_key(), 40_000_000)).unwrap();
    wallet.update(&ministry.out(), &ministry.key()).unwrap();
    wallet.change_passphrase(&passphrase("tr0ub4dor & 3")).unwrap();

    let entropy = *phrase.entropy();
    let secret = wallet.secret().expose();
    let words: Vec<_> = phrase.words().collect();
    let mut needles: Vec<(String, Vec<u8>)> = vec![
        ("entropy".into(), entropy.to_vec()),
        ("secret".into(), field::to_bytes(&secret).to_vec()),
        ("secret, reversed".into(), field::to_bytes(&secret).iter().rev().copied().collect()),
    ];
    let mut text = |what: &str, value: String| needles.push((what.to_owned(), value.into_bytes()));
    text("entropy in hex", hex::encode(entropy));
    text("secret in hex", field::to_hex(&secret));
    text("secret in decimal", secret.to_string());
    text("age identity", "AGE-SECRET-KEY".to_owned());
    text("passphrase", PASSPHRASE.to_owned());
    text("new passphrase", "tr0ub4dor & 3".to_owned());
    text("loss code", loss_code.to_owned());
    text("name", LIN.name.to_owned());
    text("document number", LIN.number());
    text("birth date", LIN.birth.to_owned());
    text("holder key", wallet.holder_key().to_string());
    text("issuer", "guangzhou".to_owned());
    text("revocation index", "40000000".to_owned());
    // A word of three letters turns up in random bytes now and then, and "age" in every header.
    for word in words.iter().filter(|word| word.len() >= 5) {
        text("recovery word", (*word).to_owned());
    }
    for pair in words.windows(2) {
        text("two recovery words", pair.join(" "));
    }
    assert!(words.iter().filter(|word| word.len() >= 5).count() >= 8);

    // The search finds what is there: the plain store holds these.
    let plain = serde_json::to_vec(wallet.contents()).unwrap();
    for what in ["entropy in hex", "name", "document number", "holder key", "revocation index"] {
        let (_, needle) = needles.iter().find(|(name, _)| name == what).unwrap();
        assert!(contains(&plain, needle), "{what} is in the plain store");
    }
    drop(wallet);
    let files: Vec<_> = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    let mut names: Vec<_> = files.iter().filter_map(|file| file.file_name()?.to_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["key.age", "lock", "store.age"]);
    for file in &files {
        let bytes = fs::read(file).unwrap();
        for (what, needle) in &needles {
            assert!(!contains(&bytes, needle), "{what} in {}", file.display());
        }
    }
    #[cfg(unix)]
    for path in files.iter().filter(|file| file.extension().is_some()).chain([&dir]) {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} is readable by others", path.display());
    }
}

pub(super) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
