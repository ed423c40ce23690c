use core::marker::PhantomData;

use ark_bn254::{Bn254, Fq, Fq2, Fq6, Fq12, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ec::pairing::{MillerLoopOutput, Pairing, PairingOutput};
use ark_ff::{AdditiveGroup, Field, UniformRand};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::fields::edges;
use crate::pairing::miller::Square;
use crate::pairing::root::QuadraticRoots;
use crate::pairing::tower::{LineAt, Twelve};
use crate::pairing::{Products, product, products};
use crate::{Backend, Kernel, Lanes, PrimeLanes, Quadratic, Task, Vectors};

fn pairs(count: usize) -> Vec<(G1Affine, G2Affine)> {
    let mut rng = ChaCha20Rng::seed_from_u64(8);
    (0..count).map(|_| (G1Affine::rand(&mut rng), G2Affine::rand(&mut rng))).collect()
}

fn exponentiated(value: MillerLoopOutput<Bn254>) -> PairingOutput<Bn254> {
    Bn254::final_exponentiation(value).unwrap()
}

fn stock(pairs: &[(G1Affine, G2Affine)]) -> PairingOutput<Bn254> {
    Bn254::multi_pairing(pairs.iter().map(|pair| pair.0), pairs.iter().map(|pair| pair.1))
}

#[test]
fn products_are_those_of_arkworks() {
    let mut pairs = pairs(41);
    pairs[3].0 = G1Affine::identity();
    pairs[11].1 = G2Affine::identity();
    pairs[12] = (G1Affine::generator(), G2Affine::generator());
    pairs[13] = (-G1Affine::generator(), -G2Affine::generator());
    // Twice the same, and opposites.
    pairs[15] = pairs[14];
    pairs[16] = (-pairs[14].0, pairs[14].1);
    for backend in Backend::all() {
        for count in [0, 1, 7, 8, 9, 41] {
            let pairs = &pairs[..count];
            assert_eq!(exponentiated(product(backend, pairs).unwrap()), stock(pairs), "{count}");
        }
        for group in [1, 2, 3, 8, 40, 41, 1000] {
            let Products { values, outside } = products(backend, &pairs, group);
            assert_eq!(outside, []);
            assert_eq!(values.len(), pairs.len().div_ceil(group));
            for (value, pairs) in values.into_iter().zip(pairs.chunks(group)) {
                assert_eq!(exponentiated(value), stock(pairs), "groups of {group}");
            }
        }
    }
}

/// More pairs than are worked on together.
#[test]
fn products_of_many() {
    let few = pairs(19);
    let many: Vec<_> = (0..1050).map(|i| (few[i % 19].0, few[i % 17].1)).collect();
    let expected = stock(&many);
    for backend in Backend::all() {
        assert_eq!(exponentiated(product(backend, &many).unwrap()), expected);
        let values = products(backend, &many, 300).values;
        assert_eq!(values.len(), 4);
        assert_eq!(values.into_iter().map(exponentiated).sum::<PairingOutput<Bn254>>(), expected);
    }
}

/// Products in the tower, on values at the edges, each as reduced as it comes and after a difference.
fn tower<V: Vectors>(values: &[Fq12; 8], [a, b]: &[[Fq2; 8]; 2]) {
    let times_line = |values: [Fq12; 8]| -> [Fq12; 8] {
        core::array::from_fn(|lane| values[lane] * Fq12::new(Fq6::ONE, Fq6::new(a[lane], b[lane], Fq2::ZERO)))
    };
    let mut twelve = Twelve::<V::Fq>::from_fields(values);
    V::enter(Square(core::slice::from_mut(&mut twelve)));
    assert_eq!(twelve.to_fields(), values.map(|x| x.square()));
    let mut line = LineAt { a: Quadratic::<V::Fq>::from_fields(a), b: Quadratic::from_fields(b) };
    let mut twelve = Twelve::from_fields(values);
    V::enter(MultiplyOne(&mut twelve, line));
    assert_eq!(twelve.to_fields(), times_line(*values));
    line = LineAt { a: line.a.sub(Quadratic::zero()), b: line.b.sub(Quadratic::zero()) };
    V::enter(Square(core::slice::from_mut(&mut twelve)));
    V::enter(MultiplyOne(&mut twelve, line));
    assert_eq!(twelve.to_fields(), times_line(times_line(*values).map(|x| x.square())));
}

struct MultiplyOne<'a, L>(&'a mut Twelve<L>, LineAt<L>);

impl<L: PrimeLanes<Field = Fq>> Kernel for MultiplyOne<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        *self.0 = self.0.mul_line(self.1);
    }
}

struct Towers;

impl Task for Towers {
    type Output = ();

    fn run<V: Vectors>(self) {
        let edges = edges::<V::Fq>();
        let mut rng = ChaCha20Rng::seed_from_u64(9);
        // Coordinates with the same edge everywhere, and with different ones.
        let mut next = 0;
        let mut edge = |step: usize| {
            next += step;
            edges[next % edges.len()]
        };
        let mut twelves = Vec::new();
        let mut lines = Vec::new();
        for step in [0, 1, 389] {
            for _ in 0..edges.len() / 8 + 1 {
                let mut quadratic = || Fq2::new(edge(step), edge(step));
                twelves.push(core::array::from_fn(|_| {
                    let mut six = || Fq6::new(quadratic(), quadratic(), quadratic());
                    Fq12::new(six(), six())
                }));
                lines.push([(); 2].map(|()| core::array::from_fn(|_| quadratic())));
                edge(1);
            }
        }
        for _ in 0..500 {
            twelves.push(core::array::from_fn(|_| Fq12::rand(&mut rng)));
            lines.push([(); 2].map(|()| core::array::from_fn(|_| Fq2::rand(&mut rng))));
        }
        for (twelve, line) in twelves.iter().zip(&lines) {
            tower::<V>(twelve, line);
        }
    }
}

#[test]
fn tower_agrees_with_arkworks() {
    for backend in Backend::all() {
        backend.run(Towers);
    }
}

struct Roots;

impl Task for Roots {
    type Output = ();

    fn run<V: Vectors>(self) {
        let mut rng = ChaCha20Rng::seed_from_u64(10);
        let mut values = vec![Fq2::ZERO, Fq2::ONE, -Fq2::ONE];
        // Nothing but one coordinate: squares and others.
        for k in 1..30_u64 {
            let x = Fq::from(k);
            values.extend([Fq2::new(x, Fq::ZERO), Fq2::new(-x, Fq::ZERO), Fq2::new(Fq::ZERO, x)]);
            values.extend([Fq2::new(x, x).square(), Fq2::new(x, -x).square(), Fq2::new(Fq::ZERO, -x)]);
        }
        for x in edges::<V::Fq>() {
            values.extend([Fq2::new(x, Fq::ZERO), Fq2::new(x, Fq::ONE), Fq2::new(Fq::ONE, x).square()]);
        }
        values.extend((0..200).map(|_| Fq2::rand(&mut rng)));
        values.resize(values.len().next_multiple_of(8), Fq2::ONE);
        let eights: Vec<[Fq2; 8]> =
            values.chunks(8).map(|chunk| core::array::from_fn(|lane| chunk[lane])).collect();
        let roots = V::enter(QuadraticRoots::<V::Fq>(&eights, PhantomData));
        let mut squares = 0;
        for (values, (roots, exist)) in eights.iter().zip(roots) {
            for lane in 0..8 {
                let exists = exist >> lane & 1 == 1;
                assert_eq!(exists, values[lane].legendre().is_qr() || values[lane] == Fq2::ZERO);
                assert!(!exists || roots[lane].square() == values[lane], "{}", values[lane]);
                squares += usize::from(exists);
            }
        }
        assert!(squares > 300 && squares < values.len() - 100, "{squares} squares of {}", values.len());
    }
}

#[test]
fn roots_in_the_quadratic_extension() {
    for backend in Backend::all() {
        backend.run(Roots);
    }
}
