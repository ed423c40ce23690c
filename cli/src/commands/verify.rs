//! `tacit verify`.

use std::time::Instant;

use tacit_verifier::VerifyError;

use super::inspect::{disclosed_json, disclosed_values, read_presentation};
use crate::args::Verify;
use crate::desk::Desk;
use crate::error::{CliError, explain};
use crate::exit::Exit;
use crate::output::{Output, Report, Style, millis, milliseconds};
use crate::qr;

/// The mark of everything accepted under a development key.
const DEVELOPMENT: &str =
    "DEVELOPMENT KEY: whoever made it could have forged this proof. Worth nothing outside of tests.";

pub(crate) fn run(arguments: &Verify, output: Output) -> Result<Report, CliError> {
    let desk = Desk::open(&arguments.state)?;
    let presentation = match (&arguments.qr, &arguments.presentation) {
        (Some(picture), _) => qr::read_presentation(picture)?,
        (None, Some(file)) => read_presentation(file)?,
        (None, None) => unreachable!("the grammar asks for one of them"),
    };
    let verifier =
        super::request::verifier(&desk, &arguments.verifying_key, arguments.accept_development_key)?;
    let Some(request) = desk.request(&presentation.challenge)? else {
        return Err(refusal(&VerifyError::Challenge(tacit_verifier::ChallengeError::Unknown)));
    };
    desk.use_list(&verifier, request.request.epoch)?;

    let started = Instant::now();
    let verified = verifier.verify(&request, &presentation).map_err(|error| refusal(&error))?;
    let elapsed = started.elapsed();

    let on = request.request.date;
    let mut report =
        Report::new(output.paint(Style::Good, format_args!("accepted in {}", milliseconds(elapsed))));
    if verified.development_key() {
        report = report.line(output.paint(Style::Notice, DEVELOPMENT));
    }
    report = report.line("proved, in the words that the holder agreed to:");
    let clauses = verified.policy().describe(on);
    for line in &clauses {
        report = report.line(format_args!("  - {line}"));
    }
    for (attribute, value) in disclosed_values(verified.disclosed()) {
        report = report.line(format_args!("{:9} {value}", attribute.to_string()));
    }
    let pseudonym = verified.pseudonym().map(ToString::to_string);
    if let Some(pseudonym) = &pseudonym {
        report = report.line(format_args!("pseudonym {pseudonym}"));
    }
    Ok(report
        .key("accepted", true)
        .key("development_key", verified.development_key())
        .key("clauses", clauses)
        .key("disclosed", disclosed_json(verified.disclosed()))
        .key("pseudonym", pseudonym)
        .key("epoch", verified.epoch().0)
        .key("challenge", verified.challenge().to_string())
        .key("milliseconds", millis(elapsed)))
}

/// A refusal by its innermost cause.
fn refusal(error: &VerifyError) -> CliError {
    CliError::Refused { code: error.code().to_owned(), message: explain(error), exit: Exit::of(error) }
}
