//! `tacit trust`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{OperatorArgument, PublishedArgument};

pub(super) const ABOUT: &str = "\
The trust operator: says, epoch by epoch, which issuers count, and certifies verifiers.

Publish the key that `init` prints: everybody else pins it.
  tacit trust init --key-out operator.pub
  tacit trust add-issuer --record changsha.record.json
  tacit trust certify --identity lotus-hotel.example --name \"Lotus Hotel\" \\
                      --key hotel.pub --out hotel.cert.json
  tacit trust publish --published published
  tacit trust verify --published published --operator operator.pub

Listing an issuer checks its keys: on the curve, of the right order, and with a proof of possession. The \
soundness of every presentation rests on these checks, so `trust verify` lets anyone repeat all of them \
from the published files.

No two issuers are listed for one region, so that nobody has two credentials, and no issuer's jurisdiction \
ever changes. To hand a region over: have the old issuer publish a last time, remove it, and list new \
issuers, under new ids, for the whole of its jurisdiction. Its credentials stop counting with that epoch, \
and its people are enrolled anew.";

/// `tacit trust`.
#[derive(Args)]
pub(crate) struct Trust {
    /// The trust operator's directory.
    #[arg(long, value_name = "DIR", env = "TACIT_TRUST", global = true, default_value = "trust")]
    pub(crate) dir: PathBuf,
    /// What the trust operator does.
    #[command(subcommand)]
    pub(crate) command: TrustCommand,
}

/// What a trust operator does.
#[derive(Subcommand)]
pub(crate) enum TrustCommand {
    /// Make the operator's key and an empty list of issuers.
    Init {
        /// Also write the public key to this file, for everybody else's --operator.
        #[arg(long, value_name = "FILE")]
        key_out: Option<PathBuf>,
    },
    /// Check an issuer's record and list it from the next epoch on; again with a newer record after a rotation.
    AddIssuer {
        /// The record (`tacit issuer record`).
        #[arg(long, value_name = "FILE")]
        record: PathBuf,
    },
    /// List an issuer no longer, from the next epoch on.
    RemoveIssuer {
        /// The issuer's short name.
        #[arg(long)]
        id: String,
    },
    /// Certify a verifier: the name and identity that holders see on the consent screen.
    Certify {
        /// Its identity: a domain, or a desk of it (desk-2.hotel.example). Verifiers share pseudonyms only if they share it.
        #[arg(long)]
        identity: String,
        /// Its name as holders read it.
        #[arg(long)]
        name: String,
        /// Its public key: 64 hex digits, or a file that holds them (`tacit request init` prints it).
        #[arg(long, value_name = "KEY")]
        key: String,
        /// How long the certificate is valid.
        #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3660))]
        days: u32,
        /// Certify another key for an identity that has one: a new key, or a business that may share its pseudonyms.
        #[arg(long)]
        further_key: bool,
        /// Where the certificate goes.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Where the certificate goes once more, as the attestation (a JWT) that OpenID4VP wants.
        #[arg(long, value_name = "FILE")]
        attestation: Option<PathBuf>,
    },
    /// Publish the list of a new epoch, over the newest status list of each issuer.
    Publish {
        #[command(flatten)]
        published: PublishedArgument,
        /// How long the list is valid.
        #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=366))]
        days: u32,
    },
    /// Re-check everything published: signatures, chain of epochs, proofs of possession, jurisdictions,
    /// roots. Anyone can.
    Verify {
        #[command(flatten)]
        published: PublishedArgument,
        #[command(flatten)]
        operator: OperatorArgument,
    },
}
