//! What the functions do, on Rust's types.

use core::ffi::{CStr, c_int};
use std::path::{Path, PathBuf};

use rand::rngs::OsRng;
use tacit_formats::FormatError;
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::text::{
    TextError, read_proof, read_public, read_verification_key, write_proof, write_public,
};
use tacit_formats::wtns::Witness;
use tacit_formats::zkey::{Zkey, ZkeyFile};
use tacit_prover::circom::{
    CircomKeyError, CircomOpenError, CircomProver, KeyFile, cache_file, user_cache_folder, verify,
};
use tacit_prover::{MemoryBudget, Options, Proof, ProofDecodeError, ProveError};

use crate::api::{PROVER_ERROR, PROVER_ERROR_SHORT_BUFFER, PROVER_INVALID_WITNESS_LENGTH, VERIFIER_ERROR};

/// Bytes of a proof as compact JSON, and more: what rapidsnark asks for.
pub(crate) const PROOF_SIZE: u64 = 810;

/// Why a function failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the pointer to the {0} is null or not aligned; pass one that is valid")]
    Null(&'static str),
    #[error("the {0} is longer than memory can be; check its size")]
    TooLong(&'static str),
    #[cfg(not(unix))]
    #[error("the {0} is not UTF-8; pass it as UTF-8")]
    NotText(&'static str),
    #[error("{} cannot be read: {error}; check path and permissions", path.display())]
    Read { path: PathBuf, error: std::io::Error },
    #[error("the key: {0}")]
    Key(#[from] FormatError),
    #[error("{0}")]
    Open(#[from] CircomOpenError),
    #[error("the witness: {0}")]
    Witness(FormatError),
    #[error("{0}")]
    Prove(#[from] ProveError),
    #[error(
        "buffers too small: the proof needs {proof} bytes of {proof_room}, the public values {public} of {public_room}; pass larger ones"
    )]
    ShortBuffer { proof: u64, proof_room: u64, public: u64, public_room: u64 },
    #[error("the proof: {0}")]
    Proof(TextError),
    #[error("the proof: {0}")]
    ProofPoints(#[from] ProofDecodeError),
    #[error("the public values: {0}")]
    Public(TextError),
    #[error("the verification key: {0}")]
    VerifyingKey(TextError),
    #[error("there are {found} public values, the key's circuit has {needed}; use the files of one circuit")]
    PublicCount { found: usize, needed: usize },
    /// A failure of the verifier, which counts otherwise.
    #[error("{0}")]
    Verifier(Box<Self>),
}

impl Failure {
    pub(crate) fn code(&self) -> c_int {
        match self {
            Self::ShortBuffer { .. } => PROVER_ERROR_SHORT_BUFFER,
            Self::Prove(ProveError::WrongShape { .. }) => PROVER_INVALID_WITNESS_LENGTH,
            Self::Verifier(_) => VERIFIER_ERROR,
            _ => PROVER_ERROR,
        }
    }
}

pub(crate) fn read(path: &Path) -> Result<KeyFile<'static>, Failure> {
    KeyFile::read(path).map_err(|error| Failure::Read { path: path.to_owned(), error })
}

/// rapidsnark's size: 77 digits, two quotes and a comma a value, two brackets and the null would be less.
pub(crate) fn public_size(zkey: &[u8]) -> Result<u64, Failure> {
    Ok(ZkeyFile::open(zkey)?.num_public() as u64 * 82 + 4)
}

/// A prover with its tables where the user's caches are.
pub(crate) fn open(zkey: &KeyFile<'_>) -> Result<CircomProver, Failure> {
    let folder = match std::env::var_os("TACIT_CACHE") {
        Some(folder) => Some(PathBuf::from(folder)).filter(|folder| !folder.as_os_str().is_empty()),
        None => user_cache_folder(),
    };
    open_with(zkey, None, folder.as_deref(), &Options::default())
}

pub(crate) fn open_files(
    zkey: &Path,
    circuit: Option<&Path>,
    folder: Option<&Path>,
    memory_mib: u64,
) -> Result<CircomProver, Failure> {
    let options = match memory_mib {
        0 => Options::default(),
        mebibytes => Options::default().with_memory(MemoryBudget::mebibytes(mebibytes)),
    };
    let circuit = circuit.map(read).transpose()?;
    open_with(&read(zkey)?, circuit.as_ref(), folder, &options)
}

fn open_with(
    zkey: &KeyFile<'_>,
    circuit: Option<&KeyFile<'_>>,
    folder: Option<&Path>,
    options: &Options,
) -> Result<CircomProver, Failure> {
    if let Some(folder) = folder {
        // Tables that could not be written are a pity: the next process will make them again.
        let (prover, _) = CircomProver::open(zkey, circuit, &cache_file(folder, zkey, circuit), options)?;
        return Ok(prover);
    }
    let key = Zkey::from_bytes(zkey.bytes())?;
    let circuit = circuit.map(|file| CircomR1cs::from_bytes(file.bytes())).transpose();
    let circuit = circuit.map_err(CircomOpenError::Circuit)?;
    let prover = CircomProver::new(&key, circuit.as_ref(), options);
    Ok(prover.map_err(|error: CircomKeyError| CircomOpenError::from(error))?)
}

/// Proof and public values as compact JSON.
pub(crate) fn prove(prover: &CircomProver, wtns: &[u8]) -> Result<[String; 2], Failure> {
    let witness = Witness::from_bytes(wtns).map_err(Failure::Witness)?;
    let proof = prover.prove(witness.assignment(), &mut OsRng)?;
    let public = prover.public(witness.assignment());
    Ok([write_proof(proof.points()), write_public(public)].map(|text| compact(&text)))
}

/// JSON without blanks, none of which stands in a string here.
fn compact(json: &str) -> String {
    json.split_whitespace().collect()
}

/// Whether a proof holds.
pub(crate) fn holds(proof: &CStr, public: &CStr, key: &CStr) -> Result<bool, Failure> {
    let points = read_proof(proof.to_bytes()).map_err(Failure::Proof)?;
    let public = read_public(public.to_bytes()).map_err(Failure::Public)?;
    let key = read_verification_key(key.to_bytes()).map_err(Failure::VerifyingKey)?;
    let (found, needed) = (public.len(), key.gamma_abc_g1.len() - 1);
    if found != needed {
        return Err(Failure::PublicCount { found, needed });
    }
    Ok(verify(&key, &Proof::try_from(points)?, &public))
}
