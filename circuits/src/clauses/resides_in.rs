//! Resides in: a six-digit GB/T 2260 code in a set of provinces and in a range of codes.
//!
//! With D and E the first two digits of the code, `1 ≤ D ≤ 8`, `0 ≤ E ≤ 7`:
//!
//! ```text
//! provinces = a 64-bit word whose bit 8(D − 1) + E is 1      75 constraints (gadgets::hidden_bit)
//! rest ∈ 0..=9999                                            14
//! region    = 100000 D + 10000 E + rest
//! from      = region − a,   to = region + b                  40: a, b of 20 bits
//! ```
//!
//! D and E are digits of the hidden place and so in their ranges without further constraints; `rest` is in its range, hence
//! the decomposition of the code is the only one, and the province bit is that of the code. Set and bounds come out as
//! numbers and are compared with the verifier's through the public digest ([`super::born_between`]).
//!
//! Not constrained: that the province exists. The issuer signs codes of real provinces, the verifier asks only for those.
//! Codes that start with 9 have no place in the mask and are not covered.

use tacit_credential::Fr;
use tacit_credential::public_values::REGION_BITS;
use tacit_r1cs::{ConstraintSystem, Known, Number};

use crate::gadgets::hidden_bit::{HiddenBit, HiddenBitVar};
use crate::gadgets::range::RangedVar;

/// The name of the part about provinces.
pub const PROVINCE: &str = "resides in: province";
/// The name of the part about the range of codes.
pub const REGION: &str = "resides in: region";

/// Codes within a province less 1.
const REST_MAX: u64 = 9_999;
/// Three bits for E, three for D − 1, innermost first.
const RADICES: [usize; 6] = [2; 6];

/// A region code and what it satisfies.
pub struct ResidenceVar<N> {
    /// The code, 100000 ..= 879999.
    pub region: N,
    /// A set of provinces that holds the code's: bit `8(D − 1) + E` for the codes that start with D, E.
    pub provinces: N,
    /// The code is not below it.
    pub from: N,
    /// The code is not above it.
    pub to: N,
}

/// What the prover knows about a residence.
#[derive(Clone, Copy)]
pub struct Residence {
    /// The code.
    pub region: u64,
    /// The mask of provinces.
    pub provinces: u64,
    /// The lowest code allowed.
    pub from: u64,
    /// The highest code allowed.
    pub to: u64,
}

impl<N: Number> ResidenceVar<N> {
    /// A residence within a set of provinces and a range.
    pub fn new<CS: ConstraintSystem<Num = N>>(
        cs: &mut CS,
        known: impl FnOnce(&CS::Known) -> Residence,
    ) -> Self {
        let hint = cs.advise(known);
        let known =
            |part: fn(&Residence) -> u64| hint.as_ref().map_or(Fr::from(0u64), |hint| Fr::from(part(hint)));

        cs.clause(PROVINCE);
        let provinces = HiddenBitVar::new(cs, &RADICES, true, |_| {
            let (region, mask) = hint.as_ref().map_or((0, 0), |hint| (hint.region, hint.provinces));
            let first = (region / 100_000).clamp(1, 8);
            let second = (region / 10_000 % 10).min(7);
            HiddenBit { word: [mask, 0, 0, 0], place: (8 * (first - 1) + second) as usize }
        });

        cs.clause(REGION);
        let digit = |bits: &[N]| {
            let mut sum = N::from(Fr::from(0u64));
            for (bit, weight) in bits.iter().zip([1u64, 2, 4]) {
                sum.add_scaled(bit, Fr::from(weight));
            }
            sum
        };
        let second = digit(&provinces.digits[..3]);
        let first = digit(&provinces.digits[3..]) + Fr::from(1u64);
        let mut region = first * Fr::from(100_000u64);
        region.add_scaled(&second, Fr::from(10_000u64));
        let rest = RangedVar::new(cs, REST_MAX, |k| known(|r| r.region) - k.value(&region));
        let region = region + rest.number();

        let below = RangedVar::of_bits(cs, REGION_BITS, |k| k.value(&region) - known(|r| r.from));
        let above = RangedVar::of_bits(cs, REGION_BITS, |k| known(|r| r.to) - k.value(&region));
        Self {
            from: region.clone() - below.number(),
            to: region.clone() + above.number(),
            provinces: provinces.word,
            region,
        }
    }
}
