//! `wallet update` prepares, `wallet present` shows, and whatever became of what was prepared, the answer is accepted.

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;
use serde_json::{Value, json};
use tacit_credential::date::Date;
use tacit_credential::number::DocumentNumber;
use tacit_credential::region::RegionCode;
use tacit_prover::ProvingKey;

/// A directory in which commands run: keys, ministry, bureau, a desk, and the wallet `w` with one credential.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let birth = Date::parse("1990-03-07").unwrap();
        let number = DocumentNumber::compose(RegionCode::new(430_102).unwrap(), birth, 425).unwrap();
        let document = json!({
            "number": number.as_str(), "name": "李明", "birth": birth, "sex": "male", "region": "430102",
            "issued": "2020-01-01", "expires": "2040-01-01", "extras": [],
        });
        fs::write(place.path("li.json"), document.to_string()).unwrap();
        fs::write(place.path("policy.toml"), "minimum_age = 18\nprovinces = [\"Hunan\"]\n").unwrap();
        place.ok("setup --out keys");
        place.ok("trust init --dir ministry --key-out operator.pub");
        place.ok("issuer --dir bureau init --id changsha-psb --name Changsha --jurisdiction 430100-430199");
        place.ok("issuer --dir bureau record --operator operator.pub --out record.json");
        place.ok("trust --dir ministry add-issuer --record record.json");
        place.ok("wallet --wallet w init");
        place.ok("wallet --wallet w enrol-request --out enrol.json");
        place.ok("issuer --dir bureau enrol --document li.json --request enrol.json --out credential.json");
        place.ok("wallet --wallet w add --credential credential.json");
        place.ok("request --state desk init --operator operator.pub --key-out desk.pub");
        place.publish();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, line: &str) -> (i32, Value) {
        let mut command = Command::cargo_bin("tacit").unwrap();
        command.current_dir(self.0.path()).env_clear();
        command.env("TACIT_PASSPHRASE", "correct horse").env("TACIT_LOSS_CODE", "red umbrella");
        let output = command.args(line.split_whitespace()).arg("--json").output().unwrap();
        let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("tacit {line}: {e}"));
        (output.status.code().unwrap(), value)
    }

    fn ok(&self, line: &str) -> Value {
        let (code, value) = self.run(line);
        assert_eq!(code, 0, "tacit {line}: {value:#}");
        value
    }

    fn publish(&self) {
        self.ok("issuer --dir bureau publish");
        self.ok("trust --dir ministry publish");
    }

    fn update(&self, more: &str) -> Value {
        self.ok(&format!("wallet --wallet w update --operator operator.pub {more}"))
    }

    /// Answers a fresh request, has the answer verified, and returns what the wallet said.
    fn present(&self, more: &str) -> Value {
        self.ok("request --state desk new --policy policy.toml --out request.json");
        let line =
            "wallet --wallet w present --yes --allow-uncertified --request request.json --out answer.json";
        let said = self.ok(&format!("{line} {more}"));
        let verified = self.ok("verify --state desk --presentation answer.json --accept-development-key");
        assert_eq!(verified["accepted"], true);
        for step in ["load_key", "prepare", "prove", "next"] {
            assert!(said["milliseconds"][step].is_number(), "{step}");
        }
        said
    }

    fn prepared(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path("w/prepared")).into_iter().flatten();
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort_unstable();
        files
    }
}

fn engine(said: &Value) -> (&str, &str) {
    (said["engine"].as_str().unwrap(), said["sums"].as_str().unwrap())
}

fn shows(said: &Value) -> [u64; 2] {
    ["prepared", "kept"].map(|key| said["shows"][key].as_u64().unwrap())
}

#[test]
fn an_update_with_a_key_prepares_every_presentation() {
    let place = Place::new();
    assert_eq!(shows(&place.update("--proving-key keys/resident-id.pk")), [1, 0]);
    let said = place.present("");
    assert_eq!((engine(&said), said["prover_cache"].as_str()), (("show", "used"), Some("loaded")));
    assert_eq!(said["prepared_next"], false);

    // The wallet knows the key now: a new list is prepared without naming it, and nothing twice.
    place.publish();
    assert_eq!(shows(&place.update("")), [1, 1]);
    assert_eq!(shows(&place.update("")), [0, 2]);
    assert_eq!(engine(&place.present("")), ("show", "used"));

    // A tampered file is noticed, and made again for the next time.
    let file = place.prepared().pop().unwrap();
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    let said = place.present("");
    assert_eq!((engine(&said), said["prepared_next"].as_bool()), (("full", "damaged"), Some(true)));
    assert_eq!(engine(&place.present("")), ("show", "used"));

    // An update looks too.
    fs::write(&file, "not an age file").unwrap();
    assert_eq!(shows(&place.update("")), [1, 1]);
    assert_eq!(engine(&place.present("")), ("show", "used"));

    // A re-issue takes the old sums along.
    place.ok("issuer --dir bureau reissue --document li.json --out again.json");
    place.ok("wallet --wallet w add --credential again.json --replace");
    assert!(place.prepared().is_empty());
    place.publish();
    assert_eq!(shows(&place.update("")), [3, 0]);
    assert_eq!(engine(&place.present("")), ("show", "used"));

    // Another passphrase leaves them, for the wallet's own key stays.
    fs::write(place.path("new.txt"), "another one").unwrap();
    place.ok("wallet --wallet w passphrase --new-passphrase-file new.txt");
    assert_eq!(engine(&place.present("--passphrase-file new.txt")), ("show", "used"));
}

#[test]
fn without_a_known_key_the_first_presentation_prepares_the_second() {
    let place = Place::new();
    assert_eq!(place.update("")["shows"], Value::Null);
    let said = place.present("");
    assert_eq!((engine(&said), said["prover_cache"].as_str()), (("full", "absent"), Some("written")));
    assert_eq!(said["prepared_next"], true);
    let said = place.present("");
    assert_eq!((engine(&said), said["prover_cache"].as_str()), (("show", "used"), Some("loaded")));

    // A key that has become another is not prepared with unasked; a presentation takes what it is given.
    fs::create_dir(place.path("other")).unwrap();
    place.ok("setup --out other");
    fs::rename(place.path("keys/resident-id.pk"), place.path("keys/old.pk")).unwrap();
    fs::copy(place.path("other/resident-id.pk"), place.path("keys/resident-id.pk")).unwrap();
    place.publish();
    assert_eq!(place.update("")["shows"], Value::Null);
    let request =
        "wallet --wallet w present --yes --allow-uncertified --request request.json --out refused.json";
    let (exit, value) = place.run(request);
    assert_eq!((exit, &value["error"]["code"]), (1, &json!("proving-key-changed")), "{value:#}");
    let wrong = format!("{request} --key-digest {}", "00".repeat(32));
    let (exit, value) = place.run(&wrong);
    assert_eq!((exit, &value["error"]["code"]), (1, &json!("other-proving-key")), "{value:#}");
    assert!(!place.path("refused.json").exists());
    let said = place.present("--proving-key keys/old.pk");
    assert_eq!((engine(&said), said["prepared_next"].as_bool()), (("full", "absent"), Some(true)));
    // From now on that is the key that it knows.
    place.publish();
    assert_eq!(shows(&place.update("")), [1, 2]);
    assert_eq!(engine(&place.present("")), ("show", "used"));

    // Another key has to be named by its digest, and is pinned from then on.
    let refused = format!("{request} --proving-key other/resident-id.pk");
    let (exit, value) = place.run(&refused);
    assert_eq!((exit, &value["error"]["code"]), (1, &json!("proving-key-changed")), "{value:#}");
    let digest = |key: &str| ProvingKey::load(&place.path(key)).unwrap().digest();
    let [old, other] = ["keys/old.pk", "other/resident-id.pk"].map(|key| hex::encode(digest(key)));
    place.ok("request --state desk new --policy policy.toml --out request.json");
    place.ok(&format!("{request} --proving-key other/resident-id.pk --key-digest {other}"));
    let (exit, value) = place.run(&format!("{request} --proving-key keys/old.pk"));
    assert_eq!((exit, &value["error"]["code"]), (1, &json!("proving-key-changed")), "{value:#}");
    place.update(&format!("--proving-key keys/old.pk --key-digest {old}"));

    // Swapped between the look that accepted it and the one that prepares it: a pipe gives each look what it likes.
    #[cfg(unix)]
    {
        let pipe = place.path("pipe.pk");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let keys = ["keys/old.pk", "other/resident-id.pk"].map(|key| fs::read(place.path(key)).unwrap());
        let server = std::thread::spawn(move || {
            for key in keys {
                fs::write(&pipe, key).unwrap();
                // So that the end is seen before the next begins.
                std::thread::sleep(std::time::Duration::from_millis(500));
            }
        });
        place.ok("request --state desk new --policy policy.toml --out swapped.json");
        let swapped = request.replace("request.json", "swapped.json").replace("refused.json", "swapped.out");
        let (exit, value) = place.run(&format!("{swapped} --proving-key pipe.pk --memory 64MiB"));
        assert_eq!((exit, &value["error"]["code"]), (1, &json!("proving-key-changed")), "{value:#}");
        assert!(!place.path("swapped.out").exists());
        server.join().unwrap();
    }

    // A key that is not there is an error where it was named, and only there.
    let (exit, value) = place.run("wallet --wallet w update --operator operator.pub --proving-key none.pk");
    assert_eq!((exit, &value["error"]["code"]), (3, &json!("key-missing")));
    fs::remove_file(place.path("keys/old.pk")).unwrap();
    assert_eq!(place.update("")["shows"], Value::Null);
}

#[test]
fn a_memory_budget_is_kept_to_and_remembered() {
    let place = Place::new();
    for nonsense in ["0MiB", "512", "512MB", "-1GiB", "1.5GiB", "many", "4096GiB"] {
        let line = format!("wallet --wallet w update --operator operator.pub --memory={nonsense}");
        let (exit, value) = place.run(&line);
        assert_eq!((exit, &value["error"]["code"]), (2, &json!("usage")), "{nonsense}: {value:#}");
        assert!(value["error"]["message"].as_str().unwrap().contains("--memory"), "{value:#}");
    }
    let size = || fs::metadata(place.path("w/prover.cache")).unwrap().len();
    place.update("--proving-key keys/resident-id.pk --memory 16MiB");
    let small = size();
    assert!(small <= 20 << 20, "{small} bytes");
    // Prepared with little memory or with much, the sums are the same.
    let said = place.present("");
    assert_eq!((engine(&said), said["prover_cache"].as_str()), (("show", "used"), Some("loaded")));
    let said = place.present("--memory 1GiB");
    assert_eq!((engine(&said), said["prover_cache"].as_str()), (("show", "used"), Some("written")));
    assert!(size() > small);
    assert_eq!(place.present("")["prover_cache"], "loaded");
}
