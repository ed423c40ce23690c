//! Webhooks: outcomes sent to the business, signed as Standard Webhooks describes.
//!
//! ```text
//! webhook-id         names the message; the same at every attempt
//! webhook-timestamp  seconds since 1970
//! webhook-signature  v1,base64(HMAC-SHA256(secret, "{id}.{timestamp}.{body}"))
//! ```
//!
//! A webhook is written in the same transaction as the outcome that it reports, so that it is neither lost by a crash nor sent for
//! something that did not take place; it is delivered at least once. A receiver checks the signature, refuses old timestamps and knows a
//! repeated `webhook-id`.
//!
//! **Where to.** Only to addresses that the configuration allows, compared after parsing; redirects are not followed and no proxy is taken from
//! the environment, so that nobody who can make requests turns this service against its own network.

mod deliver;
mod sign;

use url::Url;

pub use deliver::Dispatcher;
pub use sign::sign;

/// Names a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeliveryId(pub String);

/// A webhook that waits.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its `webhook-id`.
    pub id: DeliveryId,
    /// Where it goes.
    pub url: Url,
    /// What it says, as JSON; personal.
    pub body: String,
    /// How often it was tried.
    pub attempts: u32,
}

/// Without the body.
impl core::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Delivery")
            .field("id", &self.id)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// Whether an address starts with one of the allowed ones: same scheme, host and port, and a path below.
///
/// Compared on parsed addresses: `..` is resolved and the host is in its canonical form by then. User names and fragments are refused.
pub fn is_allowed(url: &Url, allowed: &[Url]) -> bool {
    url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
        && allowed.iter().any(|prefix| url.origin() == prefix.origin() && url.path().starts_with(prefix.path()))
        // A proxy behind may decode once more what was not resolved here.
        && !url.path().to_ascii_lowercase().contains("%2e")
        && !url.path().to_ascii_lowercase().contains("%2f")
        && !url.path().contains('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_after_parsing() {
        let allowed: Vec<Url> = vec!["https://hotel.example/hooks/".parse().unwrap()];
        let is = |text: &str| is_allowed(&text.parse().unwrap(), &allowed);
        assert!(is("https://hotel.example/hooks/tacit?x=1"));
        assert!(is("https://HOTEL.example:443/hooks/a/../b"));
        for text in [
            "http://hotel.example/hooks/x",
            "https://hotel.example/hooks",
            "https://hotel.example/hooks/../admin",
            "https://hotel.example/hooks/%2e%2e/admin",
            "https://hotel.example/hooks/..%2fadmin",
            "https://hotel.example.evil/hooks/x",
            "https://hotel.example@evil.example/hooks/x",
            "https://a:b@hotel.example/hooks/x",
            "https://hotel.example:8443/hooks/x",
            "https://169.254.169.254/hooks/x",
            "https://hotel.example/hooks/x#y",
            "file:///hooks/x",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
