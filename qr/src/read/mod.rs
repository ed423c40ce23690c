//! Codes in photographs, from anybody.
//!
//! A picture is decoded within limits, brought to a size that cameras' details fit and readers' time allows, and looked at in
//! several ways ([`looks`]) until a code of the wanted kind is found. Whoever made the picture may be the attacker: what bounds the
//! work is said in [`picture`] and [`detect`], and what comes out is as good as bytes from the network, and no better.

mod detect;
mod looks;
mod picture;

use tacit_credential::presentation::Presentation;
use tacit_credential::request::SignedRequest;

use self::detect::Sighting;
pub use self::picture::PictureError;
use crate::address::Address;
use crate::content::{Content, ContentError, Kind};

/// Why no code was read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The picture cannot be looked at.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// Nothing that looks like a code.
    #[error(
        "no QR code is found in the picture; have all of the code in it, with some light around it, large and straight, and try again"
    )]
    NoCode,
    /// A code that does not decode.
    #[error(
        "a QR code is in the picture, but it cannot be read: it is blurred, too small, damaged or covered; photograph it again, \
         closer and with more light"
    )]
    Unreadable,
    /// Codes of other kinds only.
    #[error("the picture shows the QR code of a {found}, and a {wanted} is needed; photograph the other one")]
    OtherKind {
        /// What is there.
        found: Kind,
        /// What is needed.
        wanted: Kind,
    },
    /// Several codes of the wanted kind, and no way to know which is meant.
    #[error("the picture shows {number} different codes of a {kind}; photograph one of them alone")]
    Several {
        /// The kind.
        kind: Kind,
        /// How many.
        number: usize,
    },
    /// The code was read, and holds nothing of use.
    #[error(transparent)]
    Content(#[from] ContentError),
}

/// What a wallet answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// The request itself.
    Request(Box<SignedRequest>),
    /// Where to fetch it.
    Address(Address),
}

/// Finds the one request in a picture (PNG or JPEG).
pub fn read_request(picture: &[u8]) -> Result<SignedRequest, ReadError> {
    read(picture, Kind::Request, |content| match content {
        Content::Request(request) => Some(*request),
        _ => None,
    })
}

/// Finds the one request, or the one address of a request, in a picture (PNG or JPEG). A web page's address counts only where
/// there is nothing better: a poster may hang beside the code.
pub fn read_question(picture: &[u8]) -> Result<Question, ReadError> {
    let address = |content, schemes: &[&str]| match content {
        Content::Address(address) => {
            let known = schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case(address.scheme()));
            known.then_some(Question::Address(address))
        }
        _ => None,
    };
    let found = read(picture, Kind::Request, |content| match content {
        Content::Request(request) => Some(Question::Request(request)),
        other => address(other, &["openid4vp"]),
    });
    match found {
        Err(ReadError::OtherKind { found: Kind::Address, .. }) => {
            read(picture, Kind::Request, |content| address(content, &["https", "http"]))
        }
        found => found,
    }
}

/// Finds the one presentation in a picture (PNG or JPEG).
///
/// Other codes beside it, a poster's, do not matter; two different presentations are refused. The same code twice is one.
pub fn read_presentation(picture: &[u8]) -> Result<Presentation, ReadError> {
    read(picture, Kind::Presentation, |content| match content {
        Content::Presentation(presentation) => Some(*presentation),
        _ => None,
    })
}

fn read<T: PartialEq>(
    bytes: &[u8],
    wanted: Kind,
    pick: impl Fn(Content) -> Option<T>,
) -> Result<T, ReadError> {
    let picture = picture::decode(bytes)?;
    let mut refusal = ReadError::NoCode;
    for bits in looks::all(&picture) {
        let Sighting { texts, undecoded } = detect::codes(&bits);
        if undecoded && refusal == ReadError::NoCode {
            refusal = ReadError::Unreadable;
        }
        let mut found: Vec<T> = Vec::new();
        for text in texts {
            match Content::parse(&text) {
                Ok(content) => {
                    let kind = content.kind();
                    match pick(content) {
                        Some(one) if found.contains(&one) => {}
                        Some(one) => found.push(one),
                        None => refusal = ReadError::OtherKind { found: kind, wanted },
                    }
                }
                // A code of ours that holds nothing usable says more than a stranger's beside it.
                Err(error) if matches!(refusal, ReadError::NoCode | ReadError::Unreadable) => {
                    refusal = error.into();
                }
                Err(ContentError::Foreign) => {}
                Err(error) => refusal = error.into(),
            }
        }
        match found.len() {
            0 => {}
            1 => return Ok(found.remove(0)),
            number => return Err(ReadError::Several { kind: wanted, number }),
        }
    }
    Err(refusal)
}
