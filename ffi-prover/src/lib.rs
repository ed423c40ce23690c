//! The prover for circom's files as a C library, with the functions of rapidsnark's `prover.h` and `verifier.h`.
//!
//! `include/tacit_prover.h` is the documentation of the functions, `README.md` tells how to switch. This crate holds nothing but the
//! boundary:
//!
//! | module | what it does |
//! | --- | --- |
//! | `boundary` | raw pointers to slices, paths, texts and back, each with its checks; the only one with `unsafe` beside [`api`] |
//! | `job` | what the functions do, on Rust's types |
//! | [`api`] | the functions, each a line or two of `boundary` and `job` |
//!
//! **Checked here**: pointers that must not be null, lengths, UTF-8, the sizes of buffers; and that no panic leaves a function, which
//! would be undefined behaviour in C. **Not checked here**, as nobody can: that a pointer that is not null points to so many bytes, and
//! that an object is one that was made here and not destroyed.

pub mod api;
mod boundary;
mod job;
