//! `tacit trust`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{OperatorArgument, PublishedArgument};

pub(super) const ABOUT: &str = "\
The trust operator: says, epoch by epoch, which issuers count, and certifies verifiers.

Publish the key that `init` prints: everybody else pins it.
  tacit trust init --key-out operator.pub
  tacit trust add-issuer --record changsha.record.json
  tacit trust certify --identity lotus-hotel.example --name \"Lotus Hotel\" --key hotel.pub \\
                      --narrowest-age 3650 --residence provinces --disclose name --out hotel.cert.json
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
    /// Certify a verifier: who it is, where answers may go, and the most that it may ask for.
    #[command(long_about = CERTIFY_ABOUT)]
    Certify(Box<Certify>),
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

const CERTIFY_ABOUT: &str = "\
Certify a verifier: who it is, where answers may go, and the most that it may ask for.

Holders see name and identity on the consent screen, and wallets warn them of whatever a request asks beyond \
the certificate. What is not named here is not allowed: without any of the options below a verifier may ask \
for a valid ID and nothing else.

  tacit trust certify --identity lotus-hotel.example --name \"Lotus Hotel\" --key hotel.pub \\
                      --narrowest-age 3650 --residence provinces --disclose name --out hotel.cert.json

The same from a file, --entry hotel.toml:
  identity = \"lotus-hotel.example\"
  name = \"Lotus Hotel\"
  answers_to = [\"lotus-hotel.example\"]        # or \"desk\": no network
  shared_scopes = [\"lotus-group.example\"]     # may share pseudonyms with others certified for it
  [allowance]
  disclose = [\"name\"]           # number, name, birth, sex, region, expiry
  extras = [\"portrait\"]         # labels of further attributes, or \"all\"
  narrowest_age_days = 3650     # no age range of fewer birth dates
  residence = \"provinces\"       # or \"regions\": cities and counties too
  pseudonym = true              # may recognise its guests again";

/// `tacit trust certify`.
#[derive(Args)]
pub(crate) struct Certify {
    /// Its identity: a domain, or a desk of it (desk-2.hotel.example).
    #[arg(long, required_unless_present = "entry")]
    pub(crate) identity: Option<String>,
    /// Its name as holders read it.
    #[arg(long, required_unless_present = "entry")]
    pub(crate) name: Option<String>,
    /// Its public key: 64 hex digits, or a file that holds them (`tacit request init` prints it).
    #[arg(long, value_name = "KEY")]
    pub(crate) key: String,
    #[command(flatten)]
    pub(crate) limits: Limits,
    /// Read identity, name and everything that is allowed from this file (TOML).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["identity", "name", "Limits"])]
    pub(crate) entry: Option<PathBuf>,
    /// How long the certificate is valid.
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub(crate) days: u32,
    /// Certify another key for an identity that has one: a new key of the same business.
    #[arg(long)]
    pub(crate) further_key: bool,
    /// Where the certificate goes.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Where the certificate goes once more, as the attestation (a JWT) that OpenID4VP wants.
    #[arg(long, value_name = "FILE")]
    pub(crate) attestation: Option<PathBuf>,
}

/// Where answers may go, and the most that may be asked.
#[derive(Args)]
pub(crate) struct Limits {
    /// Hosts that answers may go to [default: the identity].
    #[arg(long, value_name = "HOSTS", value_delimiter = ',')]
    pub(crate) answers_to: Vec<String>,
    /// A desk without network: answers are carried over.
    #[arg(long, conflicts_with = "answers_to")]
    pub(crate) desk: bool,
    /// Identities under which it may recognise guests together with others that are certified for them.
    #[arg(long, value_name = "IDENTITIES", value_delimiter = ',')]
    pub(crate) shared_scope: Vec<String>,
    /// Attributes that it may see: number, name, birth, sex, region, expiry.
    #[arg(long, value_name = "ATTRIBUTES", value_delimiter = ',')]
    pub(crate) disclose: Vec<String>,
    /// Further attributes that it may see, by label, or `all`.
    #[arg(long, value_name = "LABELS", value_delimiter = ',')]
    pub(crate) extras: Vec<String>,
    /// It may ask for age ranges of at least so many birth dates.
    #[arg(long, value_name = "DAYS")]
    pub(crate) narrowest_age: Option<std::num::NonZeroU32>,
    /// It may ask for the residence, by sets of provinces or down to cities and counties.
    #[arg(long, value_enum)]
    pub(crate) residence: Option<Residence>,
    /// It may recognise its guests again.
    #[arg(long)]
    pub(crate) pseudonym: bool,
}

/// How closely a residence may be asked.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Residence {
    /// Sets of provinces.
    Provinces,
    /// Cities and counties too.
    Regions,
}
