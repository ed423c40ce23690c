//! The sandbox: every guest, every manner, every error and every cause of a refusal, by the calls that `GET /sandbox` documents.

mod place;
mod served;

use place::Place;
use serde_json::{Value, json};
use served::Served;

fn policy() -> Value {
    json!({ "title": "Check-in", "minimum_age": 18, "provinces": ["Guangdong", "Hunan"] })
}

fn answer(served: &Served, made: &Value, guest: &str, manner: &str) -> Value {
    let call = json!({ "request": made["id"], "manner": manner });
    let (status, said) = served.call(&format!("/sandbox/guests/{guest}"), &call);
    assert_eq!(status, 200, "{guest} {manner}: {said:#}");
    said
}

#[test]
fn guests_errors_and_refusals() {
    let place = Place::new();
    let served = Served::sandbox(&place);
    let described: Value = serde_json::from_str(&served.get(&served.at("/sandbox")).2).unwrap();
    assert!(described["notice"].as_str().unwrap().contains("sandbox"));
    guests(&served);
    manners(&served, &described);
    errors(&served, &described);
    causes(&served, &described);
    new_lists(&served);
}

/// Who gets in and who does not: in OpenID4VP and plain.
fn guests(served: &Served) {
    for (guest, refusal) in [
        ("of-age", None),
        ("hunan", None),
        ("minor", Some("too-young")),
        ("other-province", Some("province")),
        ("revoked", Some("revoked")),
        ("lost", Some("revoked")),
        ("expired", Some("expired")),
        ("without-credential", Some("no-credential")),
    ] {
        let made = served.make(&json!({ "policy": policy() }));
        let said = answer(served, &made, guest, "honest");
        assert_eq!(said["answered"], refusal.is_none(), "{guest}: {said:#}");
        match refusal {
            Some(code) => assert_eq!(said["wallet"]["code"], code, "{guest}"),
            None => assert_eq!(said["service"][0]["accepted"], true, "{guest}: {said:#}"),
        }
        let expected = if refusal.is_some() { "pending" } else { "accepted" };
        assert_eq!(served.outcome(&made)["status"], expected, "{guest}");
    }
    let made = served.make(&json!({ "policy": policy(), "return_url": "http://localhost:3000/done" }));
    let link = json!({ "request": made["openid4vp_url"] });
    let (status, said) = served.call("/sandbox/guests/of-age", &link);
    assert_eq!((status, &said["protocol"]), (200, &json!("openid4vp")), "{said:#}");
    let back = said["service"][0]["redirect_uri"].as_str().unwrap();
    let code = back.strip_prefix("http://localhost:3000/done?response_code=").unwrap();
    assert_eq!(served.redeem(made["id"].as_str().unwrap(), code).1["status"], "accepted");
}

/// What dishonest guests send is refused for the cause that is documented.
fn manners(served: &Served, described: &Value) {
    for manner in described["manners"].as_array().unwrap() {
        let (name, cause) = (manner["name"].as_str().unwrap(), &manner["last_refusal"]);
        let (guest, ask) = match name {
            "late" => ("of-age", json!({ "policy": policy(), "lifetime_seconds": 2 })),
            "lying" => ("minor", json!({ "policy": policy() })),
            "withholding" => ("of-age", json!({ "policy": { "disclose": ["name"] } })),
            _ => ("of-age", json!({ "policy": policy() })),
        };
        let made = served.make(&ask);
        let said = answer(served, &made, guest, name);
        let found = served.outcome(&made);
        match name {
            "honest" => assert_eq!(found["status"], "accepted", "{said:#}"),
            "twice" => {
                assert_eq!(
                    (&said["service"][0]["accepted"], &said["service"][1]["accepted"]),
                    (&json!(true), &json!(false))
                );
                assert_eq!(said["service"][1]["code"], "not-accepted");
            }
            "wrong-scope" => assert_eq!(found["last_refusal"], "scope-missing", "{said:#}"),
            _ => assert_eq!(found["last_refusal"], *cause, "{name}: {said:#}"),
        }
    }
    let made = served.make(&json!({ "policy": { "minimum_age": 18, "pseudonym": "guests" } }));
    answer(served, &made, "of-age", "wrong-scope");
    assert_eq!(served.outcome(&made)["last_refusal"], "scope-given");
    let made = served.make(&json!({ "policy": policy() }));
    let said = answer(served, &made, "revoked", "lying");
    assert_eq!(said["answered"], false, "nobody can prove that a revoked ID is not: {said:#}");
}

/// Every error of the catalogue, marked.
fn errors(served: &Served, described: &Value) {
    let catalogue: Value = serde_json::from_str(&served.get(&served.at("/errors")).2).unwrap();
    let listed = catalogue["errors"].as_array().unwrap();
    assert_eq!(described["errors"].as_array().unwrap().len(), listed.len());
    for error in listed {
        let code = error["code"].as_str().unwrap();
        let (status, mark, problem) = served.provoked(code);
        assert_eq!(
            (u64::from(status), &problem["code"]),
            (error["status"].as_u64().unwrap(), &error["code"])
        );
        assert!(mark.is_some_and(|mark| mark.contains("sandbox")), "{code}");
    }
    assert_eq!(served.provoked("no-such-code").0, 400);
}

/// Every cause of a refusal.
fn causes(served: &Served, described: &Value) {
    let made = served.make(&json!({ "policy": policy() }));
    let refusals = described["refusals"].as_array().unwrap();
    assert!(refusals.len() > 20);
    for refusal in refusals {
        let code = refusal["code"].as_str().unwrap();
        let path = format!("/sandbox/requests/{}/refusals/{code}", made["id"].as_str().unwrap());
        assert_eq!(served.call(&path, &json!({})).0, 200, "{code}");
        assert_eq!(served.outcome(&made)["last_refusal"], code);
    }
    let unknown = "/sandbox/requests/AAAAAAAAAAAAAAAAAAAAAA/refusals/proof-invalid";
    assert_eq!(served.call(unknown, &json!({})).1["code"], "request-unknown");
}

/// A new epoch closes older requests; new ones are answered.
fn new_lists(served: &Served) {
    let old = served.make(&json!({ "policy": policy() }));
    assert_eq!(served.call("/sandbox/lists", &json!({})), (200, json!({ "epoch": 2 })));
    answer(served, &old, "of-age", "honest");
    assert_eq!(served.outcome(&old)["last_refusal"], "epoch-superseded");
    let new = served.make(&json!({ "policy": policy() }));
    answer(served, &new, "of-age", "honest");
    assert_eq!(served.outcome(&new)["status"], "accepted");
}

#[test]
fn a_sandbox_listens_on_this_machine_alone() {
    let place = Place::new();
    place.fails("serve --sandbox --listen 0.0.0.0:8411", 2, "sandbox-not-local");
}
