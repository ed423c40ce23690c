//! Attack 22: a comparison that is wrong for some pairs. Those of the circuit against the native ones, on whole ranges.

use tacit_circuits::clauses::born_between::{self, BirthBoundsVar};
use tacit_circuits::clauses::date::DateVar;
use tacit_circuits::clauses::resides_in::{REGION, Residence, ResidenceVar};
use tacit_circuits::clauses::still_valid;
use tacit_circuits::gadgets::arithmetic::enforce_equal;
use tacit_credential::Fr;
use tacit_credential::region::ProvinceSet;
use tacit_r1cs::{Circuit, ConstraintSystem, Private, assign, compile};
use tacit_tests::failing;

const DATES: usize = 256;
const DATE_BITS: usize = 17;
/// For each bound: three differences, and three ties of what comes out to the bound.
const ROWS: usize = 3 * DATE_BITS + 3;

/// One date and 256 bounds: not born before, not born after, not expired on.
#[derive(Clone, Copy)]
struct Dates {
    date: u64,
    /// The first bound, and how far apart they are.
    bounds: (u64, u64),
}

impl Dates {
    fn bound(&self, i: usize) -> u64 {
        self.bounds.0 + self.bounds.1 * i as u64
    }
}

struct CompareDates<'a>(Private<'a, Dates>);

impl Circuit for CompareDates<'_> {
    fn synthesize<CS: ConstraintSystem>(&self, cs: &mut CS) {
        let known = self.0;
        let bounds: Vec<_> =
            (0..DATES).map(|i| cs.instance(|k| Fr::from(known.reveal(k).bound(i)))).collect();
        cs.clause(born_between::NAME);
        let date = DateVar::new(cs, |k| known.reveal(k).date);
        for (i, bound) in bounds.iter().enumerate() {
            let value = |k: &CS::Known| known.reveal(k).bound(i);
            let born = BirthBoundsVar::new(cs, &date, value, value);
            let today = still_valid::date_of_presentation(cs, &date, value);
            cs.clause("ties");
            for result in [&born.from, &born.to, &today] {
                enforce_equal(cs, result, bound);
            }
        }
    }
}

/// All pairs of bytes, as the lower and as the upper byte of a date, and all pairs at the end of the range.
#[test]
fn dates_compare_as_integers_do() {
    let r1cs = compile(&CompareDates(Private::unknown()));
    assert_eq!(r1cs.num_constraints(), DATE_BITS + DATES * ROWS);
    for bounds in [(0, 1), (0, 256), ((1 << 17) - 256, 1)] {
        for i in 0..DATES {
            let mut dates = Dates { date: 0, bounds };
            dates.date = dates.bound(i);
            let assignment = assign(&CompareDates(Private::known(&dates)));
            let mut holds = [[true; 3]; DATES];
            for unsatisfied in r1cs.unsatisfied(&assignment) {
                let row = unsatisfied.index.checked_sub(DATE_BITS).expect("the date itself is in range");
                assert_ne!(unsatisfied.clause, "ties", "the bounds are the ones given");
                holds[row / ROWS][row % ROWS / DATE_BITS] = false;
            }
            for (j, holds) in holds.into_iter().enumerate() {
                let (date, bound) = (dates.date, dates.bound(j));
                assert_eq!(holds, [bound <= date, date <= bound, bound <= date], "{date}, {bound}");
            }
        }
    }
}

struct CompareRegion<'a>(Private<'a, Residence>);

impl Circuit for CompareRegion<'_> {
    fn synthesize<CS: ConstraintSystem>(&self, cs: &mut CS) {
        let known = self.0;
        let from = cs.instance(|k| Fr::from(known.reveal(k).from));
        let to = cs.instance(|k| Fr::from(known.reveal(k).to));
        let residence = ResidenceVar::new(cs, |k| *known.reveal(k));
        cs.clause("ties");
        enforce_equal(cs, &residence.from, &from);
        enforce_equal(cs, &residence.to, &to);
    }
}

/// All triples of a few codes around each other, across the border of a province.
#[test]
fn regions_compare_as_integers_do() {
    let r1cs = compile(&CompareRegion(Private::unknown()));
    let provinces = ProvinceSet::everywhere().mask();
    let mut outside = 0;
    for region in 439_996..440_004 {
        for from in 439_996..440_004 {
            for to in 439_996..440_004 {
                let residence = Residence { region, provinces, from, to };
                let failing = failing(&r1cs, &assign(&CompareRegion(Private::known(&residence))));
                let expected = if (from..=to).contains(&region) { vec![] } else { vec![REGION.to_owned()] };
                outside += expected.len();
                assert_eq!(failing, expected, "{region} in {from}..={to}");
            }
        }
    }
    // Of the 512 triples, from ≤ region ≤ to holds for C(8 + 2, 3).
    assert_eq!(outside, 512 - 120);
}
