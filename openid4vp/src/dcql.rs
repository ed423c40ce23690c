//! The query (6): one credential of our format, its `meta` our signed request.
//!
//! ```json
//! { "credentials": [ { "id": "resident_id", "format": "tacit_groth16_v1", "meta": { "request": …, "signature": … } } ] }
//! ```
//! `meta` is the JSON of [`SignedRequest`], word for word what `tacit request` writes. DCQL's `claims` compare values and
//! cannot say "at least 18"; the policy in the request can. So a query with `claims`, `claim_sets`, `trusted_authorities`
//! or `credential_sets` asks for something that this format does not define, and is refused. Cryptographic holder binding
//! cannot be waived either: every proof has it. Properties that nobody defined are ignored, as 6 demands.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use tacit_credential::request::SignedRequest;

/// Identifier of our credential format: a Groth16 proof over BN254 as `docs/openid4vp.md` describes it.
pub const FORMAT: &str = "tacit_groth16_v1";
/// The credential query's id, under which the answer comes back.
pub const QUERY_ID: &str = "resident_id";

/// Why a query is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DcqlError {
    /// None or several credentials.
    #[error("the query asks for no credential or for several; this wallet shows one at a time")]
    NotOne,
    /// No credential of ours.
    #[error("the query asks for a credential of another format than `tacit_groth16_v1`")]
    Format,
    /// No identifier.
    #[error("the query's `id` is empty or has other characters than letters, digits, `_` and `-`")]
    Id,
    /// Something that the format does not define.
    #[error("the query uses `{0}`, which the format `tacit_groth16_v1` does not define")]
    Unsupported(&'static str),
    /// `meta` holds no signed request.
    #[error("the query's `meta` holds no signed request")]
    Meta,
}

/// What is asked, and under which name the answer goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The credential query's id.
    pub id: String,
    /// Our signed request; its own signature is not checked here.
    pub request: SignedRequest,
}

/// A query as it is written.
#[derive(Serialize)]
pub(crate) struct DcqlOut<'a> {
    credentials: [CredentialOut<'a>; 1],
}

#[derive(Serialize)]
struct CredentialOut<'a> {
    id: &'static str,
    format: &'static str,
    meta: &'a SignedRequest,
}

impl<'a> DcqlOut<'a> {
    pub(crate) fn new(meta: &'a SignedRequest) -> Self {
        Self { credentials: [CredentialOut { id: QUERY_ID, format: FORMAT, meta }] }
    }
}

/// A query as it is read.
#[derive(Deserialize)]
pub(crate) struct DcqlIn {
    credentials: Vec<CredentialIn>,
    credential_sets: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct CredentialIn {
    id: String,
    format: String,
    /// Another format's would be of another shape.
    meta: serde_json::Value,
    claims: Option<IgnoredAny>,
    claim_sets: Option<IgnoredAny>,
    trusted_authorities: Option<IgnoredAny>,
    require_cryptographic_holder_binding: Option<bool>,
}

impl DcqlIn {
    pub(crate) fn read(self) -> Result<Query, DcqlError> {
        let [query] = <[CredentialIn; 1]>::try_from(self.credentials).map_err(|_| DcqlError::NotOne)?;
        if query.format != FORMAT {
            return Err(DcqlError::Format);
        }
        let character = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if query.id.is_empty() || !query.id.bytes().all(character) {
            return Err(DcqlError::Id);
        }
        let unsupported = [
            ("credential_sets", self.credential_sets.is_some()),
            ("claims", query.claims.is_some()),
            ("claim_sets", query.claim_sets.is_some()),
            ("trusted_authorities", query.trusted_authorities.is_some()),
            (
                "require_cryptographic_holder_binding",
                query.require_cryptographic_holder_binding == Some(false),
            ),
        ];
        if let Some((name, _)) = unsupported.into_iter().find(|(_, used)| *used) {
            return Err(DcqlError::Unsupported(name));
        }
        let request = serde_json::from_value(query.meta).map_err(|_| DcqlError::Meta)?;
        Ok(Query { id: query.id, request })
    }
}
