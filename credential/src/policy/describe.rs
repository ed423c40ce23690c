//! A policy in plain words, one line a clause, for the screen on which the holder consents.

use super::{Bounds, DisclosedAttribute, DisclosureMask, Policy};
use crate::date::Date;
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

impl Policy {
    /// What the holder would prove and show by answering on the day `on`.
    ///
    /// A policy that nobody can satisfy is described by the one line that says why.
    pub fn describe(&self, on: Date) -> Vec<String> {
        let bounds = match self.bounds(on) {
            Ok(bounds) => bounds,
            Err(error) => return vec![format!("this request cannot be answered: {error}")],
        };
        let mut lines = Vec::new();
        lines.extend(self.describe_age(on, &bounds));
        lines.extend(self.provinces.as_deref().map(|list| {
            let names: Vec<_> = list.iter().map(|province| province.name_en()).collect();
            format!("resident of {}", join(&names, "or"))
        }));
        lines.extend(self.region.map(|range| match (range.from(), range.to()) {
            (from, to) if from == to => format!("resident of the region with code {from:06}"),
            (from, to) => format!("resident of a region with a code from {from:06} to {to:06}"),
        }));
        if self.valid {
            lines.push(format!("ID valid on {on} (not expired)"));
        } else {
            lines.push("whether the ID has expired is not asked".to_owned());
        }
        lines.push(format!(
            "ID issued by one of the trusted issuers (not said which) and not revoked, by lists at most {} old",
            hours(self.max_status_age_hours)
        ));
        lines.extend(bounds.disclose.iter().map(|attribute| format!("shows {}", attribute.in_words())));
        lines.push(self.describe_recognition(&bounds));
        lines
    }

    fn describe_age(&self, on: Date, bounds: &Bounds) -> Option<String> {
        let Bounds { born_from: from, born_to: to, .. } = bounds;
        match (self.minimum_age, self.maximum_age) {
            (None, None) => None,
            (Some(age), None) => Some(format!("born on or before {to} ({age} or older on {on})")),
            (None, Some(age)) => Some(format!("born on or after {from} ({age} or younger on {on})")),
            (Some(low), Some(high)) if low == high => {
                Some(format!("born from {from} to {to} ({low} years old on {on})"))
            }
            (Some(low), Some(high)) => {
                Some(format!("born from {from} to {to} ({low} to {high} years old on {on})"))
            }
        }
    }

    fn describe_recognition(&self, bounds: &Bounds) -> String {
        let identifying: Vec<_> = bounds
            .disclose
            .iter()
            .filter(|attribute| attribute.identifies())
            .map(DisclosedAttribute::in_words)
            .collect();
        match &self.pseudonym {
            Some(label) => match &self.shared_scope {
                None => format!("the business will recognise you again under the label \"{label}\""),
                Some(shared) => format!(
                    "every business certified for {shared} will recognise you again under the label \"{label}\""
                ),
            },
            None if !identifying.is_empty() => {
                format!("the business can recognise you again by {}", join(&identifying, "and"))
            }
            None if bounds.disclose == DisclosureMask::NONE => {
                "the business cannot recognise you again from this answer".to_owned()
            }
            None => "the proof itself does not let the business recognise you again; what you show might"
                .to_owned(),
        }
    }
}

impl DisclosedAttribute {
    /// The attribute as the holder would call it.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Number => "your document number (it contains your birth date and sex)",
            Self::Name => "your name",
            Self::Birth => "your birth date",
            Self::Sex => "your sex",
            Self::Region => "your region of residence (six-digit code)",
            Self::Expiry => "the day your ID expires, or that it never does",
            Self::Extras => "the further attributes that you choose, and a fingerprint of all of them",
        }
    }
}

fn hours(hours: u32) -> String {
    match (hours / 24, hours % 24) {
        (0, 1) => "1 hour".to_owned(),
        (1, 0) => "1 day".to_owned(),
        (days, 0) => format!("{days} days"),
        _ => format!("{hours} hours"),
    }
}

/// `a`, `a or b`, `a, b or c`.
fn join(items: &[&str], last: &str) -> String {
    match items {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [rest @ .., end] => format!("{} {last} {end}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ScopeLabel;
    use super::*;
    use crate::region::{Province, RegionRange};

    const NOT_REVOKED: &str = "ID issued by one of the trusted issuers (not said which) and not revoked, by lists at most 7 days old";

    fn on() -> Date {
        Date::from_ymd(2026, 11, 25).unwrap()
    }

    fn provinces(names: &[&str]) -> Option<Vec<Province>> {
        Some(names.iter().map(|name| Province::parse(name).unwrap()).collect())
    }

    #[test]
    fn a_hotel_in_plain_words() {
        let policy = Policy {
            minimum_age: Some(18),
            provinces: provinces(&["Guangdong", "Hunan"]),
            ..Policy::default()
        };
        assert_eq!(
            policy.describe(on()),
            [
                "born on or before 2008-11-25 (18 or older on 2026-11-25)",
                "resident of Guangdong or Hunan",
                "ID valid on 2026-11-25 (not expired)",
                NOT_REVOKED,
                "the business cannot recognise you again from this answer",
            ]
        );
    }

    #[test]
    fn a_shop_and_an_airline_in_plain_words() {
        let shop = Policy { pseudonym: Some(ScopeLabel::new("account").unwrap()), ..Policy::default() };
        assert_eq!(
            shop.describe(on()),
            [
                "ID valid on 2026-11-25 (not expired)",
                NOT_REVOKED,
                "the business will recognise you again under the label \"account\"",
            ]
        );
        let airline = Policy {
            disclose: vec![DisclosedAttribute::Name, DisclosedAttribute::Number],
            ..Policy::default()
        };
        assert_eq!(
            airline.describe(on())[2..],
            [
                "shows your document number (it contains your birth date and sex)",
                "shows your name",
                "the business can recognise you again by your document number (it contains your birth date and sex) \
                 and your name",
            ]
        );
    }

    #[test]
    fn ages_say_both_bounds() {
        let line = |minimum_age, maximum_age| {
            Policy { minimum_age, maximum_age, ..Policy::default() }.describe(on()).swap_remove(0)
        };
        assert_eq!(line(None, Some(17)), "born on or after 2008-11-26 (17 or younger on 2026-11-25)");
        assert_eq!(
            line(Some(18), Some(25)),
            "born from 2000-11-26 to 2008-11-25 (18 to 25 years old on 2026-11-25)"
        );
        assert_eq!(
            line(Some(18), Some(18)),
            "born from 2007-11-26 to 2008-11-25 (18 years old on 2026-11-25)"
        );
    }

    #[test]
    fn regions_and_the_rest_in_plain_words() {
        let policy = Policy {
            provinces: provinces(&["Beijing", "Hebei", "Tianjin"]),
            region: Some(RegionRange::new(110_100, 130_199).unwrap()),
            valid: false,
            disclose: vec![DisclosedAttribute::Sex],
            max_status_age_hours: 36,
            ..Policy::default()
        };
        assert_eq!(
            policy.describe(on()),
            [
                "resident of Beijing, Hebei or Tianjin",
                "resident of a region with a code from 110100 to 130199",
                "whether the ID has expired is not asked",
                "ID issued by one of the trusted issuers (not said which) and not revoked, by lists at most 36 hours old",
                "shows your sex",
                "the proof itself does not let the business recognise you again; what you show might",
            ]
        );
        let county =
            Policy { region: Some(RegionRange::new(440_106, 440_106).unwrap()), ..Policy::default() };
        assert_eq!(county.describe(on())[0], "resident of the region with code 440106");
        assert_eq!([hours(1), hours(23), hours(24), hours(25)], ["1 hour", "23 hours", "1 day", "25 hours"]);
    }

    #[test]
    fn what_nobody_can_satisfy_is_said() {
        let policy = Policy { provinces: Some(vec![]), ..Policy::default() };
        let [line] = &policy.describe(on())[..] else { panic!("one line") };
        assert!(
            line.starts_with("this request cannot be answered: the list of provinces is empty"),
            "{line}"
        );
    }

    /// Every attribute that can be disclosed is announced, each in its own words.
    #[test]
    fn every_disclosure_is_announced() {
        for attribute in DisclosedAttribute::ALL {
            let policy = Policy { disclose: vec![attribute], ..Policy::default() };
            let announced = format!("shows {}", attribute.in_words());
            let lines = policy.describe(on());
            assert_eq!(
                lines.iter().filter(|line| line.starts_with("shows ")).collect::<Vec<_>>(),
                [&announced]
            );
        }
    }
}
