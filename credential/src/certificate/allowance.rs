//! The most that a verifier may ask for, as the trust operator certified it.
//!
//! ```toml
//! disclose = ["name"]          # of the document itself
//! extras = ["portrait"]        # labels of further attributes, or "all"
//! narrowest_age_days = 3650    # no age range narrower than ten years of birth dates
//! residence = "provinces"      # or "regions": one city, one county
//! pseudonym = true             # may recognise the guest again
//! ```
//! What is left out is not allowed; the empty allowance lets a verifier ask for a valid ID that is not revoked. A wallet warns
//! its holder of what goes beyond ([`Policy::beyond`](crate::policy::Policy::beyond)).

use crate::extras::{MAX_EXTRAS, MAX_LABEL_BYTES, check_label};
use crate::policy::{DisclosedAttribute, DisclosureMask};
use crate::table::Table;
use crate::wire::{Decoder, Encoder, WireError};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroU32;
use serde::{Deserialize, Serialize};

/// The most that a verifier may ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Table<AllowanceFile>", into = "AllowanceFile")]
pub struct Allowance {
    /// Attributes of the document that may be disclosed. Whether further attributes may, the next field says alone.
    document: DisclosureMask,
    extras: ExtrasAllowance,
    /// How narrow a range of birth dates may be; `None` if ages may not be asked.
    pub narrowest_age_days: Option<NonZeroU32>,
    /// How closely the residence may be asked.
    pub residence: ResidenceAllowance,
    /// Whether guests may be recognised again.
    pub recognition: Recognition,
}

/// Which further attributes may be disclosed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ExtrasAllowance {
    /// None.
    #[default]
    Nothing,
    /// Those of these labels.
    Labels(Labels),
    /// Whatever the credential has.
    All,
}

/// One to sixteen different labels of further attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels(Vec<String>);

/// How closely a residence may be asked; each includes the ones before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResidenceAllowance {
    /// Not at all.
    #[default]
    Nothing,
    /// By sets of provinces.
    Provinces,
    /// By ranges of codes: a city, a county.
    Regions,
}

/// Whether a verifier may recognise its guests again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recognition {
    /// It may not.
    #[default]
    Never,
    /// By a pseudonym of its own, or of a shared scope that its certificate lists.
    ByPseudonym,
}

/// Why an allowance is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AllowanceError {
    /// Further attributes among those of the document.
    #[error("which further attributes may be disclosed is said by `extras`: their labels, or \"all\"")]
    ExtrasInDisclose,
    /// An attribute or a label twice, too many labels, or one that no attribute can have.
    #[error("`disclose` and `extras` name each attribute once, at most 16 labels of up to 64 plain bytes")]
    List,
}

impl Allowance {
    /// Everything that can be asked.
    pub fn everything() -> Self {
        let document = DisclosedAttribute::ALL.into_iter().filter(|a| *a != DisclosedAttribute::Extras);
        Self {
            document: document.collect(),
            extras: ExtrasAllowance::All,
            narrowest_age_days: Some(NonZeroU32::MIN),
            residence: ResidenceAllowance::Regions,
            recognition: Recognition::ByPseudonym,
        }
    }

    /// Allows attributes of the document to be disclosed, each named once, and further attributes.
    pub fn with_disclosures(
        self,
        document: &[DisclosedAttribute],
        extras: ExtrasAllowance,
    ) -> Result<Self, AllowanceError> {
        let mask: DisclosureMask = document.iter().copied().collect();
        if mask.contains(DisclosedAttribute::Extras) {
            return Err(AllowanceError::ExtrasInDisclose);
        }
        if mask.iter().count() != document.len() {
            return Err(AllowanceError::List);
        }
        Ok(Self { document: mask, extras, ..self })
    }

    /// Whether an attribute may be disclosed; of the further ones, whether any may.
    pub fn allows(&self, attribute: DisclosedAttribute) -> bool {
        match attribute {
            DisclosedAttribute::Extras => self.extras != ExtrasAllowance::Nothing,
            of_document => self.document.contains(of_document),
        }
    }

    /// Which further attributes may be disclosed.
    pub fn extras(&self) -> &ExtrasAllowance {
        &self.extras
    }

    /// The allowance in plain words, one line a clause.
    pub fn describe(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(self.document.iter().map(|attribute| format!("may see {}", attribute.in_words())));
        match &self.extras {
            ExtrasAllowance::Nothing => {}
            ExtrasAllowance::Labels(Labels(labels)) => {
                lines.push(format!("may see the further attributes {}", labels.join(", ")));
            }
            ExtrasAllowance::All => lines.push("may see every further attribute".to_owned()),
        }
        if let Some(days) = self.narrowest_age_days {
            lines.push(match days.get() {
                1 => "may ask for any age range, down to a birth date".to_owned(),
                days => format!("may ask for age ranges of at least {days} days of birth dates"),
            });
        }
        match self.residence {
            ResidenceAllowance::Nothing => {}
            ResidenceAllowance::Provinces => lines.push("may ask for sets of provinces".to_owned()),
            ResidenceAllowance::Regions => {
                lines.push("may ask for provinces, cities and counties of residence".to_owned());
            }
        }
        if self.recognition == Recognition::ByPseudonym {
            lines.push("may recognise its guests again".to_owned());
        }
        if lines.is_empty() {
            lines.push("may ask for a valid ID and nothing else".to_owned());
        }
        lines
    }

    pub(crate) fn encode(&self, encoder: &mut Encoder) {
        encoder.byte(self.document.bits());
        match &self.extras {
            ExtrasAllowance::Nothing => encoder.byte(0),
            ExtrasAllowance::All => encoder.byte(1),
            ExtrasAllowance::Labels(Labels(labels)) => encoder.byte(2).list(labels, |e, label| {
                e.text(label);
            }),
        };
        encoder
            .integer(self.narrowest_age_days.map_or(0, |days| days.get().into()))
            .byte(self.residence as u8)
            .byte(self.recognition as u8);
    }

    /// Reads what [`encode`](Self::encode) wrote; `None` for a value that no allowance has.
    pub(crate) fn decode(decoder: &mut Decoder<'_>) -> Result<Option<Self>, WireError> {
        let document = DisclosureMask::new(decoder.byte()?);
        let extras = match decoder.byte()? {
            0 => Some(ExtrasAllowance::Nothing),
            1 => Some(ExtrasAllowance::All),
            2 => {
                let read = |d: &mut Decoder<'_>| Ok::<_, WireError>(d.text(MAX_LABEL_BYTES)?.to_owned());
                ExtrasAllowance::labels(decoder.list(MAX_EXTRAS, read)?).ok()
            }
            _ => None,
        };
        let (days, residence, recognition) = (decoder.integer()?, decoder.byte()?, decoder.byte()?);
        let (Ok(document), Some(extras), Ok(days)) = (document, extras, u32::try_from(days)) else {
            return Ok(None);
        };
        if document.contains(DisclosedAttribute::Extras) {
            return Ok(None);
        }
        let residence = match residence {
            0 => ResidenceAllowance::Nothing,
            1 => ResidenceAllowance::Provinces,
            2 => ResidenceAllowance::Regions,
            _ => return Ok(None),
        };
        let recognition = match recognition {
            0 => Recognition::Never,
            1 => Recognition::ByPseudonym,
            _ => return Ok(None),
        };
        let narrowest_age_days = NonZeroU32::new(days);
        Ok(Some(Self { document, extras, narrowest_age_days, residence, recognition }))
    }
}

impl ExtrasAllowance {
    /// Those of these labels: at least one, at most 16, none twice.
    pub fn labels(labels: Vec<String>) -> Result<Self, AllowanceError> {
        let repeated = labels.iter().enumerate().any(|(i, label)| labels[..i].contains(label));
        let possible = labels.iter().all(|label| check_label(label).is_ok());
        if labels.is_empty() || labels.len() > MAX_EXTRAS || repeated || !possible {
            return Err(AllowanceError::List);
        }
        Ok(Self::Labels(Labels(labels)))
    }

    /// Whether the further attribute of this label may be disclosed.
    pub fn contains(&self, label: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Labels(Labels(labels)) => labels.iter().any(|known| known == label),
            Self::All => true,
        }
    }
}

/// The allowance as files write it; what is left out is not allowed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowanceFile {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    disclose: Vec<DisclosedAttribute>,
    #[serde(default, skip_serializing_if = "ExtrasFile::is_nothing")]
    extras: ExtrasFile,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    narrowest_age_days: Option<NonZeroU32>,
    #[serde(default, skip_serializing_if = "is_nothing")]
    residence: ResidenceAllowance,
    #[serde(default, skip_serializing_if = "is_no")]
    pseudonym: bool,
}

/// `"all"`, or a list of labels.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ExtrasFile {
    Word(String),
    Labels(Vec<String>),
}

const ALL: &str = "all";

impl ExtrasFile {
    fn is_nothing(&self) -> bool {
        matches!(self, Self::Labels(labels) if labels.is_empty())
    }
}

impl Default for ExtrasFile {
    fn default() -> Self {
        Self::Labels(Vec::new())
    }
}

/// A number that is there is one: `null` is refused.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<NonZeroU32>, D::Error> {
    NonZeroU32::deserialize(deserializer).map(Some)
}

fn is_nothing(residence: &ResidenceAllowance) -> bool {
    *residence == ResidenceAllowance::Nothing
}

fn is_no(flag: &bool) -> bool {
    !flag
}

impl TryFrom<Table<AllowanceFile>> for Allowance {
    type Error = AllowanceError;

    fn try_from(Table(file): Table<AllowanceFile>) -> Result<Self, AllowanceError> {
        let extras = match file.extras {
            ExtrasFile::Word(word) if word == ALL => ExtrasAllowance::All,
            ExtrasFile::Word(_) => return Err(AllowanceError::List),
            ExtrasFile::Labels(labels) if labels.is_empty() => ExtrasAllowance::Nothing,
            ExtrasFile::Labels(labels) => ExtrasAllowance::labels(labels)?,
        };
        let this = Self {
            narrowest_age_days: file.narrowest_age_days,
            residence: file.residence,
            recognition: if file.pseudonym { Recognition::ByPseudonym } else { Recognition::Never },
            ..Self::default()
        };
        this.with_disclosures(&file.disclose, extras)
    }
}

impl From<Allowance> for AllowanceFile {
    fn from(allowance: Allowance) -> Self {
        Self {
            disclose: allowance.document.iter().collect(),
            extras: match allowance.extras {
                ExtrasAllowance::Nothing => ExtrasFile::default(),
                ExtrasAllowance::Labels(Labels(labels)) => ExtrasFile::Labels(labels),
                ExtrasAllowance::All => ExtrasFile::Word(ALL.to_owned()),
            },
            narrowest_age_days: allowance.narrowest_age_days,
            residence: allowance.residence,
            pseudonym: allowance.recognition == Recognition::ByPseudonym,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Allowance, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn files_and_bytes_read_back() {
        let hotel = read(
            r#"{"disclose":["number","name"],"extras":["portrait"],"narrowest_age_days":3650,"residence":"provinces","pseudonym":true}"#,
        );
        for allowance in [hotel.unwrap(), Allowance::everything(), Allowance::default()] {
            assert_eq!(read(&serde_json::to_string(&allowance).unwrap()).unwrap(), allowance);
            let mut encoder = Encoder::compact();
            allowance.encode(&mut encoder);
            let bytes = encoder.finish();
            let mut decoder = Decoder::new(&bytes);
            assert_eq!(Allowance::decode(&mut decoder), Ok(Some(allowance)));
            assert_eq!(decoder.finish(), Ok(()));
            assert!(bytes.len() <= 20);
        }
    }

    #[test]
    fn what_is_left_out_is_not_allowed() {
        let nothing = read("{}").unwrap();
        assert_eq!(nothing, Allowance::default());
        assert!(DisclosedAttribute::ALL.iter().all(|attribute| !nothing.allows(*attribute)));
        assert!(!nothing.extras().contains("portrait"));
        assert_eq!(nothing.describe(), ["may ask for a valid ID and nothing else"]);
        let everything = Allowance::everything();
        assert!(DisclosedAttribute::ALL.iter().all(|attribute| everything.allows(*attribute)));
        assert!(everything.extras().contains("portrait"));
    }

    #[test]
    fn files_are_strict() {
        for bad in [
            "[]",
            r#"{"disclose":["extras"]}"#,
            r#"{"disclose":["name","name"]}"#,
            r#"{"extras":["a","a"]}"#,
            r#"{"extras":[""]}"#,
            r#"{"extras":"some"}"#,
            r#"{"extras":{"all":null}}"#,
            r#"{"narrowest_age_days":0}"#,
            r#"{"narrowest_age_days":null}"#,
            r#"{"residence":"county"}"#,
            r#"{"pseudonym":1}"#,
            r#"{"also":1}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn bytes_that_no_allowance_has_are_refused() {
        let mut encoder = Encoder::compact();
        Allowance::default().encode(&mut encoder);
        let bytes = encoder.finish();
        for (at, byte) in [(0, 0x40), (0, 0x80), (1, 3), (3, 3), (4, 2)] {
            let mut changed = bytes.clone();
            changed[at] = byte;
            assert_eq!(Allowance::decode(&mut Decoder::new(&changed)), Ok(None), "{at} {byte}");
        }
    }
}
