//! Raw pointers to Rust's types and back.

use core::ffi::{CStr, c_char, c_int, c_ulonglong, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::job::Failure;

/// Where a message goes.
#[derive(Clone, Copy)]
pub(crate) struct Message {
    start: *mut c_char,
    size: usize,
}

impl Message {
    /// # Safety
    /// `start` is null or points to `size` bytes that may be written during the call.
    #[allow(unsafe_code)]
    pub(crate) const unsafe fn new(start: *mut c_char, size: usize) -> Self {
        Self { start, size }
    }

    /// Writes a text, cut at a character's end, and the null after it.
    #[allow(unsafe_code)]
    fn write(self, text: &str) {
        if self.start.is_null() || self.size == 0 {
            return;
        }
        // A null within would end the message.
        let text = text.split('\0').next().unwrap_or_default();
        let length = (0..=text.len().min(self.size - 1)).rev().find(|&end| text.is_char_boundary(end));
        let length = length.unwrap_or(0);
        // SAFETY: `length + 1` is at most `size`, for which the maker of this vouched; `text` has `length` bytes, and overlaps nothing
        // that the caller can write to, as it is our own.
        unsafe {
            core::ptr::copy_nonoverlapping(text.as_ptr().cast::<c_char>(), self.start, length);
            *self.start.add(length) = 0;
        }
    }
}

/// Runs a function's work: its failure, or panic, becomes a message and a code.
pub(crate) fn guard(
    message: Message,
    panicked: c_int,
    work: impl FnOnce() -> Result<c_int, Failure>,
) -> c_int {
    // Whatever a panic left half done is never looked at again: objects are only read while they prove.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => {
            message.write(&failure.to_string());
            failure.code()
        }
        Err(_) => {
            message.write("an internal error; please report it, with what was printed to standard error");
            panicked
        }
    }
}

/// # Safety
/// `start` is null or points to `size` bytes that nobody writes to during the call.
#[allow(unsafe_code)]
pub(crate) unsafe fn bytes<'a>(
    start: *const c_void,
    size: c_ulonglong,
    what: &'static str,
) -> Result<&'a [u8], Failure> {
    if start.is_null() {
        return Err(Failure::Null(what));
    }
    let size = usize::try_from(size).ok().filter(|&size| isize::try_from(size).is_ok());
    let size = size.ok_or(Failure::TooLong(what))?;
    // SAFETY: not null, and no longer than any object; the caller vouches for the rest, and any byte is a `u8`.
    Ok(unsafe { core::slice::from_raw_parts(start.cast::<u8>(), size) })
}

/// # Safety
/// `start` is null or points to a null-terminated string that nobody writes to during the call.
#[allow(unsafe_code)]
pub(crate) unsafe fn text<'a>(start: *const c_char, what: &'static str) -> Result<&'a CStr, Failure> {
    if start.is_null() {
        return Err(Failure::Null(what));
    }
    // SAFETY: not null; the caller vouches for the rest.
    Ok(unsafe { CStr::from_ptr(start) })
}

/// # Safety
/// As [`text`].
#[allow(unsafe_code)]
pub(crate) unsafe fn path<'a>(start: *const c_char, what: &'static str) -> Result<&'a Path, Failure> {
    // SAFETY: as the caller vouches.
    let text = unsafe { text(start, what)? };
    #[cfg(unix)]
    let path = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(text.to_bytes());
    #[cfg(not(unix))]
    let path = text.to_str().map_err(|_| Failure::NotText(what))?;
    Ok(Path::new(path))
}

/// A place for a value of the caller's.
pub(crate) struct Place<T>(*mut T);

impl<T: Copy> Place<T> {
    /// # Safety
    /// `place` is null or points to a value that nobody else uses during the call.
    #[allow(unsafe_code)]
    pub(crate) unsafe fn new(place: *mut T, what: &'static str) -> Result<Self, Failure> {
        if place.is_null() || !place.is_aligned() { Err(Failure::Null(what)) } else { Ok(Self(place)) }
    }

    #[allow(unsafe_code)]
    pub(crate) fn get(&self) -> T {
        // SAFETY: not null and aligned; the maker vouched for the rest.
        unsafe { self.0.read() }
    }

    #[allow(unsafe_code)]
    pub(crate) fn set(&self, value: T) {
        // SAFETY: not null and aligned; the maker vouched for the rest.
        unsafe { self.0.write(value) }
    }
}

/// A buffer of the caller's, and the place of its size.
pub(crate) struct Buffer {
    start: *mut c_char,
    size: Place<c_ulonglong>,
}

impl Buffer {
    /// # Safety
    /// `size` is as [`Place::new`] says; `start` is null or points to as many bytes as stand there, which may be written during the call.
    #[allow(unsafe_code)]
    pub(crate) unsafe fn new(
        start: *mut c_char,
        size: *mut c_ulonglong,
        what: &'static str,
        what_size: &'static str,
    ) -> Result<Self, Failure> {
        if start.is_null() {
            return Err(Failure::Null(what));
        }
        // SAFETY: as the caller vouches.
        let size = unsafe { Place::new(size, what_size)? };
        Ok(Self { start, size })
    }

    /// Bytes that it can take.
    pub(crate) fn room(&self) -> u64 {
        self.size.get()
    }

    /// Says how many bytes a text needs, the null that ends it among them; whether there are so many.
    pub(crate) fn fits(&self, text: &str) -> bool {
        self.room() > text.len() as u64
    }

    pub(crate) fn ask_for(&self, text: &str) {
        self.size.set(text.len() as u64 + 1);
    }

    /// Writes a text that fits and the null after it.
    #[allow(unsafe_code)]
    pub(crate) fn write(&self, text: &str) {
        assert!(self.fits(text), "the size was looked at");
        // SAFETY: the text and the null are no longer than the buffer, for which the maker vouched; the text is our own.
        unsafe {
            core::ptr::copy_nonoverlapping(text.as_ptr().cast::<c_char>(), self.start, text.len());
            *self.start.add(text.len()) = 0;
        }
        self.size.set(text.len() as u64);
    }
}
