//! Benchmark keys from a trapdoor that everybody knows, for any system: quick to make, and good for nothing else.
//!
//! ```text
//! u_j(τ) = Σ_i A_ij·L_i(τ) + [j < l]·L_(n+j)(τ),   v_j(τ) = Σ_i B_ij·L_i(τ),   w_j(τ) = Σ_i C_ij·L_i(τ)
//! A: u_j   B: v_j   IC, L: (β·u_j + α·v_j + w_j) / γ, δ   H: τ^i·Z(τ)/δ          all times a generator
//! ```
//!
//! `n` constraints, `l` instance wires; the rows from `n` on keep the instance independent, as in stock `ark-groth16`. The
//! trapdoor stays at hand, since other provers' formats want H in another basis.

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::scalar_mul::BatchMulPreprocessing;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{Field, One, UniformRand, Zero};
use ark_groth16::Proof;
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRngCore, SeedableRng};
use tacit_formats::zkey::Zkey;
use tacit_prover::{Provenance, ProvingKey};
use tacit_r1cs::{Matrix, R1cs};

use crate::error::BenchError;

/// The secrets of a setup, which are none here.
pub struct Trapdoor {
    alpha: Fr,
    beta: Fr,
    gamma: Fr,
    delta: Fr,
    tau: Fr,
}

impl Trapdoor {
    /// The trapdoor of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut draw = || Fr::rand(&mut rng);
        Self { alpha: draw(), beta: draw(), gamma: draw(), delta: draw(), tau: draw() }
    }

    /// The proving key of a system.
    pub fn key(&self, r1cs: R1cs) -> Result<ProvingKey, BenchError> {
        let (n, l) = (r1cs.num_constraints(), r1cs.num_instance());
        let domain = Radix2EvaluationDomain::<Fr>::new(n + l).ok_or(BenchError::TooLarge)?;
        let lagrange = domain.evaluate_all_lagrange_coefficients(self.tau);
        let [mut u, v, w] = [0, 1, 2].map(|m| columns(&r1cs, &r1cs.matrices()[m], &lagrange));
        for (wire, value) in u.iter_mut().take(l).enumerate() {
            *value += lagrange[n + wire];
        }
        let inverse = |x: Fr| x.inverse().unwrap_or(Fr::one());
        let (by_gamma, by_delta) = (inverse(self.gamma), inverse(self.delta));
        let sums: Vec<Fr> = (0..u.len()).map(|j| self.beta * u[j] + self.alpha * v[j] + w[j]).collect();
        let ic: Vec<Fr> = sums[..l].iter().map(|sum| *sum * by_gamma).collect();
        let rest: Vec<Fr> = sums[l..].iter().map(|sum| *sum * by_delta).collect();
        let first = domain.evaluate_vanishing_polynomial(self.tau) * by_delta;
        let h: Vec<Fr> = core::iter::successors(Some(first), |term| Some(*term * self.tau))
            .take(domain.size() - 1)
            .collect();

        let g1 = Multiples::<G1Projective>::new(3 * u.len() + h.len());
        let g2 = Multiples::<G2Projective>::new(v.len());
        let single = g1.of(&[self.alpha, self.beta, self.delta]);
        let single_g2 = g2.of(&[self.beta, self.gamma, self.delta]);
        let points = ark_groth16::ProvingKey::<Bn254> {
            vk: ark_groth16::VerifyingKey {
                alpha_g1: single[0],
                beta_g2: single_g2[0],
                gamma_g2: single_g2[1],
                delta_g2: single_g2[2],
                gamma_abc_g1: g1.of(&ic),
            },
            beta_g1: single[1],
            delta_g1: single[2],
            a_query: g1.of(&u),
            b_g1_query: g1.of(&v),
            b_g2_query: g2.of(&v),
            h_query: g1.of(&h),
            l_query: g1.of(&rest),
        };
        Ok(ProvingKey::new(Provenance::Development, r1cs, points)?)
    }

    /// A proof of public inputs under a key of this trapdoor that has these points for its instance, without any witness: A and B
    /// are random, and C solves the equation, as in every proof that an honest prover makes.
    pub fn simulate(
        &self,
        instance: &[G1Affine],
        public: &[Fr],
        rng: &mut impl CryptoRngCore,
    ) -> Proof<Bn254> {
        let (a, b) = (Fr::rand(rng), Fr::rand(rng));
        let by_delta = self.delta.inverse().unwrap_or(Fr::one());
        let (one, inputs) = instance.split_at(1);
        let sum = inputs.iter().zip(public).fold(one[0].into_group(), |sum, (point, x)| sum + *point * x);
        let c = G1Affine::generator() * ((a * b - self.alpha * self.beta) * by_delta)
            - sum * (self.gamma * by_delta);
        Proof {
            a: (G1Affine::generator() * a).into_affine(),
            b: (G2Affine::generator() * b).into_affine(),
            c: c.into_affine(),
        }
    }

    /// The key of a system, which [`Trapdoor::key`] made, as snarkjs and rapidsnark have it.
    pub fn zkey(&self, key: &ProvingKey) -> Result<Zkey, BenchError> {
        Ok(Zkey::from_ark_with(key.points(), key.r1cs(), self.coset_h(key.r1cs())?)?)
    }

    /// H as snarkjs and rapidsnark have it: `L'_(2i+1)(τ)/δ` over the domain of twice the size, where they take the
    /// quotient's values.
    pub fn coset_h(&self, r1cs: &R1cs) -> Result<Vec<G1Affine>, BenchError> {
        let rows = r1cs.num_constraints() + r1cs.num_instance();
        let domain = Radix2EvaluationDomain::<Fr>::new(rows).ok_or(BenchError::TooLarge)?;
        let twice = Radix2EvaluationDomain::<Fr>::new(2 * domain.size()).ok_or(BenchError::TooLarge)?;
        let by_delta = self.delta.inverse().unwrap_or(Fr::one());
        let values = twice.evaluate_all_lagrange_coefficients(self.tau);
        let odd: Vec<Fr> = values.into_iter().skip(1).step_by(2).map(|value| value * by_delta).collect();
        Ok(Multiples::<G1Projective>::new(odd.len()).of(&odd))
    }
}

/// Many multiples of a group's generator.
pub(crate) struct Multiples<G: CurveGroup>(BatchMulPreprocessing<G>);

impl<G: CurveGroup> Multiples<G> {
    pub(crate) fn new(about: usize) -> Self {
        Self(BatchMulPreprocessing::new(G::Affine::generator().into_group(), about))
    }

    pub(crate) fn of(&self, scalars: &[G::ScalarField]) -> Vec<G::Affine> {
        self.0.batch_mul(scalars)
    }
}

/// `Σ_i M_ij·L_i(τ)` for every wire `j`.
fn columns(r1cs: &R1cs, matrix: &Matrix, lagrange: &[Fr]) -> Vec<Fr> {
    let mut sums = vec![Fr::zero(); r1cs.num_wires()];
    for (row, value) in lagrange.iter().enumerate().take(matrix.num_rows()) {
        for &(wire, place) in matrix.row(row) {
            sums[wire as usize] += *value * r1cs.coefficients()[place as usize];
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use tacit_prover::Prover;

    use super::*;
    use crate::resident::benchmark_rng;
    use crate::stock::Stock;
    use crate::synthetic::Synthetic;

    #[test]
    fn proofs_with_such_a_key_verify() {
        let circuit = Synthetic { log_size: 6 };
        let key = Trapdoor::new(1).key(tacit_r1cs::compile(&circuit)).unwrap();
        let assignment = tacit_r1cs::assign(&circuit);
        let other = tacit_r1cs::assign(&Synthetic { log_size: 7 });
        let prover = Prover::new(key.clone());
        let stock = Stock::new(&key);
        let proof = prover.prove(&assignment, &mut benchmark_rng()).unwrap();
        assert!(stock.verify(proof.points(), &assignment).unwrap());
        assert!(!stock.verify(proof.points(), &other).unwrap(), "another public input");
        assert!(matches!(
            stock.require("us", proof.points(), &other),
            Err(BenchError::FalseProof { maker: "us" })
        ));
        let proof = stock.prove(&assignment, &mut benchmark_rng()).unwrap();
        assert!(stock.verify(&proof, &assignment).unwrap());
        let public = assignment.instance(key.r1cs().num_instance());
        let instance = &key.verifying_key().gamma_abc_g1;
        let proof = Trapdoor::new(1).simulate(instance, public, &mut benchmark_rng());
        assert!(stock.verify(&proof, &assignment).unwrap());
        assert!(!stock.verify(&proof, &other).unwrap(), "another public input");
    }
}
