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

use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Bits of a day count: every date is below `2^DATE_BITS`.
pub const DATE_BITS: u32 = 17;

/// Days from 0000-03-01 to 1900-01-01. Years are counted from March while computing, so that the leap day ends one.
const EPOCH_DAY: u32 = 693_901;

/// Days of the 400 years after which the calendar repeats itself.
const DAYS_PER_CYCLE: u32 = 146_097;

/// Day count of 1970-01-01.
const UNIX_EPOCH_DAY: u64 = 25_567;

/// Days from 1970-01-01 to 9999-12-31.
const LAST_RFC_3339_DAY: u32 = 2_932_896;

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
        if !(1..=12).contains(&month) {
            return Err(DateError::Impossible);
        }
        let year = u32::try_from(year).ok().filter(|year| *year <= 9999).ok_or(DateError::OutOfRange)?;
        if day == 0 || day > days_in_month(year, month) {
            return Err(DateError::Impossible);
        }
        day_number(year, month, day)
            .checked_sub(EPOCH_DAY)
            .ok_or(DateError::OutOfRange)
            .and_then(Self::from_days)
    }

    /// The day with this count of days since 1900-01-01.
    pub const fn from_days(days: u32) -> Result<Self, DateError> {
        if days > Self::MAX.0 { Err(DateError::OutOfRange) } else { Ok(Self(days)) }
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let bytes: &[u8; 10] = text.as_bytes().try_into().map_err(|_| DateError::Format)?;
        if bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(DateError::Format);
        }
        let (year, month, day) = (digits(&bytes[..4])?, digits(&bytes[5..7])?, digits(&bytes[8..])?);
        // Two digits fit a byte and four fit an i32.
        Self::from_ymd(year as i32, month as u8, day as u8)
    }

    /// Days since 1900-01-01, below 2^17.
    pub const fn days(self) -> u32 {
        self.0
    }

    /// The year.
    pub fn year(self) -> i32 {
        // Below 2259.
        self.calendar().0 as i32
    }

    /// The month, 1..=12.
    pub fn month(self) -> u8 {
        self.calendar().1
    }

    /// The day of the month, 1..=31.
    pub fn day(self) -> u8 {
        self.calendar().2
    }

    /// The date `days` later.
    pub fn plus_days(self, days: u32) -> Result<Self, DateError> {
        self.0.checked_add(days).ok_or(DateError::OutOfRange).and_then(Self::from_days)
    }

    /// Year, month and day.
    fn calendar(self) -> (u32, u8, u8) {
        calendar_day(EPOCH_DAY + self.0)
    }
}

fn days_in_month(year: u32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 0000-03-01 of a day that exists, up to the year 9999; January and February of the year 0 come before it and give 0.
///
/// From March on, the months have 31, 30, 31, 30, 31 days over and over, so that the month `m` of such a year begins on its day
/// `⌊(153·m + 2) / 5⌋`.
fn day_number(year: u32, month: u8, day: u8) -> u32 {
    let (month, day) = (u32::from(month), u32::from(day));
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.wrapping_sub(1), month + 9) };
    if year == u32::MAX {
        return 0;
    }
    365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1
}

/// The day with this number, backwards from [`day_number`].
fn calendar_day(number: u32) -> (u32, u8, u8) {
    let (cycle, day) = (number / DAYS_PER_CYCLE, number % DAYS_PER_CYCLE);
    // Of the 400 years, every fourth has a day more, but for the hundredth; the four hundredth ends the cycle.
    let year = (day - day / 1_460 + day / 36_524 - day / (DAYS_PER_CYCLE - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (carry, month) = if month < 10 { (0, month + 3) } else { (1, month - 9) };
    // A month is at most 12 and its day at most 31.
    (400 * cycle + year + carry, month as u8, day as u8)
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
        let (year, month, day) = self.calendar();
        write!(f, "{year:04}-{month:02}-{day:02}")
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
        let days = u32::try_from(self.0 / SECONDS_PER_DAY).ok().filter(|days| *days <= LAST_RFC_3339_DAY);
        let Some(days) = days else {
            return write!(f, "{} seconds after 1970", self.0);
        };
        let (year, month, day) = calendar_day(EPOCH_DAY + UNIX_EPOCH_DAY as u32 + days);
        let second = self.0 % SECONDS_PER_DAY;
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leap(year: i32) -> bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    fn days_in_month(year: i32, month: u8) -> u8 {
        match month {
            2 if leap(year) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    #[test]
    fn every_day_agrees_with_a_calendar_walked_day_by_day() {
        let (mut year, mut month, mut day) = (1900, 1, 1);
        for days in 0..1 << DATE_BITS {
            let date = Date::from_days(days).unwrap();
            assert_eq!((date.year(), date.month(), date.day()), (year, month, day));
            assert_eq!(Date::from_ymd(year, month, day), Ok(date));
            assert_eq!(Date::parse(&date.to_string()), Ok(date));
            day += 1;
            if day > days_in_month(year, month) {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
        assert_eq!(Date::from_ymd(year, month, day), Err(DateError::OutOfRange));
    }

    #[test]
    fn impossible_days_are_refused() {
        for year in 1899..=2259 {
            for month in 0..=13 {
                for day in 0..=32 {
                    let exists = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
                    let refused_as_impossible =
                        Date::from_ymd(year, month, day) == Err(DateError::Impossible);
                    assert_eq!(refused_as_impossible, !exists, "{year}-{month}-{day}");
                }
            }
        }
    }

    #[test]
    fn leap_years_follow_the_rule_of_the_centuries() {
        assert_eq!(Date::from_ymd(1900, 2, 29), Err(DateError::Impossible));
        assert!(Date::from_ymd(2000, 2, 29).is_ok());
        assert_eq!(Date::from_ymd(2100, 2, 29), Err(DateError::Impossible));
        let last_of_february = Date::from_ymd(1900, 2, 28).unwrap();
        assert_eq!(last_of_february.plus_days(1).unwrap().to_string(), "1900-03-01");
    }

    #[test]
    fn the_range_ends_where_seventeen_bits_end() {
        assert_eq!(Date::MIN.to_string(), "1900-01-01");
        assert_eq!(Date::MAX.to_string(), "2258-11-11");
        assert_eq!(Date::MAX.days(), 131_071);
        assert_eq!(Date::from_days(131_072), Err(DateError::OutOfRange));
        assert_eq!(Date::MAX.plus_days(1), Err(DateError::OutOfRange));
        assert_eq!(Date::MAX.plus_days(u32::MAX), Err(DateError::OutOfRange));
        assert_eq!(Date::parse("1899-12-31"), Err(DateError::OutOfRange));
        assert_eq!(Date::parse("2258-11-12"), Err(DateError::OutOfRange));
        assert_eq!(Date::parse("9999-12-31"), Err(DateError::OutOfRange));
        assert_eq!(Date::from_ymd(i32::MAX, 1, 1), Err(DateError::OutOfRange));
        assert_eq!(Date::from_ymd(i32::MIN, 1, 1), Err(DateError::OutOfRange));
    }

    #[test]
    fn only_one_spelling_is_read() {
        for text in [
            "",
            "2026-1-5",
            "2026-01-5",
            "26-01-05",
            "2026/01/05",
            "20260105",
            "2026-01-05 ",
            " 2026-01-05",
            "2026-01-05T",
            "+026-01-05",
            "-026-01-05",
            "2026-0a-05",
            "２０２６-01",
            "2026-01-٠",
            "2026--1-05",
        ] {
            assert_eq!(Date::parse(text), Err(DateError::Format), "{text}");
        }
        assert_eq!(Date::parse("2026-00-10"), Err(DateError::Impossible));
        assert_eq!(Date::parse("2026-04-31"), Err(DateError::Impossible));
    }

    #[test]
    fn json_is_the_text() {
        let date = Date::from_ymd(2026, 11, 25).unwrap();
        assert_eq!(serde_json::to_string(&date).unwrap(), "\"2026-11-25\"");
        assert_eq!(serde_json::from_str::<Date>("\"2026-11-25\"").unwrap(), date);
        for wrong in ["46349", "\"2026-02-29\"", "null", "\"2026-11-25T00:00:00Z\""] {
            assert!(serde_json::from_str::<Date>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_day_turns_at_midnight_in_china() {
        // 2026-11-24T15:59:59Z is 23:59:59 in China.
        let last_second = UnixTime(1_795_535_999);
        assert_eq!(last_second.to_string(), "2026-11-24T15:59:59Z");
        assert_eq!(last_second.date_utc8().to_string(), "2026-11-24");
        assert_eq!(last_second.plus(Duration::from_secs(1)).date_utc8().to_string(), "2026-11-25");
        assert_eq!(last_second.plus(Duration::from_millis(999)), last_second);
    }

    #[test]
    fn clocks_at_either_end_give_a_date() {
        assert_eq!(UnixTime(0).date_utc8().to_string(), "1970-01-01");
        let last_day = UnixTime((u64::from(Date::MAX.days()) - UNIX_EPOCH_DAY) * SECONDS_PER_DAY);
        assert_eq!(last_day.date_utc8(), Date::MAX);
        assert_eq!(last_day.plus(Duration::from_secs(10 * SECONDS_PER_DAY)).date_utc8(), Date::MAX);
        assert_eq!(UnixTime(u64::MAX).date_utc8(), Date::MAX);
        assert_eq!(UnixTime(u64::MAX).plus(Duration::from_secs(1)), UnixTime(u64::MAX));
        assert_eq!(UnixTime(u64::MAX).to_string(), "18446744073709551615 seconds after 1970");
        assert_eq!(UnixTime(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(UnixTime(951_827_696).to_string(), "2000-02-29T12:34:56Z");
        assert_eq!(UnixTime(253_402_300_799).to_string(), "9999-12-31T23:59:59Z");
        assert_eq!(UnixTime(253_402_300_800).to_string(), "253402300800 seconds after 1970");
        assert_eq!(UnixTime(5).since(UnixTime(2)), Duration::from_secs(3));
        assert_eq!(UnixTime(2).since(UnixTime(5)), Duration::ZERO);
    }

    #[test]
    fn errors_do_not_repeat_the_date() {
        for text in ["1991-02-30", "1891-02-03", "3.2.1991"] {
            let message = Date::parse(text).unwrap_err().to_string();
            assert!(!message.contains("1991") && !message.contains("1891"), "{message}");
        }
    }
}
