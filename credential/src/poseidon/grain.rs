//! Round constants and MDS matrix from the Grain LFSR, as the Poseidon paper's reference script derives them.
//!
//! Register of 80 bits b₀..b₇₉, next bit b₆₂ ⊕ b₅₁ ⊕ b₃₈ ⊕ b₂₃ ⊕ b₁₃ ⊕ b₀. Seed, each number most significant bit first:
//! field kind (2 bits, 1 = prime), S-box (4 bits, 0 = power), bits of the modulus (12), t (12), R_F (10), R_P (10), thirty ones. The
//! first 160 bits are thrown away; then bits are read in pairs, and a pair's second bit counts only if its first is 1.
//! Integers are 254 such bits, most significant first. Round constants: an integer not below r is drawn again. MDS:
//! `M[i][j] = 1 / (xᵢ + yⱼ)` for 2t integers reduced modulo r (not drawn again), all different.
//!
//! Not checked here: the script's search for invariant subspaces of M, which circomlib's matrices passed on the first
//! draw. The tests compare hashes of every width with circomlibjs.
//!
//! Source: Poseidon paper, appendix E; `generate_params_poseidon.sage 1 0 254 t 8 R_P`.

use super::Parameters;
use crate::field::Fr;
use ark_ff::{BigInt, Field, PrimeField, Zero};

const MODULUS_BITS: u32 = Fr::MODULUS_BIT_SIZE;

struct Grain {
    /// Bit `i` of the integer is bᵢ.
    register: u128,
}

impl Grain {
    fn new(width: usize, full_rounds: usize, partial_rounds: usize) -> Self {
        let mut register = 0;
        let mut filled = 0;
        let fields = [
            (1, 2),
            (0, 4),
            (MODULUS_BITS as usize, 12),
            (width, 12),
            (full_rounds, 10),
            (partial_rounds, 10),
            ((1 << 30) - 1, 30),
        ];
        for (value, bits) in fields {
            for i in (0..bits).rev() {
                register |= ((value >> i & 1) as u128) << filled;
                filled += 1;
            }
        }
        let mut grain = Self { register };
        for _ in 0..160 {
            grain.clock();
        }
        grain
    }

    fn clock(&mut self) -> bool {
        let bit = [62, 51, 38, 23, 13, 0].iter().fold(0, |sum, tap| sum ^ (self.register >> tap & 1));
        self.register = self.register >> 1 | bit << 79;
        bit == 1
    }

    fn bit(&mut self) -> bool {
        loop {
            let (counts, bit) = (self.clock(), self.clock());
            if counts {
                return bit;
            }
        }
    }

    fn integer(&mut self) -> BigInt<4> {
        let mut limbs = [0u64; 4];
        for i in (0..MODULUS_BITS as usize).rev() {
            limbs[i / 64] |= u64::from(self.bit()) << (i % 64);
        }
        BigInt::new(limbs)
    }

    fn element(&mut self) -> Fr {
        loop {
            if let Some(x) = Fr::from_bigint(self.integer()) {
                return x;
            }
        }
    }

    fn element_reduced(&mut self) -> Fr {
        let integer = self.integer();
        Fr::from_le_bytes_mod_order(&crate::field::limbs_to_bytes(&integer))
    }
}

/// Parameters of a state of `width` elements.
pub(super) fn generate(width: usize, full_rounds: usize, partial_rounds: usize) -> Parameters {
    let mut grain = Grain::new(width, full_rounds, partial_rounds);
    let round_constants = (0..width * (full_rounds + partial_rounds)).map(|_| grain.element()).collect();
    let mds = loop {
        let drawn: Vec<Fr> = (0..2 * width).map(|_| grain.element_reduced()).collect();
        if (1..drawn.len()).any(|i| drawn[..i].contains(&drawn[i])) {
            continue;
        }
        let (x, y) = drawn.split_at(width);
        if x.iter().any(|x| y.iter().any(|y| (*x + y).is_zero())) {
            continue;
        }
        let inverse = |sum: Fr| sum.inverse().unwrap_or_default();
        break x.iter().map(|x| y.iter().map(|y| inverse(*x + y)).collect()).collect();
    };
    Parameters { width, full_rounds, partial_rounds, round_constants, mds }
}
