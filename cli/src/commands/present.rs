//! `tacit wallet present`: check the request, show what it asks, ask, prove.

use std::path::Path;
use std::time::Instant;

use rand::rngs::OsRng;
use serde_json::json;
use tacit_credential::request::{CircuitDigest, SignedRequest};
use tacit_prover::Provenance;
use tacit_wallet::{
    CredentialId, OpenExtras, PresentOptions, ProofEngine, SumsUnused, UncertifiedVerifiers, Wallet,
};

use super::{now, proving};
use crate::args::Present;
use crate::consent;
use crate::error::{CliError, refused};
use crate::files;
use crate::output::{Output, Report, millis, milliseconds};

pub(crate) fn run(
    wallet: &mut Wallet,
    folder: &Path,
    arguments: &Present,
    output: Output,
) -> Result<Report, CliError> {
    let request: SignedRequest = files::read_json(&arguments.request, "a signed request")?;
    let loading = Instant::now();
    let found = proving::find(wallet, &arguments.proving)?;
    let development = found.key.provenance() == Provenance::Development;
    let circuit = CircuitDigest(found.key.circuit_digest());
    let loaded = loading.elapsed();

    let mut options = PresentOptions::new(circuit);
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
    let (credential, epoch) = (consent.summary().credential.id, consent.summary().epoch);
    consent::ask(consent.summary(), arguments.yes, output)?;

    if development {
        output.warn(
            "the proving key is a DEVELOPMENT key: only verifiers that try things out accept its proofs.",
        );
    }
    let opening = Instant::now();
    let opened = found.open(folder, output)?;
    let loaded = loaded + opening.elapsed();
    let started = Instant::now();
    let approved = consent.approve(&opened.prover, now(), &mut OsRng).map_err(refused)?;
    let proved = started.elapsed();
    let presentation = approved.presentation;
    let bytes = if arguments.binary { presentation.to_bytes() } else { presentation.to_json().into_bytes() };
    files::write_secret(&arguments.out, &bytes)?;

    // The answer is written; what follows makes the next one quicker.
    let following = Instant::now();
    opened.remember(wallet, output);
    let (engine, sums, prepared_next) = match approved.engine {
        ProofEngine::Show => ("show", json!("used"), false),
        ProofEngine::Full(why) => {
            if why != SumsUnused::Absent {
                output.warn(format_args!("{why}; a full proof was made instead."));
            }
            ("full", json!(why), opened.prepare_again(wallet, credential, epoch, output))
        }
    };
    let followed = following.elapsed();

    let mut report = Report::new(format_args!(
        "presentation in {}: {} bytes, proved in {}{}",
        arguments.out.display(),
        bytes.len(),
        milliseconds(proved),
        if engine == "show" { ", most of it prepared" } else { "" }
    ));
    if let Some(line) = opened.in_words() {
        report = report.line(line);
    }
    if prepared_next {
        report =
            report.line(format_args!("Most of the next proof is prepared, in {}.", milliseconds(followed)));
    }
    Ok(report
        .line(format_args!(
            "Where it goes: {}. It answers this request and no other, once.",
            request.request.endpoint
        ))
        .key("file", arguments.out.display().to_string())
        .key("bytes", bytes.len())
        .key("development_key", development)
        .key("engine", engine)
        .key("sums", sums)
        .key("prover_cache", opened.cache_use())
        .key("prepared_next", prepared_next)
        .key("consent", summary)
        .key(
            "milliseconds",
            json!({
                "load_key": millis(loaded),
                "prepare": millis(prepared),
                "prove": millis(proved),
                "next": millis(followed),
            }),
        ))
}
