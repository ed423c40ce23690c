//! The sparse status tree of an issuer.

use super::{
    CHUNK_LEVELS, CHUNK_WORDS, StatusChunk, StatusRoot, StatusTop, StatusWitness, StatusWord, empty_node,
};
use crate::attributes::{ARITY, RevocationIndex, STATUS_LEVELS};
use crate::field::Fr;
use crate::poseidon;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// A sparse status tree with all inner nodes that differ from the empty tree's.
#[derive(Clone, Debug, Default)]
pub struct StatusTree {
    words: BTreeMap<u32, StatusWord>,
    /// `nodes[l]` holds level `l + 1`; absent nodes are those of the empty tree.
    nodes: [BTreeMap<u32, Fr>; STATUS_LEVELS],
}

impl StatusTree {
    /// The tree in which nobody is revoked.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tree in which exactly these credentials are revoked; each inner node is hashed once.
    pub fn from_revoked(indices: impl IntoIterator<Item = RevocationIndex>) -> Self {
        let mut tree = Self::new();
        for index in indices {
            tree.words.entry(index.word()).or_default().set(index.bit());
        }
        let mut touched: Vec<u32> = tree.words.keys().copied().collect();
        for level in 0..STATUS_LEVELS {
            for position in &mut touched {
                *position /= ARITY as u32;
            }
            touched.dedup();
            for &position in &touched {
                let node = tree.node_hash(level, position);
                tree.nodes[level].insert(position, node);
            }
        }
        tree
    }

    /// Sets the bit of one credential and re-hashes its path; `false` if it was set already.
    pub fn revoke(&mut self, index: RevocationIndex) -> bool {
        let word = self.words.entry(index.word()).or_default();
        if word.get(index.bit()) {
            return false;
        }
        word.set(index.bit());
        let mut position = index.word();
        for level in 0..STATUS_LEVELS {
            position /= ARITY as u32;
            let node = self.node_hash(level, position);
            self.nodes[level].insert(position, node);
        }
        true
    }

    /// Whether a credential is revoked.
    pub fn is_revoked(&self, index: RevocationIndex) -> bool {
        self.words.get(&index.word()).is_some_and(|word| word.get(index.bit()))
    }

    /// The tree's root.
    pub fn root(&self) -> StatusRoot {
        StatusRoot(self.child(STATUS_LEVELS, 0))
    }

    /// The witness of one credential's bit, revoked or not.
    pub fn witness(&self, index: RevocationIndex) -> StatusWitness {
        let mut position = index.word();
        let siblings = core::array::from_fn(|level| {
            let (base, own) = (position / ARITY as u32 * ARITY as u32, position % ARITY as u32);
            position /= ARITY as u32;
            let mut others = (0..ARITY as u32).filter(|&i| i != own);
            core::array::from_fn(|_| {
                self.child(level, base + others.next().expect("eight children less one are seven"))
            })
        });
        StatusWitness { word: self.words.get(&index.word()).copied().unwrap_or_default(), siblings }
    }

    /// The published chunk with the given number (< 512).
    pub fn chunk(&self, index: u16) -> StatusChunk {
        let first = u32::from(index) * CHUNK_WORDS as u32;
        let mut words = vec![StatusWord::default(); CHUNK_WORDS];
        for (&position, &word) in self.words.range(first..first + CHUNK_WORDS as u32) {
            words[(position - first) as usize] = word;
        }
        StatusChunk { index, words }
    }

    /// The published top.
    pub fn top(&self) -> StatusTop {
        StatusTop { roots: (0..CHUNK_WORDS as u32).map(|i| self.child(CHUNK_LEVELS, i)).collect() }
    }

    /// Node number `position` of `level` (0 = words).
    fn child(&self, level: usize, position: u32) -> Fr {
        let stored = if level == 0 {
            self.words.get(&position).map(StatusWord::to_field)
        } else {
            self.nodes[level - 1].get(&position).copied()
        };
        stored.unwrap_or_else(|| empty_node(level))
    }

    /// Hash of the children of node `position` of level `level + 1`.
    fn node_hash(&self, level: usize, position: u32) -> Fr {
        let children: [Fr; ARITY] =
            core::array::from_fn(|i| self.child(level, position * ARITY as u32 + i as u32));
        poseidon::hash(&children)
    }
}
