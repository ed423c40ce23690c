//! A holder who lies to the circuit: no assignment satisfies it.
//!
//! Each lie is told alone, everything else made to fit it, and the test names what refuses it: the violation of the
//! native relation and the whole set of clauses that fail. Another clause in the set would mean that the lie was refused
//! for something else.

use ark_ec::CurveGroup;
use ark_ff::{Field, PrimeField};
use tacit_circuits::clauses::{born_between, issued, not_revoked, public_digest, resides_in, still_valid};
use tacit_circuits::clauses::{trusted_issuer, trusted_issuer::PATH};
use tacit_circuits::resident_id::{Inputs, ResidentId};
use tacit_credential::attributes::{ARITY, RevocationIndex};
use tacit_credential::baby_jubjub::Scalar;
use tacit_credential::eddsa::{KeyError, PublicKey, SecretKey, Signature, SignatureError};
use tacit_credential::extras::ExtraAttribute;
use tacit_credential::fixtures::{World, narrow_policy};
use tacit_credential::holder::{HolderSecret, Pseudonym};
use tacit_credential::name::Name;
use tacit_credential::policy::{DisclosureMask, Policy};
use tacit_credential::region::{ProvinceSet, RegionError};
use tacit_credential::statement::{Violation, Witness};
use tacit_credential::trust_list::{SignedTrustList, TrustListError, TrustListParameters};
use tacit_credential::{Fr, field, poseidon};
use tacit_r1cs::{Assigner, Circuit, R1cs};
use tacit_tests::{Attempt, Refusal, Site, failing, keys};

/// The clause of the attributes' own ranges; its name is not public.
const ATTRIBUTES: &str = "attributes";

fn zero() -> Fr {
    Fr::from(0u64)
}

fn one() -> Fr {
    Fr::from(1u64)
}

/// What refuses an otherwise honest attempt after one change. Nothing is disclosed.
fn refused(change: impl FnOnce(&World, &mut Attempt)) -> Refusal {
    let mut site = Site::new(1);
    let request = site.ask(narrow_policy());
    let mut attempt = site.attempt(&request);
    change(&site.world, &mut attempt);
    attempt.refusal(&site.world, &request)
}

/// The same, with the changed attributes signed by the listed issuer, to a verifier who takes all provinces.
fn refused_though_signed(change: impl FnOnce(&mut Witness)) -> Refusal {
    let mut site = Site::new(1);
    let request = site.ask(Policy::from_json(r#"{"minimum_age":18}"#).expect("valid"));
    let mut attempt = site.attempt(&request);
    change(&mut attempt.witness);
    let key = site.world.issuer_key.clone();
    sign(&mut attempt.witness, &key);
    attempt.refusal(&site.world, &request)
}

fn sign(witness: &mut Witness, key: &SecretKey) {
    let signature = key.sign(witness.attributes.hash());
    witness.signature_s = signature.s.into_bigint();
    witness.signature_r = (signature.r.x, signature.r.y);
}

/// Opens the status tree at another place, honestly.
fn open(world: &World, witness: &mut Witness, index: u64) {
    let index = RevocationIndex::new(u32::try_from(index).expect("small")).expect("in the tree");
    let opened = world.status.witness(index);
    (witness.status_word, witness.status_siblings) = (opened.word.limbs(), opened.siblings);
}

#[test]
fn the_honest_statement_passes() {
    assert_eq!(refused(|_, _| ()), Refusal::NONE);
    assert_eq!(refused_though_signed(|_| ()), Refusal::NONE);
}

/// Attacks 1 and 9: two sets of attributes that pack to the same signed element.
#[test]
fn packed_attributes_have_one_opening() {
    let later = refused(|_, c| {
        let fields = &mut c.witness.attributes.fields;
        (fields.birth, fields.expiry) = (fields.birth + (1 << 20), fields.expiry - 1);
    });
    assert_eq!(later, Refusal::by(Violation::AttributeRange("birth date"), &[born_between::NAME]));
    let younger = refused(|_, c| {
        let fields = &mut c.witness.attributes.fields;
        (fields.expiry, fields.region) = (fields.expiry + (1 << 20), fields.region - 1);
    });
    assert_eq!(younger, Refusal::by(Violation::AttributeRange("expiry date"), &[still_valid::NAME]));
    // At a place where nobody is revoked, which the tree honestly says.
    let other_index = refused(|world, c| {
        let fields = &mut c.witness.attributes.fields;
        (fields.sex, fields.index) = (fields.sex + 16 * 3, fields.index - 3);
        let index = fields.index;
        open(world, &mut c.witness, index);
    });
    assert_eq!(other_index, Refusal::by(Violation::AttributeRange("sex"), &[ATTRIBUTES]));
}

/// Attack 4: points off the curve, of small order and the identity. The circuit does not see that a key is bad (with one
/// in the list signatures are forged, `circuits/tests/resident_id/forged_keys.rs`): no such key can be made, and none is
/// in the list. R is computed in the circuit, so that a bad one is merely not the R of the signature.
#[test]
fn bad_points_are_no_keys_and_no_signatures() {
    let s = Scalar::from(5u64);
    let points = [
        ((zero(), one()), KeyError::Identity, SignatureError::RSmallOrder),
        ((zero(), -one()), KeyError::SmallOrder, SignatureError::RSmallOrder),
        ((one(), one()), KeyError::OffCurve, SignatureError::ROffCurve),
        ((zero(), zero()), KeyError::OffCurve, SignatureError::ROffCurve),
    ];
    for ((x, y), key, commitment) in points {
        assert_eq!(PublicKey::new(x, y).err(), Some(key), "key {x}, {y}");
        assert_eq!(Signature::new(x, y, s).err(), Some(commitment), "R {x}, {y}");
        let as_key = refused(|_, c| (c.witness.issuer_x, c.witness.issuer_y) = (x, y));
        assert_eq!(as_key.native, Some(Violation::IssuerKey), "key {x}, {y}");
        assert!(as_key.clauses.iter().any(|clause| clause == PATH), "key {x}, {y}: {:?}", as_key.clauses);
        let as_commitment = refused(|_, c| c.witness.signature_r = (x, y));
        assert_eq!(as_commitment, Refusal::by(Violation::Signature, &[issued::CANONICAL]), "R {x}, {y}");
    }
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
    let mut padded = [zero(); ARITY];
    padded[..3].copy_from_slice(&[x, y, one()]);
    assert_ne!(poseidon::hash(&[x, y, one()]), poseidon::hash(&padded));
}

/// Attack 5: the index moved by the tree's size, or to a bit of another word.
#[test]
fn a_revocation_index_has_one_place() {
    // The digits of the place are those of the index modulo the tree's size: only what was signed tells the two apart.
    for rounds in [1, 2, 1 << 20] {
        let beyond = refused_though_signed(|w| w.attributes.fields.index += rounds * RevocationIndex::COUNT);
        let range = Violation::AttributeRange("revocation index");
        assert_eq!(beyond, Refusal::by(range, &[issued::CANONICAL]), "{rounds} times the tree's size");
    }
    // Unsigned: another place in the tree, where nobody is revoked, opened honestly.
    let elsewhere = refused(|world, c| {
        c.witness.attributes.fields.index ^= 252 * 8;
        let index = c.witness.attributes.fields.index;
        open(world, &mut c.witness, index);
    });
    assert_eq!(elsewhere, Refusal::by(Violation::Signature, &[issued::CANONICAL]));
    // The own bit is set, in a word that the issuer did not publish; `replays` has the published one.
    let revoked = refused(|_, c| {
        let bit = c.witness.attributes.fields.index % 252;
        c.witness.status_word[bit as usize / 64] |= 1 << (bit % 64);
    });
    assert_eq!(revoked, Refusal::by(Violation::Revoked, &[not_revoked::WORD, PATH]));
}

/// Rows of the form `(Σ xᵢ)·(Σ xᵢ − 1) = 0`: the wires in each, of which at most one may be 1.
fn boolean_sums(r1cs: &R1cs, clause: &str) -> Vec<Vec<usize>> {
    let value = |place: u32| r1cs.coefficients()[place as usize];
    let [a, b, c] = r1cs.matrices();
    (0..r1cs.num_constraints())
        .filter(|&row| r1cs.clause_of_constraint(row) == clause && c.row(row).is_empty())
        .filter_map(|row| {
            let (constant, rest) = b.row(row).split_first()?;
            let unit = a.row(row).iter().all(|&(_, place)| value(place) == one());
            let is_sum = unit && *rest == *a.row(row) && constant.0 == 0 && value(constant.1) == -one();
            is_sum.then(|| rest.iter().map(|&(wire, _)| wire as usize).collect())
        })
        .collect()
}

/// Attack 6: bits, selectors and path digits that are not boolean, two selectors or −1 and 2 where one may be 1;
/// everything else is recomputed to fit the lie. The clause that refuses it is the one of the bit, not the root that
/// would have come out differently.
#[test]
fn selectors_and_digits_are_boolean() {
    let mut site = Site::new(1);
    let request = site.ask(narrow_policy());
    let attempt = site.attempt(&request);
    let public = attempt.public(&site.world, &request);
    let inputs = Inputs::new(&public, &attempt.witness);
    let r1cs = keys().0.r1cs();
    let lie = |lies: &[(usize, Fr)]| {
        let mut assigner = Assigner::new();
        for &(wire, value) in lies {
            assigner = assigner.with_override(wire, value);
        }
        ResidentId::new(&inputs).synthesize(&mut assigner);
        failing(r1cs, &assigner.finish())
    };
    assert_eq!(lie(&[]), Vec::<String>::new());
    let two = one() + one();
    for (clause, booleans, groups) in [(not_revoked::WORD, 251 + 12, 3), (not_revoked::PATH, 6 * 3, 0)] {
        let sums = boolean_sums(r1cs, clause);
        let (single, several): (Vec<_>, Vec<_>) = sums.into_iter().partition(|wires| wires.len() == 1);
        assert_eq!((single.len(), several.len()), (booleans, groups), "{clause}");
        for wire in single.into_iter().flatten() {
            for value in [two, -one()] {
                let failing = lie(&[(wire, value)]);
                assert!(failing.iter().any(|name| name == clause), "wire {wire} = {value}: {failing:?}");
            }
        }
        for group in several {
            for (x, y) in [(one(), one()), (-one(), two)] {
                let failing = lie(&[(group[0], x), (group[1], y)]);
                assert!(failing.iter().any(|name| name == clause), "wires {group:?}: {failing:?}");
            }
        }
    }
}

/// Attack 8: values that a comparison without range checks would accept.
#[test]
fn dates_and_regions_are_range_checked() {
    let range = Violation::AttributeRange;
    for date in [1 << 17, 1 << 20, u64::MAX, u64::MAX - 5] {
        let birth = refused_though_signed(|w| w.attributes.fields.birth = date);
        assert_eq!(birth, Refusal::by(range("birth date"), &[born_between::NAME]), "birth {date}");
        let expiry = refused_though_signed(|w| w.attributes.fields.expiry = date);
        assert_eq!(expiry, Refusal::by(range("expiry date"), &[still_valid::NAME]), "expiry {date}");
    }
    // Codes whose first digits, forced into the mask, are those of a province: only the range says no.
    for region in [50_000, 380_000, 910_000, 1_020_000, 18_446_744_073_709_510_000] {
        let refused = refused_though_signed(|w| w.attributes.fields.region = region);
        assert_eq!(refused, Refusal::by(range("region code"), &[resides_in::REGION]), "region {region}");
    }
    for sex in [4, 5, u64::MAX] {
        let refused = refused_though_signed(|w| w.attributes.fields.sex = sex);
        assert_eq!(refused, Refusal::by(range("sex"), &[ATTRIBUTES]), "sex {sex}");
    }
}

/// Attacks 9 and 10: masks with bits beyond their lists.
#[test]
fn masks_end_with_their_lists() {
    assert!(DisclosureMask::new(0b0111_1111).is_ok() && DisclosureMask::new(0b1000_0000).is_err());
    assert!(matches!(ProvinceSet::from_mask(0), Err(RegionError::EmptySet)));
    for bit in 0..64 {
        let real = ProvinceSet::everywhere().mask() >> bit & 1 == 1;
        match ProvinceSet::from_mask(1 << bit) {
            Ok(_) => assert!(real, "bit {bit}"),
            Err(error) => assert!(!real && matches!(error, RegionError::UnknownBits), "bit {bit}"),
        }
    }
}

/// Attack 12: one credential and scope, one pseudonym, whatever the prover chooses.
#[test]
fn there_is_one_pseudonym() {
    let other = refused(|_, c| c.pseudonym = Pseudonym::from_field(c.pseudonym.as_field() + one()));
    assert_eq!(other, Refusal::by(Violation::Pseudonym, &[public_digest::NAME]));
    // Another secret gives another pseudonym, but not the holder key that was signed.
    let other = refused(|_, c| {
        let secret = HolderSecret::from_field(c.witness.holder_secret + one()).expect("not zero");
        c.witness.holder_secret = secret.expose();
        c.pseudonym = secret.pseudonym(&c.scope);
    });
    assert_eq!(other, Refusal::by(Violation::NotHolder, &[issued::CANONICAL]));
}

/// Attack 15: padding leaves and padding issuers are nobody.
///
/// The attacker signs his own attributes with his own key and shows the true path of a padding leaf, so that the root is
/// the list's and the signature is good: what is left is that his leaf is not the padding.
#[test]
fn padding_is_nobody() {
    let mut site = Site::new(1);
    let request = site.ask(narrow_policy());
    let listed = site.attempt(&request).witness.issuer_path;
    let attacker = SecretKey::generate(&mut site.world.rng);
    let (padding, empty) = ([zero(); ARITY], poseidon::hash(&[zero(); ARITY]));
    assert_eq!(listed[0][2..], padding[2..], "two keys are listed, what follows is padding");
    // Padding beside the listed keys; in a node of its own, beside theirs; and below a node beside that one's parent.
    let mut beside = listed;
    beside[0] = padding;
    let mut below = beside;
    below[1] = [empty; ARITY];
    for (path, first) in [(listed, 2), (beside, 1), (below, 1)] {
        let mut node = zero();
        for (level, children) in path.iter().enumerate() {
            let place = if level == 0 { first } else { 0 };
            assert!(children[place..].contains(&node), "level {level}");
            node = poseidon::hash(children);
        }
        assert_eq!(node, site.world.list.root(), "the padding's true path");

        let mut attempt = site.attempt(&request);
        attempt.witness.issuer_path = path;
        let key = attacker.public_key();
        (attempt.witness.issuer_x, attempt.witness.issuer_y) = (key.x(), key.y());
        sign(&mut attempt.witness, &attacker);
        let refusal = attempt.refusal(&site.world, &request);
        assert_eq!(refusal, Refusal::by(Violation::UntrustedIssuer, &[PATH]));

        // Coordinates that look like padding are no point's; the leaf is their hash all the same, and not the padding.
        for (x, y) in [(zero(), zero()), (zero(), one())] {
            (attempt.witness.issuer_x, attempt.witness.issuer_y) = (x, y);
            let refusal = attempt.refusal(&site.world, &request);
            assert_eq!(refusal.native, Some(Violation::IssuerKey));
            assert!(refusal.clauses.iter().any(|clause| clause == PATH), "{:?}", refusal.clauses);
            assert!(refusal.clauses.iter().all(|clause| clause != trusted_issuer::LEAF));
        }
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
    let sign = |issuers| {
        let parameters = TrustListParameters {
            epoch: list.epoch,
            predecessor: list.predecessor,
            issued_at: list.issued_at,
            expires_at: list.expires_at,
            issuers,
        };
        SignedTrustList::sign(parameters, &site.world.operator).map(drop)
    };
    let mut issuers = list.issuers.clone();
    assert_eq!(sign(issuers.clone()), Ok(()));
    issuers[0].keys[0].key = key;
    assert!(matches!(sign(issuers), Err(TrustListError::Possession { .. })));
}
