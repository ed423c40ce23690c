//! Attributes that a holder may be asked to show, and the seven-bit mask that names them.
//!
//! Bit `i` of the mask stands for the `i`-th attribute of [`DisclosedAttribute::ALL`]; bit 0 weighs 1. The circuit
//! multiplies each value by its bit, so what the mask does not name is shown as 0.

use core::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An attribute that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum DisclosedAttribute {
    /// The document number, bit 0.
    Number = 0,
    /// The name, bit 1.
    Name = 1,
    /// The birth date, bit 2.
    Birth = 2,
    /// The sex, bit 3.
    Sex = 3,
    /// The region of residence, bit 4.
    Region = 4,
    /// The last day of validity, bit 5.
    Expiry = 5,
    /// The digests of the further attributes, and those of them that the holder opens, bit 6.
    Extras = 6,
}

impl DisclosedAttribute {
    /// All seven, by ascending bit.
    pub const ALL: [Self; 7] =
        [Self::Number, Self::Name, Self::Birth, Self::Sex, Self::Region, Self::Expiry, Self::Extras];

    /// The position in the mask.
    pub const fn bit(self) -> u32 {
        self as u32
    }

    /// Whether the value, once shown, picks out one person or nearly so.
    pub const fn identifies(self) -> bool {
        matches!(self, Self::Number | Self::Name | Self::Extras)
    }
}

impl fmt::Display for DisclosedAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Number => "number",
            Self::Name => "name",
            Self::Birth => "birth",
            Self::Sex => "sex",
            Self::Region => "region",
            Self::Expiry => "expiry",
            Self::Extras => "extras",
        })
    }
}

/// Which attributes are shown: seven bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DisclosureMask(u8);

/// The mask names attributes that do not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a disclosure mask has seven bits; the sender set one that stands for no attribute")]
pub struct MaskError;

impl DisclosureMask {
    /// Nothing is shown.
    pub const NONE: Self = Self(0);

    /// The mask with these bits; refuses an eighth.
    pub const fn new(bits: u8) -> Result<Self, MaskError> {
        if bits < 1 << DisclosedAttribute::ALL.len() { Ok(Self(bits)) } else { Err(MaskError) }
    }

    /// The bits, below 2^7.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether the attribute is shown.
    pub const fn contains(self, attribute: DisclosedAttribute) -> bool {
        self.0 >> attribute.bit() & 1 == 1
    }

    /// The attributes shown, by ascending bit.
    pub fn iter(self) -> impl Iterator<Item = DisclosedAttribute> {
        DisclosedAttribute::ALL.into_iter().filter(move |attribute| self.contains(*attribute))
    }
}

impl FromIterator<DisclosedAttribute> for DisclosureMask {
    fn from_iter<I: IntoIterator<Item = DisclosedAttribute>>(attributes: I) -> Self {
        Self(attributes.into_iter().fold(0, |bits, attribute| bits | 1 << attribute.bit()))
    }
}

impl fmt::Debug for DisclosureMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_bits_is_pinned() {
        let names: Vec<_> = (0..7)
            .map(|bit| {
                let mask = DisclosureMask::new(1 << bit).unwrap();
                let attributes: Vec<_> = mask.iter().collect();
                serde_json::to_string(&attributes).unwrap()
            })
            .collect();
        assert_eq!(names.concat(), r#"["number"]["name"]["birth"]["sex"]["region"]["expiry"]["extras"]"#);
        for attribute in DisclosedAttribute::ALL {
            assert_eq!(serde_json::to_string(&attribute).unwrap(), format!("\"{attribute}\""));
        }
    }

    #[test]
    fn masks_have_seven_bits() {
        for bits in 0..=255 {
            let mask = DisclosureMask::new(bits);
            assert_eq!(mask.map(DisclosureMask::bits), if bits < 128 { Ok(bits) } else { Err(MaskError) });
            if let Ok(mask) = mask {
                assert_eq!(mask.iter().collect::<DisclosureMask>(), mask);
            }
        }
        assert_eq!(DisclosureMask::NONE.iter().count(), 0);
        assert_eq!(DisclosureMask::default(), DisclosureMask::NONE);
    }
}
