//! Poseidon against its native twin.

use ark_ff::{AdditiveGroup, Field, UniformRand};
use tacit_circuits::gadgets::poseidon;
use tacit_credential::{Fr, poseidon as native};
use tacit_r1cs::{Assigner, ConstraintSystem};

use crate::common::{audit, rng};
use crate::tested::{Gadget, Tested};

struct Hash;

impl Gadget for Hash {
    fn run<CS: ConstraintSystem>(&self, cs: &mut CS, inputs: &[CS::Num]) -> Vec<CS::Num> {
        vec![poseidon::hash(cs, inputs)]
    }
}

/// A hash of constants, which has no wire as input.
struct HashOfConstants(Vec<Fr>);

impl Gadget for HashOfConstants {
    fn run<CS: ConstraintSystem>(&self, cs: &mut CS, _: &[CS::Num]) -> Vec<CS::Num> {
        let constants: Vec<_> = self.0.iter().map(|&constant| CS::Num::from(constant)).collect();
        vec![poseidon::hash(cs, &constants)]
    }
}

const CONSTRAINTS: [usize; 8] = [213, 240, 261, 297, 321, 354, 381, 402];

fn inputs(count: usize, seed: u64) -> Vec<Fr> {
    let rng = &mut rng(seed);
    let edges = [Fr::ZERO, Fr::ONE, -Fr::ONE];
    (0..count).map(|i| edges.get(seed as usize + i).copied().unwrap_or_else(|| Fr::rand(rng))).collect()
}

#[test]
fn equals_the_native_hash() {
    for count in 1..=8 {
        for seed in 0..4 {
            let inputs = inputs(count, seed);
            let outputs = [native::hash(&inputs)];
            let tested = Tested::new(&Hash, &inputs, &outputs);
            assert_eq!(tested.constraints(), CONSTRAINTS[count - 1]);
            assert!(tested.satisfied(), "{count} inputs");
            let wrong = [outputs[0] + Fr::ONE];
            assert!(!Tested::new(&Hash, &inputs, &wrong).satisfied());
        }
    }
}

/// The block that native code fills has the wires of the step-by-step way.
#[test]
fn native_and_stepwise_wires_agree() {
    for count in 1..=8 {
        let inputs = inputs(count, 1);
        let outputs = [native::hash(&inputs)];
        let tested = Tested::new(&Hash, &inputs, &outputs);
        let (fast, slow) = (tested.assign(&[]), tested.assign_by(Assigner::new().step_by_step(), &[]));
        assert!(fast.as_slice() == slow.as_slice(), "{count} inputs");
    }
}

/// `poseidon(constants)` cannot silently constrain nothing: its constraints are those of any hash.
#[test]
fn a_hash_of_constants_is_constrained_too() {
    for count in 1..=8 {
        let constants = inputs(count, 2);
        let gadget = HashOfConstants(constants.clone());
        let right = [native::hash(&constants)];
        let tested = Tested::new(&gadget, &[], &right);
        assert_eq!(tested.constraints(), CONSTRAINTS[count - 1]);
        assert!(tested.satisfied());
        let wrong = [right[0] + Fr::ONE];
        assert!(!Tested::new(&gadget, &[], &wrong).satisfied());
    }
}

#[test]
#[should_panic(expected = "1 to 8 inputs")]
fn nine_inputs_are_a_mistake_of_the_author() {
    let inputs = inputs(9, 0);
    let _ = Tested::new(&Hash, &inputs, &[Fr::ZERO]);
}

#[test]
fn every_wire_matters() {
    for count in [1, 2, 3, 5, 8] {
        let inputs = inputs(count, 3);
        let outputs = [native::hash(&inputs)];
        Tested::new(&Hash, &inputs, &outputs).every_wire_matters(&[]);
    }
}

/// Given the inputs, the wires of a hash have no continuous freedom: the derivative has full column rank.
#[test]
fn the_derivative_has_full_rank() {
    for count in 1..=8 {
        let inputs = inputs(count, 5);
        let outputs = [native::hash(&inputs)];
        let tested = Tested::new(&Hash, &inputs, &outputs);
        let wires: Vec<usize> = (tested.first_wire()..tested.r1cs.num_wires()).collect();
        let rank = audit::jacobian_rank(&tested.r1cs, &tested.assign(&[]), &wires, 0..tested.constraints());
        assert_eq!(rank, wires.len(), "{count} inputs");
        assert_eq!(rank, tested.constraints());
    }
}
