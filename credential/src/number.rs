//! The 18-character number of a resident ID (GB 11643-1999).
//!
//! ```text
//! 440106 19910203 012 X
//! region birth    seq check
//! ```
//! Region of first registration (GB/T 2260, six digits), birth date `YYYYMMDD`, a sequence number of three digits that is
//! odd for men and even for women, and a check character `0..9` or `X` by ISO 7064 MOD 11-2: with weights
//! `W_i = 2^(17−i) mod 11` for positions `i = 0..=17` and `X = 10`, the weighted sum is 1 modulo 11.
//!
//! As a field element the number is the big-endian integer of its 18 ASCII bytes, so below 2^144.
//!
//! Not checked here: that birth date and sex agree with the document's own fields ([`crate::document`]); that the region
//! existed below province level when the number was given; that the number was ever given to anyone (the issuer).

use core::fmt;
use core::str::FromStr;

use ark_ff::{BigInteger, PrimeField};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Fr;
use crate::date::{Date, DateError};
use crate::region::{RegionCode, RegionError};

/// Characters of a number.
pub const NUMBER_LENGTH: usize = 18;

/// The sex that a document states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Sex {
    /// Male, encoded 1.
    Male = 1,
    /// Female, encoded 2.
    Female = 2,
}

impl Sex {
    /// The encoding that the issuer signs: 1 or 2.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The sex with this encoding.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Male),
            2 => Some(Self::Female),
            _ => None,
        }
    }
}

impl fmt::Display for Sex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Male => "male",
            Self::Female => "female",
        })
    }
}

/// A well-formed number of a resident ID. `Debug` masks all but the province.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentNumber([u8; NUMBER_LENGTH]);

/// Why a document number was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NumberError {
    /// Not 18 characters.
    #[error("a document number has exactly 18 characters; check for missing or doubled ones")]
    Length,
    /// Something else than digits, or than a digit or `X` in the last place.
    #[error(
        "a document number has 17 digits and then a digit or a capital X; check for letters, blanks and a small x"
    )]
    Characters,
    /// No province-level unit has the first two digits.
    #[error("the first two digits of the document number are no province of GB/T 2260; check them")]
    UnknownProvince,
    /// Digits 7 to 14 are no date.
    #[error("digits 7 to 14 of the document number are no birth date: {0}")]
    Birth(#[source] DateError),
    /// The last character does not fit the others.
    #[error(
        "the check character of the document number is wrong; one of its characters was misread"
    )]
    CheckCharacter,
    /// A field element that no 18 characters encode.
    #[error(
        "the field element encodes no 18 characters; the sender does not encode document numbers as agreed"
    )]
    Encoding,
}

impl DocumentNumber {
    /// Reads and checks 18 characters, in this order: length, characters, province, birth date, check character.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let bytes: [u8; NUMBER_LENGTH] = text
            .as_bytes()
            .try_into()
            .map_err(|_| NumberError::Length)?;
        let well_formed = bytes[..17].iter().all(u8::is_ascii_digit)
            && (bytes[17].is_ascii_digit() || bytes[17] == b'X');
        if !well_formed {
            return Err(NumberError::Characters);
        }
        read_region(&bytes).map_err(|_| NumberError::UnknownProvince)?;
        read_birth(&bytes).map_err(NumberError::Birth)?;
        if bytes[17] != check_character(&bytes) {
            return Err(NumberError::CheckCharacter);
        }
        Ok(Self(bytes))
    }

    /// The number that a disclosed field element encodes.
    pub fn from_field(value: &Fr) -> Result<Self, NumberError> {
        let bytes = value.into_bigint().to_bytes_be();
        let (high, low) = bytes.split_at(bytes.len() - NUMBER_LENGTH);
        if high.iter().any(|byte| *byte != 0) {
            return Err(NumberError::Encoding);
        }
        core::str::from_utf8(low)
            .map_err(|_| NumberError::Encoding)
            .and_then(Self::parse)
    }

    /// The big-endian integer of the 18 ASCII bytes.
    pub fn to_field(&self) -> Fr {
        Fr::from_be_bytes_mod_order(&self.0)
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).expect("digits and X")
    }

    /// The region of first registration, which may differ from the residence.
    pub fn region(&self) -> RegionCode {
        read_region(&self.0).expect("checked when parsed")
    }

    /// The birth date.
    pub fn birth(&self) -> Date {
        read_birth(&self.0).expect("checked when parsed")
    }

    /// The sequence number, 0..=999.
    pub fn sequence(&self) -> u16 {
        // Three digits fit.
        decimal(&self.0[14..17]) as u16
    }

    /// The sex: the sequence number is odd for men.
    pub fn sex(&self) -> Sex {
        if self.sequence() % 2 == 1 {
            Sex::Male
        } else {
            Sex::Female
        }
    }
}

fn decimal(digits: &[u8]) -> u32 {
    digits
        .iter()
        .fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
}

fn read_region(bytes: &[u8; NUMBER_LENGTH]) -> Result<RegionCode, RegionError> {
    RegionCode::new(decimal(&bytes[..6]))
}

fn read_birth(bytes: &[u8; NUMBER_LENGTH]) -> Result<Date, DateError> {
    // Four digits fit an i32 and two fit a byte.
    Date::from_ymd(
        decimal(&bytes[6..10]) as i32,
        decimal(&bytes[10..12]) as u8,
        decimal(&bytes[12..14]) as u8,
    )
}

/// The check character that belongs to the first 17 digits.
///
/// Doubling from the left gives every digit its weight: `s ← 2(s + d)`; the check value completes the sum to 1.
fn check_character(bytes: &[u8; NUMBER_LENGTH]) -> u8 {
    let sum = bytes[..17]
        .iter()
        .fold(0, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    b"0123456789X"[((12 - sum) % 11) as usize]
}

impl fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentNumber({}****************)", &self.as_str()[..2])
    }
}

impl FromStr for DocumentNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for DocumentNumber {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, NumberError> {
        Self::parse(&text)
    }
}

impl From<DocumentNumber> for String {
    fn from(number: DocumentNumber) -> Self {
        number.as_str().to_owned()
    }
}
