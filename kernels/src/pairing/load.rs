//! arkworks' elements to lanes and back: eight consecutive ones a vector, the last vector filled up.

use core::marker::PhantomData;

use crate::backend::{Kernel, Vectors};
use crate::lanes::Lanes;

/// Elements to lanes, `fill` where there is none.
pub(super) fn load<V: Vectors, L: Lanes>(elements: impl Iterator<Item = L::Field>, fill: L::Field) -> Vec<L> {
    let mut eights: Vec<[L::Field; 8]> = Vec::with_capacity(elements.size_hint().0.div_ceil(8));
    for (i, element) in elements.enumerate() {
        if i % 8 == 0 {
            eights.push([fill; 8]);
        }
        eights[i / 8][i % 8] = element;
    }
    V::enter(Load::<L>(&eights))
}

/// The elements of lanes, those that filled up included.
pub(super) fn unload<V: Vectors, L: Lanes>(vectors: &[L]) -> Vec<L::Field> {
    V::enter(Unload(vectors, PhantomData))
}

struct Load<'a, L: Lanes>(&'a [[L::Field; 8]]);

impl<L: Lanes> Kernel for Load<'_, L> {
    type Output = Vec<L>;

    #[inline(always)]
    fn run(self) -> Vec<L> {
        let mut vectors = Vec::with_capacity(self.0.len());
        for eight in self.0 {
            vectors.push(L::from_fields(eight));
        }
        vectors
    }
}

struct Unload<'a, L: Lanes>(&'a [L], PhantomData<L>);

impl<L: Lanes> Kernel for Unload<'_, L> {
    type Output = Vec<L::Field>;

    #[inline(always)]
    fn run(self) -> Vec<L::Field> {
        let mut elements = Vec::with_capacity(8 * self.0.len());
        for &vector in self.0 {
            elements.extend_from_slice(&vector.to_fields());
        }
        elements
    }
}
