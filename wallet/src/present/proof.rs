//! Proving, from prepared sums or from nothing, and looking at the proof before it leaves.
//!
//! The prover checks every constraint either way. What it cannot check is whether the tables of its key and the prepared sums are
//! what they should be; the pairing equation does that, for the public input of the statement that the holder agreed to.
use rand_core::CryptoRngCore;
use serde::Serialize;
use tacit_credential::Fr;
use tacit_credential::presentation::Presentation;
use tacit_credential::request::CircuitDigest;
use tacit_credential::trust_list::Epoch;
use tacit_prover::{PROOF_BYTES, Proof, ProveError, Prover};
use tacit_r1cs::Assignment;
use tacit_verifier::{KeyPoints, Provenance, VerifyingKey, groth16};

use super::PresentError;
use crate::contents::CredentialId;
use crate::history::HistoryId;
use crate::prepared::SumsUnused;
use crate::wallet::Wallet;

/// What the holder's agreement led to.
#[derive(Clone, Debug)]
pub struct Approved {
    /// What goes to the verifier.
    pub presentation: Presentation,
    /// How the proof was made; nobody can tell from the proof.
    pub engine: ProofEngine,
    /// The entry in the history, written already.
    pub history: HistoryId,
}

/// How a proof was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProofEngine {
    /// From prepared sums.
    Show,
    /// From nothing, for this reason.
    Full(SumsUnused),
}

/// A proof that verifies, or an error.
pub(super) fn prove(
    wallet: &Wallet,
    (credential, epoch): (CredentialId, Epoch),
    prover: &Prover,
    assignment: &Assignment,
    public_input: &Fr,
    rng: &mut impl CryptoRngCore,
) -> Result<([u8; PROOF_BYTES], ProofEngine), PresentError> {
    let key = verifying_key(prover).ok_or(PresentError::ProofDoesNotVerify)?;
    let unused = match wallet.prepared(credential, epoch, prover.key()) {
        Ok(prepared) => match prover.show(&prepared, assignment, rng) {
            Ok(proof) => match checked(&key, &proof, public_input) {
                Some(bytes) => return Ok((bytes, ProofEngine::Show)),
                None => SumsUnused::Wrong,
            },
            Err(ProveError::PreparedWithAnotherKey) => SumsUnused::Stale,
            Err(error) => return Err(error.into()),
        },
        Err(unused) => unused,
    };
    if unused != SumsUnused::Absent {
        wallet.drop_prepared(credential, epoch);
    }
    let proof = prover.prove(assignment, rng)?;
    let bytes = checked(&key, &proof, public_input).ok_or(PresentError::ProofDoesNotVerify)?;
    Ok((bytes, ProofEngine::Full(unused)))
}

/// The proof as a verifier reads it, if it verifies.
fn checked(key: &VerifyingKey, proof: &Proof, public_input: &Fr) -> Option<[u8; PROOF_BYTES]> {
    let bytes = proof.to_bytes();
    let read = groth16::Proof::from_bytes(&bytes).ok()?;
    key.check_proof(&read, public_input).is_ok().then_some(bytes)
}

/// The verifying key inside the proving key. What it is marked as does not matter: it never leaves.
fn verifying_key(prover: &Prover) -> Option<VerifyingKey> {
    let key = prover.key().verifying_key();
    let points =
        KeyPoints::new(key.alpha_g1, key.beta_g2, key.gamma_g2, key.delta_g2, &key.gamma_abc_g1).ok()?;
    VerifyingKey::from_points(CircuitDigest(prover.circuit_digest()), Provenance::Development, points).ok()
}
