//! What was prepared, as a file: mapped at the next start instead of being computed again.
//!
//! ```text
//! "tacit-kc"  version (4)  zero (4)                                                                          16
//! name of the backend, filled up with zeros (16)  memory budget (8)  zero (8)                               32
//! digest of the key, system included (32)                                                                   32
//! for each of A, B₁, L', U, B₂:  points, kept points, window bits, sets (8 each)                           160
//! zero (8)  length of the file (8)                                                                          16
//! checksum (32)  zero (32)                                                                                  64
//! for each table:  indices of the kept points (4 each), filled up with zeros to a multiple of 64
//! for each table:  its lines (64 each)
//! ```
//!
//! Numbers are little-endian. The checksum is SHA-256 of the head before it and the SHA-256 of each MiB after it, which are made
//! on all threads.
//!
//! **Checked here**: that the file is for this key, backend and budget; checksum, lengths, the order of indices, that every number is
//! below the modulus; and that the entries of the blinding factors are those of δ (`PreparedKey::blinds_with`). So a damaged file is
//! refused, a forged one cannot make us read outside of it, and what is proved with it is blinded. **Not checked**: that the other
//! points are the key's. Whoever can write the file can make proofs that do not hold, which verifying them shows: it belongs where the
//! key and the program are, writable by their owner alone. It must not be written in place while a prover has it mapped; [`write()`]
//! renames.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use ark_bn254::{G1Affine, G2Affine};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use tacit_kernels::map::MappedFile;
use tacit_kernels::{Backend, Curve, FixedBase, Line, Lines, Shape};

use super::PreparedKey;
use crate::replace::{create, replace};

const MAGIC: &[u8; 8] = b"tacit-kc";
/// Goes up with every change of this format, of the fold, or of what the kernels' tables hold.
const VERSION: u32 = 2;
/// In the order A, B₁, L', U, B₂.
pub(crate) const TABLES: usize = 5;
/// Bytes before the checksum.
const HEAD: usize = 16 + 32 + 32 + 32 * TABLES + 16;
/// Bytes before the first index.
const BODY: usize = HEAD + 64;
/// Bytes that are hashed at a time.
const PIECE: usize = 1 << 20;
const LINE: usize = size_of::<Line>();

/// Why a key cache was not used or not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// The file system refused.
    #[error("the key cache could not be read or written: {0}; check path and permissions")]
    Io(#[from] io::Error),
    /// There is a file, and it is no key cache.
    #[error(
        "what is in the key cache's place is none; delete it, or name another path for the cache, as it will not be replaced"
    )]
    NoCache,
    /// It is a key cache of another version of this program.
    #[error("the key cache was made by another version of the program; delete it, it will be made again")]
    Version,
    /// It was made with other instructions than this prover uses.
    #[error("the key cache was made for another kind of CPU; delete it, it will be made again")]
    Backend,
    /// It was made within another memory budget.
    #[error("the key cache was made for another memory budget; delete it, it will be made again")]
    Memory,
    /// It belongs to another key.
    #[error("the key cache belongs to another key; delete it, it will be made again")]
    Key,
    /// It is cut off, or a checksum, a length, an index or a number is wrong.
    #[error("the key cache is damaged; delete it, it will be made again")]
    Damaged,
    /// Tables cannot be mapped on machines that store the high byte first.
    #[error("this machine cannot use key caches; go on without one")]
    Unsupported,
}

/// What a cache must have been made for.
pub(crate) struct Identity {
    pub(crate) key: [u8; 32],
    pub(crate) backend: Backend,
    pub(crate) memory: u64,
    /// How many scalars each table wants.
    pub(crate) lengths: [usize; TABLES],
    /// δ₁ and δ₂, on which the blinding rests.
    pub(crate) delta: (G1Affine, G2Affine),
}

/// The parts of a table that do not depend on its group.
struct Parts<'a> {
    length: usize,
    shape: &'a Shape,
    kept: &'a [u32],
    lines: &'a [Line],
}

impl<'a, C: Curve> From<&'a FixedBase<C>> for Parts<'a> {
    fn from(table: &'a FixedBase<C>) -> Self {
        Self { length: table.len(), shape: table.shape(), kept: table.kept(), lines: table.lines() }
    }
}

/// Writes a cache, whole or not at all.
pub(crate) fn write(prepared: &PreparedKey, identity: &Identity, path: &Path) -> Result<(), CacheError> {
    if cfg!(target_endian = "big") {
        return Err(CacheError::Unsupported);
    }
    let PreparedKey { a, b1, b2, l, u } = prepared;
    let tables: [Parts<'_>; TABLES] = [a.into(), b1.into(), l.into(), u.into(), b2.into()];
    let indices: usize = tables.iter().map(|table| (4 * table.kept.len()).next_multiple_of(LINE)).sum();
    let lines: usize = tables.iter().map(|table| LINE * table.lines.len()).sum();
    let mut bytes = Vec::with_capacity(BODY + indices + lines);
    bytes.extend(head_start(identity));
    for table in &tables {
        let shape = table.shape;
        for number in [table.length, shape.points(), shape.window_bits(), shape.sets()] {
            bytes.extend((number as u64).to_le_bytes());
        }
    }
    bytes.extend([0; 8]);
    bytes.extend(((BODY + indices + lines) as u64).to_le_bytes());
    debug_assert_eq!(bytes.len(), HEAD);
    bytes.resize(BODY, 0);
    for table in &tables {
        bytes.extend(table.kept.iter().flat_map(|index| index.to_le_bytes()));
        bytes.resize(bytes.len().next_multiple_of(LINE), 0);
    }
    for table in &tables {
        bytes.extend(table.lines.iter().flat_map(|line| line.0).flat_map(u64::to_le_bytes));
    }
    let checksum = checksum(&bytes);
    bytes[HEAD..HEAD + 32].copy_from_slice(&checksum);
    // Another process may have made one meanwhile.
    for _ in 0..2 {
        if is_cache(path)? {
            return Ok(replace(path, &bytes)?);
        }
        match create(path, &bytes) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            result => return Ok(result?),
        }
    }
    Err(CacheError::NoCache)
}

/// Whether a cache, of whatever version, is there, or nothing; all else is refused.
fn is_cache(path: &Path) -> Result<bool, CacheError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error.into()),
        // Pipes would block, and devices be replaced.
        Ok(metadata) if !metadata.is_file() => return Err(CacheError::NoCache),
        Ok(_) => {}
    }
    let mut start = [0; MAGIC.len()];
    match fs::File::open(path)?.read_exact(&mut start) {
        Ok(()) if start == *MAGIC => Ok(true),
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error.into()),
        _ => Err(CacheError::NoCache),
    }
}

/// Maps a cache.
pub(crate) fn read(path: &Path, identity: &Identity) -> Result<PreparedKey, CacheError> {
    if cfg!(target_endian = "big") {
        return Err(CacheError::Unsupported);
    }
    if !is_cache(path)? {
        return Err(io::Error::from(io::ErrorKind::NotFound).into());
    }
    let file = Arc::new(MappedFile::open(path)?);
    let bytes = file.bytes();
    let start = head_start(identity);
    if !bytes.starts_with(&start[..16]) {
        return Err(CacheError::Version);
    }
    if bytes.len() < BODY {
        return Err(CacheError::Damaged);
    }
    for (range, error) in
        [(16..32, CacheError::Backend), (32..48, CacheError::Memory), (48..80, CacheError::Key)]
    {
        if bytes[range.clone()] != start[range] {
            return Err(error);
        }
    }
    let mut numbers = bytes[start.len()..HEAD].as_chunks::<8>().0.iter().map(|b| u64::from_le_bytes(*b));
    let mut number =
        || numbers.next().and_then(|number| usize::try_from(number).ok()).ok_or(CacheError::Damaged);
    let mut heads = [(0, 0, 0, 0); TABLES];
    for head in &mut heads {
        *head = (number()?, number()?, number()?, number()?);
    }
    if number()? != 0 || number()? != bytes.len() || checksum(bytes) != bytes[HEAD..HEAD + 32] {
        return Err(CacheError::Damaged);
    }
    if heads.map(|(length, ..)| length) != identity.lengths {
        return Err(CacheError::Damaged);
    }

    let mut next = BODY;
    let mut take = |count: usize, size: usize| {
        let length = count.checked_mul(size).and_then(|length| length.checked_next_multiple_of(LINE));
        let end = length.and_then(|length| next.checked_add(length)).filter(|end| *end <= bytes.len());
        end.map(|end| core::mem::replace(&mut next, end)..end).ok_or(CacheError::Damaged)
    };
    let mut kept: Vec<Arc<[u32]>> = Vec::with_capacity(TABLES);
    for (_, points, ..) in heads {
        let words = bytes[take(points, 4)?].as_chunks::<4>().0;
        kept.push(words[..points].iter().map(|word| u32::from_le_bytes(*word)).collect());
    }
    let mut parts = Vec::with_capacity(TABLES);
    for (table, ((length, points, window_bits, sets), kept)) in heads.into_iter().zip(kept).enumerate() {
        let shape = Shape::new(points, window_bits, sets).ok_or(CacheError::Damaged)?;
        let lines_per_point = if table < TABLES - 1 { 1 } else { 2 };
        let range = take(points * shape.multiples(), LINE * lines_per_point)?;
        let lines = file.lines(range).ok_or(CacheError::Damaged)?;
        parts.push((shape, length, kept, Lines::Shared(Arc::new(lines))));
    }
    if next != bytes.len() {
        return Err(CacheError::Damaged);
    }
    let [a, b1, l, u, b2] = <[_; TABLES]>::try_from(parts).map_err(|_| CacheError::Damaged)?;
    let backend = identity.backend;
    let ((a, b1), (l, (u, b2))) = rayon::join(
        || rayon::join(|| table(backend, a), || table(backend, b1)),
        || rayon::join(|| table(backend, l), || rayon::join(|| table(backend, u), || table(backend, b2))),
    );
    let prepared = PreparedKey { a: a?, b1: b1?, b2: b2?, l: l?, u: u? };
    if prepared.blinds_with(identity.delta) { Ok(prepared) } else { Err(CacheError::Damaged) }
}

fn table<C: Curve>(
    backend: Backend,
    (shape, length, kept, lines): (Shape, usize, Arc<[u32]>, Lines),
) -> Result<FixedBase<C>, CacheError> {
    FixedBase::from_parts(backend, shape, length, kept, lines).map_err(|_| CacheError::Damaged)
}

/// The head up to the tables.
fn head_start(identity: &Identity) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(u64::from(VERSION).to_le_bytes());
    bytes.extend(identity.backend.name().as_bytes());
    bytes.resize(32, 0);
    bytes.extend(identity.memory.to_le_bytes());
    bytes.resize(48, 0);
    bytes.extend(identity.key);
    bytes
}

/// Of a whole file of at least `BODY` bytes.
fn checksum(bytes: &[u8]) -> [u8; 32] {
    let pieces: Vec<[u8; 32]> =
        bytes[BODY..].par_chunks(PIECE).map(|piece| Sha256::digest(piece).into()).collect();
    let mut hash = Sha256::new();
    hash.update(&bytes[..HEAD]);
    hash.update(&bytes[HEAD + 32..BODY]);
    pieces.iter().for_each(|piece| hash.update(piece));
    hash.finalize().into()
}
