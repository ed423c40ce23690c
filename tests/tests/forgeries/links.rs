//! Attack 21: a value used in two places, allocated twice and never linked. `circuits/tests/resident_id/audits.rs`
//! changes every wire alone and shows that the others follow from few; here the public input follows the lie too.

use std::collections::{BTreeMap, BTreeSet};
use tacit_circuits::clauses::{born_between, disclosed, public_digest, resides_in, still_valid};
use tacit_circuits::resident_id::{Inputs, ResidentId, assign};
use tacit_credential::Fr;
use tacit_credential::fixtures::wide_policy;
use tacit_r1cs::{Assigner, Circuit};
use tacit_tests::{Site, failing, keys};

/// A lie in one wire, everything else computed from it, and nothing but the public digest objects: then another public
/// input would make it a proof. That is as it must be for the prover's free choices, the bounds and sets that he claims
/// to keep, since the verifier computes the digest of his own. A second copy of an attribute would be one more.
#[test]
fn only_what_the_verifier_sets_is_free() {
    let mut site = Site::new(1);
    let request = site.ask(wide_policy());
    let attempt = site.attempt(&request);
    let public = attempt.public(&site.world, &request);
    let inputs = Inputs::new(&public, &attempt.witness);
    let (r1cs, honest) = (keys().0.r1cs(), assign(&public, &attempt.witness));
    assert_eq!(failing(r1cs, &honest), Vec::<String>::new());
    let (zero, one) = (Fr::from(0u64), Fr::from(1u64));
    let clauses = [
        "attributes",
        "held by me",
        "pseudonym",
        born_between::NAME,
        still_valid::NAME,
        resides_in::PROVINCE,
        resides_in::REGION,
        disclosed::NAME,
    ];
    let present: BTreeSet<&str> = (0..r1cs.num_wires()).map(|wire| r1cs.clause_of_wire(wire)).collect();
    assert!(clauses.iter().all(|clause| present.contains(clause)), "{present:?}");
    let mut free: BTreeMap<&str, usize> = BTreeMap::new();
    for wire in 2..r1cs.num_wires() {
        let clause = r1cs.clause_of_wire(wire);
        if !clauses.contains(&clause) {
            continue;
        }
        let value = honest.as_slice()[wire];
        // A boolean lies by being the other one.
        let lie = if value == zero || value == one { one - value } else { value + one };
        let mut assigner = Assigner::new().with_override(wire, lie);
        ResidentId::new(&inputs).synthesize(&mut assigner);
        let failing = failing(r1cs, &assigner.finish());
        assert!(!failing.is_empty(), "wire {wire} of `{clause}` is not bound at all");
        if failing == [public_digest::NAME] {
            *free.entry(clause).or_default() += 1;
        }
    }
    let expected = BTreeMap::from([
        // How far the bounds lie from the date; the date itself is signed.
        (born_between::NAME, 2 * 17),
        (still_valid::NAME, 17),
        // All provinces of the set but the own one, and how far the bounds lie from the code.
        (resides_in::PROVINCE, 63),
        (resides_in::REGION, 2 * 20),
        // The bits of the mask; what is shown is the product with the attribute.
        (disclosed::NAME, 7),
    ]);
    assert_eq!(free, expected);
}
