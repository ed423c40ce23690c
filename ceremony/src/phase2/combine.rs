//! The columns of a circuit's matrices, combined with points: what the initial key consists of.
//!
//! In G1 many products at once, as the prover makes them; in G2 one by one, by the endomorphism. Coefficients are public.

use std::collections::{HashMap, HashSet};

use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine, G2Projective, g2};
use ark_ec::CurveGroup;
use ark_ec::scalar_mul::glv::GLVConfig;
use ark_ff::{AdditiveGroup, One};
use rayon::prelude::*;
use tacit_formats::r1cs::{CircomR1cs, Term};
use tacit_formats::zkey::{Coefficient, MatrixName};
use tacit_prover::Backend;
use tacit_prover::points::{Multiplier, Product, scale};

use crate::progress::{Steps, Watch};

/// Entries of a column: row and coefficient.
type Column = Vec<Term>;

/// The matrices by columns: for each wire its entries in A, B and C; and the entries of A and B in the order of the file.
pub(super) struct Entries {
    pub(super) columns: Vec<[Column; 3]>,
    pub(super) coefficients: Vec<Coefficient>,
}

impl Entries {
    /// Of a circuit, with the rows that bind the public values.
    pub(super) fn of(circuit: &CircomR1cs) -> Self {
        let mut columns: Vec<[Column; 3]> = vec![Default::default(); circuit.num_wires()];
        let mut coefficients = Vec::new();
        // Rows and wires are numbers of the file's, which has 32 bits for them.
        for (row, constraint) in (0_u32..).zip(circuit.constraints()) {
            for (kind, terms) in constraint.into_iter().enumerate() {
                for &(wire, value) in terms {
                    columns[wire as usize][kind].push((row, value));
                    let matrix = [MatrixName::A, MatrixName::B].get(kind);
                    coefficients.extend(matrix.map(|&matrix| Coefficient { matrix, row, wire, value }));
                }
            }
        }
        let (first, value) = (circuit.num_constraints() as u32, Fr::one());
        for wire in 0..=circuit.num_public() as u32 {
            columns[wire as usize][0].push((first + wire, value));
            coefficients.push(Coefficient { matrix: MatrixName::A, row: first + wire, wire, value });
        }
        Self { columns, coefficients }
    }
}

/// Columns that a thread takes at a time.
const COLUMNS: usize = 256;
/// Products of G1 that take as long as one of G2.
const G2_COST: usize = 16;

/// Makes a point for each column.
pub(super) struct Combine<'a> {
    columns: &'a [[Column; 3]],
    /// Every coefficient that is a product's.
    multipliers: HashMap<Fr, Multiplier>,
    steps: Steps<'a>,
}

impl<'a> Combine<'a> {
    pub(super) fn new(columns: &'a [[Column; 3]], watch: Watch<'a>) -> Self {
        let values = columns.iter().flatten().flatten().map(|term| term.1);
        let distinct: HashSet<Fr> = values.filter(|value| !is_plain(value)).collect();
        let multipliers = distinct.into_par_iter().map(|value| (value, Multiplier::new(value))).collect();
        // A, then B in both groups, then all of L.
        let entries = |kind| entries(columns, kind);
        let steps = Steps::new(watch, 2 * entries(0) + (2 + G2_COST) * entries(1) + entries(2));
        Self { columns, multipliers, steps }
    }

    /// `Σ coefficient·point of the row`, over each of these matrices with the points for its rows.
    pub(super) fn in_g1(&self, matrices: &[(usize, &[G1Affine])]) -> Vec<G1Affine> {
        let backend = Backend::from_environment();
        let some = |columns: &[[Column; 3]]| {
            let of_some = columns.iter().flat_map(|column| terms(column, matrices));
            let products: Vec<Product<'_>> =
                of_some.filter_map(|(point, value)| Some((point, self.multipliers.get(&value)?))).collect();
            let mut products = scale(backend, &products).into_iter();
            let sum = |column| {
                terms(column, matrices).fold(G1Projective::ZERO, |sum, (point, value)| {
                    if value.is_one() {
                        sum + point
                    } else if is_plain(&value) {
                        sum - point
                    } else {
                        sum + products.next().expect("one product for each such entry")
                    }
                })
            };
            let sums: Vec<G1Projective> = columns.iter().map(sum).collect();
            self.steps.done(matrices.iter().map(|&(kind, _)| entries(columns, kind)).sum());
            G1Projective::normalize_batch(&sums)
        };
        self.columns.par_chunks(COLUMNS).flat_map_iter(some).collect()
    }

    /// The same in G2, over one matrix.
    pub(super) fn in_g2(&self, kind: usize, points: &[G2Affine]) -> Vec<G2Affine> {
        let some = |columns: &[[Column; 3]]| {
            let sum = |column: &[Column; 3]| {
                column[kind].iter().fold(G2Projective::ZERO, |sum, &(row, value)| {
                    let point = points[row as usize];
                    if value.is_one() {
                        sum + point
                    } else if is_plain(&value) {
                        sum - point
                    } else {
                        sum + g2::Config::glv_mul_projective(point.into(), value)
                    }
                })
            };
            let sums: Vec<G2Projective> = columns.iter().map(sum).collect();
            self.steps.done(G2_COST * entries(columns, kind));
            G2Projective::normalize_batch(&sums)
        };
        // Fewer at a time, for they take longer.
        self.columns.par_chunks(COLUMNS / 8).flat_map_iter(some).collect()
    }
}

/// Entries of a matrix in some columns.
fn entries(columns: &[[Column; 3]], kind: usize) -> usize {
    columns.iter().map(|column| column[kind].len()).sum()
}

/// Point and coefficient of each entry of a column.
fn terms<'a>(
    column: &'a [Column; 3],
    matrices: &'a [(usize, &'a [G1Affine])],
) -> impl Iterator<Item = (G1Affine, Fr)> + 'a {
    let of = |&(kind, points): &(usize, &'a [G1Affine])| {
        column[kind].iter().map(move |&(row, value)| (points[row as usize], value))
    };
    matrices.iter().flat_map(of)
}

/// Whether a product is the point or its negative.
fn is_plain(value: &Fr) -> bool {
    value.is_one() || (-*value).is_one()
}
