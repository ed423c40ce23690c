//! Stable names of errors that travel to other programs, as in `tacit-verifier`: a code never changes its meaning.

use crate::certificate::EndpointFault;
use crate::policy::{Beyond, Narrow};
use crate::presentation::PresentationError;
use crate::request::RequestFormatError;
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

error_codes! { RequestFormatError:
    Self::Version(_) => "request-version",
    Self::Certificate(_) => "request-certificate",
    Self::Json(_) => "request-not-json",
    Self::Bytes(_) => "request-not-binary",
    Self::Part(_) => "request-part",
    Self::NotCanonical => "request-not-canonical",
    Self::TooLarge => "request-too-large",
}

error_codes! { Beyond:
    Self::Disclosure(_) => "beyond-disclosure",
    Self::FurtherAttribute(_) => "beyond-further-attribute",
    Self::Age => "beyond-age",
    Self::AgeRange { .. } => "beyond-age-range",
    Self::Residence => "beyond-residence",
    Self::Region => "beyond-region",
    Self::Pseudonym => "beyond-pseudonym",
    Self::Endpoint(EndpointFault::OtherHost { .. }) => "beyond-endpoint-host",
    Self::Endpoint(EndpointFault::OfDesk { .. }) => "beyond-endpoint-desk",
    Self::Endpoint(EndpointFault::Unclear) => "beyond-endpoint-unclear",
    Self::Endpoint(EndpointFault::Unencrypted) => "beyond-endpoint-unencrypted",
}

error_codes! { Narrow:
    Self::BirthDate { .. } => "narrow-birth-date",
    Self::AgeRange { .. } => "narrow-age-range",
    Self::County { .. } => "narrow-county",
    Self::City { .. } => "narrow-city",
    Self::Province(_) => "narrow-province",
    Self::Identifies(_) => "identifies",
    Self::Recognised => "recognised",
    Self::RecognisedTogether { .. } => "recognised-together",
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
