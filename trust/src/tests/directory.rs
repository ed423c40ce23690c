//! Epochs after each other, the operator's own files, and `verify_directory` on what an attacker could publish.

use tacit_credential::certificate::{VerifierEntry, VerifierIdentity, VerifierKey};
use tacit_credential::trust_list::{Epoch, TrustList, TrustListError};

use super::*;
use crate::{
    AddIssuerError, CertifyError, HistoryError, IssuerChange, OperatorError, RemoveIssuerError, Validity,
    VerifyDirectoryError, paths, verify_directory,
};

pub(super) fn check(world: &World) -> Result<crate::DirectoryReport, VerifyDirectoryError> {
    verify_directory(&world.out(), &world.operator.key())
}

/// Rewrites one list and signs it again with the operator's key, as a dishonest operator would.
pub(super) fn rewrite(world: &World, epoch: u64, change: impl FnOnce(&mut TrustList)) {
    let file = paths::list(&world.out(), Epoch(epoch));
    let mut signed: SignedTrustList = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    change(&mut signed.list);
    signed.signature = tacit_credential::signing::DetachedSignature::sign(
        &world.operator.key,
        &signed.list.canonical_bytes(),
    );
    fs::write(&file, signed.to_json()).unwrap();
    if world.operator.latest().unwrap().list.epoch == Epoch(epoch) {
        fs::write(paths::latest(&world.out()), signed.to_json()).unwrap();
    }
}

/// Two lists over the same tree, a rotation in between.
fn two_epochs() -> (World, Bureau) {
    let (mut world, mut bureau) = World::published();
    bureau.keys.push(SecretKey::from_seed(&[12; 32]));
    bureau.revoke(2000);
    bureau.publish(&world.status());
    let record = bureau.record(&world.operator.key(), world.now.0);
    assert_eq!(world.operator.add_issuer(&record, world.now).unwrap(), IssuerChange::Updated);
    world.publish().unwrap();
    (world, bureau)
}

#[test]
fn an_honest_directory_verifies_from_its_files() {
    let (mut world, _) = two_epochs();
    world.publish().unwrap();
    let report = check(&world).unwrap();
    let rows: Vec<_> = report
        .epochs
        .iter()
        .map(|e| {
            let issuer = &e.issuers[0];
            (e.epoch.0, issuer.keys, issuer.sequence, issuer.revoked)
        })
        .collect();
    assert_eq!(rows, [(1, 1, 1, 1), (2, 2, 2, 2), (3, 2, 2, 2)]);
    // The issuers' own directory is not needed.
    fs::remove_dir_all(world.status()).unwrap();
    check(&world).unwrap();
    // Nor is the operator's: anybody can do this.
    fs::remove_dir_all(world.dir.path().join("operator")).unwrap();
    check(&world).unwrap();
}

#[test]
fn a_dishonest_directory_is_refused() {
    let (world, bureau) = two_epochs();
    let (one, two) = (Epoch(1), Epoch(2));

    let stranger = OperatorKey::from(&SigningKey::from_bytes(&[9; 32]));
    assert!(matches!(
        verify_directory(&world.out(), &stranger),
        Err(VerifyDirectoryError::List { source: TrustListError::OtherOperator, .. })
    ));
    assert!(matches!(
        verify_directory(world.dir.path(), &world.operator.key()),
        Err(VerifyDirectoryError::Empty { .. })
    ));

    // Another first list: the second no longer follows.
    let honest = fs::read(paths::list(&world.out(), one)).unwrap();
    rewrite(&world, 1, |list| list.expires_at = UnixTime(list.expires_at.0 + 1));
    assert!(matches!(
        check(&world),
        Err(VerifyDirectoryError::List { epoch: Epoch(2), source: TrustListError::Chain { .. } })
    ));
    rewrite(&world, 1, |list| list.epoch = two);
    assert!(matches!(check(&world), Err(VerifyDirectoryError::OtherEpoch { .. })));
    fs::remove_file(paths::list(&world.out(), one)).unwrap();
    assert!(matches!(check(&world), Err(VerifyDirectoryError::MissingEpoch { epoch: Epoch(1) })));
    fs::write(paths::list(&world.out(), one), &honest).unwrap();
    check(&world).unwrap();

    // The newest list is not the one that `latest.json` shows.
    let latest = fs::read(paths::latest(&world.out())).unwrap();
    fs::write(paths::latest(&world.out()), &honest).unwrap();
    assert!(matches!(check(&world), Err(VerifyDirectoryError::Latest { .. })));
    fs::write(paths::latest(&world.out()), latest).unwrap();

    // A changed status file.
    let chunk = chunk_path(&paths::status(&world.out()), &bureau.id, 2, 0);
    let honest = fs::read(&chunk).unwrap();
    fs::write(&chunk, StatusTree::new().chunk(0).to_bytes()).unwrap();
    assert!(matches!(check(&world), Err(VerifyDirectoryError::Status { epoch: Epoch(2), .. })));
    fs::write(&chunk, honest).unwrap();
    check(&world).unwrap();
}

/// Condition 1 on the reader's side: a list with a bad key is no list.
#[test]
fn a_list_with_a_bad_key_is_malformed() {
    let (world, bureau) = World::published();
    let file = paths::list(&world.out(), Epoch(1));
    let text = fs::read_to_string(&file).unwrap();
    let hex = tacit_credential::field::to_hex;
    let key = bureau.keys[0].public_key();
    // The identity.
    let bad = text.replace(&hex(&key.x()), &hex(&0u64.into())).replace(&hex(&key.y()), &hex(&1u64.into()));
    assert_ne!(text, bad);
    fs::write(&file, bad).unwrap();
    assert!(matches!(check(&world), Err(VerifyDirectoryError::Malformed { .. })));
}

/// Condition 3 on the reader's side: an operator that takes a revocation back is caught.
#[test]
fn un_revocation_in_a_directory_is_found() {
    let (mut world, mut bureau) = two_epochs();
    bureau.tree = StatusTree::new();
    bureau.revoke(1000);
    bureau.publish_as(&paths::status(&world.out()), 3);
    world.publish().unwrap();
    let root = bureau.tree.root();
    rewrite(&world, 3, |list| {
        // The root over the changed leaves: what an honest `sign` would compute.
        list.issuers[0].status.sequence = 3;
        list.issuers[0].status.root = root;
        let parameters = tacit_credential::trust_list::TrustListParameters {
            epoch: list.epoch,
            predecessor: list.predecessor,
            issued_at: list.issued_at,
            expires_at: list.expires_at,
            issuers: list.issuers.clone(),
        };
        list.root = SignedTrustList::sign(parameters, &world.operator.key).unwrap().list.root;
    });
    // Root 3 equals root 1 here, so the history speaks first.
    assert!(matches!(
        check(&world),
        Err(VerifyDirectoryError::History {
            epoch: Epoch(3),
            source: HistoryError::OldRoot { sequence: 1, .. }
        })
    ));
    let bureau = {
        bureau.revoke(3000);
        bureau.publish_as(&paths::status(&world.out()), 3);
        bureau
    };
    let root = bureau.tree.root();
    rewrite(&world, 3, |list| {
        list.issuers[0].status.root = root;
        let parameters = tacit_credential::trust_list::TrustListParameters {
            epoch: list.epoch,
            predecessor: list.predecessor,
            issued_at: list.issued_at,
            expires_at: list.expires_at,
            issuers: list.issuers.clone(),
        };
        list.root = SignedTrustList::sign(parameters, &world.operator.key).unwrap().list.root;
    });
    assert!(matches!(check(&world), Err(VerifyDirectoryError::UnRevoked { epoch: Epoch(3), word: 7, .. })));
}

#[test]
fn an_interrupted_publication_is_completed_and_never_signed_twice() {
    let (mut world, _) = World::published();
    let second = world.publish().unwrap();
    // As if the power went before the lists were written.
    fs::remove_file(paths::list(&world.out(), Epoch(2))).unwrap();
    fs::remove_file(paths::latest(&world.out())).unwrap();
    world.publish().unwrap();
    let found = fs::read_to_string(paths::list(&world.out(), Epoch(2))).unwrap();
    assert_eq!(found, second.to_json());
    assert_eq!(check(&world).unwrap().epochs.len(), 3);

    // A directory with another history is left alone.
    fs::write(paths::list(&world.out(), Epoch(4)), "{}").unwrap();
    assert!(matches!(world.publish(), Err(PublishError::OtherChain { .. })));
    fs::remove_file(paths::list(&world.out(), Epoch(4))).unwrap();
    fs::write(paths::list(&world.out(), Epoch(3)), "{}").unwrap();
    assert!(matches!(world.publish(), Err(PublishError::OtherChain { .. })));
    fs::remove_dir_all(world.out()).unwrap();
    assert!(matches!(world.publish(), Err(PublishError::MissingList { .. })));
}

#[test]
fn the_clock_does_not_run_backwards_and_nobody_is_not_a_list() {
    let mut world = World::new();
    assert!(matches!(world.publish(), Err(PublishError::NoIssuer)));
    let (mut world, _) = World::published();
    world.now = UnixTime(world.now.0 - 2 * DAY);
    assert!(matches!(world.publish(), Err(PublishError::Clock { .. })));
}

#[test]
fn status_and_published_directory_may_be_one() {
    let mut world = World::new();
    let mut bureau = Bureau::new("guangzhou", 1);
    let (out, status) = (world.out(), paths::status(&world.out()));
    for index in [1, 2] {
        bureau.revoke(index);
        bureau.publish(&status);
        if index == 1 {
            world.add(&bureau);
        }
        world.operator.publish(&status, &out, world.now, Duration::from_secs(DAY)).unwrap();
    }
    assert_eq!(check(&world).unwrap().epochs[1].issuers[0].revoked, 2);
}

#[test]
fn issuers_are_updated_and_removed() {
    let (mut world, mut bureau) = World::published();
    let operator = world.operator.key();
    let older = bureau.record(&operator, world.now.0 - 10 * DAY);
    assert!(matches!(world.operator.add_issuer(&older, world.now), Err(AddIssuerError::OlderRecord)));
    bureau.publishing = SigningKey::from_bytes(&[55; 32]);
    let other_key = bureau.record(&operator, world.now.0);
    assert!(matches!(
        world.operator.add_issuer(&other_key, world.now),
        Err(AddIssuerError::History(HistoryError::PublishingKey { .. }))
    ));
    let unknown = IssuerId::new("nowhere").unwrap();
    assert!(matches!(world.operator.remove_issuer(&unknown), Err(RemoveIssuerError::NotListed { .. })));
    world.operator.remove_issuer(&bureau.id).unwrap();
    assert!(world.operator.issuers().is_empty());
    // Removing an issuer does not make its old records good again: they may hold keys that were stolen since.
    assert!(matches!(world.operator.add_issuer(&older, world.now), Err(AddIssuerError::OlderRecord)));
}

/// A record dated far ahead would make every later one an older one.
#[test]
fn records_from_the_future_are_refused() {
    let (mut world, mut bureau) = World::published();
    let (operator, now) = (world.operator.key(), world.now.0);
    let ahead = bureau.record(&operator, now + 301);
    let error = world.operator.add_issuer(&ahead, world.now).unwrap_err();
    assert!(
        matches!(error, AddIssuerError::RecordFromFuture { issued_at } if issued_at.0 == now + 301),
        "{error}"
    );
    let skewed = bureau.record(&operator, now + 300);
    assert_eq!(world.operator.add_issuer(&skewed, world.now).unwrap(), IssuerChange::Updated);
    // The honest one, after a rotation.
    bureau.keys.push(SecretKey::from_seed(&[12; 32]));
    world.now = UnixTime(now + 301);
    world.add(&bureau);
    assert_eq!(world.operator.issuers()[0].keys.len(), 2);
}

/// A list that is refused leaves no status files, which would stand in the way of the ones that are listed in the end.
#[test]
fn a_refused_list_copies_no_status() {
    let (mut world, mut bureau) = World::published();
    let mut second = Bureau::new("shenzhen", 2);
    world.add(&second);
    bureau.revoke(2000);
    bureau.publish(&world.status());
    assert!(matches!(world.publish(), Err(PublishError::Status { .. })), "the second has no status");
    let id = bureau.id.clone();
    let copied = |world: &World| publication_dir(&paths::status(&world.out()), &id, 2).exists();
    assert!(!copied(&world));
    // The first bureau's publication of that number is made anew, for instance after a crash.
    bureau.tree.revoke(RevocationIndex::new(3000).unwrap());
    bureau.publish_as(&world.status(), 2);
    second.publish(&world.status());
    world.publish().unwrap();
    assert!(copied(&world));
    assert_eq!(check(&world).unwrap().epochs[1].issuers[0].revoked, 3);
}

#[test]
fn verifiers_are_certified_once_an_identity() {
    let mut world = World::new();
    let entry = |identity, name| VerifierEntry::new(VerifierIdentity::new(identity).unwrap(), name);
    let key = |seed| VerifierKey::from(&SigningKey::from_bytes(&[seed; 32]));
    let validity = Validity { from: UnixTime(100), until: UnixTime(200) };
    let operator = &mut world.operator;
    let certificate = operator.certify(entry("hotel.example", "Hotel"), key(1), validity).unwrap();
    certificate.verify(&operator.key(), UnixTime(150)).unwrap();
    let renewed = Validity { from: UnixTime(200), until: UnixTime(300) };
    operator.certify(entry("hotel.example", "Hotel"), key(1), renewed).unwrap();
    assert!(matches!(
        operator.certify(entry("hotel.example", "Chain"), key(2), validity),
        Err(CertifyError::IdentityTaken { .. })
    ));
    operator.certify_further_key(entry("hotel.example", "Chain"), key(2), validity).unwrap();
    assert!(matches!(
        operator.certify(entry("shop.example", "Shop"), key(2), validity),
        Err(CertifyError::KeyTaken)
    ));
    let backwards = Validity { from: UnixTime(200), until: UnixTime(100) };
    assert!(matches!(
        operator.certify(entry("shop.example", "Shop"), key(3), backwards),
        Err(CertifyError::Certificate(_))
    ));
    assert_eq!(operator.certificates().len(), 3);
}

/// The state of a program that made certificates of the first version.
#[test]
fn older_states_are_read_and_their_identities_stay_taken() {
    let dir = tempfile::tempdir().unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    drop(TrustOperator::init(dir.path(), &mut rng).unwrap());
    let key = |seed| VerifierKey::from(&SigningKey::from_bytes(&[seed; 32]));
    let file = dir.path().join("state.json");
    let mut state: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    state.as_object_mut().unwrap().remove("former");
    state["version"] = 2.into();
    state["certificates"] = serde_json::json!([{
        "identity": "hotel.example", "name": "Hotel", "key": key(1), "not_before": 100, "not_after": 200,
        "signature": "00".repeat(64),
    }]);
    fs::write(&file, state.to_string()).unwrap();
    let mut operator = TrustOperator::open(dir.path()).unwrap();
    assert!(operator.certificates().is_empty());
    let entry = |identity| VerifierEntry::new(VerifierIdentity::new(identity).unwrap(), "Hotel");
    let validity = Validity { from: UnixTime(200), until: UnixTime(300) };
    assert!(matches!(
        operator.certify(entry("hotel.example"), key(2), validity),
        Err(CertifyError::IdentityTaken { .. })
    ));
    assert!(matches!(operator.certify(entry("shop.example"), key(1), validity), Err(CertifyError::KeyTaken)));
    operator.certify(entry("hotel.example"), key(1), validity).unwrap();
    drop(operator);
    let operator = TrustOperator::open(dir.path()).unwrap();
    assert_eq!(operator.certificates().len(), 1);
    drop(operator);
    for version in [1, 4] {
        state["version"] = version.into();
        fs::write(&file, state.to_string()).unwrap();
        assert!(matches!(TrustOperator::open(dir.path()), Err(OperatorError::Damaged { .. })), "{version}");
    }
}

#[test]
fn the_directory_is_opened_again_and_by_one_process() {
    let dir = tempfile::tempdir().unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    assert!(matches!(TrustOperator::open(dir.path()), Err(OperatorError::Missing { .. })));
    let first = TrustOperator::init(dir.path(), &mut rng).unwrap();
    let key = first.key();
    assert!(matches!(TrustOperator::open(dir.path()), Err(OperatorError::InUse { .. })));
    drop(first);
    assert!(matches!(TrustOperator::init(dir.path(), &mut rng), Err(OperatorError::Exists { .. })));
    assert_eq!(TrustOperator::open(dir.path()).unwrap().key(), key);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(dir.path().join("operator.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    fs::write(dir.path().join("state.json"), "{}").unwrap();
    assert!(matches!(TrustOperator::open(dir.path()), Err(OperatorError::Damaged { .. })));
}

/// A fresh list over an old status would keep revoked credentials good for whoever withholds the issuer's publications.
#[test]
fn a_status_is_neither_old_nor_from_the_future() {
    let (mut world, bureau) = World::published();
    for _ in 0..6 {
        world.publish().unwrap();
    }
    assert!(matches!(world.publish(), Err(PublishError::StatusTooOld { .. })));
    let ahead = world.now.0 - START + 2 * DAY;
    bureau.publish_as(&world.status(), ahead);
    assert!(matches!(world.publish(), Err(PublishError::StatusFromFuture { .. })));
}

/// Epochs count from 1: a file numbered 0 is not a list that holds.
#[test]
fn epoch_zero_is_nothing_to_verify() {
    let world = World::new();
    let lists = paths::lists(&world.out());
    fs::create_dir_all(&lists).unwrap();
    for name in ["00000000.json", "latest.json"] {
        fs::write(lists.join(name), "garbage").unwrap();
    }
    assert!(matches!(check(&world), Err(VerifyDirectoryError::Empty { .. })));
}
