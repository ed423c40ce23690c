//! Two calls: make a request, get the outcome. And the wallet in between.

use serde_json::json;
use tacit_credential::presentation::ProofBytes;

use crate::place::{DESK, Place, SHOP, adult};

#[test]
fn a_guest_answers_and_the_business_learns_the_outcome() {
    let place = Place::new();
    let asked = place.ask(&json!({
        "policy": { "minimum_age": 18, "disclose": ["name", "region"], "pseudonym": "guests" }, "lifetime_seconds": 120
    }));
    assert_eq!(asked.made["request_url"], format!("https://lotus-hotel.example/id/r/{}", asked.id));
    assert_eq!(
        asked.request.request.endpoint, asked.made["request_url"],
        "the signed endpoint is where the answer goes"
    );
    assert_eq!(asked.made["qr_text"], asked.made["request_url"]);
    assert_eq!(asked.made["expires_at"], tacit_credential::fixtures::NOW.0 + 120);

    let pending = place.standing(&asked);
    assert_eq!((&pending["status"], &pending["refused_attempts"]), (&json!("pending"), &json!(0)));
    assert!(pending.get("outcome").is_none());

    // The wallet fetches what the business was given, and answers.
    let fetched = place.get(&format!("/r/{}", asked.id), None).ok();
    assert_eq!(fetched, asked.made["request"]);
    assert_eq!(place.honest(&asked).ok(), json!({ "accepted": true }));

    let accepted = place.standing(&asked);
    assert_eq!(accepted["status"], "accepted");
    let outcome = &accepted["outcome"];
    assert_eq!(outcome["disclosed"], json!({ "name": "李小龙", "region": "440305" }));
    assert_eq!(outcome["pseudonym"].as_str().unwrap().len(), 64);
    assert_eq!(outcome["policy"]["minimum_age"], 18);
    assert_eq!((&outcome["date"], &outcome["epoch"]), (&json!("2026-11-25"), &json!(7)));
    assert_eq!(outcome["development_key"], true);
    assert!(outcome["clauses"][0].as_str().unwrap().contains("18 or older"), "{outcome}");

    // The request is over for the wallet.
    assert_eq!(place.get(&format!("/r/{}", asked.id), None).fault(), (410, "request-closed"));
}

#[test]
fn the_same_person_has_the_same_pseudonym_and_binary_answers_do_as_well() {
    let place = Place::new();
    let ask = json!({ "policy": { "pseudonym": "guests" } });
    let pseudonyms = [0, 1].map(|_| {
        let asked = place.ask(&ask);
        let bytes = place.guest.present(&asked.request).to_bytes();
        place.post_bytes(&format!("/r/{}", asked.id), None, "application/octet-stream", &bytes).ok();
        place.standing(&asked)["outcome"]["pseudonym"].clone()
    });
    assert!(pseudonyms[0].is_string());
    assert_eq!(pseudonyms[0], pseudonyms[1]);
    let asked = place.ask(&adult());
    place.honest(&asked).ok();
    assert!(place.standing(&asked)["outcome"].get("pseudonym").is_none(), "none was asked for");
}

#[test]
fn a_presentation_is_accepted_once_and_for_its_own_request() {
    let place = Place::new();
    let (one, two) = (place.ask(&adult()), place.ask(&adult()));
    let presentation = place.guest.present(&one.request);
    assert_eq!(place.answer(&two, &presentation).fault(), (403, "presentation-refused"));
    assert_eq!(place.standing(&two)["last_refusal"], "other-challenge");
    place.answer(&one, &presentation).ok();
    assert_eq!(place.answer(&one, &presentation).fault(), (403, "presentation-refused"));
    assert_eq!(place.standing(&one)["status"], "accepted");
    // A second wallet, too late.
    assert_eq!(place.honest(&one).fault(), (403, "presentation-refused"));
}

#[test]
fn refusals_leave_the_request_open_and_tell_the_wallet_nothing() {
    let place = Place::new();
    let asked = place.ask(&adult());
    let good = place.guest.present(&asked.request);
    let mut forged = good.clone();
    forged.proof = ProofBytes([0; 128]);
    let mut foreign = good.clone();
    foreign.proof = place.guest.present(&place.ask(&adult()).request).proof;
    let path = format!("/r/{}", asked.id);
    let answers = [
        place.answer(&asked, &forged),
        place.answer(&asked, &foreign),
        place.post_bytes(&path, None, "application/json", b"{\"proof\": 1}"),
        place.post_bytes(&path, None, "application/octet-stream", &good.to_bytes()[..100]),
        place.post_bytes("/r/AAAAAAAAAAAAAAAAAAAAAA", None, "application/json", good.to_json().as_bytes()),
    ];
    let told: Vec<_> = answers.iter().map(|answer| (answer.status, answer.text.clone())).collect();
    assert!(told.iter().all(|answer| answer == &told[0]), "{told:#?}");
    assert_eq!(answers[0].fault(), (403, "presentation-refused"));
    let standing = place.standing(&asked);
    assert_eq!((&standing["status"], &standing["refused_attempts"]), (&json!("pending"), &json!(4)));
    assert_eq!(standing["last_refusal"], "presentation-too-short");
    place.answer(&asked, &good).ok();
}

#[test]
fn expiry_ends_a_request() {
    let place = Place::new();
    let asked = place.ask(&json!({ "policy": { "minimum_age": 18 }, "lifetime_seconds": 60 }));
    let good = place.guest.present(&asked.request);
    place.clock.advance(60);
    assert_eq!(place.answer(&asked, &good).fault(), (403, "presentation-refused"));
    let standing = place.standing(&asked);
    assert_eq!(
        (&standing["status"], &standing["last_refusal"]),
        (&json!("expired"), &json!("request-expired"))
    );
    assert_eq!(place.get(&format!("/r/{}", asked.id), None).fault(), (410, "request-closed"));
    place.clock.advance(3600);
    assert_eq!(
        place.get(&format!("/v1/requests/{}", asked.id), Some(DESK)).fault(),
        (404, "request-unknown")
    );
}

#[test]
fn what_the_business_gets_wrong_is_named() {
    let place = Place::new();
    let wrong = |body: serde_json::Value| {
        let answer = place.post("/v1/requests", Some(DESK), &body);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.body["type"], format!("/errors#{}", answer.body["code"].as_str().unwrap()));
        (answer.status, answer.body["code"].as_str().unwrap().to_owned())
    };
    assert_eq!(wrong(json!({})), (400, "body-malformed".into()));
    assert_eq!(wrong(json!({ "policy": { "minimum_age": 18 }, "also": 1 })), (400, "body-malformed".into()));
    assert_eq!(wrong(json!({ "policy": { "minimum_age": 121 } })), (422, "policy-refused".into()));
    assert_eq!(
        wrong(json!({ "policy": { "minimum_age": 30, "maximum_age": 20 } })),
        (422, "policy-refused".into())
    );
    assert_eq!(
        wrong(json!({ "policy": { "minimum_age": 18 }, "lifetime_seconds": 0 })),
        (422, "lifetime-refused".into())
    );
    assert_eq!(
        wrong(json!({ "policy": { "minimum_age": 18 }, "lifetime_seconds": 3601 })),
        (422, "lifetime-refused".into())
    );
    assert_eq!(wrong(json!({ "policy": { "max_status_age_hours": 0 } })).0 / 100, 4, "no list is that fresh");
    for url in [
        "https://evil.example/",
        "http://lotus-hotel.example/",
        "https://lotus-hotel.example/?response_code=x",
    ] {
        let body = json!({ "policy": { "minimum_age": 18 }, "return_url": url });
        assert_eq!(wrong(body), (422, "return-url-refused".into()), "{url}");
    }
    for url in ["http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:1/", "https://127.0.0.1/"] {
        let body = json!({ "policy": { "minimum_age": 18 }, "webhook": url });
        assert_eq!(wrong(body), (422, "webhook-refused".into()), "{url}");
    }
    assert_eq!(
        place.post_bytes("/v1/requests", Some(DESK), "text/plain", b"{}").fault(),
        (415, "content-type-unsupported")
    );
    assert_eq!(place.get("/v1/requests/abc", Some(DESK)).fault(), (404, "request-unknown"));
    assert_eq!(place.get("/nothing", None).fault(), (404, "not-found"));
    assert_eq!(place.get("/v1/requests", Some(DESK)).fault(), (405, "method-not-allowed"));
}

#[test]
fn outcomes_are_for_the_client_that_asked() {
    let place = Place::new();
    let asked = place.ask(&adult());
    let path = format!("/v1/requests/{}", asked.id);
    assert_eq!(place.get(&path, Some(SHOP)).fault(), (404, "request-unknown"));
    assert_eq!(place.get(&format!("{path}/events"), Some(SHOP)).fault(), (404, "request-unknown"));
    assert_eq!(place.get(&path, None).fault(), (401, "api-key-missing"));
    let unknown = place.get(&path, Some("tacit_x"));
    assert_eq!(
        (unknown.fault(), &unknown.headers["www-authenticate"]),
        ((401, "api-key-unknown"), &"Bearer".parse().unwrap())
    );
    assert_eq!(place.post("/v1/requests", None, &adult()).fault(), (401, "api-key-missing"));
}

/// A wallet would warn its holder, or refuse; so the business hears of it first.
#[test]
fn what_goes_beyond_the_certificate_is_not_asked() {
    let place = Place::with(|config| config.public_url = Some("https://other.example/".parse().unwrap()));
    let answer = place.post("/v1/requests", Some(DESK), &adult());
    assert_eq!(answer.fault(), (422, "beyond-certificate"));
    assert!(answer.body["detail"].as_str().unwrap().contains("other.example"), "{answer:?}");
}
