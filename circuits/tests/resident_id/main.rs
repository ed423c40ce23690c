//! The circuit `resident-id`: size, agreement clause by clause, audits over all wires, and what the key checks are for.

#![allow(missing_docs, unreachable_pub)]

#[path = "../common/mod.rs"]
mod common;

mod audits;
mod clauses;
mod forged_keys;
mod packing;
mod shape;
