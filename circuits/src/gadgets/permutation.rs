//! Where the wires of a Poseidon permutation are, worked out once per width.
//!
//! An S-box `y = x^5` costs `x · x = x2`, `x2 · x2 = x4`, `x4 · x = y`. Everything else of Poseidon is affine and needs no
//! constraint, but the affine maps are dense, and `x` occurs three times in its constraints, `y` once. So wherever
//! possible the wire is **the input of the next S-box, and the output is the affine function**, solved for:
//!
//! | round (four full, R_P partial, four full) | inputs `x` | outputs `y` |
//! | --- | --- | --- |
//! | first | the given inputs; element 0 is a constant and has no constraint | affine in the next inputs |
//! | 2nd, 3rd | wires; the last of the 2nd is affine in the others (its round has t − 1 unknown outputs) | affine in the next inputs |
//! | 4th | wires | wires |
//! | partial | the first affine, then wires | affine in the next input, the 4th's outputs and earlier inputs |
//! | first of the last four | element 0 a wire, the others affine | affine in the next inputs |
//! | next two | wires | affine in the next inputs |
//! | last | wires | wires, and the hash is their sum with weights |
//!
//! Each S-box but the constant one brings three constraints and three wires. The wires are determined one after the
//! other: a full round's outputs determine the next inputs because the block of the MDS matrix between them is
//! invertible, a partial round's output the next input because `M₀₀` is not zero; both are checked when the layout is
//! made. So the constraints have exactly one solution for given inputs, that of the permutation.
//!
//! With the outputs as wires everywhere, the fifteen hashes of `resident-id` would have some 157,000 non-zeros in A and B; so
//! they have 35,000. C has more (46,000), but a prover need not multiply by C: a satisfied system has `C z = (A z) ∘ (B z)`.

use std::sync::OnceLock;

use ark_ff::{AdditiveGroup, Field};
use tacit_credential::Fr;
use tacit_credential::poseidon::{self, Parameters};
use tacit_r1cs::Number;

/// `constant + Σ coefficient · basis[index]`. The basis is the hash's inputs, then its wires for `x` and `y` in order.
#[derive(Clone, Default)]
pub(super) struct Affine {
    constant: Fr,
    terms: Vec<(usize, Fr)>,
}

impl Affine {
    fn dense(constant: Fr, wires: &[usize], coefficients: &[Fr]) -> Self {
        let terms = wires.iter().copied().zip(coefficients.iter().copied());
        Self { constant, terms: terms.filter(|term| term.1 != Fr::ZERO).collect() }
    }

    /// As a number.
    pub(super) fn lift<N: Number>(&self, basis: &[N]) -> N {
        let mut sum = N::from(self.constant);
        for &(index, coefficient) in &self.terms {
            sum.add_scaled(&basis[index], coefficient);
        }
        sum
    }
}

/// The input of an S-box.
pub(super) enum Input {
    /// An affine function of what is there already.
    Affine(Affine),
    /// A wire, whose honest value is `basis part + Σ coefficient · (output of S-box index)`.
    Wire { basis: Affine, outputs: Vec<(usize, Fr)> },
}

/// The output of an S-box.
pub(super) enum Output {
    /// An affine function of the basis, later wires included.
    Affine(Affine),
    /// A wire.
    Wire,
}

/// An S-box of the permutation.
pub(super) struct SBox {
    pub(super) input: Input,
    pub(super) output: Output,
}

/// The wires of a permutation.
pub(super) struct Layout {
    /// All S-boxes but the constant one, in the order of the trace.
    pub(super) boxes: Vec<SBox>,
    /// The hash.
    pub(super) hash: Affine,
    /// Wires that a hash allocates: three for each S-box.
    pub(super) num_wires: usize,
}

impl Layout {
    /// The layout for a number of inputs, made on first use.
    ///
    /// # Panics
    /// If Poseidon does not take that many inputs, a mistake of the circuit's author.
    pub(super) fn for_inputs(inputs: usize) -> &'static Self {
        static LAYOUTS: [OnceLock<Layout>; 8] = [const { OnceLock::new() }; 8];
        assert!((1..=8).contains(&inputs), "Poseidon takes 1 to 8 inputs");
        LAYOUTS[inputs - 1].get_or_init(|| Builder::new(poseidon::parameters(inputs + 1)).build())
    }
}

/// The S-boxes of one round: numbers of the boxes, and where their wires stand in the basis.
struct Round {
    first_box: usize,
    /// Wires of those inputs that are wires.
    inputs: Vec<usize>,
    /// Wires of the outputs, if they are wires.
    outputs: Vec<usize>,
}

struct Builder {
    t: usize,
    parameters: &'static Parameters,
    boxes: Vec<SBox>,
    /// Size of the basis so far.
    basis: usize,
}

impl Builder {
    fn new(parameters: &'static Parameters) -> Self {
        Self { t: parameters.width, parameters, boxes: Vec::new(), basis: parameters.width - 1 }
    }

    fn build(mut self) -> Layout {
        let half = self.parameters.full_rounds / 2;
        let mut round = self.first_two_rounds();
        for number in 2..half {
            round = self.full_round(&round, number, number + 1 == half);
        }
        round = self.partial_rounds(&round);
        let rounds = self.parameters.rounds();
        for number in rounds - half + 1..rounds {
            round = self.full_round(&round, number, number + 1 == rounds);
        }
        let weights = self.parameters.mds[0].iter().copied();
        Layout {
            hash: Affine { constant: Fr::ZERO, terms: round.outputs.into_iter().zip(weights).collect() },
            num_wires: 3 * self.boxes.len(),
            boxes: self.boxes,
        }
    }

    fn constants(&self, round: usize) -> &'static [Fr] {
        &self.parameters.round_constants[round * self.t..][..self.t]
    }

    /// Adds the S-boxes of a round. Outputs that are not wires are set when the next inputs are there.
    fn push_round(&mut self, inputs: Vec<Input>, outputs_are_wires: bool) -> Round {
        let mut round = Round { first_box: self.boxes.len(), inputs: Vec::new(), outputs: Vec::new() };
        for input in inputs {
            if matches!(input, Input::Wire { .. }) {
                round.inputs.push(self.basis);
                self.basis += 1;
            }
            if outputs_are_wires {
                round.outputs.push(self.basis);
                self.basis += 1;
            }
            self.boxes.push(SBox { input, output: Output::Wire });
        }
        round
    }

    /// The first round and the second, whose inputs but the last are wires.
    fn first_two_rounds(&mut self) -> Round {
        let (t, mds) = (self.t, &self.parameters.mds);
        let first = (1..t)
            .map(|element| {
                Input::Affine(Affine {
                    constant: self.constants(0)[element],
                    terms: vec![(element - 1, Fr::ONE)],
                })
            })
            .collect();
        let first = self.push_round(first, false);

        // The second round's inputs are `mds · outputs + offset`, outputs[0] being a constant.
        let fixed = self.constants(0)[0].pow([5]);
        let offset: Vec<Fr> = (0..t).map(|i| mds[i][0] * fixed + self.constants(1)[i]).collect();
        let block: Vec<Vec<Fr>> = mds[..t - 1].iter().map(|row| row[1..].to_vec()).collect();
        let wires: Vec<usize> = (self.basis..self.basis + t - 1).collect();
        let outputs = solve(&block, &offset, &wires);

        let mut last =
            Affine { constant: offset[t - 1], terms: wires.iter().map(|&wire| (wire, Fr::ZERO)).collect() };
        for (weight, output) in mds[t - 1][1..].iter().zip(&outputs) {
            last.constant += *weight * output.constant;
            for (sum, term) in last.terms.iter_mut().zip(&output.terms) {
                sum.1 += *weight * term.1;
            }
        }
        let mut second: Vec<Input> = (0..t - 1)
            .map(|element| Input::Wire {
                basis: Affine::dense(offset[element], &[], &[]),
                outputs: (first.first_box..).zip(mds[element][1..].iter().copied()).collect(),
            })
            .collect();
        second.push(Input::Affine(last));
        self.set_outputs(first.first_box, outputs);
        self.push_round(second, false)
    }

    /// A full round whose inputs are wires, after a full round.
    fn full_round(&mut self, previous: &Round, number: usize, outputs_are_wires: bool) -> Round {
        let (mds, offset) = (&self.parameters.mds, self.constants(number));
        let inputs = (0..self.t)
            .map(|element| Input::Wire {
                basis: Affine::dense(offset[element], &[], &[]),
                outputs: (previous.first_box..).zip(mds[element].iter().copied()).collect(),
            })
            .collect();
        let round = self.push_round(inputs, outputs_are_wires);
        let outputs = solve(mds, offset, &round.inputs);
        self.set_outputs(previous.first_box, outputs);
        round
    }

    /// The partial rounds, and the inputs of the full round after them.
    fn partial_rounds(&mut self, before: &Round) -> Round {
        let (t, mds) = (self.t, &self.parameters.mds);
        let half = self.parameters.full_rounds / 2;
        let to_output = mds[0][0].inverse().expect("no entry of an MDS matrix is zero");
        // Everything is affine in these wires; a row holds the constant last.
        let mut columns = before.outputs.clone();
        let constants = self.constants(half);
        let mut state: Vec<Dense> =
            (0..t).map(|i| Dense { constant: constants[i], coefficients: mds[i].clone() }).collect();

        let mut round = self.push_round(vec![Input::Affine(state[0].affine(&columns))], false);
        for number in half + 1..=half + self.parameters.partial_rounds {
            // The next input is `mds[0][0] · output + rest`; solved for the output.
            let constants = self.constants(number);
            let rest = Dense::combination(constants[0], &mds[0][1..], &state[1..]);
            let mut inputs = vec![Input::Wire {
                basis: rest.affine(&columns),
                outputs: vec![(round.first_box, mds[0][0])],
            }];
            columns.push(self.basis);
            let mut output = Dense {
                constant: -rest.constant * to_output,
                coefficients: rest.coefficients.iter().map(|c| -*c * to_output).collect(),
            };
            output.coefficients.push(to_output);
            self.set_outputs(round.first_box, vec![output.affine(&columns)]);

            state[0] = output;
            let next = (1..t).map(|i| Dense::combination(constants[i], &mds[i], &state)).collect::<Vec<_>>();
            if number == half + self.parameters.partial_rounds {
                inputs.extend(next.iter().map(|row| Input::Affine(row.affine(&columns))));
            }
            round = self.push_round(inputs, false);
            state.truncate(1);
            state.extend(next);
        }
        round
    }

    fn set_outputs(&mut self, first_box: usize, outputs: Vec<Affine>) {
        for (sbox, output) in self.boxes[first_box..].iter_mut().zip(outputs) {
            sbox.output = Output::Affine(output);
        }
    }
}

/// An affine function of the first so many columns of a list of wires.
struct Dense {
    constant: Fr,
    coefficients: Vec<Fr>,
}

impl Dense {
    /// `constant + Σ weights · rows`.
    fn combination(constant: Fr, weights: &[Fr], rows: &[Self]) -> Self {
        let length = rows.iter().map(|row| row.coefficients.len()).max().unwrap_or_default();
        let mut sum = Self { constant, coefficients: vec![Fr::ZERO; length] };
        for (weight, row) in weights.iter().zip(rows) {
            sum.constant += *weight * row.constant;
            for (total, coefficient) in sum.coefficients.iter_mut().zip(&row.coefficients) {
                *total += *weight * coefficient;
            }
        }
        sum
    }

    fn affine(&self, columns: &[usize]) -> Affine {
        Affine::dense(self.constant, columns, &self.coefficients)
    }
}

/// The outputs `y` with `matrix · y + offset = wires`, for a square matrix.
fn solve(matrix: &[Vec<Fr>], offset: &[Fr], wires: &[usize]) -> Vec<Affine> {
    let rows = inverse(matrix);
    rows.iter()
        .map(|row| {
            let shift: Fr = row.iter().zip(offset).map(|(r, o)| *r * o).sum();
            Affine::dense(-shift, wires, row)
        })
        .collect()
}

/// The inverse of a square matrix.
///
/// # Panics
/// If it has none; the blocks of an MDS matrix have one.
fn inverse(matrix: &[Vec<Fr>]) -> Vec<Vec<Fr>> {
    let n = matrix.len();
    let unit = |i: usize| (0..n).map(move |j| Fr::from(i == j));
    let mut rows: Vec<Vec<Fr>> = (0..n).map(|i| matrix[i].iter().copied().chain(unit(i)).collect()).collect();
    for column in 0..n {
        let pivot = (column..n).find(|&row| rows[row][column] != Fr::ZERO);
        rows.swap(column, pivot.expect("the blocks of an MDS matrix are invertible"));
        let scale = rows[column][column].inverse().unwrap_or_default();
        let pivot_row: Vec<Fr> = rows[column].iter().map(|x| *x * scale).collect();
        for (i, row) in rows.iter_mut().enumerate() {
            if i == column {
                row.clone_from(&pivot_row);
            } else if row[column] != Fr::ZERO {
                let factor = row[column];
                for (x, p) in row.iter_mut().zip(&pivot_row) {
                    *x -= factor * p;
                }
            }
        }
    }
    rows.into_iter().map(|row| row[n..].to_vec()).collect()
}
