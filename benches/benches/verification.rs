//! Verification: one presentation and 256, from bytes, against the stock verifier. The same contests as in `tacit bench`.

use std::cell::Cell;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tacit_benches::Resident;
use tacit_benches::verification::Verification;
use tacit_verifier::Backend;

const BATCH: usize = 256;

/// Times `rounds` calls of `run`, with every challenge opened again outside the clock.
fn timed(site: &Verification, rounds: u64, mut run: impl FnMut()) -> Duration {
    (0..rounds).fold(Duration::ZERO, |sum, _| {
        site.renew().expect("challenges are opened again");
        let started = Instant::now();
        run();
        sum + started.elapsed()
    })
}

fn verification(c: &mut Criterion) {
    let resident = Resident::new().expect("the benchmark's key");
    let site = Verification::new(&resident, Backend::from_environment(), BATCH).expect("answers that verify");

    let mut group = c.benchmark_group("verify");
    let place = Cell::new(0);
    let next = || place.replace((place.get() + 1) % BATCH);
    group.bench_function("tacit", |b| {
        b.iter_custom(|rounds| timed(&site, rounds, || site.ours(next()).expect("a true answer")));
    });
    group.bench_function("ark-groth16", |b| b.iter(|| site.stock(next()).expect("a true proof")));
    group.bench_function("ark-groth16, 18 inputs", |b| b.iter(|| site.stock_open().expect("a true proof")));
    group.finish();

    let mut group = c.benchmark_group("verify_batch_256");
    group.sample_size(10).throughput(Throughput::Elements(BATCH as u64));
    group.bench_function("tacit", |b| {
        b.iter_custom(|rounds| timed(&site, rounds, || site.ours_batch_vectorised().expect("true answers")));
    });
    group.bench_function("tacit, portable", |b| {
        b.iter_custom(|rounds| timed(&site, rounds, || site.ours_batch().expect("true answers")));
    });
    group.finish();
}

criterion_group!(benches, verification);
criterion_main!(benches);
