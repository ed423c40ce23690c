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

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::date::{Date, DateError};
use crate::expiry::Expiry;
use crate::extras::{ExtrasError, MAX_EXTRAS, check_label, check_labels_differ, check_value, read_hex};
use crate::json::{self, JsonFault};
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
    /// The last day of validity, `YYYY-MM-DD`, or `long-term` (`长期`).
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
    #[error(transparent)]
    Json(#[from] JsonFault),
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
    #[error("day of expiry: {0}, or write `long-term` for a document without one")]
    Expires(#[source] DateError),
    /// A further attribute is wrong.
    #[error(transparent)]
    Extras(#[from] ExtrasError),
    /// A further attribute has both a text and hexadecimal digits, or neither.
    #[error("a further attribute has either `value` or `value_hex`; give one of them")]
    ExtraValue,
    /// The number has another birth date than the document.
    #[error("the document number contradicts the birth date; compare digits 7 to 14 with the birth date")]
    NumberContradictsBirth,
    /// The number's sequence has the parity of the other sex.
    #[error("the document number contradicts the sex; its 17th digit is odd for men and even for women")]
    NumberContradictsSex,
    /// Issued before birth.
    #[error("the document was issued before its holder was born; check the day of issue and the birth date")]
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
        Ok(Self { label: raw.label, value })
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
    expires: Expiry,
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
        let expires = Expiry::parse(&raw.expires).map_err(DocumentError::Expires)?;
        if raw.extras.len() > MAX_EXTRAS {
            return Err(ExtrasError::TooMany.into());
        }
        let extras = raw.extras.into_iter().map(DocumentExtra::from_raw).collect::<Result<Vec<_>, _>>()?;
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
        if !expires.covers(issued) {
            return Err(DocumentError::ExpiryBeforeIssue);
        }
        Ok(Self { number, name, birth, sex, region, issued, expires, extras })
    }

    /// Reads and checks one JSON document.
    pub fn from_json(json: &str) -> Result<Self, DocumentError> {
        Self::new(json::from_slice(json.as_bytes())?)
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

    /// The last day of validity, if there is one.
    pub fn expires(&self) -> Expiry {
        self.expires
    }

    /// Portrait, address and the like.
    pub fn extras(&self) -> &[DocumentExtra] {
        &self.extras
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid() -> RawDocument {
        RawDocument {
            number: "11010519491231002X".into(),
            name: "王伟".into(),
            birth: "1949-12-31".into(),
            sex: "female".into(),
            region: "440106".into(),
            issued: "2010-02-28".into(),
            expires: "2030-02-28".into(),
            extras: vec![
                RawExtra { label: "portrait".into(), value: None, value_hex: Some("ffd8".into()) },
                RawExtra { label: "address".into(), value: Some("天河".into()), value_hex: None },
            ],
        }
    }

    /// The error of the valid document after one change.
    fn refusal(change: impl FnOnce(&mut RawDocument)) -> DocumentError {
        let mut raw = valid();
        change(&mut raw);
        ResidentId::new(raw).err().expect("the changed document is refused")
    }

    macro_rules! assert_refused {
        ($change:expr, $error:pat) => {{
            let error = refusal($change);
            assert!(matches!(error, $error), "{error:?}");
        }};
    }

    #[test]
    fn a_valid_document_keeps_its_fields() {
        let document = ResidentId::new(valid()).unwrap();
        assert_eq!(document.number().as_str(), "11010519491231002X");
        assert_eq!(document.name().as_str(), "王伟");
        assert_eq!(document.birth().to_string(), "1949-12-31");
        assert_eq!(document.sex(), Sex::Female);
        assert_eq!(document.region().code(), 440_106);
        assert_eq!(document.issued().to_string(), "2010-02-28");
        assert_eq!(document.expires().to_string(), "2030-02-28");
        let extras: Vec<_> = document.extras().iter().map(|extra| (extra.label(), extra.value())).collect();
        assert_eq!(extras, [("portrait", &[0xff, 0xd8][..]), ("address", "天河".as_bytes())]);
    }

    #[test]
    fn each_field_by_itself() {
        assert_refused!(
            |d| d.number = "11010519491231002".into(),
            DocumentError::Number(NumberError::Length)
        );
        assert_refused!(
            |d| d.number = "11010519491231002x".into(),
            DocumentError::Number(NumberError::Characters)
        );
        assert_refused!(
            |d| d.number = "91010519491231002X".into(),
            DocumentError::Number(NumberError::UnknownProvince)
        );
        assert_refused!(
            |d| d.number = "11010519490229002X".into(),
            DocumentError::Number(NumberError::Birth(DateError::Impossible))
        );
        assert_refused!(
            |d| d.number = "110105194912310021".into(),
            DocumentError::Number(NumberError::CheckCharacter)
        );
        assert_refused!(|d| d.name = " ".into(), DocumentError::Name(NameError::Empty));
        assert_refused!(|d| d.birth = "1949-11-31".into(), DocumentError::Birth(DateError::Impossible));
        assert_refused!(|d| d.birth = "31.12.1949".into(), DocumentError::Birth(DateError::Format));
        assert_refused!(|d| d.sex = "Female".into(), DocumentError::Sex);
        assert_refused!(|d| d.sex = String::new(), DocumentError::Sex);
        assert_refused!(|d| d.region = "910106".into(), DocumentError::Region(RegionError::UnknownProvince));
        assert_refused!(|d| d.region = "44010".into(), DocumentError::Region(RegionError::NotSixDigits));
        assert_refused!(|d| d.issued = "2011-02-29".into(), DocumentError::Issued(DateError::Impossible));
        assert_refused!(|d| d.expires = "2031-02-29".into(), DocumentError::Expires(DateError::Impossible));
        assert_refused!(|d| d.expires = "9999-12-31".into(), DocumentError::Expires(DateError::OutOfRange));
        assert_refused!(|d| d.expires = "2258-11-11".into(), DocumentError::Expires(DateError::OutOfRange));
        assert_refused!(|d| d.issued = "长期".into(), DocumentError::Issued(DateError::Format));
    }

    #[test]
    fn further_attributes() {
        assert_refused!(
            |d| d.extras[0].label = "address".into(),
            DocumentError::Extras(ExtrasError::DuplicateLabel)
        );
        assert_refused!(|d| d.extras[0].label = String::new(), DocumentError::Extras(ExtrasError::Label));
        assert_refused!(
            |d| d.extras[0].value_hex = Some("f".into()),
            DocumentError::Extras(ExtrasError::Hex)
        );
        assert_refused!(
            |d| d.extras[1].value = Some(String::new()),
            DocumentError::Extras(ExtrasError::EmptyValue)
        );
        assert_refused!(|d| d.extras[1].value = None, DocumentError::ExtraValue);
        assert_refused!(|d| d.extras[0].value = Some("both".into()), DocumentError::ExtraValue);
        assert_refused!(
            |d| d.extras = vec![d.extras[0].clone(); MAX_EXTRAS + 1],
            DocumentError::Extras(ExtrasError::TooMany)
        );
    }

    #[test]
    fn fields_against_each_other() {
        assert_refused!(|d| d.birth = "1949-12-30".into(), DocumentError::NumberContradictsBirth);
        assert_refused!(|d| d.birth = "1949-12-13".into(), DocumentError::NumberContradictsBirth);
        assert_refused!(|d| d.sex = "male".into(), DocumentError::NumberContradictsSex);
        assert_refused!(|d| d.expires = "2010-02-27".into(), DocumentError::ExpiryBeforeIssue);
        assert_refused!(
            |d| (d.issued, d.expires) = ("1949-12-30".into(), "2030-01-01".into()),
            DocumentError::IssuedBeforeBirth
        );
    }

    #[test]
    fn days_that_meet_are_allowed() {
        let mut raw = valid();
        (raw.issued, raw.expires) = ("1949-12-31".into(), "1949-12-31".into());
        assert!(ResidentId::new(raw).is_ok());
    }

    /// Real IDs of people of 46 and over have no last day.
    #[test]
    fn long_term_documents_are_read_in_both_languages() {
        for text in ["long-term", "长期"] {
            let document = ResidentId::new(RawDocument { expires: text.into(), ..valid() }).unwrap();
            assert_eq!(document.expires(), Expiry::LONG_TERM);
        }
    }

    #[test]
    fn residence_and_first_registration_may_differ() {
        let document = ResidentId::new(valid()).unwrap();
        assert_ne!(document.region().province(), document.number().region().province());
    }

    #[test]
    fn json_has_exactly_the_known_fields() {
        let json = serde_json::to_string(&valid()).unwrap();
        assert!(ResidentId::from_json(&json).unwrap() == ResidentId::new(valid()).unwrap());
        for (from, to) in [
            ("\"sex\"", "\"gender\""),
            ("{\"number\"", "{\"age\":\"77\",\"number\""),
            ("\"label\"", "\"note\":\"\",\"label\""),
            ("\"440106\"", "440106"),
            ("}]}", "}]"),
        ] {
            assert!(json.contains(from));
            let error = ResidentId::from_json(&json.replacen(from, to, 1)).err();
            assert!(matches!(error, Some(DocumentError::Json(_))), "{error:?}");
        }
        let mut bare = valid();
        bare.extras.clear();
        assert!(!serde_json::to_string(&bare).unwrap().contains("extras"));
        assert!(ResidentId::from_json(&serde_json::to_string(&bare).unwrap()).is_ok());
    }

    #[test]
    fn errors_do_not_repeat_what_the_document_says() {
        for error in [
            refusal(|d| d.birth = "1949-12-30".into()),
            refusal(|d| d.number = "110105194912310021".into()),
            refusal(|d| d.sex = "male".into()),
            refusal(|d| d.expires = "2010-02-27".into()),
            refusal(|d| d.region = "910106".into()),
        ] {
            let message = error.to_string();
            assert!(
                !message.contains("1949") && !message.contains("110105") && !message.contains("2010"),
                "{message}"
            );
        }
    }
}
