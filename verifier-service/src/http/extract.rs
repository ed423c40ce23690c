//! Bodies, paths and queries, with faults of the catalogue. What does not parse is never repeated.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::fault::{Fault, FaultKind};
use crate::session::SessionId;

/// Longest body of a call of the business.
const LONGEST_CALL: usize = 64 << 10;

/// A JSON body of the business.
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        if media_type(request.headers()) != Some("application/json") {
            return Err(FaultKind::ContentTypeUnsupported.into());
        }
        let RawBody(bytes) = RawBody::from_request(request, state).await?;
        if bytes.len() > LONGEST_CALL {
            return Err(FaultKind::BodyTooLarge.into());
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            // The parser's own words may repeat what stands there; those of a policy do not.
            let place = format!("line {}, column {}", error.line(), error.column());
            Fault::with(FaultKind::BodyMalformed, place)
        })
    }
}

/// A body as it came, within the limit of the configuration.
pub(super) struct RawBody(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        Bytes::from_request(request, state).await.map(Self).map_err(|rejection: BytesRejection| {
            let too_large = axum::response::IntoResponse::into_response(rejection).status()
                == StatusCode::PAYLOAD_TOO_LARGE;
            if too_large { FaultKind::BodyTooLarge } else { FaultKind::BodyMalformed }.into()
        })
    }
}

/// The `{id}` of a path.
pub(super) struct Id(pub(super) SessionId);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let unknown = || Fault::from(FaultKind::RequestUnknown);
        let Path(id) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| unknown())?;
        SessionId::try_from(id).map(Self).map_err(|_| unknown())
    }
}

/// The media type without its parameters.
pub(super) fn media_type(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    text.split(';').next().map(str::trim)
}
