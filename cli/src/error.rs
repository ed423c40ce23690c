//! What can go wrong with a command, and the exit code that scripts see.
//!
//! The libraries' errors keep their own words, which say what to do next; here they are only sorted by exit code. The
//! machine-readable `code` of an error is the name of its variant in kebab-case (`challenge-used`).

use std::error::Error as StdError;
use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};

/// Exit codes; the table in `tacit --help` is the documentation.
pub(crate) mod exit {
    /// What was checked does not hold, or the operation is not allowed.
    pub(crate) const REFUSED: u8 = 1;
    /// A file or directory cannot be read or written.
    pub(crate) const INPUT_OUTPUT: u8 = 3;
    /// A file was read but is not what it should be.
    pub(crate) const MALFORMED: u8 = 4;
    /// Passphrase missing or wrong.
    pub(crate) const PASSPHRASE: u8 = 5;
    /// Consent was not given.
    pub(crate) const CONSENT: u8 = 6;
}

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
    /// A file is not what it should be.
    #[error("{} is not {what}: {cause}. Check that it is the right file and was not cut short.", path.display())]
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
        exit: u8,
    },
}

impl CliError {
    /// The process's exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Read { .. }
            | Self::Write { .. }
            | Self::KeyMissing(_)
            | Self::Occupied(_)
            | Self::OutputClosed => exit::INPUT_OUTPUT,
            Self::Malformed { .. } => exit::MALFORMED,
            Self::Argument { .. } => 2,
            Self::SecretMissing { .. } | Self::EntriesDiffer | Self::EmptySecret(_) | Self::Passphrase(_) => {
                exit::PASSPHRASE
            }
            Self::ConsentDeclined | Self::ConsentImpossible => exit::CONSENT,
            Self::DemoDiffers(_) | Self::DevelopmentKey(_) => exit::REFUSED,
            Self::Interrupted(signal) => 128 | signal,
            Self::Refused { exit, .. } => *exit,
        }
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
    CliError::Refused { code: variant_name(&error), exit: exit_of(&error), message: explain(&error) }
}

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

fn exit_of(error: &(dyn StdError + 'static)) -> u8 {
    let mut current = Some(error);
    while let Some(error) = current {
        if error.is::<io::Error>() {
            return exit::INPUT_OUTPUT;
        }
        if error.is::<serde_json::Error>() {
            return exit::MALFORMED;
        }
        current = error.source();
    }
    exit::REFUSED
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
        assert_eq!(refused(Example::ChallengeUsed).exit_code(), exit::REFUSED);
        let io = refused(Example::from(io::Error::other("disk full")));
        assert_eq!(io.exit_code(), exit::INPUT_OUTPUT);
        assert!(io.to_string().contains("disk full"), "{io}");
    }
}
