//! What can go wrong with a command, in words: one clause says what is wrong, one says what to do next.
//!
//! The libraries' errors keep their own words ("what is wrong; what to do"); [`crate::exit`] sorts them. The
//! machine-readable `code` of an error is the name of its variant in kebab-case (`challenge-used`).
//!
//! No error holds personal data: files about people are read by [`tacit_credential::json`], and a document number on the
//! command line is an [`CliError::Unusable`] argument, whose value is not kept.

use std::error::Error as StdError;
use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

use serde_json::{Map, Value};

use crate::exit::Exit;

/// An error as libraries return it.
pub(crate) type Cause = Box<dyn StdError + Send + Sync>;

/// A command that did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum CliError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}. Check the path and its permissions.", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file or directory cannot be written.
    #[error("cannot write {}: {source}. Check that the directory exists, is writable and has room.", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No key file.
    #[error("there is no key at {}; name the right file, or make development keys with `tacit setup`.", .0.display())]
    KeyMissing(PathBuf),
    /// A development key where nobody asked for one.
    #[error("{} is a development key, whose maker can forge proofs. Use a ceremony's key; while you are trying things out, --accept-development-key accepts it.", .0.display())]
    DevelopmentKey(PathBuf),
    /// A place that must be new is taken.
    #[error("{} exists and is not empty; name a new or an empty directory.", .0.display())]
    Occupied(PathBuf),
    /// A file that must be new is there already.
    #[error("{} exists already and is not overwritten; name another --out, or move it away.", .0.display())]
    FileExists(PathBuf),
    /// A file is not what it should be.
    #[error("{} is not {what}: {cause}{}.", path.display(), hint(cause))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// What the parser said.
        cause: Cause,
    },
    /// An argument that the grammar could not check.
    #[error("{what} `{value}` is not usable: {cause}.")]
    Argument {
        /// Which argument.
        what: &'static str,
        /// As given.
        value: String,
        /// What the parser said.
        cause: Cause,
    },
    /// An argument that is not usable and may be personal: it is not repeated.
    #[error("{what} is not usable: {cause}.")]
    Unusable {
        /// Which argument.
        what: &'static str,
        /// What the parser said.
        cause: Cause,
    },
    /// A batch without a single success.
    #[error(
        "nobody was enrolled: all {refused} lines were refused. {} says why, line by line; mend them and try again with another --out.",
        file.display()
    )]
    NobodyEnrolled {
        /// Lines refused.
        refused: usize,
        /// The results.
        file: PathBuf,
    },
    /// A batch without a line.
    #[error("nobody was enrolled: {} holds no line. Check that it is the right file.", .0.display())]
    EmptyBatch(PathBuf),
    /// A proving key with a point of the wrong order.
    #[error("{} is not a proving key that can be trusted: {cause}. Fetch it again from whoever you trust with the ceremony.", path.display())]
    UnsafeKey {
        /// The file.
        path: PathBuf,
        /// What the check said.
        cause: Cause,
    },
    /// No passphrase, loss code or recovery phrase, and nobody to ask.
    #[error("no {what}, and no terminal to ask at. {how}")]
    SecretMissing {
        /// What is missing.
        what: &'static str,
        /// How to give it.
        how: &'static str,
    },
    /// The two entries of a new passphrase differ.
    #[error("the two entries differ; nothing was changed. Try again.")]
    EntriesDiffer,
    /// An empty secret.
    #[error("the {0} is empty; choose one that nobody guesses.")]
    EmptySecret(&'static str),
    /// The wallet does not open.
    #[error("{0}")]
    Passphrase(Cause),
    /// The holder said no.
    #[error("nothing was sent: you did not agree.")]
    ConsentDeclined,
    /// Nobody to ask.
    #[error(
        "nothing was sent: there is no terminal to ask for consent at. A script that may agree for the holder says --yes."
    )]
    ConsentImpossible,
    /// The request asks too much, and nobody said that this is all right.
    #[error(
        "nothing was sent: the request goes beyond its verifier's certificate, and --yes does not cover that. Who means to answer it says --allow-beyond-certificate."
    )]
    ConsentBeyondCertificate,
    /// A contribution to a trusted setup that does not hold.
    #[error("{message}")]
    BadContribution {
        /// 1 for powers of tau, 2 for the key of a circuit.
        phase: u8,
        /// Its number, from 1.
        number: usize,
        /// What is wrong.
        message: String,
    },
    /// The demonstration did not go as it should.
    #[error(
        "{} of the demonstration's outcomes differ from what they should be; please report this:{}",
        .0.len(), .0.iter().map(|line| format!("\n  ✗ {line}")).collect::<String>()
    )]
    DemoDiffers(Vec<String>),
    /// A signal, by its number.
    #[error("stopped by signal {0} before the end; nothing is left behind.")]
    Interrupted(u8),
    /// Whoever read standard output went away.
    #[error("standard output was closed before the end; nothing is left behind.")]
    OutputClosed,
    /// A library refused.
    #[error("{message}")]
    Refused {
        /// The variant's name in kebab-case.
        code: String,
        /// Its own words.
        message: String,
        /// By cause.
        exit: Exit,
    },
}

impl CliError {
    /// How the process ends.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Read { source, .. } | Self::Write { source, .. } => Exit::of(source),
            Self::KeyMissing(_) | Self::Occupied(_) | Self::FileExists(_) | Self::OutputClosed => {
                Exit::InputOutput
            }
            Self::Malformed { .. } | Self::UnsafeKey { .. } => Exit::Malformed,
            Self::Argument { .. } | Self::Unusable { .. } => Exit::Usage,
            Self::SecretMissing { .. } | Self::EntriesDiffer | Self::EmptySecret(_) | Self::Passphrase(_) => {
                Exit::Secret
            }
            Self::ConsentDeclined | Self::ConsentImpossible | Self::ConsentBeyondCertificate => Exit::Consent,
            Self::NobodyEnrolled { .. } | Self::DemoDiffers(_) | Self::DevelopmentKey(_) => Exit::Refused,
            Self::BadContribution { .. } => Exit::Refused,
            Self::EmptyBatch(_) => Exit::Malformed,
            Self::Interrupted(signal) => Exit::Stopped(*signal),
            Self::Refused { exit, .. } => *exit,
        }
    }

    /// What the JSON object says beside the error.
    pub(crate) fn detail(&self) -> Map<String, Value> {
        let mut detail = Map::new();
        if let Self::NobodyEnrolled { refused, file } = self {
            detail.insert("enrolled".into(), 0.into());
            detail.insert("refused".into(), (*refused).into());
            detail.insert("file".into(), file.display().to_string().into());
        }
        if let Self::BadContribution { phase, number, .. } = self {
            detail.insert("phase".into(), (*phase).into());
            detail.insert("contribution".into(), (*number).into());
        }
        detail
    }

    /// The machine-readable name.
    pub(crate) fn code(&self) -> String {
        match self {
            Self::Refused { code, .. } => code.clone(),
            other => variant_name(other),
        }
    }

    /// For `map_err`: a file that cannot be read.
    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Read { path: path.to_owned(), source }
    }

    /// For `map_err`: a file that cannot be written.
    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Write { path: path.to_owned(), source }
    }

    /// For `map_err`: a file that is not what it should be.
    pub(crate) fn malformed<'a, E: Into<Cause>>(
        path: &'a Path,
        what: &'static str,
    ) -> impl FnOnce(E) -> Self + 'a {
        move |cause| Self::Malformed { path: path.to_owned(), what, cause: cause.into() }
    }

    /// For `map_err`: an argument that is not usable and may be personal.
    pub(crate) fn unusable<E: Into<Cause>>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |cause| Self::Unusable { what, cause: cause.into() }
    }

    /// For `map_err`: an argument that is not usable.
    pub(crate) fn argument<'a, E: Into<Cause>>(
        what: &'static str,
        value: &'a str,
    ) -> impl FnOnce(E) -> Self + 'a {
        move |cause| Self::Argument { what, value: value.to_owned(), cause: cause.into() }
    }
}

/// For `map_err`: a library's refusal, sorted by what lies at its bottom.
pub(crate) fn refused<E: StdError + 'static>(error: E) -> CliError {
    CliError::Refused { code: variant_name(&error), exit: Exit::of(&error), message: explain(&error) }
}

/// For `map_err`: the same, of something in this folder, which an error about files names.
pub(crate) fn refused_in<E: StdError + 'static>(folder: &Path) -> impl Fn(E) -> CliError + '_ {
    move |error| {
        let (code, exit, mut message) = (variant_name(&error), Exit::of(&error), explain(&error));
        let place = folder.display().to_string();
        if matches!(exit, Exit::InputOutput | Exit::Malformed) && !message.contains(&place) {
            message = format!("in {place}: {message}");
        }
        CliError::Refused { code, exit, message }
    }
}

/// What to do about bytes that are not of the shape expected, where their own error says only what is wrong.
fn hint(cause: &Cause) -> &'static str {
    let cause: &(dyn StdError + 'static) = &**cause;
    if cause.is::<serde_json::Error>() || cause.is::<FromUtf8Error>() || cause.is::<NoHexKey>() {
        "; check that it is the right file and was not cut short"
    } else {
        ""
    }
}

/// A secret key's file holds something else; its content is not repeated.
#[derive(Debug, thiserror::Error)]
#[error("it does not hold 64 hex digits")]
pub(crate) struct NoHexKey;

/// The kebab-case name of an enum's variant, from its derived `Debug`; never any of its fields.
pub(crate) fn variant_name(error: &impl Debug) -> String {
    let debug = format!("{error:?}");
    let mut name = String::new();
    for c in debug.chars().take_while(char::is_ascii_alphanumeric) {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

/// The error's words, and those of its sources that it does not already say.
pub(crate) fn explain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let words = inner.to_string();
        if !text.contains(&words) {
            text.push_str("\n  because: ");
            text.push_str(&words);
        }
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Example {
        #[error("the challenge was used")]
        ChallengeUsed,
        #[error("reading failed")]
        Io(#[from] io::Error),
        #[error("number {0} is enrolled")]
        AlreadyEnrolled(String),
    }

    #[test]
    fn codes_name_the_variant_and_hide_the_fields() {
        assert_eq!(variant_name(&Example::ChallengeUsed), "challenge-used");
        assert_eq!(variant_name(&Example::AlreadyEnrolled("430102".into())), "already-enrolled");
    }

    #[test]
    fn exit_codes_follow_the_cause() {
        assert_eq!(refused(Example::ChallengeUsed).exit(), Exit::Refused);
        let io = refused(Example::from(io::Error::other("disk full")));
        assert_eq!(io.exit(), Exit::InputOutput);
        assert!(io.to_string().contains("disk full"), "{io}");
    }
}
