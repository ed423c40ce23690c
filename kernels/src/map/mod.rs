//! Memory that the system maps: files, and large buffers. With the backends' folders, the only place with `unsafe`.

mod file;
mod pages;

pub use file::{MappedFile, MappedLines};
pub use pages::LineBuffer;
