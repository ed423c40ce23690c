//! Files that appear whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use tempfile::NamedTempFile;

/// Writes to a new file in the same folder, then renames: whoever reads, or has mapped, what was there before keeps that, whole, and
/// two writers never meet in one file.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    part(path, bytes)?.persist(path)?;
    Ok(())
}

/// [`replace`] where nothing is.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    part(path, bytes)?.persist_noclobber(path)?;
    Ok(())
}

/// A written file of a name of its own beside `path`; gone when dropped.
fn part(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let prefix = format!(".{}.", path.file_name().unwrap_or_default().display());
    remove_stale(folder, &prefix);
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Keys and tables are public, and their owner's to write.
        builder.permissions(fs::Permissions::from_mode(0o644));
    }
    let mut part = builder.prefix(&prefix).suffix(PART).tempfile_in(folder)?;
    part.write_all(bytes)?;
    part.as_file().sync_all()?;
    Ok(part)
}

/// How the names of files end that are being written.
const PART: &str = ".part";
/// Nobody writes one file for so long.
const STALE: Duration = Duration::from_secs(3600);

/// Removes what writers of this file left that were killed.
fn remove_stale(folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_part = name.to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(PART));
        let age = entry
            .metadata()
            .ok()
            .filter(fs::Metadata::is_file)
            .and_then(|data| data.modified().ok()?.elapsed().ok());
        if is_part && age.is_some_and(|age| age > STALE) {
            // Where it cannot be removed, nothing is worse than before.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn a_mapped_file_stays_what_it_was_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        replace(&path, b"one").unwrap();
        let before = fs::File::open(&path).unwrap();
        std::thread::scope(|scope| {
            for bytes in [[2; 100_000], [3; 100_000]] {
                let path = &path;
                scope.spawn(move || replace(path, &bytes).unwrap());
            }
        });
        assert_eq!(before.metadata().unwrap().len(), 3);
        let after = fs::read(&path).unwrap();
        assert!(after == [2; 100_000] || after == [3; 100_000]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(create(&path, b"four").is_err());
        assert!(fs::read(&path).unwrap() == after);
        create(&folder.path().join("other"), b"four").unwrap();
        assert!(replace(folder.path(), b"in the place of a folder").is_err());
        assert!(replace(&folder.path().join("none/key"), b"nowhere").is_err());
    }

    #[test]
    fn what_killed_writers_left_is_removed_after_an_hour() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, age: u64| {
            let path = folder.path().join(name);
            let file = fs::File::create(&path).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
            path
        };
        let stale = file(".key.abc.part", 7200);
        let kept = [file(".key.def.part", 60), file(".keys.abc.part", 7200), file(".key.abc", 7200)];
        replace(&folder.path().join("key"), b"one").unwrap();
        assert!(!stale.exists());
        assert!(kept.iter().all(|path| path.exists()));
    }
}
