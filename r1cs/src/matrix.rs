//! The compiled system: three sparse matrices by rows, and the names of the clauses.

use std::collections::HashMap;

use ark_bn254::Fr;
use ark_ff::{One, Zero};
use sha2::{Digest, Sha256};

use crate::assigner::Assignment;

/// Place of the coefficient 1 in every table.
pub(crate) const ONE: u32 = 0;
/// Place of the coefficient -1 in every table.
pub(crate) const MINUS_ONE: u32 = 1;

/// Distinct coefficients, in the order of their first use after 1 and -1.
pub(crate) struct CoefficientTable {
    values: Vec<Fr>,
    places: HashMap<Fr, u32>,
}

impl CoefficientTable {
    pub(crate) fn new() -> Self {
        let values = vec![Fr::one(), -Fr::one()];
        let places = values.iter().copied().zip([ONE, MINUS_ONE]).collect();
        Self { values, places }
    }

    pub(crate) fn place(&mut self, value: Fr) -> u32 {
        // Nearly all of them.
        if let Some(place) = (ONE..=MINUS_ONE).find(|&place| self.values[place as usize] == value) {
            return place;
        }
        let next = u32::try_from(self.values.len()).expect("fewer than 2^32 coefficients");
        *self.places.entry(value).or_insert_with(|| {
            self.values.push(value);
            next
        })
    }

    pub(crate) fn into_values(self) -> Vec<Fr> {
        self.values
    }
}

/// A sparse matrix by rows; within a row the wires strictly increase. Coefficients are places in the system's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    pub(crate) row_ends: Vec<u32>,
    pub(crate) entries: Vec<(u32, u32)>,
}

impl Matrix {
    pub(crate) const fn new() -> Self {
        Self { row_ends: Vec::new(), entries: Vec::new() }
    }

    pub(crate) fn push_row(&mut self, terms: &[(u32, Fr)], table: &mut CoefficientTable) {
        self.entries.extend(terms.iter().map(|&(wire, c)| (wire, table.place(c))));
        self.end_row();
    }

    pub(crate) fn end_row(&mut self) {
        let end = u32::try_from(self.entries.len()).expect("fewer than 2^32 non-zeros");
        self.row_ends.push(end);
    }

    /// The entries of a row: wire, place of the coefficient in [`R1cs::coefficients`].
    #[must_use]
    pub fn row(&self, index: usize) -> &[(u32, u32)] {
        let start = if index == 0 { 0 } else { self.row_ends[index - 1] };
        &self.entries[start as usize..self.row_ends[index] as usize]
    }

    /// The number of rows.
    #[must_use]
    pub fn num_rows(&self) -> usize {
        self.row_ends.len()
    }

    /// The number of non-zero entries.
    #[must_use]
    pub fn nonzeros(&self) -> usize {
        self.entries.len()
    }
}

/// A compiled constraint system.
#[derive(Clone, PartialEq, Eq)]
pub struct R1cs {
    pub(crate) num_instance: usize,
    pub(crate) num_witness: usize,
    pub(crate) coefficients: Vec<Fr>,
    pub(crate) matrices: [Matrix; 3],
    pub(crate) clauses: Vec<String>,
    pub(crate) clause_of_constraint: Vec<u16>,
    pub(crate) clause_of_wire: Vec<u16>,
}

/// A constraint that an assignment violates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsatisfied {
    /// Its number.
    pub index: usize,
    /// The clause to which it belongs.
    pub clause: String,
}

/// How many constraints and wires a clause has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClauseCount {
    /// Its name.
    pub name: String,
    /// Constraints.
    pub constraints: usize,
    /// Wires allocated by it.
    pub wires: usize,
    /// Non-zero entries of its rows in A, B and C.
    pub nonzeros: [usize; 3],
}

impl R1cs {
    /// Constraints.
    #[must_use]
    pub fn num_constraints(&self) -> usize {
        self.clause_of_constraint.len()
    }

    /// Instance wires, the constant 1 included.
    #[must_use]
    pub const fn num_instance(&self) -> usize {
        self.num_instance
    }

    /// Witness wires.
    #[must_use]
    pub const fn num_witness(&self) -> usize {
        self.num_witness
    }

    /// All wires: the length of an assignment.
    #[must_use]
    pub const fn num_wires(&self) -> usize {
        self.num_instance + self.num_witness
    }

    /// A, B and C.
    #[must_use]
    pub const fn matrices(&self) -> &[Matrix; 3] {
        &self.matrices
    }

    /// The distinct coefficients; the first two are 1 and -1.
    #[must_use]
    pub fn coefficients(&self) -> &[Fr] {
        &self.coefficients
    }

    /// Non-zero entries of A, B and C.
    #[must_use]
    pub fn nonzeros(&self) -> [usize; 3] {
        [0, 1, 2].map(|m| self.matrices[m].nonzeros())
    }

    /// The clause to which a constraint belongs.
    #[must_use]
    pub fn clause_of_constraint(&self, index: usize) -> &str {
        &self.clauses[usize::from(self.clause_of_constraint[index])]
    }

    /// The clause that allocated a wire.
    #[must_use]
    pub fn clause_of_wire(&self, wire: usize) -> &str {
        &self.clauses[usize::from(self.clause_of_wire[wire])]
    }

    /// The clauses in the order in which the circuit first names them, those without constraints left out.
    #[must_use]
    pub fn clauses(&self) -> Vec<ClauseCount> {
        let empty =
            |name: &String| ClauseCount { name: name.clone(), constraints: 0, wires: 0, nonzeros: [0; 3] };
        let mut counts: Vec<_> = self.clauses.iter().map(empty).collect();
        for (index, &clause) in self.clause_of_constraint.iter().enumerate() {
            let count = &mut counts[usize::from(clause)];
            count.constraints += 1;
            for (total, matrix) in count.nonzeros.iter_mut().zip(&self.matrices) {
                *total += matrix.row(index).len();
            }
        }
        for &clause in &self.clause_of_wire {
            counts[usize::from(clause)].wires += 1;
        }
        counts.retain(|count| count.constraints > 0);
        counts
    }

    /// SHA-256 of the dimensions and the matrices; names do not count.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(b"tacit/r1cs/v1");
        hasher.update(self.encode_matrices());
        hasher.finalize().into()
    }

    /// One entry of `M z`.
    fn product(&self, row: &[(u32, u32)], z: &[Fr]) -> Fr {
        let mut sum = Fr::zero();
        for &(wire, place) in row {
            let value = z[wire as usize];
            match place {
                ONE => sum += value,
                MINUS_ONE => sum -= value,
                _ => sum += value * self.coefficients[place as usize],
            }
        }
        sum
    }

    /// The constraints that an assignment violates, in order.
    ///
    /// # Panics
    /// If the assignment has another number of wires than the system.
    pub fn unsatisfied<'a>(&'a self, assignment: &'a Assignment) -> impl Iterator<Item = Unsatisfied> + 'a {
        let z = assignment.as_slice();
        assert_eq!(z.len(), self.num_wires(), "the assignment is of another circuit");
        (0..self.num_constraints())
            .filter(|&index| {
                let [a, b, c] = [0, 1, 2].map(|m| self.product(self.matrices[m].row(index), z));
                a * b != c
            })
            .map(|index| Unsatisfied { index, clause: self.clause_of_constraint(index).to_owned() })
    }

    /// The first constraint that an assignment violates.
    ///
    /// # Panics
    /// If the assignment has another number of wires than the system.
    #[must_use]
    pub fn first_unsatisfied(&self, assignment: &Assignment) -> Option<Unsatisfied> {
        self.unsatisfied(assignment).next()
    }

    /// Whether wire 0 is 1 and every constraint holds.
    ///
    /// # Panics
    /// If the assignment has another number of wires than the system.
    #[must_use]
    pub fn is_satisfied(&self, assignment: &Assignment) -> bool {
        assignment.as_slice()[0].is_one() && self.first_unsatisfied(assignment).is_none()
    }

    /// A, B and C as arkworks has them: rows of (coefficient, wire).
    #[must_use]
    pub fn to_ark_matrices(&self) -> [Vec<Vec<(Fr, usize)>>; 3] {
        let entry = |&(wire, place): &(u32, u32)| (self.coefficients[place as usize], wire as usize);
        [0, 1, 2].map(|m| {
            let matrix = &self.matrices[m];
            (0..matrix.num_rows()).map(|row| matrix.row(row).iter().map(entry).collect()).collect()
        })
    }
}
