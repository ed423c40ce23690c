//! Calendar dates and clock times.
//!
//! A [`Date`] is a day of the proleptic Gregorian calendar, counted from 1900-01-01 (day 0) and below 2^17, so up to
//! 2258-11-11. The count is what the issuer signs and what the circuit compares; text is `YYYY-MM-DD`, exactly ten
//! ASCII characters. A [`UnixTime`] is a count of seconds since 1970-01-01T00:00:00Z, without leap seconds.
//!
//! Ages turn over at midnight in China: [`UnixTime::date_utc8`] is the only way from a clock time to a date.
//!
//! Not checked here: whether a clock tells the truth (the verifier's `Clock`), and whether a date makes sense in its
//! field, such as an expiry after the issue ([`crate::document`]).

use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Bits of a day count: every date is below `2^DATE_BITS`.
pub const DATE_BITS: u32 = 17;

/// Julian day number of 1900-01-01.
const EPOCH_JULIAN_DAY: i32 = 2_415_021;

/// Day count of 1970-01-01.
const UNIX_EPOCH_DAY: u64 = 25_567;

const SECONDS_PER_DAY: u64 = 86_400;

/// China Standard Time is eight hours ahead of UTC, all year and everywhere in the country.
const UTC8_SECONDS: u64 = 8 * 3_600;

/// A day between 1900-01-01 and 2258-11-11, as days since 1900-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(u32);

/// Why a date was refused. The text that was refused is left out: it may be somebody's birth date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DateError {
    /// The text is not of the shape `YYYY-MM-DD`.
    #[error("a date has the form YYYY-MM-DD with exactly ten characters; write it that way")]
    Format,
    /// The calendar has no such day.
    #[error("the calendar has no such day; check month, day and leap year")]
    Impossible,
    /// The day lies outside what a credential can hold.
    #[error("dates lie between 1900-01-01 and 2258-11-11; check the year")]
    OutOfRange,
}

impl Date {
    /// The first day, 1900-01-01; also the lower bound that every date satisfies.
    pub const MIN: Self = Self(0);
    /// The last day, number 2^17 − 1; also the upper bound that every date satisfies.
    pub const MAX: Self = Self((1 << DATE_BITS) - 1);

    /// The day with this year, month (1..=12) and day of the month (1..=31).
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Result<Self, DateError> {
        let month = time::Month::try_from(month).map_err(|_| DateError::Impossible)?;
        if !(0..=9999).contains(&year) {
            return Err(DateError::OutOfRange);
        }
        let date =
            time::Date::from_calendar_date(year, month, day).map_err(|_| DateError::Impossible)?;
        u32::try_from(date.to_julian_day() - EPOCH_JULIAN_DAY)
            .map_err(|_| DateError::OutOfRange)
            .and_then(Self::from_days)
    }

    /// The day with this count of days since 1900-01-01.
    pub const fn from_days(days: u32) -> Result<Self, DateError> {
        if days > Self::MAX.0 {
            Err(DateError::OutOfRange)
        } else {
            Ok(Self(days))
        }
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let bytes: &[u8; 10] = text.as_bytes().try_into().map_err(|_| DateError::Format)?;
        if bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(DateError::Format);
        }
        let (year, month, day) = (
            digits(&bytes[..4])?,
            digits(&bytes[5..7])?,
            digits(&bytes[8..])?,
        );
        // Two digits fit a byte and four fit an i32.
        Self::from_ymd(year as i32, month as u8, day as u8)
    }

    /// Days since 1900-01-01, below 2^17.
    pub const fn days(self) -> u32 {
        self.0
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.calendar().year()
    }

    /// The month, 1..=12.
    pub fn month(self) -> u8 {
        self.calendar().month().into()
    }

    /// The day of the month, 1..=31.
    pub fn day(self) -> u8 {
        self.calendar().day()
    }

    /// The date `days` later.
    pub fn plus_days(self, days: u32) -> Result<Self, DateError> {
        self.0
            .checked_add(days)
            .ok_or(DateError::OutOfRange)
            .and_then(Self::from_days)
    }

    fn calendar(self) -> time::Date {
        // 2^17 days after 1900 is within the `time` crate's years −9999..=9999.
        time::Date::from_julian_day(EPOCH_JULIAN_DAY + self.0 as i32).expect("a day before 2259")
    }
}

/// An unsigned decimal number of ASCII digits alone: no sign, no blanks.
fn digits(bytes: &[u8]) -> Result<u32, DateError> {
    bytes.iter().try_fold(0, |value, byte| match byte {
        b'0'..=b'9' => Ok(value * 10 + u32::from(byte - b'0')),
        _ => Err(DateError::Format),
    })
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.calendar();
        write!(
            f,
            "{:04}-{:02}-{:02}",
            date.year(),
            u8::from(date.month()),
            date.day()
        )
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;

    fn try_from(text: String) -> Result<Self, DateError> {
        Self::parse(&text)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixTime(pub u64);

impl UnixTime {
    /// The date in China (UTC+8) at this time. Times beyond the last [`Date`] give [`Date::MAX`].
    pub fn date_utc8(self) -> Date {
        let days = self.0.saturating_add(UTC8_SECONDS) / SECONDS_PER_DAY;
        u32::try_from(days.saturating_add(UNIX_EPOCH_DAY))
            .ok()
            .and_then(|days| Date::from_days(days).ok())
            .unwrap_or(Date::MAX)
    }

    /// This time and `duration` (whole seconds of it) later; stops at the last representable second.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.as_secs()))
    }

    /// How long after `earlier` this time is; zero if it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_secs(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for UnixTime {
    /// RFC 3339 in UTC, such as `2026-11-25T10:02:03Z`; a plain count of seconds beyond the year 9999.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = i64::try_from(self.0)
            .ok()
            .and_then(|s| time::OffsetDateTime::from_unix_timestamp(s).ok());
        match time {
            Some(t) => write!(
                f,
                "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                t.year(),
                u8::from(t.month()),
                t.day(),
                t.hour(),
                t.minute(),
                t.second()
            ),
            None => write!(f, "{} seconds after 1970", self.0),
        }
    }
}
