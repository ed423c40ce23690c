//! Elements of the BN254 scalar field: their bytes, their hexadecimal text, and hashing into them.
//!
//! Every number that the statement speaks of is an element of `Fr`, the integers modulo the prime
//!
//! r = 21888242871839275222246405745257275088548364400416034343698204186575808495617 (254 bits).
//!
//! Encoding: 32 bytes, little-endian, of the canonical representative `0 <= x < r`; text is the 64 lower-case
//! hexadecimal digits of those bytes. Bytes of an integer `>= r` are refused, never reduced: otherwise one element would have
//! several encodings, and one person several pseudonyms.
//!
//! Hash to field: SHA-256 over the tag and the parts, each preceded by its length in bytes as a 64-bit big-endian integer,
//! and the number of parts before them; the digest is read as a big-endian integer and reduced modulo r. Since 2²⁵⁶ = 5r + 0.29r
//! the elements below 0.29r are hit 6 times and the others 5 times: the result differs from uniform by a statistical distance
//! below 1/25. Every use here needs collision resistance or one-wayness, which the reduction weakens by less than three
//! bits; none needs uniformity. (Nonces and Schnorr challenges do, and are reduced from 512 bits elsewhere.)

use alloc::string::String;
use alloc::vec::Vec;

use ark_ff::{AdditiveGroup, BigInt, PrimeField};
use sha2::{Digest, Sha256};

use crate::once::Once;

/// The scalar field of BN254, the field of the statement.
pub type Fr = ark_bn254::Fr;

/// Why bytes or text are not a field element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldError {
    /// The integer is not below the modulus.
    #[error(
        "not a canonical field element: the integer is not below the BN254 modulus; ask the sender to reduce it"
    )]
    NotCanonical,
    /// The text is not 64 hexadecimal digits.
    #[error("not a field element: expected exactly 64 hexadecimal digits (32 bytes, little-endian)")]
    NotHex,
}

/// SHA-256 of the tag `dst` and of `parts`, framed so that no two different inputs give the same stream:
/// `len(dst) ‖ dst ‖ count(parts) ‖ (len(part) ‖ part)…`, each number 64 bits, big-endian.
pub fn sha256(dst: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    frame(dst, parts, |bytes| hasher.update(bytes));
    hasher.finalize().into()
}

/// [`sha256`] of the same arguments as a big-endian integer, reduced modulo r. The bias is that of the module's doc.
pub fn hash_to_field(dst: &str, parts: &[&[u8]]) -> Fr {
    Fr::from_be_bytes_mod_order(&sha256(dst, parts))
}

/// Feeds the framed tag and parts to `update`; shared with the hashes that need more than 256 bits.
pub(crate) fn frame(dst: &str, parts: &[&[u8]], mut update: impl FnMut(&[u8])) {
    let length = |bytes: &[u8]| (bytes.len() as u64).to_be_bytes();
    update(&length(dst.as_bytes()));
    update(dst.as_bytes());
    update(&(parts.len() as u64).to_be_bytes());
    for part in parts {
        update(&length(part));
        update(part);
    }
}

/// The canonical 32 bytes of `x`, little-endian.
pub fn to_bytes(x: &Fr) -> [u8; 32] {
    limbs_to_bytes(&x.into_bigint())
}

/// The element of 32 little-endian bytes; refuses an integer that is not below the modulus.
pub fn from_bytes(bytes: &[u8; 32]) -> Result<Fr, FieldError> {
    Fr::from_bigint(limbs_from_bytes(bytes)).ok_or(FieldError::NotCanonical)
}

/// 64 lower-case hexadecimal digits of [`to_bytes`].
pub fn to_hex(x: &Fr) -> String {
    hex::encode(to_bytes(x))
}

/// The element written by [`to_hex`]; upper-case digits are refused, so that text is canonical too.
pub fn from_hex(text: &str) -> Result<Fr, FieldError> {
    from_bytes(&bytes_from_hex(text)?)
}

/// 32 bytes from exactly 64 lower-case hexadecimal digits.
pub(crate) fn bytes_from_hex(text: &str) -> Result<[u8; 32], FieldError> {
    if text.bytes().any(|digit| digit.is_ascii_uppercase()) {
        return Err(FieldError::NotHex);
    }
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| FieldError::NotHex)?;
    Ok(bytes)
}

/// Little-endian bytes of a 256-bit integer.
pub(crate) fn limbs_to_bytes(x: &BigInt<4>) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (chunk, limb) in bytes.chunks_exact_mut(8).zip(x.0) {
        chunk.copy_from_slice(&limb.to_le_bytes());
    }
    bytes
}

/// The 256-bit integer of little-endian bytes.
pub(crate) fn limbs_from_bytes(bytes: &[u8; 32]) -> BigInt<4> {
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
        for &byte in chunk.iter().rev() {
            *limb = (*limb << 8) | u64::from(byte);
        }
    }
    BigInt::new(limbs)
}

/// For `#[serde(with = "field::serde_hex")]` on an [`Fr`]: hexadecimal text, refused unless canonical.
pub mod serde_hex {
    use alloc::string::String;

    use super::{Fr, from_hex, to_hex};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes [`to_hex`].
    pub fn serialize<S: Serializer>(x: &Fr, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_hex(x))
    }

    /// Reads [`from_hex`].
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Fr, D::Error> {
        let text = String::deserialize(deserializer)?;
        from_hex(&text).map_err(D::Error::custom)
    }
}

/// [`serde_hex`] for an `Option<Fr>`; combine with `#[serde(default, skip_serializing_if = "Option::is_none")]`.
pub mod serde_hex_opt {
    use alloc::string::String;

    use super::{Fr, from_hex, to_hex};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes [`to_hex`] of a value that is there.
    pub fn serialize<S: Serializer>(x: &Option<Fr>, serializer: S) -> Result<S::Ok, S::Error> {
        match x {
            Some(x) => serializer.serialize_some(&to_hex(x)),
            None => serializer.serialize_none(),
        }
    }

    /// Reads [`from_hex`] of a value that is there.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Fr>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| from_hex(&text)).transpose().map_err(D::Error::custom)
    }
}

/// `2^exponent`, for exponents below 256.
///
/// # Panics
/// For a larger exponent, a mistake of the caller's.
#[must_use]
pub fn power_of_two(exponent: usize) -> Fr {
    static POWERS: Once<Vec<Fr>> = Once::new();
    let powers = POWERS.get_or_init(|| {
        let doubled = |power: &Fr| Some(power.double());
        core::iter::successors(Some(Fr::from(1u64)), doubled).take(256).collect()
    });
    powers[exponent]
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::{AdditiveGroup, BigInteger, Field};
    use proptest::prelude::*;

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Wrapped {
        #[serde(with = "serde_hex")]
        x: Fr,
        #[serde(with = "serde_hex_opt", default, skip_serializing_if = "Option::is_none")]
        y: Option<Fr>,
    }

    #[test]
    fn boundary_values_survive_and_the_modulus_is_refused() {
        for x in [Fr::ZERO, Fr::ONE, -Fr::ONE, Fr::from(u64::MAX), Fr::from(256u64)] {
            assert_eq!(from_bytes(&to_bytes(&x)), Ok(x));
            assert_eq!(from_hex(&to_hex(&x)), Ok(x));
        }
        assert_eq!(to_bytes(&Fr::from(258u64))[..3], [2, 1, 0]);
        let modulus = Fr::MODULUS;
        assert_eq!(from_bytes(&limbs_to_bytes(&modulus)), Err(FieldError::NotCanonical));
        let mut one_more = modulus;
        one_more.add_with_carry(&BigInt::one());
        assert_eq!(from_bytes(&limbs_to_bytes(&one_more)), Err(FieldError::NotCanonical));
        assert_eq!(from_bytes(&[0xff; 32]), Err(FieldError::NotCanonical));
    }

    #[test]
    fn text_is_canonical() {
        let text = to_hex(&Fr::from(0xabcdefu64));
        assert_eq!(text, format!("efcdab{}", "0".repeat(58)));
        assert_eq!(from_hex(&text.to_uppercase()), Err(FieldError::NotHex));
        assert_eq!(from_hex(&text[1..]), Err(FieldError::NotHex));
        assert_eq!(from_hex(&format!("{text}00")), Err(FieldError::NotHex));
        assert_eq!(from_hex(&format!("0x{}", &text[2..])), Err(FieldError::NotHex));
        assert_eq!(from_hex(""), Err(FieldError::NotHex));
    }

    #[test]
    fn json_refuses_what_is_not_canonical() {
        let value = Wrapped { x: Fr::from(7u64), y: None };
        let json = serde_json::to_string(&value).unwrap();
        assert_eq!(json, format!("{{\"x\":\"07{}\"}}", "0".repeat(62)));
        assert_eq!(serde_json::from_str::<Wrapped>(&json).unwrap(), value);
        let bad = format!("{{\"x\":\"{}\"}}", hex::encode(limbs_to_bytes(&Fr::MODULUS)));
        let error = serde_json::from_str::<Wrapped>(&bad).unwrap_err().to_string();
        assert!(error.contains("not a canonical field element"), "{error}");
        let both = Wrapped { x: Fr::ONE, y: Some(-Fr::ONE) };
        let json = serde_json::to_string(&both).unwrap();
        assert_eq!(serde_json::from_str::<Wrapped>(&json).unwrap(), both);
    }

    /// Moving a byte between tag and part, between two parts, or splitting a part gives another digest.
    #[test]
    fn framing_is_unambiguous() {
        let all = [
            sha256("ab", &[b"c", b"d"]),
            sha256("a", &[b"bc", b"d"]),
            sha256("ab", &[b"cd"]),
            sha256("ab", &[b"cd", b""]),
            sha256("ab", &[b"", b"cd"]),
            sha256("abcd", &[]),
            sha256("ab", &[]),
        ];
        for (i, a) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|b| a != b), "digest {i} occurs twice");
        }
    }

    /// SHA-256("" framed): computed with `printf '\0\0…' | sha256sum` over the sixteen zero bytes of two lengths.
    #[test]
    fn framing_is_pinned() {
        assert_eq!(
            hex::encode(sha256("", &[])),
            "374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb"
        );
        assert_eq!(hash_to_field("", &[]), Fr::from_be_bytes_mod_order(&sha256("", &[])));
    }

    proptest! {
        #[test]
        fn bytes_round_trip(bytes in any::<[u8; 32]>()) {
            match from_bytes(&bytes) {
                Ok(x) => prop_assert_eq!(to_bytes(&x), bytes),
                Err(error) => {
                    prop_assert_eq!(error, FieldError::NotCanonical);
                    prop_assert!(limbs_from_bytes(&bytes) >= Fr::MODULUS);
                }
            }
        }
    }
}
