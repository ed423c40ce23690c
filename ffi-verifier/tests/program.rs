//! The C programs are compiled with the system's compiler, linked with the shared and the static library, and run: a small site, and all
//! of `tests/vectors`.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;

fn vectors(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors").join(name)
}

/// Where cargo puts what this test depends on.
fn libraries() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_owned()
}

fn run(command: &mut Command) -> String {
    let output = command.output().expect("a C compiler, such as the package build-essential has");
    let words = [output.stdout, output.stderr].concat();
    let words = String::from_utf8_lossy(&words).into_owned();
    assert!(output.status.success(), "{command:?}: {words}");
    words
}

/// Compiles a program as strictly as the oldest users do. `TACIT_CFLAGS` adds to it, a sanitizer's for instance.
fn compiled(folder: &Path, name: &str, link: &[&str]) -> PathBuf {
    let (manifest, program) = (Path::new(env!("CARGO_MANIFEST_DIR")), folder.join(name));
    let mut command = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
    command.args(["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-I"]);
    command.args(std::env::var("TACIT_CFLAGS").unwrap_or_default().split_whitespace());
    command.arg(manifest.join("include")).arg(manifest.join("tests").join(format!("{name}.c")));
    command.arg("-o").arg(&program).arg("-L").arg(libraries());
    run(command.args(link));
    program
}

fn started(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("LD_LIBRARY_PATH", libraries()).env("DYLD_LIBRARY_PATH", libraries());
    command
}

#[test]
fn the_vectors_hold_with_the_shared_library() {
    let folder = tempfile::tempdir().unwrap();
    let program = compiled(folder.path(), "vectors", &["-ltacit_verifier_c"]);
    let words = run(started(&program).arg(vectors("verifier.tsv")));
    assert!(words.contains(" passed, 0 failed"), "{words}");
}

#[test]
fn a_site_in_c_links_the_static_library() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let library = libraries().join("libtacit_verifier_c.a");
    let library = library.to_str().unwrap();
    let program = compiled(folder, "program", &[library, "-lpthread", "-ldl", "-lm"]);

    let lines = std::fs::read_to_string(vectors("verifier.tsv")).unwrap();
    let field = |kind: &str, name: &str, at: usize| {
        let start = format!("{kind}\t{name}\t");
        let line = lines.lines().find(|line| line.starts_with(&start)).expect("a line of this name");
        line.split('\t').nth(at).unwrap().to_owned()
    };
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let presentation = hex::decode(field("presentation", "wide", 2)).unwrap();
    let mut command = started(&program);
    command.arg(write("config.json", field("verifier", "hotel", 2).as_bytes()));
    command.arg(write("list.json", field("list", "seven", 2).as_bytes()));
    command.arg(write("request.json", field("request", "wide", 2).as_bytes()));
    command.arg(write("presentation", &presentation));
    run(command.arg(field("case", "accepted: wide, compact", 5)));
}

/// Every function of the header is one that the library has, and the other way round.
#[test]
fn header_and_library_have_the_same_functions() {
    let names = |text: &str, before: &[&str]| {
        let mut names: Vec<String> = before
            .iter()
            .flat_map(|before| text.split(before).skip(1))
            .map(|rest| rest.split('(').next().unwrap_or_default().trim().to_owned())
            .collect();
        names.sort();
        names
    };
    let declared = names(include_str!("../include/tacit_verifier.h"), &["\nint ", "\nvoid "]);
    assert_eq!(declared, names(include_str!("../src/api.rs"), &["extern \"C\" fn "]));
    assert_eq!(declared.len(), 13);
}
