//! A small HTTP client: one host, no redirects, limits of size and time, nothing that tells wallets apart.
//!
//! No user agent, no accepted encodings, no cookies (OpenID4VP 15, "Wallet to Verifier Communication"). TLS by rustls with the
//! roots of Mozilla; a proxy of the environment is used but for this machine itself.

use std::time::Duration;

use serde::Deserialize;
use tacit_openid4vp::Location;
use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body};

use super::OnlineError;

/// A whole exchange, connection and all.
const TIME: Duration = Duration::from_secs(30);
/// A problem document that is worth reading.
const PROBLEM_MAX: u64 = 16 * 1024;

pub(super) struct Client {
    agent: Agent,
    host: String,
}

/// What a verifier service says about a failure (RFC 9457).
#[derive(Deserialize)]
struct Problem {
    code: String,
}

impl Client {
    pub(super) fn for_host_of(location: &Location) -> Self {
        let mut config = Agent::config_builder()
            .timeout_global(Some(TIME))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(16 * 1024)
            .user_agent("")
            .accept_encoding("");
        if location.is_loopback() {
            config = config.proxy(None);
        }
        Self { agent: config.build().new_agent(), host: location.host().to_owned() }
    }

    pub(super) fn get(&self, at: &Location, accept: &'static str, most: u64) -> Result<Vec<u8>, OnlineError> {
        let response = self.agent.get(at.as_str()).header(header::ACCEPT, accept).call();
        self.body(response, accept, most)
    }

    pub(super) fn post(
        &self,
        to: &Location,
        content_type: &'static str,
        body: &[u8],
        accept: &'static str,
        most: u64,
    ) -> Result<Vec<u8>, OnlineError> {
        let request = self.agent.post(to.as_str()).header(header::ACCEPT, accept).content_type(content_type);
        self.body(request.send(body), accept, most)
    }

    fn body(
        &self,
        response: Result<Response<Body>, ureq::Error>,
        expected: &'static str,
        most: u64,
    ) -> Result<Vec<u8>, OnlineError> {
        let host = || self.host.clone();
        let unreachable = |source| OnlineError::Unreachable { host: host(), source: Box::new(source) };
        let mut response = response.map_err(unreachable)?;
        let status = response.status();
        if status.is_redirection() {
            return Err(OnlineError::Redirected { host: host() });
        }
        if status != StatusCode::OK {
            return Err(self.failure(&mut response));
        }
        if response.body().mime_type() != Some(expected) {
            return Err(OnlineError::ContentType { host: host(), expected });
        }
        match response.body_mut().with_config().limit(most).read_to_vec() {
            Ok(body) => Ok(body),
            Err(ureq::Error::BodyExceedsLimit(_)) => Err(OnlineError::TooLarge { host: host(), most }),
            Err(source) => Err(unreachable(source)),
        }
    }

    /// The code of a problem document is repeated if it is one of a service's: a plain name.
    fn failure(&self, response: &mut Response<Body>) -> OnlineError {
        let (host, status) = (self.host.clone(), response.status().as_u16());
        let body = response.body_mut().with_config().limit(PROBLEM_MAX).read_to_vec().unwrap_or_default();
        let code = serde_json::from_slice::<Problem>(&body).map(|problem| problem.code).unwrap_or_default();
        let plain = code.len() <= 40 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        match code.as_str() {
            "presentation-refused" => OnlineError::NotAccepted { host },
            "" => OnlineError::Status { host, status, words: String::new() },
            code if plain => OnlineError::Status { host, status, words: format!(" ({code})") },
            _ => OnlineError::Status { host, status, words: String::new() },
        }
    }
}
