//! `tacit groth16`: any circom circuit, with the files of circom and snarkjs.

use std::path::{Path, PathBuf};
use std::time::Instant;

use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use tacit_formats::FormatError;
use tacit_formats::ptau::PtauFile;
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::text::{
    read_proof, read_public, read_verification_key, write_proof, write_public, write_verification_key,
};
use tacit_formats::wtns::Witness;
use tacit_formats::zkey::{Contribution, Zkey};
use tacit_prover::circom::{ZkeyProver, verify};
use tacit_prover::{Blinding, CacheUse, KeyFileError, Options, Proof, Provenance, Prover, ProvingKey};
use zeroize::Zeroizing;

use crate::args::{Export, Groth16, Groth16Command, Prove, VerifyProof};
use crate::error::{CliError, refused};
use crate::exit::Exit;
use crate::files;
use crate::output::{Output, Report, grouped, millis, milliseconds};
use crate::progress;

pub(crate) fn run(arguments: Groth16, output: Output) -> Result<Report, CliError> {
    match arguments.command {
        Groth16Command::Prove(arguments) => prove(&arguments, output),
        Groth16Command::Verify(arguments) => verify_proof(&arguments),
        Groth16Command::Inspect { file } => inspect(&file),
        Groth16Command::Export(arguments) => export(&arguments, output),
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

fn prove(arguments: &Prove, output: Output) -> Result<Report, CliError> {
    let started = Instant::now();
    let bytes = Zeroizing::new(files::read(&arguments.wtns)?);
    let witness = Witness::from_bytes(&bytes).map_err(CliError::malformed(&arguments.wtns, WTNS))?;
    let assignment = witness.assignment();

    let spinner = progress::spinner(output, "opening the key");
    let opened = open(arguments, output)?;
    let opening = started.elapsed();
    let proving = Instant::now();
    let blinding = Blinding::random(&mut OsRng);
    let (proof, cache) = match &opened {
        Opened::Prepared(prover, cache) => {
            let proof = prover.prove_with(assignment, blinding).map_err(refused)?;
            let vk = prover.key().verifying_key();
            if !verify(vk, &proof, assignment.instance(vk.gamma_abc_g1.len())) {
                return Err(does_not_hold(
                    "proof-does-not-hold",
                    "the proof does not hold: the key is not one of this \
                    circuit; make the key again, or delete its cache",
                ));
            }
            (proof, *cache)
        }
        Opened::Plain(prover) => (prover.prove_with(assignment, blinding).map_err(refused)?, "none"),
    };
    let proving = proving.elapsed();
    spinner.finish_and_clear();

    let num_public = match &opened {
        Opened::Prepared(prover, _) => prover.r1cs().num_instance() - 1,
        Opened::Plain(prover) => prover.zkey().num_public(),
    };
    files::write(&arguments.out, write_proof(proof.points()).as_bytes())?;
    files::write(&arguments.public, write_public(assignment.instance(1 + num_public)).as_bytes())?;
    Ok(Report::new(format_args!(
        "proved in {}, after {} for reading files and opening the key",
        milliseconds(proving),
        milliseconds(opening)
    ))
    .line(format_args!("proof          {}", arguments.out.display()))
    .line(format_args!("public values  {}", arguments.public.display()))
    .key("proof", arguments.out.display().to_string())
    .key("public", arguments.public.display().to_string())
    .key("cache", cache)
    .key("open_milliseconds", millis(opening))
    .key("prove_milliseconds", millis(proving)))
}

/// What proofs are made with.
enum Opened {
    /// The engine, and what became of its cache.
    Prepared(Box<Prover>, &'static str),
    /// The key alone.
    Plain(Box<ZkeyProver>),
}

fn open(arguments: &Prove, output: Output) -> Result<Opened, CliError> {
    let zkey_bytes = files::read(&arguments.zkey)?;
    let zkey = || Zkey::from_bytes(&zkey_bytes).map_err(CliError::malformed(&arguments.zkey, ZKEY));
    let Some(path) = &arguments.r1cs else {
        let prover = ZkeyProver::new(zkey()?).ok_or_else(|| {
            let cause = "its domain is too large for the field".into();
            CliError::Malformed { path: arguments.zkey.clone(), what: ZKEY, cause }
        })?;
        return Ok(Opened::Plain(Box::new(prover)));
    };
    let r1cs_bytes = files::read(path)?;
    let options =
        arguments.memory.map_or_else(Options::default, |memory| Options::default().with_memory(memory));
    let folder = arguments.cache.clone().or_else(cache_folder);
    let kept = folder.map(|folder| kept(&folder, &zkey_bytes, &r1cs_bytes));
    // Key and tables of last time: every point was checked before they were written.
    if let Some((key, tables)) = &kept
        && let Ok(key) = ProvingKey::load(key)
    {
        let (prover, used) = Prover::open(key, tables, &options);
        let used = if matches!(used, CacheUse::Loaded) { "loaded" } else { "tables-written" };
        return Ok(Opened::Prepared(Box::new(prover), used));
    }
    let circuit = CircomR1cs::from_bytes(&r1cs_bytes).map_err(CliError::malformed(path, R1CS))?;
    // Nobody verified a ceremony here, so that the stricter mark it is.
    let key = ProvingKey::from_circom(Provenance::Development, &zkey()?, &circuit).map_err(refused)?;
    let Some((key_path, tables)) = kept else {
        return Ok(Opened::Prepared(Box::new(Prover::with_options(key, &options)), "none"));
    };
    let written = private_folder(&key_path).and_then(|()| key.save(&key_path).map_err(to_io));
    if let Err(error) = written {
        output.warn(format_args!(
            "the prepared key could not be kept, so that this takes longer each time: {error}"
        ));
        return Ok(Opened::Prepared(Box::new(Prover::with_options(key, &options)), "not-written"));
    }
    let (prover, used) = Prover::open(key, &tables, &options);
    let used = if matches!(used, CacheUse::NotWritten(_)) { "not-written" } else { "written" };
    Ok(Opened::Prepared(Box::new(prover), used))
}

fn to_io(error: KeyFileError) -> std::io::Error {
    match error {
        KeyFileError::Io(error) => error,
        other => std::io::Error::other(other),
    }
}

/// Key and tables of these files.
fn kept(folder: &Path, zkey: &[u8], r1cs: &[u8]) -> (PathBuf, PathBuf) {
    let mut hasher = Sha256::new();
    hasher.update(b"tacit/groth16/v1");
    hasher.update((zkey.len() as u64).to_le_bytes());
    hasher.update(zkey);
    hasher.update(r1cs);
    let digest = hex::encode(hasher.finalize());
    (folder.join(format!("{digest}.pk")), folder.join(format!("{digest}.tables")))
}

/// Where a user's caches are, if the environment says.
fn cache_folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))?;
    Some(folder.join("tacit/groth16"))
}

/// Makes the folder of a file, for its owner alone.
fn private_folder(file: &Path) -> std::io::Result<()> {
    let Some(folder) = file.parent() else { return Ok(()) };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn does_not_hold(code: &str, message: &str) -> CliError {
    CliError::Refused { code: code.to_owned(), message: format!("{message}."), exit: Exit::Refused }
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

fn inspect(file: &Path) -> Result<Report, CliError> {
    let bytes = Zeroizing::new(files::read(file)?);
    let malformed = |what| CliError::malformed::<FormatError>(file, what);
    let number = |n: usize| grouped(n as u64);
    Ok(match bytes.get(..4) {
        Some(b"r1cs") => {
            let circuit = CircomR1cs::from_bytes(&bytes).map_err(malformed(R1CS))?;
            let [outputs, public, private] = circuit.signals();
            Report::new("circuit (.r1cs)")
                .line(format_args!("constraints  {}", number(circuit.num_constraints())))
                .line(format_args!("wires        {}", number(circuit.num_wires())))
                .line(format_args!("public       {outputs} outputs, {public} inputs"))
                .line(format_args!("private      {private} inputs"))
                .key("kind", "r1cs")
                .key("constraints", circuit.num_constraints())
                .key("wires", circuit.num_wires())
                .key("public", circuit.num_public())
        }
        Some(b"wtns") => {
            let witness = Witness::from_bytes(&bytes).map_err(malformed(WTNS))?;
            let wires = witness.assignment().as_slice().len();
            Report::new("witness (.wtns), secret")
                .line(format_args!("wires        {}", number(wires)))
                .key("kind", "wtns")
                .key("wires", wires)
        }
        Some(b"zkey") => {
            let key = Zkey::from_bytes(&bytes).map_err(malformed(ZKEY))?;
            let constraints = key.matrices().map_err(CliError::malformed(file, ZKEY))?.num_constraints();
            let ceremony = key.parts().ceremony.as_ref();
            let contributions = ceremony.map_or(&[][..], |ceremony| &ceremony.contributions);
            let name = |one: &Contribution| one.name.as_ref().map_or("", |name| name.as_str()).to_owned();
            let names: Vec<String> = contributions.iter().map(name).collect();
            let mut report = Report::new("proving key (.zkey), every point checked")
                .line(format_args!("constraints    {}", number(constraints)))
                .line(format_args!("wires          {}", number(key.num_wires())))
                .line(format_args!("public values  {}", number(key.num_public())))
                .line(format_args!("domain         {}", number(key.domain())))
                .line(format_args!("contributions  {}, not verified here", names.len()));
            for (i, name) in names.iter().enumerate() {
                report = report.line(format_args!("  {}  {}", i + 1, name.escape_debug()));
            }
            report
                .key("kind", "zkey")
                .key("constraints", constraints)
                .key("wires", key.num_wires())
                .key("public", key.num_public())
                .key("domain", key.domain())
                .key("contributions", names)
        }
        Some(b"ptau") => {
            let powers = PtauFile::open(&bytes).map_err(malformed("powers of tau for BN254 (.ptau)"))?;
            let prepared = if powers.is_prepared() { "prepared" } else { "not prepared" };
            Report::new("powers of tau (.ptau)")
                .line(format_args!(
                    "power          {}, for {} constraints",
                    powers.power().log(),
                    grouped(powers.power().size())
                ))
                .line(format_args!("contributions  {}, not verified here", powers.contributions().len()))
                .line(format_args!("phase 2        {prepared}"))
                .key("kind", "ptau")
                .key("power", powers.power().log())
                .key("contributions", powers.contributions().len())
                .key("prepared", powers.is_prepared())
        }
        _ => {
            let vk = read_verification_key(&bytes).map_err(CliError::malformed(
                file,
                "a .r1cs, .wtns, .zkey, .ptau or verification_key.json",
            ))?;
            let public = vk.gamma_abc_g1.len() - 1;
            Report::new("verification key, every point checked")
                .line(format_args!("public values  {}", number(public)))
                .key("kind", "verification-key")
                .key("public", public)
        }
    })
}

fn export(arguments: &Export, output: Output) -> Result<Report, CliError> {
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
    let written = [
        (format!("{name}.r1cs"), circuit.to_bytes()),
        (format!("{name}.zkey"), zkey.to_bytes()),
        ("verification_key.json".to_owned(), write_verification_key(key.verifying_key()).into_bytes()),
    ];
    let mut report =
        Report::new(format_args!("circuit and key for circom's tools in {}", arguments.out.display()));
    for (name, bytes) in written {
        let file = arguments.out.join(&name);
        files::write(&file, &bytes)?;
        report = report.line(format_args!("  {}", file.display()));
    }
    spinner.finish_and_clear();
    if key.provenance() == Provenance::Development {
        output.warn(super::setup::WARNING);
    }
    Ok(report
        .key("out", arguments.out.display().to_string())
        .key("constraints", key.r1cs().num_constraints())
        .key("development", key.provenance() == Provenance::Development))
}
