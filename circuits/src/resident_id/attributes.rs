//! The attributes of a resident ID, their packing and their hash: the twin of [`tacit_credential::attributes`].
//!
//! ```text
//! packed  = birth + 2^20 expiry + 2^40 region + 2^64 sex + 2^68 index
//! message = Poseidon(holder key, number, name, packed, extras)          321 constraints (t = 6)
//! ```
//!
//! Every part of `packed` is in its range inside the circuit (birth and expiry 17 bits, region below 2^20, sex 2 bits, index below 252 · 8^6),
//! so that no part runs into another and the issuer's hash opens to one set of attributes. 17 constraints for each date, 2
//! for the sex.
//!
//! Not constrained: number, name and extras are any field elements; they are bound by the hash and the signature.

use tacit_credential::Fr;
use tacit_credential::attributes::{EncodedAttributes, PackedFields, offset};
use tacit_credential::public_values::SEX_BITS;
use tacit_r1cs::{ConstraintSystem, Number, Private};

use super::pack;
use crate::clauses::date::DateVar;
use crate::clauses::{born_between, still_valid};
use crate::gadgets::poseidon;
use crate::gadgets::range::RangedVar;

/// The name of the part about attributes.
pub(super) const NAME: &str = "attributes";

/// Birth and expiry date.
pub(super) fn dates<CS: ConstraintSystem>(
    cs: &mut CS,
    fields: Private<'_, PackedFields>,
) -> (DateVar<CS::Num>, DateVar<CS::Num>) {
    cs.clause(born_between::NAME);
    let birth = DateVar::new(cs, |k| fields.reveal(k).birth);
    cs.clause(still_valid::NAME);
    let expiry = DateVar::new(cs, |k| fields.reveal(k).expiry);
    (birth, expiry)
}

/// The attributes that the issuer signed, holder key and revocation index excepted.
pub(super) struct AttributesVar<N> {
    number: N,
    name: N,
    birth: DateVar<N>,
    expiry: DateVar<N>,
    region: N,
    sex: RangedVar<N>,
    extras: N,
}

impl<N: Number> AttributesVar<N> {
    pub(super) fn new<CS: ConstraintSystem<Num = N>>(
        cs: &mut CS,
        attributes: Private<'_, EncodedAttributes>,
        birth: DateVar<N>,
        expiry: DateVar<N>,
        region: &N,
    ) -> Self {
        cs.clause(NAME);
        let number = cs.witness(|k| attributes.reveal(k).number);
        let name = cs.witness(|k| attributes.reveal(k).name);
        let extras = cs.witness(|k| attributes.reveal(k).extras);
        let sex = RangedVar::of_bits(cs, SEX_BITS, |k| Fr::from(attributes.reveal(k).fields.sex));
        Self { number, name, birth, expiry, region: region.clone(), sex, extras }
    }

    /// What the issuer signed.
    pub(super) fn message<CS: ConstraintSystem<Num = N>>(&self, cs: &mut CS, holder_key: &N, index: &N) -> N {
        let packed = pack(&[
            (self.birth.days(), offset::BIRTH),
            (self.expiry.days(), offset::EXPIRY),
            (&self.region, offset::REGION),
            (self.sex.number(), offset::SEX),
            (index, offset::INDEX),
        ]);
        let parts = [holder_key, &self.number, &self.name, &packed, &self.extras];
        poseidon::hash(cs, &parts.map(Clone::clone))
    }

    /// The attributes in the order of the mask's bits, see [`tacit_credential::policy::DisclosedAttribute`].
    pub(super) fn in_mask_order(&self) -> [&N; 7] {
        [
            &self.number,
            &self.name,
            self.birth.days(),
            self.sex.number(),
            &self.region,
            self.expiry.days(),
            &self.extras,
        ]
    }
}
