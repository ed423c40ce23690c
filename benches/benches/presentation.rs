//! One presentation, part by part: compiling the circuit, assigning the witness, proving, verifying.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use tacit_circuits::resident_id;
use tacit_credential::fixtures::wide_policy;
use tacit_credential::statement::Statement;
use tacit_tests::{Site, keys};
use tacit_verifier::groth16::Proof;

fn presentation(c: &mut Criterion) {
    let mut site = Site::new(1);
    let request = site.ask(wide_policy());
    let attempt = site.attempt(&request);
    let public = attempt.public(&site.world, &request);
    let (prover, verifying_key) = keys();
    let assignment = resident_id::assign(&public, &attempt.witness);
    let r1cs = prover.r1cs();
    assert!(r1cs.is_satisfied(&assignment));
    let proof = prover.prove(&assignment, &mut rand::thread_rng()).expect("a satisfied assignment");
    let proof = Proof::from_bytes(&proof.to_bytes()).expect("a proof");
    let statement = Statement { public: public.clone() };

    let mut group = c.benchmark_group("resident-id");
    group.bench_function("compile", |b| b.iter(resident_id::compile));
    group.bench_function("statement_check", |b| b.iter(|| statement.check(black_box(&attempt.witness))));
    group.bench_function("assign", |b| b.iter(|| resident_id::assign(&public, black_box(&attempt.witness))));
    group.bench_function("is_satisfied", |b| b.iter(|| r1cs.is_satisfied(black_box(&assignment))));
    group.bench_function("public_digest", |b| b.iter(|| black_box(&public).digest()));
    group.bench_function("check_proof", |b| {
        let digest = public.digest();
        b.iter(|| verifying_key.check_proof(black_box(&proof), &digest));
    });
    group.sample_size(10);
    group.bench_function("prove", |b| b.iter(|| prover.prove(&assignment, &mut rand::thread_rng())));
    group.finish();
}

criterion_group!(benches, presentation);
criterion_main!(benches);
