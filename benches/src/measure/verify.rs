//! Verification, one presentation and many, against the stock verifier; one thread.
//!
//! Ours does everything that a site relies on, from the presentation's bytes to the consumed challenge. The stock verifier gets the
//! proof's bytes and the public inputs as field elements, checks the points, and nothing else.

use std::sync::atomic::{AtomicUsize, Ordering};

use tacit_verifier::Backend;

use super::Steps;
use crate::cold::pool;
use crate::contest::Contest;
use crate::error::BenchError;
use crate::figure::Figure;
use crate::machine::Build;
use crate::plan::Plan;
use crate::resident::Resident;
use crate::verification::Verification;

const STOCK: &str = "ark-groth16, prepared key";
const STOCK_OPEN: &str = "ark-groth16, prepared key, 18 public inputs";
const STOCK_ONE_BY_ONE: &str = "ark-groth16, prepared key, one by one";

/// Proofs in a batch.
const BATCH: usize = 256;

pub(super) const STEPS: usize = 2;

/// What was measured of verifying.
pub(super) struct Verified {
    pub(super) one: Figure,
    pub(super) open_inputs: Figure,
    pub(super) batch: Figure,
    pub(super) batch_portable: Figure,
}

pub(super) fn measure(plan: &Plan, build: &Build, steps: &mut Steps<'_>) -> Result<Verified, BenchError> {
    steps.next("verification: requests and answers");
    let resident = pool(plan.threads)?.install(Resident::new)?;
    let pool = pool(1)?;
    let backend = plan.options().backend();
    let site = &pool.install(|| Verification::new(&resident, backend, BATCH))?;

    steps.next("verification: one thread");
    let mut contest = Contest::new();
    let next = AtomicUsize::new(0);
    // Another answer each time, as at a site; all are open again before they come round.
    let take = || {
        let place = next.fetch_add(1, Ordering::Relaxed) % BATCH;
        if place == 0 {
            site.renew()?;
        }
        Ok(place)
    };
    let ours = contest.enter_prepared("tacit", take, |place| pool.install(|| site.ours(place)));
    let stock = contest.enter(STOCK, || pool.install(|| site.stock(next.load(Ordering::Relaxed) % BATCH)));
    let open = contest.enter(STOCK_OPEN, || pool.install(|| site.stock_open()));
    let single = contest.run(plan.verification())?;

    let mut contest = Contest::new();
    let ours_batch =
        contest.enter_prepared("tacit, batch", || site.renew(), |()| pool.install(|| site.ours_batch()));
    let vectorised = contest.enter_prepared(
        "tacit, batch of eight lanes",
        || site.renew(),
        |()| pool.install(|| site.ours_batch_vectorised()),
    );
    let stock_batch = contest
        .enter(STOCK_ONE_BY_ONE, || pool.install(|| (0..BATCH).try_for_each(|place| site.stock(place))));
    let batch = contest.run(plan.batch())?;
    Ok(Verified {
        one: single.figure(ours, stock).of_build(build),
        open_inputs: single.figure(ours, open).of_build(build),
        batch: if backend == Backend::portable() {
            Figure::absent(
                STOCK_ONE_BY_ONE,
                "this CPU has no AVX-512 IFMA, or the portable backend was asked for",
            )
        } else {
            batch.figure(vectorised, stock_batch).of_build(build)
        },
        batch_portable: batch.figure(ours_batch, stock_batch).of_build(build),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Extent, Restart};

    /// `cargo test -p tacit-benches --lib -- --ignored --nocapture figures_of_verification` prints the figures of this build.
    #[test]
    #[ignore = "measures for half a minute"]
    fn figures_of_verification() {
        let restart = Restart { program: "false".into(), arguments: Vec::new() };
        let plan = Plan { extent: Extent::Quick, threads: 1, memory_mib: 64, restart };
        let mut steps = Steps { number: 0, of: STEPS, watch: &|_| () };
        let verified = measure(&plan, &Build::here(), &mut steps).unwrap();
        for (name, figure) in [
            ("verify", &verified.one),
            ("verify_vs_open_inputs", &verified.open_inputs),
            ("verify_batch_256_portable", &verified.batch_portable),
        ] {
            println!("{name}: {}", serde_json::to_string(figure).unwrap());
            assert!(figure.ratio().is_some());
        }
    }
}
