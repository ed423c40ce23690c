//! A booking site with two routes: one makes a request for a guest, the other takes the wallet's answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Router, serve};
use tacit_verifier::{
    Ask, Challenge, OperatorKey, Policy, Presentation, SignedRequest, SigningKey, VerifiedPresentation,
    Verifier, VerifierKey, VerifyingKey,
};

/// What all requests share. `open` is your session store: which request went to which guest.
pub(crate) struct Site {
    pub(crate) verifier: Verifier,
    pub(crate) signing_key: SigningKey,
    pub(crate) open: Mutex<HashMap<[u8; 32], SignedRequest>>,
}

pub(crate) fn routes(site: Site) -> Router {
    Router::new().route("/ask", post(ask)).route("/answer", post(answer)).with_state(Arc::new(site))
}

/// Your page calls this and shows what comes back as a link or a QR code.
async fn ask(State(site): State<Arc<Site>>) -> Result<String, StatusCode> {
    let ask = Ask {
        policy: Policy::from_json(r#"{"minimum_age": 18}"#).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?,
        endpoint: "https://hotel.example/answer".into(),
        lifetime: Duration::from_secs(300),
    };
    let request = site.verifier.request(ask, &site.signing_key, &mut rand::rngs::OsRng).map_err(|error| {
        eprintln!("no request: {error}"); // It says what to do, such as "fetch the current trust list".
        StatusCode::SERVICE_UNAVAILABLE
    })?;
    let json = request.to_json();
    let mut open = site.open.lock().unwrap_or_else(PoisonError::into_inner);
    open.insert(key(&request.request.challenge()), request);
    Ok(json)
}

/// The wallet sends its answer here. Anybody can send anything, so all refusals look alike.
async fn answer(State(site): State<Arc<Site>>, body: Bytes) -> Result<String, (StatusCode, String)> {
    let refused = || (StatusCode::FORBIDDEN, tacit_verifier::Refusal.to_string());
    let presentation = Presentation::from_bytes(&body).map_err(|_| refused())?;
    let key = key(&presentation.challenge);
    let open = || site.open.lock().unwrap_or_else(PoisonError::into_inner);
    let request = open().get(&key).cloned().ok_or_else(refused)?;
    // About a millisecond of work; on a busy site do it in `tokio::task::spawn_blocking`.
    match site.verifier.verify(&request, &presentation) {
        Ok(guest) => {
            open().remove(&key);
            Ok(check_in(&guest))
        }
        Err(error) => {
            eprintln!("refused: {error}"); // The cause is for your log alone.
            Err(refused())
        }
    }
}

/// Code that relies on the proof takes a `VerifiedPresentation`: nothing but the verifier can make one.
fn check_in(guest: &VerifiedPresentation) -> String {
    format!("Welcome! Proven: {}", guest.policy().describe(guest.date()).join("; "))
}

fn key(challenge: &Challenge) -> [u8; 32] {
    challenge.to_bytes()
}

/// `booking_site SECRET_KEY OPERATOR_KEY VERIFYING_KEY TRUST_LIST`: two keys of 32 bytes, and the files that come with the
/// software and from the trust operator.
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files: Vec<Vec<u8>> = std::env::args().skip(1).map(std::fs::read).collect::<Result<_, _>>()?;
    let [secret, operator, verifying_key, trust_list] = files.as_slice() else {
        return Err("pass four files: secret key, operator key, verifying key, trust list".into());
    };
    let signing_key = SigningKey::from_bytes(&secret.as_slice().try_into()?);
    let operator = OperatorKey::from_bytes(&operator.as_slice().try_into()?)?;
    let verifier = Verifier::builder(VerifierKey::from(&signing_key), operator)
        .key(VerifyingKey::from_bytes(verifying_key)?)
        .build()?;
    verifier.add_trust_list(serde_json::from_slice(trust_list)?)?;
    let site = Site { verifier, signing_key, open: Mutex::default() };
    serve(tokio::net::TcpListener::bind("127.0.0.1:8080").await?, routes(site)).await?;
    Ok(())
}
