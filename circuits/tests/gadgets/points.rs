//! Points in Montgomery form, and the additions where they do not hold.

use ark_ec::CurveGroup;
use ark_ff::{AdditiveGroup, Field, UniformRand};
use tacit_circuits::gadgets::montgomery::MontgomeryVar;
use tacit_credential::Fr;
use tacit_credential::baby_jubjub::{
    Affine, Projective, Scalar, base8, from_montgomery, mul_base, to_montgomery,
};
use tacit_r1cs::ConstraintSystem;

use crate::common::rng;
use crate::tested::{Gadget, Tested};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operation {
    Add,
    Double,
    DoubleAndAdd,
    FromEdwards,
    ToEdwards,
}

impl Gadget for Operation {
    fn run<CS: ConstraintSystem>(&self, cs: &mut CS, inputs: &[CS::Num]) -> Vec<CS::Num> {
        let point = |i: usize| MontgomeryVar { u: inputs[i].clone(), v: inputs[i + 1].clone() };
        let sum = match self {
            Self::Add => point(0).add(cs, &point(2), None),
            Self::Double => point(0).double(cs),
            Self::DoubleAndAdd => point(0).double_and_add(cs, &point(2), None),
            Self::FromEdwards => MontgomeryVar::from_edwards(cs, &inputs[0], &inputs[1]),
            Self::ToEdwards => {
                let (x, y) = point(0).to_edwards(cs);
                return vec![x, y];
            }
        };
        vec![sum.u, sum.v]
    }
}

fn random_point(seed: u64) -> Affine {
    mul_base(&Scalar::rand(&mut rng(seed))).into_affine()
}

fn pair(point: &Affine) -> [Fr; 2] {
    to_montgomery(point).unwrap().into()
}

fn join(p: [Fr; 2], q: [Fr; 2]) -> [Fr; 4] {
    [p[0], p[1], q[0], q[1]]
}

/// Whether the constraints of the operation itself hold for some hints.
fn is_solvable_with(operation: Operation, inputs: &[Fr], overrides: &[(usize, Fr)]) -> bool {
    let tested = Tested::new(&operation, inputs, &[Fr::ZERO; 2]);
    let overrides: Vec<_> = overrides.iter().map(|&(i, value)| (tested.first_wire() + i, value)).collect();
    tested.r1cs.unsatisfied(&tested.assign(&overrides)).all(|u| u.clause == "pins")
}

#[test]
fn equal_the_native_curve() {
    for seed in 0..5 {
        let (p, q) = (random_point(2 * seed), random_point(2 * seed + 1));
        let both = join(pair(&p), pair(&q));
        let check = |operation: Operation, inputs: &[Fr], outputs: [Fr; 2], constraints: usize| {
            let tested = Tested::new(&operation, inputs, &outputs);
            assert!(tested.satisfied(), "{operation:?}");
            assert_eq!(tested.constraints(), constraints);
            tested.every_wire_matters(&[]);
        };
        let of = |point: Projective| pair(&point.into_affine());
        check(Operation::Add, &both, of(p + q), 3);
        check(Operation::Double, &pair(&p), of(Projective::from(p).double()), 4);
        check(Operation::DoubleAndAdd, &both, of(Projective::from(p).double() + q), 5);
        check(Operation::FromEdwards, &[p.x, p.y], pair(&p), 2);
        check(Operation::ToEdwards, &pair(&p), [p.x, p.y], 2);
    }
}

/// The exceptional cases, reached on purpose: what the chains' starting point keeps away.
#[test]
fn equal_summands_leave_the_slope_free() {
    let p = pair(&random_point(9));
    for slope in [Fr::ZERO, Fr::ONE, Fr::from(12345u64), -Fr::from(7u64)] {
        assert!(is_solvable_with(Operation::Add, &join(p, p), &[(0, slope)]));
        assert!(is_solvable_with(Operation::DoubleAndAdd, &join(p, p), &[(0, slope)]));
    }
}

#[test]
fn opposite_summands_have_no_sum() {
    let p = pair(&random_point(9));
    let minus = [p[0], -p[1]];
    for slope in [Fr::ZERO, Fr::ONE, Fr::from(12345u64)] {
        assert!(!is_solvable_with(Operation::Add, &join(p, minus), &[(0, slope)]));
        assert!(!is_solvable_with(Operation::DoubleAndAdd, &join(p, minus), &[(0, slope)]));
    }
}

#[test]
fn twice_a_point_less_itself_twice_has_no_sum() {
    let p = random_point(9);
    let q = pair(&(-Projective::from(p).double()).into_affine());
    for second in [Fr::ZERO, Fr::ONE, Fr::from(12345u64)] {
        // Wires: first slope, middle u, second quotient.
        assert!(!is_solvable_with(Operation::DoubleAndAdd, &join(pair(&p), q), &[(2, second)]));
    }
}

#[test]
fn a_point_of_order_two_cannot_be_doubled() {
    for slope in [Fr::ZERO, Fr::ONE, Fr::from(5u64)] {
        // Wires: u squared, slope.
        assert!(!is_solvable_with(Operation::Double, &[Fr::ZERO, Fr::ZERO], &[(1, slope)]));
    }
}

/// The identity has no Montgomery form; that of (0, −1) leaves v free, and back leaves x free: no listed key is either.
#[test]
fn points_without_coordinates() {
    for u in [Fr::ZERO, Fr::ONE, Fr::from(5u64)] {
        assert!(!is_solvable_with(Operation::FromEdwards, &[Fr::ZERO, Fr::ONE], &[(0, u)]));
        assert!(is_solvable_with(Operation::FromEdwards, &[Fr::ZERO, -Fr::ONE], &[(1, u)]));
        assert!(is_solvable_with(Operation::ToEdwards, &[Fr::ZERO, Fr::ZERO], &[(0, u)]));
    }
}

/// Attack 4: nothing in an addition keeps an off-curve point out; the checks on keys do.
#[test]
fn additions_do_not_check_the_curve() {
    let off = [Fr::from(3u64), Fr::from(4u64)];
    assert!(from_montgomery(off[0], off[1]).is_some_and(|point| !point.is_on_curve()));
    assert!(is_solvable_with(Operation::Add, &join(off, pair(&base8())), &[]));
    assert!(is_solvable_with(Operation::Double, &off, &[]));
}
