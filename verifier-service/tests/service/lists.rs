//! Trust lists come into use, and go, while the service runs.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use tacit_credential::date::UnixTime;
use tacit_credential::fixtures::NOW;
use tacit_credential::trust_list::{Epoch, SignedTrustList, TrustListParameters};

use crate::place::{DESK, Guest, Place, adult, publish};

/// The list after the world's.
fn next(guest: &Guest, change: impl FnOnce(&mut TrustListParameters)) -> SignedTrustList {
    guest.world(|world| {
        let before = world.list.list();
        let mut parameters = TrustListParameters {
            epoch: Epoch(before.epoch.0 + 1),
            predecessor: Some(before.digest()),
            issued_at: UnixTime(NOW.0 - 60),
            expires_at: before.expires_at,
            issuers: before.issuers.clone(),
        };
        change(&mut parameters);
        SignedTrustList::sign(parameters, &world.operator).unwrap()
    })
}

fn write(dir: &Path, list: &SignedTrustList) {
    let file = dir.join(format!("published/trust/{:08}.json", list.list.epoch.0));
    fs::write(file, serde_json::to_vec(list).unwrap()).unwrap();
}

fn wait(mut holds: impl FnMut() -> bool, what: &str) {
    let patience = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < patience, "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn ready(place: &Place) -> (u16, Value) {
    let answer = place.get("/readyz", None);
    (answer.status, answer.body)
}

#[test]
fn without_a_list_nothing_is_asked_and_the_probe_says_so() {
    let dir = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let place = Place::start(dir, Guest::new(), |_| {});
    let (status, body) = ready(&place);
    assert_eq!((status, &body["ready"]), (503, &Value::Bool(false)));
    assert!(body["problems"][0].as_str().unwrap().contains("no trust list"), "{body}");
    assert_eq!(place.post("/v1/requests", Some(DESK), &adult()).fault(), (503, "no-trust-list"));
    assert_eq!(place.get("/healthz", None).status, 200, "it runs all the same");
    publish(&place.dir, &place.guest);
    wait(|| ready(&place).0 == 200, "the list comes into use");
    let asked = place.ask(&adult());
    place.honest(&asked).ok();
}

#[test]
fn a_newer_list_is_taken_while_running_and_ends_requests_of_the_older_one() {
    let place = Place::new();
    let asked = place.ask(&adult());
    let presentation = place.guest.present(&asked.request);
    write(place.dir.path(), &next(&place.guest, |_| {}));
    wait(|| ready(&place).1["trust_list"] == 8, "epoch 8 comes into use");
    assert_eq!(place.answer(&asked, &presentation).fault(), (403, "presentation-refused"));
    assert_eq!(place.standing(&asked)["last_refusal"], "epoch-superseded");
    assert_eq!(place.ask(&adult()).request.request.epoch, Epoch(8));
}

/// Half a file, another operator's list and a second history are reported, and change nothing.
#[test]
fn what_is_no_list_changes_nothing() {
    let place = Place::new();
    let folder = place.dir.path().join("published/trust");
    let whole = serde_json::to_vec(&next(&place.guest, |_| {})).unwrap();
    fs::write(folder.join("00000008.json"), &whole[..whole.len() / 2]).unwrap();
    let mut forged: Value = serde_json::from_slice(&whole).unwrap();
    forged["list"]["expires_at"] = (NOW.0 + 86_400).into();
    fs::write(folder.join("00000009.json"), forged.to_string()).unwrap();
    fs::write(folder.join("readme.txt"), "not a list").unwrap();
    std::thread::sleep(Duration::from_millis(2500));
    assert_eq!(ready(&place).1["trust_list"], 7);
    // The copying job comes to its end.
    fs::write(folder.join("00000008.json"), &whole).unwrap();
    wait(|| ready(&place).1["trust_list"] == 8, "the whole file is read");
}

/// An older list calls revoked IDs good: after a restart it is not taken, whatever the directory holds.
#[test]
fn a_restart_does_not_bring_an_older_list_back() {
    let mut place = Place::new();
    write(place.dir.path(), &next(&place.guest, |_| {}));
    wait(|| ready(&place).1["trust_list"] == 8, "epoch 8 comes into use");
    place.stop();
    fs::remove_file(place.dir.path().join("published/trust/00000008.json")).unwrap();
    let again = place.beside(|_| {});
    let (status, body) = ready(&again);
    assert_eq!((status, body.get("trust_list")), (503, None), "{body}");
    assert_eq!(again.post("/v1/requests", Some(DESK), &adult()).fault(), (503, "no-trust-list"));
    write(again.dir.path(), &next(&again.guest, |_| {}));
    wait(|| ready(&again).0 == 200, "the newest list again");
}
