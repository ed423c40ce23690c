//! [`Verifier::add_trust_list`].

use tacit_credential::fixtures::{NOW, wide_policy};
use tacit_credential::trust_list::{
    Epoch, OperatorKey, SignedTrustList, TrustListDigest, TrustListError, TrustListParameters,
};

use super::*;

/// A list like the world's with other parameters.
fn list(
    site: &Site,
    operator: &SigningKey,
    change: impl FnOnce(&mut TrustListParameters),
) -> SignedTrustList {
    let known = site.world.list.list();
    let mut parameters = TrustListParameters {
        epoch: Epoch(8),
        predecessor: Some(site.world.list.digest()),
        issued_at: NOW,
        expires_at: UnixTime(NOW.0 + 86_400),
        issuers: known.issuers.clone(),
    };
    change(&mut parameters);
    SignedTrustList::sign(parameters, operator).unwrap()
}

#[test]
fn the_newest_list_in_force_is_used() {
    let site = Site::new();
    assert_eq!(site.verifier.newest_epoch(), Some(Epoch(7)));
    let next = list(&site, &site.world.operator, |p| p.expires_at = UnixTime(NOW.0 + 60));
    assert_eq!(site.verifier.add_trust_list(next.clone()), Ok(Epoch(8)));
    assert_eq!(site.verifier.add_trust_list(next), Ok(Epoch(8)), "adding it again does no harm");
    assert_eq!(site.verifier.newest_epoch(), Some(Epoch(8)));
    site.clock.advance(60);
    assert_eq!(site.verifier.newest_epoch(), None, "list 8 lapsed earlier than 7; 7 does not come back");
}

/// Attack 2: whoever serves the lists offers an old one, in which the holder was not revoked yet.
#[test]
fn an_old_list_does_not_come_back_after_a_restart() {
    let site = Site::new();
    let again = |seen| {
        let verifier = site.builder().newest_epoch_seen(seen).build().unwrap();
        verifier.add_trust_list(site.world.list.signed().clone()).unwrap();
        verifier.newest_epoch()
    };
    assert_eq!(again(Epoch(7)), Some(Epoch(7)));
    assert_eq!(again(Epoch(8)), None);
}

/// Attack 2: an open request of the epoch before does not let in whom the newer list revokes.
#[test]
fn a_newer_list_ends_the_requests_of_older_ones() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let presentation = site.answer(&request);
    // The neighbour is not needed for it, nor that the newer list is still in force.
    for epoch in [8, 10] {
        let verifier = site.builder().challenges(site.store.clone()).build().unwrap();
        verifier.add_trust_list(site.world.list.signed().clone()).unwrap();
        let newer = list(&site, &site.world.operator, |p| {
            (p.epoch, p.expires_at) = (Epoch(epoch), UnixTime(NOW.0 + 10));
        });
        verifier.add_trust_list(newer).unwrap();
        for seconds in [0, 10] {
            site.clock.set(UnixTime(NOW.0 + seconds));
            let error = verifier.verify(&request, &presentation).unwrap_err();
            let VerifyError::EpochSuperseded { epoch: Epoch(7), newest } = error else { panic!("{error}") };
            assert_eq!(newest, Epoch(epoch));
        }
        site.clock.set(NOW);
    }
    site.verifier.verify(&request, &presentation).expect("without a newer list it is good");
}

/// A grace counts from the date of the list that came next, and needs that list.
#[test]
fn a_grace_leaves_older_requests_open_for_so_long() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let presentation = site.answer(&request);
    let verifier = |seen| {
        let parts = site.builder().challenges(site.store.clone()).newest_epoch_seen(seen);
        let verifier = parts.grace_after_newer_list(Duration::from_secs(60)).build().unwrap();
        verifier.add_trust_list(site.world.list.signed().clone()).unwrap();
        verifier
    };
    let unloaded = verifier(Epoch(8));
    let refused = |verifier: &Verifier| verifier.verify(&request, &presentation).unwrap_err();
    assert!(matches!(refused(&unloaded), VerifyError::EpochSuperseded { newest: Epoch(8), .. }));
    let loaded = verifier(Epoch(8));
    loaded.add_trust_list(list(&site, &site.world.operator, |_| ())).unwrap();
    site.clock.advance(60);
    assert!(matches!(refused(&loaded), VerifyError::EpochSuperseded { newest: Epoch(8), .. }));
    site.clock.set(UnixTime(NOW.0 + 59));
    loaded.verify(&request, &presentation).expect("within the grace");
}

/// An issuer's older status does not come back by a list whose predecessor is not loaded.
#[test]
fn skipped_lists_take_nothing_back() {
    let site = Site::new();
    let older = list(&site, &site.world.operator, |p| {
        p.epoch = Epoch(10);
        p.predecessor = Some(TrustListDigest([1; 32]));
        p.issuers[1].status.sequence = 0;
    });
    assert!(matches!(
        site.verifier.add_trust_list(older),
        Err(AddListError::List(TrustListError::OlderStatus(_)))
    ));
}

#[test]
fn two_histories_are_noticed() {
    let site = Site::new();
    let (operator, add) = (&site.world.operator, |list| site.verifier.add_trust_list(list));
    let twin = list(&site, operator, |p| (p.epoch, p.predecessor) = (Epoch(7), None));
    assert_eq!(add(twin), Err(AddListError::Conflict(Epoch(7))));
    let fork = list(&site, operator, |p| p.predecessor = Some(TrustListDigest([1; 32])));
    let chain = |previous, found| Err(AddListError::List(TrustListError::Chain { previous, found }));
    assert_eq!(add(fork), chain(Epoch(7), Epoch(8)));
    let before = list(&site, operator, |p| (p.epoch, p.predecessor) = (Epoch(6), None));
    assert_eq!(add(before), chain(Epoch(6), Epoch(7)), "list 7 does not name it as its predecessor");
    assert_eq!(site.verifier.newest_epoch(), Some(Epoch(7)));
}

#[test]
fn lists_of_others_or_of_other_times_are_refused() {
    let site = Site::new();
    let add = |list| site.verifier.add_trust_list(list);
    // Proofs of possession are bound to the operator, so the other operator's list is empty.
    let other = list(&site, &SigningKey::from_bytes(&[8; 32]), |p| p.issuers.clear());
    assert_eq!(add(other.clone()), Err(AddListError::List(TrustListError::OtherOperator)));
    let mut relabelled = other;
    relabelled.list.operator = OperatorKey::from(&site.world.operator);
    assert_eq!(add(relabelled), Err(AddListError::List(TrustListError::Signature)));

    let lapsed =
        list(&site, &site.world.operator, |p| (p.issued_at, p.expires_at) = (UnixTime(NOW.0 - 9), NOW));
    assert_eq!(add(lapsed), Err(AddListError::Expired { epoch: Epoch(8), expired_at: NOW }));
    let ahead = UnixTime(NOW.0 + 301);
    let future = list(&site, &site.world.operator, |p| p.issued_at = ahead);
    assert_eq!(add(future), Err(AddListError::Future { epoch: Epoch(8), issued_at: ahead }));
    let skewed = list(&site, &site.world.operator, |p| p.issued_at = UnixTime(NOW.0 + 300));
    assert_eq!(add(skewed), Ok(Epoch(8)));
}
