//! The published parts of a status tree: chunks of 512 words, and the top above them.

use super::{CHUNK_LEVELS, CHUNK_WORDS, StatusError, StatusRoot, StatusWord, empty_node, root_of};
use crate::field::{self, Fr};
use alloc::vec::Vec;

/// 512 neighbouring words of a tree, as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusChunk {
    pub(super) index: u16,
    pub(super) words: Vec<StatusWord>,
}

const CHUNK_MAGIC: &[u8; 4] = b"TSC1";
const TOP_MAGIC: &[u8; 4] = b"TST1";

impl StatusChunk {
    /// The chunk's number.
    pub fn index(&self) -> u16 {
        self.index
    }

    /// Its 512 words.
    pub fn words(&self) -> &[StatusWord] {
        &self.words
    }

    /// The root of the three levels above the words.
    pub fn root(&self) -> Fr {
        if self.words.iter().all(StatusWord::is_zero) {
            return empty_node(CHUNK_LEVELS);
        }
        root_of(&self.words.iter().map(StatusWord::to_field).collect::<Vec<_>>(), 0)
    }

    /// File format: `TSC1`, chunk number (u16 big-endian), 64 bytes of which bit `i` (byte `i / 8`, least significant
    /// first) says that word `i` is not zero, then those words, 32 bytes little-endian each.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = CHUNK_MAGIC.to_vec();
        bytes.extend_from_slice(&self.index.to_be_bytes());
        let mut present = [0u8; CHUNK_WORDS / 8];
        for (i, word) in self.words.iter().enumerate() {
            present[i / 8] |= u8::from(!word.is_zero()) << (i % 8);
        }
        bytes.extend_from_slice(&present);
        for word in self.words.iter().filter(|word| !word.is_zero()) {
            bytes.extend_from_slice(&word.to_bytes());
        }
        bytes
    }

    /// Reads a chunk file; refuses anything but the canonical form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StatusError> {
        let rest = bytes.strip_prefix(CHUNK_MAGIC).ok_or(StatusError::Malformed)?;
        let (index, rest) = rest.split_first_chunk::<2>().ok_or(StatusError::Malformed)?;
        let (present, mut rest) =
            rest.split_first_chunk::<{ CHUNK_WORDS / 8 }>().ok_or(StatusError::Malformed)?;
        let index = u16::from_be_bytes(*index);
        if usize::from(index) >= CHUNK_WORDS {
            return Err(StatusError::Malformed);
        }
        let mut words = vec![StatusWord::default(); CHUNK_WORDS];
        for (i, word) in words.iter_mut().enumerate() {
            if present[i / 8] >> (i % 8) & 1 == 1 {
                let (bytes, tail) = rest.split_first_chunk::<32>().ok_or(StatusError::Malformed)?;
                *word = StatusWord::from_bytes(bytes)?;
                if word.is_zero() {
                    return Err(StatusError::Malformed);
                }
                rest = tail;
            }
        }
        if rest.is_empty() { Ok(Self { index, words }) } else { Err(StatusError::Malformed) }
    }
}

/// The roots of a tree's 512 chunks, as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusTop {
    pub(super) roots: Vec<Fr>,
}

impl StatusTop {
    /// The chunks' roots.
    pub fn chunk_roots(&self) -> &[Fr] {
        &self.roots
    }

    /// The tree's root.
    pub fn root(&self) -> StatusRoot {
        StatusRoot(root_of(&self.roots, CHUNK_LEVELS))
    }

    /// File format: `TST1`, then 512 roots of 32 bytes, little-endian, canonical.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = TOP_MAGIC.to_vec();
        for root in &self.roots {
            bytes.extend_from_slice(&field::to_bytes(root));
        }
        bytes
    }

    /// Reads a top file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StatusError> {
        let rest = bytes.strip_prefix(TOP_MAGIC).ok_or(StatusError::Malformed)?;
        if rest.len() != 32 * CHUNK_WORDS {
            return Err(StatusError::Malformed);
        }
        let roots = rest
            .chunks_exact(32)
            .map(|bytes| {
                let bytes = bytes.try_into().map_err(|_| StatusError::Malformed)?;
                field::from_bytes(bytes).map_err(|_| StatusError::Malformed)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { roots })
    }
}
