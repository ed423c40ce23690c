//! The command line: `tacit`.
//!
//! Parses, calls the crates of the roles, prints text or JSON, and sets the exit code. No cryptography of its own.

mod args;
mod commands;
mod consent;
mod demo;
mod desk;
mod error;
mod exit;
mod files;
mod online;
mod output;
mod progress;
mod qr;
mod sandbox;
mod secrets;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use serde_json::Map;
use tacit_prover::Backend;

use args::{Cli, Command};
use error::CliError;
use exit::Exit;
use output::{Output, Report};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(help) if !help.use_stderr() => help.exit(),
        Err(wrong) if asks_for_json() => {
            let error = usage(wrong);
            Output::new(true, true).print_error(&error, beside(&error, is_verify()));
            return ExitCode::from(error.exit().code());
        }
        Err(wrong) => {
            eprint!("{}", told(wrong, std::io::stderr().is_terminal()));
            return ExitCode::from(Exit::Usage.code());
        }
    };
    let output = Output::new(cli.json, cli.no_progress);
    let verifying = matches!(cli.command, Command::Verify(_));
    match run(cli.command, output) {
        Ok(report) => match output.print(report) {
            Ok(()) => ExitCode::SUCCESS,
            // Whoever reads us has gone away (`tacit ... | head`): nothing left to say, and nothing went wrong here.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(Exit::InputOutput.code()),
        },
        Err(failure) => {
            let mut detail = beside(&failure.error, verifying);
            detail.extend(failure.detail);
            output.print_error(&failure.error, detail);
            ExitCode::from(failure.error.exit().code())
        }
    }
}

/// Whether `--json` is on a command line that cannot be parsed; after `--` nothing is an option.
fn asks_for_json() -> bool {
    std::env::args_os().skip(1).take_while(|argument| argument != "--").any(|argument| argument == "--json")
}

/// Whether a command line that cannot be parsed is of `tacit verify`; no option before the command takes a value.
fn is_verify() -> bool {
    let mut words = std::env::args_os().skip(1);
    words.find(|word| !word.to_string_lossy().starts_with('-')).is_some_and(|word| word == "verify")
}

/// What the JSON object says beside an error.
fn beside(error: &CliError, verifying: bool) -> Map<String, serde_json::Value> {
    let mut detail = error.detail();
    if verifying {
        detail.insert("accepted".into(), false.into());
    }
    detail
}

/// What is wrong with the command line, without what it says where no option, command or value of ours stands: that may be
/// about a person. What a word looks like does not tell, so that all of it goes.
fn told(mut wrong: clap::Error, in_colour: bool) -> String {
    let mut number = None;
    let kinds = match wrong.kind() {
        ErrorKind::UnknownArgument => &[ContextKind::InvalidArg][..],
        _ => &[ContextKind::InvalidValue, ContextKind::InvalidSubcommand][..],
    };
    for &kind in kinds {
        let Some(ContextValue::String(given)) = wrong.get(kind) else { continue };
        let option = given.strip_prefix('-').unwrap_or_default();
        let spelt_as_option =
            given.starts_with('-') && option.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        // An empty value is what clap makes of a missing one.
        if !given.is_empty() && !spelt_as_option {
            number = given.parse::<i64>().ok();
            wrong.insert(kind, ContextValue::String("…".to_owned()));
            // The advice that says it once more.
            wrong.remove(ContextKind::Suggested);
        }
    }
    let text = wrong.render();
    let text = if in_colour { text.ansi().to_string() } else { text.to_string() };
    match number {
        // A number out of its range is said twice.
        Some(number) => text.replacen(&format!(": {number} is not in "), ": not in ", 1),
        None => text,
    }
}

/// What is wrong with the command line, for the JSON object.
fn usage(wrong: clap::Error) -> CliError {
    let message = if wrong.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        "the command is not complete; the same with --help says what can follow.".to_owned()
    } else {
        let text = told(wrong, false);
        text.strip_prefix("error: ").unwrap_or(&text).trim_end().to_owned()
    };
    CliError::Refused { code: "usage".to_owned(), message, exit: Exit::Usage }
}

/// An error, and what the JSON object says beside it.
struct Failure {
    error: CliError,
    detail: Map<String, serde_json::Value>,
}

impl From<CliError> for Failure {
    fn from(error: CliError) -> Self {
        Self { error, detail: Map::new() }
    }
}

fn run(command: Command, output: Output) -> Result<Report, Failure> {
    Backend::try_from_environment().map_err(|unknown| CliError::Refused {
        code: "unknown-backend".to_owned(),
        message: format!("{unknown}."),
        exit: Exit::Usage,
    })?;
    let report = match command {
        Command::Demo(arguments) => return demo::run(&arguments, output),
        Command::Issuer(arguments) => commands::issuer::run(arguments, output),
        Command::Trust(arguments) => commands::trust::run(arguments, output),
        Command::Wallet(arguments) => commands::wallet::run(arguments, output),
        Command::Request(arguments) => commands::request::run(arguments, output),
        Command::Verify(arguments) => commands::verify::run(&arguments, output),
        Command::Serve(arguments) => commands::serve::run(*arguments, output),
        Command::Setup(arguments) => commands::setup::run(&arguments, output),
        Command::Ceremony(arguments) => commands::ceremony::run(arguments, output),
        Command::Inspect(arguments) => commands::inspect::run(arguments, output),
        Command::Groth16(arguments) => commands::groth16::run(arguments, output),
        Command::Bench(arguments) => commands::bench::run(&arguments, output),
    };
    report.map_err(Failure::from)
}
