//! Who waits for the outcome of which request, within this process.
//!
//! Other instances are not told; whoever waits also asks the store now and then.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::session::SessionId;

/// Sessions that somebody waits for.
#[derive(Default)]
pub struct Watchers(Mutex<HashMap<SessionId, Arc<Notify>>>);

/// Waits for one session; forgotten when the last of them is dropped.
pub struct Watcher {
    watchers: Arc<Watchers>,
    id: SessionId,
    notify: Arc<Notify>,
}

impl Watchers {
    /// Begins to wait.
    pub fn watch(self: &Arc<Self>, id: SessionId) -> Watcher {
        let notify = self.map().entry(id.clone()).or_default().clone();
        Watcher { watchers: self.clone(), id, notify }
    }

    /// Something happened to a session.
    pub fn changed(&self, id: &SessionId) {
        if let Some(notify) = self.map().get(id) {
            notify.notify_waiters();
        }
    }

    fn map(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher {
    /// The next change. Whoever must not miss one enables it, looks at the store, and then awaits it.
    pub fn changed(&self) -> tokio::sync::futures::Notified<'_> {
        self.notify.notified()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut map = self.watchers.map();
        // One in the map, one here.
        if Arc::strong_count(&self.notify) <= 2 {
            map.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_kept() {
        let watchers = Arc::new(Watchers::default());
        let id = SessionId::random();
        let (one, two) = (watchers.watch(id.clone()), watchers.watch(id.clone()));
        drop(one);
        assert_eq!(watchers.map().len(), 1);
        drop(two);
        assert_eq!(watchers.map().len(), 0);
    }
}
