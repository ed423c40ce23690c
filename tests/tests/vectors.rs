//! The vectors: the files are what the generator makes, they hold for the verifier crate, and every refusal is among them. The C
//! library and the npm package run the same files.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tacit_credential::json::from_slice_of_nobody;
use tacit_credential::presentation::PresentationError;
use tacit_tests::accepted;
use tacit_tests::vectors::{Vectors, raw, seeded};
use tacit_verifier::{
    Ask, BuildError, ChallengeStore, ChallengesElsewhere, Clock, Epoch, KeyError, MemoryChallengeStore,
    OperatorKey, Policy, Presentation, SignedRequest, SignedTrustList, SigningKey, UnixTime, Verifier,
    VerifyError, VerifyingKey,
};

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_files_are_what_the_generator_makes() {
    let vectors = Vectors::generate();
    for (name, made) in [("verifier.json", vectors.to_json()), ("verifier.tsv", vectors.to_lines())] {
        let found = file(name);
        if let Some(line) = found.lines().zip(made.lines()).position(|(found, made)| found != made) {
            panic!("{name} differs from line {}; `cargo xtask vectors` makes it again", line + 1);
        }
        assert_eq!(found.len(), made.len(), "{name}; `cargo xtask vectors` makes it again");
    }
}

/// What no bytes can provoke at a verifier, and why.
const NEVER: &[(&str, &str)] = &[
    ("challenge-expired", "the request's own expiry is looked at before, and is the same moment"),
    ("challenge-duplicate", "a random number generator must repeat itself"),
    ("challenge-full", "a million requests must be open"),
    ("challenge-store", "a database must fail"),
    ("retired-circuit", "a key must be retired while the verifier runs"),
    ("operator-retired", "an operator must be retired while the verifier runs"),
    ("shared-scope", "the certificate of the vectors lists its scope; `tests/tests/requests.rs` provokes it"),
    ("policy", "a policy that nobody satisfies is no request: `request-json`"),
    ("out-of-range", "values out of their range are no presentation: `presentation-birth` and its like"),
    ("proof-length", "a presentation has room for 128 bytes: `presentation-too-short`"),
];

#[test]
fn every_refusal_is_among_the_vectors_or_explained() {
    let file: Value = serde_json::from_str(&file("verifier.json")).expect("JSON");
    let cases = file["cases"].as_array().expect("cases");
    let found: BTreeSet<&str> = cases.iter().map(|case| case["expect"].as_str().expect("a code")).collect();
    // These need a platform without a clock or a store, or arkworks' types; or a running verifier.
    let build = BuildError::CODES.iter().filter(|code| {
        !["no-clock", "no-challenge-store", "operator-unknown", "unknown-circuit"].contains(code)
    });
    let key = KeyError::CODES.iter().filter(|code| **code != "key-public-inputs");
    let mut wrong = Vec::new();
    for code in VerifyError::CODES.iter().chain(PresentationError::CODES).chain(build).chain(key) {
        if found.contains(code) == NEVER.iter().any(|(never, _)| never == code) {
            wrong.push(*code);
        }
    }
    assert!(wrong.is_empty(), "a vector or a reason, one of them: {wrong:?}");
    let failing = cases.iter().filter(|case| case["expect"] != "ok").count();
    assert!(failing * 10 > cases.len() * 8, "{failing} of {} fail", cases.len());
}

#[derive(Clone)]
struct Time(Arc<AtomicU64>);

impl Clock for Time {
    fn now(&self) -> UnixTime {
        UnixTime(self.0.load(Ordering::Relaxed))
    }
}

/// A verifier as a case wants it, and what keeps it company.
struct Made {
    verifier: Verifier,
    /// None if the caller keeps challenges.
    store: Option<Arc<MemoryChallengeStore>>,
    clock: Time,
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    if digits.len() % 2 == 1 {
        return None;
    }
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(digits.get(i..i + 2)?, 16).ok()).collect()
}

const FIELDS: [&str; 8] = [
    "verifier_key",
    "operators",
    "keys",
    "certificate",
    "accept_development_keys",
    "newest_epoch_seen",
    "grace_seconds",
    "challenges",
];

fn create(config: &Value, now: u64) -> Result<Made, String> {
    let malformed = || "config-json".to_owned();
    let fields = config.as_object().ok_or_else(malformed)?;
    if fields.keys().any(|key| !FIELDS.contains(&key.as_str())) {
        return Err(malformed());
    }
    let read = |key: &str| config.get(key).cloned().ok_or_else(malformed);
    let operators: Vec<OperatorKey> = serde_json::from_value(read("operators")?).map_err(|_| malformed())?;
    let identity = serde_json::from_value(read("verifier_key")?).map_err(|_| malformed())?;
    let (operator, others) = operators.split_first().ok_or("no-operator")?;
    let clock = Time(Arc::new(AtomicU64::new(now)));
    let mut builder = Verifier::builder(identity, *operator).clock(clock.clone());
    for other in others {
        builder = builder.operator(*other);
    }
    for key in config["keys"].as_array().ok_or_else(malformed)? {
        let key = key.as_str().and_then(bytes).ok_or("key-text")?;
        builder = builder.key(VerifyingKey::from_bytes(&key).map_err(|error| error.code())?);
    }
    if config["accept_development_keys"] == true {
        builder = builder.accept_development_keys();
    }
    if let Some(certificate) = config.get("certificate") {
        builder = builder.certificate(serde_json::from_value(certificate.clone()).map_err(|_| malformed())?);
    }
    if let Some(epoch) = config["newest_epoch_seen"].as_u64() {
        builder = builder.newest_epoch_seen(Epoch(epoch));
    }
    let grace = config["grace_seconds"].as_u64().unwrap_or(0);
    builder = builder.grace_after_newer_list(Duration::from_secs(grace));
    let store = (config["challenges"] != "caller").then(|| Arc::new(MemoryChallengeStore::new()));
    builder = match &store {
        Some(store) => builder.challenges(store.clone()),
        None => builder.challenges(ChallengesElsewhere),
    };
    Ok(Made { verifier: builder.build().map_err(|error| error.code())?, store, clock })
}

/// What comes of a case, null where nothing does.
fn run(file: &Value, case: &Value) -> Result<Value, String> {
    let text = |kind: &str, name: &Value| raw(&file[kind][name.as_str().expect("a name")]);
    let list = |name: &Value| -> Result<SignedTrustList, String> {
        from_slice_of_nobody(text("lists", name).as_bytes()).map_err(|_| "list-json".to_owned())
    };
    let config = text("verifiers", &case["verifier"]);
    let config = serde_json::from_str(&config).map_err(|_| "config-json")?;
    let now = case["now"].as_u64().expect("a time");
    let made = create(&config, case["prepared_at"].as_u64().unwrap_or(now))?;
    let (verifier, set) = (&made.verifier, |now| made.clock.0.store(now, Ordering::Relaxed));
    for name in case["lists"].as_array().map_or(&[][..], Vec::as_slice) {
        verifier.add_trust_list(list(name)?).expect("lists of the setting are good");
    }
    match case["action"].as_str() {
        Some("create") => Ok(Value::Null),
        Some("list") => {
            let added = list(&case["list"])?;
            set(now);
            let epoch = verifier.add_trust_list(added).map_err(|error| error.code())?;
            Ok(json!({ "epoch": epoch }))
        }
        Some("ask") => {
            set(now);
            let ask: Value = serde_json::from_str(&raw(&case["ask"])).map_err(|_| "ask-json")?;
            let ask = Ask {
                policy: Policy::from_json(&ask["policy"].to_string()).map_err(|_| "ask-json")?,
                endpoint: ask["endpoint"].as_str().expect("an address").into(),
                lifetime: Duration::from_secs(ask["lifetime_seconds"].as_u64().expect("seconds")),
            };
            let key = bytes(case["signing_key"].as_str().expect("a key")).expect("digits");
            let key = SigningKey::from_bytes(&key.try_into().expect("32 bytes"));
            let request = verifier.request(ask, &key, &mut seeded()).map_err(|error| error.code())?;
            Ok(serde_json::to_value(&request).expect("plain data"))
        }
        Some("verify") => {
            let request = text("requests", &case["request"]);
            let request = from_slice_of_nobody(request.as_bytes()).map_err(|_| "request-json")?;
            verify(file, case, &made, &request)
        }
        other => panic!("{other:?}"),
    }
}

fn verify(file: &Value, case: &Value, made: &Made, request: &SignedRequest) -> Result<Value, String> {
    let Made { verifier, store, clock } = made;
    let (challenge, expires_at) = (request.request.challenge(), request.request.expires_at);
    if let Some(store) = store.as_ref().filter(|_| case["challenge"] == "open") {
        store.issue(&challenge, expires_at, clock.now()).expect("a fresh challenge");
    }
    let verify = |name: &Value| -> Result<Value, String> {
        let presentation = presentation(&file["presentations"][name.as_str().expect("a name")]);
        let presentation = presentation.map_err(|error| error.code())?;
        let verified = match store {
            Some(_) => verifier.verify(request, &presentation),
            // The word of a caller whose database closed the challenge.
            None => verifier
                .check(request, &presentation)
                .and_then(|checked| checked.accept_with(|_| Ok::<_, VerifyError>(()))),
        };
        Ok(accepted(&verified.map_err(|error| error.code())?))
    };
    if let Some(first) = case.get("first") {
        verify(first).expect("the first one is good");
    }
    clock.0.store(case["now"].as_u64().expect("a time"), Ordering::Relaxed);
    verify(&case["presentation"])
}

fn presentation(value: &Value) -> Result<Presentation, PresentationError> {
    let mut bytes = bytes(value["hex"].as_str().expect("digits")).expect("digits");
    let padding = value["padding"].as_u64().unwrap_or(0);
    bytes.resize(bytes.len() + usize::try_from(padding).expect("a size"), 0);
    if bytes.first() == Some(&b'{') {
        Presentation::from_json(str::from_utf8(&bytes).map_err(|_| PresentationError::NotJson)?)
    } else {
        Presentation::from_bytes(&bytes)
    }
}

#[test]
fn the_verifier_answers_every_case_as_it_should() {
    let file: Value = serde_json::from_str(&file("verifier.json")).expect("JSON");
    let mut wrong = Vec::new();
    for case in file["cases"].as_array().expect("cases") {
        let (name, expected) = (&case["name"], case["expect"].as_str().expect("a code"));
        let outcome = run(&file, case);
        let found = outcome.as_ref().map_or_else(String::as_str, |_| "ok");
        if found != expected {
            wrong.push(format!("{name}: {found}, should be {expected}"));
        } else if let Ok(answer) = &outcome
            && answer != case.get("answer").unwrap_or(&Value::Null)
        {
            wrong.push(format!("{name}: {answer}, should be {}", case["answer"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
