//! Keys and their files: opening, permissions, rotation, retirement.
use std::fs;

use tacit_credential::credential::IssuerId;
use tacit_credential::region::Jurisdiction;
use tacit_issuer::{InitError, Issuer, KeyFileError, OpenError, RetireError, Retirement, RotateError};

use crate::common::{Bureau, NOW, document, jurisdiction};

#[test]
fn an_issuer_opens_again() {
    let mut bureau = Bureau::new();
    bureau.enrol(1);
    let keys = bureau.issuer.credential_keys();
    let opened = Issuer::open(&bureau.home()).unwrap();
    assert_eq!((opened.id(), opened.name()), (bureau.issuer.id(), "Shenzhen Bureau"));
    assert_eq!(opened.jurisdiction(), &jurisdiction());
    assert_eq!(opened.credential_keys(), keys);
    assert_eq!(opened.counts().unwrap(), bureau.issuer.counts().unwrap());
}

#[test]
fn init_takes_an_empty_place_and_a_sound_name() {
    let mut bureau = Bureau::new();
    let id = IssuerId::new("hn-changsha").unwrap();
    let mut init = |directory: &str, name: &str| {
        let directory = bureau.directory.path().join(directory);
        let jurisdiction = Jurisdiction::parse(["Hunan"]).unwrap();
        Issuer::init(&directory, id.clone(), name, jurisdiction, &bureau.officer, NOW, &mut bureau.rng)
            .map(drop)
    };
    assert!(matches!(init("bureau", "Changsha"), Err(InitError::Occupied { .. })));
    assert!(matches!(init("other", " "), Err(InitError::Name(_))));
    assert!(matches!(init("no/such/parent", "Changsha"), Err(InitError::Io { .. })));
    fs::create_dir(bureau.directory.path().join("empty")).unwrap();
    init("empty", "Changsha").unwrap();
    let error = Issuer::open(&bureau.directory.path().join("other")).err();
    assert!(matches!(error, Some(OpenError::Missing { .. })));
    assert_eq!(fs::read_dir(bureau.directory.path()).unwrap().count(), 2, "nothing is left behind");
}

#[cfg(unix)]
#[test]
fn files_are_private_and_an_exposed_key_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let mut bureau = Bureau::new();
    bureau.enrol(1);
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(bureau.home()), 0o700);
    let mut files = 0;
    for entry in fs::read_dir(bureau.home()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(path.clone()), 0o600, "{}", path.display());
        files += 1;
    }
    assert!(files >= 3, "two keys and a registry");
    let exposed = bureau.home().join("publishing.key");
    fs::set_permissions(&exposed, fs::Permissions::from_mode(0o644)).unwrap();
    let error = Issuer::open(&bureau.home()).err();
    assert!(matches!(error, Some(OpenError::KeyFile(KeyFileError::Readable { .. }))));
}

#[test]
fn rotation_lists_old_and_new_and_the_new_one_signs() {
    let mut bureau = Bureau::new();
    let before = bureau.enrol(1);
    let new = bureau.issuer.rotate(&bureau.officer, NOW, &mut bureau.rng).unwrap();
    let after = bureau.enrol(2);
    assert_eq!(after.issuer_key, new);
    assert_ne!(before.issuer_key, new);
    let record = bureau.issuer.record(&Bureau::operator(), NOW, &mut bureau.rng).unwrap();
    record.verify(&Bureau::operator()).unwrap();
    let listed: Vec<_> = record.keys.iter().map(|listed| listed.key).collect();
    assert_eq!(listed, [before.issuer_key, new]);
    assert_eq!(Issuer::open(&bureau.home()).unwrap().credential_keys(), listed);
}

#[test]
fn an_old_key_is_retired_when_nothing_depends_on_it() {
    let mut bureau = Bureau::new();
    let old = bureau.enrol(1).issuer_key;
    let error = bureau.issuer.retire_key(&old, Retirement::WhenUnused, &bureau.officer, NOW);
    assert!(matches!(error, Err(RetireError::SigningKey)));
    let new = bureau.issuer.rotate(&bureau.officer, NOW, &mut bureau.rng).unwrap();
    let error = bureau.issuer.retire_key(&old, Retirement::WhenUnused, &bureau.officer, NOW);
    assert!(matches!(error, Err(RetireError::InUse { credentials: 1 })));
    bureau.issuer.reissue(&document(1), &bureau.officer, NOW, &mut bureau.rng).unwrap();
    let retired = bureau.issuer.retire_key(&old, Retirement::WhenUnused, &bureau.officer, NOW).unwrap();
    assert_eq!(retired.credentials, 0);
    assert_eq!(bureau.issuer.credential_keys(), [new]);
    let record = bureau.issuer.record(&Bureau::operator(), NOW, &mut bureau.rng).unwrap();
    assert_eq!(record.keys.len(), 1);
    let error = bureau.issuer.retire_key(&old, Retirement::Compromised, &bureau.officer, NOW);
    assert!(matches!(error, Err(RetireError::UnknownKey)));
    // The secret is gone, and the issuer opens without it.
    let key_files = fs::read_dir(bureau.home())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("credential-"));
    assert_eq!(key_files.count(), 1);
    assert_eq!(Issuer::open(&bureau.home()).unwrap().credential_keys(), [new]);
}

#[test]
fn a_compromised_key_goes_at_once() {
    let mut bureau = Bureau::new();
    let old = bureau.enrol(1).issuer_key;
    bureau.issuer.rotate(&bureau.officer, NOW, &mut bureau.rng).unwrap();
    let retired = bureau.issuer.retire_key(&old, Retirement::Compromised, &bureau.officer, NOW).unwrap();
    assert_eq!(retired.credentials, 1);
}

#[test]
fn a_record_has_room_for_eight_keys() {
    let mut bureau = Bureau::new();
    for _ in 1..8 {
        bureau.issuer.rotate(&bureau.officer, NOW, &mut bureau.rng).unwrap();
    }
    let error = bureau.issuer.rotate(&bureau.officer, NOW, &mut bureau.rng);
    assert!(matches!(error, Err(RotateError::TooManyKeys)));
    let record = bureau.issuer.record(&Bureau::operator(), NOW, &mut bureau.rng).unwrap();
    assert_eq!(record.keys.len(), 8);
}

/// A process that still holds a key which another one retired must not sign with it.
#[test]
fn a_key_retired_elsewhere_signs_no_more() {
    use tacit_issuer::EnrolError;
    let mut bureau = Bureau::new();
    let mut stale = Issuer::open(&bureau.home()).unwrap();
    let old = bureau.issuer.credential_keys()[0];
    bureau.issuer.rotate(&bureau.officer, NOW, &mut bureau.rng).unwrap();
    bureau.issuer.retire_key(&old, Retirement::WhenUnused, &bureau.officer, NOW).unwrap();
    let request = bureau.request();
    let error = stale.enrol(&document(1), &request, &bureau.officer, NOW, &mut bureau.rng);
    assert!(matches!(error, Err(EnrolError::KeyRetired)));
}
