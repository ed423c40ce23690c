//! The outcome is bound to the browser session that asked.

use serde_json::{Value, json};
use url::Url;

use crate::place::{Asked, DESK, Place, SHOP, adult};

const RETURN: &str = "https://lotus-hotel.example/check-in?step=3";

fn ask(place: &Place) -> Asked {
    place.ask(&json!({ "policy": { "disclose": ["name"] }, "return_url": RETURN }))
}

fn code(answer: &Value) -> String {
    let url: Url = answer["redirect_uri"].as_str().unwrap().parse().unwrap();
    assert!(url.as_str().starts_with(&format!("{RETURN}&response_code=")), "{url}");
    url.query_pairs().find(|(name, _)| name == "response_code").unwrap().1.into_owned()
}

fn redeem(place: &Place, asked: &Asked, code: &str) -> crate::place::Answer {
    place.post(&format!("/v1/requests/{}/redeem", asked.id), Some(DESK), &json!({ "response_code": code }))
}

#[test]
fn the_code_opens_the_outcome_once() {
    let place = Place::new();
    let asked = ask(&place);
    assert_eq!(redeem(&place, &asked, "x").fault(), (409, "not-answered"));
    let code = code(&place.honest(&asked).ok());
    assert_eq!(code.len(), 43, "256 bits");
    let answered = place.standing(&asked);
    assert_eq!(answered["status"], "answered");
    assert!(answered.get("outcome").is_none(), "{answered}");
    let redeemed = redeem(&place, &asked, &code).ok();
    assert_eq!(
        (&redeemed["status"], &redeemed["outcome"]["disclosed"]["name"]),
        (&json!("accepted"), &json!("李小龙"))
    );
    assert_eq!(redeem(&place, &asked, &code).fault(), (409, "response-code-used"));
    assert!(place.standing(&asked).get("outcome").is_none(), "not without the code afterwards either");
}

/// The attacker makes a request in a browser session of his own and passes the link to a victim, who answers it. The code goes to the victim's
/// browser; the session that the attacker holds never sees it.
#[test]
fn a_request_that_was_passed_on_yields_its_sender_nothing() {
    let place = Place::new();
    let (attackers, victims) = (ask(&place), ask(&place));
    let at_victim = code(&place.honest(&attackers).ok());

    // All that the attacker's session can do at the site.
    let standing = place.standing(&attackers);
    assert!(standing.get("outcome").is_none(), "{standing}");
    for guess in ["", "A", &"A".repeat(43), &attackers.id, &"0".repeat(64)] {
        assert_eq!(redeem(&place, &attackers, guess).fault(), (403, "response-code-wrong"));
    }
    // The victim's browser comes back with a code that does not belong to the victim's own session.
    assert_eq!(redeem(&place, &victims, &at_victim).fault(), (409, "not-answered"));
    let own = code(&place.honest(&victims).ok());
    assert_eq!(redeem(&place, &victims, &at_victim).fault(), (403, "response-code-wrong"));
    // And nobody is let into the attacker's session by the victim's own answer.
    assert_eq!(redeem(&place, &attackers, &own).fault(), (403, "response-code-wrong"));
    redeem(&place, &victims, &own).ok();
}

#[test]
fn codes_are_for_the_client_that_asked_and_for_same_device_requests() {
    let place = Place::new();
    let asked = ask(&place);
    let code = code(&place.honest(&asked).ok());
    let body = json!({ "response_code": code });
    assert_eq!(
        place.post(&format!("/v1/requests/{}/redeem", asked.id), Some(SHOP), &body).fault(),
        (404, "request-unknown")
    );
    let other = place.ask(&adult());
    assert_eq!(place.honest(&other).ok(), json!({ "accepted": true }), "no code where no browser waits");
    assert_eq!(redeem(&place, &other, &code).fault(), (409, "not-same-device"));
    redeem(&place, &asked, &code).ok();
}

/// The digest alone is in the store's file.
#[test]
fn the_store_does_not_know_the_code() {
    let mut place = Place::new();
    let asked = ask(&place);
    let code = code(&place.honest(&asked).ok());
    place.stop();
    for file in ["store.sqlite", "store.sqlite-wal"] {
        let bytes = std::fs::read(place.dir.path().join(file)).unwrap_or_default();
        assert!(!bytes.windows(code.len()).any(|window| window == code.as_bytes()), "{file}");
    }
}
