//! `tacit bench` before it measures anything: what a script must be able to tell apart.

use std::fs;

use assert_cmd::Command;
use serde_json::{Value, json};

fn fails(arguments: &[&str], exit: i32, code: &str) -> String {
    let mut command = Command::cargo_bin("tacit").unwrap();
    let output = command.arg("bench").args(arguments).arg("--json").output().unwrap();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &value["error"]["code"]), (Some(exit), &json!(code)), "{value:#}");
    value["error"]["message"].as_str().unwrap().to_owned()
}

#[test]
fn a_place_that_cannot_be_written_is_refused_before_the_minutes_of_measurement() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let message = fails(&["--quick", "--out", file.to_str().unwrap()], 3, "write");
    assert!(message.contains("file"), "{message}");
    assert_eq!(fs::read(&file).unwrap(), b"");
}

#[test]
fn a_wrong_command_line_is_usage() {
    fails(&["--threads", "0"], 2, "usage");
    fails(&["--memory", "much"], 2, "usage");
}

#[test]
fn a_job_that_is_not_there_is_an_error_and_no_proof() {
    fails(&["--first-proof", "nowhere.json"], 3, "io");
}

/// Else somebody would measure, or trust, other code than they asked for.
#[test]
fn an_unknown_backend_is_refused_whatever_the_command() {
    let inspect = |backend: &str| {
        let mut command = Command::cargo_bin("tacit").unwrap();
        command.args(["inspect", "circuit", "--json"]).env("TACIT_BACKEND", backend);
        let output = command.output().unwrap();
        (output.status.code(), serde_json::from_slice::<Value>(&output.stdout).unwrap())
    };
    for unknown in ["Portable", "avx512", "fast"] {
        let (code, value) = inspect(unknown);
        assert_eq!((code, &value["error"]["code"]), (Some(2), &json!("unknown-backend")), "{value:#}");
        let message = value["error"]["message"].as_str().unwrap();
        assert!(message.contains("set it to portable"), "{message}");
    }
    for known in ["portable", ""] {
        assert_eq!(inspect(known).0, Some(0));
    }
}
