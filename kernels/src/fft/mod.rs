//! Fourier transforms over Fr, and the quotient of the prover.
//!
//! With `ω` a primitive n-th root of unity (arkworks' own, as in `Radix2EvaluationDomain`), a polynomial's coefficients `c_i` and its
//! values `v_k = Σ c_i ω^(ik)` are taken to each other in place:
//!
//! | walk | from | to |
//! | --- | --- | --- |
//! | down: decimation in frequency | natural order | scrambled order |
//! | up: decimation in time | scrambled order | natural order |
//!
//! So nothing is ever permuted: the quotient walks down, works on scrambled coefficients, and walks up. Stages are radix 4 down to
//! blocks of 64 elements, eight vectors, which are finished by way of a transposition ([`leaf`]); a block of 128 takes one of radix
//! 2. Blocks are done depth first, so that each stays in the nearest cache that holds it ([`walk`]). Below 64 elements, [`plain`].
//!
//! **Scrambled order**: element `k` stands at the bit reversal of `k`, the low two groups of three bits of which are swapped, since the
//! transposition stays; see [`Domain::scrambled`]. Below 64 elements it is the natural order.

mod butterflies;
mod leaf;
mod packed;
mod plain;
mod quotient;
mod twiddles;
mod walk;

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, FftField, Field};

use crate::backend::Vectors;
use crate::lanes::Lanes;

pub use packed::Packed;
pub use quotient::Quotient;

use twiddles::Twiddles;

/// The elements of a leaf: eight vectors.
const LEAF: usize = 64;

/// Eight elements at work.
type Sum<V> = <<V as Vectors>::Fr as Lanes>::Loose;

/// The n-th roots of unity for one n, a power of two, with the tables of both directions.
pub struct Domain<V: Vectors> {
    log_size: u32,
    /// Powers of `ω`.
    forward: Twiddles<V>,
    /// Powers of `1/ω`.
    backward: Twiddles<V>,
}

impl<V: Vectors> Domain<V> {
    /// The domain of `2^log_size` elements.
    ///
    /// # Panics
    /// If `log_size` is above 27: the quotient needs roots of twice the order, and Fr has those of order 2^28.
    #[must_use]
    pub fn new(log_size: u32) -> Self {
        assert!(log_size < Fr::TWO_ADICITY, "no such root of unity");
        let root = root_of_unity(log_size);
        let inverse = root.inverse().expect("roots of unity are not zero");
        Self { log_size, forward: Twiddles::new(log_size, root), backward: Twiddles::new(log_size, inverse) }
    }

    /// n.
    #[must_use]
    pub fn size(&self) -> usize {
        1 << self.log_size
    }

    /// Where element `k` stands in scrambled order.
    #[must_use]
    pub fn scrambled(&self, k: usize) -> usize {
        scrambled(self.log_size, k)
    }

    /// Values on the domain, in scrambled order, of the polynomial with these coefficients, in natural order.
    ///
    /// # Panics
    /// If there are not n of them.
    #[must_use]
    pub fn evaluate(&self, coefficients: &Packed<V>) -> Packed<V> {
        assert_eq!(coefficients.len(), self.size(), "as many coefficients as the domain has elements");
        if self.size() < LEAF {
            return plain::on_packed(coefficients, |values| {
                plain::evaluate(values, root_of_unity(self.log_size));
            });
        }
        let mut block = coefficients.to_sums();
        walk::down(&mut block, &self.forward);
        Packed::from_sums(&block)
    }

    /// Coefficients, in natural order, of the polynomial that has these values, in scrambled order, on the domain.
    ///
    /// # Panics
    /// If there are not n of them.
    #[must_use]
    pub fn interpolate(&self, values: &Packed<V>) -> Packed<V> {
        assert_eq!(values.len(), self.size(), "as many values as the domain has elements");
        if self.size() < LEAF {
            return plain::on_packed(values, |values| {
                plain::interpolate(values, root_of_unity(self.log_size));
            });
        }
        let mut block = values.to_sums();
        walk::up(&mut block, &self.backward);
        Packed::from_sums_scaled(&block, inverse_of_size(self.log_size))
    }

    /// [`evaluate`](Self::evaluate) with both sides in natural order.
    #[must_use]
    pub fn fft(&self, coefficients: &[Fr]) -> Vec<Fr> {
        let values = self.evaluate(&Packed::from_fields(coefficients)).to_fields();
        (0..self.size()).map(|k| values[self.scrambled(k)]).collect()
    }

    /// [`interpolate`](Self::interpolate) with both sides in natural order.
    #[must_use]
    pub fn ifft(&self, values: &[Fr]) -> Vec<Fr> {
        let mut scrambled = vec![Fr::ZERO; self.size()];
        for (k, &value) in values.iter().enumerate() {
            scrambled[self.scrambled(k)] = value;
        }
        self.interpolate(&Packed::from_fields(&scrambled)).to_fields()
    }
}

/// Reverses the bits of `k`, then swaps the low two groups of three.
fn scrambled(log_size: u32, k: usize) -> usize {
    if log_size < LEAF.trailing_zeros() {
        return k;
    }
    let reversed = k.reverse_bits() >> (usize::BITS - log_size);
    reversed & !63 | (reversed & 7) << 3 | reversed >> 3 & 7
}

/// arkworks' primitive root of order `2^log_size`; each is the square of the next.
fn root_of_unity(log_size: u32) -> Fr {
    Fr::get_root_of_unity(1 << log_size).expect("of order at most 2^28")
}

fn inverse_of_size(log_size: u32) -> Fr {
    Fr::from(1_u64 << log_size).inverse().expect("powers of two are not zero")
}
