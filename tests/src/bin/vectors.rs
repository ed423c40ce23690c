//! Writes the test vectors of the verifier into the folder that is named: `cargo xtask vectors` runs it.

use std::path::PathBuf;
use std::process::ExitCode;
use tacit_tests::vectors::Vectors;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: vectors FOLDER");
        return ExitCode::FAILURE;
    };
    let vectors = Vectors::generate();
    for (name, text) in [("verifier.json", vectors.to_json()), ("verifier.tsv", vectors.to_lines())] {
        if let Err(error) = std::fs::write(folder.join(name), text) {
            eprintln!("cannot write {name} into {}: {error}", folder.display());
            return ExitCode::FAILURE;
        }
    }
    println!("{} cases", vectors.cases.len());
    ExitCode::SUCCESS
}
