//! Nodes of arity 8.

use ark_ff::{AdditiveGroup, Field, UniformRand};
use tacit_circuits::gadgets::tree;
use tacit_credential::Fr;
use tacit_r1cs::{ConstraintSystem, Private};

use crate::common::rng;
use crate::tested::{Gadget, Tested};

struct Placed {
    digit: usize,
    siblings: [Fr; 7],
}

impl Gadget for Placed {
    fn run<CS: ConstraintSystem>(&self, cs: &mut CS, inputs: &[CS::Num]) -> Vec<CS::Num> {
        let placed = tree::children_around(cs, &inputs[0], |_| self.digit, Private::known(&self.siblings));
        let mut outputs = placed.children;
        outputs.push(placed.digit);
        outputs
    }
}

struct Member {
    children: [Fr; 8],
}

impl Gadget for Member {
    fn run<CS: ConstraintSystem>(&self, cs: &mut CS, inputs: &[CS::Num]) -> Vec<CS::Num> {
        tree::children_with(cs, &inputs[0], Private::known(&self.children))
    }
}

fn siblings() -> [Fr; 7] {
    let rng = &mut rng(1);
    core::array::from_fn(|_| Fr::rand(rng))
}

/// The children with a node at a place, and the place.
fn outputs(known: Fr, digit: usize) -> Vec<Fr> {
    let mut children = siblings().to_vec();
    children.insert(digit, known);
    children.push(Fr::from(digit as u64));
    children
}

#[test]
fn the_node_stands_at_its_place() {
    let known = Fr::from(77u64);
    for digit in 0..8 {
        let gadget = Placed { digit, siblings: siblings() };
        for claimed in 0..8 {
            let outputs = outputs(known, claimed);
            let tested = Tested::new(&gadget, core::slice::from_ref(&known), &outputs);
            assert_eq!(tested.constraints(), 10);
            assert_eq!(tested.satisfied(), digit == claimed);
        }
    }
}

/// Attack 6: digits of a path that are no bits.
#[test]
fn digits_are_bits() {
    let known = Fr::from(77u64);
    let gadget = Placed { digit: 5, siblings: siblings() };
    let outputs = outputs(known, 5);
    let tested = Tested::new(&gadget, core::slice::from_ref(&known), &outputs);
    // Digits 0..=7 in other clothes: 3 + 2·1 + 4·0, 1 + 2·(−2) + 4·2, and the like.
    for lie in [[3, 1, 0], [1, -2, 2], [-1, 1, 1], [5, 0, 0], [2, 0, 0]] {
        let overrides: Vec<_> =
            lie.iter().enumerate().map(|(i, &x)| (tested.first_wire() + i, Fr::from(x as i64))).collect();
        let assignment = tested.assign(&overrides);
        assert!(tested.r1cs.unsatisfied(&assignment).any(|u| u.clause == "gadget"), "{lie:?}");
    }
}

#[test]
fn membership_is_at_any_place_and_of_children_only() {
    let known = Fr::from(77u64);
    for place in 0..8 {
        let mut children: [Fr; 8] = outputs(known, place)[..8].try_into().unwrap();
        let gadget = Member { children };
        let tested = Tested::new(&gadget, core::slice::from_ref(&known), &children);
        assert_eq!(tested.constraints(), 7);
        assert!(tested.satisfied());
        children[place] += Fr::ONE;
        let gadget = Member { children };
        let tested = Tested::new(&gadget, core::slice::from_ref(&known), &children);
        let failing: Vec<_> = tested.r1cs.unsatisfied(&tested.assign(&[])).map(|u| u.clause).collect();
        assert_eq!(failing, ["gadget"], "place {place}");
    }
}

/// Twice among the children is a member too; zero is no member unless a child is zero (attack 15).
#[test]
fn membership_of_zero() {
    let mut children: [Fr; 8] = outputs(Fr::ONE, 3)[..8].try_into().unwrap();
    let gadget = Member { children };
    assert!(!Tested::new(&gadget, &[Fr::ZERO], &children).satisfied());
    children[6] = Fr::ZERO;
    children[2] = Fr::ZERO;
    let gadget = Member { children };
    assert!(Tested::new(&gadget, &[Fr::ZERO], &children).satisfied());
}

#[test]
fn every_wire_matters() {
    let known = Fr::from(77u64);
    for digit in [0, 5] {
        let gadget = Placed { digit, siblings: siblings() };
        Tested::new(&gadget, core::slice::from_ref(&known), &outputs(known, digit)).every_wire_matters(&[]);
    }
    let children: [Fr; 8] = outputs(known, 2)[..8].try_into().unwrap();
    let gadget = Member { children };
    Tested::new(&gadget, core::slice::from_ref(&known), &children).every_wire_matters(&[]);
}
