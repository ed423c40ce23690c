//! `tacit serve --sandbox`: the service with invented people behind it, for a developer who has no wallet and no ministry yet.
//!
//! One process holds everything: ministry and bureaus of the demonstration (50 residents), development keys, one certified business, and the
//! service itself, started from the same configuration as any other. It listens on this machine alone, keeps everything in a folder that goes
//! away with it, and marks every response (`tacit-sandbox`).
//!
//! | call | does |
//! | --- | --- |
//! | `GET /sandbox` | guests, manners, and for every error and every cause of a refusal the call that provokes it |
//! | `POST /sandbox/guests/{guest}` `{"request": …, "manner": …}` | a guest's wallet fetches a request and answers it, over HTTP as any wallet |
//! | any call with `tacit-sandbox-answer: CODE` | the answer of that name in the error catalogue |
//! | `POST /sandbox/requests/{id}/refusals/{code}` | an answer refused for that cause |
//! | `POST /sandbox/lists` | the list of the next epoch |
//!
//! Not real: the people, the keys, and refusals that are only named. Everything else is the service that a business runs.

mod catalogue;
mod guests;
mod manners;
mod routes;
mod setting;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tacit_credential::certificate::{
    Allowance, Destinations, VerifierCertificate, VerifierEntry, VerifierIdentity, VerifierKey,
};
use tacit_trust::{TrustOperator, Validity};
use tacit_verifier_service::config::{ApiKeyHash, Client, Config, StoreAddress};
use tacit_verifier_service::{http, start};

use crate::commands::now;
use crate::demo::interrupt::Interrupt;
use crate::demo::layout::Layout;
use crate::demo::report::Stage;
use crate::demo::world::WEEK;
use crate::error::{CliError, refused};
use crate::exit::Exit;
use crate::files;
use crate::output::{Output, Report};
use crate::progress;
use routes::Sandbox;
use setting::{Business, Setting};

/// What the sandbox's business is certified as.
const IDENTITY: &str = "sandbox.example";
/// The API key of every sandbox: it opens nothing but a sandbox.
const API_KEY: &str = "tacit_sandbox";
/// How long a guest who answers late waits at most.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Where the pages of sites in development usually are.
const PAGES: [&str; 6] = [
    "http://localhost:3000/",
    "http://localhost:5173/",
    "http://localhost:8000/",
    "http://localhost:8080/",
    "http://127.0.0.1:3000/",
    "https://sandbox.example/",
];

/// Runs until it is stopped.
pub(crate) fn run(listen: SocketAddr, output: Output) -> Result<Report, CliError> {
    if !listen.ip().is_loopback() {
        return Err(CliError::Refused {
            code: "sandbox-not-local".to_owned(),
            message: format!(
                "a sandbox listens on this machine alone, and {listen} is not; name a loopback address, such as 127.0.0.1:8411."
            ),
            exit: Exit::Usage,
        });
    }
    let interrupt = Interrupt::watch().map_err(crate::demo::DemoError::Signals).map_err(refused)?;
    let spinner = progress::spinner(output, "making development keys, enrolling invented people");
    let mut setting = Setting::new(Stage::new(Output::new(true, true), Layout::of(100), interrupt))?;
    let business = setting.business()?;
    spinner.finish_and_clear();
    let config = configuration(&setting, &business, listen)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(refused)?.block_on(serve(setting, config, output))?;
    Ok(Report::new("the sandbox is gone, and everything in it"))
}

async fn serve(setting: Setting, config: Config, output: Output) -> Result<(), CliError> {
    let stop = start::stop().map_err(refused)?;
    let bound = start::bind(config).await.map_err(refused)?;
    let base = bound.service.address("").to_string();
    let service = http::router(&bound.service);
    let sandbox = Sandbox {
        service: Arc::clone(&bound.service),
        setting: Mutex::new(setting),
        base: base.clone(),
        api_key: API_KEY,
    };
    output.warn("this is a SANDBOX: the people are invented, the keys are DEVELOPMENT keys, and no outcome means anything.");
    output.warn(format_args!("listening on {base}  API key {API_KEY}  start with: curl {base}sandbox"));
    bound.serve_router(routes::router(service, Arc::new(sandbox)), stop).await.map_err(refused)
}

/// The files and the configuration that a business would have.
fn configuration(setting: &Setting, business: &Business, listen: SocketAddr) -> Result<Config, CliError> {
    let dir = setting.dir();
    let at = |name: &str| dir.join("business").join(name);
    let key_file = at("key");
    let (certificate_file, attestation_file) = (at("certificate.json"), at("attestation.jwt"));
    files::write_secret(&key_file, hex::encode(business.key.to_bytes()).as_bytes())?;
    files::write_json(&certificate_file, &business.certificate)?;
    files::write(&attestation_file, business.attestation.as_str().as_bytes())?;
    let url = |text: &str| text.parse().map_err(CliError::argument("an address", text));
    Ok(Config {
        listen,
        public_url: Some(url(&format!("http://{listen}/"))?),
        key_file,
        certificate_file: Some(certificate_file),
        attestation_file: Some(attestation_file),
        operators: vec![setting.operator().to_string()],
        verifying_keys: vec![verifying_key(&dir)],
        accept_development_keys: true,
        published: vec![setting.published()],
        store: StoreAddress::Sqlite(at("store.sqlite")),
        clients: vec![Client { name: "sandbox".to_owned(), key_sha256: ApiKeyHash::of(API_KEY) }],
        return_urls: PAGES.iter().map(|page| url(page)).collect::<Result<_, _>>()?,
        rate_per_second: 1_000,
        rate_burst: 1_000,
        ..Config::default()
    })
}

fn verifying_key(dir: &Path) -> std::path::PathBuf {
    dir.join("keys").join("resident-id.vk")
}

/// The ministry certifies the sandbox's business for this machine.
fn certificate(operator: &mut TrustOperator, key: VerifierKey) -> Result<VerifierCertificate, CliError> {
    let identity = VerifierIdentity::new(IDENTITY).map_err(refused)?;
    let from = now();
    let validity = Validity { from, until: from.plus(WEEK) };
    let here = ["127.0.0.1", "localhost"].map(VerifierIdentity::new);
    let here = here.into_iter().collect::<Result<_, _>>().map_err(refused)?;
    let answers_to = Destinations::domains(here).map_err(refused)?;
    let entry = VerifierEntry::new(identity, "Sandbox Hotel").allowing(Allowance::everything());
    operator.certify(VerifierEntry { answers_to, ..entry }, key, validity).map_err(refused)
}
