//! The native relation: an honest witness satisfies it, and each clause alone can break it.

use ark_ff::{BigInt, UniformRand};
use tacit_credential::Fr;
use tacit_credential::attributes::RevocationIndex;
use tacit_credential::fixtures::{World, narrow_policy, wide_policy};
use tacit_credential::policy::DisclosedAttribute;
use tacit_credential::public_values::RangeError;
use tacit_credential::request::CircuitDigest;
use tacit_credential::statement::{Statement, Violation, Witness};

const CIRCUIT: CircuitDigest = CircuitDigest([1; 32]);

fn honest() -> (World, Statement, Witness) {
    let mut world = World::new(1);
    let request = world.request(CIRCUIT, wide_policy());
    let statement = world.statement(&request);
    let witness = world.witness();
    (world, statement, witness)
}

/// Applies one change to a valid pair and returns what the relation says.
fn after(change: impl FnOnce(&mut Statement, &mut Witness)) -> Result<(), Violation> {
    let (_, mut statement, mut witness) = honest();
    change(&mut statement, &mut witness);
    statement.check(&witness)
}

/// Like [`after`], but the issuer signs the changed attributes: only the clause in question can fail.
fn resigned(change: impl FnOnce(&mut Statement, &mut Witness)) -> Result<(), Violation> {
    let (world, mut statement, mut witness) = honest();
    change(&mut statement, &mut witness);
    let signature = world.issuer_key.sign(witness.attributes.hash());
    witness.signature_s = ark_ff::PrimeField::into_bigint(signature.s);
    witness.signature_r = (signature.r.x, signature.r.y);
    statement.check(&witness)
}

#[test]
fn honest_pairs_satisfy() {
    for seed in 0..5 {
        for policy in [wide_policy(), narrow_policy()] {
            let mut world = World::new(seed);
            let request = world.request(CIRCUIT, policy);
            let statement = world.statement(&request);
            assert_eq!(statement.check(&world.witness()), Ok(()), "seed {seed}");
        }
    }
}

#[test]
fn issued() {
    let one = Fr::from(1u64);
    assert_eq!(after(|_, w| w.attributes.extras += one), Err(Violation::Signature));
    assert_eq!(after(|_, w| w.attributes.number += one), Err(Violation::Signature));
    assert_eq!(after(|_, w| w.attributes.name += one), Err(Violation::Signature));
    assert_eq!(after(|_, w| w.attributes.fields.birth += 1), Err(Violation::Signature));
    assert_eq!(after(|_, w| w.attributes.fields.index += 1), Err(Violation::Signature));
    assert_eq!(after(|_, w| w.signature_s.0[0] ^= 1), Err(Violation::Signature));
    assert_eq!(after(|_, w| w.signature_s = BigInt::new([u64::MAX; 4])), Err(Violation::Signature));
    assert_eq!(after(|_, w| w.signature_r.0 = one), Err(Violation::Signature));
    assert_eq!(after(|_, w| w.issuer_x += one), Err(Violation::IssuerKey));
}

#[test]
fn attribute_ranges() {
    let range = |what| Err(Violation::AttributeRange(what));
    assert_eq!(resigned(|_, w| w.attributes.fields.birth = 1 << 17), range("birth date"));
    assert_eq!(resigned(|_, w| w.attributes.fields.expiry = 1 << 17), range("expiry date"));
    assert_eq!(resigned(|_, w| w.attributes.fields.region = 99_999), range("region code"));
    assert_eq!(resigned(|_, w| w.attributes.fields.region = 880_000), range("region code"));
    assert_eq!(resigned(|_, w| w.attributes.fields.region = 180_000), range("region code"));
    assert_eq!(resigned(|_, w| w.attributes.fields.sex = 4), range("sex"));
    assert_eq!(
        resigned(|_, w| w.attributes.fields.index = RevocationIndex::COUNT),
        range("revocation index")
    );
}

#[test]
fn not_revoked() {
    let own_bit = |w: &Witness| w.attributes.fields.index % 252;
    assert_eq!(
        after(|_, w| {
            let bit = own_bit(w);
            w.status_word[bit as usize / 64] |= 1 << (bit % 64);
        }),
        Err(Violation::Revoked)
    );
    assert_eq!(after(|_, w| w.status_word[3] |= 1 << 60), Err(Violation::StatusWord));
    // Another word or path leads to another root, which is not the listed one.
    assert_eq!(
        after(|_, w| {
            let other = (own_bit(w) + 1) % 252;
            w.status_word[other as usize / 64] ^= 1 << (other % 64);
        }),
        Err(Violation::UntrustedIssuer)
    );
    for level in 0..6 {
        let changed = after(|_, w| w.status_siblings[level][3] += Fr::from(1u64));
        assert_eq!(changed, Err(Violation::UntrustedIssuer), "level {level}");
    }
}

#[test]
fn by_a_trusted_issuer() {
    for level in 0..3 {
        let changed = after(|_, w| w.issuer_path[level] = [Fr::from(9u64); 8]);
        assert_eq!(changed, Err(Violation::UntrustedIssuer), "level {level}");
    }
    assert_eq!(after(|s, _| s.public.trust_root += Fr::from(1u64)), Err(Violation::UntrustedIssuer));
    // A valid signature of a key that nobody listed.
    let (mut world, statement, mut witness) = honest();
    let stranger = tacit_credential::eddsa::SecretKey::generate(&mut world.rng);
    let signature = stranger.sign(witness.attributes.hash());
    (witness.issuer_x, witness.issuer_y) = (stranger.public_key().x(), stranger.public_key().y());
    witness.signature_s = ark_ff::PrimeField::into_bigint(signature.s);
    witness.signature_r = (signature.r.x, signature.r.y);
    assert_eq!(statement.check(&witness), Err(Violation::UntrustedIssuer));
}

#[test]
fn held_by_me() {
    assert_eq!(after(|_, w| w.holder_secret += Fr::from(1u64)), Err(Violation::NotHolder));
}

#[test]
fn born_between() {
    let birth = |w: &Witness| w.attributes.fields.birth;
    assert_eq!(after(|s, w| s.public.word.born_from = birth(w)), Ok(()));
    assert_eq!(after(|s, w| s.public.word.born_from = birth(w) + 1), Err(Violation::TooOld));
    assert_eq!(after(|s, w| s.public.word.born_to = birth(w)), Ok(()));
    assert_eq!(after(|s, w| s.public.word.born_to = birth(w) - 1), Err(Violation::TooYoung));
}

#[test]
fn still_valid() {
    let expiry = |w: &Witness| w.attributes.fields.expiry;
    assert_eq!(after(|s, w| s.public.word.today = expiry(w)), Ok(()), "valid on its last day");
    assert_eq!(after(|s, w| s.public.word.today = expiry(w) + 1), Err(Violation::Expired));
}

#[test]
fn resides_in() {
    let region = |w: &Witness| w.attributes.fields.region;
    assert_eq!(after(|s, _| s.public.word.provinces &= !(1 << 28)), Err(Violation::Province));
    assert_eq!(after(|s, w| s.public.word.region_from = region(w)), Ok(()));
    assert_eq!(after(|s, w| s.public.word.region_from = region(w) + 1), Err(Violation::Region));
    assert_eq!(after(|s, w| s.public.word.region_to = region(w)), Ok(()));
    assert_eq!(after(|s, w| s.public.word.region_to = region(w) - 1), Err(Violation::Region));
}

#[test]
fn disclosed_on_purpose() {
    let wrong = |attribute| Err(Violation::Disclosed(attribute));
    assert_eq!(after(|s, _| s.public.number += Fr::from(1u64)), wrong(DisclosedAttribute::Number));
    assert_eq!(after(|s, _| s.public.name += Fr::from(1u64)), wrong(DisclosedAttribute::Name));
    assert_eq!(after(|s, _| s.public.word.birth += 1), wrong(DisclosedAttribute::Birth));
    assert_eq!(after(|s, _| s.public.word.sex ^= 3), wrong(DisclosedAttribute::Sex));
    assert_eq!(after(|s, _| s.public.word.region += 1), wrong(DisclosedAttribute::Region));
    assert_eq!(after(|s, _| s.public.word.expiry += 1), wrong(DisclosedAttribute::Expiry));
    assert_eq!(after(|s, _| s.public.extras += Fr::from(1u64)), wrong(DisclosedAttribute::Extras));
    // Hidden although the mask says shown.
    assert_eq!(after(|s, _| s.public.name = Fr::from(0u64)), wrong(DisclosedAttribute::Name));
    // Shown although the mask says hidden.
    assert_eq!(
        after(|s, _| s.public.word.disclose &= !(1 << DisclosedAttribute::Name.bit())),
        Err(Violation::PublicRange(RangeError::NotDisclosed(DisclosedAttribute::Name)))
    );
}

#[test]
fn one_pseudonym_per_scope() {
    let mut rng = World::new(2).rng;
    assert_eq!(after(|s, _| s.public.pseudonym = Fr::rand(&mut rng)), Err(Violation::Pseudonym));
    assert_eq!(after(|s, _| s.public.scope += Fr::from(1u64)), Err(Violation::Pseudonym));
}
