//! `tacit wallet present`: fetch or read the request, check it, show what it asks, ask, prove, deliver.

use std::path::Path;
use std::time::Instant;

use rand::rngs::OsRng;
use serde_json::json;
use tacit_credential::presentation::Presentation;
use tacit_credential::request::{CircuitDigest, SignedRequest};
use tacit_prover::Provenance;
use tacit_qr::Code;
use tacit_wallet::{
    BeyondCertificate, CredentialId, OpenExtras, PresentError, PresentOptions, ProofEngine, SumsUnused,
    UncertifiedVerifiers, Wallet,
};

use super::{now, proving};
use crate::args::Present;
use crate::consent::{self, Agreed};
use crate::error::{CliError, refused};
use crate::exit::Exit;
use crate::files;
use crate::online::{Address, Fetched};
use crate::output::{Output, Report, millis, milliseconds};
use crate::qr::{self, Canvas, Drawn};

pub(crate) fn run(
    wallet: &mut Wallet,
    folder: &Path,
    arguments: &Present,
    output: Output,
) -> Result<Report, CliError> {
    arguments.qr_out.as_ref().map_or(Ok(()), Canvas::check)?;
    let question = Question::find(wallet, arguments)?;
    let outcome = answer(wallet, folder, arguments, &question, output);
    if let (Err(error), true, Question::Fetched(fetched)) = (&outcome, arguments.notify_refusal, &question)
        && !error.is_delivery()
        && let Err(unsaid) = fetched.refuse()
    {
        output.warn(format_args!("the verifier could not be told: {unsaid}"));
    }
    outcome.map_err(Unanswered::into_error)
}

/// What is to be answered, and where the answer goes.
enum Question {
    File(Box<SignedRequest>),
    Fetched(Box<Fetched>),
}

/// Why there is no answer: before it left, or on its way.
enum Unanswered {
    Here(CliError),
    Delivery(CliError),
}

impl Unanswered {
    fn is_delivery(&self) -> bool {
        matches!(self, Self::Delivery(_))
    }

    fn into_error(self) -> CliError {
        let (Self::Here(error) | Self::Delivery(error)) = self;
        error
    }
}

impl From<CliError> for Unanswered {
    fn from(error: CliError) -> Self {
        Self::Here(error)
    }
}

impl Question {
    /// Reads the file or fetches what the link or address names.
    fn find(wallet: &Wallet, arguments: &Present) -> Result<Self, CliError> {
        let photographed = arguments.qr.as_deref().map(qr::read_question).transpose()?;
        let named = match &photographed {
            Some(tacit_qr::Question::Address(address)) => address.as_str(),
            _ => arguments.request(),
        };
        if let Some(address) = Address::parse(named).map_err(refused)? {
            let operator = wallet.operator().ok_or(PresentError::NoLists).map_err(refused)?;
            return Ok(Self::Fetched(Box::new(address.fetch(operator, now()).map_err(refused)?)));
        }
        if arguments.out.is_none() && arguments.qr_out.is_none() {
            return Err(CliError::Refused {
                code: "out-missing".to_owned(),
                message: "a request from a file or a picture needs --out or --qr-out: say where the presentation goes.".to_owned(),
                exit: Exit::Usage,
            });
        }
        if let Some(tacit_qr::Question::Request(request)) = photographed {
            return Ok(Self::File(request));
        }
        files::read_request(Path::new(named)).map(Box::new).map(Self::File)
    }

    fn request(&self) -> &SignedRequest {
        match self {
            Self::File(request) => request,
            Self::Fetched(fetched) => fetched.request(),
        }
    }
}

/// Consent, proof, delivery.
fn answer(
    wallet: &mut Wallet,
    folder: &Path,
    arguments: &Present,
    question: &Question,
    output: Output,
) -> Result<Report, Unanswered> {
    let request = question.request();
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
    // The consent below asks about it.
    options.beyond = BeyondCertificate::Warn;
    if let Some(labels) = &arguments.extras {
        options.extras = OpenExtras::Only(labels.clone());
    }
    let preparing = Instant::now();
    let consent = wallet.prepare(request, now(), &options, &mut OsRng).map_err(refusal)?;
    let prepared = preparing.elapsed();
    let summary = serde_json::to_value(consent.summary()).map_err(refused)?;
    let (credential, epoch) = (consent.summary().credential.id, consent.summary().epoch);
    let agreed = Agreed { to_present: arguments.yes, beyond_certificate: arguments.allow_beyond_certificate };
    consent::ask(consent.summary(), agreed, output)?;

    if development {
        output.warn(
            "the proving key is a DEVELOPMENT key: only verifiers that try things out accept its proofs.",
        );
    }
    let opening = Instant::now();
    let opened = found.open(folder, output)?;
    let loaded = loaded + opening.elapsed();
    let started = Instant::now();
    let approved = consent.approve(&opened.prover, now(), &mut OsRng).map_err(refusal)?;
    let proved = started.elapsed();
    let delivered = deliver(question, arguments, &approved.presentation, output)?;

    // What was delivered stays so, whatever becomes of the note.
    if delivered.protocol.is_some()
        && let Err(error) = wallet.mark_sent(approved.history)
    {
        output.warn(format_args!("the history does not say that it was sent: {error}"));
    }

    // The answer is on its way; what follows makes the next one quicker.
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
        "{}: {} bytes, proved in {}{}",
        delivered.in_words(arguments),
        delivered.bytes,
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
    report = match (&delivered.protocol, &delivered.redirect_uri) {
        (None, _) => report.line(format_args!(
            "Where it goes: {}. It answers this request and no other, once.",
            request.request.endpoint
        )),
        (Some(_), None) => report.line("The verifier accepted it. Go on where you were asked."),
        (Some(_), Some(uri)) => {
            report.line("The verifier accepted it. Go on in the browser in which you were asked:").line(uri)
        }
    };
    if let Some(drawn) = delivered.drawn {
        report = drawn.into(report);
    }
    Ok(report
        .key("file", arguments.out.as_ref().map(|out| out.display().to_string()))
        .key("delivered", delivered.protocol)
        .key("redirect_uri", delivered.redirect_uri)
        .key("bytes", delivered.bytes)
        .key("development_key", development)
        .key("engine", engine)
        .key("sums", sums)
        .key("prover_cache", opened.cache_use())
        .key("prepared_next", prepared_next)
        .key("history", approved.history.0)
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

/// The wallet's refusal; of one about its own files, what is wrong with them.
fn refusal(error: PresentError) -> CliError {
    match error {
        PresentError::Store(error) => refused(error),
        other => refused(other),
    }
}

/// Where the presentation went.
struct Delivered {
    bytes: usize,
    /// By which protocol it was accepted, if it was posted.
    protocol: Option<&'static str>,
    redirect_uri: Option<String>,
    /// The QR code, if it was drawn.
    drawn: Option<Drawn>,
}

impl Delivered {
    fn in_words(&self, arguments: &Present) -> String {
        match (&arguments.out, self.protocol) {
            (Some(out), None) => format!("presentation in {}", out.display()),
            (Some(out), Some(_)) => format!("presentation delivered, a copy in {}", out.display()),
            (None, Some(_)) => "presentation delivered".to_owned(),
            (None, None) => "presentation".to_owned(),
        }
    }
}

/// To the file first: what was delivered cannot be delivered again.
fn deliver(
    question: &Question,
    arguments: &Present,
    presentation: &Presentation,
    output: Output,
) -> Result<Delivered, Unanswered> {
    let binary = presentation.to_bytes();
    let mut delivered = Delivered { bytes: binary.len(), protocol: None, redirect_uri: None, drawn: None };
    if let Some(out) = &arguments.out {
        let bytes = if arguments.binary { binary } else { presentation.to_json().into_bytes() };
        delivered.bytes = bytes.len();
        files::write_secret(out, &bytes)?;
    }
    if let Some(canvas) = &arguments.qr_out {
        let code = Code::presentation(presentation).map_err(qr::too_large)?;
        delivered.drawn = Some(canvas.draw(&code, output)?);
    }
    if let Question::Fetched(fetched) = question {
        let reply = fetched.deliver(presentation).map_err(refused).map_err(Unanswered::Delivery)?;
        delivered.protocol = Some(fetched.protocol());
        delivered.redirect_uri = reply.redirect_uri;
    }
    Ok(delivered)
}
