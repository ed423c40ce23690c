//! Each condition that the circuit relies on, broken at the place that checks it.
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{One, PrimeField, Zero};
use tacit_credential::Fr;
use tacit_credential::baby_jubjub::{Affine, subgroup_order};
use tacit_credential::eddsa::{KeyError, PublicKey, SecretKey};
use tacit_credential::issuer_record::{IssuerRecord, IssuerRecordError};
use tacit_credential::trust_list::{TrustListError, issuer_leaf};

use super::*;
use crate::{AddIssuerError, HistoryError, SnapshotError};

/// A point of order 8, 4 or 2: l·P for points of the whole curve, doubled as often as asked.
fn small_order(order: u64) -> Affine {
    for y in 2u64.. {
        let Some(point) = Affine::get_point_from_y_unchecked(Fr::from(y), false) else {
            continue;
        };
        let mut torsion = point.mul_bigint(subgroup_order());
        let (mut of_order, mut doubled) = (1, torsion);
        while !doubled.is_zero() {
            doubled += doubled;
            of_order *= 2;
        }
        if of_order < order {
            continue;
        }
        while of_order > order {
            torsion += torsion;
            of_order /= 2;
        }
        return torsion.into_affine();
    }
    unreachable!("the curve has points of order 8")
}

/// Condition 1, attack 4: no such point becomes a key, neither by itself nor in a record.
#[test]
fn bad_points_are_no_keys() {
    let honest = SecretKey::from_seed(&[1; 32]).public_key();
    let with_torsion = (honest.affine() + small_order(8)).into_affine();
    let bad = [
        (Fr::zero(), Fr::one(), KeyError::Identity),
        (Fr::zero(), -Fr::one(), KeyError::SmallOrder),
        (small_order(4).x, small_order(4).y, KeyError::SmallOrder),
        (small_order(8).x, small_order(8).y, KeyError::SmallOrder),
        (honest.x(), honest.y() + Fr::one(), KeyError::OffCurve),
        (with_torsion.x, with_torsion.y, KeyError::NotInSubgroup),
    ];
    let world = World::new();
    let record = Bureau::new("guangzhou", 1).record(&world.operator.key(), 1);
    let json = record.to_json();
    let hex = |x: &Fr| tacit_credential::field::to_hex(x);
    assert!(json.contains(&hex(&honest.x())), "the key is in the record");
    for (x, y, error) in bad {
        assert_eq!(PublicKey::new(x, y), Err(error));
        let json = json.replace(&hex(&honest.x()), &hex(&x)).replace(&hex(&honest.y()), &hex(&y));
        let Err(IssuerRecordError::Malformed(refusal)) = IssuerRecord::from_json(&json) else {
            panic!("a record with a bad key was read: {error}");
        };
        assert!(refusal.to_string().contains(&error.to_string()), "{refusal}");
    }
}

/// Condition 1: x + r is the same point in other bytes, and refused.
#[test]
fn non_canonical_coordinates_are_no_keys() {
    let honest = SecretKey::from_seed(&[1; 32]).public_key();
    let mut bytes = honest.to_bytes();
    let mut carry = 0u16;
    let modulus = Fr::MODULUS.0.map(u64::to_le_bytes).concat();
    for (byte, m) in bytes.iter_mut().zip(modulus) {
        let sum = u16::from(*byte) + u16::from(m) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "x + r fits 32 bytes");
    assert!(matches!(PublicKey::from_bytes(&bytes), Err(KeyError::NotCanonical(_))));
}

/// Condition 2: a key without its own proof of possession is not listed. That is all that stands against a key nobody knows
/// the secret of, such as 2⁻¹²⁹·U, which is on the curve and of the right order.
#[test]
fn replayed_proofs_of_possession_are_refused() {
    let mut world = World::new();
    let operator = world.operator.key();
    let victim = Bureau::new("guangzhou", 1);
    let thief = Bureau::new("shenzhen", 2);

    // Another issuer's key with its proof: the thief signs the record itself.
    let stolen = IssuerRecord::sign(
        thief.id.clone(),
        "Thief".to_owned(),
        thief.jurisdiction.clone(),
        operator,
        UnixTime(1),
        victim.listed_keys(&operator),
        &thief.publishing,
    );
    assert!(matches!(stolen, Err(IssuerRecordError::Possession { position: 0, .. })));
    // `sign` refused, so the thief writes the record by hand: refused for its signature, before anything else.
    let mut forged = thief.record(&operator, 1);
    forged.keys = victim.listed_keys(&operator);
    assert!(matches!(
        world.operator.add_issuer(&forged, world.now),
        Err(AddIssuerError::Record(IssuerRecordError::Signature))
    ));
    // A proof made for another operator's lists.
    let other = OperatorKey::from(&SigningKey::from_bytes(&[9; 32]));
    assert!(matches!(
        world.operator.add_issuer(&victim.record(&other, 1), world.now),
        Err(AddIssuerError::Record(IssuerRecordError::OtherOperator))
    ));
    // A list with the stolen key, signed by a careless operator, does not verify.
    world.add(&victim);
    victim_list_with_stolen_possession(&mut world, &thief);
}

fn victim_list_with_stolen_possession(world: &mut World, thief: &Bureau) {
    let mut victim = Bureau::new("guangzhou", 1);
    victim.publish(&world.status());
    let honest = world.publish().unwrap();
    let mut list = honest.list.clone();
    // The thief's key with the victim's proof.
    list.issuers[0].keys[0].key = thief.keys[0].public_key();
    let signed = resign(world, list);
    assert!(matches!(signed.verify(&world.operator.key()), Err(TrustListError::Possession { .. })));
}

/// The operator's signature under whatever it is told to sign.
fn resign(world: &World, list: tacit_credential::trust_list::TrustList) -> SignedTrustList {
    let signature =
        tacit_credential::signing::DetachedSignature::sign(&world.operator.key, &list.canonical_bytes());
    SignedTrustList { list, signature }
}

/// Condition 3: no key twice in one epoch, neither within a record nor between two.
#[test]
fn duplicate_keys_are_refused() {
    let mut world = World::new();
    let operator = world.operator.key();
    let first = Bureau::new("guangzhou", 1);
    world.add(&first);
    let mut second = Bureau::new("shenzhen", 2);
    second.keys = vec![SecretKey::from_seed(&[1; 32])];
    // The owner of two bureaus has an honest proof for both.
    assert!(matches!(
        world.operator.add_issuer(&second.record(&operator, 1), world.now),
        Err(AddIssuerError::SharedKey { .. })
    ));
    second.keys = vec![SecretKey::from_seed(&[2; 32]), SecretKey::from_seed(&[2; 32])];
    let twice = IssuerRecord::sign(
        second.id.clone(),
        "Twice".to_owned(),
        second.jurisdiction.clone(),
        operator,
        UnixTime(1),
        second.listed_keys(&operator),
        &second.publishing,
    );
    assert!(matches!(twice, Err(IssuerRecordError::DuplicateKey { position: 1 })));
}

/// Condition 3: another issuer's key under a new root, also after the first issuer is gone.
#[test]
fn a_key_never_moves_to_another_issuer() {
    let (mut world, bureau) = World::published();
    let other = {
        let mut other = Bureau::new("shenzhen", 2);
        other.keys = vec![SecretKey::from_seed(&[11; 32])];
        other.publish(&world.status());
        other
    };
    world.operator.remove_issuer(&bureau.id).unwrap();
    let record = other.record(&world.operator.key(), world.now.0);
    assert!(matches!(
        world.operator.add_issuer(&record, world.now),
        Err(AddIssuerError::History(HistoryError::MovedKey { .. }))
    ));
}

/// Condition 3: an old status, an old root under a new number, another root under the old number.
#[test]
fn old_leaves_are_refused() {
    let (mut world, mut bureau) = World::published();
    let old = bureau.tree.clone();
    bureau.revoke(2000);
    bureau.publish(&world.status());
    world.publish().unwrap();

    // The files of status 2 vanish, so that status 1 is the newest.
    fs::remove_dir_all(publication_dir(&world.status(), &bureau.id, 2)).unwrap();
    // `follows` sees the lost bit first; the history would refuse the number as well.
    assert!(matches!(world.publish(), Err(PublishError::UnRevoked { .. })));
    let mut history = world.operator.state.history.clone();
    let mut issuers = world.operator.latest().unwrap().list.issuers.clone();
    issuers[0].status.sequence = 1;
    assert!(matches!(history.accept(&issuers), Err(HistoryError::OlderStatus { last: 2, found: 1, .. })));
    issuers[0].status.sequence = 3;
    issuers[0].status.root = old.root();
    assert!(matches!(history.accept(&issuers), Err(HistoryError::OldRoot { sequence: 1, .. })));
    issuers[0].status.sequence = 2;
    assert!(matches!(history.accept(&issuers), Err(HistoryError::TwoRoots { sequence: 2, .. })));
    assert_eq!(history, world.operator.state.history, "a refused list leaves no trace");
}

/// Condition 3: a new tree that lacks one bit of the old one.
#[test]
fn un_revocation_is_refused() {
    let (mut world, mut bureau) = World::published();
    bureau.tree = StatusTree::new();
    bureau.revoke(2000);
    bureau.publish(&world.status());
    let error = world.publish().unwrap_err();
    assert!(matches!(error, PublishError::UnRevoked { word: 3, .. }), "{error}");
    // Also for an issuer that was away in between.
    let id = bureau.id.clone();
    let other = {
        let mut other = Bureau::new("shenzhen", 2);
        other.publish(&world.status());
        other
    };
    world.add(&other);
    world.operator.remove_issuer(&id).unwrap();
    world.publish().unwrap();
    world.add(&bureau);
    assert!(matches!(world.publish(), Err(PublishError::UnRevoked { .. })));
}

/// Condition 4: the root is computed from the leaves, whatever the list says, and padding leaves are zero.
#[test]
fn leaves_and_root_are_computed() {
    let (world, bureau) = World::published();
    let operator = world.operator.key();
    let signed = world.operator.latest().unwrap().clone();
    let list = signed.clone().verify(&operator).unwrap();
    let key = bureau.keys[0].public_key();
    let children = list.path(&key).unwrap().children;
    assert_eq!(children[0][0], issuer_leaf(&key, bureau.tree.root()));
    assert!(children[0][1..].iter().all(Fr::is_zero), "padding is zero");
    let empty = tacit_credential::poseidon::hash(&[Fr::zero(); 8]);
    assert!(children[1][1..].iter().all(|node| *node == empty));

    let mut padded = signed.list;
    // As if a leaf stood in the padding: the root over it.
    let mut leaves = children[0];
    leaves[1] = Fr::one();
    let mut top = children[1];
    top[0] = tacit_credential::poseidon::hash(&leaves);
    let mut roots = children[2];
    roots[0] = tacit_credential::poseidon::hash(&top);
    padded.root = tacit_credential::poseidon::hash(&roots);
    assert_eq!(resign(&world, padded).verify(&operator).unwrap_err(), TrustListError::Root);
}

/// Condition 5: a word of 2^252 is refused as an integer, although its residue would hash to the signed root.
#[test]
fn wide_words_are_refused() {
    let mut world = World::new();
    let mut bureau = Bureau::new("guangzhou", 1);
    bureau.revoke(0);
    bureau.publish(&world.status());
    world.add(&bureau);
    let file = chunk_path(&world.status(), &bureau.id, 1, 0);
    let mut bytes = fs::read(&file).unwrap();
    // Word 0 is the last 32 bytes: 1 becomes 1 + r, which is 1 in the field.
    let word = bytes.len() - 32;
    let modulus = Fr::MODULUS.0.map(u64::to_le_bytes).concat();
    bytes[word..].copy_from_slice(&modulus);
    bytes[word] += 1;
    fs::write(&file, &bytes).unwrap();
    let error = world.publish().unwrap_err();
    assert!(
        matches!(
            error,
            PublishError::Status {
                source: SnapshotError::Content {
                    source: tacit_credential::status::StatusError::WordRange,
                    ..
                },
                ..
            }
        ),
        "{error}"
    );
}

/// The files must be the issuer's, belong together and be complete.
#[test]
fn status_files_are_checked() {
    let mut world = World::new();
    let mut bureau = Bureau::new("guangzhou", 1);
    world.add(&bureau);
    let status_error = |world: &mut World| match world.publish().unwrap_err() {
        PublishError::Status { source, .. } => source,
        other => panic!("{other}"),
    };
    assert!(matches!(status_error(&mut world), SnapshotError::Nothing { .. }));

    bureau.revoke(7);
    bureau.publish(&world.status());
    let chunk = chunk_path(&world.status(), &bureau.id, 1, 5);
    let honest = fs::read(&chunk).unwrap();
    fs::write(&chunk, fs::read(chunk_path(&world.status(), &bureau.id, 1, 6)).unwrap()).unwrap();
    assert!(matches!(status_error(&mut world), SnapshotError::Root { .. }), "chunk 6 in place of chunk 5");
    fs::remove_file(&chunk).unwrap();
    assert!(matches!(status_error(&mut world), SnapshotError::Io { .. }));
    fs::write(&chunk, honest).unwrap();

    let manifest = manifest_path(&world.status(), &bureau.id, 1);
    let honest = fs::read(&manifest).unwrap();
    let stranger = Bureau { publishing: SigningKey::from_bytes(&[77; 32]), ..Bureau::new("guangzhou", 1) };
    stranger.publish_as(&world.dir.path().join("stranger"), 1);
    let foreign = manifest_path(&world.dir.path().join("stranger"), &bureau.id, 1);
    fs::copy(foreign, &manifest).unwrap();
    assert!(matches!(status_error(&mut world), SnapshotError::Signature));
    fs::write(&manifest, honest).unwrap();
    world.publish().unwrap();
}
