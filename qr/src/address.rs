//! URIs that stand in codes: the link of a service.

use core::fmt;

/// A URI of visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(String);

/// The text is no URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an address is a scheme, a colon and visible ASCII characters, such as openid4vp://…")]
pub struct AddressError;

impl Address {
    /// Checks the form: `scheme:rest` (RFC 3986), visible ASCII only.
    pub fn new(text: &str) -> Result<Self, AddressError> {
        let (scheme, rest) = text.split_once(':').ok_or(AddressError)?;
        let letters = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        let sound = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(letters)
            && !rest.is_empty()
            && rest.bytes().all(|b| b.is_ascii_graphic());
        if sound { Ok(Self(text.to_owned())) } else { Err(AddressError) }
    }

    /// The URI's scheme, as it was written.
    pub fn scheme(&self) -> &str {
        self.0.split_once(':').map_or("", |(scheme, _)| scheme)
    }

    /// The URI.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_scheme_and_nothing_invisible() {
        for good in
            ["openid4vp://?client_id=a&request_uri=https%3A%2F%2Fx", "https://lotus-hotel.example/r/1"]
        {
            assert_eq!(Address::new(good).unwrap().as_str(), good);
        }
        for bad in
            ["", "no colon", "https:", ":x", "1a:x", "a b:x", "https://x y", "https://x\n", "https://旅館"]
        {
            assert_eq!(Address::new(bad), Err(AddressError), "{bad}");
        }
    }
}
