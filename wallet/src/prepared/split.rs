//! Which wires change from one request to the next.
//!
//! Found by assigning one credential under made-up requests that differ in all that requests may differ in, and comparing: a
//! wire that ever differs is expected to change. With [`REQUESTS`] random ones a bit that a request decides evenly is missed
//! once in 2^(REQUESTS − 1) times. Nothing depends on it but speed: a wire that changes unexpectedly is added like the
//! others, see [`tacit_prover::Prover::show`].
//!
//! Of every made-up request the bounds hold for the credential, for it is such requests that get proved.
use rand_core::CryptoRngCore;
use tacit_circuits::resident_id;
use tacit_credential::credential::Credential;
use tacit_credential::date::Date;
use tacit_credential::extras::DisclosedExtras;
use tacit_credential::holder::{HolderSecret, Scope};
use tacit_credential::name::Name;
use tacit_credential::number::DocumentNumber;
use tacit_credential::policy::{Bounds, DisclosedAttribute};
use tacit_credential::presentation::Disclosed;
use tacit_credential::public_values::{PublicValues, PublicWord};
use tacit_credential::region::{ProvinceSet, RegionRange};
use tacit_credential::statement::Witness;
use tacit_credential::{Fr, field};
use tacit_prover::Changing;
use tacit_r1cs::Assignment;

/// How many requests are compared.
const REQUESTS: usize = 8;

/// One credential under one list.
pub(super) struct Case<'a> {
    pub(super) credential: &'a Credential,
    pub(super) secret: &'a HolderSecret,
    pub(super) root: Fr,
    pub(super) witness: &'a Witness,
}

impl Case<'_> {
    /// The wires that requests decide about.
    pub(super) fn changing(&self, rng: &mut impl CryptoRngCore) -> Changing {
        Changing::wires(self.changing_wires(rng))
    }

    pub(super) fn changing_wires(&self, rng: &mut impl CryptoRngCore) -> Vec<u32> {
        let first = self.assign(rng);
        let mut changes = vec![false; first.as_slice().len()];
        for _ in 1..REQUESTS {
            let other = self.assign(rng);
            for (change, pair) in changes.iter_mut().zip(first.as_slice().iter().zip(other.as_slice())) {
                *change |= pair.0 != pair.1;
            }
        }
        (0..).zip(changes).filter_map(|(wire, change)| change.then_some(wire)).collect()
    }

    /// The wires under some request.
    pub(super) fn assign(&self, rng: &mut impl CryptoRngCore) -> Assignment {
        resident_id::assign(&self.public(rng), self.witness)
    }

    fn public(&self, rng: &mut impl CryptoRngCore) -> PublicValues {
        let attributes = &self.credential.attributes;
        let (birth, expiry) = (attributes.birth.days(), attributes.expiry.encoding().days());
        let region = attributes.region.code();
        let own = 1 << attributes.region.province().bit();
        let mask = rng.next_u64();
        let asked = |attribute: DisclosedAttribute| mask >> attribute.bit() & 1 == 1;
        let disclosed = Disclosed {
            number: asked(DisclosedAttribute::Number).then(|| attributes.number.clone()),
            name: asked(DisclosedAttribute::Name).then(|| attributes.name.clone()),
            birth: asked(DisclosedAttribute::Birth).then_some(attributes.birth),
            sex: asked(DisclosedAttribute::Sex).then_some(attributes.sex),
            region: asked(DisclosedAttribute::Region).then_some(attributes.region),
            expiry: asked(DisclosedAttribute::Expiry).then_some(attributes.expiry),
            extras: asked(DisclosedAttribute::Extras).then(|| attributes.extras.open_all()),
        };
        let date = |days| Date::from_days(days).unwrap_or(Date::MIN);
        let provinces = rng.next_u64() & ProvinceSet::everywhere().mask() | own;
        let bounds = Bounds {
            born_from: date(between(0, birth, rng)),
            born_to: date(between(birth, Date::MAX.days(), rng)),
            today: date(between(0, expiry, rng)),
            region: RegionRange::new(between(0, region, rng), between(region, 999_999, rng))
                .unwrap_or(RegionRange::ANY),
            provinces: ProvinceSet::from_mask(provinces).unwrap_or(ProvinceSet::everywhere()),
            disclose: disclosed.mask(),
        };
        let scope = Scope::random(rng);
        let zero = Fr::from(0u64);
        let mut challenge = [0; 32];
        rng.fill_bytes(&mut challenge);
        PublicValues {
            trust_root: self.root,
            scope: scope.as_field(),
            pseudonym: self.secret.pseudonym(&scope).as_field(),
            word: PublicWord::new(&bounds, &disclosed),
            number: disclosed.number.as_ref().map_or(zero, DocumentNumber::to_field),
            name: disclosed.name.as_ref().map_or(zero, Name::digest),
            extras: disclosed.extras.as_ref().map_or(zero, DisclosedExtras::digest),
            challenge: field::hash_to_field("tacit/made-up-challenge/v1", &[&challenge]),
        }
    }
}

/// A number from `low` to `high`; the bias does not matter here.
fn between(low: u32, high: u32, rng: &mut impl CryptoRngCore) -> u32 {
    let span = u64::from(high.saturating_sub(low)) + 1;
    // The remainder is below `span`, hence fits.
    low + (rng.next_u64() % span) as u32
}
