//! A code: its text, laid out in modules.

use core::fmt;

use qrcode::{EcLevel, QrCode};
use tacit_credential::presentation::Presentation;
use tacit_credential::request::SignedRequest;

use crate::address::Address;
use crate::content::{Kind, presentation_text, request_text};

/// The size of a code: `17 + 4·version` modules a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u8);

impl Version {
    /// The largest that is written: beyond it modules become too small for the cameras and screens at hand.
    pub const LARGEST: Self = Self(25);

    /// The number, 1 to 40.
    pub fn get(self) -> u8 {
        self.0
    }

    /// Modules a side, without the quiet zone around them.
    pub fn modules(self) -> usize {
        17 + 4 * usize::from(self.0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How much of a code may be damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorCorrection {
    /// 15 % of the code words; the least that is written.
    Medium,
    /// 25 %.
    Quartile,
    /// 30 %.
    High,
}

impl fmt::Display for ErrorCorrection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Medium => "M",
            Self::Quartile => "Q",
            Self::High => "H",
        })
    }
}

/// Why something does not become a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// More than a camera can read at once.
    #[error(
        "this {kind} takes {bytes} bytes, more than one QR code that cameras read holds (about 950); hand it over as a file, or \
         ask for and disclose less: a portrait never fits"
    )]
    TooLarge {
        /// What it is.
        kind: Kind,
        /// Its length.
        bytes: usize,
    },
}

/// A QR code for one request, presentation or address.
#[derive(Clone)]
pub struct Code {
    kind: Kind,
    text: String,
    bytes: usize,
    code: QrCode,
    error_correction: ErrorCorrection,
}

/// Without the text, which may disclose something.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({} of {} bytes, version {})", self.kind, self.bytes, self.version())
    }
}

impl Code {
    /// The code of a request.
    pub fn request(request: &SignedRequest) -> Result<Self, CodeError> {
        let bytes = request.to_bytes();
        Self::new(Kind::Request, request_text(&bytes), bytes.len())
    }

    /// The code of a presentation.
    pub fn presentation(presentation: &Presentation) -> Result<Self, CodeError> {
        let bytes = presentation.to_bytes();
        Self::new(Kind::Presentation, presentation_text(&bytes), bytes.len())
    }

    /// The code of an address.
    pub fn address(address: &Address) -> Result<Self, CodeError> {
        Self::new(Kind::Address, address.as_str().to_owned(), address.as_str().len())
    }

    fn new(kind: Kind, text: String, bytes: usize) -> Result<Self, CodeError> {
        let too_large = CodeError::TooLarge { kind, bytes };
        let least = QrCode::with_error_correction_level(&text, EcLevel::M).map_err(|_| too_large)?;
        let version = least.version();
        if number(&least) > Version::LARGEST {
            return Err(too_large);
        }
        // As much more as costs nothing.
        let levels = [(EcLevel::H, ErrorCorrection::High), (EcLevel::Q, ErrorCorrection::Quartile)];
        let stronger = levels.into_iter().find_map(|(level, name)| {
            QrCode::with_version(&text, version, level).ok().map(|code| (code, name))
        });
        let (code, error_correction) = stronger.unwrap_or((least, ErrorCorrection::Medium));
        Ok(Self { kind, text, bytes, code, error_correction })
    }

    /// What the code holds.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The code's size.
    pub fn version(&self) -> Version {
        number(&self.code)
    }

    /// How much of it may be damaged.
    pub fn error_correction(&self) -> ErrorCorrection {
        self.error_correction
    }

    /// The text in the code.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Length of what the text stands for: the compact binary form, or the address.
    pub fn content_bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn modules(&self) -> &QrCode {
        &self.code
    }
}

/// The version of a code that was made here, where none is a micro code.
fn number(code: &QrCode) -> Version {
    Version(((code.width() - 17) / 4) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind, bytes: usize) -> Result<Code, CodeError> {
        Code::new(kind, presentation_text(&vec![0xa5; bytes]), bytes)
    }

    /// The lengths that presentations without disclosures have, and one with a name.
    #[test]
    fn presentations_fit_version_20_with_room() {
        for (bytes, version) in [(195, 11), (227, 11), (238, 12)] {
            let code = of(Kind::Presentation, bytes).unwrap();
            assert_eq!(code.version().get(), version, "{bytes} bytes");
            assert_eq!(code.version().modules(), code.modules().width());
            assert!(code.version() <= Version(20) && code.error_correction() >= ErrorCorrection::Medium);
        }
    }

    #[test]
    fn stronger_correction_is_taken_where_it_is_free() {
        let strongest = |bytes| of(Kind::Presentation, bytes).unwrap().error_correction();
        assert_eq!(strongest(1), ErrorCorrection::Quartile);
        assert_eq!(strongest(227), ErrorCorrection::Medium);
    }

    #[test]
    fn what_no_camera_reads_is_refused() {
        // 25-M holds 1,451 characters, 21 of them the prefix.
        assert_eq!(of(Kind::Presentation, 953).unwrap().version(), Version::LARGEST);
        for bytes in [954, 2_000, 100_000] {
            let refused = of(Kind::Presentation, bytes).unwrap_err();
            assert_eq!(refused, CodeError::TooLarge { kind: Kind::Presentation, bytes });
        }
    }
}
