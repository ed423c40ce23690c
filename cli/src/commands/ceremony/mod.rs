//! `tacit ceremony`: a trusted setup held and checked.

mod phase1;
mod verify;

use std::path::Path;
use std::time::Instant;

use rand::rngs::OsRng;
use tacit_ceremony::ContributionHash;
use tacit_ceremony::phase1::{Powers, PowersDigest, PowersError};
use tacit_ceremony::phase2::{self, Initial, InitialError, VerifyError};
use tacit_circuits::resident_id;
use tacit_formats::FormatError;
use tacit_formats::contribution::{Beacon, ContributorName};
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::zkey::Zkey;
use tacit_r1cs::R1cs;

use crate::args::{
    Ceremony, CeremonyBeacon, CeremonyCommand, CeremonyContribute, CeremonyNew, CircuitArgument, CircuitName,
};
use crate::error::{Cause, CliError, refused};
use crate::files;
use crate::output::{Output, Report, grouped, milliseconds};
use crate::progress;
use crate::secrets;

const ZKEY: &str = "a Groth16 proving key for BN254 (.zkey)";
const R1CS: &str = "a circuit for BN254 (.r1cs)";
const PTAU: &str = "powers of tau for BN254 (.ptau)";

/// Said wherever powers for development are used.
const DEVELOPMENT: &str = "these powers of tau are for DEVELOPMENT: whoever made them could have kept the trapdoor and forge \
proofs. Keys made from them are marked.";

pub(crate) fn run(arguments: Ceremony, output: Output) -> Result<Report, CliError> {
    match arguments.command {
        CeremonyCommand::New(arguments) => new(&arguments, output),
        CeremonyCommand::Contribute(arguments) => contribute(&arguments, output),
        CeremonyCommand::Beacon(arguments) => beacon(&arguments, output),
        CeremonyCommand::Verify(arguments) => verify::verify(&arguments, output),
        CeremonyCommand::Finalise(arguments) => verify::finalise(&arguments, output),
        CeremonyCommand::Phase1(arguments) => phase1::run(arguments.command, output),
    }
}

fn new(arguments: &CeremonyNew, output: Output) -> Result<Report, CliError> {
    absent(&arguments.out)?;
    arguments.r1cs_out.as_deref().map_or(Ok(()), absent)?;
    let started = Instant::now();
    let (circuit, _) = circuit(&arguments.circuit)?;
    let bytes = files::read_large(&arguments.powers.ptau)?;
    let powers = powers(&arguments.powers.ptau, &bytes, arguments.powers.ptau_blake2b.as_deref(), output)?;
    let initial = initial(&circuit, &powers, &arguments.powers.ptau, output)?;
    let key = initial.zkey();
    files::write_new(&arguments.out, &key.to_bytes())?;
    if let Some(path) = &arguments.r1cs_out {
        files::write_new(path, &circuit.to_bytes())?;
    }
    if powers.is_development() {
        output.warn(DEVELOPMENT);
    }
    let hash = key.parts().ceremony.as_ref().map(|ceremony| ContributionHash(ceremony.circuit_hash));
    let mut report = Report::new(format_args!(
        "a key for {} constraints that nobody has contributed to, in {}",
        grouped(circuit.num_constraints() as u64),
        milliseconds(started.elapsed())
    ))
    .line(format_args!("key            {}", arguments.out.display()))
    .line("circuit hash");
    report = hash.iter().fold(report, hash_lines);
    Ok(report
        .line("Send it to the first contributor. Whoever has circuit and powers can make the same file.")
        .key("file", arguments.out.display().to_string())
        .key("constraints", circuit.num_constraints())
        .key("circuit_hash", hash.map(|hash| hash.to_string()))
        .key("development", powers.is_development()))
}

fn contribute(arguments: &CeremonyContribute, output: Output) -> Result<Report, CliError> {
    absent(&arguments.out)?;
    let name = name(arguments.name.as_deref())?;
    let key = zkey(&arguments.zkey)?;
    let number = number_of(&key) + 1;
    let entropy = secrets::entropy(arguments.entropy_stdin)?;
    let started = Instant::now();
    let bar = progress::bar(output, 0, "contributing");
    let made = phase2::contribute(key, name, entropy.as_bytes(), &mut OsRng, &progress::watch(&bar));
    drop(entropy);
    bar.finish_and_clear();
    let (key, hash) = made.map_err(refused)?;
    written(&key, hash, number, &arguments.out, started).map(|report| {
        report.line("Publish this hash under your own name, and look for it in the transcript at the end.")
    })
}

fn beacon(arguments: &CeremonyBeacon, output: Output) -> Result<Report, CliError> {
    absent(&arguments.out)?;
    let name = name(arguments.name.as_deref())?;
    let beacon = parse_beacon(&arguments.hash, arguments.iterations_exponent)?;
    let key = zkey(&arguments.zkey)?;
    let number = number_of(&key) + 1;
    let started = Instant::now();
    let bar = progress::bar(output, 0, "ending the ceremony");
    let made = phase2::beacon(key, name, &beacon, &progress::watch(&bar));
    bar.finish_and_clear();
    let (key, hash) = made.map_err(refused)?;
    written(&key, hash, number, &arguments.out, started)
        .map(|report| report.line("The ceremony has ended; next: `tacit ceremony finalise`."))
}

/// Writes a key with one contribution more.
fn written(
    key: &Zkey,
    hash: ContributionHash,
    number: usize,
    out: &Path,
    started: Instant,
) -> Result<Report, CliError> {
    files::write_new(out, &key.to_bytes())?;
    let report = Report::new(format_args!("contribution {number} in {}", milliseconds(started.elapsed())))
        .line(format_args!("key            {}", out.display()))
        .line("contribution hash");
    Ok(hash_lines(report, &hash)
        .key("file", out.display().to_string())
        .key("number", number)
        .key("hash", hash.to_string()))
}

/// The four lines of a hash.
fn hash_lines(report: Report, hash: &ContributionHash) -> Report {
    hash.lines().iter().fold(report, |report, line| report.line(format_args!("  {line}")))
}

fn number_of(key: &Zkey) -> usize {
    key.parts().ceremony.as_ref().map_or(0, |ceremony| ceremony.contributions.len())
}

/// A place that must be free, noticed before the work.
fn absent(path: &Path) -> Result<(), CliError> {
    if path.exists() { Err(CliError::FileExists(path.to_owned())) } else { Ok(()) }
}

fn name(given: Option<&str>) -> Result<Option<ContributorName>, CliError> {
    let Some(text) = given else { return Ok(None) };
    let name = ContributorName::new(text).filter(|_| !text.chars().any(char::is_control));
    let cause: Cause = "a name has 1 to 255 bytes and no control characters".into();
    name.map(Some).ok_or(CliError::Argument {
        what: "the name",
        value: text.escape_debug().to_string(),
        cause,
    })
}

fn parse_beacon(text: &str, exponent: u8) -> Result<Beacon, CliError> {
    let beacon = hex::decode(text).ok().and_then(|bytes| Beacon::new(exponent, &bytes));
    beacon.ok_or_else(|| CliError::Argument {
        what: "the beacon's hash",
        value: text.to_owned(),
        cause: "a beacon is 1 to 255 bytes in hexadecimal".into(),
    })
}

fn zkey(path: &Path) -> Result<Zkey, CliError> {
    Zkey::from_bytes(&files::read_large(path)?).map_err(CliError::malformed(path, ZKEY))
}

/// The circuit in circom's words, and the system whose digest keys of Tacit's carry.
fn circuit(argument: &CircuitArgument) -> Result<(CircomR1cs, R1cs), CliError> {
    if let Some(path) = &argument.r1cs {
        let circuit =
            CircomR1cs::from_bytes(&files::read_large(path)?).map_err(CliError::malformed(path, R1CS))?;
        let system = circuit.to_r1cs().map_err(CliError::malformed(path, R1CS))?;
        return Ok((circuit, system));
    }
    let system = match argument.circuit {
        Some(CircuitName::ResidentId) | None => resident_id::compile(),
    };
    let circuit = CircomR1cs::from_r1cs(&system).expect("the circuits of Tacit's fit circom's format");
    Ok((circuit, system))
}

/// The name of the files of a circuit's keys.
fn circuit_name(argument: &CircuitArgument) -> String {
    let stem = argument.r1cs.as_deref().and_then(Path::file_stem);
    stem.map_or_else(|| resident_id::NAME.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// Powers that are checked, or known by their digest.
fn powers<'a>(
    path: &Path,
    bytes: &'a [u8],
    digest: Option<&str>,
    output: Output,
) -> Result<Powers<'a>, CliError> {
    if let Some(text) = digest {
        let bytes_of = ContributionHash::parse(text).ok_or_else(|| CliError::Argument {
            what: "the digest of the powers of tau",
            value: text.to_owned(),
            cause: "a BLAKE2b-512 is 128 hexadecimal digits".into(),
        })?;
        return Powers::known(bytes, &PowersDigest(bytes_of.0)).map_err(|error| powers_error(path, error));
    }
    let bar = progress::bar(output, 0, "checking the powers of tau");
    let powers = Powers::check(bytes, &mut OsRng, &progress::watch(&bar));
    bar.finish_and_clear();
    powers.map_err(|error| powers_error(path, error))
}

fn powers_error(path: &Path, error: PowersError) -> CliError {
    match error {
        PowersError::Format(FormatError::Contribution { number, cause }) => unreadable(1, number, &cause),
        PowersError::Format(error) => CliError::malformed(path, PTAU)(error),
        PowersError::Contribution { number, .. }
        | PowersError::Section { number, .. }
        | PowersError::Hashes { number } => {
            CliError::BadContribution { phase: 1, number, message: error.to_string() }
        }
        error => refused(error),
    }
}

fn unreadable(phase: u8, number: usize, cause: &FormatError) -> CliError {
    let file = if phase == 1 { "file" } else { "key" };
    let message = format!("contribution {number} cannot be read: {cause}; refuse this {file}.");
    CliError::BadContribution { phase, number, message }
}

fn initial(
    circuit: &CircomR1cs,
    powers: &Powers<'_>,
    path: &Path,
    output: Output,
) -> Result<Initial, CliError> {
    let bar = progress::bar(output, 0, "computing the initial key");
    let initial = Initial::compute(circuit, powers, &progress::watch(&bar));
    bar.finish_and_clear();
    initial.map_err(|error| match error {
        InitialError::Powers(error) => CliError::malformed(path, PTAU)(error),
        error => refused(error),
    })
}

fn verify_error(path: &Path, error: VerifyError) -> CliError {
    match error {
        VerifyError::Format(FormatError::Contribution { number, cause }) => unreadable(2, number, &cause),
        VerifyError::Format(error) => CliError::malformed(path, ZKEY)(error),
        VerifyError::Contribution { number, .. } => {
            CliError::BadContribution { phase: 2, number, message: format!("{error}; refuse this key.") }
        }
        error => refused(error),
    }
}
