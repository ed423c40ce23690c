//! Wallet and service over real sockets: links of OpenID4VP and plain addresses, same device and cross device, accepted, refused, replayed.

mod place;
mod served;

use place::{Place, tour};
use serde_json::{Value, json};
use served::{Lying, Served, certified};

const WITH_NAME: &str = r#"{"title":"Check-in","minimum_age":18,"disclose":["name"],"pseudonym":"guests"}"#;
const OVER_SIXTY: &str = r#"{"title":"Half fare","minimum_age":60}"#;

/// A tour with a certified hotel, its service running.
fn hotel() -> (Place, Served) {
    let place = tour();
    certified(&place);
    let served = Served::start(&place);
    (place, served)
}

fn present(place: &Place, request: &str, more: &str) -> (i32, Value) {
    place.run(&format!("wallet --wallet w present '{request}' {more}"))
}

#[test]
fn cross_device() {
    let (place, served) = hotel();
    let made = served.make(&json!({ "policy": policy(WITH_NAME) }));
    let link = made["openid4vp_url"].as_str().unwrap();
    assert!(
        link.starts_with("openid4vp://?client_id=verifier_attestation%3Alotus-hotel.example&request_uri="),
        "{link}"
    );

    // Without consent nothing is sent.
    let (exit, refused) = present(&place, link, "");
    assert_eq!((exit, &refused["error"]["code"]), (6, &json!("consent-impossible")));
    assert_eq!(served.outcome(&made)["status"], "pending");

    let (exit, sent) = present(&place, link, "--yes");
    assert_eq!(exit, 0, "{sent:#}");
    assert_eq!((&sent["delivered"], &sent["redirect_uri"]), (&json!("openid4vp"), &Value::Null));
    assert_eq!(sent["consent"]["verifier"]["identity"], "lotus-hotel.example");
    let outcome = served.outcome(&made);
    assert_eq!(
        (&outcome["status"], &outcome["outcome"]["disclosed"]["name"]),
        (&json!("accepted"), &json!("李明"))
    );
    let pseudonym = outcome["outcome"]["pseudonym"].clone();
    assert!(pseudonym.is_string(), "{outcome:#}");

    // Once: neither the link nor the answer works again.
    let (exit, again) = present(&place, link, "--yes");
    assert_eq!((exit, &again["error"]["code"]), (1, &json!("status")), "{again:#}");
    assert!(again["error"]["message"].as_str().unwrap().contains("(request-closed)"), "{again:#}");

    // The same guest by the plain address: the same account, the same outcome.
    let made = served.make(&json!({ "policy": policy(WITH_NAME) }));
    let (exit, sent) = present(&place, made["request_url"].as_str().unwrap(), "--yes --out copy.json");
    assert_eq!((exit, &sent["delivered"]), (0, &json!("plain")), "{sent:#}");
    assert_eq!(served.outcome(&made)["outcome"]["pseudonym"], pseudonym);
    // A presentation that was accepted is refused when it is sent again, in either form.
    let copy = std::fs::read(place.path("copy.json")).unwrap();
    let answer_to = made["request_url"].as_str().unwrap();
    let (status, problem) = served.post(answer_to, "application/json", &copy);
    assert_eq!((status, &problem["code"]), (403, &json!("presentation-refused")));
}

#[test]
fn same_device() {
    let (place, served) = hotel();
    let ask = json!({ "policy": policy(WITH_NAME), "return_url": "https://lotus-hotel.example/done?room=7" });
    let made = served.make(&ask);
    let (exit, sent) = present(&place, made["openid4vp_url"].as_str().unwrap(), "--yes");
    assert_eq!(exit, 0, "{sent:#}");
    let back = sent["redirect_uri"].as_str().unwrap();
    let code = back.strip_prefix("https://lotus-hotel.example/done?room=7&response_code=").unwrap();
    // Whoever polls learns that there was an answer and nothing of it.
    let polled = served.outcome(&made);
    assert_eq!((&polled["status"], polled.get("outcome")), (&json!("answered"), None), "{polled:#}");
    let redeem = |id: &Value, code: &str| served.redeem(id.as_str().unwrap(), code);
    // Another session's code opens nothing: the victim of a forwarded link comes back to a browser that did not ask.
    let other = served.make(&ask);
    assert_eq!(redeem(&other["id"], code).1["code"], "not-answered");
    let (exit, elsewhere) = present(&place, other["request_url"].as_str().unwrap(), "--yes");
    assert_eq!(exit, 0, "{elsewhere:#}");
    assert_eq!(redeem(&other["id"], code).1["code"], "response-code-wrong");
    let (status, outcome) = redeem(&made["id"], code);
    assert_eq!((status, &outcome["outcome"]["disclosed"]["name"]), (200, &json!("李明")), "{outcome:#}");
    assert_eq!(redeem(&made["id"], code).1["code"], "response-code-used");
}

#[test]
fn a_wallet_that_cannot_answer_sends_nothing_unless_told() {
    let (place, served) = hotel();
    let made = served.make(&json!({ "policy": policy(OVER_SIXTY) }));
    let link = made["openid4vp_url"].as_str().unwrap();
    let (exit, refused) = present(&place, link, "--yes");
    assert_eq!((exit, &refused["error"]["code"]), (1, &json!("too-young")), "{refused:#}");
    let outcome = served.outcome(&made);
    assert_eq!((&outcome["status"], &outcome["refused_attempts"]), (&json!("pending"), &json!(0)));
    // Told, but not why: the same as if the holder had declined.
    assert_eq!(present(&place, link, "--yes --notify-refusal").0, 1);
    assert_eq!(served.outcome(&made)["last_refusal"], "wallet-declined");
    let other = served.make(&json!({ "policy": policy(WITH_NAME) }));
    assert_eq!(present(&place, other["openid4vp_url"].as_str().unwrap(), "--notify-refusal").0, 6);
    assert_eq!(served.outcome(&other)["last_refusal"], "wallet-declined");
    // And it stays open.
    assert_eq!(present(&place, other["openid4vp_url"].as_str().unwrap(), "--yes").0, 0);
    assert_eq!(served.outcome(&other)["status"], "accepted");
}

/// What a wallet would never send.
#[test]
fn the_service_refuses_forms_that_are_no_answers() {
    let (place, served) = hotel();
    let made = served.make(&json!({ "policy": policy(WITH_NAME) }));
    let (id, to) = (made["id"].as_str().unwrap(), made["request_url"].as_str().unwrap());
    let form = "application/x-www-form-urlencoded";
    let cause = |body: String| {
        let (status, problem) = served.post(to, form, body.as_bytes());
        assert_eq!((status, &problem["code"]), (403, &json!("presentation-refused")), "{body}");
        served.outcome(&made)["last_refusal"].clone()
    };
    assert_eq!(cause(String::new()), "openid4vp-response");
    assert_eq!(cause(format!("state={id}")), "openid4vp-response");
    assert_eq!(
        cause("vp_token=%7B%22resident_id%22%3A%5B%22AQ%22%5D%7D".into()),
        "openid4vp-response",
        "no state"
    );
    assert_eq!(
        cause("vp_token=%7B%22resident_id%22%3A%5B%22AQ%22%5D%7D&state=other".into()),
        "openid4vp-response"
    );
    assert_eq!(cause(format!("vp_token=%7B%7D&state={id}")), "openid4vp-response");
    assert_eq!(
        cause(format!("vp_token=%7B%22resident_id%22%3A%5B%22AQ%22%5D%7D&state={id}")),
        "presentation-too-short"
    );

    // The request object: by GET without a nonce, by POST with the one that was sent, and never of an unknown request.
    let object = format!("{to}/openid4vp");
    let (status, kind, text) = served.get(&object);
    assert_eq!((status, kind.as_str()), (200, "application/oauth-authz-req+jwt"));
    assert!(served::claims(&text).get("wallet_nonce").is_none());
    let (_, _, text) = served.fetch(&object, "wallet_nonce=qPmxiNFCR3QTm19POc8u");
    assert_eq!(served::claims(&text)["wallet_nonce"], "qPmxiNFCR3QTm19POc8u");
    assert_eq!(served::claims(&text)["state"], *id);
    assert_eq!(served.fetch(&object, "wallet_nonce=a&wallet_nonce=b").0, 400);
    assert_eq!(served.get(&object.replace(id, "AAAAAAAAAAAAAAAAAAAAAA")).0, 404);

    // A captured request object, served by somebody else in place of the service.
    let captured = served.get(&object).2;
    let thief = Lying::serve("200 OK", "application/oauth-authz-req+jwt", &captured);
    let (exit, refused) = present(&place, &thief.link(""), "--yes");
    assert_eq!((exit, &refused["error"]["code"]), (1, &json!("object")), "{refused:#}");
    assert!(refused["error"]["message"].as_str().unwrap().contains("another host"), "{refused:#}");
    let (exit, refused) = present(&place, &thief.link("&request_uri_method=post"), "--yes");
    assert_eq!(exit, 1);
    assert!(refused["error"]["message"].as_str().unwrap().contains("nonce"), "{refused:#}");
    assert_eq!(served.outcome(&made)["status"], "pending");
}

/// Servers that are no verifiers': each is refused by what it does, and learns nothing.
#[test]
fn the_wallet_refuses_servers_that_misbehave() {
    let place = tour();
    let kind = "application/oauth-authz-req+jwt";
    let refused = |lying: &Lying| {
        let (exit, refused) = present(&place, &lying.link(""), "--yes");
        (exit, refused["error"]["code"].as_str().unwrap().to_owned())
    };
    let code = |exit: i32, code: &str| (exit, code.to_owned());
    assert_eq!(
        refused(&Lying::serve("302 Found\r\nLocation: http://127.0.0.1:1/", kind, "")),
        code(1, "redirected")
    );
    assert_eq!(
        refused(&Lying::serve("307 Temporary Redirect\r\nLocation: /r", kind, "")),
        code(1, "redirected")
    );
    assert_eq!(
        refused(&Lying::serve("500 Internal Server Error", "text/html", "<h1>no</h1>")),
        code(1, "status")
    );
    assert_eq!(refused(&Lying::serve("200 OK", "text/html", "<h1>hello</h1>")), code(4, "content-type"));
    assert_eq!(refused(&Lying::serve("200 OK", kind, &"a".repeat(70_000))), code(4, "too-large"));
    assert_eq!(refused(&Lying::serve("200 OK", kind, "a.b.c")), code(4, "object"));
    // No words of the server's own reach the screen.
    let shouting =
        Lying::serve("403 Forbidden", "application/problem+json", r#"{"code":"\u001b[2J pay here"}"#);
    let (_, said) = present(&place, &shouting.link(""), "--yes");
    assert!(!said["error"]["message"].as_str().unwrap().contains("pay here"), "{said:#}");
    // Nothing of the wallet's software is said either.
    let heads = shouting.heads();
    assert!(heads.iter().all(|head| !head.to_lowercase().contains("user-agent")), "{heads:?}");

    let (exit, gone) = present(
        &place,
        "openid4vp://?client_id=verifier_attestation:a&request_uri=http://127.0.0.1:1/r",
        "--yes",
    );
    assert_eq!((exit, &gone["error"]["code"]), (3, &json!("unreachable")), "{gone:#}");
    for (link, error) in [
        ("openid4vp://?client_id=redirect_uri:https://a/&request_uri=https://a/", "link"),
        ("openid4vp://?request_uri=https://a/", "link"),
        ("http://hotel.example/r/1", "location"),
    ] {
        let (exit, refused) = present(&place, link, "--yes");
        assert_eq!((exit, &refused["error"]["code"]), (2, &json!(error)), "{link}");
    }
    let (exit, refused) = present(&place, "request.json", "--yes");
    assert_eq!((exit, &refused["error"]["code"]), (2, &json!("out-missing")));
}

fn policy(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
