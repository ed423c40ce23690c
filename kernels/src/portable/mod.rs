//! Any CPU: eight elements as nine arrays of 29-bit limbs, in plain Rust.
//!
//! The twin of the vector backend under the same names and bounds. Its loops are written so that compilers make vectors of them (see
//! [`product`]); where they cannot, as in the browser, products of 32-bit factors are still what narrow machines do best.

mod lanes;
mod params;
mod product;

use crate::backend::{Kernel, Task, Vectors};

/// Runs a task with these vectors.
pub(crate) fn run<T: Task>(task: T) -> T::Output {
    task.run::<Portable>()
}

/// The vectors of this backend.
#[derive(Clone, Copy)]
struct Portable;

impl Vectors for Portable {
    type Fq = lanes::Element<params::FqParams>;
    type Fr = lanes::Element<params::FrParams>;

    #[inline]
    fn enter<K: Kernel>(kernel: K) -> K::Output {
        kernel.run()
    }
}
