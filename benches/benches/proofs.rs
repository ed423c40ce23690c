//! Full proofs and shows on all threads, beside stock `ark-groth16`; groups have the keys of `tacit bench`.
//!
//! `RAYON_NUM_THREADS=1 cargo bench -p tacit-benches --bench proofs` is the one-threaded side of `threads_2_14`. Sizes above 2^14
//! take minutes to prepare: `tacit bench` measures them.

use criterion::{Criterion, criterion_group, criterion_main};
use tacit_benches::stock::Stock;
use tacit_benches::synthetic::Synthetic;
use tacit_benches::trapdoor::Trapdoor;
use tacit_benches::{Resident, benchmark_rng};
use tacit_prover::{Backend, Changing, Options, Prover};

fn resident_id(c: &mut Criterion) {
    let resident = Resident::new().expect("the fixture");
    let prover = Prover::new(resident.key.clone());
    let portable = Options::default().with_backend(Backend::portable());
    let portable = Prover::with_options(resident.key.clone(), &portable);
    let stock = Stock::new(prover.key());
    let (first, second, rng) = (&resident.first, &resident.second, &mut benchmark_rng());
    let changing = Changing::between(first, second);
    let prepared = prover.prepare(first, &changing).expect("an assignment of the key's circuit");

    let mut group = c.benchmark_group("full_proof");
    group.sample_size(20);
    group.bench_function("tacit", |b| b.iter(|| prover.prove(second, rng)));
    group.bench_function("tacit portable", |b| b.iter(|| portable.prove(second, rng)));
    group.bench_function("ark-groth16", |b| b.iter(|| stock.prove(second, rng)));
    group.finish();
    let mut group = c.benchmark_group("show");
    group.bench_function("prepare", |b| b.iter(|| prover.prepare(first, &changing)));
    group.bench_function("tacit", |b| b.iter(|| prover.show(&prepared, second, rng)));
    group.finish();
}

fn synthetic(c: &mut Criterion) {
    for log_size in [8, 10, 12, 14] {
        let (circuit, rng) = (Synthetic { log_size }, &mut benchmark_rng());
        let key = Trapdoor::new(1).key(tacit_r1cs::compile(&circuit)).expect("a key");
        let assignment = tacit_r1cs::assign(&circuit);
        let prover = Prover::new(key);
        let stock = Stock::new(prover.key());
        let mut group = c.benchmark_group(format!("full_proof_2_{log_size}"));
        group.sample_size(10);
        group.bench_function("tacit", |b| b.iter(|| prover.prove(&assignment, rng)));
        group.bench_function("ark-groth16", |b| b.iter(|| stock.prove(&assignment, rng)));
        group.finish();
    }
}

criterion_group!(benches, resident_id, synthetic);
criterion_main!(benches);
