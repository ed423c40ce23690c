//! Where a wallet reads published lists and status files from.
//!
//! The layout is the trust operator's: `trust/latest.json`, `trust/<epoch, 8 digits>.json`, and below `status/` the status
//! files as [`tacit_credential::status`] names them. A source sees which files are asked for and nothing else, so everything
//! that an update asks for must be the same for any two credentials of one chunk; see [`crate::update`].
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tacit_credential::trust_list::Epoch;

/// The largest file that is read: a list of 512 keys has about 400 kB.
const MAX_FILE: u64 = 8 << 20;

/// Hands out published files by their path below the published directory.
pub trait Published {
    /// The whole file.
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>>;
}

/// A published directory on a disk or a mounted share.
#[derive(Clone, Debug)]
pub struct PublishedDirectory(PathBuf);

impl PublishedDirectory {
    /// The directory that holds `trust` and `status`.
    pub fn new(dir: &Path) -> Self {
        Self(dir.to_owned())
    }
}

impl Published for PublishedDirectory {
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = File::open(self.0.join(path))?;
        file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than any published file"));
        }
        Ok(bytes)
    }
}

pub(crate) fn latest_path() -> PathBuf {
    Path::new("trust").join("latest.json")
}

pub(crate) fn list_path(epoch: Epoch) -> PathBuf {
    Path::new("trust").join(format!("{:08}.json", epoch.0))
}

pub(crate) fn status_dir() -> &'static Path {
    Path::new("status")
}
