//! The hash by which a contributor knows their contribution again.

use core::fmt;

use serde::{Serialize, Serializer};

/// BLAKE2b-512 over a contribution, the one that snarkjs shows. Written as 128 hexadecimal digits; snarkjs breaks them into four lines
/// of four groups.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ContributionHash(pub [u8; 64]);

impl ContributionHash {
    /// Reads 128 hexadecimal digits, blanks and line ends anywhere between them.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let mut bytes = [0; 64];
        hex::decode_to_slice(digits, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// The four lines that snarkjs shows.
    #[must_use]
    pub fn lines(&self) -> [String; 4] {
        let group = |bytes: &[u8]| hex::encode(bytes);
        core::array::from_fn(|line| {
            self.0[16 * line..][..16].chunks(4).map(group).collect::<Vec<_>>().join(" ")
        })
    }
}

impl fmt::Display for ContributionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ContributionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContributionHash({self})")
    }
}

impl Serialize for ContributionHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_read_as_they_are_shown() {
        let hash = ContributionHash(core::array::from_fn(|i| i as u8 * 3));
        assert_eq!(hash.lines()[0], "00030609 0c0f1215 181b1e21 24272a2d");
        assert_eq!(ContributionHash::parse(&hash.lines().join("\n\t\t")), Some(hash));
        assert_eq!(ContributionHash::parse(&hash.to_string()), Some(hash));
        assert_eq!(ContributionHash::parse(&hash.to_string()[1..]), None);
        assert_eq!(ContributionHash::parse("zz"), None);
    }
}
