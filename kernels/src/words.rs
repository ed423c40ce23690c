//! arkworks' elements as words: `x·2^256 mod p`, little-endian.

use ark_bn254::{Fq, Fr};
use ark_ff::{BigInt, BigInteger, PrimeField};

/// A prime field of four words in Montgomery's form.
pub(crate) trait Words: PrimeField<BigInt = BigInt<4>> {
    /// The words.
    fn words(&self) -> [u64; 4];

    /// The element of words below the modulus.
    fn from_canonical_words(words: [u64; 4]) -> Self;

    /// The element of any words, taken modulo p.
    fn from_any_words(words: [u64; 4]) -> Self {
        let mut integer = BigInt(words);
        // 2^256 is 5.3 times the modulus.
        while integer >= Self::MODULUS {
            integer.sub_with_borrow(&Self::MODULUS);
        }
        Self::from_canonical_words(integer.0)
    }
}

macro_rules! words {
    ($($field:ty),*) => {$(
        impl Words for $field {
            #[inline(always)]
            fn words(&self) -> [u64; 4] {
                self.0.0
            }

            #[inline(always)]
            fn from_canonical_words(words: [u64; 4]) -> Self {
                Self::new_unchecked(BigInt(words))
            }
        }
    )*};
}

words!(Fq, Fr);
