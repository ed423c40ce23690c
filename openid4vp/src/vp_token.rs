//! `vp_token` (8.1): a JSON object, the query's id to an array of one presentation.
//!
//! A presentation of the format `tacit_groth16_v1` is a string: base64url without padding of the compact binary form
//! ([`Presentation::to_bytes`]).

use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use tacit_credential::presentation::{MAX_BYTES, Presentation, PresentationError};

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VpTokenError {
    /// Not an object of arrays of strings.
    #[error("`vp_token` is not a JSON object that maps the query's id to an array of one string")]
    Form,
    /// An answer to another query, or to several.
    #[error("`vp_token` does not answer the one credential query of the request")]
    OtherQuery,
    /// None or several presentations.
    #[error("`vp_token` holds no presentation or several; the query allows one")]
    NotOne,
    /// No canonical base64url.
    #[error("the presentation is not base64url without padding")]
    Encoding,
    /// Bytes that are no presentation.
    #[error(transparent)]
    Presentation(#[from] PresentationError),
}

/// What a wallet sends: presentations, still encoded, by the ids of queries.
#[derive(Clone, PartialEq, Eq)]
pub struct VpToken(Vec<(String, Vec<String>)>);

impl VpToken {
    /// The answer to one query.
    pub fn new(query: &str, presentation: &Presentation) -> Self {
        let text = Base64UrlUnpadded::encode_string(&presentation.to_bytes());
        Self(vec![(query.to_owned(), vec![text])])
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("plain data serialises")
    }

    /// Reads JSON.
    pub fn from_json(json: &str) -> Result<Self, VpTokenError> {
        serde_json::from_str(json).map_err(|_| VpTokenError::Form)
    }

    /// The one presentation that answers this query.
    pub fn presentation(&self, query: &str) -> Result<Presentation, VpTokenError> {
        let [(id, presentations)] = self.0.as_slice() else { return Err(VpTokenError::OtherQuery) };
        if id != query {
            return Err(VpTokenError::OtherQuery);
        }
        let [text] = presentations.as_slice() else { return Err(VpTokenError::NotOne) };
        if text.len() > MAX_BYTES / 3 * 4 + 4 {
            return Err(PresentationError::TooLarge.into());
        }
        let bytes = Base64UrlUnpadded::decode_vec(text).map_err(|_| VpTokenError::Encoding)?;
        Ok(Presentation::from_bytes(&bytes)?)
    }
}

/// It may hold disclosed attributes.
impl fmt::Debug for VpToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VpToken({} queries)", self.0.len())
    }
}

impl Serialize for VpToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (id, presentations) in &self.0 {
            map.serialize_entry(id, presentations)?;
        }
        map.end()
    }
}

/// Entries as they stand, so that a repeated id is noticed.
impl<'de> Deserialize<'de> for VpToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = VpToken;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of arrays of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<VpToken, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(VpToken(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dcql::QUERY_ID;
    use crate::tests::presentation;

    #[test]
    fn one_presentation_under_its_query() {
        let presentation = presentation();
        let token = VpToken::new(QUERY_ID, &presentation);
        let json = token.to_json();
        assert!(json.starts_with("{\"resident_id\":[\"AQ"), "{json}");
        assert_eq!(VpToken::from_json(&json).unwrap().presentation(QUERY_ID), Ok(presentation));
        assert_eq!(token.presentation("passport"), Err(VpTokenError::OtherQuery));
    }

    #[test]
    fn refused_by_cause() {
        let good = VpToken::new(QUERY_ID, &presentation()).to_json();
        let read = |json: &str| VpToken::from_json(json).and_then(|token| token.presentation(QUERY_ID));
        let (open, body) = good[..good.len() - 2].split_once('[').unwrap();
        for json in [
            "",
            "[]",
            "\"AQ\"",
            "{\"resident_id\":\"AQ\"}",
            "{\"resident_id\":[1]}",
            "{\"resident_id\":[{}]}",
        ] {
            assert_eq!(read(json), Err(VpTokenError::Form), "{json}");
        }
        assert_eq!(read("{}"), Err(VpTokenError::OtherQuery));
        assert_eq!(read(&good.replace("resident_id", "passport")), Err(VpTokenError::OtherQuery));
        let twice = format!("{},{}", &good[..good.len() - 1], &good[1..]);
        assert_eq!(read(&twice), Err(VpTokenError::OtherQuery));
        assert_eq!(read("{\"resident_id\":[]}"), Err(VpTokenError::NotOne));
        assert_eq!(read(&format!("{open}[{body},{body}]}}")), Err(VpTokenError::NotOne));
        for text in ["A", "AQ==", "A+/A", " AQ"] {
            assert_eq!(
                read(&format!("{{\"resident_id\":[\"{text}\"]}}")),
                Err(VpTokenError::Encoding),
                "{text}"
            );
        }
        assert_eq!(read("{\"resident_id\":[\"AQ\"]}"), Err(PresentationError::TooShort.into()));
        assert_eq!(read(&good.replace("[\"AQ", "[\"Ag")), Err(PresentationError::Version(2).into()));
    }
}
