//! Prepared proofs: equal to full ones, whatever was expected to change.

use ark_bn254::Fr;
use ark_ff::UniformRand;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use tacit_r1cs::Assignment;

use super::synthetic::Synthetic;
use crate::*;

const SYSTEM: Synthetic = Synthetic { constraints: 200, public: 3 };

fn prover(seed: u64, backend: Backend) -> Prover {
    let key = setup_development(SYSTEM.compile(), &mut ChaCha20Rng::seed_from_u64(seed)).unwrap().0;
    Prover::with_options(key, &Options::default().with_backend(backend))
}

fn blinding() -> Blinding {
    let mut rng = ChaCha20Rng::seed_from_u64(11);
    Blinding::chosen(Fr::rand(&mut rng), Fr::rand(&mut rng))
}

#[test]
fn a_show_is_the_full_proof_whatever_was_prepared() {
    let assignments: Vec<Assignment> = (1..4).map(|seed| SYSTEM.assign(seed)).collect();
    let [first, second, third] = [&assignments[0], &assignments[1], &assignments[2]];
    let wires = first.as_slice().len() as u32;
    let found = Changing::between(first, second);
    assert!(found.count() > 0 && found.count() < wires as usize);
    for backend in Backend::all() {
        let prover = prover(10, backend);
        let full = prover.prove_with(second, blinding()).unwrap();
        // Found; nothing; everything; wires that do not exist; the constant among them.
        let choices = [
            found.clone(),
            Changing::wires([]),
            Changing::wires(0..wires),
            Changing::wires([wires, u32::MAX]),
            Changing::wires([0, 1]),
        ];
        for changing in &choices {
            let prepared = prover.prepare(first, changing).unwrap();
            let show = |prepared: &Prepared, assignment| {
                prover.show_with(prepared, assignment, blinding(), &Control::default())
            };
            assert_eq!(show(&prepared, second).as_ref(), Ok(&full));
            assert_eq!(show(&prepared, third), prover.prove_with(third, blinding()));
            let read = Prepared::from_bytes(&prepared.to_bytes()).unwrap();
            assert_eq!(*read.to_bytes(), *prepared.to_bytes());
            assert_eq!(show(&read, second).as_ref(), Ok(&full));
            let fresh = prover.show(&prepared, second, &mut ChaCha20Rng::seed_from_u64(12)).unwrap();
            assert!(fresh != full);
        }
    }
}

#[test]
fn a_show_checks_as_a_proof_does() {
    let prover = prover(10, Backend::detect());
    let assignment = SYSTEM.assign(1);
    let prepared = prover.prepare(&assignment, &Changing::wires([3])).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(12);
    let mut with = |change: fn(&mut Vec<Fr>)| {
        let mut values = assignment.as_slice().to_vec();
        change(&mut values);
        prover.show(&prepared, &Assignment::from_values_unchecked(values), &mut rng)
    };
    assert!(with(|_| ()).is_ok());
    assert!(matches!(with(|v| *v.last_mut().unwrap() += Fr::from(1)), Err(ProveError::Unsatisfied { .. })));
    assert!(matches!(with(|v| v.truncate(5)), Err(ProveError::WrongShape { found: 5, .. })));
    assert_eq!(with(|v| v[0] = Fr::from(2)), Err(ProveError::ConstantNotOne));
    let other = self::prover(13, Backend::detect());
    assert_eq!(other.show(&prepared, &assignment, &mut rng), Err(ProveError::PreparedWithAnotherKey));
}

#[test]
fn damaged_bytes_are_refused() {
    let prover = prover(10, Backend::detect());
    let bytes = prover.prepare(&SYSTEM.assign(1), &Changing::wires([3])).unwrap().to_bytes();
    assert!(Prepared::from_bytes(&bytes).is_ok());
    for length in 0..bytes.len() {
        assert!(Prepared::from_bytes(&bytes[..length]).is_err(), "cut to {length}");
    }
    let with = |at: usize, patch: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes[at..at + patch.len()].copy_from_slice(patch);
        Prepared::from_bytes(&bytes).err()
    };
    assert_eq!(with(0, b"T"), Some(PreparedDecodeError::Kind));
    assert_eq!(with(8, &[2]), Some(PreparedDecodeError::Kind));
    assert_eq!(with(41, &[0xff; 4]), Some(PreparedDecodeError::Damaged));
    for coordinate in 0..10 {
        assert_eq!(with(45 + 32 * coordinate, &[0xff; 32]), Some(PreparedDecodeError::Damaged));
        assert_eq!(with(45 + 32 * coordinate, &[0; 32]), Some(PreparedDecodeError::Damaged));
    }
    assert_eq!(with(365, &[33]), Some(PreparedDecodeError::Damaged));
    let mut longer = bytes.to_vec();
    longer.push(0);
    assert_eq!(Prepared::from_bytes(&longer).err(), Some(PreparedDecodeError::Damaged));
}
