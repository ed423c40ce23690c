//! For each clause, lies that violate it alone: refused, and by constraints of the clause that is named.

use ark_ff::{AdditiveGroup, BigInt, BigInteger, Field};
use tacit_circuits::clauses::{
    born_between, issued, not_revoked, public_digest, resides_in, still_valid, trusted_issuer,
};
use tacit_credential::Fr;
use tacit_credential::baby_jubjub::subgroup_order;
use tacit_credential::expiry::Expiry;
use tacit_credential::statement::{Statement, Violation};

use crate::common::Pair;

/// Applies a lie, renews what depends on it if asked to, and returns the clauses that fail.
fn failing(renew: bool, lie: impl FnOnce(&mut Pair)) -> Vec<String> {
    let mut pair = Pair::honest(7);
    lie(&mut pair);
    if renew {
        pair.renew();
    }
    let failing: Vec<String> = pair.failing().into_iter().collect();
    let checked = Statement { public: pair.public.clone() }.check(&pair.witness);
    assert!(checked.is_err(), "the native relation refuses it too");
    failing
}

/// The lie passes everywhere but in one clause.
fn fails_in(clause: &str, lie: impl FnOnce(&mut Pair)) {
    assert_eq!(failing(true, lie), [clause]);
}

fn violation(renew: bool, lie: impl FnOnce(&mut Pair)) -> Option<Violation> {
    let mut pair = Pair::honest(7);
    lie(&mut pair);
    if renew {
        pair.renew();
    }
    Statement { public: pair.public.clone() }.check(&pair.witness).err()
}

#[test]
fn born_between_two_dates() {
    fails_in(born_between::NAME, |p| p.public.word.born_from = p.witness.attributes.fields.birth + 1);
    fails_in(born_between::NAME, |p| p.public.word.born_to = p.witness.attributes.fields.birth - 1);
    fails_in(born_between::NAME, |p| p.witness.attributes.fields.birth = (1 << 17) + 5);
    // The limits themselves pass.
    for change in [
        (|p: &mut Pair| p.public.word.born_from = p.witness.attributes.fields.birth) as fn(&mut Pair),
        |p| p.public.word.born_to = p.witness.attributes.fields.birth,
        |p| (p.public.word.born_from, p.public.word.born_to) = (0, (1 << 17) - 1),
        |p| p.witness.attributes.fields.birth = p.public.word.born_from,
    ] {
        let mut pair = Pair::honest(7);
        change(&mut pair);
        pair.renew();
        assert!(pair.is_satisfied());
    }
}

#[test]
fn still_valid_on_the_day() {
    fails_in(still_valid::NAME, |p| p.public.word.today = p.witness.attributes.fields.expiry + 1);
    fails_in(still_valid::NAME, |p| p.witness.attributes.fields.expiry = 1 << 17);
    for today in [0, 46_000] {
        let mut pair = Pair::honest(7);
        pair.public.word.today = today;
        pair.renew();
        assert!(pair.is_satisfied());
        pair.public.word.today = pair.witness.attributes.fields.expiry;
        pair.renew();
        assert!(pair.is_satisfied(), "valid on the day on which it expires");
    }
}

/// A long-term ID has the largest expiry: relation and circuit agree that it is valid on every date, up to the last.
#[test]
fn a_long_term_id_is_valid_on_every_date() {
    let long_term = u64::from(Expiry::LONG_TERM.encoding().days());
    for today in [0, 1, 46_349, long_term - 1, long_term] {
        let mut pair = Pair::honest(7);
        pair.witness.attributes.fields.expiry = long_term;
        pair.public.word.today = today;
        // Shown on purpose, with everything else.
        pair.public.word.disclose = 127;
        pair.renew();
        assert_eq!(Statement { public: pair.public.clone() }.check(&pair.witness), Ok(()), "{today}");
        assert!(pair.is_satisfied(), "{today}");
        assert_eq!(pair.public.word.expiry, long_term);
    }
}

#[test]
fn resides_in_province_and_region() {
    fails_in(resides_in::PROVINCE, |p| p.public.word.provinces = 1 << 1);
    fails_in(resides_in::PROVINCE, |p| {
        p.witness.attributes.fields.region = 451_000;
        p.public.word.region_to = 459_999;
    });
    fails_in(resides_in::REGION, |p| p.public.word.region_from = 440_306);
    fails_in(resides_in::REGION, |p| p.public.word.region_to = 440_304);
    // Second digit 8, first digit 0 or 9: no such code in the circuit.
    for region in [48_0305, 40_305, 940_305, 1_040_305] {
        let failing = failing(true, |p| {
            p.witness.attributes.fields.region = region;
            (p.public.word.region_from, p.public.word.region_to) = (0, (1 << 20) - 1);
            p.public.word.provinces = tacit_credential::region::ProvinceSet::everywhere().mask();
        });
        assert!(failing.contains(&resides_in::REGION.to_owned()), "{region}: {failing:?}");
    }
    for region in [440_000, 449_999, 440_305] {
        let mut pair = Pair::honest(7);
        pair.witness.attributes.fields.region = region;
        pair.renew();
        assert!(pair.is_satisfied(), "{region}");
    }
}

#[test]
fn not_revoked_in_first_last_and_any_place() {
    let last = 252 * 8u64.pow(6) - 1;
    for index in [0, 1, 251, 252, last - 251, last] {
        let mut pair = Pair::honest(7);
        pair.witness.attributes.fields.index = index;
        let place = (index % 252) as usize;
        pair.witness.status_word[place / 64] &= !(1 << (place % 64));
        pair.renew();
        assert!(pair.is_satisfied(), "index {index}");
        // Revoked: the published tree has the bit set.
        pair.witness.status_word[place / 64] |= 1 << (place % 64);
        pair.renew();
        assert_eq!(pair.failing().into_iter().collect::<Vec<_>>(), [not_revoked::WORD], "index {index}");
    }
    // A word with all other bits set, and one with none.
    for fill in [0, u64::MAX] {
        let mut pair = Pair::honest(7);
        let place = (pair.witness.attributes.fields.index % 252) as usize;
        pair.witness.status_word = [fill, fill, fill, fill >> 4];
        pair.witness.status_word[place / 64] &= !(1 << (place % 64));
        pair.renew();
        assert!(pair.is_satisfied());
    }
}

/// Attack 5: a neighbour's place, an index beyond the tree, a word of more than 252 bits.
#[test]
fn not_revoked_somewhere_else() {
    // Signed over the own index, opened at another: the message differs.
    let failing_elsewhere = failing(false, |p| {
        let index = &mut p.witness.attributes.fields.index;
        *index = if *index % 252 == 0 { *index + 1 } else { *index - 1 };
    });
    assert!(!failing_elsewhere.is_empty());
    let beyond = failing(true, |p| p.witness.attributes.fields.index += 252 * 8u64.pow(6));
    assert_eq!(beyond, [issued::CANONICAL]);
    let long = failing(true, |p| p.witness.status_word[3] |= 1 << 60);
    assert!(long.contains(&not_revoked::WORD.to_owned()), "{long:?}");
    // The tree of the low 252 bits, opened with the longer word.
    let truncated = failing(false, |p| p.witness.status_word[3] |= 1 << 61);
    assert!(truncated.contains(&not_revoked::WORD.to_owned()), "{truncated:?}");
}

#[test]
fn by_a_trusted_issuer() {
    let path = |p: &mut Pair| p.witness.issuer_path[0].iter_mut().for_each(|child| *child += Fr::ONE);
    assert_eq!(failing(false, path), [trusted_issuer::PATH]);
    // A key that is not listed, with a valid signature.
    assert_eq!(failing(false, |p| p.sign([9; 32])), [trusted_issuer::PATH]);
    // Another status root than the one listed beside the key (an old list): the leaf is another.
    assert_eq!(failing(false, |p| p.witness.status_siblings[3][2] += Fr::ONE), [trusted_issuer::PATH]);
    // The own leaf under a root of one's own, while the public root is the epoch's.
    let own_root = failing(false, |p| p.witness.issuer_path[2][1] += Fr::ONE);
    assert_eq!(own_root, [public_digest::NAME]);
    // A padding leaf or a node offered as a leaf (attacks 4 and 15) would be preimages: the nearest that can be tried
    // is a path that starts one level higher.
    let shorter = failing(false, |p| p.witness.issuer_path[0] = p.witness.issuer_path[1]);
    assert!(shorter.contains(&trusted_issuer::PATH.to_owned()));
}

#[test]
fn issued_over_these_attributes() {
    let changed = |lie: fn(&mut Pair)| {
        let failing = failing(false, lie);
        assert_eq!(failing, [issued::CANONICAL]);
    };
    changed(|p| p.witness.signature_s = Default::default());
    changed(|p| {
        p.witness.signature_s.add_with_carry(&1u64.into());
    });
    changed(|p| p.witness.signature_r.0 += Fr::ONE);
    changed(|p| p.witness.signature_r = (Fr::ZERO, Fr::ZERO));
    // Attributes that are not disclosed: nothing but the signature holds them.
    let hidden = |lie: fn(&mut Pair)| {
        let mut pair = Pair::honest(7);
        pair.public.word.disclose = 0;
        pair.renew();
        lie(&mut pair);
        assert_eq!(pair.failing().into_iter().collect::<Vec<_>>(), [issued::CANONICAL]);
    };
    hidden(|p| p.witness.attributes.number += Fr::ONE);
    hidden(|p| p.witness.attributes.name += Fr::ONE);
    hidden(|p| p.witness.attributes.extras += Fr::ONE);
    hidden(|p| p.witness.attributes.fields.birth += 1);
    hidden(|p| p.witness.attributes.fields.expiry += 1);
    hidden(|p| p.witness.attributes.fields.region += 1);
    hidden(|p| p.witness.attributes.fields.sex ^= 3);
}

/// The circuit does not look at S as an integer; assigning refuses what the native check refuses.
#[test]
fn a_scalar_that_is_not_canonical_is_not_assigned() {
    let failing = failing(false, |p| {
        p.witness.signature_s.add_with_carry(&subgroup_order());
    });
    assert_eq!(failing, [issued::CANONICAL]);
}

#[test]
fn held_by_me() {
    // Another secret under the signed holder key.
    let lie = |p: &mut Pair| {
        p.witness.holder_secret += Fr::ONE;
        p.public.pseudonym = tacit_credential::poseidon::hash(&[p.witness.holder_secret, p.public.scope]);
    };
    assert_eq!(failing(false, lie), [issued::CANONICAL]);
    assert_eq!(violation(false, lie), Some(Violation::NotHolder));
}

/// Attack 15: the secrets 0 and −1 are secrets like others, each with its own key.
#[test]
fn extreme_secrets() {
    for secret in [Fr::ZERO, -Fr::ONE] {
        let mut pair = Pair::honest(7);
        pair.witness.holder_secret = secret;
        assert!(!pair.is_satisfied());
        pair.witness.attributes.holder_key = tacit_credential::poseidon::hash(&[secret]);
        pair.renew();
        assert!(pair.is_satisfied());
    }
}

/// Attack 12: whatever the prover chooses, the pseudonym is the one of secret and scope.
#[test]
fn one_pseudonym_per_scope() {
    let digest = [public_digest::NAME];
    assert_eq!(failing(false, |p| p.public.pseudonym += Fr::ONE), digest);
    assert_eq!(failing(false, |p| p.public.scope += Fr::ONE), digest);
    assert_eq!(failing(false, |p| p.public.pseudonym = p.witness.attributes.holder_key), digest);
}

#[test]
fn disclosed_on_purpose() {
    for mask in [0, 1, 2, 4, 8, 16, 32, 64, 127] {
        let mut pair = Pair::honest(7);
        pair.public.word.disclose = mask;
        pair.renew();
        assert!(pair.is_satisfied(), "mask {mask}");
    }
    let shown = |lie: fn(&mut Pair)| {
        let failing = failing(false, |p| {
            p.public.word.disclose = 127;
            p.renew();
            lie(p);
        });
        assert_eq!(failing, [public_digest::NAME]);
    };
    shown(|p| p.public.number += Fr::ONE);
    shown(|p| p.public.name += Fr::ONE);
    shown(|p| p.public.extras += Fr::ONE);
    shown(|p| p.public.word.birth += 1);
    shown(|p| p.public.word.expiry += 1);
    shown(|p| p.public.word.region += 1);
    shown(|p| p.public.word.sex ^= 3);
    // Shown although the mask says no; hidden although it says yes.
    shown(|p| p.public.word.disclose = 126);
    shown(|p| p.public.number = Fr::ZERO);
    // The name in the place of the extras and the other way round (attack 4).
    shown(|p| (p.public.name, p.public.extras) = (p.public.extras, p.public.name));
}

/// Every public value alone: another statement, so another digest.
#[test]
fn every_public_value_is_bound() {
    let base = Pair::honest(7);
    let honest = base.assign();
    for i in 0..8 {
        let mut values = base.public.to_fields();
        values[i] += Fr::ONE;
        let mut z = honest.as_slice().to_vec();
        z[1] = tacit_credential::poseidon::hash(&values);
        let lie = tacit_r1cs::Assignment::from_values_unchecked(z);
        let failing = crate::common::failing(crate::common::circuit(), &lie);
        assert_eq!(failing.into_iter().collect::<Vec<_>>(), [public_digest::NAME], "value {i}");
    }
}

/// Whatever the witness, assigning gives an assignment of the right length and never panics.
#[test]
fn assigning_never_panics() {
    let extremes = [Fr::ZERO, Fr::ONE, -Fr::ONE];
    for x in extremes {
        for y in extremes {
            let mut pair = Pair::honest(7);
            (pair.witness.issuer_x, pair.witness.issuer_y) = (x, y);
            pair.witness.signature_r = (y, x);
            assert!(!pair.is_satisfied(), "{x} {y}");
        }
    }
    for fill in [0, 1, u64::MAX] {
        let mut pair = Pair::honest(7);
        let fields = &mut pair.witness.attributes.fields;
        (fields.birth, fields.expiry, fields.region, fields.sex, fields.index) =
            (fill, fill, fill, fill, fill);
        pair.witness.status_word = [fill; 4];
        pair.witness.signature_s = BigInt::new([fill; 4]);
        let word = &mut pair.public.word;
        (word.born_from, word.born_to, word.today) = (fill, fill, fill);
        (word.region_from, word.region_to) = (fill, fill);
        (word.disclose, word.provinces) = (fill, fill);
        (word.birth, word.expiry, word.region, word.sex) = (fill, fill, fill, fill);
        assert!(!pair.is_satisfied(), "{fill}");
    }
}
