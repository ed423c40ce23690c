//! `verification_key.json`.

use ark_bn254::{Bn254, Fq6, Fq12};
use ark_ec::pairing::Pairing;
use ark_groth16::VerifyingKey;
use serde::{Deserialize, Serialize};

use super::point::{TextG1, TextG2, read_g1, read_g1_or_identity, read_g2, write_fq2, write_g1, write_g2};
use super::{CURVE, Member, PROTOCOL, TextError, check_names, pretty};

/// Coefficients of `1` and `w`, each with those of `1, v, v²`, each with those of `1` and `u`.
type TextGt = [[[String; 2]; 3]; 2];

#[derive(Deserialize, Serialize)]
struct TextKey {
    protocol: String,
    curve: Option<String>,
    #[serde(rename = "nPublic")]
    n_public: u64,
    vk_alpha_1: TextG1,
    vk_beta_2: TextG2,
    vk_gamma_2: TextG2,
    vk_delta_2: TextG2,
    vk_alphabeta_12: Option<TextGt>,
    #[serde(rename = "IC")]
    ic: Vec<TextG1>,
}

/// The verifying key of `verification_key.json`: every point is on its curve and in the subgroup, none but
/// those of IC the identity.
pub fn read_verification_key(text: &[u8]) -> Result<VerifyingKey<Bn254>, TextError> {
    let key: TextKey = serde_json::from_slice(text)?;
    check_names(&key.protocol, key.curve.as_deref())?;
    if key.n_public.checked_add(1) != Some(key.ic.len() as u64) {
        return Err(TextError::PublicCount { declared: key.n_public, points: key.ic.len() });
    }
    let ic = key.ic.iter().enumerate().map(|(i, point)| read_g1_or_identity(point, Member::at("IC", i)));
    let vk = VerifyingKey {
        alpha_g1: read_g1(&key.vk_alpha_1, Member::named("vk_alpha_1"))?,
        beta_g2: read_g2(&key.vk_beta_2, Member::named("vk_beta_2"))?,
        gamma_g2: read_g2(&key.vk_gamma_2, Member::named("vk_gamma_2"))?,
        delta_g2: read_g2(&key.vk_delta_2, Member::named("vk_delta_2"))?,
        gamma_abc_g1: ic.collect::<Result<_, _>>()?,
    };
    match key.vk_alphabeta_12 {
        Some(given) if given != alpha_beta(&vk) => Err(TextError::AlphaBeta),
        _ => Ok(vk),
    }
}

/// `verification_key.json` of a verifying key.
#[must_use]
pub fn write_verification_key(key: &VerifyingKey<Bn254>) -> String {
    pretty(&TextKey {
        protocol: PROTOCOL.to_owned(),
        curve: Some(CURVE.to_owned()),
        n_public: (key.gamma_abc_g1.len() as u64).saturating_sub(1),
        vk_alpha_1: write_g1(&key.alpha_g1),
        vk_beta_2: write_g2(&key.beta_g2),
        vk_gamma_2: write_g2(&key.gamma_g2),
        vk_delta_2: write_g2(&key.delta_g2),
        vk_alphabeta_12: Some(alpha_beta(key)),
        ic: key.gamma_abc_g1.iter().map(write_g1).collect(),
    })
}

fn alpha_beta(key: &VerifyingKey<Bn254>) -> TextGt {
    let Fq12 { c0, c1, .. } = Bn254::pairing(key.alpha_g1, key.beta_g2).0;
    [c0, c1].map(|Fq6 { c0, c1, c2, .. }| [c0, c1, c2].map(|element| write_fq2(&element)))
}
