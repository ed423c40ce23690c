//! `tacit request`, `tacit verify`, `tacit setup`: the business's side, and the keys.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{OperatorArgument, PublishedArgument};
use crate::qr::Canvas;

pub(super) const REQUEST_ABOUT: &str = "\
Ask a holder for a presentation.

  tacit request init --state desk --operator operator.pub
  tacit request certificate --state desk --certificate hotel.cert.json
  tacit request new --state desk --policy hotel.toml --out hotel.request.json
  tacit request new --state desk --policy hotel.toml --qr hotel.png

A policy is TOML or JSON; every line is optional, and `tacit inspect policy` explains one in plain words:
  title = \"Check-in\"
  minimum_age = 18
  provinces = [\"Guangdong\", \"湖南\"]  # names in English or Chinese, or codes
  valid = true                      # the document must not have expired
  disclose = [\"name\"]    # number, name, birth, sex, region, expiry, extras
  pseudonym = \"accounts\" # one pseudonym a person under this label
  shared_scope = \"lotus-group.example\"  # the same one for every business certified for this
  max_status_age_hours = 168

The state directory keeps the verifier's key, its challenges and the trust lists it used, so that `tacit \
verify`, run later and elsewhere, needs nothing but that directory, and accepts each answer exactly once.";

/// `tacit request`.
#[derive(Args)]
pub(crate) struct Request {
    /// The verifier's state directory.
    #[arg(long, value_name = "DIR", env = "TACIT_VERIFIER", global = true, default_value = "verifier")]
    pub(crate) state: PathBuf,
    /// What the verifier does.
    #[command(subcommand)]
    pub(crate) command: RequestCommand,
}

/// What a verifier does before it verifies.
#[derive(Subcommand)]
pub(crate) enum RequestCommand {
    /// Make the verifier's key and state directory.
    Init(RequestInit),
    /// Install the certificate that the trust operator gave you.
    Certificate(CertificateArguments),
    /// Make one signed request.
    New(RequestNew),
}

/// `tacit request init`.
#[derive(Args)]
pub(crate) struct RequestInit {
    #[command(flatten)]
    pub(crate) operator: OperatorArgument,
    /// Also write the verifier's public key to this file, for `tacit trust certify`.
    #[arg(long, value_name = "FILE")]
    pub(crate) key_out: Option<PathBuf>,
}

/// `tacit request certificate`.
#[derive(Args)]
pub(crate) struct CertificateArguments {
    /// The certificate (`tacit trust certify`).
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: PathBuf,
}

/// `tacit request new`.
#[derive(Args)]
pub(crate) struct RequestNew {
    /// The policy: TOML, or JSON if the name ends in .json.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: PathBuf,
    #[command(flatten)]
    pub(crate) published: PublishedArgument,
    /// The verifying key: says which circuit to ask for.
    #[arg(long, value_name = "FILE", env = "TACIT_VERIFYING_KEY", default_value = "keys/resident-id.vk")]
    pub(crate) verifying_key: PathBuf,
    /// Where the wallet sends its answer; signed with the request.
    #[arg(long, value_name = "URL", default_value = "by hand")]
    pub(crate) endpoint: String,
    /// How long the request may be answered.
    #[arg(long, value_name = "MINUTES", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub(crate) minutes: u32,
    /// Where the request goes.
    #[arg(long, value_name = "FILE", required_unless_present = "qr")]
    pub(crate) out: Option<PathBuf>,
    /// Draw the request as a QR code: into FILE.png or FILE.svg, or here (-).
    #[arg(long, value_name = "FILE")]
    pub(crate) qr: Option<Canvas>,
    /// Write the compact binary form instead of JSON.
    #[arg(long)]
    pub(crate) binary: bool,
}

pub(super) const VERIFY_ABOUT: &str = "\
Check a presentation that answers one of your requests.

  tacit verify --state desk --presentation answer.json
  tacit verify --state desk --presentation answer.json --json | jq .disclosed
  tacit verify --state desk --qr photograph.jpg

Accepted (exit code 0): prints what you now know. Refused (exit code 1): says why, in your own log; tell \
the holder only that it was refused. Each request is answered once: the same presentation, sent again, is \
refused.

A proof made with DEVELOPMENT keys is refused unless --accept-development-key is given, and marked when \
accepted: whoever made those keys can forge proofs.";

/// `tacit verify`.
#[derive(Args)]
pub(crate) struct Verify {
    /// The verifier's state directory.
    #[arg(long, value_name = "DIR", env = "TACIT_VERIFIER", default_value = "verifier")]
    pub(crate) state: PathBuf,
    /// The presentation: JSON or the compact binary form.
    #[arg(long, value_name = "FILE", required_unless_present = "qr")]
    pub(crate) presentation: Option<PathBuf>,
    /// Read the presentation from the QR code in this picture: a photograph or screenshot, PNG or JPEG.
    #[arg(long, value_name = "IMAGE", conflicts_with = "presentation")]
    pub(crate) qr: Option<PathBuf>,
    /// The verifying key.
    #[arg(long, value_name = "FILE", env = "TACIT_VERIFYING_KEY", default_value = "keys/resident-id.vk")]
    pub(crate) verifying_key: PathBuf,
    /// Accept proofs made with development keys. For development only.
    #[arg(long)]
    pub(crate) accept_development_key: bool,
}

pub(super) const SETUP_ABOUT: &str = "\
Make DEVELOPMENT keys for the presentation circuit.

Groth16 needs a trusted setup. These keys are made by one machine in one go: whoever ran it could have \
kept the trapdoor and could forge proofs. They are marked as development keys in the files, and wherever \
they are accepted.

Writes keys/resident-id.pk for wallets and keys/resident-id.vk for verifiers:
  tacit setup --out keys";

/// `tacit setup`.
#[derive(Args)]
pub(crate) struct Setup {
    /// Directory for the two key files.
    #[arg(long, value_name = "DIR", default_value = "keys")]
    pub(crate) out: PathBuf,
}
