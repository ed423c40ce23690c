//! Compressed points, as arkworks writes them, to coordinates; many at once.
//!
//! **Encoding.** The x coordinate little-endian (32 bytes in G1; in G2 both coefficients, the constant one first), with two flags in the
//! top bits of the last byte: 2⁷ "y is the larger of the two roots", 2⁶ "identity".
//!
//! **Checked here**: canonical coordinates and flags, by scalar code; that the point lies on the curve; that it is not the identity.
//! **Not checked here**: that points of the twist lie in G2, which [`product`](super::product) does on the way and
//! [`in_g2`](super::in_g2) alone.

use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ff::{AdditiveGroup, BigInt, PrimeField};

use super::load::{load, unload};
use super::root::{LiftG1, LiftG2};
use crate::backend::{Backend, Task, Vectors};
use crate::quadratic::Quadratic;

const LARGER_ROOT: u8 = 1 << 7;
const IDENTITY: u8 = 1 << 6;

/// Why bytes are not the point that they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// A coordinate is not below p, or the flags contradict each other.
    NotCanonical,
    /// No point of the curve has this abscissa.
    OffCurve,
    /// The identity.
    Identity,
}

impl core::fmt::Display for Defect {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::NotCanonical => "the point has no canonical encoding",
            Self::OffCurve => "the point does not lie on the curve BN254",
            Self::Identity => "the point is the identity",
        })
    }
}

impl core::error::Error for Defect {}

/// Reads points of G1, each with its own result.
#[must_use]
pub fn read_g1(backend: Backend, bytes: &[[u8; 32]]) -> Vec<Result<G1Affine, Defect>> {
    backend.run(ReadG1(bytes))
}

/// Reads points of the twist, each with its own result. They may lie outside G2.
#[must_use]
pub fn read_g2(backend: Backend, bytes: &[[u8; 64]]) -> Vec<Result<G2Affine, Defect>> {
    backend.run(ReadG2(bytes))
}

/// An abscissa, and whether the larger of the two ordinates is meant.
type Abscissa<F> = Result<(F, bool), Defect>;

struct ReadG1<'a>(&'a [[u8; 32]]);

impl Task for ReadG1<'_> {
    type Output = Vec<Result<G1Affine, Defect>>;

    fn run<V: Vectors>(self) -> Self::Output {
        let abscissas: Vec<Abscissa<Fq>> = self.0.iter().map(|bytes| abscissa_g1(*bytes)).collect();
        // Zero where there is none: 0³ + 3 may be a square or not, nobody looks.
        let x = abscissas.iter().map(|abscissa| abscissa.map_or(Fq::ZERO, |(x, _)| x));
        let (y, on_curve) = V::enter(LiftG1::<V::Fq>(&load::<V, V::Fq>(x, Fq::ZERO)));
        choose(&abscissas, &unload::<V, V::Fq>(&y), &on_curve, G1Affine::new_unchecked)
    }
}

struct ReadG2<'a>(&'a [[u8; 64]]);

impl Task for ReadG2<'_> {
    type Output = Vec<Result<G2Affine, Defect>>;

    fn run<V: Vectors>(self) -> Self::Output {
        let abscissas: Vec<Abscissa<Fq2>> = self.0.iter().map(|bytes| abscissa_g2(*bytes)).collect();
        let x = abscissas.iter().map(|abscissa| abscissa.map_or(Fq2::ZERO, |(x, _)| x));
        let (y, on_curve) = V::enter(LiftG2::<V::Fq>(&load::<V, Quadratic<V::Fq>>(x, Fq2::ZERO)));
        choose(&abscissas, &unload::<V, Quadratic<V::Fq>>(&y), &on_curve, G2Affine::new_unchecked)
    }
}

/// Each point, with the ordinate that its flag means.
fn choose<F: Copy + Ord + core::ops::Neg<Output = F>, P>(
    abscissas: &[Abscissa<F>],
    ordinates: &[F],
    on_curve: &[u8],
    point: fn(F, F) -> P,
) -> Vec<Result<P, Defect>> {
    let each = abscissas.iter().zip(ordinates).enumerate();
    each.map(|(i, (abscissa, &y))| {
        let (x, larger) = (*abscissa)?;
        if on_curve[i / 8] >> (i % 8) & 1 == 0 {
            return Err(Defect::OffCurve);
        }
        // No point of either curve has y = 0: their orders are odd.
        let negative = -y;
        Ok(point(x, if (y > negative) == larger { y } else { negative }))
    })
    .collect()
}

fn abscissa_g1(bytes: [u8; 32]) -> Abscissa<Fq> {
    let (bytes, larger) = split_flags(bytes)?;
    Ok((coordinate(&bytes)?, larger))
}

fn abscissa_g2(bytes: [u8; 64]) -> Abscissa<Fq2> {
    let (bytes, larger) = split_flags(bytes)?;
    let (c0, c1) = bytes.split_at(32);
    Ok((Fq2::new(coordinate(c0)?, coordinate(c1)?), larger))
}

/// Takes the flags off the last byte; true if the larger root is meant.
fn split_flags<const N: usize>(mut bytes: [u8; N]) -> Result<([u8; N], bool), Defect> {
    let flags = bytes[N - 1] & (LARGER_ROOT | IDENTITY);
    bytes[N - 1] &= !(LARGER_ROOT | IDENTITY);
    match flags {
        0 => Ok((bytes, false)),
        LARGER_ROOT => Ok((bytes, true)),
        IDENTITY if bytes == [0; N] => Err(Defect::Identity),
        _ => Err(Defect::NotCanonical),
    }
}

fn coordinate(bytes: &[u8]) -> Result<Fq, Defect> {
    let mut words = [0_u64; 4];
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    }
    Fq::from_bigint(BigInt(words)).ok_or(Defect::NotCanonical)
}
