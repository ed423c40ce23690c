//! Regions of GB/T 2260: province-level units, sets of them, six-digit codes, ranges of codes, and
//! jurisdictions.
//!
//! The first two digits `D E` of a code name the province-level unit. The circuit knows a province as bit
//! `(D − 1)·8 + E` of a 64-bit mask, for `1 ≤ D ≤ 8` and `0 ≤ E ≤ 7`; all 34 units of the table fit, the reserved code
//! 91 does not. A range bounds whole codes: a city is `440100..=440199`, a county one code.
//!
//! Not checked here: whether a code exists below province level. Counties come and go, and a document keeps the code
//! under which it was issued; the issuing bureau answers for the last four digits.
//!
//! Source: `data/provinces.csv`, from GB/T 2260.

use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::table::Table;

pub mod jurisdiction;
mod province;

pub(crate) use jurisdiction::overlap;
pub use jurisdiction::{Jurisdiction, JurisdictionError, RANGES_MAX};
pub use province::{Province, ProvinceSet};

/// Bits of a region code: every code and every bound of a range is below `2^REGION_BITS`.
pub const REGION_BITS: u32 = 20;

/// Why a region, a province or a set or range of them was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RegionError {
    /// Neither a code nor a name of the table.
    #[error("unknown province; give a two-digit code (44) or a name (Guangdong, 广东省) of GB/T 2260")]
    UnknownProvince,
    /// Not six decimal digits.
    #[error("a region code has exactly six decimal digits, such as 440106")]
    NotSixDigits,
    /// A set without members, which nobody could satisfy.
    #[error("the set of provinces is empty; name at least one province, or leave the set out to allow all")]
    EmptySet,
    /// A mask with bits that stand for no province.
    #[error("the province mask has bits that stand for no province; build it from province codes")]
    UnknownBits,
    /// The upper bound lies below the lower one.
    #[error("the region range is empty: its first code is above its last; exchange them")]
    EmptyRange,
}

/// A six-digit code within a known province.
///
/// Every code lies in 100000..=879999 and has a second digit of at most 7, as the circuit's province clause requires of
/// what an issuer signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegionCode(u32);

impl RegionCode {
    /// The region with this code; refuses codes of other lengths and of unknown provinces.
    pub fn new(code: u32) -> Result<Self, RegionError> {
        if !(100_000..=999_999).contains(&code) {
            return Err(RegionError::NotSixDigits);
        }
        // The quotient is below 100.
        Province::from_code((code / 10_000) as u8).map(|_| Self(code))
    }

    /// Reads exactly six ASCII digits.
    pub fn parse(text: &str) -> Result<Self, RegionError> {
        six_digits(text).and_then(Self::new)
    }

    /// The code as a number.
    pub const fn code(self) -> u32 {
        self.0
    }

    /// The province that the first two digits name.
    pub fn province(self) -> Province {
        Province::from_code((self.0 / 10_000) as u8).expect("checked when made")
    }
}

fn six_digits(text: &str) -> Result<u32, RegionError> {
    if text.len() != 6 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(RegionError::NotSixDigits);
    }
    text.parse().map_err(|_| RegionError::NotSixDigits)
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl FromStr for RegionCode {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, RegionError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for RegionCode {
    type Error = RegionError;

    fn try_from(text: String) -> Result<Self, RegionError> {
        Self::parse(&text)
    }
}

impl From<RegionCode> for String {
    fn from(code: RegionCode) -> Self {
        code.to_string()
    }
}

/// A non-empty range of six-digit codes, both ends included. The ends need not be codes in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Table<RegionRangeFile>", into = "RegionRangeFile")]
pub struct RegionRange {
    from: u32,
    to: u32,
}

impl RegionRange {
    /// Every code: the setting of a request that asks for no range.
    pub const ANY: Self = Self { from: 0, to: 999_999 };

    /// The range from one code to another; refuses a first code above the last, and more than six digits.
    pub const fn new(from: u32, to: u32) -> Result<Self, RegionError> {
        if from > 999_999 || to > 999_999 {
            Err(RegionError::NotSixDigits)
        } else if from > to {
            Err(RegionError::EmptyRange)
        } else {
            Ok(Self { from, to })
        }
    }

    /// The first code, below 2^20.
    pub const fn from(self) -> u32 {
        self.from
    }

    /// The last code, below 2^20.
    pub const fn to(self) -> u32 {
        self.to
    }

    /// Whether the code lies within the range.
    pub const fn contains(self, region: RegionCode) -> bool {
        self.from <= region.0 && region.0 <= self.to
    }

    /// Whether the two ranges share a code.
    pub const fn overlaps(self, other: Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }
}

/// The range as files write it: two codes, in quotes or as numbers.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionRangeFile {
    from: Bound,
    to: Bound,
}

struct Bound(u32);

impl TryFrom<Table<RegionRangeFile>> for RegionRange {
    type Error = RegionError;

    fn try_from(Table(file): Table<RegionRangeFile>) -> Result<Self, RegionError> {
        Self::new(file.from.0, file.to.0)
    }
}

impl From<RegionRange> for RegionRangeFile {
    fn from(range: RegionRange) -> Self {
        Self { from: Bound(range.from), to: Bound(range.to) }
    }
}

impl Serialize for Bound {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:06}", self.0))
    }
}

impl<'de> Deserialize<'de> for Bound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Bound;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a six-digit region code")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Bound, E> {
                six_digits(text).map(Bound).map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, code: u64) -> Result<Bound, E> {
                u32::try_from(code).map(Bound).map_err(|_| E::custom(RegionError::NotSixDigits))
            }

            fn visit_i64<E: de::Error>(self, code: i64) -> Result<Bound, E> {
                u64::try_from(code)
                    .map_err(|_| E::custom(RegionError::NotSixDigits))
                    .and_then(|code| self.visit_u64(code))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_exist_exactly_within_known_provinces() {
        for code in 0..1 << REGION_BITS {
            let expected = match code {
                0..100_000 | 1_000_000.. => Err(RegionError::NotSixDigits),
                _ if Province::ALL.iter().any(|p| u32::from(p.code()) == code / 10_000) => Ok(code),
                _ => Err(RegionError::UnknownProvince),
            };
            let made = RegionCode::new(code);
            assert_eq!(made.clone().map(RegionCode::code), expected);
            if let Ok(region) = made {
                // What the circuit's province clause relies on.
                assert!((100_000..=879_999).contains(&code) && code / 10_000 % 10 <= 7);
                assert!(region.province().range().contains(region));
            }
        }
        assert_eq!(RegionCode::new(u32::MAX), Err(RegionError::NotSixDigits));
    }

    #[test]
    fn codes_are_read_as_six_digits_alone() {
        assert_eq!(RegionCode::parse("440106").unwrap().to_string(), "440106");
        for text in ["", "44010", "4401060", "44010x", "+44010", "４４", " 440106", "-40106"] {
            assert_eq!(RegionCode::parse(text), Err(RegionError::NotSixDigits), "{text}");
        }
        assert_eq!(RegionCode::parse("910106"), Err(RegionError::UnknownProvince));
        assert_eq!(RegionCode::parse("000000"), Err(RegionError::NotSixDigits));
    }

    #[test]
    fn ranges_refuse_emptiness_and_seven_digits() {
        assert_eq!(RegionRange::new(440_200, 440_199), Err(RegionError::EmptyRange));
        assert_eq!(RegionRange::new(0, 1_000_000), Err(RegionError::NotSixDigits));
        assert_eq!(RegionRange::new(1_000_000, 0), Err(RegionError::NotSixDigits));
        assert_eq!(RegionRange::new(0, 999_999), Ok(RegionRange::ANY));
        assert!(RegionRange::ANY.to() < 1 << REGION_BITS);
    }

    #[test]
    fn ranges_contain_both_ends() {
        let county = RegionRange::new(440_106, 440_106).unwrap();
        let city = RegionRange::new(440_100, 440_199).unwrap();
        let code = |code| RegionCode::new(code).unwrap();
        assert!(county.contains(code(440_106)));
        assert!(!county.contains(code(440_105)) && !county.contains(code(440_107)));
        assert!(city.contains(code(440_100)) && city.contains(code(440_199)));
        assert!(!city.contains(code(440_200)) && !city.contains(code(440_099)));
        assert!(city.overlaps(county) && county.overlaps(city));
        assert!(!city.overlaps(RegionRange::new(440_200, 440_299).unwrap()));
        assert!(city.overlaps(RegionRange::new(440_199, 440_299).unwrap()));
    }

    #[test]
    fn files_write_text_and_read_text_and_numbers() {
        let range = RegionRange::new(440_100, 440_199).unwrap();
        let json = serde_json::to_string(&range).unwrap();
        assert_eq!(json, r#"{"from":"440100","to":"440199"}"#);
        assert_eq!(serde_json::from_str::<RegionRange>(&json).unwrap(), range);
        assert_eq!(serde_json::from_str::<RegionRange>(r#"{"from":440100,"to":"440199"}"#).unwrap(), range);
        assert_eq!(serde_json::to_string(&RegionRange::ANY).unwrap(), r#"{"from":"000000","to":"999999"}"#);
        for wrong in [
            r#"{"from":"440100"}"#,
            r#"{"from":"440100","to":"440099"}"#,
            r#"{"from":"440100","to":"440199","and":1}"#,
            r#"{"from":"4401","to":"440199"}"#,
            r#"{"from":-1,"to":440199}"#,
            r#"{"from":0,"to":4294967297}"#,
            r#"{"from":0,"to":1048575}"#,
            r#"["440100","440199"]"#,
        ] {
            assert!(serde_json::from_str::<RegionRange>(wrong).is_err(), "{wrong}");
        }
        assert_eq!(serde_json::to_string(&RegionCode::new(440_106).unwrap()).unwrap(), "\"440106\"");
        assert!(serde_json::from_str::<RegionCode>("440106").is_err());
    }
}
