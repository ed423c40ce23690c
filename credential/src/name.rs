//! Names of people, and their digest.
//!
//! A name that an issuer signs is UTF-8 in Unicode normalisation form C, without blanks at its ends, of 1 to 64 characters,
//! none of which changes how other text is shown. The digest that the issuer signs is `hash_to_field("tacit/name/v1", [UTF-8])`:
//! one name has one digest, however it was typed.
//!
//! Not checked here: that the digest hides a guessable name. It does not; the circuit keeps it secret unless disclosed.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
#[cfg(feature = "unicode")]
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
    #[error("the name has blanks at its ends; the sender must take them away")]
    NotCanonical,
}

impl Name {
    /// Normalises and checks a name as somebody typed it.
    #[cfg(feature = "unicode")]
    pub fn new(text: &str) -> Result<Self, NameError> {
        Self::checked(text.trim().nfc().collect())
    }

    /// Everything but the form.
    fn checked(name: String) -> Result<Self, NameError> {
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

/// Whether no character is a control character, breaks the line, reorders the text around it or is invisible: what is
/// shown to people must read as it is. The joiners U+200C and U+200D stay, some scripts need them.
pub fn is_plain_text(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control()
            || matches!(c,
                '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
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

    /// For what machines send: nothing is changed, and blanks at the ends are refused.
    ///
    /// Not checked: the normalisation form. A name in a credential or a presentation counts because an issuer signed its
    /// digest, and the issuer takes names by [`Name::new`]; another form of it has another digest and no signature.
    fn try_from(text: String) -> Result<Self, NameError> {
        if text.trim() == text || text.trim().is_empty() {
            Self::checked(text.trim().to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_has_one_form_and_one_digest() {
        let composed = Name::new("Zo\u{eb} 李").unwrap();
        let decomposed = Name::new("  Zoe\u{308} 李\n").unwrap();
        assert_eq!(composed, decomposed);
        assert_eq!(composed.digest(), decomposed.digest());
        assert_ne!(composed.digest(), Name::new("Zoe 李").unwrap().digest());
        assert_eq!(composed.digest(), hash_to_field("tacit/name/v1", &["Zo\u{eb} 李".as_bytes()]));
    }

    #[test]
    fn every_fault_has_its_own_error() {
        assert_eq!(Name::new(""), Err(NameError::Empty));
        assert_eq!(Name::new(" \t\u{3000}"), Err(NameError::Empty));
        assert_eq!(Name::new(&"李".repeat(65)), Err(NameError::TooLong));
        assert!(Name::new(&"李".repeat(64)).is_ok());
        assert_eq!(Name::new("Li\u{0}Wei"), Err(NameError::Control));
        assert_eq!(Name::new("Li\nWei"), Err(NameError::Control));
        assert_eq!(Name::new("Li\u{202e}ieW"), Err(NameError::Control));
        assert_eq!(Name::new("Li\u{2067}ieW"), Err(NameError::Control));
    }

    #[test]
    fn names_of_many_scripts_are_accepted() {
        for name in ["王伟", "Li Wei", "买买提·艾力", "ئەركىن", "བསྟན་འཛིན།", "𠮷田"]
        {
            let read = Name::new(name).unwrap();
            assert_eq!(Name::new(read.as_str()).unwrap(), read);
        }
    }

    #[test]
    fn machines_must_send_the_canonical_form() {
        let read = |json: &str| serde_json::from_str::<Name>(json);
        assert_eq!(read("\"王伟\"").unwrap().as_str(), "王伟");
        // Another form is another name: it has a digest that no issuer signs.
        let decomposed = Name::try_from("Zoe\u{308}".to_owned()).unwrap();
        assert_ne!(decomposed.digest(), Name::new("Zoe\u{308}").unwrap().digest());
        assert_eq!(Name::try_from(" ".to_owned()), Err(NameError::Empty));
        assert_eq!(Name::try_from(" Wei".to_owned()), Err(NameError::NotCanonical));
        assert!(read("\" Wei\"").is_err() && read("\"\"").is_err() && read("7").is_err());
    }

    #[test]
    fn debug_hides_the_name() {
        assert_eq!(format!("{:?}", Name::new("王伟").unwrap()), "Name(2 characters)");
    }
}
