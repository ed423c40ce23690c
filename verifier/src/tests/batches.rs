//! [`Verifier::check_batch`] and [`Verifier::verify_batch`]: the results of one by one, whatever the mix.

use proptest::prelude::*;
use tacit_credential::fixtures::{narrow_policy, wide_policy};

use super::*;

/// What becomes of an answer before it is sent.
#[derive(Clone, Copy, Debug)]
enum Sent {
    Honest,
    OtherPseudonym,
    OtherProof,
    Garbled(u8),
    OutsideSubgroup,
    OtherRequest,
    WithoutDisclosure,
    ForeignRequest,
    NotIssued,
}

fn sent() -> impl Strategy<Value = Sent> {
    prop_oneof![
        6 => Just(Sent::Honest),
        1 => Just(Sent::OtherPseudonym),
        1 => Just(Sent::OtherProof),
        1 => any::<u8>().prop_map(Sent::Garbled),
        1 => Just(Sent::OutsideSubgroup),
        1 => Just(Sent::OtherRequest),
        1 => Just(Sent::WithoutDisclosure),
        1 => Just(Sent::ForeignRequest),
        1 => Just(Sent::NotIssued),
    ]
}

type Answer = (SignedRequest, Presentation);

/// Ten requests under each policy and their honest answers, and a site that issued all but the last.
fn answers() -> &'static (Site, Vec<Answer>) {
    static ANSWERS: OnceLock<(Site, Vec<Answer>)> = OnceLock::new();
    ANSWERS.get_or_init(|| {
        let mut site = Site::new();
        let mut answers = Vec::new();
        for policy in (0..10).flat_map(|_| [wide_policy(), narrow_policy()]) {
            let request = site.request(policy);
            let answer = site.answer(&request);
            answers.push((request, answer));
        }
        (site, answers)
    })
}

fn change((request, presentation): &Answer, how: Sent, other: &Answer) -> Answer {
    let (mut request, mut presentation) = (request.clone(), presentation.clone());
    match how {
        Sent::Honest | Sent::NotIssued => {}
        Sent::OtherPseudonym => presentation.pseudonym = Pseudonym::from_field(Fr::from(7)),
        Sent::OtherProof => presentation.proof = other.1.proof,
        Sent::Garbled(at) => presentation.proof.0[usize::from(at) % 128] ^= 1 << (at / 128),
        Sent::OutsideSubgroup => {
            presentation.proof.0[32..96].fill(0);
            presentation.proof.0[32..96].copy_from_slice(&presentations::outside_subgroup());
        }
        Sent::OtherRequest => presentation = other.1.clone(),
        Sent::WithoutDisclosure => presentation.disclosed = Disclosed::default(),
        Sent::ForeignRequest => {
            request.request.verifier = VerifierKey::from(&SigningKey::from_bytes(&[9; 32]));
        }
    }
    (request, presentation)
}

/// A verifier that issued every request but the last two.
fn fresh() -> Verifier {
    let (site, answers) = answers();
    let store = MemoryChallengeStore::new();
    for (request, _) in &answers[..answers.len() - 2] {
        let now = site.clock.now();
        store.issue(&request.request.challenge(), now.plus(MAX_LIFETIME), now).unwrap();
    }
    let verifier = site.builder().challenges(store).build().unwrap();
    verifier.add_trust_list(site.world.list.signed().clone()).unwrap();
    verifier
}

fn outcome<T>(result: Result<T, VerifyError>) -> String {
    // The words too: they name what was wrong where.
    result.map_or_else(|error| format!("{} {error}", error.code()), |_| "accepted".into())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_mix_has_the_results_of_one_by_one(mix in proptest::collection::vec((0usize..20, sent(), 0usize..20), 0..40)) {
        let (_, answers) = answers();
        let mix: Vec<Answer> = mix
            .into_iter()
            .map(|(which, how, other)| {
                let which = if matches!(how, Sent::NotIssued) { 19 } else { which };
                change(&answers[which], how, &answers[other])
            })
            .collect();
        let pairs: Vec<_> = mix.iter().map(|(request, presentation)| (request, presentation)).collect();
        let (one_by_one, at_once) = (fresh(), fresh());
        let checked: Vec<_> = pairs.iter().map(|(r, p)| outcome(one_by_one.check(r, p))).collect();
        prop_assert_eq!(at_once.check_batch(&pairs).into_iter().map(outcome).collect::<Vec<_>>(), checked);
        let verified: Vec<_> = pairs.iter().map(|(r, p)| outcome(one_by_one.verify(r, p))).collect();
        prop_assert_eq!(at_once.verify_batch(&pairs).into_iter().map(outcome).collect::<Vec<_>>(), verified);
    }
}

/// Two copies of one answer in one batch, and a false one after them: one is accepted, the others find the challenge used.
#[test]
fn one_of_several_answers_to_a_request_is_accepted() {
    let (_, answers) = answers();
    let (request, honest) = &answers[0];
    let mut rubbish = honest.clone();
    rubbish.pseudonym = Pseudonym::from_field(Fr::from(1));
    let batch = [(request, &rubbish), (request, honest), (request, honest), (request, &rubbish)];
    let verifier = fresh();
    assert_eq!(verifier.check_batch(&batch).iter().filter(|checked| checked.is_ok()).count(), 2);
    let codes: Vec<_> = verifier
        .verify_batch(&batch)
        .into_iter()
        .map(|v| v.map_or_else(|e| e.code(), |_| "accepted"))
        .collect();
    assert_eq!(codes, ["proof-invalid", "accepted", "challenge-used", "challenge-used"]);
}

/// Presentations of two circuits in one batch: each is combined with its like and checked by its own key.
#[test]
fn keys_are_not_mixed() {
    let (site, answers) = answers();
    let verifier = fresh();
    let new = CircuitDigest([9; 32]);
    let imposter = VerifyingKey::from_points(new, Provenance::Development, points(&new_prover(99))).unwrap();
    verifier.add_key(imposter).unwrap();
    let mut site_two = Site::new();
    let new_request =
        verifier.request(ask(wide_policy()), &site.world.verifier, &mut site_two.world.rng).unwrap();
    assert_eq!(new_request.request.circuit, new);
    let under_old_key = site_two.answer(&new_request);
    let mut batch: Vec<_> = answers[..8].iter().map(|(request, answer)| (request, answer)).collect();
    batch.insert(4, (&new_request, &under_old_key));
    let results = verifier.verify_batch(&batch);
    let refused: Vec<_> = (0..9).filter(|i| results[*i].is_err()).collect();
    assert_eq!(refused, [4]);
    assert!(verifier.verify_batch(&[]).is_empty());
}
