//! Stable names of errors, for programs: `challenge-used`, `proof-invalid`.
//!
//! A code never changes its meaning; the words of an error may. The service, the command line, the C library and the npm
//! package all hand out these, and `tests/vectors` expects them. A code says no more than its error and, like it, is
//! for the site's own log: the sender of a presentation gets [`Refusal`](crate::Refusal).

use tacit_credential::error_codes;

use crate::challenge::ChallengeError;
use crate::curve::points::PointError;
use crate::error::{AddListError, AskError, BuildError, KeyUseError, OperatorError, VerifyError};
use crate::groth16::ProofError;
use crate::key::KeyError;

error_codes! { VerifyError:
    Self::OtherVerifier => "other-verifier",
    Self::RequestSignature => "request-signature",
    Self::OtherChallenge => "other-challenge",
    Self::RequestExpired { .. } => "request-expired",
    Self::RequestDate { .. } => "request-date",
    Self::Challenge(ChallengeError::Unknown) => "challenge-unknown",
    Self::Challenge(ChallengeError::Used) => "challenge-used",
    Self::Challenge(ChallengeError::Expired) => "challenge-expired",
    Self::Challenge(ChallengeError::Duplicate) => "challenge-duplicate",
    Self::Challenge(ChallengeError::Full { .. }) => "challenge-full",
    Self::Challenge(ChallengeError::Store(_)) => "challenge-store",
    Self::UnknownCircuit(_) => "unknown-circuit",
    Self::RetiredCircuit(_) => "retired-circuit",
    Self::OtherTrustList => "other-trust-list",
    Self::OperatorRetired => "operator-retired",
    Self::UnknownEpoch(_) => "unknown-epoch",
    Self::EpochSuperseded { .. } => "epoch-superseded",
    Self::TrustListExpired { .. } => "trust-list-expired",
    Self::StatusTooOld { .. } => "status-too-old",
    Self::Policy(_) => "policy",
    Self::ScopeGiven => "scope-given",
    Self::ScopeMissing => "scope-missing",
    Self::SharedScope(_) => "shared-scope",
    Self::NotDisclosed(_) => "not-disclosed",
    Self::NotAsked(_) => "not-asked",
    Self::OutOfRange(_) => "out-of-range",
    Self::Proof(ProofError::Length { .. }) => "proof-length",
    Self::Proof(ProofError::Point { cause: PointError::NotCanonical, .. }) => "proof-not-canonical",
    Self::Proof(ProofError::Point { cause: PointError::OffCurve, .. }) => "proof-off-curve",
    Self::Proof(ProofError::Point { cause: PointError::OutsideSubgroup, .. }) => "proof-outside-subgroup",
    Self::Proof(ProofError::Point { cause: PointError::Identity, .. }) => "proof-identity",
    Self::Proof(ProofError::Invalid) => "proof-invalid",
}

error_codes! { ChallengeError:
    Self::Unknown => "challenge-unknown",
    Self::Used => "challenge-used",
    Self::Expired => "challenge-expired",
    Self::Duplicate => "challenge-duplicate",
    Self::Full { .. } => "challenge-full",
    Self::Store(_) => "challenge-store",
}

error_codes! { BuildError:
    Self::NoKey => "no-key",
    Self::Key(KeyUseError::Duplicate(_)) => "duplicate-key",
    Self::Key(KeyUseError::Development(_)) => "development-key",
    Self::Key(KeyUseError::Unknown(_)) => "unknown-circuit",
    Self::Operator(OperatorError::AlreadyTrusted) => "operator-trusted",
    Self::Operator(OperatorError::Unknown) => "operator-unknown",
    Self::Operator(OperatorError::CertificateKey) | Self::CertificateKey => "certificate-key",
    Self::NoClock => "no-clock",
    Self::NoChallengeStore => "no-challenge-store",
}

error_codes! { KeyUseError:
    Self::Duplicate(_) => "duplicate-key",
    Self::Development(_) => "development-key",
    Self::Unknown(_) => "unknown-circuit",
}

error_codes! { OperatorError:
    Self::AlreadyTrusted => "operator-trusted",
    Self::Unknown => "operator-unknown",
    Self::CertificateKey => "certificate-key",
}

error_codes! { KeyError:
    Self::Length { .. } => "key-length",
    Self::Magic => "key-magic",
    Self::Version { .. } => "key-version",
    Self::Provenance => "key-provenance",
    Self::Damaged => "key-damaged",
    Self::Point { cause: PointError::NotCanonical, .. } => "key-not-canonical",
    Self::Point { cause: PointError::OffCurve, .. } => "key-off-curve",
    Self::Point { cause: PointError::OutsideSubgroup, .. } => "key-outside-subgroup",
    Self::Point { cause: PointError::Identity, .. } => "key-identity",
    Self::Unfinished => "key-unfinished",
    Self::PublicInputs { .. } => "key-public-inputs",
}

error_codes! { AskError:
    Self::OtherKey => "other-key",
    Self::NoOperator => "no-operator",
    Self::NoKey => "no-key",
    Self::NoTrustList => "no-trust-list",
    Self::StatusTooOld { .. } => "status-too-old",
    Self::Lifetime => "lifetime",
    Self::Endpoint => "endpoint",
    Self::Certificate(_) => "certificate",
    Self::Policy(_) => "policy",
    Self::SharedScope(_) => "shared-scope",
    Self::Challenge(ChallengeError::Unknown) => "challenge-unknown",
    Self::Challenge(ChallengeError::Used) => "challenge-used",
    Self::Challenge(ChallengeError::Expired) => "challenge-expired",
    Self::Challenge(ChallengeError::Duplicate) => "challenge-duplicate",
    Self::Challenge(ChallengeError::Full { .. }) => "challenge-full",
    Self::Challenge(ChallengeError::Store(_)) => "challenge-store",
}

impl AddListError {
    /// The stable name of the cause; those of [`TrustListError`](tacit_credential::trust_list::TrustListError) are among
    /// them.
    pub fn code(&self) -> &'static str {
        match self {
            Self::List(cause) => cause.code(),
            Self::OperatorRetired => "operator-retired",
            Self::Conflict(_) => "list-conflict",
            Self::Expired { .. } => "list-expired",
            Self::Future { .. } => "list-future",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_plain() {
        for codes in [
            VerifyError::CODES,
            ChallengeError::CODES,
            BuildError::CODES,
            KeyError::CODES,
            KeyUseError::CODES,
            OperatorError::CODES,
            AskError::CODES,
        ] {
            for (i, code) in codes.iter().enumerate() {
                assert!(!codes[..i].contains(code), "{code}");
                assert!(code.bytes().all(|b| b == b'-' || b.is_ascii_lowercase()), "{code}");
            }
        }
    }

    #[test]
    fn causes_within_have_their_own() {
        let point =
            ProofError::Point { element: crate::groth16::Element::B, cause: PointError::OutsideSubgroup };
        assert_eq!(VerifyError::from(point).code(), "proof-outside-subgroup");
        assert_eq!(VerifyError::from(ChallengeError::Used).code(), "challenge-used");
        let list = tacit_credential::trust_list::TrustListError::Signature;
        assert_eq!(AddListError::from(list).code(), "list-signature");
    }
}
