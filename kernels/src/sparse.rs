//! Products of a sparse matrix over Fr and a vector: the values `A·z` of a constraint system, eight rows at a time.
//!
//! The terms of a row are put in order: those with a coefficient to be multiplied by, those with 1, those with −1. Rows
//! are sorted by the three counts and cut in groups of eight, one a lane, whose counts are nearly the same; shorter rows are filled
//! up with a wire that is zero. A step of a group gathers eight wires, and eight coefficients from their table, each a line away,
//! and adds eight products to a loose sum. Rows of very many terms are cut into pieces first, so that one of them does
//! not hold up seven lanes.
//!
//! In memory a row takes four bytes a term, four more where there is a coefficient.

use core::cmp::Reverse;
use core::marker::PhantomData;
use core::ops::Range;

use ark_bn254::Fr;
use ark_ff::Field;
use rayon::prelude::*;
use zeroize::Zeroize;

use crate::backend::{Kernel, Vectors};
use crate::fft::Packed;
use crate::lanes::{Lanes, Line, Loose, PrimeLanes};

/// Terms of a piece of a row.
const PIECE: usize = 256;
/// Elements and loose products, each below `1.15p`, that may be added to a reduced sum, below `2.3p`: 10.4p is within bounds.
const ADDENDS: usize = 7;
/// Steps that one thread does at a time: some 10 µs.
const RUN: usize = 256;
/// Wires that one thread packs at a time, and elements that it sorts back.
const PACKED_RUN: usize = 4096;

const ZERO_LINE: Line = Line([0; 8]);

/// Eight indices, one a lane.
type Step = [u32; 8];

/// The values of all wires, each on a line of its own, in the backend's form. Zeroized when dropped.
pub struct PackedAssignment<V> {
    /// After the last wire comes one that is zero.
    lines: Vec<Line>,
    backend: PhantomData<V>,
}

impl<V: Vectors> PackedAssignment<V> {
    /// The values, packed.
    #[must_use]
    pub fn new(values: &[Fr]) -> Self {
        let mut lines = vec![ZERO_LINE; values.len() + 1];
        let targets = &mut lines[..values.len()];
        if values.len() <= PACKED_RUN {
            V::enter(Spread::<V::Fr>(values, targets));
        } else {
            values
                .par_chunks(PACKED_RUN)
                .zip(targets.par_chunks_mut(PACKED_RUN))
                .for_each(|(values, lines)| V::enter(Spread::<V::Fr>(values, lines)));
        }
        Self { lines, backend: PhantomData }
    }

    /// How many wires.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.lines.len() - 1
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<V> Drop for PackedAssignment<V> {
    fn drop(&mut self) {
        self.lines.iter_mut().for_each(|line| line.0.zeroize());
    }
}

/// A sparse matrix, laid out for products.
pub struct SparseMatrix<V: Vectors> {
    columns: usize,
    nonzeros: usize,
    groups: Vec<Group>,
    /// Of all groups: the columns of their terms.
    terms: Vec<Step>,
    /// Of all groups: the coefficients' places in the table, for the terms that have one.
    places: Vec<Step>,
    /// The coefficients, one a line.
    table: Vec<Line>,
    /// Groups that one thread does at a time.
    runs: Vec<Range<usize>>,
    /// For each row, the lane that computes it (or its first piece), counted through all groups.
    lane_of_row: Vec<u32>,
    /// The rows in several pieces, and the lanes of the others.
    long_rows: Vec<(u32, Vec<u32>)>,
    backend: PhantomData<V>,
}

/// Eight rows, or pieces of rows: how many steps of each kind they take.
#[derive(Clone, Copy)]
struct Group {
    first_term: usize,
    first_place: usize,
    counts: [usize; 3],
}

/// A row, or a piece of one: columns and places in the table, in the order of their kinds.
struct Piece {
    row: usize,
    terms: Vec<(u32, u32)>,
    counts: [usize; 3],
}

impl<V: Vectors> SparseMatrix<V> {
    /// The matrix of these rows, each a list of columns and of places in the table of coefficients. Columns may repeat.
    ///
    /// # Panics
    /// If a column is not below `columns`, a place not in the table, or there are 2^32 rows or columns.
    #[must_use]
    pub fn new<R: AsRef<[(u32, u32)]>>(
        columns: usize,
        coefficients: &[Fr],
        rows: impl IntoIterator<Item = R>,
    ) -> Self {
        let (mut pieces, mut num_rows, mut nonzeros) = (Vec::new(), 0, 0);
        for (row, terms) in rows.into_iter().enumerate() {
            let terms = terms.as_ref();
            assert!(
                terms.iter().all(|&(column, _)| (column as usize) < columns),
                "row {row}: no such column"
            );
            nonzeros += terms.len();
            num_rows = row + 1;
            cut(row, terms, coefficients, &mut pieces);
        }
        assert!(u32::try_from(columns.max(pieces.len())).is_ok(), "more than 2^32 rows or columns");
        pieces.sort_by_key(|piece| Reverse(piece.counts));

        let (mut lane_of_row, mut long_rows) = (vec![u32::MAX; num_rows], Vec::<(u32, Vec<u32>)>::new());
        for (lane, piece) in (0_u32..).zip(&pieces) {
            let first = &mut lane_of_row[piece.row];
            if *first == u32::MAX {
                *first = lane;
            } else {
                long_rows.push((piece.row as u32, vec![lane]));
            }
        }
        long_rows.sort_by_key(|&(row, _)| row);
        long_rows.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1.append(&mut next.1);
            }
            same
        });

        let mut matrix = Self {
            columns,
            nonzeros,
            groups: Vec::new(),
            terms: Vec::new(),
            places: Vec::new(),
            table: coefficients.iter().map(line::<V::Fr>).collect(),
            runs: Vec::new(),
            lane_of_row,
            long_rows,
            backend: PhantomData,
        };
        for group in pieces.chunks(8) {
            matrix.push_group(group);
        }
        matrix.cut_runs();
        matrix
    }

    /// How many rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.lane_of_row.len()
    }

    /// How many terms all rows have.
    #[must_use]
    pub const fn nonzeros(&self) -> usize {
        self.nonzeros
    }

    /// How many terms lanes compute, those among them that fill up groups.
    #[must_use]
    pub const fn lane_terms(&self) -> usize {
        8 * self.terms.len()
    }

    /// The product with a vector: a value for each row, then zeros up to `size` values.
    ///
    /// # Panics
    /// If the vector has not as many values as the matrix columns, or `size` is below the number of rows.
    #[must_use]
    pub fn mul(&self, wires: &PackedAssignment<V>, size: usize) -> Packed<V> {
        assert_eq!(wires.len(), self.columns, "one value a column");
        assert!(size >= self.rows(), "{} rows, room for {size}", self.rows());
        let mut sums = vec![[ZERO_LINE; 4]; self.groups.len()];
        let rows =
            |groups, sums: &mut [_]| V::enter(Rows { matrix: self, wires: &wires.lines, groups, sums });
        if let [run] = self.runs.as_slice() {
            rows(run.clone(), &mut sums);
        } else {
            let mut rest = sums.as_mut_slice();
            let mut runs = Vec::with_capacity(self.runs.len());
            for run in &self.runs {
                runs.push((run.clone(), rest.split_off_mut(..run.len()).expect("a run of groups")));
            }
            runs.into_par_iter().for_each(|(run, sums)| rows(run, sums));
        }
        let product = self.in_order(&sums, size);
        sums.iter_mut().flatten().for_each(|line| line.0.zeroize());
        product
    }

    /// Sorts the sums of all lanes back to rows.
    fn in_order(&self, sums: &[[Line; 4]], size: usize) -> Packed<V> {
        let mut eights = vec![[ZERO_LINE; 4]; size.div_ceil(8)];
        let words = |lane: u32| {
            let lane = lane as usize;
            sums[lane / 8][lane / 2 % 4].0.as_chunks::<4>().0[lane % 2]
        };
        let sort = |(lanes, eights): (&[u32], &mut [[Line; 4]])| {
            for (row, &lane) in lanes.iter().enumerate() {
                eights[row / 8][row / 2 % 4].0.as_chunks_mut::<4>().0[row % 2] = words(lane);
            }
        };
        if self.rows() <= PACKED_RUN {
            sort((&self.lane_of_row, &mut eights));
        } else {
            self.lane_of_row.par_chunks(PACKED_RUN).zip(eights.par_chunks_mut(PACKED_RUN / 8)).for_each(sort);
        }
        for (row, lanes) in &self.long_rows {
            let row = *row as usize;
            let word = &mut eights[row / 8][row / 2 % 4].0.as_chunks_mut::<4>().0[row % 2];
            let sum = lanes.iter().fold(V::Fr::unpack(word), |sum, &lane| sum + V::Fr::unpack(&words(lane)));
            *word = V::Fr::pack(&sum);
        }
        Packed::from_eights(eights, size)
    }

    fn push_group(&mut self, pieces: &[Piece]) {
        let mut counts = [0; 3];
        for piece in pieces {
            counts = core::array::from_fn(|kind| counts[kind].max(piece.counts[kind]));
        }
        self.groups.push(Group { first_term: self.terms.len(), first_place: self.places.len(), counts });
        let mut starts = [0; 8];
        for (kind, &count) in counts.iter().enumerate() {
            for step in 0..count {
                let (mut term, mut places) = ([self.columns as u32; 8], [0; 8]);
                for (lane, piece) in pieces.iter().enumerate() {
                    if step < piece.counts[kind] {
                        (term[lane], places[lane]) = piece.terms[starts[lane] + step];
                    }
                }
                self.terms.push(term);
                if kind == 0 {
                    self.places.push(places);
                }
            }
            for (lane, piece) in pieces.iter().enumerate() {
                starts[lane] += piece.counts[kind];
            }
        }
    }

    fn cut_runs(&mut self) {
        let (mut start, mut steps) = (0, 0);
        for (number, group) in self.groups.iter().enumerate() {
            steps += 1 + group.counts.iter().sum::<usize>();
            if steps >= RUN || number + 1 == self.groups.len() {
                self.runs.push(start..number + 1);
                (start, steps) = (number + 1, 0);
            }
        }
    }
}

/// Puts the terms of a row in order and appends its pieces, of which there is at least one.
fn cut(row: usize, terms: &[(u32, u32)], coefficients: &[Fr], pieces: &mut Vec<Piece>) {
    let kind = |&(_, place): &(u32, u32)| {
        let coefficient = coefficients[place as usize];
        if coefficient == Fr::ONE {
            1
        } else if coefficient == -Fr::ONE {
            2
        } else {
            0
        }
    };
    let mut sorted = terms.to_vec();
    sorted.sort_by_key(kind);
    let mut rest = sorted.as_slice();
    loop {
        let (terms, later) = rest.split_at(rest.len().min(PIECE));
        let mut counts = [0; 3];
        for term in terms {
            counts[kind(term)] += 1;
        }
        pieces.push(Piece { row, terms: terms.to_vec(), counts });
        rest = later;
        if rest.is_empty() {
            return;
        }
    }
}

/// The first half of a line; the other half is zero.
fn line<L: PrimeLanes>(value: &L::Field) -> Line {
    let [a, b, c, d] = L::pack(value);
    Line([a, b, c, d, 0, 0, 0, 0])
}

/// Elements to lines of their own; below `1.15p`, as products of canonical factors are.
struct Spread<'a, L: Lanes>(&'a [L::Field], &'a mut [Line]);

impl<L: PrimeLanes> Kernel for Spread<'_, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let (values, rest) = self.0.as_chunks::<8>();
        let (lines, last) = self.1.split_at_mut(8 * values.len());
        for (values, lines) in values.iter().zip(lines.chunks_exact_mut(8)) {
            L::store_pairs::<1>(L::from_fields(values), L::zero(), lines);
        }
        for (value, target) in rest.iter().zip(last) {
            *target = line::<L>(value);
        }
    }
}

/// The sums of some groups.
struct Rows<'a, V: Vectors> {
    matrix: &'a SparseMatrix<V>,
    wires: &'a [Line],
    groups: Range<usize>,
    sums: &'a mut [[Line; 4]],
}

impl<V: Vectors> Kernel for Rows<'_, V> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { matrix, wires, groups, sums } = self;
        for (group, target) in matrix.groups[groups].iter().zip(sums) {
            let [multiplied, added, subtracted] = group.counts;
            let terms = &matrix.terms[group.first_term..][..multiplied + added + subtracted];
            let (terms, negative) = terms.split_at(multiplied + added);
            let (terms, positive) = terms.split_at(multiplied);
            let places = &matrix.places[group.first_place..][..multiplied];
            let mut sum = V::Fr::zero();
            for (terms, places) in terms.chunks(ADDENDS).zip(places.chunks(ADDENDS)) {
                let mut loose = sum.loose();
                for (term, place) in terms.iter().zip(places) {
                    let coefficient: V::Fr = gather(&matrix.table, place);
                    loose = loose + V::Fr::mul_loose(gather::<V::Fr>(wires, term), coefficient);
                }
                sum = loose.reduce::<0>();
            }
            sum = add_all(sum, wires, positive);
            if !negative.is_empty() {
                sum = sum.sub(add_all(V::Fr::zero(), wires, negative));
            }
            sum.store(target);
        }
    }
}

/// The sum and those of the wires.
#[inline(always)]
fn add_all<L: PrimeLanes>(mut sum: L, wires: &[Line], terms: &[Step]) -> L {
    for terms in terms.chunks(ADDENDS) {
        let mut loose = sum.loose();
        for term in terms {
            loose = loose + gather::<L>(wires, term).loose();
        }
        sum = loose.reduce::<0>();
    }
    sum
}

/// The first elements of eight lines.
#[inline(always)]
fn gather<L: PrimeLanes>(lines: &[Line], indices: &Step) -> L {
    let [a, b, c, d, e, f, g, h] = *indices;
    L::load_pairs([
        &lines[a as usize..],
        &lines[b as usize..],
        &lines[c as usize..],
        &lines[d as usize..],
        &lines[e as usize..],
        &lines[f as usize..],
        &lines[g as usize..],
        &lines[h as usize..],
    ])
    .0
}
