//! Every error that a function may answer, by its stable code.

use alloc::string::{String, ToString};

use tacit_credential::json::JsonFault;
use tacit_credential::presentation::PresentationError;
use tacit_verifier::{AddListError, AskError, BuildError, KeyError, VerifyError};

/// Why a function did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A pointer is null.
    #[error("the {0} is null; pass a pointer to it")]
    Null(&'static str),
    /// More bytes than there can be.
    #[error("the {0} is longer than memory can be; pass its size in bytes")]
    TooLong(&'static str),
    /// The parts of a verifier are not the JSON that they should be.
    #[error("the configuration: {0}")]
    Config(JsonFault),
    /// A verifying key is no hexadecimal text.
    #[error("a verifying key is not written as hexadecimal digits; pass the bytes of its file so")]
    KeyText,
    /// A verifying key is refused.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The parts do not fit together.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// No operator.
    #[error("a verifier needs at least one trust operator; pass its key")]
    NoOperator,
    /// A trust list is not the JSON that it should be.
    #[error("the trust list: {0}")]
    ListJson(JsonFault),
    /// A trust list is refused.
    #[error(transparent)]
    List(#[from] AddListError),
    /// What is asked is not the JSON that it should be.
    #[error("what is asked: {0}")]
    AskJson(JsonFault),
    /// No request is made.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// No random bytes.
    #[error("there are no random bytes; pass 32 of a cryptographic generator")]
    NoRandomness,
    /// A request is not the JSON that it should be.
    #[error("the request: {0}")]
    RequestJson(JsonFault),
    /// The bytes of a presentation are none.
    #[error(transparent)]
    Presentation(#[from] PresentationError),
    /// A presentation is refused.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The challenges are kept by the caller.
    #[error(
        "the caller keeps this verifier's challenges; call tacit_verifier_check, and close the challenge before believing it"
    )]
    CallerKeeps,
    /// The challenges are kept here.
    #[error("this verifier keeps its challenges itself; call tacit_verifier_verify")]
    KeptHere,
    /// The clock is set to nothing.
    #[error("this platform has no clock; set the time")]
    NoClock,
}

impl Failure {
    /// The stable name of the cause.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Null(_) => "null",
            Self::TooLong(_) => "too-long",
            Self::Config(_) => "config-json",
            Self::KeyText => "key-text",
            Self::Key(cause) => cause.code(),
            Self::Build(cause) => cause.code(),
            Self::NoOperator => "no-operator",
            Self::ListJson(_) => "list-json",
            Self::List(cause) => cause.code(),
            Self::AskJson(_) => "ask-json",
            Self::Ask(cause) => cause.code(),
            Self::NoRandomness => "no-randomness",
            Self::RequestJson(_) => "request-json",
            Self::Presentation(cause) => cause.code(),
            Self::Verify(cause) => cause.code(),
            Self::CallerKeeps => "caller-keeps-challenges",
            Self::KeptHere => "verifier-keeps-challenges",
            Self::NoClock => "no-clock",
        }
    }

    /// `{"error": {"code", "message"}}`.
    pub(crate) fn to_json(&self) -> String {
        crate::json::error(self.code(), &self.to_string())
    }
}
