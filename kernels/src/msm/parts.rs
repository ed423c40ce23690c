//! Why stored parts are refused.

use ark_bn254::Fq;
use ark_ff::PrimeField;

use crate::lanes::Line;

/// Why parts are not those of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartsError {
    /// An index of a kept point is not below the number of points, or not above the one before it.
    Kept,
    /// The shape is for another number of points than are kept.
    Points,
    /// The lines are not as many as the shape asks for.
    Lines,
    /// A number in the table is not below the modulus.
    Numbers,
}

impl core::fmt::Display for PartsError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Kept => "the indices of the kept points do not rise below the number of points",
            Self::Points => "the shape is for another number of points",
            Self::Lines => "the table has not the length that its shape asks for",
            Self::Numbers => "the table holds numbers that are not below the modulus",
        })
    }
}

impl core::error::Error for PartsError {}

/// Whether both numbers of a line are below the modulus of Fq.
pub(super) fn is_canonical(line: &Line) -> bool {
    const P: [u64; 4] = Fq::MODULUS.0;
    line.0.as_chunks::<4>().0.iter().all(|w| w[3] < P[3] || w.iter().rev().lt(P.iter().rev()))
}
