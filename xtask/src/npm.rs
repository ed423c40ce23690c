//! Packages of npm, and the tests that need them.

use std::path::Path;
use std::process::Command;

use crate::{Stages, cargo, root};

/// Where circom2, circomlib and snarkjs are, for tests.
pub(crate) const FIXTURES: &str = "formats/fixtures";

/// Installs the packages of a folder as its lock says, unless they are there.
pub(crate) fn install(stages: &mut Stages, folder: &Path) -> Result<(), String> {
    if is_installed(folder) {
        eprintln!("\n== npm packages of {} are installed", folder.display());
        return Ok(());
    }
    if Command::new("npm").arg("--version").output().is_err() {
        return Err(format!(
            "npm is missing, which installs what tests with circom and snarkjs need in {}; install Node.js 18 or newer with npm \
             (https://nodejs.org, or `apt-get install nodejs npm`) and try again",
            folder.display()
        ));
    }
    let mut command = Command::new("npm");
    command.args(["ci", "--no-audit", "--no-fund"]).current_dir(folder);
    // Some chores keep standard output for their result.
    stages.run("npm ci", command.stdout(std::io::stderr()))
}

/// npm notes what it installed; it is older than a lock that was changed since.
fn is_installed(folder: &Path) -> bool {
    let changed = |name: &str| folder.join(name).metadata().and_then(|metadata| metadata.modified()).ok();
    match (changed("node_modules/.package-lock.json"), changed("package-lock.json")) {
        (Some(installed), Some(lock)) => installed >= lock,
        _ => false,
    }
}

/// snarkjs works with our files, and we with its; a ceremony is held in turns. Part of the ordinary tests.
pub(crate) fn interop(stages: &mut Stages) -> Result<(), String> {
    install(stages, &root().join(FIXTURES))?;
    // Of the whole workspace, since what was built for its other tests serves these then.
    let mut command = cargo();
    command.args(["test", "--workspace", "--locked", "--test", "snarkjs", "--test", "interop"]);
    stages.run("tests with circom and snarkjs", command.args(["--", "--ignored"]))
}
