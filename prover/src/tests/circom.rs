//! Keys of circom, and this crate's own in circom's words.

use std::path::Path;

use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::wtns::Witness;
use tacit_formats::zkey::{ConvertError, Zkey};

use super::*;
use crate::circom::{CircomKeyError, ZkeyProveError, ZkeyProver, verify};

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

fn load(name: &str) -> (Zkey, CircomR1cs, Witness) {
    (
        Zkey::from_bytes(&fixture(&format!("{name}.zkey"))).unwrap(),
        CircomR1cs::from_bytes(&fixture(&format!("{name}.r1cs"))).unwrap(),
        Witness::from_bytes(&fixture(&format!("{name}.wtns"))).unwrap(),
    )
}

fn blinding() -> Blinding {
    Blinding::chosen(Fr::from(7), Fr::from(11))
}

/// The engine, with C from the circuit, and the prover that has only the key make the same proof, and it
/// holds.
#[test]
fn circoms_keys_prove_with_and_without_the_circuit() {
    for name in ["tiny", "small"] {
        let (zkey, circuit, witness) = load(name);
        let key = ProvingKey::from_circom(Provenance::Ceremony, &zkey, &circuit).unwrap();
        let proof = Prover::new(key).prove_with(witness.assignment(), blinding()).unwrap();
        let vk = zkey.parts().vk.clone();
        let mut public = witness.assignment().instance(1 + zkey.num_public()).to_vec();
        assert!(verify(&vk, &proof, &public));
        let alone = ZkeyProver::new(zkey).unwrap();
        assert_eq!(alone.prove_with(witness.assignment(), blinding()), Ok(proof.clone()), "{name}");
        assert!(!verify(&vk, &proof, &public[1..]));
        public[0] += Fr::from(1);
        assert!(!verify(&vk, &proof, &public));
    }
}

#[test]
fn points_that_are_no_proof_are_refused() {
    let (zkey, _, witness) = load("tiny");
    let proof = ZkeyProver::new(zkey).unwrap().prove_with(witness.assignment(), blinding()).unwrap();
    let with = |change: &dyn Fn(&mut ark_groth16::Proof<Bn254>)| {
        let mut points = proof.points().clone();
        change(&mut points);
        Proof::try_from(points)
    };
    assert_eq!(with(&|_| ()), Ok(proof.clone()));
    assert_eq!(with(&|p| p.a = G1Affine::identity()), Err(ProofDecodeError::Identity));
    assert_eq!(with(&|p| p.b = G2Affine::identity()), Err(ProofDecodeError::Identity));
    assert_eq!(with(&|p| p.c = G1Affine::identity()), Err(ProofDecodeError::Identity));
    assert_eq!(with(&|p| p.a.x += Fq::from(1)), Err(ProofDecodeError::Point));
    assert_eq!(with(&|p| p.c.y += Fq::from(1)), Err(ProofDecodeError::Point));
    assert_eq!(with(&|p| p.b.x.c0 += Fq::from(1)), Err(ProofDecodeError::Point));
    let outside = (1_u64..)
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::from(x), true))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap();
    assert_eq!(with(&|p| p.b = outside), Err(ProofDecodeError::Point));
}

#[test]
fn false_witnesses_and_other_circuits_are_refused() {
    let (zkey, circuit, witness) = load("tiny");
    let key = ProvingKey::from_circom(Provenance::Ceremony, &zkey, &circuit).unwrap();
    let (engine, alone) = (Prover::new(key), ZkeyProver::new(zkey.clone()).unwrap());
    let change = |wire: usize| {
        let mut values = witness.assignment().as_slice().to_vec();
        values[wire] += Fr::from(1);
        Assignment::from_values_unchecked(values)
    };
    for wire in 1..witness.assignment().as_slice().len() {
        let assignment = change(wire);
        assert!(matches!(engine.prove_with(&assignment, blinding()), Err(ProveError::Unsatisfied { .. })));
        assert_eq!(
            alone.prove_with(&assignment, blinding()),
            Err(ZkeyProveError::DoesNotHold),
            "wire {wire}"
        );
    }
    assert_eq!(alone.prove_with(&change(0), blinding()), Err(ZkeyProveError::ConstantNotOne));
    let (_, other, longer) = load("small");
    assert_eq!(
        alone.prove_with(longer.assignment(), blinding()),
        Err(ZkeyProveError::WrongShape { needed: 5, found: 22 })
    );
    let wrong = ProvingKey::from_circom(Provenance::Ceremony, &zkey, &other).err().unwrap();
    assert!(matches!(wrong, CircomKeyError::Convert(ConvertError::Count { what: "wires", .. })));
}

/// A key of this crate goes to circom's files and comes back, and proves there.
#[test]
fn own_keys_go_to_circom_and_come_back() {
    let key = key();
    let zkey = Zkey::from_bytes(&key.to_zkey().unwrap().to_bytes()).unwrap();
    let circuit = CircomR1cs::from_r1cs(key.r1cs()).unwrap();
    let back = ProvingKey::from_circom(Provenance::Development, &zkey, &circuit).unwrap();
    assert!(back.points() == key.points());
    assert_eq!(back.circuit_digest(), key.circuit_digest());
    let assignment = assignment(32, 3);
    let proof = Prover::new(key).prove_with(&assignment, blinding()).unwrap();
    assert_eq!(ZkeyProver::new(zkey).unwrap().prove_with(&assignment, blinding()), Ok(proof));
}
