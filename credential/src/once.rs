//! Values derived on first use, also where there is no operating system to wait on: of threads that derive one at the same time
//! the first one's stays and the others' are dropped. Every such value here is a function of constants.

use alloc::boxed::Box;

use once_cell::race::OnceBox;

/// A cell that is filled once.
pub(crate) struct Once<T>(OnceBox<T>);

impl<T> Once<T> {
    pub(crate) const fn new() -> Self {
        Self(OnceBox::new())
    }

    pub(crate) fn get_or_init(&self, derive: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(|| Box::new(derive()))
    }
}
