//! The compiled system as bytes: canonical, compact, quick to load, checked.
//!
//! ```text
//! file     = "tacit-r1cs" version(1 byte, 1) matrices names
//! matrices = instance witness constraints n coefficient{n} (row_A row_B row_C){constraints}
//! row      = k (gap place){k}        gap: wire less (previous wire + 1); place in 1, -1, coefficient..
//! names    = n (length utf8){n} runs(constraints) runs(wires)       runs: (clause length).. that add up
//! ```
//! Numbers are unsigned LEB128 in the shortest form; a coefficient is 32 bytes little-endian below the modulus.
//! Coefficients are distinct, non-zero and stand in the order of their first use, so that a system has one encoding
//! and [`R1cs::digest`] hashes the section `matrices`.
//!
//! Not checked here: that the system is the one that somebody wants; that is what the digest is for.

use std::collections::HashSet;

use ark_bn254::Fr;
use ark_ff::{BigInt, BigInteger, One, PrimeField, Zero};

use crate::matrix::{MINUS_ONE, Matrix, R1cs};

const MAGIC: &[u8] = b"tacit-r1cs";
const VERSION: u8 = 1;
/// Most wires, constraints or entries that are believed: a bound on what a malicious file can make us allocate.
pub(crate) const LIMIT: u64 = 1 << 24;

/// Why bytes are not a constraint system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Too short.
    #[error("the constraint system is cut off; fetch or compile it again")]
    Truncated,
    /// Bytes after the end.
    #[error("bytes follow the constraint system; fetch or compile it again")]
    TrailingBytes,
    /// Another kind of file.
    #[error("this is no constraint system; give a file written by this program")]
    WrongMagic,
    /// A version that this program does not know.
    #[error("the constraint system has format version {0}, this program reads version 1; compile it again")]
    UnknownVersion(u8),
    /// A number that is not in its shortest form or is too large.
    #[error("a number in the constraint system is malformed; fetch or compile it again")]
    MalformedNumber,
    /// A coefficient that is zero, not below the modulus, twice there, unused or out of order.
    #[error("the coefficients of the constraint system are not canonical; fetch or compile it again")]
    BadCoefficient,
    /// A wire that does not exist.
    #[error("a constraint names a wire that does not exist; fetch or compile the system again")]
    BadWire,
    /// A clause that does not exist, a name that is not UTF-8, or runs that do not add up.
    #[error("the clause names of the constraint system are malformed; fetch or compile it again")]
    BadClause,
}

fn push_number(bytes: &mut Vec<u8>, number: usize) {
    let mut rest = number;
    while rest >= 0x80 {
        bytes.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
}

fn push_runs(bytes: &mut Vec<u8>, clauses: &[u16]) {
    for run in clauses.chunk_by(|a, b| a == b) {
        push_number(bytes, usize::from(run[0]));
        push_number(bytes, run.len());
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let (head, tail) = self.0.split_at_checked(length).ok_or(DecodeError::Truncated)?;
        self.0 = tail;
        Ok(head)
    }

    /// A number of at most `LIMIT`.
    fn number(&mut self) -> Result<u32, DecodeError> {
        let mut number = 0u64;
        for shift in [0, 7, 14, 21] {
            let (&byte, tail) = self.0.split_first().ok_or(DecodeError::Truncated)?;
            self.0 = tail;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                let shortest = byte != 0 || shift == 0;
                return if shortest && number <= LIMIT {
                    Ok(number as u32)
                } else {
                    Err(DecodeError::MalformedNumber)
                };
            }
        }
        Err(DecodeError::MalformedNumber)
    }

    /// How many items follow, each of at least `least` bytes.
    fn count(&mut self, least: usize) -> Result<usize, DecodeError> {
        let count = self.number()? as usize;
        if count * least > self.0.len() {
            return Err(DecodeError::Truncated);
        }
        Ok(count)
    }

    fn coefficient(&mut self) -> Result<Fr, DecodeError> {
        let mut limbs = [0u64; 4];
        for (limb, bytes) in limbs.iter_mut().zip(self.bytes(32)?.chunks_exact(8)) {
            *limb = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
        }
        Fr::from_bigint(BigInt::new(limbs)).ok_or(DecodeError::BadCoefficient)
    }

    fn runs(&mut self, total: usize, clauses: usize) -> Result<Vec<u16>, DecodeError> {
        let mut all = Vec::with_capacity(total);
        let mut previous = None;
        while all.len() < total {
            let clause = u16::try_from(self.number()?).map_err(|_| DecodeError::BadClause)?;
            let length = self.number()? as usize;
            let fits = (1..=total - all.len()).contains(&length);
            if usize::from(clause) >= clauses || !fits || previous == Some(clause) {
                return Err(DecodeError::BadClause);
            }
            previous = Some(clause);
            all.resize(all.len() + length, clause);
        }
        Ok(all)
    }
}

impl R1cs {
    pub(crate) fn encode_matrices(&self) -> Vec<u8> {
        let mut bytes =
            Vec::with_capacity(self.coefficients.len() * 32 + self.nonzeros().iter().sum::<usize>() * 4);
        push_number(&mut bytes, self.num_instance);
        push_number(&mut bytes, self.num_witness);
        push_number(&mut bytes, self.num_constraints());
        push_number(&mut bytes, self.coefficients.len() - 2);
        for coefficient in &self.coefficients[2..] {
            bytes.extend(coefficient.into_bigint().to_bytes_le());
        }
        for constraint in 0..self.num_constraints() {
            for matrix in &self.matrices {
                let row = matrix.row(constraint);
                push_number(&mut bytes, row.len());
                let mut next = 0;
                for &(wire, place) in row {
                    push_number(&mut bytes, (wire - next) as usize);
                    push_number(&mut bytes, place as usize);
                    next = wire + 1;
                }
            }
        }
        bytes
    }

    /// The system as bytes: the one encoding that it has.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        bytes.extend(self.encode_matrices());
        push_number(&mut bytes, self.clauses.len());
        for name in &self.clauses {
            push_number(&mut bytes, name.len());
            bytes.extend(name.as_bytes());
        }
        push_runs(&mut bytes, &self.clause_of_constraint);
        push_runs(&mut bytes, &self.clause_of_wire);
        bytes
    }

    /// Reads a system.
    ///
    /// # Errors
    /// If the bytes are not exactly what [`R1cs::to_bytes`] writes for some system.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader(bytes);
        if reader.bytes(MAGIC.len())? != MAGIC {
            return Err(DecodeError::WrongMagic);
        }
        match reader.bytes(1)?[0] {
            VERSION => {}
            other => return Err(DecodeError::UnknownVersion(other)),
        }

        let num_instance = reader.number()? as usize;
        let num_witness = reader.number()? as usize;
        let num_constraints = reader.count(3)?;
        let num_wires = num_instance + num_witness;
        if num_instance == 0 || num_wires as u64 > LIMIT {
            return Err(DecodeError::MalformedNumber);
        }

        let extra = reader.count(32)?;
        let mut coefficients = vec![Fr::one(), -Fr::one()];
        for _ in 0..extra {
            coefficients.push(reader.coefficient()?);
        }
        let distinct: HashSet<Fr> = coefficients.iter().copied().collect();
        if distinct.len() != coefficients.len() || distinct.contains(&Fr::zero()) {
            return Err(DecodeError::BadCoefficient);
        }

        let mut matrices = [Matrix::new(), Matrix::new(), Matrix::new()];
        let mut unused = MINUS_ONE + 1;
        for _ in 0..num_constraints {
            for matrix in &mut matrices {
                let mut next = 0;
                for _ in 0..reader.count(2)? {
                    let (wire, place) = (next + reader.number()?, reader.number()?);
                    if wire as usize >= num_wires {
                        return Err(DecodeError::BadWire);
                    }
                    if place > unused || place as usize >= coefficients.len() {
                        return Err(DecodeError::BadCoefficient);
                    }
                    unused += u32::from(place == unused);
                    matrix.entries.push((wire, place));
                    next = wire + 1;
                }
                matrix.end_row();
            }
        }
        if unused as usize != coefficients.len() {
            return Err(DecodeError::BadCoefficient);
        }

        let mut clauses = Vec::new();
        for _ in 0..reader.count(1)? {
            let length = reader.count(1)?;
            let name = str::from_utf8(reader.bytes(length)?).map_err(|_| DecodeError::BadClause)?;
            clauses.push(name.to_owned());
        }
        let clause_of_constraint = reader.runs(num_constraints, clauses.len())?;
        let clause_of_wire = reader.runs(num_wires, clauses.len())?;
        if !reader.0.is_empty() {
            return Err(DecodeError::TrailingBytes);
        }
        Ok(Self {
            num_instance,
            num_witness,
            coefficients,
            matrices,
            clauses,
            clause_of_constraint,
            clause_of_wire,
        })
    }
}
