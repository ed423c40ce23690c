//! `tacit inspect`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(super) const ABOUT: &str = "\
Look into files and circuits; checks what can be checked without secrets.

The circuit: constraints per clause, wires, non-zeros, digest.
  tacit inspect circuit
  tacit inspect circuit --json | jq .constraints

A policy in plain words, as holders will see it; a request; a credential.
  tacit inspect policy hotel.toml
  tacit inspect request hotel.request.json
  tacit inspect credential me.credential.json

A presentation: what a verifier sees, and what it cannot see.
  tacit inspect presentation answer.json";

/// `tacit inspect`.
#[derive(Args)]
pub(crate) struct Inspect {
    /// What to look at.
    #[command(subcommand)]
    pub(crate) command: InspectCommand,
}

/// What can be looked into.
#[derive(Subcommand)]
pub(crate) enum InspectCommand {
    /// The presentation circuit.
    Circuit,
    /// A credential file.
    Credential {
        /// The credential (JSON).
        file: PathBuf,
    },
    /// A policy file.
    Policy {
        /// The policy: TOML, or JSON if the name ends in .json.
        file: PathBuf,
    },
    /// A verifier's certificate: what it may ask at most.
    Certificate {
        /// The certificate (JSON).
        file: PathBuf,
    },
    /// A signed request.
    Request {
        /// The request: JSON or the compact binary form.
        file: PathBuf,
    },
    /// A presentation.
    Presentation {
        /// The presentation: JSON or the compact binary form.
        file: PathBuf,
    },
}
