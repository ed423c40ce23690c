//! What an assignment makes of the matrices: whether it satisfies them, and `e_k = a(gωᵏ)·b(gωᵏ)`.
//!
//! `a` and `b` take the values `A·z` and `B·z` on the domain's first elements; as in arkworks, the instance wires follow in `a` (the
//! rows `zᵢ·0 = 0`, which make the public inputs independent), and zeros fill up. On these rows `a∘b = c` holds whatever z is.

use ark_bn254::Fr;
use tacit_kernels::{Backend, Packed, PackedAssignment, Quotient, SparseMatrix, Task, Vectors, Workspace};
use tacit_r1cs::{Matrix, R1cs};
use zeroize::Zeroizing;

/// The matrices of a system and its domain, for one backend.
pub(crate) trait System: Send + Sync {
    /// `A·z` and `B·z`, or the first constraint that does not hold.
    fn rows(&self, z: &[Fr]) -> Result<Box<dyn Rows + '_>, usize>;
}

/// `A·z` and `B·z` of a z that satisfies the system.
pub(crate) trait Rows: Send + Sync {
    /// `e_k` for each element of the domain.
    fn products(self: Box<Self>) -> Zeroizing<Vec<Fr>>;
}

/// Lays a system out for a domain of so many elements, a power of two.
pub(crate) fn system(backend: Backend, r1cs: &R1cs, domain: usize) -> Box<dyn System> {
    struct New<'a>(&'a R1cs, usize);
    impl Task for New<'_> {
        type Output = Box<dyn System>;
        fn run<V: Vectors>(self) -> Self::Output {
            Box::new(On::<V>::new(self.0, self.1))
        }
    }
    backend.run(New(r1cs, domain))
}

struct On<V: Vectors> {
    /// A with the rows of the instance, B, C.
    matrices: [SparseMatrix<V>; 3],
    quotient: Quotient<V>,
}

struct RowsOn<'a, V: Vectors> {
    system: &'a On<V>,
    a: Packed<V>,
    b: Packed<V>,
}

impl<V: Vectors> On<V> {
    fn new(r1cs: &R1cs, domain: usize) -> Self {
        let lay_out = |matrix: &Matrix, more: &[[(u32, u32); 1]]| {
            let rows = (0..matrix.num_rows()).map(|row| matrix.row(row));
            let rows = rows.chain(more.iter().map(<[(u32, u32); 1]>::as_slice));
            SparseMatrix::new(r1cs.num_wires(), r1cs.coefficients(), rows)
        };
        // Place 0 of the coefficients is 1.
        let instance: Vec<_> = (0..r1cs.num_instance() as u32).map(|wire| [(wire, 0)]).collect();
        let [a, b, c] = r1cs.matrices();
        Self {
            matrices: [lay_out(a, &instance), lay_out(b, &[]), lay_out(c, &[])],
            quotient: Quotient::new(domain.trailing_zeros()),
        }
    }
}

impl<V: Vectors> System for On<V> {
    fn rows(&self, z: &[Fr]) -> Result<Box<dyn Rows + '_>, usize> {
        let (wires, size) = (PackedAssignment::<V>::new(z), self.quotient.domain().size());
        let [a, b, c] = self.matrices.each_ref();
        let (a, (b, c)) = rayon::join(
            || a.mul(&wires, size),
            || rayon::join(|| b.mul(&wires, size), || c.mul(&wires, size)),
        );
        match Packed::first_other_product(&a, &b, &c) {
            Some(index) => Err(index),
            None => Ok(Box::new(RowsOn { system: self, a, b })),
        }
    }
}

impl<V: Vectors> Rows for RowsOn<'_, V> {
    fn products(self: Box<Self>) -> Zeroizing<Vec<Fr>> {
        let Self { system, mut a, b } = *self;
        // Kept from one proof to the next it would save a little, and hold secrets all the while.
        system.quotient.evaluate_in_place(&mut a, &b, &mut Workspace::default());
        Zeroizing::new(a.to_fields())
    }
}
