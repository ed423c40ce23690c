//! Constants of a prime field in radix 2^52, computed from the modulus at compile time.

use ark_bn254::{Fq, Fr};
use ark_ff::PrimeField;

use crate::modular::{double, halve, negative_inverse, one};
use crate::words::Words;

/// Limbs of 52 bits, least significant first.
pub(super) type Limbs = [u64; 5];

/// The low 52 bits.
pub(super) const MASK: u64 = (1 << 52) - 1;

/// A prime field with a modulus between 2^253 and 2^254, and its constants.
pub(super) trait Params: Copy + Send + Sync + 'static {
    /// arkworks' field.
    type Field: Words;

    /// The modulus in words of 64 bits.
    const WORDS: [u64; 4] = Self::Field::MODULUS.0;
    /// The modulus p.
    const P: Limbs = limbs(Self::WORDS);
    /// `−1/p mod 2^52`.
    const P_INVERSE: u64 = negative_inverse(Self::WORDS[0]) & MASK;
    /// `FOLD[k] = 2^(−52(k+1)) mod p`.
    const FOLD: [Limbs; 3] = [
        limbs(halve(one(), 52, Self::WORDS)),
        limbs(halve(one(), 104, Self::WORDS)),
        limbs(halve(one(), 156, Self::WORDS)),
    ];
    /// One: `2^260 mod p`.
    const ONE: Limbs = limbs(double(one(), 260, Self::WORDS));
    /// Takes words `x·2^256` to `x·2^260` by one product: `2^264 mod p`.
    const FROM_ARK: Limbs = limbs(double(one(), 264, Self::WORDS));
    /// Takes `x·2^260` to words `x·2^256` by one product: `2^256 mod p`.
    const TO_ARK: Limbs = limbs(double(one(), 256, Self::WORDS));
    /// Takes the inverse of a representative, as an integer, to the representative of the inverse: `2^780 mod p`.
    const INVERSE_FIX: Limbs = limbs(double(one(), 780, Self::WORDS));
    /// One sixteenth in arkworks' words: `2^252 mod p`.
    const SIXTEENTH: [u64; 4] = double(one(), 252, Self::WORDS);
    /// `k·p` for small `k`.
    const MULTIPLES: [Limbs; 16] = multiples(Self::WORDS);
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

/// For each `q < 8`, `K·p` minus the greatest multiple of p up to `q·2^254`, as signed limbs, limb by limb.
pub(super) struct ReduceTable<P: Params, const K: usize>(core::marker::PhantomData<P>);
impl<P: Params, const K: usize> ReduceTable<P, K> {
    pub(super) const TABLE: [[u64; 8]; 5] = {
        let mut table = [[0; 8]; 5];
        let mut q = 0;
        while q < 8 {
            // The greatest k with k·p <= q·2^254: compare top limbs, where 2^254 is 2^46; a tie would need p to be a power of two.
            let mut k = 0;
            while P::MULTIPLES[k + 1][4] < (q as u64) << 46 {
                k += 1;
            }
            let (sign, multiple) = if K >= k { (1, P::MULTIPLES[K - k]) } else { (-1, P::MULTIPLES[k - K]) };
            let mut i = 0;
            while i < 5 {
                table[i][q] = (sign * multiple[i].cast_signed()).cast_unsigned();
                i += 1;
            }
            q += 1;
        }
        table
    };
}

/// Splits 256 bits into limbs.
pub(super) const fn limbs(w: [u64; 4]) -> Limbs {
    [
        w[0] & MASK,
        ((w[0] >> 52) | (w[1] << 12)) & MASK,
        ((w[1] >> 40) | (w[2] << 24)) & MASK,
        ((w[2] >> 28) | (w[3] << 36)) & MASK,
        w[3] >> 16,
    ]
}

const fn multiples(p: [u64; 4]) -> [Limbs; 16] {
    let p = limbs(p);
    let mut all = [[0; 5]; 16];
    let mut k = 1;
    while k < 16 {
        let mut carry = 0;
        let mut i = 0;
        while i < 5 {
            let sum = all[k - 1][i] + p[i] + carry;
            all[k][i] = sum & MASK;
            carry = sum >> 52;
            i += 1;
        }
        k += 1;
    }
    all
}
