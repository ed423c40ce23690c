//! Words with a hidden bit: exactly all (word, place) with that bit at that place.

use std::collections::BTreeMap;

use ark_ff::{AdditiveGroup, BigInt, PrimeField};
use rand::Rng;
use tacit_circuits::clauses::not_revoked::RADICES;
use tacit_circuits::gadgets::hidden_bit::{HiddenBit, HiddenBitVar};
use tacit_credential::Fr;
use tacit_r1cs::{ConstraintSystem, Number};

use crate::common::{audit, rng};
use crate::tested::{Gadget, Tested, evaluate};

struct Hidden<'a> {
    radices: &'a [usize],
    bit: bool,
    hint: HiddenBit,
}

impl Gadget for Hidden<'_> {
    fn run<CS: ConstraintSystem>(&self, cs: &mut CS, _: &[CS::Num]) -> Vec<CS::Num> {
        let hidden = HiddenBitVar::new(cs, self.radices, self.bit, |_| self.hint);
        let mut place = CS::Num::from(Fr::ZERO);
        let mut weight = 1;
        for (digit, radix) in hidden.digits.iter().zip(self.radices) {
            place.add_scaled(digit, Fr::from(weight));
            weight *= *radix as u64;
        }
        vec![hidden.word, place]
    }
}

fn hint(word: u64, place: usize) -> HiddenBit {
    HiddenBit { word: [word, 0, 0, 0], place }
}

/// Which wires are booleans, in order: per level the selectors, then for each block its bits and a product.
fn boolean_wires(radices: &[usize], first: usize) -> Vec<usize> {
    let (mut wires, mut next, mut size) = (Vec::new(), first, 1);
    for &radix in radices {
        wires.extend(next..next + radix - 1);
        next += radix - 1;
        for _ in 1..radix {
            wires.extend(next..next + size);
            next += size + 1;
        }
        size *= radix;
    }
    wires
}

/// All boolean assignments of small words (attacks 1 and 6).
#[test]
fn every_boolean_assignment() {
    for radices in [&[2, 2, 3][..], &[3, 3], &[2, 3, 2], &[7], &[2, 2, 2]] {
        for bit in [false, true] {
            let length: usize = radices.iter().product();
            let gadget = Hidden { radices, bit, hint: hint(0, 0) };
            let tested = Tested::new(&gadget, &[], &[Fr::ZERO; 2]);
            let booleans = boolean_wires(radices, tested.first_wire());
            let pins = tested.r1cs.num_constraints() - 2;
            let mut found: BTreeMap<(Fr, Fr), usize> = BTreeMap::new();
            for pattern in 0..1u64 << booleans.len() {
                let overrides: Vec<_> = booleans
                    .iter()
                    .enumerate()
                    .map(|(i, &wire)| (wire, Fr::from(pattern >> i & 1)))
                    .collect();
                let assignment = tested.assign(&overrides);
                let z = assignment.as_slice();
                if (0..pins).all(|constraint| audit::holds(&tested.r1cs, constraint, z)) {
                    let [word, place] = [0, 1].map(|i| audit::side(&tested.r1cs, 0, pins + i, z));
                    *found.entry((word, place)).or_default() += 1;
                }
            }
            let expected: BTreeMap<_, _> = (0..1u64 << length)
                .flat_map(|word| (0..length as u64).map(move |place| (word, place)))
                .filter(|(word, place)| (word >> place & 1 == 1) == bit)
                .map(|(word, place)| ((Fr::from(word), Fr::from(place)), 1))
                .collect();
            assert_eq!(found, expected, "{radices:?}");
        }
    }
}

fn random_word(rng: &mut impl Rng, place: usize, bit: bool) -> [u64; 4] {
    let mut word: [u64; 4] = rng.r#gen();
    word[3] &= u64::MAX >> 4;
    word[place / 64] &= !(1 << (place % 64));
    word[place / 64] |= u64::from(bit) << (place % 64);
    word
}

#[test]
fn every_place_of_a_status_word() {
    let rng = &mut rng(1);
    for place in 0..252 {
        let word = random_word(rng, place, false);
        let gadget = Hidden { radices: &RADICES, bit: false, hint: HiddenBit { word, place } };
        let outputs = [Fr::from(BigInt::<4>::new(word)), Fr::from(place as u64)];
        let tested = Tested::new(&gadget, &[], &outputs);
        assert_eq!(tested.constraints(), 278);
        assert!(tested.satisfied(), "place {place}");

        // A revoked bit makes a boolean of the word fail, and nothing else.
        let word = random_word(rng, place, true);
        let gadget = Hidden { radices: &RADICES, bit: false, hint: HiddenBit { word, place } };
        let outputs = [Fr::from(BigInt::<4>::new(word)), Fr::from(place as u64)];
        assert_eq!(evaluate(&gadget, &[]), outputs);
        let tested = Tested::new(&gadget, &[], &outputs);
        let failing: Vec<_> = tested.r1cs.unsatisfied(&tested.assign(&[])).map(|u| u.clause).collect();
        assert!(!failing.is_empty() && failing.iter().all(|clause| clause == "gadget"), "{failing:?}");
    }
}

/// Attack 6: two selectors, none, (−1, 2), a 2.
#[test]
fn selectors_are_one_hot() {
    let rng = &mut rng(2);
    let place = 36 * 4 + 12 + 1;
    let word = random_word(rng, place, false);
    let gadget = Hidden { radices: &RADICES, bit: false, hint: HiddenBit { word, place } };
    let outputs = [Fr::from(BigInt::<4>::new(word)), Fr::from(place as u64)];
    let tested = Tested::new(&gadget, &[], &outputs);
    assert!(tested.satisfied());
    // The selectors of the last level, radix 7, whose digit is 4: the fourth of six.
    let outer = tested.r1cs.num_wires() - 6 * (36 + 1) - 6;
    let assignment = tested.assign(&[]);
    let honest: Vec<Fr> = assignment.as_slice()[outer..outer + 6].to_vec();
    assert_eq!(honest, [0u64, 0, 0, 1, 0, 0].map(Fr::from));
    let fails_as_a_selector = |lie: [i64; 6]| {
        let overrides: Vec<_> = lie.iter().enumerate().map(|(i, &x)| (outer + i, Fr::from(x))).collect();
        tested.r1cs.unsatisfied(&tested.assign(&overrides)).any(|u| u.clause == "gadget")
    };
    assert!(fails_as_a_selector([1, 0, 0, 1, 0, 0]), "two ones");
    assert!(fails_as_a_selector([0, 0, 0, -1, 2, 0]), "-1 and 2");
    assert!(fails_as_a_selector([0, 0, 0, 2, 0, 0]), "a two");
    assert!(fails_as_a_selector([0, 0, 0, 2, -1, 0]), "2 and -1");
    // None is place 0 of that level, which is another word: the output differs.
    assert!(!fails_as_a_selector([0; 6]));
    assert!(!tested.satisfied_with(&[(outer + 3, Fr::ZERO)]));
}

#[test]
fn every_wire_matters() {
    let rng = &mut rng(3);
    for (radices, bit) in [(&RADICES[..], false), (&[2; 6][..], true)] {
        let place = 45;
        let mut word = random_word(rng, place, bit);
        if bit {
            word = [word[0], 0, 0, 0];
        }
        let gadget = Hidden { radices, bit, hint: HiddenBit { word, place } };
        let outputs = [Fr::from(BigInt::<4>::new(word)), Fr::from(place as u64)];
        Tested::new(&gadget, &[], &outputs).every_wire_matters(&[]);
    }
}

/// Attack 1: the integers word + r and word + 2^252 are no words of 252 bits.
#[test]
fn a_word_has_no_alias() {
    let rng = &mut rng(4);
    let word = random_word(rng, 9, false);
    let mut plus_r = BigInt::<4>::new(word);
    ark_ff::BigInteger::add_with_carry(&mut plus_r, &Fr::MODULUS);
    let mut more = word;
    more[3] |= 1 << 60;
    for alias in [plus_r.0, more] {
        for place in [9, 10, 251] {
            let hint = HiddenBit { word: alias, place };
            let gadget = Hidden { radices: &RADICES, bit: false, hint };
            for claimed in [word, alias] {
                let claimed = Fr::from_le_bytes_mod_order(&claimed.map(u64::to_le_bytes).concat());
                let outputs = [claimed, Fr::from(place as u64)];
                let tested = Tested::new(&gadget, &[], &outputs);
                let assignment = tested.assign(&[]);
                assert!(tested.r1cs.unsatisfied(&assignment).any(|u| u.clause == "gadget"), "place {place}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "one integer below the modulus")]
fn a_word_that_could_wrap_is_a_mistake_of_the_author() {
    evaluate(&Hidden { radices: &[2, 127], bit: false, hint: hint(0, 0) }, &[]);
}
