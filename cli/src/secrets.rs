//! Where secrets come from: a file, the environment, or a question at the terminal; never the command line itself,
//! which other processes can read.

use std::env;
use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::args::PassphraseSource;
use crate::error::{Cause, CliError};

/// No file with a secret is larger.
const LARGEST: u64 = 1 << 14;

/// A secret text, wiped when dropped.
pub(crate) type Secret = Zeroizing<String>;

/// The passphrase of an existing wallet.
pub(crate) fn passphrase(source: &PassphraseSource) -> Result<Secret, CliError> {
    obtain(&PASSPHRASE, source.passphrase_file.as_deref())
}

/// The passphrase of a new wallet, asked for twice at a terminal.
pub(crate) fn new_wallet_passphrase(source: &PassphraseSource) -> Result<Secret, CliError> {
    obtain_twice(&PASSPHRASE, source.passphrase_file.as_deref())
}

/// The passphrase that replaces another.
pub(crate) fn replacement_passphrase(file: Option<&Path>) -> Result<Secret, CliError> {
    obtain_twice(&NEW_PASSPHRASE, file)
}

/// The loss code.
pub(crate) fn loss_code(file: Option<&Path>) -> Result<Secret, CliError> {
    obtain(&LOSS_CODE, file)
}

/// The recovery phrase; from a file, all of its lines.
pub(crate) fn recovery_phrase(file: Option<&Path>) -> Result<Secret, CliError> {
    match file {
        Some(path) => {
            let text = read(path)?;
            let words: Vec<&str> = text.split_whitespace().collect();
            Ok(Zeroizing::new(words.join(" ")))
        }
        None => obtain(&RECOVERY_PHRASE, None),
    }
}

/// Something random that a contributor to a trusted setup types, or sends to standard input.
pub(crate) fn entropy(from_stdin: bool) -> Result<Secret, CliError> {
    let text = if from_stdin {
        let mut text = Zeroizing::new(String::with_capacity(LARGEST as usize + 1));
        let stdin = Path::new("standard input");
        io::stdin().take(LARGEST + 1).read_to_string(&mut text).map_err(CliError::read(stdin))?;
        text
    } else {
        ask(&ENTROPY, ENTROPY.question)?
    };
    not_empty(&ENTROPY, text)
}

struct Kind {
    what: &'static str,
    variable: &'static str,
    question: &'static str,
    how: &'static str,
}

const PASSPHRASE: Kind = Kind {
    what: "passphrase",
    variable: "TACIT_PASSPHRASE",
    question: "Wallet passphrase: ",
    how: "Give --passphrase-file FILE or set TACIT_PASSPHRASE.",
};
const NEW_PASSPHRASE: Kind = Kind {
    what: "new passphrase",
    variable: "TACIT_NEW_PASSPHRASE",
    question: "New passphrase: ",
    how: "Give --new-passphrase-file FILE or set TACIT_NEW_PASSPHRASE.",
};
const LOSS_CODE: Kind = Kind {
    what: "loss code",
    variable: "TACIT_LOSS_CODE",
    question: "Loss code (say it to the issuer if this ID is lost): ",
    how: "Give --loss-code-file FILE or set TACIT_LOSS_CODE.",
};
const RECOVERY_PHRASE: Kind = Kind {
    what: "recovery phrase",
    variable: "TACIT_RECOVERY_PHRASE",
    question: "Recovery phrase, 24 words: ",
    how: "Give --phrase-file FILE or set TACIT_RECOVERY_PHRASE.",
};

const ENTROPY: Kind = Kind {
    what: "random text",
    variable: "",
    question: "Type something random, the longer the better (it is not shown): ",
    how: "Run this at a terminal, or give --entropy-stdin and send some to standard input.",
};

fn obtain(kind: &Kind, file: Option<&Path>) -> Result<Secret, CliError> {
    match given(kind, file)? {
        Some(secret) => not_empty(kind, secret),
        None => not_empty(kind, ask(kind, kind.question)?),
    }
}

fn obtain_twice(kind: &Kind, file: Option<&Path>) -> Result<Secret, CliError> {
    if let Some(secret) = given(kind, file)? {
        return not_empty(kind, secret);
    }
    let first = not_empty(kind, ask(kind, kind.question)?)?;
    let second = ask(kind, "Once more: ")?;
    if *first == *second { Ok(first) } else { Err(CliError::EntriesDiffer) }
}

fn given(kind: &Kind, file: Option<&Path>) -> Result<Option<Secret>, CliError> {
    if let Some(path) = file {
        let text = read(path)?;
        return Ok(Some(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned())));
    }
    Ok(env::var(kind.variable).ok().map(Zeroizing::new))
}

/// A whole file of secrets, of a size that somebody can have written.
fn read(path: &Path) -> Result<Secret, CliError> {
    let file = fs::File::open(path).map_err(CliError::read(path))?;
    // Reserved at once, so that no growth leaves a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(LARGEST as usize + 1));
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(CliError::read(path))?;
    if text.len() as u64 > LARGEST {
        let cause: Cause = "it is larger than 16 KiB; name the right file".into();
        return Err(CliError::Malformed { path: path.to_owned(), what: "a file with a secret", cause });
    }
    Ok(text)
}

fn ask(kind: &Kind, question: &str) -> Result<Secret, CliError> {
    if !io::stdin().is_terminal() {
        return Err(CliError::SecretMissing { what: kind.what, how: kind.how });
    }
    rpassword::prompt_password(question)
        .map(Zeroizing::new)
        .map_err(|_| CliError::SecretMissing { what: kind.what, how: kind.how })
}

fn not_empty(kind: &Kind, secret: Secret) -> Result<Secret, CliError> {
    if secret.is_empty() { Err(CliError::EmptySecret(kind.what)) } else { Ok(secret) }
}
