//! Who contributed to a ceremony, and with what: the part that `.zkey` and `.ptau` have in common.
//!
//! ```text
//! kind (4: 0 secret, 1 beacon)  length of the parameters (4)  parameter..
//! parameter = 1 length (1) name | 2 exponent of the iterations (1) | 3 length (1) hash of the beacon
//! ```
//!
//! Parameters stand in the order of their numbers, none twice. A beacon has 2 and 3, a secret neither; a name
//! may be absent.

use crate::binary::Cursor;
use crate::error::FormatError;

/// Most bytes of a name or a hash.
const MOST: usize = 255;

/// The name under which somebody contributed: 1 to 255 bytes of UTF-8. Nobody checked that it is theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContributorName(String);

impl ContributorName {
    /// A name; `None` if it is empty or too long.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        (1..=MOST).contains(&name.len()).then(|| Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Public randomness that ends a ceremony: a hash, to be hashed `2^exponent` times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beacon {
    exponent: u8,
    hash: Vec<u8>,
}

impl Beacon {
    /// A beacon; `None` if the exponent lies outside 10 to 63 or the hash is empty or longer than 255 bytes.
    #[must_use]
    pub fn new(exponent: u8, hash: &[u8]) -> Option<Self> {
        let fits = (10..=63).contains(&exponent) && (1..=MOST).contains(&hash.len());
        fits.then(|| Self { exponent, hash: hash.to_vec() })
    }

    /// The binary logarithm of the number of iterations.
    #[must_use]
    pub const fn exponent(&self) -> u8 {
        self.exponent
    }

    /// The hash that is hashed.
    #[must_use]
    pub fn hash(&self) -> &[u8] {
        &self.hash
    }
}

/// What a contribution was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A secret of the contributor.
    Secret,
    /// A public value that nobody could foresee.
    Beacon(Beacon),
}

/// As many contributions as the section says, each fault with the number of the contribution that has it.
pub(crate) fn read_all<'a, T>(
    section: &mut Cursor<'a>,
    one: impl Fn(&mut Cursor<'a>) -> Result<T, FormatError>,
) -> Result<Vec<T>, FormatError> {
    let mut all = Vec::new();
    for number in 1..=section.u32()? as usize {
        let read = one(section);
        all.push(read.map_err(|cause| FormatError::Contribution { number, cause: Box::new(cause) })?);
    }
    Ok(all)
}

/// Reads kind and parameters.
pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<(Option<ContributorName>, Source), FormatError> {
    let at = cursor.place();
    let kind = cursor.u32()?;
    if kind > 1 {
        return Err(FormatError::ContributionKind { at, found: kind });
    }
    let length = u64::from(cursor.u32()?);
    let mut parameters = cursor.part(length)?;
    let start = parameters.place();
    let malformed = FormatError::ContributionParameters { at: start };
    let (mut name, mut exponent, mut hash) = (None, None, None);
    let mut last = 0;
    while parameters.left() > 0 {
        let at = parameters.place();
        let parameter = parameters.u8()?;
        if parameter <= last {
            return Err(FormatError::ContributionParameters { at });
        }
        last = parameter;
        match parameter {
            1 => {
                let bytes = length_and_bytes(&mut parameters)?;
                let text = str::from_utf8(bytes).map_err(|_| FormatError::ContributionName { at })?;
                name = Some(ContributorName::new(text).ok_or(FormatError::ContributionParameters { at })?);
            }
            2 => exponent = Some(parameters.u8()?),
            3 => hash = Some(length_and_bytes(&mut parameters)?),
            _ => return Err(FormatError::ContributionParameters { at }),
        }
    }
    let source = match (kind, exponent, hash) {
        (0, None, None) => Source::Secret,
        (1, Some(exponent), Some(hash)) => {
            Source::Beacon(Beacon::new(exponent, hash).ok_or(FormatError::Beacon { at: start })?)
        }
        _ => return Err(malformed),
    };
    Ok((name, source))
}

fn length_and_bytes<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], FormatError> {
    let length = cursor.u8()?;
    cursor.take(u64::from(length))
}

/// Writes kind and parameters.
pub(crate) fn write(out: &mut Vec<u8>, name: Option<&ContributorName>, source: &Source) {
    let mut parameters = Vec::new();
    // Lengths were checked when name and beacon were made.
    if let Some(ContributorName(name)) = name {
        parameters.extend_from_slice(&[1, name.len() as u8]);
        parameters.extend_from_slice(name.as_bytes());
    }
    let kind: u32 = match source {
        Source::Secret => 0,
        Source::Beacon(Beacon { exponent, hash }) => {
            parameters.extend_from_slice(&[2, *exponent, 3, hash.len() as u8]);
            parameters.extend_from_slice(hash);
            1
        }
    };
    out.extend_from_slice(&kind.to_le_bytes());
    out.extend_from_slice(&(parameters.len() as u32).to_le_bytes());
    out.extend_from_slice(&parameters);
}
