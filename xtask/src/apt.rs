//! Packages of Debian that tests need.

use std::process::Command;

use crate::Stages;

/// Installs packages, which needs root; `why` is said if it fails. Standard output stays free for results.
pub(crate) fn install(stages: &mut Stages, packages: &[&str], why: &str) -> Result<(), String> {
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(std::io::stderr());
        command
    };
    let wanted = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    let done = stages
        .run("look for packages", &mut apt(&["update"]))
        .and_then(|()| stages.run(&format!("install {}", packages.join(", ")), &mut apt(&wanted)));
    done.map_err(|failure| format!("{failure}; {why}"))
}
