//! Trust lists, taken into use while the service runs.
//!
//! The service fetches nothing. A job of the business's own copies what the trust operator publishes into a directory (`docs/service.md` has one); every
//! few seconds the service looks for files under `trust/` that are new or have changed, and hands them to the verifier, which checks signature,
//! chain and dates. A file that is refused is reported once and looked at again when it changes. Status roots stand in the lists, so that a new list
//! also says who is revoked.
//!
//! The newest number that was ever used is kept in the store: after a restart an older list is not taken instead, whatever the directory holds, and an
//! instance that has fallen behind the others says that it is not ready.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use tacit_credential::json;
use tacit_credential::trust_list::{Epoch, OperatorKey, SignedTrustList, TrustListId};

use tacit_verifier::AddListError;

use crate::service::Service;

/// No list is larger: 512 issuers with their keys.
const LARGEST: u64 = 8 << 20;

/// What was read already.
pub struct Lists {
    published: Vec<PathBuf>,
    seen: Mutex<HashMap<PathBuf, (Option<SystemTime>, u64)>>,
}

impl Lists {
    /// Nothing was read yet.
    pub fn new(published: Vec<PathBuf>) -> Self {
        Self { published, seen: Mutex::default() }
    }

    /// Files that are new or have changed, in the order of their names; `latest.json` is a copy and is left out.
    fn changed(&self) -> Vec<PathBuf> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut files = Vec::new();
        for folder in &self.published {
            let Ok(entries) = fs::read_dir(folder.join("trust")) else { continue };
            for entry in entries.flatten() {
                let path = entry.path();
                let is_list = path.extension().is_some_and(|extension| extension == "json")
                    && path.file_stem().is_some_and(|stem| stem != "latest");
                let Ok(metadata) = fs::metadata(&path) else { continue };
                let stamp = (metadata.modified().ok(), metadata.len());
                if is_list && metadata.is_file() && seen.get(&path) != Some(&stamp) {
                    seen.insert(path.clone(), stamp);
                    files.push(path);
                }
            }
        }
        files.sort();
        files
    }

    /// Time alone may change the verdict on this file.
    fn look_again(&self, path: &Path) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
    }
}

/// A list that the verifier took.
struct Taken {
    operator: OperatorKey,
    epoch: Epoch,
}

impl Service {
    /// Looks for new lists once.
    pub async fn reload(self: &std::sync::Arc<Self>) {
        let this = self.clone();
        let taken = tokio::task::spawn_blocking(move || this.take_lists()).await.unwrap_or_default();
        for list in taken {
            let id = TrustListId::of(&list.operator);
            if let Err(error) = self.store.raise_epoch(id, list.epoch).await {
                self.failed(&error);
            }
        }
    }

    fn take_lists(&self) -> Vec<Taken> {
        let mut taken = Vec::new();
        for path in self.lists.changed() {
            let name = path.display();
            match read(&path) {
                Ok(list) => {
                    let (operator, expires_at) = (list.list.operator, list.list.expires_at.0);
                    match self.verifier.add_trust_list(list) {
                        Ok(epoch) => {
                            tracing::info!(file = %name, epoch = epoch.0, "trust list in use");
                            self.metrics.trust_list(&operator.to_string(), epoch.0, expires_at);
                            taken.push(Taken { operator, epoch });
                        }
                        // What the directory keeps of former years.
                        Err(error @ AddListError::Expired { .. }) => {
                            tracing::debug!(file = %name, %error, "trust list refused");
                        }
                        Err(error) => {
                            if matches!(error, AddListError::Future { .. }) {
                                self.lists.look_again(&path);
                            }
                            tracing::warn!(file = %name, %error, "trust list refused");
                        }
                    }
                }
                Err(error) => tracing::warn!(file = %name, error, "trust list not read"),
            }
        }
        taken
    }
}

fn read(path: &Path) -> Result<SignedTrustList, String> {
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    json::from_slice(&bytes).map_err(|fault| fault.to_string())
}
