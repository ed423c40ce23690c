//! The status tree: which credentials of an issuer are revoked.
//!
//! One bit a credential, 1 = revoked, at the credential's random revocation index. Bits are packed into words of 252
//! (one field element each), words into an 8-ary Poseidon tree of six levels:
//!
//! ```text
//! word w = Σ bit(252·w + k)·2^k,  node = Poseidon(child 0, …, child 7),  8^6 = 262,144 words, 66,060,288 bits
//! ```
//!
//! A word is an integer below 2^252, checked before it becomes a field element. A word without a revoked credential
//! is 0, and subtrees of zero words have known roots, so that the tree costs what its revocations cost.
//!
//! The tree is published in two parts ([`StatusTop`], [`StatusChunk`]): the *top*, 512 chunk roots, and 512 *chunks* of 512
//! words (129,024 credentials) each. A wallet reads the top and the one chunk that holds its own word; whoever serves
//! the files learns no more than that.

mod files;
mod manifest;
mod tree;
mod word;

use alloc::vec::Vec;
pub use files::{StatusChunk, StatusTop};
pub use manifest::{LogHash, LogHead, PublishingKey, SignedManifest, StatusManifest};
#[cfg(feature = "std")]
pub use manifest::{chunk_path, manifest_path, publication_dir, top_path};
pub use tree::StatusTree;
pub use word::StatusWord;

use crate::attributes::{ARITY, RevocationIndex, STATUS_LEVELS};
use crate::field::{self, Fr};
use crate::once::Once;
use crate::poseidon;
use serde::{Deserialize, Serialize};

/// Words in one chunk, and chunks in one tree: `8^3`.
pub const CHUNK_WORDS: usize = 512;
/// Levels inside a chunk, and above the chunks.
pub const CHUNK_LEVELS: usize = 3;

/// A status file or path that is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatusError {
    /// A word has bits beyond its 252.
    #[error("a status word has more than 252 bits; fetch the file again or report the issuer")]
    WordRange,
    /// The chunk is not the one that holds the index.
    #[error("chunk {found} does not hold this credential, chunk {wanted} does")]
    OtherChunk {
        /// The chunk that was given.
        found: u16,
        /// The chunk that holds the index.
        wanted: u16,
    },
    /// The chunk's words do not hash to the root in the top file.
    #[error("the chunk does not belong to the top file; fetch both again from the same publication")]
    ChunkRoot,
    /// A file is too short, too long or not in canonical form.
    #[error("the status file is damaged; fetch it again")]
    Malformed,
}

/// Root of an issuer's status tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StatusRoot(#[serde(with = "field::serde_hex")] pub Fr);

/// One credential's word and its path to the status root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusWitness {
    /// The word that holds the credential's bit.
    pub word: StatusWord,
    /// The seven siblings of each level, the word's own level first, in child order with the own position left out.
    pub siblings: [[Fr; ARITY - 1]; STATUS_LEVELS],
}

impl StatusWitness {
    /// From the published files: the top and the chunk that holds the index.
    pub fn from_files(
        top: &StatusTop,
        chunk: &StatusChunk,
        index: RevocationIndex,
    ) -> Result<Self, StatusError> {
        if chunk.index() != index.chunk() {
            return Err(StatusError::OtherChunk { found: chunk.index(), wanted: index.chunk() });
        }
        if top.roots[usize::from(chunk.index)] != chunk.root() {
            return Err(StatusError::ChunkRoot);
        }
        let word = index.word() as usize % CHUNK_WORDS;
        let leaves: Vec<Fr> = chunk.words.iter().map(StatusWord::to_field).collect();
        let lower = path_siblings(leaves, word);
        let upper = path_siblings(top.roots.clone(), usize::from(chunk.index));
        let mut levels = lower.into_iter().chain(upper);
        let siblings =
            core::array::from_fn(|_| levels.next().expect("three levels below and three above the chunks"));
        Ok(Self { word: chunk.words[word], siblings })
    }

    /// The root that word and siblings lead to, for a credential at `index`.
    pub fn root(&self, index: RevocationIndex) -> Fr {
        let mut position = index.word();
        let mut current = self.word.to_field();
        for siblings in &self.siblings {
            let own = (position % ARITY as u32) as usize;
            let mut children = [current; ARITY];
            children[..own].copy_from_slice(&siblings[..own]);
            children[own + 1..].copy_from_slice(&siblings[own..]);
            current = poseidon::hash(&children);
            position /= ARITY as u32;
        }
        current
    }
}

/// The siblings of node `position` on its three levels up.
fn path_siblings(mut nodes: Vec<Fr>, mut position: usize) -> Vec<[Fr; ARITY - 1]> {
    let mut path = Vec::with_capacity(CHUNK_LEVELS);
    while nodes.len() > 1 {
        let (base, own) = (position / ARITY * ARITY, position % ARITY);
        let mut siblings = [Fr::from(0u64); ARITY - 1];
        siblings[..own].copy_from_slice(&nodes[base..base + own]);
        siblings[own..].copy_from_slice(&nodes[base + own + 1..base + ARITY]);
        path.push(siblings);
        nodes = nodes.chunks_exact(ARITY).map(poseidon::hash).collect();
        position /= ARITY;
    }
    path
}

/// The root of an empty subtree with `level` levels.
fn empty_node(level: usize) -> Fr {
    static EMPTY: Once<[Fr; STATUS_LEVELS + 1]> = Once::new();
    EMPTY.get_or_init(|| {
        let mut nodes = [Fr::from(0u64); STATUS_LEVELS + 1];
        for level in 0..STATUS_LEVELS {
            nodes[level + 1] = poseidon::hash(&[nodes[level]; ARITY]);
        }
        nodes
    })[level]
}

/// Root over `8^k` nodes of `level`; runs of empty nodes are not hashed again.
fn root_of(nodes: &[Fr], level: usize) -> Fr {
    let (mut nodes, mut level) = (nodes.to_vec(), level);
    while nodes.len() > 1 {
        let empty = empty_node(level);
        nodes = nodes
            .chunks_exact(ARITY)
            .map(|children| {
                if children.iter().all(|child| *child == empty) {
                    empty_node(level + 1)
                } else {
                    poseidon::hash(children)
                }
            })
            .collect();
        level += 1;
    }
    nodes[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};

    fn index(i: u32) -> RevocationIndex {
        RevocationIndex::new(i).expect("within the tree")
    }

    fn indices() -> Vec<RevocationIndex> {
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
        let last = u32::try_from(RevocationIndex::COUNT).expect("fits") - 1;
        [0, 251, 252, 252 * 512, last]
            .into_iter()
            .chain((0..20).map(|_| rng.gen_range(0..=last)))
            .map(index)
            .collect()
    }

    #[test]
    fn bulk_and_single_revocation_agree() {
        let bulk = StatusTree::from_revoked(indices());
        let mut single = StatusTree::new();
        for i in indices() {
            assert!(single.revoke(i));
            assert!(!single.revoke(i), "second time is no change");
        }
        assert_eq!(bulk.root(), single.root());
        assert_ne!(bulk.root(), StatusTree::new().root());
    }

    #[test]
    fn witnesses_lead_to_the_root() {
        let tree = StatusTree::from_revoked(indices());
        for i in indices().into_iter().chain([index(1), index(7_777_777)]) {
            let witness = tree.witness(i);
            assert_eq!(witness.root(i), tree.root().0);
            assert_eq!(witness.word.get(i.bit()), tree.is_revoked(i));
            let chunk = StatusChunk::from_bytes(&tree.chunk(i.chunk()).to_bytes()).expect("own file");
            let top = StatusTop::from_bytes(&tree.top().to_bytes()).expect("own file");
            assert_eq!(top.root(), tree.root());
            assert_eq!(StatusWitness::from_files(&top, &chunk, i), Ok(witness));
        }
    }

    #[test]
    fn a_witness_at_another_index_misses_the_root() {
        let tree = StatusTree::from_revoked(indices());
        let witness = tree.witness(index(252));
        assert_ne!(witness.root(index(252 * 9)), tree.root().0);
    }

    #[test]
    fn files_of_other_trees_are_refused() {
        let tree = StatusTree::from_revoked(indices());
        let other = StatusTree::from_revoked([index(3)]);
        let i = index(0);
        assert_eq!(StatusWitness::from_files(&other.top(), &tree.chunk(0), i), Err(StatusError::ChunkRoot));
        assert_eq!(
            StatusWitness::from_files(&tree.top(), &tree.chunk(5), i),
            Err(StatusError::OtherChunk { found: 5, wanted: 0 })
        );
    }

    #[test]
    fn damaged_files_are_refused() {
        let tree = StatusTree::from_revoked([index(0), index(300)]);
        let chunk = tree.chunk(0).to_bytes();
        assert_eq!(StatusChunk::from_bytes(&chunk[..chunk.len() - 1]), Err(StatusError::Malformed));
        assert_eq!(StatusChunk::from_bytes(&[&chunk[..], &[0]].concat()), Err(StatusError::Malformed));
        let mut number = chunk.clone();
        number[4] = 2;
        assert_eq!(StatusChunk::from_bytes(&number), Err(StatusError::Malformed), "chunk 512 does not exist");
        let mut high = chunk.clone();
        *high.last_mut().expect("not empty") = 0x10;
        assert_eq!(StatusChunk::from_bytes(&high), Err(StatusError::WordRange), "2^252");
        let mut top = tree.top().to_bytes();
        assert_eq!(StatusTop::from_bytes(&top[1..]), Err(StatusError::Malformed));
        top[4..36].fill(0xff);
        assert_eq!(StatusTop::from_bytes(&top), Err(StatusError::Malformed), "not below the modulus");
    }

    #[test]
    fn words_stop_at_252_bits() {
        assert!(StatusWord::from_limbs([u64::MAX, u64::MAX, u64::MAX, (1 << 60) - 1]).is_ok());
        assert_eq!(StatusWord::from_limbs([0, 0, 0, 1 << 60]), Err(StatusError::WordRange));
    }
}
