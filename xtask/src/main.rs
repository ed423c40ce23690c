//! Repository chores: `cargo xtask test` sets up and runs all tests, `cargo xtask soak` runs them longer,
//! `cargo xtask bench` and `bench-circom` measure this machine, `cargo xtask vectors` makes the test vectors again with the npm
//! packages they come from, `cargo xtask interop` does so for circom's formats and lets snarkjs work with our files,
//! `cargo xtask asan` runs the tests of crates with `unsafe` under AddressSanitizer, `cargo xtask sizes` weighs the verifier.
//!
//! Every stage prints what it runs and how long it took. A stage that fails ends the run with its exit code.

mod apt;
mod asan;
mod bench;
mod npm;
mod package;
mod redis;
mod sizes;
mod verifier;
mod wasm;

use clap::{Parser, Subcommand};
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Chores of the Tacit repository")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Builds and runs every test of the workspace, doc tests and those with circom, snarkjs and Redis included (needs Node.js and npm; installs redis-server with apt if it is missing).
    Test,
    /// The same tests with many more random cases, optimised as for release; takes an hour or so.
    Soak {
        /// Random cases for each property.
        #[arg(long, default_value_t = 20_000)]
        cases: u32,
    },
    /// Regenerates the committed vectors, those of the verifier (tests/vectors) and those of `circomlibjs` and
    /// `@zk-kit/eddsa-poseidon` (needs Node.js and npm), and fails if they differ.
    Vectors,
    /// Makes the fixtures of circom's formats again with `circom2` and `snarkjs` (needs Node.js and npm),
    /// fails if they differ, and lets snarkjs prove and verify with files that this repository writes.
    Interop,
    /// The tests of the kernels and of the verifier's C library under AddressSanitizer (x86-64 Linux).
    Asan,
    /// What the verifier weighs as WASM module, npm package and C library (needs Node.js and npm).
    Sizes(sizes::Sizes),
    /// Builds `tacit` for this very CPU, stock arkworks' assembly included, and runs `tacit bench`.
    Bench(bench::Bench),
    /// The same for circuits of circom with our own ID job on circomlib, up to 2^18 (needs Node.js and npm): `groth16 prove` beside
    /// ark-groth16, rapidsnark (TACIT_RAPIDSNARK) and snarkjs.
    BenchCircom(bench::BenchCircom),
    /// What continuous integration runs: formatting, lints, documentation, then `test`.
    Ci,
}

fn main() -> ExitCode {
    let mut stages = Stages::default();
    let chore = Arguments::parse().chore;
    let quiet = matches!(chore, Chore::Sizes(_));
    let result = match chore {
        Chore::Test => test(&mut stages),
        Chore::Soak { cases } => soak(&mut stages, cases),
        Chore::Vectors => vectors(&mut stages),
        Chore::Interop => interop(&mut stages),
        Chore::Asan => asan::asan(&mut stages),
        Chore::Sizes(arguments) => sizes::sizes(&mut stages, &arguments),
        Chore::Bench(arguments) => return bench::run(&arguments),
        Chore::BenchCircom(arguments) => return bench::run_circom(arguments),
        Chore::Ci => ci(&mut stages),
    };
    // Standard output is the sizes' alone, so that `--json` can be piped on.
    if !quiet {
        stages.report();
    }
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Benches and examples are left to clippy, which sees that they compile: they measure, and take long. The documentation tests are a
/// stage of their own, since cargo builds them one by one.
fn test(stages: &mut Stages) -> Result<(), String> {
    redis::install(stages)?;
    let all = ["test", "--workspace", "--locked", "--lib", "--bins", "--tests"];
    stages.run("build tests", cargo().args(all).arg("--no-run"))?;
    stages.run("unit and integration tests", cargo().args(all))?;
    stages.run("documentation tests", cargo().args(["test", "--workspace", "--locked", "--doc"]))?;
    npm::interop(stages)?;
    package::test(stages)?;
    verifier::check(stages)
}

fn soak(stages: &mut Stages, cases: u32) -> Result<(), String> {
    let mut command = cargo();
    command.args(["test", "--workspace", "--locked", "--release"]);
    command.env("PROPTEST_CASES", cases.to_string());
    stages.run("soak", &mut command)?;
    vectors(stages)?;
    interop(stages)
}

fn vectors(stages: &mut Stages) -> Result<(), String> {
    let folder = root().join("tests/vectors");
    let mut make = cargo();
    make.args(["run", "--quiet", "--package", "tacit-tests", "--bin", "vectors", "--locked", "--"]);
    stages.run("vectors of the verifier", make.arg(&folder))?;
    unchanged(stages, &folder)?;
    regenerate(stages, &root().join("credential/tests/vectors"))
}

fn interop(stages: &mut Stages) -> Result<(), String> {
    regenerate(stages, &root().join(npm::FIXTURES))?;
    npm::interop(stages)
}

/// Installs the packages of a folder, lets them write its files again, and fails if these differ.
fn regenerate(stages: &mut Stages, folder: &Path) -> Result<(), String> {
    npm::install(stages, folder)?;
    stages.run("generate vectors", Command::new("npm").args(["run", "generate"]).current_dir(folder))?;
    unchanged(stages, folder)
}

fn unchanged(stages: &mut Stages, folder: &Path) -> Result<(), String> {
    let mut diff = Command::new("git");
    diff.args(["diff", "--exit-code", "--stat", "--", "."]).current_dir(folder);
    stages.run("vectors unchanged", &mut diff)
}

fn ci(stages: &mut Stages) -> Result<(), String> {
    stages.run("formatting", cargo().args(["fmt", "--all", "--check"]))?;
    let lints = ["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"];
    stages.run("lints", cargo().args(lints))?;
    let mut docs = cargo();
    docs.args(["doc", "--workspace", "--no-deps", "--locked"]);
    docs.env("RUSTDOCFLAGS", "--deny warnings");
    stages.run("documentation", &mut docs)?;
    test(stages)
}

/// What ran, and how long each stage took.
#[derive(Default)]
struct Stages(Vec<(String, f64)>);

impl Stages {
    fn run(&mut self, name: &str, command: &mut Command) -> Result<(), String> {
        eprintln!("\n== {name}: {}", shown(command));
        let started = Instant::now();
        let status = command.status().map_err(|error| {
            format!("cannot run {:?}: {error}; install it and try again", command.get_program())
        })?;
        self.done(name, started);
        if status.success() { Ok(()) } else { Err(format!("stage `{name}` failed with {status}")) }
    }

    fn done(&mut self, name: &str, started: Instant) {
        self.0.push((name.into(), started.elapsed().as_secs_f64()));
    }

    fn report(&self) {
        println!();
        for (name, seconds) in &self.0 {
            println!("{seconds:8.1} s  {name}");
        }
        println!("{:8.1} s  in all", self.0.iter().map(|(_, seconds)| seconds).sum::<f64>());
    }
}

fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

fn shown(command: &Command) -> String {
    let words = core::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
