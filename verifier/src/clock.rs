//! Where the time comes from: injected, so that expiry can be tested and so that the crate runs where there is
//! no system clock.

use alloc::sync::Arc;

use tacit_credential::date::UnixTime;

/// A source of the present time.
pub trait Clock: Send + Sync {
    /// Now, in seconds since 1970-01-01 UTC.
    fn now(&self) -> UnixTime;
}

/// The operating system's clock. Not there without `std` or on bare WASM, which has none: pass one of your own.
#[cfg(all(feature = "std", not(all(target_family = "wasm", target_os = "unknown"))))]
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[cfg(all(feature = "std", not(all(target_family = "wasm", target_os = "unknown"))))]
impl Clock for SystemClock {
    fn now(&self) -> UnixTime {
        // A clock before 1970 reads as 1970: every request is then "from the future" of its dates and refused
        // by them.
        let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        UnixTime(elapsed.as_secs())
    }
}

/// A clock that stands still: for tests, and for checking a presentation as of a time on record.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub UnixTime);

impl Clock for FixedClock {
    fn now(&self) -> UnixTime {
        self.0
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> UnixTime {
        (**self).now()
    }
}
