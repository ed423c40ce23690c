//! The product of two polynomials on the odd coset, from their values on the domain: what the prover commits to.
//!
//! With `ω` the root of the domain and `g` arkworks' root of order `2n`, so that `g² = ω` and `g^n = −1`, the odd coset is
//! `{g·ω^k}`, on which `X^n + 1` vanishes. For polynomials `a`, `b` of degree below `n` with `ab = low + X^n·high`:
//!
//! ```text
//! c = ab mod (X^n − 1) = low + high,   d = ab mod (X^n + 1) = low − high,   high = (c − d)/2
//! ```
//!
//! `c` is interpolated from the products on the domain, which for a satisfied system are linear in the assignment; the values of
//! `d` on the odd coset are those of `ab`, computed here: `a` and `b` walk down to scrambled coefficients, which are
//! multiplied by `g^i/n`, and up again. Source: `quotient` as in Groth16, *On the Size of Pairing-Based Non-interactive
//! Arguments*, section 3.2, with `h` split over the two cosets.

use ark_bn254::Fr;
use ark_ff::Field;

use super::{Domain, LEAF, Packed, Sum, Workspace, inverse_of_size, plain, root_of_unity, walk};
use crate::backend::{Kernel, Vectors};
use crate::lanes::Lanes;

/// From values on the domain to values on the odd coset, for one size.
pub struct Quotient<V: Vectors> {
    domain: Domain<V>,
    /// `g^i/n` in scrambled order. Empty below a leaf.
    twist: Vec<V::Fr>,
}

impl<V: Vectors> Quotient<V> {
    /// For polynomials of fewer than `2^log_size` coefficients.
    ///
    /// # Panics
    /// If `log_size` is above 27.
    #[must_use]
    pub fn new(log_size: u32) -> Self {
        let domain = Domain::new(log_size);
        let size = domain.size();
        if size < LEAF {
            return Self { domain, twist: Vec::new() };
        }
        let (offset, mut power) = (offset(log_size), inverse_of_size(log_size));
        let mut twist = vec![power; size];
        for i in 0..size {
            twist[domain.scrambled(i)] = power;
            power *= offset;
        }
        let twist = V::enter(FromFields::<V::Fr>(twist.as_chunks().0));
        Self { domain, twist }
    }

    /// The domain.
    #[must_use]
    pub const fn domain(&self) -> &Domain<V> {
        &self.domain
    }

    /// `g`: arkworks' root of unity of order `2n`.
    #[must_use]
    pub fn offset(&self) -> Fr {
        offset(self.domain.log_size)
    }

    /// `a(g·ω^k)·b(g·ω^k)` for `k` from 0 to `n − 1`, from `a(ω^k)` and `b(ω^k)`; all in natural order.
    ///
    /// # Panics
    /// If there are not n of either.
    #[must_use]
    pub fn evaluate(&self, a: &Packed<V>, b: &Packed<V>) -> Packed<V> {
        let mut products = a.clone();
        self.evaluate_in_place(&mut products, b, &mut Workspace::default());
        products
    }

    /// [`evaluate`](Self::evaluate) without fresh memory: the products take the place of `a`.
    ///
    /// # Panics
    /// If there are not n of either.
    pub fn evaluate_in_place(&self, a: &mut Packed<V>, b: &Packed<V>, workspace: &mut Workspace<V>) {
        let size = self.domain.size();
        assert!(a.len() == size && b.len() == size, "as many values as the domain has elements");
        if size < LEAF {
            *a = self.evaluate_plainly(a, b);
            return;
        }
        let to_coset = |values: &Packed<V>, block: &mut Vec<Sum<V>>| {
            values.to_sums(block);
            self.to_coset(block);
        };
        let [block_a, block_b, _] = &mut workspace.blocks;
        rayon::join(|| to_coset(a, block_a), || to_coset(b, block_b));
        a.set_product(block_a, block_b);
    }

    /// `a(g·ω^k)·b(g·ω^k) − c(g·ω^k)`, where `c` takes the values `a(ω^k)·b(ω^k)` on the domain, in place of `a`: for a system
    /// whose `c` nobody knows but by its being satisfied.
    ///
    /// # Panics
    /// If there are not n of either.
    pub fn evaluate_difference_in_place(
        &self,
        a: &mut Packed<V>,
        b: &Packed<V>,
        workspace: &mut Workspace<V>,
    ) {
        let size = self.domain.size();
        assert!(a.len() == size && b.len() == size, "as many values as the domain has elements");
        if size < LEAF {
            let (a_values, b_values) = (a.to_fields(), b.to_fields());
            let c = a_values.iter().zip(&b_values).map(|(a, b)| *a * b).collect();
            let [a_values, b_values, c] = [a_values, b_values, c].map(|values| self.to_coset_plainly(values));
            let sums = a_values.iter().zip(&b_values).zip(&c).map(|((a, b), c)| *a * b - c);
            *a = Packed::from_fields(&sums.collect::<Vec<_>>());
            return;
        }
        let [block_a, block_b, block_c] = &mut workspace.blocks;
        rayon::join(
            || {
                Packed::product_to_sums(a, b, block_c);
                self.to_coset(block_c);
            },
            || {
                let to_coset = |values: &Packed<V>, block: &mut Vec<Sum<V>>| {
                    values.to_sums(block);
                    self.to_coset(block);
                };
                rayon::join(|| to_coset(a, block_a), || to_coset(b, block_b))
            },
        );
        a.set_difference(block_a, block_b, block_c);
    }

    fn to_coset(&self, block: &mut [Sum<V>]) {
        walk::down_twist_up(block, &self.domain.backward, &self.twist, &self.domain.forward);
    }

    fn evaluate_plainly(&self, a: &Packed<V>, b: &Packed<V>) -> Packed<V> {
        let [a, b] = [a, b].map(|values| self.to_coset_plainly(values.to_fields()));
        let products: Vec<Fr> = a.into_iter().zip(b).map(|(a, b)| a * b).collect();
        Packed::from_fields(&products)
    }

    fn to_coset_plainly(&self, mut values: Vec<Fr>) -> Vec<Fr> {
        let root = root_of_unity(self.domain.log_size);
        plain::interpolate(&mut values, root);
        let mut power = Fr::ONE;
        for value in &mut values {
            *value *= power;
            power *= self.offset();
        }
        plain::evaluate(&mut values, root);
        values
    }
}

fn offset(log_size: u32) -> Fr {
    root_of_unity(log_size + 1)
}

struct FromFields<'a, L: Lanes>(&'a [[L::Field; 8]]);

impl<L: Lanes> Kernel for FromFields<'_, L> {
    type Output = Vec<L>;
    #[inline(always)]
    fn run(self) -> Vec<L> {
        let mut vectors = Vec::with_capacity(self.0.len());
        for values in self.0 {
            vectors.push(L::from_fields(values));
        }
        vectors
    }
}
