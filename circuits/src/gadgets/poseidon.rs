//! Poseidon, the twin of [`tacit_credential::poseidon`]: `hash(inputs) = state[0]` of the permuted `(0, inputs..)`.
//!
//! | inputs | 1 | 2 | 3 | 5 | 8 |
//! | --- | --- | --- | --- | --- | --- |
//! | constraints | 213 | 240 | 261 | 321 | 402 |
//!
//! Three constraints for each of the `8 t + R_P` S-boxes but the first, which only sees a constant:
//!
//! ```text
//! x · x = x2        x2 · x2 = x4        x4 · x = y
//! ```
//!
//! Which of `x`, `y` are wires and which are affine functions is the `permutation` module's business. The constraints have exactly
//! one solution for given inputs. They are stated whatever the inputs are: a hash of constants constrains its output
//! as any other does, and there is no way to build one that constrains nothing.
//!
//! Not constrained: that an input fits some range. Numbers of inputs have functions of their own, so that no padding is
//! needed; what separates two uses of one width is said by the clauses.

use ark_ff::Field;
use tacit_credential::{Fr, poseidon};
use tacit_r1cs::{ConstraintSystem, Known};
use zeroize::Zeroizing;

use super::permutation::{Affine, Input, Layout, Output};

/// The hash of 1 to 8 numbers.
///
/// # Panics
/// For another number of inputs, a mistake of the circuit's author.
pub fn hash<CS: ConstraintSystem>(cs: &mut CS, inputs: &[CS::Num]) -> CS::Num {
    let layout = Layout::for_inputs(inputs.len());
    let native = cs.native(layout.num_wires, |k, wires| assign(k, inputs, layout, wires));
    native.unwrap_or_else(|| synthesize(cs, inputs, layout))
}

/// Wires of a hash in the order in which [`synthesize`] allocates them, from the native permutation's S-box inputs.
fn assign<K: Known>(known: &K, inputs: &[K::Num], layout: &Layout, wires: &mut Vec<Fr>) -> Fr {
    let inputs: Zeroizing<Vec<Fr>> = Zeroizing::new(inputs.iter().map(|input| known.value(input)).collect());
    let mut trace = Zeroizing::new(Vec::with_capacity(layout.boxes.len() + 1));
    let hash = poseidon::hash_with_trace(&inputs, &mut trace);
    for (sbox, &x) in layout.boxes.iter().zip(&trace[1..]) {
        let x2 = x.square();
        let x4 = x2.square();
        if matches!(sbox.input, Input::Wire { .. }) {
            wires.push(x);
        }
        wires.extend([x2, x4]);
        if matches!(sbox.output, Output::Wire) {
            wires.push(x4 * x);
        }
    }
    hash
}

fn synthesize<CS: ConstraintSystem>(cs: &mut CS, inputs: &[CS::Num], layout: &Layout) -> CS::Num {
    let mut basis = inputs.to_vec();
    // Of each S-box: x, x2, x4.
    let mut powers: Vec<[CS::Num; 3]> = Vec::with_capacity(layout.boxes.len());
    for sbox in &layout.boxes {
        let x = match &sbox.input {
            Input::Affine(affine) => affine.lift(&basis),
            Input::Wire { basis: part, outputs } => {
                let x = cs.witness(|k| next_input(k, part, outputs, &basis, &powers));
                basis.push(x.clone());
                x
            }
        };
        let x2 = cs.witness(|k| k.value(&x).square());
        let x4 = cs.witness(|k| k.value(&x2).square());
        if matches!(sbox.output, Output::Wire) {
            basis.push(cs.witness(|k| k.value(&x4) * k.value(&x)));
        }
        powers.push([x, x2, x4]);
    }

    let mut wires = basis[inputs.len()..].iter();
    for (sbox, [x, x2, x4]) in layout.boxes.iter().zip(&powers) {
        cs.enforce(x, x, x2);
        cs.enforce(x2, x2, x4);
        if matches!(sbox.input, Input::Wire { .. }) {
            wires.next();
        }
        match &sbox.output {
            Output::Affine(affine) => cs.enforce(x4, x, &affine.lift(&basis)),
            Output::Wire => {
                let y = wires.next().expect("the basis holds a wire for this output");
                cs.enforce(x4, x, y);
            }
        }
    }
    layout.hash.lift(&basis)
}

/// The honest value of an S-box input that is a wire.
fn next_input<K: Known>(
    known: &K,
    part: &Affine,
    outputs: &[(usize, Fr)],
    basis: &[K::Num],
    powers: &[[K::Num; 3]],
) -> Fr
where
    K::Num: tacit_r1cs::Number,
{
    let mut sum = known.value(&part.lift(basis));
    for &(index, weight) in outputs {
        let [x, _, x4] = &powers[index];
        let output: Fr = known.value(x4) * known.value(x);
        sum += output * weight;
    }
    sum
}
