//! The kernels on one thread.

use tacit_kernels::{Curve, G1, G2};

use super::Steps;
use crate::cold::pool;
use crate::contest::Contest;
use crate::error::BenchError;
use crate::figure::Figure;
use crate::kernels::{Sum, Transforms};
use crate::machine::Build;
use crate::plan::Plan;

pub(super) const STEPS: usize = 3;

/// What was measured of the kernels.
pub(super) struct Kernels {
    pub(super) msm_g1: Figure,
    pub(super) msm_g2: Figure,
    pub(super) fft: Figure,
}

/// The sizes of the sums and of the transform.
const MSM: usize = 1 << 13;
const FFT: u32 = 14;

const OURS: &str = "tacit, one thread";

pub(super) fn measure(plan: &Plan, build: &Build, steps: &mut Steps<'_>) -> Result<Kernels, BenchError> {
    // Arkworks takes the threads of the pool that it is called in.
    pool(1)?.install(|| {
        steps.next("sums in G1");
        let msm_g1 = sum::<G1>(plan)?.of_build(build);
        steps.next("sums in G2");
        let msm_g2 = sum::<G2>(plan)?.of_build(build);
        steps.next("Fourier transforms");
        let fft = transform(plan)?.of_build(build);
        Ok(Kernels { msm_g1, msm_g2, fft })
    })
}

fn sum<C: Curve>(plan: &Plan) -> Result<Figure, BenchError> {
    let memory = usize::try_from(plan.memory_mib << 20).unwrap_or(usize::MAX);
    let sum = Sum::<C>::new(MSM, plan.options().backend(), memory);
    if sum.ours() != sum.stock() {
        return Err(BenchError::OtherSum);
    }
    let mut contest = Contest::new();
    let ours = contest.enter(OURS, || Ok(sum.ours()));
    let theirs = contest.enter("ark-ec, one thread", || Ok(sum.stock()));
    Ok(contest.run(plan.kernel())?.figure(ours, theirs))
}

fn transform(plan: &Plan) -> Result<Figure, BenchError> {
    let Transforms { mut ours, mut stock } = Transforms::new(FFT, plan.options().backend())?;
    let mut contest = Contest::new();
    let ours = contest.enter(OURS, move || {
        ours();
        Ok(())
    });
    let theirs = contest.enter("ark-poly, one thread", move || {
        stock();
        Ok(())
    });
    Ok(contest.run(plan.kernel())?.figure(ours, theirs))
}
