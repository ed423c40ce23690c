//! Dates: days since 1900-01-01, `0 ..= 2^17 − 1`; the twin of [`tacit_credential::date::Date`].

use tacit_credential::Fr;
use tacit_credential::public_values::DATE_BITS;
use tacit_r1cs::{ConstraintSystem, Known, Number};

use crate::gadgets::range::RangedVar;

/// A date of 17 bits.
#[derive(Clone)]
pub struct DateVar<N>(RangedVar<N>);

impl<N: Number> DateVar<N> {
    /// A new date, 17 constraints. The clause is that of the caller.
    pub fn new<CS: ConstraintSystem<Num = N>>(cs: &mut CS, days: impl FnOnce(&CS::Known) -> u64) -> Self {
        Self(RangedVar::of_bits(cs, DATE_BITS, |k| Fr::from(days(k))))
    }

    /// The days as a number.
    pub const fn days(&self) -> &N {
        self.0.number()
    }

    /// A date that this one does not precede: `self − d` for a new `d` of 17 bits.
    pub(super) fn at_least<CS: ConstraintSystem<Num = N>>(
        &self,
        cs: &mut CS,
        bound: impl FnOnce(&CS::Known) -> u64,
    ) -> N {
        let difference = self.difference(cs, |days, k| days - Fr::from(bound(k)));
        self.days().clone() - difference.number()
    }

    /// A date that does not precede this one: `self + d` for a new `d` of 17 bits.
    pub(super) fn at_most<CS: ConstraintSystem<Num = N>>(
        &self,
        cs: &mut CS,
        bound: impl FnOnce(&CS::Known) -> u64,
    ) -> N {
        let difference = self.difference(cs, |days, k| Fr::from(bound(k)) - days);
        self.days().clone() + difference.number()
    }

    fn difference<CS: ConstraintSystem<Num = N>>(
        &self,
        cs: &mut CS,
        difference: impl FnOnce(Fr, &CS::Known) -> Fr,
    ) -> RangedVar<N> {
        RangedVar::of_bits(cs, DATE_BITS, |k| difference(k.value(self.days()), k))
    }
}
