//! The example of the crate's first page, with a guest and somebody who sends rubbish.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use tower::ServiceExt;

use super::*;

#[path = "../../examples/booking_site.rs"]
#[allow(dead_code)]
mod booking_site;

async fn post(routes: &Router, path: &str, body: Vec<u8>) -> (StatusCode, String) {
    let request = Request::post(path).body(Body::from(body)).unwrap();
    let response = routes.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 16).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_example_lets_a_guest_in_once() {
    let mut site = Site::new();
    let verifier = site.builder().build().unwrap();
    verifier.add_trust_list(site.world.list.signed().clone()).unwrap();
    let signing_key = site.world.verifier.clone();
    let open = std::sync::Mutex::default();
    let routes = booking_site::routes(booking_site::Site { verifier, signing_key, open });

    let (status, json) = post(&routes, "/ask", Vec::new()).await;
    assert_eq!(status, StatusCode::OK);
    let request: SignedRequest = serde_json::from_str(&json).unwrap();
    let presentation = site.answer(&request);
    let mut rubbish = presentation.clone();
    rubbish.pseudonym = Pseudonym::from_field(Fr::from(1));
    let refusal = (StatusCode::FORBIDDEN, "the presentation was not accepted".to_owned());
    assert_eq!(post(&routes, "/answer", b"rubbish".to_vec()).await, refusal);
    assert_eq!(post(&routes, "/answer", rubbish.to_bytes()).await, refusal);
    let (status, welcome) = post(&routes, "/answer", presentation.to_bytes()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(welcome.starts_with("Welcome! Proven: ") && welcome.contains("18"), "{welcome}");
    assert_eq!(post(&routes, "/answer", presentation.to_bytes()).await, refusal);
}
