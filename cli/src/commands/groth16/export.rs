//! `tacit groth16 export`: this program's own circuit for circom's tools, and a made-up holder's proof.
//!
//! A real holder's witness is never written: it is as secret as the ID and the holder's secret together.

use rand::rngs::OsRng;
use tacit_circuits::resident_id;
use tacit_credential::fixtures::{World, narrow_policy};
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::text::{write_proof, write_public, write_verification_key};
use tacit_formats::wtns::Witness;
use tacit_prover::{MemoryBudget, Options, Provenance, Prover, ProvingKey};
use tacit_r1cs::Assignment;

use super::does_not_hold;
use crate::args::Export;
use crate::commands::setup;
use crate::error::{CliError, refused};
use crate::files;
use crate::output::{Output, Report};
use crate::progress;

pub(super) fn run(arguments: &Export, output: Output) -> Result<Report, CliError> {
    let path = &arguments.proving_key;
    if !path.exists() {
        return Err(CliError::KeyMissing(path.clone()));
    }
    let spinner = progress::spinner(output, "writing the key in circom's words");
    let key = ProvingKey::load(path).map_err(CliError::malformed(path, "a proving key"))?;
    let circuit = CircomR1cs::from_r1cs(key.r1cs())
        .ok_or_else(|| does_not_hold("too-large", "the circuit is too large for the format; split it"))?;
    let zkey = key.to_zkey().map_err(refused)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let mut written = vec![
        (format!("{name}.r1cs"), circuit.to_bytes()),
        (format!("{name}.zkey"), zkey.to_bytes()),
        ("verification_key.json".to_owned(), write_verification_key(key.verifying_key()).into_bytes()),
    ];
    if arguments.example {
        let assignment = made_up(&key)?;
        let witness = Witness::new(assignment.clone())
            .ok_or_else(|| does_not_hold("too-large", "the witness is too large for the format"))?;
        written.push((format!("{name}.wtns"), witness.to_bytes().to_vec()));
        // For one proof.
        let options = Options::default().with_memory(MemoryBudget::mebibytes(0));
        let prover = Prover::with_options(key.clone(), &options);
        let proof = prover.prove(&assignment, &mut OsRng).map_err(refused)?;
        let public = assignment.instance(key.r1cs().num_instance());
        written.push(("proof.json".to_owned(), write_proof(proof.points()).into_bytes()));
        written.push(("public.json".to_owned(), write_public(public).into_bytes()));
    }
    let mut report =
        Report::new(format_args!("circuit and key for circom's tools in {}", arguments.out.display()));
    for (name, bytes) in written {
        let file = arguments.out.join(&name);
        files::write(&file, &bytes)?;
        report = report.line(format_args!("  {}", file.display()));
    }
    spinner.finish_and_clear();
    if key.provenance() == Provenance::Development {
        output.warn(setup::WARNING);
    }
    Ok(report
        .key("out", arguments.out.display().to_string())
        .key("constraints", key.r1cs().num_constraints())
        .key("development", key.provenance() == Provenance::Development))
}

/// The wires of a holder who does not exist, before a request that nobody made.
fn made_up(key: &ProvingKey) -> Result<Assignment, CliError> {
    let mut world = World::new(1);
    let request = world.request(resident_id::circuit_digest(key.r1cs()), narrow_policy());
    let assignment = resident_id::assign(&world.statement(&request).public, &world.witness());
    if assignment.as_slice().len() == key.r1cs().num_wires() && key.r1cs().is_satisfied(&assignment) {
        Ok(assignment)
    } else {
        Err(does_not_hold(
            "another-circuit",
            "the key is for another circuit than this program's, which has no example; leave out --example",
        ))
    }
}
