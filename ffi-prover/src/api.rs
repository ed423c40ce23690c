//! The functions of `include/tacit_prover.h`.
//!
//! Each is as safe as its arguments: pointers are null or point to what the header says, during the call; an object was made here and
//! not destroyed.
#![allow(clippy::missing_safety_doc, reason = "the module says it for all of them")]
#![allow(clippy::too_many_arguments, reason = "these are rapidsnark's functions")]

use core::ffi::{c_char, c_int, c_ulong, c_ulonglong, c_void};

use tacit_prover::circom::{CircomProver, KeyFile};

use crate::boundary::{Buffer, Message, Place, bytes, guard, path, text};
use crate::job::{self, Failure};

/// Done.
pub const PROVER_OK: c_int = 0;
/// Any failure that has no code of its own.
pub const PROVER_ERROR: c_int = 1;
/// The sizes that are needed were written.
pub const PROVER_ERROR_SHORT_BUFFER: c_int = 2;
/// The witness is of another circuit.
pub const PROVER_INVALID_WITNESS_LENGTH: c_int = 3;
/// The proof holds.
pub const VERIFIER_VALID_PROOF: c_int = 0;
/// It does not.
pub const VERIFIER_INVALID_PROOF: c_int = 1;
/// Something is not what it should be.
pub const VERIFIER_ERROR: c_int = 2;

/// # Safety
/// As [`Message::new`], which takes sizes as they are here.
#[allow(unsafe_code)]
unsafe fn message(start: *mut c_char, size: c_ulonglong) -> Message {
    // SAFETY: a size that is cut is smaller.
    unsafe { Message::new(start, usize::try_from(size).unwrap_or(usize::MAX)) }
}

/// The size of a buffer for the public values of a key's circuit.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn groth16_public_size_for_zkey_buf(
    zkey_buffer: *const c_void,
    zkey_size: c_ulonglong,
    public_size: *mut c_ulonglong,
    error_msg: *mut c_char,
    error_msg_maxsize: c_ulonglong,
) -> c_int {
    // SAFETY: see the module; so for every block below.
    let message = unsafe { message(error_msg, error_msg_maxsize) };
    guard(message, PROVER_ERROR, || {
        // SAFETY: see the module.
        let (zkey, size) =
            unsafe { (bytes(zkey_buffer, zkey_size, "key")?, Place::new(public_size, "size")?) };
        size.set(job::public_size(zkey)?);
        Ok(PROVER_OK)
    })
}

/// The same for a file.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn groth16_public_size_for_zkey_file(
    zkey_fname: *const c_char,
    public_size: *mut c_ulonglong,
    error_msg: *mut c_char,
    error_msg_maxsize: c_ulonglong,
) -> c_int {
    // SAFETY: see the module.
    let message = unsafe { message(error_msg, error_msg_maxsize) };
    guard(message, PROVER_ERROR, || {
        // SAFETY: see the module.
        let (zkey, size) = unsafe { (path(zkey_fname, "path")?, Place::new(public_size, "size")?) };
        size.set(job::public_size(job::read(zkey)?.bytes())?);
        Ok(PROVER_OK)
    })
}

/// The size of a buffer for a proof.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn groth16_proof_size(proof_size: *mut c_ulonglong) {
    // SAFETY: see the module.
    if let Ok(size) = unsafe { Place::new(proof_size, "size") } {
        size.set(job::PROOF_SIZE);
    }
}

/// Makes a prover object for a key in memory.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn groth16_prover_create(
    prover_object: *mut *mut c_void,
    zkey_buffer: *const c_void,
    zkey_size: c_ulonglong,
    error_msg: *mut c_char,
    error_msg_maxsize: c_ulonglong,
) -> c_int {
    // SAFETY: see the module.
    let message = unsafe { message(error_msg, error_msg_maxsize) };
    guard(message, PROVER_ERROR, || {
        // SAFETY: see the module.
        let (object, zkey) =
            unsafe { (Place::new(prover_object, "prover object")?, bytes(zkey_buffer, zkey_size, "key")?) };
        create(&object, job::open(&KeyFile::new(zkey)))
    })
}

/// The same for a file.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn groth16_prover_create_zkey_file(
    prover_object: *mut *mut c_void,
    zkey_file_path: *const c_char,
    error_msg: *mut c_char,
    error_msg_maxsize: c_ulonglong,
) -> c_int {
    // SAFETY: see the module.
    let message = unsafe { message(error_msg, error_msg_maxsize) };
    guard(message, PROVER_ERROR, || {
        // SAFETY: see the module.
        let (object, zkey) =
            unsafe { (Place::new(prover_object, "prover object")?, path(zkey_file_path, "path")?) };
        create(&object, job::read(zkey).and_then(|zkey| job::open(&zkey)))
    })
}

/// With the circuit, a folder and a budget.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacit_prover_create(
    prover_object: *mut *mut c_void,
    zkey_path: *const c_char,
    r1cs_path: *const c_char,
    cache_folder: *const c_char,
    memory_mib: c_ulonglong,
    error_msg: *mut c_char,
    error_msg_maxsize: c_ulonglong,
) -> c_int {
    // SAFETY: see the module.
    let message = unsafe { message(error_msg, error_msg_maxsize) };
    guard(message, PROVER_ERROR, || {
        let wanted = |pointer: *const c_char| (!pointer.is_null()).then_some(pointer);
        // SAFETY: see the module.
        let (object, zkey, circuit, folder) = unsafe {
            (
                Place::new(prover_object, "prover object")?,
                path(zkey_path, "path of the key")?,
                wanted(r1cs_path).map(|pointer| path(pointer, "path of the circuit")).transpose()?,
                wanted(cache_folder).map(|pointer| path(pointer, "path of the folder")).transpose()?,
            )
        };
        create(&object, job::open_files(zkey, circuit, folder, memory_mib))
    })
}

fn create(object: &Place<*mut c_void>, prover: Result<CircomProver, Failure>) -> Result<c_int, Failure> {
    object.set(Box::into_raw(Box::new(prover?)).cast());
    Ok(PROVER_OK)
}

/// Proves a witness.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn groth16_prover_prove(
    prover_object: *mut c_void,
    wtns_buffer: *const c_void,
    wtns_size: c_ulonglong,
    proof_buffer: *mut c_char,
    proof_size: *mut c_ulonglong,
    public_buffer: *mut c_char,
    public_size: *mut c_ulonglong,
    error_msg: *mut c_char,
    error_msg_maxsize: c_ulonglong,
) -> c_int {
    // SAFETY: see the module.
    let message = unsafe { message(error_msg, error_msg_maxsize) };
    guard(message, PROVER_ERROR, || {
        // SAFETY: objects are made by `create` and read alone while they live.
        let prover = unsafe { prover_object.cast::<CircomProver>().cast_const().as_ref() };
        let prover = prover.ok_or(Failure::Null("prover object"))?;
        // SAFETY: see the module.
        let (wtns, proof, public) = unsafe {
            (
                bytes(wtns_buffer, wtns_size, "witness")?,
                Buffer::new(proof_buffer, proof_size, "proof's buffer", "proof's size")?,
                Buffer::new(public_buffer, public_size, "public values' buffer", "public values' size")?,
            )
        };
        prove(prover, wtns, [&proof, &public])
    })
}

fn prove(prover: &CircomProver, wtns: &[u8], buffers: [&Buffer; 2]) -> Result<c_int, Failure> {
    let texts = job::prove(prover, wtns)?;
    let [proof_room, public_room] = buffers.map(Buffer::room);
    if buffers.iter().zip(&texts).all(|(buffer, text)| buffer.fits(text)) {
        buffers.iter().zip(&texts).for_each(|(buffer, text)| buffer.write(text));
        return Ok(PROVER_OK);
    }
    buffers.iter().zip(&texts).for_each(|(buffer, text)| buffer.ask_for(text));
    let [proof, public] = buffers.map(Buffer::room);
    Err(Failure::ShortBuffer { proof, proof_room, public, public_room })
}

/// Frees an object.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn groth16_prover_destroy(prover_object: *mut c_void) {
    if prover_object.is_null() {
        return;
    }
    // Nobody can be told.
    let nowhere = core::ptr::null_mut();
    // SAFETY: null is allowed.
    let message = unsafe { message(nowhere, 0) };
    guard(message, PROVER_ERROR, || {
        // SAFETY: it was made by `create`, and the caller gives it up.
        drop(unsafe { Box::from_raw(prover_object.cast::<CircomProver>()) });
        Ok(PROVER_OK)
    });
}

/// Create, prove and destroy in one.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn groth16_prover(
    zkey_buffer: *const c_void,
    zkey_size: c_ulonglong,
    wtns_buffer: *const c_void,
    wtns_size: c_ulonglong,
    proof_buffer: *mut c_char,
    proof_size: *mut c_ulonglong,
    public_buffer: *mut c_char,
    public_size: *mut c_ulonglong,
    error_msg: *mut c_char,
    error_msg_maxsize: c_ulonglong,
) -> c_int {
    // SAFETY: see the module.
    let message = unsafe { message(error_msg, error_msg_maxsize) };
    guard(message, PROVER_ERROR, || {
        // SAFETY: see the module.
        let (zkey, wtns, proof, public) = unsafe {
            (
                bytes(zkey_buffer, zkey_size, "key")?,
                bytes(wtns_buffer, wtns_size, "witness")?,
                Buffer::new(proof_buffer, proof_size, "proof's buffer", "proof's size")?,
                Buffer::new(public_buffer, public_size, "public values' buffer", "public values' size")?,
            )
        };
        prove(&job::open(&KeyFile::new(zkey))?, wtns, [&proof, &public])
    })
}

/// The same for a file.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn groth16_prover_zkey_file(
    zkey_file_path: *const c_char,
    wtns_buffer: *const c_void,
    wtns_size: c_ulonglong,
    proof_buffer: *mut c_char,
    proof_size: *mut c_ulonglong,
    public_buffer: *mut c_char,
    public_size: *mut c_ulonglong,
    error_msg: *mut c_char,
    error_msg_maxsize: c_ulonglong,
) -> c_int {
    // SAFETY: see the module.
    let message = unsafe { message(error_msg, error_msg_maxsize) };
    guard(message, PROVER_ERROR, || {
        // SAFETY: see the module.
        let (zkey, wtns, proof, public) = unsafe {
            (
                path(zkey_file_path, "path")?,
                bytes(wtns_buffer, wtns_size, "witness")?,
                Buffer::new(proof_buffer, proof_size, "proof's buffer", "proof's size")?,
                Buffer::new(public_buffer, public_size, "public values' buffer", "public values' size")?,
            )
        };
        prove(&job::open(&job::read(zkey)?)?, wtns, [&proof, &public])
    })
}

/// Verifies a proof.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn groth16_verify(
    proof: *const c_char,
    inputs: *const c_char,
    verification_key: *const c_char,
    error_msg: *mut c_char,
    error_msg_maxsize: c_ulong,
) -> c_int {
    // SAFETY: see the module.
    let message = unsafe { message(error_msg, error_msg_maxsize as c_ulonglong) };
    guard(message, VERIFIER_ERROR, || {
        let verified = || {
            // SAFETY: see the module.
            let (proof, inputs, key) = unsafe {
                (
                    text(proof, "proof")?,
                    text(inputs, "public values")?,
                    text(verification_key, "verification key")?,
                )
            };
            job::holds(proof, inputs, key)
        };
        match verified() {
            Ok(true) => Ok(VERIFIER_VALID_PROOF),
            Ok(false) => Ok(VERIFIER_INVALID_PROOF),
            Err(failure) => Err(Failure::Verifier(Box::new(failure))),
        }
    })
}
