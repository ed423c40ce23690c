//! Circuits of circom, with the files of circom: our prover with the key alone, and with the circuit beside it, against stock
//! `ark-groth16`, snarkjs and rapidsnark on the same circuit, witness and key.
//!
//! Keys are made here, from a trapdoor: that takes seconds where powers of tau in JavaScript take an hour, and a prover cannot tell.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde::Serialize;
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::wtns::Witness;
use tacit_prover::circom::{CircomProver, KeyFile};
use tacit_prover::{Blinding, CacheUse};
use tacit_r1cs::Assignment;

use super::Step;
use crate::cold::pool;
use crate::contest::{Contest, Entrant, Outcome};
use crate::error::BenchError;
use crate::figure::Figure;
use crate::machine::{Build, Machine, Versions};
use crate::peers::{KEY, OPEN_RAPIDSNARK, PROGRAMS, PROOF, PUBLIC, Program, WITNESS, run, write_files};
use crate::plan::Plan;
use crate::resident::benchmark_rng;
use crate::statistics::rounded;
use crate::stock::Stock;
use crate::trapdoor::Trapdoor;

/// Everything that was measured of some circuits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CircomReport {
    /// Measured on.
    pub machine: Machine,
    /// Measured with.
    pub versions: Versions,
    /// How this program was built.
    pub build: Build,
    /// MiB for the tables of each key.
    pub memory_budget_mib: u64,
    /// By size.
    pub circuits: Vec<CircomCircuit>,
}

/// One circuit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CircomCircuit {
    /// Its file's name without extension.
    pub name: String,
    /// Constraints.
    pub constraints: usize,
    /// Wires, the constant included.
    pub wires: usize,
    /// Elements of its domain, as a power of two.
    pub log_size: u32,
    /// The key's file.
    pub zkey_bytes: u64,
    /// Opening the key for the first time, tables made and written, in milliseconds.
    pub first_open_ms: Ways<f64>,
    /// Proofs by provers that are open, against stock `ark-groth16` and against rapidsnark's own time for a proof once it is open.
    pub warm: Vec<Versus>,
    /// Processes that read their files, prove and end.
    pub process: Vec<Versus>,
}

/// Of our prover's two ways.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ways<T> {
    /// With the key alone.
    pub zkey: T,
    /// With the circuit too.
    pub zkey_and_r1cs: T,
}

/// A peer against our prover's two ways, from the same rounds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Versus {
    /// The peer.
    pub peer: String,
    /// The figures.
    pub figures: Ways<Figure>,
}

impl<T> Ways<T> {
    fn map<U>(self, mut to: impl FnMut(T) -> U) -> Ways<U> {
        Ways { zkey: to(self.zkey), zkey_and_r1cs: to(self.zkey_and_r1cs) }
    }
}

const WAYS: Ways<(&str, bool)> =
    Ways { zkey: ("tacit, the key alone", false), zkey_and_r1cs: ("tacit, key and circuit", true) };
const STOCK: &str = "ark-groth16, warm";
const CIRCUIT: &str = "circuit.r1cs";
const CACHE: &str = "cache";
/// Steps of one circuit.
const STEPS: usize = 3;

/// Measures every circuit of a directory that has a witness beside it (`NAME.r1cs`, `NAME.wtns`), the smallest first.
///
/// `tacit` is the program whose `groth16 prove` is measured.
pub fn measure_circom(
    plan: &Plan,
    tacit: &Path,
    dir: &Path,
    watch: &(dyn Fn(Step<'_>) + Sync),
) -> Result<CircomReport, BenchError> {
    let (build, mut machine) = (Build::here(), Machine::here(plan.threads, plan.options().backend()));
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "r1cs")
            && path.with_extension("wtns").is_file()
        {
            paths.push(path);
        }
    }
    paths.sort_by_key(|path| path.metadata().map_or(0, |metadata| metadata.len()));
    if paths.is_empty() {
        return Err(BenchError::NoCircuit { dir: dir.to_owned() });
    }
    let mut circuits = Vec::new();
    for (number, path) in paths.iter().enumerate() {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let step = |step: usize, what: &str| {
            let name = &format!("{name}: {what}");
            watch(Step { number: number * STEPS + step, of: paths.len() * STEPS, name });
        };
        circuits.push(one(plan, &build, tacit, path, &step)?);
    }
    machine.finish();
    Ok(CircomReport {
        machine,
        versions: Versions::here(),
        build,
        memory_budget_mib: plan.memory_mib,
        circuits,
    })
}

/// What all entrants prove, and where its files are.
struct Subject<'a> {
    plan: &'a Plan,
    tacit: &'a Path,
    dir: &'a Path,
    stock: &'a Stock<'a>,
    assignment: &'a Assignment,
}

fn one(
    plan: &Plan,
    build: &Build,
    tacit: &Path,
    path: &Path,
    step: &dyn Fn(usize, &str),
) -> Result<CircomCircuit, BenchError> {
    step(0, "keys");
    let pool = pool(plan.threads)?;
    let circuit = CircomR1cs::from_bytes(&fs::read(path)?)?;
    let witness = Witness::from_bytes(&fs::read(path.with_extension("wtns"))?)?;
    let assignment = witness.assignment();
    let trapdoor = Trapdoor::new(4);
    let scratch = tempfile::Builder::new().prefix("tacit-bench-").tempdir()?;
    let dir = scratch.path();
    let key = pool.install(|| trapdoor.key(circuit.to_r1cs()?))?;
    write_files(dir, &pool.install(|| trapdoor.zkey(&key))?, assignment)?;
    fs::copy(path, dir.join(CIRCUIT))?;
    let stock = &Stock::new(&key);
    let subject = &Subject { plan, tacit, dir, stock, assignment };

    let opened = WAYS.map(|(_, with)| pool.install(|| open(subject, with)));
    let (alone, both) = (opened.zkey?, opened.zkey_and_r1cs?);
    let first_open_ms = Ways { zkey: rounded(alone.1), zkey_and_r1cs: rounded(both.1) };
    let provers = Ways { zkey: &alone.0, zkey_and_r1cs: &both.0 };
    pool.install(|| check(subject, provers))?;

    step(1, "open provers");
    let log_size = (key.points().h_query.len() + 1).ilog2();
    let [snarkjs, rapidsnark] = [0, 1].map(|i| (&PROGRAMS[i], found(subject, &PROGRAMS[i])));
    let open_rapidsnark = (&OPEN_RAPIDSNARK, found(subject, &OPEN_RAPIDSNARK));
    let mut contest = Contest::new();
    let pool = &pool;
    let ours = WAYS.map(|(name, with_circuit)| {
        let prover = if with_circuit { provers.zkey_and_r1cs } else { provers.zkey };
        let mut rng = benchmark_rng();
        contest.enter(name, move || pool.install(|| Ok(prover.prove(assignment, &mut rng)?)))
    });
    let mut rng = benchmark_rng();
    let theirs = contest.enter(STOCK, || pool.install(|| stock.prove(assignment, &mut rng)));
    let open = enter_program(&mut contest, subject, &open_rapidsnark);
    let outcome = contest.run(plan.size(log_size))?;
    let mut warm = vec![versus("ark-groth16", &outcome, ours, &Ok(theirs), Some(build))];
    warm.push(versus(OPEN_RAPIDSNARK.name, &outcome, ours, &open, None));

    step(2, "processes");
    let mut contest = Contest::new();
    let ours = WAYS.map(|(name, with)| contest.enter_timed(name, move || launch(subject, with)));
    let entered = [&rapidsnark, &snarkjs].map(|program| {
        let entrant = enter_program(&mut contest, subject, program);
        (program.0.name, entrant)
    });
    let outcome = contest.run(plan.cold(log_size))?;
    let process = entered.map(|(name, entrant)| versus(name, &outcome, ours, &entrant, None)).to_vec();
    Ok(CircomCircuit {
        name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        constraints: circuit.num_constraints(),
        wires: circuit.num_wires(),
        log_size,
        zkey_bytes: fs::metadata(dir.join(KEY))?.len(),
        first_open_ms,
        warm,
        process,
    })
}

/// A prover and the milliseconds that it took to open it, tables made and written where the processes find them.
fn open(subject: &Subject<'_>, with_circuit: bool) -> Result<(CircomProver, f64), BenchError> {
    let started = Instant::now();
    let zkey = KeyFile::read(&subject.dir.join(KEY))?;
    let circuit = with_circuit.then(|| KeyFile::read(&subject.dir.join(CIRCUIT))).transpose()?;
    let cache = tacit_prover::circom::cache_file(&subject.dir.join(CACHE), &zkey, circuit.as_ref());
    let (prover, used) = CircomProver::open(&zkey, circuit.as_ref(), &cache, &subject.plan.options())?;
    match used {
        CacheUse::NotWritten(error) => Err(error.into()),
        _ => Ok((prover, started.elapsed().as_secs_f64() * 1e3)),
    }
}

/// An error unless both provers make the proof of the stock one, and it holds.
fn check(subject: &Subject<'_>, provers: Ways<&CircomProver>) -> Result<(), BenchError> {
    let &Subject { stock, assignment, .. } = subject;
    let theirs = stock.prove(assignment, &mut benchmark_rng())?;
    for prover in [provers.zkey, provers.zkey_and_r1cs] {
        let blinding = Blinding::random(&mut benchmark_rng());
        if *prover.prove_with(assignment, blinding)?.points() != theirs {
            return Err(BenchError::OtherProof);
        }
    }
    stock.require("tacit", &theirs, assignment)
}

/// A process of this program.
fn launch(subject: &Subject<'_>, with_circuit: bool) -> Result<Duration, BenchError> {
    let &Subject { plan, tacit, dir, stock, assignment } = subject;
    let mut command = Command::new(tacit);
    command.args(["groth16", "prove", "--json", "--zkey", KEY, "--wtns", WITNESS, "--out", PROOF]);
    command.args(["--public", PUBLIC, "--cache", CACHE]);
    command.args(["--threads", &plan.threads.to_string(), "--memory", &format!("{}MiB", plan.memory_mib)]);
    if with_circuit {
        command.args(["--r1cs", CIRCUIT]);
    }
    let (taken, said) = run("tacit", command, dir, stock, assignment)?;
    // From the tables that were made above, or it would be another thing that is measured.
    if said.contains("\"cache\": \"loaded\"") || said.contains("\"cache\":\"loaded\"") {
        Ok(taken)
    } else {
        Err(BenchError::Program { program: "tacit", message: "it did not start from its tables".into() })
    }
}

/// Where a program is that makes a proof which holds, or why it is not measured.
fn found(subject: &Subject<'_>, program: &Program) -> Result<PathBuf, String> {
    let &Subject { plan, dir, stock, assignment, .. } = subject;
    let path = program.find()?;
    match program.prove(&path, dir, stock, assignment, plan.threads) {
        Ok(_) => Ok(path),
        Err(error) => Err(format!("present at {}, but: {error}", path.display())),
    }
}

fn enter_program<'a>(
    contest: &mut Contest<'a>,
    subject: &'a Subject<'_>,
    (program, path): &'a (&Program, Result<PathBuf, String>),
) -> Result<Entrant, String> {
    let path = path.as_ref().map_err(Clone::clone)?;
    let name = program.entrant();
    let &Subject { plan, dir, stock, assignment, .. } = subject;
    Ok(contest.enter_timed(name, move || program.prove(path, dir, stock, assignment, plan.threads)))
}

fn versus(
    peer: &str,
    outcome: &Outcome,
    ours: Ways<Entrant>,
    theirs: &Result<Entrant, String>,
    build: Option<&Build>,
) -> Versus {
    let figures = ours.map(|ours| match theirs {
        Ok(theirs) => {
            let figure = outcome.figure(ours, *theirs);
            build.map_or_else(|| figure.clone(), |build| figure.clone().of_build(build))
        }
        Err(reason) => Figure::absent(peer, reason.as_str()),
    });
    Versus { peer: peer.to_owned(), figures }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Extent, Restart};

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/fixtures").join(name)
    }

    #[test]
    fn keys_open_both_ways_and_prove_as_stock_does() {
        let restart = Restart { program: "false".into(), arguments: Vec::new() };
        let plan = &Plan { extent: Extent::Quick, threads: 2, memory_mib: 8, restart };
        let circuit = CircomR1cs::from_bytes(&fs::read(fixture("small.r1cs")).unwrap()).unwrap();
        let witness = Witness::from_bytes(&fs::read(fixture("small.wtns")).unwrap()).unwrap();
        let (trapdoor, scratch) = (Trapdoor::new(4), tempfile::tempdir().unwrap());
        let key = trapdoor.key(circuit.to_r1cs().unwrap()).unwrap();
        write_files(scratch.path(), &trapdoor.zkey(&key).unwrap(), witness.assignment()).unwrap();
        fs::copy(fixture("small.r1cs"), scratch.path().join(CIRCUIT)).unwrap();
        let stock = &Stock::new(&key);
        let (tacit, dir, assignment) = (Path::new("false"), scratch.path(), witness.assignment());
        let subject = &Subject { plan, tacit, dir, stock, assignment };
        let opened = WAYS.map(|(_, with)| open(subject, with).unwrap().0);
        check(subject, Ways { zkey: &opened.zkey, zkey_and_r1cs: &opened.zkey_and_r1cs }).unwrap();
        assert!(matches!(launch(subject, true), Err(BenchError::Program { program: "tacit", .. })));
        assert_eq!(fs::read_dir(dir.join(CACHE)).unwrap().count(), 2);
    }

    #[test]
    fn a_directory_without_circuits_is_refused() {
        let restart = Restart { program: "false".into(), arguments: Vec::new() };
        let plan = Plan { extent: Extent::Quick, threads: 1, memory_mib: 8, restart };
        let (scratch, tacit) = (tempfile::tempdir().unwrap(), Path::new("false"));
        fs::copy(fixture("small.r1cs"), scratch.path().join("alone.r1cs")).unwrap();
        let measured = measure_circom(&plan, tacit, scratch.path(), &|_| ());
        assert!(matches!(measured, Err(BenchError::NoCircuit { .. })));
    }
}
