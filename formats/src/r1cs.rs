//! `.r1cs`: the constraints of a circuit, as circom writes them.
//!
//! ```text
//! section 1: length of an element (4)  r (32)  wires (4)  outputs (4)  public inputs (4)  private inputs (4)
//!            labels (8)  constraints (4)
//! section 2: (A B C){constraints}      A, B, C: number (4)  (wire (4)  coefficient (32), plain){number}
//! section 3: label (8){wires}
//! section 4: number of custom gates (4)      section 5: number of their uses (4)      both optional, both 0
//! ```
//!
//! Wire 0 is the constant 1; the outputs follow, then the public inputs: together they are the public values,
//! in this order. Then come the private inputs and the rest.
//!
//! **Checked here**: counts, wires, canonical coefficients; that no wire stands twice in one linear
//! combination (some tools add the coefficients, others keep the last); that there are no custom gates. **Not
//! checked here**: that this is the circuit somebody wants.

use ark_bn254::Fr;
use ark_ff::Zero;
use tacit_r1cs::{R1cs, RowsError};

use crate::binary::{Container, Cursor, Format, Writer, write_prime};
use crate::error::{FormatError, Section};
use crate::field::{ELEMENT, write_plain};

const HEADER: Section = Section { id: 1, name: "header" };
const CONSTRAINTS: Section = Section { id: 2, name: "constraints" };
const LABELS: Section = Section { id: 3, name: "labels of wires" };
const GATES: Section = Section { id: 4, name: "custom gates" };
const GATE_USES: Section = Section { id: 5, name: "uses of custom gates" };
const FORMAT: Format =
    Format { name: "r1cs", version: 1, sections: &[HEADER, CONSTRAINTS, LABELS, GATES, GATE_USES] };

/// A wire and its coefficient in a linear combination.
pub type Term = (u32, Fr);

/// A circuit's constraints, with what circom tells of its wires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CircomR1cs {
    wires: u32,
    outputs: u32,
    public_inputs: u32,
    private_inputs: u32,
    labels: u64,
    /// Three linear combinations for each constraint, one after the other.
    terms: Vec<Term>,
    ends: Vec<usize>,
    label_of_wire: Vec<u64>,
    order: Vec<u32>,
}

impl CircomR1cs {
    /// Reads a file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        let file = Container::open(&FORMAT, bytes)?;
        let mut header = file.section(HEADER)?;
        header.prime::<Fr>()?;
        let at = header.place();
        let (wires, outputs, public_inputs) = (header.u32()?, header.u32()?, header.u32()?);
        let (private_inputs, labels, constraints) = (header.u32()?, header.u64()?, header.u32()?);
        header.finish()?;
        if 1 + u64::from(outputs) + u64::from(public_inputs) > u64::from(wires) {
            return Err(FormatError::WireCounts { at });
        }
        for section in [GATES, GATE_USES] {
            if let Some(mut gates) = file.find(section) {
                let at = gates.place();
                if gates.u32()? != 0 {
                    return Err(FormatError::CustomGates { at });
                }
                gates.finish()?;
            }
        }

        let mut rows = file.section(CONSTRAINTS)?;
        let (mut terms, mut ends) = (Vec::new(), Vec::new());
        for _ in 0..3 * u64::from(constraints) {
            read_combination(&mut rows, wires, &mut terms)?;
            ends.push(terms.len());
        }
        rows.finish()?;

        let mut map = file.section(LABELS)?;
        map.expect(u64::from(wires) * 8)?;
        let mut label_of_wire = Vec::with_capacity(wires as usize);
        for _ in 0..wires {
            let at = map.place();
            let found = map.u64()?;
            if found >= labels {
                return Err(FormatError::BadLabel { at, found, labels });
            }
            label_of_wire.push(found);
        }
        Ok(Self {
            wires,
            outputs,
            public_inputs,
            private_inputs,
            labels,
            terms,
            ends,
            label_of_wire,
            order: file.order(),
        })
    }

    /// The file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let capacity = 256 + self.terms.len() * (4 + ELEMENT) + self.ends.len() * 4 + self.wires as usize * 8;
        let mut out = Writer::new(&FORMAT, self.order.len(), capacity);
        for &id in &self.order {
            out.section(id, |out| match id {
                1 => self.write_header(out),
                2 => {
                    for combination in self.combinations() {
                        out.extend_from_slice(&(combination.len() as u32).to_le_bytes());
                        for (wire, coefficient) in combination {
                            out.extend_from_slice(&wire.to_le_bytes());
                            out.extend_from_slice(&write_plain(coefficient));
                        }
                    }
                }
                3 => self.label_of_wire.iter().for_each(|label| out.extend_from_slice(&label.to_le_bytes())),
                _ => out.extend_from_slice(&[0; 4]),
            });
        }
        out.finish()
    }

    fn write_header(&self, out: &mut Vec<u8>) {
        write_prime::<Fr>(out);
        for number in [self.wires, self.outputs, self.public_inputs, self.private_inputs] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&self.labels.to_le_bytes());
        out.extend_from_slice(&(self.num_constraints() as u32).to_le_bytes());
    }

    fn combinations(&self) -> impl Iterator<Item = &[Term]> {
        let starts = core::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.terms[start..end])
    }

    /// The constraints: rows of A, B and C, their terms in the order of the file.
    pub fn constraints(&self) -> impl Iterator<Item = [&[Term]; 3]> {
        let mut all = self.combinations();
        core::iter::from_fn(move || Some([all.next()?, all.next()?, all.next()?]))
    }

    /// Constraints.
    #[must_use]
    pub fn num_constraints(&self) -> usize {
        self.ends.len() / 3
    }

    /// Wires, the constant 1 among them: the length of a witness.
    #[must_use]
    pub const fn num_wires(&self) -> usize {
        self.wires as usize
    }

    /// Public values: outputs, then public inputs; the constant 1 is not counted.
    #[must_use]
    pub const fn num_public(&self) -> usize {
        self.outputs as usize + self.public_inputs as usize
    }

    /// Outputs, public inputs, private inputs.
    #[must_use]
    pub const fn signals(&self) -> [u32; 3] {
        [self.outputs, self.public_inputs, self.private_inputs]
    }

    /// The compiled system of the same constraints, as prover and key take it; wires keep their numbers.
    pub fn to_r1cs(&self) -> Result<R1cs, RowsError> {
        let mut rows: [Vec<Term>; 3] = Default::default();
        let mut system = R1cs::builder(1 + self.num_public(), self.num_wires(), "circom")?;
        for constraint in self.constraints() {
            for (row, terms) in rows.iter_mut().zip(constraint) {
                row.clear();
                row.extend(terms.iter().filter(|(_, coefficient)| !coefficient.is_zero()));
                row.sort_unstable_by_key(|&(wire, _)| wire);
            }
            let [a, b, c] = &rows;
            system.push([a, b, c])?;
        }
        Ok(system.finish())
    }

    /// A compiled system in circom's words: all public values are public inputs, each wire is its own label.
    ///
    /// `None` if a count does not fit the format.
    #[must_use]
    pub fn from_r1cs(r1cs: &R1cs) -> Option<Self> {
        let wires = u32::try_from(r1cs.num_wires()).ok()?;
        u32::try_from(r1cs.num_constraints()).ok()?;
        let (mut terms, mut ends) = (Vec::new(), Vec::new());
        for row in 0..r1cs.num_constraints() {
            for matrix in r1cs.matrices() {
                let entry = |&(wire, place): &(u32, u32)| (wire, r1cs.coefficients()[place as usize]);
                terms.extend(matrix.row(row).iter().map(entry));
                ends.push(terms.len());
            }
        }
        Some(Self {
            wires,
            outputs: 0,
            public_inputs: u32::try_from(r1cs.num_instance()).ok()? - 1,
            private_inputs: 0,
            labels: u64::from(wires),
            terms,
            ends,
            label_of_wire: (0..u64::from(wires)).collect(),
            order: vec![HEADER.id, CONSTRAINTS.id, LABELS.id],
        })
    }
}

fn read_combination(rows: &mut Cursor<'_>, wires: u32, terms: &mut Vec<Term>) -> Result<(), FormatError> {
    let (at, start) = (rows.place(), terms.len());
    let mut increasing = true;
    for _ in 0..rows.u32()? {
        let at = rows.place();
        let found = rows.u32()?;
        if found >= wires {
            return Err(FormatError::BadWire { at, found, wires });
        }
        increasing &= terms[start..].last().is_none_or(|(before, _)| *before < found);
        terms.push((found, rows.scalar()?));
    }
    if !increasing {
        let mut sorted: Vec<u32> = terms[start..].iter().map(|(wire, _)| *wire).collect();
        sorted.sort_unstable();
        if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(FormatError::RepeatedWire { at, wire: twice[0] });
        }
    }
    Ok(())
}
