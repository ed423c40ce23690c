//! What can go wrong between wallet and verifier.

use tacit_credential::request::RequestFormatError;
use tacit_openid4vp::{AcknowledgementError, InvocationError, LocationError, RequestObjectError};

/// Why a request was not fetched or an answer not delivered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum OnlineError {
    /// The link is none.
    #[error(transparent)]
    Link(#[from] InvocationError),
    /// The address is none.
    #[error("the address of the request or of the answer: {0}")]
    Location(#[from] LocationError),
    /// No connection, or one that broke.
    #[error("{host} cannot be reached: {source}; check the network and the address, and try again")]
    Unreachable {
        /// Who.
        host: String,
        /// What the connection said.
        source: Box<ureq::Error>,
    },
    /// A redirect, which this protocol does not have.
    #[error(
        "{host} sends elsewhere instead of answering, which is not followed; ask the verifier for a new request"
    )]
    Redirected {
        /// Who.
        host: String,
    },
    /// Another status than success.
    #[error("{host} answered with status {status}{words}; ask the verifier for a new request")]
    Status {
        /// Who.
        host: String,
        /// Which.
        status: u16,
        /// What a problem document said.
        words: String,
    },
    /// The verifier refuses the presentation.
    #[error("{host} did not accept the presentation; ask the verifier for a new request")]
    NotAccepted {
        /// Who.
        host: String,
    },
    /// Larger than any message of this protocol.
    #[error("{host} sent more than {most} bytes; it is no verifier's server")]
    TooLarge {
        /// Who.
        host: String,
        /// What would have been allowed.
        most: u64,
    },
    /// Another kind of content.
    #[error("{host} sent something else than {expected}; check the address")]
    ContentType {
        /// Who.
        host: String,
        /// What was asked for.
        expected: &'static str,
    },
    /// The body is no text.
    #[error("the request object is no text; ask the verifier for a new request")]
    NotText,
    /// No signed request.
    #[error("what lies there is no signed request: {0}; ask the verifier for a new request")]
    NoRequest(#[source] RequestFormatError),
    /// The answer would go to another host.
    #[error("the answer would go to another host than the request came from; do not answer it")]
    OtherOrigin,
    /// The request object does not hold.
    #[error(transparent)]
    Object(#[from] RequestObjectError),
    /// The reply makes no sense.
    #[error("the presentation was delivered, but {0}")]
    Reply(#[from] AcknowledgementError),
}
