//! What goes wrong, as a script sees it: every exit code of `tacit --help`, by every way that leads to it; the words of the
//! errors; and that no error repeats what it read about a person.

mod place;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Shell;

use serde_json::{Value, json};

use place::{POLICY, Place, certify, document, number, publish, tour};

/// A copy of a folder with one file changed; `None` removes it.
fn damaged(
    place: &Place,
    folder: &str,
    copy: &str,
    file: &str,
    change: impl FnOnce(Vec<u8>) -> Option<Vec<u8>>,
) {
    fn copy_all(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            let target = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                copy_all(&entry.path(), &target);
            } else {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    copy_all(&place.path(folder), &place.path(copy));
    let path = place.path(copy).join(file);
    match change(fs::read(&path).unwrap()) {
        Some(bytes) => fs::write(path, bytes).unwrap(),
        None => fs::remove_file(path).unwrap(),
    }
}

#[allow(clippy::needless_pass_by_value)] // One of several changes of one type.
fn half(bytes: Vec<u8>) -> Option<Vec<u8>> {
    Some(bytes[..bytes.len() / 2].to_vec())
}

fn garbage(_: Vec<u8>) -> Option<Vec<u8>> {
    Some(b"garbage".to_vec())
}

/// SQLite opens a database of a higher write version for reading only; so does the system for whoever may not write, but
/// tests may run as root.
fn read_only(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    bytes[18] = 3;
    Some(bytes)
}

fn gone(_: Vec<u8>) -> Option<Vec<u8>> {
    None
}

#[test]
fn every_exit_code_by_every_way() {
    let place = tour();
    certify(&place);
    place.ok("request --state desk new --policy hotel.toml --out request.json");
    place.ok("wallet --wallet w present --yes --request request.json --out p.json");
    let number = number("1990-03-07", 425);

    fs::create_dir(place.path("directory")).unwrap();
    place.write("directory/file", "");
    place.write("broken.json", "{");
    place.write("latin1.json", "");
    fs::write(place.path("latin1.json"), b"{\"name\": \"\xe9\"}").unwrap();
    place.write("garbage", "garbage");
    place.write("empty.jsonl", "\n");
    place.write("refused.jsonl", "not JSON\n{}\n");
    place.write("wrong.txt", "a wrong one\n");
    place.write("short.txt", "short\n");
    place.write("nothing.txt", "\n");
    place.write("contradiction.toml", "provinces = []");
    let mut forged: Value =
        serde_json::from_slice(&fs::read(place.path("credential.json")).unwrap()).unwrap();
    forged["attributes"]["birth"] = json!("1970-03-07");
    place.write("forged.json", &forged.to_string());

    let mut request: Value = serde_json::from_slice(&fs::read(place.path("request.json")).unwrap()).unwrap();
    request["request"]["endpoint"] = json!("desk\u{1b}[2J");
    place.write("endpoint.json", &request.to_string());

    let (status, folder) = chunk_file(&place);
    damaged(&place, "bureau", "bureau-damaged", "registry.sqlite", garbage);
    damaged(&place, "bureau", "bureau-cut", "registry.sqlite", half);
    damaged(&place, "bureau", "bureau-empty", "registry.sqlite", |_| Some(Vec::new()));
    damaged(&place, "bureau", "bureau-read-only", "registry.sqlite", read_only);
    damaged(&place, "bureau", "bureau-behind", "log-head", |_| {
        Some(format!("{:020} {}\n", 99, "0".repeat(64)).into_bytes())
    });
    damaged(&place, "bureau", "bureau-no-mark", "log-head", gone);
    damaged(&place, "bureau", "bureau-bad-mark", "log-head", garbage);
    damaged(&place, "bureau", "bureau-no-key", "publishing.key", gone);
    damaged(&place, "bureau", "bureau-bad-key", "publishing.key", garbage);
    damaged(&place, "ministry", "ministry-damaged", "state.json", half);
    damaged(&place, "ministry", "ministry-bad-key", "operator.key", garbage);
    damaged(&place, "ministry", "ministry-no-state", "state.json", gone);
    damaged(&place, "published", "published-bad-list", "trust/00000001.json", half);
    damaged(&place, "published", "published-no-list", "trust/00000001.json", gone);
    damaged(&place, "published", "published-bad-chunk", &format!("{folder}/{status}"), half);
    damaged(&place, "published", "published-no-chunk", &format!("{folder}/{status}"), gone);
    damaged(&place, "published", "published-other-chunk", &format!("{folder}/{status}"), |mut bytes| {
        let last = bytes.len() - 40;
        bytes[last] ^= 1;
        Some(bytes)
    });
    damaged(&place, "w", "w-damaged", "store.age", half);
    damaged(&place, "w", "w-no-store", "store.age", gone);
    damaged(&place, "w", "w-bad-key", "key.age", garbage);
    damaged(&place, "desk", "desk-bad-key", "key", garbage);
    damaged(&place, "desk", "desk-bad-certificate", "certificate.json", half);
    damaged(&place, "desk", "desk-bad-list", "lists/00000001.json", half);
    damaged(&place, "desk", "desk-no-list", "lists/00000001.json", gone);
    let open = |name: &str| {
        let folder = place.path("desk").join(name);
        let mut names = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        format!("{name}/{}", names.next().unwrap())
    };
    damaged(&place, "desk", "desk-bad-challenge", &open("challenges/open"), garbage);
    damaged(&place, "desk", "desk-bad-request", &open("requests"), half);

    let present = "wallet --wallet w present --yes --request request.json --out answer.json";
    let verify = "verify --presentation p.json --accept-development-key --state";
    let revoke = format!("issuer revoke --number {number} --reason lost --dir");
    let table: &[(i32, &str, String)] = &[
        (0, "", "issuer --dir bureau show".into()),
        (0, "", "trust verify --operator operator.pub".into()),
        (0, "", "wallet --wallet w show 1".into()),
        // 1: refused.
        (1, "no-such-credential", "wallet --wallet w show 7".into()),
        (1, "no-such-credential", format!("{present} --credential 9")),
        (1, "unknown-key", "issuer --dir bureau retire --key 9".into()),
        (1, "unknown-key", "issuer --dir bureau retire --key 0".into()),
        (1, "signing-key", "issuer --dir bureau retire --key 1".into()),
        (1, "not-listed", "trust --dir ministry remove-issuer --id nobody".into()),
        (1, "development-key", "verify --presentation p.json --state desk".into()),
        (1, "signature", "inspect credential forged.json".into()),
        (1, "credential", "wallet --wallet w add --credential forged.json".into()),
        (1, "nobody-enrolled", "issuer --dir bureau enrol --batch refused.jsonl --out results.jsonl".into()),
        // 2: the command line.
        (2, "usage", "issuer revoke --number x".into()),
        (2, "unusable", "issuer --dir bureau revoke --number 123 --reason lost".into()),
        (2, "argument", format!("trust verify --operator {}", "0".repeat(64))),
        (2, "argument", "issuer --dir new init --id UPPER --name x --jurisdiction 43".into()),
        (2, "argument", "issuer --dir new init --id new --name x --jurisdiction Atlantis".into()),
        // 3: missing, taken, not readable, not writable.
        (3, "missing", "issuer --dir nowhere publish".into()),
        (3, "missing", "trust --dir nowhere publish".into()),
        (3, "missing", "wallet --wallet nowhere list".into()),
        (3, "missing", "request --state nowhere new --policy hotel.toml --out r.json".into()),
        (3, "missing", format!("{verify} nowhere")),
        (3, "key-missing", format!("{verify} desk --verifying-key none.vk")),
        (3, "key-missing", format!("{present} --proving-key none.pk")),
        (3, "read", format!("{present} --proving-key directory")),
        (3, "read", format!("{verify} desk --verifying-key directory")),
        (3, "read", "trust verify --operator 00".into()),
        (3, "read", "inspect credential nowhere.json".into()),
        (3, "read", "inspect credential directory".into()),
        (3, "read", "wallet --wallet w list --passphrase-file none.txt".into()),
        (3, "write", "wallet --wallet w enrol-request --out directory".into()),
        (3, "write", "wallet --wallet w enrol-request --out garbage/request.json".into()),
        (3, "write", "setup --out garbage".into()),
        (3, "occupied", "setup --out keys".into()),
        (3, "occupied", "issuer --dir directory init --id another --name Another --jurisdiction 44".into()),
        (3, "occupied", "demo --keep directory".into()),
        (3, "file-exists", "issuer --dir bureau reissue --document li.json --out li.json".into()),
        (
            3,
            "file-exists",
            "issuer --dir bureau rebind --document li.json --request enrol.json --out enrol.json".into(),
        ),
        (
            3,
            "file-exists",
            "issuer --dir bureau enrol --document li.json --request enrol.json --out garbage".into(),
        ),
        (3, "file-exists", "issuer --dir bureau enrol --batch refused.jsonl --out refused.jsonl".into()),
        (3, "old-publication", "issuer --dir bureau restored --published directory".into()),
        (3, "exists", "trust --dir ministry init".into()),
        (3, "exists", "wallet --wallet w init".into()),
        (3, "exists", "request --state desk init --operator operator.pub".into()),
        (3, "empty", "trust verify --operator operator.pub --published directory".into()),
        (3, "empty", "trust verify --operator operator.pub --published published-no-list".into()),
        (3, "status", "trust verify --operator operator.pub --published published-no-chunk".into()),
        (3, "registry", format!("{revoke} bureau-read-only")),
        (3, "key-file", "issuer --dir bureau-no-key show".into()),
        (3, "io", "trust --dir ministry-no-state publish".into()),
        (3, "io", "wallet --wallet w-no-store list".into()),
        (3, "no-list", format!("{verify} desk-no-list")),
        // 4: read, and not what it should be.
        (4, "malformed", "inspect credential broken.json".into()),
        (4, "malformed", "inspect credential latin1.json".into()),
        (4, "malformed", "inspect presentation broken.json".into()),
        (4, "malformed", "inspect request broken.json".into()),
        (4, "malformed", "inspect request endpoint.json".into()),
        (4, "malformed", "wallet --wallet w list --passphrase-file /dev/zero".into()),
        (4, "malformed", "wallet --wallet again restore --phrase-file /dev/zero".into()),
        (4, "malformed", format!("{present} --proving-key /dev/zero")),
        (4, "malformed", "inspect policy contradiction.toml".into()),
        (4, "malformed", "wallet --wallet w add --credential broken.json".into()),
        (4, "malformed", "trust --dir ministry add-issuer --record broken.json".into()),
        (4, "malformed", "trust verify --operator garbage".into()),
        (
            4,
            "malformed",
            "trust --dir ministry certify --identity a.example --name A --key garbage --out c.json".into(),
        ),
        (4, "malformed", format!("{present} --proving-key garbage")),
        (4, "malformed", format!("{verify} desk --verifying-key garbage")),
        (
            4,
            "malformed",
            "issuer --dir bureau enrol --document broken.json --request enrol.json --out c.json".into(),
        ),
        (
            4,
            "malformed",
            "issuer --dir bureau enrol --document li.json --request broken.json --out c.json".into(),
        ),
        (4, "empty-batch", "issuer --dir bureau enrol --batch empty.jsonl --out results2.jsonl".into()),
        (1, "registry", format!("{revoke} bureau-behind")),
        (3, "registry", format!("{revoke} bureau-no-mark")),
        (4, "registry", format!("{revoke} bureau-bad-mark")),
        (4, "registry", "issuer --dir bureau-damaged show".into()),
        (4, "registry", "issuer --dir bureau-empty show".into()),
        (4, "registry", format!("{revoke} bureau-cut")),
        (4, "key-file", "issuer --dir bureau-bad-key show".into()),
        (4, "damaged", "trust --dir ministry-damaged publish".into()),
        (4, "damaged", "trust --dir ministry-bad-key publish".into()),
        (4, "malformed", "trust verify --operator operator.pub --published published-bad-list".into()),
        (4, "status", "trust verify --operator operator.pub --published published-bad-chunk".into()),
        (4, "status", "trust verify --operator operator.pub --published published-other-chunk".into()),
        (4, "damaged", "wallet --wallet w-damaged list".into()),
        (4, "damaged", "wallet --wallet w-bad-key list".into()),
        (4, "malformed", format!("{verify} desk-bad-key")),
        (4, "malformed", format!("{verify} desk-bad-certificate")),
        (4, "malformed", format!("{verify} desk-bad-list")),
        (4, "malformed", format!("{verify} desk-bad-request")),
        (4, "challenge-store", format!("{verify} desk-bad-challenge")),
        // 5: secrets.
        (5, "passphrase", "wallet --wallet w list --passphrase-file wrong.txt".into()),
        (5, "empty-secret", "wallet --wallet w list --passphrase-file nothing.txt".into()),
        (5, "secret-missing", "wallet --wallet again restore".into()),
        (5, "word-count", "wallet --wallet again restore --phrase-file wrong.txt".into()),
        (5, "too-short", "wallet --wallet w enrol-request --loss-code-file short.txt --out e.json".into()),
        // 6: consent.
        (
            6,
            "consent-impossible",
            "wallet --wallet w present --request request.json --out answer.json".into(),
        ),
    ];
    let mut wrong = Vec::new();
    for (exit, code, line) in table {
        if *exit == 0 {
            place.ok(line);
            continue;
        }
        let (found, refused) = place.run(line);
        let message = refused["error"]["message"].as_str().unwrap_or_default();
        if (found, &refused["error"]["code"], &refused["error"]["exit"])
            != (*exit, &json!(code), &json!(exit))
        {
            wrong.push(format!("{line}: {found}, not {exit} {code}: {refused:#}"));
        }
        if line.starts_with("verify") && refused["accepted"] != false {
            wrong.push(format!("{line}: not said to be refused"));
        }
        // The same without --json, on standard error.
        let _ = fs::remove_file(place.path("results.jsonl"));
        let output = place.command(line).output().unwrap();
        if output.status.code() != Some(*exit) || output.stderr.is_empty() {
            wrong.push(format!("{line}: {output:?}"));
        }
        // An error about a file names the place where it lies.
        let names = |word: &str| word.len() > 1 && !word.starts_with("--") && message.contains(word);
        if matches!(exit, 3 | 4) && !line.split_whitespace().any(names) {
            wrong.push(format!("{line}: no place in: {message}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What a command was told to write over is as it was, and nobody's credential was changed.
    assert_eq!(fs::read_to_string(place.path("li.json")).unwrap(), document("1990-03-07", 425).to_string());
    assert_eq!(fs::read_to_string(place.path("refused.jsonl")).unwrap(), "not JSON\n{}\n");
    assert_eq!(place.ok("issuer --dir bureau show")["credentials"], 1);
    for exit in 0..=6 {
        assert!(table.iter().any(|row| row.0 == exit), "no case of exit code {exit}");
    }
    // The documentation has the same codes.
    let help = String::from_utf8(place.command("--help").output().unwrap().stdout).unwrap();
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    for exit in 0..=6 {
        assert!(help.contains(&format!("\n  {exit}  ")), "{help}");
        assert!(readme.contains(&format!("\n| {exit} | ")), "{exit}");
    }
}

/// Some chunk file of the bureau's first publication and the folder that it is in, below `published`.
fn chunk_file(place: &Place) -> (String, String) {
    let below = |path: &Path| -> Vec<PathBuf> {
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let mut folders = vec![place.path("published/status/changsha-psb")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in below(&folder) {
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let chunk = files.iter().find(|path| path.to_string_lossy().contains("chunk")).expect("a chunk file");
    let folder = chunk.parent().unwrap().strip_prefix(place.path("published")).unwrap();
    (chunk.file_name().unwrap().to_str().unwrap().to_owned(), folder.to_str().unwrap().to_owned())
}

/// Runs a command both ways; everything that it printed.
fn printed(place: &Place, line: &str) -> String {
    let mut all = String::new();
    for json in [false, true] {
        let mut command = place.command(line);
        if json {
            command.arg("--json");
        }
        let output = command.output().unwrap();
        assert_ne!(output.status.code(), Some(0), "tacit {line}");
        all.push_str(&String::from_utf8_lossy(&output.stdout));
        all.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    all
}

#[test]
fn errors_do_not_repeat_what_they_read_about_a_person() {
    let place = tour();
    let (good, birth) = (number("1990-03-07", 425), "1990-03-07");
    let request: Value = serde_json::from_slice(&fs::read(place.path("enrol.json")).unwrap()).unwrap();
    let credential: Value =
        serde_json::from_slice(&fs::read(place.path("credential.json")).unwrap()).unwrap();
    let key = request["holder_key"].as_str().unwrap().to_owned();
    let secrets =
        [good.as_str(), &good[..17], "19900307", birth, "李明", "芙蓉路", key.as_str(), "4301021990"];
    let silent = |line: &str, also: &str| {
        let text = printed(&place, line) + also;
        for secret in secrets {
            assert!(!text.contains(secret), "tacit {line} repeats {secret}: {text}");
        }
        text
    };

    // Every field of the document: as a number, as a list, as another field's name, with the wrong value, left out.
    let document = document(birth, 425);
    let as_number: Value = serde_json::from_str(&good.replace('X', "")).unwrap();
    let mut faulty = Vec::new();
    for field in document.as_object().unwrap().keys() {
        for value in [
            as_number.clone(),
            json!([good, "李明"]),
            json!({ good.as_str(): birth }),
            json!(good),
            json!(1.5e300),
        ] {
            let mut changed = document.clone();
            changed[field] = value;
            faulty.push(changed.to_string());
        }
        let mut changed = document.clone();
        changed.as_object_mut().unwrap().remove(field);
        changed[good.as_str()] = json!("李明");
        faulty.push(changed.to_string());
    }
    let whole = document.to_string();
    faulty.push(whole[..whole.len() - 30].to_owned());
    faulty.push(whole.replacen("\"number\":", "", 1));
    faulty.push(format!("{whole} {good}"));
    faulty.push(format!("{good}, 李明, {birth}"));
    for (i, text) in faulty.iter().enumerate() {
        if serde_json::from_str::<Value>(text).is_ok_and(|value| value == document) {
            continue;
        }
        place.write("faulty.json", text);
        let line = "issuer --dir bureau enrol --document faulty.json --request enrol.json --out c.json";
        let said = silent(line, "");
        // A number is a name too, if an odd one: that document is refused because its holder is enrolled.
        let shape = said.contains("faulty.json");
        assert!(shape || said.contains("enrolled already"), "{i}: {said}");
        if shape {
            silent("issuer --dir bureau reissue --document faulty.json --out c.json", "");
        }
    }
    place.write("faulty.json", &whole.replace(&format!("\"{good}\""), &as_number.to_string()));
    let said = silent("issuer --dir bureau reissue --document faulty.json --out c.json", "");
    assert!(said.contains("line 1, column ") && said.contains("`number`: a number stands here"), "{said}");

    // The same in a batch; its results and the log stay silent as well.
    let lines: Vec<String> = faulty
        .iter()
        .map(|text| format!("{{\"document\": {}, \"request\": {request}}}", text.replace('\n', " ")))
        .chain([
            json!({ "document": document, "request": { "holder_key": as_number } }).to_string(),
            good.clone(),
        ])
        .chain([json!({ "document": document, "request": { "holder_key": [key] } }).to_string()])
        .collect();
    place.write("batch.jsonl", &lines.join("\n"));
    let output = place
        .command("issuer --dir bureau enrol --batch batch.jsonl --out results.jsonl --json")
        .output()
        .unwrap();
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), &shown["error"]["code"]),
        (Some(1), &json!("nobody-enrolled")),
        "{shown:#}"
    );
    assert_eq!((&shown["enrolled"], &shown["refused"]), (&json!(0), &json!(lines.len())));
    let results = fs::read_to_string(place.path("results.jsonl")).unwrap();
    assert_eq!(results.lines().count(), lines.len());
    let log = String::from_utf8(place.command("issuer --dir bureau log").output().unwrap().stdout).unwrap();
    for secret in secrets {
        assert!(!results.contains(secret) && !log.contains(secret), "{secret}: {results} {log}");
    }
    assert!(results.contains("line 2, column "), "{results}");

    // Enrolment requests and credentials.
    let mut changed = request.clone();
    changed["loss_code"] = json!(key);
    for text in [
        changed.to_string(),
        request.to_string().replacen('"', &format!("\"{good}\": 5, \""), 1),
        key.clone(),
    ] {
        place.write("faulty.json", &text);
        silent("issuer --dir bureau enrol --document li.json --request faulty.json --out c.json", "");
    }
    for field in credential["attributes"].as_object().unwrap().keys() {
        for value in [as_number.clone(), json!({ good.as_str(): birth }), json!(format!("{good} 李明"))] {
            let mut changed = credential.clone();
            changed["attributes"][field] = value;
            place.write("faulty.json", &changed.to_string());
            silent("wallet --wallet w add --credential faulty.json", "");
            silent("inspect credential faulty.json", "");
        }
    }

    // Something about a person where a file of another kind is expected.
    for text in [
        format!("\"{good}\""),
        good[..17].to_owned(),
        format!("[{}]", &good[..17]),
        format!("[\"李明\", \"{good}\"]"),
        format!("{{\"{good}\": \"李明\"}}"),
        document.to_string(),
        format!("{good} 李明"),
    ] {
        place.write("other.json", &text);
        place.write("other.toml", &text);
        for line in [
            "wallet --wallet w present --yes --request other.json --out p.json",
            "wallet --wallet w add --credential other.json",
            "inspect request other.json",
            "inspect policy other.json",
            "inspect policy other.toml",
            "inspect credential other.json",
            "inspect presentation other.json",
            "trust --dir ministry add-issuer --record other.json",
            "request --state desk certificate --certificate other.json",
            "request --state desk new --policy other.toml --out r.json",
            "verify --state desk --presentation other.json --accept-development-key",
        ] {
            let said = silent(line, "");
            assert!(said.contains("other."), "tacit {line}: {said}");
            assert!(!said.contains("of version"), "tacit {line}: {said}");
        }
    }

    // A number on the command line: misread, or where none belongs.
    let wrong = format!("{}{}", &good[..17], if good.ends_with('1') { '2' } else { '1' });
    for line in [
        format!("issuer --dir bureau revoke --number {wrong} --reason lost"),
        format!("issuer --dir bureau report-loss --number {good}0"),
        format!("issuer --dir bureau report-loss --number ' {good}'"),
        format!("issuer --dir bureau revoke {good} --reason lost"),
        format!("issuer --dir bureau revoke --number {good} --reason {good}"),
        format!("issuer --dir bureau {good}"),
        format!("issuer --dir bureau revoke --number={wrong} --reason=lost"),
        "issuer --dir bureau revoke --number x --reason 李明".to_owned(),
        "issuer --dir bureau revoke --number 430102 19900307 425X --reason lost".to_owned(),
        "issuer --dir bureau ４３０１０２１９９００３０７４２５８".to_owned(),
        "issuer --dir bureau -李明".to_owned(),
        "李明".to_owned(),
        "verify 李明".to_owned(),
        format!("demo --people {}", &good[..17]),
        format!("demo --people=+{}", &good[..17]),
    ] {
        let said = silent(&line, "４３０１０２");
        assert_eq!(said.matches("４３０１０２").count(), 1, "tacit {line}: {said}");
    }
    // What is ours is said: the option that nobody knows, and what could have been meant.
    let said = printed(&place, "issuer --dir bureau revoke --number x --reason losd");
    assert!(said.contains("--reason") && said.contains("lost") && !said.contains("losd"), "{said}");
    assert!(printed(&place, "verify --no-such-option").contains("--no-such-option"));
}

#[test]
fn errors_say_what_is_wrong_and_what_to_do() {
    let place = Place::new();
    for (name, text, expected) in [
        (
            "empty.toml",
            "provinces = []",
            "empty.toml is not a usable policy: the list of provinces is empty, which nobody can satisfy; leave it out to allow all.",
        ),
        (
            "twice.toml",
            "provinces = [\"44\", \"Guangdong\"]",
            "twice.toml is not a usable policy: a province is named twice; remove one.",
        ),
        (
            "ages.json",
            "{\"minimum_age\": 30, \"maximum_age\": 20}",
            "ages.json is not a usable policy: the minimum age is above the maximum age; exchange them.",
        ),
        (
            "type.toml",
            "title = \"A\"\nminimum_age = \"18\"",
            "type.toml is not a usable policy: line 2, column 15: invalid type: string \"18\", expected u8; correct it there.",
        ),
        (
            "json.toml",
            "{ \"minimum_age\": 18 }",
            "json.toml is not a usable policy: this is JSON, and policies are TOML unless the file's name ends in .json; rename the file.",
        ),
        (
            "toml.json",
            "minimum_age = 18",
            "toml.json is not a usable policy: this is not JSON; if it is TOML, let the file's name end in .toml.",
        ),
        (
            "nothing.toml",
            "# nothing",
            "nothing.toml is not a usable policy: the policy says nothing; write at least `valid = true` to ask for a valid ID and nothing else.",
        ),
    ] {
        place.write(name, text);
        let refused = place.fails(&format!("inspect policy {name}"), 4, "malformed");
        assert_eq!(refused["error"]["message"], expected);
    }
    place.write("hotel.toml", POLICY);
    let policy = place.ok("inspect policy hotel.toml");
    assert_eq!(policy["title"], "Check-in");
    assert!(policy["clauses"].to_string().contains("Hunan"), "{policy:#}");
}

/// A disk that is full half way, by the limit on a file's size.
#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let place = Place::new();
    fs::create_dir(place.path("keys")).unwrap();
    let limited = |line: &str, blocks: u32| {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {line}");
        let mut shell = Shell::new("bash");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_tacit")]).current_dir(place.0.path());
        shell
            .env("TACIT_PASSPHRASE", "correct horse")
            .env("TACIT_NEW_PASSPHRASE", "another one")
            .output()
            .unwrap()
    };
    let output = limited("setup --out keys", 64);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), said.contains("keys/resident-id.pk")), (Some(3), true), "{said}");
    assert_eq!(fs::read_dir(place.path("keys")).unwrap().count(), 0);

    // Whatever was there stays as it was.
    place.ok("trust --dir ministry init --key-out operator.pub");
    let before = names(&place.path("ministry"));
    place.write("key", &"7".repeat(64));
    let certify =
        "trust --dir ministry certify --identity a.example --name A --key operator.pub --out c.json";
    let output = limited(certify, 0);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(names(&place.path("ministry")), before);
    assert!(!place.path("c.json").exists());
    let output =
        place.command("wallet --wallet w init").env("TACIT_PASSPHRASE", "correct horse").output().unwrap();
    assert!(output.status.success());
    let before = names(&place.path("w"));
    let output = limited("wallet --wallet w passphrase", 0);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(names(&place.path("w")), before);
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn verify_says_no_in_json_whatever_is_wrong_and_warns_once() {
    let place = tour();
    certify(&place);
    for line in ["verify", "verify --no-such-option", "verify --presentation", "--no-progress verify --state"]
    {
        assert_eq!(place.fails(line, 2, "usage")["accepted"], false, "tacit {line}");
    }
    assert_eq!(place.fails("trust verify --no-such-option", 2, "usage").get("accepted"), None);
    place.ok("request --state desk new --policy hotel.toml --out request.json");
    place.ok("wallet --wallet w present --yes --request request.json --out p.json");
    let output =
        place.command("verify --state desk --presentation p.json --accept-development-key").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.matches("DEVELOPMENT KEY").count(), 1, "{text}");
}

/// A proving key on the curve and of the wrong order is refused before a cache is made of it, and is not proved with.
#[test]
fn a_proving_key_of_the_wrong_order_is_refused() {
    use ark_bn254::{Fq, Fq2, G2Affine};
    use ark_ff::{BigInteger, PrimeField};

    let place = tour();
    certify(&place);
    place.ok("request --state desk new --policy hotel.toml --out request.json");
    // The last point of the file is one of B2; the checksum follows.
    let outside = (1u64..)
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::new(Fq::from(x), Fq::from(0u64)), true))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap();
    let mut bytes = fs::read(place.path("keys/resident-id.pk")).unwrap();
    let end = bytes.len() - 32;
    let coordinates = [outside.x.c0, outside.x.c1, outside.y.c0, outside.y.c1];
    let point: Vec<u8> = coordinates.iter().flat_map(|c| c.into_bigint().to_bytes_le()).collect();
    bytes[end - 128..end].copy_from_slice(&point);
    let checksum = <sha2::Sha256 as sha2::Digest>::digest(&bytes[..end]);
    bytes[end..].copy_from_slice(&checksum);
    fs::write(place.path("rigged.pk"), bytes).unwrap();
    let line = "wallet --wallet w present --yes --request request.json --out p.json --proving-key rigged.pk";
    let refused = place.fails(line, 4, "unsafe-key");
    assert!(refused["error"]["message"].as_str().unwrap().contains("rigged.pk"), "{refused:#}");
    assert!(!place.path("p.json").exists() && !place.path("w/prover.cache").exists());
    publish(&place, 2);
}
