//! Files at the edge: typed reading with errors that name the file and what it should be; atomic writing.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tacit_credential::certificate::VerifierCertificate;
use tacit_credential::json;
use tacit_credential::request::SignedRequest;

use crate::error::{Cause, CliError};

/// No file that a command reads whole is larger: a guard against devices and disk images.
const LARGEST: u64 = 1 << 28;

/// The same for keys and powers of tau of large circuits.
const LARGEST_OF_ALL: u64 = 1 << 34;

/// A whole file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    read_within(path, LARGEST, "it is larger than 256 MiB")
}

/// A whole file of a setup, which may be large.
pub(crate) fn read_large(path: &Path) -> Result<Vec<u8>, CliError> {
    read_within(path, LARGEST_OF_ALL, "it is larger than 16 GiB")
}

fn read_within(path: &Path, most: u64, larger: &'static str) -> Result<Vec<u8>, CliError> {
    let file = fs::File::open(path).map_err(CliError::read(path))?;
    // Room for all and one byte more, by which the end is found: growing would leave copies behind, and some files are secret.
    let length = file.metadata().map_err(CliError::read(path))?.len().min(most);
    let mut bytes = Vec::with_capacity(usize::try_from(length + 1).unwrap_or_default());
    file.take(most + 1).read_to_end(&mut bytes).map_err(CliError::read(path))?;
    if bytes.len() as u64 > most {
        let cause: Cause = larger.into();
        return Err(CliError::Malformed { path: path.to_owned(), what: "a file of this system", cause });
    }
    Ok(bytes)
}

/// A whole text file.
pub(crate) fn read_text(path: &Path, what: &'static str) -> Result<String, CliError> {
    String::from_utf8(read(path)?).map_err(CliError::malformed(path, what))
}

/// A JSON file of a known shape. What is there instead may be personal whatever was expected, and is not repeated.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path, what: &'static str) -> Result<T, CliError> {
    json::from_slice(&read(path)?).map_err(CliError::malformed(path, what))
}

/// A signed request: JSON or the compact binary form.
pub(crate) fn read_request(path: &Path) -> Result<SignedRequest, CliError> {
    SignedRequest::from_any(&read(path)?).map_err(CliError::malformed(path, "a signed request"))
}

/// A verifier's certificate.
pub(crate) fn read_certificate(path: &Path) -> Result<VerifierCertificate, CliError> {
    VerifierCertificate::from_json(&read(path)?)
        .map_err(CliError::malformed(path, "a verifier's certificate"))
}

/// The names of everything in a folder.
pub(crate) fn names(folder: &Path) -> Result<Vec<String>, CliError> {
    let entries = fs::read_dir(folder).map_err(CliError::read(folder))?;
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(CliError::read(folder))?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

/// Writes a file whole or not at all: a temporary neighbour, renamed.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    write_with(path, bytes, 0o666)
}

/// The same, and refuses to overwrite a file.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let file = written_beside(path, bytes, 0o666)?;
    file.persist_noclobber(path).map_err(|e| CliError::Write { path: path.to_owned(), source: e.error })?;
    Ok(())
}

/// The same as [`write()`], for the owner's eyes only.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    write_with(path, bytes, 0o600)
}

fn write_with(path: &Path, bytes: &[u8], mode: u32) -> Result<(), CliError> {
    let file = written_beside(path, bytes, mode)?;
    file.persist(path).map_err(|e| CliError::Write { path: path.to_owned(), source: e.error })?;
    Ok(())
}

/// The temporary neighbour, on disk, still to be renamed.
fn written_beside(path: &Path, bytes: &[u8], mode: u32) -> Result<tempfile::NamedTempFile, CliError> {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(CliError::write(path))?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
    #[cfg(unix)]
    builder.permissions(permissions);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = builder.tempfile_in(parent).map_err(CliError::write(path))?;
    file.write_all(bytes).map_err(CliError::write(path))?;
    file.as_file().sync_all().map_err(CliError::write(path))?;
    Ok(file)
}

/// Creates a new file for the owner's eyes only, to be written piece by piece; refuses to overwrite one.
pub(crate) fn create_secret(path: &Path) -> Result<fs::File, CliError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => CliError::FileExists(path.to_owned()),
        _ => CliError::Write { path: path.to_owned(), source },
    })
}

/// Writes a value as indented JSON, whole or not at all.
pub(crate) fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), CliError> {
    let mut bytes =
        serde_json::to_vec_pretty(value).map_err(CliError::malformed(path, "writable as JSON"))?;
    bytes.push(b'\n');
    write(path, &bytes)
}
