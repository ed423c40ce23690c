//! The answer (8.1, 8.2, 8.5): a form with `vp_token` or `error`, and the request's `state`.
//!
//! A wallet that does not answer may say so with one of two codes. `access_denied` covers a holder who declines and a
//! holder who cannot: the verifier must not learn which (15, "Error Responses").

use core::fmt;

use form_urlencoded::{Serializer, parse};
use serde::{Deserialize, Serialize};
use tacit_credential::presentation::Presentation;

use crate::dcql::QUERY_ID;
use crate::fetch::is_url_safe;
use crate::vp_token::{VpToken, VpTokenError};

/// The content type of an answer.
pub const FORM_MEDIA_TYPE: &str = "application/x-www-form-urlencoded";
/// The most characters of a state.
const STATE_MAX: usize = 512;

/// Why a form is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// A parameter stands in it twice.
    #[error("the form names `{0}` twice")]
    Repeated(&'static str),
    /// Neither an answer nor an error, or both.
    #[error("the form holds neither `vp_token` nor `error`, or both")]
    Form,
    /// A state that this protocol does not have.
    #[error("`state` is not 1 to 512 URL-safe characters")]
    State,
    /// The token is refused.
    #[error(transparent)]
    VpToken(#[from] VpTokenError),
}

/// The verifier's name for a transaction: 1 to 512 URL-safe characters (5.2).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct State(String);

impl State {
    /// Checks the characters.
    pub fn parse(text: &str) -> Result<Self, ResponseError> {
        if (1..=STATE_MAX).contains(&text.len()) && text.bytes().all(is_url_safe) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ResponseError::State)
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State(…)")
    }
}

impl TryFrom<String> for State {
    type Error = ResponseError;

    fn try_from(text: String) -> Result<Self, ResponseError> {
        Self::parse(&text)
    }
}

impl From<State> for String {
    fn from(state: State) -> Self {
        state.0
    }
}

/// Why a wallet does not answer (8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorCode {
    /// The holder declines or cannot.
    AccessDenied,
    /// The wallet refuses the request.
    InvalidRequest,
    /// Another code of the specification, or of somebody else.
    Other,
}

impl ErrorCode {
    /// As on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::InvalidRequest => "invalid_request",
            Self::Other => "other",
        }
    }
}

/// What a wallet posts to the response URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorizationResponse {
    /// A presentation.
    Presented {
        /// It, encoded.
        vp_token: VpToken,
        /// The request's state.
        state: Option<State>,
    },
    /// None.
    Refused {
        /// Why.
        code: ErrorCode,
        /// The request's state.
        state: Option<State>,
    },
}

impl AuthorizationResponse {
    /// As a form.
    pub fn to_form(&self) -> String {
        let mut form = Serializer::new(String::new());
        let state = match self {
            Self::Presented { vp_token, state } => {
                form.append_pair("vp_token", &vp_token.to_json());
                state
            }
            Self::Refused { code, state } => {
                form.append_pair("error", code.as_str());
                state
            }
        };
        if let Some(state) = state {
            form.append_pair("state", state.as_str());
        }
        form.finish()
    }

    /// Reads a form; what is not known is ignored (8.1). Whoever carries it bounds its size.
    pub fn from_form(form: &[u8]) -> Result<Self, ResponseError> {
        let (mut token, mut error, mut state) = (None, None, None);
        for (name, value) in parse(form) {
            let (slot, name) = match &*name {
                "vp_token" => (&mut token, "vp_token"),
                "error" => (&mut error, "error"),
                "state" => (&mut state, "state"),
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(ResponseError::Repeated(name));
            }
        }
        let state = state.as_deref().map(State::parse).transpose()?;
        match (token, error) {
            (Some(token), None) => Ok(Self::Presented { vp_token: VpToken::from_json(&token)?, state }),
            (None, Some(error)) => {
                let known = [ErrorCode::AccessDenied, ErrorCode::InvalidRequest];
                let code = known.into_iter().find(|code| code.as_str() == error).unwrap_or(ErrorCode::Other);
                Ok(Self::Refused { code, state })
            }
            _ => Err(ResponseError::Form),
        }
    }

    /// The state that the wallet sent back.
    pub fn state(&self) -> Option<&State> {
        match self {
            Self::Presented { state, .. } | Self::Refused { state, .. } => state.as_ref(),
        }
    }

    /// The presentation; none if the wallet refused.
    pub fn presentation(&self) -> Result<Option<Presentation>, VpTokenError> {
        match self {
            Self::Presented { vp_token, .. } => vp_token.presentation(QUERY_ID).map(Some),
            Self::Refused { .. } => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::presentation;

    #[test]
    fn written_and_read() {
        let vp_token = VpToken::new(QUERY_ID, &presentation());
        let state = Some(State::parse("0a.b-c_d~").unwrap());
        let answer = AuthorizationResponse::Presented { vp_token, state };
        let form = answer.to_form() + "&iss=me";
        assert_eq!(AuthorizationResponse::from_form(form.as_bytes()), Ok(answer.clone()));
        assert_eq!(answer.presentation(), Ok(Some(presentation())));
        for code in [ErrorCode::AccessDenied, ErrorCode::InvalidRequest] {
            let answer = AuthorizationResponse::Refused { code, state: None };
            assert_eq!(AuthorizationResponse::from_form(answer.to_form().as_bytes()), Ok(answer.clone()));
            assert_eq!(answer.presentation(), Ok(None));
        }
        let other = AuthorizationResponse::from_form(b"error=wallet_unavailable&error_description=x");
        assert_eq!(other, Ok(AuthorizationResponse::Refused { code: ErrorCode::Other, state: None }));
    }

    #[test]
    fn refused_by_cause() {
        let refused = |form: &str| AuthorizationResponse::from_form(form.as_bytes()).unwrap_err();
        assert_eq!(refused(""), ResponseError::Form);
        assert_eq!(refused("state=a"), ResponseError::Form);
        assert_eq!(refused("vp_token={}&error=x"), ResponseError::Form);
        assert_eq!(refused("vp_token={}&vp_token={}"), ResponseError::Repeated("vp_token"));
        assert_eq!(refused("error=a&error=b"), ResponseError::Repeated("error"));
        assert_eq!(refused("error=a&state=b&state=b"), ResponseError::Repeated("state"));
        assert_eq!(refused("error=a&state=b%20c"), ResponseError::State);
        assert_eq!(refused("error=a&state="), ResponseError::State);
        assert_eq!(refused("vp_token=%7B"), VpTokenError::Form.into());
    }
}
