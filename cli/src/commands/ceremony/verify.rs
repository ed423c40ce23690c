//! `tacit ceremony verify` and `finalise`.

use std::path::Path;
use std::time::Instant;

use rand::rngs::OsRng;
use serde_json::json;
use tacit_ceremony::phase1::Powers;
use tacit_ceremony::phase2::{self, Initial, Verified};
use tacit_ceremony::{ContributionHash, Outcome};
use tacit_formats::contribution::{ContributorName, Source};
use tacit_formats::text::{read_verification_key, write_verification_key};
use tacit_prover::ProvingKey;
use tacit_r1cs::R1cs;
use tacit_verifier::VerifyingKey;

use super::{DEVELOPMENT, circuit, circuit_name, initial, parse_beacon, powers, verify_error, zkey};
use crate::args::{CeremonyFinalise, CeremonyVerify};
use crate::commands::setup::{new_folder, verifying_key};
use crate::error::{CliError, refused};
use crate::exit::Exit;
use crate::files;
use crate::output::{Output, Report, milliseconds};
use crate::progress;

pub(super) fn verify(arguments: &CeremonyVerify, output: Output) -> Result<Report, CliError> {
    let started = Instant::now();
    let (circom, system) = circuit(&arguments.circuit)?;
    let bytes = arguments.ptau.as_deref().map(files::read_large).transpose()?.unwrap_or_default();
    let (powers, initial) = match (&arguments.ptau, &arguments.initial) {
        (_, Some(path)) => (None, Initial::trusted(zkey(path)?, &circom).map_err(refused)?),
        (path, None) => {
            let path = path.as_deref().unwrap_or(Path::new(""));
            let powers = powers(path, &bytes, arguments.ptau_blake2b.as_deref(), output)?;
            let initial = initial(&circom, &powers, path, output)?;
            (Some(powers), initial)
        }
    };
    let verified = check(&arguments.zkey, &initial, output)?;
    expected(arguments, &verified)?;
    let outcome = powers
        .map(|powers| {
            let outcome = outcome(&verified, system, &powers, output)?;
            same_keys(arguments, &outcome)?;
            Ok::<_, CliError>(outcome)
        })
        .transpose()?;

    let number = verified.contributions().len();
    let (initial, given) = if outcome.is_some() {
        ("computed", "")
    } else {
        ("trusted", ", if the initial key is the right one")
    };
    let mut report = Report::new(format_args!(
        "the ceremony holds{given}: {number} contribution(s), checked in {}",
        milliseconds(started.elapsed())
    ))
    .line("")
    .line("circuit hash");
    report = super::hash_lines(report, &verified.circuit_hash());
    for one in verified.contributions() {
        let name =
            one.name.as_ref().map_or("(no name)".into(), |name| name.as_str().escape_debug().to_string());
        report = report.line(format_args!("{:3}  {name}", one.number));
        if let Source::Beacon(beacon) = &one.source {
            let (hash, exponent) = (hex::encode(beacon.hash()), beacon.exponent());
            report = report.line(format_args!("  beacon {hash}, hashed 2^{exponent} times"));
        }
        report = super::hash_lines(report, &one.hash);
    }
    if let Some(Outcome { transcript, .. }) = &outcome {
        let powers = &transcript.powers;
        report = report.line("").line("powers of tau").line(format_args!("  BLAKE2b-512 {}", powers.blake2b));
        for one in &powers.contributions {
            let name = one.name.as_deref().unwrap_or("(no name)").escape_debug();
            report = report.line(format_args!("{:3}  {name}", one.number));
        }
    }
    report = report.line("").line(
        "Whose the powers are, no program can tell: compare their BLAKE2b-512 with what their own ceremony published.",
    );
    report = report.line(
        "Names are in no hash: each contributor confirms their own hash. Is the last one that of the announced beacon?",
    );
    if outcome.as_ref().is_some_and(|outcome| outcome.transcript.development) {
        output.warn(DEVELOPMENT);
    }
    Ok(match outcome {
        Some(Outcome { transcript, .. }) => {
            let digest = &transcript.digests.proving_key;
            let report = report.line(format_args!("proving key digest (wallets pin it)  {digest}"));
            report.key("transcript", serde_json::to_value(&transcript).map_err(refused)?)
        }
        None => report
            .line("The initial key was taken for granted: name --ptau in its place to rely on nobody, and to compare keys."),
    }
    .key("valid", true)
    .key("initial", initial)
    .key("contributions", contributions(&verified)))
}

fn contributions(verified: &Verified) -> serde_json::Value {
    let one = |one: &phase2::VerifiedContribution| {
        json!({
            "number": one.number,
            "name": one.name.as_ref().map(ContributorName::as_str),
            "hash": one.hash,
            "beacon": matches!(one.source, Source::Beacon(_)),
        })
    };
    verified.contributions().iter().map(one).collect()
}

pub(super) fn finalise(arguments: &CeremonyFinalise, output: Output) -> Result<Report, CliError> {
    new_folder(&arguments.out)?;
    let (circom, system) = circuit(&arguments.circuit)?;
    let bytes = files::read_large(&arguments.powers.ptau)?;
    let powers = powers(&arguments.powers.ptau, &bytes, arguments.powers.ptau_blake2b.as_deref(), output)?;
    let initial = initial(&circom, &powers, &arguments.powers.ptau, output)?;
    let verified = check(&arguments.zkey, &initial, output)?;
    let Outcome { proving_key, verification_key_json, transcript } =
        outcome(&verified, system, &powers, output)?;

    let name = circuit_name(&arguments.circuit);
    let mut written = vec![(format!("{name}.pk"), proving_key.to_bytes())];
    if transcript.digests.verifying_key.is_some() {
        written.push((format!("{name}.vk"), verifying_key(&proving_key)?.to_bytes()));
    }
    let mut json = serde_json::to_vec_pretty(&transcript).map_err(refused)?;
    json.push(b'\n');
    written.extend([
        ("verification_key.json".to_owned(), verification_key_json.into_bytes()),
        ("transcript.json".to_owned(), json),
        ("transcript.txt".to_owned(), transcript.to_string().into_bytes()),
    ]);
    let mut report =
        Report::new(format_args!("the ceremony holds; its outcome is in {}", arguments.out.display()));
    for (name, bytes) in written {
        let file = arguments.out.join(name);
        files::write_new(&file, &bytes)?;
        report = report.line(format_args!("  {}", file.display()));
    }
    if transcript.development {
        output.warn(DEVELOPMENT);
    }
    let digest = &transcript.digests.proving_key;
    report = report.line(format_args!("proving key digest (wallets pin it)  {digest}"));
    if let Some(digest) = &transcript.digests.verifying_key {
        report = report.line(format_args!("verifying key digest                 {digest}"));
    }
    Ok(report
        .key("out", arguments.out.display().to_string())
        .key("development", transcript.development)
        .key("transcript", serde_json::to_value(&transcript).map_err(refused)?))
}

fn check(path: &Path, initial: &Initial, output: Output) -> Result<Verified, CliError> {
    let bytes = files::read_large(path)?;
    let spinner = progress::spinner(output, "checking the contributions and every point");
    let verified = phase2::verify(&bytes, initial, &mut OsRng);
    spinner.finish_and_clear();
    verified.map_err(|error| verify_error(path, error))
}

/// The keys of a verified ceremony; the verifying key of Tacit's own format too, where the circuit has one public value.
fn outcome(
    verified: &Verified,
    system: R1cs,
    powers: &Powers<'_>,
    output: Output,
) -> Result<Outcome, CliError> {
    let spinner = progress::spinner(output, "making the keys");
    let mut outcome = verified.finalise(system, powers).map_err(refused)?;
    spinner.finish_and_clear();
    if outcome.proving_key.r1cs().num_instance() == 2 {
        let key = verifying_key(&outcome.proving_key)?;
        outcome.transcript.digests.verifying_key = Some(hex::encode(key.digest()));
    }
    Ok(outcome)
}

/// What contributors and the announcement say must be there.
fn expected(arguments: &CeremonyVerify, verified: &Verified) -> Result<(), CliError> {
    let mut named = Vec::new();
    for text in &arguments.includes {
        let hash = ContributionHash::parse(text).ok_or_else(|| CliError::Argument {
            what: "the hash of a contribution",
            value: text.clone(),
            cause: "a hash is 128 hexadecimal digits".into(),
        })?;
        if !verified.includes(&hash) {
            return Err(differs(
                "contribution-missing",
                format!(
                    "no contribution to this key has the hash {hash}: it was left out, or the key is an older one; refuse it."
                ),
            ));
        }
        named.push(hash);
    }
    // Whoever may add a contribution that nobody vouches for may choose among many.
    let unnamed = verified
        .contributions()
        .iter()
        .find(|one| one.source == Source::Secret && !named.contains(&one.hash));
    if let Some(one) = unnamed
        && !named.is_empty()
    {
        return Err(differs(
            "contribution-unnamed",
            format!(
                "nobody published contribution {}, as --includes says; take its hash from its contributor's own site and \
                 name it too, or refuse the key.",
                one.number
            ),
        ));
    }
    if let (Some(text), Some(exponent)) = (&arguments.beacon, arguments.iterations_exponent) {
        let announced = Source::Beacon(parse_beacon(text, exponent)?);
        if verified.contributions().last().is_none_or(|last| last.source != announced) {
            return Err(differs(
                "beacon-differs",
                "the key does not end with the beacon that was announced; refuse it.".into(),
            ));
        }
    }
    if let Some(path) = &arguments.verification_key {
        let key = read_verification_key(&files::read(path)?)
            .map_err(CliError::malformed(path, "a Groth16 verification key for BN254"))?;
        if write_verification_key(&key) != write_verification_key(&verified.zkey().parts().vk) {
            return Err(not_the_outcome(path));
        }
    }
    Ok(())
}

/// Whether the keys that somebody holds are those of the ceremony.
fn same_keys(arguments: &CeremonyVerify, outcome: &Outcome) -> Result<(), CliError> {
    if let Some(path) = &arguments.proving_key {
        let held = ProvingKey::from_bytes(&files::read_large(path)?)
            .map_err(CliError::malformed(path, "a proving key"))?;
        if held.digest() != outcome.proving_key.digest() {
            return Err(not_the_outcome(path));
        }
    }
    if let Some(path) = &arguments.verifying_key {
        let held = VerifyingKey::from_bytes(&files::read(path)?)
            .map_err(CliError::malformed(path, "a verifying key"))?;
        if outcome.transcript.digests.verifying_key != Some(hex::encode(held.digest())) {
            return Err(not_the_outcome(path));
        }
    }
    Ok(())
}

fn not_the_outcome(path: &Path) -> CliError {
    let path = path.display();
    differs(
        "other-key",
        format!("{path} is not the outcome of this ceremony; do not use it, fetch the key again."),
    )
}

fn differs(code: &str, message: String) -> CliError {
    CliError::Refused { code: code.to_owned(), message, exit: Exit::Refused }
}
