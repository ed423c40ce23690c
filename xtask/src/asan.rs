//! `cargo xtask asan`: the kernels' tests, and hostile bytes through the C functions of the verifier, under AddressSanitizer.
//!
//! The sanitizer's compiler flag is unstable, which `RUSTC_BOOTSTRAP=1` allows for this run alone; the target is named, so that build
//! scripts and procedural macros are left out; and the build has a folder of its own, since nothing of it serves another.

use std::process::Command;

use crate::{Stages, cargo, root};

/// Where AddressSanitizer's own runtime comes with the compiler, and the kernels have vector code.
const TARGET: &str = "x86_64-unknown-linux-gnu";

pub(crate) fn asan(stages: &mut Stages) -> Result<(), String> {
    let kernels = ["--package", "tacit-kernels", "--lib"];
    stages.run("kernels under AddressSanitizer", &mut command(&kernels))?;
    let library = ["--package", "tacit-ffi-verifier", "--test", "hostile"];
    stages.run("C library of the verifier under AddressSanitizer", &mut command(&library))
}

fn command(what: &[&str]) -> Command {
    let mut command = cargo();
    command.args(["test", "--locked", "--target", TARGET]).args(what);
    command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Zsanitizer=address");
    command.env("CARGO_TARGET_DIR", root().join("target/asan"));
    command
}
