//! TOML that people wrote, read with errors that say where and what is wrong.

use alloc::boxed::Box;
use core::fmt;

use serde::de::DeserializeOwned;

/// Why text is not the TOML that was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TomlFault {
    line: usize,
    column: usize,
    source: Box<toml::de::Error>,
}

/// Reads a value of this shape from a whole text.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, TomlFault> {
    toml::from_str(text).map_err(|source| {
        let before = &text[..source.span().map_or(0, |span| span.start.min(text.len()))];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        TomlFault { line, column, source: Box::new(source) }
    })
}

impl TomlFault {
    /// The line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column, in characters from 1.
    pub fn column(&self) -> usize {
        self.column
    }
}

/// A field that can be none of ours is not named, as it may be a value of another file.
impl fmt::Display for TomlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.source.message();
        write!(f, "line {}, column {}: ", self.line, self.column)?;
        match message.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`')) {
            Some((name, rest)) if !name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_') => {
                write!(f, "unknown field{rest}")?;
            }
            _ => f.write_str(message)?,
        }
        f.write_str("; correct it there")
    }
}

impl core::error::Error for TomlFault {}
