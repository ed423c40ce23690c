//! The demonstration: what it shows, that its files can be used, and what it leaves when it is stopped.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use super::{Place, outcome, split};

/// Every outcome that the demonstration must show.
const SCENES: [&str; 23] = [
    "enrolled-twice",
    "hotel-guangdong",
    "hotel-hunan",
    "beyond-certificate",
    "airline",
    "shop-first-visit",
    "shop-second-visit",
    "shop-another-person",
    "shop-accounts",
    "loss-code-guessed",
    "minor",
    "other-province",
    "revoked",
    "lost",
    "shop-new-phone",
    "expired",
    "without-holder-secret",
    "forged-signature",
    "unknown-issuer",
    "tampered",
    "replayed",
    "other-site",
    "shown-again",
];

#[test]
fn demo_shows_every_outcome_and_leaves_usable_files() {
    let place = Place::new();
    let shown = place.ok("demo --people 100 --keep tour");
    every_outcome(&shown);
    the_closing_table(&place.path("tour"), &shown["knowledge"]);
    let tour = Tour { place: &place, dir: place.path("tour") };
    let mut files = Vec::new();
    walk(&tour.dir, Path::new(""), &mut files);
    tour.readme();
    tour.every_file(&files);
}

fn every_outcome(shown: &Value) {
    let scenes = shown["scenes"].as_array().unwrap();
    let names: Vec<&str> = scenes.iter().map(|scene| scene["name"].as_str().unwrap()).collect();
    assert_eq!(names, SCENES);
    assert!(scenes.iter().all(|scene| scene["ok"] == true), "{shown:#}");
    assert_eq!(shown["outcomes"], json!({ "as_expected": 23, "different": 0, "differences": [] }));
    assert_eq!((&shown["people"], &shown["development_keys"]), (&json!(100), &json!(true)));
    let scene = |name: &str| &scenes[names.iter().position(|n| *n == name).unwrap()];
    let steps = |name: &str| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let steps = scene(name)["steps"].as_array().unwrap();
        steps.iter().map(|s| (text(&s["party"]), text(&s["outcome"]))).collect()
    };
    let as_pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    assert_eq!(
        steps("minor"),
        as_pairs(&[
            ("wallet", "too-young"),
            ("lying prover", "born between"),
            ("lying prover", "issued"),
            ("verifier", "proof-invalid")
        ])
    );
    assert_eq!(steps("replayed"), as_pairs(&[("verifier", "challenge-used")]));
    // For each the times and bytes: a presentation has some, what was never made has none.
    for scene in scenes {
        for step in scene["steps"].as_array().unwrap().iter().filter(|step| step["party"] != "comparison") {
            let taken = step["milliseconds"].as_object().unwrap().values();
            assert!(taken.clone().count() > 0 && taken.into_iter().all(Value::is_f64), "{scene:#}");
            let bytes = step["bytes"].as_u64();
            match step["party"].as_str().unwrap() {
                "verifier" => assert!(bytes.is_some_and(|bytes| bytes > 128), "{scene:#}"),
                "issuer" => assert!(step["request_bytes"].as_u64().is_some_and(|b| b > 18), "{scene:#}"),
                _ => assert_eq!(bytes, Some(0), "{scene:#}"),
            }
        }
    }
    // What the holder read before agreeing.
    assert_eq!(scene("airline")["consent"]["disclosed"], json!([{ "attribute": "name", "value": "林晓雨" }]));
    assert_eq!(scene("hotel-guangdong")["consent"]["disclosed"], json!([]));
    assert_eq!(scene("hotel-guangdong")["consent"]["warnings"], json!([]));
    // What she would have been warned of.
    assert_eq!(steps("beyond-certificate"), as_pairs(&[("wallet", "beyond-certificate")]));
    let warnings = scene("beyond-certificate")["consent"]["warnings"].as_array().unwrap();
    let codes: Vec<&str> = warnings.iter().map(|warning| warning["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["beyond-disclosure", "beyond-age-range", "narrow-age-range", "identifies"]);
}

/// The businesses' columns say what their policies ask, the photocopy's what is on the document.
fn the_closing_table(tour: &Path, knowledge: &Value) {
    let columns = knowledge.as_array().unwrap();
    let who: Vec<&Value> = columns.iter().map(|column| &column["who"]).collect();
    assert_eq!(who, ["Lotus Hotel", "Crane Airlines", "Lantern Shop", "a photocopy"]);
    let [hotel, airline, shop, photocopy] = [0, 1, 2, 3].map(|i| &columns[i]["knows"]);
    assert_eq!(
        [&hotel["age"], &hotel["residence"], &hotel["name"], &hotel["recognises her"]],
        [&json!("18 or older"), &json!("Guangdong or Hunan"), &Value::Null, &Value::Null]
    );
    assert_eq!(
        [&airline["age"], &airline["residence"], &airline["name"], &airline["recognises her"]],
        [&json!("18 or older"), &Value::Null, &json!("林晓雨"), &json!("by name")]
    );
    assert_eq!([&shop["age"], &shop["residence"], &shop["name"]], [&Value::Null; 3]);
    assert!(shop["recognises her"].as_str().unwrap().starts_with("as "), "{shop:#}");
    let document = fs::read(tour.join("people/lin-xiaoyu/document.json")).unwrap();
    let document: Value = serde_json::from_slice(&document).unwrap();
    for business in [hotel, airline, shop] {
        assert_eq!(business["shown again"], "refused: challenge used");
        assert_eq!(business["shown elsewhere"], "refused: other verifier");
        assert_eq!(
            (&business["issued by"], &business["document number"]),
            (&json!("one of 5 bureaus"), &Value::Null)
        );
        for extra in document["extras"].as_array().unwrap() {
            let label = extra["label"].as_str().unwrap();
            assert_eq!((&business[label], photocopy[label].is_string()), (&Value::Null, true), "{label}");
        }
    }
    assert_eq!((&photocopy["name"], &photocopy["document number"]), (&document["name"], &document["number"]));
    assert_eq!(photocopy["sex"], document["sex"]);
}

/// The kept files.
struct Tour<'a> {
    place: &'a Place,
    dir: PathBuf,
}

/// A command line, and the error code that it must end with, if it must not succeed.
type Use = (String, Option<&'static str>);

impl Tour<'_> {
    fn run(&self, line: &str) -> (i32, Value) {
        outcome(self.place.command(line).current_dir(&self.dir), line)
    }

    fn ok(&self, line: &str) -> Value {
        let (exit, value) = self.run(line);
        assert_eq!(exit, 0, "tacit {line}: {value:#}");
        value
    }

    /// Finds for every file a command that reads it, and runs that.
    fn every_file(&self, files: &[String]) {
        self.ok(
            "issuer --dir fresh init --id fresh-psb --name 'Fresh Public Security Bureau' --jurisdiction 110000-659999",
        );
        let (mut seen, mut wrong) = (BTreeSet::new(), Vec::new());
        for file in files {
            let uses = self.uses(file);
            if uses.is_empty() {
                wrong.push(format!("no command uses {file}"));
            }
            for (line, code) in uses.into_iter().filter(|(line, _)| seen.insert(line.clone())) {
                let (exit, value) = self.run(&line);
                let expected = code.map_or(json!(null), |code| json!(code));
                if (exit == 0, &value["error"]["code"]) != (code.is_none(), &expected) {
                    wrong.push(format!("{file}: tacit {line}: {value:#}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        // Whoever a bureau enrolled, another one can.
        for file in files.iter().filter(|file| file.starts_with("enrolled/")) {
            let id = file.trim_start_matches("enrolled/").trim_end_matches(".jsonl");
            self.ok(&format!(
                "issuer --dir second-{id} init --id {id} --name 'Second Bureau' --jurisdiction 110000-659999"
            ));
            let line = format!("issuer --dir second-{id} enrol --batch {file} --out {id}.results.jsonl");
            let summary = self.ok(&line);
            let lines = fs::read_to_string(self.dir.join(file)).unwrap().lines().count();
            // Twenty people each; whoever has expired since is not enrolled again.
            let expected = if id == "shenzhen-psb" { 19 } else { 20 };
            assert_eq!(
                (&summary["enrolled"], &summary["refused"], lines),
                (&json!(expected), &json!(0), expected)
            );
        }
    }

    fn uses(&self, file: &str) -> Vec<Use> {
        let ok = |line: String| (line, None);
        let parts: Vec<&str> = file.split('/').collect();
        let hotel = "businesses/hotel/state";
        match &parts[..] {
            // Its commands have been run already.
            ["README.txt"] => vec![ok("inspect circuit".into())],
            ["keys", "resident-id.pk"] => {
                let policy = "businesses/hotel/policy.toml";
                let wallet = "people/lin-xiaoyu";
                vec![
                    ok(update(wallet)),
                    ok(format!("request new --state {hotel} --policy {policy} --out fresh.request.json")),
                    ok(format!(
                        "wallet present --wallet {wallet}/wallet --passphrase-file {wallet}/passphrase.txt --proving-key {file} \
                         --request fresh.request.json --out fresh.answer.json --yes"
                    )),
                ]
            }
            ["keys", "resident-id.vk"] => vec![ok(format!(
                "verify --state {hotel} --presentation fresh.answer.json --verifying-key {file} --accept-development-key"
            ))],
            ["ministry", _] => vec![ok("trust --dir ministry publish".into())],
            ["operator.pub"] => vec![ok(format!("trust verify --operator {file}"))],
            ["bureaus", id, _] => vec![
                ok(format!("issuer --dir bureaus/{id} show")),
                ok(format!("issuer --dir bureaus/{id} log --last 1")),
                ok(format!("issuer --dir bureaus/{id} publish")),
            ],
            ["enrolled", file] => {
                let id = file.trim_end_matches(".jsonl");
                let again =
                    format!("issuer --dir bureaus/{id} enrol --batch enrolled/{file} --out {id}.jsonl");
                // Everybody is enrolled there already.
                vec![(again, Some("nobody-enrolled"))]
            }
            ["published", ..] => {
                vec![ok("trust verify --operator operator.pub".into()), ok(update("people/wang-fang"))]
            }
            ["people", folder @ .., "wallet", _] => vec![list(&folder.join("/"))],
            ["people", folder @ .., name] => self.uses_of_person(&folder.join("/"), name),
            ["businesses", _, "policy.toml"] => vec![ok(format!("inspect policy {file}"))],
            ["businesses", who, "entry.toml" | "key.pub"] => vec![ok(format!(
                "trust --dir ministry certify --entry businesses/{who}/entry.toml --key businesses/{who}/key.pub --out {who}.cert.json"
            ))],
            ["businesses", who, "certificate.json"] => {
                vec![ok(format!("request certificate --state businesses/{who}/state --certificate {file}"))]
            }
            ["businesses", _, "state", "requests", _] => vec![ok(format!("inspect request {file}"))],
            ["businesses", who, "state", ..] => vec![ok(format!(
                "request new --state businesses/{who}/state --policy businesses/{who}/policy.toml --out {who}.request.json"
            ))],
            ["answers", name] if name.ends_with(".request.json") => {
                vec![ok(format!("inspect request {file}"))]
            }
            ["answers", name] if name.ends_with(".answer.json") => {
                let who = name.split(['-', '.']).next().unwrap();
                let verify = format!(
                    "verify --state businesses/{who}/state --presentation {file} --accept-development-key"
                );
                vec![ok(format!("inspect presentation {file}")), (verify, Some("challenge-used"))]
            }
            _ => Vec::new(),
        }
    }

    fn uses_of_person(&self, who: &str, name: &str) -> Vec<Use> {
        let ok = |line: String| (line, None);
        let dir = format!("people/{who}");
        let flat = who.replace('/', "-");
        // The bureau enrols nobody whose document has expired.
        let expired = (who == "zhao-guohua").then_some("document-expired");
        let enrol = format!(
            "issuer --dir fresh enrol --document {dir}/document.json --request {dir}/enrol.json --out {flat}.credential.json"
        );
        match name {
            "document.json" | "enrol.json" => vec![(enrol, expired)],
            "loss-code.txt" => {
                let document = fs::read(self.dir.join(&dir).join("document.json")).unwrap();
                let document: Value = serde_json::from_slice(&document).unwrap();
                let number = document["number"].as_str().unwrap();
                let report =
                    format!("issuer --dir fresh report-loss --number {number} --loss-code-file {dir}/{name}");
                vec![(enrol, expired), (report, expired.map(|_| "not-enrolled"))]
            }
            "credential.json" => vec![
                ok(format!("inspect credential {dir}/{name}")),
                // The wallet that it was made for has it already; the README adds one to a restored wallet.
                (
                    format!(
                        "wallet add --wallet {dir}/wallet --passphrase-file {dir}/passphrase.txt --credential {dir}/{name}"
                    ),
                    Some("known"),
                ),
            ],
            "passphrase.txt" => vec![list(who)],
            "recovery-phrase.txt" => vec![ok(format!(
                "wallet restore --wallet restored/{flat} --phrase-file {dir}/{name} --passphrase-file {dir}/passphrase.txt"
            ))],
            _ => Vec::new(),
        }
    }

    /// Runs the commands of the README as they stand there, in order.
    fn readme(&self) {
        let text = fs::read_to_string(self.dir.join("README.txt")).unwrap().replace("\\\n", " ");
        let mut count = 0;
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let Some(line) = line.strip_prefix("  tacit ") else { continue };
            let refused = lines.peek().is_some_and(|next| next.trim_start().starts_with("(refused"));
            // Nobody sits at a terminal to agree.
            let yes = if line.starts_with("wallet present") { " --yes" } else { "" };
            let (exit, value) = self.run(&format!("{line}{yes}"));
            assert_eq!(exit, i32::from(refused), "tacit {line}: {value:#}");
            count += 1;
        }
        assert!(count > 20, "{count} commands in the README");
    }
}

fn update(person: &str) -> String {
    format!(
        "wallet update --wallet {person}/wallet --passphrase-file {person}/passphrase.txt --operator operator.pub"
    )
}

fn list(who: &str) -> Use {
    (format!("wallet list --wallet people/{who}/wallet --passphrase-file people/{who}/passphrase.txt"), None)
}

/// Every file below a folder, by its path from the root.
fn walk(root: &Path, below: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(root.join(below)).unwrap() {
        let entry = entry.unwrap();
        let path = below.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            walk(root, &path, files);
        } else {
            files.push(path.to_str().unwrap().to_owned());
        }
    }
    files.sort();
}

#[test]
fn demo_leaves_nothing_behind() {
    let place = Place::new();
    let temporary = place.path("tmp");
    fs::create_dir(&temporary).unwrap();
    let line = "demo --people 100";
    let (exit, shown) = outcome(place.command(line).env("TMPDIR", &temporary), line);
    assert_eq!(exit, 0, "{shown:#}");
    assert_eq!(shown["kept"], Value::Null);
    assert_eq!(entries(&temporary), 0);
    assert_eq!(entries(place.0.path()), 1);
}

/// A demonstration that runs in a place's directory, and what it prints.
struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Running {
    fn start(place: &Place, line: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tacit"));
        command.args(split(line)).current_dir(place.0.path()).env("TMPDIR", place.path("tmp"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Reads on until a line contains this text.
    fn until(&mut self, text: &str) {
        let found = self.lines.by_ref().any(|line| line.unwrap().contains(text));
        assert!(found, "the demonstration never said {text}");
    }

    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Exit code, none if a signal ended it, and standard error.
    fn end(mut self) -> (Option<i32>, String) {
        self.lines.by_ref().for_each(drop);
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (self.child.wait().unwrap().code(), errors)
    }
}

/// Ctrl-C and `kill` clean up; a process that is killed outright cannot, and the next one does it.
#[cfg(unix)]
#[test]
fn demo_that_is_stopped_leaves_nothing_behind() {
    let place = Place::new();
    fs::create_dir(place.path("tmp")).unwrap();
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        for line in ["demo --people 100", "demo --people 100 --keep tour"] {
            let mut demo = Running::start(&place, line);
            demo.until("Five bureaus");
            demo.signal(signal);
            let (exit, errors) = demo.end();
            assert_eq!(exit, Some(code), "{signal}: {errors}");
            assert!(errors.contains("nothing is left behind"), "{errors}");
            assert_eq!((entries(&place.path("tmp")), place.path("tour").exists()), (0, false), "{signal}");
        }
    }

    for (line, left) in [("demo --people 100", "tmp"), ("demo --people 100 --keep tour", "tour")] {
        let mut demo = Running::start(&place, line);
        demo.until("Five bureaus");
        demo.signal("KILL");
        assert_eq!(demo.end().0, None);
        assert_eq!(entries(&place.path(left)), 1);
        let mut demo = Running::start(&place, line);
        demo.until("Removed");
        demo.signal("INT");
        assert_eq!(demo.end().0, Some(130));
        assert_eq!(entries(&place.path(left)), 0);
    }
}

/// `tacit demo | head`: no panic, nothing left.
#[test]
fn demo_whose_reader_goes_away_leaves_nothing_behind() {
    let place = Place::new();
    fs::create_dir(place.path("tmp")).unwrap();
    let mut demo = Running::start(&place, "demo --people 100");
    demo.until("Keys");
    let Running { mut child, lines } = demo;
    drop(lines);
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3), "{errors}");
    assert!(errors.contains("standard output was closed"), "{errors}");
    assert_eq!(entries(&place.path("tmp")), 0);
}

fn entries(dir: &Path) -> usize {
    fs::read_dir(dir).unwrap().count()
}
