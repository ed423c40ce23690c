//! No error repeats what it read about a person: screens, `--json`, results and the log are searched for every value.

use std::fs;

use serde_json::{Value, json};

use crate::place::{Place, document, number, tour};

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
