//! Stable names of errors that travel to other programs, as in `tacit-verifier`: a code never changes its meaning.

use crate::presentation::PresentationError;
use crate::trust_list::TrustListError;

/// `code` and `CODES` of an error whose codes are all its own, here and in `tacit-verifier`. The match names every variant, so
/// that a new one does not compile without a code.
#[doc(hidden)]
#[macro_export]
macro_rules! error_codes {
    ($error:ty: $($pattern:pat => $code:literal,)*) => {
        impl $error {
            /// Every code of this error.
            pub const CODES: &'static [&'static str] = &[$($code),*];

            /// The stable name of the cause.
            pub fn code(&self) -> &'static str {
                match self { $($pattern => $code,)* }
            }
        }
    };
}

error_codes! { TrustListError:
    Self::Version(_) => "list-version",
    Self::NoEpoch => "list-no-epoch",
    Self::OtherOperator => "list-other-operator",
    Self::Signature => "list-signature",
    Self::Validity => "list-validity",
    Self::NoKey(_) => "list-no-key",
    Self::TooManyKeys => "list-too-many-keys",
    Self::DuplicateIssuer(_) => "list-duplicate-issuer",
    Self::SharedJurisdiction { .. } => "list-shared-jurisdiction",
    Self::DuplicateKey(_) => "list-duplicate-key",
    Self::Possession { .. } => "list-possession",
    Self::Root => "list-root",
    Self::Chain { .. } => "list-chain",
    Self::MovedKey(_) => "list-moved-key",
    Self::MovedJurisdiction(_) => "list-moved-jurisdiction",
    Self::OlderStatus(_) => "list-older-status",
}

error_codes! { PresentationError:
    Self::NotJson => "presentation-not-json",
    Self::NotCanonical => "presentation-not-canonical",
    Self::TooShort => "presentation-too-short",
    Self::TrailingBytes => "presentation-trailing-bytes",
    Self::Flags => "presentation-flags",
    Self::DisclosureMask => "presentation-disclosure-mask",
    Self::Challenge => "presentation-challenge",
    Self::Scope => "presentation-scope",
    Self::Pseudonym => "presentation-pseudonym",
    Self::Text => "presentation-text",
    Self::Number => "presentation-number",
    Self::Name => "presentation-name",
    Self::NameForm => "presentation-name-form",
    Self::Birth => "presentation-birth",
    Self::Sex => "presentation-sex",
    Self::Region => "presentation-region",
    Self::Expiry => "presentation-expiry",
    Self::Extra => "presentation-extra",
    Self::Extras => "presentation-extras",
    Self::Version(_) => "presentation-version",
    Self::TooLarge => "presentation-too-large",
}
