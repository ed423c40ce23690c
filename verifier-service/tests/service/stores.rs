//! The contract of a store, kept by both.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tacit_credential::date::UnixTime;
use tacit_credential::fixtures::{NOW, World, wide_policy};
use tacit_credential::request::CircuitDigest;
use tacit_credential::trust_list::{Epoch, TrustListId};
use tacit_verifier_service::config::StoreAddress;
use tacit_verifier_service::session::{Flow, Outcome, ResponseCode, Session, SessionId};
use tacit_verifier_service::start::open_store;
use tacit_verifier_service::store::{AcceptError, Acceptance, RedeemError, Store, StoreError};
use tacit_verifier_service::webhook::{Delivery, DeliveryId};

use crate::place::{DESK, Place, adult};
use crate::redis_server::{RedisServer, SAFE};

/// Runs a test on both stores.
fn on_both(test: impl AsyncFn(Arc<dyn Store>)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let redis = RedisServer::new();
    runtime.block_on(async {
        test(open_store(&StoreAddress::Sqlite(dir.path().join("store"))).await.unwrap()).await;
        test(open_store(&StoreAddress::Redis(redis.url())).await.unwrap()).await;
    });
}

pub(crate) fn session(world: &mut World) -> Session {
    let request = world.request(CircuitDigest([7; 32]), wide_policy());
    Session {
        id: SessionId::random(),
        client: "desk".into(),
        request,
        flow: Flow::CrossDevice,
        webhook: None,
        created_at: NOW,
    }
}

pub(crate) fn outcome(world: &World, session: &Session) -> Outcome {
    let request = &session.request.request;
    Outcome {
        accepted_at: NOW,
        date: request.date,
        policy: request.policy.clone(),
        disclosed: world.disclosed(&request.policy),
        pseudonym: None,
        epoch: request.epoch,
        development_key: true,
    }
}

pub(crate) fn acceptance(world: &World, session: &Session) -> Acceptance {
    Acceptance {
        id: session.id.clone(),
        outcome: outcome(world, session),
        code: None,
        delivery: None,
        now: NOW,
    }
}

/// The stores forget by the real clock or by the given one; either way not yet.
fn far() -> UnixTime {
    let real = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    UnixTime(real.max(NOW.0) + 86_400)
}

#[test]
fn what_is_written_is_read() {
    on_both(async |store| {
        let mut world = World::new(3);
        let one = session(&mut world);
        assert_eq!(store.find(&one.id).await.unwrap(), None);
        store.create(&one, far()).await.unwrap();
        let found = store.find(&one.id).await.unwrap().unwrap();
        assert_eq!((&found.session, found.standing.refused), (&one, 0));
        store.refuse(&one.id, "proof-invalid").await.unwrap();
        store.refuse(&one.id, "other-challenge").await.unwrap();
        let standing = store.find(&one.id).await.unwrap().unwrap().standing;
        assert_eq!((standing.refused, standing.last_refusal.as_deref()), (2, Some("other-challenge")));
        store.accept(acceptance(&world, &one)).await.unwrap();
        let standing = store.find(&one.id).await.unwrap().unwrap().standing;
        assert_eq!(standing.outcome, Some(outcome(&world, &one)));
        store.ready().await.unwrap();
    });
}

#[test]
fn an_acceptance_happens_once_in_time_and_for_what_is_known() {
    on_both(async |store| {
        let mut world = World::new(3);
        let (one, late, unknown) = (session(&mut world), session(&mut world), session(&mut world));
        store.create(&one, far()).await.unwrap();
        store.create(&late, far()).await.unwrap();
        assert!(matches!(store.accept(acceptance(&world, &unknown)).await, Err(AcceptError::Unknown)));
        let at = |now| Acceptance { now, ..acceptance(&world, &late) };
        assert!(matches!(store.accept(at(late.expires_at())).await, Err(AcceptError::Expired)));
        store.accept(at(UnixTime(late.expires_at().0 - 1))).await.unwrap();
        store.accept(acceptance(&world, &one)).await.unwrap();
        assert!(matches!(store.accept(acceptance(&world, &one)).await, Err(AcceptError::Used)));
        // A refusal does not bring a request into being.
        store.refuse(&unknown.id, "proof-invalid").await.unwrap();
        assert_eq!(store.find(&unknown.id).await.unwrap(), None);
    });
}

#[test]
fn of_many_that_race_one_is_accepted() {
    on_both(async |store| {
        let mut world = World::new(3);
        for _ in 0..20 {
            let one = session(&mut world);
            store.create(&one, far()).await.unwrap();
            let racing: Vec<_> = (0..16)
                .map(|_| {
                    let (store, acceptance) = (store.clone(), acceptance(&world, &one));
                    tokio::spawn(async move { store.accept(acceptance).await })
                })
                .collect();
            let mut accepted = 0;
            for race in racing {
                match race.await.unwrap() {
                    Ok(()) => accepted += 1,
                    Err(AcceptError::Used) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            assert_eq!(accepted, 1);
        }
    });
}

#[test]
fn a_code_opens_its_own_outcome_once() {
    on_both(async |store| {
        let mut world = World::new(3);
        let one = session(&mut world);
        let (code, other) = (ResponseCode::random().digest(), ResponseCode::random().digest());
        assert!(matches!(store.redeem(&one.id, &code).await, Err(RedeemError::Unknown)));
        store.create(&one, far()).await.unwrap();
        assert!(matches!(store.redeem(&one.id, &code).await, Err(RedeemError::Open)));
        store.accept(Acceptance { code: Some(code), ..acceptance(&world, &one) }).await.unwrap();
        assert!(matches!(store.redeem(&one.id, &other).await, Err(RedeemError::Wrong)));
        let racing: Vec<_> = (0..8)
            .map(|_| {
                let (store, id) = (store.clone(), one.id.clone());
                tokio::spawn(async move { store.redeem(&id, &code).await })
            })
            .collect();
        let mut opened = 0;
        for race in racing {
            match race.await.unwrap() {
                Ok(stored) => {
                    assert_eq!(stored.standing.outcome, Some(outcome(&world, &one)));
                    opened += 1;
                }
                Err(RedeemError::Used) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(opened, 1);
        // Without a code in the first place nothing opens.
        let plain = session(&mut world);
        store.create(&plain, far()).await.unwrap();
        store.accept(acceptance(&world, &plain)).await.unwrap();
        assert!(matches!(store.redeem(&plain.id, &code).await, Err(RedeemError::Wrong)));
    });
}

#[test]
fn webhooks_wait_until_they_are_delivered_and_one_instance_takes_each() {
    on_both(async |store| {
        let mut world = World::new(3);
        let after = |seconds: u64| NOW.plus(Duration::from_secs(seconds));
        let mut expected = Vec::new();
        for n in 0..5 {
            let one = session(&mut world);
            store.create(&one, far()).await.unwrap();
            let id = DeliveryId(format!("msg_{n}"));
            let url = "http://127.0.0.1/hook".parse().unwrap();
            let delivery = Delivery { id: id.clone(), url, body: json!({ "n": n }).to_string(), attempts: 0 };
            store
                .accept(Acceptance { delivery: Some(delivery.clone()), ..acceptance(&world, &one) })
                .await
                .unwrap();
            expected.push((id, delivery));
        }
        let take = async |at: u64, most| {
            let mut due = store.due_deliveries(after(at), after(at + 60), most).await.unwrap();
            due.sort_by(|a, b| a.0.0.cmp(&b.0.0));
            due
        };
        let (some, rest) = (take(0, 2).await, take(0, 10).await);
        assert_eq!(
            (some.len(), rest.len(), take(0, 10).await.len()),
            (2, 3, 0),
            "hidden while somebody sends"
        );
        assert_eq!(take(60, 10).await, expected, "and back if that one died");
        store.drop_delivery(DeliveryId("msg_0".into())).await.unwrap();
        store.postpone_delivery(DeliveryId("msg_1".into()), after(500)).await.unwrap();
        let due = take(120, 10).await;
        assert_eq!(due.iter().map(|(id, _)| id.0.as_str()).collect::<Vec<_>>(), ["msg_2", "msg_3", "msg_4"]);
        let later = take(500, 10).await;
        assert_eq!(later.iter().find(|(id, _)| id.0 == "msg_1").unwrap().1.attempts, 1);
    });
}

#[test]
fn the_newest_list_of_each_operator_is_remembered() {
    on_both(async |store| {
        let (one, two) = (TrustListId([1; 32]), TrustListId([2; 32]));
        assert_eq!(store.newest_epoch(one).await.unwrap(), None);
        for epoch in [7, 9, 8] {
            store.raise_epoch(one, Epoch(epoch)).await.unwrap();
        }
        store.raise_epoch(two, Epoch(3)).await.unwrap();
        assert_eq!(store.newest_epoch(one).await.unwrap(), Some(Epoch(9)));
        assert_eq!(store.newest_epoch(two).await.unwrap(), Some(Epoch(3)));
    });
}

#[test]
fn sqlite_forgets_at_its_time() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let dir = tempfile::tempdir().unwrap();
    runtime.block_on(async {
        let store = open_store(&StoreAddress::Sqlite(dir.path().join("store"))).await.unwrap();
        let mut world = World::new(3);
        let (one, two) = (session(&mut world), session(&mut world));
        store.create(&one, UnixTime(NOW.0 + 10)).await.unwrap();
        store.create(&two, UnixTime(NOW.0 + 11)).await.unwrap();
        store.forget(UnixTime(NOW.0 + 10)).await.unwrap();
        assert_eq!(store.find(&one.id).await.unwrap(), None);
        assert!(store.find(&two.id).await.unwrap().is_some());
    });
}

/// A Redis that would forget is not used, and the message says what to set.
#[test]
fn a_redis_that_would_forget_is_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cases: [(&[&str], &str); 4] = [
        (&[], "appendonly no"),
        (&["--appendonly yes", "--appendfsync everysec"], "appendfsync everysec"),
        (
            &["--appendonly yes", "--appendfsync always", "--maxmemory-policy allkeys-lru"],
            "maxmemory-policy allkeys-lru",
        ),
        (
            &["--appendonly yes", "--appendfsync always", "--no-appendfsync-on-rewrite yes"],
            "no-appendfsync-on-rewrite yes",
        ),
    ];
    for (settings, named) in cases {
        let redis = RedisServer::with(settings);
        let refused = runtime.block_on(open_store(&StoreAddress::Redis(redis.url()))).err().unwrap();
        assert!(matches!(refused, StoreError::Unsafe(_)), "{refused:?}");
        let text = refused.to_string();
        assert!(text.contains(named) && text.contains("set `"), "{text}");
    }
    let mut redis = RedisServer::with(&SAFE);
    redis.kill();
    let gone = runtime.block_on(open_store(&StoreAddress::Redis(redis.url()))).err().unwrap();
    assert!(matches!(gone, StoreError::Unreachable(_)), "{gone:?}");
}

/// Two instances on one Redis: what one accepted, the other knows, and of two that race one wins.
#[test]
fn two_instances_accept_a_presentation_once() {
    let redis = RedisServer::new();
    let one = Place::with(|config| config.store = StoreAddress::Redis(redis.url()));
    let two = one.beside(|config| config.store = StoreAddress::Redis(redis.url()));
    for _ in 0..6 {
        let asked = one.ask(&adult());
        let presentation = one.guest.present(&asked.request);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let racing: Vec<_> = (0..8)
                .map(|n| {
                    let (place, asked, presentation) =
                        (if n % 2 == 0 { &one } else { &two }, &asked, &presentation);
                    scope.spawn(move || place.answer(asked, presentation).status)
                })
                .collect();
            racing.into_iter().map(|race| race.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [200, 403].contains(status)), "{statuses:?}");
        assert_eq!(two.get(&format!("/v1/requests/{}", asked.id), Some(DESK)).ok()["status"], "accepted");
    }
}
