//! The commands, as a shell would run them: the whole tour in a directory, JSON shapes, and every refusal that a script
//! must be able to tell apart. Exit codes and the words of errors are in `failures.rs`.

mod place;

#[path = "cli/asking.rs"]
mod asking;
#[path = "cli/demo.rs"]
mod demo;

use std::fs;

use serde_json::{Value, json};

use place::{PASSPHRASE, Place, certify, document, number, outcome, publish, split, tour};

/// "One account a person" across issuers: the ministry lists no second bureau for a region, and that bureau
/// enrols nobody of another one, wherever they live.
#[test]
fn two_bureaus_never_share_a_person() {
    let place = Place::new();
    place.ok("trust --dir ministry init --key-out operator.pub");
    let bureau = |id: &str, area: &str| {
        place.ok(&format!("issuer --dir {id} init --id {id} --name Bureau --jurisdiction {area}"));
        place.ok(&format!("issuer --dir {id} record --operator operator.pub --out {id}.json"));
        format!("trust --dir ministry add-issuer --record {id}.json")
    };
    place.ok(&bureau("changsha", "430100-430199"));
    place.fails(&bureau("hunan", "Hunan"), 1, "shared-jurisdiction");
    place.ok(&bureau("guangdong", "44"));
    // Of Changsha by the number, of Guangzhou by residence.
    let mut moved = document("1990-03-07", 425);
    moved["region"] = json!("440106");
    place.write("moved.json", &moved.to_string());
    place.ok("wallet --wallet w init");
    place.ok("wallet --wallet w enrol-request --out enrol.json");
    let enrol = |id: &str| {
        format!(
            "issuer --dir {id} enrol --document moved.json --request enrol.json --out {id}.credential.json"
        )
    };
    place.fails(&enrol("guangdong"), 1, "outside-jurisdiction");
    place.ok(&enrol("changsha"));
    assert!(!place.path("guangdong.credential.json").exists());
    for id in ["changsha", "guangdong"] {
        place.ok(&format!("issuer --dir {id} publish"));
    }
    let published = place.ok("trust --dir ministry publish");
    assert_eq!(
        published["jurisdictions"],
        json!({
            "changsha": [{ "from": "430100", "to": "430199" }],
            "guangdong": [{ "from": "440000", "to": "449999" }],
        })
    );
}

/// Attack 2: whoever serves the published files brings back an old list, in which somebody was not revoked yet.
#[test]
fn a_desk_does_not_go_back_to_an_older_list() {
    let place = tour();
    certify(&place);
    let latest = place.path("published/trust/latest.json");
    let old = fs::read(&latest).unwrap();
    place.ok("request --state desk new --policy hotel.toml --out first.json");
    place.ok("issuer --dir bureau publish");
    place.ok("trust --dir ministry publish");
    // A wallet still answers a request of the list before; the desk has moved on.
    place.ok("wallet --wallet w present --yes --request first.json --out first-answer.json");
    place.ok("request --state desk new --policy hotel.toml --out second.json");
    let verify = "verify --state desk --presentation first-answer.json --accept-development-key";
    place.fails(verify, 1, "epoch-superseded");
    fs::write(&latest, old).unwrap();
    place.fails("request --state desk new --policy hotel.toml --out third.json", 1, "older-list");
    assert!(!place.path("third.json").exists());
}

#[test]
fn from_enrolment_to_a_new_phone() {
    let place = tour();

    // Nobody certified the hotel yet: the wallet refuses.
    place.ok("request --state desk new --policy hotel.toml --out request.json");
    place.fails("wallet --wallet w present --yes --request request.json --out p.json", 1, "uncertified");
    certify(&place);
    let request = place.ok("request --state desk new --policy hotel.toml --out request.json");
    assert_eq!(request["identity"], "lotus-hotel.example");

    // Consent: without a terminal and without --yes the answer is no.
    place.fails("wallet --wallet w present --request request.json --out p.json", 6, "consent-impossible");
    assert!(!place.path("p.json").exists());
    let presented = place.ok("wallet --wallet w present --yes --request request.json --out p.json");
    assert_eq!(presented["consent"]["disclosed"][0]["value"], "李明");
    assert_eq!(presented["consent"]["verifier"]["name"], "Lotus Hotel");
    for step in ["load_key", "prepare", "prove"] {
        assert!(presented["milliseconds"][step].as_f64().unwrap() > 0.0, "{step}");
    }
    let looked_into = place.ok("inspect presentation p.json");
    assert_eq!(
        (&looked_into["disclosed"], &looked_into["scope"]),
        (&json!({ "name": "李明" }), &json!("verifier"))
    );
    assert!(looked_into["binary_bytes"].as_u64().unwrap() < 400);

    // Development keys: refused unless asked for, marked when accepted. A refusal does not use the request up.
    let refused = place.fails("verify --state desk --presentation p.json", 1, "development-key");
    assert_eq!(refused["accepted"], false);
    let accepted = place.ok("verify --state desk --presentation p.json --accept-development-key");
    assert_eq!((&accepted["accepted"], &accepted["development_key"]), (&json!(true), &json!(true)));
    assert_eq!(accepted["disclosed"], json!({ "name": "李明" }));
    let pseudonym = accepted["pseudonym"].as_str().unwrap().to_owned();
    let replay = "verify --state desk --presentation p.json --accept-development-key";
    assert_eq!(place.fails(replay, 1, "challenge-used")["accepted"], false);

    // Without the key, or with another file in its place.
    place.fails(&format!("{replay} --verifying-key none.vk"), 3, "key-missing");
    place.fails(&format!("{replay} --verifying-key hotel.toml"), 4, "malformed");
    place.fails(
        "wallet --wallet w present --yes --request request.json --out p.json --proving-key none.pk",
        3,
        "key-missing",
    );

    // Another verifier does not know the challenge.
    place.ok("request --state other init --operator operator.pub");
    place.fails(
        "verify --state other --presentation p.json --accept-development-key",
        1,
        "challenge-unknown",
    );

    // The phone is lost; a wrong code does nothing, the right one revokes.
    let number = number("1990-03-07", 425);
    let report = format!("issuer --dir bureau report-loss --number {number}");
    place.write("wrong-code.txt", "not this one");
    place.fails(&format!("{report} --loss-code-file wrong-code.txt"), 1, "wrong-code");
    place.ok(&report);
    place.fails(&format!("issuer --dir bureau revoke --number {number} --reason lost"), 1, "already-revoked");
    publish(&place, 2);
    let listed = place.ok("wallet --wallet w list");
    assert_eq!(listed["credentials"][0]["status"], json!({ "state": "revoked", "epoch": 2 }));
    place.ok("request --state desk new --policy hotel.toml --out request.json");
    place.fails("wallet --wallet w present --yes --request request.json --out p2.json", 1, "revoked");

    // New phone: same phrase, same holder key, same pseudonym; this time in the compact form.
    place.ok("wallet --wallet new restore --phrase-file phrase.txt");
    place.ok("issuer --dir bureau reissue --document li.json --out credential2.json");
    place.ok("wallet --wallet new add --credential credential2.json");
    place.ok("wallet --wallet new update --operator operator.pub");
    place.ok("wallet --wallet new present --yes --binary --request request.json --out p2.bin");
    assert!(fs::metadata(place.path("p2.bin")).unwrap().len() < 400);
    let accepted = place.ok("verify --state desk --presentation p2.bin --accept-development-key");
    assert_eq!(accepted["pseudonym"], json!(pseudonym));

    // The text for people marks the development key as well.
    place.ok("request --state desk new --policy hotel.toml --out request.json");
    place.ok("wallet --wallet new present --yes --request request.json --out p3.json");
    let output = place
        .command("verify --state desk --presentation p3.json --accept-development-key")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success() && text.contains("accepted") && text.contains("DEVELOPMENT KEY"),
        "{text}"
    );
}

/// The ID of somebody who was over 46 when it was issued has no expiry date: enrolled, shown, proved and disclosed so.
#[test]
fn a_long_term_id_from_enrolment_to_disclosure() {
    let place = tour();
    certify(&place);
    let mut old = document("1955-03-07", 303);
    (old["expires"], old["name"]) = (json!("长期"), json!("王老先生"));
    place.write("old.json", &old.to_string());
    place.ok("wallet --wallet old init");
    place.ok("wallet --wallet old enrol-request --out old-enrol.json");
    place.ok(
        "issuer --dir bureau enrol --document old.json --request old-enrol.json --out old-credential.json",
    );
    assert_eq!(place.ok("inspect credential old-credential.json")["expiry"], "long-term");
    place.ok("wallet --wallet old add --credential old-credential.json");
    place.ok("wallet --wallet old update --operator operator.pub");
    assert_eq!(place.ok("wallet --wallet old list")["credentials"][0]["expires"], "long-term");
    assert_eq!(place.ok("wallet --wallet old show")["expiry"], "long-term");
    let text = place.command("wallet --wallet old show").output().unwrap().stdout;
    assert!(String::from_utf8(text).unwrap().contains("valid to    long-term (no expiry date)"));

    place.write("expiry.toml", "minimum_age = 60\nvalid = true\ndisclose = [\"expiry\"]\n");
    place.ok("request --state desk new --policy expiry.toml --out request.json");
    for form in ["", "--binary"] {
        let line = format!("wallet --wallet old present --yes --request request.json --out answer {form}");
        let shown = place.ok(&line);
        assert_eq!(shown["consent"]["disclosed"][0]["value"], "long-term");
        assert_eq!(place.ok("inspect presentation answer")["disclosed"], json!({ "expiry": "long-term" }));
    }
    let accepted = place.ok("verify --state desk --presentation answer --accept-development-key");
    assert_eq!(accepted["disclosed"], json!({ "expiry": "long-term" }));

    // The encoding as a date is no other spelling of it.
    old["expires"] = json!("2258-11-11");
    place.write("old.json", &old.to_string());
    place.fails("issuer --dir bureau reissue --document old.json --out again.json", 4, "malformed");
}

#[test]
fn wallets_open_with_their_passphrase_alone() {
    let place = Place::new();
    place.ok("wallet --wallet w init");
    place.fails("wallet --wallet w init", 3, "exists");
    let with = |line: &str, passphrase: &str| {
        outcome(
            place
                .command(line)
                .env("TACIT_PASSPHRASE", passphrase)
                .env("TACIT_NEW_PASSPHRASE", "another one"),
            line,
        )
    };
    let (exit, value) = with("wallet --wallet w list", "wrong");
    assert_eq!((exit, &value["error"]["code"]), (5, &json!("passphrase")), "{value:#}");
    assert_eq!(with("wallet --wallet w passphrase", PASSPHRASE).0, 0);
    assert_eq!(with("wallet --wallet w list", PASSPHRASE).0, 5);
    assert_eq!(with("wallet --wallet w list", "another one").0, 0);

    // From a file; and without anything to take it from.
    place.write("passphrase.txt", "another one\n");
    assert_eq!(with("wallet --wallet w list --passphrase-file passphrase.txt", "wrong").0, 0);
    let (exit, value) =
        outcome(place.command("wallet --wallet w list").env_remove("TACIT_PASSPHRASE"), "list");
    assert_eq!((exit, &value["error"]["code"]), (5, &json!("secret-missing")), "{value:#}");
}

#[test]
fn the_bureau_does_its_other_work() {
    let place = tour();
    let request = |wallet: &str| -> Value {
        place.ok(&format!("wallet --wallet {wallet} init"));
        place.ok(&format!("wallet --wallet {wallet} enrol-request --out {wallet}.json"));
        serde_json::from_slice(&fs::read(place.path(&format!("{wallet}.json"))).unwrap()).unwrap()
    };

    // Many at once: one good line, one whose number contradicts its birth date, one that is no line at all.
    let mut bad = document("1985-05-05", 101);
    bad["birth"] = json!("1985-05-06");
    let lines = [
        json!({ "document": document("1985-05-05", 101), "request": request("many") }).to_string(),
        json!({ "document": bad, "request": request("bad") }).to_string(),
        "not JSON".to_owned(),
    ];
    place.write("batch.jsonl", &lines.join("\n"));
    let summary = place.ok("issuer --dir bureau enrol --batch batch.jsonl --out results.jsonl");
    assert_eq!((&summary["enrolled"], &summary["refused"]), (&json!(1), &json!(2)));
    let results: Vec<Value> = fs::read_to_string(place.path("results.jsonl"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(results[0]["credential"]["issuer"], "changsha-psb");
    assert_eq!((&results[1]["line"], &results[1]["error"]["code"]), (&json!(2), &json!("document")));
    assert_eq!(results[2]["error"]["code"], "line");

    // A new key beside the old one, listed again; a new holder key for somebody who lost the phrase too.
    assert_eq!(place.ok("issuer --dir bureau rotate")["keys"], 2);
    place.ok("issuer --dir bureau record --operator operator.pub --out record.json");
    assert_eq!(place.ok("trust --dir ministry add-issuer --record record.json")["change"], "updated");
    request("fresh");
    place.ok("issuer --dir bureau rebind --document li.json --request fresh.json --out rebound.json");
    place.fails("wallet --wallet w add --credential rebound.json", 1, "other-holder");
    place.ok("wallet --wallet fresh add --credential rebound.json");
    place.fails(
        "issuer --dir bureau rebind --document li.json --request many.json --out twice.json",
        1,
        "too-soon",
    );
    publish(&place, 2);

    let shown = place.ok("issuer --dir bureau show");
    assert_eq!(
        (&shown["people"], &shown["credentials"], &shown["revoked"]),
        (&json!(2), &json!(3), &json!(1))
    );
    let log = place.ok("issuer --dir bureau log --last 2 --officer somebody");
    assert_eq!(log["entries"].as_array().unwrap().len(), 2);
    let mut backup = std::process::Command::new("cp");
    let backup = backup.args(["-r", "bureau", "backup"]).current_dir(place.0.path()).status();
    assert!(backup.unwrap().success());
    // One person, two wallets, a registry that was brought back in between, declared: the first one ends.
    for wallet in ["one", "two"] {
        let line = json!({ "document": document("1986-06-06", 103), "request": request(wallet) });
        place.write(&format!("{wallet}.jsonl"), &line.to_string());
        let line = format!("issuer --dir bureau enrol --batch {wallet}.jsonl --out {wallet}.results.jsonl");
        assert_eq!(place.ok(&line)["enrolled"], 1);
        let results = fs::read_to_string(place.path(&format!("{wallet}.results.jsonl"))).unwrap();
        let result: Value = serde_json::from_str(&results).unwrap();
        place.write("c.json", &result["credential"].to_string());
        place.ok(&format!("wallet --wallet {wallet} add --credential c.json"));
        if wallet == "one" {
            fs::remove_dir_all(place.path("bureau")).unwrap();
            fs::rename(place.path("backup"), place.path("bureau")).unwrap();
            let restored = place.ok("issuer --dir bureau restored");
            assert_eq!((&restored["publication"], &restored["credentials"]), (&json!(2), &json!(2)));
        }
    }
    place.ok("issuer --dir bureau record --operator operator.pub --out record.json");
    place.ok("trust --dir ministry add-issuer --record record.json");
    assert_eq!(place.ok("issuer --dir bureau publish")["sequence"], 3);
    place.ok("trust --dir ministry publish");
    for (wallet, state) in [("one", "issuer-not-listed"), ("two", "good")] {
        place.ok(&format!("wallet --wallet {wallet} update --operator operator.pub"));
        let listed = place.ok(&format!("wallet --wallet {wallet} list"));
        assert_eq!(listed["credentials"][0]["status"], json!({ "state": state, "epoch": 3 }), "{wallet}");
    }

    place.ok("issuer --dir bureau rotate");
    place.fails("issuer --dir bureau retire --key 2", 1, "signing-key");
    place.fails("issuer --dir bureau retire --key 1", 1, "in-use");
    place.ok("trust --dir ministry remove-issuer --id changsha-psb");
    place.fails("trust --dir ministry remove-issuer --id changsha-psb", 1, "not-listed");
}

/// A request that was open when somebody's ID was revoked is no way in: the desk that knows the newer list asks again.
#[test]
fn a_revoked_id_does_not_answer_an_older_request() {
    let place = tour();
    certify(&place);
    place.ok("request --state desk new --policy hotel.toml --out old.json");
    place.ok("wallet --wallet w present --yes --request old.json --out early.json");
    let number = number("1990-03-07", 425);
    place.ok(&format!("issuer --dir bureau revoke --number {number} --reason lost"));
    place.ok("issuer --dir bureau publish");
    place.ok("trust --dir ministry publish");
    place.ok("request --state desk new --policy hotel.toml --out new.json");
    // Whether it was made before the revocation or after.
    place.ok("wallet --wallet w present --yes --request old.json --out late.json");
    for presentation in ["early.json", "late.json"] {
        let line = format!("verify --state desk --presentation {presentation} --accept-development-key");
        let refused = place.fails(&line, 1, "epoch-superseded");
        assert_eq!(refused["accepted"], false);
    }
    // The revoked one is not replaced by itself, nor a good one by it.
    place.ok("issuer --dir bureau reissue --document li.json --out reissued.json");
    place.fails("wallet --wallet w add --credential reissued.json", 1, "still-good");
    place.ok("issuer --dir bureau publish");
    place.ok("trust --dir ministry publish");
    place.ok("wallet --wallet w update --operator operator.pub");
    assert_eq!(place.ok("wallet --wallet w add --credential reissued.json")["change"], "replaced");
    place.ok("wallet --wallet w update --operator operator.pub");
    place.fails("wallet --wallet w add --credential credential.json", 1, "still-good");
    assert_eq!(
        place.ok("wallet --wallet w add --replace --credential credential.json")["change"],
        "replaced"
    );
}

#[test]
fn inspect_circuit_fits_its_budget() {
    let circuit = Place::new().ok("inspect circuit");
    let count = |key: &str| circuit[key].as_u64().unwrap();
    assert!(count("constraints") + count("instance") <= 8_192, "{circuit:#}");
    assert_eq!(count("instance"), 2);
    assert!(count("witness") > 0);
    assert_eq!(circuit["digest"].as_str().unwrap().len(), 64);
    let clauses = circuit["clauses"].as_array().unwrap();
    let sum: u64 = clauses.iter().map(|clause| clause["constraints"].as_u64().unwrap()).sum();
    assert_eq!(sum, count("constraints"));
    assert!(circuit["nonzeros"]["total"].as_u64().unwrap() > count("constraints"));
}

#[test]
fn help_shows_examples() {
    let place = Place::new();
    let commands = [
        "demo",
        "issuer",
        "issuer enrol",
        "trust",
        "wallet",
        "wallet present",
        "request",
        "verify",
        "setup",
        "inspect",
    ];
    for name in commands {
        // With --json too: help is help.
        for line in [format!("{name} --help"), format!("{name} --help --json")] {
            let output = place.command(&line).output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success(), "tacit {line}");
            // An example stands before the usage line, which names the command as well.
            let about = text.split("Usage:").next().unwrap();
            assert!(about.contains(&format!("  tacit {name}")), "tacit {line}: {text}");
        }
    }
    let version = place.command("--version --json").output().unwrap();
    assert!(version.status.success() && version.stdout.starts_with(b"tacit "));
}

#[test]
fn usage_errors_are_json_as_well_when_help_is_not_asked_for() {
    let place = Place::new();
    for line in [
        "",
        "no-such-command",
        "issuer",
        "demo --people 3",
        "demo --no-such-option",
        "verify",
        "wallet present --request",
        "issuer enrol --document d.json --out c.json",
    ] {
        place.fails(line, 2, "usage");
        let mut first = place.command("--json");
        let output = first.args(split(line)).output().unwrap();
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (output.status.code(), &value["error"]["code"]),
            (Some(2), &json!("usage")),
            "tacit --json {line}"
        );
        assert_eq!(output.stderr, b"", "tacit --json {line}");
        let message = value["error"]["message"].as_str().unwrap();
        assert!(
            !message.starts_with("error:") && !message.contains('\x1b'),
            "tacit --json {line}: {message}"
        );
        // Without --json, or with it after `--`: text on standard error.
        for plain in [line.to_owned(), format!("{line} -- --json")] {
            let output = place.command(&plain).output().unwrap();
            assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "tacit {plain}");
            assert!(!output.stderr.is_empty(), "tacit {plain}");
        }
    }
}
