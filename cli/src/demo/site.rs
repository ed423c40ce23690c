//! Where the demonstration builds its files, and what becomes of them.
//!
//! ```text
//! with --keep DIR   DIR/.tacit-demo/…      moved up into DIR when all is complete
//! without           TMPDIR/tacit-demo-…    removed at the end
//! ```
//! Whatever ends the demonstration early, dropping the [`Site`] removes what was built. A process that is killed outright
//! cannot do so; its folder holds a `lock` that the operating system released with it, and the next run removes every
//! folder whose lock nobody holds. Folders of other users, and those whose demonstration is still running, stay.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::CliError;

/// The folder within the directory to keep.
const BUILDING: &str = ".tacit-demo";
/// How the names of temporary folders begin.
const PREFIX: &str = "tacit-demo-";
/// Held as long as the demonstration runs.
const LOCK: &str = "lock";
/// Moved last: whoever finds it finds everything.
pub(crate) const README: &str = "README.txt";

/// A folder to build in.
pub(crate) struct Site {
    building: PathBuf,
    keep: Option<PathBuf>,
    /// Whether the directory to keep was made here.
    made: bool,
    /// Folders of killed runs that were removed.
    stale: Vec<PathBuf>,
    _lock: File,
}

impl Site {
    /// Takes possession of a new folder.
    pub(crate) fn new(keep: Option<&Path>) -> Result<Self, CliError> {
        match keep {
            Some(dir) => Self::within(dir),
            None => Self::temporary(&std::env::temp_dir()),
        }
    }

    /// Where to build.
    pub(crate) fn dir(&self) -> &Path {
        &self.building
    }

    /// Folders that killed runs had left and that are gone now.
    pub(crate) fn stale(&self) -> &[PathBuf] {
        &self.stale
    }

    /// The end: moves everything to where it is kept, or removes it.
    pub(crate) fn close(self) -> Result<(), CliError> {
        let Some(keep) = &self.keep else {
            return fs::remove_dir_all(&self.building).map_err(CliError::write(&self.building));
        };
        let mut names = crate::files::names(&self.building)?;
        names.retain(|name| name != LOCK);
        names.sort_by_key(|name| name == README);
        for name in names {
            let to = keep.join(&name);
            fs::rename(self.building.join(&name), &to).map_err(CliError::write(&to))?;
        }
        fs::remove_dir_all(&self.building).map_err(CliError::write(&self.building))
    }

    fn within(dir: &Path) -> Result<Self, CliError> {
        let building = dir.join(BUILDING);
        let mut stale = Vec::new();
        let made = match fs::read_dir(dir) {
            Ok(entries) => {
                let mut entries = entries.collect::<io::Result<Vec<_>>>().map_err(CliError::read(dir))?;
                if entries.iter().all(|entry| entry.file_name() == BUILDING) && remove_stale(&building) {
                    stale.push(building.clone());
                    entries.clear();
                }
                if !entries.is_empty() {
                    return Err(CliError::Occupied(dir.to_owned()));
                }
                false
            }
            Err(_) => {
                fs::create_dir_all(dir).map_err(CliError::write(dir))?;
                true
            }
        };
        fs::create_dir(&building).map_err(CliError::write(&building))?;
        let lock = hold(&building)?;
        Ok(Self { building, keep: Some(dir.to_owned()), made, stale, _lock: lock })
    }

    fn temporary(parent: &Path) -> Result<Self, CliError> {
        let folder =
            tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent).map_err(CliError::write(parent))?;
        let lock = hold(folder.path())?;
        let building = folder.keep();
        let mut stale = Vec::new();
        // Nobody is kept from their demonstration because others' leftovers cannot be listed.
        for name in crate::files::names(parent).unwrap_or_default() {
            let path = parent.join(&name);
            if name.starts_with(PREFIX)
                && path != building
                && same_owner(&path, &building)
                && remove_stale(&path)
            {
                stale.push(path);
            }
        }
        Ok(Self { building, keep: None, made: false, stale, _lock: lock })
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // After `close` there is nothing any more; and while another error is on its way, that one counts.
        let _ = fs::remove_dir_all(&self.building);
        if let Some(keep) = self.keep.as_ref().filter(|_| self.made) {
            let _ = fs::remove_dir(keep);
        }
    }
}

/// Makes the folder's lock and holds it. It has its name only once it is held: no other run takes it for a stale one.
fn hold(folder: &Path) -> Result<File, CliError> {
    let (unnamed, path) = (folder.join(".lock"), folder.join(LOCK));
    let file = File::create(&unnamed).map_err(CliError::write(&unnamed))?;
    file.lock().map_err(CliError::write(&unnamed))?;
    fs::rename(&unnamed, &path).map_err(CliError::write(&path))?;
    Ok(file)
}

/// Removes the folder of a run that is not running any more; says whether it did.
fn remove_stale(folder: &Path) -> bool {
    let is_folder = fs::symlink_metadata(folder).is_ok_and(|metadata| metadata.is_dir());
    let Ok(lock) = File::open(folder.join(LOCK)) else { return false };
    is_folder && lock.try_lock().is_ok() && fs::remove_dir_all(folder).is_ok()
}

#[cfg(unix)]
fn same_owner(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = |path: &Path| fs::symlink_metadata(path).map(|metadata| metadata.uid()).ok();
    owner(a).is_some() && owner(a) == owner(b)
}

#[cfg(not(unix))]
fn same_owner(_: &Path, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names = crate::files::names(dir).unwrap();
        names.sort();
        names
    }

    #[test]
    fn what_is_kept_is_moved_up_and_nothing_else_is_left() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("a/tour");
        let site = Site::within(&dir).unwrap();
        fs::write(site.dir().join(README), "").unwrap();
        fs::create_dir(site.dir().join("people")).unwrap();
        site.close().unwrap();
        assert_eq!(names(&dir), [README, "people"]);
        assert!(matches!(Site::within(&dir), Err(CliError::Occupied(_))));
    }

    #[test]
    fn what_is_not_finished_is_removed() {
        let parent = tempfile::tempdir().unwrap();
        let (new, empty) = (parent.path().join("new"), parent.path().join("empty"));
        fs::create_dir(&empty).unwrap();
        for site in [Site::within(&new), Site::within(&empty), Site::temporary(parent.path())] {
            fs::write(site.unwrap().dir().join("file"), "").unwrap();
        }
        assert_eq!(names(parent.path()), ["empty"]);
        assert_eq!(names(&empty), Vec::<String>::new());
    }

    /// What a killed run leaves: the folder, and a lock that nobody holds.
    fn leftover(folder: &Path) {
        fs::create_dir_all(folder.join("people")).unwrap();
        fs::write(folder.join(LOCK), "").unwrap();
    }

    #[test]
    fn leftovers_of_killed_runs_are_removed() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("tour");
        leftover(&dir.join(BUILDING));
        let site = Site::within(&dir).unwrap();
        assert_eq!(site.stale(), [dir.join(BUILDING)]);
        // One that runs is none.
        assert!(matches!(Site::within(&dir), Err(CliError::Occupied(_))));
        drop(site);
        assert_eq!(names(&dir), Vec::<String>::new());

        let old = parent.path().join("tacit-demo-old");
        leftover(&old);
        let running = Site::temporary(parent.path()).unwrap();
        assert_eq!(running.stale(), [old]);
        assert!(Site::temporary(parent.path()).unwrap().stale().is_empty());
        assert!(running.dir().exists());
    }

    /// Neither a folder without a lock nor what a symbolic link points at is a leftover.
    #[cfg(unix)]
    #[test]
    fn what_is_no_leftover_stays() {
        let parent = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        leftover(elsewhere.path());
        std::os::unix::fs::symlink(elsewhere.path(), parent.path().join("tacit-demo-link")).unwrap();
        fs::create_dir(parent.path().join("tacit-demo-mine")).unwrap();
        assert!(Site::temporary(parent.path()).unwrap().stale().is_empty());
        assert_eq!(names(parent.path()), ["tacit-demo-link", "tacit-demo-mine"]);
        assert_eq!(names(elsewhere.path()), [LOCK, "people"]);
        // A directory with anything else in it is somebody's.
        leftover(&parent.path().join("tour").join(BUILDING));
        fs::write(parent.path().join("tour/letter"), "").unwrap();
        assert!(matches!(Site::within(&parent.path().join("tour")), Err(CliError::Occupied(_))));
    }
}
