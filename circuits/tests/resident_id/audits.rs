//! Audits over all wires of the circuit: single changes, malicious hints, rank, and what propagation forces.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use ark_ff::{AdditiveGroup, Field};
use tacit_circuits::resident_id::{Inputs, ResidentId};
use tacit_credential::Fr;
use tacit_r1cs::{Assigner, Circuit, ConstraintSystem, Values};

use crate::common::audit::{Echelon, holds, incidence, jacobian_rank, loose_wires, side};
use crate::common::{Pair, circuit};

/// An assigner that notes which wires and constraints belong to hashes: those that native code may fill.
struct Recorder {
    inner: Assigner,
    constraints: usize,
    hash_wires: Vec<Range<usize>>,
    hash_constraints: Vec<Range<usize>>,
}

impl ConstraintSystem for Recorder {
    type Num = <Assigner as ConstraintSystem>::Num;
    type Known = Values;

    fn clause(&mut self, name: &'static str) {
        self.inner.clause(name);
    }

    fn instance(&mut self, hint: impl FnOnce(&Values) -> Fr) -> Self::Num {
        self.inner.instance(hint)
    }

    fn witness(&mut self, hint: impl FnOnce(&Values) -> Fr) -> Self::Num {
        self.inner.witness(hint)
    }

    fn enforce(&mut self, _: &Self::Num, _: &Self::Num, _: &Self::Num) {
        self.constraints += 1;
    }

    fn advise<T>(&self, compute: impl FnOnce(&Values) -> T) -> Option<T> {
        self.inner.advise(compute)
    }

    fn native(&mut self, wires: usize, _: impl FnOnce(&Values, &mut Vec<Fr>) -> Fr) -> Option<Self::Num> {
        // A hash has as many constraints as wires.
        self.hash_wires.push(self.inner.next_wire()..self.inner.next_wire() + wires);
        self.hash_constraints.push(self.constraints..self.constraints + wires);
        None
    }
}

/// Wires and constraints of all hashes.
fn hashes(pair: &Pair) -> (BTreeSet<usize>, BTreeSet<usize>) {
    let mut recorder = Recorder {
        inner: Assigner::new(),
        constraints: 0,
        hash_wires: Vec::new(),
        hash_constraints: Vec::new(),
    };
    ResidentId::new(&Inputs::new(&pair.public, &pair.witness)).synthesize(&mut recorder);
    assert_eq!(recorder.constraints, circuit().num_constraints());
    assert_eq!(
        recorder.hash_wires.len(),
        15,
        "nine nodes, leaf, holder key, pseudonym, attributes, h, digest"
    );
    (
        recorder.hash_wires.into_iter().flatten().collect(),
        recorder.hash_constraints.into_iter().flatten().collect(),
    )
}

/// Nothing disclosed, so that no product repeats the value of an attribute.
fn undisclosed() -> Pair {
    let mut pair = Pair::honest(7);
    pair.public.word.disclose = 0;
    pair.renew();
    pair
}

/// Wires that are the prover's choice and bound by a hash alone: secret, scope, challenge; number, name, extras; key; siblings;
/// children of the trust list's nodes. They are found by their values, which are random and all different.
fn hash_bound(pair: &Pair) -> Vec<usize> {
    let witness = &pair.witness;
    let mut values = BTreeSet::from([
        witness.holder_secret,
        pair.public.scope,
        pair.public.challenge,
        witness.attributes.number,
        witness.attributes.name,
        witness.attributes.extras,
        witness.issuer_x,
        witness.issuer_y,
    ]);
    values.extend(witness.status_siblings.iter().flatten());
    values.extend(witness.issuer_path.iter().flatten());
    let assignment = pair.assign();
    let wires: Vec<usize> =
        (2..circuit().num_wires()).filter(|&i| values.contains(&assignment.as_slice()[i])).collect();
    assert_eq!(wires.len(), 8 + 6 * 7 + 3 * 8);
    wires
}

#[test]
fn every_single_change_is_noticed() {
    for pair in [Pair::honest(7), undisclosed()] {
        assert_eq!(loose_wires(circuit(), &pair.assign()), Vec::<usize>::new());
    }
}

/// Every hint replaced in turn, everything after it computed honestly from the lie.
#[test]
fn every_malicious_hint_is_noticed() {
    let pair = Pair::honest(7);
    let honest = pair.assign();
    let halves = [0, 1].map(|half| {
        let (pair, honest) = (pair.clone(), honest.clone());
        std::thread::spawn(move || {
            for wire in (2 + half..circuit().num_wires()).step_by(2) {
                let lie = honest.as_slice()[wire] + Fr::ONE;
                let assignment = pair.assign_with(Assigner::new().with_override(wire, lie));
                assert!(circuit().first_unsatisfied(&assignment).is_some(), "wire {wire}");
            }
        })
    });
    for half in halves {
        half.join().unwrap();
    }
}

/// Booleans flipped and signs changed are the lies that a single constraint cannot see.
#[test]
fn every_discrete_choice_is_noticed() {
    let pair = Pair::honest(7);
    let honest = pair.assign();
    let z = honest.as_slice();
    let (hash_wires, _) = hashes(&pair);
    let incidence = incidence(circuit());
    let mut choices = 0;
    for wire in (2..z.len()).filter(|wire| !hash_wires.contains(wire)) {
        for lie in [Fr::ONE - z[wire], -z[wire]] {
            let mut changed = z.to_vec();
            changed[wire] = lie;
            let own = incidence[wire][0];
            // A choice: the wire's first constraint (its boolean, its sign) still holds.
            if lie != z[wire] && holds(circuit(), own, &changed) {
                choices += 1;
                let assignment = pair.assign_with(Assigner::new().with_override(wire, lie));
                assert!(circuit().first_unsatisfied(&assignment).is_some(), "wire {wire}");
            }
        }
    }
    assert!(choices > 254 + 84 + 400, "{choices}");
}

/// Everything but the hashes has no continuous freedom: the derivative has full column rank.
#[test]
fn the_derivative_has_full_rank_outside_the_hashes() {
    let pair = undisclosed();
    let (hash_wires, hash_constraints) = hashes(&pair);
    let bound: BTreeSet<usize> = hash_bound(&pair).into_iter().collect();
    let wires: Vec<usize> = (circuit().num_instance()..circuit().num_wires())
        .filter(|wire| !hash_wires.contains(wire) && !bound.contains(wire))
        .collect();
    let constraints = (0..circuit().num_constraints()).filter(|i| !hash_constraints.contains(i));
    assert_eq!(jacobian_rank(circuit(), &pair.assign(), &wires, constraints), wires.len());
}

/// How a wire came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Forced {
    /// An affine function of known wires equals a known product; or several such equations together.
    Linearly,
    /// By a division, whose denominator must not be zero.
    ByDivision,
    /// One of two values: a boolean, a sign, one of two lines.
    OfTwo,
}

/// From the public input, the hash-bound wires and one discrete choice a window, every wire follows: by affine equations, by
/// choices between two values, and by exactly 600 divisions, the ones whose denominators the clauses argue about.
#[test]
fn propagation_forces_every_wire() {
    let (r1cs, pair) = (circuit(), undisclosed());
    let honest = pair.assign();
    let z = honest.as_slice();
    let (_, hash_constraints) = hashes(&pair);
    let mut known = vec![false; r1cs.num_wires()];
    known[0] = true;
    known[1] = true;
    for wire in hash_bound(&pair) {
        known[wire] = true;
        let occurs = incidence(r1cs)[wire].iter().any(|constraint| hash_constraints.contains(constraint));
        assert!(occurs, "wire {wire} is an input of a hash");
    }

    let mut forced: BTreeMap<(Forced, String), usize> = BTreeMap::new();
    let mut done = vec![false; r1cs.num_constraints()];
    let mut windows = 0;
    loop {
        let mut progress = false;
        for (constraint, done) in done.iter_mut().enumerate().filter(|(_, done)| !**done) {
            let [a, b, c] = unknown_wires(&known, constraint);
            let all: BTreeSet<usize> = a.iter().chain(&b).chain(&c).copied().collect();
            let how = match (all.len(), a.is_empty(), b.is_empty(), c.is_empty()) {
                (0, ..) => {
                    *done = true;
                    continue;
                }
                (1, true, true, false) => Forced::Linearly,
                (1, a_known, b_known, true) if a_known != b_known => {
                    // The known factor is the denominator; a constant one is no division.
                    let factor = if a_known { 0 } else { 1 };
                    let row = r1cs.matrices()[factor].row(constraint);
                    assert_ne!(side(r1cs, factor, constraint, z), Fr::ZERO, "constraint {constraint}");
                    if row.iter().all(|&(wire, _)| wire == 0) { Forced::Linearly } else { Forced::ByDivision }
                }
                (1, false, false, true) => Forced::OfTwo,
                _ => continue,
            };
            known[*all.first().unwrap()] = true;
            *done = true;
            progress = true;
            *forced.entry((how, r1cs.clause_of_constraint(constraint).to_owned())).or_default() += 1;
        }
        if progress {
            continue;
        }
        // Several affine equations together: the rounds of the hashes.
        let mut system = Echelon::default();
        for constraint in (0..r1cs.num_constraints()).filter(|&i| !done[i]) {
            let [a, b, c] = unknown_wires(&known, constraint);
            if a.is_empty() && b.is_empty() {
                let coefficients = r1cs.matrices()[2].row(constraint).iter();
                let row =
                    coefficients.map(|&(wire, place)| (wire as usize, r1cs.coefficients()[place as usize]));
                system.insert(row.filter(|(wire, _)| c.contains(wire)).collect());
            }
        }
        let determined = system.determined();
        for &wire in &determined {
            known[wire] = true;
            *forced.entry((Forced::Linearly, r1cs.clause_of_wire(wire).to_owned())).or_default() += 1;
        }
        if !determined.is_empty() {
            continue;
        }
        // A window's choice.
        let next = (2..known.len()).find(|&wire| !known[wire] && r1cs.clause_of_wire(wire) == "issued: S·B");
        let Some(wire) = next else { break };
        known[wire] = true;
        windows += 1;
    }

    let left: Vec<usize> = (0..known.len()).filter(|&wire| !known[wire]).collect();
    assert!(
        left.is_empty(),
        "{} wires are not forced, the first born in {}",
        left.len(),
        r1cs.clause_of_wire(left[0])
    );
    // The last window has two points, so that its u is a choice between two values already.
    assert_eq!(windows, 83);
    let divisions: BTreeMap<&str, usize> = forced
        .iter()
        .filter(|((how, _), _)| *how == Forced::ByDivision)
        .map(|((_, clause), count)| (clause.as_str(), *count))
        .collect();
    let expected = BTreeMap::from([
        ("issued: key", 4),
        ("issued: 8h·A", 508),
        ("issued: canonical h", 1),
        ("issued: S·B", 84),
        ("issued: R", 3),
    ]);
    assert_eq!(divisions, expected);
    assert_eq!(divisions.values().sum::<usize>(), 600);
    let choices: usize =
        forced.iter().filter(|((how, _), _)| *how == Forced::OfTwo).map(|(_, count)| count).sum();
    // Signs, windows, dates, province, rest, bounds of the region, word, path, sex, mask.
    assert_eq!(choices, 254 + (83 + 2) + 17 * 5 + (63 + 6) + 14 + 2 * 20 + (251 + 12) + 6 * 3 + 2 + 7);
}

fn unknown_wires(known: &[bool], constraint: usize) -> [Vec<usize>; 3] {
    [0, 1, 2].map(|matrix| {
        let row = circuit().matrices()[matrix].row(constraint).iter();
        row.map(|&(wire, _)| wire as usize).filter(|&wire| !known[wire]).collect()
    })
}
