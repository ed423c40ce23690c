//! The npm package: the WASM module of the verifier, made small, and the tests with Node.js and a browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::wasm::{TARGET, Toolchain, folder};
use crate::{Stages, apt, npm, root};

/// The package.
pub(crate) fn place() -> PathBuf {
    root().join("npm")
}

/// Builds the module and writes the files of `npm/dist`.
pub(crate) fn build(stages: &mut Stages) -> Result<(), String> {
    let toolchain = Toolchain::find(stages)?;
    let mut build = toolchain.cargo()?;
    build.args(["build", "--package", "tacit-ffi-verifier", "--lib", "--profile", "wasm", "--locked"]);
    stages.run("WASM module", build.args(["--target", TARGET]))?;
    npm::install(stages, &place())?;
    let mut pack = Command::new("node");
    pack.arg("build.mjs").arg(folder().join(TARGET).join("wasm/tacit_verifier_c.wasm"));
    stages.run("npm package", pack.current_dir(place()).stdout(std::io::stderr()))
}

/// Types, the vectors and the interface under Node.js, then the vectors in headless Chromium.
pub(crate) fn test(stages: &mut Stages) -> Result<(), String> {
    build(stages)?;
    let mut types = Command::new("npx");
    types.args(["--no-install", "tsc", "--project", "test"]).current_dir(place());
    stages.run("types of the npm package", &mut types)?;
    stages.run("npm package in Node.js", Command::new("npm").arg("test").current_dir(place()))?;
    let chromium = chromium(stages)?;
    let mut browser = Command::new("node");
    browser.args(["test/browser.mjs", chromium]).current_dir(place());
    stages.run("npm package in Chromium", &mut browser)
}

fn chromium(stages: &mut Stages) -> Result<&'static str, String> {
    const PATH: &str = "/usr/bin/chromium";
    if !Path::new(PATH).exists() {
        apt::install(
            stages,
            &["chromium"],
            "the npm package is tested in a browser: install Chromium and try again",
        )?;
    }
    Ok(PATH)
}
