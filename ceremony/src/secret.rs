//! The factor of one contributor, known to nobody else and to nobody afterwards.
//!
//! ```text
//! x = BLAKE2b("tacit/ceremony/secret/v1", 64 bytes of the system's randomness, number of the factor, what the contributor typed)
//! ```
//!
//! as 512 bits reduced modulo r, which differs from uniform by less than 2^-256. Either source alone is enough: whoever knows one of the
//! two knows nothing of x.
//!
//! **Wiped** on drop: x, its inverse, their digits, the hash and the system's bytes. Products are made here, with arithmetic that keeps no
//! copy on the heap, since arkworks' product in G1 takes the scalar apart into big integers that nobody wipes. Registers and
//! what compilers spill to the stack are beyond a program's reach: contribute on a machine that is restarted afterwards.
//! Variable-time: whoever shares the machine may learn x.

use ark_bn254::Fr;
use ark_ec::CurveGroup;
use ark_ec::short_weierstrass::{Affine, Projective};
use ark_ff::{AdditiveGroup, Field, PrimeField, Zero};
use rand_core::CryptoRngCore;
use rayon::prelude::*;
use zeroize::Zeroizing;

use crate::blake2b::Blake2b;
use crate::encoding::Group;
use crate::progress::Steps;

const DST: &[u8] = b"tacit/ceremony/secret/v1";

/// A factor, wiped on drop.
pub(crate) struct Secret(Zeroizing<Fr>);

impl Secret {
    /// So many factors from the system's randomness and what the contributor typed; none is zero or one.
    pub(crate) fn sample<const N: usize>(rng: &mut impl CryptoRngCore, entropy: &[u8]) -> [Self; N] {
        core::array::from_fn(|number| {
            loop {
                let mut system = Zeroizing::new([0; 64]);
                rng.fill_bytes(&mut *system);
                let mut hash = Blake2b::new();
                hash.update(DST);
                hash.update(&*system);
                hash.update(&[number as u8]);
                hash.update(entropy);
                let wide = Zeroizing::new(hash.finish());
                let secret = Self::new(Fr::from_le_bytes_mod_order(&*wide));
                if !secret.is_idle() {
                    return secret;
                }
            }
        })
    }

    /// A factor that a beacon gives, which is no secret.
    pub(crate) fn new(factor: Fr) -> Self {
        Self(Zeroizing::new(factor))
    }

    /// Whether the factor changes nothing, or spoils everything.
    pub(crate) fn is_idle(&self) -> bool {
        self.0.is_zero() || *self.0 == Fr::ONE
    }

    /// `1/x`.
    pub(crate) fn inverse(&self) -> Self {
        // Zero was refused when the factor was made, and a beacon gives it with a probability of 2^-254.
        Self::new(self.0.inverse().unwrap_or_default())
    }

    /// `x·P`.
    pub(crate) fn times<C: Group>(&self, point: &Affine<C>) -> Affine<C> {
        product(point, &Digits::new(&self.0)).into_affine()
    }

    /// `x·P` for each point.
    pub(crate) fn times_all<C: Group>(&self, points: &[Affine<C>], steps: &Steps<'_>) -> Vec<Affine<C>> {
        let digits = Digits::new(&self.0);
        chunks(points, steps, |_, point| product(point, &digits))
    }

    /// `x·baseⁱ·Pᵢ` for each point.
    pub(crate) fn times_powers<C: Group>(
        &self,
        base: &Self,
        points: &[Affine<C>],
        steps: &Steps<'_>,
    ) -> Vec<Affine<C>> {
        chunks(points, steps, |i, point| {
            let factor = Zeroizing::new(*self.0 * *Zeroizing::new(base.0.pow([i as u64])));
            product(point, &Digits::new(&factor))
        })
    }

    /// The factor one.
    pub(crate) fn one() -> Self {
        Self::new(Fr::ONE)
    }
}

/// Points whose coordinates are inverted together.
const CHUNK: usize = 256;

fn chunks<C: Group>(
    points: &[Affine<C>],
    steps: &Steps<'_>,
    product: impl Fn(usize, &Affine<C>) -> Projective<C> + Sync,
) -> Vec<Affine<C>> {
    let chunk = |(number, chunk): (usize, &[Affine<C>])| {
        let products = chunk.iter().enumerate().map(|(i, point)| product(number * CHUNK + i, point));
        let products = Projective::normalize_batch(&products.collect::<Vec<_>>());
        steps.done(chunk.len());
        products
    };
    points.par_chunks(CHUNK).enumerate().flat_map_iter(chunk).collect()
}

/// The hexadecimal digits of a scalar, least significant first.
struct Digits(Zeroizing<[u8; 64]>);

impl Digits {
    fn new(scalar: &Fr) -> Self {
        let limbs = Zeroizing::new(scalar.into_bigint().0);
        let mut digits = Zeroizing::new([0; 64]);
        for (i, digit) in digits.iter_mut().enumerate() {
            *digit = (limbs[i / 16] >> (4 * (i % 16))) as u8 & 15;
        }
        Self(digits)
    }
}

fn product<C: Group>(point: &Affine<C>, digits: &Digits) -> Projective<C> {
    let mut multiples = [Projective::<C>::ZERO; 16];
    for i in 1..16 {
        multiples[i] = multiples[i - 1] + point;
    }
    let mut sum = Projective::<C>::ZERO;
    for &digit in digits.0.iter().rev() {
        for _ in 0..4 {
            sum.double_in_place();
        }
        if digit != 0 {
            sum += multiples[usize::from(digit)];
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use ark_bn254::{G1Affine, G2Affine, g1, g2};
    use ark_ff::UniformRand;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    fn agrees<C: Group>(rng: &mut ChaCha20Rng) {
        let mut points: Vec<Affine<C>> = (0..CHUNK + 3).map(|_| Affine::rand(rng)).collect();
        points[5] = Affine::identity();
        let (steps, base) = (Steps::new(&|_, _| (), 0), Fr::rand(rng));
        for scalar in [Fr::from(0), Fr::from(1), Fr::from(16), -Fr::from(1), Fr::rand(rng)] {
            let secret = Secret::new(scalar);
            let expected: Vec<_> = points.iter().map(|point| (*point * scalar).into_affine()).collect();
            assert!(secret.times_all(&points, &steps) == expected);
            assert!(secret.times(&points[0]) == expected[0]);
            let powers = secret.times_powers(&Secret::new(base), &points[..20], &steps);
            let expected = points.iter().enumerate().take(20);
            let expected =
                expected.map(|(i, point)| (*point * (scalar * base.pow([i as u64]))).into_affine());
            assert!(powers.into_iter().eq(expected));
        }
    }

    #[test]
    fn products_agree_with_arkworks() {
        let mut rng = ChaCha20Rng::seed_from_u64(11);
        agrees::<g1::Config>(&mut rng);
        agrees::<g2::Config>(&mut rng);
        let _ = (G1Affine::identity(), G2Affine::identity());
    }

    /// Both sources matter: equal randomness of the system and different text, and the other way round, give other factors.
    #[test]
    fn both_sources_enter() {
        let sample = |seed: u64, text: &[u8]| {
            let [a, b] = Secret::sample(&mut ChaCha20Rng::seed_from_u64(seed), text);
            assert_ne!(*a.0, *b.0);
            *a.0
        };
        assert_eq!(sample(1, b"text"), sample(1, b"text"));
        assert_ne!(sample(1, b"text"), sample(1, b"other"));
        assert_ne!(sample(1, b"text"), sample(2, b"text"));
    }
}
