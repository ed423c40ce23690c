//! Field elements as the files have them: 32 bytes, little-endian, below the prime.
//!
//! With `R = 2^256`, three forms of an element `v` occur:
//!
//! | form | bytes | where |
//! | --- | --- | --- |
//! | plain | `v` | `.r1cs`, `.wtns` |
//! | Montgomery | `v·R` | coordinates in `.zkey` and `.ptau` |
//! | doubly Montgomery | `v·R²` | coefficients in `.zkey` |
//!
//! arkworks keeps `v·R` in memory. Hence plain bytes need one product to read, Montgomery bytes none, and
//! doubly Montgomery bytes, taken for `(v·R)·R` in memory, one with `R⁻¹`.

use ark_bn254::{Fq, Fr};
use ark_ff::{BigInt, MontConfig, PrimeField};

/// Bytes of an element.
pub(crate) const ELEMENT: usize = 32;

/// `R⁻¹`: kept in memory as 1.
const INVERSE_OF_R: Fr = Fr::new_unchecked(BigInt::new([1, 0, 0, 0]));
/// `R`: kept in memory as `R²`.
const R: Fr = Fr::new_unchecked(<ark_bn254::FrConfig as MontConfig<4>>::R2);

fn integer(bytes: &[u8; ELEMENT]) -> BigInt<4> {
    let (limbs, _) = bytes.as_chunks::<8>();
    BigInt::new([0, 1, 2, 3].map(|i| u64::from_le_bytes(limbs[i])))
}

fn bytes(integer: BigInt<4>) -> [u8; ELEMENT] {
    let mut bytes = [0; ELEMENT];
    for (eight, limb) in bytes.chunks_exact_mut(8).zip(integer.0) {
        eight.copy_from_slice(&limb.to_le_bytes());
    }
    bytes
}

/// An integer below r.
pub(crate) fn read_plain(bytes: &[u8; ELEMENT]) -> Option<Fr> {
    Fr::from_bigint(integer(bytes))
}

pub(crate) fn write_plain(value: &Fr) -> [u8; ELEMENT] {
    bytes(value.into_bigint())
}

/// `v·R` below q.
pub(crate) fn read_montgomery(bytes: &[u8; ELEMENT]) -> Option<Fq> {
    let integer = integer(bytes);
    (integer < Fq::MODULUS).then(|| Fq::new_unchecked(integer))
}

pub(crate) fn write_montgomery(value: &Fq) -> [u8; ELEMENT] {
    bytes(value.0)
}

/// `v·R²` below r.
pub(crate) fn read_doubly_montgomery(bytes: &[u8; ELEMENT]) -> Option<Fr> {
    let integer = integer(bytes);
    (integer < Fr::MODULUS).then(|| Fr::new_unchecked(integer) * INVERSE_OF_R)
}

pub(crate) fn write_doubly_montgomery(value: &Fr) -> [u8; ELEMENT] {
    bytes((*value * R).0)
}

/// A prime as a header has it.
pub(crate) fn prime_bytes<F: PrimeField<BigInt = BigInt<4>>>() -> [u8; ELEMENT] {
    bytes(F::MODULUS)
}

#[cfg(test)]
mod tests {
    use ark_ff::{Field, One};

    use super::*;

    /// Against the definition, with `R` computed as a power.
    #[test]
    fn forms_are_what_the_table_says() {
        let (r, q_r) = (Fr::from(2).pow([256]), Fq::from(2).pow([256]));
        for value in [0, 1, 2, 12_345].map(Fr::from).into_iter().chain([-Fr::one(), -Fr::from(7)]) {
            assert_eq!(write_plain(&value), bytes(value.into_bigint()));
            assert_eq!(write_doubly_montgomery(&value), bytes((value * r * r).into_bigint()));
            assert_eq!(read_plain(&write_plain(&value)), Some(value));
            assert_eq!(read_doubly_montgomery(&write_doubly_montgomery(&value)), Some(value));
        }
        for value in [Fq::from(0), Fq::from(5), -Fq::one()] {
            assert_eq!(write_montgomery(&value), bytes((value * q_r).into_bigint()));
            assert_eq!(read_montgomery(&write_montgomery(&value)), Some(value));
        }
    }

    #[test]
    fn the_prime_and_more_are_refused() {
        let most = [0xff; ELEMENT];
        assert_eq!(read_plain(&prime_bytes::<Fr>()), None);
        assert_eq!(read_plain(&most), None);
        assert_eq!(read_doubly_montgomery(&prime_bytes::<Fr>()), None);
        assert_eq!(read_doubly_montgomery(&most), None);
        assert_eq!(read_montgomery(&prime_bytes::<Fq>()), None);
        assert_eq!(read_montgomery(&most), None);
        assert!(read_montgomery(&prime_bytes::<Fr>()).is_some(), "r is below q");
    }
}
