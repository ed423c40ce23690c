//! The proving key: the compiled system and the points of its setup, kept together so that they cannot be mixed up.
//!
//! Shape, for `m` wires (ONE included), `l` of them public (ONE included), `n` constraints and the domain `d`,
//! the power of two from `n + l`: the queries A, B₁ and B₂ have `m` points, L has `m − l`, H has `d − 1`, the
//! instance has `l`.
//!
//! **Checked here**: shape, and that every point lies on its curve. **Not checked here**: that the points of G2
//! have order r (see [`ProvingKey::check_subgroup`], slow), and that they come from an honest setup for this
//! very system. A false key cannot make anyone accept a false statement, but proofs made with it may tell its
//! maker about the witness: take keys from where you take the program from.

use std::sync::OnceLock;

use ark_bn254::{Bn254, Fr};
use ark_ec::AffineRepr;
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use ark_poly::{EvaluationDomain, GeneralEvaluationDomain};
use sha2::{Digest, Sha256};
use tacit_r1cs::R1cs;

use crate::file::CHECKSUM;

/// Who made a key, and so what its proofs are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// One machine made the key and could have kept its trapdoor: fit for trying things out, worthless against
    /// its maker.
    Development,
    /// Many made the key together; one honest contributor is enough.
    Ceremony,
}

/// The key that proofs are made with, and the system that they are about.
#[derive(Clone)]
pub struct ProvingKey {
    provenance: Provenance,
    r1cs: R1cs,
    points: ark_groth16::ProvingKey<Bn254>,
    digest: [u8; 32],
    /// Made when first asked for.
    key_digest: OnceLock<[u8; 32]>,
}

/// Why points are no proving key of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The system is larger than the field's largest domain.
    #[error("the system is too large for a domain of the field; split the circuit")]
    TooLarge,
    /// A query has another length than the system asks for.
    #[error(
        "query {query} of the proving key has {found} points, this circuit needs {needed}; use the key of this circuit"
    )]
    Shape {
        /// The query's letter.
        query: &'static str,
        /// Points that the circuit needs.
        needed: usize,
        /// Points of the key.
        found: usize,
    },
    /// A point does not lie on its curve.
    #[error("query {query} of the proving key holds a point off the curve; make or fetch the key again")]
    OffCurve {
        /// The query's letter.
        query: &'static str,
    },
    /// A point of G2 has another order than r.
    #[error(
        "query {query} of the proving key holds a point outside the subgroup; do not use the key, whoever made it may be after witnesses"
    )]
    OutsideSubgroup {
        /// The query's letter.
        query: &'static str,
    },
}

impl ProvingKey {
    /// Joins a system and the points of its setup.
    pub fn new(
        provenance: Provenance,
        r1cs: R1cs,
        points: ark_groth16::ProvingKey<Bn254>,
    ) -> Result<Self, KeyError> {
        let shape = Shape::of(&r1cs)?;
        let lengths = [
            ("A", shape.wires, points.a_query.len()),
            ("B1", shape.wires, points.b_g1_query.len()),
            ("B2", shape.wires, points.b_g2_query.len()),
            ("H", shape.domain - 1, points.h_query.len()),
            ("L", shape.wires - shape.instance, points.l_query.len()),
            ("IC", shape.instance, points.vk.gamma_abc_g1.len()),
        ];
        if let Some((query, needed, found)) = lengths.into_iter().find(|(_, needed, found)| needed != found) {
            return Err(KeyError::Shape { query, needed, found });
        }
        on_curve("A", &points.a_query)?;
        on_curve("B1", &points.b_g1_query)?;
        on_curve("B2", &points.b_g2_query)?;
        on_curve("H", &points.h_query)?;
        on_curve("L", &points.l_query)?;
        on_curve("IC", &points.vk.gamma_abc_g1)?;
        on_curve("alpha, beta, delta", &[points.vk.alpha_g1, points.beta_g1, points.delta_g1])?;
        on_curve("beta, gamma, delta", &[points.vk.beta_g2, points.vk.gamma_g2, points.vk.delta_g2])?;
        let digest = r1cs.digest();
        Ok(Self { provenance, r1cs, points, digest, key_digest: OnceLock::new() })
    }

    /// Checks that every point of G2 has order r: some 50 µs a point, so for keys that arrive, not for every start.
    pub fn check_subgroup(&self) -> Result<(), KeyError> {
        let vk = &self.points.vk;
        let single = [vk.beta_g2, vk.gamma_g2, vk.delta_g2];
        let outside = |points: &[ark_bn254::G2Affine]| {
            points.iter().any(|p| !p.is_in_correct_subgroup_assuming_on_curve())
        };
        if outside(&single) {
            return Err(KeyError::OutsideSubgroup { query: "beta, gamma, delta" });
        }
        if outside(&self.points.b_g2_query) {
            return Err(KeyError::OutsideSubgroup { query: "B2" });
        }
        Ok(())
    }

    /// Who made the key.
    pub fn provenance(&self) -> Provenance {
        self.provenance
    }

    /// The system that this key proves.
    pub fn r1cs(&self) -> &R1cs {
        &self.r1cs
    }

    /// The digest of that system.
    pub fn circuit_digest(&self) -> [u8; 32] {
        self.digest
    }

    /// SHA-256 of the key file without its checksum: names points and system.
    pub fn digest(&self) -> [u8; 32] {
        *self.key_digest.get_or_init(|| {
            let bytes = self.to_bytes();
            Sha256::digest(&bytes[..bytes.len() - CHECKSUM]).into()
        })
    }

    /// Spares [`ProvingKey::digest`] its work, for who has just read the file.
    pub(crate) fn set_digest(&self, digest: [u8; 32]) {
        let _ = self.key_digest.set(digest);
    }

    /// The points, by the names that arkworks gives them.
    pub fn points(&self) -> &ark_groth16::ProvingKey<Bn254> {
        &self.points
    }

    /// The verifying key that belongs to this key.
    pub fn verifying_key(&self) -> &ark_groth16::VerifyingKey<Bn254> {
        &self.points.vk
    }
}

/// The sizes that a system gives its key.
pub(crate) struct Shape {
    pub(crate) wires: usize,
    pub(crate) instance: usize,
    pub(crate) domain: usize,
}

impl Shape {
    pub(crate) fn of(r1cs: &R1cs) -> Result<Self, KeyError> {
        let rows = r1cs.num_constraints() + r1cs.num_instance();
        let domain = GeneralEvaluationDomain::<Fr>::new(rows).ok_or(KeyError::TooLarge)?;
        Ok(Self { wires: r1cs.num_wires(), instance: r1cs.num_instance(), domain: domain.size() })
    }
}

/// Queries hold the identity wherever a wire is absent from the matrix, so that it is allowed here.
fn on_curve<P: SWCurveConfig>(query: &'static str, points: &[Affine<P>]) -> Result<(), KeyError> {
    if points.iter().all(|p| p.is_zero() || p.is_on_curve()) {
        Ok(())
    } else {
        Err(KeyError::OffCurve { query })
    }
}
