//! Keys and files of circom: a prover on the engine for a `.zkey`, with or without its `.r1cs`; a [`ProvingKey`] from both and
//! back; the check of a proof.
//!
//! A `.zkey` has the matrices A and B, not C, and its points H stand where those of the engine do, at the odd roots:
//!
//! ```text
//! a = A·z, b = B·z on the domain;   e_k = a(gωᵏ)·b(gωᵏ);   c takes the values a∘b, or C·z, on the domain
//! C = Σ_private zᵢLᵢ + Σ_k (e_k − c(gωᵏ))·H_k + s·A + r·B₁ − rsδ₁
//! ```
//!
//! | [`CircomProver`] with | transforms | whether z satisfies is known |
//! | --- | --- | --- |
//! | the key alone | six: `c = a∘b` goes to the odd roots as well | from the proof, which is verified before it is handed out |
//! | the circuit too | four: what c contributes is linear in z, and folded into L | from C·z, before anything is computed |
//!
//! Both make the proof that stock arkworks makes for the same blinding factors. Tables of the key's points are kept in a file, named by
//! a digest of key and circuit ([`KeyFile`]); every point was checked before they are written, and a start that finds them reads no
//! point but those of the verifying key.
//!
//! **Not checked here**: that a key comes from an honest ceremony for the circuit, C included.

mod file;
mod prover;

use ark_bn254::{Bn254, Fr};
use ark_ec::AffineRepr;
use ark_groth16::{Groth16, VerifyingKey, prepare_verifying_key};
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::zkey::{ConvertError, Zkey};
use tacit_r1cs::RowsError;

use crate::key::{KeyError, Provenance, ProvingKey};
use crate::proof::{Proof, ProofDecodeError};

pub use file::{KeyFile, cache_file, user_cache_folder};
pub use prover::{CircomOpenError, CircomProver};

/// Why a `.zkey` and a `.r1cs` make no proving key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CircomKeyError {
    /// They do not belong together.
    #[error("{0}")]
    Convert(#[from] ConvertError),
    /// The circuit is no system.
    #[error("{0}")]
    Rows(#[from] RowsError),
    /// The points are no key of the system.
    #[error("{0}")]
    Key(#[from] KeyError),
}

impl ProvingKey {
    /// The key of a circuit: A and B are compared, and H changes its basis, which takes seconds for large
    /// domains.
    pub fn from_circom(
        provenance: Provenance,
        zkey: &Zkey,
        circuit: &CircomR1cs,
    ) -> Result<Self, CircomKeyError> {
        zkey.check_circuit(circuit)?;
        Ok(Self::new(provenance, circuit.to_r1cs()?, zkey.to_ark()?)?)
    }

    /// The key in circom's words; the file tells of no ceremony.
    pub fn to_zkey(&self) -> Result<Zkey, ConvertError> {
        Zkey::from_ark(self.points(), self.r1cs())
    }
}

impl TryFrom<ark_groth16::Proof<Bn254>> for Proof {
    type Error = ProofDecodeError;

    /// Checks that every point is in its group and not the identity.
    fn try_from(proof: ark_groth16::Proof<Bn254>) -> Result<Self, ProofDecodeError> {
        let inside = proof.b.is_on_curve() && proof.b.is_in_correct_subgroup_assuming_on_curve();
        if !(proof.a.is_on_curve() && proof.c.is_on_curve() && inside) {
            return Err(ProofDecodeError::Point);
        }
        if proof.a.is_zero() || proof.b.is_zero() || proof.c.is_zero() {
            return Err(ProofDecodeError::Identity);
        }
        Ok(Self(proof))
    }
}

/// Whether a proof holds for these public values, the constant 1 left out. Values of another number do not.
#[must_use]
pub fn verify(key: &VerifyingKey<Bn254>, proof: &Proof, public: &[Fr]) -> bool {
    Groth16::<Bn254>::verify_proof(&prepare_verifying_key(key), &proof.0, public) == Ok(true)
}
