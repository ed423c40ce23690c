use ark_bn254::{Fq, Fr};
use ark_ff::{AdditiveGroup, Field, UniformRand};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::modinv::{Modulus, invert};
use crate::words::Words;
use crate::{Backend, Kernel, Lanes, Quadratic, Task, Vectors, invert_all};

/// `x/2^256` as an integer is what the words hold, so products of words and their inverses are compared as field elements.
fn check<F: Words>(x: F) {
    let inverse = invert(x.words(), Modulus::of::<F>());
    if x.is_zero() {
        assert_eq!(inverse, None);
        return;
    }
    let inverse = inverse.unwrap();
    assert!(inverse.iter().rev().lt(F::MODULUS.0.iter().rev()), "not reduced");
    let r = F::from_canonical_words([1, 0, 0, 0]).inverse().unwrap();
    assert_eq!(F::from_canonical_words(inverse) * r * (x * r), F::ONE);
}

fn numbers<F: Words>() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for power in 0..254 {
        let x = F::from(2_u64).pow([power]);
        for y in [x, -x, x - F::ONE, x + F::ONE, F::ONE - x] {
            check(y);
            check(F::from_canonical_words(y.into_bigint().0));
        }
    }
    for _ in 0..20_000 {
        check(F::rand(&mut rng));
    }
}

#[test]
fn inverse_of_a_number() {
    numbers::<Fq>();
    numbers::<Fr>();
}

struct Invert<L: Lanes>(Vec<[L::Field; 8]>);

impl<L: Lanes> Kernel for Invert<L> {
    type Output = Option<Vec<[L::Field; 8]>>;
    #[inline(always)]
    fn run(self) -> Self::Output {
        let mut values: Vec<L> = self.0.iter().map(L::from_fields).collect();
        invert_all(&mut values).then(|| values.into_iter().map(L::to_fields).collect())
    }
}

struct All;

impl Task for All {
    type Output = ();
    fn run<V: Vectors>(self) {
        lanes::<V, V::Fq>();
        lanes::<V, V::Fr>();
        lanes::<V, Quadratic<V::Fq>>();
    }
}

fn lanes<V: Vectors, L: Lanes>() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    for length in [0, 1, 2, 3, 17, 100] {
        let values: Vec<[L::Field; 8]> =
            (0..length).map(|_| [(); 8].map(|()| L::Field::rand(&mut rng))).collect();
        let inverses = V::enter(Invert::<L>(values.clone())).unwrap();
        for (x, y) in values.iter().flatten().zip(inverses.iter().flatten()) {
            assert_eq!(*x * y, L::Field::ONE);
        }
        for lane in 0..8 {
            let mut with_zero = values.clone();
            if let Some(last) = with_zero.last_mut() {
                last[lane] = L::Field::ZERO;
                assert_eq!(V::enter(Invert::<L>(with_zero)), None);
            }
        }
    }
}

#[test]
fn inverses_of_many() {
    for backend in Backend::all() {
        backend.run(All);
    }
}
