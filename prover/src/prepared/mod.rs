//! A proving key, made ready once: matrix C folded in, absent points dropped, tables for the sums.
//!
//! What a proof needs are five sums over points known in advance. With `m` wires and `n` elements in the domain:
//!
//! | sum | over | with scalars | then |
//! | --- | --- | --- | --- |
//! | A | wires of matrix A, δ₁ | z, r | + α₁ |
//! | B₁ | wires of matrix B, δ₁ | z, s | + β₁ |
//! | B₂ | wires of matrix B, δ₂ | z, s | + β₂ |
//! | L' | wires ([`fold`]), δ₁ | z, −rs | |
//! | U | elements of the domain ([`fold`]) | e, or e − c | |
//!
//! ```text
//! C = ΣL' + ΣU + s·A + r·B₁
//! ```
//!
//! The first four share their scalars, `z, r, s, −rs` ([`Scalars`]): each query is followed by three points, of which two are the
//! identity, which costs nothing. B₁ and B₂ share their digits too.
//!
//! **Memory** goes to the tables by what they need for each multiple of their points. How many scalars are of full size is estimated:
//! a wire with a constraint `w·(w − 1) = 0` is a bit.
//!
//! **Not checked here**: the points, beyond what [`ProvingKey`] checks.

pub(crate) mod cache;
mod fold;
pub(crate) mod lockstep;
pub(crate) mod multiplier;
pub(crate) mod transform;

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use tacit_kernels::{FixedBase, G1, G2, Shape, Threads};
use tacit_r1cs::R1cs;
use zeroize::Zeroizing;

use crate::key::ProvingKey;
use crate::options::Options;
pub(crate) use fold::Folded;

/// The points of a key as proofs want them.
pub(crate) struct PreparedKey {
    pub(crate) a: FixedBase<G1>,
    pub(crate) b1: FixedBase<G1>,
    pub(crate) b2: FixedBase<G2>,
    pub(crate) l: FixedBase<G1>,
    pub(crate) u: FixedBase<G1>,
}

/// Values of all wires, then `r, s, −rs`.
pub(crate) struct Scalars(Zeroizing<Vec<Fr>>);

/// Scalars after those of the wires.
const BLINDING: usize = 3;

impl Scalars {
    pub(crate) fn new(values: &[Fr], r: Fr, s: Fr) -> Self {
        // Room for all, as growing would leave a copy behind.
        let mut all = Zeroizing::new(Vec::with_capacity(values.len() + BLINDING));
        all.extend_from_slice(values);
        all.extend([r, s, -(r * s)]);
        Self(all)
    }

    pub(crate) fn as_slice(&self) -> &[Fr] {
        &self.0
    }
}

/// The points of a key.
pub(crate) struct Queries<'a> {
    pub(crate) a: &'a [G1Affine],
    pub(crate) b1: &'a [G1Affine],
    pub(crate) b2: &'a [G2Affine],
    pub(crate) delta_g1: G1Affine,
    pub(crate) delta_g2: G2Affine,
    pub(crate) folded: Folded,
}

impl PreparedKey {
    /// The tables of a key of arkworks, within a budget.
    pub(crate) fn of(key: &ProvingKey, options: &Options) -> Self {
        let points = key.points();
        let queries = Queries {
            a: &points.a_query,
            b1: &points.b_g1_query,
            b2: &points.b_g2_query,
            delta_g1: points.delta_g1,
            delta_g2: points.vk.delta_g2,
            folded: Folded::new(key, options.backend()),
        };
        Self::new(queries, key.r1cs(), options)
    }

    /// The tables of some points, within a budget.
    pub(crate) fn new(queries: Queries<'_>, r1cs: &R1cs, options: &Options) -> Self {
        let Queries { a, b1, b2, delta_g1: delta, delta_g2, folded: Folded { u, l } } = queries;
        let zero = G1Affine::identity();
        let a = [a, &[delta, zero, zero]].concat();
        let b1 = [b1, &[zero, delta, zero]].concat();
        let l = [&l[..], &[zero, zero, delta]].concat();
        let zero = G2Affine::identity();
        let b2 = [b2, &[zero, delta_g2, zero]].concat();

        // Sizes in points of G1.
        let (sizes, bits) = (Sizes::new(&a, &b1, &b2, &l, &u), bits(r1cs));
        let entries =
            usize::try_from(options.memory().bytes() / 64).unwrap_or(usize::MAX) / sizes.total.max(1);
        let shape = |kept: usize, dense: usize| Shape::fastest(kept, entries.saturating_mul(kept), dense);
        let dense_wires = |kept: &dyn Fn(usize) -> bool| {
            (0..a.len()).filter(|&i| kept(i) && !bits.get(i).is_some_and(|bit| *bit)).count()
        };
        let build = |points: &[G1Affine], shape| {
            FixedBase::build_shaped(points, shape, options.backend(), Threads::Pool)
        };
        Self {
            a: build(&a, shape(sizes.a, dense_wires(&|i| !a[i].is_zero()))),
            b1: build(&b1, shape(sizes.b1, dense_wires(&|i| !b1[i].is_zero()))),
            b2: FixedBase::build_shaped(
                &b2,
                shape(sizes.b2, dense_wires(&|i| !b2[i].is_zero())),
                options.backend(),
                Threads::Pool,
            ),
            l: build(&l, shape(sizes.l, dense_wires(&|i| !l[i].is_zero()))),
            u: build(&u, shape(sizes.u, sizes.u)),
        }
    }

    /// Whether the entries of the blinding factors are those of δ. If so, A and B are uniform whatever the other entries are, so that
    /// tables of a stranger can spoil a proof, and show that by its being refused, but make none that tells of the witness.
    pub(crate) fn blinds_with(&self, (delta_g1, delta_g2): (G1Affine, G2Affine)) -> bool {
        let (no_g1, no_g2) = (G1Affine::identity(), G2Affine::identity());
        // In the order of the scalars r, s, −rs.
        let g1 = |table: &FixedBase<G1>, points: [G1Affine; BLINDING]| {
            let first = table.len() - BLINDING;
            points.iter().enumerate().all(|(i, point)| table.holds(first + i, point))
        };
        let g2 = || {
            let (points, first) = ([no_g2, delta_g2, no_g2], self.b2.len() - BLINDING);
            points.iter().enumerate().all(|(i, point)| self.b2.holds(first + i, point))
        };
        let (of_g1, of_g2) = rayon::join(
            || {
                g1(&self.a, [delta_g1, no_g1, no_g1])
                    && g1(&self.b1, [no_g1, delta_g1, no_g1])
                    && g1(&self.l, [no_g1, no_g1, delta_g1])
            },
            g2,
        );
        of_g1 && of_g2
    }

    /// The numbers of scalars that the tables want, in the order of the cache.
    pub(crate) fn lengths(wires: usize, domain: usize) -> [usize; cache::TABLES] {
        let wires = wires + BLINDING;
        [wires, wires, wires, domain, wires]
    }

    /// Whether the digits of B₂ serve B₁ as well: so for every honest key.
    pub(crate) fn b_is_shared(&self) -> bool {
        self.b1.shape() == self.b2.shape() && self.b1.kept() == self.b2.kept()
    }
}

/// Points that are not the identity, and those of G1 that take as much memory as all of them.
struct Sizes {
    a: usize,
    b1: usize,
    b2: usize,
    l: usize,
    u: usize,
    total: usize,
}

impl Sizes {
    fn new(a: &[G1Affine], b1: &[G1Affine], b2: &[G2Affine], l: &[G1Affine], u: &[G1Affine]) -> Self {
        let [a, b1, l, u] = [a, b1, l, u].map(|query| query.iter().filter(|p| !p.is_zero()).count());
        let b2 = b2.iter().filter(|p| !p.is_zero()).count();
        Self { a, b1, b2, l, u, total: a + b1 + 2 * b2 + l + u }
    }
}

/// Wires with a constraint `(k·w) · (k'·w − k') = 0`, in either order.
fn bits(r1cs: &R1cs) -> Vec<bool> {
    let [a, b, c] = r1cs.matrices();
    let coefficient = |place: u32| r1cs.coefficients()[place as usize];
    let bit = |one: &[(u32, u32)], other: &[(u32, u32)]| match (one, other) {
        (&[(w, _)], &[(0, minus), (v, plus)]) if w == v && coefficient(minus) == -coefficient(plus) => {
            Some(w)
        }
        _ => None,
    };
    let mut bits = vec![false; r1cs.num_wires()];
    for row in (0..r1cs.num_constraints()).filter(|&row| c.row(row).is_empty()) {
        let (a, b) = (a.row(row), b.row(row));
        if let Some(wire) = bit(a, b).or_else(|| bit(b, a)) {
            bits[wire as usize] = true;
        }
    }
    bits
}
