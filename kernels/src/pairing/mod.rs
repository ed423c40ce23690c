//! Pairings of many pairs at once, and what comes before them when proofs are verified together: eight proofs a vector, one a lane.
//!
//! | step | functions | an element costs | µs on a Zen 4 |
//! | --- | --- | --- | --- |
//! | compressed bytes to points of the curves | [`read_g1`], [`read_g2`] | a power in Fq, two powers | 1.0, 2.3 |
//! | points of G1 times 128 random bits | [`scale`], [`ShortScalar`] | 60 doublings, 31 additions | 3.6 |
//! | Miller's loop of the optimal ate pairing, with the subgroup check of G2 | [`product`], [`products`] | 64 tangents, 23 chords | 20 |
//! | the subgroup check alone | [`in_g2`] | the same without the lines' products | 7.8 |
//!
//! Figures are of 256 elements on one thread with AVX-512 IFMA (`examples/pairing_times.rs`). Of a step of the loop, 90 ns are the tangent or
//! chord of a lane and 140 ns the product with the line, whose 2,580 multiply-adds a vector take 88 ns at one a cycle; it was 245 ns
//! when its two halves were one stretch of code, which the cache of instructions does not hold. The portable backend is 14 to 33 times
//! slower: it is the oracle, and scalar code does better than it.
//!
//! The final exponentiation is the caller's: once for the product of all.
//!
//! Every function takes and returns arkworks' types. Variable time: points and scalars are public.
//!
//! **Not checked here**: that points handed over as coordinates lie on their curves.

mod affine;
mod load;
pub(crate) mod miller;
mod points;
pub(crate) mod root;
mod scale;
pub(crate) mod tower;

use ark_bn254::{Bn254, Fq12, G1Affine, G2Affine};
use ark_ec::pairing::MillerLoopOutput;

use crate::backend::Backend;
use miller::{Loop, Outside};
pub use points::{Defect, read_g1, read_g2};
pub use scale::{ShortScalar, scale};

/// Pairs that are worked on together: what fits the second-level cache.
const CHUNK: usize = 512;

/// The numbers of points that lie on the twist but not in G2: at least one, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideG2(Vec<usize>);

impl OutsideG2 {
    /// The numbers.
    #[must_use]
    pub fn indices(&self) -> &[usize] {
        &self.0
    }
}

impl core::fmt::Display for OutsideG2 {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "points lie on the twist but outside G2, by their numbers {:?}; leave them out", self.0)
    }
}

impl core::error::Error for OutsideG2 {}

/// `∏ e(P, Q)` before the final exponentiation, up to factors that it takes to one.
///
/// Every point must lie on its curve; that those of the twist lie in G2 is checked here. Pairs with an identity count as one.
///
/// # Errors
/// The points that lie outside G2, if there are any.
pub fn product(
    backend: Backend,
    pairs: &[(G1Affine, G2Affine)],
) -> Result<MillerLoopOutput<Bn254>, OutsideG2> {
    let group = pairs.len().div_ceil(8).max(1) * 8;
    let Products { values, outside } = products(backend, pairs, group);
    if outside.is_empty() {
        Ok(MillerLoopOutput(values.into_iter().map(|value| value.0).product::<Fq12>()))
    } else {
        Err(OutsideG2(outside))
    }
}

/// What [`products`] finds.
#[derive(Clone, Debug)]
pub struct Products {
    /// One value a group; without meaning for a group with a point outside G2.
    pub values: Vec<MillerLoopOutput<Bn254>>,
    /// The numbers of the pairs whose point lies on the twist but not in G2, ascending.
    pub outside: Vec<usize>,
}

/// [`product`] of each group of consecutive pairs, of `group` pairs but for the last. Values for each pair (`group` one) cost half
/// as much again as those of large groups, which share their squarings.
///
/// # Panics
/// If `group` is zero.
#[must_use]
pub fn products(backend: Backend, pairs: &[(G1Affine, G2Affine)], group: usize) -> Products {
    assert!(group > 0, "groups of one pair or more");
    // A lane takes a part of a group, so that eight lanes have work.
    let most = pairs.len().div_ceil(8).clamp(1, CHUNK / 8);
    let part = (1..=group.min(most)).rev().find(|part| group.is_multiple_of(*part)).unwrap_or(1);
    let chunk = CHUNK / (8 * part) * 8 * part;
    let (mut parts, mut outside) = (Vec::with_capacity(pairs.len().div_ceil(part)), Vec::new());
    for (k, pairs) in pairs.chunks(chunk).enumerate() {
        let (values, exceptions) = backend.run(Loop { pairs, group: part });
        parts.extend(values);
        outside.extend((0..pairs.len()).filter(|&i| exceptions[i]).map(|i| k * chunk + i));
    }
    let values = parts.chunks(group / part).map(|parts| MillerLoopOutput(parts.iter().product()));
    Products { values: values.collect(), outside }
}

/// Whether each of some points of the twist lies in G2.
#[must_use]
pub fn in_g2(backend: Backend, points: &[G2Affine]) -> Vec<bool> {
    let outside = points.chunks(CHUNK).flat_map(|points| backend.run(Outside(points)));
    outside.map(|outside| !outside).collect()
}
