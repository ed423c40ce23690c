//! QR codes at the edge: read from pictures, written to pictures and terminals.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde_json::{Value, json};
use tacit_credential::presentation::Presentation;
use tacit_qr::{Code, CodeError, Ink, Question, ReadError};

use crate::error::{CliError, variant_name};
use crate::exit::Exit;
use crate::files;
use crate::output::{Output, Report};

/// Where a code is drawn.
#[derive(Clone, Debug)]
pub(crate) enum Canvas {
    /// Standard output.
    Terminal,
    /// A file, whose name says whether it is a PNG or an SVG.
    File(PathBuf),
}

impl FromStr for Canvas {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if text == "-" { Self::Terminal } else { Self::File(text.into()) })
    }
}

/// A code that was drawn.
pub(crate) struct Drawn {
    description: Value,
    in_words: String,
    /// What a terminal is to show.
    text: Option<String>,
}

impl Canvas {
    /// Fails early where the file's name says nothing of the format.
    pub(crate) fn check(&self) -> Result<(), CliError> {
        match self {
            Self::File(path) if !is(path, "png") && !is(path, "svg") => Err(CliError::Refused {
                code: "qr-format".to_owned(),
                message: format!(
                    "{}: a QR code is written as PNG or SVG; let the file's name end in .png or .svg, or draw it here with -",
                    path.display()
                ),
                exit: Exit::Usage,
            }),
            _ => Ok(()),
        }
    }

    /// Draws a code, into a file for the owner's eyes only.
    pub(crate) fn draw(&self, code: &Code, output: Output) -> Result<Drawn, CliError> {
        let mut text = None;
        let file = match self {
            Self::Terminal => {
                let ink = if output.is_plain() { Ink::Blocks } else { Ink::Colours };
                text = Some(code.to_text(ink));
                let wide = terminal_size::terminal_size()
                    .is_none_or(|(width, _)| usize::from(width.0) >= code.columns());
                if !output.is_json() && !wide {
                    output.warn(format_args!(
                        "the code needs {} columns; widen the terminal and run this again, or draw it into a .png",
                        code.columns()
                    ));
                }
                None
            }
            Self::File(path) => {
                self.check()?;
                let bytes = if is(path, "png") { code.to_png() } else { code.to_svg().into_bytes() };
                files::write_secret(path, &bytes)?;
                Some(path.display().to_string())
            }
        };
        let size = format!("version {}, error correction {}", code.version(), code.error_correction());
        let in_words = match &file {
            Some(file) => format!("QR code in {file}: {} bytes, {size}", code.content_bytes()),
            None => format!("QR code: {} bytes, {size}", code.content_bytes()),
        };
        let description = json!({
            "file": file,
            "bytes": code.content_bytes(),
            "version": code.version().get(),
            "modules": code.version().modules(),
            "error_correction": code.error_correction().to_string(),
            "text": code.text(),
            "drawing": text,
        });
        Ok(Drawn { description, in_words, text })
    }
}

impl Drawn {
    /// Adds the drawing, its size in words, and the key `qr`.
    pub(crate) fn into(self, mut report: Report) -> Report {
        if let Some(text) = &self.text {
            report = report.line("").line(text.trim_end_matches('\n')).line("");
        }
        report.line(self.in_words).key("qr", self.description)
    }
}

/// The presentation in a picture.
pub(crate) fn read_presentation(path: &Path) -> Result<Presentation, CliError> {
    tacit_qr::read_presentation(&files::read(path)?).map_err(unread(path))
}

/// The request, or its address, in a picture.
pub(crate) fn read_question(path: &Path) -> Result<Question, CliError> {
    tacit_qr::read_question(&files::read(path)?).map_err(unread(path))
}

/// For `map_err`: more than a code holds.
pub(crate) fn too_large(error: CodeError) -> CliError {
    CliError::Refused {
        code: format!("qr-{}", variant_name(&error)),
        message: format!("{error}. The file is named by --out."),
        exit: Exit::Refused,
    }
}

/// `picture-damaged`, `qr-no-code`, `qr-foreign`, ...
fn unread(path: &Path) -> impl FnOnce(ReadError) -> CliError + '_ {
    move |error| {
        let code = match &error {
            ReadError::Picture(cause) => format!("picture-{}", variant_name(cause)),
            ReadError::Content(cause) => format!("qr-{}", variant_name(cause)),
            other => format!("qr-{}", variant_name(other)),
        };
        CliError::Refused { code, message: format!("{}: {error}.", path.display()), exit: Exit::Malformed }
    }
}

fn is(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|other| other.eq_ignore_ascii_case(extension))
}
