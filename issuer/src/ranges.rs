//! The ranges that the circuit relies on, checked before every signature.
//!
//! The circuit range-checks what a policy compares, and takes the rest of the packed word on the issuer's word: a slot
//! that overflows into its neighbour would let one credential show two birth dates.
//!
//! ```text
//! birth, expiry < 2^17;  100000 ≤ region ≤ 879999, second digit ≤ 7;  sex < 4;  index < 252 · 8^6
//! ```
//!
//! The attribute types cannot express a value outside these ranges. This is a second check, on the very numbers that are
//! hashed and signed, and it does not trust those types. Not checked here: that an index is given once (the registry).
use tacit_credential::attributes::{ARITY, Attributes, PackedFields, STATUS_LEVELS, WORD_BITS};

/// Dates are days since 1900-01-01, below this.
const DATE_LIMIT: u64 = 1 << 17;
const REGION_MIN: u64 = 100_000;
const REGION_MAX: u64 = 879_999;
const SECOND_DIGIT_MAX: u64 = 7;
const SEX_LIMIT: u64 = 4;
/// Bits of one issuer's status tree: 66,060,288.
pub(crate) const INDEX_LIMIT: u64 = WORD_BITS as u64 * (ARITY as u64).pow(STATUS_LEVELS as u32);

/// A packed field that the issuer must not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RangeError {
    /// Birth date ≥ 2^17 days.
    #[error("the birth date lies beyond the encodable range; correct the document")]
    Birth,
    /// Expiry date ≥ 2^17 days.
    #[error("the expiry date lies beyond the encodable range; correct the document")]
    Expiry,
    /// Region code outside 100000..=879999, or its second digit above 7.
    #[error("the region code names no province; correct the document")]
    Region,
    /// Sex ≥ 4.
    #[error("the sex code is out of range; correct the document")]
    Sex,
    /// Index beyond the status tree.
    #[error("the revocation index lies beyond the status tree; report this as a defect")]
    Index,
}

/// Attributes that passed [`check`]. The credential key signs nothing else.
pub(crate) struct InRange(Attributes);

impl InRange {
    pub(crate) fn check(attributes: Attributes) -> Result<Self, RangeError> {
        check(&attributes.encode().fields)?;
        Ok(Self(attributes))
    }

    pub(crate) fn into_inner(self) -> Attributes {
        self.0
    }
}

/// Checks every slot of the packed word.
pub fn check(fields: &PackedFields) -> Result<(), RangeError> {
    if fields.birth >= DATE_LIMIT {
        return Err(RangeError::Birth);
    }
    if fields.expiry >= DATE_LIMIT {
        return Err(RangeError::Expiry);
    }
    let second_digit = fields.region / 10_000 % 10;
    if !(REGION_MIN..=REGION_MAX).contains(&fields.region) || second_digit > SECOND_DIGIT_MAX {
        return Err(RangeError::Region);
    }
    if fields.sex >= SEX_LIMIT {
        return Err(RangeError::Sex);
    }
    if fields.index >= INDEX_LIMIT {
        return Err(RangeError::Index);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid() -> PackedFields {
        PackedFields { birth: 36_000, expiry: 50_000, region: 440_103, sex: 2, index: 66_060_287 }
    }

    #[test]
    fn limits_are_accepted() {
        assert_eq!(INDEX_LIMIT, 66_060_288);
        assert_eq!(check(&valid()), Ok(()));
        for region in [100_000, 870_000, 879_999, 179_999] {
            assert_eq!(check(&PackedFields { region, ..valid() }), Ok(()), "{region}");
        }
        let edge =
            PackedFields { birth: DATE_LIMIT - 1, expiry: DATE_LIMIT - 1, sex: 3, index: 0, ..valid() };
        assert_eq!(check(&edge), Ok(()));
    }

    #[test]
    fn each_slot_is_refused_beyond_its_limit() {
        for beyond in [1 << 17, 1 << 20, u64::MAX] {
            assert_eq!(check(&PackedFields { birth: beyond, ..valid() }), Err(RangeError::Birth));
            assert_eq!(check(&PackedFields { expiry: beyond, ..valid() }), Err(RangeError::Expiry));
        }
        for region in [0, 99_999, 880_000, 180_000, 890_000, 1_440_103, u64::MAX] {
            assert_eq!(check(&PackedFields { region, ..valid() }), Err(RangeError::Region), "{region}");
        }
        for sex in [4, 1 << 4, u64::MAX] {
            assert_eq!(check(&PackedFields { sex, ..valid() }), Err(RangeError::Sex));
        }
        for index in [66_060_288, 1 << 26, 1 << 32, u64::MAX] {
            assert_eq!(check(&PackedFields { index, ..valid() }), Err(RangeError::Index));
        }
    }
}
