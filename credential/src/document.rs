//! Resident ID documents as the desk officer reads them. Parsing is validating.
//!
//! A [`RawDocument`] is the JSON shape, all text; [`ResidentId::new`] checks every field by itself and then the fields
//! against each other: the number repeats birth date and sex, nobody is issued a document before birth, and none expires
//! before it is issued. The region in the number is that of first registration and may differ from the residence.
//!
//! Errors name the field and what to do, never the value: they end up in logs.
//!
//! Not checked here: that the document is genuine and the person at the desk its holder (the officer), that the
//! person is enrolled once, and that the document is still valid today (both the issuer).

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::date::{Date, DateError};
use crate::extras::{
    ExtrasError, MAX_EXTRAS, check_label, check_labels_differ, check_value, read_hex,
};
use crate::name::{Name, NameError};
use crate::number::{DocumentNumber, NumberError, Sex};
use crate::region::{RegionCode, RegionError};

/// A document as JSON has it: unchecked text.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawDocument {
    /// The 18-character number.
    pub number: String,
    /// The name.
    pub name: String,
    /// The birth date, `YYYY-MM-DD`.
    pub birth: String,
    /// `male` or `female`.
    pub sex: String,
    /// The residence, a six-digit code of GB/T 2260.
    pub region: String,
    /// The day of issue, `YYYY-MM-DD`.
    pub issued: String,
    /// The last day of validity, `YYYY-MM-DD`.
    pub expires: String,
    /// Portrait, address and the like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extras: Vec<RawExtra>,
}

/// A further attribute as JSON has it: a label and either text or hexadecimal digits.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawExtra {
    /// What the attribute is.
    pub label: String,
    /// Its value as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Its value as hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_hex: Option<String>,
}

/// Why a document was refused: the first thing found wrong with it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// Not JSON of the expected shape.
    #[error("the document is not JSON of the expected shape: {0}")]
    Json(#[from] serde_json::Error),
    /// The number by itself is wrong.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// The name is wrong.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The birth date is no date.
    #[error("birth date: {0}")]
    Birth(#[source] DateError),
    /// The sex is neither of the two.
    #[error("the sex is written `male` or `female`; correct it")]
    Sex,
    /// The residence is no region.
    #[error("residence: {0}")]
    Region(#[source] RegionError),
    /// The day of issue is no date.
    #[error("day of issue: {0}")]
    Issued(#[source] DateError),
    /// The day of expiry is no date.
    #[error("day of expiry: {0}")]
    Expires(#[source] DateError),
    /// A further attribute is wrong.
    #[error(transparent)]
    Extras(#[from] ExtrasError),
    /// A further attribute has both a text and hexadecimal digits, or neither.
    #[error("a further attribute has either `value` or `value_hex`; give one of them")]
    ExtraValue,
    /// The number has another birth date than the document.
    #[error(
        "the document number contradicts the birth date; compare digits 7 to 14 with the birth date"
    )]
    NumberContradictsBirth,
    /// The number's sequence has the parity of the other sex.
    #[error(
        "the document number contradicts the sex; its 17th digit is odd for men and even for women"
    )]
    NumberContradictsSex,
    /// Issued before birth.
    #[error(
        "the document was issued before its holder was born; check the day of issue and the birth date"
    )]
    IssuedBeforeBirth,
    /// Expired before issued.
    #[error("the document expires before it was issued; check both days")]
    ExpiryBeforeIssue,
}

/// A further attribute of a document, without a salt yet: the issuer draws one for each credential.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentExtra {
    label: String,
    value: Vec<u8>,
}

impl DocumentExtra {
    /// What the attribute is, such as `portrait`.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Its bytes.
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    fn from_raw(raw: RawExtra) -> Result<Self, DocumentError> {
        let value = match (raw.value, raw.value_hex) {
            (Some(text), None) => text.into_bytes(),
            (None, Some(digits)) => read_hex(&digits)?,
            _ => return Err(DocumentError::ExtraValue),
        };
        check_label(&raw.label)?;
        check_value(&value)?;
        Ok(Self {
            label: raw.label,
            value,
        })
    }
}

/// A checked document: every field is well formed and none contradicts another.
#[derive(Clone, PartialEq, Eq)]
pub struct ResidentId {
    number: DocumentNumber,
    name: Name,
    birth: Date,
    sex: Sex,
    region: RegionCode,
    issued: Date,
    expires: Date,
    extras: Vec<DocumentExtra>,
}

impl ResidentId {
    /// Checks a document: first each field, then the fields against each other.
    pub fn new(raw: RawDocument) -> Result<Self, DocumentError> {
        let number = DocumentNumber::parse(&raw.number)?;
        let name = Name::new(&raw.name)?;
        let birth = Date::parse(&raw.birth).map_err(DocumentError::Birth)?;
        let sex = match raw.sex.as_str() {
            "male" => Sex::Male,
            "female" => Sex::Female,
            _ => return Err(DocumentError::Sex),
        };
        let region = RegionCode::parse(&raw.region).map_err(DocumentError::Region)?;
        let issued = Date::parse(&raw.issued).map_err(DocumentError::Issued)?;
        let expires = Date::parse(&raw.expires).map_err(DocumentError::Expires)?;
        if raw.extras.len() > MAX_EXTRAS {
            return Err(ExtrasError::TooMany.into());
        }
        let extras = raw
            .extras
            .into_iter()
            .map(DocumentExtra::from_raw)
            .collect::<Result<Vec<_>, _>>()?;
        check_labels_differ(extras.iter().map(DocumentExtra::label))?;

        if number.birth() != birth {
            return Err(DocumentError::NumberContradictsBirth);
        }
        if number.sex() != sex {
            return Err(DocumentError::NumberContradictsSex);
        }
        if issued < birth {
            return Err(DocumentError::IssuedBeforeBirth);
        }
        if expires < issued {
            return Err(DocumentError::ExpiryBeforeIssue);
        }
        Ok(Self {
            number,
            name,
            birth,
            sex,
            region,
            issued,
            expires,
            extras,
        })
    }

    /// Reads and checks one JSON document.
    pub fn from_json(json: &str) -> Result<Self, DocumentError> {
        Self::new(serde_json::from_str(json)?)
    }

    /// The number.
    pub fn number(&self) -> &DocumentNumber {
        &self.number
    }

    /// The name.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The birth date.
    pub fn birth(&self) -> Date {
        self.birth
    }

    /// The sex.
    pub fn sex(&self) -> Sex {
        self.sex
    }

    /// The residence.
    pub fn region(&self) -> RegionCode {
        self.region
    }

    /// The day of issue.
    pub fn issued(&self) -> Date {
        self.issued
    }

    /// The last day of validity.
    pub fn expires(&self) -> Date {
        self.expires
    }

    /// Portrait, address and the like.
    pub fn extras(&self) -> &[DocumentExtra] {
        &self.extras
    }
}
