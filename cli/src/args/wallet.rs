//! `tacit wallet`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{OperatorArgument, PassphraseSource, Proving, PublishedArgument};
use crate::qr::Canvas;

pub(super) const ABOUT: &str = "\
The holder's wallet: an encrypted directory with the holder secret and credentials.

Write down the 24 words that `init` prints; take the enrolment request to the issuer, who gives you the \
credential.
  tacit wallet init --wallet w
  tacit wallet enrol-request --wallet w --out me.enrol.json
  tacit wallet add --wallet w --credential me.credential.json
  tacit wallet update --wallet w --operator operator.pub
  tacit wallet present --wallet w --request hotel.request.json --out answer

`update` fetches whole status chunks on your schedule and never because of a request, so whoever serves \
the files does not learn whose ID it is nor when it is used. `present` shows what will be proved and what \
will be disclosed, and asks.

The first `present` prepares the proving key, a second's work, and keeps the result (about 50 MB) in the \
wallet's directory. The wallet remembers which key it was; from then on each `update` prepares most of the \
next proofs, encrypted like the rest. `update --proving-key FILE` does so before the first `present`.";

/// `tacit wallet`.
#[derive(Args)]
pub(crate) struct Wallet {
    /// The wallet's directory.
    #[arg(long, value_name = "DIR", env = "TACIT_WALLET", global = true, default_value = "wallet")]
    pub(crate) wallet: PathBuf,
    /// Read the wallet's passphrase from the first line of this file [otherwise: TACIT_PASSPHRASE, or asked for].
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// What the holder does.
    #[command(subcommand)]
    pub(crate) command: WalletCommand,
}

/// What a holder does.
#[derive(Subcommand)]
pub(crate) enum WalletCommand {
    /// Make a wallet and its 24-word recovery phrase.
    Init,
    /// Make a wallet from a recovery phrase: same holder key, same pseudonyms.
    Restore {
        /// Read the 24 words from this file [otherwise asked for].
        #[arg(long, value_name = "FILE")]
        phrase_file: Option<PathBuf>,
    },
    /// Write an enrolment request: the holder key, and a loss code that only you know.
    EnrolRequest {
        /// Where the request goes.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Read the loss code from this file [otherwise: TACIT_LOSS_CODE, or asked for].
        #[arg(long, value_name = "FILE")]
        loss_code_file: Option<PathBuf>,
    },
    /// Take in a credential that the issuer signed.
    Add {
        /// The credential (JSON).
        #[arg(long, value_name = "FILE")]
        credential: PathBuf,
        /// Replace the one of the same document although it is good in the newest epoch.
        #[arg(long)]
        replace: bool,
    },
    /// Take in newly published trust and status lists, and prepare the next proofs.
    Update {
        #[command(flatten)]
        published: PublishedArgument,
        #[command(flatten)]
        operator: OperatorArgument,
        #[command(flatten)]
        proving: Proving,
    },
    /// List credentials, one line each.
    List,
    /// Show everything that a credential says.
    Show {
        /// Which one: its number in `wallet list`.
        #[arg(default_value_t = 1)]
        number: u32,
    },
    /// Answer a request: see what is asked, agree, prove.
    #[command(long_about = PRESENT_ABOUT)]
    Present(Present),
    /// What was shown to whom: list it, or forget it.
    History {
        /// Forget entries: `all`, the number of one, or a date before which all are forgotten (YYYY-MM-DD).
        #[arg(long, value_name = "WHICH")]
        forget: Option<String>,
    },
    /// Change the passphrase.
    Passphrase {
        /// Read the new passphrase from the first line of this file [otherwise: TACIT_NEW_PASSPHRASE, or asked for].
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
}

const PRESENT_ABOUT: &str = "\
Answer a verifier's request.

Shows who asks, what will be proved and what will be disclosed, and asks for consent. Scripts agree with \
--yes; without a terminal and without --yes the answer is no (exit code 6). A request that no credential \
satisfies is refused with the clause that fails, before any proof is attempted.

Warns of what gives something away (an age range that is nearly a birth date, a single county) and of whatever \
goes beyond the verifier's certificate, which needs a yes of its own. What you agree to is written into the \
wallet's history before it leaves: `tacit wallet history`.

  tacit wallet present hotel.request.json --out answer.json

A link or an address is fetched, and the answer is posted to where it came from:
  tacit wallet present 'openid4vp://?client_id=…&request_uri=…'
  tacit wallet present https://hotel.example/r/8Jm2xQ

At a desk without a network, the request is photographed from a QR code, and the answer is shown as another:
  tacit wallet present --qr photograph.jpg --qr-out answer.png
  tacit wallet present --qr photograph.jpg --qr-out -";

/// `tacit wallet present`.
#[derive(Args)]
pub(crate) struct Present {
    /// The verifier's signed request: a file (JSON or the compact binary form), an openid4vp:// link, or the address of a request at a verifier's service.
    #[arg(value_name = "REQUEST", required_unless_present_any = ["request", "qr"])]
    positional: Option<String>,
    /// The same, for scripts.
    #[arg(long, value_name = "REQUEST", conflicts_with = "positional")]
    request: Option<String>,
    /// Read the request, or the link to it, from the QR code in this picture: a photograph or screenshot, PNG or JPEG.
    #[arg(long, value_name = "IMAGE", conflicts_with_all = ["positional", "request"])]
    pub(crate) qr: Option<PathBuf>,
    /// Where the presentation goes; a request from a file or picture needs this or --qr-out, otherwise it is a copy.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Draw the presentation as a QR code: into FILE.png or FILE.svg, or here (-).
    #[arg(long, value_name = "FILE")]
    pub(crate) qr_out: Option<Canvas>,
    /// If you decline or cannot answer, tell the verifier that there will be no answer (not why).
    #[arg(long)]
    pub(crate) notify_refusal: bool,
    /// Write the compact binary form instead of JSON.
    #[arg(long)]
    pub(crate) binary: bool,
    #[command(flatten)]
    pub(crate) proving: Proving,
    /// Which credential: its number in `wallet list` [default: the first that satisfies the request].
    #[arg(long, value_name = "NUMBER")]
    pub(crate) credential: Option<u32>,
    /// Which further attributes to open if the request asks for them, by label [default: all].
    #[arg(long, value_name = "LABELS", value_delimiter = ',')]
    pub(crate) extras: Option<Vec<String>>,
    /// Agree without being asked.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Answer a verifier whom the trust operator has not certified.
    #[arg(long)]
    pub(crate) allow_uncertified: bool,
    /// Answer a request that goes beyond what the trust operator lets its verifier ask; --yes alone does not.
    #[arg(long)]
    pub(crate) allow_beyond_certificate: bool,
}

impl Present {
    /// The request as it was named; the grammar demands one.
    pub(crate) fn request(&self) -> &str {
        self.positional.as_deref().or(self.request.as_deref()).unwrap_or_default()
    }
}

impl Wallet {
    /// Where the passphrase comes from.
    pub(crate) fn passphrase(&self) -> PassphraseSource {
        PassphraseSource { passphrase_file: self.passphrase_file.clone() }
    }
}
