//! A service on a free port of this machine, a business that calls it, and a guest with a wallet.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tacit_credential::date::UnixTime;
use tacit_credential::fixtures::{NOW, World};
use tacit_credential::presentation::Presentation;
use tacit_credential::request::SignedRequest;
use tacit_tests::Site;
use tacit_verifier::Clock;
use tacit_verifier_service::config::{ApiKeyHash, Checked, Client, Config, StoreAddress, WebhookSecret};
use tacit_verifier_service::start::bind_with;
use tokio::sync::oneshot;

/// API keys of the two clients.
pub(crate) const DESK: &str = "tacit_desk-desk-desk-desk-desk-desk-desk-desk";
pub(crate) const SHOP: &str = "tacit_shop-shop-shop-shop-shop-shop-shop-shop";
pub(crate) const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A clock that a test sets.
#[derive(Clone)]
pub(crate) struct TestClock(Arc<AtomicU64>);

impl TestClock {
    pub(crate) fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> UnixTime {
        UnixTime(self.0.load(Ordering::SeqCst))
    }
}

/// A guest, and what the ministry and the business need; several services may share it.
pub(crate) struct Guest(pub(crate) Mutex<Site>);

impl Guest {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Site::new(1))))
    }

    /// The honest answer to a request.
    pub(crate) fn present(&self, request: &SignedRequest) -> Presentation {
        self.0.lock().unwrap().present(request)
    }

    pub(crate) fn world<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.0.lock().unwrap().world)
    }
}

/// A running service; stopped when dropped.
pub(crate) struct Place {
    pub(crate) dir: Arc<tempfile::TempDir>,
    pub(crate) guest: Arc<Guest>,
    pub(crate) clock: TestClock,
    pub(crate) address: SocketAddr,
    pub(crate) metrics_address: Option<SocketAddr>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// An answer of the service.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) text: String,
    pub(crate) headers: ureq::http::HeaderMap,
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.body
    }

    /// Status and code of a fault.
    #[track_caller]
    pub(crate) fn fault(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_else(|| panic!("no fault: {self:?}")))
    }
}

impl Place {
    /// On SQLite, in a directory of its own.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let guest = Guest::new();
        publish(&dir, &guest);
        Self::start(dir, guest, change)
    }

    /// Another service of the same business: the same directory, guest and clock reading.
    pub(crate) fn beside(&self, change: impl FnOnce(&mut Config)) -> Self {
        Self::start(self.dir.clone(), self.guest.clone(), change)
    }

    pub(crate) fn start(
        dir: Arc<tempfile::TempDir>,
        guest: Arc<Guest>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let client = |name: &str, key| Client { name: name.into(), key_sha256: ApiKeyHash::of(key) };
        let mut config = Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            public_url: Some("https://lotus-hotel.example/id/".parse().unwrap()),
            operators: vec!["pinned below".into()],
            clients: vec![client("desk", DESK), client("shop", SHOP)],
            published: vec![dir.path().join("published")],
            reload_seconds: 1,
            store: StoreAddress::Sqlite(dir.path().join("store.sqlite")),
            return_urls: vec!["https://lotus-hotel.example/".parse().unwrap()],
            webhook_urls: vec!["http://127.0.0.1/".parse().unwrap()],
            webhook_secret_file: Some("given below".into()),
            rate_per_second: 1000,
            rate_burst: 1000,
            accept_development_keys: true,
            ..Config::default()
        };
        change(&mut config);
        config.check_values().unwrap();
        let checked = guest.world(|world| Checked {
            config,
            signing_key: world.verifier.clone(),
            certificate: Some(world.certificate.clone()),
            attestation: None,
            operators: vec![world.operator_key()],
            keys: vec![tacit_tests::keys().1.clone()],
            webhook_secret: WebhookSecret::parse(WEBHOOK_SECRET),
        });
        let clock = TestClock(Arc::new(AtomicU64::new(NOW.0)));
        let (stop, stopped) = oneshot::channel::<()>();
        let (report, bound) = std::sync::mpsc::channel();
        let its_clock = clock.clone();
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async {
                let bound = bind_with(checked, Arc::new(its_clock)).await.unwrap();
                report.send((bound.address().unwrap(), bound.metrics_address())).unwrap();
                bound.serve(async { drop(stopped.await) }).await.unwrap();
            });
        });
        let (address, metrics_address) = bound.recv().unwrap();
        Self { dir, guest, clock, address, metrics_address, stop: Some(stop), thread: Some(thread) }
    }

    /// Stops and waits for it.
    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn get(&self, path: &str, key: Option<&str>) -> Answer {
        let mut call = agent().get(self.url(path));
        if let Some(key) = key {
            call = call.header("authorization", format!("Bearer {key}"));
        }
        answer(call.call())
    }

    pub(crate) fn post(&self, path: &str, key: Option<&str>, body: &Value) -> Answer {
        self.post_bytes(path, key, "application/json", body.to_string().as_bytes())
    }

    pub(crate) fn post_bytes(&self, path: &str, key: Option<&str>, kind: &str, body: &[u8]) -> Answer {
        let mut call = agent().post(self.url(path)).header("content-type", kind);
        if let Some(key) = key {
            call = call.header("authorization", format!("Bearer {key}"));
        }
        answer(call.send(body))
    }

    /// The desk makes a request.
    #[track_caller]
    pub(crate) fn ask(&self, body: &Value) -> Asked {
        let made = self.post("/v1/requests", Some(DESK), body).ok();
        let id = made["id"].as_str().unwrap().to_owned();
        let request = serde_json::from_value(made["request"].clone()).unwrap();
        Asked { id, request, made }
    }

    /// The wallet sends an answer.
    pub(crate) fn answer(&self, asked: &Asked, presentation: &Presentation) -> Answer {
        self.post_bytes(
            &format!("/r/{}", asked.id),
            None,
            "application/json",
            presentation.to_json().as_bytes(),
        )
    }

    /// The honest guest answers.
    pub(crate) fn honest(&self, asked: &Asked) -> Answer {
        self.answer(asked, &self.guest.present(&asked.request))
    }

    /// Where a request stands, for the desk.
    #[track_caller]
    pub(crate) fn standing(&self, asked: &Asked) -> Value {
        self.get(&format!("/v1/requests/{}", asked.id), Some(DESK)).ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A request that was made.
pub(crate) struct Asked {
    pub(crate) id: String,
    pub(crate) request: SignedRequest,
    pub(crate) made: Value,
}

/// Writes the world's trust list where the service looks for it.
pub(crate) fn publish(dir: &tempfile::TempDir, guest: &Guest) -> PathBuf {
    let folder = dir.path().join("published/trust");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("00000007.json");
    guest.world(|world| std::fs::write(&file, serde_json::to_vec(world.list.signed()).unwrap()).unwrap());
    file
}

/// "18 or older", nothing disclosed.
pub(crate) fn adult() -> Value {
    json!({ "policy": { "minimum_age": 18 } })
}

pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .proxy(None)
        .build()
        .into()
}

fn answer(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = response.unwrap();
    let text = response.body_mut().read_to_string().unwrap();
    Answer {
        status: response.status().as_u16(),
        body: serde_json::from_str(&text).unwrap_or(Value::Null),
        text,
        headers: response.headers().clone(),
    }
}
