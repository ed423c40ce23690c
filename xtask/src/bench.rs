//! `cargo xtask bench` and `bench-circom`: both provers at their best on this CPU, then `tacit bench`.
//!
//! Standard output is the report's alone, so that `--json` can be piped on.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::Args;

use crate::{Stages, cargo, npm, root};

/// What `tacit bench` is told.
#[derive(Args)]
pub(crate) struct Bench {
    /// For `tacit bench`: --quick, --out DIR, --json and the rest; `tacit bench --help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    options: Vec<OsString>,
}

/// Which circuits of circom, and what `tacit bench` is told.
#[derive(Args)]
pub(crate) struct BenchCircom {
    /// Residents in each circuit, which take some 14,400 constraints each: 1 needs a domain of 2^14, 18 one of 2^18.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 4, 9, 18], value_name = "N,N,..")]
    residents: Vec<u32>,
    #[command(flatten)]
    bench: Bench,
}

/// Compiles the circuits with circom2, calculates their witnesses with snarkjs, and measures.
pub(crate) fn run_circom(arguments: BenchCircom) -> ExitCode {
    let BenchCircom { residents, mut bench } = arguments;
    let prepared = prepare(&residents).map(|folder| {
        bench.options.insert(0, "--circom".into());
        bench.options.insert(1, folder.into());
    });
    match prepared {
        Ok(()) => run(&bench),
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// A folder with just these circuits, made if they are not there: those of 18 residents take minutes.
fn prepare(residents: &[u32]) -> Result<PathBuf, String> {
    let mut counts: Vec<String> = residents.iter().map(u32::to_string).collect();
    counts.dedup();
    let folder = root().join("target/circom").join(counts.join("-"));
    let source = root().join("benches/circom");
    let mut stages = Stages::default();
    npm::install(&mut stages, &source)?;
    let mut command = Command::new("node");
    command.arg("prepare.mjs").arg(&folder).args(&counts).current_dir(&source);
    // Standard output is the report's alone.
    command.stdout(std::io::stderr());
    stages.run("circuits and witnesses", &mut command)?;
    Ok(folder)
}

/// The profile of the workspace, and what its report calls it.
const PROFILE: (&str, &str) = ("native", "native: fat LTO, one codegen unit");

pub(crate) fn run(arguments: &Bench) -> ExitCode {
    match build() {
        Ok(()) => measure(arguments),
        Err(failure) => Err(failure),
    }
    .unwrap_or_else(|failure| {
        eprintln!("\nxtask: {failure}");
        ExitCode::FAILURE
    })
}

fn build() -> Result<(), String> {
    let lacking = lacking();
    if lacking.is_empty() {
        eprintln!("this CPU has all that both provers can use");
    }
    for (feature, consequence) in lacking {
        eprintln!("this CPU has no {feature}: {consequence}");
    }
    let mut command = cargo();
    command.args([
        "build",
        "--locked",
        "--profile",
        PROFILE.0,
        "--package",
        "tacit-cli",
        "--features",
        "native",
    ]);
    command.env("RUSTFLAGS", "-C target-cpu=native").env("TACIT_BENCH_PROFILE", PROFILE.1);
    // For this machine, and where it is looked for.
    command.env_remove("CARGO_BUILD_TARGET");
    // Cargo writes to standard error only.
    let status = command.status().map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("the native build failed with {status}")) }
}

/// The process's exit code is that of `tacit bench`.
fn measure(arguments: &Bench) -> Result<ExitCode, String> {
    // Cargo ran in the root, and a path that is not absolute starts there.
    let target = root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
    let program = target.join(PROFILE.0).join(format!("tacit{}", std::env::consts::EXE_SUFFIX));
    let status = Command::new(&program)
        .arg("bench")
        .args(&arguments.options)
        .status()
        .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// What is missing on this CPU, and what that means for the report.
fn lacking() -> Vec<(&'static str, &'static str)> {
    const ASSEMBLY: &str = "arkworks' assembly cannot be compiled in, and ratios will be labelled so";
    const PORTABLE: &str = "tacit will run its portable code, and the report will say so";
    #[cfg(target_arch = "x86_64")]
    let has = {
        let vectors = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("avx512ifma");
        [is_x86_feature_detected!("bmi2"), is_x86_feature_detected!("adx"), vectors]
    };
    #[cfg(not(target_arch = "x86_64"))]
    let has = [false; 3];
    let all = [("bmi2", ASSEMBLY), ("adx", ASSEMBLY), ("AVX-512 F, VL, DQ, BW, VBMI2 and IFMA", PORTABLE)];
    all.into_iter().zip(has).filter(|(_, has)| !has).map(|(lack, _)| lack).collect()
}
