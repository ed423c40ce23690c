//! The packed public word: what the circuit can reach in each slot, against what the verifier lets through.

use ark_ff::{Field, PrimeField};
use tacit_credential::Fr;
use tacit_credential::public_values::{
    BORN_FROM, BORN_TO, DISCLOSED_BIRTH, DISCLOSED_EXPIRY, DISCLOSED_REGION, DISCLOSED_SEX, DISCLOSURE,
    PROVINCES, PublicWord, REGION_FROM, REGION_TO, TODAY,
};

use crate::common::{Pair, circuit, failing};

type Slot = fn(&mut PublicWord) -> &mut u64;

const SLOTS: [(u32, Slot); 11] = [
    (BORN_FROM, |w| &mut w.born_from),
    (BORN_TO, |w| &mut w.born_to),
    (TODAY, |w| &mut w.today),
    (REGION_FROM, |w| &mut w.region_from),
    (REGION_TO, |w| &mut w.region_to),
    (DISCLOSURE, |w| &mut w.disclose),
    (PROVINCES, |w| &mut w.provinces),
    (DISCLOSED_BIRTH, |w| &mut w.birth),
    (DISCLOSED_EXPIRY, |w| &mut w.expiry),
    (DISCLOSED_REGION, |w| &mut w.region),
    (DISCLOSED_SEX, |w| &mut w.sex),
];

fn shown() -> Pair {
    let mut pair = Pair::honest(7);
    pair.public.word.disclose = 127;
    pair.renew();
    pair
}

/// One more or one less in any slot is another word and is refused.
#[test]
fn every_slot_is_bound() {
    let honest = shown();
    let assignment = honest.assign();
    for (i, (_, slot)) in SLOTS.iter().enumerate() {
        for up in [true, false] {
            let mut pair = honest.clone();
            let value = slot(&mut pair.public.word);
            *value = if up { *value + 1 } else { value.wrapping_sub(1) };
            let mut z = assignment.as_slice().to_vec();
            z[1] = pair.public.digest();
            let lie = tacit_r1cs::Assignment::from_values_unchecked(z);
            assert_eq!(
                failing(circuit(), &lie).into_iter().collect::<Vec<_>>(),
                ["public digest"],
                "slot {i}"
            );
        }
    }
}

/// A slot that overflows into its neighbour is the same word: the verifier must refuse one of the two, and does.
#[test]
fn an_overflow_into_the_neighbour_is_refused_by_the_verifier() {
    let honest = shown();
    for (i, pair) in SLOTS.windows(2).enumerate() {
        let [(low_offset, low), (high_offset, high)] = pair else { unreachable!("windows of two") };
        let width = high_offset - low_offset;
        let mut alias = honest.public.clone();
        if *high(&mut alias.word) == 0 || width >= 64 {
            continue;
        }
        *high(&mut alias.word) -= 1;
        *low(&mut alias.word) += 1 << width;
        assert_eq!(alias.digest(), honest.public.digest(), "slot {i}");
        assert!(honest.public.check().is_ok());
        assert!(alias.check().is_err(), "slot {i}: one proof must not show two statements");
    }
}

/// Slot by slot: the integers that the circuit's own ranges reach differ from those that the verifier lets through by
/// less than the slot holds, so that equal words have equal slots; and the whole word stays below the modulus.
#[test]
fn ranges_of_circuit_and_verifier_cannot_meet_elsewhere() {
    let (date, region) = ((1i128 << 17) - 1, (1i128 << 20) - 1);
    let (codes, mask) = ((100_000i128, 879_999i128), (1i128 << 64) - 1);
    // Of the circuit: attribute less or plus a difference. Of the verifier: PublicWord::check.
    let ranges: [[(i128, i128); 2]; 11] = [
        [(-date, date), (0, date)],
        [(0, 2 * date), (0, date)],
        [(-date, date), (0, date)],
        [(codes.0 - region, codes.1), (0, region)],
        [(codes.0, codes.1 + region), (0, region)],
        [(0, 127), (0, 127)],
        [(0, mask), (0, mask)],
        [(0, date), (0, date)],
        [(0, date), (0, date)],
        [(0, codes.1), (0, region)],
        [(0, 3), (0, 3)],
    ];
    for (i, [circuit, verifier]) in ranges.into_iter().enumerate() {
        let end = SLOTS.get(i + 1).map_or(252, |next| next.0);
        let width = end - SLOTS[i].0;
        let difference = (circuit.1 - verifier.0).max(verifier.1 - circuit.0);
        // Of two different words with equal sums, the lowest slot that differs would be a multiple of 2^width.
        assert!(difference < 1i128 << width, "slot {i}");
    }
    const { assert!(Fr::MODULUS_BIT_SIZE > 252) };
}

/// The word plus r has no other slots: slots are integers below 2^252.
#[test]
fn wrapping_around_the_modulus() {
    let honest = shown();
    let top = Fr::from(2u64).pow([u64::from(DISCLOSED_SEX)]);
    // sex + 2^-44 would move a day of expiry (offset 200) into the sex (offset 244): no integer in its range.
    let moved = Fr::from(honest.public.word.sex) + Fr::from(2u64).pow([44]).inverse().unwrap();
    assert!(moved.into_bigint().0[1..] != [0; 3]);
    let mut changed = honest.public.word.clone();
    changed.expiry -= 1;
    let packed = changed.pack() - Fr::from(changed.sex) * top + moved * top;
    assert_eq!(packed, honest.public.word.pack());
}

/// Bounds in the wrong order and at their limits (attack 8).
#[test]
fn bounds_at_their_limits() {
    let mut pair = shown();
    pair.public.word.born_from = 0;
    pair.public.word.born_to = (1 << 17) - 1;
    pair.public.word.today = 0;
    pair.public.word.region_from = 0;
    pair.public.word.region_to = (1 << 20) - 1;
    pair.renew();
    assert!(pair.is_satisfied(), "trivial bounds");
    let birth = pair.witness.attributes.fields.birth;
    (pair.public.word.born_from, pair.public.word.born_to) = (birth + 1, birth - 1);
    pair.renew();
    assert_eq!(pair.failing().into_iter().collect::<Vec<_>>(), ["born between"]);
}

/// Attributes that overflow their slot of the signed packing: refused although the issuer signed them (attack 9).
#[test]
fn attributes_that_overflow_are_refused() {
    for change in [
        (|p: &mut Pair| p.witness.attributes.fields.birth += 1 << 20) as fn(&mut Pair),
        |p| p.witness.attributes.fields.expiry += 1 << 20,
        |p| p.witness.attributes.fields.region += 1 << 24,
        |p| p.witness.attributes.fields.sex += 4,
        |p| p.witness.attributes.fields.sex += 16,
    ] {
        let mut pair = Pair::honest(7);
        pair.public.word.disclose = 0;
        change(&mut pair);
        pair.renew();
        assert!(!pair.is_satisfied());
    }
}
