//! Questions to a compiled circuit: which constraints a wire is in, how the constraints behave at a point.

use std::collections::{BTreeMap, HashMap};

use ark_ff::{AdditiveGroup, Field};
use tacit_credential::Fr;
use tacit_r1cs::{Assignment, R1cs};

/// A·z, B·z or C·z of one constraint.
pub fn side(r1cs: &R1cs, matrix: usize, constraint: usize, z: &[Fr]) -> Fr {
    let entries = r1cs.matrices()[matrix].row(constraint).iter();
    entries.map(|&(wire, place)| r1cs.coefficients()[place as usize] * z[wire as usize]).sum()
}

pub fn holds(r1cs: &R1cs, constraint: usize, z: &[Fr]) -> bool {
    side(r1cs, 0, constraint, z) * side(r1cs, 1, constraint, z) == side(r1cs, 2, constraint, z)
}

/// For each wire the constraints that it occurs in.
pub fn incidence(r1cs: &R1cs) -> Vec<Vec<usize>> {
    let mut constraints = vec![Vec::new(); r1cs.num_wires()];
    for constraint in 0..r1cs.num_constraints() {
        for matrix in r1cs.matrices() {
            for &(wire, _) in matrix.row(constraint) {
                let of_wire: &mut Vec<usize> = &mut constraints[wire as usize];
                if of_wire.last() != Some(&constraint) {
                    of_wire.push(constraint);
                }
            }
        }
    }
    constraints
}

/// Wires that can be changed alone without any constraint noticing.
pub fn loose_wires(r1cs: &R1cs, assignment: &Assignment) -> Vec<usize> {
    let incidence = incidence(r1cs);
    let mut z = assignment.as_slice().to_vec();
    let mut loose = Vec::new();
    for wire in 1..z.len() {
        let honest = z[wire];
        let changes = [honest + Fr::ONE, -honest, honest.double() + Fr::from(0x7ac17u64)];
        let unnoticed = changes.iter().any(|&changed| {
            z[wire] = changed;
            changed != honest && incidence[wire].iter().all(|&constraint| holds(r1cs, constraint, &z))
        });
        z[wire] = honest;
        if unnoticed {
            loose.push(wire);
        }
    }
    loose
}

/// Sparse rows in echelon form over a set of columns.
#[derive(Default)]
pub struct Echelon {
    rows: HashMap<usize, BTreeMap<usize, Fr>>,
}

impl Echelon {
    /// Reduces a row by those that are there and keeps what is left.
    pub fn insert(&mut self, mut row: BTreeMap<usize, Fr>) {
        row.retain(|_, value| *value != Fr::ZERO);
        while let Some((&column, &value)) = row.first_key_value() {
            let Some(pivot) = self.rows.get(&column) else {
                let inverse = value.inverse().unwrap();
                row.values_mut().for_each(|value| *value *= inverse);
                self.rows.insert(column, row);
                return;
            };
            for (&other, &entry) in pivot {
                let sum = row.entry(other).or_default();
                *sum -= value * entry;
                if *sum == Fr::ZERO {
                    row.remove(&other);
                }
            }
        }
    }

    pub fn rank(&self) -> usize {
        self.rows.len()
    }

    /// Columns whose value follows from the rows alone: back substitution leaves nothing else in their row.
    pub fn determined(&self) -> Vec<usize> {
        let mut columns: Vec<usize> = self.rows.keys().copied().collect();
        columns.sort_unstable();
        let mut reduced: HashMap<usize, BTreeMap<usize, Fr>> = HashMap::new();
        let mut determined = Vec::new();
        for &column in columns.iter().rev() {
            let mut row = BTreeMap::new();
            for (&other, &value) in self.rows[&column].iter().skip(1) {
                match reduced.get(&other) {
                    None => *row.entry(other).or_insert(Fr::ZERO) += value,
                    Some(rest) => {
                        for (&free, &entry) in rest {
                            *row.entry(free).or_insert(Fr::ZERO) -= value * entry;
                        }
                    }
                }
            }
            row.retain(|_, value| *value != Fr::ZERO);
            if row.is_empty() {
                determined.push(column);
            }
            reduced.insert(column, row);
        }
        determined
    }
}

/// Rank of the constraints' derivative by the given wires at a point, constraints chosen by a filter.
pub fn jacobian_rank(
    r1cs: &R1cs,
    assignment: &Assignment,
    wires: &[usize],
    constraints: impl Iterator<Item = usize>,
) -> usize {
    let z = assignment.as_slice();
    let columns: HashMap<usize, usize> =
        wires.iter().copied().enumerate().map(|(i, wire)| (wire, i)).collect();
    let mut echelon = Echelon::default();
    for constraint in constraints {
        let (a, b) = (side(r1cs, 0, constraint, z), side(r1cs, 1, constraint, z));
        let mut row = BTreeMap::new();
        for (matrix, factor) in r1cs.matrices().iter().zip([b, a, -Fr::ONE]) {
            for &(wire, place) in matrix.row(constraint) {
                if let Some(&column) = columns.get(&(wire as usize)) {
                    *row.entry(column).or_insert(Fr::ZERO) += r1cs.coefficients()[place as usize] * factor;
                }
            }
        }
        echelon.insert(row);
    }
    echelon.rank()
}
