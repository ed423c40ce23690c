//! The verifier as a C library and as the WASM module of the npm package: one C ABI for both.
//!
//! `include/tacit_verifier.h` is the documentation of the functions. This crate holds nothing but the boundary:
//!
//! | module | what it does |
//! | --- | --- |
//! | `boundary` | raw pointers to slices and objects, texts back; with [`api`] and `bare` the only one with `unsafe` |
//! | `site` | what the functions do, on Rust's types |
//! | `json` | the JSON that goes in and comes out |
//! | `failure` | every error by its stable code |
//! | `random` | random bytes of the system, or drawn from the caller's |
//! | `bare` | WASM alone: memory, and what a panic does |
//! | [`api`] | the functions, each a line or two of `boundary` and `site` |
//!
//! On WASM there is no standard library below, and nothing is imported: time and random bytes are arguments, and challenges are the
//! host's ([`api::tacit_verifier_check`]).
//!
//! **Checked here**: pointers that must not be null, lengths, JSON; and that no panic leaves a function, which would be undefined
//! behaviour in C. On WASM a panic traps: the host sees an exception and drops the instance. **Not checked here**, as nobody can: that a
//! pointer that is not null points to so many bytes, and that an object is one that was made here and not destroyed.

#![cfg_attr(all(target_family = "wasm", target_os = "unknown"), no_std)]

extern crate alloc;

pub mod api;
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod bare;
mod boundary;
mod failure;
mod json;
mod random;
mod site;
