//! Milliseconds for multi-scalar multiplications of 2^k points on one thread:
//! `cargo run --release -p tacit-kernels --example msm -- 13 14`; window widths to try may follow a 0.
//!
//! Columns: bits a window, building, sorting, the whole, arkworks on the same thread, their ratio; then the whole for scalars of
//! which nine in ten are bits.

use std::hint::black_box;
use std::time::Instant;

use ark_bn254::Fr;
use ark_ec::short_weierstrass::{Affine, Projective};
use ark_ec::{CurveGroup, VariableBaseMSM};
use ark_ff::UniformRand;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tacit_kernels::{Backend, Curve, FixedBase, G1, G2, Shape, Threads};

fn least(runs: usize, mut f: impl FnMut()) -> f64 {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            f();
            start.elapsed().as_secs_f64() * 1e3
        })
        .fold(f64::INFINITY, f64::min)
}

fn measure<C: Curve>(name: &str, log_size: usize, windows: &[usize]) {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let n = 1 << log_size;
    let random: Vec<Projective<C::Config>> =
        (0..n).map(|_| Projective::<C::Config>::rand(&mut rng)).collect();
    let points: Vec<Affine<C::Config>> = Projective::<C::Config>::normalize_batch(&random);
    let scalars: Vec<Fr> = (0..n).map(|_| Fr::rand(&mut rng)).collect();
    let bits: Vec<Fr> = scalars
        .iter()
        .map(|s| if rng.gen_range(0..10) == 0 { *s } else { Fr::from(rng.gen_range(0_u64..2)) })
        .collect();
    let expected = Projective::<C::Config>::msm(&points, &scalars).unwrap();
    let stock = |scalars: &[Fr]| {
        least(5, || {
            let _ = black_box(Projective::<C::Config>::msm(&points, scalars).unwrap());
        })
    };
    let (ark, ark_bits) = (stock(&scalars), stock(&bits));
    let fastest = Shape::fastest(n, usize::MAX, n);
    for &window in if windows.is_empty() { &[0] } else { windows } {
        let shape = if window == 0 { fastest } else { Shape::new(n, window, 1).expect("a window") };
        let start = Instant::now();
        let table = FixedBase::<C>::build_shaped(&points, shape, Backend::from_environment(), Threads::One);
        let build = start.elapsed().as_secs_f64() * 1e3;
        assert_eq!(table.msm(&scalars, Threads::One), expected);
        let ours = |scalars: &[Fr]| {
            least(25, || {
                let _ = black_box(table.msm(scalars, Threads::One));
            })
        };
        let sort = least(25, || {
            black_box(table.sort(&scalars, Threads::One));
        });
        let (all, few) = (ours(&scalars), ours(&bits));
        let each = all * 1e6 / (n * shape.windows() + (1 << shape.window_bits())) as f64;
        println!(
            "{name} 2^{log_size:<2} c {:2}  build {build:7.1}  sort {sort:6.2}  all {all:7.2}  {each:5.1} ns an addition  \
             arkworks {ark:7.2}  ratio {:5.2}   bits {few:6.2} / {ark_bits:6.2} = {:5.2}",
            shape.window_bits(),
            ark / all,
            ark_bits / few,
        );
    }
}

fn main() {
    let arguments: Vec<usize> = std::env::args().skip(1).map(|a| a.parse().expect("a number")).collect();
    let mut halves = arguments.split(|&argument| argument == 0);
    let (sizes, windows) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
    let _pool = rayon::ThreadPoolBuilder::new().num_threads(1).build_global();
    for &log_size in sizes {
        measure::<G1>("G1", log_size, windows);
        measure::<G2>("G2", log_size, windows);
    }
}
