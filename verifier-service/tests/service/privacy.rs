//! What is written down about guests: nothing.
//!
//! Presentations with every attribute disclosed go through the service, good ones and bad ones, at the most talkative level, and everything that was
//! logged or counted is searched for every value, pseudonym, response code, API key and address.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tacit_credential::fixtures::wide_policy;
use tacit_credential::presentation::ProofBytes;
use tacit_verifier_service::config::LogLevel;
use tacit_verifier_service::logging;

use crate::place::{DESK, Place, WEBHOOK_SECRET, agent};

/// Keeps what is written.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn logs_and_metrics_hold_no_personal_data() {
    let kept = Kept::default();
    let writer = kept.clone();
    // For the whole process: other tests' lines are searched as well, which does no harm.
    tracing::subscriber::set_global_default(logging::subscriber(LogLevel::Trace, move || writer.clone()))
        .unwrap();

    let place = Place::with(|config| config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]);
    let policy = serde_json::to_value(wide_policy()).unwrap();
    let cross = place.ask(&json!({ "policy": policy, "webhook": "http://127.0.0.1/hook" }));
    let same = place.ask(&json!({ "policy": policy, "return_url": "https://lotus-hotel.example/welcome" }));
    let mut secrets: Vec<String> = vec![DESK.into(), WEBHOOK_SECRET.into(), "203.0.113.77".into()];
    for asked in [&cross, &same] {
        let good = place.guest.present(&asked.request);
        let json = good.to_json();
        let mut forged = good.clone();
        forged.proof = ProofBytes([1; 128]);
        let mut misnamed: Value = serde_json::from_str(&json).unwrap();
        misnamed["disclosed"]["birth"] = "1990-06-1x".into();
        let path = format!("/r/{}", asked.id);
        let send = |kind: &str, body: &[u8]| {
            let call = agent().post(place.url(&path)).header("content-type", kind);
            call.header("x-forwarded-for", "203.0.113.77").send(body).unwrap().status().as_u16()
        };
        assert_eq!(send("application/json", forged.to_json().as_bytes()), 403);
        assert_eq!(send("application/json", misnamed.to_string().as_bytes()), 403);
        assert_eq!(send("application/octet-stream", &good.to_bytes()[..300]), 403);
        let accepted = place.answer(asked, &good).ok();
        assert_eq!(send("application/json", json.as_bytes()), 403);
        let disclosed: Value = serde_json::from_str::<Value>(&json).unwrap()["disclosed"].clone();
        gather(&disclosed, &mut secrets);
        secrets.push(good.pseudonym.to_string());
        if let Some(url) = accepted["redirect_uri"].as_str() {
            secrets.push(url.split("response_code=").nth(1).unwrap().to_owned());
        }
    }
    let code = secrets.last().unwrap().clone();
    let redeem = |code: &str| {
        place
            .post(&format!("/v1/requests/{}/redeem", same.id), Some(DESK), &json!({ "response_code": code }))
            .status
    };
    assert_eq!([redeem("wrong-code-wrong-code"), redeem(&code), redeem(&code)], [403, 200, 409]);
    secrets.push("wrong-code-wrong-code".into());
    // What a careless caller puts where it does not belong.
    place.get("/v1/requests/430102199006150188", Some(DESK));
    place.get("/r/430102199006150188?name=李小龙", None);
    place.post("/v1/requests", Some(DESK), &json!({ "policy": { "title": 5, "李小龙": "440305" } }));
    place
        .get("/430102199006150188", Some("tacit_李小龙".trim_end_matches('龙')).filter(|key| key.is_ascii()));
    assert_eq!(place.standing(&cross)["status"], "accepted");

    let metrics = place.get("/metrics", None).text;
    drop(place);
    let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    assert!(log.lines().count() > 20, "there is something to search: {log}");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["level"].is_string() && line["timestamp"].is_string(), "{line}");
    }
    assert!(
        log.contains("presentation accepted")
            && log.contains("\"cause\":\"proof-")
            && log.contains(&cross.id)
    );
    secrets.retain(|secret| secret.chars().count() > 3);
    assert!(secrets.len() > 15, "{secrets:?}");
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "the log holds {secret}");
        assert!(!metrics.contains(secret.as_str()), "the metrics hold {secret}");
    }
}

/// Every text in what was disclosed. What further attributes are called is the issuer's word, the same for everyone, and "address" is a word
/// that logs have other uses for.
fn gather(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| gather(value, into)),
        Value::Object(fields) => {
            fields.iter().filter(|(name, _)| *name != "label").for_each(|(_, value)| gather(value, into));
        }
        _ => {}
    }
}
