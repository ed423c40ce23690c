//! A word whose bit at a hidden place has a given value.
//!
//! The word is built around that bit. A block of `size` bits is known (at first the bit alone, size 1); a level of radix
//! `r` takes `r − 1` further blocks of that size, all made of booleans, and puts the known one at place `d` of `r`, by
//! exchanging it with the block that stands in its way:
//!
//! ```text
//! place 0:      known + Σ_{i ≥ 1} hotᵢ · (otherᵢ − known)
//! place i ≥ 1:  otherᵢ + hotᵢ · (known − otherᵢ)             hotᵢ boolean, Σ hotᵢ boolean; d = Σ i · hotᵢ
//! ```
//!
//! One product `hotᵢ · (known − otherᵢ)` serves both places. Constraints of a word of `n = Π r` bits: `n − 1` booleans, per
//! level `r − 1` selectors, their sum (not for r = 2, where it is the selector itself), and `r − 1` products.
//!
//! Sound: every assignment of the booleans that satisfies the constraints is a word of n bits with the given bit at
//! place `Σ d · size`; all such (word, place) occur. A word of at most 253 bits is one integer below the modulus, so that
//! its value determines it. Without the sums two selectors could be 1, and a place beyond the word reached.
//!
//! The hint of a word whose bit is the other way makes a neighbouring boolean carry the difference, and that of a word
//! with bits beyond its length the last boolean, so that the boolean constraints of this very word fail.

use ark_ff::{AdditiveGroup, Field, PrimeField};
use tacit_credential::Fr;
use tacit_credential::field::power_of_two;
use tacit_r1cs::{ConstraintSystem, Number};

use super::arithmetic::product;
use super::range::{BooleanVar, pack};

/// What the prover knows: a word, little-endian limbs, and a place in it.
#[derive(Clone, Copy)]
pub struct HiddenBit {
    /// The whole word, the hidden bit included.
    pub word: [u64; 4],
    /// The place, below the word's length.
    pub place: usize,
}

impl HiddenBit {
    fn bit(&self, place: usize) -> bool {
        self.word[place / 64] >> (place % 64) & 1 == 1
    }
}

/// A word with a given bit at a hidden place.
pub struct HiddenBitVar<N> {
    /// The word as a number, bit `i` with weight `2^i`.
    pub word: N,
    /// The digits of the place, of the radices given, innermost first.
    pub digits: Vec<N>,
}

impl<N: Number> HiddenBitVar<N> {
    /// A new word of `Π radices` bits whose bit at the hidden place is `bit`.
    ///
    /// # Panics
    /// If the word would not fit the field, a mistake of the circuit's author.
    pub fn new<CS: ConstraintSystem<Num = N>>(
        cs: &mut CS,
        radices: &[usize],
        bit: bool,
        hint: impl FnOnce(&CS::Known) -> HiddenBit,
    ) -> Self {
        let length = radices.iter().product::<usize>();
        assert!(length <= 253, "a word is one integer below the modulus");
        let hint = cs.advise(hint);
        let mut known = N::from(Fr::from(bit));
        let mut digits = Vec::with_capacity(radices.len());
        let mut size = 1;
        for &radix in radices {
            let level = hint.map(|hint| {
                let mut level = Level::of(hint, size, radix, bit);
                if size * radix == length {
                    level.carry_excess(hint, size, radix);
                }
                level
            });
            let (block, digit) = exchange(cs, &known, size, radix, level.as_ref());
            known = block;
            digits.push(digit);
            size *= radix;
        }
        Self { word: known, digits }
    }
}

/// Hints of one level.
struct Level {
    digit: usize,
    /// For each further block, its bits.
    others: Vec<Vec<Fr>>,
}

impl Level {
    fn of(hint: HiddenBit, size: usize, radix: usize, bit: bool) -> Self {
        let block = hint.place / size;
        let digit = block % radix;
        let first = (block - digit) * size;
        let mut others: Vec<Vec<Fr>> = (1..radix)
            .map(|i| {
                // The block that gives way to the known one is the one of place 0.
                let start = first + if i == digit { 0 } else { i * size };
                (start..start + size).map(|place| Fr::from(hint.bit(place))).collect()
            })
            .collect();
        let own = hint.bit(hint.place);
        if size == 1 && own != bit {
            // The neighbour stands at place 0, if the own digit is 1, and else at place 1.
            let difference = Fr::from(own) - Fr::from(bit);
            let neighbour = usize::from(digit != 1);
            others[0][0] += difference * power_of_two(digit) * inverse_power_of_two(neighbour);
        }
        Self { digit, others }
    }

    /// Makes the last boolean carry what does not fit a word of `size · radix` bits.
    fn carry_excess(&mut self, hint: HiddenBit, size: usize, radix: usize) {
        let length = size * radix;
        let low: Fr = (0..length).filter(|&place| hint.bit(place)).map(power_of_two).sum();
        let excess = Fr::from_le_bytes_mod_order(&hint.word.map(u64::to_le_bytes).concat()) - low;
        if excess != Fr::ZERO {
            let last_block = if self.digit == radix - 1 { 0 } else { length - size };
            let last = &mut self.others[radix - 2][size - 1];
            *last += excess * inverse_power_of_two(last_block + size - 1);
        }
    }
}

fn inverse_power_of_two(exponent: usize) -> Fr {
    power_of_two(exponent).inverse().unwrap_or_default()
}

/// Puts the known block at a hidden place among `radix − 1` new ones; returns the larger block and the place.
fn exchange<CS: ConstraintSystem>(
    cs: &mut CS,
    known: &CS::Num,
    size: usize,
    radix: usize,
    level: Option<&Level>,
) -> (CS::Num, CS::Num) {
    let zero = || CS::Num::from(Fr::ZERO);
    let selectors: Vec<_> = (1..radix)
        .map(|i| BooleanVar::new(cs, |_| Fr::from(level.is_some_and(|level| level.digit == i))))
        .collect();
    if radix > 2 {
        let mut sum = zero();
        for selector in &selectors {
            sum.add_scaled(selector.number(), Fr::ONE);
        }
        cs.enforce(&sum, &(sum.clone() - Fr::ONE), &zero());
    }

    let (mut block, mut digit) = (known.clone(), zero());
    for (i, selector) in (1..radix).zip(&selectors) {
        let bits: Vec<_> = (0..size)
            .map(|place| BooleanVar::new(cs, |_| level.map_or(Fr::ZERO, |level| level.others[i - 1][place])))
            .collect();
        let other = pack(&bits);
        let exchanged = product(cs, selector.number(), &(known.clone() - &other));
        let weight = power_of_two(size * i);
        block.add_scaled(&other, weight);
        block.add_scaled(&exchanged, weight - Fr::ONE);
        digit.add_scaled(selector.number(), Fr::from(i as u64));
    }
    (block, digit)
}
