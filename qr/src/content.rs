//! What stands in a code, as text; the format is in the crate's head.

use core::fmt;

use tacit_credential::presentation::{Presentation, PresentationError};
use tacit_credential::request::{RequestFormatError, SignedRequest};

use crate::address::Address;

const OURS: &str = "TACIT ";
const REQUEST: &str = "TACIT REQUEST 1:";
const PRESENTATION: &str = "TACIT PRESENTATION 1:";

/// Kinds of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A verifier's request.
    Request,
    /// A wallet's presentation.
    Presentation,
    /// A URI.
    Address,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "request",
            Self::Presentation => "presentation",
            Self::Address => "link",
        })
    }
}

/// What a code holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A verifier's request.
    Request(Box<SignedRequest>),
    /// A wallet's presentation.
    Presentation(Box<Presentation>),
    /// A URI.
    Address(Address),
}

/// Why a code's text is not usable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// Neither ours nor a URI.
    #[error("the code is not one of Tacit's; photograph the one that belongs to this request")]
    Foreign,
    /// A code of ours of another kind or version.
    #[error("the code is of a kind or version that this software does not know; look for an update")]
    Unknown,
    /// Behind the prefix stands no base45.
    #[error("the code begins as one of Tacit's, but what follows is no base45; have it shown again")]
    Base45,
    /// The bytes are no request.
    #[error("the code holds no usable request: {0}")]
    Request(#[from] RequestFormatError),
    /// The bytes are no presentation.
    #[error("the code holds no usable presentation: {0}")]
    Presentation(#[from] PresentationError),
}

impl Content {
    /// The kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Request(_) => Kind::Request,
            Self::Presentation(_) => Kind::Presentation,
            Self::Address(_) => Kind::Address,
        }
    }

    /// Reads a code's text, as any scanner returns it.
    pub fn parse(text: &str) -> Result<Self, ContentError> {
        let bytes = |encoded: &str| base45::decode(encoded).map_err(|_| ContentError::Base45);
        if let Some(encoded) = text.strip_prefix(REQUEST) {
            return Ok(Self::Request(Box::new(SignedRequest::from_bytes(&bytes(encoded)?)?)));
        }
        if let Some(encoded) = text.strip_prefix(PRESENTATION) {
            return Ok(Self::Presentation(Box::new(Presentation::from_bytes(&bytes(encoded)?)?)));
        }
        if text.starts_with(OURS) {
            return Err(ContentError::Unknown);
        }
        Address::new(text).map(Self::Address).map_err(|_| ContentError::Foreign)
    }
}

pub(crate) fn request_text(bytes: &[u8]) -> String {
    REQUEST.to_owned() + &base45::encode(bytes)
}

pub(crate) fn presentation_text(bytes: &[u8]) -> String {
    PRESENTATION.to_owned() + &base45::encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The examples of RFC 9285, section 4.3 and 4.4.
    #[test]
    fn base45_is_the_standard_one() {
        assert_eq!(request_text(b"AB"), "TACIT REQUEST 1:BB8");
        assert_eq!(request_text(b"Hello!!"), "TACIT REQUEST 1:%69 VD92EX0");
        assert_eq!(request_text(b"base-45"), "TACIT REQUEST 1:UJCLQE7W581");
        assert_eq!(base45::decode("QED8WEX0").unwrap(), b"ietf!");
        // Three characters that stand for more than two bytes.
        assert_eq!(Content::parse("TACIT REQUEST 1:GGW"), Err(ContentError::Base45));
    }

    #[test]
    fn every_text_is_of_a_kind_or_refused() {
        let refused = |text: &str| Content::parse(text).unwrap_err();
        assert_eq!(refused("a shopping list"), ContentError::Foreign);
        assert_eq!(refused(""), ContentError::Foreign);
        assert_eq!(refused("TACIT REQUEST 2:BB8"), ContentError::Unknown);
        assert_eq!(refused("TACIT INVOICE 1:BB8"), ContentError::Unknown);
        assert_eq!(refused("TACIT PRESENTATION 1:bb8"), ContentError::Base45);
        assert_eq!(refused("TACIT PRESENTATION 1:"), ContentError::Presentation(PresentationError::TooShort));
        assert!(matches!(refused("TACIT REQUEST 1:"), ContentError::Request(_)));
        assert_eq!(Content::parse("https://lotus-hotel.example").unwrap().kind(), Kind::Address);
    }

    proptest! {
        #[test]
        fn no_text_panics(tail in ".{0,200}", kind in 0..3usize) {
            let _ = Content::parse(&(["", REQUEST, PRESENTATION][kind].to_owned() + &tail));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Content::parse(&request_text(&bytes));
            let _ = Content::parse(&presentation_text(&bytes));
        }
    }
}
