//! Credentials on their way to a file: the place is made sure of first, and what is lost after signing is named.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{CliError, refused};

/// What was enrolled and could not be handed over.
#[derive(Debug, thiserror::Error)]
pub(super) enum Lost {
    /// The credential of one person.
    #[error(
        "the person is enrolled, but the credential cannot be written to {}: {source}. Mend that; then `tacit issuer reissue` signs it again.",
        path.display()
    )]
    CredentialUnwritten { path: PathBuf, source: io::Error },
    /// Results of a batch.
    #[error(
        "cannot write {}: {source}. It holds the results of the lines before line {line}. The people of lines {line} to {last} are enrolled, unless a line was refused, but have no credential: `tacit issuer reissue` signs one for each. Mend that and go on from line {next_line} with another --out.",
        path.display()
    )]
    ResultsUnwritten { path: PathBuf, line: usize, last: usize, next_line: usize, source: io::Error },
    /// The file of results, at the end.
    #[error(
        "everybody in the batch was dealt with, but {} may not be on the disk whole: {source}. Whoever is missing in it is enrolled, unless refused: `tacit issuer reissue` signs a credential.",
        path.display()
    )]
    ResultsUnsure { path: PathBuf, source: io::Error },
}

/// The place of a credential, made sure of before the issuer signs: a temporary neighbour, to be renamed. Nothing that
/// is there already is replaced.
#[derive(Debug)]
pub(super) struct Pending {
    file: NamedTempFile,
    path: PathBuf,
}

impl Pending {
    /// Refuses a place that is taken or cannot be written to.
    pub(super) fn create(path: &Path) -> Result<Self, CliError> {
        if path.is_dir() {
            return Err(CliError::write(path)(io::ErrorKind::IsADirectory.into()));
        }
        if path.symlink_metadata().is_ok() {
            return Err(CliError::FileExists(path.to_owned()));
        }
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(CliError::write(path))?;
        // For the owner's eyes only, as temporary files are.
        let file = NamedTempFile::new_in(parent).map_err(CliError::write(path))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Writes the file whole or not at all. The person is enrolled by now.
    pub(super) fn write(self, bytes: &[u8]) -> Result<PathBuf, CliError> {
        let Self { mut file, path } = self;
        let written = file.write_all(bytes).and_then(|()| file.as_file().sync_all());
        match written.and_then(|()| file.persist_noclobber(&path).map_err(|e| e.error)) {
            Ok(_) => Ok(path),
            Err(source) => Err(refused(Lost::CredentialUnwritten { path, source })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn a_credential_that_cannot_be_put_in_place_is_said_to_be_enrolled() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("credential.json");
        let pending = Pending::create(&path).unwrap();
        fs::create_dir(&path).unwrap();
        let error = pending.write(b"{}").unwrap_err();
        assert_eq!((error.exit(), error.code().as_str()), (Exit::InputOutput, "credential-unwritten"));
        let message = error.to_string();
        assert!(
            message.contains("is enrolled") && message.contains("`tacit issuer reissue` signs it again"),
            "{message}"
        );
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "the temporary file is left");
    }

    #[test]
    fn a_file_that_came_meanwhile_is_not_replaced() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("credential.json");
        let pending = Pending::create(&path).unwrap();
        fs::write(&path, "a document").unwrap();
        assert_eq!(pending.write(b"{}").unwrap_err().code(), "credential-unwritten");
        assert_eq!(fs::read_to_string(&path).unwrap(), "a document");
    }
}
