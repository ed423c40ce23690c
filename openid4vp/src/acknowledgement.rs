//! What the verifier says to an answer (8.2): a JSON object, with a `redirect_uri` if the holder's browser is to go on.
//!
//! In the same-device flow the verifier puts a fresh response code into that URI; only the browser that gets there with it
//! can fetch the outcome, so nobody collects the answer of a guest to whom they forwarded a link (14.2).

use serde::{Deserialize, Serialize};
use tacit_credential::request::ENDPOINT_MAX;

use crate::jws::json_object;

/// Why an acknowledgement is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AcknowledgementError {
    /// No JSON object of the expected shape.
    #[error("the verifier's reply is not the expected JSON object")]
    Form,
    /// No URI that can be shown and opened.
    #[error(
        "the verifier's reply redirects to something that is no absolute URI of at most 2048 plain characters"
    )]
    RedirectUri,
}

/// The verifier's reply.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Where the holder's browser goes on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub redirect_uri: Option<String>,
}

impl Acknowledgement {
    /// As JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("plain data serialises")
    }

    /// Reads the reply; what is not known is ignored.
    pub fn from_json(json: &[u8]) -> Result<Self, AcknowledgementError> {
        let this: Self = json_object(json).ok_or(AcknowledgementError::Form)?;
        if this.redirect_uri.as_deref().is_some_and(|uri| !is_absolute(uri)) {
            return Err(AcknowledgementError::RedirectUri);
        }
        Ok(this)
    }
}

/// A scheme that names a place, and plain characters behind it. Scripts and data are no places.
fn is_absolute(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    let mut letters = scheme.bytes();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        && !["javascript", "data", "file", "vbscript"].contains(&scheme.to_ascii_lowercase().as_str())
        && !rest.is_empty()
        && uri.len() <= ENDPOINT_MAX
        && uri.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_and_without_a_redirect() {
        assert_eq!(Acknowledgement::default().to_json(), "{}");
        assert_eq!(Acknowledgement::from_json(b"{\"x\":1}"), Ok(Acknowledgement::default()));
        let uri = "https://hotel.example/cb#response_code=0915";
        let reply = Acknowledgement { redirect_uri: Some(uri.into()) };
        assert_eq!(Acknowledgement::from_json(reply.to_json().as_bytes()), Ok(reply));
    }

    #[test]
    fn a_hostile_reply_is_refused() {
        for json in
            ["", "[]", "null", "{\"redirect_uri\":1}", "{\"redirect_uri\":\"a:b\",\"redirect_uri\":\"a:b\"}"]
        {
            assert_eq!(
                Acknowledgement::from_json(json.as_bytes()),
                Err(AcknowledgementError::Form),
                "{json}"
            );
        }
        for uri in [
            "",
            "/cb",
            "javascript:alert(1)",
            "DATA:text/html,x",
            "https:",
            "1a:b",
            "https://a b",
            "https://a/\\u001b[2J",
        ] {
            let json = format!("{{\"redirect_uri\":\"{uri}\"}}");
            assert_eq!(
                Acknowledgement::from_json(json.as_bytes()),
                Err(AcknowledgementError::RedirectUri),
                "{uri}"
            );
        }
    }
}
