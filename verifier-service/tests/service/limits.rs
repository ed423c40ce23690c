//! What strangers can do to the service.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use crate::place::{DESK, Place, adult, agent};

#[test]
fn bodies_are_bounded() {
    let place = Place::with(|config| config.body_limit_bytes = 8192);
    let asked = place.ask(&adult());
    let path = format!("/r/{}", asked.id);
    let kind = "application/octet-stream";
    assert_eq!(place.post_bytes(&path, None, kind, &[0; 8193]).fault(), (413, "body-too-large"));
    assert_eq!(place.post_bytes(&path, None, kind, &[0; 8192]).fault(), (403, "presentation-refused"));
    assert_eq!(place.post_bytes(&path, None, "text/html", b"").fault(), (415, "content-type-unsupported"));
    let large = json!({ "policy": { "title": "x".repeat(9000) } });
    assert_eq!(place.post("/v1/requests", Some(DESK), &large).fault(), (413, "body-too-large"));
}

#[test]
fn strangers_are_limited_by_address_and_clients_are_not() {
    let place = Place::with(|config| {
        (config.rate_per_second, config.rate_burst) = (1, 5);
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    });
    let asked = place.ask(&adult());
    let from = |address: &str, key: Option<&str>| {
        let mut call = agent().get(place.url(&format!("/r/{}", asked.id))).header("x-forwarded-for", address);
        if let Some(key) = key {
            call = call.header("authorization", format!("Bearer {key}"));
        }
        call.call().unwrap()
    };
    let statuses: Vec<_> = (0..12).map(|_| from("6.6.6.6, 198.51.100.7", None).status().as_u16()).collect();
    assert!(statuses[..5].iter().all(|status| *status == 200), "{statuses:?}");
    assert!(statuses.contains(&429), "{statuses:?}");
    let limited =
        (0..5).map(|_| from("198.51.100.7", None)).find(|response| response.status() == 429).unwrap();
    assert!(limited.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
    assert_eq!(from("198.51.100.8", None).status(), 200, "others are not concerned");
    // Guessing keys draws on the bucket as well.
    let guesses: Vec<_> =
        (0..12).map(|_| from("198.51.100.9", Some("tacit_guess")).status().as_u16()).collect();
    assert!(guesses.contains(&429), "{guesses:?}");
    for _ in 0..20 {
        assert_eq!(place.standing(&asked)["status"], "pending");
        assert_eq!(place.get("/healthz", None).status, 200);
    }
}

/// Who sends half a call is cut off; others are served meanwhile.
#[test]
fn slow_callers_are_cut_off() {
    let place = Place::with(|config| config.time_limit_seconds = 1);
    let mut head = TcpStream::connect(place.address).unwrap();
    head.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    head.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n").unwrap();
    let mut body = TcpStream::connect(place.address).unwrap();
    body.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    body.write_all(
        b"POST /r/AAAAAAAAAAAAAAAAAAAAAA HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
    )
    .unwrap();
    assert_eq!(place.get("/healthz", None).status, 200);
    let mut rest = Vec::new();
    // Closed with or without an answer; read returns, which is the point.
    let _ = head.read_to_end(&mut rest);
    assert!(!String::from_utf8_lossy(&rest).starts_with("HTTP/1.1 200"));
    let mut answer = [0; 12];
    body.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 503");
}

/// The queue is full: turned away at once, with a time to come back.
#[test]
fn a_full_queue_turns_away() {
    let place = Place::with(|config| (config.verify_threads, config.verify_queue) = (1, 1));
    let asked = place.ask(&adult());
    let presentation = place.guest.present(&asked.request);
    // Wrong answers, so that each of them is verified.
    let other = place.ask(&adult());
    let mut foreign = place.guest.present(&other.request);
    foreign.challenge = presentation.challenge;
    let statuses: Vec<_> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..32)
            .map(|_| {
                let (place, asked, foreign) = (&place, &asked, &foreign);
                scope.spawn(move || {
                    (0..8)
                        .map(|_| place.answer(asked, foreign))
                        .map(|answer| (answer.status, answer.headers.contains_key("retry-after")))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
    });
    assert!(statuses.contains(&(503, true)), "{statuses:?}");
    assert!(statuses.iter().all(|status| [(503, true), (403, false)].contains(status)), "{statuses:?}");
    place.answer(&asked, &presentation).ok();
}
