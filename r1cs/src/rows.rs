//! A system from its rows, for circuits that were compiled elsewhere.

use ark_bn254::Fr;
use ark_ff::Zero;

use crate::encoding::LIMIT;
use crate::matrix::{CoefficientTable, Matrix, R1cs};

/// Why rows are no system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowsError {
    /// There are more wires, constraints or entries than a system may have, or more instance wires than
    /// wires, or none.
    #[error("the circuit has too many wires, constraints or entries, or no constant wire; split it")]
    Counts,
    /// A wire that does not exist, or wires of a row that do not increase.
    #[error(
        "constraint {constraint} names wires that do not exist or are not in order; compile the circuit again"
    )]
    Wires {
        /// Its number.
        constraint: usize,
    },
    /// A coefficient that is zero.
    #[error("constraint {constraint} has a coefficient of zero; compile the circuit again")]
    ZeroCoefficient {
        /// Its number.
        constraint: usize,
    },
}

/// Takes rows one constraint after the other.
pub struct RowsBuilder {
    num_instance: usize,
    num_wires: usize,
    clause: String,
    coefficients: CoefficientTable,
    matrices: [Matrix; 3],
    num_constraints: usize,
}

impl R1cs {
    /// A system of `num_wires` wires, of which the first `num_instance` are the instance (the constant 1
    /// included), to be filled with rows. All constraints belong to one clause.
    pub fn builder(num_instance: usize, num_wires: usize, clause: &str) -> Result<RowsBuilder, RowsError> {
        if num_instance == 0 || num_instance > num_wires || num_wires as u64 > LIMIT {
            return Err(RowsError::Counts);
        }
        Ok(RowsBuilder {
            num_instance,
            num_wires,
            clause: clause.to_owned(),
            coefficients: CoefficientTable::new(),
            matrices: [Matrix::new(), Matrix::new(), Matrix::new()],
            num_constraints: 0,
        })
    }
}

impl RowsBuilder {
    /// Adds a constraint: its rows of A, B and C, wires strictly increasing, no coefficient zero.
    pub fn push(&mut self, rows: [&[(u32, Fr)]; 3]) -> Result<(), RowsError> {
        let constraint = self.num_constraints;
        let entries = self.matrices.iter().map(Matrix::nonzeros).sum::<usize>();
        let more = rows.iter().map(|row| row.len()).sum::<usize>();
        if constraint as u64 >= LIMIT || (entries + more) as u64 > u64::from(u32::MAX) {
            return Err(RowsError::Counts);
        }
        for row in rows {
            let inside = row.last().is_none_or(|(wire, _)| (*wire as usize) < self.num_wires);
            if !inside || !row.is_sorted_by(|a, b| a.0 < b.0) {
                return Err(RowsError::Wires { constraint });
            }
            if row.iter().any(|(_, coefficient)| coefficient.is_zero()) {
                return Err(RowsError::ZeroCoefficient { constraint });
            }
        }
        for (matrix, row) in self.matrices.iter_mut().zip(rows) {
            matrix.push_row(row, &mut self.coefficients);
        }
        self.num_constraints += 1;
        Ok(())
    }

    /// The system.
    #[must_use]
    pub fn finish(self) -> R1cs {
        R1cs {
            num_instance: self.num_instance,
            num_witness: self.num_wires - self.num_instance,
            coefficients: self.coefficients.into_values(),
            matrices: self.matrices,
            clauses: vec![self.clause],
            clause_of_constraint: vec![0; self.num_constraints],
            clause_of_wire: vec![0; self.num_wires],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(wire: u32, coefficient: i64) -> (u32, Fr) {
        (wire, Fr::from(coefficient))
    }

    #[test]
    fn rows_make_the_system_that_its_encoding_makes() {
        let mut builder = R1cs::builder(2, 4, "all").unwrap();
        builder.push([&[term(2, 1)], &[term(0, 5), term(2, -1)], &[]]).unwrap();
        builder.push([&[term(1, 5), term(3, 7)], &[term(0, 1)], &[term(2, 1)]]).unwrap();
        let system = builder.finish();
        assert_eq!((system.num_instance(), system.num_wires(), system.num_constraints()), (2, 4, 2));
        assert_eq!(system.nonzeros(), [3, 3, 1]);
        assert!(R1cs::from_bytes(&system.to_bytes()).unwrap() == system);
    }

    #[test]
    fn bad_rows_are_refused_by_name() {
        assert_eq!(R1cs::builder(0, 4, "all").err(), Some(RowsError::Counts));
        assert_eq!(R1cs::builder(5, 4, "all").err(), Some(RowsError::Counts));
        assert_eq!(R1cs::builder(1, 1 << 25, "all").err(), Some(RowsError::Counts));
        let mut builder = R1cs::builder(2, 4, "all").unwrap();
        let cases: [(&[(u32, Fr)], _); 4] = [
            (&[term(4, 1)], RowsError::Wires { constraint: 0 }),
            (&[term(2, 1), term(1, 1)], RowsError::Wires { constraint: 0 }),
            (&[term(2, 1), term(2, 1)], RowsError::Wires { constraint: 0 }),
            (&[term(2, 0)], RowsError::ZeroCoefficient { constraint: 0 }),
        ];
        for (row, error) in cases {
            for rows in [[row, &[], &[]], [&[], row, &[]], [&[], &[], row]] {
                assert_eq!(builder.push(rows), Err(error));
            }
        }
        assert_eq!(builder.finish().num_constraints(), 0);
    }
}
