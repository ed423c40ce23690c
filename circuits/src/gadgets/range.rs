//! Integers of a range, and booleans.
//!
//! `0 ≤ value ≤ max`: with `k` the number of bits of `max`, the value **is** the linear combination
//!
//! ```text
//! value = Σ_{i < k−1} 2^i · bᵢ + (max − 2^(k−1) + 1) · b_{k−1}        bᵢ · (bᵢ − 1) = 0
//! ```
//!
//! so that the booleans reach exactly 0..=max, each value in one or two ways (one, if `max + 1` is a power of two). `k`
//! constraints, `k` wires. Sound because `max < 2^64` is far below the modulus: no sum wraps. Without a boolean
//! constraint any field element would pass.
//!
//! The hint of a value outside its range puts the excess into the last boolean, so that the boolean constraint of this
//! very range fails and names the clause.

use ark_ff::{AdditiveGroup, Field, PrimeField};
use tacit_credential::Fr;
use tacit_r1cs::{ConstraintSystem, Number};

/// A number that is 0 or 1.
#[derive(Clone)]
pub struct BooleanVar<N>(N);

impl<N: Number> BooleanVar<N> {
    /// A new wire `b` with `b · (b − 1) = 0`.
    pub fn new<CS: ConstraintSystem<Num = N>>(cs: &mut CS, hint: impl FnOnce(&CS::Known) -> Fr) -> Self {
        let b = cs.witness(hint);
        cs.enforce(&b, &(b.clone() - Fr::ONE), &N::from(Fr::ZERO));
        Self(b)
    }

    /// 0 or 1 as a number.
    pub const fn number(&self) -> &N {
        &self.0
    }
}

/// `Σ 2^i · bᵢ`.
pub fn pack<N: Number>(bits: &[BooleanVar<N>]) -> N {
    let mut sum = N::from(Fr::ZERO);
    let mut weight = Fr::ONE;
    for bit in bits {
        sum.add_scaled(&bit.0, weight);
        weight.double_in_place();
    }
    sum
}

/// An integer of a range that starts at 0.
#[derive(Clone)]
pub struct RangedVar<N> {
    value: N,
    max: u64,
}

impl<N: Number> RangedVar<N> {
    /// A new integer `0..=max`.
    ///
    /// # Panics
    /// If `max` is 0, a mistake of the circuit's author.
    pub fn new<CS: ConstraintSystem<Num = N>>(
        cs: &mut CS,
        max: u64,
        hint: impl FnOnce(&CS::Known) -> Fr,
    ) -> Self {
        assert!(max > 0, "a range has more than one value");
        let low_bits = max.ilog2() as usize;
        let top_weight = max - (1 << low_bits) + 1;
        let digits = cs.advise(|k| digits(hint(k), low_bits, top_weight));

        let mut value = N::from(Fr::ZERO);
        for place in 0..=low_bits {
            // The hint runs only where the digits exist.
            let bit = BooleanVar::new(cs, |_| digits.as_ref().map_or(Fr::ZERO, |digits| digits[place]));
            let weight = if place == low_bits { top_weight } else { 1 << place };
            value.add_scaled(&bit.0, Fr::from(weight));
        }
        Self { value, max }
    }

    /// A new integer of `bits` bits.
    pub fn of_bits<CS: ConstraintSystem<Num = N>>(
        cs: &mut CS,
        bits: u32,
        hint: impl FnOnce(&CS::Known) -> Fr,
    ) -> Self {
        Self::new(cs, (1 << bits) - 1, hint)
    }

    /// The integer as a number.
    pub const fn number(&self) -> &N {
        &self.value
    }

    /// The largest value that it can take.
    pub const fn max(&self) -> u64 {
        self.max
    }
}

/// The boolean digits of a value, the last one with what is left over.
fn digits(value: Fr, low_bits: usize, top_weight: u64) -> Vec<Fr> {
    let limbs = value.into_bigint().0;
    let is_small = limbs[1..] == [0; 3];
    let fits_low = is_small && limbs[0] >> low_bits == 0;
    // A value of the upper part keeps its low digits after the top weight is taken off.
    let shifted = limbs[0].wrapping_sub(top_weight);
    let low = if is_small && !fits_low && limbs[0] >= top_weight && shifted >> low_bits == 0 {
        shifted
    } else {
        limbs[0] & ((1 << low_bits) - 1)
    };
    let excess = value - Fr::from(low);
    let top = if excess == Fr::ZERO {
        Fr::ZERO
    } else if excess == Fr::from(top_weight) {
        Fr::ONE
    } else {
        excess * Fr::from(top_weight).inverse().unwrap_or_default()
    };
    let mut digits: Vec<Fr> = (0..low_bits).map(|i| Fr::from(low >> i & 1)).collect();
    digits.push(top);
    digits
}
