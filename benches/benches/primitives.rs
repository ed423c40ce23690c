//! Hashes and signatures that the roles spend their time on.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use tacit_credential::eddsa::SecretKey;
use tacit_credential::{Fr, poseidon};

fn hashes(c: &mut Criterion) {
    let mut group = c.benchmark_group("poseidon");
    for inputs in 1..=8 {
        let values = vec![Fr::from(3u64); inputs];
        group.bench_with_input(BenchmarkId::from_parameter(inputs), &values, |b, values| {
            b.iter(|| poseidon::hash(black_box(values)));
        });
    }
    group.finish();
}

fn signatures(c: &mut Criterion) {
    let key = SecretKey::from_seed(&[7; 32]);
    let public = key.public_key();
    let message = Fr::from(5u64);
    let signature = key.sign(message);
    let mut group = c.benchmark_group("eddsa");
    group.bench_function("sign", |b| b.iter(|| key.sign(black_box(message))));
    group.bench_function("verify", |b| b.iter(|| public.verify(black_box(message), &signature)));
    group.finish();
}

criterion_group!(benches, hashes, signatures);
criterion_main!(benches);
