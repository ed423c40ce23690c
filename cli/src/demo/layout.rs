//! How wide the demonstration is, and how text is fitted into that.
//!
//! Widths are columns of a terminal: Chinese characters take two.

use std::io;

use terminal_size::{Width, terminal_size_of};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The widest that reads well.
const WIDEST: usize = 110;
/// Below this nothing is fitted any more: the terminal wraps.
const NARROWEST: usize = 60;
/// Where there is no terminal: files, pipes.
const WITHOUT_TERMINAL: usize = 100;

/// The width that lines are fitted into.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    width: usize,
}

impl Layout {
    /// As the terminal behind standard output has it.
    pub(crate) fn of_terminal() -> Self {
        let columns = terminal_size_of(io::stdout())
            .map_or(WITHOUT_TERMINAL, |(Width(columns), _)| usize::from(columns));
        Self::of(columns)
    }

    /// For so many columns.
    pub(crate) fn of(columns: usize) -> Self {
        Self { width: columns.clamp(NARROWEST, WIDEST) }
    }

    /// Columns of a line.
    pub(crate) fn width(self) -> usize {
        self.width
    }

    /// Text behind a margin of so many columns, broken at blanks.
    pub(crate) fn wrap(self, margin: usize, text: &str) -> Vec<String> {
        wrap(text, self.width.saturating_sub(margin))
    }

    /// The same for an item of a list: its further lines stand two columns to the right.
    pub(crate) fn wrap_item(self, margin: usize, text: &str) -> Vec<String> {
        let lines = self.wrap(margin + 2, text).into_iter().enumerate();
        lines.map(|(i, line)| if i == 0 { line } else { format!("  {line}") }).collect()
    }
}

/// Columns that a text takes.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// Breaks text into lines of at most `width` columns: at blanks, and within a word only where it alone is too long.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace().flat_map(|word| pieces(word, width)) {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(&word) <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// A word in pieces of at most `width` columns.
fn pieces(word: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for c in word.chars() {
        if let Some(piece) = pieces.last_mut() {
            if columns(piece) + c.width().unwrap_or(0) <= width || piece.is_empty() {
                piece.push(c);
            } else {
                pieces.push(c.to_string());
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_wrapped_at_blanks() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("", 5), Vec::<String>::new());
        assert_eq!(wrap("aa bbbbbbb", 4), ["aa", "bbbb", "bbb"]);
        assert_eq!(Layout::of(60).wrap_item(55, "aa bb cc"), ["aa", "  bb", "  cc"]);
    }

    #[test]
    fn chinese_characters_take_two_columns() {
        assert_eq!(columns("林晓雨"), 6);
        assert_eq!(wrap("林 晓 雨", 5), ["林 晓", "雨"]);
        assert_eq!(wrap("林晓雨", 4), ["林晓", "雨"]);
    }

    #[test]
    fn widths_are_kept_within_what_reads_well() {
        assert_eq!([20, 60, 80, 110, 250].map(|columns| Layout::of(columns).width()), [60, 60, 80, 110, 110]);
    }
}
