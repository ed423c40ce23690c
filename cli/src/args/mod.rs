//! The command line's grammar: what can be asked, with the help that teaches it. No behaviour here.
//!
//! Every command takes `--json`; options that name a place can also come from the environment, so that a session
//! types them once.

mod bench;
mod ceremony;
mod groth16;
mod inspect;
mod issuer;
mod proving;
mod serve;
mod trust;
mod verifier;
mod wallet;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use bench::Bench;
pub(crate) use ceremony::{
    Ceremony, CeremonyBeacon, CeremonyCommand, CeremonyContribute, CeremonyFinalise, CeremonyNew,
    CeremonyVerify, CircuitArgument, CircuitName, Phase1Command,
};
pub(crate) use groth16::{Export, Groth16, Groth16Command, Prove, VerifyProof};
pub(crate) use inspect::{Inspect, InspectCommand};
pub(crate) use issuer::{Issuer, IssuerCommand, ReasonArgument};
pub(crate) use proving::Proving;
pub(crate) use serve::{Serve, ServeKeys};
pub(crate) use trust::{Certify, Limits, Residence, Trust, TrustCommand};
pub(crate) use verifier::{Request, RequestCommand, RequestNew, Setup, Verify};
pub(crate) use wallet::{Present, Wallet, WalletCommand};

const ABOUT: &str = "\
Prove facts about a signed resident ID without showing the ID.

An issuer signs an ID once. Its holder answers a business's request with a zero-knowledge proof: old \
enough, resident of one of these provinces, still valid, not revoked. The business learns that the \
statement holds and nothing else.

Start here:
  tacit demo                 the whole system in one go, explained as it runs
  tacit demo --keep tour     the same, leaving every file to try commands on

Roles, each with its own commands:
  issuer            enrols residents, revokes, publishes status lists
  trust             lists the issuers of an epoch, certifies verifiers
  wallet            keeps a holder's credentials, answers requests
  request, verify   what a business does: ask, and check the answer
  serve             the same as an HTTP service beside its site

For circuits of your own: tacit groth16 proves with the files of circom and snarkjs. tacit ceremony holds and checks \
the trusted setup that every key comes from.";

const EXIT_CODES: &str = "\
Exit codes:
  0  done; what was checked holds
  1  refused: what was checked does not hold, or is not allowed
  2  usage: the command line itself is wrong
  3  a file or directory is missing or taken, or cannot be read or written
  4  a file was read and is damaged, or not what it should be
  5  passphrase, loss code or recovery phrase missing or not usable
  6  consent was not given
  129, 130, 143  the demonstration was stopped by a signal, and cleaned up";

/// The whole command line.
#[derive(Parser)]
#[command(name = "tacit", version, about = "Prove facts about a signed resident ID without showing the ID", long_about = ABOUT, after_long_help = EXIT_CODES)]
#[command(propagate_version = true, arg_required_else_help = true, max_term_width = 110)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Print one JSON object on standard output instead of text; errors too.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Show no progress bars.
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
}

/// The commands.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run the whole system before your eyes: issuers, residents, three businesses, and everything that must fail.
    #[command(long_about = DEMO_ABOUT)]
    Demo(Demo),
    /// Enrol residents, revoke, re-issue, publish status lists.
    #[command(long_about = issuer::ABOUT)]
    Issuer(Issuer),
    /// List issuers epoch by epoch, certify verifiers.
    #[command(long_about = trust::ABOUT)]
    Trust(Trust),
    /// Keep credentials and answer requests.
    #[command(long_about = wallet::ABOUT)]
    Wallet(Wallet),
    /// Ask a holder for a presentation.
    #[command(long_about = verifier::REQUEST_ABOUT)]
    Request(Request),
    /// Check a presentation that answers one of your requests.
    #[command(long_about = verifier::VERIFY_ABOUT)]
    Verify(Verify),
    /// Run the HTTP service of a booking site.
    #[command(long_about = serve::ABOUT)]
    Serve(Box<Serve>),
    /// Make DEVELOPMENT keys for the presentation circuit.
    #[command(long_about = verifier::SETUP_ABOUT)]
    Setup(Setup),
    /// Hold or check a trusted setup, in the files of snarkjs.
    #[command(long_about = ceremony::ABOUT)]
    Ceremony(Ceremony),
    /// Look into circuits, credentials, requests and presentations.
    #[command(long_about = inspect::ABOUT)]
    Inspect(Inspect),
    /// Prove and verify any circom circuit, with the files of circom and snarkjs.
    #[command(long_about = groth16::ABOUT)]
    Groth16(Groth16),
    /// Measure this prover on this machine, beside stock ark-groth16.
    #[command(long_about = bench::ABOUT)]
    Bench(Bench),
}

const DEMO_ABOUT: &str = "\
Run the whole system before your eyes.

Public security bureaus of several provinces enrol residents and revoke some. A hotel asks for \"18 or \
older, resident of Guangdong or Hunan, valid, not revoked\"; an airline asks for the name too; a shop \
wants one account per person. Honest guests get in; a minor, a resident of another province, holders of a \
revoked, lost or expired ID, a thief, two forgers, a tamperer, a replayer and a relay do not, and each \
refusal says why. The end compares what every business learnt with what a photocopy would have told it.

The proving keys are DEVELOPMENT keys, made on the spot: whoever made them could forge proofs.

Ends with 1 if any outcome differs from what it should be, and names it. Leaves nothing behind without \
--keep, also when it is stopped by Ctrl-C; what a killed run left, the next one removes.

  tacit demo
  tacit demo --people 1000            faster
  tacit demo --keep tour              then read tour/README.txt
  tacit demo --json | jq .scenes      for scripts";

/// `tacit demo`.
#[derive(Args)]
pub(crate) struct Demo {
    /// Keep every file in this directory, which must be new or empty; its README.txt lists commands to try.
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
    /// How many residents to enrol.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    pub(crate) people: u32,
}

/// Where a passphrase comes from.
#[derive(Args)]
pub(crate) struct PassphraseSource {
    /// Read the wallet's passphrase from the first line of this file [otherwise: TACIT_PASSPHRASE, or asked for].
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// The trust operator's key, which everybody else pins.
#[derive(Args)]
pub(crate) struct OperatorArgument {
    /// The trust operator's public key: 64 hex digits, or a file that holds them.
    #[arg(long, value_name = "KEY", env = "TACIT_OPERATOR")]
    pub(crate) operator: String,
}

/// The directory of published files.
#[derive(Args)]
pub(crate) struct PublishedArgument {
    /// The published directory: trust lists under trust/, status lists under status/.
    #[arg(long, value_name = "DIR", env = "TACIT_PUBLISHED", default_value = "published")]
    pub(crate) published: PathBuf,
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    #[test]
    fn grammar_is_consistent() {
        super::Cli::command().debug_assert();
    }

    /// The long help of a command and of all below it, at this width.
    fn pages(command: &Command, width: usize) -> Vec<(String, String)> {
        let mut command = command.clone().term_width(width);
        let mut pages = vec![(command.get_name().to_owned(), command.render_long_help().to_string())];
        for below in command.get_subcommands() {
            pages.extend(self::pages(below, width));
        }
        pages
    }

    /// No line is longer than the terminal is wide, and no paragraph breaks before it has to: paragraphs flow, examples,
    /// which are indented, stay as they are.
    #[test]
    fn help_flows_at_any_width() {
        let mut root = super::Cli::command();
        root.build();
        for width in [80, 100, 120] {
            let pages = pages(&root, width);
            assert!(pages.len() > 35, "{}", pages.len());
            for (name, page) in pages {
                let about = page.split("\nUsage: ").next().unwrap_or_default();
                // The line of the usage is clap's own and does not wrap.
                for line in page.lines().filter(|line| !line.starts_with("Usage: ")) {
                    assert!(line.chars().count() <= width, "{name} at {width}: {line}");
                }
                for pair in about.lines().collect::<Vec<_>>().windows(2) {
                    let (line, next) = (pair[0], pair[1]);
                    if line.is_empty() || next.is_empty() || line.starts_with(' ') || next.starts_with(' ') {
                        continue;
                    }
                    let word = next.split(' ').next().unwrap_or_default();
                    let needed = line.chars().count() + 1 + word.chars().count();
                    assert!(needed > width, "{name} at {width} breaks early: {line}");
                }
            }
        }
    }
}
