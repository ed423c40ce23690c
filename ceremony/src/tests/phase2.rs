//! Honest ceremonies: snarkjs's are accepted, ours have its bytes where they can, and their keys prove.

use tacit_formats::text::{read_public, write_verification_key};
use tacit_formats::wtns::Witness;
use tacit_formats::zkey::Zkey;
use tacit_prover::circom::verify as verify_proof;
use tacit_prover::{Blinding, MemoryBudget, Options, Provenance, Prover};

use super::{ceremony, circuit, contributed, fixture, initial, name, quiet, rng, some_beacon};
use crate::outcome::FinaliseError;
use crate::phase1::{Powers, development};
use crate::phase2::{ContributeError, Initial, InitialError, VerifyError, beacon, contribute, verify};

#[test]
fn the_initial_key_has_the_bytes_of_snarkjs() {
    for name in ["tiny", "small"] {
        assert!(initial(name).zkey().to_bytes() == fixture(&format!("{name}.initial.zkey")), "{name}");
    }
}

#[test]
fn a_ceremony_of_snarkjs_is_accepted() {
    for circuit_name in ["tiny", "small"] {
        let key = fixture(&format!("{circuit_name}.zkey"));
        let verified = verify(&key, &initial(circuit_name), &mut rng(7)).unwrap();
        let names: Vec<_> = verified.contributions().iter().map(|one| one.name.clone()).collect();
        assert_eq!(names, [name("first"), None, name("beacon")]);
        // So is one against the file that snarkjs wrote, which somebody vouches for.
        let file = Zkey::from_bytes(&fixture(&format!("{circuit_name}.initial.zkey"))).unwrap();
        let trusted = Initial::trusted(file, &circuit(circuit_name)).unwrap();
        assert!(verify(&key, &trusted, &mut rng(7)).is_ok());
    }
}

/// From powers to proofs: the key of a ceremony proves what snarkjs's witness says.
#[test]
fn the_outcome_proves() {
    let ptau = fixture("small.ptau");
    let powers = Powers::check(&ptau, &mut rng(1), &quiet).unwrap();
    let (circuit, initial) = (circuit("small"), initial("small"));
    let key = ceremony(initial.zkey(), 8);
    let verified = verify(&key.to_bytes(), &initial, &mut rng(8)).unwrap();
    let r1cs = circuit.to_r1cs().unwrap();
    let outcome = verified.finalise(r1cs.clone(), &powers).unwrap();
    assert_eq!(outcome.proving_key.provenance(), Provenance::Ceremony);
    assert_eq!(outcome.proving_key.circuit_digest(), r1cs.digest());
    assert_eq!(outcome.verification_key_json, write_verification_key(&key.parts().vk));
    let text = outcome.transcript.to_string();
    for one in verified.contributions() {
        assert!(text.contains(&one.hash.lines()[0]) && verified.includes(&one.hash), "{text}");
    }
    assert!(!outcome.transcript.development && !text.contains("DEVELOPMENT"), "{text}");

    let prover = Prover::with_options(
        outcome.proving_key,
        &Options::default().with_memory(MemoryBudget::mebibytes(1)),
    );
    let witness = Witness::from_bytes(&fixture("small.wtns")).unwrap();
    let proof = prover.prove_with(witness.assignment(), Blinding::random(&mut rng(9))).unwrap();
    let public = read_public(&fixture("small.public.json")).unwrap();
    assert!(verify_proof(&key.parts().vk, &proof, &public));

    let other = super::circuit("tiny").to_r1cs().unwrap();
    assert_eq!(verified.finalise(other, &powers).map(drop), Err(FinaliseError::OtherCircuit));
    let file = Zkey::from_bytes(&fixture("small.initial.zkey")).unwrap();
    let trusted = Initial::trusted(file, &circuit).unwrap();
    let verified = verify(&key.to_bytes(), &trusted, &mut rng(8)).unwrap();
    assert_eq!(verified.finalise(r1cs, &powers).map(drop), Err(FinaliseError::Trusted));
}

/// Keys from development powers stay development keys, whoever contributes to phase 2.
#[test]
fn development_powers_make_development_keys() {
    let mut rng = rng(10);
    let ptau = development(tacit_formats::ptau::Power::new(3).unwrap(), &mut rng, &quiet).unwrap().to_bytes();
    let powers = Powers::check(&ptau, &mut rng, &quiet).unwrap();
    let circuit = circuit("tiny");
    let initial = Initial::compute(&circuit, &powers, &quiet).unwrap();
    let key = ceremony(initial.zkey(), 11);
    let verified = verify(&key.to_bytes(), &initial, &mut rng).unwrap();
    let outcome = verified.finalise(circuit.to_r1cs().unwrap(), &powers).unwrap();
    assert_eq!(outcome.proving_key.provenance(), Provenance::Development);
    assert!(outcome.transcript.to_string().contains("DEVELOPMENT"));
    let others = fixture("tiny.ptau");
    let others = Powers::check(&others, &mut rng, &quiet).unwrap();
    let refused = verified.finalise(circuit.to_r1cs().unwrap(), &others);
    assert_eq!(refused.map(drop), Err(FinaliseError::OtherPowers));
}

#[test]
fn powers_must_fit() {
    let (tiny, small) = (fixture("tiny.ptau"), fixture("small.unprepared.ptau"));
    let compute = |bytes| {
        let powers = Powers::check(bytes, &mut rng(1), &quiet).unwrap();
        Initial::compute(&circuit("small"), &powers, &quiet).map(drop)
    };
    assert_eq!(compute(&tiny), Err(InitialError::TooFewPowers { needed: 5, found: 3 }));
    assert_eq!(compute(&small), Err(InitialError::NotPrepared));
}

#[test]
fn what_cannot_be_contributed_to() {
    let initial = initial("tiny");
    let key = initial.zkey().clone();
    let refused = beacon(key.clone(), None, &some_beacon(), &quiet);
    assert_eq!(refused.map(drop), Err(ContributeError::NobodyYet));
    let many = tacit_formats::contribution::Beacon::new(31, &[1]).unwrap();
    let refused = beacon(contributed(&key, &["Ann"], 1), None, &many, &quiet);
    assert_eq!(refused.map(drop), Err(ContributeError::Iterations(31)));
    let ended = ceremony(&key, 12);
    let refused = contribute(ended.clone(), None, b"", &mut rng(1), &quiet);
    assert_eq!(refused.map(drop), Err(ContributeError::Ended { number: 4 }));
    let refused = beacon(ended, None, &some_beacon(), &quiet);
    assert_eq!(refused.map(drop), Err(ContributeError::Ended { number: 4 }));
    let mut parts = key.clone().into_parts();
    parts.ceremony = None;
    let none = Zkey::new(parts).unwrap();
    let refused = verify(&none.to_bytes(), &initial, &mut rng(1));
    assert_eq!(refused.map(drop), Err(VerifyError::NoCeremony));
    let refused = contribute(none, None, b"", &mut rng(1), &quiet);
    assert_eq!(refused.map(drop), Err(ContributeError::NoCeremony));
    let refused = verify(&key.to_bytes(), &initial, &mut rng(1));
    assert_eq!(refused.map(drop), Err(VerifyError::NobodyContributed));
    let refused = Initial::trusted(contributed(&key, &["Ann"], 1), &circuit("tiny"));
    assert_eq!(refused.map(drop), Err(InitialError::NotInitial));
    let refused = Initial::trusted(key, &circuit("small"));
    assert!(matches!(refused.map(drop), Err(InitialError::Circuit(_))));
}
