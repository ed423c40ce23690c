//! What an answer to a policy gives away although it is no disclosure, and by what the guest is recognised.
//!
//! A range proves that a value lies within it; the narrower the range, the nearer that is to the value. Counted are
//!
//! - birth dates that the ages leave, from the calendar's first day to the day of the request: nobody is born after it;
//! - region codes that province set and range leave together.
//!
//! Not seen here: what several requests tell together. A business that recognises a guest by pseudonym can ask for another
//! range each time and put the answers together; the wallet's history shows the holder what was asked before.

use alloc::vec::Vec;
use core::fmt;

use super::{DisclosedAttribute, Policy};
use crate::certificate::VerifierIdentity;
use crate::date::Date;
use crate::region::{Province, RegionRange};

/// The widest age range, in birth dates, that is called narrow: a year.
pub const NARROW_AGE_DAYS: u32 = 366;
/// The most region codes that are called narrow: a city's.
pub const NARROW_REGION_CODES: u32 = 100;

/// One thing that an answer gives away.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Narrow {
    /// The ages leave one birth date.
    BirthDate {
        /// That one.
        date: Date,
    },
    /// The ages leave a year of birth dates or less.
    AgeRange {
        /// How many.
        days: u32,
    },
    /// The residence asked for is one county.
    County {
        /// Its code.
        code: u32,
    },
    /// The residence asked for is as small as a city.
    City {
        /// Codes that it has.
        codes: u32,
    },
    /// The residence asked for is within one province.
    Province(Province),
    /// An attribute is shown that picks out one person or nearly so.
    Identifies(DisclosedAttribute),
    /// The pseudonym is the same at every visit.
    Recognised,
    /// The pseudonym is the same at every business of a shared scope.
    RecognisedTogether {
        /// The scope's identity.
        shared: VerifierIdentity,
    },
}

impl Policy {
    /// What answering on the day `on` gives away beside the disclosures; empty for a policy that gives nothing away, and for
    /// one that nobody can satisfy.
    pub fn narrowness(&self, on: Date) -> Vec<Narrow> {
        let mut found = Vec::new();
        let Ok(bounds) = self.bounds(on) else { return found };
        match age_range_days(self, on) {
            // A single day is the first of the range, unless the range ends before it begins: then there is none.
            Some(1) => found.push(Narrow::BirthDate { date: bounds.born_from }),
            Some(days @ 2..=NARROW_AGE_DAYS) => found.push(Narrow::AgeRange { days }),
            _ => {}
        }
        found.extend(self.narrow_residence());
        let identifying = bounds.disclose.iter().filter(|attribute| attribute.identifies());
        found.extend(identifying.map(Narrow::Identifies));
        match (&self.pseudonym, &self.shared_scope) {
            (None, _) => {}
            (Some(_), None) => found.push(Narrow::Recognised),
            (Some(_), Some(shared)) => found.push(Narrow::RecognisedTogether { shared: shared.clone() }),
        }
        found
    }

    fn narrow_residence(&self) -> Option<Narrow> {
        let range = self.region.unwrap_or(RegionRange::ANY);
        let allowed = self.provinces.as_deref().unwrap_or(&Province::ALL);
        let overlaps: Vec<_> = allowed
            .iter()
            .filter(|province| range.overlaps(province.range()))
            .map(|province| {
                let of = province.range();
                (*province, range.from().max(of.from()), range.to().min(of.to()))
            })
            .collect();
        let codes: u32 = overlaps.iter().map(|(_, from, to)| to - from + 1).sum();
        match (codes, overlaps.as_slice()) {
            (1, [(_, code, _)]) => Some(Narrow::County { code: *code }),
            (1..=NARROW_REGION_CODES, _) => Some(Narrow::City { codes }),
            (_, [(province, ..)]) => Some(Narrow::Province(*province)),
            _ => None,
        }
    }
}

/// How many birth dates the ages of a policy leave on the day `on`; `None` if it asks for none, or for what the calendar does
/// not have.
pub(super) fn age_range_days(policy: &Policy, on: Date) -> Option<u32> {
    if policy.minimum_age.is_none() && policy.maximum_age.is_none() {
        return None;
    }
    let bounds = policy.bounds(on).ok()?;
    let last = bounds.born_to.min(on);
    Some((last.days() + 1).saturating_sub(bounds.born_from.days()))
}

impl fmt::Display for Narrow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BirthDate { date } => {
                write!(f, "the age range is a single day, {date}: answering tells your birth date")
            }
            Self::AgeRange { days } => {
                write!(f, "the age range is only {days} days wide: answering nearly tells your birth date")
            }
            Self::County { code } => {
                write!(f, "it asks for one county, code {code:06}: answering tells where you live")
            }
            Self::City { codes } => {
                write!(
                    f,
                    "it asks for a region of only {codes} codes, a city or less: answering nearly tells where you live"
                )
            }
            Self::Province(province) => {
                write!(f, "it names {} alone: answering tells in which province you live", province.name_en())
            }
            Self::Identifies(attribute) => {
                write!(f, "{} lets this verifier, and everyone it tells, recognise you", attribute.in_words())
            }
            Self::Recognised => f.write_str("this verifier will recognise you whenever you come again"),
            Self::RecognisedTogether { shared } => write!(
                f,
                "every business certified for {shared} will recognise you, and they can put together what each knows"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ScopeLabel;
    use super::*;

    fn day(year: i32, month: u8, day: u8) -> Date {
        Date::from_ymd(year, month, day).unwrap()
    }

    fn on() -> Date {
        day(2026, 11, 25)
    }

    fn ages(minimum_age: Option<u8>, maximum_age: Option<u8>) -> Policy {
        Policy { minimum_age, maximum_age, ..Policy::default() }
    }

    fn residence(provinces: &[&str], region: Option<(u32, u32)>) -> Vec<Narrow> {
        let list: Vec<_> = provinces.iter().map(|name| Province::parse(name).unwrap()).collect();
        let policy = Policy {
            provinces: (!list.is_empty()).then_some(list),
            region: region.map(|(from, to)| RegionRange::new(from, to).unwrap()),
            ..Policy::default()
        };
        policy.check().unwrap();
        policy.narrowness(on())
    }

    #[test]
    fn a_wide_policy_gives_nothing_away() {
        assert_eq!(Policy::default().narrowness(on()), []);
        assert_eq!(ages(Some(18), None).narrowness(on()), []);
        assert_eq!(ages(Some(18), Some(19)).narrowness(on()), []);
        assert_eq!(residence(&["Guangdong", "Hunan"], None), []);
        assert_eq!(residence(&[], Some((430_000, 449_999))), []);
    }

    #[test]
    fn a_year_of_age_is_narrow_and_a_day_is_a_birth_date() {
        assert_eq!(ages(Some(18), Some(18)).narrowness(on()), [Narrow::AgeRange { days: 366 }]);
        assert_eq!(ages(Some(19), Some(19)).narrowness(on()), [Narrow::AgeRange { days: 365 }]);
        // The youngest: from a year ago to today.
        assert_eq!(ages(None, Some(0)).narrowness(on()), [Narrow::AgeRange { days: 365 }]);
        assert_eq!(ages(None, Some(1)).narrowness(on()), []);
        // The oldest: the calendar begins 110 years before, on the first or second of two days.
        assert_eq!(
            ages(Some(110), None).narrowness(day(2010, 1, 1)),
            [Narrow::BirthDate { date: Date::MIN }]
        );
        assert_eq!(ages(Some(110), None).narrowness(day(2010, 1, 2)), [Narrow::AgeRange { days: 2 }]);
    }

    /// Every pair of ages, by counting birth dates.
    #[test]
    fn widths_agree_with_counting() {
        for on in [on(), day(2024, 2, 29), day(2010, 1, 1)] {
            for (low, high) in [(None, Some(0)), (Some(1), Some(1)), (Some(17), Some(18)), (Some(109), None)]
            {
                let policy = ages(low, high);
                let bounds = policy.bounds(on).unwrap();
                let born = (0..=on.days())
                    .filter(|days| (bounds.born_from.days()..=bounds.born_to.days()).contains(days));
                assert_eq!(age_range_days(&policy, on), Some(born.count() as u32), "{low:?} {high:?} {on}");
            }
        }
    }

    #[test]
    fn residences_are_counted_where_range_and_provinces_meet() {
        let guangdong = Province::parse("Guangdong").unwrap();
        assert_eq!(residence(&["Guangdong"], None), [Narrow::Province(guangdong)]);
        assert_eq!(residence(&[], Some((440_000, 449_999))), [Narrow::Province(guangdong)]);
        assert_eq!(residence(&[], Some((440_106, 440_106))), [Narrow::County { code: 440_106 }]);
        assert_eq!(residence(&["Guangdong"], Some((440_100, 440_199))), [Narrow::City { codes: 100 }]);
        assert_eq!(residence(&[], Some((440_100, 440_200))), [Narrow::Province(guangdong)]);
        // The range is wide, what it leaves of the province is not.
        assert_eq!(residence(&["Guangdong"], Some((449_999, 659_999))), [Narrow::County { code: 449_999 }]);
        // Two provinces, a code of each.
        assert_eq!(residence(&[], Some((439_999, 440_000))), [Narrow::City { codes: 2 }]);
    }

    #[test]
    fn recognition_is_told() {
        let guest = Some(ScopeLabel::new("guest").unwrap());
        let alone = Policy { pseudonym: guest.clone(), ..Policy::default() };
        assert_eq!(alone.narrowness(on()), [Narrow::Recognised]);
        let shared = VerifierIdentity::new("group.example").unwrap();
        let together = Policy { pseudonym: guest, shared_scope: Some(shared.clone()), ..Policy::default() };
        assert_eq!(together.narrowness(on()), [Narrow::RecognisedTogether { shared }]);
        let shown = Policy { disclose: DisclosedAttribute::ALL.to_vec(), ..Policy::default() };
        let identifying = [DisclosedAttribute::Number, DisclosedAttribute::Name, DisclosedAttribute::Extras];
        assert_eq!(shown.narrowness(on()), identifying.map(Narrow::Identifies));
    }

    #[test]
    fn words_say_how_narrow() {
        let says = |finding: Narrow, part: &str| {
            assert!(finding.to_string().contains(part), "{finding}");
        };
        says(Narrow::AgeRange { days: 366 }, "only 366 days wide");
        says(Narrow::BirthDate { date: Date::MIN }, "1900-01-01");
        says(Narrow::County { code: 440_106 }, "440106");
        says(Narrow::City { codes: 40 }, "only 40 codes");
        says(Narrow::Identifies(DisclosedAttribute::Name), "your name lets this verifier");
    }
}
