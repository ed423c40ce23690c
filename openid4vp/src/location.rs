//! Where messages go: `https` URLs, and `http` on this machine for trying things out.

use core::fmt;
use std::net::IpAddr;

use http::Uri;
use http::uri::Scheme;
use serde::{Deserialize, Serialize};
use tacit_credential::request::ENDPOINT_MAX;

/// Why text is no location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocationError {
    /// Longer than an endpoint may be.
    #[error("the URL is longer than 2048 characters")]
    TooLong,
    /// No URL with a host.
    #[error("this is no URL with a host, such as https://hotel.example/r/1")]
    Form,
    /// A user name, a password or a fragment.
    #[error("a URL with a user name, a password or a fragment is refused")]
    Parts,
    /// Not encrypted.
    #[error("the URL is not https; plain http is allowed on this machine alone")]
    NotHttps,
}

/// A URL that requests are fetched from or answers are posted to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Location {
    text: String,
    uri: Uri,
}

impl Location {
    /// Checks a URL: `https`, or `http` with a loopback address or `localhost`.
    pub fn parse(text: &str) -> Result<Self, LocationError> {
        if text.len() > ENDPOINT_MAX {
            return Err(LocationError::TooLong);
        }
        // `http` drops a fragment without a word.
        if text.contains('#') {
            return Err(LocationError::Parts);
        }
        let uri: Uri = text.parse().map_err(|_| LocationError::Form)?;
        let authority = uri.authority().ok_or(LocationError::Form)?;
        if authority.as_str().contains('@') {
            return Err(LocationError::Parts);
        }
        let this = Self { text: text.to_owned(), uri };
        let scheme = this.uri.scheme().ok_or(LocationError::Form)?;
        if this.host().is_empty() || !text.bytes().all(|b| b.is_ascii_graphic()) {
            Err(LocationError::Form)
        } else if *scheme == Scheme::HTTPS || *scheme == Scheme::HTTP && this.is_loopback() {
            Ok(this)
        } else if *scheme == Scheme::HTTP {
            Err(LocationError::NotHttps)
        } else {
            Err(LocationError::Form)
        }
    }

    /// The URL as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its host, brackets of an IPv6 address included.
    pub fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    /// Whether nothing leaves this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        host == "localhost" || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    }

    /// Whether both have the same scheme, host and port: one origin (RFC 6454).
    pub fn same_origin(&self, other: &Self) -> bool {
        let port = |location: &Self| {
            let standard = if location.uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
            location.uri.port_u16().unwrap_or(standard)
        };
        self.uri.scheme() == other.uri.scheme()
            && self.host().eq_ignore_ascii_case(other.host())
            && port(self) == port(other)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({})", self.text)
    }
}

impl TryFrom<String> for Location {
    type Error = LocationError;

    fn try_from(text: String) -> Result<Self, LocationError> {
        Self::parse(&text)
    }
}

impl From<Location> for String {
    fn from(location: Location) -> Self {
        location.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_or_this_machine() {
        for text in [
            "https://hotel.example",
            "https://hotel.example:8443/r/1?a=b",
            "http://localhost:8080/r/1",
            "http://127.0.0.1/r",
            "http://127.9.9.9/r",
            "http://[::1]:80/r",
        ] {
            assert_eq!(Location::parse(text).unwrap().as_str(), text);
        }
        for text in ["http://hotel.example/r", "http://localhost.hotel.example/", "http://127.0.0.1.example/"]
        {
            assert_eq!(Location::parse(text), Err(LocationError::NotHttps), "{text}");
        }
        for text in [
            "ftp://hotel.example/",
            "hotel.example",
            "/r/1",
            "",
            "https://",
            "https:///r",
            "https://a b/",
            "file:///etc/passwd",
            "https://hotel.example/ä",
        ] {
            assert_eq!(Location::parse(text), Err(LocationError::Form), "{text}");
        }
        for text in
            ["https://me@hotel.example/", "https://hotel.example/#a", "https://bank.example:1@hotel.example/"]
        {
            assert_eq!(Location::parse(text), Err(LocationError::Parts), "{text}");
        }
        let long = format!("https://hotel.example/{}", "a".repeat(ENDPOINT_MAX));
        assert_eq!(Location::parse(&long), Err(LocationError::TooLong));
    }

    #[test]
    fn origins() {
        let same = |a: &str, b: &str| Location::parse(a).unwrap().same_origin(&Location::parse(b).unwrap());
        assert!(same("https://hotel.example/a", "https://HOTEL.example:443/b"));
        assert!(!same("https://hotel.example/a", "https://hotel.example:444/a"));
        assert!(!same("https://hotel.example/a", "https://pay.hotel.example/a"));
        assert!(!same("https://localhost/a", "http://localhost:443/a"));
    }
}
