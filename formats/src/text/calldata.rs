//! Calldata for snarkjs's Solidity verifiers.

use ark_bn254::{Bn254, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_groth16::Proof;

use super::numeral::{hexadecimal, to_hexadecimal};
use super::point::checked;
use super::{Member, TextError};

/// The arguments A, B, C and public values.
type Arguments = ([String; 2], [[String; 2]; 2], [String; 2], Vec<String>);

/// The proof and the public values of calldata; points are checked as those of `proof.json` are.
pub fn read_calldata(text: &str) -> Result<(Proof<Bn254>, Vec<Fr>), TextError> {
    let list = format!("[{text}]");
    let (a, b, c, public): Arguments = serde_json::from_str(&list).map_err(|error| {
        // The bracket put before the first line is none of the caller's.
        match TextError::from(error) {
            TextError::Syntax { line: 1, column } => {
                TextError::Syntax { line: 1, column: column.saturating_sub(1) }
            }
            TextError::Structure { line: 1, column } => {
                TextError::Structure { line: 1, column: column.saturating_sub(1) }
            }
            error => error,
        }
    })?;
    let g1 = |[x, y]: &[String; 2], member| {
        checked(G1Affine::new_unchecked(hexadecimal(x, member)?, hexadecimal(y, member)?), member)
    };
    let member = Member::named("b");
    let element = |[c1, c0]: &[String; 2]| {
        Ok::<_, TextError>(Fq2::new(hexadecimal(c0, member)?, hexadecimal(c1, member)?))
    };
    let proof = Proof {
        a: g1(&a, Member::named("a"))?,
        b: checked(G2Affine::new_unchecked(element(&b[0])?, element(&b[1])?), member)?,
        c: g1(&c, Member::named("c"))?,
    };
    let public = public.iter().enumerate().map(|(i, value)| hexadecimal(value, Member::at("public", i)));
    Ok((proof, public.collect::<Result<_, _>>()?))
}

/// Calldata of a proof and its public values, in the form of `snarkjs zkey export soliditycalldata`.
#[must_use]
pub fn write_calldata(proof: &Proof<Bn254>, public: &[Fr]) -> String {
    let quoted = |element: &ark_bn254::Fq| format!("\"{}\"", to_hexadecimal(element));
    let g1 = |point: &G1Affine| {
        let (x, y) = point.xy().unwrap_or_default();
        format!("[{}, {}]", quoted(&x), quoted(&y))
    };
    let element = |element: &Fq2| format!("[{}, {}]", quoted(&element.c1), quoted(&element.c0));
    let (x, y) = proof.b.xy().unwrap_or_default();
    let public: Vec<String> = public.iter().map(|value| format!("\"{}\"", to_hexadecimal(value))).collect();
    format!("{},[{},{}],{},[{}]", g1(&proof.a), element(&x), element(&y), g1(&proof.c), public.join(","))
}
