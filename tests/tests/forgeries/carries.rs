//! Attack 20: carries that run through limbs in parallel instead of in sequence make products wrong for rare inputs.
//!
//! Here such inputs go through whole proofs: as wires, coefficients, blinding factors and coordinates of points, on every
//! backend of this machine, against stock arkworks. Field operation by field operation, `kernels/src/tests/fields.rs` does
//! the same with all pairs of more such values.

use ark_bn254::{Bn254, Fq, G1Affine};
use ark_ff::PrimeField;
use ark_groth16::Groth16;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tacit_circuits::resident_id;
use tacit_credential::fixtures::{World, wide_policy};
use tacit_credential::holder::HolderSecret;
use tacit_credential::statement::Statement;
use tacit_credential::{Fr, poseidon};
use tacit_prover::stock::StockProver;
use tacit_prover::{
    Backend, Blinding, MemoryBudget, Options, Provenance, Prover, ProvingKey, setup_development,
};
use tacit_r1cs::{Assignment, Circuit, ConstraintSystem, Known, Number, Private, assign, compile};
use tacit_tests::keys;

/// Integers with limbs of all ones, of 29 bits, of 52 and of 64: in the lowest limbs, in one, in all but one; the power of two
/// above; with the carry that ripples through all limbs when 1 is added. And p − 1, p − 2, half of p.
fn integers<F: PrimeField>() -> Vec<F> {
    let two = F::from(2u64);
    let power = |bit: u64| two.pow([bit]);
    let all = power(253) - F::one();
    let mut integers = vec![F::zero(), F::one(), -F::one(), -two, F::one() / two, -(F::one() / two)];
    for limb_bits in [29, 52, 64] {
        for limb in 0..253u64.div_ceil(limb_bits) {
            let (start, end) = (limb * limb_bits, (limb * limb_bits + limb_bits).min(253));
            let only = power(end) - power(start);
            integers.extend([power(end), power(end) - F::one(), only, all - only]);
        }
    }
    integers
}

/// The same as the numbers that are multiplied: themselves, and as what stands for them in Montgomery form with limbs of
/// 64 bits (R = 2²⁵⁶), of 52 (R = 2²⁶⁰) and of 29 (R = 2²⁶¹).
fn edges<F: PrimeField>() -> Vec<F> {
    let half = F::one() / F::from(2u64);
    let forms = [F::one(), half.pow([256u64]), half.pow([260u64]), half.pow([261u64])];
    integers::<F>().into_iter().flat_map(|integer| forms.map(|form| integer * form)).collect()
}

/// Products of sums of such values with such coefficients. Known: which value stands first.
struct Products<'a>(Private<'a, usize>);

impl Circuit for Products<'_> {
    fn synthesize<CS: ConstraintSystem>(&self, cs: &mut CS) {
        let (edges, first) = (edges::<Fr>(), self.0);
        let count = edges.len();
        let value = |i: usize, k: &CS::Known| edges[(i + *first.reveal(k)) % count];
        cs.clause("products");
        let public = cs.instance(|k| value(1, k));
        let mut wires: Vec<_> = (0..count).map(|i| cs.witness(|k| value(i, k))).collect();
        wires.push(public);
        for i in 0..3 * count {
            let mut left = wires[i % wires.len()].clone() * edges[i * 7 % count];
            left.add_scaled(&wires[i * 5 % wires.len()], edges[i * 11 % count]);
            let right = wires[(i + 1 + i / count) % wires.len()].clone();
            let product = cs.witness(|k| k.value(&left) * k.value(&right));
            cs.enforce(&left, &right, &product);
        }
    }
}

/// One of three.
fn blinding(index: usize) -> Blinding {
    let edges = edges::<Fr>();
    let last = edges.len() - 1;
    let (r, s) = [(1, 2), (last, 4), (last - 1, 7)][index % 3];
    Blinding::chosen(edges[r], edges[s])
}

/// Every backend, with tables and without, makes the proof that arkworks makes.
fn assert_equals_stock(key: &ProvingKey, assignments: &[Assignment]) {
    let stock = StockProver::new(key.clone());
    for backend in Backend::all() {
        for memory in [0, 20] {
            let options =
                Options::default().with_backend(backend).with_memory(MemoryBudget::mebibytes(memory));
            let prover = Prover::with_options(key.clone(), &options);
            for (i, assignment) in assignments.iter().enumerate() {
                let proof = prover.prove_with(assignment, blinding(i)).expect("a satisfied assignment");
                let expected = stock.prove_with(assignment, blinding(i)).expect("a satisfied assignment");
                assert_eq!(proof.to_bytes(), expected.to_bytes(), "{backend:?}, {memory} MiB");
            }
        }
    }
}

#[test]
fn proofs_about_values_whose_carries_ripple() {
    let r1cs = compile(&Products(Private::unknown()));
    let assignments: Vec<Assignment> =
        [0, 2, 50].iter().map(|first| assign(&Products(Private::known(first)))).collect();
    assert!(assignments.iter().all(|assignment| r1cs.is_satisfied(assignment)));
    let mut rng = ChaCha20Rng::seed_from_u64(20);
    let (key, verifying) = setup_development(r1cs, &mut rng).expect("fits the engine");
    assert_equals_stock(&key, &assignments);
    let prepared = ark_groth16::prepare_verifying_key(&verifying);
    let prover = Prover::new(key.clone());
    for assignment in &assignments {
        let proof = prover.prove(assignment, &mut rng).expect("a satisfied assignment");
        let valid = Groth16::<Bn254>::verify_proof(&prepared, proof.points(), assignment.instance(2));
        assert!(valid.expect("one public input"));
    }

    // Points whose coordinates are such values: a key of no setup, for which the sums must be right all the same.
    let points: Vec<G1Affine> = edges::<Fq>()
        .into_iter()
        .filter_map(|x| G1Affine::get_point_from_x_unchecked(x, false))
        .flat_map(|point| [point, -point])
        .collect();
    assert!(points.len() > 60, "only {} points", points.len());
    let mut changed = key.points().clone();
    for (i, query) in
        [&mut changed.a_query, &mut changed.b_g1_query, &mut changed.l_query, &mut changed.h_query]
            .into_iter()
            .enumerate()
    {
        for (to, point) in query.iter_mut().zip(points.iter().cycle().skip(i)) {
            *to = *point;
        }
    }
    let r1cs = compile(&Products(Private::unknown()));
    let key = ProvingKey::new(Provenance::Development, r1cs, changed).expect("points of the curve");
    assert_equals_stock(&key, &assignments);
}

/// A resident whose secret, number, name, extras, scope and challenge are such values.
#[test]
fn presentations_of_values_whose_carries_ripple() {
    let prover = &keys().0;
    let portable =
        Options::default().with_backend(Backend::portable()).with_memory(MemoryBudget::mebibytes(0));
    let portable = Prover::with_options(prover.key().clone(), &portable);
    let stock = StockProver::new(prover.key().clone());
    let edges = edges::<Fr>();
    for first in [6, 77] {
        let edge = |i: usize| edges[(first + 13 * i) % edges.len()];
        let mut world = World::new(1);
        world.secret = HolderSecret::from_field(edge(0)).expect("not zero");
        let request = world.request(resident_id::circuit_digest(prover.r1cs()), wide_policy());
        let mut statement = world.statement(&request);
        let mut witness = world.witness();
        witness.attributes.holder_key = poseidon::hash(&[edge(0)]);
        (witness.attributes.number, witness.attributes.name) = (edge(1), edge(2));
        witness.attributes.extras = edge(3);
        let signature = world.issuer_key.sign(witness.attributes.hash());
        witness.signature_s = signature.s.into_bigint();
        witness.signature_r = (signature.r.x, signature.r.y);
        let public = &mut statement.public;
        (public.number, public.name, public.extras) = (edge(1), edge(2), edge(3));
        (public.scope, public.challenge) = (edge(4), edge(5));
        public.pseudonym = poseidon::hash(&[edge(0), edge(4)]);
        let Statement { public } = &statement;
        assert_eq!(statement.check(&witness), Ok(()), "{first}");

        let assignment = resident_id::assign(public, &witness);
        let proof = prover.prove_with(&assignment, blinding(2)).expect("a true statement").to_bytes();
        let others = [portable.prove_with(&assignment, blinding(2)).expect("a true statement").to_bytes(), {
            stock.prove_with(&assignment, blinding(2)).expect("a true statement").to_bytes()
        }];
        assert_eq!(others, [proof; 2], "{first}");
        let proof = tacit_verifier::groth16::Proof::from_bytes(&proof).expect("a proof");
        assert_eq!(keys().1.check_proof(&proof, &public.digest()), Ok(()), "{first}");
    }
}
