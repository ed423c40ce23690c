//! Lines on large pages.
//!
//! A table of some megabytes is read at random, a line at a time: with pages of 4 KiB most of those reads also miss the buffer that
//! translates addresses. So large buffers are mappings of their own for which the system is asked to use pages of 2 MiB. Where it
//! has none, nothing is lost.

use core::ops::{Deref, DerefMut};

use crate::lanes::Line;

/// Lines, zero at first.
pub struct LineBuffer(Buffer);

enum Buffer {
    Small(Vec<Line>),
    #[cfg(target_os = "linux")]
    Large(os::Mapping),
}

impl LineBuffer {
    /// That many lines, all zero.
    #[must_use]
    pub fn zeroed(lines: usize) -> Self {
        #[cfg(target_os = "linux")]
        if let Some(mapping) = os::Mapping::new(lines) {
            return Self(Buffer::Large(mapping));
        }
        Self(Buffer::Small(vec![Line([0; 8]); lines]))
    }
}

impl Deref for LineBuffer {
    type Target = [Line];

    fn deref(&self) -> &[Line] {
        match &self.0 {
            Buffer::Small(lines) => lines,
            #[cfg(target_os = "linux")]
            Buffer::Large(mapping) => mapping.as_slice(),
        }
    }
}

impl DerefMut for LineBuffer {
    fn deref_mut(&mut self) -> &mut [Line] {
        match &mut self.0 {
            Buffer::Small(lines) => lines,
            #[cfg(target_os = "linux")]
            Buffer::Large(mapping) => mapping.as_mut_slice(),
        }
    }
}

impl AsRef<[Line]> for LineBuffer {
    fn as_ref(&self) -> &[Line] {
        self
    }
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
mod os {
    use core::ptr::NonNull;

    use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous, munmap};

    use crate::lanes::Line;

    /// Buffers from this many bytes on are worth a mapping: two large pages.
    const LARGE: usize = 4 << 20;

    /// A mapping of zeros.
    pub(super) struct Mapping {
        start: NonNull<Line>,
        lines: usize,
    }

    // SAFETY: the mapping is owned like a box, and belongs to no thread.
    unsafe impl Send for Mapping {}
    // SAFETY: as above; it is written through `&mut` only.
    unsafe impl Sync for Mapping {}

    impl Mapping {
        /// `None` if the buffer is small, or the system has no more memory.
        pub(super) fn new(lines: usize) -> Option<Self> {
            let bytes = lines.checked_mul(size_of::<Line>()).filter(|&bytes| bytes >= LARGE)?;
            // No slice is longer.
            isize::try_from(bytes).ok()?;
            let access = ProtFlags::READ | ProtFlags::WRITE;
            // SAFETY: a new mapping at a place of the system's choice changes nothing that exists.
            let start =
                unsafe { mmap_anonymous(core::ptr::null_mut(), bytes, access, MapFlags::PRIVATE) }.ok()?;
            // SAFETY: this is our mapping, and the advice changes no contents.
            let _ = unsafe { madvise(start, bytes, Advice::LinuxHugepage) };
            Some(Self { start: NonNull::new(start.cast())?, lines })
        }

        pub(super) fn as_slice(&self) -> &[Line] {
            // SAFETY: the mapping is that long, starts at a page, holds zeros or lines written since, and lives as long as `self`.
            unsafe { core::slice::from_raw_parts(self.start.as_ptr(), self.lines) }
        }

        pub(super) fn as_mut_slice(&mut self) -> &mut [Line] {
            // SAFETY: as above, and `self` is borrowed alone.
            unsafe { core::slice::from_raw_parts_mut(self.start.as_ptr(), self.lines) }
        }
    }

    impl Drop for Mapping {
        fn drop(&mut self) {
            let bytes = self.lines * size_of::<Line>();
            // SAFETY: this is our mapping, and no slice of it outlives `self`.
            let unmapped = unsafe { munmap(self.start.as_ptr().cast(), bytes) };
            debug_assert!(unmapped.is_ok(), "a whole mapping can be unmapped");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_zero_and_writable() {
        for length in [0, 1, 1000, 65_535, 65_536, 100_001] {
            let mut buffer = LineBuffer::zeroed(length);
            assert_eq!(buffer.len(), length);
            assert!(buffer.iter().all(|line| *line == Line([0; 8])));
            if let Some(last) = buffer.last_mut() {
                *last = Line([7; 8]);
            }
            assert_eq!(buffer.iter().filter(|line| line.0 == [7; 8]).count(), length.min(1));
        }
    }
}
