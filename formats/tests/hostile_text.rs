//! JSON and calldata from an enemy: each defect has its variant, none panics.

mod common;

use std::fmt::Debug;

use ark_bn254::{Fq, Fr};
use ark_ff::PrimeField;
use common::fixture;
use serde_json::{Value, json};
use tacit_formats::text::{
    Member, TextError, read_calldata, read_proof, read_public, read_verification_key, write_calldata,
    write_proof, write_public, write_verification_key,
};

const KEY: &str = "verification_key.json";
const PROOF: &str = "proof.json";
const PUBLIC: &str = "public.json";
const CALLDATA: &str = "calldata.txt";

/// Reads a text and writes it again.
fn again(file: &str, text: &[u8]) -> Result<String, TextError> {
    match file {
        KEY => read_verification_key(text).map(|key| write_verification_key(&key)),
        PROOF => read_proof(text).map(|proof| write_proof(&proof)),
        PUBLIC => read_public(text).map(|values| write_public(&values)),
        _ => {
            // Bytes that are no UTF-8 never reach this reader.
            let text = String::from_utf8_lossy(text);
            read_calldata(&text).map(|(proof, values)| write_calldata(&proof, &values))
        }
    }
}

fn error(file: &str, value: &Value) -> TextError {
    again(file, value.to_string().as_bytes()).unwrap_err()
}

fn parsed(file: &str) -> Value {
    serde_json::from_slice(&fixture("tiny", file)).unwrap()
}

#[test]
fn every_truncation_is_refused() {
    for file in [KEY, PROOF, PUBLIC, CALLDATA] {
        let text = fixture("tiny", file);
        for length in 0..text.len() {
            let found = again(file, &text[..length]).unwrap_err();
            let expected = matches!(found, TextError::Syntax { .. } | TextError::Structure { .. });
            assert!(expected, "{file}, {length} bytes: {found:?}");
        }
    }
}

/// A changed byte is refused, or changes nothing that is written, or another value.
#[test]
fn every_changed_byte_is_refused_or_harmless() {
    for file in [KEY, PROOF, PUBLIC, CALLDATA] {
        let text = fixture("tiny", file);
        let original = String::from_utf8(text.clone()).unwrap();
        for at in 0..text.len() {
            // The long member is a pairing: some of its bytes stand for all.
            if file == KEY && at % 7 != 0 {
                continue;
            }
            for change in [0x01, 0x20] {
                let mut changed = text.clone();
                changed[at] ^= change;
                if let Ok(written) = again(file, &changed) {
                    let digits =
                        |text: &str| text.chars().filter(char::is_ascii_hexdigit).collect::<String>();
                    let lossy = String::from_utf8_lossy(&changed).to_lowercase();
                    let same = written == original || digits(&written) == digits(&lossy);
                    assert!(same, "{file}: byte {at}");
                }
            }
        }
    }
}

#[test]
fn other_shapes_are_refused() {
    let structure = |file: &str, value: &Value| {
        let found = error(file, value);
        assert!(matches!(found, TextError::Structure { .. }), "{file}: {found:?}");
    };
    for file in [KEY, PROOF] {
        for member in parsed(file).as_object().unwrap().keys() {
            let mut changed = parsed(file);
            changed.as_object_mut().unwrap().remove(member);
            if ["curve", "vk_alphabeta_12"].contains(&member.as_str()) {
                assert!(again(file, changed.to_string().as_bytes()).is_ok());
            } else {
                structure(file, &changed);
            }
            changed[member] = json!({ "no": 1 });
            structure(file, &changed);
            let mut text = parsed(file).to_string();
            text.insert_str(1, &format!("\"{member}\":{},", parsed(file)[member]));
            let found = again(file, text.as_bytes()).unwrap_err();
            assert!(matches!(found, TextError::Structure { .. }), "{member} twice: {found:?}");
        }
        let mut more = parsed(file);
        more["unknown"] = json!([1, 2]);
        assert!(again(file, more.to_string().as_bytes()).is_ok());
    }
    for (member, value) in [("pi_a", json!(["1", "2"])), ("pi_b", json!([["1", "2"], ["1", "0"]]))] {
        let mut changed = parsed(PROOF);
        changed[member] = value;
        structure(PROOF, &changed);
    }
    let mut longer = parsed(PROOF);
    longer["pi_a"] = json!(["1", "2", "1", "0"]);
    assert!(matches!(error(PROOF, &longer), TextError::Syntax { .. }));
    structure(PUBLIC, &json!([1]));
    structure(PUBLIC, &json!({}));
    let deep = "[".repeat(100_000);
    assert!(matches!(again(PROOF, format!("{{\"x\":{deep}").as_bytes()), Err(TextError::Syntax { .. })));
    assert!(matches!(
        again(PUBLIC, b"\"\xff\""),
        Err(TextError::Structure { .. } | TextError::Syntax { .. })
    ));
}

#[test]
fn other_systems_and_curves_are_refused() {
    for file in [KEY, PROOF] {
        let mut changed = parsed(file);
        changed["protocol"] = json!("plonk");
        assert_eq!(error(file, &changed), TextError::Protocol);
        let mut changed = parsed(file);
        changed["curve"] = json!("bls12381");
        assert_eq!(error(file, &changed), TextError::Curve);
        changed["curve"] = json!("bn254");
        assert!(again(file, changed.to_string().as_bytes()).is_ok());
    }
}

#[test]
fn counts_and_pairing_of_a_key_are_checked() {
    let mut changed = parsed(KEY);
    for declared in [0, 1, 3, u64::MAX] {
        changed["nPublic"] = json!(declared);
        assert_eq!(error(KEY, &changed), TextError::PublicCount { declared, points: 3 });
    }
    changed["IC"] = json!([]);
    changed["nPublic"] = json!(0);
    assert_eq!(error(KEY, &changed), TextError::PublicCount { declared: 0, points: 0 });
    let mut changed = parsed(KEY);
    changed["vk_alphabeta_12"][1][2][0] = json!("1");
    assert_eq!(error(KEY, &changed), TextError::AlphaBeta);
    // Whoever changes alpha must change it there as well.
    let mut changed = parsed(KEY);
    changed["vk_alpha_1"] = changed["IC"][0].clone();
    assert_eq!(error(KEY, &changed), TextError::AlphaBeta);
    changed.as_object_mut().unwrap().remove("vk_alphabeta_12");
    assert!(again(KEY, changed.to_string().as_bytes()).is_ok());
    let mut changed = parsed(KEY);
    changed["IC"][1] = json!(["0", "1", "0"]);
    let written = again(KEY, changed.to_string().as_bytes()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), changed);
}

/// Each point of each text, with its name.
fn points() -> Vec<(&'static str, &'static str, Option<usize>, bool)> {
    vec![
        (PROOF, "pi_a", None, false),
        (PROOF, "pi_b", None, true),
        (PROOF, "pi_c", None, false),
        (KEY, "vk_alpha_1", None, false),
        (KEY, "vk_beta_2", None, true),
        (KEY, "vk_gamma_2", None, true),
        (KEY, "vk_delta_2", None, true),
        (KEY, "IC", Some(0), false),
        (KEY, "IC", Some(2), false),
    ]
}

#[test]
fn points_are_checked_wherever_they_stand() {
    let modulus = Fq::MODULUS.to_string();
    for (file, name, index, is_g2) in points() {
        let member = Member { name, index };
        let with = |change: &dyn Fn(&mut Value)| {
            let mut value = parsed(file);
            match index {
                None => change(&mut value[name]),
                Some(index) => change(&mut value[name][index]),
            }
            error(file, &value)
        };
        let coordinate = |point: &mut Value, text: &str| {
            let place = if is_g2 { &mut point[1][0] } else { &mut point[1] };
            *place = json!(text);
        };
        assert_eq!(with(&|p| coordinate(p, &modulus)), TextError::NotCanonical { member });
        assert_eq!(with(&|p| coordinate(p, "01")), TextError::Numeral { member });
        assert_eq!(with(&|p| coordinate(p, "-1")), TextError::Numeral { member });
        assert_eq!(with(&|p| coordinate(p, "5")), TextError::OffCurve { member });
        let last = |point: &mut Value, text: &str| {
            let place = if is_g2 { &mut point[2][0] } else { &mut point[2] };
            *place = json!(text);
        };
        assert_eq!(with(&|p| last(p, "2")), TextError::NotAffine { member });
        assert_eq!(with(&|p| last(p, "0")), TextError::NotAffine { member });
        let identity: Value =
            if is_g2 { json!([["0", "0"], ["1", "0"], ["0", "0"]]) } else { json!(["0", "1", "0"]) };
        if name != "IC" {
            assert_eq!(with(&|p| *p = identity.clone()), TextError::Identity { member });
        }
        // Zeros with a last coordinate of 1 are the identity to arkworks, and to nobody else.
        let zeros: Value =
            if is_g2 { json!([["0", "0"], ["0", "0"], ["1", "0"]]) } else { json!(["0", "0", "1"]) };
        assert_eq!(with(&|p| *p = zeros.clone()), TextError::Identity { member });
        if is_g2 {
            let found = with(&|p| *p = outside_subgroup());
            assert_eq!(found, TextError::OutsideSubgroup { member });
        }
    }
}

fn outside_subgroup() -> Value {
    let bytes = common::outside_subgroup();
    let numeral = |i: usize| {
        use ark_ff::Field;
        let element = Fq::from_le_bytes_mod_order(&bytes[32 * i..32 * (i + 1)]) / Fq::from(2).pow([256]);
        element.into_bigint().to_string()
    };
    json!([[numeral(0), numeral(1)], [numeral(2), numeral(3)], ["1", "0"]])
}

#[test]
fn public_values_are_canonical() {
    let modulus = Fr::MODULUS.to_string();
    let member = Member { name: "public", index: Some(1) };
    assert_eq!(error(PUBLIC, &json!(["0", modulus])), TextError::NotCanonical { member });
    assert_eq!(error(PUBLIC, &json!(["0", "0x1"])), TextError::Numeral { member });
    assert_eq!(read_public(b"[]"), Ok(vec![]));
}

#[test]
fn calldata_is_checked() {
    let text = String::from_utf8(fixture("tiny", CALLDATA)).unwrap();
    let numerals: Vec<&str> = text.split('"').skip(1).step_by(2).collect();
    assert_eq!(numerals.len(), 10);
    let names = ["a", "a", "b", "b", "b", "b", "c", "c", "public", "public"];
    let check = |i: usize, new: &str, expected: &dyn Fn(Member) -> TextError| {
        let changed = text.replacen(numerals[i], new, 1);
        let member = Member { name: names[i], index: (i >= 8).then(|| i - 8) };
        let found = read_calldata(&changed);
        assert_eq!(found.map(|_| ()).unwrap_err(), expected(member), "numeral {i}");
    };
    for i in 0..10 {
        check(i, &"f".repeat(66), &|member| TextError::Numeral { member });
        check(i, "0x1", &|member| TextError::Numeral { member });
        check(i, &format!("0x{}", "f".repeat(64)), &|member| TextError::NotCanonical { member });
        if i < 8 {
            check(i, &format!("0x{}5", "0".repeat(63)), &|member| TextError::OffCurve { member });
        }
    }
    let zero = format!("0x{}", "0".repeat(64));
    let identity = text.replacen(numerals[0], &zero, 1).replacen(numerals[1], &zero, 1);
    let member = Member { name: "a", index: None };
    assert_eq!(read_calldata(&identity).map(|_| ()), Err(TextError::Identity { member }));
    assert_column(read_calldata("x"), 1);
    assert_column(read_calldata("[\"a\"]"), 5);
}

fn assert_column<T: Debug>(result: Result<T, TextError>, expected: usize) {
    let (TextError::Syntax { line, column } | TextError::Structure { line, column }) = result.unwrap_err()
    else {
        panic!("another error")
    };
    assert_eq!((line, column), (1, expected));
}
