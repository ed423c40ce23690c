//! The Redis server that the service's tests start for themselves.

use std::path::Path;
use std::process::Command;

use crate::Stages;

/// Where packages put it; the tests look there as well.
const PLACES: [&str; 3] =
    ["/usr/bin/redis-server", "/usr/local/bin/redis-server", "/opt/homebrew/bin/redis-server"];

/// Installs it with apt if it is missing; needs root then.
pub(crate) fn install(stages: &mut Stages) -> Result<(), String> {
    if PLACES.iter().any(|place| Path::new(place).exists()) {
        return Ok(());
    }
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    let wanted = ["install", "--yes", "--no-install-recommends", "redis-server"];
    let done = stages
        .run("look for packages", &mut apt(&["update"]))
        .and_then(|()| stages.run("install redis-server", &mut apt(&wanted)));
    done.map_err(|failure| {
        format!("{failure}; the service is tested against a real Redis: install `redis-server` and try again")
    })
}
