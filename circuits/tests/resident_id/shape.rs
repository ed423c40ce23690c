//! Counts, digest, encoding; and times, on demand.

use tacit_circuits::resident_id;
use tacit_r1cs::{Assigner, R1cs};

use crate::common::{Pair, circuit};

/// Constraints of each clause, pinned: a change of any is a new circuit version.
#[test]
fn constraints_of_each_clause() {
    let r1cs = circuit();
    let counts: Vec<(String, usize)> =
        r1cs.clauses().into_iter().map(|count| (count.name, count.constraints)).collect();
    let expected = [
        ("public digest", 403),
        ("held by me", 213),
        ("pseudonym", 240),
        ("born between", 51),
        ("still valid", 34),
        ("resides in: province", 75),
        ("resides in: region", 54),
        ("not revoked: word", 278),
        ("not revoked: path", 6 * 412),
        ("attributes", 323),
        ("issued: key", 10),
        ("issued: 8h·A", 1 + 254 * 6),
        ("issued: S·B", 84 * 6),
        ("issued: canonical h", 4),
        ("issued: R", 5),
        ("issued: h", 321),
        ("trusted issuer: leaf", 261),
        ("trusted issuer: path", 3 * 409),
        ("disclosed", 14),
    ];
    let counts: Vec<(&str, usize)> = counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(counts, expected);
    assert_eq!(r1cs.num_constraints(), 8_014);
    assert_eq!(r1cs.num_instance(), 2, "the constant 1 and the digest");
    assert!(r1cs.num_constraints() + r1cs.num_instance() <= resident_id::DOMAIN);
    assert_eq!(r1cs.num_witness(), 8_080);
    assert_eq!(r1cs.nonzeros(), [16_694, 27_518, 50_887]);
}

/// The circuit's version: requests, keys and verifiers name it by this digest.
#[test]
fn the_digest_is_pinned() {
    let digest = hex::encode(resident_id::circuit_digest(circuit()).0);
    assert_eq!(digest, "97d9888c355882c6012932aaa0ee003547fe6ae26d8560f53bd6c8d1246deb12");
}

/// The compiler is given no witness; compiling again, and after assigning, gives the same bytes.
#[test]
fn the_shape_depends_on_nothing() {
    let first = resident_id::compile();
    let digest = resident_id::circuit_digest(&first);
    for seed in 0..3 {
        let pair = Pair::honest(seed);
        assert_eq!(pair.assign().as_slice().len(), first.num_wires());
        let again = resident_id::compile();
        assert!(again == first);
        assert_eq!(resident_id::circuit_digest(&again), digest);
    }
    assert_eq!(digest, resident_id::circuit_digest(circuit()));
}

#[test]
fn honest_statements_satisfy() {
    for seed in 0..40 {
        let pair = Pair::honest(seed);
        assert!(pair.failing().is_empty(), "seed {seed}: {:?}", pair.failing());
        let assignment = pair.assign();
        assert_eq!(assignment.instance(2), [pair.public.digest()]);
    }
}

/// The wires that native code fills are those of the step-by-step way.
#[test]
fn native_and_stepwise_wires_agree() {
    let pair = Pair::honest(3);
    assert!(pair.assign().as_slice() == pair.assign_with(Assigner::new().step_by_step()).as_slice());
}

#[test]
fn bytes_round_trip() {
    let r1cs = circuit();
    let bytes = r1cs.to_bytes();
    assert!(bytes.len() < 500_000, "{} bytes", bytes.len());
    let again = R1cs::from_bytes(&bytes).unwrap();
    assert!(again == *r1cs);
    assert_eq!(again.digest(), r1cs.digest());
    for cut in [0, 10, 1000, bytes.len() - 1] {
        assert!(R1cs::from_bytes(&bytes[..cut]).is_err());
    }
}
