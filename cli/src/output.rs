//! The output layer: text for people, one JSON object for scripts.
//!
//! A command returns a [`Report`] that holds both; `main` prints one of them. With `--json` standard output carries
//! exactly one object whatever happens: `{"ok": true, ...}` or `{"ok": false, "error": {code, message, exit}}`.
//! Colours only on a terminal that does not refuse them (`NO_COLOR`).

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use serde_json::{Map, Value, json};

use crate::error::CliError;

/// What a command has to say.
pub(crate) struct Report {
    text: String,
    json: Map<String, Value>,
}

impl Report {
    /// A report whose text starts with this line.
    pub(crate) fn new(line: impl Display) -> Self {
        Self { text: format!("{line}\n"), json: Map::new() }
    }

    /// One more line of text.
    pub(crate) fn line(mut self, line: impl Display) -> Self {
        self.text.push_str(&format!("{line}\n"));
        self
    }

    /// One more key of the JSON object.
    pub(crate) fn key(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.json.insert(key.to_owned(), value.into());
        self
    }
}

/// Where output goes and in which form.
#[derive(Clone, Copy)]
pub(crate) struct Output {
    json: bool,
    progress: bool,
    colour: bool,
}

impl Output {
    /// From the global options and the terminal.
    pub(crate) fn new(json: bool, no_progress: bool) -> Self {
        let colour =
            !json && io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        Self { json, progress: !json && !no_progress && io::stderr().is_terminal(), colour }
    }

    /// Whether the one JSON object is wanted.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Whether nothing but text is printed: a script reads it, or colours are refused.
    pub(crate) fn is_plain(self) -> bool {
        self.json || std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty())
    }

    /// Whether progress bars are shown.
    pub(crate) fn shows_progress(self) -> bool {
        self.progress
    }

    /// Prints a command's result.
    pub(crate) fn print(self, report: Report) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            let mut object = Map::new();
            object.insert("ok".into(), true.into());
            object.extend(report.json);
            serde_json::to_writer_pretty(&mut out, &Value::Object(object))?;
            writeln!(out)?;
        } else {
            out.write_all(report.text.as_bytes())?;
        }
        out.flush()
    }

    /// Prints why a command failed; `detail` goes into the JSON object beside the error.
    pub(crate) fn print_error(self, error: &CliError, detail: Map<String, Value>) {
        if self.json {
            let mut object = Map::new();
            object.insert("ok".into(), false.into());
            object.insert(
                "error".into(),
                json!({ "code": error.code(), "message": error.to_string(), "exit": error.exit().code() }),
            );
            object.extend(detail);
            println!("{:#}", Value::Object(object));
        } else {
            let mark = if io::stderr().is_terminal() { "\x1b[1;31merror:\x1b[0m" } else { "error:" };
            eprintln!("{mark} {error}");
        }
    }

    /// A warning, on standard error so that it never mixes with results.
    pub(crate) fn warn(self, message: impl Display) {
        if !self.json {
            let mark = if io::stderr().is_terminal() { "\x1b[1;33mwarning:\x1b[0m" } else { "warning:" };
            eprintln!("{mark} {message}");
        }
    }

    /// Text in a style, where styles are shown.
    pub(crate) fn paint(self, style: Style, text: impl Display) -> String {
        if self.colour { format!("\x1b[{}m{text}\x1b[0m", style.code()) } else { text.to_string() }
    }
}

/// How a piece of text looks on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Titles.
    Bold,
    /// Details.
    Dim,
    /// What went as it should.
    Good,
    /// What did not.
    Bad,
    /// What to notice.
    Notice,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Good => "32",
            Self::Bad => "1;31",
            Self::Notice => "33",
        }
    }
}

/// A duration in the unit that reads best.
pub(crate) fn milliseconds(duration: std::time::Duration) -> String {
    let ms = duration.as_secs_f64() * 1e3;
    match ms {
        ms if ms < 0.001 => "under 1 µs".to_owned(),
        ms if ms < 0.1 => format!("{:.0} µs", ms * 1e3),
        ms if ms < 10.0 => format!("{ms:.1} ms"),
        ms if ms < 1000.0 => format!("{ms:.0} ms"),
        ms => format!("{:.1} s", ms / 1e3),
    }
}

/// Milliseconds as a number for JSON, to the microsecond.
pub(crate) fn millis(duration: std::time::Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// A number of bytes for people, to a tenth of a million.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// An integer in groups of three digits.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(66_060_288), "66,060,288");
        assert_eq!(megabytes(52_842_880), "52.8 MB");
        assert_eq!(milliseconds(Duration::from_nanos(300)), "under 1 µs");
        assert_eq!(milliseconds(Duration::from_micros(50)), "50 µs");
        assert_eq!(milliseconds(Duration::from_micros(1_234)), "1.2 ms");
        assert_eq!(milliseconds(Duration::from_millis(345)), "345 ms");
        assert_eq!(milliseconds(Duration::from_millis(2_345)), "2.3 s");
    }
}
