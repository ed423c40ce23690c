//! Tables of roots of unity.

use ark_bn254::Fr;
use ark_ff::Field;

use super::LEAF;
use crate::backend::{Kernel, Vectors};
use crate::lanes::Lanes;

/// For eight consecutive `j`: `w^j`, `w^2j` and `w^3j`.
pub(super) type Triple<L> = [L; 3];

/// The factors of every stage, for one root of unity; each below `1.2p`.
pub(super) struct Twiddles<V: Vectors> {
    /// For each stage of radix 4, from the largest blocks on: of blocks of `4m` elements, the powers of a root of order `4m`,
    /// `j < m`.
    pub(super) stages: Vec<Vec<Triple<V::Fr>>>,
    /// Powers of a root of order 128, `j < 64`, if there is a stage of radix 2.
    pub(super) half: Vec<V::Fr>,
    /// Those of the leaves.
    pub(super) leaf: LeafTwiddles<V::Fr>,
}

/// The factors of a block of 64 elements.
pub(super) struct LeafTwiddles<L> {
    /// The root of order 4.
    pub(super) quarter: L,
    /// Powers of the root of order 64, `j < 16`.
    pub(super) order64: [Triple<L>; 2],
    /// Powers of the root of order 16, `j < 8`.
    pub(super) order16: L,
    /// Powers 1, 2, 3 of the root of order 8, the same in all lanes.
    pub(super) order8: Triple<L>,
}

impl<V: Vectors> Twiddles<V> {
    /// The tables for blocks of `2^log_size` elements and a root of that order. Empty below a leaf.
    pub(super) fn new(log_size: u32, root: Fr) -> Self {
        let size = 1_usize << log_size;
        let of_order = |order: usize| root.pow([(size / order.min(size)) as u64]);
        let triples = |order: usize| V::enter(Triples::<V::Fr> { root: of_order(order), length: order / 32 });
        let mut stages = Vec::new();
        let mut block = size;
        while block > 2 * LEAF {
            stages.push(triples(block));
            block /= 4;
        }
        let half = if block == 2 * LEAF {
            V::enter(Triples::<V::Fr> { root: of_order(2 * LEAF), length: LEAF / 8 })
                .into_iter()
                .map(|[w, _, _]| w)
                .collect()
        } else {
            Vec::new()
        };
        let leaf = triples(LEAF);
        let order8 = of_order(8);
        let leaf = LeafTwiddles {
            quarter: V::Fr::splat(&of_order(4)),
            order64: [leaf[0], leaf[1]],
            order16: V::Fr::from_fields(&core::array::from_fn(|j| of_order(16).pow([j as u64]))),
            order8: [1, 2, 3].map(|j| V::Fr::splat(&order8.pow([j]))),
        };
        Self { stages, half, leaf }
    }
}

/// Triples of the powers of a root, `length` vectors.
struct Triples<L: Lanes> {
    root: L::Field,
    length: usize,
}

impl<L: Lanes> Kernel for Triples<L> {
    type Output = Vec<Triple<L>>;
    #[inline(always)]
    fn run(self) -> Self::Output {
        let mut powers = [L::Field::ONE; 8];
        for lane in 1..8 {
            powers[lane] = powers[lane - 1] * self.root;
        }
        let step = L::splat(&(powers[7] * self.root));
        let mut w = L::from_fields(&powers);
        let mut triples = Vec::with_capacity(self.length);
        for _ in 0..self.length {
            let square = L::square(w);
            triples.push([w, square, L::mul(w, square)]);
            w = L::mul(w, step);
        }
        triples
    }
}
