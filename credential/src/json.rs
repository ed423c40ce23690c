//! JSON that holds personal data, or may by mistake: read with errors that say where and what kind, and never what stands
//! there.
//!
//! `serde_json` repeats the offending value ("invalid type: integer `430102199003074258`"), and its errors end up on screens,
//! in results and in logs. [`JsonFault`] keeps line, column, the path of known field names and the kind of fault. A name
//! that is not one of ours is left out: in a damaged file it may be a value.
//!
//! Everything about a person is read here: documents, batch lines, enrolment requests, credentials; and so is what a command
//! is handed as a policy, request, certificate, trust list or issuer's record.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use thiserror::Error;

/// Every field name of our files.
const FIELDS: &[&str] = &[
    "allowance",
    "answers_to",
    "attributes",
    "birth",
    "certificate",
    "circuit",
    "date",
    "digest",
    "disclose",
    "document",
    "endpoint",
    "epoch",
    "expires",
    "expires_at",
    "expiry",
    "extras",
    "from",
    "holder_key",
    "id",
    "identity",
    "index",
    "issued",
    "issued_at",
    "issuer",
    "issuer_key",
    "issuers",
    "jurisdiction",
    "key",
    "keys",
    "kx",
    "ky",
    "label",
    "list",
    "loss_code",
    "max_status_age_hours",
    "maximum_age",
    "minimum_age",
    "name",
    "narrowest_age_days",
    "not_after",
    "not_before",
    "number",
    "operator",
    "policy",
    "possession",
    "predecessor",
    "provinces",
    "pseudonym",
    "publishing_key",
    "r",
    "random",
    "region",
    "request",
    "residence",
    "root",
    "rx",
    "ry",
    "s",
    "salt",
    "sequence",
    "sex",
    "shared_scope",
    "shared_scopes",
    "signature",
    "status",
    "title",
    "to",
    "trust_list",
    "valid",
    "value",
    "value_hex",
    "verifier",
    "version",
    "x",
    "y",
];

/// Why text is not the JSON that was expected, without a word of it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct JsonFault {
    line: usize,
    column: usize,
    field: String,
    kind: FaultKind,
    /// A refusal of our own types, none of which repeats the value; kept where the file is not about a person.
    refusal: Option<String>,
}

/// What is wrong at that place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The text ends before the JSON does.
    CutShort,
    /// No JSON.
    Syntax,
    /// More than one JSON value.
    Trailing,
    /// A number where something else belongs.
    Number,
    /// Something else of the wrong type.
    Type,
    /// A field that must be there is not.
    Missing(&'static str),
    /// A field that does not belong there, by name if it belongs elsewhere.
    Unknown(Option<&'static str>),
    /// A field stands there twice.
    Duplicate,
    /// A value of the right type that is refused.
    Value,
}

/// Reads a value of this shape from a whole text.
pub fn from_slice<T: DeserializeOwned>(json: &[u8]) -> Result<T, JsonFault> {
    serde_json::from_slice(json).map_err(|error| JsonFault::new(json, &error))
}

/// As [`from_slice`], for files that are about no person: what our own types say of a value that they refuse is kept. What
/// serde says is not, since another kind of file may have been handed over.
pub fn from_slice_of_nobody<T: DeserializeOwned>(json: &[u8]) -> Result<T, JsonFault> {
    serde_json::from_slice(json).map_err(|error| {
        let fault = JsonFault::new(json, &error);
        let place = format!(" at line {} column {}", error.line(), error.column());
        let text = error.to_string();
        let refusal = text.strip_suffix(&place).unwrap_or(&text);
        let own = fault.kind == FaultKind::Value && !NOT_OURS.iter().any(|start| refusal.starts_with(start));
        JsonFault { refusal: own.then(|| refusal.to_owned()), ..fault }
    })
}

/// How refusals begin that are not our own and that [`FaultKind::of`] counts as values; they repeat them, or a character.
const NOT_OURS: &[&str] = &["invalid value: ", "invalid length ", "unknown variant `", "Invalid character "];

impl JsonFault {
    fn new(json: &[u8], error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let start = match line {
            0 | 1 => 0,
            _ => {
                json.iter().enumerate().filter(|(_, b)| **b == b'\n').nth(line - 2).map_or(0, |(i, _)| i + 1)
            }
        };
        let end = start.saturating_add(column).min(json.len());
        Self { line, column, field: path(&json[..end]), kind: FaultKind::of(error), refusal: None }
    }

    /// The same fault in a text that is one line, this one, of a file.
    #[must_use]
    pub fn in_line(self, line: usize) -> Self {
        Self { line, ..self }
    }

    /// The line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column, in bytes from 1; 0 before the first.
    pub fn column(&self) -> usize {
        self.column
    }

    /// The path of field names down to the fault, as far as they are known; may be empty.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong.
    pub fn kind(&self) -> FaultKind {
        self.kind
    }
}

impl FaultKind {
    /// From the words of `serde_json`, of which none are kept but field names of our own.
    fn of(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let named = |start: &str| text.strip_prefix(start).and_then(|rest| known(rest.split('`').next()?));
        match error.classify() {
            Category::Eof => Self::CutShort,
            Category::Syntax if text.starts_with("trailing characters") => Self::Trailing,
            Category::Syntax | Category::Io => Self::Syntax,
            Category::Data => match named("missing field `") {
                Some(field) => Self::Missing(field),
                None if text.starts_with("invalid type: integer") => Self::Number,
                None if text.starts_with("invalid type: floating point") => Self::Number,
                None if text.starts_with("invalid type: ") => Self::Type,
                None if text.starts_with("unknown field `") => Self::Unknown(named("unknown field `")),
                None if text.starts_with("duplicate field `") => Self::Duplicate,
                None => Self::Value,
            },
        }
    }
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)?;
        if !self.field.is_empty() {
            write!(f, ", at `{}`", self.field)?;
        }
        if let Some(refusal) = &self.refusal {
            return write!(f, ": {refusal}");
        }
        match self.kind {
            FaultKind::CutShort => f.write_str(": the text ends too early; copy the whole file"),
            FaultKind::Syntax => {
                f.write_str(": this is not JSON; check quotation marks, commas and brackets")
            }
            FaultKind::Trailing => f.write_str(": something follows the end; keep one value in the file"),
            FaultKind::Number => f.write_str(": a number stands here; write it in quotation marks"),
            FaultKind::Type => {
                f.write_str(": this is of another kind than it should be; compare the field with the format")
            }
            FaultKind::Missing(field) => write!(f, ": the field `{field}` is missing; add it"),
            FaultKind::Unknown(Some(field)) => {
                write!(f, ": the field `{field}` does not belong here; remove it")
            }
            FaultKind::Unknown(None) => {
                f.write_str(": a field is not known; check its spelling or remove it")
            }
            FaultKind::Duplicate => f.write_str(": a field stands here twice; remove one"),
            FaultKind::Value => f.write_str(": the value is refused; correct it"),
        }
    }
}

/// Our own name equal to this one.
fn known(name: &str) -> Option<&'static str> {
    FIELDS.iter().copied().find(|field| *field == name)
}

/// The known names of the fields that enclose the end of this piece of JSON, outermost first.
fn path(json: &[u8]) -> String {
    let mut levels: Vec<Option<&'static str>> = Vec::new();
    let mut last = None;
    let mut i = 0;
    while let Some(&byte) = json.get(i) {
        i += 1;
        match byte {
            b'"' => {
                let start = i;
                while let Some(&byte) = json.get(i) {
                    if byte == b'"' {
                        break;
                    }
                    i += if byte == b'\\' { 2 } else { 1 };
                }
                last = json.get(start..i).and_then(|text| core::str::from_utf8(text).ok());
                i += 1;
            }
            b':' => {
                if let Some(level) = levels.last_mut() {
                    *level = last.and_then(known);
                }
            }
            b'{' | b'[' => levels.push(None),
            b'}' | b']' => drop(levels.pop()),
            _ => {}
        }
    }
    levels.into_iter().flatten().collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::RawDocument;
    use crate::enrolment::EnrolRequest;
    use serde_json::Value;

    const NUMBER: &str = "430102199003074258";

    fn document() -> String {
        format!(
            "{{\n \"number\": \"{NUMBER}\", \"name\": \"李明\", \"birth\": \"1990-03-07\",\n \"sex\": \"male\", \"region\": \
             \"430102\", \"issued\": \"2020-01-01\",\n \"expires\": \"2040-01-01\", \"extras\": [{{ \"label\": \"address\", \
             \"value\": \"芙蓉路1号\" }}] }}"
        )
    }

    fn fault(json: &str) -> JsonFault {
        from_slice::<RawDocument>(json.as_bytes()).err().expect("refused")
    }

    #[test]
    fn faults_say_where_and_what_kind() {
        let cases = [
            ("\"430102199003074258\"", NUMBER, "number", FaultKind::Number, 2),
            ("\"430102199003074258\"", "4.5e20", "number", FaultKind::Number, 2),
            ("\"李明\"", "[\"李明\"]", "name", FaultKind::Type, 2),
            ("\"李明\"", "true", "name", FaultKind::Type, 2),
            ("\"芙蓉路1号\"", "15116", "extras.value", FaultKind::Number, 4),
            ("\"sex\": \"male\",", "", "", FaultKind::Missing("sex"), 4),
            ("\"sex\"", "\"李明\"", "", FaultKind::Unknown(None), 3),
            ("\"sex\"", "\"salt\"", "", FaultKind::Unknown(Some("salt")), 3),
            ("\"sex\"", "\"name\"", "", FaultKind::Duplicate, 3),
            ("\"male\"", "male", "sex", FaultKind::Syntax, 3),
            ("] }", "", "extras.value", FaultKind::CutShort, 4),
            ("] }", "] } 430102199003074258", "", FaultKind::Trailing, 4),
        ];
        for (from, to, field, kind, line) in cases {
            let json = document();
            assert!(json.contains(from));
            let fault = fault(&json.replacen(from, to, 1));
            assert_eq!((fault.kind(), fault.line()), (kind, line), "{from} -> {to}: {fault}");
            if !field.is_empty() {
                assert!(fault.field() == field || kind == FaultKind::CutShort, "{from} -> {to}: {fault}");
            }
        }
    }

    #[test]
    fn no_fault_repeats_a_value() {
        let json = document();
        let values = [NUMBER, "430102", "李明", "1990", "芙蓉", "male"];
        // Every cut, and every byte replaced: whatever happens to the file, none of it comes back.
        let mut faults = 0;
        for i in 0..json.len() {
            let mut changed = vec![json.as_bytes()[..i].to_vec()];
            for byte in [b'"', b'0', b'{', b'[', b'}', b' ', b'n', b'\\', 0xff] {
                let mut bytes = json.clone().into_bytes();
                bytes[i] = byte;
                changed.push(bytes);
            }
            for bytes in changed {
                let Err(fault) = from_slice::<RawDocument>(&bytes) else { continue };
                faults += 1;
                for text in [fault.to_string(), format!("{fault:?}")] {
                    let found = values.iter().find(|value| text.contains(**value));
                    assert_eq!(found, None, "{text}");
                }
            }
        }
        assert!(faults > 1_000, "{faults}");
    }

    /// A field that is missing in the list would only be left out of errors; a value could never be in it.
    #[test]
    fn every_field_of_these_files_is_known() {
        fn names(value: &Value, into: &mut Vec<String>) {
            match value {
                Value::Object(map) => map.iter().for_each(|(name, value)| {
                    into.push(name.clone());
                    names(value, into);
                }),
                Value::Array(items) => items.iter().for_each(|item| names(item, into)),
                _ => {}
            }
        }
        let vectors: Value = serde_json::from_str(include_str!("../tests/vectors/attributes.json")).unwrap();
        let mut found = Vec::new();
        names(&vectors[0]["credential"], &mut found);
        names(&serde_json::from_str(&document()).unwrap(), &mut found);
        assert!(found.len() > 20, "{found:?}");
        for name in found {
            assert!(known(&name).is_some(), "{name}");
        }
        let request = from_slice::<EnrolRequest>(b"{\"holder_key\": 5}").unwrap_err();
        assert_eq!((request.field(), request.kind()), ("holder_key", FaultKind::Number));
    }
}
