//! The request against which a presentation is checked: others', changed ones, old ones.

use serde_json::Value;
use tacit_credential::certificate::VerifierIdentity;
use tacit_credential::date::UnixTime;
use tacit_credential::fixtures::{NOW, narrow_policy, wide_policy};
use tacit_credential::request::{CircuitDigest, SignedRequest};
use tacit_credential::trust_list::{Epoch, TrustListId};

use super::scene::{BANK, HOTEL, Scene, rerandomised, value};
use super::{Action, Case, Challenge, Expect, Vectors};
use crate::accepted;

pub(super) fn add(vectors: &mut Vectors, scene: &mut Scene) {
    let (narrow, wide) = (scene.request(narrow_policy()), scene.request(wide_policy()));
    let (for_narrow, for_wide) = (scene.answer(&narrow), scene.answer(&wide));
    for (name, request, presentation) in [("narrow", &narrow, &for_narrow), ("wide", &wide, &for_wide)] {
        vectors.request(name, value(request));
        vectors.presentation(name, presentation.to_bytes());
        vectors.presentation(&format!("{name} as JSON"), presentation.to_json());
        let mut again = presentation.clone();
        again.proof = rerandomised(&presentation.proof);
        vectors.presentation(&format!("{name}, proof re-randomised"), again.to_bytes());

        let outcome = accepted(&scene.site.fresh(request).verify(request, presentation).expect("honest"));
        for (form, shown) in [
            ("compact", name.to_owned()),
            ("JSON", format!("{name} as JSON")),
            ("a proof that somebody re-randomised", format!("{name}, proof re-randomised")),
        ] {
            let case = Case::verify(&format!("accepted: {name}, {form}"), name, &shown, "");
            vectors.case(Case { expect: Expect::Ok(outcome.clone()), ..case });
        }
        let caller = Case::verify(&format!("accepted: {name}, the caller keeps challenges"), name, name, "")
            .by("hotel whose caller keeps challenges")
            .with_challenge(Challenge::Caller);
        vectors.case(Case { expect: Expect::Ok(outcome), ..caller });
        for replay in [name.to_owned(), format!("{name}, proof re-randomised")] {
            let case = Case::verify(&format!("replay: {replay}"), name, &replay, "challenge-used");
            vectors.case(case.after(name));
        }
    }
    vectors.case(
        Case::verify("challenge: of no request of this process", "narrow", "narrow", "challenge-unknown")
            .with_challenge(Challenge::Unknown),
    );
    let second = scene.request(narrow_policy());
    vectors.request("narrow, once more", value(&second));
    vectors.case(Case::verify(
        "an answer to another request",
        "narrow, once more",
        "narrow",
        "other-challenge",
    ));
    let mut aimed = for_narrow.clone();
    aimed.challenge = second.request.challenge();
    vectors.presentation("narrow, aimed at another request", aimed.to_bytes());
    vectors.case(Case::verify(
        "an answer aimed at another request",
        "narrow, once more",
        "narrow, aimed at another request",
        "proof-invalid",
    ));

    vectors.case(
        Case::verify("request: at its last second", "narrow", "narrow", "")
            .at(narrow.request.expires_at.0 - 1),
    );
    let Some(last) = vectors.cases.last_mut() else { unreachable!("just added") };
    let mut at_the_end = accepted(&scene.site.fresh(&narrow).verify(&narrow, &for_narrow).expect("honest"));
    at_the_end["verified_at"] = (narrow.request.expires_at.0 - 1).into();
    last.expect = Expect::Ok(at_the_end);
    vectors.case(
        Case::verify("request: expired", "narrow", "narrow", "request-expired")
            .at(narrow.request.expires_at.0),
    );
    changed(vectors, scene, &narrow);
    epochs(vectors, scene, &narrow);

    for (name, text) in [
        ("a request that is cut short", narrow.to_json()[..200].to_owned()),
        ("a request with an unknown field", narrow.to_json().replacen('{', "{\"also\":1,", 1)),
        ("a request that is a list", "[]".to_owned()),
    ] {
        let text: String = text.lines().map(str::trim).collect();
        vectors.request(name, Value::String(text));
        vectors.case(unopened(name, name, "narrow", "request-json"));
    }
}

/// A case whose request this verifier would not take back: the caller says that it is open.
fn unopened(name: &str, request: &str, presentation: &str, code: &'static str) -> Case {
    Case::verify(name, request, presentation, code)
        .by("hotel whose caller keeps challenges")
        .with_challenge(Challenge::Caller)
}

/// Requests that the hotel did not make, or signed although they are wrong, each answered as well as may be.
fn changed(vectors: &mut Vectors, scene: &mut Scene, narrow: &SignedRequest) {
    let cases: Vec<(&str, &'static str, SignedRequest)> = vec![
        (
            "of another verifier",
            "other-verifier",
            Scene::resigned(narrow, BANK, |request| {
                request.verifier = (&ed25519_dalek::SigningKey::from_bytes(&BANK)).into();
            }),
        ),
        ("signed by another", "request-signature", Scene::resigned(narrow, BANK, |_| ())),
        (
            "of another circuit",
            "unknown-circuit",
            Scene::resigned(narrow, HOTEL, |request| {
                request.circuit = CircuitDigest([9; 32]);
            }),
        ),
        (
            "over another operator's lists",
            "other-trust-list",
            Scene::resigned(narrow, HOTEL, |request| {
                request.trust_list = TrustListId([9; 32]);
            }),
        ),
        (
            "that shares a scope",
            "scope-given",
            Scene::resigned(narrow, HOTEL, |request| {
                request.policy.pseudonym = wide_policy().pseudonym;
                request.policy.shared_scope = VerifierIdentity::new("lotus-group.example").ok();
            }),
        ),
        (
            "dated two days ago",
            "request-date",
            Scene::resigned(narrow, HOTEL, |request| {
                request.date = UnixTime(NOW.0 - 2 * 86_400).date_utc8();
            }),
        ),
        (
            "dated tomorrow",
            "request-date",
            Scene::resigned(narrow, HOTEL, |request| {
                request.date = UnixTime(NOW.0 + 86_400).date_utc8();
            }),
        ),
        (
            "over a list that is not loaded",
            "unknown-epoch",
            Scene::resigned(narrow, HOTEL, |request| {
                request.epoch = Epoch(9);
            }),
        ),
        (
            "over a list before those that are loaded",
            "epoch-superseded",
            Scene::resigned(narrow, HOTEL, |request| {
                request.epoch = Epoch(6);
            }),
        ),
        (
            "with another policy",
            "proof-invalid",
            Scene::resigned(narrow, HOTEL, |request| {
                request.policy.minimum_age = Some(16);
            }),
        ),
        (
            "with another address",
            "proof-invalid",
            Scene::resigned(narrow, HOTEL, |request| {
                request.endpoint.push('s');
            }),
        ),
        (
            "without its certificate",
            "proof-invalid",
            Scene::resigned(narrow, HOTEL, |request| {
                request.certificate = None;
            }),
        ),
    ];
    let honest = scene.answer(narrow);
    for (name, code, request) in cases {
        let (text, mut answer) = (format!("request {name}"), honest.clone());
        answer.challenge = request.request.challenge();
        vectors.request(&text, value(&request));
        vectors.presentation(&text, answer.to_bytes());
        vectors.case(unopened(&format!("request: {name}"), &text, &text, code));
    }
    let mut endpoint = narrow.clone();
    endpoint.request.endpoint.push('s');
    let mut answer = honest;
    answer.challenge = endpoint.request.challenge();
    vectors.request("narrow, changed after it was signed", value(&endpoint));
    vectors.presentation("narrow, changed after it was signed", answer.to_bytes());
    let name = "narrow, changed after it was signed";
    vectors.case(unopened("request: changed after it was signed", name, name, "request-signature"));
    vectors.case(Case {
        verifier: "hotel of another operator".into(),
        lists: Vec::new(),
        ..unopened("request: of the time before another operator", "narrow", "narrow", "other-trust-list")
    });
    if let Some(case) = vectors.cases.last_mut() {
        case.action = Action::Verify {
            request: "narrow".into(),
            challenge: Challenge::Open,
            first: None,
            presentation: "narrow".into(),
        };
    }
}

/// Newer lists, lapsed lists, old lists.
fn epochs(vectors: &mut Vectors, scene: &mut Scene, narrow: &SignedRequest) {
    let both = ["seven", "eight"];
    let superseded =
        |name: &str| Case::verify(&format!("epoch: {name}"), "narrow", "narrow", "epoch-superseded");
    vectors.case(superseded("a newer list is loaded").with_lists(&both));
    vectors.case(superseded("a newer list was seen").by("hotel that saw list eight"));
    vectors.case(superseded("the grace is over").with_lists(&both).by("hotel with grace").at(NOW.0 + 120));
    let answer = scene.answer(narrow);
    let mut outcome = accepted(&scene.site.fresh(narrow).verify(narrow, &answer).expect("honest"));
    outcome["verified_at"] = (NOW.0 + 119).into();
    let grace = superseded("within the grace").with_lists(&both).by("hotel with grace").at(NOW.0 + 119);
    vectors.case(Case { expect: Expect::Ok(outcome), ..grace });
    vectors
        .case(Case::verify("epoch: no list is loaded", "narrow", "narrow", "unknown-epoch").with_lists(&[]));

    let mut fresh = narrow_policy();
    fresh.max_status_age_hours = 1;
    let strict = scene.request(fresh);
    let answer = scene.answer(&strict);
    vectors.request("narrow, lists of an hour", value(&strict));
    vectors.presentation("narrow, lists of an hour", answer.to_bytes());
    let name = "narrow, lists of an hour";
    vectors.case(
        Case::verify("epoch: older than the policy allows", name, name, "status-too-old").at(NOW.0 + 60),
    );

    let lapse = scene.site.world.list.list().expires_at;
    let late = scene.request_with(narrow_policy(), |parameters| {
        parameters.date = lapse.date_utc8();
        parameters.expires_at = UnixTime(lapse.0 + 600);
    });
    let answer = scene.answer(&late);
    vectors.request("narrow, as its list lapses", value(&late));
    vectors.presentation("narrow, as its list lapses", answer.to_bytes());
    let name = "narrow, as its list lapses";
    vectors.case(Case::verify("epoch: the list lapsed", name, name, "trust-list-expired").at(lapse.0));
}
