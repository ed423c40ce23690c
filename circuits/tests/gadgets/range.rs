//! Ranges: exactly the values `0 ..= max`, for any booleans and any lie.

use std::collections::BTreeSet;

use ark_ff::{AdditiveGroup, Field};
use tacit_circuits::gadgets::range::RangedVar;
use tacit_credential::Fr;
use tacit_r1cs::ConstraintSystem;

use crate::tested::{Gadget, Tested, evaluate};

struct Ranged {
    max: u64,
    value: Fr,
}

impl Gadget for Ranged {
    fn run<CS: ConstraintSystem>(&self, cs: &mut CS, _: &[CS::Num]) -> Vec<CS::Num> {
        let ranged = RangedVar::new(cs, self.max, |_| self.value);
        assert_eq!(ranged.max(), self.max);
        vec![ranged.number().clone()]
    }
}

fn bits(max: u64) -> usize {
    max.ilog2() as usize + 1
}

/// House style: small ranges exhaustively.
#[test]
fn booleans_reach_exactly_the_range() {
    for max in (1..=40).chain([9_999]) {
        let gadget = Ranged { max, value: Fr::ZERO };
        let outputs = [Fr::ZERO];
        let tested = Tested::new(&gadget, &[], &outputs);
        assert_eq!(tested.constraints(), bits(max));
        let mut reached = BTreeSet::new();
        for pattern in 0..1u64 << bits(max) {
            let overrides: Vec<_> =
                (0..bits(max)).map(|i| (tested.first_wire() + i, Fr::from(pattern >> i & 1))).collect();
            let assignment = tested.assign(&overrides);
            let value = tested.r1cs.num_constraints() - 1;
            let value = crate::common::audit::side(&tested.r1cs, 0, value, assignment.as_slice());
            reached.insert(value);
        }
        assert_eq!(reached, (0..=max).map(Fr::from).collect(), "max {max}");
    }
}

#[test]
fn honest_values_pass_and_others_fail_in_the_range_itself() {
    for max in [1, 2, 3, 6, 7, 9_999, (1 << 17) - 1, (1 << 20) - 1, u64::MAX >> 1] {
        let inside = [0, 1, max / 2, max - 1, max].map(Fr::from);
        for value in inside {
            let gadget = Ranged { max, value };
            assert_eq!(evaluate(&gadget, &[]), [value], "the hint splits {value} of {max}");
            assert!(Tested::new(&gadget, &[], &[value]).satisfied(), "{value} of {max}");
        }
        let power = Fr::from(2u64).pow([bits(max) as u64]);
        let outside = [
            Fr::from(max) + Fr::ONE,
            -Fr::ONE,
            -Fr::from(max),
            power,
            -power,
            Fr::from(u64::MAX) + Fr::ONE,
            Fr::from(2u64).pow([253]),
            Fr::from(2u64).inverse().unwrap(),
        ];
        for value in outside {
            let gadget = Ranged { max, value };
            // The value is the one that was asked for; what fails is a boolean, not the pin.
            assert_eq!(evaluate(&gadget, &[]), [value], "{value} of {max}");
            let outputs = [value];
            let tested = Tested::new(&gadget, &[], &outputs);
            let failing: Vec<_> = tested.r1cs.unsatisfied(&tested.assign(&[])).map(|u| u.clause).collect();
            assert_eq!(failing, ["gadget"], "{value} of {max}");
        }
    }
}

/// Attack 1: no second decomposition, in particular none of value + r.
#[test]
fn every_wire_matters() {
    for (max, value) in [(1, 1), (5, 2), (9_999, 9_500), ((1 << 17) - 1, 46_000)] {
        let value = Fr::from(value as u64);
        let gadget = Ranged { max, value };
        Tested::new(&gadget, &[], &[value]).every_wire_matters(&[]);
    }
}

#[test]
#[should_panic(expected = "more than one value")]
fn an_empty_range_is_a_mistake_of_the_author() {
    evaluate(&Ranged { max: 0, value: Fr::ZERO }, &[]);
}
