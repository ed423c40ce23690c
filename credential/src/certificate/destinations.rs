//! Where answers to a verifier may go: hosts by name, or a desk that has no network.
//!
//! An endpoint is a URL (`https://hotel.example/answers`) or the name of a place to which the answer is carried. The reading of
//! a URL here is narrower than the standard's: a host is letters, digits, hyphens and dots, with a port at most. Whatever
//! hides the host from some readers (user names, backslashes, percent signs, blanks) leaves it unknown, so that no other
//! reader of the same URL sends the answer elsewhere than what was compared.

use super::{CertificateError, VerifierIdentity};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// Most hosts that a certificate names.
pub const DESTINATIONS_MAX: usize = 8;

/// Where the answers to a verifier may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "DestinationsFile", into = "DestinationsFile")]
pub enum Destinations {
    /// A desk: no network, answers are carried over (a QR code, a file).
    Desk,
    /// These hosts, over HTTPS.
    Domains(Domains),
}

/// One to eight different hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domains(Vec<VerifierIdentity>);

impl Destinations {
    /// These hosts: at least one, at most eight, none twice.
    pub fn domains(domains: Vec<VerifierIdentity>) -> Result<Self, CertificateError> {
        let repeated = domains.iter().enumerate().any(|(i, domain)| domains[..i].contains(domain));
        if domains.is_empty() || domains.len() > DESTINATIONS_MAX || repeated {
            return Err(CertificateError::Destinations);
        }
        Ok(Self::Domains(Domains(domains)))
    }

    /// The hosts; none for a desk.
    pub fn hosts(&self) -> &[VerifierIdentity] {
        match self {
            Self::Desk => &[],
            Self::Domains(Domains(domains)) => domains,
        }
    }

    /// What is wrong with sending an answer to `endpoint`, if anything is. Answers that are carried are carried anywhere.
    pub fn refuse(&self, endpoint: &str) -> Option<EndpointFault> {
        match Route::of(endpoint) {
            Route::Carried => None,
            Route::Unclear => Some(EndpointFault::Unclear),
            Route::Network { host, .. } if *self == Self::Desk => Some(EndpointFault::OfDesk { host }),
            Route::Network { host, .. } if !self.hosts().contains(&host) => {
                Some(EndpointFault::OtherHost { host })
            }
            Route::Network { encrypted: false, host } if !is_loopback(&host) => {
                Some(EndpointFault::Unencrypted)
            }
            Route::Network { .. } => None,
        }
    }
}

impl fmt::Display for Destinations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Desk => f.write_str("a desk, by hand"),
            Self::Domains(Domains(domains)) => {
                let names: Vec<_> = domains.iter().map(VerifierIdentity::as_str).collect();
                f.write_str(&names.join(", "))
            }
        }
    }
}

/// What is wrong with an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointFault {
    /// A host that the certificate does not name.
    OtherHost {
        /// That host.
        host: VerifierIdentity,
    },
    /// A host, although the certificate is for a desk.
    OfDesk {
        /// That host.
        host: VerifierIdentity,
    },
    /// A network address whose host cannot be told for certain.
    Unclear,
    /// Not HTTPS.
    Unencrypted,
}

/// How an endpoint is reached.
enum Route {
    Carried,
    Network { host: VerifierIdentity, encrypted: bool },
    Unclear,
}

impl Route {
    fn of(endpoint: &str) -> Self {
        let endpoint = endpoint.trim();
        let Some((scheme, rest)) = endpoint.split_once(':') else {
            return if endpoint.starts_with(['/', '\\']) { Self::Unclear } else { Self::Carried };
        };
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
        // "Reception: second floor" is a place; "https:host" and "ftp:host" are something to a browser.
        if !is_scheme || rest.starts_with(' ') {
            return if rest.contains("//") { Self::Unclear } else { Self::Carried };
        }
        let encrypted = scheme.eq_ignore_ascii_case("https");
        if !encrypted && !scheme.eq_ignore_ascii_case("http") {
            return Self::Unclear;
        }
        let Some(rest) = rest.strip_prefix("//") else { return Self::Unclear };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
        let plain = !endpoint.contains(['\\', ' ']) && port.parse::<u16>().is_ok();
        match VerifierIdentity::new(&host.to_ascii_lowercase()) {
            Ok(host) if plain && port.bytes().all(|b| b.is_ascii_digit()) => {
                Self::Network { host, encrypted }
            }
            _ => Self::Unclear,
        }
    }
}

fn is_loopback(host: &VerifierIdentity) -> bool {
    matches!(host.as_str(), "localhost" | "127.0.0.1")
}

/// `"desk"`, or a list of hosts.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum DestinationsFile {
    Word(String),
    Domains(Vec<VerifierIdentity>),
}

const DESK: &str = "desk";

impl TryFrom<DestinationsFile> for Destinations {
    type Error = CertificateError;

    fn try_from(file: DestinationsFile) -> Result<Self, CertificateError> {
        match file {
            DestinationsFile::Word(word) if word == DESK => Ok(Self::Desk),
            DestinationsFile::Word(_) => Err(CertificateError::Destinations),
            DestinationsFile::Domains(domains) => Self::domains(domains),
        }
    }
}

impl From<Destinations> for DestinationsFile {
    fn from(destinations: Destinations) -> Self {
        match destinations {
            Destinations::Desk => Self::Word(DESK.to_owned()),
            Destinations::Domains(Domains(domains)) => Self::Domains(domains),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> VerifierIdentity {
        VerifierIdentity::new(text).unwrap()
    }

    fn hotel() -> Destinations {
        Destinations::domains(vec![host("hotel.example"), host("localhost")]).unwrap()
    }

    #[test]
    fn answers_go_to_the_named_hosts_alone() {
        let fault = |endpoint: &str| hotel().refuse(endpoint);
        for fine in [
            "https://hotel.example/answers",
            "https://HOTEL.example:8443?q=1#f",
            "HTTPS://hotel.example",
            "http://localhost:8080/answers",
            "by hand",
            "Reception: second floor",
        ] {
            assert_eq!(fault(fine), None, "{fine}");
        }
        for other in ["evil.example", "www.hotel.example", "hotel.example.evil.example", "example"] {
            let expected = Some(EndpointFault::OtherHost { host: host(other) });
            assert_eq!(fault(&format!("https://{other}/hotel.example")), expected);
        }
        assert_eq!(fault("http://hotel.example/"), Some(EndpointFault::Unencrypted));
        for unclear in [
            "https://hotel.example@evil.example/",
            "https://evil.example\\@hotel.example/",
            "https://hotel.example\\.evil.example",
            "https:hotel.example",
            "https:///hotel.example",
            "https://hotel.example:80:90/",
            "https://hotel.example:/",
            "https://hotel.example:+80/",
            "https://hotel%2eexample/",
            "https://hotel.example./",
            "https://[::1]/",
            "https://hotel.example /x",
            "//evil.example/",
            "/answers",
            "ftp://hotel.example/",
            "mailto:x",
            "at https://evil.example",
            " https://evil.example@hotel.example",
        ] {
            assert_eq!(fault(unclear), Some(EndpointFault::Unclear), "{unclear}");
        }
    }

    #[test]
    fn a_desk_has_no_network() {
        assert_eq!(Destinations::Desk.refuse("by hand"), None);
        let expected = Some(EndpointFault::OfDesk { host: host("hotel.example") });
        assert_eq!(Destinations::Desk.refuse("https://hotel.example/"), expected);
    }

    #[test]
    fn lists_are_neither_empty_nor_long_nor_repeating() {
        let many = |n: usize| (0..n).map(|i| host(&format!("h{i}"))).collect::<Vec<_>>();
        assert!(Destinations::domains(many(8)).is_ok());
        for bad in [many(0), many(9), vec![host("a"), host("a")]] {
            assert_eq!(Destinations::domains(bad), Err(CertificateError::Destinations));
        }
    }

    #[test]
    fn files_say_desk_or_list_hosts() {
        for (destinations, json) in
            [(Destinations::Desk, r#""desk""#), (hotel(), r#"["hotel.example","localhost"]"#)]
        {
            assert_eq!(serde_json::to_string(&destinations).unwrap(), json);
            assert_eq!(serde_json::from_str::<Destinations>(json).unwrap(), destinations);
        }
        for bad in ["[]", r#""any""#, r#"["*"]"#, "null", "{}", r#"{"desk":null}"#] {
            assert!(serde_json::from_str::<Destinations>(bad).is_err(), "{bad}");
        }
    }
}
