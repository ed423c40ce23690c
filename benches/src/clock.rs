//! Wall clock, and the processor time that all threads of this process spent.

use std::time::{Duration, Instant};

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) wall: Duration,
    /// Unknown where the system does not tell, and for other processes.
    pub(crate) cpu: Option<Duration>,
}

/// Both clocks at one moment.
pub(crate) struct Start(Instant, Option<Duration>);

impl Start {
    pub(crate) fn now() -> Self {
        let cpu = process();
        Self(Instant::now(), cpu)
    }

    pub(crate) fn taken(&self) -> Taken {
        let wall = self.0.elapsed();
        Taken { wall, cpu: process().zip(self.1).map(|(now, then)| now.saturating_sub(then)) }
    }
}

#[cfg(unix)]
fn process() -> Option<Duration> {
    rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime).try_into().ok()
}

#[cfg(not(unix))]
fn process() -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleeping_takes_no_processor_time() {
        let start = Start::now();
        std::thread::sleep(Duration::from_millis(20));
        let taken = start.taken();
        assert!(taken.wall >= Duration::from_millis(20));
        // Other tests may run in this process meanwhile, so nothing is said of how little it is.
        assert_eq!(taken.cpu.is_some(), cfg!(unix));
    }
}
