//! BN254 arithmetic, eight elements at a time: fields, batch inversion and multi-scalar multiplication.
//!
//! One source, two backends. Everything above the field is written once, generic over the vectors of a backend:
//!
//! | layer | module | written |
//! | --- | --- | --- |
//! | choice of the backend, once, at run time | [`Backend`] | |
//! | eight elements of Fq, Fr or Fq2: products, sums, packing | [`Lanes`], [`Vectors`], [`Quadratic`] | a trait |
//! | the same on AVX-512 IFMA: 5 limbs of 52 bits, lazy reduction | `ifma` | folder with `unsafe` |
//! | the same on any CPU: 9 limbs of 29 bits, loops that compilers turn into vectors | `portable` | |
//! | Fourier transforms over Fr, and the quotient of the prover | [`Domain`], [`Quotient`], [`Packed`] | once |
//! | `Σ s_i P_i` over points that stay the same, with tables | [`FixedBase`] | once |
//! | tables from a file, mapped; on large pages | [`map`] | folder with `unsafe` |
//! | products of a sparse matrix and a vector | [`SparseMatrix`] | once |
//! | pairings of many pairs, compressed points, points times short scalars: what a batch of proofs needs | [`pairing`] | once |
//! | inversion of many elements at the price of one | [`invert_all`], [`invert_lanes`], `modinv` | once |
//!
//! A caller hands a [`Task`] to [`Backend::run`]; the task is compiled for each backend and runs on the chosen one. Inside it, loops
//! that must be compiled with the backend's instructions are [`Kernel`]s, run by [`Vectors::enter`].
//!
//! The portable backend is always compiled. Every test runs on both and compares them with arkworks. Nothing here is constant-time.
//!
//! **Not checked here**, but in [`pairing`]: that points lie on the curve and in the prime-order subgroup. Who reads them from outside
//! does that.

mod backend;
mod batch;
mod fft;
#[cfg(target_arch = "x86_64")]
mod ifma;
mod lanes;
pub mod map;
mod modinv;
mod modular;
mod msm;
pub mod pairing;
mod portable;
mod quadratic;
mod sparse;
#[cfg(test)]
mod tests;
mod threads;
mod wide;
mod words;

pub use backend::{Backend, Kernel, Task, UnknownBackend, Vectors};
pub use batch::{invert_all, invert_lanes};
pub use fft::{Domain, Packed, Quotient, Workspace};
pub use lanes::{Lanes, Line, Loose, PrimeLanes};
pub use msm::{Curve, FixedBase, G1, G2, GoOn, Lines, Options, PartsError, Shape, Sorted};
pub use quadratic::{Quadratic, QuadraticOperand, QuadraticSum};
pub use sparse::{PackedAssignment, SparseMatrix};
pub use threads::Threads;
pub use wide::WideSum;
