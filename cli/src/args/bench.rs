//! `tacit bench`.

use std::path::PathBuf;

use clap::Args;
use tacit_prover::MemoryBudget;

use super::proving::memory_budget;

pub(super) const ABOUT: &str = "\
Measure this prover on this machine, beside stock ark-groth16, and write a report.

Full proof, prepare, show and verify of the product's own circuit; synthetic circuits by size and by threads; the \
kernels; memory, files, the first proof of a cold process. Whoever is compared takes turns in the same rounds, and no \
ratio is made of things measured apart. Leave the machine alone meanwhile: the report notes its load.

Written to the directory: report.html, which loads nothing, and report.json; with --svg each plot as a file too.

snarkjs is measured if it is on the PATH or TACIT_SNARKJS names it, rapidsnark if TACIT_RAPIDSNARK names its program.

The assembly of ark-groth16 is compiled in by `cargo xtask bench`, which builds this program for this CPU and runs it; \
ratios of any other build are labelled as such. All sizes take some ten minutes, those of --quick under two, --large some ten more.
  cargo xtask bench
  cargo xtask bench --quick --json | jq .full_proof.ratio

With this very program:
  tacit bench --quick

Circuits of circom, one or a directory of them with their witnesses (NAME.r1cs and NAME.wtns), with made-up keys: `groth16 prove` \
with the key alone and with the circuit beside it, warm and as a process that reads its files, against ark-groth16, rapidsnark and \
snarkjs. `cargo xtask bench-circom` makes some of 2^14 to 2^18 and does this with them.
  tacit bench --circom DIR";

/// `tacit bench`.
#[derive(Args)]
pub(crate) struct Bench {
    /// Stop at 2^14 constraints.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Go on to 2^20 constraints: some ten minutes and 8 GiB of memory more.
    #[arg(long, conflicts_with = "quick")]
    pub(crate) large: bool,
    /// Write the report into this directory.
    #[arg(long, value_name = "DIR", default_value = "tacit-bench")]
    pub(crate) out: PathBuf,
    /// Write each plot as an SVG file too.
    #[arg(long)]
    pub(crate) svg: bool,
    /// Threads of both provers [default: all].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Memory for the tables of each key, such as 512MiB or 2GiB [default: a quarter of the machine's, at most 1GiB].
    #[arg(long, value_name = "SIZE", value_parser = memory_budget)]
    pub(crate) memory: Option<MemoryBudget>,
    /// Measure the circuits of circom in this directory instead, and write circom.json.
    #[arg(long, value_name = "DIR")]
    pub(crate) circom: Option<PathBuf>,
    /// Makes one proof: how the benchmark starts processes of its own.
    #[arg(long, value_name = "JOB", hide = true)]
    pub(crate) first_proof: Option<PathBuf>,
}
