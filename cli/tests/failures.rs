//! What goes wrong, as a script sees it: every exit code of `tacit --help`, by every way that leads to it; the words of the
//! errors; and that no error repeats what it read about a person.

mod place;

#[path = "failures/full_disk.rs"]
mod full_disk;
#[path = "failures/personal.rs"]
mod personal;

use std::fs;
use std::path::{Path, PathBuf};

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
