//! `program.c` is compiled with the system's compiler, linked with the shared and the static library, and run on circom's fixtures;
//! what it wrote is read and verified here.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;

use tacit_formats::text::{read_proof, read_public, read_verification_key};
use tacit_prover::Proof;
use tacit_prover::circom::verify;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/fixtures").join(name)
}

/// Where cargo puts what this test depends on.
fn libraries() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_owned()
}

fn run(command: &mut Command) {
    let output = command.output().expect("a C compiler, such as the package build-essential has");
    let words = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&words));
}

/// Compiles the program as strictly as the oldest users do.
fn compiled(folder: &Path, link: &[&str]) -> PathBuf {
    let (manifest, program) = (Path::new(env!("CARGO_MANIFEST_DIR")), folder.join("program"));
    let mut command = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
    command.args(["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-Wno-long-long", "-I"]);
    command.arg(manifest.join("include")).arg(manifest.join("tests/program.c"));
    command.arg("-o").arg(&program).arg("-L").arg(libraries());
    run(command.args(link));
    program
}

/// Runs it for a circuit, and verifies its proof.
fn proves(program: &Path, folder: &Path, name: &str, other: &str, with_circuit: bool) {
    let [proof, public] = ["proof.json", "public.json"].map(|file| folder.join(file));
    let file = |extension: &str| fixture(&format!("{name}.{extension}"));
    let mut command = Command::new(program);
    command.arg(file("zkey")).arg(file("wtns")).arg(fixture(&format!("{other}.wtns")));
    command.arg(file("verification_key.json")).arg(&proof).arg(&public);
    if with_circuit {
        command.arg(file("r1cs")).arg(folder.join("more"));
    }
    command.env("LD_LIBRARY_PATH", libraries()).env("DYLD_LIBRARY_PATH", libraries());
    run(command.env("TACIT_CACHE", folder.join("kept")));

    let read = |path: &Path| std::fs::read(path).unwrap();
    let key = read_verification_key(&read(&file("verification_key.json"))).unwrap();
    let public = read_public(&read(&public)).unwrap();
    assert_eq!(public, read_public(&read(&file("public.json"))).unwrap());
    let proof = Proof::try_from(read_proof(&read(&proof)).unwrap()).unwrap();
    assert!(verify(&key, &proof, &public));
}

#[test]
fn a_program_of_rapidsnarks_links_the_shared_library() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let program = compiled(folder, &["-ltacit_prover_c"]);
    proves(&program, folder, "tiny", "small", false);
    proves(&program, folder, "small", "tiny", true);
    let files = |name: &str| std::fs::read_dir(folder.join(name)).unwrap().count();
    assert_eq!((files("kept"), files("more")), (2, 1), "tables of two keys, and of one with its circuit");
}

#[test]
fn a_program_of_rapidsnarks_links_the_static_library() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let library = libraries().join("libtacit_prover_c.a");
    let library = library.to_str().unwrap();
    let program = compiled(folder, &[library, "-lpthread", "-ldl", "-lm"]);
    proves(&program, folder, "small", "tiny", true);
}

/// Every function of the header is one that the library has, and the other way round.
#[test]
fn header_and_library_have_the_same_functions() {
    let names = |text: &str, before: &str| {
        let mut names: Vec<String> = text
            .split(before)
            .skip(1)
            .map(|rest| rest.split('(').next().unwrap_or_default().trim().to_owned())
            .collect();
        names.sort();
        names
    };
    let header = include_str!("../include/tacit_prover.h");
    let declared: String =
        header.lines().map(|line| line.replace("void groth16", "int groth16") + "\n").collect();
    let declared = names(&declared, "\nint ");
    assert_eq!(declared, names(include_str!("../src/api.rs"), "extern \"C\" fn "));
    assert_eq!(declared.len(), 11);
}
