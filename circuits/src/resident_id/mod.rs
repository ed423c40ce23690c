//! The circuit `resident-id`: the conjunction of all clauses over a resident ID.
//!
//! One public input, the digest of [`PublicValues`]; everything else is private. A clause that a request does not ask for gets
//! its trivial setting (bounds 0 ..= maximum, all provinces, nothing disclosed, a random scope), so that one circuit and one
//! key serve every policy and all presentations look alike.
//!
//! | part | constraints |
//! | --- | --- |
//! | held by me | 213 |
//! | pseudonym | 240 |
//! | born between | 51 |
//! | still valid | 34 |
//! | resides in | 129 |
//! | not revoked, 6 levels | 2,750 |
//! | attributes | 323 |
//! | issued | 2,369 |
//! | trusted issuer, 3 levels | 1,488 |
//! | disclosed | 14 |
//! | public digest | 403 |
//!
//! Together 8,014 and two instance wires (the constant 1 and the digest): 8,016 of the 8,192 of the domain.
//!
//! Not checked here: what native code has to check because the circuit relies on it. The trust operator checks keys
//! ([`crate::clauses::issued`]), the issuer ranges and indices before it signs, the verifier the ranges of bounds and of disclosed values
//! (`PublicValues::check`).

mod attributes;

use tacit_credential::Fr;
use tacit_credential::field::power_of_two;
use tacit_credential::public_values::{self, PublicValues};
use tacit_credential::request::CircuitDigest;
use tacit_credential::statement::Witness;
use tacit_r1cs::{Assignment, Circuit, ConstraintSystem, Number, Private, R1cs};

use self::attributes::AttributesVar;
use crate::clauses::disclosed::DisclosedVar;
use crate::clauses::held_by_me::HolderVar;
use crate::clauses::issued::{IssuerKeyVar, SignatureHint};
use crate::clauses::not_revoked::StatusVar;
use crate::clauses::resides_in::{Residence, ResidenceVar};
use crate::clauses::{born_between, pseudonym, public_digest, still_valid, trusted_issuer};

/// The circuit's name.
pub const NAME: &str = "resident-id";

/// Constraints and instance wires together never exceed this.
pub const DOMAIN: usize = 8_192;

/// Compiles the circuit. Takes no witness, so that the result cannot depend on one.
#[must_use]
pub fn compile() -> R1cs {
    tacit_r1cs::compile(&ResidentId::blank())
}

/// Assigns all wires. Lies give an assignment too, one that does not satisfy the circuit.
#[must_use]
pub fn assign(public: &PublicValues, witness: &Witness) -> Assignment {
    tacit_r1cs::assign(&ResidentId::new(&Inputs::new(public, witness)))
}

/// The digest by which requests, keys and verifiers name the circuit.
#[must_use]
pub fn circuit_digest(r1cs: &R1cs) -> CircuitDigest {
    CircuitDigest(r1cs.digest())
}

/// What the prover knows.
pub struct Inputs<'a> {
    public: &'a PublicValues,
    witness: &'a Witness,
    signature: SignatureHint,
}

impl<'a> Inputs<'a> {
    /// Public values and witness, honest or not.
    #[must_use]
    pub const fn new(public: &'a PublicValues, witness: &'a Witness) -> Self {
        let signature = SignatureHint { s: witness.signature_s, r: witness.signature_r };
        Self { public, witness, signature }
    }
}

/// The circuit, with what the prover knows or without.
pub struct ResidentId<'a>(Private<'a, Inputs<'a>>);

impl<'a> ResidentId<'a> {
    /// For the compiler.
    #[must_use]
    pub const fn blank() -> Self {
        Self(Private::unknown())
    }

    /// For the assigner.
    #[must_use]
    pub const fn new(inputs: &'a Inputs<'a>) -> Self {
        Self(Private::known(inputs))
    }
}

impl Circuit for ResidentId<'_> {
    fn synthesize<CS: ConstraintSystem>(&self, cs: &mut CS) {
        let inputs = self.0;
        let public = inputs.map(|inputs| inputs.public);
        let witness = inputs.map(|inputs| inputs.witness);
        let word = public.map(|public| &public.word);

        cs.clause(public_digest::NAME);
        let digest = cs.instance(|k| public.reveal(k).digest());
        let scope = cs.witness(|k| public.reveal(k).scope);
        let challenge = cs.witness(|k| public.reveal(k).challenge);

        let holder = HolderVar::new(cs, witness.map(|witness| &witness.holder_secret));
        let pseudonym = pseudonym::derive(cs, &holder, &scope);

        let (birth, expiry) = attributes::dates(cs, witness.map(|witness| &witness.attributes.fields));
        let born = born_between::BirthBoundsVar::new(
            cs,
            &birth,
            |k| word.reveal(k).born_from,
            |k| word.reveal(k).born_to,
        );
        let today = still_valid::date_of_presentation(cs, &expiry, |k| word.reveal(k).today);
        let residence = ResidenceVar::new(cs, |k| Residence {
            region: witness.reveal(k).attributes.fields.region,
            provinces: word.reveal(k).provinces,
            from: word.reveal(k).region_from,
            to: word.reveal(k).region_to,
        });
        let status = StatusVar::new(
            cs,
            |k| witness.reveal(k).attributes.fields.index,
            witness.map(|witness| &witness.status_word),
            witness.map(|witness| &witness.status_siblings),
        );

        let attributes = AttributesVar::new(
            cs,
            witness.map(|witness| &witness.attributes),
            birth,
            expiry,
            &residence.region,
        );
        let message = attributes.message(cs, &holder.key, &status.index);
        let issuer = IssuerKeyVar::new(
            cs,
            witness.map(|witness| &witness.issuer_x),
            witness.map(|witness| &witness.issuer_y),
        );
        issuer.enforce_signed(cs, &message, inputs.map(|inputs| &inputs.signature));
        let trust_root = trusted_issuer::trust_root(
            cs,
            &issuer,
            &status.root,
            witness.map(|witness| &witness.issuer_path),
        );

        let shown = DisclosedVar::new(cs, attributes.in_mask_order(), |k| word.reveal(k).disclose);
        let [number, name, shown_birth, shown_sex, shown_region, shown_expiry, extras] = shown.values;

        let slots = [
            (&born.from, public_values::BORN_FROM),
            (&born.to, public_values::BORN_TO),
            (&today, public_values::TODAY),
            (&residence.from, public_values::REGION_FROM),
            (&residence.to, public_values::REGION_TO),
            (&shown.mask, public_values::DISCLOSURE),
            (&residence.provinces, public_values::PROVINCES),
            (&shown_birth, public_values::DISCLOSED_BIRTH),
            (&shown_expiry, public_values::DISCLOSED_EXPIRY),
            (&shown_region, public_values::DISCLOSED_REGION),
            (&shown_sex, public_values::DISCLOSED_SEX),
        ];
        let values = [trust_root, scope, pseudonym, pack(&slots), number, name, extras, challenge];
        public_digest::enforce(cs, &digest, &values);
    }
}

/// `Σ value · 2^offset`.
fn pack<N: Number>(slots: &[(&N, u32)]) -> N {
    let mut sum = N::from(Fr::from(0u64));
    for &(value, offset) in slots {
        sum.add_scaled(value, power_of_two(offset as usize));
    }
    sum
}
