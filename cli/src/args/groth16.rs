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

Tacit's own circuit for circom's tools:
  tacit groth16 export --proving-key keys/resident-id.pk --out circom";

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
    /// Write Tacit's own circuit and key as .r1cs, .zkey and verification_key.json.
    Export(Export),
}

const PROVE_ABOUT: &str = "\
Prove that a witness satisfies a circuit.

With --r1cs the key is prepared once and kept in a cache folder, named by a digest of key and circuit: later \
proofs start at once, and a witness that does not satisfy the circuit is refused with the number of the \
constraint. Without it nothing is prepared or kept.

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
    /// The circuit: makes proofs faster.
    #[arg(long, value_name = "FILE")]
    pub(crate) r1cs: Option<PathBuf>,
    /// Where to write the proof.
    #[arg(short, long, value_name = "FILE", default_value = "proof.json")]
    pub(crate) out: PathBuf,
    /// Where to write the public values.
    #[arg(long, value_name = "FILE", default_value = "public.json")]
    pub(crate) public: PathBuf,
    /// Where prepared keys are kept [default: tacit/groth16 in the user's cache folder].
    #[arg(long, value_name = "DIR", env = "TACIT_CACHE")]
    pub(crate) cache: Option<PathBuf>,
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
}
