//! `tacit groth16`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tacit_prover::MemoryBudget;

use super::proving::memory_budget;

pub(super) const ABOUT: &str = "\
Prove and verify any circom circuit, with the files of circom and snarkjs.

A proof for a circuit compiled by circom, with a key made by snarkjs; snarkjs verifies it:
  tacit groth16 prove --zkey c.zkey --r1cs c.r1cs --wtns w.wtns
  snarkjs groth16 verify verification_key.json public.json proof.json

And the other way round:
  tacit groth16 verify --vk verification_key.json --public public.json --proof proof.json

Tacit's own circuit for circom's tools, with a made-up holder's witness; snarkjs proves with them and verifies:
  tacit groth16 export --proving-key keys/resident-id.pk --out circom --example
  cd circom && snarkjs groth16 prove resident-id.zkey resident-id.wtns snarkjs.json public.json
  snarkjs groth16 verify verification_key.json public.json proof.json";

/// `tacit groth16`.
#[derive(Args)]
pub(crate) struct Groth16 {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Groth16Command,
}

/// What can be done.
#[derive(Subcommand)]
pub(crate) enum Groth16Command {
    /// Prove that a witness satisfies a circuit.
    #[command(long_about = PROVE_ABOUT)]
    Prove(Prove),
    /// Verify a proof.
    Verify(VerifyProof),
    /// Say what is in a .r1cs, .wtns, .zkey, .ptau or verification_key.json; checks every number and point.
    Inspect {
        /// The file.
        file: PathBuf,
    },
    /// Write Tacit's own circuit and key as .r1cs, .zkey and verification_key.json, with --example a made-up holder's .wtns,
    /// proof.json and public.json too.
    Export(Export),
}

const PROVE_ABOUT: &str = "\
Prove that a witness satisfies a circuit.

The key is prepared once and kept in a cache folder, named by a digest of its file: later proofs start at \
once. With --r1cs proofs are a little faster still, and a witness that does not satisfy the circuit is refused \
with the number of the constraint.

Every proof is verified before it is written. What is in the cache is as trusted as the key: the folder must \
be yours alone.";

/// `tacit groth16 prove`.
#[derive(Args)]
pub(crate) struct Prove {
    /// The proving key.
    #[arg(long, value_name = "FILE")]
    pub(crate) zkey: PathBuf,
    /// The witness: secret.
    #[arg(long, value_name = "FILE")]
    pub(crate) wtns: PathBuf,
    /// The circuit: makes proofs faster, and names the constraint that a false witness breaks.
    #[arg(long, value_name = "FILE")]
    pub(crate) r1cs: Option<PathBuf>,
    /// Where to write the proof.
    #[arg(short, long, value_name = "FILE", default_value = "proof.json")]
    pub(crate) out: PathBuf,
    /// Where to write the public values.
    #[arg(long, value_name = "FILE", default_value = "public.json")]
    pub(crate) public: PathBuf,
    /// Where prepared keys are kept [default: tacit/groth16 in the user's cache folder, or beside the key where there is no such
    /// folder].
    #[arg(long, value_name = "DIR", env = "TACIT_CACHE")]
    pub(crate) cache: Option<PathBuf>,
    /// Prepare and keep nothing: for a single proof.
    #[arg(long, conflicts_with = "cache")]
    pub(crate) no_cache: bool,
    /// Threads [default: all].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Memory for the prepared key, such as 512MiB or 2GiB: less is slower [default: a quarter of the
    /// machine's, at most 1GiB].
    #[arg(long, value_name = "SIZE", value_parser = memory_budget)]
    pub(crate) memory: Option<MemoryBudget>,
}

/// `tacit groth16 verify`.
#[derive(Args)]
pub(crate) struct VerifyProof {
    /// The verification key.
    #[arg(long, value_name = "FILE", default_value = "verification_key.json")]
    pub(crate) vk: PathBuf,
    /// The public values.
    #[arg(long, value_name = "FILE", default_value = "public.json")]
    pub(crate) public: PathBuf,
    /// The proof.
    #[arg(long, value_name = "FILE", default_value = "proof.json")]
    pub(crate) proof: PathBuf,
}

/// `tacit groth16 export`.
#[derive(Args)]
pub(crate) struct Export {
    /// The proving key (`tacit setup`).
    #[arg(long, value_name = "FILE", env = "TACIT_PROVING_KEY", default_value = "keys/resident-id.pk")]
    pub(crate) proving_key: PathBuf,
    /// Directory for the files.
    #[arg(long, value_name = "DIR", default_value = "circom")]
    pub(crate) out: PathBuf,
    /// Write witness, proof and public values of a made-up holder too. Those of a real one are never written.
    #[arg(long)]
    pub(crate) example: bool,
}
