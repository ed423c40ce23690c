//! Test vectors of the verifier for every language: `tests/vectors/verifier.json`, and the same as lines of text in `verifier.tsv`.
//!
//! A case names the parts of a verifier, what it is given, and what must come of it: a stable code, or what was accepted. Most must
//! fail. Everything is made from one seed, with a development key from a fixed seed, so that `cargo xtask vectors` makes the same
//! bytes again.
//!
//! | action | what is done |
//! | --- | --- |
//! | `create` | a verifier is made of its configuration |
//! | `list` | the lists are added at `prepared_at`, then `list` at `now` |
//! | `ask` | … then a request is made with `signing_key` and `random`; `answer` is the request |
//! | `verify` | … `request` is taken back as open unless it stays unknown, `first` is verified before, then `presentation` |
//!
//! A `presentation` is bytes in hexadecimal digits, followed by as many zero bytes as `padding` says.

mod asks;
mod lists;
mod malformed;
mod presentations;
mod requests;
mod scene;
mod setup;

use std::collections::BTreeMap;

use rand_chacha::rand_core::{CryptoRng, Error, RngCore, impls};
use serde_json::{Value, json};

use scene::Scene;

/// Everything that the files hold.
pub struct Vectors {
    /// Configurations by name.
    pub verifiers: BTreeMap<String, Value>,
    /// Trust lists by name; a string is a text that is no list.
    pub lists: BTreeMap<String, Value>,
    /// Requests by name; a string is a text that is no request.
    pub requests: BTreeMap<String, Value>,
    /// Presentations by name.
    pub presentations: BTreeMap<String, Bytes>,
    /// The cases, names unique.
    pub cases: Vec<Case>,
}

/// Bytes, zeros at the end apart.
#[derive(Clone)]
pub struct Bytes {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Zero bytes that follow.
    pub padding: usize,
}

/// One case.
#[derive(Clone)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The configuration.
    pub verifier: String,
    /// The lists that are loaded.
    pub lists: Vec<String>,
    /// When they are, in seconds.
    pub prepared_at: u64,
    /// When it happens.
    pub now: u64,
    /// What is done.
    pub action: Action,
    /// What comes of it.
    pub expect: Expect,
}

/// What is done.
#[derive(Clone)]
pub enum Action {
    /// The verifier is made.
    Create,
    /// This list is added.
    List(String),
    /// A request is made.
    Ask {
        /// What is asked.
        ask: Value,
        /// With this signing key.
        signing_key: [u8; 32],
    },
    /// A presentation is verified.
    Verify {
        /// The request that it answers.
        request: String,
        /// Whether its challenge is open.
        challenge: Challenge,
        /// A presentation that is accepted before.
        first: Option<String>,
        /// The presentation.
        presentation: String,
    },
}

/// What a verifier knows of a request's challenge.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    /// It is open.
    Open,
    /// It was never issued.
    Unknown,
    /// The caller knows; all other checks are made.
    Caller,
}

/// What must come of a case.
#[derive(Clone)]
pub enum Expect {
    /// Success, and what comes out: nothing for `create` and `list`, the request, or what was accepted.
    Ok(Value),
    /// A refusal by its code.
    Code(&'static str),
}

/// The random bytes of every request that a case makes.
pub const RANDOM: [u8; 32] = [7; 32];

impl Vectors {
    /// Makes all of them; a matter of a dozen proofs.
    pub fn generate() -> Self {
        let mut this = Self {
            verifiers: BTreeMap::new(),
            lists: BTreeMap::new(),
            requests: BTreeMap::new(),
            presentations: BTreeMap::new(),
            cases: Vec::new(),
        };
        let mut scene = Scene::new();
        setup::add(&mut this, &scene);
        lists::add(&mut this, &scene);
        asks::add(&mut this, &scene);
        requests::add(&mut this, &mut scene);
        presentations::add(&mut this, &mut scene);
        malformed::add(&mut this, &mut scene);
        this
    }

    /// `verifier.json`.
    pub fn to_json(&self) -> String {
        let presentations: BTreeMap<_, _> =
            self.presentations.iter().map(|(k, v)| (k, v.to_json())).collect();
        let cases: Vec<_> = self.cases.iter().map(Case::to_json).collect();
        let file = json!({
            "about": "Cases for verifiers; made by `cargo xtask vectors`, explained in tests/vectors/README.md",
            "verifiers": self.verifiers,
            "lists": self.lists,
            "requests": self.requests,
            "presentations": presentations,
            "cases": cases,
        });
        format!("{file:#}\n")
    }

    /// `verifier.tsv`: one line for each text and each case, fields between tabs, for programs without a JSON parser.
    pub fn to_lines(&self) -> String {
        let mut lines = String::new();
        let mut line = |fields: &[&str]| {
            assert!(
                fields.iter().all(|field| !field.contains(['\t', '\n']) && !field.is_empty()),
                "{fields:?}"
            );
            lines.push_str(&fields.join("\t"));
            lines.push('\n');
        };
        for (kind, texts) in
            [("verifier", &self.verifiers), ("list", &self.lists), ("request", &self.requests)]
        {
            for (name, value) in texts {
                line(&[kind, name, &raw(value)]);
            }
        }
        for (name, Bytes { bytes, padding }) in &self.presentations {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            line(&[
                "presentation",
                name,
                if digits.is_empty() { "-" } else { &digits },
                &padding.to_string(),
            ]);
        }
        for case in &self.cases {
            let fields = case.to_fields();
            line(&fields.iter().map(String::as_str).collect::<Vec<_>>());
        }
        lines
    }

    fn verifier(&mut self, name: &str, config: Value) {
        assert!(self.verifiers.insert(name.into(), config).is_none(), "{name}");
    }

    fn list(&mut self, name: &str, list: Value) {
        assert!(self.lists.insert(name.into(), list).is_none(), "{name}");
    }

    fn request(&mut self, name: &str, request: Value) {
        assert!(self.requests.insert(name.into(), request).is_none(), "{name}");
    }

    fn presentation(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        let bytes = Bytes { bytes: bytes.into(), padding: 0 };
        assert!(self.presentations.insert(name.into(), bytes).is_none(), "{name}");
    }

    fn case(&mut self, case: Case) {
        assert!(self.cases.iter().all(|earlier| earlier.name != case.name), "{}", case.name);
        self.cases.push(case);
    }
}

/// The text that a program hands over: a string is meant as it is.
pub fn raw(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

impl Bytes {
    fn to_json(&self) -> Value {
        let digits: String = self.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        if self.padding == 0 {
            json!({ "hex": digits })
        } else {
            json!({ "hex": digits, "padding": self.padding })
        }
    }
}

impl Case {
    /// A case of the scene's own verifier with its list, at the scene's time.
    fn new(name: &str, action: Action, expect: Expect) -> Self {
        let now = crate::fixtures::NOW.0;
        Self {
            name: name.into(),
            verifier: "hotel".into(),
            lists: vec!["seven".into()],
            prepared_at: now,
            now,
            action,
            expect,
        }
    }

    /// A presentation for an open request.
    fn verify(name: &str, request: &str, presentation: &str, code: &'static str) -> Self {
        let action = Action::Verify {
            request: request.into(),
            challenge: Challenge::Open,
            first: None,
            presentation: presentation.into(),
        };
        Self::new(name, action, Expect::Code(code))
    }

    fn with_challenge(mut self, state: Challenge) -> Self {
        if let Action::Verify { challenge, .. } = &mut self.action {
            *challenge = state;
        }
        self
    }

    fn after(mut self, presentation: &str) -> Self {
        if let Action::Verify { first, .. } = &mut self.action {
            *first = Some(presentation.into());
        }
        self
    }

    fn by(self, verifier: &str) -> Self {
        Self { verifier: verifier.into(), ..self }
    }

    fn with_lists(self, lists: &[&str]) -> Self {
        Self { lists: lists.iter().map(ToString::to_string).collect(), ..self }
    }

    fn at(self, now: u64) -> Self {
        Self { now, ..self }
    }

    fn to_json(&self) -> Value {
        let mut case = json!({ "name": self.name, "verifier": self.verifier, "now": self.now });
        let mut set = |key: &str, value: Value| case[key] = value;
        if !self.lists.is_empty() {
            set("lists", json!(self.lists));
            set("prepared_at", json!(self.prepared_at));
        }
        match &self.action {
            Action::Create => set("action", json!("create")),
            Action::List(list) => {
                set("action", json!("list"));
                set("list", json!(list));
            }
            Action::Ask { ask, signing_key } => {
                set("action", json!("ask"));
                set("ask", ask.clone());
                set("signing_key", json!(digits(signing_key)));
                set("random", json!(digits(&RANDOM)));
            }
            Action::Verify { request, challenge, first, presentation } => {
                set("action", json!("verify"));
                set("request", json!(request));
                set("challenge", json!(challenge.name()));
                if let Some(first) = first {
                    set("first", json!(first));
                }
                set("presentation", json!(presentation));
            }
        }
        match &self.expect {
            Expect::Code(code) => set("expect", json!(code)),
            Expect::Ok(answer) => {
                set("expect", json!("ok"));
                if !answer.is_null() {
                    set("answer", answer.clone());
                }
            }
        }
        case
    }

    /// `case`, name, verifier, lists, prepared at, now, what comes of it, action, and its arguments.
    fn to_fields(&self) -> Vec<String> {
        let lists = if self.lists.is_empty() { "-".into() } else { self.lists.join(",") };
        let expect = match &self.expect {
            Expect::Ok(_) => "ok",
            Expect::Code(code) => code,
        };
        let mut fields = vec!["case".into(), self.name.clone(), self.verifier.clone(), lists];
        fields.extend([self.prepared_at.to_string(), self.now.to_string(), expect.into()]);
        match &self.action {
            Action::Create => fields.push("create".into()),
            Action::List(list) => fields.extend(["list".into(), list.clone()]),
            Action::Ask { ask, signing_key } => {
                fields.extend(["ask".into(), raw(ask), digits(signing_key), digits(&RANDOM)]);
            }
            Action::Verify { request, challenge, first, presentation } => fields.extend([
                "verify".into(),
                request.clone(),
                challenge.name().into(),
                first.clone().unwrap_or_else(|| "-".into()),
                presentation.clone(),
            ]),
        }
        // What a program without a JSON parser can look for: the last field, an accepted answer's telling part.
        if let Expect::Ok(answer) = &self.expect {
            let part = answer
                .get("pseudonym")
                .or_else(|| answer.get("challenge"))
                .or_else(|| answer.get("signature"));
            fields.push(part.map_or_else(|| "-".into(), raw));
        }
        fields
    }
}

impl Challenge {
    /// In the files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Unknown => "unknown",
            Self::Caller => "caller",
        }
    }
}

/// The generator that the bindings make of [`RANDOM`]: `SHA-256("tacit/ffi-random/v1"; seed, 0)` and so on.
#[must_use]
pub fn seeded() -> impl rand_chacha::rand_core::CryptoRngCore {
    Seeded { blocks: 0 }
}

struct Seeded {
    blocks: u64,
}

impl RngCore for Seeded {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let counter = self.blocks.to_be_bytes();
            let block = tacit_credential::field::sha256("tacit/ffi-random/v1", &[&RANDOM, &counter]);
            chunk.copy_from_slice(&block[..chunk.len()]);
            self.blocks += 1;
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Seeded {}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
