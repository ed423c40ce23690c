//! The public values of a presentation: their order, their packing and the digest that is the proof's single public
//! input. This file is the only definition of all three.
//!
//! ```text
//! digest = Poseidon(trust_root, scope, pseudonym, word, number, name, extras, challenge)
//! ```
//!
//! `word` packs everything small into one field element, each value at an offset with guard bits above it:
//!
//! | value | bits | offset | checked range |
//! | --- | --- | --- | --- |
//! | earliest birth date | 17 | 0 | < 2^17 days since 1900-01-01 |
//! | latest birth date | 17 | 20 | < 2^17 |
//! | date of presentation | 17 | 40 | < 2^17 |
//! | lowest region code | 20 | 60 | < 2^20 |
//! | highest region code | 20 | 84 | < 2^20 |
//! | disclosure mask | 7 | 108 | < 2^7 |
//! | province mask | 64 | 115 | only bits of real provinces, at least one |
//! | disclosed birth date | 17 | 180 | < 2^17, 0 unless its mask bit is set |
//! | disclosed expiry date | 17 | 200 | < 2^17, 0 unless its mask bit is set |
//! | disclosed region code | 20 | 220 | < 2^20, 0 unless its mask bit is set |
//! | disclosed sex | 2 | 244 | < 4, 0 unless its mask bit is set |
//!
//! Inside the circuit the bounds are written as attribute ∓ difference, so each may reach one bit further than its
//! range, up or down; the guard bits keep such an excess from meeting the neighbour. The circuit relies on
//! [`PublicWord::check`] having passed on the verifier's side: without it one proof would open to two different sets
//! of disclosed values (`birth + 2^20` with `expiry − 1` packs to the same word).

pub use crate::date::DATE_BITS;
use crate::extras::DisclosedExtras;
use crate::field::{Fr, power_of_two};
use crate::holder::{Pseudonym, Scope};
use crate::name::Name;
use crate::number::DocumentNumber;
use crate::policy::{Bounds, DisclosedAttribute};
use crate::poseidon;
use crate::presentation::Disclosed;
use crate::region::ProvinceSet;
pub use crate::region::REGION_BITS;
use crate::request::Challenge;

/// Bit offset of the earliest allowed birth date.
pub const BORN_FROM: u32 = 0;
/// Bit offset of the latest allowed birth date.
pub const BORN_TO: u32 = 20;
/// Bit offset of the date of presentation.
pub const TODAY: u32 = 40;
/// Bit offset of the lowest allowed region code.
pub const REGION_FROM: u32 = 60;
/// Bit offset of the highest allowed region code.
pub const REGION_TO: u32 = 84;
/// Bit offset of the disclosure mask.
pub const DISCLOSURE: u32 = 108;
/// Bit offset of the province mask.
pub const PROVINCES: u32 = 115;
/// Bit offset of the disclosed birth date.
pub const DISCLOSED_BIRTH: u32 = 180;
/// Bit offset of the disclosed expiry date.
pub const DISCLOSED_EXPIRY: u32 = 200;
/// Bit offset of the disclosed region code.
pub const DISCLOSED_REGION: u32 = 220;
/// Bit offset of the disclosed sex.
pub const DISCLOSED_SEX: u32 = 244;

/// Bits of the sex.
pub const SEX_BITS: u32 = 2;
/// Bits of the disclosure mask.
pub const DISCLOSURE_BITS: u32 = 7;

/// A public value outside the range that the circuit relies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RangeError {
    /// The lower birth bound does not fit 17 bits.
    #[error("the lower birth bound lies outside 1900-01-01..2258-11-11; check the request's policy")]
    BornFrom,
    /// The upper birth bound does not fit 17 bits.
    #[error("the upper birth bound lies outside 1900-01-01..2258-11-11; check the request's policy")]
    BornTo,
    /// The date of presentation does not fit 17 bits.
    #[error("the date of presentation lies outside 1900-01-01..2258-11-11; check the request's date")]
    Today,
    /// The lower region bound does not fit 20 bits.
    #[error("the lower region bound does not fit twenty bits; region codes have six digits")]
    RegionFrom,
    /// The upper region bound does not fit 20 bits.
    #[error("the upper region bound does not fit twenty bits; region codes have six digits")]
    RegionTo,
    /// The disclosed birth date does not fit 17 bits.
    #[error("the disclosed birth date lies outside 1900-01-01..2258-11-11")]
    Birth,
    /// The disclosed expiry date does not fit 17 bits.
    #[error("the disclosed expiry date lies outside 1900-01-01..2258-11-11")]
    Expiry,
    /// The disclosed region code does not fit 20 bits.
    #[error("the disclosed region code does not fit twenty bits; region codes have six digits")]
    Region,
    /// The disclosure mask names an attribute that does not exist.
    #[error("the disclosure mask names an attribute that does not exist")]
    Disclosure,
    /// The province mask is empty or names a province that does not exist.
    #[error("the province mask is empty or names a province that does not exist")]
    Provinces,
    /// The disclosed sex does not fit two bits.
    #[error("the disclosed sex is not a known value")]
    Sex,
    /// A value is given although its attribute is not disclosed.
    #[error("{0}: a value is given although the request does not ask for it")]
    NotDisclosed(DisclosedAttribute),
    /// Birth bounds in the wrong order, which nothing satisfies.
    #[error("the birth bounds are in the wrong order")]
    BirthOrder,
    /// Region bounds in the wrong order, which nothing satisfies.
    #[error("the region bounds are in the wrong order")]
    RegionOrder,
}

/// The small public values, as unchecked integers.
///
/// Raw on purpose: it is the twin of what the circuit computes, and the tests put lies into it. Whoever takes values
/// from somebody else calls [`PublicWord::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicWord {
    /// Earliest allowed birth date, days since 1900-01-01.
    pub born_from: u64,
    /// Latest allowed birth date.
    pub born_to: u64,
    /// Date of presentation; the credential must not expire before it.
    pub today: u64,
    /// Lowest allowed region code.
    pub region_from: u64,
    /// Highest allowed region code.
    pub region_to: u64,
    /// Which attributes are disclosed, one bit each in the order of [`DisclosedAttribute`].
    pub disclose: u64,
    /// Allowed provinces; bit `8(D − 1) + E` stands for the codes that start with the digits `D`, `E`.
    pub provinces: u64,
    /// Disclosed birth date or 0.
    pub birth: u64,
    /// Disclosed expiry date or 0.
    pub expiry: u64,
    /// Disclosed region code or 0.
    pub region: u64,
    /// Disclosed sex or 0.
    pub sex: u64,
}

impl PublicWord {
    /// The word of a policy's bounds and the values disclosed under it.
    pub fn new(bounds: &Bounds, disclosed: &Disclosed) -> Self {
        Self {
            born_from: bounds.born_from.days().into(),
            born_to: bounds.born_to.days().into(),
            today: bounds.today.days().into(),
            region_from: bounds.region.from().into(),
            region_to: bounds.region.to().into(),
            disclose: bounds.disclose.bits().into(),
            provinces: bounds.provinces.mask(),
            birth: disclosed.birth.map_or(0, |date| date.days().into()),
            expiry: disclosed.expiry.map_or(0, |expiry| expiry.encoding().days().into()),
            region: disclosed.region.map_or(0, |region| region.code().into()),
            sex: disclosed.sex.map_or(0, |sex| sex.code().into()),
        }
    }

    /// The packed field element.
    pub fn pack(&self) -> Fr {
        let slots = [
            (self.born_from, BORN_FROM),
            (self.born_to, BORN_TO),
            (self.today, TODAY),
            (self.region_from, REGION_FROM),
            (self.region_to, REGION_TO),
            (self.disclose, DISCLOSURE),
            (self.provinces, PROVINCES),
            (self.birth, DISCLOSED_BIRTH),
            (self.expiry, DISCLOSED_EXPIRY),
            (self.region, DISCLOSED_REGION),
            (self.sex, DISCLOSED_SEX),
        ];
        slots.iter().map(|&(value, offset)| Fr::from(value) * power_of_two(offset as usize)).sum()
    }

    /// Whether an attribute's mask bit is set.
    pub fn discloses(&self, attribute: DisclosedAttribute) -> bool {
        self.disclose >> attribute.bit() & 1 == 1
    }

    /// Checks every range that the circuit relies on (see the module's table).
    pub fn check(&self) -> Result<(), RangeError> {
        let date = |value: u64, error| in_range(value, DATE_BITS).then_some(()).ok_or(error);
        let region = |value: u64, error| in_range(value, REGION_BITS).then_some(()).ok_or(error);
        date(self.born_from, RangeError::BornFrom)?;
        date(self.born_to, RangeError::BornTo)?;
        date(self.today, RangeError::Today)?;
        region(self.region_from, RangeError::RegionFrom)?;
        region(self.region_to, RangeError::RegionTo)?;
        if !in_range(self.disclose, DISCLOSURE_BITS) {
            return Err(RangeError::Disclosure);
        }
        ProvinceSet::from_mask(self.provinces).map_err(|_| RangeError::Provinces)?;
        date(self.birth, RangeError::Birth)?;
        date(self.expiry, RangeError::Expiry)?;
        region(self.region, RangeError::Region)?;
        if !in_range(self.sex, SEX_BITS) {
            return Err(RangeError::Sex);
        }
        for (attribute, value) in [
            (DisclosedAttribute::Birth, self.birth),
            (DisclosedAttribute::Expiry, self.expiry),
            (DisclosedAttribute::Region, self.region),
            (DisclosedAttribute::Sex, self.sex),
        ] {
            if value != 0 && !self.discloses(attribute) {
                return Err(RangeError::NotDisclosed(attribute));
            }
        }
        if self.born_from > self.born_to {
            return Err(RangeError::BirthOrder);
        }
        if self.region_from > self.region_to {
            return Err(RangeError::RegionOrder);
        }
        Ok(())
    }
}

/// Everything that verifier and prover agree on, in the order of the digest.
///
/// Raw like [`PublicWord`]; [`PublicValues::new`] is the checked way to build one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicValues {
    /// Root of the epoch's trust list.
    pub trust_root: Fr,
    /// Scope of the pseudonym.
    pub scope: Fr,
    /// `Poseidon(holder secret, scope)`.
    pub pseudonym: Fr,
    /// The small values.
    pub word: PublicWord,
    /// Disclosed document number or 0.
    pub number: Fr,
    /// Digest of the disclosed name or 0.
    pub name: Fr,
    /// Digest of the list of further attributes or 0.
    pub extras: Fr,
    /// Digest of the request.
    pub challenge: Fr,
}

impl PublicValues {
    /// How many values the digest covers.
    pub const COUNT: usize = 8;

    /// Builds the public values of a presentation and checks every range.
    pub fn new(
        trust_root: Fr,
        bounds: &Bounds,
        scope: &Scope,
        pseudonym: &Pseudonym,
        disclosed: &Disclosed,
        challenge: &Challenge,
    ) -> Result<Self, RangeError> {
        let this = Self {
            trust_root,
            scope: scope.as_field(),
            pseudonym: pseudonym.as_field(),
            word: PublicWord::new(bounds, disclosed),
            number: disclosed.number.as_ref().map_or(Fr::from(0u64), DocumentNumber::to_field),
            name: disclosed.name.as_ref().map_or(Fr::from(0u64), Name::digest),
            extras: disclosed.extras.as_ref().map_or(Fr::from(0u64), DisclosedExtras::digest),
            challenge: challenge.as_field(),
        };
        this.check()?;
        Ok(this)
    }

    /// Checks [`PublicWord::check`] and that no undisclosed attribute carries a value.
    pub fn check(&self) -> Result<(), RangeError> {
        self.word.check()?;
        for (attribute, value) in [
            (DisclosedAttribute::Number, self.number),
            (DisclosedAttribute::Name, self.name),
            (DisclosedAttribute::Extras, self.extras),
        ] {
            if value != Fr::from(0u64) && !self.word.discloses(attribute) {
                return Err(RangeError::NotDisclosed(attribute));
            }
        }
        Ok(())
    }

    /// The values in the order of the digest.
    pub fn to_fields(&self) -> [Fr; Self::COUNT] {
        [
            self.trust_root,
            self.scope,
            self.pseudonym,
            self.word.pack(),
            self.number,
            self.name,
            self.extras,
            self.challenge,
        ]
    }

    /// The proof's single public input.
    pub fn digest(&self) -> Fr {
        poseidon::hash(&self.to_fields())
    }
}

fn in_range(value: u64, bits: u32) -> bool {
    value >> bits == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word() -> PublicWord {
        PublicWord {
            born_from: 0,
            born_to: 40_000,
            today: 46_000,
            region_from: 440_000,
            region_to: 449_999,
            disclose: 0b111_1111,
            provinces: 1 << 28,
            birth: 33_000,
            expiry: 47_000,
            region: 440_305,
            sex: 1,
        }
    }

    /// Changes one value and returns what the check says.
    fn with(change: impl FnOnce(&mut PublicWord)) -> Result<(), RangeError> {
        let mut word = word();
        change(&mut word);
        word.check()
    }

    #[test]
    fn the_fixture_passes() {
        assert_eq!(word().check(), Ok(()));
    }

    #[test]
    fn every_slot_has_its_offset() {
        // Pinned by the formula of the table, written independently of `pack`.
        let word = word();
        let big = |v: u64, k: usize| num(v) << k;
        let expected = big(40_000, 20) + big(46_000, 40) + big(440_000, 60) + big(449_999, 84);
        let low = Fr::from(expected);
        let high = Fr::from(0b111_1111u64) * power_of_two(108)
            + Fr::from(1u64 << 28) * power_of_two(115)
            + Fr::from(33_000u64) * power_of_two(180)
            + Fr::from(47_000u64) * power_of_two(200)
            + Fr::from(440_305u64) * power_of_two(220)
            + Fr::from(1u64) * power_of_two(244);
        assert_eq!(word.pack(), low + high);
    }

    fn num(v: u64) -> u128 {
        u128::from(v)
    }

    /// Attack 10: values out of their range are refused, each by its own error.
    #[test]
    fn out_of_range_is_refused() {
        assert_eq!(with(|w| w.born_from = 1 << 17), Err(RangeError::BornFrom));
        assert_eq!(with(|w| w.born_to = 1 << 17), Err(RangeError::BornTo));
        assert_eq!(with(|w| w.today = 1 << 17), Err(RangeError::Today));
        assert_eq!(with(|w| w.region_from = 1 << 20), Err(RangeError::RegionFrom));
        assert_eq!(with(|w| w.region_to = 1 << 20), Err(RangeError::RegionTo));
        assert_eq!(with(|w| w.disclose = 1 << 7), Err(RangeError::Disclosure));
        assert_eq!(with(|w| w.provinces = 0), Err(RangeError::Provinces));
        assert_eq!(with(|w| w.provinces |= 1), Err(RangeError::Provinces), "10 is no province");
        assert_eq!(with(|w| w.birth = 1 << 17), Err(RangeError::Birth));
        assert_eq!(with(|w| w.expiry = 1 << 17), Err(RangeError::Expiry));
        assert_eq!(with(|w| w.region = 1 << 20), Err(RangeError::Region));
        assert_eq!(with(|w| w.sex = 4), Err(RangeError::Sex));
        assert_eq!(with(|w| (w.born_from, w.born_to) = (2, 1)), Err(RangeError::BirthOrder));
        assert_eq!(with(|w| (w.region_from, w.region_to) = (2, 1)), Err(RangeError::RegionOrder));
    }

    #[test]
    fn undisclosed_values_are_zero() {
        use DisclosedAttribute::{Birth, Expiry, Region, Sex};
        for attribute in [Birth, Expiry, Region, Sex] {
            let without = with(|w| w.disclose &= !(1 << attribute.bit()));
            assert_eq!(without, Err(RangeError::NotDisclosed(attribute)));
        }
    }

    /// Why the ranges of disclosed values are checked: unchecked, two sets of values share one word.
    #[test]
    fn unchecked_disclosures_alias() {
        let honest = word();
        let mut alias = word();
        alias.birth += 1 << 20;
        alias.expiry -= 1;
        assert_eq!(honest.pack(), alias.pack());
        assert_eq!(alias.check(), Err(RangeError::Birth));
    }

    /// Neighbouring slots cannot meet: the largest excess that the circuit's differences allow stays below the next
    /// slot's offset.
    #[test]
    fn guard_bits_hold() {
        let date = 1i64 << 17;
        let region = 1i64 << 20;
        let slots: [(u32, i64, i64); 11] = [
            (BORN_FROM, -(date - 1), date - 1),
            (BORN_TO, 0, 2 * date - 2),
            (TODAY, -(date - 1), date - 1),
            (REGION_FROM, 100_000 - (region - 1), 879_999),
            (REGION_TO, 100_000, 879_999 + region - 1),
            (DISCLOSURE, 0, 127),
            (PROVINCES, 0, i64::MAX), // 2^64 − 1, see below
            (DISCLOSED_BIRTH, 0, date - 1),
            (DISCLOSED_EXPIRY, 0, date - 1),
            (DISCLOSED_REGION, 0, region - 1),
            (DISCLOSED_SEX, 0, 3),
        ];
        for (this, next) in slots.iter().zip(&slots[1..]) {
            let width = next.0 - this.0;
            let largest_checked = if this.0 == PROVINCES { u128::from(u64::MAX) } else { this.2 as u128 };
            let spread = largest_checked + this.1.unsigned_abs() as u128;
            assert!(spread < 1 << width, "slot at {} is too narrow", this.0);
        }
        const { assert!(DISCLOSED_SEX + SEX_BITS < 253) };
    }
}
