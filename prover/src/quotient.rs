//! What an assignment makes of the matrices: whether it satisfies them, and `e_k = a(gωᵏ)·b(gωᵏ)`.
//!
//! `a` and `b` take the values `A·z` and `B·z` on the domain's first elements; as in arkworks, the instance wires follow in `a` (the
//! rows `zᵢ·0 = 0`, which make the public inputs independent), and zeros fill up.

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;
use rayon::prelude::*;
use tacit_kernels::{Backend, Packed, Quotient, Task, Vectors};
use tacit_r1cs::{Matrix, R1cs};
use zeroize::Zeroizing;

/// The values of `A·z` and `B·z` on the domain.
pub(crate) struct Rows {
    a: Zeroizing<Vec<Fr>>,
    b: Zeroizing<Vec<Fr>>,
}

impl Rows {
    /// The rows, or the index of the first constraint that does not hold.
    pub(crate) fn new(r1cs: &R1cs, z: &[Fr], domain: usize) -> Result<Self, usize> {
        let [a, b, c] = r1cs.matrices();
        let (mut a, b) = (product(r1cs, a, z, domain), product(r1cs, b, z, domain));
        let c = product(r1cs, c, z, domain);
        if let Some(index) = (0..domain).into_par_iter().find_first(|&k| a[k] * b[k] != c[k]) {
            return Err(index);
        }
        let instance = r1cs.num_instance();
        a[r1cs.num_constraints()..][..instance].copy_from_slice(&z[..instance]);
        Ok(Self { a, b })
    }
}

/// `M·z`, to `n` rows.
fn product(r1cs: &R1cs, matrix: &Matrix, z: &[Fr], n: usize) -> Zeroizing<Vec<Fr>> {
    let mut out = vec![Fr::ZERO; n];
    let coefficients = r1cs.coefficients();
    out[..matrix.num_rows()].par_iter_mut().enumerate().for_each(|(row, sum)| {
        for &(wire, place) in matrix.row(row) {
            let value = z[wire as usize];
            match place {
                0 => *sum += value,
                1 => *sum -= value,
                _ => *sum += value * coefficients[place as usize],
            }
        }
    });
    Zeroizing::new(out)
}

/// Evaluates on the odd coset of one domain.
pub(crate) trait OddCoset: Send + Sync {
    /// `e_k` for each element of the domain.
    fn products(&self, rows: &Rows) -> Zeroizing<Vec<Fr>>;
}

struct Of<V: Vectors>(Quotient<V>);

impl<V: Vectors> OddCoset for Of<V> {
    fn products(&self, rows: &Rows) -> Zeroizing<Vec<Fr>> {
        let (a, b) = (Packed::from_fields(&rows.a), Packed::from_fields(&rows.b));
        Zeroizing::new(self.0.evaluate(&a, &b).to_fields())
    }
}

/// For a domain of so many elements, a power of two.
pub(crate) fn odd_coset(backend: Backend, domain: usize) -> Box<dyn OddCoset> {
    struct New(u32);
    impl Task for New {
        type Output = Box<dyn OddCoset>;
        fn run<V: Vectors>(self) -> Self::Output {
            Box::new(Of(Quotient::<V>::new(self.0)))
        }
    }
    backend.run(New(domain.trailing_zeros()))
}
