//! What the standard library would bring: memory, and what a panic does. And memory for the host, which writes arguments into it.

use alloc::alloc::{alloc, dealloc};
use core::alloc::Layout;

use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static MEMORY: GlobalDlmalloc = GlobalDlmalloc;

/// Traps; the host throws the instance away.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

fn layout(size: usize) -> Option<Layout> {
    // Of eight, so that arrays of the header's structs fit.
    Layout::from_size_align(size.max(1), 8).ok()
}

/// Memory for an argument; null if there is none.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub extern "C" fn tacit_allocate(size: usize) -> *mut u8 {
    match layout(size) {
        // SAFETY: the size is not zero.
        Some(layout) => unsafe { alloc(layout) },
        None => core::ptr::null_mut(),
    }
}

/// Frees it.
///
/// # Safety
/// `start` is null or of [`tacit_allocate`] for this size, and not freed since.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacit_release(start: *mut u8, size: usize) {
    if let Some(layout) = layout(size)
        && !start.is_null()
    {
        // SAFETY: as the caller vouches.
        unsafe { dealloc(start, layout) };
    }
}
