//! The regions whose people one issuer enrols.
//!
//! A [`Jurisdiction`] is a non-empty set of six-digit codes, kept as ascending ranges that neither overlap
//! nor touch, so that one set has one spelling: in memory, in JSON (`[{"from":"440100","to":"440199"}]`) and
//! in the canonical bytes that are signed. Issuers listed together have disjoint jurisdictions
//! (`crate::trust_list`), and an issuer enrols nobody from outside its own: then no person has two issuers,
//! and "one account a person" holds across them.
//!
//! **Which region of a person counts: the one in the document number**, that of first registration. It is
//! fixed for life and printed into the number, which is also what a registry knows a person by; so every
//! number has exactly one bureau, whenever it is asked. The residence changes. Were it the measure, somebody
//! who moves would be a stranger to the new bureau, whose registry has never seen the number, and would get a
//! second credential under a second holder key while the first one lives on: two pseudonyms for a shop. The
//! price: who has moved far away is enrolled and re-issued by the bureau of the number's region, whose
//! officer may be anywhere; the residence in the credential is the new one all the same.
//!
//! Not checked here: that the number is the person's only one. An authority that replaces a number (a mistake
//! in it, or a duplicate) must see to it that the credential of the old one is revoked.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Province, RegionCode, RegionError, RegionRange, six_digits};
use crate::wire::Encoder;

/// Most ranges of one jurisdiction.
pub const RANGES_MAX: usize = 64;

/// Why ranges are no jurisdiction.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JurisdictionError {
    /// Nobody could be enrolled.
    #[error("the jurisdiction is empty; name at least one province or range of region codes")]
    Empty,
    /// A range in which no document number can be.
    #[error(
        "the jurisdiction has a range of codes that are of no province; give codes of GB/T 2260, such as 440300-440399"
    )]
    NoProvince {
        /// First code of the range.
        from: u32,
        /// Its last.
        to: u32,
    },
    /// More than [`RANGES_MAX`].
    #[error("the jurisdiction has more than 64 ranges of region codes; set up several issuers")]
    TooManyRanges,
    /// A second spelling of some set.
    #[error("the jurisdiction's ranges are not in ascending order with gaps between; make the file anew")]
    NotCanonical,
    /// An area that is neither a province nor a code nor a range of codes.
    #[error(
        "{area:?} is no area ({source}); give a province (Guangdong, 44), a code (440305) or a range of codes (440300-440399)"
    )]
    Area {
        /// As given.
        area: String,
        /// What is wrong with it.
        source: RegionError,
    },
}

/// A non-empty set of region codes: whose document numbers an issuer may enrol.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<RegionRange>", into = "Vec<RegionRange>")]
pub struct Jurisdiction(Vec<RegionRange>);

impl Jurisdiction {
    /// The union of these ranges.
    pub fn new(ranges: impl IntoIterator<Item = RegionRange>) -> Result<Self, JurisdictionError> {
        let mut ranges: Vec<RegionRange> = ranges.into_iter().collect();
        ranges.sort_unstable_by_key(|range| range.from);
        let mut merged: Vec<RegionRange> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match merged.last_mut() {
                Some(last) if range.from <= last.to + 1 => last.to = last.to.max(range.to),
                _ => merged.push(range),
            }
        }
        if merged.is_empty() {
            return Err(JurisdictionError::Empty);
        }
        // The ends need not be codes in use: a range may reach over a whole province.
        if let Some(range) = merged.iter().find(|range| !holds_a_province(**range)) {
            return Err(JurisdictionError::NoProvince { from: range.from, to: range.to });
        }
        if merged.len() > RANGES_MAX {
            return Err(JurisdictionError::TooManyRanges);
        }
        Ok(Self(merged))
    }

    /// Reads areas as people write them: a province by name or two-digit code, a six-digit code, or two of
    /// those with a hyphen between them.
    pub fn parse<T: AsRef<str>>(areas: impl IntoIterator<Item = T>) -> Result<Self, JurisdictionError> {
        let read = |area: T| {
            let area = area.as_ref();
            read_area(area.trim()).map_err(|source| JurisdictionError::Area { area: area.to_owned(), source })
        };
        Self::new(areas.into_iter().map(read).collect::<Result<Vec<_>, _>>()?)
    }

    /// The ranges, ascending, with gaps between.
    pub fn ranges(&self) -> &[RegionRange] {
        &self.0
    }

    /// Whether people with numbers of this region belong here.
    pub fn contains(&self, region: RegionCode) -> bool {
        self.0.iter().any(|range| range.contains(region))
    }

    /// Whether the two share a code.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.0.iter().any(|range| other.0.iter().any(|theirs| range.overlaps(*theirs)))
    }

    /// Writes the ranges into a message to be signed: their number, then first and last code of each.
    pub fn encode(&self, encoder: &mut Encoder) {
        encoder.list(&self.0, |e, range| {
            e.integer(range.from.into()).integer(range.to.into());
        });
    }
}

/// Whether some code of the range is of a province, and so can stand in a number.
fn holds_a_province(range: RegionRange) -> bool {
    Province::ALL.into_iter().any(|province| province.range().overlaps(range))
}

fn read_area(area: &str) -> Result<RegionRange, RegionError> {
    if !area.starts_with(|c: char| c.is_ascii_digit()) || area.len() == 2 {
        return Province::parse(area).map(Province::range);
    }
    let (from, to) = area.split_once('-').unwrap_or((area, area));
    RegionRange::new(six_digits(from.trim())?, six_digits(to.trim())?)
}

impl TryFrom<Vec<RegionRange>> for Jurisdiction {
    type Error = JurisdictionError;

    /// Takes the one spelling of a set and no other.
    fn try_from(ranges: Vec<RegionRange>) -> Result<Self, JurisdictionError> {
        let canonical = Self::new(ranges.iter().copied())?;
        if canonical.0 == ranges { Ok(canonical) } else { Err(JurisdictionError::NotCanonical) }
    }
}

impl From<Jurisdiction> for Vec<RegionRange> {
    fn from(jurisdiction: Jurisdiction) -> Self {
        jurisdiction.0
    }
}

/// As people read it: `Guangdong, 430100-430199`.
impl fmt::Display for Jurisdiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, range) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            match Province::ALL.into_iter().find(|province| province.range() == *range) {
                Some(province) => write!(f, "{province}")?,
                None if range.from == range.to => write!(f, "{:06}", range.from)?,
                None => write!(f, "{:06}-{:06}", range.from, range.to)?,
            }
        }
        Ok(())
    }
}

/// Two of these jurisdictions that share a code, by position; `None` if no two do.
///
/// Sorts all ranges by their first code: where any two overlap, two neighbours do.
pub(crate) fn overlap<'a>(
    jurisdictions: impl IntoIterator<Item = &'a Jurisdiction>,
) -> Option<(usize, usize)> {
    let mut ranges: Vec<(u32, u32, usize)> = jurisdictions
        .into_iter()
        .enumerate()
        .flat_map(|(i, jurisdiction)| jurisdiction.0.iter().map(move |range| (range.from, range.to, i)))
        .collect();
    ranges.sort_unstable();
    ranges.windows(2).find(|pair| pair[1].0 <= pair[0].1).map(|pair| {
        let (one, two) = (pair[0].2, pair[1].2);
        (one.min(two), one.max(two))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: u32, to: u32) -> RegionRange {
        RegionRange::new(from, to).unwrap()
    }

    #[test]
    fn one_set_has_one_spelling() {
        let set = Jurisdiction::new([
            range(440_300, 440_399),
            range(430_100, 430_150),
            range(430_140, 430_199),
            range(440_200, 440_299),
            range(430_120, 430_130),
        ])
        .unwrap();
        assert_eq!(set.ranges(), [range(430_100, 430_199), range(440_200, 440_399)]);
        let json = serde_json::to_string(&set).unwrap();
        assert_eq!(json, r#"[{"from":"430100","to":"430199"},{"from":"440200","to":"440399"}]"#);
        assert_eq!(serde_json::from_str::<Jurisdiction>(&json).unwrap(), set);
        for (other, why) in [
            (r#"[{"from":"440200","to":"440399"},{"from":"430100","to":"430199"}]"#, "order"),
            (r#"[{"from":"430100","to":"430150"},{"from":"430151","to":"430199"}]"#, "touching"),
            (r#"[{"from":"430100","to":"430150"},{"from":"430150","to":"430199"}]"#, "overlapping"),
            (r#"[{"from":"430100","to":"430150"},{"from":"430100","to":"430150"}]"#, "twice"),
        ] {
            let error = serde_json::from_str::<Jurisdiction>(other).unwrap_err().to_string();
            assert!(error.contains("ascending order"), "{why}: {error}");
        }
        assert!(serde_json::from_str::<Jurisdiction>("[]").unwrap_err().to_string().contains("is empty"));
        let odd = |count| Jurisdiction::new((0..count).map(|i| range(440_000 + 2 * i, 440_000 + 2 * i)));
        assert!(odd(64).is_ok());
        assert_eq!(odd(65), Err(JurisdictionError::TooManyRanges));
    }

    #[test]
    fn areas_are_read_and_shown() {
        for (areas, shown) in [
            (&["Guangdong"][..], "Guangdong"),
            (&["44"], "Guangdong"),
            (&["广东"], "Guangdong"),
            (&["440000-449999"], "Guangdong"),
            (&[" 440300 - 440399 ", "Hunan"], "Hunan, 440300-440399"),
            (&["inner-mongolia"], "Inner Mongolia"),
            (&["440305"], "440305"),
            (&["440305", "440306"], "440305-440306"),
        ] {
            assert_eq!(Jurisdiction::parse(areas).unwrap().to_string(), shown, "{areas:?}");
        }
        assert_eq!(Jurisdiction::parse([""; 0]), Err(JurisdictionError::Empty));
        for (area, source) in [
            ("Atlantis", RegionError::UnknownProvince),
            ("", RegionError::UnknownProvince),
            ("-440399", RegionError::UnknownProvince),
            ("91", RegionError::UnknownProvince),
            ("4403", RegionError::NotSixDigits),
            ("440300-", RegionError::NotSixDigits),
            ("440300-440399-440400", RegionError::NotSixDigits),
            ("440399-440300", RegionError::EmptyRange),
        ] {
            let area = area.to_owned();
            let expected = JurisdictionError::Area { area: area.clone(), source };
            assert_eq!(Jurisdiction::parse(["Hunan", &area]), Err(expected));
        }
    }

    /// Whoever can enrol nobody is no issuer: 91 is reserved, 16 and 83 are nothing.
    #[test]
    fn ranges_without_a_possible_number_are_refused() {
        for (area, from, to) in [
            ("910000", 910_000, 910_000),
            ("000000-109999", 0, 109_999),
            ("160000-209999", 160_000, 209_999),
            ("830000-999999", 830_000, 999_999),
        ] {
            let refused = Err(JurisdictionError::NoProvince { from, to });
            assert_eq!(Jurisdiction::parse([area]), refused, "{area}");
            assert_eq!(Jurisdiction::parse(["Hunan", area]), refused, "beside a province: {area}");
            let json = format!(r#"[{{"from":"{from:06}","to":"{to:06}"}}]"#);
            assert!(serde_json::from_str::<Jurisdiction>(&json).is_err(), "{json}");
        }
        for area in ["000000-110000", "159999-210000", "100000-999999", "000000-999999"] {
            assert!(Jurisdiction::parse([area]).is_ok(), "{area}");
        }
    }

    #[test]
    fn membership_and_overlap() {
        let parse = |areas: &[&str]| Jurisdiction::parse(areas).unwrap();
        let sets = [
            parse(&["430100-430199", "440300-440399"]),
            parse(&["440100-440199"]),
            parse(&["440200-440299", "510000-519999"]),
        ];
        for (code, home) in
            [(430_102, Some(0)), (440_399, Some(0)), (440_100, Some(1)), (515_000, Some(2)), (440_400, None)]
        {
            let region = RegionCode::new(code).unwrap();
            assert_eq!(sets.iter().position(|set| set.contains(region)), home, "{code}");
        }
        assert_eq!(overlap(&sets), None);
        for (areas, other) in
            [(["440199"], 1), (["440299-440300"], 0), (["Sichuan"], 2), (["100000-879999"], 0)]
        {
            let mut all = sets.to_vec();
            all.push(parse(&areas));
            let (one, two) = overlap(&all).unwrap();
            assert!(all[one].overlaps(&all[two]), "{areas:?}");
            assert!(all[other].overlaps(&all[3]) && two == 3, "{areas:?}: {one}, {two}");
        }
    }
}
