//! `tacit issuer enrol --batch`: JSON lines in, a result for each line out, both streamed.

use core::ops::ControlFlow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use rand::rngs::OsRng;
use serde_json::{Value, json};
use tacit_credential::credential::Credential;
use tacit_issuer::{Actor, BatchCause, BatchError, EnrolError, EnrolSummary, Issuer as Bureau};

use super::handover::Lost;
use super::now;
use crate::error::{CliError, explain, refused, refused_in, variant_name};
use crate::files;
use crate::output::{Output, Report, grouped};
use crate::progress;

/// Enrols everybody in the file `batch`, line by line, and writes the results to the file `out`.
pub(super) fn enrol_batch(
    bureau: &mut Bureau,
    dir: &Path,
    (batch, out): (&Path, &Path),
    officer: &Actor,
    output: Output,
) -> Result<Report, CliError> {
    let open = || File::open(batch).map(BufReader::new).map_err(CliError::read(batch));
    let lines = count_lines(open()?).map_err(CliError::read(batch))?;
    if lines == 0 {
        return Err(CliError::EmptyBatch(batch.to_owned()));
    }
    let input = open()?;
    let mut results = files::create_secret(out)?;
    let bar = progress::bar(output, lines, "enrolling");
    let summary = enrol_into(bureau, dir, input, (&mut results, out), officer, || bar.inc(1));
    bar.finish_and_clear();
    let summary = summary?;
    results.sync_all().map_err(|source| refused(Lost::ResultsUnsure { path: out.to_owned(), source }))?;
    if summary.enrolled == 0 {
        return Err(CliError::NobodyEnrolled { refused: summary.refused, file: out.to_owned() });
    }
    Ok(Report::new(format_args!(
        "{} enrolled, {} refused",
        grouped(summary.enrolled as u64),
        grouped(summary.refused as u64)
    ))
    .line(format_args!("results by line in {}", out.display()))
    .key("enrolled", summary.enrolled)
    .key("refused", summary.refused)
    .key("file", out.display().to_string()))
}

/// How many lines are not blank, in the memory of one buffer, however long file and lines are.
fn count_lines(mut input: impl BufRead) -> io::Result<u64> {
    let (mut lines, mut blank) = (0, true);
    loop {
        let piece = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            piece => piece?,
        };
        if piece.is_empty() {
            return Ok(lines);
        }
        for byte in piece {
            if *byte == b'\n' {
                blank = true;
            } else if blank && !byte.is_ascii_whitespace() {
                blank = false;
                lines += 1;
            }
        }
        let read = piece.len();
        input.consume(read);
    }
}

/// Enrols line by line and writes each result unbuffered, so that it is known which ones were written when one cannot be.
fn enrol_into(
    bureau: &mut Bureau,
    dir: &Path,
    input: impl BufRead,
    (results, path): (&mut impl Write, &Path),
    officer: &Actor,
    tick: impl Fn(),
) -> Result<EnrolSummary, CliError> {
    let mut failure = None;
    let summary = bureau.enrol_lines(input, officer, now(), &mut OsRng, |line, outcome| {
        tick();
        let text = format!("{}\n", result_line(line, &outcome));
        match results.write_all(text.as_bytes()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(source) => {
                failure = Some((line, source));
                ControlFlow::Break(())
            }
        }
    });
    match (summary, failure) {
        (Err(BatchError { next_line, cause: BatchCause::Stopped }), Some((line, source))) => {
            let path = path.to_owned();
            Err(refused(Lost::ResultsUnwritten { path, line, last: next_line - 1, next_line, source }))
        }
        (summary, _) => summary.map_err(refused_in(dir)),
    }
}

fn result_line(line: usize, outcome: &Result<Credential, EnrolError>) -> Value {
    match outcome {
        Ok(credential) => json!({ "line": line, "credential": credential }),
        Err(error) => {
            json!({ "line": line, "error": { "code": variant_name(error), "message": explain(error) } })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use tacit_credential::credential::IssuerId;
    use tacit_credential::region::Jurisdiction;

    use super::*;
    use crate::exit::Exit;

    /// Longer than what is read whole (256 MiB), and never in memory.
    #[test]
    fn lines_are_counted_however_long_the_file() {
        let line = [b'x'; 1 << 20];
        let long = (0..300).fold(Box::new(io::empty()) as Box<dyn Read>, |input, _| {
            Box::new(input.chain(&line[..]).chain(&b"\n \r\n"[..]))
        });
        assert_eq!(count_lines(BufReader::with_capacity(1 << 16, long)).unwrap(), 300);
        for (text, lines) in [("", 0), ("\n\n \t\r\n", 0), ("a", 1), (" a b\n\nc\n", 2), ("a\nb", 2)] {
            for capacity in [1, 2, 100] {
                let input = BufReader::with_capacity(capacity, text.as_bytes());
                assert_eq!(count_lines(input).unwrap(), lines, "{text:?}");
            }
        }
    }

    #[test]
    fn results_that_cannot_be_written_stop_the_batch_and_are_named() {
        /// Room for one write.
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 += 1;
                if self.0 > 1 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(bytes.len()) }
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let home = tempfile::tempdir().unwrap();
        let officer = Actor::new("officer").unwrap();
        let id = IssuerId::new("bureau").unwrap();
        let (place, hunan) = (home.path().join("bureau"), Jurisdiction::parse(["Hunan"]).unwrap());
        let mut bureau = Bureau::init(&place, id, "Bureau", hunan, &officer, now(), &mut OsRng).unwrap();
        let input = "bad\n".repeat(3_000);
        let mut results = Full(0);
        let out = Path::new("results.jsonl");
        let error =
            enrol_into(&mut bureau, home.path(), input.as_bytes(), (&mut results, out), &officer, || ())
                .unwrap_err();
        assert_eq!((error.exit(), error.code().as_str()), (Exit::InputOutput, "results-unwritten"));
        let message = error.to_string();
        for part in ["before line 2.", "lines 2 to 2048 ", "reissue", "go on from line 2049 "] {
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(results.0, 2, "written to after it was full");
    }
}
