//! QR codes for desks with no network: a [request](tacit_credential::request) is shown as a code, the wallet's answer is
//! shown as another, and both are read back from photographs.
//!
//! ```text
//! code    = prefix || base45(compact binary form)
//! prefix  = "TACIT REQUEST 1:" | "TACIT PRESENTATION 1:"
//! ```
//!
//! **Why text.** A QR code has a byte mode, but no way to say what the bytes are: of the scanners in use some take them for
//! UTF-8, some for Latin-1 and some for Shift-JIS, and stop at a zero or replace what does not fit, so that binary data comes
//! out damaged, or differently on each telephone. The 45 characters of the alphanumeric mode come out of all of them
//! unchanged. Base45 (RFC 9285, made for the EU's health certificates, for this very reason) puts two bytes into three of
//! those characters, 16.5 bits: three per cent more than byte mode, against 33 for base64, which needs byte mode itself. Base32
//! would be valid in a URI, which base45 is not, for seven per cent more; a code that opened an app by its URI would open whichever
//! app claimed the scheme first, so these codes are no URIs: a camera shows a text whose first words say what it is.
//!
//! **Sizes.** Modules must be large enough for a camera, so codes go up to version [`Version::LARGEST`] (117 modules a side) with
//! error correction M (15 % of the code words), and more where it costs no larger version. A presentation without
//! disclosures takes 195 or 227 bytes and version 11; a certified request about 400 bytes and version 16. What
//! does not fit, a portrait, is refused: a sequence of codes would have to be shown and photographed one by one, and there is a
//! file for that.
//!
//! **Addresses.** A code may also hold a URI, such as the `openid4vp:` link of a service: [`Code::address`].
//!
//! Reading (feature `read`) takes pictures from strangers; see `read_presentation`. Not checked here: signatures, certificates
//! and proofs, which are the wallet's and the verifier's. That nothing was misread follows from them as well.

mod address;
mod code;
mod content;
mod draw;
#[cfg(feature = "read")]
mod read;

pub use address::{Address, AddressError};
pub use code::{Code, CodeError, ErrorCorrection, Version};
pub use content::{Content, ContentError, Kind};
pub use draw::Ink;
#[cfg(feature = "read")]
pub use read::{PictureError, Question, ReadError, read_presentation, read_question, read_request};
