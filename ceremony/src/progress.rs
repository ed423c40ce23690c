//! How far a long work is.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Called with the points that are done and all that there are, from any thread.
pub type Watch<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Counts points.
pub(crate) struct Steps<'a> {
    watch: Watch<'a>,
    done: AtomicUsize,
    all: usize,
}

impl<'a> Steps<'a> {
    pub(crate) fn new(watch: Watch<'a>, all: usize) -> Self {
        watch(0, all);
        Self { watch, done: AtomicUsize::new(0), all }
    }

    pub(crate) fn done(&self, points: usize) {
        let done = self.done.fetch_add(points, Ordering::Relaxed) + points;
        (self.watch)(done, self.all);
    }
}
