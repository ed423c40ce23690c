//! Full proofs and shows beside stock `ark-groth16`, on all threads unless a group says otherwise; groups have the keys of
//! `tacit bench`. Sizes above 2^14 take minutes to prepare and to measure: `-- '2_(8|10|12|14)'` leaves them out.
//!
//! The peer at its best:
//! `RUSTFLAGS="-C target-cpu=native" cargo bench -p tacit-benches --features native --profile native --bench proofs`.

use std::cell::LazyCell;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use rayon::ThreadPoolBuilder;
use tacit_benches::stock::Stock;
use tacit_benches::synthetic::Synthetic;
use tacit_benches::trapdoor::Trapdoor;
use tacit_benches::{Build, Resident, benchmark_rng};
use tacit_prover::{Backend, Changing, Options, Prover};
use tacit_r1cs::Assignment;

fn build(_: &mut Criterion) {
    println!("build: {}; backend: {}", Build::here().label, Backend::from_environment().name());
}

fn resident_id(c: &mut Criterion) {
    let resident = &Resident::new().expect("the fixture");
    let (first, second, rng) = (&resident.first, &resident.second, &mut benchmark_rng());
    let with = |options: Options| Prover::with_options(resident.key.clone(), &options);
    // Made when one that is asked for needs it.
    let prover = LazyCell::new(|| with(Options::default()));
    let portable = LazyCell::new(|| with(Options::default().with_backend(Backend::portable())));
    let stock = &Stock::new(&resident.key);
    let changing = Changing::between(first, second);
    let prepare = || prover.prepare(first, &changing);
    let prepared = LazyCell::new(|| prepare().expect("an assignment of the key's circuit"));

    let mut group = sampled(c, "full_proof", 20);
    group.bench_function("tacit", |b| b.iter(|| prover.prove(second, rng)));
    beside_stock(group, || stock, || second);
    let mut group = sampled(c, "portable_full_proof", 20);
    group.bench_function("tacit", |b| b.iter(|| portable.prove(second, rng)));
    beside_stock(group, || stock, || second);
    let mut group = sampled(c, "show", 20);
    group.bench_function("prepare", |b| b.iter(prepare));
    group.bench_function("tacit", |b| b.iter(|| prover.show(&prepared, second, rng)));
    beside_stock(group, || stock, || second);
}

fn synthetic(c: &mut Criterion) {
    for log_size in [8, 10, 12, 14, 16, 18] {
        let (circuit, rng) = (Synthetic { log_size }, &mut benchmark_rng());
        // Made when one that is asked for needs it: of the larger ones, in minutes.
        let prover = LazyCell::new(|| {
            Prover::new(Trapdoor::new(1).key(tacit_r1cs::compile(&circuit)).expect("a key"))
        });
        let assignment = LazyCell::new(|| tacit_r1cs::assign(&circuit));
        let stock = LazyCell::new(|| Stock::new(prover.key()));
        let mut group = sampled(c, &format!("full_proof_2_{log_size}"), 10);
        group.bench_function("tacit", |b| {
            let (prover, assignment) = (&*prover, &*assignment);
            b.iter(|| prover.prove(assignment, rng));
        });
        beside_stock(group, || &stock, || &assignment);
        match log_size {
            14 => threads(c, "threads_2_14", &[1, 2], || (&prover, &assignment)),
            16 => threads(c, "threads_16_2_16", &[1, 16], || (&prover, &assignment)),
            _ => {}
        }
    }
}

/// The full proof on so many threads, where the machine has them.
fn threads<'a>(
    c: &mut Criterion,
    key: &str,
    counts: &[usize],
    subject: impl Fn() -> (&'a Prover, &'a Assignment),
) {
    let there = std::thread::available_parallelism().map_or(1, usize::from);
    if counts.iter().any(|&count| count > there) {
        return;
    }
    let mut group = sampled(c, key, 20);
    for &count in counts {
        let pool = ThreadPoolBuilder::new().num_threads(count).build().expect("threads");
        let rng = &mut benchmark_rng();
        group.bench_function(format!("{count} threads"), |b| {
            let (prover, assignment) = subject();
            b.iter(|| pool.install(|| prover.prove(assignment, rng)));
        });
    }
    group.finish();
}

fn sampled<'a>(c: &'a mut Criterion, key: &str, samples: usize) -> BenchmarkGroup<'a, WallTime> {
    let mut group = c.benchmark_group(key);
    group.sample_size(samples);
    group
}

fn beside_stock<'a, 'k: 'a>(
    mut group: BenchmarkGroup<'_, WallTime>,
    stock: impl Fn() -> &'a Stock<'k>,
    assignment: impl Fn() -> &'a Assignment,
) {
    let mut rng = benchmark_rng();
    group.bench_function("ark-groth16", |b| {
        let (stock, assignment) = (stock(), assignment());
        b.iter(|| stock.prove(assignment, &mut rng));
    });
    group.finish();
}

criterion_group!(benches, build, resident_id, synthetic);
criterion_main!(benches);
