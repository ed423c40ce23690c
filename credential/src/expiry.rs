//! The last day of a document's validity, or none: resident IDs of people who were 46 or older when theirs was issued are
//! valid for good (长期, "long-term").
//!
//! **Encoding.** A day as every [`Date`]; long-term is [`Date::MAX`], the largest that 17 bits hold. The clause "still valid"
//! is `today ≤ expiry` over 17-bit numbers, and no date of a presentation is above the largest one, so that it holds for a
//! long-term ID on every date there is: no case of its own in the circuit, and a long-term ID presents like any other. The
//! two meanings cannot be confused: a document that says 2258-11-11 is refused.
//!
//! Text is `YYYY-MM-DD` or `long-term`; documents may also say `长期`.

use alloc::string::{String, ToString};
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::date::{Date, DateError};

/// What files and screens say instead of a day.
const LONG_TERM: &str = "long-term";

/// What the document itself says.
const LONG_TERM_ZH: &str = "长期";

/// Up to which day, included, a document is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Expiry(Date);

impl Expiry {
    /// Valid for good.
    pub const LONG_TERM: Self = Self(Date::MAX);

    /// The expiry with this encoding: the last day, and [`Date::MAX`] for long-term.
    pub const fn from_encoding(date: Date) -> Self {
        Self(date)
    }

    /// What the issuer signs and the circuit compares: the last day, and [`Date::MAX`] for long-term.
    pub const fn encoding(self) -> Date {
        self.0
    }

    /// Whether there is no last day.
    pub fn is_long_term(self) -> bool {
        self == Self::LONG_TERM
    }

    /// Whether the document is valid on this day.
    pub fn covers(self, day: Date) -> bool {
        day <= self.0
    }

    /// Reads what a document says: `YYYY-MM-DD`, `long-term` or `长期`.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        if text == LONG_TERM || text == LONG_TERM_ZH {
            return Ok(Self::LONG_TERM);
        }
        match Date::parse(text)? {
            Date::MAX => Err(DateError::OutOfRange),
            day => Ok(Self(day)),
        }
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_long_term() { f.pad(LONG_TERM) } else { self.0.fmt(f) }
    }
}

impl TryFrom<String> for Expiry {
    type Error = DateError;

    /// The one spelling that [`Display`](fmt::Display) writes.
    fn try_from(text: String) -> Result<Self, DateError> {
        if text == LONG_TERM_ZH { Err(DateError::Format) } else { Self::parse(&text) }
    }
}

impl From<Expiry> for String {
    fn from(expiry: Expiry) -> Self {
        expiry.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_term_has_its_own_spelling_and_the_largest_encoding() {
        for text in ["long-term", "长期"] {
            let expiry = Expiry::parse(text).unwrap();
            assert!(expiry.is_long_term());
            assert_eq!((expiry.encoding(), expiry.to_string().as_str()), (Date::MAX, "long-term"));
        }
        assert_eq!(Expiry::parse(&Date::MAX.to_string()), Err(DateError::OutOfRange));
        let last_day = Date::from_days(Date::MAX.days() - 1).unwrap();
        let expiry = Expiry::parse(&last_day.to_string()).unwrap();
        assert!(!expiry.is_long_term() && expiry < Expiry::LONG_TERM);
        assert_eq!(expiry.to_string(), last_day.to_string());
        for text in ["Long-term", "long term", "长期 ", "长", "", "9999-12-31", "longterm"] {
            assert!(Expiry::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn json_has_one_spelling() {
        assert_eq!(serde_json::to_string(&Expiry::LONG_TERM).unwrap(), "\"long-term\"");
        assert_eq!(serde_json::from_str::<Expiry>("\"long-term\"").unwrap(), Expiry::LONG_TERM);
        assert_eq!(serde_json::from_str::<Expiry>("\"2040-01-01\"").unwrap().to_string(), "2040-01-01");
        for wrong in ["\"长期\"", "\"2258-11-11\"", "null", "131071"] {
            assert!(serde_json::from_str::<Expiry>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn long_term_covers_every_date_there_is() {
        assert!((0..=Date::MAX.days()).all(|day| Expiry::LONG_TERM.covers(Date::from_days(day).unwrap())));
        let dated = Expiry::parse("2040-01-01").unwrap();
        assert!(dated.covers(dated.encoding()) && !dated.covers(dated.encoding().plus_days(1).unwrap()));
    }
}
