//! `tacit issuer`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::PublishedArgument;

pub(super) const ABOUT: &str = "\
The issuer: a bureau that checks documents and signs them once.

A first day at the bureau; the record goes to the trust operator:
  tacit issuer init --id changsha-psb --name \"Changsha Security Bureau\" \\
                    --jurisdiction 430100-430199
  tacit issuer record --operator operator.pub --out changsha.record.json
  tacit issuer enrol --document li.json --request li.enrol.json \\
                     --out li.credential.json
  tacit issuer revoke --number 430102199003074258 --reason moved-away
  tacit issuer publish --published published

The jurisdiction says whose document numbers are enrolled: the trust operator lists no two issuers for \
one region, so that nobody gets two credentials. It is the region in the number that counts, wherever the \
holder lives now.

A revocation takes effect with the next `issuer publish` and the `trust publish` after it. The issuer \
never sees a holder's secret: the wallet sends its key in an enrolment request (`tacit wallet \
enrol-request`).

A document is JSON. An ID without an expiry date (长期) expires \"long-term\".
  { \"number\": \"430102199003074258\", \"name\": \"李明\", \"birth\": \"1990-03-07\",
    \"sex\": \"male\", \"region\": \"430102\",
    \"issued\": \"2020-01-01\", \"expires\": \"2040-01-01\",
    \"extras\": [ { \"label\": \"portrait\", \"value_hex\": \"ffd8...\" } ] }";

/// `tacit issuer`.
#[derive(Args)]
pub(crate) struct Issuer {
    /// The issuer's directory: keys and registry.
    #[arg(long, value_name = "DIR", env = "TACIT_ISSUER", global = true, default_value = "issuer")]
    pub(crate) dir: PathBuf,
    /// Who acts; goes into the log of who did what.
    #[arg(long, value_name = "NAME", env = "TACIT_OFFICER", global = true, default_value = "officer")]
    pub(crate) officer: String,
    /// What the issuer does.
    #[command(subcommand)]
    pub(crate) command: IssuerCommand,
}

/// What an issuer does.
#[derive(Subcommand)]
pub(crate) enum IssuerCommand {
    /// Make keys and an empty registry.
    Init {
        /// Short name in lists and paths: lower-case letters, digits and hyphens, 3 to 40.
        #[arg(long)]
        id: String,
        /// Full name, as people read it.
        #[arg(long)]
        name: String,
        /// Whose document numbers it enrols, for good: a province (Guangdong, 44), a region code (440305) or
        /// a range of codes (440300-440399). Repeat it for several.
        #[arg(long, value_name = "AREA", required = true)]
        jurisdiction: Vec<String>,
    },
    /// Enrol one resident, or many from JSON lines, and sign their credentials.
    #[command(long_about = ENROL_ABOUT)]
    Enrol {
        /// The resident's document (JSON).
        #[arg(long, value_name = "FILE", requires = "request", required_unless_present = "batch")]
        document: Option<PathBuf>,
        /// The wallet's enrolment request (JSON).
        #[arg(long, value_name = "FILE", requires = "document")]
        request: Option<PathBuf>,
        /// Many at once: JSON lines of {document, request}.
        #[arg(long, value_name = "FILE", conflicts_with_all = ["document", "request"])]
        batch: Option<PathBuf>,
        /// Where the credential, or the JSON lines of results, goes.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Revoke a resident's credential, with a reason.
    Revoke {
        /// The document number.
        #[arg(long)]
        number: String,
        /// Why.
        #[arg(long, value_enum)]
        reason: ReasonArgument,
    },
    /// Revoke a lost ID on the word of its holder, who knows the code chosen at enrolment.
    ReportLoss {
        /// The document number.
        #[arg(long)]
        number: String,
        /// Read the loss code from this file [otherwise: TACIT_LOSS_CODE, or asked for].
        #[arg(long, value_name = "FILE")]
        loss_code_file: Option<PathBuf>,
    },
    /// Sign a new credential for the same holder key; the old one is revoked, pseudonyms stay.
    Reissue {
        /// The resident's current document (JSON): renewed, or the same after a loss.
        #[arg(long, value_name = "FILE")]
        document: PathBuf,
        /// Where the credential goes.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Bind a resident to a NEW holder key: for a holder who lost the recovery phrase too. Recorded, and limited.
    Rebind {
        /// The resident's current document (JSON).
        #[arg(long, value_name = "FILE")]
        document: PathBuf,
        /// The new wallet's enrolment request (JSON).
        #[arg(long, value_name = "FILE")]
        request: PathBuf,
        /// Where the credential goes.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Make a new credential key beside the old one; then send a new `record` to the trust operator.
    Rotate,
    /// Take an old credential key out of use; refused while valid credentials depend on it.
    Retire {
        /// Which key: its position in `issuer show`, from 1.
        #[arg(long, value_name = "POSITION")]
        key: usize,
        /// Somebody else may have the key: every credential under it ends with the next trust list.
        #[arg(long)]
        compromised: bool,
    },
    /// Publish the status list: the top of the tree and all its chunks, as files.
    Publish {
        #[command(flatten)]
        published: PublishedArgument,
    },
    /// Declare that the registry was brought back from a backup: every credential of before ends.
    #[command(long_about = RESTORED_ABOUT)]
    Restored {
        #[command(flatten)]
        published: PublishedArgument,
        /// The newest publication was interrupted and exists nowhere: take the newest that does.
        #[arg(long)]
        never_written: bool,
    },
    /// Write the record that the trust operator lists: keys, each with its proof of possession.
    Record {
        #[command(flatten)]
        operator: super::OperatorArgument,
        /// Where the record goes.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Show the issuer: name, jurisdiction, keys, how many people and revocations.
    Show,
    /// Show the log of who did what, and check that nothing in it was changed.
    Log {
        /// Only the newest N entries.
        #[arg(long, value_name = "N")]
        last: Option<usize>,
    },
}

/// Why a credential is revoked.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum ReasonArgument {
    /// The document has expired.
    Expired,
    /// Lost or stolen.
    Lost,
    /// The resident moved: `reissue` signs the new residence, here and nowhere else.
    MovedAway,
    /// Cancelled for another reason.
    Cancelled,
}

const RESTORED_ABOUT: &str = "\
Declare that the registry was brought back from a backup: every credential of before ends.

A backup has forgotten who was enrolled since it was made, and would enrol them again: a second account \
for one person. So after any restore, of the folder or of registry.sqlite alone, and before anything else:
  tacit issuer restored --published published
  tacit issuer record --operator operator.pub --out changsha.record.json
  tacit issuer publish --published published
and the trust operator takes the new record:
  tacit trust add-issuer --record changsha.record.json
  tacit trust publish --published published

It makes a new credential key, retires every other one, and takes over the revocations of the newest \
publication, which must be in the published directory: today's, not the one from the same backup. Every \
credential ends with that trust list, also of people whom the backup knows: `tacit issuer reissue` signs \
theirs, and pseudonyms stay. Whoever was enrolled since the backup is enrolled again, and may bring another \
wallet; whoever was re-bound since is re-bound again. Bringing back registry.sqlite alone, delete registry.sqlite-wal and registry.sqlite-shm first.";

const ENROL_ABOUT: &str = "\
Enrol one resident, or many, and sign their credentials.

One:
  tacit issuer enrol --document li.json --request li.enrol.json \\
                     --out li.credential.json

Many:
  tacit issuer enrol --batch day.jsonl --out credentials.jsonl

A batch has one line for each person, and the output one line for each:
  {\"document\": {...}, \"request\": {...}}
  {\"line\": 1, \"credential\": {...}}   or   {\"line\": 2, \"error\": {...}}

A bad line stops nobody but itself; a batch of which nobody was enrolled ends with exit code 1. A person \
who is enrolled already is refused; use `reissue` for a new document, `rebind` for a new holder key.";
