//! The functions of `include/tacit_verifier.h`.
//!
//! Each is as safe as its arguments: pointers are null or point to what the header says, during the call; an object was made here and
//! not destroyed.
#![allow(clippy::missing_safety_doc, reason = "the module says it for all of them")]

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{c_char, c_int};

use tacit_credential::date::UnixTime;

use crate::boundary::{self, Place, array, bytes, guard, object, values};
use crate::failure::Failure;
use crate::site::{self, Site};

/// Done.
pub const TACIT_OK: c_int = 0;
/// Refused; the answer says why.
pub const TACIT_REFUSED: c_int = 1;
/// A fault of the library.
pub const TACIT_INTERNAL: c_int = 2;

/// The opaque object.
#[allow(non_camel_case_types, reason = "C's name")]
pub type tacit_verifier = Site;

/// Makes a verifier.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacit_verifier_create(
    config: *const u8,
    config_size: usize,
    verifier: *mut *mut tacit_verifier,
    answer: *mut *mut c_char,
) -> c_int {
    // SAFETY: see the module; so for every block below.
    let (verifier, answer) = unsafe { (Place::new(verifier), Place::new(answer)) };
    guard(&answer, || {
        // SAFETY: see the module.
        let config = unsafe { bytes(config, config_size, "configuration") }?;
        if !verifier.is_there() {
            return Err(Failure::Null("place of the verifier"));
        }
        verifier.set_box(Site::new(config)?);
        Ok(String::from("{}"))
    })
}

/// Frees a verifier.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacit_verifier_destroy(verifier: *mut tacit_verifier) {
    if verifier.is_null() {
        return;
    }
    // SAFETY: null is allowed.
    let nowhere = unsafe { Place::new(core::ptr::null_mut()) };
    guard(&nowhere, || {
        // SAFETY: it was made by `create`, and the caller gives it up.
        drop(unsafe { Box::from_raw(verifier) });
        Ok(String::new())
    });
}

/// Sets the time.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacit_verifier_set_clock(
    verifier: *const tacit_verifier,
    now: u64,
    answer: *mut *mut c_char,
) -> c_int {
    // SAFETY: see the module.
    let answer = unsafe { Place::new(answer) };
    guard(&answer, || {
        // SAFETY: see the module.
        let site = unsafe { object(verifier, "verifier") }?;
        site.set_clock((now != 0).then_some(UnixTime(now)))?;
        Ok(String::from("{}"))
    })
}

/// Takes a trust list into use.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacit_verifier_add_trust_list(
    verifier: *const tacit_verifier,
    list: *const u8,
    list_size: usize,
    answer: *mut *mut c_char,
) -> c_int {
    // SAFETY: see the module.
    let answer = unsafe { Place::new(answer) };
    guard(&answer, || {
        // SAFETY: see the module.
        let (site, list) = unsafe { (object(verifier, "verifier")?, bytes(list, list_size, "trust list")?) };
        site.add_trust_list(list)
    })
}

/// Makes a request.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacit_verifier_request(
    verifier: *const tacit_verifier,
    ask: *const u8,
    ask_size: usize,
    signing_key: *const u8,
    random: *const u8,
    answer: *mut *mut c_char,
) -> c_int {
    // SAFETY: see the module.
    let answer = unsafe { Place::new(answer) };
    guard(&answer, || {
        // SAFETY: see the module.
        let (site, ask, key, random) = unsafe {
            (object(verifier, "verifier")?, bytes(ask, ask_size, "ask")?, array(signing_key), array(random))
        };
        site.request(ask, key.ok_or(Failure::Null("signing key"))?, random)
    })
}

/// Takes a request back as open.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacit_verifier_resume(
    verifier: *const tacit_verifier,
    request: *const u8,
    request_size: usize,
    answer: *mut *mut c_char,
) -> c_int {
    // SAFETY: see the module.
    let answer = unsafe { Place::new(answer) };
    guard(&answer, || {
        // SAFETY: see the module.
        let (site, request) =
            unsafe { (object(verifier, "verifier")?, bytes(request, request_size, "request")?) };
        site.resume(request)?;
        Ok(String::from("{}"))
    })
}

/// Verifies a presentation and closes its challenge.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacit_verifier_verify(
    verifier: *const tacit_verifier,
    request: *const u8,
    request_size: usize,
    presentation: *const u8,
    presentation_size: usize,
    answer: *mut *mut c_char,
) -> c_int {
    // SAFETY: see the module.
    let answer = unsafe { Place::new(answer) };
    guard(&answer, || {
        // SAFETY: see the module.
        let (site, request, presentation) = unsafe {
            (
                object(verifier, "verifier")?,
                bytes(request, request_size, "request")?,
                bytes(presentation, presentation_size, "presentation")?,
            )
        };
        site.verify(request, presentation)
    })
}

/// Checks a presentation; the challenge is the caller's.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacit_verifier_check(
    verifier: *const tacit_verifier,
    request: *const u8,
    request_size: usize,
    presentation: *const u8,
    presentation_size: usize,
    answer: *mut *mut c_char,
) -> c_int {
    // SAFETY: see the module.
    let answer = unsafe { Place::new(answer) };
    guard(&answer, || {
        // SAFETY: see the module.
        let (site, request, presentation) = unsafe {
            (
                object(verifier, "verifier")?,
                bytes(request, request_size, "request")?,
                bytes(presentation, presentation_size, "presentation")?,
            )
        };
        site.check(request, presentation)
    })
}

/// A presentation and the request that it answers.
#[repr(C)]
#[allow(non_camel_case_types, missing_docs, reason = "C's names, which the header explains")]
#[derive(Clone, Copy)]
pub struct tacit_presentation {
    pub request: *const u8,
    pub request_size: usize,
    pub presentation: *const u8,
    pub presentation_size: usize,
}

/// Bytes of a request and of the presentation that answers it.
type Answer<'a> = (&'a [u8], &'a [u8]);

/// # Safety
/// As [`values`] and [`bytes`] say of every part.
#[allow(unsafe_code)]
unsafe fn answers<'a>(start: *const tacit_presentation, count: usize) -> Result<Vec<Answer<'a>>, Failure> {
    // SAFETY: as the caller vouches.
    let answers = unsafe { values(start, count, "list of presentations") }?;
    let read = |one: &tacit_presentation| {
        // SAFETY: as the caller vouches.
        unsafe {
            Ok((
                bytes(one.request, one.request_size, "request")?,
                bytes(one.presentation, one.presentation_size, "presentation")?,
            ))
        }
    };
    answers.iter().map(read).collect()
}

/// Verifies many presentations and closes their challenges.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacit_verifier_verify_batch(
    verifier: *const tacit_verifier,
    presentations: *const tacit_presentation,
    count: usize,
    answer: *mut *mut c_char,
) -> c_int {
    // SAFETY: see the module.
    let answer = unsafe { Place::new(answer) };
    guard(&answer, || {
        // SAFETY: see the module.
        let (site, answers) = unsafe { (object(verifier, "verifier")?, answers(presentations, count)?) };
        site.verify_batch(&answers)
    })
}

/// Checks many presentations; the challenges are the caller's.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacit_verifier_check_batch(
    verifier: *const tacit_verifier,
    presentations: *const tacit_presentation,
    count: usize,
    answer: *mut *mut c_char,
) -> c_int {
    // SAFETY: see the module.
    let answer = unsafe { Place::new(answer) };
    guard(&answer, || {
        // SAFETY: see the module.
        let (site, answers) = unsafe { (object(verifier, "verifier")?, answers(presentations, count)?) };
        site.check_batch(&answers)
    })
}

/// The challenge of a request.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacit_request_challenge(
    request: *const u8,
    request_size: usize,
    answer: *mut *mut c_char,
) -> c_int {
    // SAFETY: see the module.
    let answer = unsafe { Place::new(answer) };
    guard(&answer, || {
        // SAFETY: see the module.
        site::challenge(unsafe { bytes(request, request_size, "request") }?)
    })
}

/// The public half of a signing key.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacit_verifier_key(signing_key: *const u8, answer: *mut *mut c_char) -> c_int {
    // SAFETY: see the module.
    let answer = unsafe { Place::new(answer) };
    guard(&answer, || {
        // SAFETY: see the module.
        let key = unsafe { array(signing_key) }.ok_or(Failure::Null("signing key"))?;
        Ok(site::public_key(key))
    })
}

/// Frees a text.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacit_text_free(text: *mut c_char) {
    // SAFETY: see the module.
    unsafe { boundary::free_text(text) };
}
