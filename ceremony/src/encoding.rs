//! Points as hashes take them: big-endian, plain (not Montgomery) coordinates.
//!
//! | form | bytes |
//! | --- | --- |
//! | uncompressed | x, then y; in G2 each with the coefficient of u first; the identity is all zeros |
//! | compressed | x; the top bit is set if y is the larger of ±y; the identity is `40 00 …` |

use ark_bn254::{Fq, Fq2, g1, g2};
use ark_ec::AffineRepr;
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use ark_ff::PrimeField;

use crate::blake2b::Blake2b;

/// A group whose points are hashed.
pub(crate) trait Group: SWCurveConfig<ScalarField = ark_bn254::Fr> {
    fn write(coordinate: &Self::BaseField, out: &mut Vec<u8>);
}

impl Group for g1::Config {
    fn write(coordinate: &Fq, out: &mut Vec<u8>) {
        for limb in coordinate.into_bigint().0.iter().rev() {
            out.extend_from_slice(&limb.to_be_bytes());
        }
    }
}

impl Group for g2::Config {
    fn write(coordinate: &Fq2, out: &mut Vec<u8>) {
        g1::Config::write(&coordinate.c1, out);
        g1::Config::write(&coordinate.c0, out);
    }
}

/// Appends a point, uncompressed.
pub(crate) fn write_uncompressed<C: Group>(point: &Affine<C>, out: &mut Vec<u8>) {
    let (x, y) = point.xy().unwrap_or_default();
    C::write(&x, out);
    C::write(&y, out);
}

/// Appends a point, compressed.
pub(crate) fn write_compressed<C: Group>(point: &Affine<C>, out: &mut Vec<u8>) {
    let start = out.len();
    let (x, y) = point.xy().unwrap_or_default();
    C::write(&x, out);
    out[start] |= match point.is_zero() {
        true => 0x40,
        false if y > -y => 0x80,
        false => 0,
    };
}

/// Points that are put through a hash at a time.
const CHUNK: usize = 1024;

impl Blake2b {
    /// Goes on with a point, uncompressed.
    pub(crate) fn point<C: Group>(&mut self, point: &Affine<C>) {
        self.points(core::slice::from_ref(point));
    }

    /// Goes on with points, uncompressed.
    pub(crate) fn points<C: Group>(&mut self, points: &[Affine<C>]) {
        self.written(points, write_uncompressed);
    }

    /// Goes on with points, compressed.
    pub(crate) fn compressed_points<C: Group>(&mut self, points: &[Affine<C>]) {
        self.written(points, write_compressed);
    }

    fn written<C: Group>(&mut self, points: &[Affine<C>], write: fn(&Affine<C>, &mut Vec<u8>)) {
        let mut bytes = Vec::new();
        for chunk in points.chunks(CHUNK) {
            bytes.clear();
            chunk.iter().for_each(|point| write(point, &mut bytes));
            self.update(&bytes);
        }
    }

    /// Goes on with a count: four bytes, big-endian.
    pub(crate) fn count(&mut self, count: usize) {
        self.update(&(count as u32).to_be_bytes());
    }
}
