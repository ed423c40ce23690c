//! Re-issue keeps the holder key; re-binding replaces it, rarely; both revoke the old index.
use tacit_credential::date::UnixTime;
use tacit_credential::document::ResidentId;
use tacit_credential::holder::{HolderSecret, Scope};
use tacit_credential::status::StatusTree;
use tacit_issuer::{Action, EnrolError, Reason, RebindError, ReissueError};

use crate::common::{Bureau, CODE, DAY, NOW, document, number, raw_document};

/// Attack 16: a new photo, a new credential, and still the same pseudonym.
#[test]
fn reissue_keeps_the_holder_key_and_revokes_the_old_index() {
    let mut bureau = Bureau::new();
    let secret = HolderSecret::generate(&mut bureau.rng);
    let mut request = bureau.request();
    request.holder_key = secret.key();
    let old = bureau.issuer.enrol(&document(1), &request, &bureau.officer, NOW, &mut bureau.rng).unwrap();
    let mut renewed = raw_document(1);
    renewed.expires = "2046-01-01".into();
    renewed.region = "440103".into();
    let renewed = ResidentId::new(renewed).unwrap();
    let new = bureau.issuer.reissue(&renewed, &bureau.officer, NOW, &mut bureau.rng).unwrap();
    new.verify().unwrap();
    assert_eq!(new.attributes.holder_key, old.attributes.holder_key);
    assert_ne!(new.attributes.index, old.attributes.index);
    assert_eq!(new.attributes.expiry, renewed.expires());
    let scope = Scope::derive("shop.example", "one account").unwrap();
    assert_eq!(new.attributes.holder_key, secret.key(), "pseudonym {} stays", secret.pseudonym(&scope));

    let manifest = bureau.issuer.publish(&bureau.out(), &bureau.officer, NOW).unwrap().manifest;
    assert_eq!(manifest.root, StatusTree::from_revoked([old.attributes.index]).root());
    // The next revocation concerns the new credential.
    let revoked = bureau.issuer.revoke(&number(1), Reason::Expired, &bureau.officer, NOW).unwrap();
    assert_eq!(revoked, new.attributes.index);
    bureau.issuer.verify_log(None).unwrap();
}

#[test]
fn reissue_after_a_loss_revokes_nothing_twice() {
    let mut bureau = Bureau::new();
    bureau.enrol(1);
    bureau.issuer.report_loss(&number(1), CODE, &bureau.officer, NOW).unwrap();
    bureau.issuer.reissue(&document(1), &bureau.officer, NOW, &mut bureau.rng).unwrap();
    assert_eq!(bureau.issuer.counts().unwrap().revoked, 1);
    // The loss code stays the holder's.
    bureau.issuer.report_loss(&number(1), CODE, &bureau.officer, NOW).unwrap();
    bureau.issuer.verify_log(None).unwrap();
}

#[test]
fn reissue_wants_an_enrolled_person_and_a_current_document() {
    let mut bureau = Bureau::new();
    let error = bureau.issuer.reissue(&document(1), &bureau.officer, NOW, &mut bureau.rng);
    assert!(matches!(error, Err(ReissueError::NotEnrolled)));
    bureau.enrol(1);
    let late = UnixTime(NOW.0 + 20 * 366 * DAY);
    let error = bureau.issuer.reissue(&document(1), &bureau.officer, late, &mut bureau.rng);
    assert!(matches!(error, Err(ReissueError::DocumentExpired)));
    let early = UnixTime(0);
    let error = bureau.issuer.reissue(&document(1), &bureau.officer, early, &mut bureau.rng);
    assert!(matches!(error, Err(ReissueError::DocumentFromFuture)));
}

#[test]
fn rebinding_is_recorded_and_limited() {
    let mut bureau = Bureau::new();
    let old = bureau.enrol(1);
    let year = 365 * DAY;
    let mut rebind = |at: u64| {
        let request = bureau.request();
        let at = UnixTime(NOW.0 + at);
        bureau.issuer.rebind(&document(1), &request, &bureau.officer, at, &mut bureau.rng)
    };
    let new = rebind(0).unwrap();
    new.verify().unwrap();
    assert_ne!(new.attributes.holder_key, old.attributes.holder_key);
    assert!(matches!(rebind(year - 1), Err(RebindError::TooSoon { from }) if from.0 == NOW.0 + year));
    rebind(year).unwrap();
    rebind(2 * year).unwrap();
    assert!(matches!(rebind(3 * year), Err(RebindError::TooMany)));
    let log = bureau.issuer.log(1, usize::MAX).unwrap();
    assert_eq!(log.iter().filter(|entry| entry.action == Action::Rebound).count(), 3);
    assert_eq!(bureau.issuer.counts().unwrap().revoked, 3);
    bureau.issuer.verify_log(None).unwrap();
}

#[test]
fn a_lost_holder_key_never_comes_back() {
    let mut bureau = Bureau::new();
    let (first, second) = (bureau.request(), bureau.request());
    bureau.issuer.enrol(&document(1), &first, &bureau.officer, NOW, &mut bureau.rng).unwrap();
    let error = bureau.issuer.rebind(&document(1), &first, &bureau.officer, NOW, &mut bureau.rng);
    assert!(matches!(error, Err(RebindError::HolderKeyKnown)));
    bureau.issuer.rebind(&document(1), &second, &bureau.officer, NOW, &mut bureau.rng).unwrap();
    for request in [first, second] {
        let error = bureau.issuer.enrol(&document(2), &request, &bureau.officer, NOW, &mut bureau.rng);
        assert!(matches!(error, Err(EnrolError::HolderKeyKnown)));
    }
}
