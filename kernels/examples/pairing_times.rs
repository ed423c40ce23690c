//! What each step before the final exponentiation costs, one thread: `cargo run --release -p tacit-kernels --example pairing_times`.

use std::hint::black_box;
use std::time::Instant;

use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{CurveGroup, PrimeGroup};
use tacit_kernels::Backend;
use tacit_kernels::pairing::{ShortScalar, in_g2, products, read_g1, read_g2, scale};

const PROOFS: usize = 256;
const ROUNDS: usize = 15;

fn main() {
    let scalars: Vec<_> = (1..=PROOFS as u64)
        .map(|i| ShortScalar::from_words(i.wrapping_mul(0x9e37_79b9_7f4a_7c15), i))
        .collect();
    let points: Vec<G1Affine> =
        scalars.iter().map(|s| (G1Projective::generator() * s.to_field()).into_affine()).collect();
    let twist: Vec<G2Affine> = (1..=PROOFS as u64)
        .map(|i| (G2Projective::generator() * Fr::from(i * 0x1234_5678_9abc)).into_affine())
        .collect();
    let pairs: Vec<_> = points.iter().copied().zip(twist.iter().copied()).collect();
    let (g1, g2): (Vec<[u8; 32]>, Vec<[u8; 64]>) = (compressed(&points), compressed(&twist));
    for backend in Backend::all() {
        println!("{}, {PROOFS} elements, µs an element:", backend.name());
        time("read_g1", || read_g1(backend, &g1).len());
        time("read_g2", || read_g2(backend, &g2).len());
        time("scale", || scale(backend, &points, &scalars).len());
        time("in_g2", || in_g2(backend, &twist).len());
        for group in [1, 8, 32] {
            time(&format!("products of {group}"), || products(backend, &pairs, group).values.len());
        }
        time("products of 1, of eight pairs", || {
            pairs.chunks(8).map(|pairs| products(backend, pairs, 1).values.len()).sum()
        });
    }
}

fn time(name: &str, mut f: impl FnMut() -> usize) {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        black_box(f());
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("  {name:<32} {:8.2}", best * 1e6 / PROOFS as f64);
}

fn compressed<const N: usize>(points: &[impl ark_serialize::CanonicalSerialize]) -> Vec<[u8; N]> {
    let each = points.iter().map(|point| {
        let mut bytes = Vec::new();
        point.serialize_compressed(&mut bytes).expect("a vector takes all bytes");
        <[u8; N]>::try_from(bytes).expect("the length of its group")
    });
    each.collect()
}
