//! The text formats: snarkjs's JSON, and calldata for its Solidity verifiers.
//!
//! | file | contents |
//! | --- | --- |
//! | `verification_key.json` | α₁, β₂, γ₂, δ₂, IC, and `e(α₁, β₂)` |
//! | `proof.json` | A, B, C |
//! | `public.json` | the public values, the constant 1 left out |
//! | calldata | arguments of `verifyProof`: A, B, C, public values |
//!
//! In JSON numbers are decimal numerals in strings, points are projective: `[x, y, "1"]`, in G2 `[[x₀, x₁],
//! [y₀, y₁], ["1", "0"]]`, and `["0", "1", "0"]` for the identity. In calldata they are `0x` and 64
//! hexadecimal digits, points affine, and coordinates of G2 stand with the coefficient of `u` first, as the
//! precompiled contracts of Ethereum want them.
//!
//! **Checked here**: numerals in their one form and below the prime, curve, subgroup, the identity (allowed
//! in IC alone), and that `e(α₁, β₂)`, if given, is right. Unknown members are passed over, repeated ones
//! refused. **Not checked here**: whether the proof holds.

mod calldata;
mod numeral;
mod point;
mod proof;
mod public;
mod verification_key;

use core::fmt;

use serde::Serialize;

pub use calldata::{read_calldata, write_calldata};
pub use proof::{read_proof, write_proof};
pub use public::{read_public, write_public};
pub use verification_key::{read_verification_key, write_verification_key};

/// A member of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// Its place in a list.
    pub index: Option<usize>,
}

impl Member {
    pub(crate) const fn named(name: &'static str) -> Self {
        Self { name, index: None }
    }

    pub(crate) const fn at(name: &'static str, index: usize) -> Self {
        Self { name, index: Some(index) }
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            None => f.write_str(self.name),
            Some(index) => write!(f, "{}[{index}]", self.name),
        }
    }
}

/// Why a text is not what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Not JSON, or cut off, or a list that goes on where a point ends.
    #[error(
        "line {line}, column {column}: this is no JSON, or a list is too long; copy or make the file again"
    )]
    Syntax {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// JSON of another shape: a member is missing, stands twice, or is of another kind or length.
    #[error(
        "line {line}, column {column}: a member is missing, repeated or of the wrong kind; check which file was given"
    )]
    Structure {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// Of another proof system than Groth16.
    #[error("the proof system is not groth16; check which file was given")]
    Protocol,
    /// Of another curve than BN254.
    #[error("the curve is not bn128 (BN254); use a circuit for that curve")]
    Curve,
    /// A number that is not written as a plain decimal numeral, or in calldata as 64 hexadecimal digits.
    #[error("{member}: a number is not written in its one form; make the file again")]
    Numeral {
        /// Where.
        member: Member,
    },
    /// A number that is not below its prime.
    #[error("{member}: a number is not below the field's prime; refuse the sender")]
    NotCanonical {
        /// Where.
        member: Member,
    },
    /// A point whose last coordinate is not 1.
    #[error("{member}: the point is not affine; make the file again")]
    NotAffine {
        /// Where.
        member: Member,
    },
    /// The identity where no honest sender has it.
    #[error("{member}: the identity stands where no honest sender has it; refuse the sender")]
    Identity {
        /// Where.
        member: Member,
    },
    /// A point off its curve.
    #[error("{member}: the point lies off the curve; refuse the sender")]
    OffCurve {
        /// Where.
        member: Member,
    },
    /// A point of G2 of another order than r.
    #[error("{member}: the point lies outside the subgroup; refuse the sender")]
    OutsideSubgroup {
        /// Where.
        member: Member,
    },
    /// The number of public values is not the number of points in IC less one.
    #[error("nPublic is {declared}, but IC has {points} points; make the verification key again")]
    PublicCount {
        /// As declared.
        declared: u64,
        /// Points in IC.
        points: usize,
    },
    /// `e(α₁, β₂)` is another value.
    #[error("vk_alphabeta_12 does not belong to alpha and beta; make the verification key again")]
    AlphaBeta,
}

impl From<serde_json::Error> for TextError {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        if error.is_data() { Self::Structure { line, column } } else { Self::Syntax { line, column } }
    }
}

/// As `JSON.stringify(value, null, 1)`.
fn pretty(value: &impl Serialize) -> String {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let written = value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, formatter));
    // Strings and numbers always serialize, and to memory.
    debug_assert!(written.is_ok());
    String::from_utf8(out).unwrap_or_default()
}

const PROTOCOL: &str = "groth16";
const CURVE: &str = "bn128";

/// The names of proof system and curve; some tools leave the latter out.
fn check_names(protocol: &str, curve: Option<&str>) -> Result<(), TextError> {
    if protocol != PROTOCOL {
        return Err(TextError::Protocol);
    }
    match curve {
        None | Some(CURVE | "bn254" | "BN254") => Ok(()),
        Some(_) => Err(TextError::Curve),
    }
}
