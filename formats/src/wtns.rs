//! `.wtns`: the values of all wires.
//!
//! ```text
//! section 1: length of an element (4)  r (32)  number of wires (4)
//! section 2: value{number}, plain
//! ```
//!
//! **Checked here**: canonical values, and that wire 0 is 1. **Not checked here**: that the values satisfy a
//! circuit; the prover does. The file is a secret: what it proves about hides behind nothing but this.

use ark_bn254::Fr;
use ark_ff::One;
use tacit_r1cs::Assignment;
use zeroize::Zeroizing;

use crate::binary::{Container, Format, Writer, write_prime};
use crate::error::{FormatError, Section};
use crate::field::{ELEMENT, write_plain};

const HEADER: Section = Section { id: 1, name: "header" };
const VALUES: Section = Section { id: 2, name: "values" };
const FORMAT: Format = Format { name: "wtns", version: 2, sections: &[HEADER, VALUES] };

/// The values of all wires, the constant 1 first. Holds secrets; wiped when dropped.
#[derive(Clone)]
pub struct Witness {
    assignment: Assignment,
    order: Vec<u32>,
}

impl Witness {
    /// A witness to be written. Whether it satisfies a circuit is not checked.
    ///
    /// `None` if wire 0 is not 1, or there are 2^32 wires or more.
    #[must_use]
    pub fn new(assignment: Assignment) -> Option<Self> {
        let values = assignment.as_slice();
        let fits = u32::try_from(values.len()).is_ok() && values.first().is_some_and(Fr::is_one);
        fits.then(|| Self { assignment, order: vec![HEADER.id, VALUES.id] })
    }

    /// Reads a file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        let file = Container::open(&FORMAT, bytes)?;
        let mut header = file.section(HEADER)?;
        header.prime::<Fr>()?;
        let count = header.u32()?;
        header.finish()?;

        let mut values = file.section(VALUES)?;
        values.expect(u64::from(count) * ELEMENT as u64)?;
        let at = values.place();
        // The bytes are there. Room for all, as growing would leave a copy of secrets behind.
        let mut all = Zeroizing::new(Vec::with_capacity(count as usize));
        for _ in 0..count {
            all.push(values.scalar()?);
        }
        if !all.first().is_some_and(Fr::is_one) {
            return Err(FormatError::ConstantNotOne { at });
        }
        let assignment = Assignment::from_values_unchecked(core::mem::take(&mut *all));
        Ok(Self { assignment, order: file.order() })
    }

    /// The file; as secret as the witness.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let values = self.assignment.as_slice();
        let mut out = Writer::new(&FORMAT, self.order.len(), 128 + values.len() * ELEMENT);
        for &id in &self.order {
            out.section(id, |out| {
                if id == HEADER.id {
                    write_prime::<Fr>(out);
                    out.extend_from_slice(&(values.len() as u32).to_le_bytes());
                } else {
                    for value in values {
                        out.extend_from_slice(&*Zeroizing::new(write_plain(value)));
                    }
                }
            });
        }
        Zeroizing::new(out.finish())
    }

    /// The values as the prover takes them.
    #[must_use]
    pub const fn assignment(&self) -> &Assignment {
        &self.assignment
    }
}

/// Tells the number of wires and no value.
impl core::fmt::Debug for Witness {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Witness").field("wires", &self.assignment.as_slice().len()).finish_non_exhaustive()
    }
}
