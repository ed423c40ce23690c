//! What the service does, apart from HTTP: makes requests, judges answers, hands out outcomes. Both styles of use sit on this.
//!
//! **Same device.** A request with a return URL belongs to the browser session in which the business asked for it. When the wallet's answer is
//! accepted, a fresh response code of 256 bits is made, stored as a digest, and given to the wallet in the address that it opens next. The
//! outcome is handed out for that code alone, once:
//!
//! ```text
//! browser → site      the guest clicks; the site makes a request and remembers its id in the browser's session
//! wallet  → service   the answer; accepted: return_url?response_code=…
//! browser → site      comes back with the code; the site takes the id from the session, the code from the address
//! site    → service   POST /v1/requests/{id}/redeem {code} → the outcome
//! ```
//!
//! An attacker who makes a request in a browser of his own and sends its link to a victim holds the session, and never sees the code: it goes to the
//! victim's browser, whose session knows nothing of that id. Polling, events and webhooks tell him, or a site that he has fooled, that there was an
//! answer, and nothing of what it said.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::rngs::OsRng;
use tacit_credential::date::UnixTime;
use tacit_credential::presentation::{Presentation, PresentationError};
use tacit_credential::trust_list::{Epoch, TrustListId};
use tacit_openid4vp::Attestation;
use tacit_verifier::{Ask, AskError, Clock, Policy, SigningKey, Verifier};
use tokio::sync::{Notify, Semaphore, watch};
use url::Url;

use crate::config::{Config, WebhookSecret};
use crate::fault::{Fault, FaultKind};
use crate::lists::Lists;
use crate::metrics::Metrics;
use crate::pool::{Pool, PoolError};
use crate::rate::RateLimit;
use crate::session::{CodeDigest, Flow, Outcome, ResponseCode, Session, SessionId, Stored};
use crate::store::{AcceptError, Acceptance, RedeemError, Store, StoreError};
use crate::view::webhook_body;
use crate::watch::Watchers;
use crate::webhook::{Delivery, DeliveryId, is_allowed};

/// What a service is put together from.
pub struct Parts {
    /// The configuration, checked.
    pub config: Config,
    /// The business's key.
    pub signing_key: SigningKey,
    /// Its verifier, which leaves challenges to the store (`ChallengesElsewhere`).
    pub verifier: Verifier,
    /// The certificate as attestation.
    pub attestation: Option<Attestation>,
    /// Signs webhooks.
    pub webhook_secret: Option<WebhookSecret>,
    /// Where sessions live.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// A running service.
pub struct Service {
    pub(crate) config: Config,
    pub(crate) signing_key: SigningKey,
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) attestation: Option<Attestation>,
    pub(crate) webhook_secret: Option<WebhookSecret>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) pool: Pool,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) watchers: Arc<Watchers>,
    pub(crate) rate: RateLimit,
    pub(crate) lists: Lists,
    /// Wakes whoever sends webhooks.
    pub(crate) outbox: Arc<Notify>,
    /// Room for event streams.
    pub(crate) streams: Arc<Semaphore>,
    /// Turns true when the service stops.
    pub(crate) closing: watch::Sender<bool>,
    base: Url,
}

/// What a business asks.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// The policy.
    pub policy: Policy,
    /// How long the guest may take; the configuration's if not given.
    pub lifetime: Option<Duration>,
    /// Where the guest's browser goes with a response code, in a same-device flow.
    pub return_url: Option<Url>,
    /// Where the outcome is sent.
    pub webhook: Option<Url>,
}

/// What a wallet whose answer was accepted is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Where the browser goes next, in a same-device flow; holds the response code.
    pub redirect_uri: Option<Url>,
}

impl Service {
    /// Puts a service together and starts the threads that verify.
    pub fn new(parts: Parts) -> std::io::Result<Arc<Self>> {
        let Parts { config, signing_key, verifier, attestation, webhook_secret, store, clock } = parts;
        let (verifier, metrics) = (Arc::new(verifier), Arc::new(Metrics::new()));
        let pool = Pool::new(verifier.clone(), metrics.clone(), config.verify_threads, config.verify_queue)?;
        let mut base = config.public_url.clone().unwrap_or_else(|| {
            format!("http://{}/", config.listen).parse().expect("an address and a port are a URL")
        });
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Ok(Arc::new(Self {
            rate: RateLimit::new(config.rate_per_second, config.rate_burst),
            lists: Lists::new(config.published.clone()),
            watchers: Arc::default(),
            outbox: Arc::default(),
            closing: watch::Sender::new(false),
            streams: Arc::new(Semaphore::new(config.max_event_streams)),
            config,
            signing_key,
            verifier,
            attestation,
            webhook_secret,
            store,
            clock,
            pool,
            metrics,
            base,
        }))
    }

    /// An address of this service as wallets see it.
    pub fn address(&self, path: &str) -> Url {
        self.base.join(path).expect("paths of this crate join")
    }

    /// Where the wallet fetches a request, and sends its answer: what is signed in it.
    pub fn endpoint(&self, id: &SessionId) -> Url {
        self.address(&format!("r/{id}"))
    }

    /// Makes a request for a client.
    pub async fn open(&self, client: &str, new: NewRequest) -> Result<Session, Fault> {
        let NewRequest { policy, lifetime, return_url, webhook } = new;
        if let Some(url) = &return_url {
            let has_code = url.query_pairs().any(|(name, _)| name == "response_code");
            if has_code || !is_allowed(url, &self.config.return_urls) {
                return Err(FaultKind::ReturnUrlRefused.into());
            }
        }
        if let Some(url) = &webhook
            && (self.webhook_secret.is_none() || !is_allowed(url, &self.config.webhook_urls))
        {
            return Err(FaultKind::WebhookRefused.into());
        }
        let id = SessionId::random();
        let lifetime = lifetime.unwrap_or(Duration::from_secs(self.config.lifetime_seconds));
        let ask = Ask { policy, endpoint: self.endpoint(&id).into(), lifetime };
        let request =
            self.verifier.request(ask, &self.signing_key, &mut OsRng).map_err(|error| asking(&error))?;
        // Wallets would warn their holders, and refuse for them unless told otherwise.
        let beyond: Vec<_> = request.request.beyond().iter().map(ToString::to_string).collect();
        if !beyond.is_empty() {
            return Err(Fault::with(FaultKind::BeyondCertificate, beyond.join("; ")));
        }
        let session = Session {
            id,
            client: client.to_owned(),
            request,
            flow: return_url.map_or(Flow::CrossDevice, |return_url| Flow::SameDevice { return_url }),
            webhook,
            created_at: self.clock.now(),
        };
        let forget_at = session.expires_at().plus(Duration::from_secs(self.config.retention_seconds));
        self.store.create(&session, forget_at).await.map_err(|error| self.failed(&error))?;
        self.metrics.request_made();
        tracing::info!(request = %session.id, client, epoch = session.request.request.epoch.0, "request made");
        Ok(session)
    }

    /// A session by its id.
    pub async fn find(&self, id: &SessionId) -> Result<Stored, Fault> {
        let found = self.store.find(id).await.map_err(|error| self.failed(&error))?;
        found.filter(|stored| !self.is_forgotten(stored)).ok_or_else(|| FaultKind::RequestUnknown.into())
    }

    /// A session of this client.
    pub async fn find_of(&self, client: &str, id: &SessionId) -> Result<Stored, Fault> {
        let stored = self.find(id).await?;
        if stored.session.client == client { Ok(stored) } else { Err(FaultKind::RequestUnknown.into()) }
    }

    /// Judges what a wallet sent in answer to a request.
    ///
    /// The wallet is told `PresentationRefused` whatever is wrong with its answer, and the request stays open, so that nobody who knows its link
    /// can use it up by sending rubbish.
    pub async fn judge(
        &self,
        id: &SessionId,
        presentation: Result<Presentation, PresentationError>,
    ) -> Result<Accepted, Fault> {
        let Some(Stored { session, standing }) =
            self.store.find(id).await.map_err(|error| self.failed(&error))?
        else {
            return Err(self.refuse(None, id, "challenge-unknown", &AcceptError::Unknown).await);
        };
        if standing.outcome.is_some() {
            return Err(self.refuse(None, id, "challenge-used", &AcceptError::Used).await);
        }
        let presentation = match presentation {
            Ok(presentation) => presentation,
            Err(error) => return Err(self.refuse(Some(&session), id, error.code(), &error).await),
        };
        let request = Arc::new(session.request.clone());
        let checked = match self.pool.verify(request, presentation).await {
            Ok(Ok(checked)) => checked,
            Ok(Err(error)) => return Err(self.refuse(Some(&session), id, error.code(), &error).await),
            Err(PoolError::Full) => return Err(FaultKind::Overloaded.into()),
            Err(PoolError::Stopped) => return Err(Fault::from(FaultKind::Internal)),
        };
        let code = matches!(session.flow, Flow::SameDevice { .. }).then(ResponseCode::random);
        let started = Instant::now();
        let accepted = checked
            .accept_with_async(|findings| {
                let digest = code.as_ref().map(ResponseCode::digest);
                self.store.accept(self.acceptance(&session, Outcome::from(&findings), digest))
            })
            .await;
        self.metrics.accept_took(started.elapsed());
        let verified = match accepted {
            Ok(verified) => verified,
            Err(AcceptError::Store(error)) => return Err(self.failed(&error)),
            Err(error) => return Err(self.refuse(None, id, error.code(), &error).await),
        };
        self.metrics.judged("accepted");
        self.watchers.changed(id);
        if session.webhook.is_some() {
            self.outbox.notify_one();
        }
        let development_key = verified.development_key();
        tracing::info!(request = %id, client = session.client, development_key, "presentation accepted");
        let redirect_uri = match (session.flow, code) {
            (Flow::SameDevice { mut return_url }, Some(code)) => {
                return_url.query_pairs_mut().append_pair("response_code", code.expose());
                Some(return_url)
            }
            _ => None,
        };
        Ok(Accepted { redirect_uri })
    }

    /// Hands out the outcome of a same-device request to whoever brings its code, once.
    pub async fn redeem(&self, client: &str, id: &SessionId, code: &str) -> Result<Stored, Fault> {
        let stored = self.find_of(client, id).await?;
        if stored.session.flow == Flow::CrossDevice {
            return Err(FaultKind::NotSameDevice.into());
        }
        match self.store.redeem(id, &ResponseCode::digest_of(code)).await {
            Ok(stored) => {
                tracing::info!(request = %id, client, "outcome redeemed");
                Ok(stored)
            }
            Err(RedeemError::Store(error)) => Err(self.failed(&error)),
            Err(error) => {
                let kind = match error {
                    RedeemError::Open => FaultKind::NotAnswered,
                    RedeemError::Wrong => FaultKind::ResponseCodeWrong,
                    RedeemError::Used => FaultKind::ResponseCodeUsed,
                    _ => FaultKind::RequestUnknown,
                };
                tracing::warn!(request = %id, client, cause = kind.code(), "outcome not redeemed");
                Err(kind.into())
            }
        }
    }

    /// What keeps calls from succeeding here, each with what to do.
    pub async fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.verifier.newest_epoch().is_none() {
            let folders = self.config.published.iter().map(|folder| folder.display().to_string());
            problems.push(format!(
                "no trust list is in force; put the operator's current list into {}/trust",
                folders.collect::<Vec<_>>().join(" or ")
            ));
        }
        match self.behind().await {
            Ok(None) => {}
            Ok(Some((used, ours))) => problems.push(format!(
                "another instance uses trust list {used}, this one {ours}; let the job that copies lists run here too"
            )),
            Err(error) => {
                self.failed(&error);
                problems.push(error.to_string());
            }
        }
        if let Err(error) = self.store.ready().await {
            self.failed(&error);
            problems.push(error.to_string());
        }
        if *self.closing.borrow() {
            problems.push("the service is stopping".to_owned());
        }
        problems
    }

    /// Whether another instance used a newer trust list: its number, and the one used here.
    async fn behind(&self) -> Result<Option<(Epoch, Epoch)>, StoreError> {
        for operator in self.verifier.operators() {
            let used = self.store.newest_epoch(TrustListId::of(&operator)).await?;
            if let (Some(used), Some(ours)) = (used, self.verifier.newest_epoch_of(&operator))
                && used > ours
            {
                return Ok(Some((used, ours)));
            }
        }
        Ok(None)
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The business's key.
    pub fn signing_key(&self) -> &SigningKey {
        &self.signing_key
    }

    /// The time.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The certificate as attestation.
    pub fn attestation(&self) -> Option<&Attestation> {
        self.attestation.as_ref()
    }

    /// Tells streams and background work to end.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    fn acceptance(&self, session: &Session, outcome: Outcome, code: Option<CodeDigest>) -> Acceptance {
        let now = self.clock.now();
        let delivery = session.webhook.as_ref().map(|url| Delivery {
            id: DeliveryId(format!("msg_{}", session.id)),
            url: url.clone(),
            body: webhook_body(session, &outcome, now),
            attempts: 0,
        });
        Acceptance { id: session.id.clone(), outcome, code, delivery, now }
    }

    /// The one answer to a wallet, and the cause where the business finds it.
    pub(crate) async fn refuse(
        &self,
        session: Option<&Session>,
        id: &SessionId,
        cause: &'static str,
        error: &(dyn std::error::Error + Sync),
    ) -> Fault {
        self.metrics.judged(cause);
        let client = session.map(|session| session.client.as_str());
        tracing::warn!(request = %id, client, cause, %error, "presentation refused");
        // An answered or unknown request has nothing to count.
        if session.is_some() {
            self.record_refusal(id, cause).await;
        }
        FaultKind::PresentationRefused.into()
    }

    /// Counts a refused answer, where the business sees it.
    pub async fn record_refusal(&self, id: &SessionId, cause: &'static str) {
        if let Err(error) = self.store.refuse(id, cause).await {
            self.failed(&error);
        }
        self.watchers.changed(id);
    }

    /// Refuses an answer in which no presentation was found, as [`judge`](Self::judge) refuses one that was.
    pub(crate) async fn misunderstood(
        &self,
        id: &SessionId,
        cause: &'static str,
        error: &(dyn std::error::Error + Sync),
    ) -> Fault {
        match self.store.find(id).await {
            Ok(Some(stored)) if stored.standing.outcome.is_none() => {
                self.refuse(Some(&stored.session), id, cause, error).await
            }
            Ok(_) => self.refuse(None, id, cause, error).await,
            Err(error) => self.failed(&error),
        }
    }

    /// What a caller is told when the store fails; the cause goes into the log.
    pub(crate) fn failed(&self, error: &StoreError) -> Fault {
        self.metrics.store_failed();
        tracing::error!(%error, "the store failed");
        FaultKind::StoreUnreachable.into()
    }

    fn is_forgotten(&self, stored: &Stored) -> bool {
        let kept = Duration::from_secs(self.config.retention_seconds);
        stored.session.expires_at().plus(kept) <= self.clock.now()
    }

    /// Whether a request can still be answered.
    pub fn is_open(&self, stored: &Stored) -> bool {
        stored.standing.outcome.is_none() && stored.session.expires_at() > self.clock.now()
    }

    pub(crate) fn now(&self) -> UnixTime {
        self.clock.now()
    }
}

/// Why no request was made, for the business.
fn asking(error: &AskError) -> Fault {
    let kind = match error {
        AskError::NoTrustList => FaultKind::NoTrustList,
        AskError::StatusTooOld { .. } => FaultKind::TrustListTooOld,
        AskError::Lifetime => FaultKind::LifetimeRefused,
        AskError::Policy(_) => FaultKind::PolicyRefused,
        AskError::SharedScope(_) => FaultKind::BeyondCertificate,
        AskError::Certificate(_) => FaultKind::CertificateNotInForce,
        _ => FaultKind::Internal,
    };
    if kind == FaultKind::Internal {
        tracing::error!(%error, "a request could not be made");
        return kind.into();
    }
    Fault::with(kind, error.to_string())
}
