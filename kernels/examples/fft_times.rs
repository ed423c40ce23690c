//! The transforms beside ark-poly's, and a sparse product beside arkworks' elements, on one thread: `cargo run --release -p tacit-kernels --example fft_times`.
//!
//! Times are the least of many rounds, in each of which both sides are measured. For arkworks at its best, build with
//! `--features ark-bn254/asm` and `RUSTFLAGS=-Ctarget-cpu=native`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use ark_bn254::Fr;
use ark_ff::Field;
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use tacit_kernels::{
    Backend, Domain, Packed, PackedAssignment, Quotient, SparseMatrix, Task, Vectors, Workspace,
};

/// For how long each size is measured.
const BUDGET: Duration = Duration::from_millis(1500);

fn time<T>(f: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    black_box(f());
    start.elapsed().as_secs_f64()
}

struct Times(u32);

impl Task for Times {
    type Output = ();
    fn run<V: Vectors>(self) {
        let size = 1_usize << self.0;
        let mut value = Fr::from(3_u64).pow([1000]);
        let mut next = || {
            value = value.square() + Fr::ONE;
            value
        };
        let a: Vec<Fr> = (0..size).map(|_| next()).collect();
        let b: Vec<Fr> = (0..size).map(|_| next()).collect();
        let reference = Radix2EvaluationDomain::<Fr>::new(size).expect("a power of two");
        let coset = reference.get_coset(Fr::from(5_u64)).expect("not zero");
        let (domain, quotient) = (Domain::<V>::new(self.0), Quotient::<V>::new(self.0));
        let (mut ours, packed_b) = (Packed::from_fields(&a), Packed::from_fields(&b));
        let mut workspace = Workspace::default();
        let mut least = [f64::INFINITY; 6];
        let start = Instant::now();
        while start.elapsed() < BUDGET {
            let mut copy = a.clone();
            let times = [
                time(|| domain.evaluate_in_place(&mut ours, &mut workspace)),
                time(|| domain.interpolate_in_place(&mut ours, &mut workspace)),
                time(|| reference.fft_in_place(&mut copy)),
                time(|| reference.ifft_in_place(&mut copy)),
                time(|| quotient.evaluate_in_place(&mut ours, &packed_b, &mut workspace)),
                time(|| {
                    let to_coset = |values: &[Fr]| coset.fft(&reference.ifft(values));
                    let (mut a, b) = (to_coset(&a), to_coset(&b));
                    a.iter_mut().zip(b).for_each(|(a, b)| *a *= b);
                    a
                }),
            ];
            least = core::array::from_fn(|k| least[k].min(times[k]));
        }
        let butterflies = f64::from(self.0) * size as f64 / 2.0;
        let line = |name: &str, ours: f64, theirs: f64, transforms: f64| {
            println!(
                "2^{:<3}{name:12}{:9.3} ms {:6.2} ns a butterfly, ark-poly {:9.3} ms {:6.2} ns, ratio {:.2}",
                self.0,
                ours * 1e3,
                ours * 1e9 / butterflies / transforms,
                theirs * 1e3,
                theirs * 1e9 / butterflies / transforms,
                theirs / ours,
            );
        };
        line("evaluate", least[0], least[2], 1.0);
        line("interpolate", least[1], least[3], 1.0);
        line("quotient", least[4], least[5], 4.0);
    }
}

/// A matrix with the rows of the resident-ID circuit's kind: most of one or two terms, some of eighty; half the coefficients are 1.
struct Sparse;

impl Task for Sparse {
    type Output = ();
    fn run<V: Vectors>(self) {
        const ROWS: u32 = 8014;
        let mut state = 1_u64;
        let mut random = |below: u32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u32 % below
        };
        let table: Vec<Fr> =
            [Fr::ONE, -Fr::ONE].into_iter().chain((2_u64..400).map(|k| Fr::from(k).pow([1000]))).collect();
        let rows: Vec<Vec<(u32, u32)>> = (0..ROWS)
            .map(|row| {
                let terms = if row % 50 == 0 { 80 } else { 1 + row % 2 };
                let coefficient = |kind| if kind < 2 { 2 + random(398) } else { kind % 2 };
                let places: Vec<u32> = (0..terms).map(|k| k % 4).map(coefficient).collect();
                places.into_iter().map(|place| (random(ROWS), place)).collect()
            })
            .collect();
        let values: Vec<Fr> = (1..=u64::from(ROWS)).map(|k| Fr::from(k).pow([1000])).collect();
        let matrix = SparseMatrix::<V>::new(values.len(), &table, &rows);
        let size = rows.len().next_power_of_two();
        let packed = PackedAssignment::new(&values);
        let mut least = [f64::INFINITY; 3];
        let start = Instant::now();
        while start.elapsed() < BUDGET {
            let times = [
                time(|| PackedAssignment::<V>::new(&values)),
                time(|| matrix.mul(&packed, size)),
                time(|| {
                    let term = |&(column, place): &(u32, u32)| match place {
                        0 => values[column as usize],
                        1 => -values[column as usize],
                        _ => values[column as usize] * table[place as usize],
                    };
                    rows.iter().map(|row| row.iter().map(term).sum::<Fr>()).collect::<Vec<_>>()
                }),
            ];
            least = core::array::from_fn(|k| least[k].min(times[k]));
        }
        let terms = matrix.nonzeros();
        println!(
            "sparse product, {ROWS} rows, {terms} terms, {} with those that fill up: {:.3} ms, {:.2} ns a term, and {:.3} ms \
             to pack; arkworks {:.3} ms, {:.2} ns a term, ratio {:.2}",
            matrix.lane_terms(),
            least[1] * 1e3,
            least[1] * 1e9 / terms as f64,
            least[0] * 1e3,
            least[2] * 1e3,
            least[2] * 1e9 / terms as f64,
            least[2] / least[1],
        );
    }
}

fn main() {
    let sizes = || std::env::args().skip(1).map(|size| size.parse().expect("the logarithm of a size"));
    let sizes: Vec<u32> = if sizes().next().is_some() { sizes().collect() } else { vec![10, 12, 13, 14, 16] };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    for backend in Backend::all() {
        println!("{}", backend.name());
        for &size in &sizes {
            pool.install(|| backend.run(Times(size)));
        }
        pool.install(|| backend.run(Sparse));
    }
}
