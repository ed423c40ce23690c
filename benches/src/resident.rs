//! The product's own statement: the `resident-id` circuit with the witness of an honest holder.

use ark_bn254::Fr;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use tacit_circuits::resident_id;
use tacit_credential::fixtures::{World, narrow_policy, wide_policy};
use tacit_credential::policy::Policy;
use tacit_credential::public_values::PublicValues;
use tacit_prover::ProvingKey;
use tacit_r1cs::Assignment;
use tacit_verifier::{KeyPoints, Provenance, VerifyingKey};

use crate::error::BenchError;
use crate::trapdoor::Trapdoor;

/// A holder before two requests: the answer to the first is at hand when the second comes.
pub struct Resident {
    /// Key and system.
    pub key: ProvingKey,
    /// What a verifier holds; `None` if a key's point is refused.
    pub verifying: Option<VerifyingKey>,
    /// The trapdoor of the key, for other provers' formats.
    pub trapdoor: Trapdoor,
    /// The wires of the first answer.
    pub first: Assignment,
    /// The wires of the second: other challenge, scope, policy and pseudonym, same credential and epoch.
    pub second: Assignment,
    /// The public values of the second.
    pub public: PublicValues,
    world: World,
}

impl Resident {
    /// The fixture of the tests, with a benchmark key.
    pub fn new() -> Result<Self, BenchError> {
        let mut world = World::new(1);
        let r1cs = resident_id::compile();
        let circuit = resident_id::circuit_digest(&r1cs);
        let mut answer = |policy: Policy| {
            let request = world.request(circuit, policy);
            let public = world.statement(&request).public;
            let assignment = resident_id::assign(&public, &world.witness());
            (public, assignment)
        };
        let (_, first) = answer(narrow_policy());
        let (public, second) = answer(wide_policy());
        let trapdoor = Trapdoor::new(2);
        let key = trapdoor.key(r1cs)?;
        let vk = key.verifying_key();
        let points = KeyPoints::new(vk.alpha_g1, vk.beta_g2, vk.gamma_g2, vk.delta_g2, &vk.gamma_abc_g1).ok();
        let verifying = points
            .and_then(|points| VerifyingKey::from_points(circuit, Provenance::Development, points).ok());
        Ok(Self { key, verifying, trapdoor, first, second, public, world })
    }

    /// Assigns the wires of the second answer again.
    #[must_use]
    pub fn assign(&self) -> Assignment {
        resident_id::assign(&self.public, &self.world.witness())
    }

    /// The one public input of the second answer.
    #[must_use]
    pub fn public_input(&self) -> Fr {
        self.public.digest()
    }
}

/// Randomness for blinding in measurements.
#[must_use]
pub fn benchmark_rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_answers_hold_and_differ() {
        let resident = Resident::new().unwrap();
        let r1cs = resident.key.r1cs();
        assert!(r1cs.is_satisfied(&resident.first) && r1cs.is_satisfied(&resident.second));
        assert_eq!(resident.assign().as_slice(), resident.second.as_slice());
        assert_eq!(resident.second.instance(r1cs.num_instance()), [resident.public_input()]);
        assert!(resident.verifying.is_some());
        let changed = resident.first.as_slice().iter().zip(resident.second.as_slice());
        let changed = changed.filter(|(first, second)| first != second).count();
        let wires = r1cs.num_wires();
        assert!(changed > 100 && changed < wires / 2, "{changed} of {wires} wires differ");
    }
}
