//! The Redis server that the service's tests start for themselves.

use std::path::Path;

use crate::{Stages, apt};

/// Where packages put it; the tests look there as well.
const PLACES: [&str; 3] =
    ["/usr/bin/redis-server", "/usr/local/bin/redis-server", "/opt/homebrew/bin/redis-server"];

/// Installs it with apt if it is missing; needs root then.
pub(crate) fn install(stages: &mut Stages) -> Result<(), String> {
    if PLACES.iter().any(|place| Path::new(place).exists()) {
        return Ok(());
    }
    let why = "the service is tested against a real Redis: install `redis-server` and try again";
    apt::install(stages, &["redis-server"], why)
}
