//! Poseidon, keys and signatures against vectors that circomlibjs and `@zk-kit/eddsa-poseidon` produced.
//!
//! `vectors/generate.mjs` makes the files. Most keys and signatures must be refused, each at the stage that the vector names.

use serde::Deserialize;
use std::collections::BTreeMap;
use tacit_credential::eddsa::{KeyError, PublicKey, Signature, SignatureError};
use tacit_credential::field::{from_bytes, from_hex, serde_hex};
use tacit_credential::{Fr, poseidon};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hash {
    inputs: Vec<String>,
    output: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    note: String,
    stage: String,
    x: String,
    y: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    note: String,
    stage: String,
    /// The packages accept what is refused here; the note says why.
    stricter: bool,
    /// Of the key that signed, where our signature must equal theirs.
    #[cfg_attr(not(feature = "issuing"), expect(dead_code, reason = "only a signer uses it"))]
    seed: Option<String>,
    key: Coordinates,
    #[serde(with = "serde_hex")]
    message: Fr,
    rx: String,
    ry: String,
    s: String,
}

#[derive(Deserialize)]
struct Coordinates {
    #[serde(with = "serde_hex")]
    x: Fr,
    #[serde(with = "serde_hex")]
    y: Fr,
}

fn bytes<const N: usize>(parts: &[&str]) -> [u8; N] {
    hex::decode(parts.concat()).unwrap().try_into().unwrap()
}

fn key_stage(result: Result<PublicKey, KeyError>) -> &'static str {
    match result {
        Ok(_) => "accepted",
        Err(KeyError::NotCanonical(_)) => "encoding",
        Err(KeyError::OffCurve) => "curve",
        Err(KeyError::Identity) => "identity",
        Err(KeyError::SmallOrder) => "small-order",
        Err(KeyError::NotInSubgroup) => "subgroup",
        Err(_) => "a stage without a vector",
    }
}

fn signature_stage(result: Result<(), SignatureError>) -> &'static str {
    match result {
        Ok(()) => "accepted",
        Err(SignatureError::RNotCanonical) => "encoding-r",
        Err(SignatureError::SNotCanonical) => "encoding-s",
        Err(SignatureError::ROffCurve) => "commitment-curve",
        Err(SignatureError::RSmallOrder) => "commitment-small-order",
        Err(SignatureError::Mismatch) => "equation",
        Err(_) => "a stage without a vector",
    }
}

/// How many vectors each stage has, so that a file cut short is noticed.
fn count<'a>(stages: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for stage in stages {
        *counts.entry(stage).or_default() += 1;
    }
    counts
}

#[test]
fn poseidon_of_one_to_eight_inputs() {
    let vectors: Vec<Hash> = serde_json::from_str(include_str!("vectors/poseidon.json")).unwrap();
    for n in 1..=8 {
        assert_eq!(vectors.iter().filter(|vector| vector.inputs.len() == n).count(), 8);
    }
    for (i, vector) in vectors.iter().enumerate() {
        let inputs: Vec<Fr> = vector.inputs.iter().map(|x| from_hex(x).unwrap()).collect();
        assert_eq!(poseidon::hash(&inputs), from_hex(&vector.output).unwrap(), "vector {i}");
    }
}

#[test]
fn keys_are_refused_at_the_named_stage() {
    let vectors: Vec<Key> = serde_json::from_str(include_str!("vectors/keys.json")).unwrap();
    for Key { note, stage, x, y } in &vectors {
        assert_eq!(key_stage(PublicKey::from_bytes(&bytes(&[x, y]))), stage, "{note}");
        // The text form refuses what the bytes do.
        let json = serde_json::json!({ "x": x, "y": y });
        assert_eq!(serde_json::from_value::<PublicKey>(json).is_ok(), stage == "accepted", "{note}");
        // A non-canonical coordinate cannot reach the constructor: no field element stands for it.
        let coordinates = [x, y].map(|c| from_bytes(&bytes(&[c])));
        match coordinates {
            [Ok(x), Ok(y)] => assert_eq!(key_stage(PublicKey::new(x, y)), stage, "{note}"),
            _ => assert_eq!(stage, "encoding", "{note}"),
        }
    }
    let counts = count(vectors.iter().map(|vector| vector.stage.as_str()));
    let expected = [
        ("accepted", 8),
        ("curve", 4),
        ("encoding", 4),
        ("identity", 1),
        ("small-order", 7),
        ("subgroup", 8),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
}

#[test]
fn signatures_are_refused_at_the_named_stage() {
    let vectors: Vec<Signed> = serde_json::from_str(include_str!("vectors/signatures.json")).unwrap();
    for Signed { note, stage, key, message, rx, ry, s, .. } in &vectors {
        let key = PublicKey::new(key.x, key.y).unwrap();
        let result = Signature::from_bytes(&bytes(&[rx, ry, s]))
            .and_then(|signature| key.verify(*message, &signature));
        assert_eq!(signature_stage(result), stage, "{note}");
        let json = serde_json::json!({ "rx": rx, "ry": ry, "s": s });
        let parses = ["accepted", "equation"].contains(&stage.as_str());
        assert_eq!(serde_json::from_value::<Signature>(json).is_ok(), parses, "{note}");
    }
    let counts = count(vectors.iter().map(|vector| vector.stage.as_str()));
    let expected = [
        ("accepted", 30),
        ("commitment-curve", 3),
        ("commitment-small-order", 9),
        ("encoding-r", 3),
        ("encoding-s", 4),
        ("equation", 22),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
    let stricter: Vec<&str> = vectors.iter().filter(|v| v.stricter).map(|v| v.stage.as_str()).collect();
    assert_eq!(stricter, ["commitment-small-order"], "we differ from the packages in R = O alone");
}

#[cfg(feature = "issuing")]
#[test]
fn keys_and_signatures_equal_theirs_byte_for_byte() {
    use tacit_credential::eddsa::SecretKey;
    let vectors: Vec<Signed> = serde_json::from_str(include_str!("vectors/signatures.json")).unwrap();
    let mut compared = 0;
    for Signed { note, seed, key, message, rx, ry, s, .. } in &vectors {
        let Some(seed) = seed else { continue };
        let secret = SecretKey::from_seed(&bytes(&[seed]));
        assert_eq!((secret.public_key().x(), secret.public_key().y()), (key.x, key.y), "{note}");
        assert_eq!(hex::encode(secret.sign(*message).to_bytes()), [rx.as_str(), ry, s].concat(), "{note}");
        compared += 1;
    }
    assert_eq!(compared, 30);
}
