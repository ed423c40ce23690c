//! Province-level units and sets of them.
//!
//! The table is read when the crate is compiled, from `data/provinces.csv`: 34 lines of code, Chinese and English name,
//! sorted by code.

use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{RegionError, RegionRange};

const PROVINCES: usize = 34;
const TABLE: [Row; PROVINCES] = parse_table(include_str!("../../data/provinces.csv"));

/// What Chinese names of provinces end in; the rest is the usual short name.
const SUFFIXES: [&str; 7] = ["省", "市", "自治区", "壮族自治区", "回族自治区", "维吾尔自治区", "特别行政区"];

/// One line of the table.
#[derive(Clone, Copy)]
struct Row {
    code: u8,
    name_zh: &'static str,
    name_en: &'static str,
}

/// A province, autonomous region, municipality or special administrative region.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Province(u8);

impl Province {
    /// All 34, by ascending code.
    pub const ALL: [Self; PROVINCES] = {
        let mut all = [Self(0); PROVINCES];
        let mut i = 0;
        while i < PROVINCES {
            all[i] = Self(TABLE[i].code);
            i += 1;
        }
        all
    };

    /// The province with this two-digit code.
    pub fn from_code(code: u8) -> Result<Self, RegionError> {
        Self::ALL.into_iter().find(|p| p.0 == code).ok_or(RegionError::UnknownProvince)
    }

    /// Reads a two-digit code, an English name (any case; blanks and hyphens do not count) or a Chinese name, full or
    /// short.
    pub fn parse(text: &str) -> Result<Self, RegionError> {
        let text = text.trim();
        if let [tens @ b'0'..=b'9', units @ b'0'..=b'9'] = text.as_bytes() {
            return Self::from_code((tens - b'0') * 10 + units - b'0');
        }
        TABLE
            .iter()
            .find(|row| same_english(row.name_en, text) || same_chinese(row.name_zh, text))
            .map(|row| Self(row.code))
            .ok_or(RegionError::UnknownProvince)
    }

    /// The two-digit code.
    pub const fn code(self) -> u8 {
        self.0
    }

    /// The English name.
    pub fn name_en(self) -> &'static str {
        self.row().name_en
    }

    /// The Chinese name.
    pub fn name_zh(self) -> &'static str {
        self.row().name_zh
    }

    /// The position in a 64-bit mask: `(D − 1)·8 + E` for the code's digits `D E`.
    pub const fn bit(self) -> u32 {
        (self.0 as u32 / 10 - 1) * 8 + self.0 as u32 % 10
    }

    /// The range of codes within this province.
    pub fn range(self) -> RegionRange {
        let from = u32::from(self.0) * 10_000;
        RegionRange { from, to: from + 9_999 }
    }

    fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.code == self.0).expect("made from the table")
    }
}

fn same_english(name: &str, text: &str) -> bool {
    let letters = |s: &str| {
        s.chars().filter(|c| *c != ' ' && *c != '-').map(|c| c.to_ascii_lowercase()).collect::<Vec<_>>()
    };
    letters(name) == letters(text)
}

fn same_chinese(name: &str, text: &str) -> bool {
    name == text || name.strip_prefix(text).is_some_and(|rest| SUFFIXES.contains(&rest))
}

/// Reads the table when the crate is compiled; a malformed table does not compile.
const fn parse_table(text: &'static str) -> [Row; PROVINCES] {
    let (header, mut rest) = split_at_byte(text, b'\n');
    assert!(header.len() == "code,name_zh,name_en".len(), "the table has three columns");
    let mut rows = [Row { code: 0, name_zh: "", name_en: "" }; PROVINCES];
    let mut i = 0;
    while i < PROVINCES {
        let (line, tail) = split_at_byte(rest, b'\n');
        let (code, names) = split_at_byte(line, b',');
        let (name_zh, name_en) = split_at_byte(names, b',');
        let digits = code.as_bytes();
        assert!(
            digits.len() == 2
                && b'1' <= digits[0]
                && digits[0] <= b'8'
                && b'0' <= digits[1]
                && digits[1] <= b'7'
        );
        assert!(!name_zh.is_empty() && !name_en.is_empty());
        let code = (digits[0] - b'0') * 10 + digits[1] - b'0';
        assert!(i == 0 || rows[i - 1].code < code, "the table is sorted by code");
        rows[i] = Row { code, name_zh, name_en };
        rest = tail;
        i += 1;
    }
    assert!(rest.is_empty(), "the table has 34 rows");
    rows
}

/// The parts before and after the first `byte`, an ASCII character; the second is empty if there is none.
const fn split_at_byte(text: &'static str, byte: u8) -> (&'static str, &'static str) {
    let mut i = 0;
    while i < text.len() && text.as_bytes()[i] != byte {
        i += 1;
    }
    let (head, tail) = text.split_at(i);
    if tail.is_empty() { (head, tail) } else { (head, tail.split_at(1).1) }
}

impl fmt::Display for Province {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name_en())
    }
}

impl fmt::Debug for Province {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Province({} {})", self.0, self.name_en())
    }
}

impl FromStr for Province {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, RegionError> {
        Self::parse(text)
    }
}

impl Serialize for Province {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name_en())
    }
}

impl<'de> Deserialize<'de> for Province {
    /// A name or code in quotes, or a code as a number.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Province;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name or two-digit code of a province")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Province, E> {
                Province::parse(text).map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, code: u64) -> Result<Province, E> {
                u8::try_from(code)
                    .map_err(|_| RegionError::UnknownProvince)
                    .and_then(Province::from_code)
                    .map_err(E::custom)
            }

            fn visit_i64<E: de::Error>(self, code: i64) -> Result<Province, E> {
                // TOML has signed integers only.
                u64::try_from(code)
                    .map_err(|_| E::custom(RegionError::UnknownProvince))
                    .and_then(|code| self.visit_u64(code))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A non-empty set of provinces, as a mask over [`Province::bit`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProvinceSet(u64);

impl ProvinceSet {
    /// The set of these provinces; refuses the empty set.
    pub fn new(provinces: impl IntoIterator<Item = Province>) -> Result<Self, RegionError> {
        Self::from_mask(provinces.into_iter().fold(0, |mask, province| mask | 1 << province.bit()))
    }

    /// All 34: the setting of a request that asks for no province.
    pub const fn everywhere() -> Self {
        let mut mask = 0;
        let mut i = 0;
        while i < PROVINCES {
            mask |= 1 << Province::ALL[i].bit();
            i += 1;
        }
        Self(mask)
    }

    /// The set with this mask; refuses the empty set and bits that stand for no province.
    pub const fn from_mask(mask: u64) -> Result<Self, RegionError> {
        if mask & !Self::everywhere().0 != 0 {
            Err(RegionError::UnknownBits)
        } else if mask == 0 {
            Err(RegionError::EmptySet)
        } else {
            Ok(Self(mask))
        }
    }

    /// The mask over [`Province::bit`].
    pub const fn mask(self) -> u64 {
        self.0
    }

    /// Whether the province belongs to the set.
    pub const fn contains(self, province: Province) -> bool {
        self.0 >> province.bit() & 1 == 1
    }

    /// The members, by ascending code.
    pub fn iter(self) -> impl Iterator<Item = Province> {
        Province::ALL.into_iter().filter(move |province| self.contains(*province))
    }
}

impl fmt::Debug for ProvinceSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_province_is_found_by_code_and_by_each_name() {
        for province in Province::ALL {
            for text in [
                format!("{:02}", province.code()),
                province.name_en().to_owned(),
                province.name_en().to_uppercase(),
                province.name_en().to_lowercase().replace(' ', "-"),
                province.name_zh().to_owned(),
            ] {
                assert_eq!(Province::parse(&text), Ok(province), "{text}");
            }
            assert_eq!(Province::from_code(province.code()), Ok(province));
        }
    }

    #[test]
    fn short_chinese_names_are_read() {
        for (text, code) in [
            ("广东", 44),
            ("北京", 11),
            ("广西", 45),
            ("内蒙古", 15),
            ("新疆", 65),
            ("宁夏", 64),
            ("香港", 81),
            ("西藏", 54),
        ] {
            assert_eq!(Province::parse(text).unwrap().code(), code, "{text}");
        }
        for text in ["广", "新疆维", "广东省市", "内蒙", ""] {
            assert_eq!(Province::parse(text), Err(RegionError::UnknownProvince), "{text}");
        }
    }

    #[test]
    fn exactly_the_34_codes_exist_and_each_has_its_own_bit() {
        let codes: Vec<u8> = (0..=255).filter(|code| Province::from_code(*code).is_ok()).collect();
        assert_eq!(codes.len(), 34);
        assert!(!codes.contains(&91) && !codes.contains(&0));
        let mut seen = 0u64;
        for province in Province::ALL {
            let (d, e) = (u32::from(province.code()) / 10, u32::from(province.code()) % 10);
            assert_eq!(province.bit(), (d - 1) * 8 + e);
            assert_eq!(seen >> province.bit() & 1, 0);
            seen |= 1 << province.bit();
        }
        assert_eq!(seen, ProvinceSet::everywhere().mask());
    }

    #[test]
    fn unknown_text_is_refused() {
        for text in ["", "4", "444", "4 4", "91", "00", "Guangdon", "Guangdong2", "*", "Canton", "-1", "+4"] {
            assert_eq!(Province::parse(text), Err(RegionError::UnknownProvince), "{text}");
        }
    }

    #[test]
    fn files_write_names_and_read_names_and_codes() {
        let read = |json: &str| serde_json::from_str::<Province>(json).map(Province::code);
        assert_eq!(serde_json::to_string(&Province::from_code(44).unwrap()).unwrap(), "\"Guangdong\"");
        for json in ["\"Guangdong\"", "\"44\"", "44", "\"广东省\"", "\"广东\""] {
            assert_eq!(read(json).unwrap(), 44, "{json}");
        }
        for json in ["\"Canton\"", "91", "300", "-44", "44.0", "null", "[44]", "18446744073709551615"] {
            assert!(read(json).is_err(), "{json}");
        }
        // The text may be of a file about a person, handed over by mistake.
        let said = read("\"Canton\"").unwrap_err().to_string();
        assert!(said.starts_with("unknown province") && !said.contains("Canton"), "{said}");
    }

    #[test]
    fn sets_refuse_emptiness_and_bits_of_no_province() {
        assert_eq!(ProvinceSet::from_mask(0), Err(RegionError::EmptySet));
        assert_eq!(ProvinceSet::new([]), Err(RegionError::EmptySet));
        for bit in 0..64 {
            let known = Province::ALL.iter().any(|province| province.bit() == bit);
            let guangdong = 1 << Province::from_code(44).unwrap().bit();
            let expected = if known { Ok(1 << bit | guangdong) } else { Err(RegionError::UnknownBits) };
            assert_eq!(ProvinceSet::from_mask(1 << bit | guangdong).map(ProvinceSet::mask), expected);
        }
        assert_eq!(ProvinceSet::from_mask(u64::MAX), Err(RegionError::UnknownBits));
    }

    #[test]
    fn sets_contain_what_they_were_made_of() {
        let guangdong = Province::parse("Guangdong").unwrap();
        let hunan = Province::parse("Hunan").unwrap();
        let set = ProvinceSet::new([guangdong, hunan, guangdong]).unwrap();
        assert_eq!(set.mask(), 1 << 28 | 1 << 27);
        assert_eq!(set.iter().collect::<Vec<_>>(), [hunan, guangdong]);
        for province in Province::ALL {
            assert_eq!(set.contains(province), province == guangdong || province == hunan);
            assert!(ProvinceSet::everywhere().contains(province));
        }
    }
}
