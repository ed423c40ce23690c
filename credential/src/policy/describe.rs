//! A policy in plain words, one line a clause, for the screen on which the holder consents.

use super::{Bounds, DisclosedAttribute, Policy};
use crate::date::Date;

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
        lines.extend(
            bounds
                .disclose
                .iter()
                .map(|attribute| format!("shows {}", attribute.in_words())),
        );
        lines.push(self.describe_recognition(&bounds));
        lines
    }

    fn describe_age(&self, on: Date, bounds: &Bounds) -> Option<String> {
        let Bounds {
            born_from: from,
            born_to: to,
            ..
        } = bounds;
        match (self.minimum_age, self.maximum_age) {
            (None, None) => None,
            (Some(age), None) => Some(format!("born on or before {to} ({age} or older on {on})")),
            (None, Some(age)) => Some(format!(
                "born on or after {from} ({age} or younger on {on})"
            )),
            (Some(low), Some(high)) if low == high => Some(format!(
                "born from {from} to {to} ({low} years old on {on})"
            )),
            (Some(low), Some(high)) => Some(format!(
                "born from {from} to {to} ({low} to {high} years old on {on})"
            )),
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
            Some(label) => {
                format!("the business will recognise you again under the label \"{label}\"")
            }
            None if identifying.is_empty() => {
                "the proof itself does not let the business recognise you again".to_owned()
            }
            None => format!(
                "the business can recognise you again by {}",
                join(&identifying, "and")
            ),
        }
    }
}

impl DisclosedAttribute {
    /// The attribute as the holder would call it.
    fn in_words(self) -> &'static str {
        match self {
            Self::Number => "your document number (it contains your birth date and sex)",
            Self::Name => "your name",
            Self::Birth => "your birth date",
            Self::Sex => "your sex",
            Self::Region => "your region of residence (six-digit code)",
            Self::Expiry => "the day your ID expires",
            Self::Extras => {
                "the further attributes that you choose, and a fingerprint of all of them"
            }
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
