//! Sums of multiples and Fourier transforms on one thread, beside those of arkworks; groups have the keys of `tacit bench`.

use criterion::{Criterion, criterion_group, criterion_main};
use tacit_benches::Build;
use tacit_benches::kernels::{Sum, Transforms};
use tacit_kernels::{Backend, Curve, G1, G2};

/// Enough for the whole table of 2^13 points of G2.
const MEMORY: usize = 256 << 20;

fn build(_: &mut Criterion) {
    println!("build: {}; backend: {}", Build::here().label, Backend::from_environment().name());
}

/// Arkworks takes all threads of the pool that there is.
fn one_thread(_: &mut Criterion) {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("nothing ran before");
}

fn sums(c: &mut Criterion) {
    sum::<G1>(c, "msm_g1_2_13");
    sum::<G2>(c, "msm_g2_2_13");
}

fn sum<C: Curve>(c: &mut Criterion, key: &str) {
    let sum = Sum::<C>::new(1 << 13, Backend::from_environment(), MEMORY);
    let mut group = c.benchmark_group(key);
    group.sample_size(20);
    group.bench_function("tacit", |b| b.iter(|| sum.ours()));
    group.bench_function("ark-ec", |b| b.iter(|| sum.stock()));
    group.finish();
}

fn transforms(c: &mut Criterion) {
    let Transforms { mut ours, mut stock } =
        Transforms::new(14, Backend::from_environment()).expect("the field has this domain");
    let mut group = c.benchmark_group("fft_2_14");
    group.bench_function("tacit", |b| b.iter(&mut ours));
    group.bench_function("ark-poly", |b| b.iter(&mut stock));
    group.finish();
}

criterion_group!(benches, build, one_thread, sums, transforms);
criterion_main!(benches);
