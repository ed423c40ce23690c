//! The high-water mark: how far the log was, kept outside of the database.
//!
//! ```text
//! log-head:  <sequence, 20 digits> <hash, 64 hex digits>\n
//! ```
//! The file is written, and is on the disk, after every commit and before a credential leaves. A database that lacks the
//! entry named here is older than what was done with it: somebody brought back a backup, and a person enrolled
//! since would be new to it. It refuses every change until that is declared ([`crate::restore`]).
//!
//! The line has a fixed length below that of a disk's sector and is overwritten in place, so that a power cut leaves the
//! old one or the new one. A crash between the commit and this file leaves a mark behind the database, which is harmless:
//! nothing has left by then.
//!
//! Not noticed here: a folder restored as a whole, mark and all. Then only a publication made since the backup tells
//! ([`crate::publish`]), or the person who restored it.
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use tacit_credential::status::{LogHash, LogHead};

/// Length of the line: 20 digits, a blank, 64 digits, the line's end.
const LENGTH: usize = 86;

/// Where the mark of one registry lies.
pub(super) struct Mark(PathBuf);

impl Mark {
    /// Beside the database.
    pub(super) fn beside(database: &Path) -> Self {
        Self(database.with_file_name("log-head"))
    }

    /// The head that was recorded last.
    pub(super) fn read(&self) -> io::Result<LogHead> {
        let mut file = File::open(&self.0)?;
        file.lock_shared()?;
        read(&mut file)
    }

    /// Records a head, unless another process has recorded a later one.
    pub(super) fn advance(&self, head: &LogHead) -> io::Result<()> {
        let mut file = OpenOptions::new().read(true).write(true).open(&self.0)?;
        file.lock()?;
        if read(&mut file)?.sequence >= head.sequence {
            return Ok(());
        }
        write(&mut file, head)
    }

    /// Records a head whatever was recorded: for a new registry, and for one declared restored.
    pub(super) fn reset(&self, head: &LogHead) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.0)?;
        file.lock()?;
        write(&mut file, head)?;
        file.set_len(LENGTH as u64)?;
        // The name must reach the disk too; a folder that cannot be opened (Windows) is no reason to fail.
        match self.0.parent().map(File::open) {
            Some(Ok(folder)) => folder.sync_all(),
            _ => Ok(()),
        }
    }
}

fn write(file: &mut File, head: &LogHead) -> io::Result<()> {
    file.rewind()?;
    file.write_all(format!("{:020} {}\n", head.sequence, head.hash).as_bytes())?;
    file.sync_all()
}

fn read(file: &mut File) -> io::Result<LogHead> {
    let mut line = String::with_capacity(LENGTH + 1);
    file.take(LENGTH as u64 + 1).read_to_string(&mut line)?;
    parse(&line).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is no log head"))
}

fn parse(line: &str) -> Option<LogHead> {
    let (sequence, hash) = line.strip_suffix('\n')?.split_once(' ')?;
    if sequence.len() != 20 {
        return None;
    }
    let mut bytes = [0; 32];
    hex::decode_to_slice(hash, &mut bytes).ok()?;
    Some(LogHead { sequence: sequence.parse().ok()?, hash: LogHash(bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(sequence: u64) -> LogHead {
        LogHead { sequence, hash: LogHash([sequence as u8; 32]) }
    }

    #[test]
    fn a_mark_moves_forward_and_goes_back_only_on_purpose() {
        let folder = tempfile::tempdir().unwrap();
        let mark = Mark::beside(&folder.path().join("registry.sqlite"));
        assert_eq!(mark.read().unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(mark.advance(&head(1)).is_err(), "a mark that is gone does not come back by itself");
        mark.reset(&LogHead::EMPTY).unwrap();
        for (advance, expected) in [(3, 3), (200, 200), (7, 200)] {
            mark.advance(&head(advance)).unwrap();
            assert_eq!(mark.read().unwrap(), head(expected));
        }
        mark.reset(&head(7)).unwrap();
        assert_eq!(mark.read().unwrap(), head(7));
    }

    #[test]
    fn a_damaged_mark_is_no_mark() {
        let folder = tempfile::tempdir().unwrap();
        let mark = Mark::beside(&folder.path().join("registry.sqlite"));
        mark.reset(&head(5)).unwrap();
        let good = std::fs::read_to_string(&mark.0).unwrap();
        assert_eq!(good.len(), LENGTH);
        for bad in [&good[..85], "", &good.replace(' ', "0"), &format!("{good}x"), &good.replace("05", "5x")]
        {
            std::fs::write(&mark.0, bad).unwrap();
            assert!(mark.read().is_err() && mark.advance(&head(9)).is_err(), "{bad:?}");
        }
        mark.reset(&head(6)).unwrap();
        assert_eq!(mark.read().unwrap(), head(6));
    }
}
