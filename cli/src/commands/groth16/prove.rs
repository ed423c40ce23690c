//! `tacit groth16 prove`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use rand::rngs::OsRng;
use rayon::ThreadPoolBuilder;
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::text::{write_proof, write_public};
use tacit_formats::wtns::Witness;
use tacit_formats::zkey::Zkey;
use tacit_prover::circom::{CircomOpenError, CircomProver, KeyFile, cache_file, user_cache_folder};
use tacit_prover::{Blinding, CacheUse, Control, MemoryBudget, Options, Progress, Proof};
use tacit_r1cs::Fr;
use zeroize::Zeroizing;

use super::{R1CS, WTNS, ZKEY};
use crate::args::Prove;
use crate::error::{CliError, refused};
use crate::files;
use crate::output::{Output, Report, millis, milliseconds};
use crate::progress;

pub(super) fn run(arguments: &Prove, output: Output) -> Result<Report, CliError> {
    let Some(threads) = arguments.threads else { return prove(arguments, output) };
    let pool = ThreadPoolBuilder::new().num_threads(threads.into()).build();
    pool.map_err(refused)?.install(|| prove(arguments, output))
}

fn prove(arguments: &Prove, output: Output) -> Result<Report, CliError> {
    let started = Instant::now();
    let bytes = Zeroizing::new(files::read(&arguments.wtns)?);
    let witness = Witness::from_bytes(&bytes).map_err(CliError::malformed(&arguments.wtns, WTNS))?;
    let assignment = witness.assignment();

    let spinner = progress::spinner(output, "opening the key");
    let (prover, cache) = open(arguments, output)?;
    let opening = started.elapsed();
    spinner.finish_and_clear();
    let proving = Instant::now();
    let bar = progress::bar(output, 100, "proving");
    let watch = |progress: Progress| bar.set_position(progress.percent().into());
    let control = Control::default().watched_by(&watch);
    let blinding = Blinding::random(&mut OsRng);
    let proof = prover.prove_controlled(assignment, blinding, &control).map_err(refused)?;
    bar.finish_and_clear();
    let public = prover.public(assignment);
    let proving = proving.elapsed();
    write(arguments, &proof, public)?;
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

fn write(arguments: &Prove, proof: &Proof, public: &[Fr]) -> Result<(), CliError> {
    files::write(&arguments.out, write_proof(proof.points()).as_bytes())?;
    files::write(&arguments.public, write_public(public).as_bytes())
}

/// The prover, and what became of its cache.
fn open(arguments: &Prove, output: Output) -> Result<(CircomProver, &'static str), CliError> {
    let read = |path: &PathBuf| KeyFile::read(path).map_err(CliError::read(path));
    let zkey = read(&arguments.zkey)?;
    let circuit = arguments.r1cs.as_ref().map(read).transpose()?;
    let options =
        arguments.memory.map_or_else(Options::default, |memory| Options::default().with_memory(memory));
    let Some(folder) = folder(arguments) else {
        return Ok((once(arguments, &zkey, circuit.as_ref(), &options)?, "none"));
    };
    let cache = cache_file(&folder, &zkey, circuit.as_ref());
    let opened = CircomProver::open(&zkey, circuit.as_ref(), &cache, &options);
    let (prover, used) = opened.map_err(|error| malformed(arguments, error))?;
    let used = match used {
        CacheUse::Loaded => "loaded",
        CacheUse::Written(_) => "written",
        CacheUse::NotWritten(error) => {
            output.warn(format_args!(
                "the prepared key could not be kept, so that this takes longer each time: {error}"
            ));
            "not-written"
        }
        _ => "unknown",
    };
    Ok((prover, used))
}

/// A prover for one proof: tables would take longer than they spare.
fn once(
    arguments: &Prove,
    zkey: &KeyFile<'_>,
    circuit: Option<&KeyFile<'_>>,
    options: &Options,
) -> Result<CircomProver, CliError> {
    let key = Zkey::from_bytes(zkey.bytes()).map_err(CircomOpenError::Zkey);
    let circuit = circuit
        .map(|file| CircomR1cs::from_bytes(file.bytes()))
        .transpose()
        .map_err(CircomOpenError::Circuit);
    let options = options.with_memory(MemoryBudget::mebibytes(0));
    let prover = key.and_then(|key| Ok(CircomProver::new(&key, circuit?.as_ref(), &options)?));
    prover.map_err(|error| malformed(arguments, error))
}

fn malformed(arguments: &Prove, error: CircomOpenError) -> CliError {
    match error {
        CircomOpenError::Zkey(error) => CliError::malformed(&arguments.zkey, ZKEY)(error),
        CircomOpenError::Circuit(error) => {
            CliError::malformed(arguments.r1cs.as_deref().unwrap_or(&arguments.zkey), R1CS)(error)
        }
        CircomOpenError::Key(error) => refused(error),
        other => refused(other),
    }
}

/// Where tables are kept: the folder that was named, the user's own, or the one of the key if nobody else can write to it, for whoever
/// can plant tables may learn about witnesses.
fn folder(arguments: &Prove) -> Option<PathBuf> {
    if arguments.no_cache {
        return None;
    }
    arguments.cache.clone().or_else(user_cache_folder).or_else(|| beside(&arguments.zkey))
}

fn beside(zkey: &Path) -> Option<PathBuf> {
    let folder = zkey.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if folder.metadata().ok()?.permissions().mode() & 0o022 != 0 {
            return None;
        }
    }
    Some(folder.to_owned())
}
