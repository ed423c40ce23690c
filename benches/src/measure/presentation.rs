//! The product's own statement: witness, full proof, prepare, show; all entrants in the same rounds.

use std::time::Instant;

use tacit_circuits::resident_id;
use tacit_prover::{Backend, Changing, Prover};

use super::footprint::{Footprint, Subject};
use super::{Steps, check, footprint};
use crate::cold::pool;
use crate::contest::Contest;
use crate::error::BenchError;
use crate::figure::{Figure, Timing};
use crate::machine::Build;
use crate::peers::{PROGRAMS, Peer};
use crate::plan::Plan;
use crate::report::{Circuit, Clause};
use crate::resident::{Resident, benchmark_rng};
use crate::stock::Stock;

/// The peer of full proofs.
pub(super) const STOCK: &str = "ark-groth16, all threads";

pub(super) const STEPS: usize = 3;

/// What was measured of `resident-id`.
pub(super) struct Presentation {
    pub(super) full_proof: Figure,
    pub(super) portable: Figure,
    pub(super) show: Figure,
    pub(super) witness: Timing,
    pub(super) prepare: Timing,
    pub(super) circuit: Circuit,
    pub(super) footprint: Footprint,
    pub(super) peers: Vec<Peer>,
}

pub(super) fn measure(plan: &Plan, build: &Build, steps: &mut Steps<'_>) -> Result<Presentation, BenchError> {
    steps.next("resident-id: keys");
    let pool = pool(plan.threads)?;
    let resident = &pool.install(Resident::new)?;
    let options = plan.options();
    let started = Instant::now();
    let prover = &pool.install(|| Prover::with_options(resident.key.clone(), &options));
    let prepare_key = started.elapsed();
    let portable = options.with_backend(Backend::portable());
    let portable = &pool.install(|| Prover::with_options(resident.key.clone(), &portable));
    let stock = &Stock::new(prover.key());
    let (first, second) = (&resident.first, &resident.second);
    pool.install(|| check(prover, stock, second).and_then(|()| check(portable, stock, second)))?;

    let changing = &Changing::between(first, second);
    let prepared = &prover.prepare(first, changing)?;
    let shown = prover.show(prepared, second, &mut benchmark_rng())?;
    stock.require("tacit", shown.points(), second)?;

    steps.next("resident-id: proofs");
    let mut contest = Contest::new();
    let witness = contest.enter("witness", || Ok(resident.assign()));
    let mut rng = benchmark_rng();
    let ours = contest.enter("tacit", || pool.install(|| Ok(prover.prove(second, &mut rng)?)));
    let mut rng = benchmark_rng();
    let theirs = contest.enter(STOCK, || pool.install(|| stock.prove(second, &mut rng)));
    let mut rng = benchmark_rng();
    let show = contest.enter("tacit, show", || pool.install(|| Ok(prover.show(prepared, second, &mut rng)?)));
    let mut rng = benchmark_rng();
    let portable =
        contest.enter("tacit, portable", || pool.install(|| Ok(portable.prove(second, &mut rng)?)));
    let prepare = contest.enter("prepare", || pool.install(|| Ok(prover.prepare(first, changing)?)));
    let outcome = contest.run(plan.presentation())?;

    steps.next("resident-id: first proof of a cold process");
    let log_size = prover.r1cs().num_constraints().next_power_of_two().ilog2();
    let subject =
        Subject { name: resident_id::NAME, log_size, prover, stock, assignment: second, prepare_key };
    let (footprint, programs) = footprint::measure(plan, build, &subject, &PROGRAMS)?;
    let figure = |ours, theirs| outcome.figure(ours, theirs).of_build(build);
    let full_proof = figure(ours, theirs);
    let mut peers = vec![Peer { name: "ark-groth16".into(), program: None, figure: full_proof.clone() }];
    peers.extend(programs);
    let timing = |entrant| outcome.quartiles(entrant).map(Timing::from).ok_or(BenchError::NoRound);
    Ok(Presentation {
        full_proof,
        portable: figure(portable, theirs),
        show: figure(show, theirs),
        witness: timing(witness)?,
        prepare: timing(prepare)?,
        circuit: circuit(prover, changing),
        footprint,
        peers,
    })
}

fn circuit(prover: &Prover, changing: &Changing) -> Circuit {
    let r1cs = prover.r1cs();
    let clauses = r1cs.clauses().into_iter();
    Circuit {
        name: resident_id::NAME.into(),
        constraints: r1cs.num_constraints(),
        wires: r1cs.num_wires(),
        changing_wires: changing.count(),
        nonzeros: r1cs.nonzeros().iter().sum(),
        clauses: clauses
            .map(|clause| Clause { name: clause.name, constraints: clause.constraints })
            .collect(),
    }
}
