//! The proving key as a file.
//!
//! ```text
//! "tacit-pk"  version (1)  provenance (1: 0 development, 1 ceremony)  zero (6)
//! length of the system (8, little-endian)  the system as `tacit_r1cs` writes it
//! alpha₁ beta₁ delta₁ (G1)  beta₂ gamma₂ delta₂ (G2)  IC  A  B₁  H  L (G1)  B₂ (G2)
//! SHA-256 of all that (32)
//! ```
//!
//! Points are uncompressed: x and y, each coordinate 32 bytes little-endian (64 in G2, constant coefficient
//! first), canonical; the identity is all zeros, for (0, 0) lies on neither curve. There are no counts: the
//! system gives them. The checksum finds damage; it does not say who made the file.

use std::path::Path;

use ark_bn254::{Bn254, Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInt, PrimeField};
use sha2::{Digest, Sha256};
use tacit_r1cs::R1cs;

use crate::key::{KeyError, Provenance, ProvingKey, Shape};
use crate::replace::replace;

const MAGIC: &[u8; 8] = b"tacit-pk";
const VERSION: u8 = 1;
/// Bytes of the checksum at the end.
pub(crate) const CHECKSUM: usize = 32;
const HEAD: usize = 24;

/// Why a proving key could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The file system refused.
    #[error("the proving key could not be read or written: {0}; check path and permissions")]
    Io(#[from] std::io::Error),
    /// The file does not start as a proving key does.
    #[error("this is not a Tacit proving key; pass the file that `tacit setup` wrote")]
    Magic,
    /// A later version of the format.
    #[error(
        "proving key of format {found}, this program reads {VERSION}; update it or run `tacit setup` again"
    )]
    Version {
        /// The version found.
        found: u8,
    },
    /// A provenance that this version does not know.
    #[error("the key does not say who made it in a way this program knows; update it")]
    Provenance,
    /// Shorter or longer than its circuit asks for.
    #[error("the proving key has {found} bytes, its circuit asks for {needed}; copy the file again")]
    Length {
        /// Bytes that the circuit asks for.
        needed: usize,
        /// Bytes found.
        found: usize,
    },
    /// The checksum does not fit.
    #[error("the proving key's checksum is wrong; copy the file again")]
    Damaged,
    /// The circuit inside cannot be read.
    #[error("the circuit in the proving key: {0}")]
    Circuit(#[from] tacit_r1cs::DecodeError),
    /// A coordinate is not below the field's prime.
    #[error("the proving key holds a coordinate that is no field element; make or fetch the key again")]
    NotCanonical,
    /// The points are no key of the circuit.
    #[error("{0}")]
    Key(#[from] KeyError),
}

impl ProvingKey {
    /// Reads a key from a file: see the type for what is checked.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        Self::from_bytes(&std::fs::read(path)?)
    }

    /// Writes a key to a file, whole or not at all.
    pub fn save(&self, path: &Path) -> Result<(), KeyFileError> {
        Ok(replace(path, &self.to_bytes())?)
    }

    /// The file format of the module's head.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (points, r1cs) = (self.points(), self.r1cs().to_bytes());
        let mut out = Vec::with_capacity(HEAD + r1cs.len() + (points.a_query.len() + 8) * 400);
        out.extend_from_slice(MAGIC);
        let provenance = match self.provenance() {
            Provenance::Development => 0,
            Provenance::Ceremony => 1,
        };
        out.extend_from_slice(&[VERSION, provenance, 0, 0, 0, 0, 0, 0]);
        out.extend_from_slice(&(r1cs.len() as u64).to_le_bytes());
        out.extend_from_slice(&r1cs);
        let vk = &points.vk;
        for p in [&vk.alpha_g1, &points.beta_g1, &points.delta_g1] {
            write_g1(&mut out, p);
        }
        for p in [&vk.beta_g2, &vk.gamma_g2, &vk.delta_g2] {
            write_g2(&mut out, p);
        }
        for query in [&vk.gamma_abc_g1, &points.a_query, &points.b_g1_query, &points.h_query, &points.l_query]
        {
            query.iter().for_each(|p| write_g1(&mut out, p));
        }
        points.b_g2_query.iter().for_each(|p| write_g2(&mut out, p));
        let checksum = Sha256::digest(&out);
        out.extend_from_slice(&checksum);
        out
    }

    /// Reads the file format of the module's head.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyFileError> {
        if !bytes.starts_with(MAGIC) {
            return Err(KeyFileError::Magic);
        }
        let short = |needed| KeyFileError::Length { needed, found: bytes.len() };
        if bytes.len() < HEAD + CHECKSUM {
            return Err(short(HEAD + CHECKSUM));
        }
        if bytes[8] != VERSION {
            return Err(KeyFileError::Version { found: bytes[8] });
        }
        let (body, checksum) = bytes.split_at(bytes.len() - CHECKSUM);
        let digest: [u8; CHECKSUM] = Sha256::digest(body).into();
        if digest != checksum {
            return Err(KeyFileError::Damaged);
        }
        let provenance = match body[9..16] {
            [0, 0, 0, 0, 0, 0, 0] => Provenance::Development,
            [1, 0, 0, 0, 0, 0, 0] => Provenance::Ceremony,
            _ => return Err(KeyFileError::Provenance),
        };
        let mut rest = Reader(&body[16..]);
        let length = usize::try_from(rest.u64()).unwrap_or(usize::MAX);
        let r1cs = R1cs::from_bytes(
            rest.take(length).ok_or_else(|| short(length.saturating_add(HEAD + CHECKSUM)))?,
        )?;
        let shape = Shape::of(&r1cs)?;
        // In 64 bits, which sizes of 32 cannot overflow.
        let [instance, wires, domain] = [shape.instance, shape.wires, shape.domain].map(|size| size as u64);
        let (g1, g2) = (3 + instance + 2 * wires + (domain - 1) + (wires - instance), 3 + wires);
        let points = 64 * g1 + 128 * g2;
        if rest.0.len() as u64 != points {
            return Err(short(
                usize::try_from(points)
                    .map_or(usize::MAX, |points| (HEAD + length + CHECKSUM).saturating_add(points)),
            ));
        }
        let (alpha_g1, beta_g1, delta_g1) = (rest.g1()?, rest.g1()?, rest.g1()?);
        let (beta_g2, gamma_g2, delta_g2) = (rest.g2()?, rest.g2()?, rest.g2()?);
        let gamma_abc_g1 = rest.many_g1(shape.instance)?;
        let points = ark_groth16::ProvingKey::<Bn254> {
            vk: ark_groth16::VerifyingKey { alpha_g1, beta_g2, gamma_g2, delta_g2, gamma_abc_g1 },
            beta_g1,
            delta_g1,
            a_query: rest.many_g1(shape.wires)?,
            b_g1_query: rest.many_g1(shape.wires)?,
            h_query: rest.many_g1(shape.domain - 1)?,
            l_query: rest.many_g1(shape.wires - shape.instance)?,
            b_g2_query: (0..shape.wires).map(|_| rest.g2()).collect::<Result<_, _>>()?,
        };
        let key = Self::new(provenance, r1cs, points)?;
        key.set_digest(digest);
        Ok(key)
    }
}

fn write_coordinate(out: &mut Vec<u8>, x: &Fq) {
    for limb in x.into_bigint().0 {
        out.extend_from_slice(&limb.to_le_bytes());
    }
}

fn write_g1(out: &mut Vec<u8>, point: &G1Affine) {
    let (x, y) = point.xy().unwrap_or_default();
    write_coordinate(out, &x);
    write_coordinate(out, &y);
}

fn write_g2(out: &mut Vec<u8>, point: &G2Affine) {
    let (x, y) = point.xy().unwrap_or_default();
    for c in [&x.c0, &x.c1, &y.c0, &y.c1] {
        write_coordinate(out, c);
    }
}

/// Reads from bytes whose number was checked: only [`Reader::take`] can run out.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    fn u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.0[..8]);
        self.0 = &self.0[8..];
        u64::from_le_bytes(bytes)
    }

    fn coordinate(&mut self) -> Result<Fq, KeyFileError> {
        let limbs = [self.u64(), self.u64(), self.u64(), self.u64()];
        Fq::from_bigint(BigInt(limbs)).ok_or(KeyFileError::NotCanonical)
    }

    fn g1(&mut self) -> Result<G1Affine, KeyFileError> {
        let (x, y) = (self.coordinate()?, self.coordinate()?);
        let zero = Fq::from(0);
        Ok(if (x, y) == (zero, zero) { G1Affine::identity() } else { G1Affine::new_unchecked(x, y) })
    }

    fn g2(&mut self) -> Result<G2Affine, KeyFileError> {
        let mut pair = || Ok::<_, KeyFileError>(Fq2::new(self.coordinate()?, self.coordinate()?));
        let (x, y) = (pair()?, pair()?);
        let zero = Fq2::default();
        Ok(if (x, y) == (zero, zero) { G2Affine::identity() } else { G2Affine::new_unchecked(x, y) })
    }

    fn many_g1(&mut self, n: usize) -> Result<Vec<G1Affine>, KeyFileError> {
        (0..n).map(|_| self.g1()).collect()
    }
}
