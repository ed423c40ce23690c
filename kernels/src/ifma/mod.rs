//! AVX-512 IFMA: eight elements as five vectors of 52-bit limbs.
//!
//! The multiply-add of this instruction set takes 52 × 52 bits and adds the low or the high half of the product to a 64-bit lane.
//! A product of two elements is 50 of them, its reduction 50 more ([`product`]).

#![allow(unsafe_code)]

mod lanes;
mod pack;
mod params;
mod product;
mod v512;

use crate::backend::{Kernel, Task, Vectors};

/// Proof that this CPU has the instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token(());

impl Token {
    /// Asks the CPU.
    pub(crate) fn detect() -> Option<Self> {
        let all = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512ifma")
            && is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("adx");
        all.then_some(Self(()))
    }

    /// Runs a task with these vectors: the only way in.
    pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
        task.run::<Ifma>()
    }
}

/// The vectors of this backend.
#[derive(Clone, Copy)]
struct Ifma;

impl Vectors for Ifma {
    type Fq = lanes::Element<params::FqParams>;
    type Fr = lanes::Element<params::FrParams>;

    #[inline]
    fn enter<K: Kernel>(kernel: K) -> K::Output {
        // SAFETY: this type is private to the folder and handed out by `Token::run` alone, so the CPU has these features.
        unsafe { enter(kernel) }
    }
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma,avx512vbmi2,bmi2,adx")]
fn enter<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}
