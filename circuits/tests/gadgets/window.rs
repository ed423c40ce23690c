//! Windows: the solver of their equations, and each choice.

use std::collections::BTreeSet;

use ark_ec::CurveGroup;
use ark_ff::{AdditiveGroup, Field};
use tacit_circuits::gadgets::window::{Choice, Line, SIGNED_BITS, Window, windows};
use tacit_credential::Fr;
use tacit_credential::baby_jubjub::{Projective, base8, to_montgomery};
use tacit_r1cs::ConstraintSystem;

use crate::tested::{Gadget, Tested};

struct Chosen<'a> {
    window: &'a Window,
    choice: Choice,
}

impl Gadget for Chosen<'_> {
    fn run<CS: ConstraintSystem>(&self, cs: &mut CS, _: &[CS::Num]) -> Vec<CS::Num> {
        let point = self.window.choose(cs, |_| self.choice);
        vec![point.u, point.v]
    }
}

/// Where two lines meet; they must not be parallel.
fn meet(a: &Line, b: &Line) -> (Fr, Fr) {
    let w = (b.constant - a.constant) / (a.slope - b.slope);
    (-(a.constant + a.slope * w), w)
}

/// All (u, v) that the constraints of a window allow.
fn solutions(window: &Window) -> BTreeSet<(Fr, Fr)> {
    let crossings = match window.lines[..] {
        [(a, Some(b)), (c, Some(d))] => vec![meet(&a, &c), meet(&a, &d), meet(&b, &c), meet(&b, &d)],
        [(line, None)] => {
            let of_point = |u: Fr| (u, -(u + line.constant) / line.slope);
            window.points.iter().map(|point| of_point(point.0)).collect()
        }
        _ => panic!("a window has two pairs of lines or one line"),
    };
    let mut all = BTreeSet::new();
    for (u, w) in crossings {
        assert_ne!(w, Fr::ZERO);
        let v = w.sqrt().expect("every crossing is a point of the table");
        all.extend([(u, v), (u, -v)]);
    }
    all
}

#[test]
fn solutions_are_exactly_the_signed_table() {
    let mut unit = Projective::from(base8());
    let (mut bits, mut points, mut all_u) = (0, 0, BTreeSet::new());
    for window in windows() {
        let mut expected = BTreeSet::new();
        let mut multiple = unit;
        for _ in 0..1 << (window.bits - 1) {
            let (u, v) = to_montgomery(&multiple.into_affine()).unwrap();
            expected.extend([(u, v), (u, -v)]);
            all_u.insert(u);
            multiple += unit.double();
        }
        assert_eq!(solutions(window), expected);
        (0..window.bits).for_each(|_| unit = unit.double());
        bits += window.bits;
        points += expected.len();
    }
    assert_eq!((windows().len(), bits), (84, SIGNED_BITS));
    assert_eq!((points, all_u.len()), (2 * (83 * 4 + 2), 83 * 4 + 2), "no point is in two windows");
}

#[test]
fn every_choice_and_every_wire() {
    for window in [&windows()[0], &windows()[40], &windows()[83]] {
        for index in 0..window.points.len() {
            for minus in [false, true] {
                let gadget = Chosen { window, choice: Choice { index, minus } };
                let (u, v) = window.points[index];
                let outputs = [u, if minus { -v } else { v }];
                let tested = Tested::new(&gadget, &[], &outputs);
                assert_eq!(tested.constraints(), 3);
                tested.every_wire_matters(&[]);
            }
        }
    }
}

/// A u of one point with the v of another, and a point of the next window: refused by the window itself.
#[test]
fn nothing_else_is_a_choice() {
    let window = &windows()[7];
    let gadget = Chosen { window, choice: Choice::default() };
    let refused = |u: Fr, v: Fr| {
        let outputs = [u, v];
        let tested = Tested::new(&gadget, &[], &outputs);
        let first = tested.first_wire();
        let assignment = tested.assign(&[(first, v), (first + 1, u)]);
        tested.r1cs.unsatisfied(&assignment).any(|u| u.clause == "gadget")
    };
    for (i, p) in window.points.iter().enumerate() {
        for (j, q) in window.points.iter().enumerate() {
            assert_eq!(refused(p.0, q.1), i != j);
        }
    }
    for (u, v) in &windows()[8].points {
        assert!(refused(*u, *v));
    }
}
