//! A status word: 252 bits as one integer below 2^252.

use super::StatusError;
use crate::attributes::WORD_BITS;
use crate::field::Fr;
use ark_ff::{BigInt, PrimeField};

/// 252 status bits, bit `k` at `2^k`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusWord([u64; 4]);

impl StatusWord {
    /// From little-endian limbs; refuses 2^252 and above.
    pub fn from_limbs(limbs: [u64; 4]) -> Result<Self, StatusError> {
        if limbs[3] >> (WORD_BITS - 192) == 0 { Ok(Self(limbs)) } else { Err(StatusError::WordRange) }
    }

    /// The little-endian limbs.
    pub fn limbs(&self) -> [u64; 4] {
        self.0
    }

    /// Bit `bit` (< 252).
    pub fn get(&self, bit: u8) -> bool {
        self.0[usize::from(bit / 64)] >> (bit % 64) & 1 == 1
    }

    /// Sets bit `bit` (< 252).
    pub fn set(&mut self, bit: u8) {
        debug_assert!(u32::from(bit) < WORD_BITS);
        self.0[usize::from(bit / 64)] |= 1 << (bit % 64);
    }

    /// Whether no bit is set.
    pub fn is_zero(&self) -> bool {
        self.0 == [0; 4]
    }

    /// Whether every bit of `other` is set here too.
    pub fn covers(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(mine, theirs)| theirs & !mine == 0)
    }

    /// The word as a field element; below 2^252, so without reduction.
    pub fn to_field(&self) -> Fr {
        Fr::from_bigint(BigInt::new(self.0)).expect("a word is below 2^252 and so below the modulus")
    }

    pub(super) fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (chunk, limb) in bytes.chunks_exact_mut(8).zip(self.0) {
            chunk.copy_from_slice(&limb.to_le_bytes());
        }
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Result<Self, StatusError> {
        let mut limbs = [0; 4];
        for (limb, chunk) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
            *limb = u64::from_le_bytes(chunk.try_into().map_err(|_| StatusError::Malformed)?);
        }
        Self::from_limbs(limbs)
    }
}
