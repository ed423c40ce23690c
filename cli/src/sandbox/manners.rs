//! How a guest answers: honestly, or with a program of their own that the service must refuse.
//!
//! Each manner but the honest one turns a true presentation into something else, and names the cause that the service must find.

use std::str::FromStr;

use rand::rngs::OsRng;
use serde::Serialize;
use tacit_credential::expiry::Expiry;
use tacit_credential::field::{self, Fr};
use tacit_credential::holder::Scope;
use tacit_credential::presentation::{Disclosed, Presentation, ProofBytes};
use tacit_credential::request::Challenge;
use tacit_verifier::groth16::Proof;
use tacit_verifier::{PointError, ProofError};

/// A way to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Manner {
    /// As the wallet does.
    Honest,
    /// The same answer twice.
    Twice,
    /// After the request has expired.
    Late,
    /// An answer to another request.
    OtherRequest,
    /// The attributes asked for are left out.
    Withholding,
    /// An attribute nobody asked for is added.
    Oversharing,
    /// A scope where the policy sets one, none where it does not.
    WrongScope,
    /// A true proof of less than was asked: of any age and residence, for an ID of any validity.
    Lying,
    /// A proof whose points were exchanged.
    ExchangedPoint,
    /// A point that is written in a second way.
    NotCanonical,
    /// A point that is none.
    OffCurve,
    /// A point of the wrong order.
    OutsideSubgroup,
    /// The point at infinity.
    Identity,
    /// Bytes that are no presentation.
    Garbage,
}

impl Manner {
    /// All of them, in the order of the documentation.
    pub(crate) const ALL: [Self; 14] = [
        Self::Honest,
        Self::Twice,
        Self::Late,
        Self::OtherRequest,
        Self::Withholding,
        Self::Oversharing,
        Self::WrongScope,
        Self::Lying,
        Self::ExchangedPoint,
        Self::NotCanonical,
        Self::OffCurve,
        Self::OutsideSubgroup,
        Self::Identity,
        Self::Garbage,
    ];

    /// In calls.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Twice => "twice",
            Self::Late => "late",
            Self::OtherRequest => "other-request",
            Self::Withholding => "withholding",
            Self::Oversharing => "oversharing",
            Self::WrongScope => "wrong-scope",
            Self::Lying => "lying",
            Self::ExchangedPoint => "exchanged-point",
            Self::NotCanonical => "not-canonical",
            Self::OffCurve => "off-curve",
            Self::OutsideSubgroup => "outside-subgroup",
            Self::Identity => "identity",
            Self::Garbage => "garbage",
        }
    }

    /// What it is good for.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Honest => "answers as the wallet does, or not at all where the wallet refuses",
            Self::Twice => "sends the accepted answer once more",
            Self::Late => "waits until the request has expired; ask with a lifetime of at most 60 seconds",
            Self::OtherRequest => "sends an answer to another request",
            Self::Withholding => "leaves out what the policy asks to disclose; ask for a disclosure",
            Self::Oversharing => "discloses the expiry date although the policy does not ask for it",
            Self::WrongScope => "brings a scope where the policy sets one, and none where it does not",
            Self::Lying => "proves less than was asked: any age, any residence, any validity; try `minor`",
            Self::ExchangedPoint => "sends a proof whose first point stands in place of the last as well",
            Self::NotCanonical => "writes a point of the proof with a coordinate beyond the field",
            Self::OffCurve => "sends a point that is not on the curve",
            Self::OutsideSubgroup => "sends a point of the wrong order",
            Self::Identity => "sends the point at infinity",
            Self::Garbage => "sends bytes that are no presentation",
        }
    }

    /// What the service finds; the wallet hears `presentation-refused` whatever it is. `None` where it depends on the policy, or is accepted.
    pub(crate) fn cause(self) -> Option<&'static str> {
        Some(match self {
            Self::Honest | Self::Twice | Self::WrongScope => return None,
            Self::Late => "request-expired",
            Self::OtherRequest => "other-challenge",
            Self::Withholding => "not-disclosed",
            Self::Oversharing => "not-asked",
            Self::Lying | Self::ExchangedPoint => "proof-invalid",
            Self::NotCanonical => "proof-not-canonical",
            Self::OffCurve => "proof-off-curve",
            Self::OutsideSubgroup => "proof-outside-subgroup",
            Self::Identity => "proof-identity",
            Self::Garbage => "presentation-version",
        })
    }

    /// What is sent instead of a true answer.
    pub(crate) fn spoil(self, good: &Presentation) -> Presentation {
        let with = |challenge, proof, scope, disclosed| {
            Presentation::new(challenge, proof, scope, good.pseudonym, disclosed)
        };
        let proof = |proof| with(good.challenge, proof, good.scope, good.disclosed.clone());
        match self {
            Self::Honest | Self::Twice | Self::Late | Self::Lying | Self::Garbage => good.clone(),
            Self::OtherRequest => {
                let other = field::to_bytes(&(good.challenge.as_field() + Fr::from(1u64)));
                let other = Challenge::from_bytes(&other).unwrap_or(good.challenge);
                with(other, good.proof, good.scope, good.disclosed.clone())
            }
            Self::Withholding => with(good.challenge, good.proof, good.scope, Disclosed::default()),
            Self::Oversharing => {
                let disclosed = Disclosed { expiry: Some(Expiry::LONG_TERM), ..good.disclosed.clone() };
                with(good.challenge, good.proof, good.scope, disclosed)
            }
            Self::WrongScope => {
                let scope = if good.scope.is_some() { None } else { Some(Scope::random(&mut OsRng)) };
                with(good.challenge, good.proof, scope, good.disclosed.clone())
            }
            Self::ExchangedPoint => {
                let mut bytes = good.proof.0;
                bytes.copy_within(0..32, 96);
                proof(ProofBytes(bytes))
            }
            Self::NotCanonical => {
                let mut bytes = good.proof.0;
                bytes[..31].fill(0xff);
                bytes[31] = 0x3f;
                proof(ProofBytes(bytes))
            }
            Self::Identity => {
                let mut bytes = good.proof.0;
                bytes[..31].fill(0);
                bytes[31] = 0x40;
                proof(ProofBytes(bytes))
            }
            Self::OffCurve => proof(first(&good.proof, 0..32, PointError::OffCurve)),
            Self::OutsideSubgroup => proof(first(&good.proof, 32..96, PointError::OutsideSubgroup)),
        }
    }
}

/// The proof with the first small number as a coordinate at which a point has this fault; about every second one does.
fn first(good: &ProofBytes, at: std::ops::Range<usize>, fault: PointError) -> ProofBytes {
    let with = |x: u8| {
        let mut bytes = good.0;
        bytes[at.clone()].fill(0);
        bytes[at.start] = x;
        bytes
    };
    let has = |bytes: &[u8; 128]| matches!(Proof::from_bytes(bytes), Err(ProofError::Point { cause, .. }) if cause == fault);
    ProofBytes((1..=u8::MAX).map(with).find(has).unwrap_or(good.0))
}

/// No such manner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such manner; GET /sandbox lists them")]
pub(crate) struct UnknownManner;

impl FromStr for Manner {
    type Err = UnknownManner;

    fn from_str(name: &str) -> Result<Self, UnknownManner> {
        Self::ALL.into_iter().find(|manner| manner.name() == name).ok_or(UnknownManner)
    }
}
