//! Systems of any size and no meaning, in which everything that a key can hold occurs.

use ark_bn254::Fr;
use ark_ff::{One, UniformRand, Zero};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use tacit_r1cs::{Assignment, Circuit, ConstraintSystem, Known, Number, Private, R1cs, assign, compile};

/// Bits, products of sums of earlier wires with all kinds of coefficients, wires in no constraint, wires in C alone.
#[derive(Clone, Copy)]
pub(super) struct Synthetic {
    pub(super) constraints: usize,
    /// Public inputs, without the constant.
    pub(super) public: usize,
}

struct Run<'a> {
    system: Synthetic,
    /// Drives the values; the shape knows nothing of it.
    seed: Private<'a, u64>,
}

impl Synthetic {
    pub(super) fn compile(self) -> R1cs {
        compile(&Run { system: self, seed: Private::unknown() })
    }

    /// An assignment that satisfies; those of different seeds differ in inputs and what follows from them.
    pub(super) fn assign(self, seed: u64) -> Assignment {
        assign(&Run { system: self, seed: Private::known(&seed) })
    }
}

fn value(seed: u64, index: u64) -> Fr {
    let mut rng = ChaCha20Rng::seed_from_u64(seed ^ index << 32);
    match rng.next_u32() % 6 {
        0 => Fr::zero(),
        1 => Fr::one(),
        2 => -Fr::one(),
        3 => Fr::from(rng.next_u32() % 1000),
        _ => Fr::rand(&mut rng),
    }
}

impl Circuit for Run<'_> {
    fn synthesize<CS: ConstraintSystem>(&self, cs: &mut CS) {
        let mut shape = ChaCha20Rng::seed_from_u64(5);
        let seed = self.seed;
        cs.clause("inputs");
        let mut wires: Vec<CS::Num> = (0..self.system.public)
            .map(|i| cs.instance(|known| value(*seed.reveal(known), i as u64)))
            .collect();
        wires.push(Fr::one().into());
        // In no constraint.
        let _ = cs.witness(|_| Fr::from(7));
        let mut clause = ["products", "more products"].into_iter().cycle();
        for stated in 0..self.system.constraints as u64 {
            if stated % 64 == 0 {
                cs.clause(clause.next().unwrap_or_default());
            }
            if shape.next_u32() % 3 == 0 {
                let bit = cs.witness(|_| Fr::from(stated * stated % 3 % 2));
                cs.enforce(&bit, &(bit.clone() - Fr::one()), &Fr::zero().into());
                wires.push(bit);
                continue;
            }
            let mut sum = |most: u32| {
                let mut sum: CS::Num = Fr::zero().into();
                for _ in 0..=shape.next_u32() % most {
                    let wire = &wires[shape.next_u32() as usize % wires.len()];
                    let factor = match shape.next_u32() % 5 {
                        0 => -Fr::one(),
                        1 => Fr::from(2),
                        2 => Fr::rand(&mut shape),
                        _ => Fr::one(),
                    };
                    sum.add_scaled(wire, factor);
                }
                sum
            };
            let (a, b, c) = (sum(3), sum(3), sum(2));
            let result = cs.witness(|known| known.value(&a) * known.value(&b) - known.value(&c));
            cs.enforce(&a, &b, &(c + &result));
            wires.push(result);
        }
    }
}
