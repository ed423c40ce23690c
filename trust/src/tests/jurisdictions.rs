//! No person has two issuers: refused when an issuer is added, at publication, and by whoever reads the
//! lists.

use tacit_credential::trust_list::{Epoch, TrustListError, TrustListParameters};

use super::directory::{check, rewrite};
use super::*;
use crate::{AddIssuerError, HistoryError, IssuerChange, VerifyDirectoryError};

fn areas(list: &[&str]) -> Jurisdiction {
    Jurisdiction::parse(list).unwrap()
}

/// A bureau that claims `area` beside the one of [`World::published`], with a status published.
fn claiming(world: &World, area: &str) -> Bureau {
    let mut bureau = Bureau { jurisdiction: areas(&[area]), ..Bureau::new("shenzhen", 2) };
    bureau.publish(&world.status());
    bureau
}

/// Epoch 2 with both: two honest issuers whose jurisdictions are disjoint.
fn two_issuers() -> (World, Bureau, Bureau) {
    let (mut world, first) = World::published();
    let second = claiming(&world, "440300-440399");
    world.add(&second);
    world.publish().unwrap();
    (world, first, second)
}

#[test]
fn an_issuer_of_somebody_elses_people_is_not_added() {
    let (mut world, first) = World::published();
    for area in ["Guangdong", "440199-440300", "440000-440100", "440150", "440100-440199"] {
        let record = claiming(&world, area).record(&world.operator.key(), world.now.0);
        let error = world.operator.add_issuer(&record, world.now).unwrap_err();
        assert!(
            matches!(&error, AddIssuerError::SharedJurisdiction { other } if *other == first.id),
            "{area}: {error}"
        );
    }
    world.add(&claiming(&world, "440200-440399"));
    world.publish().unwrap();
    assert_eq!(check(&world).unwrap().epochs[1].issuers[1].jurisdiction.to_string(), "440200-440399");
}

/// The state file is the operator's own; should it hold an overlap all the same, no list comes of it.
#[test]
fn an_overlap_is_not_published() {
    let (mut world, first) = World::published();
    let second = claiming(&world, "440199");
    world.operator.state.issuers.push(second.record(&world.operator.key(), world.now.0));
    let refused = TrustListError::SharedJurisdiction { issuer: first.id, other: second.id };
    let error = world.publish().unwrap_err();
    assert!(matches!(&error, PublishError::List(error) if *error == refused), "{error}");
    assert_eq!(world.operator.latest().unwrap().list.epoch, Epoch(1));
}

/// A careless or dishonest operator, whose second issuer proves possession for a jurisdiction that overlaps.
#[test]
fn an_overlap_in_a_directory_is_found() {
    let (mut world, first, second) = two_issuers();
    // Where the files of epoch 2 name the second issuer, a greedier one now stands.
    let greedy = Bureau { jurisdiction: areas(&["440100-440399"]), ..Bureau::new("shenzhen", 2) };
    let keys = greedy.listed_keys(&world.operator.key());
    rewrite(&world, 2, |list| {
        list.issuers[1].jurisdiction = greedy.jurisdiction.clone();
        list.issuers[1].keys = keys;
    });
    let refused = TrustListError::SharedJurisdiction { issuer: first.id, other: second.id };
    let error = check(&world).unwrap_err();
    let VerifyDirectoryError::List { epoch: Epoch(2), source } = error else { panic!("{error}") };
    assert_eq!(source, refused);
    // What the files say is what wallets and verifiers read.
    let file = crate::paths::list(&world.out(), Epoch(2));
    let signed: SignedTrustList = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let list = &signed.list;
    let parameters = TrustListParameters {
        epoch: list.epoch,
        predecessor: list.predecessor,
        issued_at: list.issued_at,
        expires_at: list.expires_at,
        issuers: list.issuers.clone(),
    };
    assert_eq!(SignedTrustList::sign(parameters, &world.operator.key).unwrap_err(), refused);
    assert_eq!(signed.verify(&world.operator.key()).unwrap_err(), refused);
    // The operator itself goes on from its own state.
    assert!(matches!(world.publish(), Err(PublishError::OtherChain { .. })));
}

/// The list says what an issuer's jurisdiction is: neither a wider nor a narrower one comes by a new record.
#[test]
fn an_issuer_does_not_change_its_jurisdiction() {
    let (mut world, bureau) = World::published();
    for area in ["440100-440200", "440100-440198", "Hunan"] {
        let liar = Bureau { jurisdiction: areas(&[area]), ..Bureau::new("guangzhou", 11) };
        let record = liar.record(&world.operator.key(), world.now.0);
        let error = world.operator.add_issuer(&record, world.now).unwrap_err();
        assert!(
            matches!(&error, AddIssuerError::History(HistoryError::MovedJurisdiction { listed, .. })
                if *listed == bureau.jurisdiction),
            "{area}: {error}"
        );
    }
    // Nor before the first list, where the operator's decision is all there is.
    let mut world = World::new();
    world.add(&bureau);
    let liar = Bureau { jurisdiction: areas(&["Guangdong"]), ..Bureau::new("guangzhou", 11) };
    let record = liar.record(&world.operator.key(), world.now.0);
    let error = world.operator.add_issuer(&record, world.now).unwrap_err();
    assert!(matches!(error, AddIssuerError::OtherJurisdiction { .. }), "{error}");
    // There the operator can decide anew.
    world.operator.remove_issuer(&bureau.id).unwrap();
    assert_eq!(world.operator.add_issuer(&record, world.now).unwrap(), IssuerChange::Added);
}

/// The jurisdiction is in the proof of possession: the operator cannot list a key for regions its owner never
/// named.
#[test]
fn an_operator_does_not_change_it_either() {
    let (world, bureau) = World::published();
    rewrite(&world, 1, |list| list.issuers[0].jurisdiction = areas(&["Guangdong"]));
    let error = check(&world).unwrap_err();
    assert!(
        matches!(
            &error,
            VerifyDirectoryError::List { source: TrustListError::Possession { issuer, .. }, .. }
                if *issuer == bureau.id
        ),
        "{error}"
    );
}

/// Old and new key side by side are one issuer with one jurisdiction.
#[test]
fn a_rotation_keeps_the_jurisdiction() {
    let (mut world, mut bureau, _) = two_issuers();
    bureau.keys.push(SecretKey::from_seed(&[12; 32]));
    let record = bureau.record(&world.operator.key(), world.now.0);
    assert_eq!(world.operator.add_issuer(&record, world.now).unwrap(), IssuerChange::Updated);
    world.publish().unwrap();
    bureau.keys.remove(0);
    world.add(&bureau);
    world.publish().unwrap();
    let report = check(&world).unwrap();
    let keys: Vec<usize> = report.epochs.iter().map(|epoch| epoch.issuers[0].keys).collect();
    assert_eq!(keys, [1, 1, 2, 1]);
    assert!(report.epochs.iter().all(|epoch| epoch.issuers[0].jurisdiction == bureau.jurisdiction));
}

/// Half of a jurisdiction goes to another issuer: only when the old one is off the list, and the rest under a
/// new id.
#[test]
fn regions_are_handed_over_by_removing_the_old_issuer_first() {
    let (mut world, old) = World::published();
    let heir = claiming(&world, "440100-440149");
    let record = heir.record(&world.operator.key(), world.now.0);
    assert!(matches!(
        world.operator.add_issuer(&record, world.now),
        Err(AddIssuerError::SharedJurisdiction { .. })
    ));
    world.operator.remove_issuer(&old.id).unwrap();
    world.add(&heir);
    let mut rest = Bureau { jurisdiction: areas(&["440150-440199"]), ..Bureau::new("zhuhai", 3) };
    rest.publish(&world.status());
    world.add(&rest);
    let list = world.publish().unwrap();
    let list = list.verify(&world.operator.key()).unwrap();
    assert!(list.path(&old.keys[0].public_key()).is_none(), "credentials of the old issuer do not count");
    check(&world).unwrap();

    // The old issuer does not come back beside its heirs, whole or in part, nor its key under another name.
    let record = old.record(&world.operator.key(), world.now.0);
    assert!(matches!(
        world.operator.add_issuer(&record, world.now),
        Err(AddIssuerError::SharedJurisdiction { .. })
    ));
    let smaller = Bureau { jurisdiction: areas(&["440200-440299"]), ..Bureau::new("guangzhou", 11) };
    let record = smaller.record(&world.operator.key(), world.now.0);
    assert!(matches!(
        world.operator.add_issuer(&record, world.now),
        Err(AddIssuerError::History(HistoryError::MovedJurisdiction { .. }))
    ));
}

/// What wallets and verifiers compare, list by list: an issuer whose jurisdiction moved between two lists.
#[test]
fn a_reader_notices_a_moved_jurisdiction() {
    let (mut world, bureau, _) = two_issuers();
    let operator = world.operator.key();
    let before = world.operator.latest().unwrap().clone();
    let list = &before.list;
    let mut issuers = list.issuers.clone();
    let smaller = Bureau { jurisdiction: areas(&["440100-440149"]), ..Bureau::new("guangzhou", 11) };
    issuers[0].jurisdiction = smaller.jurisdiction.clone();
    issuers[0].keys = smaller.listed_keys(&operator);
    let parameters = TrustListParameters {
        epoch: Epoch(3),
        predecessor: Some(list.digest()),
        issued_at: list.expires_at,
        expires_at: UnixTime(list.expires_at.0 + DAY),
        issuers,
    };
    let after = SignedTrustList::sign(parameters, &world.operator.key).unwrap().verify(&operator).unwrap();
    let before = before.verify(&operator).unwrap();
    assert_eq!(after.follows(&before), Err(TrustListError::MovedJurisdiction(bureau.id.clone())));
    assert_eq!(after.takes_nothing_back(&before), Err(TrustListError::MovedJurisdiction(bureau.id)));
    // Without the change it follows.
    let next = world.publish().unwrap().verify(&operator).unwrap();
    assert_eq!(next.follows(&before), Ok(()));
}
