//! The proof that leaves this crate.
//!
//! **Encoding.** 128 bytes: `A` (32), `B` (64), `C` (32), compressed points as arkworks writes them (x
//! little-endian, flags in the top two bits of the last byte).

use ark_bn254::{Bn254, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};

/// Bytes of a proof.
pub const PROOF_BYTES: usize = 128;

/// A Groth16 proof.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof(pub(crate) ark_groth16::Proof<Bn254>);

impl Eq for Proof {}

/// Why bytes are no proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofDecodeError {
    /// Not exactly 128 bytes.
    #[error("a proof has {PROOF_BYTES} bytes, these are {found}; check that it was copied whole")]
    Length {
        /// Bytes found.
        found: usize,
    },
    /// A point is not canonical, not on the curve, or of another order than r.
    #[error("the proof holds bytes that are no point of the subgroup of BN254; ask for it again")]
    Point,
    /// A point is the identity.
    #[error("the proof holds the identity, which no honest prover makes; refuse the sender")]
    Identity,
}

impl Proof {
    /// The 128 bytes of the module's head.
    pub fn to_bytes(&self) -> [u8; PROOF_BYTES] {
        let mut bytes = [0; PROOF_BYTES];
        let mut rest = &mut bytes[..];
        let written = self
            .0
            .a
            .serialize_compressed(&mut rest)
            .and_then(|()| self.0.b.serialize_compressed(&mut rest))
            .and_then(|()| self.0.c.serialize_compressed(&mut rest));
        // Compressed points of BN254 have 32 and 64 bytes, so that they fill the array exactly.
        debug_assert!(written.is_ok() && rest.is_empty());
        bytes
    }

    /// Reads a proof; every point is checked.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProofDecodeError> {
        if bytes.len() != PROOF_BYTES {
            return Err(ProofDecodeError::Length { found: bytes.len() });
        }
        let g1 = |bytes| G1Affine::deserialize_compressed(bytes).map_err(|_| ProofDecodeError::Point);
        let (a, c) = (g1(&bytes[..32])?, g1(&bytes[96..])?);
        let b = G2Affine::deserialize_compressed(&bytes[32..96]).map_err(|_| ProofDecodeError::Point)?;
        if a.is_zero() || b.is_zero() || c.is_zero() {
            return Err(ProofDecodeError::Identity);
        }
        Ok(Self(ark_groth16::Proof { a, b, c }))
    }

    /// The three points, by the names that arkworks gives them.
    pub fn points(&self) -> &ark_groth16::Proof<Bn254> {
        &self.0
    }
}
