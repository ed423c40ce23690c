//! Requests that a verifier makes, or does not.

use serde_json::{Value, json};
use std::time::Duration;
use tacit_credential::fixtures::NOW;
use tacit_credential::policy::Policy;
use tacit_verifier::Ask;

use super::scene::{BANK, HOTEL, Scene, value};
use super::{Action, Case, Expect, Vectors, seeded};

pub(super) fn add(vectors: &mut Vectors, scene: &Scene) {
    let policy = json!({ "minimum_age": 18, "provinces": ["Guangdong", "Hunan"], "pseudonym": "guests" });
    let ask = json!({
        "policy": policy, "endpoint": "https://lotus-hotel.example/present", "lifetime_seconds": 300,
    });
    let with = |key: &str, value: Value| {
        let mut ask = ask.clone();
        ask[key] = value;
        ask
    };
    let case = |name: &str, ask: Value, expect| {
        Case::new(&format!("ask: {name}"), Action::Ask { ask, signing_key: HOTEL }, expect)
    };
    let made = Ask {
        policy: Policy::from_json(&policy.to_string()).expect("a policy"),
        endpoint: "https://lotus-hotel.example/present".into(),
        lifetime: Duration::from_secs(300),
    };
    let site = &scene.site;
    let request = site.verifier.request(made, &site.world.verifier, &mut seeded()).expect("a request");
    vectors.case(case("a request, the same in every language", ask.clone(), Expect::Ok(value(&request))));

    vectors.case(Case {
        action: Action::Ask { ask: ask.clone(), signing_key: BANK },
        ..case("with another's key", ask.clone(), Expect::Code("other-key"))
    });
    let refused = [
        ("for no time", "lifetime", with("lifetime_seconds", json!(0))),
        ("for too long", "lifetime", with("lifetime_seconds", json!(3_601))),
        ("for longer than there is time", "lifetime", with("lifetime_seconds", json!((1u64 << 53) - 1))),
        ("to nowhere", "endpoint", with("endpoint", json!(" "))),
        ("to where nobody can read", "endpoint", with("endpoint", json!("https://hotel.example/\u{202e}"))),
        ("with a policy that is none", "ask-json", with("policy", json!({ "minimum_age": "eighteen" }))),
        ("for what nobody is", "ask-json", with("policy", json!({ "minimum_age": 30, "maximum_age": 20 }))),
        ("with an unknown clause", "ask-json", with("policy", json!({ "minimum_agee": 18 }))),
        ("without a policy", "ask-json", json!({ "endpoint": "here", "lifetime_seconds": 300 })),
        ("nothing", "ask-json", json!("{")),
        ("for fresher lists than there are", "status-too-old", {
            with("policy", json!({ "minimum_age": 18, "max_status_age_hours": 1 }))
        }),
    ];
    for (name, code, ask) in refused {
        let case = case(name, ask, Expect::Code(code));
        vectors.case(if code == "status-too-old" { case.at(NOW.0 + 60) } else { case });
    }
    vectors.case(case("without a list", ask.clone(), Expect::Code("no-trust-list")).with_lists(&[]));
    vectors.case(
        case("with an older list than was seen", ask.clone(), Expect::Code("no-trust-list"))
            .by("hotel that saw list eight"),
    );
    vectors.case(
        case("with a certificate that lapsed", ask, Expect::Code("certificate")).at(scene
            .site
            .world
            .certificate
            .not_after
            .0),
    );
}
