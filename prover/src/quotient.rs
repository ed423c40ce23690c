//! What an assignment makes of the matrices: whether it satisfies them, and the scalars of U, `e_k = a(gωᵏ)·b(gωᵏ)`.
//!
//! `a` and `b` take the values `A·z` and `B·z` on the domain's first elements; as in arkworks, the instance wires follow in `a` (the
//! rows `zᵢ·0 = 0`, which make the public inputs independent), and zeros fill up. On these rows `a∘b = c` holds whatever z is.
//!
//! Keys of circom come without C ([`Constraints::WithoutC`]): then nobody can tell here whether z satisfies, and the scalars are
//! `e_k − c(gωᵏ)`, where `c` takes the values `a∘b` on the domain.

use ark_bn254::Fr;
use tacit_kernels::{Backend, Packed, PackedAssignment, Quotient, SparseMatrix, Task, Vectors, Workspace};
use tacit_r1cs::{Matrix, R1cs};
use zeroize::Zeroizing;

/// The matrices that are known of a system.
#[derive(Clone, Copy)]
pub(crate) enum Constraints<'a> {
    /// All.
    Whole(&'a R1cs),
    /// A and B; C is left empty.
    WithoutC(&'a R1cs),
}

impl<'a> Constraints<'a> {
    pub(crate) const fn r1cs(self) -> &'a R1cs {
        match self {
            Self::Whole(r1cs) | Self::WithoutC(r1cs) => r1cs,
        }
    }
}

/// The matrices of a system and its domain, for one backend.
pub(crate) trait System: Send + Sync {
    /// `A·z` and `B·z`, or the first constraint that is known not to hold.
    fn rows(&self, z: &[Fr]) -> Result<Box<dyn Rows + '_>, usize>;
}

/// `A·z` and `B·z` of a z that satisfies the system as far as it is known.
pub(crate) trait Rows: Send + Sync {
    /// The scalar of U for each element of the domain.
    fn scalars(self: Box<Self>) -> Zeroizing<Vec<Fr>>;
}

/// Lays a system out for a domain of so many elements, a power of two.
pub(crate) fn system(backend: Backend, constraints: Constraints<'_>, domain: usize) -> Box<dyn System> {
    struct New<'a>(Constraints<'a>, usize);
    impl Task for New<'_> {
        type Output = Box<dyn System>;
        fn run<V: Vectors>(self) -> Self::Output {
            Box::new(On::<V>::new(self.0, self.1))
        }
    }
    backend.run(New(constraints, domain))
}

struct On<V: Vectors> {
    /// With the rows of the instance.
    a: SparseMatrix<V>,
    b: SparseMatrix<V>,
    c: Option<SparseMatrix<V>>,
    quotient: Quotient<V>,
}

struct RowsOn<'a, V: Vectors> {
    system: &'a On<V>,
    a: Packed<V>,
    b: Packed<V>,
}

impl<V: Vectors> On<V> {
    fn new(constraints: Constraints<'_>, domain: usize) -> Self {
        let r1cs = constraints.r1cs();
        let lay_out = |matrix: &Matrix, more: &[[(u32, u32); 1]]| {
            let rows = (0..matrix.num_rows()).map(|row| matrix.row(row));
            let rows = rows.chain(more.iter().map(<[(u32, u32); 1]>::as_slice));
            SparseMatrix::new(r1cs.num_wires(), r1cs.coefficients(), rows)
        };
        // Place 0 of the coefficients is 1.
        let instance: Vec<_> = (0..r1cs.num_instance() as u32).map(|wire| [(wire, 0)]).collect();
        let [a, b, c] = r1cs.matrices();
        let c = matches!(constraints, Constraints::Whole(_)).then_some(c);
        let ((a, b), (c, quotient)) = rayon::join(
            || rayon::join(|| lay_out(a, &instance), || lay_out(b, &[])),
            || rayon::join(|| c.map(|c| lay_out(c, &[])), || Quotient::new(domain.trailing_zeros())),
        );
        Self { a, b, c, quotient }
    }
}

impl<V: Vectors> System for On<V> {
    fn rows(&self, z: &[Fr]) -> Result<Box<dyn Rows + '_>, usize> {
        let (wires, size) = (PackedAssignment::<V>::new(z), self.quotient.domain().size());
        let (a, (b, c)) = rayon::join(
            || self.a.mul(&wires, size),
            || rayon::join(|| self.b.mul(&wires, size), || self.c.as_ref().map(|c| c.mul(&wires, size))),
        );
        match c.and_then(|c| Packed::first_other_product(&a, &b, &c)) {
            Some(index) => Err(index),
            None => Ok(Box::new(RowsOn { system: self, a, b })),
        }
    }
}

impl<V: Vectors> Rows for RowsOn<'_, V> {
    fn scalars(self: Box<Self>) -> Zeroizing<Vec<Fr>> {
        let Self { system: On { c, quotient, .. }, mut a, b } = *self;
        // Kept from one proof to the next it would save a little, and hold secrets all the while.
        let workspace = &mut Workspace::default();
        if c.is_some() {
            quotient.evaluate_in_place(&mut a, &b, workspace);
        } else {
            quotient.evaluate_difference_in_place(&mut a, &b, workspace);
        }
        Zeroizing::new(a.to_fields())
    }
}
