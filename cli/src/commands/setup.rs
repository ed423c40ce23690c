//! `tacit setup`: development keys.

use std::fs;
use std::path::Path;
use std::time::Instant;

use rand::rngs::OsRng;
use tacit_circuits::resident_id;
use tacit_prover::{Provenance, ProvingKey};
use tacit_verifier::{KeyPoints, VerifyingKey};

use crate::args::Setup;
use crate::error::{CliError, refused};
use crate::files;
use crate::output::{Output, Report, grouped, milliseconds};
use crate::progress;

/// What everybody should know about these keys.
pub(crate) const WARNING: &str = "these are DEVELOPMENT keys: whoever ran this could have kept the trapdoor and forge \
proofs with it. Use them to try things out, never to admit anybody.";

pub(crate) fn run(arguments: &Setup, output: Output) -> Result<Report, CliError> {
    new_folder(&arguments.out)?;
    let started = Instant::now();
    let spinner = progress::spinner(output, "compiling the circuit and making keys");
    let (proving, verifying) = development_keys()?;
    let (proving_path, verifying_path) = save(&arguments.out, &proving, &verifying)?;
    spinner.finish_and_clear();
    output.warn(WARNING);
    let digest = hex::encode(proving.circuit_digest());
    Ok(Report::new(format_args!(
        "circuit {}, {} constraints, keys in {}",
        resident_id::NAME,
        grouped(proving.r1cs().num_constraints() as u64),
        milliseconds(started.elapsed())
    ))
    .line(format_args!("circuit digest  {digest}"))
    .line(format_args!("proving key     {}  (wallets)", proving_path.display()))
    .line(format_args!("its digest      {}  (wallets pin it)", hex::encode(proving.digest())))
    .line(format_args!("verifying key   {}  (verifiers)", verifying_path.display()))
    .key("development", true)
    .key("circuit", resident_id::NAME)
    .key("digest", digest)
    .key("proving_key", proving_path.display().to_string())
    .key("proving_key_digest", hex::encode(proving.digest()))
    .key("verifying_key", verifying_path.display().to_string()))
}

/// Compiles the circuit and makes development keys for it.
pub(crate) fn development_keys() -> Result<(ProvingKey, VerifyingKey), CliError> {
    let (proving, _) =
        tacit_prover::setup_development(resident_id::compile(), &mut OsRng).map_err(refused)?;
    let verifying = verifying_key(&proving)?;
    Ok((proving, verifying))
}

/// The verifying key inside a proving key, with its mark.
pub(crate) fn verifying_key(proving: &ProvingKey) -> Result<VerifyingKey, CliError> {
    let key = proving.verifying_key();
    let points = KeyPoints::new(key.alpha_g1, key.beta_g2, key.gamma_g2, key.delta_g2, &key.gamma_abc_g1)
        .map_err(refused)?;
    let provenance = match proving.provenance() {
        Provenance::Development => tacit_verifier::Provenance::Development,
        Provenance::Ceremony => tacit_verifier::Provenance::Ceremony,
    };
    VerifyingKey::from_points(resident_id::circuit_digest(proving.r1cs()), provenance, points)
        .map_err(refused)
}

/// A folder with nothing in it, made if there is none.
pub(crate) fn new_folder(dir: &Path) -> Result<(), CliError> {
    fs::create_dir_all(dir).map_err(CliError::write(dir))?;
    if files::names(dir)?.is_empty() { Ok(()) } else { Err(CliError::Occupied(dir.to_owned())) }
}

/// Writes both keys into a new directory and returns their paths.
///
/// Neither file ever replaces another, so that no crash and no second `setup` leaves keys of two pairs side by side:
/// there is one pair, or half of one, and then the directory is occupied.
pub(crate) fn save(
    dir: &Path,
    proving: &ProvingKey,
    verifying: &VerifyingKey,
) -> Result<(std::path::PathBuf, std::path::PathBuf), CliError> {
    new_folder(dir)?;
    let proving_path = dir.join(format!("{}.pk", resident_id::NAME));
    let verifying_path = dir.join(format!("{}.vk", resident_id::NAME));
    files::write_new(&proving_path, &proving.to_bytes())?;
    files::write_new(&verifying_path, &verifying.to_bytes())?;
    Ok((proving_path, verifying_path))
}
