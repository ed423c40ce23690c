//! The link that calls the wallet (5.7, 9): `openid4vp://?client_id=…&request_uri=…&request_uri_method=post`.
//!
//! Nothing in it is signed. It says where the request object lies; everything else is read from that alone (5.10.1), and
//! its client identifier must be this one.

use core::fmt;

use form_urlencoded::{Serializer, parse};

use crate::client::{ClientId, ClientIdError};
use crate::location::{Location, LocationError};

/// The scheme of such links.
pub const SCHEME: &str = "openid4vp";
/// Longer ones are not looked at.
const MAX_BYTES: usize = 8 * 1024;

/// How the request object is fetched (5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RequestUriMethod {
    /// With GET.
    #[default]
    Get,
    /// With POST, so that the wallet can send a nonce of its own which the request object then has to carry (5.10).
    Post,
}

/// Why a link is no invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvocationError {
    /// Too long.
    #[error("the link is longer than 8 KiB")]
    TooLong,
    /// Another scheme or no query.
    #[error("this is no link of the form openid4vp://?client_id=…&request_uri=…")]
    Form,
    /// A parameter stands in it twice.
    #[error("the link names a parameter twice")]
    Repeated,
    /// The request itself instead of where it lies.
    #[error("the link has no `request_uri`; requests in the link itself are not supported")]
    NoRequestUri,
    /// No client identifier.
    #[error("the link has no `client_id`")]
    NoClientId,
    /// Another kind of client.
    #[error(transparent)]
    ClientId(#[from] ClientIdError),
    /// No usable URL.
    #[error("`request_uri`: {0}")]
    RequestUri(#[from] LocationError),
    /// Neither `get` nor `post`.
    #[error("`request_uri_method` is neither `get` nor `post`")]
    Method,
}

/// A link to a request object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// Who asks, unproven.
    pub client_id: ClientId,
    /// Where the request object lies.
    pub request_uri: Location,
    /// How it is fetched.
    pub method: RequestUriMethod,
}

impl Invocation {
    /// Reads a link. Parameters that are not known are ignored (5).
    pub fn parse(link: &str) -> Result<Self, InvocationError> {
        if link.len() > MAX_BYTES {
            return Err(InvocationError::TooLong);
        }
        // Schemes are written in either case (RFC 3986, 3.1). What stands before the query means nothing.
        let (scheme, rest) = link.trim().split_once(':').ok_or(InvocationError::Form)?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Err(InvocationError::Form);
        }
        let (_, query) = rest.split_once('?').ok_or(InvocationError::Form)?;
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        let (mut client_id, mut request_uri, mut method) = (None, None, None);
        for (name, value) in parse(query.as_bytes()) {
            let slot = match &*name {
                "client_id" => &mut client_id,
                "request_uri" => &mut request_uri,
                "request_uri_method" => &mut method,
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(InvocationError::Repeated);
            }
        }
        let request_uri = request_uri.ok_or(InvocationError::NoRequestUri)?;
        Ok(Self {
            client_id: ClientId::parse(&client_id.ok_or(InvocationError::NoClientId)?)?,
            request_uri: Location::parse(&request_uri)?,
            method: match method.as_deref() {
                None | Some("get") => RequestUriMethod::Get,
                Some("post") => RequestUriMethod::Post,
                Some(_) => return Err(InvocationError::Method),
            },
        })
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut query = Serializer::new(String::new());
        query.append_pair("client_id", &self.client_id.to_string());
        query.append_pair("request_uri", self.request_uri.as_str());
        if self.method == RequestUriMethod::Post {
            query.append_pair("request_uri_method", "post");
        }
        write!(f, "{SCHEME}://?{}", query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "openid4vp://?client_id=verifier_attestation%3Ahotel.example&request_uri=https%3A%2F%2Fhotel.example%2Fr%2F1";

    #[test]
    fn written_and_read() {
        let mut invocation = Invocation::parse(LINK).unwrap();
        assert_eq!(invocation.to_string(), LINK);
        assert_eq!(invocation.request_uri.as_str(), "https://hotel.example/r/1");
        invocation.method = RequestUriMethod::Post;
        assert_eq!(invocation.to_string(), format!("{LINK}&request_uri_method=post"));
        assert_eq!(Invocation::parse(&invocation.to_string()), Ok(invocation.clone()));
        for same in ["OpenID4VP://authorize?", "openid4vp:?", "openid4vp:///?"] {
            let link = invocation.to_string().replace("openid4vp://?", same) + "&state=1#end";
            assert_eq!(Invocation::parse(&link), Ok(invocation.clone()), "{link}");
        }
    }

    #[test]
    fn refused_by_cause() {
        let refused = |link: &str| Invocation::parse(link).unwrap_err();
        assert_eq!(refused("https://hotel.example/?client_id=a"), InvocationError::Form);
        assert_eq!(refused("openid4vp://client_id=a"), InvocationError::Form);
        assert_eq!(refused(&format!("{LINK}&client_id=b")), InvocationError::Repeated);
        assert_eq!(refused("openid4vp://?client_id=verifier_attestation:a"), InvocationError::NoRequestUri);
        assert_eq!(refused("openid4vp://?request_uri=https://a/"), InvocationError::NoClientId);
        assert_eq!(refused("openid4vp://?client_id=a&request_uri=https://a/"), ClientIdError::Prefix.into());
        let link = "openid4vp://?client_id=verifier_attestation:a&request_uri=http://a/";
        assert_eq!(refused(link), LocationError::NotHttps.into());
        assert_eq!(refused(&format!("{LINK}&request_uri_method=POST")), InvocationError::Method);
        assert_eq!(refused(&format!("{LINK}&x={}", "a".repeat(9000))), InvocationError::TooLong);
    }
}
