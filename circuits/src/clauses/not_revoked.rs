//! Not revoked: the bit of the credential's index in its issuer's status tree is 0.
//!
//! A leaf is a word of 252 bits, one bit a credential; above it stand nodes of arity 8.
//!
//! ```text
//! index = place + 252 · Σ digit · 8^level        word with bit `place` = 0        node = Poseidon(children)
//! ```
//!
//! 278 constraints for the word (radices 2·2·3·3·7, gadgets::hidden_bit), and for each level 10 to put the node among its
//! siblings and 402 for the hash (t = 9).
//!
//! Sound: 252 bits are one integer below the modulus, so that the word that the issuer published has one opening; place and
//! digits are made of booleans and cannot reach beyond the tree; the index goes into the hash that the issuer signed.
//!
//! Not constrained: the root. It is tied to the issuer's key in [`super::trusted_issuer`]. Words of 2^252 and more as integers, and
//! trees of another depth, are refused by whoever publishes them.

use tacit_credential::Fr;
use tacit_credential::attributes::{ARITY, WORD_BITS};
use tacit_r1cs::{ConstraintSystem, Number, Private};

use crate::gadgets::hidden_bit::{HiddenBit, HiddenBitVar};
use crate::gadgets::{poseidon, tree};

/// The name of the part about the word.
pub const WORD: &str = "not revoked: word";
/// The name of the part about the path.
pub const PATH: &str = "not revoked: path";

/// Digits of a place in a word, innermost first.
pub const RADICES: [usize; 5] = [2, 2, 3, 3, 7];
const _: () = assert!(2 * 2 * 3 * 3 * 7 == WORD_BITS);

/// A credential's place in a status tree, at which the bit is 0.
pub struct StatusVar<N> {
    /// The revocation index.
    pub index: N,
    /// The tree's root.
    pub root: N,
}

impl<N: Number> StatusVar<N> {
    /// A place in a tree of so many levels: the word that holds it, the siblings (lowest level first, in child order).
    pub fn new<CS: ConstraintSystem<Num = N>, const LEVELS: usize>(
        cs: &mut CS,
        index: impl FnOnce(&CS::Known) -> u64,
        word: Private<'_, [u64; 4]>,
        siblings: Private<'_, [[Fr; ARITY - 1]; LEVELS]>,
    ) -> Self {
        let place = cs.advise(index).unwrap_or_default();
        let leaf = place / u64::from(WORD_BITS);

        cs.clause(WORD);
        let opened = HiddenBitVar::new(cs, &RADICES, false, |k| HiddenBit {
            word: *word.reveal(k),
            place: (place % u64::from(WORD_BITS)) as usize,
        });
        let mut index = N::from(Fr::from(0u64));
        let mut weight = 1;
        for (digit, radix) in opened.digits.iter().zip(RADICES) {
            index.add_scaled(digit, Fr::from(weight));
            weight *= radix as u64;
        }

        cs.clause(PATH);
        let mut node = opened.word;
        for level in 0..LEVELS {
            let digit = (leaf >> (3 * level)) as usize % ARITY;
            let placed = tree::children_around(cs, &node, |_| digit, siblings.map(|all| &all[level]));
            node = poseidon::hash(cs, &placed.children);
            index.add_scaled(&placed.digit, Fr::from(weight));
            weight *= ARITY as u64;
        }
        Self { index, root: node }
    }
}
