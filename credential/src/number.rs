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

use alloc::borrow::ToOwned;
use alloc::string::String;
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
    #[error("the check character of the document number is wrong; one of its characters was misread")]
    CheckCharacter,
    /// A sequence number of more than three digits.
    #[error("sequence numbers have three digits; take one up to 999")]
    Sequence,
    /// A field element that no 18 characters encode.
    #[error(
        "the field element encodes no 18 characters; the sender does not encode document numbers as agreed"
    )]
    Encoding,
}

impl DocumentNumber {
    /// Reads and checks 18 characters, in this order: length, characters, province, birth date, check character.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let bytes: [u8; NUMBER_LENGTH] = text.as_bytes().try_into().map_err(|_| NumberError::Length)?;
        let well_formed =
            bytes[..17].iter().all(u8::is_ascii_digit) && (bytes[17].is_ascii_digit() || bytes[17] == b'X');
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

    /// The number of a region, a birth date and a sequence (odd for men, at most 999), with its check character.
    pub fn compose(region: RegionCode, birth: Date, sequence: u16) -> Result<Self, NumberError> {
        if sequence > 999 {
            return Err(NumberError::Sequence);
        }
        let (year, month, day) = (birth.year(), birth.month(), birth.day());
        let text = format!("{region}{year:04}{month:02}{day:02}{sequence:03}0");
        let mut bytes: [u8; NUMBER_LENGTH] = text.as_bytes().try_into().map_err(|_| NumberError::Length)?;
        bytes[17] = check_character(&bytes);
        Ok(Self(bytes))
    }

    /// The number that a disclosed field element encodes.
    pub fn from_field(value: &Fr) -> Result<Self, NumberError> {
        let bytes = value.into_bigint().to_bytes_be();
        let (high, low) = bytes.split_at(bytes.len() - NUMBER_LENGTH);
        if high.iter().any(|byte| *byte != 0) {
            return Err(NumberError::Encoding);
        }
        core::str::from_utf8(low).map_err(|_| NumberError::Encoding).and_then(Self::parse)
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
        if self.sequence() % 2 == 1 { Sex::Male } else { Sex::Female }
    }
}

fn decimal(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
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
    let sum = bytes[..17].iter().fold(0, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example of GB 11643-1999.
    const EXAMPLE: &str = "11010519491231002X";

    /// Weights and check characters as the standard tabulates them.
    fn tabulated_check(digits: &str) -> char {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = digits.bytes().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
        ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][(sum % 11) as usize]
    }

    fn with_check(digits: &str) -> String {
        format!("{digits}{}", tabulated_check(digits))
    }

    #[test]
    fn the_example_of_the_standard_reads() {
        let number = DocumentNumber::parse(EXAMPLE).unwrap();
        assert_eq!(number.region().code(), 110_105);
        assert_eq!(number.birth(), Date::from_ymd(1949, 12, 31).unwrap());
        assert_eq!(number.sequence(), 2);
        assert_eq!(number.sex(), Sex::Female);
        assert_eq!(number.to_string(), EXAMPLE);
    }

    #[test]
    fn every_fault_has_its_own_error() {
        let parse = DocumentNumber::parse;
        assert_eq!(parse(""), Err(NumberError::Length));
        assert_eq!(parse("11010519491231002"), Err(NumberError::Length));
        assert_eq!(parse("11010519491231002X "), Err(NumberError::Length));
        assert_eq!(parse("11010519491231002x"), Err(NumberError::Characters));
        assert_eq!(parse("1101051949123100X2"), Err(NumberError::Characters));
        assert_eq!(parse("+1010519491231002X"), Err(NumberError::Characters));
        // 18 bytes, but not 18 characters; and full-width digits.
        assert_eq!(parse("1101051949123100é"), Err(NumberError::Characters));
        assert_eq!(parse("１１０１０５"), Err(NumberError::Characters));
        assert_eq!(parse(&with_check("91010519491231002")), Err(NumberError::UnknownProvince));
        assert_eq!(parse(&with_check("00010519491231002")), Err(NumberError::UnknownProvince));
        assert_eq!(parse(&with_check("16010519491231002")), Err(NumberError::UnknownProvince));
        assert_eq!(parse(&with_check("11010519491331002")), Err(NumberError::Birth(DateError::Impossible)));
        assert_eq!(parse(&with_check("11010519490229002")), Err(NumberError::Birth(DateError::Impossible)));
        assert_eq!(parse(&with_check("11010519000229002")), Err(NumberError::Birth(DateError::Impossible)));
        assert_eq!(parse(&with_check("11010518991231002")), Err(NumberError::Birth(DateError::OutOfRange)));
        assert!(parse(&with_check("11010520000229002")).is_ok());
        assert_eq!(parse("110105194912310020"), Err(NumberError::CheckCharacter));
    }

    #[test]
    fn exactly_one_check_character_fits() {
        let fitting = "0123456789X"
            .chars()
            .filter(|c| DocumentNumber::parse(&format!("{}{c}", &EXAMPLE[..17])).is_ok())
            .collect::<String>();
        assert_eq!(fitting, "X");
    }

    #[test]
    fn every_misread_digit_and_every_exchange_of_neighbours_is_refused() {
        for place in 0..17 {
            for digit in b'0'..=b'9' {
                let mut bytes = EXAMPLE.as_bytes().to_vec();
                if bytes[place] == digit {
                    continue;
                }
                bytes[place] = digit;
                assert!(DocumentNumber::parse(core::str::from_utf8(&bytes).unwrap()).is_err());
            }
            let mut bytes = EXAMPLE.as_bytes().to_vec();
            bytes.swap(place, place + 1);
            if bytes != EXAMPLE.as_bytes() {
                assert!(DocumentNumber::parse(core::str::from_utf8(&bytes).unwrap()).is_err());
            }
        }
    }

    #[test]
    fn field_elements_that_encode_no_number_are_refused() {
        let number = DocumentNumber::parse(EXAMPLE).unwrap();
        let element = number.to_field();
        assert_eq!(DocumentNumber::from_field(&element), Ok(number));
        assert_eq!(DocumentNumber::from_field(&Fr::from(0)), Err(NumberError::Characters));
        assert_eq!(DocumentNumber::from_field(&-Fr::from(1)), Err(NumberError::Encoding));
        // One beyond the 18 bytes.
        let shifted = element + Fr::from(1u128 << 72) * Fr::from(1u128 << 72);
        assert_eq!(DocumentNumber::from_field(&shifted), Err(NumberError::Encoding));
        assert_eq!(DocumentNumber::from_field(&(element + Fr::from(1))), Err(NumberError::Characters));
    }

    #[test]
    fn the_field_element_is_the_big_endian_integer_of_the_characters() {
        let expected = EXAMPLE.bytes().fold(Fr::from(0), |sum, byte| sum * Fr::from(256) + Fr::from(byte));
        assert_eq!(DocumentNumber::parse(EXAMPLE).unwrap().to_field(), expected);
    }

    #[test]
    fn debug_shows_the_province_alone() {
        let shown = format!("{:?}", DocumentNumber::parse(EXAMPLE).unwrap());
        assert_eq!(shown, "DocumentNumber(11****************)");
    }

    #[test]
    fn json_is_the_text_and_is_checked() {
        let number = DocumentNumber::parse(EXAMPLE).unwrap();
        let json = serde_json::to_string(&number).unwrap();
        assert_eq!(json, "\"11010519491231002X\"");
        assert_eq!(serde_json::from_str::<DocumentNumber>(&json).unwrap(), number);
        let error = serde_json::from_str::<DocumentNumber>("\"110105194912310020\"").unwrap_err();
        assert!(error.to_string().contains("check character"));
    }

    #[test]
    fn sexes_are_one_and_two() {
        assert_eq!((Sex::Male.code(), Sex::Female.code()), (1, 2));
        for code in 0..=255 {
            assert_eq!(Sex::from_code(code).map(Sex::code), (1..=2).contains(&code).then_some(code));
        }
    }

    #[test]
    fn a_sequence_of_four_digits_is_refused() {
        let region = RegionCode::new(110_105).unwrap();
        assert_eq!(DocumentNumber::compose(region, Date::MIN, 1000), Err(NumberError::Sequence));
    }

    proptest! {
        #[test]
        fn composed_numbers_read_back(
            province in 0..crate::region::Province::ALL.len(),
            rest in 0u32..10_000,
            days in 0..=Date::MAX.days(),
            sequence in 0u16..1000,
        ) {
            let province = crate::region::Province::ALL[province];
            let region = RegionCode::new(u32::from(province.code()) * 10_000 + rest).unwrap();
            let birth = Date::from_days(days).unwrap();
            let number = DocumentNumber::compose(region, birth, sequence).unwrap();
            prop_assert_eq!(&number.as_str()[17..], tabulated_check(&number.as_str()[..17]).to_string());
            let read = DocumentNumber::parse(number.as_str()).unwrap();
            prop_assert_eq!((read.region(), read.birth(), read.sequence()), (region, birth, sequence));
            prop_assert_eq!(DocumentNumber::from_field(&number.to_field()), Ok(number));
        }
    }
}
