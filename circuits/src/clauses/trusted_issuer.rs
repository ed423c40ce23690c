//! By a trusted issuer, not named: issuer key and status root are among the leaves of the epoch's trust list.
//!
//! ```text
//! leaf = Poseidon(A.x, A.y, status root)        node = Poseidon(children), the node below among the children
//! ```
//!
//! 261 constraints for the leaf (t = 4), and for each level 7 for the membership (which child it is does not matter) and 402
//! for the hash (t = 9). Leaf and node are hashes of different widths, so that no node passes for a leaf.
//!
//! Not constrained: that the key is a good one. The trust operator checks every key that it lists (curve, order, proof of
//! possession, no key twice); without these checks signatures can be forged ([`super::issued`]).

use tacit_credential::Fr;
use tacit_credential::attributes::ARITY;
use tacit_r1cs::{ConstraintSystem, Private};

use super::issued::IssuerKeyVar;
use crate::gadgets::{poseidon, tree};

/// The name of the part about the leaf.
pub const LEAF: &str = "trusted issuer: leaf";
/// The name of the part about the path.
pub const PATH: &str = "trusted issuer: path";

/// The root of a trust list that holds the key with the status root: all children of each node above the leaf, lowest
/// level first.
pub fn trust_root<CS: ConstraintSystem, const LEVELS: usize>(
    cs: &mut CS,
    key: &IssuerKeyVar<CS::Num>,
    status_root: &CS::Num,
    path: Private<'_, [[Fr; ARITY]; LEVELS]>,
) -> CS::Num {
    cs.clause(LEAF);
    let mut node = poseidon::hash(cs, &[key.x.clone(), key.y.clone(), status_root.clone()]);
    cs.clause(PATH);
    for level in 0..LEVELS {
        let children = tree::children_with(cs, &node, path.map(|path| &path[level]));
        node = poseidon::hash(cs, &children);
    }
    node
}
