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

/// Memory of transforms, to be kept from one to the next: to touch fresh memory takes half as long as a transform does.
///
/// It holds what was transformed last.
pub struct Workspace<V: Vectors> {
    blocks: [Vec<Sum<V>>; 3],
}

impl<V: Vectors> Default for Workspace<V> {
    fn default() -> Self {
        Self { blocks: [Vec::new(), Vec::new(), Vec::new()] }
    }
}

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

    /// Takes coefficients, in natural order, to the polynomial's values on the domain, in scrambled order.
    ///
    /// # Panics
    /// If there are not n of them.
    pub fn evaluate_in_place(&self, elements: &mut Packed<V>, workspace: &mut Workspace<V>) {
        assert_eq!(elements.len(), self.size(), "as many coefficients as the domain has elements");
        if self.size() < LEAF {
            let mut values = elements.to_fields();
            plain::evaluate(&mut values, root_of_unity(self.log_size));
            *elements = Packed::from_fields(&values);
            return;
        }
        let block = &mut workspace.blocks[0];
        elements.to_sums(block);
        walk::down(block, &self.forward);
        elements.set(block);
    }

    /// Takes values on the domain, in scrambled order, to the polynomial's coefficients, in natural order.
    ///
    /// # Panics
    /// If there are not n of them.
    pub fn interpolate_in_place(&self, elements: &mut Packed<V>, workspace: &mut Workspace<V>) {
        assert_eq!(elements.len(), self.size(), "as many values as the domain has elements");
        if self.size() < LEAF {
            let mut values = elements.to_fields();
            plain::interpolate(&mut values, root_of_unity(self.log_size));
            *elements = Packed::from_fields(&values);
            return;
        }
        let block = &mut workspace.blocks[0];
        elements.to_sums(block);
        walk::up(block, &self.backward);
        elements.set_scaled(block, inverse_of_size(self.log_size));
    }

    /// The values of the polynomial with these coefficients, both in natural order.
    #[must_use]
    pub fn fft(&self, coefficients: &[Fr]) -> Vec<Fr> {
        let mut elements = Packed::from_fields(coefficients);
        self.evaluate_in_place(&mut elements, &mut Workspace::default());
        let values = elements.to_fields();
        (0..self.size()).map(|k| values[self.scrambled(k)]).collect()
    }

    /// The coefficients of the polynomial with these values, both in natural order.
    ///
    /// # Panics
    /// If there are not n of them.
    #[must_use]
    pub fn ifft(&self, values: &[Fr]) -> Vec<Fr> {
        assert_eq!(values.len(), self.size(), "as many values as the domain has elements");
        let mut scrambled = vec![Fr::ZERO; self.size()];
        for (k, &value) in values.iter().enumerate() {
            scrambled[self.scrambled(k)] = value;
        }
        let mut elements = Packed::from_fields(&scrambled);
        self.interpolate_in_place(&mut elements, &mut Workspace::default());
        elements.to_fields()
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
