//! Why there is no report.

use std::io;

use ark_relations::gr1cs::SynthesisError;

/// Why a measurement failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchError {
    /// A scratch file, or the report, could not be read or written.
    #[error("a file of the measurement: {0}; check that the directory is writable and has room")]
    Io(#[from] io::Error),
    /// No threads.
    #[error("threads could not be started: {0}; try --threads 1")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// Our own prover refused.
    #[error("our prover: {0}")]
    Prove(#[from] tacit_prover::ProveError),
    /// A benchmark key is no key.
    #[error("the benchmark's key: {0}")]
    Key(#[from] tacit_prover::KeyError),
    /// A benchmark key could not be read or written.
    #[error("the benchmark's key: {0}")]
    KeyFile(#[from] tacit_prover::KeyFileError),
    /// The stock prover refused.
    #[error("stock ark-groth16: {0}; please report this")]
    Stock(#[from] SynthesisError),
    /// A system without a domain.
    #[error("the circuit is too large for a domain of the field; measure a smaller one")]
    TooLarge,
    /// A proof that does not verify: nothing that was measured of its maker means anything.
    #[error("a proof made by {maker} does not verify; please report this, with the machine's CPU model")]
    FalseProof {
        /// Who made it.
        maker: &'static str,
    },
    /// Our verifier could not be set up, or does not make a request.
    #[error("the benchmark's verifier: {message}; please report this")]
    Verifier {
        /// Its own words.
        message: String,
    },
    /// Our prover did not take its own key cache.
    #[error("the benchmark's key cache: {0}")]
    Cache(#[from] tacit_prover::CacheError),
    /// A proof that cannot be written.
    #[error("a proof as bytes: {0}; please report this")]
    Encode(#[from] ark_serialize::SerializationError),
    /// Two provers with the same key, assignment and randomness made different proofs.
    #[error(
        "our proof is not the one of stock ark-groth16; please report this, with the machine's CPU model"
    )]
    OtherProof,
    /// Two sums of the same multiples differ.
    #[error(
        "our sum of multiples is not the one of ark-ec; please report this, with the machine's CPU model"
    )]
    OtherSum,
    /// A key as the files of circom have it.
    #[error("the benchmark's key as .zkey: {0}")]
    Zkey(#[from] tacit_formats::zkey::ConvertError),
    /// A circuit or witness of circom cannot be read.
    #[error("a file of circom: {0}")]
    Format(#[from] tacit_formats::FormatError),
    /// A circuit of circom is no system.
    #[error("a circuit of circom: {0}")]
    Rows(#[from] tacit_r1cs::RowsError),
    /// Our prover did not take its own files.
    #[error("the benchmark's files: {0}; please report this")]
    Open(#[from] tacit_prover::circom::CircomOpenError),
    /// Nothing to measure.
    #[error("{} has no circuit with a witness beside it (NAME.r1cs, NAME.wtns); name another directory", dir.display())]
    NoCircuit {
        /// The directory.
        dir: std::path::PathBuf,
    },
    /// Another program failed.
    #[error("{program} failed: {message}")]
    Program {
        /// Which.
        program: &'static str,
        /// Its own words.
        message: String,
    },
    /// A contest without rounds.
    #[error("nothing was measured; please report this")]
    NoRound,
    /// The process of a cold start failed.
    #[error(
        "the process that makes a first proof failed: {message}; if it was killed, try a smaller --memory"
    )]
    Restart {
        /// Its own words.
        message: String,
    },
    /// The report, or a job, as JSON.
    #[error("the report as JSON: {0}; please report this")]
    Json(#[from] serde_json::Error),
}
