//! Who calls: a client of the configuration by its API key, or an address.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use crate::config::Client;
use crate::fault::{Fault, FaultKind};
use crate::service::Service;

/// The other end of the connection.
#[derive(Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// What the `Authorization` header says; put there once, by the rate limit.
#[derive(Clone)]
pub(super) enum Identified {
    Client(String),
    NoKey,
    UnknownKey,
}

/// A call with the API key of a client.
pub(super) struct Caller(pub(super) String);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        match parts.extensions.get::<Identified>() {
            Some(Identified::Client(name)) => Ok(Self(name.clone())),
            Some(Identified::UnknownKey) => Err(FaultKind::ApiKeyUnknown.into()),
            _ => Err(FaultKind::ApiKeyMissing.into()),
        }
    }
}

/// Looks the key up. Every client is compared, each in constant time, so that the time tells nothing.
pub(super) fn identify(service: &Service, headers: &axum::http::HeaderMap) -> Identified {
    let Some(header) = headers.get(AUTHORIZATION) else { return Identified::NoKey };
    let key = header
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .and_then(|(scheme, key)| scheme.eq_ignore_ascii_case("bearer").then(|| key.trim()));
    let Some(key) = key else { return Identified::NoKey };
    let mut found: Option<&Client> = None;
    for client in &service.config.clients {
        if client.key_sha256.is_of(key) {
            found = Some(client);
        }
    }
    found.map_or(Identified::UnknownKey, |client| Identified::Client(client.name.clone()))
}
