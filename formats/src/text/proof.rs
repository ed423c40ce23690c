//! `proof.json`.

use ark_bn254::Bn254;
use ark_groth16::Proof;
use serde::{Deserialize, Serialize};

use super::point::{TextG1, TextG2, read_g1, read_g2, write_g1, write_g2};
use super::{CURVE, Member, PROTOCOL, TextError, check_names, pretty};

#[derive(Deserialize, Serialize)]
struct TextProof {
    pi_a: TextG1,
    pi_b: TextG2,
    pi_c: TextG1,
    protocol: String,
    curve: Option<String>,
}

/// The proof of `proof.json`: every point is on its curve, in the subgroup, and not the identity.
pub fn read_proof(text: &[u8]) -> Result<Proof<Bn254>, TextError> {
    let proof: TextProof = serde_json::from_slice(text)?;
    check_names(&proof.protocol, proof.curve.as_deref())?;
    Ok(Proof {
        a: read_g1(&proof.pi_a, Member::named("pi_a"))?,
        b: read_g2(&proof.pi_b, Member::named("pi_b"))?,
        c: read_g1(&proof.pi_c, Member::named("pi_c"))?,
    })
}

/// `proof.json` of a proof.
#[must_use]
pub fn write_proof(proof: &Proof<Bn254>) -> String {
    pretty(&TextProof {
        pi_a: write_g1(&proof.a),
        pi_b: write_g2(&proof.b),
        pi_c: write_g1(&proof.c),
        protocol: PROTOCOL.to_owned(),
        curve: Some(CURVE.to_owned()),
    })
}
