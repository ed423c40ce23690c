//! One honest statement, from which all tests depart, and helpers over compiled circuits.
#![allow(dead_code, missing_docs, unreachable_pub)]

pub mod audit;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use ark_ff::{AdditiveGroup, UniformRand};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tacit_circuits::resident_id::{self, Inputs, ResidentId};
use tacit_credential::attributes::{EncodedAttributes, PackedFields};
use tacit_credential::eddsa::SecretKey;
use tacit_credential::public_values::{PublicValues, PublicWord};
use tacit_credential::statement::Witness;
use tacit_credential::{Fr, poseidon};
use tacit_r1cs::{Assigner, Assignment, Circuit, R1cs};

/// Public values and a witness for them.
#[derive(Clone)]
pub struct Pair {
    pub public: PublicValues,
    pub witness: Witness,
}

pub fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// The circuit, compiled once per test binary.
pub fn circuit() -> &'static R1cs {
    static CIRCUIT: OnceLock<R1cs> = OnceLock::new();
    CIRCUIT.get_or_init(resident_id::compile)
}

impl Pair {
    /// Honest in every clause, with everything else random.
    pub fn honest(seed: u64) -> Self {
        let rng = &mut rng(seed);
        let holder_secret = Fr::rand(rng);
        let fields = PackedFields {
            birth: 32_000 + rng.gen_range(0..500),
            expiry: 47_000 + rng.gen_range(0..500),
            region: 440_305,
            sex: rng.gen_range(1..=2),
            index: rng.gen_range(0..252 * 8u64.pow(6)),
        };
        let attributes = EncodedAttributes {
            holder_key: poseidon::hash(&[holder_secret]),
            number: Fr::rand(rng),
            name: Fr::rand(rng),
            fields,
            extras: Fr::rand(rng),
        };
        let mut word: [u64; 4] = rng.r#gen();
        word[3] &= u64::MAX >> 4;
        let place = (attributes.fields.index % 252) as usize;
        word[place / 64] &= !(1 << (place % 64));
        let mut status_siblings = [[Fr::ZERO; 7]; 6];
        let mut issuer_path = [[Fr::ZERO; 8]; 3];
        for sibling in status_siblings.iter_mut().flatten().chain(issuer_path.iter_mut().flatten()) {
            *sibling = Fr::rand(rng);
        }
        let public = PublicValues {
            trust_root: Fr::ZERO,
            scope: Fr::rand(rng),
            pseudonym: Fr::ZERO,
            word: PublicWord {
                born_from: attributes.fields.birth - 100,
                born_to: attributes.fields.birth + 300,
                today: attributes.fields.expiry - 77,
                region_from: 440_000,
                region_to: 449_999,
                disclose: rng.gen_range(0..128),
                provinces: 1 << 28 | 1 << 27 | 1 << 1,
                birth: 0,
                expiry: 0,
                region: 0,
                sex: 0,
            },
            number: Fr::ZERO,
            name: Fr::ZERO,
            extras: Fr::ZERO,
            challenge: Fr::rand(rng),
        };
        let witness = Witness {
            attributes,
            issuer_x: Fr::ZERO,
            issuer_y: Fr::ZERO,
            signature_s: Default::default(),
            signature_r: (Fr::ZERO, Fr::ZERO),
            issuer_path,
            status_word: word,
            status_siblings,
            holder_secret,
        };
        let mut pair = Self { public, witness };
        pair.sign(rng.r#gen());
        pair.list();
        pair.disclose();
        pair
    }

    /// Signs the attributes with the key of a seed.
    pub fn sign(&mut self, seed: [u8; 32]) {
        use ark_ff::PrimeField;
        let key = SecretKey::from_seed(&seed);
        let signature = key.sign(self.witness.attributes.hash());
        self.witness.issuer_x = key.public_key().x();
        self.witness.issuer_y = key.public_key().y();
        self.witness.signature_s = signature.s.into_bigint();
        self.witness.signature_r = (signature.r.x, signature.r.y);
    }

    /// The status root that word, index and siblings lead to.
    pub fn status_root(&self) -> Fr {
        let witness = &self.witness;
        let limbs = ark_ff::BigInt::<4>::new(witness.status_word);
        let mut node = Fr::from(limbs);
        let mut place = witness.attributes.fields.index / 252;
        for siblings in &witness.status_siblings {
            let digit = (place % 8) as usize;
            let mut children = siblings.to_vec();
            children.insert(digit, node);
            node = poseidon::hash(&children);
            place /= 8;
        }
        node
    }

    /// Puts the issuer's leaf into the trust list and publishes the root.
    pub fn list(&mut self) {
        let witness = &self.witness;
        let mut node = poseidon::hash(&[witness.issuer_x, witness.issuer_y, self.status_root()]);
        for (level, place) in [5, 0, 7].into_iter().enumerate() {
            self.witness.issuer_path[level][place] = node;
            node = poseidon::hash(&self.witness.issuer_path[level]);
        }
        self.public.trust_root = node;
        self.public.pseudonym = poseidon::hash(&[self.witness.holder_secret, self.public.scope]);
    }

    /// Shows what the mask asks for.
    pub fn disclose(&mut self) {
        let attributes = &self.witness.attributes;
        let shown = |bit: u32| self.public.word.disclose >> bit & 1;
        let public = PublicValues {
            number: attributes.number * Fr::from(shown(0)),
            name: attributes.name * Fr::from(shown(1)),
            extras: attributes.extras * Fr::from(shown(6)),
            word: PublicWord {
                birth: attributes.fields.birth * shown(2),
                sex: attributes.fields.sex * shown(3),
                region: attributes.fields.region * shown(4),
                expiry: attributes.fields.expiry * shown(5),
                ..self.public.word.clone()
            },
            ..self.public.clone()
        };
        self.public = public;
    }

    /// Signs, lists and discloses anew: after a change that is to be honest in everything else.
    pub fn renew(&mut self) {
        self.sign([7; 32]);
        self.list();
        self.disclose();
    }

    pub fn assign(&self) -> Assignment {
        resident_id::assign(&self.public, &self.witness)
    }

    /// Assigns under an assigner that was prepared.
    pub fn assign_with(&self, mut assigner: Assigner) -> Assignment {
        ResidentId::new(&Inputs::new(&self.public, &self.witness)).synthesize(&mut assigner);
        assigner.finish()
    }

    pub fn is_satisfied(&self) -> bool {
        circuit().is_satisfied(&self.assign())
    }

    /// Names of the clauses with a violated constraint.
    pub fn failing(&self) -> BTreeSet<String> {
        failing(circuit(), &self.assign())
    }
}

pub fn failing(r1cs: &R1cs, assignment: &Assignment) -> BTreeSet<String> {
    r1cs.unsatisfied(assignment).map(|unsatisfied| unsatisfied.clause).collect()
}
