//! Files of the operator: written completely or not at all, secret ones for their owner only, and one process at a time.
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::Path;

/// Who may read a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Everybody,
    Owner,
}

/// Writes a new file beside `path`, flushes it and renames it, so that a power cut leaves the old one or the new one.
pub(crate) fn write(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if access == Access::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = access;
    let mut out = options.open(&new)?;
    let written = out.write_all(bytes).and_then(|()| out.sync_all()).and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&new);
    }
    written?;
    // The rename must reach the disk too; a folder that cannot be opened (Windows) is no reason to fail.
    if let Some(parent) = path.parent()
        && let Ok(parent) = File::open(parent)
    {
        parent.sync_all()?;
    }
    Ok(())
}

/// The highest number that an entry of `dir` is named by: eight or more digits, then `suffix`. Other names
/// are none of ours; a directory that is not there holds none.
pub(crate) fn newest_number(dir: &Path, suffix: &str) -> io::Result<Option<u64>> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    let mut newest = None;
    for entry in entries {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(suffix)).and_then(|number| {
            let digits = number.len() >= 8 && number.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| number.parse().ok()).flatten()
        });
        newest = newest.max(number);
    }
    Ok(newest)
}

/// Locks a file for as long as the result lives; `None` if another process has it.
pub(crate) fn lock(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
