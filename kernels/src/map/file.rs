//! Tables from a file: mapped where the system can, read where it cannot.
//!
//! A mapped file costs no copy, its pages are shared by all processes that map it, and only those that are used are fetched.
//!
//! **Not checked here**: that nobody changes or truncates the file while it is mapped, which no check can rule out; the contents would
//! change under us, or the system would end the process. So map only files that are replaced by renaming and never written in place,
//! in folders that others cannot write to. What the file holds is for the reader to check; nothing outside of it can be read.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::lanes::Line;

/// Bytes of a line.
const LINE: usize = size_of::<Line>();

/// A whole file in memory, from the start of a line on.
pub struct MappedFile(os::Bytes);

impl MappedFile {
    /// Maps a file, or reads it.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // No slice is longer than `isize::MAX`, which files can be where addresses have 32 bits.
        let length = isize::try_from(file.metadata()?.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        os::Bytes::new(&file, length.unsigned_abs()).map(Self)
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The lines of a range of bytes, which keep the file mapped. `None` if the range does not lie in the file, or its ends are no
    /// multiples of 64.
    #[must_use]
    pub fn lines(self: &Arc<Self>, range: Range<usize>) -> Option<MappedLines> {
        let aligned = range.start.is_multiple_of(LINE) && range.end.is_multiple_of(LINE);
        let inside = range.start <= range.end && range.end <= self.bytes().len();
        (aligned && inside).then(|| MappedLines { file: Arc::clone(self), range })
    }
}

/// Lines of a mapped file.
pub struct MappedLines {
    file: Arc<MappedFile>,
    /// In bytes; ends and bounds were checked.
    range: Range<usize>,
}

impl AsRef<[Line]> for MappedLines {
    #[allow(unsafe_code)]
    fn as_ref(&self) -> &[Line] {
        let bytes = &self.file.bytes()[self.range.clone()];
        if bytes.is_empty() {
            return &[];
        }
        let start = bytes.as_ptr().cast::<Line>();
        assert!(
            start.is_aligned(),
            "files are mapped at the start of a page and read to the start of a line"
        );
        // SAFETY: aligned, as was just checked; all of it lies in `bytes`, which lives as long as `self` and is not written to (see the
        // module on files that change); any bits are a `Line`, which is words without padding.
        unsafe { core::slice::from_raw_parts(start, bytes.len() / LINE) }
    }
}

#[cfg(unix)]
#[allow(unsafe_code)]
mod os {
    use std::fs::File;
    use std::io;

    use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

    /// A mapping; null for an empty file, which cannot be mapped.
    pub(super) struct Bytes {
        start: *const u8,
        length: usize,
    }

    // SAFETY: the mapping is only read, and belongs to no thread.
    unsafe impl Send for Bytes {}
    // SAFETY: as above.
    unsafe impl Sync for Bytes {}

    impl Bytes {
        pub(super) fn new(file: &File, length: usize) -> io::Result<Self> {
            if length == 0 {
                return Ok(Self { start: core::ptr::null(), length });
            }
            let (any, flags) = (core::ptr::null_mut(), MapFlags::PRIVATE);
            // SAFETY: a new mapping at a place of the system's choice changes nothing that exists.
            let start = unsafe { mmap(any, length, ProtFlags::READ, flags, file, 0)? };
            Ok(Self { start: start.cast_const().cast(), length })
        }

        pub(super) fn as_slice(&self) -> &[u8] {
            if self.length == 0 {
                return &[];
            }
            // SAFETY: the mapping is that long, which `open` made sure a slice can be, readable, and lives as long as `self`.
            unsafe { core::slice::from_raw_parts(self.start, self.length) }
        }
    }

    impl Drop for Bytes {
        fn drop(&mut self) {
            if self.length > 0 {
                // SAFETY: this is our mapping, and no slice of it outlives `self`.
                let unmapped = unsafe { munmap(self.start.cast_mut().cast(), self.length) };
                debug_assert!(unmapped.is_ok(), "a whole mapping can be unmapped");
            }
        }
    }
}

#[cfg(not(unix))]
mod os {
    use std::fs::File;
    use std::io::{self, Read as _};

    use super::LINE;

    /// A copy that starts at a multiple of a line.
    pub(super) struct Bytes {
        room: Vec<u8>,
        skip: usize,
        length: usize,
    }

    impl Bytes {
        pub(super) fn new(mut file: &File, length: usize) -> io::Result<Self> {
            let mut room = vec![0; length.checked_add(LINE).ok_or(io::ErrorKind::FileTooLarge)?];
            let skip = room.as_ptr().align_offset(LINE);
            file.read_exact(&mut room[skip..skip + length])?;
            Ok(Self { room, skip, length })
        }

        pub(super) fn as_slice(&self) -> &[u8] {
            &self.room[self.skip..self.skip + self.length]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lines_inside_the_file() {
        let path = std::env::temp_dir().join(format!("tacit-kernels-map-{}", std::process::id()));
        let bytes: Vec<u8> = (0..200).collect();
        std::fs::write(&path, &bytes).unwrap();
        let file = Arc::new(MappedFile::open(&path).unwrap());
        std::fs::write(&path, []).unwrap();
        let empty = Arc::new(MappedFile::open(&path).unwrap());
        std::fs::remove_file(&path).unwrap();
        assert!(MappedFile::open(&path).is_err());
        assert!(empty.bytes().is_empty() && empty.lines(0..0).unwrap().as_ref().is_empty());
        assert!(empty.lines(0..64).is_none());
        // The file was emptied while it was mapped, so that its bytes are gone: only lengths may be looked at.
        assert_eq!(file.bytes().len(), 200);
        #[allow(
            clippy::reversed_empty_ranges,
            reason = "a range that ends before it starts is one of the lies"
        )]
        for range in [0..256, 64..256, 1..65, 0..63, 128..64, 192..usize::MAX & !63] {
            assert!(file.lines(range).is_none());
        }

        std::fs::write(&path, &bytes).unwrap();
        let file = Arc::new(MappedFile::open(&path).unwrap());
        std::fs::remove_file(&path).unwrap();
        let lines = file.lines(64..192).unwrap();
        assert_eq!(file.bytes(), bytes);
        drop(file);
        assert_eq!(lines.as_ref().len(), 2);
        assert_eq!(lines.as_ref()[1].0[0].to_le_bytes(), bytes[128..136]);
    }
}
