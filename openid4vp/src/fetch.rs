//! Fetching the request object (5.10): what a wallet may say about itself, and its nonce.
//!
//! The metadata is the same for every wallet, so that nobody is recognised by it (15, "Wallet to Verifier Communication"); the nonce is fresh, and a request
//! object that carries it was made for this fetch.

use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use form_urlencoded::{Serializer, parse};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::client::CLIENT_ID_PREFIX;
use crate::dcql::FORMAT;

/// The content type of a request object.
pub const REQUEST_OBJECT_MEDIA_TYPE: &str = "application/oauth-authz-req+jwt";
/// The most characters of a nonce.
const NONCE_MAX: usize = 256;
const FORM_MAX: usize = 16 * 1024;

/// Why a form is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchFormError {
    /// Too large.
    #[error("the form is larger than 16 KiB")]
    TooLarge,
    /// Not the form that was expected.
    #[error("the form names a parameter twice, or its nonce is not 1 to 256 URL-safe characters")]
    Form,
}

/// A wallet's own random value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WalletNonce(String);

impl WalletNonce {
    /// Of 16 fresh random bytes.
    pub fn new(random: &[u8; 16]) -> Self {
        Self(Base64UrlUnpadded::encode_string(random))
    }

    /// 1 to 256 URL-safe characters.
    fn parse(text: &str) -> Result<Self, FetchFormError> {
        if (1..=NONCE_MAX).contains(&text.len()) && text.bytes().all(is_url_safe) {
            Ok(Self(text.to_owned()))
        } else {
            Err(FetchFormError::Form)
        }
    }
}

impl fmt::Debug for WalletNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WalletNonce(…)")
    }
}

impl TryFrom<String> for WalletNonce {
    type Error = FetchFormError;

    fn try_from(text: String) -> Result<Self, FetchFormError> {
        Self::parse(&text)
    }
}

impl From<WalletNonce> for String {
    fn from(nonce: WalletNonce) -> Self {
        nonce.0
    }
}

/// What a wallet posts to the request URI.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct FetchForm {
    /// To be carried by the request object.
    pub wallet_nonce: Option<WalletNonce>,
}

impl FetchForm {
    /// As `application/x-www-form-urlencoded`, with the wallet's metadata (10).
    pub fn to_form(&self) -> String {
        let metadata = json!({
            "vp_formats_supported": { FORMAT: {} },
            "client_id_prefixes_supported": [CLIENT_ID_PREFIX],
            "request_object_signing_alg_values_supported": ["EdDSA"],
            "response_types_supported": ["vp_token"],
            "response_modes_supported": ["direct_post"],
        });
        let mut form = Serializer::new(String::new());
        form.append_pair("wallet_metadata", &metadata.to_string());
        if let Some(nonce) = &self.wallet_nonce {
            form.append_pair("wallet_nonce", &nonce.0);
        }
        form.finish()
    }

    /// Reads a form; what is not known is ignored, the metadata among it: there is one kind of request.
    pub fn from_form(form: &[u8]) -> Result<Self, FetchFormError> {
        if form.len() > FORM_MAX {
            return Err(FetchFormError::TooLarge);
        }
        let mut nonce = None;
        for (_, value) in parse(form).filter(|(name, _)| name == "wallet_nonce") {
            if nonce.replace(WalletNonce::parse(&value)?).is_some() {
                return Err(FetchFormError::Form);
            }
        }
        Ok(Self { wallet_nonce: nonce })
    }
}

/// Letters, digits, hyphen, period, underscore and tilde, as `nonce` and `state` have them (5.2).
pub(crate) fn is_url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nonce_arrives() {
        let form = FetchForm { wallet_nonce: Some(WalletNonce::new(&[7; 16])) };
        let text = form.to_form();
        assert!(
            text.starts_with("wallet_metadata=%7B") && text.ends_with("&wallet_nonce=BwcHBwcHBwcHBwcHBwcHBw"),
            "{text}"
        );
        assert_eq!(FetchForm::from_form(text.as_bytes()), Ok(form));
        assert_eq!(FetchForm::from_form(b""), Ok(FetchForm::default()));
        assert_eq!(FetchForm::from_form(b"wallet_metadata=nonsense&x=y"), Ok(FetchForm::default()));
    }

    #[test]
    fn a_hostile_form_is_refused() {
        for form in
            ["wallet_nonce=a&wallet_nonce=b", "wallet_nonce=", "wallet_nonce=a%22b", "wallet_nonce=a+b"]
        {
            assert_eq!(FetchForm::from_form(form.as_bytes()), Err(FetchFormError::Form), "{form}");
        }
        let long = format!("wallet_nonce={}", "a".repeat(NONCE_MAX + 1));
        assert_eq!(FetchForm::from_form(long.as_bytes()), Err(FetchFormError::Form));
        assert_eq!(FetchForm::from_form(&[b'a'; FORM_MAX + 1]), Err(FetchFormError::TooLarge));
    }
}
