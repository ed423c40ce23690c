//! Each gadget alone: against its native twin, with every wire changed, with every hint replaced.

#![allow(missing_docs, unreachable_pub)]

#[path = "../common/mod.rs"]
mod common;

mod chains;
mod hidden_bit;
mod points;
mod poseidon;
mod range;
mod tested;
mod toy_curve;
mod tree;
mod window;
