//! A policy in the compact form of [`crate::wire`], as requests are signed and sent:
//!
//! ```text
//! title | minimum age? | maximum age? | codes of provinces? | first, last code of the region? | valid u8
//! | bits of disclosures | pseudonym? | shared scope? | hours
//! ```
//! `?` may be absent. The order of provinces and of disclosures is kept.

use super::{DisclosedAttribute, MAX_TEXT_CHARACTERS, Policy, ScopeLabel};
use crate::certificate::{IDENTITY_MAX, VerifierIdentity};
use crate::region::{Province, RegionRange};
use crate::wire::{Decoder, Encoder, WireError};
use alloc::borrow::ToOwned;
use alloc::vec::Vec;

/// Most bytes of a title or label: four a character.
const TEXT_MAX: usize = 4 * MAX_TEXT_CHARACTERS;

impl Policy {
    /// The one spelling that is hashed and signed.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut encoder = Encoder::compact();
        self.encode(&mut encoder);
        encoder.finish()
    }

    pub(crate) fn encode(&self, encoder: &mut Encoder) {
        let byte = |e: &mut Encoder, value: &u8| {
            e.byte(*value);
        };
        encoder
            .text(&self.title)
            .optional(self.minimum_age.as_ref(), byte)
            .optional(self.maximum_age.as_ref(), byte)
            .optional(self.provinces.as_ref(), |e, provinces| {
                e.list(provinces, |e, province| {
                    e.byte(province.code());
                });
            })
            .optional(self.region.as_ref(), |e, range| {
                e.integer(range.from().into()).integer(range.to().into());
            })
            .byte(self.valid.into())
            .list(&self.disclose, |e, attribute| {
                e.byte(attribute.bit() as u8);
            })
            .optional(self.pseudonym.as_ref(), |e, label| {
                e.text(label.as_str());
            })
            .optional(self.shared_scope.as_ref(), |e, scope| {
                e.text(scope.as_str());
            })
            .integer(self.max_status_age_hours.into());
    }

    /// Reads what [`encode`](Self::encode) wrote; `None` for a value that no policy has.
    pub(crate) fn decode(decoder: &mut Decoder<'_>) -> Result<Option<Self>, WireError> {
        let title = decoder.text(TEXT_MAX)?.to_owned();
        let minimum_age = decoder.optional(Decoder::byte)?;
        let maximum_age = decoder.optional(Decoder::byte)?;
        let provinces = decoder.optional(|d| d.list(Province::ALL.len(), Decoder::byte))?;
        let region = decoder.optional(|d| Ok::<_, WireError>((d.integer()?, d.integer()?)))?;
        let valid = decoder.mark()?;
        let disclose = decoder.list(DisclosedAttribute::ALL.len(), Decoder::byte)?;
        let pseudonym = decoder.optional(|d| d.text(TEXT_MAX))?;
        let shared_scope = decoder.optional(|d| d.text(IDENTITY_MAX))?;
        let hours = decoder.integer()?;
        let read = || {
            let province = |code: &u8| Province::from_code(*code).ok();
            let provinces =
                provinces.map(|codes| codes.iter().map(province).collect::<Option<Vec<_>>>().ok_or(()));
            let range = |(from, to)| -> Option<RegionRange> {
                RegionRange::new(u32::try_from(from).ok()?, u32::try_from(to).ok()?).ok()
            };
            let attribute = |bit: &u8| DisclosedAttribute::ALL.get(usize::from(*bit)).copied();
            let policy = Self {
                title,
                minimum_age,
                maximum_age,
                provinces: provinces.transpose().ok()?,
                region: match region {
                    None => None,
                    Some(bounds) => Some(range(bounds)?),
                },
                valid,
                disclose: disclose.iter().map(attribute).collect::<Option<_>>()?,
                pseudonym: pseudonym.map(ScopeLabel::new).transpose().ok()?,
                shared_scope: shared_scope.map(VerifierIdentity::new).transpose().ok()?,
                max_status_age_hours: u32::try_from(hours).ok()?,
            };
            policy.check().ok().map(|()| policy)
        };
        Ok(read())
    }
}
