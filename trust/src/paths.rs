//! Where the files of a published directory lie. Pure path building.
use std::path::{Path, PathBuf};

use tacit_credential::trust_list::Epoch;

/// Folder of the lists.
pub fn lists(published: &Path) -> PathBuf {
    published.join("trust")
}

/// The list of an epoch.
pub fn list(published: &Path, epoch: Epoch) -> PathBuf {
    lists(published).join(format!("{:08}.json", epoch.0))
}

/// Copy of the newest list.
pub fn latest(published: &Path) -> PathBuf {
    lists(published).join("latest.json")
}

/// Folder of the status files.
pub fn status(published: &Path) -> PathBuf {
    published.join("status")
}
