//! What the verifier promises whoever embeds it: few crates, none of them of the proof system, and no `std` without the feature.

use std::process::Command;
use std::time::Instant;

use crate::{Stages, cargo, root};

/// Crates in the tree, with default features and without, `tacit-verifier` and `tacit-credential` among them. The curve of arkworks alone is 37.
const MOST: usize = 60;

const NEVER: [&str; 5] = ["tacit-circuits", "tacit-prover", "tacit-r1cs", "ark-groth16", "ark-r1cs-std"];

/// A target without a standard library.
const BARE: &str = "wasm32v1-none";

pub(crate) fn check(stages: &mut Stages) -> Result<(), String> {
    check_tree(stages, &["--no-default-features"])?;
    check_tree(stages, &[])?;
    check_no_std(stages)
}

fn check_tree(stages: &mut Stages, features: &[&str]) -> Result<(), String> {
    let started = Instant::now();
    let output = cargo()
        .args(["tree", "--package", "tacit-verifier", "--edges", "normal", "--prefix", "none", "--locked"])
        .args(features)
        .output()
        .map_err(|error| format!("cannot run cargo tree: {error}"))?;
    let listing = String::from_utf8_lossy(&output.stdout);
    let names = listing.lines().filter_map(|line| line.split_whitespace().next());
    let mut crates: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    crates.sort_unstable();
    crates.dedup();
    stages.done("dependencies of the verifier", started);
    println!("tacit-verifier {}: {} crates in all", features.join(" "), crates.len());
    if let Some(unwanted) = crates.iter().find(|name| NEVER.contains(name)) {
        return Err(format!("tacit-verifier depends on {unwanted}, which it must not"));
    }
    if !output.status.success() || crates.is_empty() || crates.len() > MOST {
        return Err(format!(
            "tacit-verifier has {} crates in its tree, at most {MOST} are allowed",
            crates.len()
        ));
    }
    Ok(())
}

/// Compiles the verifier for a target that has no `std`, where rustup can fetch one; the compiler then refuses whatever needs it.
/// Elsewhere it is compiled for this machine with
/// `#![no_std]`, which still catches what our own crates use.
fn check_no_std(stages: &mut Stages) -> Result<(), String> {
    let added = Command::new("rustup").args(["target", "add", BARE]).current_dir(root()).output();
    let mut build = cargo();
    build.args(["check", "--package", "tacit-verifier", "--lib", "--no-default-features", "--locked"]);
    if added.is_ok_and(|output| output.status.success()) {
        build.args(["--target", BARE]);
        return stages.run("verifier without std", &mut build);
    }
    eprintln!("xtask: rustup cannot add {BARE}; checking for this machine");
    stages.run("verifier without std", &mut build)
}
