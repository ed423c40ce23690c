//! A circuit of any size in which every wire is as wide as the field: the worst case for a prover, and the fair one, since no
//! small values help either side.
//!
//! ```text
//! (c·w_(n−2) + w_j) · (w_(n−1) + d) = w_n          j at random; two wires in A, one and the constant in B, one in C
//! ```
//!
//! So each wire occurs in A, B and C, and no query of a key has identities. Two instance wires, ONE included, and `2^k − 2`
//! constraints fill a domain of `2^k`.

use ark_ff::UniformRand;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use tacit_r1cs::{Circuit, ConstraintSystem, Fr, Known};

/// The circuit of `2^log_size` constraints, instance rows included.
#[derive(Clone, Copy, Debug)]
pub struct Synthetic {
    /// `k`.
    pub log_size: u32,
}

impl Circuit for Synthetic {
    fn synthesize<CS: ConstraintSystem>(&self, cs: &mut CS) {
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(self.log_size));
        cs.clause("synthetic");
        let seeds: Vec<Fr> = (0..3).map(|_| Fr::rand(&mut rng)).collect();
        let coefficients: Vec<Fr> = (0..16).map(|_| Fr::rand(&mut rng)).collect();
        let mut wires = vec![cs.instance(|_| seeds[0])];
        wires.extend(seeds[1..].iter().map(|seed| cs.witness(|_| *seed)));
        for _ in 2..1_usize << self.log_size {
            let mut pick = || rng.next_u32() as usize;
            let (c, d) = (coefficients[pick() % 16], coefficients[pick() % 16]);
            let last = wires.len() - 1;
            let a = wires[last - 1].clone() * c + &wires[pick() % wires.len()];
            let b = wires[last].clone() + d;
            let product = cs.witness(|known| known.value(&a) * known.value(&b));
            cs.enforce(&a, &b, &product);
            wires.push(product);
        }
    }
}

#[cfg(test)]
mod tests {
    use ark_ff::PrimeField;
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn fills_its_domain_and_is_satisfied() {
        for log_size in [4, 8, 10] {
            let circuit = Synthetic { log_size };
            let r1cs = tacit_r1cs::compile(&circuit);
            assert_eq!(r1cs.num_constraints() + r1cs.num_instance(), 1 << log_size);
            assert!(r1cs.is_satisfied(&tacit_r1cs::assign(&circuit)));
        }
    }

    #[test]
    fn every_wire_is_wide_and_different() {
        let assignment = tacit_r1cs::assign(&Synthetic { log_size: 10 });
        let wires = &assignment.as_slice()[1..];
        let narrow = wires.iter().filter(|wire| wire.into_bigint().0[3] >> 40 == 0).count();
        assert_eq!(narrow, 0, "wires below 2^232");
        assert_eq!(wires.iter().collect::<HashSet<_>>().len(), wires.len());
    }

    #[test]
    fn nearly_every_wire_occurs_in_both_factors() {
        let r1cs = tacit_r1cs::compile(&Synthetic { log_size: 10 });
        let [a, b] = [0, 1].map(|m| {
            let matrix = &r1cs.matrices()[m];
            let rows = 0..matrix.num_rows();
            rows.flat_map(|row| matrix.row(row).iter().map(|entry| entry.0)).collect::<HashSet<_>>().len()
        });
        assert!(a > 1000 && b > 1000, "{a} wires in A, {b} in B");
    }
}
