//! Cancelling a proof, and watching it grow.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
use std::sync::{Arc, Mutex, TryLockError};

/// Stops proofs from elsewhere: clone it, hand one to the prover, and call [`cancel`](Self::cancel) on the other.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Stops the proofs that were given this token: each of their threads ends what it is at, be that a run of additions, the sorting
    /// of a sum's scalars or a transform. That is some milliseconds for circuits of 2^14 constraints, some tenths of a second for 2^20.
    /// A proof that is not given out yet is not.
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

    /// Calls when more percents are done, from a thread that did some of the work, in order and never from two at once. While one
    /// call lasts, the others work on, and percents that they reach are told later or not at all; the last is 100.
    #[must_use]
    pub fn watched_by(mut self, watch: &'a (dyn Fn(Progress) + Sync)) -> Self {
        self.watch = Some(watch);
        self
    }

    pub(crate) fn start(&self) -> Steps<'_> {
        Steps { control: self, done: AtomicU64::new(0), told: Mutex::new(0) }
    }
}

/// Parts of a percent in which the work is counted.
const PARTS: u64 = 10_000;

/// A proof under way.
pub(crate) struct Steps<'a> {
    control: &'a Control<'a>,
    /// Parts of the work that are done.
    done: AtomicU64,
    /// The percent that was told last.
    told: Mutex<u64>,
}

impl Steps<'_> {
    /// Runs a piece that is so many percent of the work, unless stopped.
    pub(crate) fn piece<T>(&self, percent: u64, work: impl FnOnce() -> T) -> Result<T, Cancelled> {
        self.pieces(percent, |_| Some(work()))
    }

    /// Runs a piece that tells of its parts, and ends with nothing if one of them says so.
    pub(crate) fn pieces<T>(
        &self,
        percent: u64,
        work: impl FnOnce(&Piece<'_>) -> Option<T>,
    ) -> Result<T, Cancelled> {
        self.go_on()?;
        let piece = Piece { steps: self, whole: percent * PARTS, told: AtomicU64::new(0) };
        let result = work(&piece).ok_or(Cancelled)?;
        self.advance(piece.whole - piece.told.into_inner());
        Ok(result)
    }

    /// Whether to go on; asked a last time before a proof is given out.
    pub(crate) fn go_on(&self) -> Result<(), Cancelled> {
        match &self.control.cancel {
            Some(token) if token.is_cancelled() => Err(Cancelled),
            _ => Ok(()),
        }
    }

    fn advance(&self, parts: u64) {
        self.done.fetch_add(parts, Ordering::SeqCst);
        let Some(watch) = self.control.watch else { return };
        let percent = || self.done.load(Ordering::SeqCst) / PARTS;
        // Whoever is telling looks again afterwards, so that nobody waits: the thread that tells may have been given work of this very
        // proof while its caller waits for something.
        loop {
            fence(Ordering::SeqCst);
            let mut told = match self.told.try_lock() {
                Ok(told) => told,
                Err(TryLockError::Poisoned(told)) => told.into_inner(),
                Err(TryLockError::WouldBlock) => return,
            };
            let percent_now = percent();
            if percent_now > *told {
                *told = percent_now;
                watch(Progress { percent: u32::try_from(percent_now).unwrap_or(100).min(100) });
            }
            drop(told);
            fence(Ordering::SeqCst);
            if percent() == percent_now {
                return;
            }
        }
    }
}

/// A piece that is done in parts, on several threads.
pub(crate) struct Piece<'a> {
    steps: &'a Steps<'a>,
    whole: u64,
    told: AtomicU64,
}

impl Piece<'_> {
    /// So many of all parts of this piece are done; whether to go on.
    pub(crate) fn done(&self, parts: usize, of: usize) -> bool {
        // Rounded down, so that no more than the whole is told.
        let share = self.whole * parts as u64 / of.max(1) as u64;
        self.told.fetch_add(share, Ordering::Relaxed);
        self.steps.advance(share);
        self.steps.go_on().is_ok()
    }
}

/// A token said to stop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cancelled;
