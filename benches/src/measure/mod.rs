//! Carries out a [`Plan`]: every ratio from one contest, every proof checked before its maker is timed.

mod circom;
mod footprint;
mod kernels;
mod presentation;
mod sizes;
mod verify;

pub use circom::{CircomCircuit, CircomReport, Versus, Ways, measure_circom};
pub use footprint::Footprint;
pub use sizes::{Size, Threads};

use tacit_credential::date::UnixTime;
use tacit_prover::Prover;
use tacit_r1cs::Assignment;

use crate::error::BenchError;
use crate::figure::Figure;
use crate::machine::{Build, Machine, Versions};
use crate::plan::{Extent, Plan};
use crate::report::{Figures, Report};
use crate::resident::benchmark_rng;
use crate::stock::Stock;

/// A piece of the measurement that is about to begin.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Its number, from 0.
    pub number: usize,
    /// How many there are.
    pub of: usize,
    /// What it does.
    pub name: &'a str,
}

/// Announces steps.
struct Steps<'a> {
    number: usize,
    of: usize,
    watch: &'a (dyn Fn(Step<'_>) + Sync),
}

impl Steps<'_> {
    fn next(&mut self, name: &str) {
        (self.watch)(Step { number: self.number, of: self.of, name });
        self.number += 1;
    }
}

/// Measures everything, telling `watch` about each step.
pub fn measure(plan: &Plan, now: UnixTime, watch: &(dyn Fn(Step<'_>) + Sync)) -> Result<Report, BenchError> {
    let (build, mut machine) = (Build::here(), Machine::here(plan.threads, plan.options().backend()));
    let of = presentation::STEPS + verify::STEPS + kernels::STEPS + sizes::steps(plan);
    let steps = &mut Steps { number: 0, of, watch };
    let product = presentation::measure(plan, &build, steps)?;
    let verified = verify::measure(plan, &build, steps)?;
    let kernels = kernels::measure(plan, &build, steps)?;
    let sizes = sizes::measure(plan, &build, steps)?;
    machine.finish();

    let of_size = |log_size| match sizes.sizes.iter().find(|size| size.log_size == log_size) {
        Some(size) => size.full_proof.clone(),
        None => Figure::absent(presentation::STOCK, "--quick stops at 2^14"),
    };
    let figures = Figures {
        full_proof: product.full_proof,
        full_proof_2_14: of_size(14),
        full_proof_2_16: of_size(16),
        full_proof_2_18: of_size(18),
        show: product.show,
        msm_g1_2_13: kernels.msm_g1,
        msm_g2_2_13: kernels.msm_g2,
        fft_2_14: kernels.fft,
        threads_2_14: sizes.two_threads,
        threads_16_2_16: sizes.sixteen_threads,
        portable_full_proof: product.portable,
        verify: verified.one,
        verify_vs_open_inputs: verified.open_inputs,
        verify_batch_256: verified.batch,
        verify_batch_256_portable: verified.batch_portable,
    };
    let footprints = [vec![product.footprint], sizes.footprints].concat();
    Ok(Report {
        date: now.date_utc8().to_string(),
        quick: plan.extent == Extent::Quick,
        machine,
        versions: Versions::here(),
        build,
        memory_budget_mib: plan.memory_mib,
        figures,
        circuit: product.circuit,
        witness: product.witness,
        prepare: product.prepare,
        scaling: sizes.sizes,
        threads: sizes.threads,
        footprints,
        peers: product.peers,
    })
}

/// An error unless our proof is that of the stock prover, and holds.
fn check(prover: &Prover, stock: &Stock<'_>, assignment: &Assignment) -> Result<(), BenchError> {
    let ours = prover.prove(assignment, &mut benchmark_rng())?;
    let theirs = stock.prove(assignment, &mut benchmark_rng())?;
    if *ours.points() != theirs {
        return Err(BenchError::OtherProof);
    }
    stock.require("tacit", ours.points(), assignment)
}
