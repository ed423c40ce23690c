//! The container of iden3's binary formats.
//!
//! ```text
//! magic (4)  version (4)  number of sections (4)  {number (4)  length (8)  data}..
//! ```
//!
//! All numbers are little-endian. Sections may stand in any order, for the tools that write them differ in
//! it; the order is kept, so that a file which is read and written again has the same bytes.
//!
//! **Checked here**: every section lies within the file, is known, and stands once; nothing follows the last.
//! A count in a file is never believed before the bytes that it counts are there.

use ark_ff::{BigInt, PrimeField};
use rayon::prelude::*;

use crate::error::{FormatError, Place, Section};
use crate::field::{ELEMENT, prime_bytes, read_plain};
use crate::point::{Identity, Point, PointChecks, PointFault};

/// One of the formats.
pub(crate) struct Format {
    /// The magic, which is the extension too.
    pub(crate) name: &'static str,
    pub(crate) version: u32,
    pub(crate) sections: &'static [Section],
}

/// A file cut into sections.
pub(crate) struct Container<'a> {
    sections: Vec<Cursor<'a>>,
}

impl<'a> Container<'a> {
    pub(crate) fn open(format: &Format, bytes: &'a [u8]) -> Result<Self, FormatError> {
        let mut head = Cursor { section: Section::FILE_HEADER, offset: 0, rest: bytes };
        if !bytes.starts_with(format.name.as_bytes()) {
            return Err(FormatError::Magic { expected: format.name });
        }
        head.take(format.name.len() as u64)?;
        let version = head.u32()?;
        if version != format.version {
            return Err(FormatError::Version { format: format.name, found: version, known: format.version });
        }
        let count = head.u32()?;
        let mut sections: Vec<Cursor<'a>> = Vec::new();
        // Ends after as many rounds as there are sections in the format, whatever the count.
        for _ in 0..count {
            let start = head.offset;
            let id = head.u32()?;
            let Some(&section) = format.sections.iter().find(|section| section.id == id) else {
                return Err(FormatError::UnknownSection { format: format.name, section: id, offset: start });
            };
            if sections.iter().any(|earlier| earlier.section == section) {
                return Err(FormatError::DuplicateSection { at: Place { section, offset: start } });
            }
            let length = head.u64()?;
            let (offset, left) = (head.offset, head.left());
            let Ok(rest) = head.take(length) else {
                let at = Place { section, offset };
                return Err(FormatError::SectionBeyondEnd { at, length, left });
            };
            sections.push(Cursor { section, offset, rest });
        }
        if head.rest.is_empty() {
            Ok(Self { sections })
        } else {
            Err(FormatError::TrailingBytes { offset: head.offset, length: head.left() })
        }
    }

    /// The order in which the sections stand.
    pub(crate) fn order(&self) -> Vec<u32> {
        self.sections.iter().map(|section| section.section.id).collect()
    }

    pub(crate) fn section(&self, section: Section) -> Result<Cursor<'a>, FormatError> {
        self.find(section).ok_or(FormatError::MissingSection { section })
    }

    pub(crate) fn find(&self, section: Section) -> Option<Cursor<'a>> {
        self.sections.iter().find(|found| found.section == section).cloned()
    }
}

/// What is left of a section.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    section: Section,
    offset: u64,
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// Over what is left of a section that is cut off.
    pub(crate) const fn over(at: Place, rest: &'a [u8]) -> Self {
        Self { section: at.section, offset: at.offset, rest }
    }

    pub(crate) const fn place(&self) -> Place {
        Place { section: self.section, offset: self.offset }
    }

    pub(crate) const fn left(&self) -> u64 {
        self.rest.len() as u64
    }

    pub(crate) fn take(&mut self, length: u64) -> Result<&'a [u8], FormatError> {
        let split = usize::try_from(length).ok().and_then(|length| self.rest.split_at_checked(length));
        let (head, rest) =
            split.ok_or(FormatError::Truncated { at: self.place(), needed: length, left: self.left() })?;
        self.rest = rest;
        self.offset += length;
        Ok(head)
    }

    /// The next bytes as a cursor of their own.
    pub(crate) fn part(&mut self, length: u64) -> Result<Self, FormatError> {
        let offset = self.offset;
        let rest = self.take(length)?;
        Ok(Self { section: self.section, offset, rest })
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N as u64)?);
        Ok(array)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, FormatError> {
        self.array().map(u8::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, FormatError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, FormatError> {
        self.array().map(u64::from_le_bytes)
    }

    /// The section must have exactly so many bytes from here.
    pub(crate) fn expect(&self, needed: u64) -> Result<(), FormatError> {
        if needed == self.left() {
            Ok(())
        } else {
            Err(FormatError::SectionLength { at: self.place(), needed, found: self.left() })
        }
    }

    /// Nothing may follow.
    pub(crate) const fn finish(&self) -> Result<(), FormatError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(FormatError::SectionNotUsedUp { at: self.place(), length: self.left() })
        }
    }

    /// The length of elements, then the prime: both must be those of the field.
    pub(crate) fn prime<F: PrimeField<BigInt = BigInt<4>>>(&mut self) -> Result<(), FormatError> {
        let at = self.place();
        let found = self.u32()?;
        if found != ELEMENT as u32 {
            return Err(FormatError::FieldSize { at, found });
        }
        let at = self.place();
        if self.array::<ELEMENT>()? == prime_bytes::<F>() {
            Ok(())
        } else {
            Err(FormatError::WrongPrime { at })
        }
    }

    /// A scalar in plain form.
    pub(crate) fn scalar(&mut self) -> Result<ark_bn254::Fr, FormatError> {
        let at = self.place();
        read_plain(&self.array()?).ok_or(FormatError::NotCanonical { at })
    }

    pub(crate) fn point<P: Point>(&mut self, checks: PointChecks) -> Result<P, FormatError> {
        let at = self.place();
        P::read(self.take(P::BYTES as u64)?, Identity::Refused, checks).map_err(|fault| named(fault, at))
    }

    /// So many points; all threads check them, and the first fault is reported.
    pub(crate) fn points<P: Point>(
        &mut self,
        count: u64,
        identity: Identity,
        checks: PointChecks,
    ) -> Result<Vec<P>, FormatError> {
        let at = self.place();
        let bytes = self.take(count.saturating_mul(P::BYTES as u64))?;
        let points = bytes.par_chunks_exact(P::BYTES);
        let together = if checks == PointChecks::Here { PointChecks::Curve } else { checks };
        let all: Result<Vec<P>, PointFault> =
            points.clone().with_min_len(16).map(|bytes| P::read(bytes, identity, together)).collect();
        let all = all.and_then(|all| {
            let inside = checks == PointChecks::ByCaller || P::all_in_subgroup(&all);
            if inside { Ok(all) } else { Err(PointFault::OutsideSubgroup) }
        });
        all.map_err(|fault| {
            let faults = points.enumerate();
            let first = faults.find_map_first(|(i, bytes)| {
                let fault = P::read(bytes, identity, checks).err()?;
                let offset = at.offset + (i * P::BYTES) as u64;
                Some(named(fault, Place { offset, ..at }))
            });
            first.unwrap_or(named(fault, at))
        })
    }
}

const fn named(fault: PointFault, at: Place) -> FormatError {
    match fault {
        PointFault::NotCanonical => FormatError::NotCanonical { at },
        PointFault::Identity => FormatError::Identity { at },
        PointFault::OffCurve => FormatError::OffCurve { at },
        PointFault::OutsideSubgroup => FormatError::OutsideSubgroup { at },
    }
}

/// Writes a container section by section.
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new(format: &Format, sections: usize, capacity: usize) -> Self {
        let mut out = Vec::with_capacity(capacity);
        out.extend_from_slice(format.name.as_bytes());
        out.extend_from_slice(&format.version.to_le_bytes());
        out.extend_from_slice(&(sections as u32).to_le_bytes());
        Self(out)
    }

    pub(crate) fn section(&mut self, id: u32, write: impl FnOnce(&mut Vec<u8>)) {
        self.0.extend_from_slice(&id.to_le_bytes());
        let start = self.0.len() + 8;
        self.0.extend_from_slice(&[0; 8]);
        write(&mut self.0);
        let length = (self.0.len() - start) as u64;
        self.0[start - 8..start].copy_from_slice(&length.to_le_bytes());
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Appends points.
pub(crate) fn write_points<P: Point>(out: &mut Vec<u8>, points: &[P]) {
    out.reserve(points.len() * P::BYTES);
    for point in points {
        point.write(out);
    }
}

/// Appends the length of elements and the prime.
pub(crate) fn write_prime<F: PrimeField<BigInt = BigInt<4>>>(out: &mut Vec<u8>) {
    out.extend_from_slice(&(ELEMENT as u32).to_le_bytes());
    out.extend_from_slice(&prime_bytes::<F>());
}
