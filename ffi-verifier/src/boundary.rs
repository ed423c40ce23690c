//! Raw pointers to Rust's types and back.

use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::string::String;
use core::ffi::{c_char, c_int};

use crate::failure::Failure;

/// # Safety
/// `start` is null or points to `size` bytes that nobody writes to during the call.
#[allow(unsafe_code)]
pub(crate) unsafe fn bytes<'a>(
    start: *const u8,
    size: usize,
    what: &'static str,
) -> Result<&'a [u8], Failure> {
    if start.is_null() {
        return Err(Failure::Null(what));
    }
    if isize::try_from(size).is_err() {
        return Err(Failure::TooLong(what));
    }
    // SAFETY: not null, and no longer than any object; the caller vouches for the rest, and any byte is a `u8`.
    Ok(unsafe { core::slice::from_raw_parts(start, size) })
}

/// # Safety
/// `start` is null or points to `N` bytes that nobody writes to during the call.
#[allow(unsafe_code)]
pub(crate) unsafe fn array<'a, const N: usize>(start: *const u8) -> Option<&'a [u8; N]> {
    // SAFETY: the caller vouches for it, and an array of bytes has no alignment.
    unsafe { start.cast::<[u8; N]>().as_ref() }
}

/// # Safety
/// `object` is null or was made by [`Place::set_box`] for this type and not freed since.
#[allow(unsafe_code)]
pub(crate) unsafe fn object<'a, T>(object: *const T, what: &'static str) -> Result<&'a T, Failure> {
    // SAFETY: the caller vouches for it; objects are only read while they live.
    unsafe { object.as_ref() }.ok_or(Failure::Null(what))
}

/// # Safety
/// `start` is null or points to `count` values of C's that nobody writes to during the call.
#[allow(unsafe_code)]
pub(crate) unsafe fn values<'a, T>(
    start: *const T,
    count: usize,
    what: &'static str,
) -> Result<&'a [T], Failure> {
    if count == 0 {
        return Ok(&[]);
    }
    if start.is_null() || !start.is_aligned() {
        return Err(Failure::Null(what));
    }
    let size = count.checked_mul(size_of::<T>()).and_then(|size| isize::try_from(size).ok());
    size.ok_or(Failure::TooLong(what))?;
    // SAFETY: not null, aligned, and no longer than any object; the caller vouches for the rest.
    Ok(unsafe { core::slice::from_raw_parts(start, count) })
}

/// A place for a pointer of the caller's, null at first.
pub(crate) struct Place<T>(*mut *mut T);

impl<T> Place<T> {
    /// # Safety
    /// `place` is null or points to a pointer that nobody else uses during the call.
    #[allow(unsafe_code)]
    pub(crate) unsafe fn new(place: *mut *mut T) -> Self {
        if !place.is_null() {
            // SAFETY: not null; the caller vouches for the rest.
            unsafe { place.write(core::ptr::null_mut()) };
        }
        Self(place)
    }

    /// Whether there is a place.
    pub(crate) fn is_there(&self) -> bool {
        !self.0.is_null()
    }

    #[allow(unsafe_code)]
    fn set(&self, value: *mut T) {
        if self.is_there() {
            // SAFETY: not null; the maker vouched for the rest.
            unsafe { self.0.write(value) };
        }
    }

    /// Hands an object over.
    pub(crate) fn set_box(&self, value: T) {
        if self.is_there() {
            self.set(Box::into_raw(Box::new(value)));
        }
    }
}

impl Place<c_char> {
    /// Hands a text over, with the null that ends it. JSON has no null within.
    fn set_text(&self, text: String) {
        if self.is_there() {
            self.set(CString::new(text).unwrap_or_default().into_raw());
        }
    }
}

/// Frees a text.
///
/// # Safety
/// `text` is null or was handed over by [`Place::set_text`], and nobody uses it any more.
#[allow(unsafe_code)]
pub(crate) unsafe fn free_text(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: as the caller vouches.
        drop(unsafe { CString::from_raw(text) });
    }
}

/// Runs a function's work and hands its answer over: its failure, or panic, becomes one with a code.
pub(crate) fn guard(answer: &Place<c_char>, work: impl FnOnce() -> Result<String, Failure>) -> c_int {
    let (code, text) = match caught(work) {
        Some(Ok(text)) => (crate::api::TACIT_OK, text),
        Some(Err(failure)) => (crate::api::TACIT_REFUSED, failure.to_json()),
        None => {
            let text = "an internal error; please report it, with what was printed to standard error";
            (crate::api::TACIT_INTERNAL, crate::json::error("internal", text))
        }
    };
    answer.set_text(text);
    code
}

/// `None` for a panic. What it left half done stays consistent: lists are inserted whole, challenges change by one flag.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok()
}

/// A panic traps.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    Some(work())
}
