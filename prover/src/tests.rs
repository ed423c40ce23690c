//! The whole crate on a small system.

mod cache;
mod circom;
mod engine;
mod show;
mod synthetic;

use ark_bn254::{Bn254, Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::AdditiveGroup;
use ark_groth16::Groth16;
use ark_relations::gr1cs::{
    ConstraintSynthesizer, ConstraintSystem, OptimizationGoal, R1CS_PREDICATE_LABEL, SynthesisMode,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sha2::{Digest, Sha256};
use tacit_r1cs::{Assignment, Circuit, ConstraintSystem as System, Known, Private, R1cs, assign, compile};

use crate::setup::Replay;
use crate::*;

/// `y³ = x − 5` for the public `x`, and `y` is 3 or 4.
struct Toy<'a> {
    values: Private<'a, (Fr, Fr)>,
}

impl Circuit for Toy<'_> {
    fn synthesize<CS: System>(&self, cs: &mut CS) {
        let values = self.values;
        cs.clause("cube");
        let x = cs.instance(|known| values.reveal(known).0);
        let y = cs.witness(|known| values.reveal(known).1);
        let square = cs.witness(|known| {
            let y = known.value(&y);
            y * y
        });
        cs.enforce(&y, &y, &square);
        cs.enforce(&square, &y, &(x - Fr::from(5)));
        cs.clause("choice");
        cs.enforce(&(y.clone() - Fr::from(3)), &(y - Fr::from(4)), &Fr::from(0).into());
    }
}

fn r1cs() -> R1cs {
    compile(&Toy { values: Private::unknown() })
}

fn assignment(x: u64, y: u64) -> Assignment {
    assign(&Toy { values: Private::known(&(Fr::from(x), Fr::from(y))) })
}

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(1)
}

fn key() -> ProvingKey {
    setup_development(r1cs(), &mut rng()).unwrap().0
}

fn accepts(key: &ProvingKey, proof: &Proof, x: u64) -> bool {
    let prepared = ark_groth16::prepare_verifying_key(key.verifying_key());
    Groth16::<Bn254>::verify_proof(&prepared, proof.points(), &[Fr::from(x)]).unwrap()
}

#[test]
fn proves_what_holds() {
    let prover = Prover::new(key());
    for (x, y) in [(32, 3), (69, 4)] {
        let proof = prover.prove(&assignment(x, y), &mut rng()).unwrap();
        assert!(accepts(prover.key(), &proof, x));
        assert!(!accepts(prover.key(), &proof, x + 1));
    }
    assert_eq!(prover.circuit_digest(), r1cs().digest());
    assert_eq!(prover.key().provenance(), Provenance::Development);
}

#[test]
fn names_the_clause_that_fails() {
    let prover = Prover::new(key());
    let refused = |assignment: &Assignment| prover.prove(assignment, &mut rng()).unwrap_err();
    assert_eq!(refused(&assignment(33, 3)), ProveError::Unsatisfied { clause: "cube".into(), index: 1 });
    assert_eq!(refused(&assignment(130, 5)), ProveError::Unsatisfied { clause: "choice".into(), index: 2 });
    let mut values = assignment(32, 3).as_slice().to_vec();
    values.push(Fr::from(0));
    assert_eq!(
        refused(&Assignment::from_values_unchecked(values)),
        ProveError::WrongShape { needed: 4, found: 5 }
    );
    assert_eq!(
        refused(&Assignment::from_values_unchecked(Vec::new())),
        ProveError::WrongShape { needed: 4, found: 0 }
    );
    // All zeros satisfy every row without a constant, if nobody insists that wire 0 is 1.
    assert_eq!(refused(&Assignment::from_values_unchecked(vec![Fr::from(0); 4])), ProveError::ConstantNotOne);
}

#[test]
fn blinding_alone_varies_the_proof() {
    let prover = Prover::new(key());
    let assignment = assignment(32, 3);
    let chosen = || Blinding::chosen(Fr::from(7), Fr::from(11));
    let proof = prover.prove_with(&assignment, chosen()).unwrap();
    assert_eq!(proof, prover.prove_with(&assignment, chosen()).unwrap());
    let mut rng = rng();
    let fresh: Vec<_> = (0..3).map(|_| prover.prove(&assignment, &mut rng).unwrap()).collect();
    for (i, other) in fresh.iter().enumerate() {
        assert!(accepts(prover.key(), other, 32));
        assert!(*other != proof && fresh[..i].iter().all(|earlier| earlier != other));
    }
}

/// The generator must see the very system that the digest names: nothing merged, outlined or left out on the way.
#[test]
fn the_generator_sees_the_same_matrices() {
    let r1cs = r1cs();
    let cs = ConstraintSystem::new_ref();
    cs.set_optimization_goal(OptimizationGoal::Constraints);
    cs.set_mode(SynthesisMode::Setup);
    Replay(&r1cs).generate_constraints(cs.clone()).unwrap();
    cs.finalize();
    assert_eq!(cs.num_instance_variables(), r1cs.num_instance());
    assert_eq!(cs.num_witness_variables(), r1cs.num_witness());
    assert_eq!(cs.to_matrices().unwrap()[R1CS_PREDICATE_LABEL], r1cs.to_ark_matrices());
}

#[test]
fn proof_bytes() {
    let prover = Prover::new(key());
    let proof = prover.prove(&assignment(32, 3), &mut rng()).unwrap();
    let bytes = proof.to_bytes();
    assert_eq!(Proof::from_bytes(&bytes), Ok(proof));
    assert_eq!(Proof::from_bytes(&bytes[1..]), Err(ProofDecodeError::Length { found: 127 }));
    let with = |from: usize, patch: &[u8]| {
        let mut bytes = bytes;
        bytes[from..from + patch.len()].copy_from_slice(patch);
        Proof::from_bytes(&bytes)
    };
    let mut identity = [0; 64];
    identity[63] = 1 << 6;
    assert_eq!(with(0, &identity[32..]), Err(ProofDecodeError::Identity));
    assert_eq!(with(32, &identity), Err(ProofDecodeError::Identity));
    assert_eq!(with(96, &identity[32..]), Err(ProofDecodeError::Identity));
    assert_eq!(with(0, &[0xff; 32]), Err(ProofDecodeError::Point));
    // x = 0 in G1 is off the curve (3 is no square), small x in G2 lie off the curve or outside the subgroup.
    assert_eq!(with(96, &[0; 32]), Err(ProofDecodeError::Point));
    assert_eq!(with(32, &[0; 64]), Err(ProofDecodeError::Point));
}

#[test]
fn the_file_reads_back() {
    let key = key();
    let bytes = key.to_bytes();
    let read = ProvingKey::from_bytes(&bytes).unwrap();
    assert!(read.points() == key.points() && read.r1cs() == key.r1cs());
    assert_eq!(read.circuit_digest(), key.circuit_digest());
    let ceremony = ProvingKey::new(Provenance::Ceremony, r1cs(), key.points().clone()).unwrap();
    assert_eq!(ProvingKey::from_bytes(&ceremony.to_bytes()).unwrap().provenance(), Provenance::Ceremony);

    let path = std::env::temp_dir().join(format!("tacit-prover-test-{}.key", std::process::id()));
    key.save(&path).unwrap();
    let loaded = ProvingKey::load(&path);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(loaded.unwrap().to_bytes(), bytes);
    assert!(matches!(ProvingKey::load(&path), Err(KeyFileError::Io(_))));
}

/// Patches a key file and makes its checksum fit again.
fn forged(bytes: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Result<ProvingKey, KeyFileError> {
    let mut body = bytes[..bytes.len() - 32].to_vec();
    change(&mut body);
    let checksum = Sha256::digest(&body);
    body.extend_from_slice(&checksum);
    ProvingKey::from_bytes(&body)
}

#[test]
fn damaged_files_are_refused() {
    let key = key();
    let bytes = key.to_bytes();
    assert!(forged(&bytes, |_| ()).is_ok(), "the helper itself changes nothing");
    for at in (24..bytes.len()).step_by(97) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        assert!(matches!(ProvingKey::from_bytes(&bytes), Err(KeyFileError::Damaged)), "byte {at}");
    }
    assert!(matches!(ProvingKey::from_bytes(&bytes[..bytes.len() - 1]), Err(KeyFileError::Damaged)));
    assert!(matches!(ProvingKey::from_bytes(&bytes[..40]), Err(KeyFileError::Length { .. })));
    assert!(matches!(ProvingKey::from_bytes(b"tacit-vk"), Err(KeyFileError::Magic)));
    assert!(matches!(forged(&bytes, |b| b[8] = 2), Err(KeyFileError::Version { found: 2 })));
    assert!(matches!(forged(&bytes, |b| b[9] = 2), Err(KeyFileError::Provenance)));
    assert!(matches!(forged(&bytes, |b| b[15] = 1), Err(KeyFileError::Provenance)));
    assert!(matches!(forged(&bytes, |b| b.push(0)), Err(KeyFileError::Length { .. })));
    assert!(matches!(forged(&bytes, |b| b.truncate(b.len() - 64)), Err(KeyFileError::Length { .. })));
    assert!(matches!(forged(&bytes, |b| b[16..24].fill(0xff)), Err(KeyFileError::Length { .. })));
    assert!(matches!(forged(&bytes, |b| b[24] ^= 0xff), Err(KeyFileError::Circuit(_))));
    let last = bytes.len() - 32;
    assert!(matches!(forged(&bytes, |b| b[last - 32..].fill(0xff)), Err(KeyFileError::NotCanonical)));
    let off = |e: &KeyFileError| matches!(e, KeyFileError::Key(KeyError::OffCurve { query: "B2" }));
    assert!(off(&forged(&bytes, |b| b[last - 32] ^= 1).err().unwrap()));
}

#[test]
fn keys_of_another_shape_or_with_false_points_are_refused() {
    let key = key();
    let with = |change: fn(&mut ark_groth16::ProvingKey<Bn254>)| {
        let mut points = key.points().clone();
        change(&mut points);
        ProvingKey::new(Provenance::Development, r1cs(), points)
    };
    let shape = |query, needed, found| KeyError::Shape { query, needed, found };
    assert_eq!(with(|p| p.a_query.truncate(3)).err(), Some(shape("A", 4, 3)));
    assert_eq!(with(|p| p.b_g1_query.push(G1Affine::generator())).err(), Some(shape("B1", 4, 5)));
    assert_eq!(with(|p| p.b_g2_query.truncate(3)).err(), Some(shape("B2", 4, 3)));
    assert_eq!(with(|p| p.h_query.truncate(6)).err(), Some(shape("H", 7, 6)));
    assert_eq!(with(|p| p.l_query.truncate(1)).err(), Some(shape("L", 2, 1)));
    assert_eq!(with(|p| p.vk.gamma_abc_g1.truncate(1)).err(), Some(shape("IC", 2, 1)));

    let off = G1Affine::new_unchecked(Fq::from(1), Fq::from(1));
    assert!(!off.is_on_curve());
    assert_eq!(
        with(|p| p.h_query[2] = G1Affine::new_unchecked(Fq::from(1), Fq::from(1))).err(),
        Some(KeyError::OffCurve { query: "H" })
    );
    assert!(key.check_subgroup().is_ok());
    let foreign = with(|p| p.b_g2_query[1] = outside_subgroup()).unwrap();
    assert_eq!(foreign.check_subgroup(), Err(KeyError::OutsideSubgroup { query: "B2" }));
    let foreign = with(|p| p.vk.delta_g2 = outside_subgroup()).unwrap();
    assert_eq!(foreign.check_subgroup(), Err(KeyError::OutsideSubgroup { query: "beta, gamma, delta" }));
}

/// A point of the twist of another order than r.
fn outside_subgroup() -> G2Affine {
    (0u64..)
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::new(Fq::from(x), Fq::ZERO), false))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .map(|point| point.into_group().into_affine())
        .unwrap()
}
