//! Cancelling a proof, and watching it grow.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Stops proofs from elsewhere: clone it, hand one to the prover, and call [`cancel`](Self::cancel) on the other.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Stops the proofs that were given this token, after the piece that each is at.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether that was asked for.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How far a proof is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    percent: u32,
}

impl Progress {
    /// The share of the work that is done, in percent.
    #[must_use]
    pub const fn percent(self) -> u32 {
        self.percent
    }
}

/// What may stop a proof and who watches it. The default does neither.
#[derive(Clone, Default)]
pub struct Control<'a> {
    cancel: Option<Cancel>,
    watch: Option<&'a (dyn Fn(Progress) + Sync)>,
}

impl<'a> Control<'a> {
    /// Stops when the token says so.
    #[must_use]
    pub fn cancelled_by(mut self, token: &Cancel) -> Self {
        self.cancel = Some(token.clone());
        self
    }

    /// Calls after each piece, from the thread that did it.
    #[must_use]
    pub fn watched_by(mut self, watch: &'a (dyn Fn(Progress) + Sync)) -> Self {
        self.watch = Some(watch);
        self
    }

    pub(crate) fn start(&self) -> Steps<'_> {
        Steps { control: self, done: AtomicU32::new(0) }
    }
}

/// A proof under way.
pub(crate) struct Steps<'a> {
    control: &'a Control<'a>,
    done: AtomicU32,
}

impl Steps<'_> {
    /// Runs a piece that is so many percent of the work, unless stopped.
    pub(crate) fn piece<T>(&self, percent: u32, work: impl FnOnce() -> T) -> Result<T, Cancelled> {
        if self.control.cancel.as_ref().is_some_and(Cancel::is_cancelled) {
            return Err(Cancelled);
        }
        let result = work();
        let done = self.done.fetch_add(percent, Ordering::Relaxed) + percent;
        if let Some(watch) = self.control.watch {
            watch(Progress { percent: done.min(100) });
        }
        Ok(result)
    }
}

/// A token said to stop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cancelled;
