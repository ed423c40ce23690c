//! Files that appear whole or not at all.

use std::io::{self, Write};
use std::path::Path;

/// Writes to a new file of its own name in the same folder, then renames: whoever reads, or has mapped, what was there before keeps
/// that, whole, and two writers never meet in one file.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Keys and tables are public; the process's mask decides, as for any new file.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut part = builder.prefix(".tacit-").suffix(".part").tempfile_in(folder)?;
    part.write_all(bytes)?;
    part.as_file().sync_all()?;
    part.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

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
        assert!(replace(folder.path(), b"in the place of a folder").is_err());
        assert!(replace(&folder.path().join("none/key"), b"nowhere").is_err());
    }
}
