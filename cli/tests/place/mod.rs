//! A directory in which commands run, and what is in it after a tour.

// Each test binary uses its part of this.
#![allow(dead_code)]

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;
use serde_json::{Value, json};
use tacit_credential::date::Date;
use tacit_credential::number::DocumentNumber;
use tacit_credential::region::RegionCode;

pub(crate) const PASSPHRASE: &str = "correct horse battery staple";
pub(crate) const LOSS_CODE: &str = "red umbrella";

/// A directory in which commands run.
pub(crate) struct Place(pub(crate) tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::cargo_bin("tacit").unwrap();
        command
            .current_dir(self.0.path())
            .env_clear()
            .env("TACIT_PASSPHRASE", PASSPHRASE)
            .env("TACIT_LOSS_CODE", LOSS_CODE);
        command.args(split(line));
        command
    }

    /// Runs a command with `--json` and returns exit code and object.
    pub(crate) fn run(&self, line: &str) -> (i32, Value) {
        outcome(&mut self.command(line), line)
    }

    /// Runs a command that must succeed.
    pub(crate) fn ok(&self, line: &str) -> Value {
        let (code, value) = self.run(line);
        assert_eq!((code, &value["ok"]), (0, &json!(true)), "tacit {line}: {value:#}");
        value
    }

    /// Runs a command that must fail with this exit code and error code.
    pub(crate) fn fails(&self, line: &str, exit: i32, error: &str) -> Value {
        let (code, value) = self.run(line);
        assert_eq!((code, &value["error"]["code"]), (exit, &json!(error)), "tacit {line}: {value:#}");
        assert_eq!((&value["ok"], &value["error"]["exit"]), (&json!(false), &json!(exit)), "tacit {line}");
        assert!(value["error"]["message"].as_str().unwrap().len() > 20, "tacit {line}: {value:#}");
        value
    }
}

/// Words, with single quotes for those that contain blanks.
pub(crate) fn split(line: &str) -> Vec<String> {
    line.split('\'')
        .enumerate()
        .flat_map(|(i, part)| -> Vec<String> {
            if i % 2 == 1 {
                vec![part.to_owned()]
            } else {
                part.split_whitespace().map(str::to_owned).collect()
            }
        })
        .collect()
}

pub(crate) fn outcome(command: &mut Command, line: &str) -> (i32, Value) {
    let output = command.arg("--json").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let value = serde_json::from_str(&text)
        .unwrap_or_else(|e| panic!("tacit {line}: {e}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), value)
}

pub(crate) fn number(birth: &str, sequence: u16) -> String {
    let birth = Date::parse(birth).unwrap();
    DocumentNumber::compose(RegionCode::new(430_102).unwrap(), birth, sequence).unwrap().as_str().to_owned()
}

pub(crate) fn document(birth: &str, sequence: u16) -> Value {
    json!({
        "number": number(birth, sequence), "name": "李明", "birth": birth, "sex": "male", "region": "430102",
        "issued": "2020-01-01", "expires": "2040-01-01",
        "extras": [{ "label": "portrait", "value_hex": "ffd8ffe0" }, { "label": "address", "value": "芙蓉路1号" }],
    })
}

pub(crate) const POLICY: &str = "title = \"Check-in\"\nminimum_age = 18\nprovinces = [\"Guangdong\", \"湖南\"]\ndisclose = [\"name\"]\n\
                      pseudonym = \"guests\"\n";

/// Keys, ministry, bureau, one resident and one hotel, up to a request that waits for its answer.
pub(crate) fn tour() -> Place {
    let place = Place::new();
    place.write("li.json", &document("1990-03-07", 425).to_string());
    place.write("hotel.toml", POLICY);

    let keys = place.ok("setup --out keys");
    assert_eq!(keys["development"], true);
    let operator = place.ok("trust init --dir ministry --key-out operator.pub");
    assert_eq!(operator["operator"].as_str().unwrap().len(), 64);
    let init = "issuer --dir bureau init --id changsha-psb --name 'Changsha Public Security Bureau'";
    place.fails(&format!("{init} --jurisdiction Changsha"), 2, "argument");
    let changsha = json!([{ "from": "430100", "to": "430199" }]);
    let made = place.ok(&format!("{init} --jurisdiction 430100-430149 --jurisdiction 430150-430199"));
    assert_eq!(made["jurisdiction"], changsha);
    place.ok("issuer --dir bureau record --operator operator.pub --out record.json");
    let added = place.ok("trust --dir ministry add-issuer --record record.json");
    assert_eq!((&added["change"], &added["jurisdiction"]), (&json!("added"), &changsha));

    let wallet = place.ok("wallet --wallet w init");
    let phrase = wallet["recovery_phrase"].as_str().unwrap();
    assert_eq!(phrase.split(' ').count(), 24);
    place.write("phrase.txt", phrase);
    place.ok("wallet --wallet w enrol-request --out enrol.json");
    // A place that cannot be written to is noticed before anybody is enrolled.
    place.fails(
        "issuer --dir bureau enrol --document li.json --request enrol.json --out li.json/new.json",
        3,
        "write",
    );
    place.fails("issuer --dir bureau enrol --document li.json --request enrol.json --out bureau", 3, "write");
    assert_eq!(place.ok("issuer --dir bureau show")["people"], 0);
    place.ok("issuer --dir bureau enrol --document li.json --request enrol.json --out credential.json");
    place.fails("issuer --dir bureau reissue --document li.json --out bureau", 3, "write");
    place.fails(
        "issuer --dir bureau rebind --document li.json --request enrol.json --out bureau",
        3,
        "write",
    );
    assert_eq!(place.ok("issuer --dir bureau show")["revoked"], 0);
    place.fails(
        "issuer --dir bureau enrol --document li.json --request enrol.json --out again.json",
        1,
        "already-enrolled",
    );
    assert!(!place.path("again.json").exists());
    place.ok("wallet --wallet w add --credential credential.json");
    publish(&place, 1);

    place.ok("request --state desk init --operator operator.pub --key-out hotel.pub");
    place
}

/// A new status list, a new epoch, an updated wallet.
pub(crate) fn publish(place: &Place, epoch: u64) {
    assert_eq!(place.ok("issuer --dir bureau publish")["sequence"], epoch);
    assert_eq!(place.ok("trust --dir ministry publish")["epoch"], epoch);
    let verified = place.ok("trust verify --operator operator.pub");
    assert_eq!(verified["epochs"].as_array().unwrap().len() as u64, epoch);
    let issuer = &verified["epochs"][0]["issuers"][0];
    assert_eq!(issuer["jurisdiction"], json!([{ "from": "430100", "to": "430199" }]));
    assert_eq!(place.ok("wallet --wallet w update --operator operator.pub")["epoch"], epoch);
}

pub(crate) fn certify(place: &Place) {
    place.ok(
        "trust --dir ministry certify --identity lotus-hotel.example --name 'Lotus Hotel' --key hotel.pub --out cert.json \
         --narrowest-age 3650 --residence regions --disclose number,name,birth,sex,region,expiry --extras all --pseudonym",
    );
    assert_eq!(place.ok("request --state desk certificate --certificate cert.json")["name"], "Lotus Hotel");
}
