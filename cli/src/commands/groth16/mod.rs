//! `tacit groth16`: any circom circuit, with the files of circom and snarkjs.

mod export;
mod inspect;
mod prove;

use std::path::Path;
use std::time::Instant;

use tacit_formats::text::{read_proof, read_public, read_verification_key};
use tacit_prover::Proof;
use tacit_prover::circom::verify;

use crate::args::{Groth16, Groth16Command, VerifyProof};
use crate::error::CliError;
use crate::exit::Exit;
use crate::files;
use crate::output::{Output, Report, millis, milliseconds};

pub(crate) fn run(arguments: Groth16, output: Output) -> Result<Report, CliError> {
    match arguments.command {
        Groth16Command::Prove(arguments) => prove::run(&arguments, output),
        Groth16Command::Verify(arguments) => verify_proof(&arguments),
        Groth16Command::Inspect { file } => inspect::run(&file),
        Groth16Command::Export(arguments) => export::run(&arguments, output),
    }
}

const ZKEY: &str = "a Groth16 proving key for BN254 (.zkey)";
const R1CS: &str = "a circuit for BN254 (.r1cs)";
const WTNS: &str = "a witness for BN254 (.wtns)";
const VK: &str = "a Groth16 verification key for BN254";

/// Reads and parses a file.
fn parsed<T, E: Into<crate::error::Cause>>(
    path: &Path,
    what: &'static str,
    parse: impl FnOnce(&[u8]) -> Result<T, E>,
) -> Result<T, CliError> {
    parse(&files::read(path)?).map_err(CliError::malformed(path, what))
}

fn verify_proof(arguments: &VerifyProof) -> Result<Report, CliError> {
    let vk = parsed(&arguments.vk, VK, read_verification_key)?;
    let public = parsed(&arguments.public, "public values", read_public)?;
    let points = parsed(&arguments.proof, "a Groth16 proof for BN254", read_proof)?;
    let started = Instant::now();
    if public.len() + 1 != vk.gamma_abc_g1.len() {
        let (found, needed) = (public.len(), vk.gamma_abc_g1.len() - 1);
        return Err(does_not_hold(
            "public-count",
            &format!(
                "there are {found} public values, the key's circuit has {needed}; use the files of one circuit"
            ),
        ));
    }
    let proof = Proof::try_from(points).map_err(CliError::malformed(&arguments.proof, "a Groth16 proof"))?;
    if !verify(&vk, &proof, &public) {
        return Err(does_not_hold(
            "proof-invalid",
            "the proof does not hold for this key and these public values; refuse it",
        ));
    }
    Ok(Report::new(format_args!("the proof holds, checked in {}", milliseconds(started.elapsed())))
        .key("valid", true)
        .key("public", public.len())
        .key("milliseconds", millis(started.elapsed())))
}

fn does_not_hold(code: &str, message: &str) -> CliError {
    CliError::Refused { code: code.to_owned(), message: format!("{message}."), exit: Exit::Refused }
}
