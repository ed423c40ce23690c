//! snarkjs's keys and witnesses prove in arkworks, by both reductions, and what arkworks has goes back.

mod common;

use ark_bn254::{Bn254, Fr, G1Projective, G2Projective};
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::{FftField, Field, One, UniformRand};
use ark_groth16::{Groth16, Proof, prepare_verifying_key, r1cs_to_qap::LibsnarkReduction};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use common::{NAMES, Sections, fixture};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tacit_formats::FormatError;
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::text::{read_proof, read_public, read_verification_key};
use tacit_formats::wtns::Witness;
use tacit_formats::zkey::{ConvertError, KeyMatrices, MatrixName, Zkey, ZkeyFile};

struct Fixture {
    circuit: CircomR1cs,
    witness: Witness,
    key: Zkey,
}

fn load(name: &str) -> Fixture {
    Fixture {
        circuit: CircomR1cs::from_bytes(&fixture(name, "r1cs")).unwrap(),
        witness: Witness::from_bytes(&fixture(name, "wtns")).unwrap(),
        key: Zkey::from_bytes(&fixture(name, "zkey")).unwrap(),
    }
}

/// As arkworks proves: the coefficients of `h`, and H as powers of tau.
fn prove_as_arkworks(fixture: &Fixture, r: Fr, s: Fr) -> Proof<Bn254> {
    let r1cs = fixture.circuit.to_r1cs().unwrap();
    Groth16::<Bn254, LibsnarkReduction>::create_proof_with_reduction_and_matrices(
        &fixture.key.to_ark().unwrap(),
        r,
        s,
        &r1cs.to_ark_matrices(),
        r1cs.num_instance(),
        r1cs.num_constraints(),
        fixture.witness.assignment().as_slice(),
    )
    .unwrap()
}

/// As snarkjs proves: the values of `ab − c` at the odd roots, with A and B from the key alone.
fn prove_as_snarkjs(fixture: &Fixture, r: Fr, s: Fr) -> Proof<Bn254> {
    let (parts, z) = (fixture.key.parts(), fixture.witness.assignment().as_slice());
    let domain = Radix2EvaluationDomain::<Fr>::new(fixture.key.domain()).unwrap();
    let mut values = [vec![Fr::from(0); domain.size()], vec![Fr::from(0); domain.size()]];
    for entry in &parts.coefficients {
        values[entry.matrix as usize][entry.row as usize] += entry.value * z[entry.wire as usize];
    }
    let [a, b] = values;
    let c: Vec<Fr> = a.iter().zip(&b).map(|(a, b)| *a * b).collect();
    let odd = domain.get_coset(Fr::get_root_of_unity(2 * domain.size() as u64).unwrap()).unwrap();
    let [a, b, c] = [a, b, c].map(|values| odd.fft(&domain.ifft(&values)));
    let p: Vec<Fr> = a.iter().zip(&b).zip(&c).map(|((a, b), c)| *a * b - c).collect();

    let sum = |points: &[ark_bn254::G1Affine], scalars: &[Fr]| G1Projective::msm(points, scalars).unwrap();
    let vk = &parts.vk;
    let a = sum(&parts.a, z) + vk.alpha_g1 + parts.delta_g1 * r;
    let b1 = sum(&parts.b_g1, z) + parts.beta_g1 + parts.delta_g1 * s;
    let b = G2Projective::msm(&parts.b_g2, z).unwrap() + vk.beta_g2 + vk.delta_g2 * s;
    let private = &z[fixture.key.num_public() + 1..];
    let c = sum(&parts.l, private) + sum(&parts.h, &p) + a * s + b1 * r - parts.delta_g1 * (r * s);
    Proof { a: a.into_affine(), b: b.into_affine(), c: c.into_affine() }
}

#[test]
fn both_reductions_make_the_same_proof_and_it_holds() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    for name in NAMES {
        let fixture = load(name);
        let (r, s) = (Fr::rand(&mut rng), Fr::rand(&mut rng));
        let proof = prove_as_snarkjs(&fixture, r, s);
        assert_eq!(prove_as_arkworks(&fixture, r, s), proof, "{name}");
        let key = prepare_verifying_key(&fixture.key.parts().vk);
        let public = fixture.witness.assignment().instance(1 + fixture.key.num_public());
        assert_eq!(Groth16::<Bn254>::verify_proof(&key, &proof, public), Ok(true), "{name}");
    }
}

#[test]
fn proofs_of_snarkjs_hold_in_arkworks() {
    for name in NAMES {
        let key = read_verification_key(&fixture(name, "verification_key.json")).unwrap();
        let proof = read_proof(&fixture(name, "proof.json")).unwrap();
        let mut public = read_public(&fixture(name, "public.json")).unwrap();
        let key = prepare_verifying_key(&key);
        assert_eq!(Groth16::<Bn254>::verify_proof(&key, &proof, &public), Ok(true), "{name}");
        public[0] += Fr::one();
        assert_eq!(Groth16::<Bn254>::verify_proof(&key, &proof, &public), Ok(false), "{name}");
    }
}

#[test]
fn keys_of_arkworks_go_back() {
    for name in NAMES {
        let fixture = load(name);
        let ark = fixture.key.to_ark().unwrap();
        let r1cs = fixture.circuit.to_r1cs().unwrap();
        let back = Zkey::from_ark(&ark, &r1cs).unwrap();
        let read = Zkey::from_bytes(&back.to_bytes()).unwrap();
        assert_eq!(read.parts(), back.parts(), "{name}");
        assert_eq!(back.to_ark().unwrap(), ark, "{name}");
        assert_eq!(back.check_circuit(&fixture.circuit), Ok(()));
        // All but the points H, of which the old ones depend on one more power of tau, and the ceremony.
        let (mut old, new) = (fixture.key.clone().into_parts(), back.into_parts());
        assert_ne!(old.h, new.h);
        (old.h, old.ceremony) = (new.h.clone(), None);
        old.coefficients.sort_by_key(|entry| (entry.row, entry.matrix, entry.wire));
        assert_eq!(old, new, "{name}");
        let fixture = Fixture { key: Zkey::new(new).unwrap(), ..fixture };
        let (r, s) = (Fr::from(3), Fr::from(5));
        assert_eq!(prove_as_snarkjs(&fixture, r, s), prove_as_arkworks(&load(name), r, s), "{name}");
    }
}

#[test]
fn constraints_go_there_and_back() {
    for name in NAMES {
        let fixture = load(name);
        let r1cs = fixture.circuit.to_r1cs().unwrap();
        assert!(r1cs.is_satisfied(fixture.witness.assignment()), "{name}");
        assert_eq!(r1cs.num_instance(), 1 + fixture.circuit.num_public());
        let back = CircomR1cs::from_r1cs(&r1cs).unwrap();
        let read = CircomR1cs::from_bytes(&back.to_bytes()).unwrap();
        assert_eq!(read.to_r1cs().unwrap().digest(), r1cs.digest(), "{name}");
        assert_eq!(fixture.key.check_circuit(&read), Ok(()), "{name}");
    }
}

/// The rows of the key are those of the circuit, and the witness satisfies them.
#[test]
fn the_key_has_the_matrices_of_its_circuit() {
    for name in NAMES {
        let fixture = load(name);
        let matrices = fixture.key.matrices().unwrap();
        assert_eq!(matrices.num_constraints(), fixture.circuit.num_constraints());
        let z = fixture.witness.assignment().as_slice();
        let value = |row: &[(u32, Fr)]| row.iter().map(|&(wire, c)| c * z[wire as usize]).sum::<Fr>();
        for (i, [a, b, c]) in fixture.circuit.constraints().enumerate() {
            let [from_a, from_b] = [MatrixName::A, MatrixName::B].map(|m| value(matrices.row(m, i)));
            assert_eq!([from_a, from_b, from_a * from_b], [a, b, c].map(value), "{name}: {i}");
        }
    }
}

#[test]
fn another_circuit_is_refused_by_name() {
    let (tiny, small) = (load("tiny"), load("small"));
    let count = |result| matches!(result, Err(ConvertError::Count { what: "wires", key: 5, circuit: 22 }));
    assert!(count(tiny.key.check_circuit(&small.circuit)));
    assert!(matches!(
        Zkey::from_ark(&tiny.key.to_ark().unwrap(), &small.circuit.to_r1cs().unwrap()),
        Err(ConvertError::Count { what: "wires", .. })
    ));

    for (entry, constraint) in [(0, 0), (3, 1)] {
        let mut parts = tiny.key.clone().into_parts();
        assert_eq!(parts.coefficients[entry].row, constraint);
        parts.coefficients[entry].value += Fr::one();
        let key = Zkey::new(parts).unwrap();
        let constraint = constraint as usize;
        assert_eq!(key.check_circuit(&tiny.circuit), Err(ConvertError::Constraint { constraint }));
    }
    // The entries that bind the public values are the last three.
    let last = tiny.key.parts().coefficients.len() - 1;
    for entry in last - 2..=last {
        for change in 0..4 {
            let mut parts = tiny.key.clone().into_parts();
            match change {
                0 => parts.coefficients[entry].value = Fr::from(2).inverse().unwrap(),
                1 => parts.coefficients[entry].matrix = MatrixName::B,
                2 => parts.coefficients[entry].wire = 4,
                _ => drop(parts.coefficients.remove(entry)),
            }
            let key = Zkey::new(parts).unwrap();
            let result = key.check_circuit(&tiny.circuit);
            // Without its last entry, the matrix seems to end one row earlier.
            assert_eq!(result, Err(ConvertError::BindingRows), "entry {entry}, change {change}");
        }
    }
}

/// Several entries at one place count as their sum, as for every prover.
#[test]
fn entries_at_one_place_are_added() {
    let tiny = load("tiny");
    let mut parts = tiny.key.clone().into_parts();
    let half = Fr::from(2).inverse().unwrap();
    parts.coefficients[0].value *= half;
    let again = parts.coefficients[0];
    parts.coefficients.insert(4, again);
    assert_eq!(Zkey::new(parts.clone()).unwrap().check_circuit(&tiny.circuit), Ok(()));
    let mut nothing = parts.coefficients[1];
    nothing.wire = 3;
    nothing.value = Fr::one();
    parts.coefficients.push(nothing);
    nothing.value = -Fr::one();
    parts.coefficients.push(nothing);
    assert_eq!(Zkey::new(parts).unwrap().check_circuit(&tiny.circuit), Ok(()));
    assert!(!tiny.key.parts().h[0].is_zero());
}

/// The head of a file tells what the whole file does, and that no point is missing.
#[test]
fn the_head_of_a_key_is_that_of_the_key() {
    for name in NAMES {
        let bytes = fixture(name, "zkey");
        let (key, head) = (Zkey::from_bytes(&bytes).unwrap(), ZkeyFile::open(&bytes).unwrap());
        assert_eq!((head.verifying_key(), *head.beta_g1()), (&key.parts().vk, key.parts().beta_g1));
        assert_eq!(
            (head.num_wires(), head.num_public(), head.domain()),
            (key.num_wires(), key.num_public(), key.domain())
        );
        let coefficients = head.coefficients().unwrap();
        assert_eq!(coefficients, key.parts().coefficients);

        // The system is the circuit's without C, in whatever order the entries stand.
        let matrices = KeyMatrices::new(&coefficients, head.num_public()).unwrap();
        let reversed: Vec<_> = coefficients.into_iter().rev().collect();
        assert_eq!(KeyMatrices::new(&reversed, head.num_public()).as_ref(), Ok(&matrices));
        let system = matrices.to_r1cs(head.num_wires()).unwrap().to_ark_matrices();
        let circuit = CircomR1cs::from_bytes(&fixture(name, "r1cs")).unwrap().to_r1cs().unwrap();
        assert_eq!(system[..2], circuit.to_ark_matrices()[..2]);
        assert!(system[2].iter().all(Vec::is_empty));

        for section in [5, 6, 7, 8, 9] {
            let mut sections = Sections::of(&bytes);
            sections.data(section).pop();
            let error = ZkeyFile::open(&sections.bytes()).err();
            assert!(matches!(error, Some(FormatError::SectionLength { .. })), "section {section}: {error:?}");
        }
    }
}
