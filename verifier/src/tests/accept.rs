//! [`Verifier::check`] and [`CheckedPresentation::accept_with`].

use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::cell::Cell;

use tacit_credential::fixtures::{NOW, wide_policy};
use tacit_credential::holder::Pseudonym;

use super::*;

/// Checking changes nothing: the challenge stays open for whoever consumes it first.
#[test]
fn a_check_leaves_the_challenge_open() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let presentation = site.answer(&request);
    let first = site.verifier.check(&request, &presentation).unwrap();
    let second = site.verifier.check(&request, &presentation).unwrap();
    assert_eq!(first.challenge(), &request.request.challenge());
    let consume = |findings: &Findings| site.store.consume(findings.challenge(), NOW);
    first.accept_with(consume).unwrap();
    assert!(matches!(second.accept_with(consume), Err(ChallengeError::Used)));
    let used = |error| matches!(error, VerifyError::Challenge(ChallengeError::Used));
    assert!(used(site.verifier.check(&request, &presentation).expect_err("a refusal")));
    assert!(used(site.refused(&request, &presentation)));
}

#[test]
fn the_closure_sees_what_is_accepted_and_may_refuse() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let presentation = site.answer(&request);
    let refused = site.verifier.check(&request, &presentation).unwrap().accept_with(|_| Err("rolled back"));
    assert_eq!(refused.err(), Some("rolled back"));

    let seen = Cell::new(None);
    let checked = site.verifier.check(&request, &presentation).unwrap();
    let verified = checked.accept_with(|findings| {
        seen.set(Some(findings.clone()));
        site.store.consume(findings.challenge(), findings.checked_at())
    });
    let (seen, verified) = (seen.take().unwrap(), verified.unwrap());
    for findings in [&seen, verified.findings()] {
        assert_eq!(findings.policy(), &wide_policy());
        assert_eq!(findings.disclosed(), &presentation.disclosed);
        assert_eq!(findings.pseudonym(), Some(&presentation.pseudonym));
        assert_eq!(findings.challenge(), &request.request.challenge());
        assert_eq!((findings.checked_at(), findings.expires_at()), (NOW, request.request.expires_at));
        assert_eq!((findings.date(), findings.epoch()), (request.request.date, request.request.epoch));
        assert!(findings.development_key());
    }
    assert!(!format!("{seen:?}").contains("1990"), "no attribute values in the log");
}

#[test]
fn a_false_presentation_reaches_no_closure() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let mut presentation = site.answer(&request);
    presentation.pseudonym = Pseudonym::from_field(Fr::from(1));
    let error = site.verifier.check(&request, &presentation).expect_err("a refusal");
    assert!(matches!(error, VerifyError::Proof(ProofError::Invalid)));
}

/// A store elsewhere: `verify` refuses what nobody consumed, `check` and `accept_with` work.
#[test]
fn challenges_elsewhere_are_never_consumed_here() {
    let mut site = Site::new();
    let verifier = site.builder().challenges(ChallengesElsewhere).build().unwrap();
    verifier.add_trust_list(site.world.list.signed().clone()).unwrap();
    let request = verifier.request(ask(wide_policy()), &site.world.verifier, &mut site.world.rng).unwrap();
    let presentation = site.answer(&request);
    let error = verifier.verify(&request, &presentation).expect_err("a refusal");
    assert!(matches!(error, VerifyError::Challenge(ChallengeError::Store(_))));
    let consumed = Cell::new(0);
    let checked = verifier.check(&request, &presentation).unwrap();
    checked
        .accept_with(|_| {
            consumed.set(consumed.get() + 1);
            Ok::<_, ChallengeError>(())
        })
        .unwrap();
    assert_eq!(consumed.get(), 1);
}

/// Runs a future that needs no reactor; returns how often it had to be asked.
fn drive<F: Future + Send>(future: F) -> (F::Output, usize) {
    let (mut future, mut context) = (pin!(future), Context::from_waker(Waker::noop()));
    for asked in 1.. {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return (output, asked);
        }
    }
    unreachable!("it is asked until it is ready")
}

/// Ready the second time.
async fn wait_once() {
    let mut waited = false;
    core::future::poll_fn(|_| {
        if core::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

#[test]
fn the_asynchronous_twin_waits_for_the_transaction() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let presentation = site.answer(&request);
    let accept = |checked: CheckedPresentation| {
        let store = site.store.clone();
        drive(checked.accept_with_async(move |findings| async move {
            wait_once().await;
            store.consume(findings.challenge(), NOW)
        }))
    };
    let (first, second) =
        (site.verifier.check(&request, &presentation), site.verifier.check(&request, &presentation));
    let (accepted, asked) = accept(first.unwrap());
    assert_eq!((accepted.unwrap().challenge(), asked), (&request.request.challenge(), 2));
    assert!(matches!(accept(second.unwrap()).0, Err(ChallengeError::Used)));
}
