//! Requests that lie on a server, and answers that go back there: `openid4vp://` links and the plain addresses of a verifier
//! service.
//!
//! ```text
//! link  openid4vp://?client_id=…&request_uri=…   request object fetched and checked, answer posted to response_uri
//! plain https://hotel.example/r/ID               signed request fetched as JSON, answer posted to its endpoint
//! ```
//! Both end in a [`SignedRequest`] that the wallet checks and shows like one from a file. Answers go where that request says and only to the
//! host that it came from; whether that host belongs to the certified business is among the wallet's warnings.
//!
//! A refusal tells the verifier nothing unless the holder wants it told (`--notify-refusal`).

mod error;
mod http;

use rand::RngCore;
use rand::rngs::OsRng;
use tacit_credential::date::UnixTime;
use tacit_credential::presentation::Presentation;
use tacit_credential::request::SignedRequest;
use tacit_credential::trust_list::OperatorKey;
use tacit_openid4vp::{
    Acknowledgement, ErrorCode, FORM_MEDIA_TYPE, FetchForm, Invocation, Location, REQUEST_OBJECT_MEDIA_TYPE,
    RequestObject, RequestUriMethod, SCHEME, VerifiedRequestObject, WalletNonce,
};

pub(crate) use error::OnlineError;
use http::Client;

const JSON: &str = "application/json";
const BINARY: &str = "application/octet-stream";
/// No request is larger.
const REQUEST_MAX: u64 = 64 * 1024;
/// No reply to an answer is larger.
const REPLY_MAX: u64 = 16 * 1024;

/// An address of a request.
#[derive(Clone, Debug)]
pub(crate) enum Address {
    /// A link of OpenID4VP.
    OpenId(Invocation),
    /// Where a signed request lies as JSON.
    Plain(Location),
}

/// A request that was fetched, and how it is answered.
pub(crate) struct Fetched {
    client: Client,
    style: Style,
}

enum Style {
    OpenId(Box<VerifiedRequestObject>),
    Plain { request: Box<SignedRequest>, answer_to: Location },
}

impl Address {
    /// Reads a link or a URL; `None` if the text looks like neither, and may be the name of a file.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, OnlineError> {
        match text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase()).as_deref() {
            Some(SCHEME) => Ok(Some(Self::OpenId(Invocation::parse(text)?))),
            Some("http" | "https") => Ok(Some(Self::Plain(Location::parse(text)?))),
            _ => Ok(None),
        }
    }

    /// Where the request lies.
    pub(crate) fn location(&self) -> &Location {
        match self {
            Self::OpenId(link) => &link.request_uri,
            Self::Plain(location) => location,
        }
    }

    /// Fetches the request. What OpenID4VP adds to it is checked here, the request itself by the wallet.
    pub(crate) fn fetch(self, operator: &OperatorKey, now: UnixTime) -> Result<Fetched, OnlineError> {
        match self {
            Self::OpenId(link) => {
                let client = Client::for_host_of(&link.request_uri);
                let style = Style::OpenId(Box::new(fetch_object(&client, &link, operator, now)?));
                Ok(Fetched { client, style })
            }
            Self::Plain(location) => {
                let client = Client::for_host_of(&location);
                let body = client.get(&location, JSON, REQUEST_MAX)?;
                let request = SignedRequest::from_json(&body).map_err(OnlineError::NoRequest)?;
                let answer_to = Location::parse(&request.request.endpoint)?;
                if !answer_to.same_origin(&location) {
                    return Err(OnlineError::OtherOrigin);
                }
                Ok(Fetched { client, style: Style::Plain { request: Box::new(request), answer_to } })
            }
        }
    }
}

fn fetch_object(
    client: &Client,
    link: &Invocation,
    operator: &OperatorKey,
    now: UnixTime,
) -> Result<VerifiedRequestObject, OnlineError> {
    let at = &link.request_uri;
    let (body, nonce) = match link.method {
        RequestUriMethod::Get => (client.get(at, REQUEST_OBJECT_MEDIA_TYPE, REQUEST_MAX)?, None),
        RequestUriMethod::Post => {
            let mut random = [0; 16];
            OsRng.fill_bytes(&mut random);
            let nonce = WalletNonce::new(&random);
            let form = FetchForm { wallet_nonce: Some(nonce.clone()) }.to_form();
            let accept = REQUEST_OBJECT_MEDIA_TYPE;
            (client.post(at, FORM_MEDIA_TYPE, form.as_bytes(), accept, REQUEST_MAX)?, Some(nonce))
        }
    };
    let text = std::str::from_utf8(&body).map_err(|_| OnlineError::NotText)?;
    Ok(RequestObject::verify(text, link, nonce.as_ref(), operator, now)?)
}

impl Fetched {
    /// What is asked.
    pub(crate) fn request(&self) -> &SignedRequest {
        match &self.style {
            Style::OpenId(object) => object.request(),
            Style::Plain { request, .. } => request,
        }
    }

    /// By what it was fetched, for the report.
    pub(crate) fn protocol(&self) -> &'static str {
        match &self.style {
            Style::OpenId(_) => "openid4vp",
            Style::Plain { .. } => "plain",
        }
    }

    /// Posts the presentation. The reply may say where the holder's browser goes on.
    pub(crate) fn deliver(&self, presentation: &Presentation) -> Result<Acknowledgement, OnlineError> {
        let reply = match &self.style {
            Style::OpenId(object) => {
                let form = object.answer(presentation);
                self.client.post(object.response_uri(), FORM_MEDIA_TYPE, form.as_bytes(), JSON, REPLY_MAX)?
            }
            Style::Plain { answer_to, .. } => {
                self.client.post(answer_to, BINARY, &presentation.to_bytes(), JSON, REPLY_MAX)?
            }
        };
        Ok(Acknowledgement::from_json(&reply)?)
    }

    /// Posts anything in place of a presentation, for the sandbox.
    pub(crate) fn deliver_bytes(&self, bytes: &[u8]) -> Result<Acknowledgement, OnlineError> {
        let answer_to = Location::parse(&self.request().request.endpoint)?;
        let reply = self.client.post(&answer_to, BINARY, bytes, JSON, REPLY_MAX)?;
        Ok(Acknowledgement::from_json(&reply)?)
    }

    /// Tells the verifier that there will be no answer, not why. The plain style has no words for it.
    pub(crate) fn refuse(&self) -> Result<(), OnlineError> {
        if let Style::OpenId(object) = &self.style {
            let form = object.refuse(ErrorCode::AccessDenied);
            self.client.post(object.response_uri(), FORM_MEDIA_TYPE, form.as_bytes(), JSON, REPLY_MAX)?;
        }
        Ok(())
    }
}
