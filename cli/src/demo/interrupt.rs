//! Ctrl-C and its like: the demonstration stops at its next line and cleans up behind itself.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::error::CliError;

#[cfg(unix)]
const SIGNALS: [i32; 3] = [SIGINT, SIGTERM, signal_hook::consts::SIGHUP];
#[cfg(not(unix))]
const SIGNALS: [i32; 2] = [SIGINT, SIGTERM];

/// Which signal has arrived, if any.
pub(crate) struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// From now on signals are noted here. A second one ends the process at once, uncleaned.
    pub(crate) fn watch() -> io::Result<Self> {
        let (seen, which) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        for signal in SIGNALS {
            // In this order: the first signal finds the flag down and raises it.
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&seen))?;
            flag::register(signal, Arc::clone(&seen))?;
            flag::register_usize(signal, Arc::clone(&which), usize::try_from(signal).unwrap_or(usize::MAX))?;
        }
        Ok(Self(which))
    }

    /// Nothing is ever noted.
    #[cfg(test)]
    pub(crate) fn never() -> Self {
        Self(Arc::default())
    }

    /// Fails once a signal has arrived.
    pub(crate) fn check(&self) -> Result<(), CliError> {
        match self.0.load(Ordering::SeqCst) {
            0 => Ok(()),
            signal => Err(CliError::Interrupted(u8::try_from(signal).unwrap_or(u8::MAX))),
        }
    }
}
