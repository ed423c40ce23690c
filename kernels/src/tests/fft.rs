use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, BigInt, FftField, Field, PrimeField, UniformRand};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::words::Words;
use crate::{Backend, Domain, Packed, Quotient, Task, Vectors, Workspace};

/// Every size up to the first that is shared between threads twice over; blocks are from 2^14 on.
const LOG_SIZES: core::ops::RangeInclusive<u32> = 0..=16;

/// Vectors of values that are as large, as small or as uneven as they come.
fn inputs(size: usize) -> Vec<(&'static str, Vec<Fr>)> {
    let mut rng = ChaCha20Rng::seed_from_u64(size as u64);
    // Representatives, on either backend, of which each limb but the lowest is all ones, or of which all are.
    let ripple = [
        Fr::from_any_words([u64::MAX, u64::MAX, u64::MAX, (1 << 60) - 1]),
        Fr::from_any_words([u64::MAX, u64::MAX, u64::MAX, (1 << 61) - 1]) / Fr::from(16_u64),
        Fr::from_any_words([u64::MAX << 52, u64::MAX, u64::MAX, (1 << 61) - 1]) / Fr::from(16_u64),
        -Fr::from_any_words([1, 0, 0, 0]),
        -Fr::from_any_words([1, 0, 0, 0]) / Fr::from(16_u64),
        Fr::from_any_words([1, 0, 0, 0]) / Fr::from(16_u64),
    ];
    let constant = |value: Fr| vec![value; size];
    let mut single = constant(Fr::ZERO);
    single[size / 3] = -Fr::ONE;
    let mut last = constant(Fr::ZERO);
    last[size - 1] = Fr::ONE;
    let mut all = vec![
        ("random", (0..size).map(|_| Fr::rand(&mut rng)).collect()),
        ("zeros", constant(Fr::ZERO)),
        ("ones", constant(Fr::ONE)),
        ("p − 1", constant(-Fr::ONE)),
        ("one p − 1", single),
        ("the last one", last),
        ("alternating", (0..size).map(|i| if i % 2 == 0 { -Fr::ONE } else { Fr::ZERO }).collect()),
        ("ripples", (0..size).map(|i| ripple[(i ^ i >> 3) % ripple.len()]).collect()),
    ];
    for value in ripple {
        all.push(("one ripple", constant(value)));
    }
    all.truncate(match size {
        0..=1024 => all.len(),
        1025..=8192 => 8,
        _ => 1,
    });
    all
}

struct Transforms;

impl Task for Transforms {
    type Output = ();
    fn run<V: Vectors>(self) {
        for log_size in LOG_SIZES {
            let domain = Domain::<V>::new(log_size);
            let reference = Radix2EvaluationDomain::<Fr>::new(1 << log_size).unwrap();
            for (name, values) in inputs(1 << log_size) {
                assert!(domain.fft(&values) == reference.fft(&values), "{name}, 2^{log_size}, down");
                assert!(domain.ifft(&values) == reference.ifft(&values), "{name}, 2^{log_size}, up");
            }
        }
    }
}

struct Quotients;

impl Task for Quotients {
    type Output = ();
    fn run<V: Vectors>(self) {
        let mut workspace = Workspace::default();
        for log_size in LOG_SIZES {
            let size = 1 << log_size;
            let quotient = Quotient::<V>::new(log_size);
            let g = quotient.offset();
            assert_eq!(g.pow([size as u64]), -Fr::ONE);
            let reference = Radix2EvaluationDomain::<Fr>::new(size).unwrap();
            assert_eq!(g, Fr::get_root_of_unity(2 * size as u64).unwrap());
            assert_eq!(g.square(), reference.group_gen());
            let coset = reference.get_coset(g).unwrap();
            let to_coset = |values: &[Fr]| coset.fft(&reference.ifft(values));
            let inputs = inputs(size);
            for (k, (name, a)) in inputs.iter().enumerate() {
                let (other, b) = &inputs[(k * 5 + 1) % inputs.len()];
                let expected: Vec<Fr> =
                    to_coset(a).into_iter().zip(to_coset(b)).map(|(a, b)| a * b).collect();
                let mut got = Packed::from_fields(a);
                quotient.evaluate_in_place(&mut got, &Packed::from_fields(b), &mut workspace);
                assert!(got.to_fields() == expected, "{name} by {other}, 2^{log_size}");

                let c: Vec<Fr> = a.iter().zip(b).map(|(a, b)| *a * b).collect();
                let expected: Vec<Fr> = expected.iter().zip(to_coset(&c)).map(|(ab, c)| *ab - c).collect();
                let mut got = Packed::from_fields(a);
                quotient.evaluate_difference_in_place(&mut got, &Packed::from_fields(b), &mut workspace);
                assert!(got.to_fields() == expected, "{name} by {other}, less c, 2^{log_size}");
            }
        }
    }
}

/// The two cosets together give the product: `high = (c − d)/2`, with `ab = low + X^n·high`.
struct Halves;

impl Task for Halves {
    type Output = ();
    fn run<V: Vectors>(self) {
        for log_size in [0, 1, 3, 6, 7, 8] {
            let size = 1_usize << log_size;
            let inputs = inputs(size);
            let (a, b) = (&inputs[0].1, &inputs[7].1);
            let mut product = vec![Fr::ZERO; 2 * size];
            for i in 0..size {
                for j in 0..size {
                    product[i + j] += a[i] * b[j];
                }
            }
            let quotient = Quotient::<V>::new(log_size);
            let domain = quotient.domain();
            let [a, b] = [a, b].map(|coefficients| domain.fft(coefficients));
            let c: Vec<Fr> = domain.ifft(&a.iter().zip(&b).map(|(a, b)| *a * b).collect::<Vec<_>>());
            let d = quotient.evaluate(&Packed::from_fields(&a), &Packed::from_fields(&b));
            let mut d = domain.ifft(&d.to_fields());
            for (i, d) in d.iter_mut().enumerate() {
                *d /= quotient.offset().pow([i as u64]);
            }
            for i in 0..size {
                assert_eq!(c[i] - d[i], product[size + i].double());
                assert_eq!(c[i] + d[i], product[i].double());
            }
        }
    }
}

struct Packing;

impl Task for Packing {
    type Output = ();
    fn run<V: Vectors>(self) {
        let empty = Packed::<V>::from_fields(&[]);
        assert!(empty.is_empty());
        assert_eq!(Packed::first_other_product(&empty, &empty, &empty), None);
        for size in [1, 2, 7, 8, 9, 15, 16, 17, 4095, 4096, 4097, 9000] {
            for (name, values) in inputs(size) {
                let packed = Packed::<V>::from_fields(&values);
                assert_eq!(packed.len(), size);
                assert!(packed.to_fields() == values, "{name}, {size}");
                let integers: Vec<BigInt<4>> = values.iter().map(|x| x.into_bigint()).collect();
                assert!(packed.to_integers() == integers, "{name}, {size}");
                for index in [0, size / 2, size - 1] {
                    assert_eq!(packed.get(index), values[index]);
                }
                let mut squares: Vec<Fr> = values.iter().map(Field::square).collect();
                let first_other = |squares: &[Fr]| {
                    Packed::first_other_product(&packed, &packed, &Packed::from_fields(squares))
                };
                assert_eq!(first_other(&squares), None);
                squares[size - 1] += Fr::ONE;
                assert_eq!(first_other(&squares), Some(size - 1));
                squares[size / 3] -= Fr::from(2_u64);
                assert_eq!(first_other(&squares), Some(size / 3));
            }
        }
    }
}

/// Runs a task on every backend, with 1, 2 and 3 threads.
pub(super) fn everywhere<T: Task<Output = ()> + Send>(task: impl Fn() -> T + Sync) {
    for threads in 1..=3 {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for backend in Backend::all() {
            pool.install(|| backend.run(task()));
        }
    }
}

#[test]
fn fft_agrees_with_arkworks() {
    everywhere(|| Transforms);
}

#[test]
fn quotient_agrees_with_arkworks() {
    everywhere(|| Quotients);
}

#[test]
fn fft_halves_of_a_product() {
    everywhere(|| Halves);
}

#[test]
fn fft_packing() {
    everywhere(|| Packing);
}
