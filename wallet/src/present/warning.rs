//! What the holder should think about before agreeing, typed for programs and in plain words for people.
use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use tacit_credential::policy::{Beyond, Narrow};

/// One warning. As JSON: `{"code": …, "text": …}`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Nobody vouches for the verifier.
    Uncertified,
    /// The request asks more than the verifier's certificate allows.
    Beyond(Beyond),
    /// Answering gives something away.
    GivesAway(Narrow),
    /// The list of further attributes is as good as a serial number.
    SameDigests,
    /// The request is for an older list than the newest that the wallet knows.
    OlderEpoch,
}

impl Warning {
    /// A short name that never changes its meaning.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Uncertified => "uncertified",
            Self::Beyond(beyond) => beyond.code(),
            Self::GivesAway(narrow) => narrow.code(),
            Self::SameDigests => "same-digests",
            Self::OlderEpoch => "older-epoch",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uncertified => {
                f.write_str("nobody certified this verifier: it may be someone else than it says")
            }
            Self::Beyond(beyond) => beyond.fmt(f),
            Self::GivesAway(narrow) => narrow.fmt(f),
            Self::SameDigests => {
                f.write_str("the digests of further attributes are the same every time, like a serial number")
            }
            Self::OlderEpoch => f.write_str(
                "the request asks about an older epoch than the newest you know: the answer tells what was so then",
            ),
        }
    }
}

impl Serialize for Warning {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Warning", 2)?;
        object.serialize_field("code", self.code())?;
        object.serialize_field("text", &self.to_string())?;
        object.end()
    }
}
