//! One request and what became of it.

use core::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand::RngCore;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tacit_credential::date::{Date, UnixTime};
use tacit_credential::holder::Pseudonym;
use tacit_credential::presentation::Disclosed;
use tacit_credential::request::SignedRequest;
use tacit_credential::trust_list::Epoch;
use tacit_verifier::{Findings, Policy};
use url::Url;

/// Names a session in addresses: 128 random bits, base64url.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionId(String);

/// Not 22 characters of base64url.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id has 22 characters of base64url; copy it whole")]
pub struct SessionIdError;

impl SessionId {
    /// A fresh one.
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        OsRng.fill_bytes(&mut bytes);
        Self(BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// As it stands in addresses.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SessionId {
    type Error = SessionIdError;

    fn try_from(text: String) -> Result<Self, SessionIdError> {
        match BASE64_URL_SAFE_NO_PAD.decode(&text) {
            Ok(bytes) if bytes.len() == 16 => Ok(Self(text)),
            _ => Err(SessionIdError),
        }
    }
}

impl From<SessionId> for String {
    fn from(id: SessionId) -> Self {
        id.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where the guest's wallet is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flow {
    /// On another device than the business's page: the request is shown as a QR code.
    CrossDevice,
    /// On the device that shows the page: the wallet sends the browser back to this address, with a response code.
    SameDevice {
        /// The business's page.
        return_url: Url,
    },
}

/// A request as it was made; nothing of it changes afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its name in addresses.
    pub id: SessionId,
    /// The client, by its name in the configuration, that made the request and alone may see the outcome.
    pub client: String,
    /// What the wallet gets.
    pub request: SignedRequest,
    /// Where the wallet is.
    pub flow: Flow,
    /// Where the outcome is sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub webhook: Option<Url>,
    /// When it was made.
    pub created_at: UnixTime,
}

impl Session {
    /// When the request lapses.
    pub fn expires_at(&self) -> UnixTime {
        self.request.request.expires_at
    }
}

/// What an accepted presentation showed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// When it was accepted.
    pub accepted_at: UnixTime,
    /// The day on which the policy holds.
    pub date: Date,
    /// What was asked, and so what holds.
    pub policy: Policy,
    /// The values that the policy asked for.
    pub disclosed: Disclosed,
    /// The guest's pseudonym here, if the policy asked for one.
    pub pseudonym: Option<Pseudonym>,
    /// The trust list behind it.
    pub epoch: Epoch,
    /// Whether whoever made the key could have forged the proof.
    pub development_key: bool,
}

impl From<&Findings> for Outcome {
    fn from(findings: &Findings) -> Self {
        Self {
            accepted_at: findings.checked_at(),
            date: findings.date(),
            policy: findings.policy().clone(),
            disclosed: findings.disclosed().clone(),
            pseudonym: findings.pseudonym().copied(),
            epoch: findings.epoch(),
            development_key: findings.development_key(),
        }
    }
}

/// Without attribute values or pseudonym, so that it may stand in a log.
impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("accepted_at", &self.accepted_at)
            .field("disclosed", &self.disclosed.mask())
            .field("development_key", &self.development_key)
            .finish_non_exhaustive()
    }
}

/// What became of a request so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// How many answers were refused.
    pub refused: u32,
    /// Why the last of them was, as a code.
    pub last_refusal: Option<String>,
    /// What the accepted answer showed.
    pub outcome: Option<Outcome>,
    /// Whether the response code was redeemed.
    pub redeemed: bool,
}

/// A session and its standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The request.
    pub session: Session,
    /// What became of it.
    pub standing: Standing,
}

/// What the browser brings back in a same-device flow: 256 random bits, base64url. Kept as a digest only.
#[derive(Clone, PartialEq, Eq)]
pub struct ResponseCode(String);

/// The digest of a response code.
pub type CodeDigest = [u8; 32];

impl ResponseCode {
    /// A fresh one.
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        OsRng.fill_bytes(&mut bytes);
        Self(BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// As it stands in the return URL.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The digest of a code that somebody brings, whatever it looks like.
    pub fn digest_of(code: &str) -> CodeDigest {
        Sha256::new().chain_update("tacit/response-code/v1\0").chain_update(code).finalize().into()
    }

    /// Its digest.
    pub fn digest(&self) -> CodeDigest {
        Self::digest_of(&self.0)
    }
}

impl fmt::Debug for ResponseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_22_characters_and_nothing_else() {
        let id = SessionId::random();
        assert_eq!(id.as_str().len(), 22);
        assert_eq!(SessionId::try_from(id.as_str().to_owned()), Ok(id));
        for text in
            ["", "abc", "../../../../etc/passwd", "AAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAA"]
        {
            assert_eq!(SessionId::try_from(text.to_owned()), Err(SessionIdError), "{text}");
        }
    }

    #[test]
    fn response_codes_do_not_show() {
        let code = ResponseCode::random();
        assert_eq!(code.expose().len(), 43);
        assert!(!format!("{code:?}").contains(code.expose()));
        assert_ne!(code.digest(), ResponseCode::random().digest());
    }
}
