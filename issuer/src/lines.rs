//! The lines of a batch file, in bounded memory.
use std::io::{self, BufRead, Read};

/// Most bytes of a line: a document with 16 extras of 128 KiB needs 12 MiB where every character is escaped.
pub(crate) const LINE_MAX: usize = 16 << 20;

/// The lines of an input, without their ends; `None` for one of more than `limit` bytes, which is skipped.
pub(crate) struct Lines<R> {
    input: R,
    limit: usize,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(input: R, limit: usize) -> Self {
        Self { input, limit }
    }

    fn read(&mut self) -> io::Result<Option<Option<Vec<u8>>>> {
        let mut line = Vec::new();
        // The limit and the line's end.
        if (&mut self.input).take(self.limit as u64 + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if line.len() > self.limit {
            self.skip()?;
            return Ok(Some(None));
        }
        Ok(Some(Some(line)))
    }

    /// To the end of the line.
    fn skip(&mut self) -> io::Result<()> {
        loop {
            let piece = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                piece => piece?,
            };
            let end = piece.iter().position(|byte| *byte == b'\n');
            let read = end.map_or(piece.len(), |end| end + 1);
            self.input.consume(read);
            if end.is_some() || read == 0 {
                return Ok(());
            }
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<Option<Vec<u8>>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[test]
    fn a_line_that_is_too_long_is_skipped_alone() {
        let text = "four\n\nfive5\nfour\nlonger than any buffer\nx\nfour";
        for capacity in [1, 3, 100] {
            let input = BufReader::with_capacity(capacity, text.as_bytes());
            let lines: Vec<_> = Lines::new(input, 4).map(Result::unwrap).collect();
            let some = |text: &str| Some(text.as_bytes().to_vec());
            let expected = [some("four"), some(""), None, some("four"), None, some("x"), some("four")];
            assert_eq!(lines, expected, "{capacity}");
        }
        let lines: Vec<_> = Lines::new("x\nfive5".as_bytes(), 4).map(Result::unwrap).collect();
        assert_eq!(lines, [Some(b"x".to_vec()), None]);
    }
}
