//! The permutation with sparse partial rounds: the same function as the plain form, and the same S-box inputs.
//!
//! Constants: a partial round's constants of elements 1.. meet no S-box, so they pass through the MDS matrix `M` into the
//! next round: `c'ᵣ₊₁ = cᵣ₊₁ + M·(0, c'ᵣ[1..])`, and the round itself adds `c'ᵣ[0]` alone.
//!
//! Matrices: write `M = [[n, v], [w, M̂]]`. A matrix `[[n, v], [c, N̂]]` equals `S·D` with `D = diag(1, N̂)` and the sparse
//! `S = [[n, v·N̂⁻¹], [c, I]]`. `D` leaves element 0 alone, so it commutes with the partial S-box and with the constant, and the
//! round before gets `D·M = [[n, v], [N̂·w, N̂·M̂]]` in place of `M`. From the last partial round backwards, the k-th one
//! therefore has `N̂ = M̂ᵏ`, the sparse row `(n, v·M̂⁻ᵏ)` and the column `M̂ᵏ⁻¹·w`; the last full round before the R partial ones
//! absorbs `diag(1, M̂ᴿ)`. A sparse product costs 2t − 1 multiplications in place of t².
//!
//! Source: Poseidon paper, appendix B.

use super::dot::dot;
use super::{Parameters, fifth_power, parameters};
use crate::field::Fr;
use crate::once::Once;
use alloc::vec::Vec;
use ark_ff::{AdditiveGroup, Field};

/// The permutation of `T` elements, prepared.
pub(super) struct Sparse<const T: usize> {
    /// Constants of the full rounds, in order; the fifth entry already carries what the partial rounds passed on.
    full_constants: Vec<[Fr; T]>,
    mds: [[Fr; T]; T],
    /// In place of `mds` after the last full round before the partial ones.
    before_partial: [[Fr; T]; T],
    partial: Vec<PartialRound<T>>,
}

struct PartialRound<const T: usize> {
    constant: Fr,
    /// Row 0 of the sparse matrix.
    row: [Fr; T],
    /// Column 0 of the sparse matrix; its entry 0 is unused.
    column: [Fr; T],
}

/// Poseidon of `T - 1` inputs, showing every S-box input to `sbox`.
pub(super) fn hash<const T: usize>(inputs: &[Fr], sbox: &mut impl FnMut(Fr)) -> Fr
where
    Width<T>: Prepared<T>,
{
    let permutation = Width::<T>::prepared();
    let mut state = [Fr::ZERO; T];
    state[1..].copy_from_slice(inputs);
    let half = permutation.full_constants.len() / 2;
    for (round, constants) in permutation.full_constants.iter().enumerate() {
        for (x, constant) in state.iter_mut().zip(constants) {
            *x += constant;
            sbox(*x);
            *x = fifth_power(*x);
        }
        if round + 1 == half {
            state = product(&permutation.before_partial, &state);
            for partial in &permutation.partial {
                partial.apply(&mut state, sbox);
            }
        } else {
            state = product(&permutation.mds, &state);
        }
    }
    state[0]
}

impl<const T: usize> PartialRound<T> {
    #[inline]
    fn apply(&self, state: &mut [Fr; T], sbox: &mut impl FnMut(Fr)) {
        let input = state[0] + self.constant;
        sbox(input);
        state[0] = fifth_power(input);
        let first = dot(&self.row, state);
        for i in 1..T {
            let added = self.column[i] * state[0];
            state[i] += added;
        }
        state[0] = first;
    }
}

fn product<const T: usize>(matrix: &[[Fr; T]; T], state: &[Fr; T]) -> [Fr; T] {
    core::array::from_fn(|i| dot(&matrix[i], state))
}

impl<const T: usize> Sparse<T> {
    fn derive(plain: &Parameters) -> Self {
        let half = plain.full_rounds / 2;
        let constants_of =
            |round: usize| -> [Fr; T] { core::array::from_fn(|i| plain.round_constants[round * T + i]) };
        let mds: [[Fr; T]; T] = core::array::from_fn(|i| core::array::from_fn(|j| plain.mds[i][j]));

        let mut carried = [Fr::ZERO; T];
        let mut constants = vec![];
        for round in half..half + plain.partial_rounds {
            let mut sum = constants_of(round);
            for (sum, carried) in sum.iter_mut().zip(&carried) {
                *sum += carried;
            }
            constants.push(core::mem::take(&mut sum[0]));
            carried = product(&mds, &sum);
        }
        let mut full_constants: Vec<[Fr; T]> =
            (0..half).chain(half + plain.partial_rounds..plain.rounds()).map(constants_of).collect();
        for (sum, carried) in full_constants[half].iter_mut().zip(&carried) {
            *sum += carried;
        }

        let inverse = inverse_of_block::<T>(&mds);
        let (mut row, mut column) = (mds[0], mds.map(|row| row[0]));
        let mut partial = vec![];
        for constant in constants.into_iter().rev() {
            let v = row;
            for j in 1..T {
                row[j] = (1..T).map(|k| v[k] * inverse[k - 1][j - 1]).sum();
            }
            partial.push(PartialRound { constant, row, column });
            let c = column;
            for i in 1..T {
                column[i] = (1..T).map(|k| mds[i][k] * c[k]).sum();
            }
        }
        partial.reverse();
        let before_partial = block_times_lower_rows(&block_power(&mds, plain.partial_rounds), &mds);
        Self { full_constants, mds, before_partial, partial }
    }
}

/// `diag(1, M̂ᵉ)`.
fn block_power<const T: usize>(m: &[[Fr; T]; T], exponent: usize) -> [[Fr; T]; T] {
    let mut power =
        core::array::from_fn(|i| core::array::from_fn(|j| if i == j { Fr::ONE } else { Fr::ZERO }));
    for bit in (0..usize::BITS - exponent.leading_zeros()).rev() {
        power = block_times_lower_rows(&power, &power);
        if exponent >> bit & 1 == 1 {
            power = block_times_lower_rows(m, &power);
        }
    }
    power
}

/// `diag(1, M̂)·B`.
fn block_times_lower_rows<const T: usize>(m: &[[Fr; T]; T], b: &[[Fr; T]; T]) -> [[Fr; T]; T] {
    core::array::from_fn(|i| match i {
        0 => b[0],
        _ => core::array::from_fn(|j| (1..T).map(|k| m[i][k] * b[k][j]).sum()),
    })
}

/// Inverse of `M̂`, rows and columns 1.., by Gauss and Jordan.
///
/// # Panics
/// If that block is singular: blocks of a Cauchy matrix are not.
fn inverse_of_block<const T: usize>(matrix: &[[Fr; T]; T]) -> Vec<Vec<Fr>> {
    let n = T - 1;
    let mut rows: Vec<Vec<Fr>> = (0..n)
        .map(|i| {
            let identity = (0..n).map(|j| if i == j { Fr::ONE } else { Fr::ZERO });
            matrix[i + 1][1..].iter().copied().chain(identity).collect()
        })
        .collect();
    for column in 0..n {
        let pivot = (column..n).find(|&i| rows[i][column] != Fr::ZERO).expect("a Cauchy block is regular");
        rows.swap(column, pivot);
        let scale = rows[column][column].inverse().expect("the pivot is not zero");
        for x in &mut rows[column] {
            *x *= scale;
        }
        let pivot_row = rows[column].clone();
        for (i, row) in rows.iter_mut().enumerate() {
            if i != column {
                let factor = row[column];
                for (x, p) in row.iter_mut().zip(&pivot_row) {
                    *x -= factor * p;
                }
            }
        }
    }
    rows.into_iter().map(|row| row[n..].to_vec()).collect()
}

/// Names a width, so that each has a cell of its own.
pub(super) struct Width<const T: usize>;

/// Access to the prepared permutation of `T` elements.
pub(super) trait Prepared<const T: usize> {
    /// Derived on first use.
    fn prepared() -> &'static Sparse<T>;
}

macro_rules! prepare {
    ($($t:literal)*) => {$(
        impl Prepared<$t> for Width<$t> {
            fn prepared() -> &'static Sparse<$t> {
                static CELL: Once<Sparse<$t>> = Once::new();
                CELL.get_or_init(|| Sparse::derive(parameters($t)))
            }
        }
    )*};
}

prepare!(2 3 4 5 6 7 8 9);
