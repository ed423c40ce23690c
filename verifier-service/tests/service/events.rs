//! The outcome as server-sent events.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use serde_json::{Value, json};
use tacit_credential::presentation::ProofBytes;
use tacit_verifier_service::config::StoreAddress;

use crate::place::{Asked, DESK, Place, adult, agent};
use crate::redis_server::RedisServer;

/// The events of one stream, until it ends.
fn follow(place: &Place, asked: &Asked) -> impl Iterator<Item = Value> + use<> {
    let response = agent()
        .get(place.url(&format!("/v1/requests/{}/events", asked.id)))
        .header("authorization", format!("Bearer {DESK}"))
        .call()
        .unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let lines = BufReader::new(response.into_body().into_reader()).lines().map_while(Result::ok);
    lines.filter_map(|line| line.strip_prefix("data: ").map(|data| serde_json::from_str(data).unwrap()))
}

#[test]
fn every_change_is_an_event_and_the_outcome_is_the_last() {
    let place = Place::new();
    let asked = place.ask(&json!({ "policy": { "disclose": ["name"] } }));
    let mut events = follow(&place, &asked);
    assert_eq!(events.next().unwrap()["status"], "pending");
    let good = place.guest.present(&asked.request);
    let mut forged = good.clone();
    forged.proof = ProofBytes([0; 128]);
    assert_eq!(place.answer(&asked, &forged).status, 403);
    assert_eq!(events.next().unwrap()["refused_attempts"], 1);
    place.answer(&asked, &good).ok();
    let last = events.next().unwrap();
    assert_eq!(
        (&last["status"], &last["outcome"]["disclosed"]["name"]),
        (&json!("accepted"), &json!("李小龙"))
    );
    assert_eq!(events.next(), None, "the stream ends");
    // Whoever comes late gets the outcome at once.
    assert_eq!(follow(&place, &asked).map(|event| event["status"].clone()).collect::<Vec<_>>(), ["accepted"]);
}

#[test]
fn expiry_is_an_event_too() {
    let place = Place::new();
    let asked = place.ask(&adult());
    let mut events = follow(&place, &asked);
    assert_eq!(events.next().unwrap()["status"], "pending");
    place.clock.advance(300);
    assert_eq!(events.next().unwrap()["status"], "expired");
    assert_eq!(events.next(), None);
}

/// The other instance judged the answer; this one finds it in the store.
#[test]
fn events_reach_across_instances() {
    let redis = RedisServer::new();
    let one = Place::with(|config| config.store = StoreAddress::Redis(redis.url()));
    let two = one.beside(|config| config.store = StoreAddress::Redis(redis.url()));
    let asked = one.ask(&adult());
    let mut events = follow(&two, &asked);
    assert_eq!(events.next().unwrap()["status"], "pending");
    one.honest(&asked).ok();
    assert_eq!(events.next().unwrap()["status"], "accepted");
}

#[test]
fn streams_are_bounded_and_end_when_the_service_stops() {
    let mut place = Place::with(|config| config.max_event_streams = 2);
    let asked = place.ask(&adult());
    let mut open: Vec<_> = (0..2).map(|_| follow(&place, &asked)).collect();
    for events in &mut open {
        assert_eq!(events.next().unwrap()["status"], "pending");
    }
    let path = format!("/v1/requests/{}/events", asked.id);
    let full = place.get(&path, Some(DESK));
    assert_eq!(
        (full.fault(), &full.headers["retry-after"]),
        ((503, "too-many-streams"), &"5".parse().unwrap())
    );
    place.stop();
    for events in &mut open {
        assert_eq!(
            events.next(),
            None,
            "ended, not cut off after the patience of {:?}",
            Duration::from_secs(20)
        );
    }
}
