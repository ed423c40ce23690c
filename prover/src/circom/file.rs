//! Files of keys in memory, with the digests by which caches know them.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// Bytes that one thread reads and hashes at a time.
const PIECE: usize = 1 << 20;

/// A `.zkey` or `.r1cs` in memory. Its digest is made on all threads, while it is read.
///
/// ```text
/// SHA-256( "tacit/file/v1"  length (8, little-endian)  SHA-256 of each MiB )
/// ```
pub struct KeyFile<'a> {
    bytes: Cow<'a, [u8]>,
    digest: [u8; 32],
}

impl KeyFile<'static> {
    /// Reads a file.
    pub fn read(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = usize::try_from(file.metadata()?.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let mut bytes = vec![0; length];
        let pieces = bytes.par_chunks_mut(PIECE).enumerate().map(|(number, piece)| {
            read_at(&file, piece, (number * PIECE) as u64)?;
            Ok(Sha256::digest(&*piece).into())
        });
        let pieces = pieces.collect::<io::Result<Vec<[u8; 32]>>>()?;
        Ok(Self { digest: join(length, &pieces), bytes: Cow::Owned(bytes) })
    }
}

impl<'a> KeyFile<'a> {
    /// A file that was read already.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        let pieces: Vec<[u8; 32]> =
            bytes.par_chunks(PIECE).map(|piece| Sha256::digest(piece).into()).collect();
        Self { digest: join(bytes.len(), &pieces), bytes: Cow::Borrowed(bytes) }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Their digest.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

fn join(length: usize, pieces: &[[u8; 32]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"tacit/file/v1");
    hasher.update((length as u64).to_le_bytes());
    pieces.iter().for_each(|piece| hasher.update(piece));
    hasher.finalize().into()
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        offset += read as u64;
    }
    Ok(())
}

/// Names key and circuit, if it is there.
pub(super) fn identity(zkey: &KeyFile<'_>, circuit: Option<&KeyFile<'_>>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"tacit/circom/v1");
    hasher.update(zkey.digest);
    if let Some(circuit) = circuit {
        hasher.update(circuit.digest);
    }
    hasher.finalize().into()
}

/// Where the tables of a key are in a folder of such files.
#[must_use]
pub fn cache_file(folder: &Path, zkey: &KeyFile<'_>, circuit: Option<&KeyFile<'_>>) -> PathBuf {
    let digits: String = identity(zkey, circuit).iter().map(|byte| format!("{byte:02x}")).collect();
    folder.join(digits + ".tables")
}

/// The folder of such files in the user's cache folder, as `XDG_CACHE_HOME` or `HOME` says, if one does.
#[must_use]
pub fn user_cache_folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))?;
    Some(folder.join("tacit/groth16"))
}

/// Makes the folder of a file, for its owner alone, if it is not there.
pub(super) fn private_folder(file: &Path) -> io::Result<()> {
    let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_bytes_have_one_digest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut digests = Vec::new();
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7] {
            let bytes: Vec<u8> = (0..length).map(|i| (i * i / 7) as u8).collect();
            std::fs::write(&path, &bytes).unwrap();
            let read = KeyFile::read(&path).unwrap();
            assert_eq!(read.bytes(), bytes);
            assert_eq!(read.digest(), KeyFile::new(&bytes).digest());
            digests.push(*read.digest());
            if let Some(last) = bytes.len().checked_sub(1) {
                let mut other = bytes;
                other[last] ^= 1;
                digests.push(*KeyFile::new(&other).digest());
            }
        }
        let distinct: std::collections::HashSet<_> = digests.iter().collect();
        assert_eq!(distinct.len(), digests.len());
        assert!(KeyFile::read(folder.path()).is_err() && KeyFile::read(&folder.path().join("none")).is_err());
    }
}
