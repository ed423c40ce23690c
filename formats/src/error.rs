//! Why bytes are no file of a binary format: one variant for each cause, with section and offset.

use core::fmt;

/// A section of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    pub(crate) id: u32,
    pub(crate) name: &'static str,
}

impl Section {
    /// What stands before the first section.
    pub(crate) const FILE_HEADER: Self = Self { id: 0, name: "file header" };

    /// The number that the file gives it; 0 for what stands before the first section.
    #[must_use]
    pub const fn id(self) -> u32 {
        self.id
    }

    /// What it holds.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            0 => f.write_str(self.name),
            id => write!(f, "section {id} ({})", self.name),
        }
    }
}

/// Where in a file: the section, and the distance in bytes from the start of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The section.
    pub section: Section,
    /// Bytes from the start of the file.
    pub offset: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, byte {}", self.section, self.offset)
    }
}

/// Why bytes are no file of the format asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// Another kind of file.
    #[error("this is no .{expected} file; check which file was given")]
    Magic {
        /// The format asked for.
        expected: &'static str,
    },
    /// A version of the format that is not known here.
    #[error(
        "this .{format} file has version {found}, this program reads version {known}; write it again with current tools"
    )]
    Version {
        /// The format.
        format: &'static str,
        /// The version found.
        found: u32,
        /// The version that is read.
        known: u32,
    },
    /// Bytes are missing where something must stand.
    #[error("{at}: {needed} bytes are needed, {left} are left; copy or make the file again")]
    Truncated {
        /// Where.
        at: Place,
        /// Bytes that must follow.
        needed: u64,
        /// Bytes that do.
        left: u64,
    },
    /// A section says that it is longer than what is left of the file.
    #[error("{at}: the section claims {length} bytes, {left} are left; copy or make the file again")]
    SectionBeyondEnd {
        /// Where its data starts.
        at: Place,
        /// Its length as claimed.
        length: u64,
        /// Bytes left.
        left: u64,
    },
    /// Bytes after the last section.
    #[error("byte {offset}: {length} bytes follow the last section; copy or make the file again")]
    TrailingBytes {
        /// Where they start.
        offset: u64,
        /// How many.
        length: u64,
    },
    /// A section that the format does not have.
    #[error("byte {offset}: a .{format} file has no section {section}; write it again with current tools")]
    UnknownSection {
        /// The format.
        format: &'static str,
        /// The number found.
        section: u32,
        /// Where.
        offset: u64,
    },
    /// A section that stands twice.
    #[error("{at}: the section stands twice; make the file again")]
    DuplicateSection {
        /// Where it stands again.
        at: Place,
    },
    /// A section that must stand in the file and does not.
    #[error("{section} is missing; make the file again, and prepare powers of tau for phase 2")]
    MissingSection {
        /// The section.
        section: Section,
    },
    /// A section that is longer than its contents.
    #[error("{at}: {length} bytes follow the contents of the section; make the file again")]
    SectionNotUsedUp {
        /// Where they start.
        at: Place,
        /// How many.
        length: u64,
    },
    /// A section that holds another number of items than the header says.
    #[error("{at}: the section has {found} bytes, the header asks for {needed}; make the file again")]
    SectionLength {
        /// Where its data starts.
        at: Place,
        /// Bytes that the header asks for.
        needed: u64,
        /// Bytes found.
        found: u64,
    },
    /// Field elements of another length than 32 bytes.
    #[error("{at}: field elements of {found} bytes, BN254 has 32; use a file for BN254 (bn128)")]
    FieldSize {
        /// Where.
        at: Place,
        /// The length found.
        found: u32,
    },
    /// The prime of another field.
    #[error("{at}: the prime is not that of BN254; use a file for BN254 (bn128)")]
    WrongPrime {
        /// Where.
        at: Place,
    },
    /// The key of another proof system.
    #[error(
        "{at}: proof system {found}, only Groth16 (1) is read; make the key with `snarkjs groth16 setup`"
    )]
    Protocol {
        /// Where.
        at: Place,
        /// The number found.
        found: u32,
    },
    /// A field element that is not below its prime.
    #[error("{at}: a number is not below the field's prime; make or fetch the file again")]
    NotCanonical {
        /// Where the element starts.
        at: Place,
    },
    /// A point off its curve.
    #[error("{at}: a point lies off the curve; do not use the file")]
    OffCurve {
        /// Where the point starts.
        at: Place,
    },
    /// A point of G2 that has another order than r.
    #[error("{at}: a point lies outside the subgroup; do not use the file")]
    OutsideSubgroup {
        /// Where the point starts.
        at: Place,
    },
    /// The identity where no honest setup has it.
    #[error("{at}: the identity stands where no honest setup has it; do not use the file")]
    Identity {
        /// Where the point starts.
        at: Place,
    },
    /// Powers of tau whose first point is not the generator.
    #[error("{at}: the first power of tau is not the generator; do not use the file")]
    NotGenerator {
        /// Where the point starts.
        at: Place,
    },
    /// A domain that is no power of two, too small for its circuit, or too large for the field.
    #[error("{at}: {found} is no possible size of the domain; make the file again")]
    Domain {
        /// Where.
        at: Place,
        /// The number found.
        found: u64,
    },
    /// Numbers of wires in the header that contradict each other.
    #[error("{at}: the header counts more named wires than there are; make the file again")]
    WireCounts {
        /// Where.
        at: Place,
    },
    /// A wire that does not exist.
    #[error("{at}: wire {found} does not exist, there are {wires}; make the file again")]
    BadWire {
        /// Where.
        at: Place,
        /// The wire named.
        found: u32,
        /// How many there are.
        wires: u32,
    },
    /// A wire that stands twice in one linear combination, which tools read in different ways.
    #[error("{at}: wire {wire} stands twice in one linear combination; compile the circuit again")]
    RepeatedWire {
        /// Where the linear combination starts.
        at: Place,
        /// The wire.
        wire: u32,
    },
    /// A row outside the domain.
    #[error("{at}: row {found} lies outside the domain of {domain}; make the file again")]
    BadRow {
        /// Where.
        at: Place,
        /// The row named.
        found: u32,
        /// Rows that there are.
        domain: u32,
    },
    /// A matrix other than A (0) and B (1).
    #[error("{at}: there is no matrix {found}, only 0 and 1; make the file again")]
    BadMatrix {
        /// Where.
        at: Place,
        /// The number found.
        found: u32,
    },
    /// More custom gates than none: Groth16 has no such thing.
    #[error("{at}: the circuit has custom gates, which Groth16 cannot prove; compile one without")]
    CustomGates {
        /// Where.
        at: Place,
    },
    /// More labels are named than counted.
    #[error("{at}: label {found} does not exist, there are {labels}; compile the circuit again")]
    BadLabel {
        /// Where.
        at: Place,
        /// The label named.
        found: u64,
        /// How many there are.
        labels: u64,
    },
    /// Wire 0 of a witness is not 1.
    #[error("{at}: wire 0 of the witness is not 1; calculate the witness again")]
    ConstantNotOne {
        /// Where.
        at: Place,
    },
    /// A contribution to a ceremony that cannot be read.
    #[error("contribution {number}: {cause}")]
    Contribution {
        /// Its number, from 1.
        number: usize,
        /// Why.
        cause: Box<Self>,
    },
    /// A contribution of a kind that is not known.
    #[error("{at}: contribution of kind {found}, only 0 and 1 (beacon) are known; make the file again")]
    ContributionKind {
        /// Where.
        at: Place,
        /// The number found.
        found: u32,
    },
    /// Parameters of a contribution that are unknown, out of order, repeated, missing or superfluous.
    #[error("{at}: the parameters of the contribution are malformed; make the file again")]
    ContributionParameters {
        /// Where.
        at: Place,
    },
    /// A contributor's name that is not UTF-8.
    #[error("{at}: the name of the contribution is not UTF-8; make the file again")]
    ContributionName {
        /// Where.
        at: Place,
    },
    /// A beacon whose hash is empty or whose exponent lies outside 10 to 63.
    #[error("{at}: the beacon's hash or number of iterations is out of range; make the file again")]
    Beacon {
        /// Where.
        at: Place,
    },
}
