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
use alloc::vec::Vec;
use ark_ff::{BigInt, PrimeField, Zero, batch_inversion};

struct Grain {
    /// Bit `i` of the integer is bᵢ.
    register: u128,
    /// The bits that count and are not used yet, the oldest on top.
    pending: u128,
    /// How many they are.
    count: u32,
}

/// Clocks at once: no tap reaches a bit that one of them makes.
const STEP: u32 = 16;

impl Grain {
    fn new(width: usize, full_rounds: usize, partial_rounds: usize) -> Self {
        let mut register = 0;
        let mut filled = 0;
        let modulus_bits = Fr::MODULUS_BIT_SIZE as usize;
        let fields = [
            (1, 2),
            (0, 4),
            (modulus_bits, 12),
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
        let mut grain = Self { register, pending: 0, count: 0 };
        for _ in 0..160 / STEP {
            grain.clock();
        }
        grain
    }

    /// The next 16 bits, the first one lowest.
    fn clock(&mut self) -> u32 {
        let sum = [62, 51, 38, 23, 13, 0].iter().fold(0, |sum, tap| sum ^ (self.register >> tap) as u32);
        let bits = sum & ((1 << STEP) - 1);
        self.register = self.register >> STEP | u128::from(bits) << (80 - STEP);
        bits
    }

    /// The next `wanted <= 64` bits that count, the first one on top.
    fn take(&mut self, wanted: u32) -> u64 {
        while self.count < wanted {
            let bits = self.clock();
            let (mut kept, mut count) = (0, 0);
            for pair in (0..STEP).step_by(2) {
                // Without a branch, which the processor could not predict.
                let counts = bits >> pair & 1;
                kept = kept << counts | (counts & bits >> (pair + 1));
                count += counts;
            }
            self.pending = self.pending << count | u128::from(kept);
            self.count += count;
        }
        self.count -= wanted;
        let taken = self.pending >> self.count;
        self.pending ^= taken << self.count;
        taken as u64
    }

    fn integer(&mut self) -> BigInt<4> {
        let mut limbs = [0; 4];
        for (i, limb) in limbs.iter_mut().enumerate().rev() {
            *limb = self.take((Fr::MODULUS_BIT_SIZE - 64 * i as u32).min(64));
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
        let mut sums: Vec<Fr> = x.iter().flat_map(|x| y.iter().map(move |y| *x + y)).collect();
        if sums.iter().any(Fr::is_zero) {
            continue;
        }
        batch_inversion(&mut sums);
        break sums.chunks(width).map(<[Fr]>::to_vec).collect();
    };
    Parameters { width, full_rounds, partial_rounds, round_constants, mds }
}
