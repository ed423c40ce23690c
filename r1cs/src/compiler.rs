//! The symbolic driver: linear combinations in, matrices out, no value anywhere.

use std::collections::HashMap;

use ark_bn254::Fr;

use crate::linear::LinearCombination;
use crate::matrix::{CoefficientTable, Matrix, R1cs};
use crate::system::{ConstraintSystem, Known};

/// Has no value, so that a hint, which needs one, cannot run.
pub enum NoValues {}

impl Known for NoValues {
    type Num = LinearCombination;
    fn value(&self, _: &LinearCombination) -> Fr {
        match *self {}
    }
}

/// Records constraints. Never runs a hint.
pub struct Compiler {
    num_instance: u32,
    num_wires: u32,
    coefficients: CoefficientTable,
    matrices: [Matrix; 3],
    clauses: Vec<String>,
    numbers_of_clauses: HashMap<&'static str, u16>,
    current: u16,
    clause_of_constraint: Vec<u16>,
    clause_of_wire: Vec<u16>,
}

impl Default for Compiler {
    fn default() -> Self {
        Self::new()
    }
}

impl Compiler {
    /// An empty system: one wire, the constant 1.
    #[must_use]
    pub fn new() -> Self {
        let mut new = Self {
            num_instance: 1,
            num_wires: 1,
            coefficients: CoefficientTable::new(),
            matrices: [Matrix::new(), Matrix::new(), Matrix::new()],
            clauses: Vec::new(),
            numbers_of_clauses: HashMap::new(),
            current: 0,
            clause_of_constraint: Vec::new(),
            clause_of_wire: Vec::new(),
        };
        new.clause("one");
        new.clause_of_wire.push(0);
        new
    }

    fn wire(&mut self) -> LinearCombination {
        let wire = LinearCombination::wire(self.num_wires);
        self.num_wires += 1;
        self.clause_of_wire.push(self.current);
        wire
    }

    /// The matrices.
    #[must_use]
    pub fn finish(self) -> R1cs {
        R1cs {
            num_instance: self.num_instance as usize,
            num_witness: (self.num_wires - self.num_instance) as usize,
            coefficients: self.coefficients.into_values(),
            matrices: self.matrices,
            clauses: self.clauses,
            clause_of_constraint: self.clause_of_constraint,
            clause_of_wire: self.clause_of_wire,
        }
    }
}

impl ConstraintSystem for Compiler {
    type Num = LinearCombination;
    type Known = NoValues;

    fn clause(&mut self, name: &'static str) {
        let next = self.clauses.len();
        self.current = *self.numbers_of_clauses.entry(name).or_insert_with(|| {
            self.clauses.push(name.to_owned());
            u16::try_from(next).expect("fewer than 65,536 clauses")
        });
    }

    fn instance(&mut self, _: impl FnOnce(&NoValues) -> Fr) -> LinearCombination {
        assert_eq!(self.num_instance, self.num_wires, "instance wires come before witness wires");
        self.num_instance += 1;
        self.wire()
    }

    fn witness(&mut self, _: impl FnOnce(&NoValues) -> Fr) -> LinearCombination {
        self.wire()
    }

    fn enforce(&mut self, a: &LinearCombination, b: &LinearCombination, c: &LinearCombination) {
        for (matrix, row) in self.matrices.iter_mut().zip([a, b, c]) {
            matrix.push_row(row.terms(), &mut self.coefficients);
        }
        self.clause_of_constraint.push(self.current);
    }

    fn advise<T>(&self, _: impl FnOnce(&NoValues) -> T) -> Option<T> {
        None
    }

    fn native(
        &mut self,
        _: usize,
        _: impl FnOnce(&NoValues, &mut Vec<Fr>) -> Fr,
    ) -> Option<LinearCombination> {
        None
    }
}
