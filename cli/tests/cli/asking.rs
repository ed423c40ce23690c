//! What a business may ask: certificates, what goes beyond them, and what the wallet remembers.

use std::fs;

use serde_json::{Value, json};
use tacit_credential::date::UnixTime;

use super::{Place, certify, publish, tour};

const ENTRY: &str = r#"identity = "lotus-hotel.example"
name = "Lotus Hotel"
answers_to = ["lotus-hotel.example"]
shared_scopes = ["lotus-group.example"]
[allowance]
narrowest_age_days = 3650
residence = "provinces"
disclose = ["name"]
pseudonym = true
"#;

/// How old the tour's resident is today.
fn age() -> i32 {
    let seconds = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let today = UnixTime(seconds).date_utc8();
    today.year() - 1990 - i32::from((today.month(), today.day()) < (3, 7))
}

fn codes(warnings: &Value) -> Vec<&str> {
    warnings.as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap()).collect()
}

/// The tour with a hotel that may ask what its policy asks, and no more.
fn limited() -> Place {
    let place = tour();
    place.write("entry.toml", ENTRY);
    let certified =
        place.ok("trust --dir ministry certify --entry entry.toml --key hotel.pub --out cert.json");
    assert_eq!(certified["answers_to"], json!(["lotus-hotel.example"]));
    assert_eq!(
        certified["allowance"],
        json!({ "disclose": ["name"], "narrowest_age_days": 3650, "residence": "provinces", "pseudonym": true })
    );
    place.ok("request --state desk certificate --certificate cert.json");
    place
}

#[test]
fn a_request_beyond_its_certificate_needs_its_own_yes() {
    let place = limited();
    // Within: nothing is said about the certificate.
    let made = place.ok("request --state desk new --policy hotel.toml --out request.json");
    assert_eq!(made["beyond_certificate"], json!([]));
    let shown = place.ok("wallet --wallet w present --yes --request request.json --out p.json");
    assert_eq!(codes(&shown["consent"]["warnings"]), ["identifies", "recognised"]);

    // Beyond in three ways, and narrow.
    let age = age();
    let greedy =
        format!("minimum_age = {age}\nmaximum_age = {age}\nregion = {{ from = 430102, to = 430102 }}\n");
    place.write("greedy.toml", &greedy);
    let made = place.ok(
        "request --state desk new --policy greedy.toml --endpoint https://evil.example/ --out greedy.json",
    );
    let beyond = ["beyond-age-range", "beyond-region", "beyond-endpoint-host"];
    assert_eq!(codes(&made["beyond_certificate"]), beyond);
    let inspected = place.ok("inspect request greedy.json");
    assert_eq!(codes(&inspected["beyond_certificate"]), beyond);
    assert_eq!(codes(&inspected["narrow"]), ["narrow-age-range", "narrow-county"]);
    let present = "wallet --wallet w present --request greedy.json --out q.json";
    for agreed in ["", " --yes", " --allow-beyond-certificate"] {
        let code = if agreed.contains("allow") { "consent-impossible" } else { "consent-beyond-certificate" };
        place.fails(&format!("{present}{agreed}"), 6, code);
        assert!(!place.path("q.json").exists());
    }
    let shown = place.ok(&format!("{present} --yes --allow-beyond-certificate"));
    let warned: Vec<_> = beyond.into_iter().chain(["narrow-age-range", "narrow-county"]).collect();
    assert_eq!(codes(&shown["consent"]["warnings"]), warned);
    place.ok("verify --state desk --presentation q.json --accept-development-key");
    // One yes is for one presentation.
    place.ok("request --state desk new --policy greedy.toml --out greedy.json");
    place.fails(&format!("{present} --yes"), 6, "consent-beyond-certificate");
    // The screen says it in words.
    let output = place.command(&format!("{present} --yes --allow-beyond-certificate")).output().unwrap();
    let screen = String::from_utf8(output.stderr).unwrap();
    for words in [
        "Careful: its certificate allows it age ranges of 3650 days or more, and this one has 36",
        "Careful: its certificate allows it to ask for provinces, not for a city or county.",
        "Careful: the age range is only 36",
        "You answered this verifier 2 times, last on ",
        "and showed name.",
    ] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
}

#[test]
fn shared_scopes_are_for_those_certified_for_them() {
    let place = limited();
    let policy = |shared: &str| format!("pseudonym = \"guests\"\nshared_scope = \"{shared}\"\n");
    place.write("bank.toml", &policy("bank.example"));
    place.fails("request --state desk new --policy bank.toml --out bank.json", 1, "shared-scope");
    place.write("group.toml", &policy("lotus-group.example"));
    place.ok("request --state desk new --policy group.toml --out group.json");
    let shown = place.ok("wallet --wallet w present --yes --request group.json --out p.json");
    assert_eq!(codes(&shown["consent"]["warnings"]), ["recognised-together"]);
    let here = place.ok("verify --state desk --presentation p.json --accept-development-key");

    // Another business of the group, with a key of its own, knows the same pseudonym.
    place.ok("request --state spa init --operator operator.pub --key-out spa.pub");
    place.ok(
        "trust --dir ministry certify --identity lotus-spa.example --name 'Lotus Spa' --key spa.pub --pseudonym \
         --shared-scope lotus-group.example --desk --out spa.json",
    );
    place.ok("request --state spa certificate --certificate spa.json");
    place.ok("request --state spa new --policy group.toml --out spa-request.json");
    place.ok("wallet --wallet w present --yes --request spa-request.json --out q.json");
    let there = place.ok("verify --state spa --presentation q.json --accept-development-key");
    assert_eq!(here["pseudonym"], there["pseudonym"]);
    assert!(here["pseudonym"].is_string());
}

#[test]
fn requests_travel_in_either_form() {
    let place = limited();
    let made = place.ok("request --state desk new --policy hotel.toml --binary --out request.bin");
    let bytes = fs::read(place.path("request.bin")).unwrap();
    assert_eq!(made["bytes"], bytes.len());
    assert!(bytes.len() < 500, "{}", bytes.len());
    assert_eq!(place.ok("inspect request request.bin")["challenge"], made["challenge"]);
    place.ok("wallet --wallet w present --yes --request request.bin --out p.json");
    place.ok("verify --state desk --presentation p.json --accept-development-key");
    fs::write(place.path("cut.bin"), &bytes[..bytes.len() - 1]).unwrap();
    place.fails("wallet --wallet w present --yes --request cut.bin --out p.json", 4, "malformed");
    // What the program before wrote says of which version it is.
    place.write("old.json", r#"{"request":{"version":1},"signature":"00"}"#);
    let old = place.fails("wallet --wallet w present --yes --request old.json --out p.json", 4, "malformed");
    let said = old["error"]["message"].as_str().unwrap();
    assert!(said.contains("version 1") && said.contains("version 2"), "{said}");
    place.write("old-cert.json", r#"{"identity":"a.example","name":"A","signature":"00"}"#);
    let old = place.fails("request --state desk certificate --certificate old-cert.json", 4, "malformed");
    assert!(old["error"]["message"].as_str().unwrap().contains("certificate of version 1"), "{old}");
}

#[test]
fn certificates_are_said_in_words_and_checked() {
    let place = limited();
    let shown = place.ok("inspect certificate cert.json");
    assert_eq!(shown["shared_scopes"], json!(["lotus-group.example"]));
    let text = place.command("inspect certificate cert.json").output().unwrap().stdout;
    let text = String::from_utf8(text).unwrap();
    for words in [
        "may see your name",
        "may ask for age ranges of at least 3650 days of birth dates",
        "may ask for sets of provinces",
        "may recognise its guests again",
        "the scopes of lotus-group.example",
        "answers to  lotus-hotel.example",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let certify = "trust --dir ministry certify --key hotel.pub --out c.json";
    place.fails(&format!("{certify} --identity lotus-hotel.example"), 2, "usage");
    place.fails(&format!("{certify} --entry entry.toml --pseudonym"), 2, "usage");
    let named = format!("{certify} --identity lotus-hotel.example --name 'Lotus Hotel'");
    for wrong in [
        "--disclose extras",
        "--disclose name,name",
        "--disclose face",
        "--extras a,a",
        "--answers-to *",
        "--answers-to a,a",
        "--shared-scope *.example",
    ] {
        place.fails(&format!("{named} {wrong}"), 2, "argument");
    }
    place.write("wrong.toml", &ENTRY.replace("3650", "0"));
    let wrong = place.fails(&format!("{certify} --entry wrong.toml"), 4, "malformed");
    assert!(wrong["error"]["message"].as_str().unwrap().contains("line 6"), "{wrong}");
    // A certificate whose allowance was changed is not the operator's.
    let cert = fs::read_to_string(place.path("cert.json")).unwrap();
    place.write("forged.json", &cert.replace("3650", "1"));
    place.fails("request --state desk certificate --certificate forged.json", 1, "signature");
}

#[test]
fn the_wallet_remembers_what_was_shown_to_whom() {
    let place = tour();
    certify(&place);
    assert_eq!(place.ok("wallet --wallet w history")["entries"], json!([]));
    place.ok("request --state desk new --policy hotel.toml --out request.json");
    let shown = place.ok("wallet --wallet w present --yes --request request.json --out p.json");
    assert_eq!(shown["history"], 1);
    let entries = place.ok("wallet --wallet w history")["entries"].clone();
    let entry = &entries[0];
    assert_eq!(
        (&entry["verifier"]["name"], &entry["title"], &entry["disclosed"], &entry["outcome"]),
        (&json!("Lotus Hotel"), &json!("Check-in"), &json!(["name"]), &json!("unknown"))
    );
    assert_eq!(
        entry["scope"],
        json!({ "identity": "lotus-hotel.example", "label": "guests", "shared": false })
    );
    assert_eq!(entry["endpoint"], "by hand");
    assert!(!entries.to_string().contains("李明"), "names of attributes, no values");
    // What was refused, or not agreed to, was not shown.
    place.fails("wallet --wallet w present --request request.json --out q.json", 6, "consent-impossible");
    assert_eq!(place.ok("wallet --wallet w history")["entries"].as_array().unwrap().len(), 1);
    // It says so the next time, and does not depend on lists.
    publish(&place, 2);
    place.ok("request --state desk new --policy hotel.toml --out request.json");
    let shown = place.ok("wallet --wallet w present --yes --request request.json --out p.json");
    assert_eq!(shown["consent"]["shown_before"]["times"], 1);
    assert_eq!(shown["consent"]["shown_before"]["disclosed"], json!(["name"]));
    let text = place.command("wallet --wallet w history").output().unwrap().stdout;
    let text = String::from_utf8(text).unwrap();
    for words in [
        "2 presentations",
        "Lotus Hotel (lotus-hotel.example)",
        "for: Check-in",
        "! disclosed: name",
        "! recognises you at lotus-hotel.example for \"guests\"",
        "made; whether it was sent is not known",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }

    place.fails("wallet --wallet w history --forget some", 2, "argument");
    assert_eq!(place.ok("wallet --wallet w history --forget 1")["forgotten"], 1);
    assert_eq!(place.ok("wallet --wallet w history --forget 2020-01-01")["forgotten"], 0);
    fs::write(place.path("w/history.age"), "garbage").unwrap();
    place.fails("wallet --wallet w history", 4, "history-damaged");
    place.fails("wallet --wallet w history --forget 2", 4, "history-damaged");
    place.ok("request --state desk new --policy hotel.toml --out request.json");
    let present = "wallet --wallet w present --yes --request request.json --out r.json";
    place.fails(present, 4, "history-damaged");
    assert!(!place.path("r.json").exists());
    place.ok("wallet --wallet w history --forget all");
    place.ok(present);
}
