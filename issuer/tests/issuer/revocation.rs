//! Revocation by the officer and by the loss code.
use tacit_credential::date::UnixTime;
use tacit_issuer::{Action, Reason, ReportLossError, RevokeError};

use crate::common::{Bureau, CODE, DAY, NOW, number};

#[test]
fn an_officer_revokes_once_and_says_why() {
    let mut bureau = Bureau::new();
    let index = bureau.enrol(1).attributes.index;
    assert_eq!(bureau.issuer.revoke(&number(1), Reason::MovedAway, &bureau.officer, NOW).unwrap(), index);
    let error = bureau.issuer.revoke(&number(1), Reason::Lost, &bureau.officer, NOW);
    assert!(matches!(error, Err(RevokeError::AlreadyRevoked)));
    let error = bureau.issuer.revoke(&number(2), Reason::Lost, &bureau.officer, NOW);
    assert!(matches!(error, Err(RevokeError::NotEnrolled)));
    let last = bureau.issuer.log(1, usize::MAX).unwrap().pop().unwrap();
    assert_eq!((last.action, last.detail.as_str()), (Action::Revoked, "moved-away"));
    assert_eq!((last.actor.as_str(), last.revocation_index), ("officer 4711", Some(index.get())));
}

#[test]
fn the_loss_code_revokes() {
    let mut bureau = Bureau::new();
    let index = bureau.enrol(1).attributes.index;
    bureau.enrol(2);
    let error = bureau.issuer.report_loss(&number(1), "not the code", &bureau.officer, NOW);
    assert!(matches!(error, Err(ReportLossError::WrongCode { attempts_left: 4 })));
    assert_eq!(bureau.issuer.counts().unwrap().revoked, 0);
    assert_eq!(bureau.issuer.report_loss(&number(1), CODE, &bureau.officer, NOW).unwrap(), index);
    assert_eq!(bureau.issuer.counts().unwrap().revoked, 1);
    let error = bureau.issuer.report_loss(&number(1), CODE, &bureau.officer, NOW);
    assert!(matches!(error, Err(ReportLossError::AlreadyRevoked)));
    let error = bureau.issuer.report_loss(&number(3), CODE, &bureau.officer, NOW);
    assert!(matches!(error, Err(ReportLossError::NotEnrolled)));
}

#[test]
fn guessing_stops_after_five_codes_and_every_guess_is_recorded() {
    let mut bureau = Bureau::new();
    bureau.enrol(1);
    // A code that no wallet would accept counts like any other.
    for (attempt, code) in ["guess one", "guess two", "short", "guess four", "guess five"].iter().enumerate()
    {
        let error = bureau.issuer.report_loss(&number(1), code, &bureau.officer, NOW);
        let left = 4 - attempt as u32;
        assert!(matches!(error, Err(ReportLossError::WrongCode { attempts_left }) if attempts_left == left));
    }
    for later in [NOW, UnixTime(NOW.0 + DAY - 1), UnixTime(NOW.0 - DAY)] {
        let error = bureau.issuer.report_loss(&number(1), CODE, &bureau.officer, later);
        let until = UnixTime(NOW.0 + DAY);
        assert!(matches!(error, Err(ReportLossError::TooManyAttempts { until: u }) if u == until));
    }
    let log = bureau.issuer.log(1, usize::MAX).unwrap();
    assert_eq!(log.iter().filter(|entry| entry.action == Action::LossRefused).count(), 8);
    bureau.issuer.report_loss(&number(1), CODE, &bureau.officer, UnixTime(NOW.0 + DAY)).unwrap();
}

/// Closing the way of the code leaves the officer's open.
#[test]
fn an_officer_revokes_while_the_code_is_locked() {
    let mut bureau = Bureau::new();
    bureau.enrol(1);
    for _ in 0..5 {
        bureau.issuer.report_loss(&number(1), "wrong code", &bureau.officer, NOW).unwrap_err();
    }
    bureau.issuer.revoke(&number(1), Reason::Lost, &bureau.officer, NOW).unwrap();
}
