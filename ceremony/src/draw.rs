//! Field elements and points drawn from a seed, as snarkjs draws them: for beacons and for hashes to G2, which everybody must get
//! the same from.
//!
//! ```text
//! ChaCha20, counter and nonce 0, its key the seed as eight big-endian words; word by word:
//! u64      = word·2^32 + word
//! integer  = Σ u64ᵢ·2^(64i), i < 4, of which 254 bits are kept; again if it is not below the prime
//! Fr, Fq   = integer·2^-256     (the integer is taken for a Montgomery form)
//! Fq2      = Fq + Fq·u
//! point    = x, then word, its lowest bit saying whether y is the larger of ±y; again if x is of no point; in G2 times the cofactor
//! ```

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine, g2};
use ark_ec::{AffineRepr, CurveConfig, CurveGroup};
use ark_ff::{BigInt, PrimeField};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};
use tacit_formats::contribution::Beacon;

/// A stream of public randomness.
pub(crate) struct Draw(ChaCha20Rng);

impl Draw {
    fn new(mut seed: [u8; 32]) -> Self {
        seed.chunks_exact_mut(4).for_each(<[u8]>::reverse);
        Self(ChaCha20Rng::from_seed(seed))
    }

    /// What a beacon gives: its hash, hashed as often as it says.
    pub(crate) fn from_beacon(beacon: &Beacon) -> Self {
        let mut hash: [u8; 32] = Sha256::digest(beacon.hash()).into();
        for _ in 1..1_u64 << beacon.exponent() {
            hash = Sha256::digest(hash).into();
        }
        Self::new(hash)
    }

    fn integer(&mut self, modulus: BigInt<4>) -> BigInt<4> {
        loop {
            let mut limbs = [0; 4];
            for limb in &mut limbs {
                *limb = u64::from(self.0.next_u32()) << 32;
                *limb |= u64::from(self.0.next_u32());
            }
            limbs[3] &= u64::MAX >> 2;
            let integer = BigInt::new(limbs);
            if integer < modulus {
                return integer;
            }
        }
    }

    pub(crate) fn scalar(&mut self) -> Fr {
        Fr::new_unchecked(self.integer(Fr::MODULUS))
    }

    fn coordinate(&mut self) -> Fq {
        Fq::new_unchecked(self.integer(Fq::MODULUS))
    }

    fn larger(&mut self) -> bool {
        self.0.next_u32() & 1 == 1
    }

    pub(crate) fn g1(&mut self) -> G1Affine {
        loop {
            let (x, larger) = (self.coordinate(), self.larger());
            if let Some(point) = G1Affine::get_point_from_x_unchecked(x, larger) {
                return point;
            }
        }
    }

    fn g2(&mut self) -> G2Affine {
        loop {
            let x = Fq2::new(self.coordinate(), self.coordinate());
            let larger = self.larger();
            if let Some(point) = G2Affine::get_point_from_x_unchecked(x, larger) {
                return point.mul_bigint(g2::Config::COFACTOR).into_affine();
            }
        }
    }
}

/// A hash to G2: of the first half of a BLAKE2b hash.
pub(crate) fn hash_to_g2(hash: &[u8; 64]) -> G2Affine {
    let mut seed = [0; 32];
    seed.copy_from_slice(&hash[..32]);
    Draw::new(seed).g2()
}
