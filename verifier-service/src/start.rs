//! From a configuration to a running service.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tacit_credential::certificate::VerifierKey;
use tacit_credential::date::UnixTime;
use tacit_credential::trust_list::TrustListId;
use tacit_verifier::{BuildError, ChallengesElsewhere, Clock, Operator, SystemClock, Verifier};
use tokio::net::TcpListener;

use crate::config::{Checked, Config, ConfigError, StoreAddress};
use crate::http::{router, serve_router};
use crate::service::{Parts, Service};
use crate::store::redis::RedisStore;
use crate::store::sqlite::SqliteStore;
use crate::store::{Store, StoreError};
use tacit_openid4vp::{Attestation, AttestationError};

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store.
    #[error("`store`: {0}")]
    Store(#[from] StoreError),
    /// Key, certificate and operators do not fit together.
    #[error("{0}")]
    Verifier(#[from] BuildError),
    /// The attestation does not hold.
    #[error("`attestation_file`: {0}")]
    Attestation(#[from] AttestationError),
    /// The attestation is of another certificate.
    #[error(
        "`attestation_file` attests another certificate than `certificate_file`; take both from one `tacit trust certify --attestation`"
    )]
    OtherCertificate,
    /// The address is taken, or not this machine's.
    #[error("`{key}`: cannot listen on {address}: {source}; is something else running there?")]
    Listen {
        /// The key that names it.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The operating system gave no threads or no signals.
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
}

/// A service that is bound and ready to serve.
pub struct Bound {
    /// The service.
    pub service: Arc<Service>,
    listener: TcpListener,
    metrics: Option<TcpListener>,
}

/// Checks a configuration, opens the store, reads the trust lists, and binds.
pub async fn bind(config: Config) -> Result<Bound, StartError> {
    bind_with(config.check()?, Arc::new(SystemClock)).await
}

/// The same with a clock of one's own.
pub async fn bind_with(checked: Checked, clock: Arc<dyn Clock>) -> Result<Bound, StartError> {
    let store = open_store(&checked.config.store).await?;
    let verifier = verifier(&checked, &*store, clock.clone()).await?;
    let attestation = attestation(&checked, clock.now())?;
    let Checked { config, signing_key, webhook_secret, .. } = checked;
    let parts = Parts { config, signing_key, verifier, attestation, webhook_secret, store, clock };
    let service = Service::new(parts)?;
    service.reload().await;
    Bound::new(service).await
}

impl Bound {
    /// Binds the addresses of a service's configuration.
    pub async fn new(service: Arc<Service>) -> Result<Self, StartError> {
        let listen = async |key, address: SocketAddr| {
            TcpListener::bind(address).await.map_err(|source| StartError::Listen { key, address, source })
        };
        let listener = listen("listen", service.config.listen).await?;
        let metrics = match service.config.metrics_listen {
            Some(address) => Some(listen("metrics_listen", address).await?),
            None => None,
        };
        Ok(Self { service, listener, metrics })
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Where metrics are, if apart.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().and_then(|listener| listener.local_addr().ok())
    }

    /// Serves until `shutdown` is ready.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) -> io::Result<()> {
        let router = router(&self.service);
        self.serve_router(router, shutdown).await
    }

    /// The same with a router around the service's own.
    pub async fn serve_router(self, router: Router, shutdown: impl Future<Output = ()>) -> io::Result<()> {
        let address = self.address()?;
        tracing::info!(%address, "listening");
        serve_router(router, self.service, self.listener, self.metrics, shutdown).await;
        Ok(())
    }
}

/// Opens a store by its address.
pub async fn open_store(address: &StoreAddress) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match address {
        StoreAddress::Sqlite(file) => Arc::new(SqliteStore::open(file)?),
        StoreAddress::Redis(url) => Arc::new(RedisStore::open(url).await?),
    })
}

/// The attestation, which must be one of a pinned operator over the certificate that requests carry.
fn attestation(checked: &Checked, now: UnixTime) -> Result<Option<Attestation>, StartError> {
    let Some(text) = &checked.attestation else { return Ok(None) };
    let mut outcomes = checked.operators.iter().map(|operator| Attestation::verify(text, operator, now));
    let first = outcomes.next().unwrap_or(Err(AttestationError::Issuer));
    let attestation = first.or_else(|error| outcomes.find_map(Result::ok).ok_or(error))?;
    if checked.certificate.as_ref() == Some(attestation.certificate()) {
        Ok(Some(attestation))
    } else {
        Err(StartError::OtherCertificate)
    }
}

async fn verifier(
    checked: &Checked,
    store: &dyn Store,
    clock: Arc<dyn Clock>,
) -> Result<Verifier, StartError> {
    let mut operators = Vec::with_capacity(checked.operators.len());
    for key in &checked.operators {
        let mut operator = Operator::from(*key);
        if let Some(epoch) = store.newest_epoch(TrustListId::of(key)).await? {
            operator = operator.newest_epoch_seen(epoch);
        }
        operators.push(operator);
    }
    let mut operators = operators.into_iter();
    let Some(primary) = operators.next() else {
        unreachable!("`check` refuses a configuration without operators")
    };
    let mut builder = Verifier::builder(VerifierKey::from(&checked.signing_key), primary)
        .challenges(ChallengesElsewhere)
        .grace_after_newer_list(Duration::from_secs(checked.config.grace_seconds))
        .clock(clock);
    for operator in operators {
        builder = builder.operator(operator);
    }
    for key in &checked.keys {
        builder = builder.key(key.clone());
    }
    if checked.config.accept_development_keys {
        builder = builder.accept_development_keys();
    }
    if let Some(certificate) = &checked.certificate {
        builder = builder.certificate(certificate.clone());
    }
    Ok(builder.build()?)
}

/// Runs a service until SIGTERM or SIGINT, on threads of its own.
pub fn run(config: Config, ready: impl FnOnce(SocketAddr)) -> Result<(), StartError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("http").build()?;
    runtime.block_on(async {
        // Before anything is open, so that no signal is missed.
        let stop = stop()?;
        let bound = bind(config).await?;
        ready(bound.address()?);
        Ok(bound.serve(stop).await?)
    })
}

/// Ready when the process is told to stop; from the moment of the call on no signal is missed.
#[cfg(unix)]
pub fn stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: running calls may end");
    })
}

/// Ready when the process is told to stop.
#[cfg(not(unix))]
pub fn stop() -> io::Result<impl Future<Output = ()>> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
