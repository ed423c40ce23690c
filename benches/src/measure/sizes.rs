//! Full proofs of synthetic circuits, by size and by number of threads.

use std::time::Instant;

use rayon::ThreadPool;
use serde::Serialize;
use tacit_prover::Prover;

use super::footprint::{Footprint, Subject};
use super::presentation::STOCK;
use super::{Steps, check, footprint};
use crate::cold::pool;
use crate::contest::Contest;
use crate::error::BenchError;
use crate::figure::Figure;
use crate::machine::Build;
use crate::plan::Plan;
use crate::resident::benchmark_rng;
use crate::stock::Stock;
use crate::synthetic::Synthetic;
use crate::trapdoor::Trapdoor;

/// The size at which threads are compared, and from which on files and memory are measured.
const THREADS: u32 = 14;
/// The size at which sixteen threads are compared with one.
const MANY: u32 = 16;

/// The full proof of one size.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Size {
    /// The circuit has `2^log_size` constraints, instance rows included.
    pub log_size: u32,
    /// Ours against stock.
    pub full_proof: Figure,
}

/// The full proof at 2^14 with some threads, against one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Threads {
    /// How many.
    pub threads: usize,
    /// Against one.
    pub full_proof: Figure,
}

/// What was measured of all sizes.
pub(super) struct Sizes {
    pub(super) sizes: Vec<Size>,
    pub(super) threads: Vec<Threads>,
    pub(super) two_threads: Figure,
    pub(super) sixteen_threads: Figure,
    pub(super) footprints: Vec<Footprint>,
}

/// How many steps [`measure`] takes.
pub(super) fn steps(plan: &Plan) -> usize {
    plan.sizes().iter().map(|&log_size| if log_size < THREADS { 1 } else { 3 }).sum()
}

pub(super) fn measure(plan: &Plan, build: &Build, steps: &mut Steps<'_>) -> Result<Sizes, BenchError> {
    let few =
        |wanted| Figure::absent("itself, 1 thread", format!("{} threads, {wanted} wanted", plan.threads));
    let mut all = Sizes {
        sizes: Vec::new(),
        threads: Vec::new(),
        two_threads: few(2),
        sixteen_threads: if plan.sizes().contains(&MANY) {
            few(16)
        } else {
            Figure::absent("itself, 1 thread", "--quick stops at 2^14")
        },
        footprints: Vec::new(),
    };
    for &log_size in plan.sizes() {
        one(plan, build, steps, log_size, &mut all)?;
    }
    Ok(all)
}

fn one(
    plan: &Plan,
    build: &Build,
    steps: &mut Steps<'_>,
    log_size: u32,
    all: &mut Sizes,
) -> Result<(), BenchError> {
    let files_wanted = log_size >= THREADS;
    if files_wanted {
        steps.next(&format!("2^{log_size} constraints: keys"));
    }
    let circuit = Synthetic { log_size };
    let counts = thread_counts(plan, log_size);
    let pools: Vec<ThreadPool> = counts.iter().map(|&threads| pool(threads)).collect::<Result<_, _>>()?;
    let widest = pools.last().ok_or(BenchError::NoRound)?;
    let assignment = &tacit_r1cs::assign(&circuit);
    let key = widest.install(|| Trapdoor::new(u64::from(log_size)).key(tacit_r1cs::compile(&circuit)))?;
    let started = Instant::now();
    let prover = &widest.install(|| Prover::with_options(key, &plan.options()));
    let prepare_key = started.elapsed();
    let stock = &Stock::new(prover.key());
    widest.install(|| check(prover, stock, assignment))?;

    steps.next(&format!("2^{log_size} constraints: proofs"));
    let mut contest = Contest::new();
    let ours: Vec<_> = counts
        .iter()
        .zip(&pools)
        .map(|(threads, pool)| {
            let mut rng = benchmark_rng();
            let name = format!("itself, {threads} thread{}", if *threads == 1 { "" } else { "s" });
            contest.enter(name, move || pool.install(|| Ok(prover.prove(assignment, &mut rng)?)))
        })
        .collect();
    let mut rng = benchmark_rng();
    let theirs = contest.enter(STOCK, || widest.install(|| stock.prove(assignment, &mut rng)));
    let outcome = contest.run(plan.size(log_size))?;

    let full_proof = outcome.figure(ours[ours.len() - 1], theirs).of_build(build);
    all.sizes.push(Size { log_size, full_proof });
    for (&threads, &entrant) in counts.iter().zip(&ours).skip(1) {
        let full_proof = outcome.figure(entrant, ours[0]);
        match (log_size, threads) {
            (THREADS, 2) => all.two_threads = full_proof.clone(),
            (MANY, 16) => all.sixteen_threads = full_proof.clone(),
            _ => {}
        }
        if log_size == THREADS {
            all.threads.push(Threads { threads, full_proof });
        }
    }
    if files_wanted {
        steps.next(&format!("2^{log_size} constraints: first proof of a cold process"));
        let name = &format!("2^{log_size}");
        let subject = Subject { name, log_size, prover, stock, assignment, prepare_key };
        all.footprints.push(footprint::measure(plan, build, &subject, &[])?.0);
    }
    Ok(())
}

/// The numbers of threads that are compared at a size: the last is the plan's, the first is 1 if there are others.
fn thread_counts(plan: &Plan, log_size: u32) -> Vec<usize> {
    match log_size {
        THREADS => plan.thread_counts(),
        MANY if plan.threads == 16 => vec![1, 16],
        MANY if plan.threads > 16 => vec![1, 16, plan.threads],
        _ => vec![plan.threads],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Extent, Restart};

    #[test]
    fn a_size_is_measured_against_stock_in_the_same_rounds() {
        let restart = Restart { program: "false".into(), arguments: Vec::new() };
        let plan = Plan { extent: Extent::Quick, threads: 2, memory_mib: 64, restart };
        let names = std::sync::Mutex::new(Vec::new());
        let watch = |step: crate::measure::Step<'_>| names.lock().unwrap().push(step.name.to_owned());
        let steps = &mut Steps { number: 0, of: 1, watch: &watch };
        let absent = || Figure::absent("itself", "not asked for");
        let mut all = Sizes {
            sizes: Vec::new(),
            threads: Vec::new(),
            two_threads: absent(),
            sixteen_threads: absent(),
            footprints: Vec::new(),
        };
        one(&plan, &Build::here(), steps, 6, &mut all).unwrap();
        let [size] = &all.sizes[..] else { panic!("one size") };
        assert!(size.full_proof.ratio().is_some_and(|ratio| ratio > 0.0));
        assert_eq!((size.log_size, size.full_proof.peer()), (6, STOCK));
        assert!(size.full_proof.spread().unwrap().samples >= 5);
        assert!(all.footprints.is_empty() && all.threads.is_empty(), "those are of larger sizes");
        assert_eq!(*names.lock().unwrap(), ["2^6 constraints: proofs"]);
    }

    #[test]
    fn threads_are_compared_where_there_are_enough() {
        let restart = Restart { program: "false".into(), arguments: Vec::new() };
        let plan = |threads| Plan { extent: Extent::Full, threads, memory_mib: 64, restart: restart.clone() };
        assert_eq!(thread_counts(&plan(1), 14), [1]);
        assert_eq!(thread_counts(&plan(8), 14), [1, 2, 4, 8]);
        assert_eq!(thread_counts(&plan(8), 16), [8]);
        assert_eq!(thread_counts(&plan(16), 16), [1, 16]);
        assert_eq!(thread_counts(&plan(64), 16), [1, 16, 64]);
        assert_eq!(thread_counts(&plan(64), 18), [64]);
    }
}
