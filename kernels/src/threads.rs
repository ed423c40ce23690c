//! How many threads.

/// Where work that can be split runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Threads {
    /// On the calling thread, with no overhead.
    One,
    /// On the current rayon pool. For a number of threads, call within `rayon::ThreadPool::install`.
    #[default]
    Pool,
}

impl Threads {
    /// The number of threads that can work at once.
    #[must_use]
    pub fn count(self) -> usize {
        match self {
            Self::One => 1,
            Self::Pool => rayon::current_num_threads(),
        }
    }
}
