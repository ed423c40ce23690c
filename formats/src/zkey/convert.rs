//! Between keys of circom, keys of arkworks, and constraint systems.
//!
//! The queries A, B₁, B₂, L and IC are the same in both; wires keep their numbers. H changes its basis: see
//! [`reduction`](crate::reduction).

use ark_bn254::{Bn254, Fr, G1Affine};
use ark_ff::{One, Zero};
use ark_groth16::ProvingKey;
use tacit_r1cs::{R1cs, RowsError};

use super::{Coefficient, MatrixName, ShapeError, Zkey, ZkeyParts};
use crate::r1cs::{CircomR1cs, Term};
use crate::reduction::{coset_lagrange, monomial};

/// Why a key and a circuit do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// The rows after the circuit's do not bind the public values.
    #[error("the key's matrices do not end with the rows that bind the public values; make the key again")]
    BindingRows,
    /// The key is for another number of wires or public values.
    #[error("the key has {key} {what}, the circuit {circuit}; use the key of this circuit")]
    Count {
        /// What is counted.
        what: &'static str,
        /// Number in the key.
        key: usize,
        /// Number in the circuit.
        circuit: usize,
    },
    /// The key was made for other constraints.
    #[error("constraint {constraint} of the circuit is not that of the key; use the key of this circuit")]
    Constraint {
        /// The first that differs.
        constraint: usize,
    },
    /// The parts of the key do not fit each other.
    #[error("{0}")]
    Shape(#[from] ShapeError),
}

/// The matrices A and B of a key: without the rows that bind the public values, wires strictly increasing
/// within a row, no zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMatrices {
    num_constraints: usize,
    num_instance: usize,
    terms: Vec<Term>,
    /// Ends of the rows of A, then of B.
    ends: Vec<usize>,
}

impl KeyMatrices {
    /// The matrices of a key's entries. The key does not say how many constraints there are: the rows that bind
    /// the public values end A, so that the last row of all is the one that binds the last public value.
    pub fn new(coefficients: &[Coefficient], num_public: usize) -> Result<Self, ConvertError> {
        let rows = coefficients.iter().map(|entry| entry.row as usize + 1).max().unwrap_or(0);
        let instance = num_public + 1;
        let num_constraints = rows.checked_sub(instance).ok_or(ConvertError::BindingRows)?;
        let (mut terms, mut ends) = (Vec::with_capacity(coefficients.len()), Vec::new());
        let mut entries = by_rows(coefficients, rows).into_iter().peekable();
        for matrix in [MatrixName::A, MatrixName::B] {
            for row in 0..num_constraints {
                let start = terms.len();
                let here = |entry: &&Coefficient| (entry.matrix, entry.row as usize) == (matrix, row);
                while let Some(entry) = entries.next_if(here) {
                    push(&mut terms, start, (entry.wire, entry.value));
                }
                // A sum of several entries may be zero.
                let mut kept = start;
                for i in start..terms.len() {
                    if !terms[i].1.is_zero() {
                        terms[kept] = terms[i];
                        kept += 1;
                    }
                }
                terms.truncate(kept);
                ends.push(kept);
            }
            let rest = num_constraints..;
            let here = |entry: &&Coefficient| entry.matrix == matrix && rest.contains(&(entry.row as usize));
            let mut bound = 0;
            while let Some(entry) = entries.next_if(here) {
                let wanted = (num_constraints + bound, bound);
                let found = (entry.row as usize, entry.wire as usize);
                if matrix == MatrixName::B || found != wanted || !entry.value.is_one() {
                    return Err(ConvertError::BindingRows);
                }
                bound += 1;
            }
            if matrix == MatrixName::A && bound != instance {
                return Err(ConvertError::BindingRows);
            }
        }
        Ok(Self { num_constraints, num_instance: instance, terms, ends })
    }

    /// Constraints of the circuit.
    #[must_use]
    pub const fn num_constraints(&self) -> usize {
        self.num_constraints
    }

    /// A row.
    ///
    /// # Panics
    /// If the circuit has no such constraint.
    #[must_use]
    pub fn row(&self, matrix: MatrixName, constraint: usize) -> &[Term] {
        assert!(constraint < self.num_constraints, "the circuit has fewer constraints");
        let row = constraint + if matrix == MatrixName::A { 0 } else { self.num_constraints };
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.terms[start..self.ends[row]]
    }

    /// The system of these rows, with all rows of C empty: for who proves without C.
    pub fn to_r1cs(&self, num_wires: usize) -> Result<R1cs, RowsError> {
        let mut system = R1cs::builder(self.num_instance, num_wires, "circom")?;
        for constraint in 0..self.num_constraints {
            let [a, b] = [MatrixName::A, MatrixName::B].map(|matrix| self.row(matrix, constraint));
            system.push([a, b, &[]])?;
        }
        Ok(system.finish())
    }
}

impl Zkey {
    /// The matrices A and B.
    pub fn matrices(&self) -> Result<KeyMatrices, ConvertError> {
        KeyMatrices::new(&self.parts.coefficients, self.num_public())
    }

    /// Whether A and B of this key are those of a circuit. C is not in the file; only a ceremony's transcript
    /// ties it to the key.
    pub fn check_circuit(&self, circuit: &CircomR1cs) -> Result<(), ConvertError> {
        let matrices = self.matrices()?;
        let counts = [
            ("wires", self.num_wires(), circuit.num_wires()),
            ("public values", self.num_public(), circuit.num_public()),
            ("constraints", matrices.num_constraints, circuit.num_constraints()),
        ];
        if let Some((what, key, circuit)) = counts.into_iter().find(|(_, key, circuit)| key != circuit) {
            return Err(ConvertError::Count { what, key, circuit });
        }
        let mut sorted = Vec::new();
        for (constraint, [a, b, _]) in circuit.constraints().enumerate() {
            for (matrix, row) in [(MatrixName::A, a), (MatrixName::B, b)] {
                sorted.clear();
                sorted.extend(row.iter().filter(|(_, coefficient)| !coefficient.is_zero()));
                sorted.sort_unstable_by_key(|&(wire, _)| wire);
                if sorted != matrices.row(matrix, constraint) {
                    return Err(ConvertError::Constraint { constraint });
                }
            }
        }
        Ok(())
    }

    /// The key as arkworks has it.
    ///
    /// A change of basis: about `n·log n` multiplications of points, some seconds for the larger domains.
    pub fn to_ark(&self) -> Result<ProvingKey<Bn254>, ConvertError> {
        let parts = &self.parts;
        let mut h_query = monomial(&parts.h).ok_or(ShapeError::Domain { found: parts.h.len() })?;
        h_query.pop();
        Ok(ProvingKey {
            vk: parts.vk.clone(),
            beta_g1: parts.beta_g1,
            delta_g1: parts.delta_g1,
            a_query: parts.a.clone(),
            b_g1_query: parts.b_g1.clone(),
            b_g2_query: parts.b_g2.clone(),
            h_query,
            l_query: parts.l.clone(),
        })
    }

    /// A key of arkworks, and the system that it was made for, in circom's words. The file tells of no
    /// ceremony.
    ///
    /// A change of basis, as [`to_ark`](Self::to_ark).
    pub fn from_ark(key: &ProvingKey<Bn254>, r1cs: &R1cs) -> Result<Self, ConvertError> {
        let found = key.h_query.len() + 1;
        check_counts(key, r1cs)?;
        let h = coset_lagrange(&key.h_query, found).ok_or(ShapeError::Domain { found })?;
        Self::from_ark_with(key, r1cs, h)
    }

    /// [`from_ark`](Self::from_ark) with the points H of circom, for who knows how to make them: nothing
    /// changes its basis.
    pub fn from_ark_with(
        key: &ProvingKey<Bn254>,
        r1cs: &R1cs,
        h: Vec<G1Affine>,
    ) -> Result<Self, ConvertError> {
        check_counts(key, r1cs)?;
        let (what, key_size, found) = ("points H", key.h_query.len() + 1, h.len());
        if found != key_size {
            return Err(ConvertError::Count { what, key: found, circuit: key_size });
        }
        Ok(Self::new(ZkeyParts {
            vk: key.vk.clone(),
            beta_g1: key.beta_g1,
            delta_g1: key.delta_g1,
            coefficients: coefficients(r1cs).ok_or(ShapeError::TooLarge)?,
            a: key.a_query.clone(),
            b_g1: key.b_g1_query.clone(),
            b_g2: key.b_g2_query.clone(),
            l: key.l_query.clone(),
            h,
            ceremony: None,
        })?)
    }
}

/// Whether a key of arkworks is one of a system, as far as numbers tell.
fn check_counts(key: &ProvingKey<Bn254>, r1cs: &R1cs) -> Result<(), ConvertError> {
    let (instance, constraints) = (r1cs.num_instance(), r1cs.num_constraints());
    let counts = [
        ("wires", key.a_query.len(), r1cs.num_wires()),
        ("public values", key.vk.gamma_abc_g1.len().saturating_sub(1), instance - 1),
        ("elements of the domain", key.h_query.len() + 1, (constraints + instance).next_power_of_two()),
    ];
    match counts.into_iter().find(|(_, key, circuit)| key != circuit) {
        Some((what, key, circuit)) => Err(ConvertError::Count { what, key, circuit }),
        None => Ok(()),
    }
}

/// Entries by matrix, row, wire; those of the same place in the order of the file. There are so many rows of each matrix.
fn by_rows(coefficients: &[Coefficient], rows: usize) -> Vec<&Coefficient> {
    let Some(first) = coefficients.first() else { return Vec::new() };
    let row = |entry: &Coefficient| entry.row as usize + if entry.matrix == MatrixName::A { 0 } else { rows };
    let mut ends = vec![0; 2 * rows];
    coefficients.iter().for_each(|entry| ends[row(entry)] += 1);
    let mut end = 0;
    for count in &mut ends {
        end += *count;
        *count = end;
    }
    // From the last one on, each goes to the end of what is left of its row.
    let mut sorted = vec![first; coefficients.len()];
    let mut left = ends.clone();
    for entry in coefficients.iter().rev() {
        let place = &mut left[row(entry)];
        *place -= 1;
        sorted[*place] = entry;
    }
    let mut start = 0;
    for end in ends {
        let row = &mut sorted[start..end];
        if !row.is_sorted_by_key(|entry| entry.wire) {
            row.sort_by_key(|entry| entry.wire);
        }
        start = end;
    }
    sorted
}

/// Adds to the term of the same wire, if the row has one.
fn push(terms: &mut Vec<Term>, start: usize, (wire, value): Term) {
    match terms[start..].last_mut() {
        Some((last, sum)) if *last == wire => *sum += value,
        _ => terms.push((wire, value)),
    }
}

/// The entries of A and B in the order in which snarkjs writes them, then those that bind the public values.
fn coefficients(r1cs: &R1cs) -> Option<Vec<Coefficient>> {
    let mut all = Vec::new();
    let [a, b, _] = r1cs.matrices();
    for constraint in 0..r1cs.num_constraints() {
        let row = u32::try_from(constraint).ok()?;
        for (matrix, rows) in [(MatrixName::A, a), (MatrixName::B, b)] {
            let entry = |&(wire, place): &(u32, u32)| Coefficient {
                matrix,
                row,
                wire,
                value: r1cs.coefficients()[place as usize],
            };
            all.extend(rows.row(constraint).iter().map(entry));
        }
    }
    for wire in 0..r1cs.num_instance() {
        let row = u32::try_from(r1cs.num_constraints() + wire).ok()?;
        all.push(Coefficient { matrix: MatrixName::A, row, wire: wire as u32, value: Fr::one() });
    }
    Some(all)
}
