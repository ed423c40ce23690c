//! State that changes while the verifier runs, behind `&self`.
//!
//! With `std` threads share it under a lock; without, there is nothing to wait with, and a verifier stays on one thread (it is
//! not `Sync`). Closures given to either must not come back to the same state.

#[cfg(feature = "std")]
pub(crate) use locked::Shared;
#[cfg(not(feature = "std"))]
pub(crate) use unlocked::Shared;

#[cfg(feature = "std")]
mod locked {
    use std::sync::{PoisonError, RwLock};

    pub(crate) struct Shared<T>(RwLock<T>);

    impl<T> Shared<T> {
        pub(crate) fn new(state: T) -> Self {
            Self(RwLock::new(state))
        }

        // Every change is made in one step at its end, so a state that a panic left behind is a consistent one.
        pub(crate) fn read<R>(&self, see: impl FnOnce(&T) -> R) -> R {
            see(&self.0.read().unwrap_or_else(PoisonError::into_inner))
        }

        pub(crate) fn write<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
            change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
        }
    }
}

#[cfg(not(feature = "std"))]
mod unlocked {
    use core::cell::RefCell;

    pub(crate) struct Shared<T>(RefCell<T>);

    impl<T> Shared<T> {
        pub(crate) fn new(state: T) -> Self {
            Self(RefCell::new(state))
        }

        pub(crate) fn read<R>(&self, see: impl FnOnce(&T) -> R) -> R {
            see(&self.0.borrow())
        }

        pub(crate) fn write<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
            change(&mut self.0.borrow_mut())
        }
    }
}
