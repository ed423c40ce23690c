//! Poseidon over the BN254 scalar field with circomlib's parameters: the hash of attributes, trees, keys and signatures.
//!
//! State of `t = n + 1` elements for `n` inputs, `state = (0, x₁, …, xₙ)`; `R_F = 8` full rounds, half of them first,
//! and `R_P` partial rounds between (56, 57, 56, 60, 60, 63, 64, 63 for t = 2..=9). A round adds its constants, raises to the
//! fifth power (every element in a full round, element 0 in a partial one) and multiplies by the MDS matrix. Output: element 0.
//! Inputs and output are elements, not bytes; there is no padding, so hashes of different numbers of inputs are different functions.
//!
//! Two forms of the same permutation: [`Parameters`] is the plain one, which the circuit follows; [`hash`] runs the one with
//! sparse partial rounds (`sparse`), about three times faster. The inputs of all S-boxes are equal in both, which is
//! tested, so that [`hash_with_trace`] fills a circuit's wires.
//!
//! Not done here: separation of domains. Attribute hash and signature hash both have t = 6; that an issuer signs nothing
//! but attribute hashes it computed itself is the issuer's duty.
//!
//! Time does not depend on the values, except in the conditional subtractions of the field arithmetic beneath.
//!
//! Source: Grassi, Khovratovich, Rechberger, Roy, Schofnegger, "Poseidon", USENIX Security 2021; circomlib and circomlibjs.

mod dot;
mod grain;
mod sparse;

use crate::field::Fr;
use crate::once::Once;
use alloc::vec::Vec;
use ark_ff::Field;

/// The fewest and the most elements of a state that [`parameters`] knows.
pub const WIDTHS: core::ops::RangeInclusive<usize> = 2..=9;

const FULL_ROUNDS: usize = 8;
/// Partial rounds for t = 2..=9.
const PARTIAL_ROUNDS: [usize; 8] = [56, 57, 56, 60, 60, 63, 64, 63];

/// The permutation of one width in its plain form.
#[derive(Debug)]
pub struct Parameters {
    /// Elements of the state, t.
    pub width: usize,
    /// Full rounds, half of them before and half after the partial ones.
    pub full_rounds: usize,
    /// Partial rounds.
    pub partial_rounds: usize,
    /// `round_constants[round * width + i]` is added to element `i`.
    pub round_constants: Vec<Fr>,
    /// `mds[i][j]`: weight of element `j` in the new element `i`.
    pub mds: Vec<Vec<Fr>>,
}

impl Parameters {
    /// Full and partial rounds together.
    pub fn rounds(&self) -> usize {
        self.full_rounds + self.partial_rounds
    }

    /// Whether the S-box of round `round` acts on every element.
    pub fn is_full(&self, round: usize) -> bool {
        round < self.full_rounds / 2 || round >= self.full_rounds / 2 + self.partial_rounds
    }

    /// The permutation as the paper writes it, calling `sbox` with the input of every S-box in order.
    /// The oracle that the fast form is tested against.
    #[cfg(test)]
    fn permute_plain(&self, state: &mut Vec<Fr>, mut sbox: impl FnMut(Fr)) {
        for round in 0..self.rounds() {
            for (x, constant) in state.iter_mut().zip(&self.round_constants[round * self.width..]) {
                *x += constant;
            }
            let boxes = if self.is_full(round) { self.width } else { 1 };
            for x in &mut state[..boxes] {
                sbox(*x);
                *x = fifth_power(*x);
            }
            *state = self.mds.iter().map(|row| row.iter().zip(&*state).map(|(m, x)| *m * x).sum()).collect();
        }
    }
}

/// The parameters of a state of `width` elements, derived on first use.
///
/// # Panics
/// If `width` is not within [`WIDTHS`].
pub fn parameters(width: usize) -> &'static Parameters {
    static CELLS: [Once<Parameters>; 8] = [const { Once::new() }; 8];
    assert!(WIDTHS.contains(&width), "Poseidon parameters exist for 2 to 9 elements, not for {width}");
    CELLS[width - 2].get_or_init(|| grain::generate(width, FULL_ROUNDS, PARTIAL_ROUNDS[width - 2]))
}

/// Poseidon of 1 to 8 elements.
///
/// # Panics
/// If there are no inputs or more than 8.
pub fn hash(inputs: &[Fr]) -> Fr {
    dispatch(inputs, &mut |_| {})
}

/// [`hash`], pushing onto `trace` the input of every S-box in the order of the rounds: t values for a full round, the
/// one of element 0 for a partial round; `8·t + R_P` values in all.
///
/// # Panics
/// If there are no inputs or more than 8.
pub fn hash_with_trace(inputs: &[Fr], trace: &mut Vec<Fr>) -> Fr {
    dispatch(inputs, &mut |x| trace.push(x))
}

fn dispatch(inputs: &[Fr], sbox: &mut impl FnMut(Fr)) -> Fr {
    match inputs.len() {
        1 => sparse::hash::<2>(inputs, sbox),
        2 => sparse::hash::<3>(inputs, sbox),
        3 => sparse::hash::<4>(inputs, sbox),
        4 => sparse::hash::<5>(inputs, sbox),
        5 => sparse::hash::<6>(inputs, sbox),
        6 => sparse::hash::<7>(inputs, sbox),
        7 => sparse::hash::<8>(inputs, sbox),
        8 => sparse::hash::<9>(inputs, sbox),
        n => panic!("Poseidon takes 1 to 8 inputs, not {n}"),
    }
}

/// x⁵, the S-box.
#[inline]
fn fifth_power(x: Fr) -> Fr {
    x.square().square() * x
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::AdditiveGroup;
    use proptest::prelude::*;
    use rand::SeedableRng;

    fn plain(inputs: &[Fr], trace: &mut Vec<Fr>) -> Fr {
        let mut state = vec![Fr::ZERO];
        state.extend_from_slice(inputs);
        parameters(state.len()).permute_plain(&mut state, |x| trace.push(x));
        state[0]
    }

    fn decimal(text: &str) -> Fr {
        text.parse().unwrap()
    }

    #[test]
    fn published_value_of_one_and_two() {
        let expected =
            decimal("7853200120776062878684798364095072458815029376092732009249414926327459813530");
        let inputs = [Fr::from(1u64), Fr::from(2u64)];
        assert_eq!(plain(&inputs, &mut vec![]), expected);
        assert_eq!(hash(&inputs), expected);
    }

    /// First and last constants as circomlib's `poseidon_constants` list them for t = 3.
    #[test]
    fn constants_of_circomlib() {
        let p = parameters(3);
        assert_eq!(p.round_constants.len(), 3 * 65);
        assert_eq!(
            p.round_constants[0],
            decimal("6745197990210204598374042828761989596302876299545964402857411729872131034734")
        );
        assert_eq!(
            p.mds[0][0],
            decimal("7511745149465107256748700652201246547602992235352608707588321460060273774987")
        );
    }

    #[test]
    fn fast_form_has_the_same_s_box_inputs() {
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
        for n in 1..=8 {
            for special in [Some(Fr::ZERO), Some(Fr::ONE), Some(-Fr::ONE), None, None] {
                let inputs: Vec<Fr> =
                    (0..n).map(|_| special.unwrap_or_else(|| ark_ff::UniformRand::rand(&mut rng))).collect();
                let (mut slow, mut fast) = (vec![], vec![]);
                assert_eq!(plain(&inputs, &mut slow), hash_with_trace(&inputs, &mut fast));
                assert_eq!(slow, fast, "{n} inputs");
                assert_eq!(fast.len(), 8 * (n + 1) + PARTIAL_ROUNDS[n - 1]);
                assert_eq!(hash(&inputs), hash_with_trace(&inputs, &mut vec![]));
            }
        }
    }

    /// No padding: a trailing zero is another function, not the same value.
    #[test]
    fn length_matters() {
        let x = Fr::from(5u64);
        let all: Vec<Fr> = (1..=8)
            .map(|n| {
                let mut inputs = vec![Fr::ZERO; n];
                inputs[0] = x;
                hash(&inputs)
            })
            .collect();
        for (i, a) in all.iter().enumerate() {
            assert!(!all[i + 1..].contains(a));
        }
    }

    #[test]
    #[should_panic(expected = "1 to 8 inputs, not 9")]
    fn nine_inputs_are_a_programming_error() {
        hash(&[Fr::ONE; 9]);
    }

    #[test]
    #[should_panic(expected = "1 to 8 inputs, not 0")]
    fn no_input_is_a_programming_error() {
        hash(&[]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn fast_equals_plain(inputs in proptest::collection::vec(any::<[u64; 4]>(), 1..=8)) {
            let inputs: Vec<Fr> = inputs.iter()
                .map(|limbs| crate::field::from_bytes(&crate::field::limbs_to_bytes(&ark_ff::BigInt::new(*limbs))).unwrap_or(-Fr::ONE))
                .collect();
            prop_assert_eq!(plain(&inputs, &mut vec![]), hash(&inputs));
        }
    }
}
