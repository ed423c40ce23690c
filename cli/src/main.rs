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
mod output;
mod progress;
mod secrets;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use serde_json::Map;

use args::{Cli, Command};
use error::CliError;
use exit::Exit;
use output::{Output, Report};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(wrong) if wrong.use_stderr() && asks_for_json() => {
            let error = usage(&wrong);
            Output::new(true, true).print_error(&error, beside(&error, is_verify()));
            return ExitCode::from(error.exit().code());
        }
        Err(help_or_wrong) => {
            let text = help_or_wrong.render().to_string();
            let masked = masked(&text);
            if !help_or_wrong.use_stderr() || masked == text {
                help_or_wrong.exit();
            }
            eprint!("{masked}");
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

/// A text that repeats the command line, without the document numbers in it: runs of 15 digits or more, and the X behind.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, digits) = rest.split_at(start);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let (run, after) = digits.split_at(end);
        out.push_str(before);
        if run.len() >= 15 {
            out.push('…');
            rest = after.strip_prefix(['X', 'x']).unwrap_or(after);
        } else {
            out.push_str(run);
            rest = after;
        }
    }
    out + rest
}

/// What is wrong with the command line, for the JSON object.
fn usage(wrong: &clap::Error) -> CliError {
    let message = if wrong.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        "the command is not complete; the same with --help says what can follow.".to_owned()
    } else {
        let text = wrong.render().to_string();
        masked(text.strip_prefix("error: ").unwrap_or(&text).trim_end())
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
    let report = match command {
        Command::Demo(arguments) => return demo::run(&arguments, output),
        Command::Issuer(arguments) => commands::issuer::run(arguments, output),
        Command::Trust(arguments) => commands::trust::run(arguments, output),
        Command::Wallet(arguments) => commands::wallet::run(arguments, output),
        Command::Request(arguments) => commands::request::run(arguments, output),
        Command::Verify(arguments) => commands::verify::run(&arguments, output),
        Command::Setup(arguments) => commands::setup::run(&arguments, output),
        Command::Inspect(arguments) => commands::inspect::run(arguments, output),
        Command::Groth16(arguments) => commands::groth16::run(arguments, output),
        Command::Bench(arguments) => commands::bench::run(&arguments, output),
    };
    report.map_err(Failure::from)
}
