//! Webhooks as a receiver sees them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use tacit_credential::date::UnixTime;
use tacit_verifier_service::config::WebhookSecret;
use tacit_verifier_service::webhook::{DeliveryId, sign};
use url::Url;

use crate::place::{Place, WEBHOOK_SECRET};

/// What a receiver got.
struct Received {
    headers: Vec<(String, String)>,
    body: String,
}

impl Received {
    fn header(&self, name: &str) -> &str {
        &self.headers.iter().find(|(found, _)| found == name).unwrap().1
    }

    /// What a receiver checks.
    fn is_signed(&self) -> bool {
        let secret = WebhookSecret::parse(WEBHOOK_SECRET).unwrap();
        let id = DeliveryId(self.header("webhook-id").into());
        let at = UnixTime(self.header("webhook-timestamp").parse().unwrap());
        sign(&secret, &id, at, &self.body) == self.header("webhook-signature")
    }
}

/// A receiver that answers one call after the other with these statuses, the last of them for ever.
fn receiver(statuses: &'static [&'static str]) -> (Url, Receiver<Received>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hooks/", listener.local_addr().unwrap()).parse().unwrap();
    let (report, received) = channel();
    std::thread::spawn(move || {
        for n in 0.. {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let mut headers = Vec::new();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if line.trim().is_empty() {
                    break;
                }
                if let Some((name, value)) = line.split_once(": ") {
                    headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
                }
            }
            let length =
                headers.iter().find(|(name, _)| name == "content-length").unwrap().1.parse().unwrap();
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let status = statuses[n.min(statuses.len() - 1)];
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            if report.send(Received { headers, body: String::from_utf8(body).unwrap() }).is_err() {
                return;
            }
        }
    });
    (url, received)
}

/// The next one, while the service's time goes on.
fn later(received: &Receiver<Received>, place: &Place) -> Received {
    for _ in 0..600 {
        if let Ok(webhook) = received.recv_timeout(Duration::from_millis(100)) {
            return webhook;
        }
        place.clock.advance(5);
    }
    panic!("no webhook");
}

fn next(received: &Receiver<Received>) -> Received {
    received.recv_timeout(Duration::from_secs(60)).expect("a webhook")
}

#[test]
fn the_outcome_is_sent_and_signed() {
    let (url, received) = receiver(&["204 No Content"]);
    let place = Place::with(|config| config.webhook_urls = vec![url.clone()]);
    let hook = url.join("tacit").unwrap();
    let asked = place.ask(&json!({ "policy": { "disclose": ["name"] }, "webhook": hook }));
    place.honest(&asked).ok();
    let webhook = next(&received);
    assert!(webhook.is_signed());
    assert_eq!(webhook.header("webhook-id"), format!("msg_{}", asked.id));
    let body: Value = serde_json::from_str(&webhook.body).unwrap();
    assert_eq!((&body["type"], &body["data"]["id"]), (&json!("request.accepted"), &json!(asked.id)));
    assert_eq!(body["data"]["outcome"]["disclosed"]["name"], "李小龙");
    assert!(received.recv_timeout(Duration::from_secs(4)).is_err(), "once, if it was taken");
}

/// In a same-device flow the outcome waits for the code; the webhook says that there is an answer.
#[test]
fn a_webhook_does_not_go_around_the_code() {
    let (url, received) = receiver(&["200 OK"]);
    let place = Place::with(|config| config.webhook_urls = vec![url.clone()]);
    let asked = place.ask(&json!({
        "policy": { "disclose": ["name"] }, "webhook": url, "return_url": "https://lotus-hotel.example/"
    }));
    place.honest(&asked).ok();
    let webhook = next(&received);
    assert!(
        webhook.is_signed() && !webhook.body.contains("李小龙") && !webhook.body.contains("response_code")
    );
    let body: Value = serde_json::from_str(&webhook.body).unwrap();
    assert_eq!((&body["type"], &body["data"]["outcome"]), (&json!("request.answered"), &Value::Null));
}

/// Refused, redirected, then taken, with a restart in between: the same message until it is taken, never a redirect followed.
#[test]
fn a_webhook_that_is_not_taken_comes_again_also_after_a_restart() {
    let (url, received) =
        receiver(&["500 Oops", "302 Found\r\nlocation: http://127.0.0.1:9/elsewhere", "200 OK"]);
    let mut place = Place::with(|config| config.webhook_urls = vec![url.clone()]);
    let asked = place.ask(&json!({ "policy": { "minimum_age": 18 }, "webhook": url }));
    place.honest(&asked).ok();
    let first = next(&received);
    let second = later(&received, &place);
    place.stop();
    let again = place.beside(|config| config.webhook_urls = vec![url.clone()]);
    let third = later(&received, &again);
    assert!([&first, &second, &third].iter().all(|webhook| webhook.is_signed()));
    assert_eq!(first.header("webhook-id"), third.header("webhook-id"));
    assert_eq!((&first.body, &second.body), (&third.body, &third.body));
    assert!(received.recv_timeout(Duration::from_secs(4)).is_err(), "taken");
}
