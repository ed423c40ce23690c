//! `cargo xtask sizes`: what the verifier weighs where it is embedded.

use std::path::Path;
use std::process::Command;

use clap::Args;

use crate::{Stages, cargo, package, root};

/// The form of the report.
#[derive(Args)]
pub(crate) struct Sizes {
    /// One JSON object, in bytes.
    #[arg(long)]
    json: bool,
}

/// What the module may weigh, compressed by brotli, in bytes.
const MOST: u64 = 60_000;

pub(crate) fn sizes(stages: &mut Stages, arguments: &Sizes) -> Result<(), String> {
    package::build(stages)?;
    let mut library = cargo();
    library.args(["build", "--release", "--package", "tacit-ffi-verifier", "--lib", "--locked"]);
    stages.run("C library", &mut library)?;
    let target = root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
    let shared = target.join("release/libtacit_verifier_c.so");
    let stripped = target.join("release/libtacit_verifier_c.stripped.so");
    stages.run("stripped", Command::new("strip").arg("-o").arg(&stripped).arg(&shared))?;
    let measured = measure(&stripped)?;
    let brotli =
        measured.iter().find(|(name, _)| name == "verifier_wasm_brotli").map_or(0, |(_, size)| *size);
    if arguments.json {
        let fields: Vec<_> = measured.iter().map(|(name, size)| format!("  \"{name}\": {size}")).collect();
        println!("{{\n{}\n}}", fields.join(",\n"));
    } else {
        measured.iter().for_each(|(name, size)| println!("{size:10} {name}"));
    }
    if brotli == 0 || brotli > MOST {
        eprintln!("xtask: the module weighs {brotli} bytes with brotli; at most {MOST} are the aim");
    }
    Ok(())
}

/// Name and bytes of each part, the compressed ones by Node.js, which has brotli.
fn measure(library: &Path) -> Result<Vec<(String, u64)>, String> {
    let mut command = Command::new("node");
    command.arg("sizes.mjs").arg(library).current_dir(package::place());
    let output = command.output().map_err(|error| format!("cannot run node: {error}"))?;
    if !output.status.success() {
        return Err(format!("sizes.mjs failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines
        .lines()
        .map(|line| {
            let (name, size) = line.split_once(' ').ok_or_else(|| format!("no size in `{line}`"))?;
            Ok((name.to_owned(), size.parse().map_err(|_| format!("no size in `{line}`"))?))
        })
        .collect()
}
