//! Keys: files, points, and keys that belong to something else.

use ark_bn254::{Fq, G1Affine, G2Affine};
use tacit_credential::fixtures::wide_policy;

use super::*;
use crate::key::{KEY_BYTES, KeyElement};

fn with(change: impl FnOnce(&mut KeyPoints)) -> Result<VerifyingKey, KeyError> {
    let mut points = points(prover());
    change(&mut points);
    VerifyingKey::from_points(circuit(), Provenance::Ceremony, points)
}

#[test]
fn a_key_file_reads_back() {
    let key = with(|_| ()).unwrap();
    let bytes = key.to_bytes();
    assert_eq!(bytes.len(), KEY_BYTES);
    let read = VerifyingKey::from_bytes(&bytes).unwrap();
    assert_eq!(
        (read.circuit(), read.provenance(), read.points()),
        (key.circuit(), key.provenance(), key.points())
    );
    assert_eq!(read.digest(), key.digest());
    assert_eq!(bytes[KEY_BYTES - 32..], key.digest());
    assert_ne!(super::key().digest(), key.digest(), "the provenance is part of the key");
    assert_eq!(
        VerifyingKey::from_bytes(&super::key().to_bytes()).unwrap().provenance(),
        Provenance::Development
    );
}

#[test]
fn damaged_key_files_are_refused() {
    let bytes = key().to_bytes();
    let read = |bytes: &[u8]| VerifyingKey::from_bytes(bytes).expect_err("a refusal");
    for at in 9..KEY_BYTES {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        assert_eq!(read(&bytes), KeyError::Damaged, "byte {at}");
    }
    assert_eq!(read(b"tacit-pk"), KeyError::Magic);
    assert_eq!(read(&[]), KeyError::Magic);
    assert_eq!(read(&bytes[..KEY_BYTES - 1]), KeyError::Length { found: KEY_BYTES - 1 });
    assert_eq!(read(&[&bytes[..], &[0]].concat()), KeyError::Length { found: KEY_BYTES + 1 });
    // With the checksum made to fit again.
    let forged = |at: usize, patch: &[u8]| {
        let mut body = bytes[..KEY_BYTES - 32].to_vec();
        body[at..at + patch.len()].copy_from_slice(patch);
        let checksum = tacit_credential::field::sha256("tacit/verifying-key/v1", &[&body]);
        read(&[&body[..], &checksum].concat())
    };
    assert_eq!(forged(8, &[2]), KeyError::Version { found: 2 });
    assert_eq!(forged(9, &[2]), KeyError::Provenance);
    assert_eq!(forged(11, &[1]), KeyError::Provenance);
    let point = |element, cause| KeyError::Point { element, cause };
    assert_eq!(forged(44, &[0; 32]), point(KeyElement::Alpha, PointError::OffCurve));
    assert_eq!(forged(300, &[0xff; 32]), point(KeyElement::Ic1, PointError::NotCanonical));
}

#[test]
fn points_that_cannot_stand_in_a_key_are_refused() {
    let identity = |element| KeyError::Point { element, cause: PointError::Identity };
    assert_eq!(with(|p| p.alpha_g1 = G1Affine::identity()).err(), Some(identity(KeyElement::Alpha)));
    assert_eq!(with(|p| p.beta_g2 = G2Affine::identity()).err(), Some(identity(KeyElement::Beta)));
    assert_eq!(with(|p| p.gamma_g2 = G2Affine::identity()).err(), Some(identity(KeyElement::Gamma)));
    assert_eq!(with(|p| p.delta_g2 = G2Affine::identity()).err(), Some(identity(KeyElement::Delta)));
    assert_eq!(with(|p| p.ic[0] = G1Affine::identity()).err(), Some(identity(KeyElement::Ic0)));
    assert_eq!(with(|p| p.ic[1] = G1Affine::identity()).err(), Some(identity(KeyElement::Ic1)));
    let off = G1Affine::new_unchecked(Fq::from(1), Fq::from(1));
    let expected = KeyError::Point { element: KeyElement::Alpha, cause: PointError::OffCurve };
    assert_eq!(with(|p| p.alpha_g1 = off).err(), Some(expected));
    // A key without a second phase: C = −(IC) and A, B = alpha, beta would "prove" anything.
    assert_eq!(with(|p| p.delta_g2 = p.gamma_g2).err(), Some(KeyError::Unfinished));
    assert_eq!(with(|p| p.delta_g2 = -p.gamma_g2).err(), Some(KeyError::Unfinished));
    let p = points(prover());
    let ic =
        |n: usize| KeyPoints::new(p.alpha_g1, p.beta_g2, p.gamma_g2, p.delta_g2, &vec![p.ic[0]; n]).err();
    assert_eq!(ic(3), Some(KeyError::PublicInputs { found: 2 }));
    assert_eq!(ic(1), Some(KeyError::PublicInputs { found: 0 }));
    assert_eq!(ic(0), Some(KeyError::PublicInputs { found: 0 }));
}

/// Attack 13: the key of another circuit (or another setup) under the name of this one.
#[test]
fn the_key_of_something_else_does_not_accept() {
    let mut site = Site::new();
    let request = site.request(wide_policy());
    let presentation = site.answer(&request);
    let imposter =
        VerifyingKey::from_points(circuit(), Provenance::Development, points(&new_prover(99))).unwrap();
    let verifier = Verifier::builder(VerifierKey::from(&site.world.verifier), site.world.operator_key())
        .key(imposter)
        .accept_development_keys()
        .challenges(site.store.clone())
        .clock(site.clock.clone())
        .build()
        .unwrap();
    verifier.add_trust_list(site.world.list.signed().clone()).unwrap();
    let error = verifier.verify(&request, &presentation).expect_err("a refusal");
    assert!(matches!(error, VerifyError::Proof(ProofError::Invalid)));
    site.verifier.verify(&request, &presentation).unwrap();
}

/// While a new circuit is introduced, answers to requests for the old one still count.
#[test]
fn two_circuits_side_by_side() {
    let mut site = Site::new();
    let new = CircuitDigest([9; 32]);
    let new_key = VerifyingKey::from_points(new, Provenance::Development, points(&new_prover(99))).unwrap();
    let verifier = Verifier::builder(VerifierKey::from(&site.world.verifier), site.world.operator_key())
        .key(key())
        .key(new_key)
        .accept_development_keys()
        .challenges(site.store.clone())
        .clock(site.clock.clone())
        .build()
        .unwrap();
    verifier.add_trust_list(site.world.list.signed().clone()).unwrap();
    let old = site.request(wide_policy());
    let presentation = site.answer(&old);
    verifier.verify(&old, &presentation).unwrap();
    let request = verifier.request(ask(wide_policy()), &site.world.verifier, &mut site.world.rng).unwrap();
    assert_eq!(request.request.circuit, new);
    let presentation = site.answer(&request);
    let error = verifier.verify(&request, &presentation).expect_err("a proof under the old key");
    assert!(matches!(error, VerifyError::Proof(ProofError::Invalid)));
}
