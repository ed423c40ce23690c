//! What a business asks: a policy that people can read, as TOML or JSON, and the bounds that it sets on a given day.
//!
//! ```toml
//! title = "Check-in at the Lotus Hotel"
//! minimum_age = 18
//! provinces = ["Guangdong", "Hunan"]
//! disclose = ["name"]
//! pseudonym = "guest"
//! shared_scope = "lotus-group.example"   # together with others; only if the certificate lists it
//! ```
//! Ages count on the birthday, and somebody born on 29 February has the birthday on 1 March in common years. On day `on`,
//! with `bound(n)` the latest birth date of those who are `n` or older,
//! ```text
//! minimum n:  born_to   = bound(n)             maximum n:  born_from = bound(n + 1) + 1 day
//! bound(n) = (year − n, month, day) of `on`;   28 February if that is a 29 February which does not exist
//! ```
//! A clause that is not asked gets the bounds that everybody satisfies, so that presentations look alike. What nobody
//! could satisfy, and what could be read in two ways, is refused here: an empty list, a minimum above a maximum, a range
//! outside the provinces, unknown or repeated entries. Every reader checks; [`Policy::bounds`] checks again.
//!
//! Not checked here: whether the business may ask this (its certificate), and which day it is (the verifier's clock).

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use crate::certificate::VerifierIdentity;
use crate::date::{Date, DateError};
use crate::json::{self, FaultKind, JsonFault};
use crate::name::is_plain_text;
use crate::region::{Province, ProvinceSet, RegionError, RegionRange};
use crate::table::Table;
#[cfg(feature = "toml")]
use crate::toml_fault::{self, TomlFault};

mod beyond;
mod compact;
mod describe;
mod disclose;
mod narrow;
#[cfg(test)]
mod tests;

pub use beyond::Beyond;
pub use disclose::{DisclosedAttribute, DisclosureMask, MaskError};
pub use narrow::{NARROW_AGE_DAYS, NARROW_REGION_CODES, Narrow};

/// The most characters of a title or a label.
pub const MAX_TEXT_CHARACTERS: usize = 80;

/// The highest age that a policy may name.
pub const MAX_AGE: u8 = 120;

/// How old a status list may be if the policy does not say: a week.
pub const DEFAULT_STATUS_AGE_HOURS: u32 = 168;

/// What a business asks of a guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Table<PolicyFile>", into = "PolicyFile")]
pub struct Policy {
    /// What it is for, shown to the holder; may be empty.
    pub title: String,
    /// At least this old.
    pub minimum_age: Option<u8>,
    /// At most this old.
    pub maximum_age: Option<u8>,
    /// Resident in one of these; `None` is anywhere.
    pub provinces: Option<Vec<Province>>,
    /// Resident within this range of codes; `None` is anywhere.
    pub region: Option<RegionRange>,
    /// The ID has not expired.
    pub valid: bool,
    /// Attributes to be shown.
    pub disclose: Vec<DisclosedAttribute>,
    /// The label under which the business will recognise the guest again; `None` if it will not.
    pub pseudonym: Option<ScopeLabel>,
    /// The identity under which several businesses will recognise the guest together, each certified for it; `None` if the
    /// pseudonym is for this business alone.
    pub shared_scope: Option<VerifierIdentity>,
    /// How old the status lists behind the answer may be, in hours.
    pub max_status_age_hours: u32,
}

impl Default for Policy {
    /// A valid ID that is not revoked, and nothing else.
    fn default() -> Self {
        Self {
            title: String::new(),
            minimum_age: None,
            maximum_age: None,
            provinces: None,
            region: None,
            valid: true,
            disclose: Vec::new(),
            pseudonym: None,
            shared_scope: None,
            max_status_age_hours: DEFAULT_STATUS_AGE_HOURS,
        }
    }
}

/// Why a policy was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// A file without any key.
    #[error("the policy says nothing; write at least `valid = true` to ask for a valid ID and nothing else")]
    Nothing,
    /// Not JSON of the expected shape.
    #[error("{0}")]
    Json(#[from] JsonFault),
    /// TOML where JSON is expected.
    #[error("this is not JSON; if it is TOML, let the file's name end in .toml")]
    TomlAsJson,
    /// Not TOML of the expected shape.
    #[cfg(feature = "toml")]
    #[error(transparent)]
    Toml(#[from] TomlFault),
    /// JSON where TOML is expected.
    #[cfg(feature = "toml")]
    #[error("this is JSON, and policies are TOML unless the file's name ends in .json; rename the file")]
    JsonAsToml,
    /// A title that is too long or would disturb the consent screen.
    #[error("the title has at most 80 characters, none of them a control character; shorten it")]
    Title,
    /// A minimum age that everybody has.
    #[error("everybody is at least 0 years old; leave the minimum age out")]
    MinimumAgeZero,
    /// An age beyond what is sensible.
    #[error("ages in a policy go up to 120 years; correct the age")]
    AgeTooHigh,
    /// Nobody can be both.
    #[error("the minimum age is above the maximum age; exchange them")]
    MinimumAboveMaximum,
    /// The bounds for the ages lie outside the calendar.
    #[error("nobody in the calendar has that age on that day ({0})")]
    AgeOutsideCalendar(#[source] DateError),
    /// An empty list of provinces.
    #[error("the list of provinces is empty, which nobody can satisfy; leave it out to allow all")]
    NoProvinces,
    /// A province named twice.
    #[error("a province is named twice; remove one")]
    DuplicateProvince,
    /// The range has no code of any allowed province.
    #[error("the region range lies outside the provinces asked for; correct one of them")]
    RegionOutsideProvinces,
    /// The region or the provinces are wrong.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// An empty list of disclosures.
    #[error("the list of disclosures is empty; leave it out to ask for none")]
    EmptyDisclosure,
    /// A disclosure named twice.
    #[error("an attribute to disclose is named twice; remove one")]
    DuplicateDisclosure,
    /// A shared scope without a pseudonym.
    #[error(
        "a shared scope is one of a pseudonym; name the label of the pseudonym, or leave the shared scope out"
    )]
    SharedScopeAlone,
    /// Status lists would have to be made after the request.
    #[error("a status list cannot be 0 hours old; allow at least 1 hour")]
    StatusAgeZero,
}

/// What a policy sets on a given day: every clause's public bounds, the trivial ones included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Born on this day or later.
    pub born_from: Date,
    /// Born on this day or earlier.
    pub born_to: Date,
    /// The ID is valid up to this day or longer; day 0 if validity is not asked.
    pub today: Date,
    /// Resident within these codes.
    pub region: RegionRange,
    /// Resident in these provinces.
    pub provinces: ProvinceSet,
    /// The attributes to be shown.
    pub disclose: DisclosureMask,
}

impl Policy {
    /// The bounds of this policy on the day `on`.
    pub fn bounds(&self, on: Date) -> Result<Bounds, PolicyError> {
        self.check()?;
        let born_to = match self.minimum_age {
            Some(age) => latest_birth(on, age).map_err(PolicyError::AgeOutsideCalendar)?,
            None => Date::MAX,
        };
        let born_from = match self.maximum_age {
            // A bound before the calendar begins excludes nobody who is in it.
            Some(age) => latest_birth(on, age + 1).and_then(|date| date.plus_days(1)).unwrap_or(Date::MIN),
            None => Date::MIN,
        };
        Ok(Bounds {
            born_from,
            born_to,
            today: if self.valid { on } else { Date::MIN },
            region: self.region.unwrap_or(RegionRange::ANY),
            provinces: self.province_set()?,
            disclose: self.disclose.iter().copied().collect(),
        })
    }

    /// Refuses what nobody could satisfy and what could be read in two ways.
    pub fn check(&self) -> Result<(), PolicyError> {
        if self.title.chars().count() > MAX_TEXT_CHARACTERS || !is_plain_text(&self.title) {
            return Err(PolicyError::Title);
        }
        if self.minimum_age == Some(0) {
            return Err(PolicyError::MinimumAgeZero);
        }
        if self.minimum_age.max(self.maximum_age) > Some(MAX_AGE) {
            return Err(PolicyError::AgeTooHigh);
        }
        if let (Some(minimum), Some(maximum)) = (self.minimum_age, self.maximum_age)
            && minimum > maximum
        {
            return Err(PolicyError::MinimumAboveMaximum);
        }
        if let Some(provinces) = &self.provinces {
            if provinces.is_empty() {
                return Err(PolicyError::NoProvinces);
            }
            if has_duplicate(provinces) {
                return Err(PolicyError::DuplicateProvince);
            }
        }
        if let Some(range) = self.region
            && !self.province_set()?.iter().any(|province| range.overlaps(province.range()))
        {
            return Err(PolicyError::RegionOutsideProvinces);
        }
        if has_duplicate(&self.disclose) {
            return Err(PolicyError::DuplicateDisclosure);
        }
        if self.shared_scope.is_some() && self.pseudonym.is_none() {
            return Err(PolicyError::SharedScopeAlone);
        }
        if self.max_status_age_hours == 0 {
            return Err(PolicyError::StatusAgeZero);
        }
        Ok(())
    }

    fn province_set(&self) -> Result<ProvinceSet, RegionError> {
        match &self.provinces {
            Some(provinces) => ProvinceSet::new(provinces.iter().copied()),
            None => Ok(ProvinceSet::everywhere()),
        }
    }

    /// Reads and checks a JSON policy.
    pub fn from_json(json: &str) -> Result<Self, PolicyError> {
        match json::from_slice_of_nobody::<Table<PolicyFile>>(json.as_bytes()) {
            Ok(file) => file.try_into(),
            // JSON of a policy begins with a brace; a text that begins otherwise is something else altogether.
            Err(fault)
                if matches!(fault.kind(), FaultKind::Syntax | FaultKind::Trailing)
                    && !json.trim_start().starts_with('{') =>
            {
                Err(PolicyError::TomlAsJson)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The policy as JSON for people.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a policy has string keys")
    }

    /// Reads and checks a TOML policy. A file without any key is refused: it is more often cut off than meant.
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        if toml::from_str::<toml::Table>(text).is_ok_and(|table| table.is_empty()) {
            return Err(PolicyError::Nothing);
        }
        match toml_fault::read::<Table<PolicyFile>>(text) {
            Ok(file) => file.try_into(),
            // No TOML begins with a brace.
            Err(_) if text.trim_start().starts_with('{') => Err(PolicyError::JsonAsToml),
            Err(fault) => Err(fault.into()),
        }
    }

    /// The policy as TOML.
    #[cfg(feature = "toml")]
    pub fn to_toml(&self) -> String {
        let text = toml::to_string(self).expect("a policy is a table of plain values");
        if text.is_empty() { "valid = true\n".into() } else { text }
    }
}

/// The latest birth date of those who are `age` or older on the day `on`.
fn latest_birth(on: Date, age: u8) -> Result<Date, DateError> {
    let year = on.year() - i32::from(age);
    match Date::from_ymd(year, on.month(), on.day()) {
        // Only 29 February can be missing from a year.
        Err(DateError::Impossible) => Date::from_ymd(year, 2, 28),
        bound => bound,
    }
}

fn has_duplicate<T: PartialEq>(items: &[T]) -> bool {
    items.iter().enumerate().any(|(i, item)| items[..i].contains(item))
}

/// The label of a scope: what a business calls the place where it recognises a guest again, such as `guest` or `shop`.
///
/// 1 to 80 plain characters, no blanks at the ends, no `*`, which other systems read as "any".
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScopeLabel(String);

/// Why the label of a scope was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ScopeLabelError {
    /// Nothing in it.
    #[error("the label of a pseudonym is empty; name it, or leave the pseudonym out to ask for none")]
    Empty,
    /// A `*`.
    #[error("the label of a pseudonym has a `*`, but labels stand for themselves only; remove it")]
    Wildcard,
    /// Too long, blanks at its ends, or characters that change how text is shown.
    #[error(
        "the label of a pseudonym has up to 80 plain characters and no blanks at its ends; choose another"
    )]
    Text,
}

impl ScopeLabel {
    /// Checks a label.
    pub fn new(text: &str) -> Result<Self, ScopeLabelError> {
        if text.trim().is_empty() {
            return Err(ScopeLabelError::Empty);
        }
        if text.contains('*') {
            return Err(ScopeLabelError::Wildcard);
        }
        if text.trim() != text || text.chars().count() > MAX_TEXT_CHARACTERS || !is_plain_text(text) {
            return Err(ScopeLabelError::Text);
        }
        Ok(Self(text.to_owned()))
    }

    /// The label.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Display for ScopeLabel {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for ScopeLabel {
    type Error = ScopeLabelError;

    fn try_from(text: String) -> Result<Self, ScopeLabelError> {
        Self::new(&text)
    }
}

impl From<ScopeLabel> for String {
    fn from(label: ScopeLabel) -> Self {
        label.0
    }
}

/// The policy as files write it; what is left out has its default.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    title: String,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    minimum_age: Option<u8>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    maximum_age: Option<u8>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    provinces: Option<Vec<Province>>,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    valid: bool,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    disclose: Option<Vec<DisclosedAttribute>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pseudonym: Option<ScopeLabel>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    shared_scope: Option<VerifierIdentity>,
    #[serde(default = "default_status_age", skip_serializing_if = "is_default_status_age")]
    max_status_age_hours: u32,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    region: Option<RegionRange>,
}

/// A field that is there has a value: `null` is refused, not read as "anything goes".
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn yes() -> bool {
    true
}

fn is_yes(flag: &bool) -> bool {
    *flag
}

fn default_status_age() -> u32 {
    DEFAULT_STATUS_AGE_HOURS
}

fn is_default_status_age(hours: &u32) -> bool {
    *hours == DEFAULT_STATUS_AGE_HOURS
}

impl TryFrom<Table<PolicyFile>> for Policy {
    type Error = PolicyError;

    fn try_from(Table(file): Table<PolicyFile>) -> Result<Self, PolicyError> {
        if file.disclose.as_ref().is_some_and(Vec::is_empty) {
            return Err(PolicyError::EmptyDisclosure);
        }
        let policy = Self {
            title: file.title,
            minimum_age: file.minimum_age,
            maximum_age: file.maximum_age,
            provinces: file.provinces,
            region: file.region,
            valid: file.valid,
            disclose: file.disclose.unwrap_or_default(),
            pseudonym: file.pseudonym,
            shared_scope: file.shared_scope,
            max_status_age_hours: file.max_status_age_hours,
        };
        policy.check()?;
        Ok(policy)
    }
}

impl From<Policy> for PolicyFile {
    fn from(policy: Policy) -> Self {
        Self {
            title: policy.title,
            minimum_age: policy.minimum_age,
            maximum_age: policy.maximum_age,
            provinces: policy.provinces,
            valid: policy.valid,
            disclose: Some(policy.disclose).filter(|list| !list.is_empty()),
            pseudonym: policy.pseudonym,
            shared_scope: policy.shared_scope,
            max_status_age_hours: policy.max_status_age_hours,
            region: policy.region,
        }
    }
}
