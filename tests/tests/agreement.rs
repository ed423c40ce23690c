//! The native relation and the circuit agree: on valid pairs, on every single lie, and on random mutations of both
//! sides. For public values in their ranges, `Statement::check` accepts exactly when the circuit is satisfied.
//!
//! One lie has no counterpart: a status word of more than 252 bits, since the circuit has 252 wires for it.

use ark_ff::{PrimeField, UniformRand};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use tacit_circuits::resident_id;
use tacit_credential::Fr;
use tacit_credential::attributes::RevocationIndex;
use tacit_credential::fixtures::{World, narrow_policy, wide_policy};
use tacit_credential::request::CircuitDigest;
use tacit_credential::statement::{Statement, Witness};
use tacit_prover::stock::StockProver;
use tacit_prover::{Blinding, ProvingKey};
use tacit_r1cs::R1cs;

fn r1cs() -> &'static R1cs {
    static R1CS: OnceLock<R1cs> = OnceLock::new();
    R1CS.get_or_init(resident_id::compile)
}

fn pair(seed: u64) -> (World, Statement, Witness) {
    let mut world = World::new(seed);
    let policy = if seed.is_multiple_of(2) { wide_policy() } else { narrow_policy() };
    let request = world.request(CircuitDigest([1; 32]), policy);
    let statement = world.statement(&request);
    let witness = world.witness();
    (world, statement, witness)
}

/// Both sides' verdicts; they must be equal. Returns the common one.
fn verdict(statement: &Statement, witness: &Witness) -> bool {
    let native = statement.check(witness);
    let circuit = r1cs().first_unsatisfied(&resident_id::assign(&statement.public, witness));
    match (&native, &circuit) {
        (Ok(()), None) => true,
        (Err(_), Some(_)) => false,
        _ => panic!("native relation says {native:?}, the circuit's first failing constraint is {circuit:?}"),
    }
}

fn resign(world: &World, witness: &mut Witness) {
    let signature = world.issuer_key.sign(witness.attributes.hash());
    witness.signature_s = signature.s.into_bigint();
    witness.signature_r = (signature.r.x, signature.r.y);
}

#[test]
fn valid_pairs() {
    for seed in 0..6 {
        let (_, statement, witness) = pair(seed);
        assert!(verdict(&statement, &witness), "seed {seed}");
    }
}

/// One change to the witness, to the public values, or to signed attributes. `true`: the issuer signs again.
type Change = (&'static str, bool, fn(&mut ChaCha20Rng, &mut Statement, &mut Witness));

const CHANGES: &[Change] = &[
    ("nothing", false, |_, _, _| ()),
    ("nothing, signed again", true, |_, _, _| ()),
    ("holder key", true, |r, _, w| w.attributes.holder_key = Fr::rand(r)),
    ("number", true, |r, _, w| w.attributes.number = Fr::rand(r)),
    ("name", true, |r, _, w| w.attributes.name = Fr::rand(r)),
    ("extras", true, |r, _, w| w.attributes.extras = Fr::rand(r)),
    ("birth", true, |r, _, w| w.attributes.fields.birth = r.gen_range(0..1 << 18)),
    ("expiry", true, |r, _, w| w.attributes.fields.expiry = r.gen_range(0..1 << 18)),
    ("region", true, |r, _, w| w.attributes.fields.region = r.gen_range(0..1 << 20)),
    ("region of the province", true, |r, _, w| w.attributes.fields.region = r.gen_range(440_000..450_000)),
    ("sex", true, |r, _, w| w.attributes.fields.sex = r.gen_range(0..8)),
    ("index", true, |r, _, w| w.attributes.fields.index = r.gen_range(0..RevocationIndex::COUNT + 100)),
    ("neighbouring index", true, |_, _, w| w.attributes.fields.index ^= 1),
    ("huge birth", true, |r, _, w| w.attributes.fields.birth = r.r#gen()),
    ("huge expiry", true, |r, _, w| w.attributes.fields.expiry = r.r#gen()),
    ("huge region", true, |r, _, w| w.attributes.fields.region = r.r#gen()),
    ("huge index", true, |r, _, w| w.attributes.fields.index = r.r#gen()),
    ("name, unsigned", false, |r, _, w| w.attributes.name = Fr::rand(r)),
    ("birth, unsigned", false, |_, _, w| w.attributes.fields.birth += 1),
    ("issuer x", false, |r, _, w| w.issuer_x = Fr::rand(r)),
    ("issuer y", false, |r, _, w| w.issuer_y = Fr::rand(r)),
    ("issuer zero", false, |_, _, w| (w.issuer_x, w.issuer_y) = (Fr::from(0u64), Fr::from(0u64))),
    ("issuer identity", false, |_, _, w| (w.issuer_x, w.issuer_y) = (Fr::from(0u64), Fr::from(1u64))),
    ("S", false, |r, _, w| w.signature_s.0[0] ^= 1 << r.gen_range(0..64)),
    ("R", false, |r, _, w| w.signature_r = (Fr::rand(r), Fr::rand(r))),
    ("R identity", false, |_, _, w| w.signature_r = (Fr::from(0u64), Fr::from(1u64))),
    ("R negated", false, |_, _, w| w.signature_r.0 = -w.signature_r.0),
    ("status word", false, |r, _, w| w.status_word[r.gen_range(0..4)] ^= 1 << r.gen_range(0..60)),
    ("status sibling", false, |r, _, w| {
        w.status_siblings[r.gen_range(0..6)][r.gen_range(0..7)] = Fr::rand(r);
    }),
    ("issuer path", false, |r, _, w| w.issuer_path[r.gen_range(0..3)][r.gen_range(0..8)] = Fr::rand(r)),
    ("secret", false, |r, _, w| w.holder_secret = Fr::rand(r)),
    ("secret zero", false, |_, _, w| w.holder_secret = Fr::from(0u64)),
    ("trust root", false, |r, s, _| s.public.trust_root = Fr::rand(r)),
    ("scope", false, |r, s, _| s.public.scope = Fr::rand(r)),
    ("pseudonym", false, |r, s, _| s.public.pseudonym = Fr::rand(r)),
    ("challenge", false, |r, s, _| s.public.challenge = Fr::rand(r)),
    ("born from", false, |r, s, w| {
        s.public.word.born_from =
            w.attributes.fields.birth.saturating_add(r.gen_range(0..100)).saturating_sub(30);
    }),
    ("born to", false, |r, s, _| s.public.word.born_to = r.gen_range(s.public.word.born_from..1 << 17)),
    ("today", false, |r, s, _| s.public.word.today = r.gen_range(0..1 << 17)),
    ("region from", false, |r, s, _| s.public.word.region_from = r.gen_range(0..=s.public.word.region_to)),
    ("region to", false, |r, s, _| s.public.word.region_to = r.gen_range(s.public.word.region_from..1 << 20)),
    ("provinces", false, |r, s, _| s.public.word.provinces = 1 << [1, 2, 26, 27, 28][r.gen_range(0..5)]),
    ("shown number", false, |r, s, _| s.public.number = Fr::rand(r)),
    ("shown name", false, |r, s, _| s.public.name = Fr::rand(r)),
    ("shown extras", false, |r, s, _| s.public.extras = Fr::rand(r)),
    ("shown birth", false, |r, s, _| s.public.word.birth = r.gen_range(0..1 << 17)),
    ("shown expiry", false, |r, s, _| s.public.word.expiry = r.gen_range(0..1 << 17)),
    ("shown region", false, |r, s, _| s.public.word.region = r.gen_range(0..1 << 20)),
    ("shown sex", false, |r, s, _| s.public.word.sex = r.gen_range(0..4)),
    ("mask", false, |r, s, _| s.public.word.disclose = r.gen_range(0..1 << 7)),
];

/// Applies changes and compares, unless the public values left their ranges: there the circuit may be satisfiable,
/// and it is the verifier that refuses.
fn compare(seed: u64, changes: &[usize], rng_seed: u64) -> Option<bool> {
    let mut rng = ChaCha20Rng::seed_from_u64(rng_seed);
    let (world, mut statement, mut witness) = pair(seed);
    for &change in changes {
        (CHANGES[change].2)(&mut rng, &mut statement, &mut witness);
    }
    if changes.iter().any(|&change| CHANGES[change].1) {
        resign(&world, &mut witness);
    }
    statement.public.check().is_ok().then(|| verdict(&statement, &witness))
}

#[test]
fn every_single_change() {
    let (mut accepted, mut refused) = (BTreeSet::new(), BTreeSet::new());
    for (change, (name, ..)) in CHANGES.iter().enumerate() {
        for seed in 0..4 {
            match compare(seed, &[change], 100 * change as u64 + seed) {
                Some(true) => accepted.insert(*name),
                Some(false) => refused.insert(*name),
                None => false,
            };
        }
    }
    // A change that never matters, or always, would be a test that cannot fail: what each may come to is fixed.
    let expected = [
        "nothing",
        "nothing, signed again",
        "challenge",
        // Hidden attributes that keep the policy, or bounds that the attributes keep, for some seeds.
        "birth",
        "expiry",
        "region",
        "region of the province",
        "sex",
        "number",
        "name",
        "extras",
        "born from",
        "born to",
        "today",
        "region from",
        "region to",
        "provinces",
        // The same as before, for one seed.
        "shown sex",
    ];
    assert_eq!(accepted, BTreeSet::from(expected));
    let unharmful = ["nothing", "nothing, signed again", "challenge"];
    let harmful: BTreeSet<&str> =
        CHANGES.iter().map(|(name, ..)| *name).filter(|name| !unharmful.contains(name)).collect();
    assert_eq!(refused, harmful);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn several_changes_at_once(
        seed in 0u64..8,
        changes in proptest::collection::vec(0..CHANGES.len(), 1..3),
        rng_seed in any::<u64>(),
    ) {
        compare(seed, &changes, rng_seed);
    }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300)
}

/// The engine's proof is the one that stock `ark-groth16` makes of the same assignment, key and blinding factors.
#[test]
fn the_engine_equals_arkworks_on_the_whole_circuit() {
    let prover = &tacit_tests::keys().0;
    let stock = StockProver::new(ProvingKey::from_bytes(&prover.key().to_bytes()).expect("its own bytes"));
    for seed in 0..2 {
        let (_, statement, witness) = pair(seed);
        let assignment = resident_id::assign(&statement.public, &witness);
        let blinding = || Blinding::chosen(Fr::from(17 + seed), -Fr::from(5u64));
        let ours = prover.prove_with(&assignment, blinding()).expect("a satisfied assignment");
        let theirs = stock.prove_with(&assignment, blinding()).expect("a satisfied assignment");
        assert_eq!(ours.to_bytes(), theirs.to_bytes(), "seed {seed}");
    }
}
