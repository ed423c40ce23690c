//! The verifying key of one circuit: checked when it is loaded, prepared for many checks.
//!
//! **File** (364 bytes): `tacit-vk`, version (1), provenance (1: 0 development, 1 ceremony), two zero bytes,
//! circuit digest (32), `alpha` (32), `beta`, `gamma`, `delta` (64 each), `IC₀`, `IC₁` (32 each), points
//! compressed; then the SHA-256 of all that, tagged `tacit/verifying-key/v1`.
//!
//! **Checked here**: every point; `gamma ≠ ±delta`, as in a key whose second phase nobody ever contributed to,
//! with which anyone forges proofs.
//!
//! **Not checked here**: that the key belongs to the circuit whose digest it names, and who made it. Take it
//! from where you take this crate from, and compare [`VerifyingKey::digest`] with the published one.

use alloc::vec::Vec;

use ark_bn254::{Fr, G1Affine, G2Affine};
use tacit_credential::field;
use tacit_credential::request::CircuitDigest;

use crate::curve::points::{self, PointError};
use crate::groth16::{Prepared, Proof, ProofError};

const MAGIC: &[u8; 8] = b"tacit-vk";
const VERSION: u8 = 1;
const DST: &str = "tacit/verifying-key/v1";
const DIGEST_BYTES: usize = 32;
const BODY: usize = 12 + 32 + 32 + 3 * 64 + 2 * 32;

/// Bytes of a verifying key's file.
pub const KEY_BYTES: usize = BODY + DIGEST_BYTES;

/// Who made a key, and so what its proofs are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// One machine made the key and could have kept its trapdoor: fit for trying things out, worthless against
    /// its maker.
    Development,
    /// Many made the key together; one honest contributor is enough.
    Ceremony,
}

/// The points of a verifying key by their names in the Groth16 paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPoints {
    /// `[α]₁`
    pub alpha_g1: G1Affine,
    /// `[β]₂`
    pub beta_g2: G2Affine,
    /// `[γ]₂`
    pub gamma_g2: G2Affine,
    /// `[δ]₂`
    pub delta_g2: G2Affine,
    /// The constant's point and the public input's.
    pub ic: [G1Affine; 2],
}

/// One of the points of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyElement {
    /// `alpha` in G1.
    Alpha,
    /// `beta` in G2.
    Beta,
    /// `gamma` in G2.
    Gamma,
    /// `delta` in G2.
    Delta,
    /// The constant's point in G1.
    Ic0,
    /// The public input's point in G1.
    Ic1,
}

impl core::fmt::Display for KeyElement {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Gamma => "gamma",
            Self::Delta => "delta",
            Self::Ic0 => "IC0",
            Self::Ic1 => "IC1",
        })
    }
}

/// Why a verifying key is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Wrong length.
    #[error("a verifying key has {KEY_BYTES} bytes, these are {found}; check that the file was copied whole")]
    Length {
        /// Bytes found.
        found: usize,
    },
    /// The file does not start as a verifying key does.
    #[error("this is not a Tacit verifying key; pass the file that `tacit setup` or the ceremony wrote")]
    Magic,
    /// A later version of the format.
    #[error("verifying key of format {found}, this program reads {VERSION}; update it")]
    Version {
        /// The version found.
        found: u8,
    },
    /// A provenance that this version does not know, or the bytes after it are not zero.
    #[error("the key does not say who made it in a way this program knows; update it")]
    Provenance,
    /// The checksum does not fit.
    #[error("the key's checksum is wrong; copy the file again")]
    Damaged,
    /// A point that cannot stand in a key.
    #[error("{element} of the verifying key: {cause}")]
    Point {
        /// Which point.
        element: KeyElement,
        /// What is wrong with it.
        cause: PointError,
    },
    /// `gamma` is `delta` or its negative.
    #[error(
        "nobody contributed to this key's second phase (gamma = ±delta), anyone can forge with it; finish the ceremony"
    )]
    Unfinished,
    /// Another number of public inputs than one.
    #[error(
        "the key is for {found} public inputs, Tacit's circuits have one; pass the key of a Tacit circuit"
    )]
    PublicInputs {
        /// Public inputs of the key.
        found: usize,
    },
}

/// The verifying key of one circuit.
#[derive(Clone)]
pub struct VerifyingKey {
    circuit: CircuitDigest,
    provenance: Provenance,
    points: KeyPoints,
    prepared: Prepared,
}

impl VerifyingKey {
    /// A key from its points, each of which is checked.
    pub fn from_points(
        circuit: CircuitDigest,
        provenance: Provenance,
        points: KeyPoints,
    ) -> Result<Self, KeyError> {
        let at = |element| move |cause| KeyError::Point { element, cause };
        points::check_g1(&points.alpha_g1).map_err(at(KeyElement::Alpha))?;
        points::check_g2(&points.beta_g2).map_err(at(KeyElement::Beta))?;
        points::check_g2(&points.gamma_g2).map_err(at(KeyElement::Gamma))?;
        points::check_g2(&points.delta_g2).map_err(at(KeyElement::Delta))?;
        points::check_g1(&points.ic[0]).map_err(at(KeyElement::Ic0))?;
        // An identity here would leave the public input out of the equation.
        points::check_g1(&points.ic[1]).map_err(at(KeyElement::Ic1))?;
        if points.gamma_g2 == points.delta_g2 || points.gamma_g2 == -points.delta_g2 {
            return Err(KeyError::Unfinished);
        }
        let KeyPoints { alpha_g1, beta_g2, gamma_g2, delta_g2, ic } = points.clone();
        let prepared = Prepared::new(alpha_g1, beta_g2, gamma_g2, delta_g2, ic);
        Ok(Self { circuit, provenance, points, prepared })
    }

    /// Reads the file format of the module's head.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        if !bytes.starts_with(MAGIC) {
            return Err(KeyError::Magic);
        }
        if bytes.len() != KEY_BYTES {
            return Err(KeyError::Length { found: bytes.len() });
        }
        let (body, checksum) = bytes.split_at(BODY);
        if body[8] != VERSION {
            return Err(KeyError::Version { found: body[8] });
        }
        if field::sha256(DST, &[body]) != checksum {
            return Err(KeyError::Damaged);
        }
        let provenance = match body[9..12] {
            [0, 0, 0] => Provenance::Development,
            [1, 0, 0] => Provenance::Ceremony,
            _ => return Err(KeyError::Provenance),
        };
        let at = |element| move |cause| KeyError::Point { element, cause };
        let g1 = |from, element| points::read_g1(&array(body, from)).map_err(at(element));
        let g2 = |from, element| points::read_g2(&array(body, from)).map_err(at(element));
        let points = KeyPoints {
            alpha_g1: g1(44, KeyElement::Alpha)?,
            beta_g2: g2(76, KeyElement::Beta)?,
            gamma_g2: g2(140, KeyElement::Gamma)?,
            delta_g2: g2(204, KeyElement::Delta)?,
            ic: [g1(268, KeyElement::Ic0)?, g1(300, KeyElement::Ic1)?],
        };
        Self::from_points(CircuitDigest(array(body, 12)), provenance, points)
    }

    /// The file format of the module's head.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(KEY_BYTES);
        bytes.extend_from_slice(MAGIC);
        let provenance = match self.provenance {
            Provenance::Development => 0,
            Provenance::Ceremony => 1,
        };
        bytes.extend_from_slice(&[VERSION, provenance, 0, 0]);
        bytes.extend_from_slice(&self.circuit.0);
        bytes.extend_from_slice(&points::write_g1(&self.points.alpha_g1));
        for point in [&self.points.beta_g2, &self.points.gamma_g2, &self.points.delta_g2] {
            bytes.extend_from_slice(&points::write_g2(point));
        }
        for point in &self.points.ic {
            bytes.extend_from_slice(&points::write_g1(point));
        }
        let checksum = field::sha256(DST, &[&bytes]);
        bytes.extend_from_slice(&checksum);
        bytes
    }

    /// Names the key: the checksum that ends its file.
    pub fn digest(&self) -> [u8; DIGEST_BYTES] {
        array(&self.to_bytes(), BODY)
    }

    /// The circuit whose proofs the key checks.
    pub fn circuit(&self) -> CircuitDigest {
        self.circuit
    }

    /// Who made the key.
    pub fn provenance(&self) -> Provenance {
        self.provenance
    }

    /// The points, for other formats.
    pub fn points(&self) -> &KeyPoints {
        &self.points
    }

    pub(crate) fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// Checks a proof of one public input, and nothing else: see the warning in [`groth16`](crate::groth16).
    pub fn check_proof(&self, proof: &Proof, public_input: &Fr) -> Result<(), ProofError> {
        self.prepared.check(proof, public_input)
    }
}

impl KeyPoints {
    /// Takes the points of the instance as other tools give them, one for the constant and one for every public
    /// input.
    pub fn new(
        alpha_g1: G1Affine,
        beta_g2: G2Affine,
        gamma_g2: G2Affine,
        delta_g2: G2Affine,
        ic: &[G1Affine],
    ) -> Result<Self, KeyError> {
        let ic = ic.try_into().map_err(|_| KeyError::PublicInputs { found: ic.len().saturating_sub(1) })?;
        Ok(Self { alpha_g1, beta_g2, gamma_g2, delta_g2, ic })
    }
}

impl core::fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("circuit", &self.circuit)
            .field("provenance", &self.provenance)
            .finish_non_exhaustive()
    }
}

/// `N` bytes from a place that the caller knows to exist.
fn array<const N: usize>(bytes: &[u8], from: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[from..from + N]);
    out
}
