//! Vectors over Fr in the packed form of a backend.

use core::marker::PhantomData;

use ark_bn254::Fr;
use ark_ff::{BigInt, Field};
use rayon::prelude::*;
use zeroize::Zeroize;

use super::Sum;
use crate::backend::{Kernel, Vectors};
use crate::lanes::{Lanes, Line, Loose, PrimeLanes};
use crate::words::Words;

/// Vectors of eight elements that one thread converts at a time: some 20 µs.
const RUN: usize = 512;

/// Four lines: eight elements.
type Eight = [Line; 4];

/// Elements of Fr, packed and canonical, two to a line. Zeroized when dropped.
#[derive(Clone)]
pub struct Packed<V> {
    /// Filled up with zeros.
    eights: Vec<Eight>,
    length: usize,
    backend: PhantomData<V>,
}

impl<V: Vectors> Packed<V> {
    /// `length` elements from the words of each, the last eight filled up with zeros.
    pub(crate) fn from_eights(eights: Vec<Eight>, length: usize) -> Self {
        debug_assert_eq!(eights.len(), length.div_ceil(8));
        Self { eights, length, backend: PhantomData }
    }

    /// arkworks' elements, packed.
    #[must_use]
    pub fn from_fields(values: &[Fr]) -> Self {
        let (whole, rest) = values.as_chunks::<8>();
        let mut eights = vec![[Line([0; 8]); 4]; values.len().div_ceil(8)];
        in_runs(whole, &mut eights[..whole.len()], |from, to| V::enter(Pack::<V::Fr>(from, to)));
        if !rest.is_empty() {
            let mut last = [Fr::from(0_u64); 8];
            last[..rest.len()].copy_from_slice(rest);
            V::enter(Pack::<V::Fr>(&[last], &mut eights[whole.len()..]));
        }
        Self::from_eights(eights, values.len())
    }

    /// The elements as arkworks has them.
    #[must_use]
    pub fn to_fields(&self) -> Vec<Fr> {
        let shift = Fr::from(2_u64).pow([256]);
        self.to_words(shift).into_iter().map(|BigInt(words)| Fr::from_canonical_words(words)).collect()
    }

    /// The integers below r that the elements stand for: what an exponent is.
    #[must_use]
    pub fn to_integers(&self) -> Vec<BigInt<4>> {
        self.to_words(Fr::ONE)
    }

    /// The words of `x·shift`, as integers.
    fn to_words(&self, shift: Fr) -> Vec<BigInt<4>> {
        // The representative of x is x·2^R_BITS; its product with 2^-R_BITS·shift is that of x·shift/2^R_BITS.
        let radix = Fr::from(2_u64).pow([u64::from(V::Fr::R_BITS)]).inverse().expect("odd modulus");
        let mut words = vec![[BigInt::new([0; 4]); 8]; self.eights.len()];
        in_runs(&self.eights, &mut words, |from, to| V::enter(Unpack::<V::Fr>(from, to, radix * shift)));
        let mut words = words.into_flattened();
        words.truncate(self.length);
        words
    }

    /// One element.
    ///
    /// # Panics
    /// If there are not that many.
    #[must_use]
    pub fn get(&self, index: usize) -> Fr {
        assert!(index < self.length, "element {index} of {}", self.length);
        let pair = self.eights[index / 8][index / 2 % 4].0;
        let words = pair.as_chunks::<4>().0[index % 2];
        V::Fr::unpack(&words)
    }

    /// How many elements.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The first place where `a·b` is not `c`, element by element: a constraint that is not satisfied.
    ///
    /// # Panics
    /// If the lengths differ.
    #[must_use]
    pub fn first_other_product(a: &Self, b: &Self, c: &Self) -> Option<usize> {
        assert!(a.length == b.length && b.length == c.length, "vectors of different lengths");
        let runs = a.eights.par_chunks(RUN).zip(b.eights.par_chunks(RUN)).zip(c.eights.par_chunks(RUN));
        let of_run = |(a, b), c| V::enter(FirstOther::<V::Fr>([a, b, c], PhantomData));
        runs.enumerate().filter_map(|(run, (ab, c))| Some(run * RUN * 8 + of_run(ab, c)?)).min()
    }

    /// As loose sums, each canonical.
    pub(super) fn to_sums(&self, sums: &mut Vec<Sum<V>>) {
        sums.clear();
        V::enter(ToSums::<V::Fr>(&self.eights, sums));
    }

    /// `a·b`, element by element, as loose products.
    pub(super) fn product_to_sums(a: &Self, b: &Self, sums: &mut Vec<Sum<V>>) {
        sums.clear();
        V::enter(ProductToSums::<V::Fr>(&a.eights, &b.eights, sums));
    }

    /// Replaces all elements by sums in `[0, 2.3p)`.
    pub(super) fn set(&mut self, sums: &[Sum<V>]) {
        in_runs(sums, &mut self.eights, |from, to| V::enter(Set::<V::Fr>(from, to)));
    }

    /// Replaces all elements by sums in `(−2.6p, 6.2p)`, times `scale`.
    pub(super) fn set_scaled(&mut self, sums: &[Sum<V>], scale: Fr) {
        in_runs(sums, &mut self.eights, |from, to| V::enter(SetScaled::<V::Fr>(from, to, scale)));
    }

    /// Replaces all elements by `a·b`, of sums in `(−2.6p, 6.2p)`.
    pub(super) fn set_product(&mut self, a: &[Sum<V>], b: &[Sum<V>]) {
        if a.len() <= RUN {
            V::enter(SetProduct::<V::Fr>(a, b, &mut self.eights));
        } else {
            a.par_chunks(RUN)
                .zip(b.par_chunks(RUN))
                .zip(self.eights.par_chunks_mut(RUN))
                .for_each(|((a, b), to)| V::enter(SetProduct::<V::Fr>(a, b, to)));
        }
    }

    /// Replaces all elements by `a·b − c`, of sums in `(−2.6p, 6.2p)`.
    pub(super) fn set_difference(&mut self, a: &[Sum<V>], b: &[Sum<V>], c: &[Sum<V>]) {
        a.par_chunks(RUN)
            .zip(b.par_chunks(RUN))
            .zip(c.par_chunks(RUN))
            .zip(self.eights.par_chunks_mut(RUN))
            .for_each(|(((a, b), c), to)| V::enter(SetDifference::<V::Fr>([a, b, c], to)));
    }
}

impl<V> Drop for Packed<V> {
    fn drop(&mut self) {
        self.eights.iter_mut().flatten().for_each(|line| line.0.zeroize());
    }
}

/// Converts runs of vectors, in parallel if there are several.
fn in_runs<A: Sync, B: Send>(from: &[A], to: &mut [B], convert: impl Fn(&[A], &mut [B]) + Sync) {
    if from.len() <= RUN {
        convert(from, to);
    } else {
        from.par_chunks(RUN).zip(to.par_chunks_mut(RUN)).for_each(|(from, to)| convert(from, to));
    }
}

struct Pack<'a, L: Lanes>(&'a [[L::Field; 8]], &'a mut [Eight]);

impl<L: PrimeLanes> Kernel for Pack<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for (from, to) in self.0.iter().zip(self.1) {
            L::from_fields(from).store(to);
        }
    }
}

/// The words of each element times a factor.
struct Unpack<'a, L: Lanes>(&'a [Eight], &'a mut [[BigInt<4>; 8]], L::Field);

impl<L: PrimeLanes> Kernel for Unpack<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let factor = L::splat(&self.2);
        for (from, to) in self.0.iter().zip(self.1) {
            let mut lines = [Line([0; 8]); 4];
            L::mul(L::load(from), factor).store(&mut lines);
            for (pair, line) in to.as_chunks_mut::<2>().0.iter_mut().zip(lines) {
                let [a0, a1, a2, a3, b0, b1, b2, b3] = line.0;
                *pair = [BigInt([a0, a1, a2, a3]), BigInt([b0, b1, b2, b3])];
            }
        }
    }
}

/// The first element whose product is another.
struct FirstOther<'a, L>([&'a [Eight]; 3], PhantomData<L>);

impl<L: PrimeLanes> Kernel for FirstOther<'_, L> {
    type Output = Option<usize>;
    #[inline(always)]
    fn run(self) -> Option<usize> {
        let [a, b, c] = self.0;
        for (k, ((a, b), c)) in a.iter().zip(b).zip(c).enumerate() {
            let equal = L::mul(L::load(a), L::load(b)).sub(L::load(c)).zeros();
            if equal != 0xff {
                return Some(8 * k + equal.trailing_ones() as usize);
            }
        }
        None
    }
}

struct ToSums<'a, L: Lanes>(&'a [Eight], &'a mut Vec<L::Loose>);

impl<L: PrimeLanes> Kernel for ToSums<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        self.1.reserve_exact(self.0.len());
        for eight in self.0 {
            self.1.push(L::load(eight).loose());
        }
    }
}

/// Products of canonical elements are below `1.15p`.
struct ProductToSums<'a, L: Lanes>(&'a [Eight], &'a [Eight], &'a mut Vec<L::Loose>);

impl<L: PrimeLanes> Kernel for ProductToSums<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        self.2.reserve_exact(self.0.len());
        for (a, b) in self.0.iter().zip(self.1) {
            self.2.push(L::mul_loose(L::load(a), L::load(b)));
        }
    }
}

struct Set<'a, L: Lanes>(&'a [L::Loose], &'a mut [Eight]);

impl<L: PrimeLanes> Kernel for Set<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for (from, to) in self.0.iter().zip(self.1) {
            from.settle::<0>().store(to);
        }
    }
}

struct SetScaled<'a, L: Lanes>(&'a [L::Loose], &'a mut [Eight], L::Field);

impl<L: PrimeLanes> Kernel for SetScaled<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let scale = L::splat(&self.2);
        for (from, to) in self.0.iter().zip(self.1) {
            L::mul(from.carry::<3>(), scale).store(to);
        }
    }
}

/// Operands are below `9.2p`, so that products are below `2.2p`.
struct SetProduct<'a, L: Lanes>(&'a [L::Loose], &'a [L::Loose], &'a mut [Eight]);

impl<L: PrimeLanes> Kernel for SetProduct<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for ((a, b), to) in self.0.iter().zip(self.1).zip(self.2) {
            L::mul(a.carry::<3>(), b.carry::<3>()).store(to);
        }
    }
}

/// Products are below `2.2p`, as in [`SetProduct`]; the rest, reduced, below `2.6p`.
struct SetDifference<'a, L: Lanes>([&'a [L::Loose]; 3], &'a mut [Eight]);

impl<L: PrimeLanes> Kernel for SetDifference<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let [a, b, c] = self.0;
        for (((a, b), c), to) in a.iter().zip(b).zip(c).zip(self.1) {
            let product = L::mul_loose(a.carry::<3>(), b.carry::<3>());
            (product - c.reduce::<3>().loose()).reduce::<3>().store(to);
        }
    }
}
