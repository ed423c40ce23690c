//! Names of people, and their digest.
//!
//! A name is UTF-8 in Unicode normalisation form C, without blanks at its ends, of 1 to 64 characters, none of which
//! changes how other text is shown. The digest that the issuer signs is `hash_to_field("tacit/name/v1", [UTF-8])`:
//! one name has one digest, however it was typed.
//!
//! Not checked here: that the digest hides a guessable name. It does not; the circuit keeps it secret unless disclosed.

use core::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::Fr;
use crate::field::hash_to_field;

/// The most characters that a name may have.
pub const NAME_MAX_CHARACTERS: usize = 64;

/// A name in its one canonical form. `Debug` shows its length alone.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// Why a name was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NameError {
    /// Nothing but blanks.
    #[error("the name is empty; write it as the document shows it")]
    Empty,
    /// More than 64 characters.
    #[error("the name has more than 64 characters; shorten it as the bureau's rules say")]
    TooLong,
    /// A control character or one that reorders text.
    #[error("the name has a control character or one that reorders text; type it anew")]
    Control,
    /// Received in another form than the canonical one.
    #[error(
        "the name is not in its canonical form (Unicode NFC, no blanks at the ends); the sender must normalise it"
    )]
    NotCanonical,
}

impl Name {
    /// Normalises and checks a name as somebody typed it.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let name: String = text.trim().nfc().collect();
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.chars().count() > NAME_MAX_CHARACTERS {
            return Err(NameError::TooLong);
        }
        if !is_plain_text(&name) {
            return Err(NameError::Control);
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digest that the issuer signs.
    pub fn digest(&self) -> Fr {
        hash_to_field("tacit/name/v1", &[self.0.as_bytes()])
    }
}

/// Whether no character is a control character, breaks the line or reorders the text around it: what is shown to people
/// must read as it is.
pub(crate) fn is_plain_text(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    })
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({} characters)", self.0.chars().count())
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;

    /// The strict way in, for what machines send: other forms of the same name are refused, not normalised.
    fn try_from(text: String) -> Result<Self, NameError> {
        let name = Self::new(&text)?;
        if name.0 == text {
            Ok(name)
        } else {
            Err(NameError::NotCanonical)
        }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}
