//! Probes, metrics, the description and the catalogue, the end.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use tacit_verifier_service::config::{Config, StoreAddress};
use tacit_verifier_service::fault::FaultKind;

use crate::place::{DESK, Place, adult, agent};
use crate::redis_server::RedisServer;

const GUIDE: &str = include_str!("../../../docs/service.md");

#[test]
fn a_store_that_is_gone_is_not_ready_and_loses_nobody() {
    let mut redis = RedisServer::new();
    let place = Place::with(|config| config.store = StoreAddress::Redis(redis.url()));
    let asked = place.ask(&adult());
    let presentation = place.guest.present(&asked.request);
    assert_eq!(place.get("/readyz", None).status, 200);
    redis.kill();
    assert_eq!(place.get("/readyz", None).status, 503);
    assert_eq!(place.answer(&asked, &presentation).fault(), (503, "store-unreachable"));
    redis.start();
    let again = std::time::Instant::now() + Duration::from_secs(60);
    while place.get("/readyz", None).status != 200 {
        assert!(std::time::Instant::now() < again, "ready again");
        std::thread::sleep(Duration::from_millis(100));
    }
    place.answer(&asked, &presentation).ok();
    assert_eq!(place.answer(&asked, &presentation).fault(), (403, "presentation-refused"));
}

/// What was accepted stays used through `kill -9` of Redis.
#[test]
fn a_killed_redis_remembers_what_was_used() {
    let mut redis = RedisServer::new();
    let place = Place::with(|config| config.store = StoreAddress::Redis(redis.url()));
    let asked: Vec<_> = (0..5).map(|_| place.ask(&adult())).collect();
    let presentations: Vec<_> = asked.iter().map(|asked| place.guest.present(&asked.request)).collect();
    for (asked, presentation) in asked.iter().zip(&presentations).take(4) {
        place.answer(asked, presentation).ok();
    }
    redis.kill();
    redis.start();
    let again = place.beside(|config| config.store = StoreAddress::Redis(redis.url()));
    for (n, (asked, presentation)) in asked.iter().zip(&presentations).enumerate() {
        assert_eq!(again.answer(asked, presentation).status, if n < 4 { 403 } else { 200 });
        assert_eq!(again.standing(asked)["status"], "accepted");
    }
}

#[test]
fn metrics_count_and_may_stand_apart() {
    let place = Place::with(|config| config.metrics_listen = Some("127.0.0.1:0".parse().unwrap()));
    let asked = place.ask(&adult());
    let presentation = place.guest.present(&asked.request);
    place.answer(&asked, &presentation).ok();
    place.answer(&asked, &presentation);
    assert_eq!(place.get("/metrics", None).status, 404);
    let url = format!("http://{}/metrics", place.metrics_address.unwrap());
    let text = agent().get(url).call().unwrap().body_mut().read_to_string().unwrap();
    for line in [
        "tacit_serve_requests_made_total 1",
        "tacit_serve_presentations_total{result=\"accepted\"} 1",
        "tacit_serve_presentations_total{result=\"challenge-used\"} 1",
        "tacit_serve_calls_total{method=\"POST\",route=\"/r/{id}\",status=\"403\"} 1",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    let plain = Place::new();
    assert_eq!(plain.get("/metrics", None).status, 200);
}

/// Every route of the description is one of the router, and the other way round (by construction for methods; tried here over the socket).
#[test]
fn the_description_is_served_and_describes_the_routes() {
    let place = Place::new();
    let description = place.get("/openapi.json", None).ok();
    assert!(description["openapi"].as_str().unwrap().starts_with("3."), "{description:#}");
    let paths = description["paths"].as_object().unwrap();
    let described: BTreeSet<_> = paths.keys().map(String::as_str).collect();
    let expected = [
        "/errors",
        "/healthz",
        "/r/{id}",
        "/readyz",
        "/v1/requests",
        "/v1/requests/{id}",
        "/v1/requests/{id}/events",
        "/v1/requests/{id}/redeem",
    ];
    assert!(expected.iter().all(|path| described.contains(path)), "{described:?}");
    for (path, methods) in paths {
        let path = path.replace("{id}", "AAAAAAAAAAAAAAAAAAAAAA");
        for method in methods.as_object().unwrap().keys() {
            let answer = match method.as_str() {
                "get" => place.get(&path, Some(DESK)),
                "post" => place.post(&path, Some(DESK), &Value::Null),
                other => panic!("{other} {path} is not tried by this test"),
            };
            let code = answer.body["code"].as_str().unwrap_or_default();
            assert!(!["not-found", "method-not-allowed"].contains(&code), "{method} {path}: {answer:?}");
        }
    }
    // Everything that is referred to is there.
    let text = description.to_string();
    for part in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(description["components"]["schemas"].get(name).is_some(), "{name}");
    }
    assert!(description["components"]["securitySchemes"]["api_key"].is_object());
}

#[test]
fn the_catalogue_is_served_and_stands_in_the_guide() {
    let place = Place::new();
    let catalogue = place.get("/errors", None).ok();
    assert_eq!(catalogue["errors"].as_array().unwrap().len(), FaultKind::ALL.len());
    for kind in FaultKind::ALL {
        let row = format!(
            "| `{}` | {} | {} | {} |",
            kind.code(),
            kind.status().as_u16(),
            kind.title(),
            kind.advice()
        );
        assert!(GUIDE.contains(&row), "docs/service.md lacks the row\n{row}");
    }
    let refusals = catalogue["refusals"].as_array().unwrap();
    assert!(refusals.contains(&"proof-invalid".into()) && refusals.contains(&"challenge-used".into()));
}

/// Every key of the configuration has its row in the guide, with the default that the code has.
#[test]
fn the_guide_names_every_key_of_the_configuration() {
    let config = serde_json::to_value(Config::default()).unwrap();
    let mut keys: BTreeSet<String> = config.as_object().unwrap().keys().cloned().collect();
    keys.extend(
        ["metrics_listen", "public_url", "certificate_file", "attestation_file", "webhook_secret_file"]
            .map(String::from),
    );
    for key in keys {
        assert!(GUIDE.contains(&format!("| `{key}` |")), "docs/service.md lacks a row for `{key}`");
    }
}

/// A call that runs when the service is told to stop is answered; then nobody listens.
#[test]
fn running_calls_end_before_the_service_does() {
    let mut place = Place::new();
    let asked: Vec<_> = (0..4).map(|_| place.ask(&adult())).collect();
    let presentations: Vec<_> = asked.iter().map(|asked| place.guest.present(&asked.request)).collect();
    let (url, paths) =
        (place.url(""), asked.iter().map(|asked| format!("/r/{}", asked.id)).collect::<Vec<_>>());
    let callers: Vec<_> = presentations
        .into_iter()
        .zip(paths)
        .map(|(presentation, path)| {
            let url = format!("{url}{path}");
            std::thread::spawn(move || {
                let call = agent().post(url).header("content-type", "application/json");
                call.send(presentation.to_json().as_bytes()).map(|response| response.status().as_u16())
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(30));
    let address = place.address;
    place.stop();
    for caller in callers {
        // Answered in full, or never taken: nothing half-done.
        match caller.join().unwrap() {
            Ok(status) => assert_eq!(status, 200),
            Err(ureq::Error::Io(_) | ureq::Error::ConnectionFailed) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert!(std::net::TcpStream::connect(address).is_err(), "nobody listens any more");
}
