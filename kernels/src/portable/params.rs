//! Constants of a prime field in radix 2^29, computed from the modulus at compile time.

use ark_bn254::{Fq, Fr};
use ark_ff::PrimeField;

use crate::modular::{double, negative_inverse, one};
use crate::words::Words;

/// Limbs, least significant first: nine of 29 bits, 261 in all.
pub(super) type Limbs = [u32; 9];

/// The bits of a limb.
pub(super) const BITS: u32 = 29;
/// The low 29 bits.
pub(super) const MASK: u64 = (1 << BITS) - 1;
/// Bits of the quotient's fixed point in [`Params::RECIPROCAL`].
pub(super) const RECIPROCAL_BITS: u32 = 44;

/// A prime field with a modulus between 2^253 and 2^254, and its constants.
pub(super) trait Params: Copy + Send + Sync + 'static {
    /// arkworks' field.
    type Field: Words;

    /// The modulus in words of 64 bits.
    const WORDS: [u64; 4] = Self::Field::MODULUS.0;
    /// The modulus p.
    const P: Limbs = limbs(Self::WORDS);
    /// `−1/p mod 2^29`.
    const P_INVERSE: u64 = negative_inverse(Self::WORDS[0]) & MASK;
    /// One: `2^261 mod p`.
    const ONE: Limbs = limbs(double(one(), 261, Self::WORDS));
    /// Takes words `x·2^256` to `x·2^261` by one product: `2^266 mod p`.
    const FROM_ARK: Limbs = limbs(double(one(), 266, Self::WORDS));
    /// Takes `x·2^261` to words `x·2^256` by one product: `2^256 mod p`.
    const TO_ARK: Limbs = limbs(double(one(), 256, Self::WORDS));
    /// Takes the inverse of a representative, as an integer, to the representative of the inverse: `2^783 mod p`.
    const INVERSE_FIX: Limbs = limbs(double(one(), 783, Self::WORDS));
    /// One part in thirty-two, in arkworks' words: `2^251 mod p`.
    const THIRTY_SECOND: [u64; 4] = double(one(), 251, Self::WORDS);
    /// `k·p` for small `k`.
    const MULTIPLES: [Limbs; 9] = multiples(Self::P);
    /// `2^44 / (P₈ + 1)`: times the top limb of a number, and less 44 bits, never more than the number's quotient by p.
    const RECIPROCAL: u64 = (1 << RECIPROCAL_BITS) / (Self::P[8] as u64 + 1);
}

/// The base field.
#[derive(Clone, Copy)]
pub(super) struct FqParams;
impl Params for FqParams {
    type Field = Fq;
}

/// The scalar field.
#[derive(Clone, Copy)]
pub(super) struct FrParams;
impl Params for FrParams {
    type Field = Fr;
}

/// Splits 256 bits into limbs.
#[inline(always)]
pub(super) const fn limbs(w: [u64; 4]) -> Limbs {
    [
        (w[0] & MASK) as u32,
        (w[0] >> 29 & MASK) as u32,
        ((w[0] >> 58 | w[1] << 6) & MASK) as u32,
        (w[1] >> 23 & MASK) as u32,
        ((w[1] >> 52 | w[2] << 12) & MASK) as u32,
        (w[2] >> 17 & MASK) as u32,
        ((w[2] >> 46 | w[3] << 18) & MASK) as u32,
        (w[3] >> 11 & MASK) as u32,
        (w[3] >> 40) as u32,
    ]
}

/// Puts carried limbs of a number below 2^256 together.
#[inline(always)]
pub(super) const fn words(l: Limbs) -> [u64; 4] {
    let [a, b, c, d, e, f, g, h, i] = [
        l[0] as u64,
        l[1] as u64,
        l[2] as u64,
        l[3] as u64,
        l[4] as u64,
        l[5] as u64,
        l[6] as u64,
        l[7] as u64,
        l[8] as u64,
    ];
    [
        a | b << 29 | c << 58,
        c >> 6 | d << 23 | e << 52,
        e >> 12 | f << 17 | g << 46,
        g >> 18 | h << 11 | i << 40,
    ]
}

const fn multiples(p: Limbs) -> [Limbs; 9] {
    let mut all = [[0; 9]; 9];
    let mut k = 1;
    while k < 9 {
        let mut carry = 0;
        let mut i = 0;
        while i < 9 {
            let sum = (all[k - 1][i] + p[i]) as u64 + carry;
            all[k][i] = if i < 8 { (sum & MASK) as u32 } else { sum as u32 };
            carry = sum >> BITS;
            i += 1;
        }
        k += 1;
    }
    all
}
