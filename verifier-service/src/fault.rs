//! The error catalogue: every answer other than success, with a stable code, an HTTP status, what happened and what to do.
//!
//! Answers are problem details (RFC 9457, `application/problem+json`): `type` is `/errors#<code>`, and `GET /errors` serves the
//! whole table, which `docs/service.md` repeats and a test compares. Who calls with an API key learns the cause. Whoever answers a request
//! learns nothing but [`FaultKind::PresentationRefused`]: the exact cause goes into the log, into the metrics and, as a code, into
//! what the business sees of its request.
//!
//! No fault holds an attribute's value: details are words of this repository's own errors, lines and columns.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// Who meets a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// The business's backend.
    Business,
    /// The guest's wallet.
    Wallet,
    /// Both.
    Everybody,
}

macro_rules! catalogue {
    ($($name:ident $code:literal $status:ident $audience:ident: $title:literal, $advice:literal;)*) => {
        /// What went wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum FaultKind {
            $(#[doc = $title] $name,)*
        }

        impl FaultKind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable name.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// Who meets it.
            pub fn audience(self) -> Audience {
                match self { $(Self::$name => Audience::$audience,)* }
            }

            /// What happened.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What to do.
            pub fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)* }
            }
        }
    };
}

catalogue! {
    ApiKeyMissing "api-key-missing" UNAUTHORIZED Business: "the call carries no API key",
        "send the header `Authorization: Bearer KEY`; `tacit serve --new-api-key NAME` makes a key";
    ApiKeyUnknown "api-key-unknown" UNAUTHORIZED Business: "no configured client has this API key",
        "check the key for missing characters, and that its SHA-256 stands under `clients` in the configuration";
    NotFound "not-found" NOT_FOUND Everybody: "there is nothing at this address",
        "look the address up in /openapi.json";
    MethodNotAllowed "method-not-allowed" METHOD_NOT_ALLOWED Everybody: "this address does not take this method",
        "look the method up in /openapi.json";
    BodyTooLarge "body-too-large" PAYLOAD_TOO_LARGE Everybody: "the body is larger than this service accepts",
        "send less, or raise `body_limit_bytes` if policies ask for portraits";
    ContentTypeUnsupported "content-type-unsupported" UNSUPPORTED_MEDIA_TYPE Everybody: "the body is of a type that this address does not read",
        "send application/json (a presentation may also come as application/octet-stream)";
    BodyMalformed "body-malformed" BAD_REQUEST Business: "the body is not the JSON that this call takes",
        "compare it with the schema in /openapi.json; the detail says line and column";
    PolicyRefused "policy-refused" UNPROCESSABLE_ENTITY Business: "nobody can answer this policy, or it can be read in two ways",
        "mend what the detail names; `tacit inspect policy` says in plain words what a policy asks";
    BeyondCertificate "beyond-certificate" UNPROCESSABLE_ENTITY Business: "the policy asks for more than this business's certificate allows",
        "ask for less, or have the trust operator certify more";
    LifetimeRefused "lifetime-refused" UNPROCESSABLE_ENTITY Business: "a request lives from one second to an hour",
        "choose `lifetime_seconds` between 1 and 3600";
    ReturnUrlRefused "return-url-refused" UNPROCESSABLE_ENTITY Business: "guests are not sent back to this address",
        "let `return_url` start with an entry of `return_urls` in the configuration, and carry no `response_code`, user name or fragment";
    WebhookRefused "webhook-refused" UNPROCESSABLE_ENTITY Business: "outcomes are not sent to this address",
        "let `webhook` start with an entry of `webhook_urls` in the configuration, and set `webhook_secret_file`";
    RequestUnknown "request-unknown" NOT_FOUND Everybody: "there is no such request, or it was forgotten after its retention",
        "check the id; make a new request";
    RequestClosed "request-closed" GONE Wallet: "the request was answered or has expired",
        "ask the business for a new one";
    NotSameDevice "not-same-device" CONFLICT Business: "the request has no return URL, so that there is no response code to redeem",
        "read the outcome with GET /v1/requests/{id}";
    NotAnswered "not-answered" CONFLICT Business: "the request has not been answered yet",
        "wait for status `answered`";
    ResponseCodeWrong "response-code-wrong" FORBIDDEN Business: "the response code does not belong to this request",
        "take the code from the return URL and the request's id from the session of the same browser; if they do not fit, somebody passed a link on: show nothing";
    ResponseCodeUsed "response-code-used" CONFLICT Business: "the response code was redeemed before",
        "a code works once: keep the outcome with the browser's session, or ask the guest again";
    NoTrustList "no-trust-list" SERVICE_UNAVAILABLE Business: "no trust list is in force",
        "put the operator's current list into the published directory; /readyz says when it is in use";
    TrustListTooOld "trust-list-too-old" SERVICE_UNAVAILABLE Business: "the newest trust list is older than the policy allows",
        "fetch the operator's current list, or allow more with `max_status_age_hours`";
    CertificateNotInForce "certificate-not-in-force" SERVICE_UNAVAILABLE Business: "this business's own certificate is not the operator's, or not in force",
        "have the trust operator certify the key again, and restart with the new certificate";
    PresentationRefused "presentation-refused" FORBIDDEN Wallet: "the presentation was not accepted",
        "present again, or ask the business for a new request; the business's log says why";
    TooManyRequests "too-many-requests" TOO_MANY_REQUESTS Everybody: "too many calls from this address",
        "wait for the seconds in Retry-After; behind a proxy, set `trusted_proxies`";
    TooManyStreams "too-many-streams" SERVICE_UNAVAILABLE Business: "too many event streams are open",
        "poll instead, close streams that nobody reads, or raise `max_event_streams`";
    Overloaded "overloaded" SERVICE_UNAVAILABLE Everybody: "more presentations wait than can be verified soon",
        "try again after the seconds in Retry-After; add cores or instances";
    TimeLimit "time-limit" SERVICE_UNAVAILABLE Everybody: "the call took longer than this service allows",
        "try again; if it was a presentation, look at the request's status first";
    StoreUnreachable "store-unreachable" SERVICE_UNAVAILABLE Everybody: "the store does not answer as it must",
        "try again; the operator finds the cause in the log and in /readyz";
    Internal "internal" INTERNAL_SERVER_ERROR Everybody: "this is a fault of the service",
        "report it with the time of the call; the log has the cause";
}

/// A fault with what is known about this occurrence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    kind: FaultKind,
    detail: Option<String>,
    retry_after: Option<u64>,
}

impl Fault {
    /// A fault with a detail that holds no attribute's value.
    pub fn with(kind: FaultKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: Some(detail.into()), retry_after: None }
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> FaultKind {
        self.kind
    }

    /// What is known beyond the kind.
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }
}

impl From<FaultKind> for Fault {
    fn from(kind: FaultKind) -> Self {
        let retry_after = match kind {
            FaultKind::Overloaded | FaultKind::StoreUnreachable | FaultKind::TimeLimit => Some(1),
            FaultKind::TooManyStreams => Some(5),
            _ => None,
        };
        Self { kind, detail: None, retry_after }
    }
}

/// The body of every fault (RFC 9457).
#[derive(Serialize, ToSchema)]
pub struct Problem {
    /// Where the fault is documented, relative to this service: `/errors#<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The stable code.
    pub code: &'static str,
    /// The HTTP status again.
    pub status: u16,
    /// What happened.
    pub title: &'static str,
    /// What to do.
    pub advice: &'static str,
    /// What is known about this occurrence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The kind of an answer that is a fault, for logs and metrics.
#[derive(Clone, Copy)]
pub(crate) struct Answered(pub(crate) FaultKind);

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let kind = self.kind;
        let problem = Problem {
            kind: format!("/errors#{}", kind.code()),
            code: kind.code(),
            status: kind.status().as_u16(),
            title: kind.title(),
            advice: kind.advice(),
            detail: self.detail,
        };
        let mut response = (kind.status(), Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if kind.status() == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(Answered(kind));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_stable_names_and_unique() {
        let mut codes: Vec<_> = FaultKind::ALL.iter().map(|kind| kind.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), FaultKind::ALL.len());
        for kind in FaultKind::ALL {
            assert!(kind.code().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", kind.code());
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            assert!(kind.advice().len() > 20 && kind.title().len() > 15, "{}", kind.code());
        }
    }

    /// What a stranger who sends presentations can be told.
    #[test]
    fn wallets_learn_one_refusal_only() {
        let told: Vec<_> = FaultKind::ALL
            .iter()
            .filter(|kind| kind.audience() == Audience::Wallet)
            .map(|k| k.code())
            .collect();
        assert_eq!(told, ["request-closed", "presentation-refused"]);
    }
}
