//! A disk that is full leaves nothing half written.

use std::fs;
use std::path::Path;
use std::process::Command as Shell;

use crate::place::Place;

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
