//! The command line: `tacit`.
//!
//! Parses, calls the crates of the roles, prints text or JSON, and sets the exit code. No cryptography of its own.

mod args;
mod commands;
mod consent;
mod demo;
mod desk;
mod error;
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
use output::{Output, Report};

/// The exit code of a wrong command line.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(wrong) if wrong.use_stderr() && asks_for_json() => {
            let error = usage(&wrong);
            Output::new(true, true).print_error(&error, Map::new());
            return ExitCode::from(error.exit_code());
        }
        Err(help_or_wrong) => help_or_wrong.exit(),
    };
    let output = Output::new(cli.json, cli.no_progress);
    let verifying = matches!(cli.command, Command::Verify(_));
    match run(cli.command, output) {
        Ok(report) => match output.print(report) {
            Ok(()) => ExitCode::SUCCESS,
            // Whoever reads us has gone away (`tacit ... | head`): nothing left to say, and nothing went wrong here.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(error::exit::INPUT_OUTPUT),
        },
        Err(failure) => {
            let mut detail = failure.detail;
            if verifying {
                detail.insert("accepted".into(), false.into());
            }
            output.print_error(&failure.error, detail);
            ExitCode::from(failure.error.exit_code())
        }
    }
}

/// Whether `--json` is on a command line that cannot be parsed; after `--` nothing is an option.
fn asks_for_json() -> bool {
    std::env::args_os().skip(1).take_while(|argument| argument != "--").any(|argument| argument == "--json")
}

/// What is wrong with the command line, for the JSON object.
fn usage(wrong: &clap::Error) -> CliError {
    let message = if wrong.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        "the command is not complete; the same with --help says what can follow.".to_owned()
    } else {
        let text = wrong.render().to_string();
        text.strip_prefix("error: ").unwrap_or(&text).trim_end().to_owned()
    };
    CliError::Refused { code: "usage".to_owned(), message, exit: USAGE }
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
    };
    report.map_err(Failure::from)
}
