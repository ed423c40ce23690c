//! A holder who lies to the circuit: no assignment satisfies it.

use ark_ec::CurveGroup;
use ark_ff::{Field, PrimeField};
use std::sync::OnceLock;
use tacit_circuits::clauses::not_revoked;
use tacit_circuits::resident_id::{self, Inputs, ResidentId};
use tacit_credential::attributes::RevocationIndex;
use tacit_credential::baby_jubjub::Scalar;
use tacit_credential::eddsa::{PublicKey, Signature};
use tacit_credential::extras::ExtraAttribute;
use tacit_credential::fixtures::{narrow_policy, wide_policy};
use tacit_credential::holder::{HolderSecret, Pseudonym};
use tacit_credential::name::Name;
use tacit_credential::policy::DisclosureMask;
use tacit_credential::region::ProvinceSet;
use tacit_credential::statement::Witness;
use tacit_credential::trust_list::{SignedTrustList, TrustListError, TrustListParameters};
use tacit_credential::{Fr, field, poseidon};
use tacit_r1cs::{Assigner, Circuit, R1cs};
use tacit_tests::{Attempt, Site};

fn one() -> Fr {
    Fr::from(1u64)
}

/// The clause that refuses an otherwise honest attempt after one change.
fn refused(change: impl FnOnce(&mut Attempt)) -> Option<String> {
    let mut site = Site::new(1);
    let request = site.ask(wide_policy());
    let mut attempt = site.attempt(&request);
    change(&mut attempt);
    attempt.refused_by(&site.world, &request)
}

/// The same, with the changed attributes signed by the listed issuer.
fn refused_though_signed(change: impl FnOnce(&mut Witness)) -> Option<String> {
    let mut site = Site::new(1);
    let request = site.ask(narrow_policy());
    let mut attempt = site.attempt(&request);
    change(&mut attempt.witness);
    let signature = site.world.issuer_key.sign(attempt.witness.attributes.hash());
    attempt.witness.signature_s = signature.s.into_bigint();
    attempt.witness.signature_r = (signature.r.x, signature.r.y);
    attempt.refused_by(&site.world, &request)
}

#[test]
fn the_honest_statement_passes() {
    assert_eq!(refused(|_| ()), None);
    assert_eq!(refused_though_signed(|_| ()), None);
}

/// Attacks 1 and 9: two sets of attributes that pack to the same signed element.
#[test]
fn packed_attributes_have_one_opening() {
    let later = refused(|c| {
        let fields = &mut c.witness.attributes.fields;
        (fields.birth, fields.expiry) = (fields.birth + (1 << 20), fields.expiry - 1);
    });
    assert!(later.is_some_and(|clause| clause.starts_with("born between") || clause.starts_with("date")));
    let younger = refused(|c| {
        let fields = &mut c.witness.attributes.fields;
        (fields.expiry, fields.region) = (fields.expiry + (1 << 20), fields.region - 1);
    });
    assert!(younger.is_some());
    let other_index = refused(|c| {
        let fields = &mut c.witness.attributes.fields;
        (fields.sex, fields.index) = (fields.sex + 16, fields.index - 1);
    });
    assert!(other_index.is_some());
}

/// Attack 4: points off the curve, of small order and the identity, for the issuer's key and for R.
#[test]
fn bad_points_are_no_keys_and_no_signatures() {
    let zero = Fr::from(0u64);
    for (x, y) in [(zero, one()), (zero, -one()), (one(), one()), (zero, zero)] {
        assert!(PublicKey::new(x, y).is_err());
        assert!(refused(|c| (c.witness.issuer_x, c.witness.issuer_y) = (x, y)).is_some(), "key {x}, {y}");
        assert!(refused(|c| c.witness.signature_r = (x, y)).is_some(), "R {x}, {y}");
    }
    let s = Scalar::from(5u64);
    assert!(Signature::new(one(), one(), s).is_err(), "off the curve");
}

/// Attack 4: a hash made for one purpose serves no other.
#[test]
fn hashes_have_domains() {
    let text = "李小龙";
    let name = Name::new(text).expect("a name").digest();
    let portrait = ExtraAttribute::new("portrait", text.as_bytes().to_vec(), [0; 32]).expect("valid");
    assert_ne!(name, Fr::from_le_bytes_mod_order(&portrait.digest()));
    assert_ne!(field::hash_to_field("a", &[b"bc"]), field::hash_to_field("ab", &[b"c"]));
    assert_ne!(field::hash_to_field("a", &[b"b", b"c"]), field::hash_to_field("a", &[b"bc"]));
    // A leaf (three inputs) is no node (eight), whatever the padding.
    let (x, y) = (Fr::from(3u64), Fr::from(4u64));
    let zero = Fr::from(0u64);
    assert_ne!(poseidon::hash(&[x, y, one()]), poseidon::hash(&[x, y, one(), zero, zero, zero, zero, zero]));
}

/// Attack 5: the index moved by the tree's size, or to a bit of another word.
#[test]
fn a_revocation_index_has_one_place() {
    let moved = |by: u64| refused_though_signed(move |w| w.attributes.fields.index += by);
    for by in [RevocationIndex::COUNT, 1 << 26, 1 << 40] {
        assert!(moved(by).is_some(), "index + {by}");
    }
    // Unsigned: another place in the tree, where nobody is revoked.
    assert!(refused(|c| c.witness.attributes.fields.index ^= 252 * 8).is_some());
    // The own bit is set.
    let revoked = refused(|c| {
        let bit = c.witness.attributes.fields.index % 252;
        c.witness.status_word[bit as usize / 64] |= 1 << (bit % 64);
    });
    assert_eq!(revoked.as_deref(), Some(not_revoked::WORD));
}

fn r1cs() -> &'static R1cs {
    static R1CS: OnceLock<R1cs> = OnceLock::new();
    R1CS.get_or_init(resident_id::compile)
}

/// Attack 6: selectors and path digits that are not booleans, or two where one may be; everything else is recomputed
/// to fit the lie.
#[test]
fn selectors_and_digits_are_boolean() {
    let mut site = Site::new(1);
    let request = site.ask(narrow_policy());
    let attempt = site.attempt(&request);
    let public = attempt.public(&site.world, &request);
    let inputs = Inputs::new(&public, &attempt.witness);
    let honest = resident_id::assign(&public, &attempt.witness);
    let zero = Fr::from(0u64);
    let mut tried = 0;
    for wire in 1..honest.as_slice().len() {
        let value = honest.as_slice()[wire];
        let clause = r1cs().clause_of_wire(wire);
        let selector =
            [not_revoked::WORD, not_revoked::PATH].contains(&clause) && (value == zero || value == one());
        if !selector {
            continue;
        }
        for lie in [Fr::from(2u64), -one()] {
            let mut assigner = Assigner::new().with_override(wire, lie);
            ResidentId::new(&inputs).synthesize(&mut assigner);
            assert!(!r1cs().is_satisfied(&assigner.finish()), "wire {wire} of `{clause}` = {lie}");
            tried += 1;
        }
    }
    assert!(tried > 500, "only {tried} lies were tried");
}

/// Attack 8: values that a comparison without range checks would accept.
#[test]
fn dates_and_regions_are_range_checked() {
    for birth in [1 << 17, 1 << 20, u64::MAX, u64::MAX - 5] {
        assert!(refused_though_signed(|w| w.attributes.fields.birth = birth).is_some(), "birth {birth}");
        assert!(refused_though_signed(|w| w.attributes.fields.expiry = birth).is_some(), "expiry {birth}");
    }
    for region in [0, 99_999, 190_000, 910_000, 1 << 20, u64::MAX] {
        assert!(refused_though_signed(|w| w.attributes.fields.region = region).is_some(), "region {region}");
    }
    for sex in [4, 5, u64::MAX] {
        assert!(refused_though_signed(|w| w.attributes.fields.sex = sex).is_some(), "sex {sex}");
    }
}

/// Attacks 9 and 10: masks with bits beyond their lists.
#[test]
fn masks_end_with_their_lists() {
    assert!(DisclosureMask::new(0b1000_0000).is_err());
    assert!(ProvinceSet::from_mask(0).is_err());
    for bit in 0..64 {
        let real = ProvinceSet::everywhere().mask() >> bit & 1 == 1;
        assert_eq!(ProvinceSet::from_mask(1 << bit).is_ok(), real, "bit {bit}");
    }
}

/// Attack 12: one credential and scope, one pseudonym, whatever the prover chooses.
#[test]
fn there_is_one_pseudonym() {
    let other = refused(|c| c.pseudonym = Pseudonym::from_field(c.pseudonym.as_field() + one()));
    assert!(other.is_some());
    // Another secret gives another pseudonym, but not the holder key that was signed.
    let other = refused(|c| {
        let secret = HolderSecret::from_field(c.witness.holder_secret + one()).expect("not zero");
        c.witness.holder_secret = secret.expose();
        c.pseudonym = secret.pseudonym(&c.scope);
    });
    assert!(other.is_some());
}

/// Attack 15: padding leaves and padding issuers are nobody.
#[test]
fn padding_is_nobody() {
    let zero = Fr::from(0u64);
    for (x, y) in [(zero, zero), (zero, one())] {
        let padding = refused(|c| {
            (c.witness.issuer_x, c.witness.issuer_y) = (x, y);
            c.witness.issuer_path[0] = [zero; 8];
        });
        assert!(padding.is_some());
    }
}

/// Attack 4: `2⁻¹²⁹·U`, the key that would make the chains of the circuit collapse, is a point of the right order that
/// nobody owns; without a proof of possession of its own it is not listed.
#[test]
fn a_key_that_nobody_owns_is_not_listed() {
    let site = Site::new(1);
    let half = Scalar::from(2u64).inverse().expect("not zero");
    let point = (tacit_circuits::gadgets::origin::origin() * half.pow([129])).into_affine();
    let key = PublicKey::new(point.x, point.y).expect("a point of the subgroup");
    let list = site.world.list.list();
    let mut issuers = list.issuers.clone();
    issuers[0].keys[0].key = key;
    let parameters = TrustListParameters {
        epoch: list.epoch,
        predecessor: list.predecessor,
        issued_at: list.issued_at,
        expires_at: list.expires_at,
        issuers,
    };
    let refused = SignedTrustList::sign(parameters, &site.world.operator);
    assert!(matches!(refused, Err(TrustListError::Possession { .. })));
}
