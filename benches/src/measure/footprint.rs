//! What a circuit's proofs take beside time: files, memory, and the wait for the first one.

use std::cell::RefCell;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use tacit_formats::zkey::Zkey;
use tacit_prover::Prover;
use tacit_r1cs::Assignment;

use crate::cold::{ColdStart, FirstProof, Maker};
use crate::contest::{Contest, Entrant};
use crate::error::BenchError;
use crate::figure::{Figure, Timing};
use crate::machine::Build;
use crate::peers::{Peer, Program, write_files};
use crate::plan::Plan;
use crate::statistics::{Quartiles, rounded};
use crate::stock::Stock;

/// Files, memory and the first proof of one circuit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Footprint {
    /// Which circuit.
    pub circuit: String,
    /// The key, as a file.
    pub key_bytes: u64,
    /// The tables made of it, as a file.
    pub key_cache_bytes: u64,
    /// Making those, once for a key.
    pub prepare_key_ms: f64,
    /// Reading key and tables in a new process.
    pub load_ms: Timing,
    /// Most memory of a process that makes one proof with them, mapped files included, where the system tells.
    pub peak_mib: Option<f64>,
    /// The same for stock `ark-groth16`.
    pub peer_peak_mib: Option<f64>,
    /// From the start of such a process to its end.
    pub first_proof: Figure,
}

/// A circuit whose proofs are made by new processes.
pub(super) struct Subject<'a> {
    pub(super) name: &'a str,
    pub(super) log_size: u32,
    pub(super) prover: &'a Prover,
    pub(super) stock: &'a Stock<'a>,
    pub(super) assignment: &'a Assignment,
    /// What preparing the key took.
    pub(super) prepare_key: Duration,
}

/// Starts processes, ours and the peers', in the same rounds.
pub(super) fn measure(
    plan: &Plan,
    build: &Build,
    subject: &Subject<'_>,
    programs: &[Program],
) -> Result<(Footprint, Vec<Peer>), BenchError> {
    let &Subject { prover, stock, assignment, .. } = subject;
    let files = &ColdStart::new(plan, prover, assignment)?;
    let found = &find(programs, files, subject, plan.threads)?;
    let proofs = [RefCell::default(), RefCell::default()];
    let mut contest = Contest::new();
    let [ours, theirs] = enter(&mut contest, files, &proofs);
    let mut entrants = Vec::new();
    for (program, path) in programs.iter().zip(found) {
        entrants.push(path.as_ref().ok().map(|path| {
            let prove = move || program.prove(path, files.dir(), stock, assignment, plan.threads);
            contest.enter_timed(format!("{}, a process from start to end", program.name), prove)
        }));
    }
    let outcome = contest.run(plan.cold(subject.log_size))?;
    let [ours_first, theirs_first] = proofs.map(RefCell::into_inner);
    if ours_first.iter().chain(&theirs_first).any(|first| first.proof != ours_first[0].proof) {
        return Err(BenchError::OtherProof);
    }
    let loads: Vec<f64> = ours_first.iter().map(|first| first.load_ms).collect();
    let footprint = Footprint {
        circuit: subject.name.into(),
        key_bytes: files.key_bytes,
        key_cache_bytes: files.cache_bytes,
        prepare_key_ms: rounded(subject.prepare_key.as_secs_f64() * 1e3),
        load_ms: Quartiles::of(&loads).map(Timing::from).ok_or(BenchError::NoRound)?,
        peak_mib: peak(&ours_first),
        peer_peak_mib: peak(&theirs_first),
        first_proof: outcome.figure(ours, theirs).of_build(build),
    };
    let peers = programs.iter().zip(found).zip(entrants).map(|((program, path), entrant)| Peer {
        name: program.name.into(),
        program: path.as_ref().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned())),
        figure: match (entrant, path) {
            (Some(entrant), _) => outcome.figure(ours, entrant),
            (None, Err(reason)) => Figure::absent(program.name, reason),
            (None, Ok(_)) => Figure::absent(program.name, "not measured"),
        },
    });
    Ok((footprint, peers.collect()))
}

/// Where programs are that make a proof which holds; a program that does not is no reason to measure nothing.
fn find(
    programs: &[Program],
    files: &ColdStart<'_>,
    subject: &Subject<'_>,
    threads: usize,
) -> Result<Vec<Result<PathBuf, String>>, BenchError> {
    if !programs.is_empty() {
        let key = subject.prover.key();
        write_files(files.dir(), &Zkey::from_ark(key.points(), key.r1cs())?, subject.assignment)?;
    }
    let tried = |program: &Program, path: PathBuf| match program.prove(
        &path,
        files.dir(),
        subject.stock,
        subject.assignment,
        threads,
    ) {
        Ok(_) => Ok(path),
        Err(error) => Err(format!("present at {}, but: {error}", path.display())),
    };
    Ok(programs.iter().map(|program| program.find().and_then(|path| tried(program, path))).collect())
}

type Proofs = RefCell<Vec<FirstProof>>;

fn enter<'a>(contest: &mut Contest<'a>, files: &'a ColdStart<'_>, proofs: &'a [Proofs; 2]) -> [Entrant; 2] {
    let entrants = [("tacit", Maker::Ours), ("ark-groth16, the same key file", Maker::Stock)];
    [0, 1].map(|i| {
        let (name, maker) = entrants[i];
        contest.enter_timed(name, move || {
            let (taken, first) = files.launch(maker)?;
            proofs[i].borrow_mut().push(first);
            Ok(taken)
        })
    })
}

fn peak(proofs: &[FirstProof]) -> Option<f64> {
    proofs.iter().filter_map(|first| first.peak_mib).max_by(f64::total_cmp).map(rounded)
}
