//! One node of a tree of arity 8, whose nodes are `Poseidon(child₀, .., child₇)`.
//!
//! **At a hidden place** ([`children_around`], 10 constraints): three booleans are the digit of the place; a row of nodes
//! doubles three times, each time exchanging itself with a row of new nodes if the bit says so (1 + 2 + 4 products
//! `b · (other − known)`; `known + product` stands below, `other − product` above). The result has the known node at
//! place `b₀ + 2 b₁ + 4 b₂` whatever the booleans are.
//!
//! **At any place** ([`children_with`], 7 constraints): `Π (known − childᵢ) = 0`. Cheaper, where the place does not matter.
//! In a field the product is zero only if a factor is.
//!
//! Not constrained: the other children. They are bound by the node's hash.

use ark_ff::AdditiveGroup;
use tacit_credential::Fr;
use tacit_credential::attributes::ARITY;
use tacit_r1cs::{ConstraintSystem, Private};

use super::arithmetic::product;
use super::range::{BooleanVar, pack};

/// Bits of a digit of the place.
const DIGIT_BITS: usize = 3;
const _: () = assert!(1 << DIGIT_BITS == ARITY);

/// Children of a node with a known one at a hidden place.
pub struct PlacedChildren<N> {
    /// The eight children in order.
    pub children: Vec<N>,
    /// The place of the known one, 0..=7.
    pub digit: N,
}

/// The children of a node: `known` at a hidden place, seven new siblings (given in child order) at the others.
pub fn children_around<CS: ConstraintSystem>(
    cs: &mut CS,
    known: &CS::Num,
    digit: impl FnOnce(&CS::Known) -> usize,
    siblings: Private<'_, [Fr; ARITY - 1]>,
) -> PlacedChildren<CS::Num> {
    let digit = cs.advise(|k| digit(k) % ARITY);
    let siblings = cs.advise(|k| *siblings.reveal(k));
    let bits: Vec<_> = (0..DIGIT_BITS)
        .map(|i| BooleanVar::new(cs, |_| Fr::from(digit.unwrap_or_default() as u64 >> i & 1)))
        .collect();

    let mut row = vec![known.clone()];
    for (level, bit) in bits.iter().enumerate() {
        let (mut low, mut high) = (Vec::with_capacity(ARITY), Vec::with_capacity(ARITY));
        for (i, node) in row.iter().enumerate() {
            let sibling = digit.zip(siblings).map(|(own, siblings)| {
                // Digits below `level` are those of the row, the one of `level` is the other one, those above are our own.
                let place = (own >> (level + 1) << (level + 1)) | ((own >> level & 1 ^ 1) << level) | i;
                siblings[place - usize::from(place > own)]
            });
            let other = cs.witness(|_| sibling.unwrap_or(Fr::ZERO));
            let exchanged = product(cs, bit.number(), &(other.clone() - node));
            low.push(node.clone() + &exchanged);
            high.push(other - &exchanged);
        }
        low.append(&mut high);
        row = low;
    }
    PlacedChildren { children: row, digit: pack(&bits) }
}

/// The children of a node, among which is `known`.
pub fn children_with<CS: ConstraintSystem>(
    cs: &mut CS,
    known: &CS::Num,
    children: Private<'_, [Fr; ARITY]>,
) -> Vec<CS::Num> {
    let children: Vec<_> = (0..ARITY).map(|i| cs.witness(|k| children.reveal(k)[i])).collect();
    let mut running = known.clone() - &children[0];
    for child in &children[1..ARITY - 1] {
        running = product(cs, &running, &(known.clone() - child));
    }
    let last = known.clone() - &children[ARITY - 1];
    cs.enforce(&running, &last, &CS::Num::from(Fr::ZERO));
    children
}
