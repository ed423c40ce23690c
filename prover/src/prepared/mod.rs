//! A proving key, made ready once: matrix C folded in, absent points dropped, tables for the sums.
//!
//! With `z'` the assignment followed by one more scalar, the blinding, what a proof needs are five sums over points known in advance:
//!
//! | sum | over | extra point | blinding | then |
//! | --- | --- | --- | --- | --- |
//! | A | wires of matrix A | δ₁ | r | + α₁ |
//! | B₁ | wires of matrix B | δ₁ | s | + β₁ |
//! | B₂ | wires of matrix B | δ₂ | s | + β₂ |
//! | L' | wires ([`fold`]) | δ₁ | −rs | |
//! | U | elements of the domain ([`fold`]) | | | |
//!
//! ```text
//! C = ΣL' + ΣU + s·A + r·B₁
//! ```
//!
//! **Not checked here**: the points, beyond what [`ProvingKey`] checks.

mod fold;
mod lockstep;
mod multiplier;
mod transform;

use tacit_kernels::Backend;

use crate::key::ProvingKey;
use crate::sum::{G1, G2, Query};
use fold::Folded;

/// The points of a key as proofs want them.
pub(crate) struct PreparedKey {
    pub(crate) a: Query<G1>,
    pub(crate) b1: Query<G1>,
    pub(crate) b2: Query<G2>,
    pub(crate) l: Query<G1>,
    pub(crate) u: Query<G1>,
}

impl PreparedKey {
    pub(crate) fn new(key: &ProvingKey, backend: Backend) -> Self {
        let points = key.points();
        let Folded { u, mut l } = Folded::new(key, backend);
        let blinded = |query: &[_]| [query, &[points.delta_g1]].concat();
        l.push(points.delta_g1);
        Self {
            a: Query::new(&blinded(&points.a_query)),
            b1: Query::new(&blinded(&points.b_g1_query)),
            b2: Query::new(&[&points.b_g2_query[..], &[points.vk.delta_g2]].concat()),
            l: Query::new(&l),
            u: Query::new(&u),
        }
    }
}
