//! Trust operators and verifying keys that come and go while the verifier runs. What is unknown or retired is refused by name,
//! never judged by something else (attack 7).

use tacit_credential::certificate::CertificateError;
use tacit_credential::fixtures::{NOW, wide_policy};
use tacit_credential::trust_list::{SignedTrustList, TrustListError, TrustListParameters};

use super::*;

/// A second operator with a list of its own, under which nobody has an ID: proofs of possession are bound to their operator.
fn second() -> (SigningKey, SignedTrustList) {
    let operator = SigningKey::from_bytes(&[0x22; 32]);
    let list = list(&operator, 3);
    (operator, list)
}

fn list(operator: &SigningKey, epoch: u64) -> SignedTrustList {
    let parameters = TrustListParameters {
        epoch: Epoch(epoch),
        predecessor: None,
        issued_at: NOW,
        expires_at: UnixTime(NOW.0 + 86_400),
        issuers: Vec::new(),
    };
    SignedTrustList::sign(parameters, operator).unwrap()
}

fn request_under(site: &mut Site, operator: &OperatorKey) -> SignedRequest {
    site.verifier.prefer_operator(operator).unwrap();
    site.request(wide_policy())
}

#[test]
fn requests_are_made_for_the_primary_operator_and_judged_by_their_own() {
    let mut site = Site::new();
    let (operator, list) = second();
    let (first, second) = (site.world.operator_key(), OperatorKey::from(&operator));
    assert!(matches!(
        site.verifier.add_trust_list(list.clone()),
        Err(AddListError::List(TrustListError::OtherOperator))
    ));
    site.verifier.add_operator(second).unwrap();
    assert_eq!(site.verifier.add_operator(second), Err(OperatorError::AlreadyTrusted));
    assert_eq!(site.verifier.add_trust_list(list), Ok(Epoch(3)));
    assert_eq!(
        (site.verifier.newest_epoch(), site.verifier.newest_epoch_of(&second)),
        (Some(Epoch(7)), Some(Epoch(3)))
    );
    assert_eq!(
        (site.verifier.operators(), site.verifier.primary_operator()),
        (vec![first, second], Some(first))
    );

    // One chain's numbers say nothing about the other's: list 7 of the first does not end requests under list 3 of the second.
    let under_first = site.request(wide_policy());
    let under_second = request_under(&mut site, &second);
    assert_eq!(under_second.request.trust_list, TrustListId::of(&second));
    assert_eq!((under_first.request.epoch, under_second.request.epoch), (Epoch(7), Epoch(3)));
    assert_eq!(
        under_second.request.certificate, None,
        "the first operator's certificate stays with its requests"
    );
    let presentation = site.answer(&under_first);
    site.verifier.verify(&under_first, &presentation).unwrap();
    // A proof over the first operator's root does not answer a request under the second one.
    let presentation = site.answer(&under_second);
    assert!(matches!(site.refused(&under_second, &presentation), VerifyError::Proof(ProofError::Invalid)));
}

#[test]
fn a_retired_operators_open_requests_end_with_it() {
    let mut site = Site::new();
    let (operator, list) = second();
    let (first, second) = (site.world.operator_key(), OperatorKey::from(&operator));
    site.verifier.add_operator(second).unwrap();
    site.verifier.add_trust_list(list.clone()).unwrap();
    let request = site.request(wide_policy());
    let presentation = site.answer(&request);
    site.verifier.check(&request, &presentation).unwrap().accept_with(|_| Err(())).expect_err("left open");

    site.verifier.retire_operator(&first).unwrap();
    assert_eq!(site.verifier.retire_operator(&first), Err(OperatorError::Unknown));
    assert!(matches!(site.refused(&request, &presentation), VerifyError::OperatorRetired));
    let signed = site.world.list.signed().clone();
    assert_eq!(site.verifier.add_trust_list(signed.clone()), Err(AddListError::OperatorRetired));
    // The other one is not taken in its place, for requests neither.
    let error = site.verifier.request(ask(wide_policy()), &site.world.verifier, &mut site.world.rng);
    assert!(matches!(error, Err(AskError::NoOperator)));
    assert_eq!((site.verifier.newest_epoch(), site.verifier.primary_operator()), (None, None));
    assert_eq!(request_under(&mut site, &second).request.epoch, Epoch(3));
    assert_eq!(site.verifier.prefer_operator(&first), Err(OperatorError::Unknown));

    // An operator that nobody ever trusted is another thing, and refused by another name.
    let mut unknown = request.clone();
    unknown.request.trust_list = TrustListId::of(&OperatorKey::from(&SigningKey::from_bytes(&[0x33; 32])));
    site.issue(&unknown);
    let mut answer = presentation.clone();
    answer.challenge = unknown.request.challenge();
    assert!(matches!(site.refused(&unknown, &answer), VerifyError::OtherTrustList));
}

/// Attack 2: an operator that comes back does not bring a list older than the newest that was used.
#[test]
fn an_operator_comes_back_no_older() {
    let site = Site::new();
    let (operator, old) = second();
    let second = OperatorKey::from(&operator);
    site.verifier.add_operator(Operator::from(second).newest_epoch_seen(Epoch(2))).unwrap();
    site.verifier.add_trust_list(list(&operator, 5)).unwrap();
    site.verifier.retire_operator(&second).unwrap();
    site.verifier.add_operator(second).unwrap();
    assert_eq!(site.verifier.add_trust_list(old), Ok(Epoch(3)));
    assert_eq!(site.verifier.newest_epoch_of(&second), None, "list 5 was seen");
    site.verifier.add_trust_list(list(&operator, 6)).unwrap();
    assert_eq!(site.verifier.newest_epoch_of(&second), Some(Epoch(6)));
}

#[test]
fn certificates_belong_to_their_operator() {
    let mut site = Site::new();
    let (operator, list) = second();
    let second = OperatorKey::from(&operator);
    let foreign = || Operator::from(second).certificate(site.world.certificate.clone());
    // The first operator's certificate under the second one's name is found out when a request is made.
    site.verifier.add_operator(foreign()).unwrap();
    site.verifier.add_trust_list(list).unwrap();
    site.verifier.prefer_operator(&second).unwrap();
    let error = site.verifier.request(ask(wide_policy()), &site.world.verifier, &mut site.world.rng);
    assert!(matches!(error, Err(AskError::Certificate(CertificateError::Signature))));
    site.verifier.set_certificate(&second, None).unwrap();
    assert_eq!(site.request(wide_policy()).request.certificate, None);

    let other = VerifierKey::from(&SigningKey::from_bytes(&[8; 32]));
    let mut imposter = site.world.certificate.clone();
    imposter.key = other;
    let refusal = Err(OperatorError::CertificateKey);
    assert_eq!(site.verifier.set_certificate(&second, Some(imposter.clone())), refusal);
    let third = OperatorKey::from(&SigningKey::from_bytes(&[0x33; 32]));
    assert_eq!(site.verifier.set_certificate(&third, None), Err(OperatorError::Unknown));
    assert_eq!(site.verifier.add_operator(Operator::from(third).certificate(imposter)), refusal);
}

#[test]
fn several_operators_may_be_there_from_the_start() {
    let site = Site::new();
    let (operator, list) = second();
    let builder = || site.builder().operator(OperatorKey::from(&operator));
    let verifier = builder().build().unwrap();
    verifier.add_trust_list(list).unwrap();
    verifier.add_trust_list(site.world.list.signed().clone()).unwrap();
    assert_eq!(verifier.operators().len(), 2);
    let twice = builder().operator(site.world.operator_key()).build();
    assert_eq!(twice.err(), Some(OperatorError::AlreadyTrusted.into()));
}

#[test]
fn keys_come_and_go_while_the_verifier_runs() {
    let mut site = Site::new();
    let (old, new) = (circuit(), CircuitDigest([9; 32]));
    let new_key =
        || VerifyingKey::from_points(new, Provenance::Development, points(&new_prover(99))).unwrap();
    let request = site.request(wide_policy());
    let presentation = site.answer(&request);
    site.verifier.add_key(new_key()).unwrap();
    assert_eq!(site.verifier.add_key(new_key()), Err(KeyUseError::Duplicate(new)));
    assert_eq!(site.verifier.circuits(), [old, new]);
    assert_eq!(site.request(wide_policy()).request.circuit, new);
    site.verifier.check(&request, &presentation).unwrap().accept_with(|_| Err(())).expect_err("left open");

    site.verifier.retire_key(old).unwrap();
    assert_eq!(site.verifier.retire_key(old), Err(KeyUseError::Unknown(old)));
    assert!(
        matches!(site.refused(&request, &presentation), VerifyError::RetiredCircuit(circuit) if circuit == old)
    );
    site.verifier.retire_key(new).unwrap();
    let error = site.verifier.request(ask(wide_policy()), &site.world.verifier, &mut site.world.rng);
    assert!(matches!(error, Err(AskError::NoKey)));

    site.verifier.add_key(key()).unwrap();
    site.verifier.verify(&request, &presentation).expect("the key is back");
    let strict = site.builder_without_keys();
    let ceremony = VerifyingKey::from_points(old, Provenance::Ceremony, points(prover())).unwrap();
    let strict = strict.key(ceremony).build().unwrap();
    assert_eq!(strict.add_key(new_key()), Err(KeyUseError::Development(new)));
}

/// Threads that verify while another one takes the operator away and brings it back: each answer is one or the other.
#[test]
fn rotation_and_checks_may_overlap() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let presentation = site.answer(&request);
    let (first, list) = (site.world.operator_key(), site.world.list.signed().clone());
    let verifier = &site.verifier;
    std::thread::scope(|scope| {
        let checks = scope.spawn(|| {
            for _ in 0..40 {
                match verifier.check(&request, &presentation) {
                    Ok(checked) => drop(checked),
                    Err(VerifyError::OperatorRetired | VerifyError::UnknownEpoch(_)) => {}
                    // Back, with a newer list known than is loaded yet: none here.
                    Err(error) => panic!("{error}"),
                }
            }
        });
        while !checks.is_finished() {
            verifier.retire_operator(&first).unwrap();
            verifier.add_operator(first).unwrap();
            verifier.add_trust_list(list.clone()).unwrap();
        }
    });
    verifier.verify(&request, &presentation).expect("its operator and list are there");
}
