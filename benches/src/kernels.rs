//! The kernels and their peers, ready to run on one thread: for the report and for criterion.

use ark_bn254::Fr;
use ark_ec::short_weierstrass::{Affine, Projective};
use ark_ff::UniformRand;
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use tacit_kernels::{Backend, Curve, Domain, FixedBase, Options, Packed, Task, Threads, Vectors, Workspace};

use crate::error::BenchError;
use crate::resident::benchmark_rng;
use crate::stock;
use crate::trapdoor::Multiples;

/// A sum of multiples of fixed points by full-width scalars.
pub struct Sum<C: Curve> {
    points: Vec<Affine<C::Config>>,
    scalars: Vec<Fr>,
    table: FixedBase<C>,
}

impl<C: Curve> Sum<C> {
    /// Points without a relation between them, and a table of at most so many bytes.
    #[must_use]
    pub fn new(number: usize, backend: Backend, memory: usize) -> Self {
        let mut scalars = random(2 * number);
        // Other scalars than those of the sum.
        let points = Multiples::<Projective<C::Config>>::new(number).of(&scalars[number..]);
        scalars.truncate(number);
        let options = Options { backend, memory, dense: None, threads: Threads::One };
        let table = FixedBase::build(&points, &options);
        Self { points, scalars, table }
    }

    /// With the table.
    pub fn ours(&self) -> Projective<C::Config> {
        self.table.msm(&self.scalars, Threads::One)
    }

    /// By `ark-ec`, on the threads of the current pool.
    pub fn stock(&self) -> Projective<C::Config> {
        stock::msm(&self.points, &self.scalars)
    }
}

/// Fourier transforms of full-width values, each in place and again and again.
///
/// Ours leaves the values in the order in which the prover goes on with them; arkworks' permutes them.
pub struct Transforms {
    /// Runs ours.
    pub ours: Box<dyn FnMut()>,
    /// Runs that of `ark-poly`, on the threads of the current pool.
    pub stock: Box<dyn FnMut()>,
}

impl Transforms {
    /// Of `2^log_size` values.
    pub fn new(log_size: u32, backend: Backend) -> Result<Self, BenchError> {
        let domain = Radix2EvaluationDomain::<Fr>::new(1 << log_size).ok_or(BenchError::TooLarge)?;
        let mut values = random(1 << log_size);
        let ours = backend.run(Transform { log_size, values: &values });
        Ok(Self { ours, stock: Box::new(move || stock::fft_in_place(&domain, &mut values)) })
    }
}

struct Transform<'a> {
    log_size: u32,
    values: &'a [Fr],
}

impl Task for Transform<'_> {
    type Output = Box<dyn FnMut()>;

    fn run<V: Vectors>(self) -> Self::Output {
        let (domain, mut workspace) = (Domain::<V>::new(self.log_size), Workspace::default());
        let mut values = Packed::<V>::from_fields(self.values);
        Box::new(move || domain.evaluate_in_place(&mut values, &mut workspace))
    }
}

fn random(number: usize) -> Vec<Fr> {
    let rng = &mut benchmark_rng();
    (0..number).map(|_| Fr::rand(rng)).collect()
}

#[cfg(test)]
mod tests {
    use tacit_kernels::{G1, G2};

    use super::*;

    #[test]
    fn both_make_the_same_sum() {
        let backend = Backend::from_environment();
        let g1 = Sum::<G1>::new(100, backend, 1 << 20);
        assert_eq!(g1.ours(), g1.stock());
        let g2 = Sum::<G2>::new(50, backend, 1 << 20);
        assert_eq!(g2.ours(), g2.stock());
    }
}
