//! `tacit wallet present`: check the request, show what it asks, ask, prove.

use std::path::Path;
use std::time::Instant;

use rand::rngs::OsRng;
use serde_json::json;
use tacit_credential::request::{CircuitDigest, SignedRequest};
use tacit_prover::{CacheUse, Options, Provenance, Prover, ProvingKey};
use tacit_wallet::{CredentialId, OpenExtras, PresentOptions, UncertifiedVerifiers, Wallet};

use super::now;
use crate::args::Present;
use crate::consent;
use crate::error::{CliError, refused};
use crate::files;
use crate::output::{Output, Report, millis, milliseconds};

/// The prepared proving key: public data, made again if it is missing, damaged or of another key.
const CACHE: &str = "prover.cache";

pub(crate) fn run(
    wallet: &Wallet,
    folder: &Path,
    arguments: &Present,
    output: Output,
) -> Result<Report, CliError> {
    let request: SignedRequest = files::read_json(&arguments.request, "a signed request")?;
    let loading = Instant::now();
    if !arguments.proving_key.exists() {
        return Err(CliError::KeyMissing(arguments.proving_key.clone()));
    }
    let key = ProvingKey::load(&arguments.proving_key)
        .map_err(CliError::malformed(&arguments.proving_key, "a proving key"))?;
    let development = key.provenance() == Provenance::Development;
    // In the wallet's folder, which is its owner's alone: whoever could write the cache could spoil proofs.
    let (prover, used) = Prover::open(key, &folder.join(CACHE), &Options::default());
    if let CacheUse::NotWritten(error) = used {
        output.warn(format_args!(
            "the prepared proving key could not be kept, so that this takes longer each time: {error}"
        ));
    }
    let loaded = loading.elapsed();

    let mut options = PresentOptions::new(CircuitDigest(prover.circuit_digest()));
    options.credential = arguments.credential.map(CredentialId);
    if arguments.allow_uncertified {
        options.uncertified = UncertifiedVerifiers::Allow;
    }
    if let Some(labels) = &arguments.extras {
        options.extras = OpenExtras::Only(labels.clone());
    }
    let preparing = Instant::now();
    let consent = wallet.prepare(&request, now(), &options, &mut OsRng).map_err(refused)?;
    let prepared = preparing.elapsed();
    let summary = serde_json::to_value(consent.summary()).map_err(refused)?;
    consent::ask(consent.summary(), arguments.yes, output)?;

    if development {
        output.warn(
            "the proving key is a DEVELOPMENT key: only verifiers that try things out accept its proofs.",
        );
    }
    let proving = Instant::now();
    let presentation = consent.approve(&prover, now(), &mut OsRng).map_err(refused)?;
    let proved = proving.elapsed();
    let bytes = if arguments.binary { presentation.to_bytes() } else { presentation.to_json().into_bytes() };
    files::write_secret(&arguments.out, &bytes)?;

    Ok(Report::new(format_args!(
        "presentation in {}: {} bytes, proved in {}",
        arguments.out.display(),
        bytes.len(),
        milliseconds(proved)
    ))
    .line(format_args!(
        "Where it goes: {}. It answers this request and no other, once.",
        request.request.endpoint
    ))
    .key("file", arguments.out.display().to_string())
    .key("bytes", bytes.len())
    .key("development_key", development)
    .key("consent", summary)
    .key(
        "milliseconds",
        json!({ "load_key": millis(loaded), "prepare": millis(prepared), "prove": millis(proved) }),
    ))
}
