use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, UniformRand};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::fft::everywhere;
use crate::words::Words;
use crate::{PackedAssignment, SparseMatrix, Task, Vectors};

type Rows = Vec<Vec<(u32, u32)>>;

/// A case: a vector, a table and rows.
struct Case {
    name: String,
    values: Vec<Fr>,
    table: Vec<Fr>,
    rows: Rows,
}

impl Case {
    fn expected(&self, size: usize) -> Vec<Fr> {
        let mut sums = vec![Fr::ZERO; size];
        for (sum, row) in sums.iter_mut().zip(&self.rows) {
            for &(column, place) in row {
                *sum += self.values[column as usize] * self.table[place as usize];
            }
        }
        sums
    }
}

fn table(rng: &mut ChaCha20Rng) -> Vec<Fr> {
    let mut table = vec![Fr::ONE, -Fr::ONE, Fr::ZERO, Fr::from(2_u64), -Fr::from(2_u64)];
    table.extend([1, 52, 64, 104, 128, 156, 208, 253].map(|k| Fr::from(2_u64).pow([k]) - Fr::ONE));
    // Representatives of all ones, and the largest.
    table.push(Fr::from_any_words([u64::MAX, u64::MAX, u64::MAX, (1 << 61) - 1]) / Fr::from(16_u64));
    table.push(-Fr::from_any_words([1, 0, 0, 0]) / Fr::from(16_u64));
    table.push(-Fr::from_any_words([1, 0, 0, 0]));
    table.extend((0..20).map(|_| Fr::rand(rng)));
    table
}

/// Rows of the given lengths; `kinds` places of the table are used.
fn rows(rng: &mut ChaCha20Rng, lengths: &[usize], columns: usize, kinds: core::ops::Range<u32>) -> Rows {
    let mut row = |&length: &usize| {
        (0..length).map(|_| (rng.gen_range(0..columns as u32), rng.gen_range(kinds.clone()))).collect()
    };
    lengths.iter().map(&mut row).collect()
}

fn cases() -> Vec<Case> {
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let table = table(&mut rng);
    let all = 0..table.len() as u32;
    let mut shapes: Vec<(String, Vec<usize>, core::ops::Range<u32>)> = Vec::new();
    for count in [1, 2, 7, 8, 9, 17] {
        for length in [0, 1, 2, 6, 7, 8, 13, 14, 15, 80] {
            for kinds in [0..1, 1..2, 0..2, 2..3, 13..16, all.clone()] {
                shapes.push((format!("{count} rows of {length}"), vec![length; count], kinds));
            }
        }
    }
    for length in [255, 256, 257, 511, 512, 513, 3000] {
        shapes.push((format!("a row of {length}"), vec![3, length, 0, length, 1], all.clone()));
        shapes.push((format!("a row of {length}"), vec![length], 13..16));
        shapes.push((format!("a row of {length} negatives"), vec![length], 1..2));
    }
    let mut lengths: Vec<usize> = (0..9000).map(|_| rng.gen_range(0..3)).collect();
    for length in lengths.iter_mut().step_by(97) {
        *length = rng.gen_range(0..90);
    }
    shapes.push(("as in a circuit".into(), lengths, all));

    let mut cases = Vec::new();
    for (name, lengths, kinds) in shapes {
        for columns in [1, 8, 5000] {
            let rows = rows(&mut rng, &lengths, columns, kinds.clone());
            let values = [
                (0..columns).map(|_| Fr::rand(&mut rng)).collect(),
                (0..columns).map(|i| table[13 + i % 3]).collect(),
                vec![-Fr::ONE; columns],
                (0..columns).map(|i| Fr::from(i as u64 % 2)).collect(),
            ];
            let values: [Vec<Fr>; 4] = values;
            for (kind, values) in values.into_iter().enumerate() {
                let name = format!("{name}, {columns} columns, values {kind}");
                cases.push(Case { name, values, table: table.clone(), rows: rows.clone() });
            }
        }
    }
    cases.push(Case { name: "no rows".into(), values: Vec::new(), table: Vec::new(), rows: Vec::new() });
    cases
}

struct Products<'a>(&'a [Case]);

impl Task for Products<'_> {
    type Output = ();
    fn run<V: Vectors>(self) {
        for case in self.0 {
            let matrix = SparseMatrix::<V>::new(case.values.len(), &case.table, &case.rows);
            assert_eq!(matrix.rows(), case.rows.len());
            assert_eq!(matrix.nonzeros(), case.rows.iter().map(Vec::len).sum::<usize>());
            let values = PackedAssignment::new(&case.values);
            for size in [case.rows.len(), case.rows.len().next_power_of_two()] {
                let product = matrix.mul(&values, size);
                assert!(product.to_fields() == case.expected(size), "{}, {size}", case.name);
            }
        }
    }
}

#[test]
fn sparse_product_agrees_with_plain_arithmetic() {
    let cases = cases();
    everywhere(|| Products(&cases));
}

struct OutOfRange;

impl Task for OutOfRange {
    type Output = ();
    fn run<V: Vectors>(self) {
        let _ = SparseMatrix::<V>::new(3, &[Fr::ONE], [[(3, 0)]]);
    }
}

#[test]
#[should_panic(expected = "row 0: no such column")]
fn sparse_columns_are_checked() {
    crate::Backend::portable().run(OutOfRange);
}
