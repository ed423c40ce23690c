//! Keys of circom, and this crate's own in circom's words.

use std::path::Path;

use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::wtns::Witness;
use tacit_formats::zkey::{ConvertError, Zkey};

use super::synthetic::Synthetic;
use super::*;
use crate::circom::{CircomKeyError, CircomOpenError, CircomProver, KeyFile, cache_file, verify};
use crate::stock::StockProver;

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

const BLINDINGS: [(u64, u64); 3] = [(7, 11), (0, 5), (0, 0)];

fn chosen((r, s): (u64, u64)) -> Blinding {
    Blinding::chosen(Fr::from(r), Fr::from(s))
}

fn blinding() -> Blinding {
    chosen(BLINDINGS[0])
}

/// What each backend makes of a key, alone and with its circuit, with tables and without.
fn provers(zkey: &Zkey, circuit: &CircomR1cs) -> Vec<CircomProver> {
    let mut all = Vec::new();
    for (backend, memory) in Backend::all().into_iter().flat_map(|backend| [(backend, 0), (backend, 1)]) {
        let options = Options::default().with_backend(backend).with_memory(MemoryBudget::mebibytes(memory));
        for circuit in [None, Some(circuit)] {
            all.push(CircomProver::new(zkey, circuit, &options).unwrap());
        }
    }
    all
}

/// Stock arkworks, the engine with a key of arkworks, and the engine with circom's points make the same proof, and it holds.
#[test]
fn circoms_keys_prove_with_and_without_the_circuit() {
    for name in ["tiny", "small"] {
        let (zkey, circuit, witness) = load(name);
        let key = ProvingKey::from_circom(Provenance::Ceremony, &zkey, &circuit).unwrap();
        let (stock, engine) = (StockProver::new(key.clone()), Prover::new(key));
        let provers = provers(&zkey, &circuit);
        for factors in BLINDINGS {
            let proof = stock.prove_with(witness.assignment(), chosen(factors)).unwrap();
            assert_eq!(engine.prove_with(witness.assignment(), chosen(factors)), Ok(proof.clone()), "{name}");
            let vk = &zkey.parts().vk;
            let mut public = witness.assignment().instance(1 + zkey.num_public()).to_vec();
            for prover in &provers {
                assert_eq!(
                    prover.prove_with(witness.assignment(), chosen(factors)),
                    Ok(proof.clone()),
                    "{name}"
                );
                assert_eq!(prover.public(witness.assignment()), public);
                assert!(prover.holds(&proof, &public));
            }
            assert!(verify(vk, &proof, &public));
            assert!(!verify(vk, &proof, &public[1..]));
            public[0] += Fr::from(1);
            assert!(!verify(vk, &proof, &public) && !provers[0].holds(&proof, &public));
        }
    }
}

/// The same for systems of all sizes and shapes, whose keys went to circom's words.
#[test]
fn systems_of_any_shape_prove_as_stock_does() {
    for (constraints, public) in [(1, 0), (1, 3), (62, 1), (63, 1), (255, 0), (300, 40), (1000, 5)] {
        let system = Synthetic { constraints, public };
        let mut rng = ChaCha20Rng::seed_from_u64(6);
        let key = setup_development(system.compile(), &mut rng).unwrap().0;
        let zkey = Zkey::from_bytes(&key.to_zkey().unwrap().to_bytes()).unwrap();
        let circuit = CircomR1cs::from_r1cs(key.r1cs()).unwrap();
        let (assignment, stock) = (system.assign(1), StockProver::new(key));
        let provers = provers(&zkey, &circuit);
        for factors in BLINDINGS {
            let proof = stock.prove_with(&assignment, chosen(factors)).unwrap();
            for prover in &provers {
                assert_eq!(
                    prover.prove_with(&assignment, chosen(factors)),
                    Ok(proof.clone()),
                    "{constraints}"
                );
            }
        }
    }
}

/// The key's A and B, and another C: the key does not tell, the proof does.
#[test]
fn a_circuit_with_another_c_makes_no_proof() {
    let (zkey, circuit, witness) = load("tiny");
    let two = Fr::from(2);
    let mut system = R1cs::builder(1 + circuit.num_public(), circuit.num_wires(), "circom").unwrap();
    for (constraint, [a, b, c]) in circuit.constraints().enumerate() {
        let factor = if constraint == 0 { two } else { Fr::from(1) };
        let c: Vec<_> = c.iter().map(|&(wire, coefficient)| (wire, coefficient * factor)).collect();
        system.push([a, b, &c]).unwrap();
    }
    let system = system.finish();
    // 1, z, x, y, square; half the square satisfies the other circuit.
    let mut values = witness.assignment().as_slice().to_vec();
    values[4] /= two;
    values[1] = (values[4] + Fr::from(3) * values[3]) * (values[3] - two);
    let assignment = Assignment::from_values_unchecked(values);
    assert!(system.is_satisfied(&assignment) && !circuit.to_r1cs().unwrap().is_satisfied(&assignment));
    let other = CircomR1cs::from_r1cs(&system).unwrap();
    for backend in Backend::all() {
        let options = Options::default().with_backend(backend);
        let prover = CircomProver::new(&zkey, Some(&other), &options).unwrap();
        assert_eq!(prover.prove_with(&assignment, blinding()), Err(ProveError::DoesNotHold));
    }
}

#[test]
fn points_that_are_no_proof_are_refused() {
    let (zkey, _, witness) = load("tiny");
    let prover = CircomProver::new(&zkey, None, &Options::default()).unwrap();
    let proof = prover.prove_with(witness.assignment(), blinding()).unwrap();
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
    let engine = Prover::new(key);
    let [alone, both] =
        [None, Some(&circuit)].map(|circuit| CircomProver::new(&zkey, circuit, &Options::default()).unwrap());
    assert!(!alone.checks_satisfaction() && both.checks_satisfaction());
    let change = |wire: usize| {
        let mut values = witness.assignment().as_slice().to_vec();
        values[wire] += Fr::from(1);
        Assignment::from_values_unchecked(values)
    };
    for wire in 1..witness.assignment().as_slice().len() {
        let assignment = change(wire);
        let unsatisfied = both.prove_with(&assignment, blinding());
        assert!(matches!(unsatisfied, Err(ProveError::Unsatisfied { .. })), "wire {wire}");
        assert_eq!(engine.prove_with(&assignment, blinding()), unsatisfied);
        assert_eq!(alone.prove_with(&assignment, blinding()), Err(ProveError::DoesNotHold), "wire {wire}");
    }
    assert_eq!(alone.prove_with(&change(0), blinding()), Err(ProveError::ConstantNotOne));
    let (_, other, longer) = load("small");
    assert_eq!(
        alone.prove_with(longer.assignment(), blinding()),
        Err(ProveError::WrongShape { needed: 5, found: 22 })
    );
    let wrong = ProvingKey::from_circom(Provenance::Ceremony, &zkey, &other).err().unwrap();
    assert!(matches!(wrong, CircomKeyError::Convert(ConvertError::Count { what: "wires", .. })));
    let same = CircomProver::new(&zkey, Some(&other), &Options::default()).err().unwrap();
    assert_eq!(same, wrong);
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
    let alone = CircomProver::new(&zkey, None, &Options::default()).unwrap();
    assert_eq!(alone.prove_with(&assignment, blinding()), Ok(proof));
}

/// Tables are found again for the same files, backend and budget, and for no others; what is no key makes none.
#[test]
fn tables_are_kept_for_key_and_circuit() {
    let folder = tempfile::tempdir().unwrap();
    let (zkey, circuit) = (fixture("small.zkey"), fixture("small.r1cs"));
    let (_, _, witness) = load("small");
    let [zkey_file, circuit_file] = [&zkey, &circuit].map(|bytes| KeyFile::new(bytes));
    let options = Options::default().with_memory(MemoryBudget::mebibytes(1));
    let mut proofs = Vec::new();
    for circuit in [None, Some(&circuit_file)] {
        let cache = cache_file(folder.path(), &zkey_file, circuit);
        let open = |options| CircomProver::open(&zkey_file, circuit, &cache, options).unwrap();
        let (prover, used) = open(&options);
        assert!(matches!(used, CacheUse::Written(CacheError::Io(_))));
        proofs.push(prover.prove_with(witness.assignment(), blinding()).unwrap());
        let (prover, used) = open(&options);
        assert!(matches!(used, CacheUse::Loaded));
        proofs.push(prover.prove_with(witness.assignment(), blinding()).unwrap());
        let (_, used) = open(&options.with_memory(MemoryBudget::mebibytes(2)));
        assert!(matches!(used, CacheUse::Written(CacheError::Memory)));
    }
    assert!(proofs.windows(2).all(|two| two[0] == two[1]));
    let names = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 2, "key alone, and key with circuit");

    // Tables of the one are not those of the other, wherever they lie.
    let cache = cache_file(folder.path(), &zkey_file, None);
    let options = options.with_memory(MemoryBudget::mebibytes(2));
    let (_, used) = CircomProver::open(&zkey_file, Some(&circuit_file), &cache, &options).unwrap();
    assert!(matches!(used, CacheUse::Written(CacheError::Key)));

    let mut spoilt = zkey.clone();
    let middle = spoilt.len() / 2;
    spoilt[middle] ^= 1;
    let refused = |zkey: &[u8], circuit: &[u8]| {
        let nowhere = folder.path().join("none");
        let files = (KeyFile::new(zkey), KeyFile::new(circuit));
        let error = CircomProver::open(&files.0, Some(&files.1), &nowhere, &options).err().unwrap();
        assert!(!nowhere.exists());
        error
    };
    assert!(matches!(refused(&spoilt, &circuit), CircomOpenError::Zkey(_)));
    assert!(matches!(refused(&circuit, &circuit), CircomOpenError::Zkey(_)));
    assert!(matches!(refused(&zkey, &circuit[..100]), CircomOpenError::Circuit(_)));
    assert!(matches!(refused(&zkey, &fixture("tiny.r1cs")), CircomOpenError::Key(_)));
}
