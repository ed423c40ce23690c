//! A contribution: by somebody with a secret, or by a beacon.

use ark_bn254::G1Affine;
use ark_ff::UniformRand;
use rand_core::CryptoRngCore;
use tacit_formats::contribution::{Beacon, ContributorName, Source};
use tacit_formats::zkey::{Contribution, ShapeError, Zkey};

use super::{contribution_hash, transcript_before};
use crate::MOST_ITERATIONS;
use crate::draw::{Draw, hash_to_g2};
use crate::hash::ContributionHash;
use crate::progress::{Steps, Watch};
use crate::secret::Secret;

/// Why nothing was contributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContributeError {
    /// The key tells of no ceremony.
    #[error(
        "this key tells of no ceremony, so that nobody can contribute to it; start one with `tacit ceremony new`"
    )]
    NoCeremony,
    /// The ceremony has ended.
    #[error("contribution {number} is a beacon, which ends a ceremony; nothing can be added after it")]
    Ended {
        /// The number of the beacon, from 1.
        number: usize,
    },
    /// A beacon before anybody with a secret.
    #[error(
        "nobody has contributed a secret yet, so that a beacon would make a key that everybody can forge with"
    )]
    NobodyYet,
    /// A beacon with more iterations than anybody waits for.
    #[error(
        "2^{0} iterations are more than the 2^{MOST_ITERATIONS} that verifiers wait for; take a smaller exponent"
    )]
    Iterations(u8),
    /// The beacon gives a factor that changes nothing.
    #[error("this beacon gives no usable factor; take another")]
    Beacon,
    /// The parts make no key.
    #[error("{0}")]
    Shape(#[from] ShapeError),
}

/// Adds a contribution from the system's randomness and what the contributor typed.
///
/// The key is not verified here: whoever contributes to a false key wastes their time, and the next check finds it.
pub fn contribute(
    key: Zkey,
    name: Option<ContributorName>,
    entropy: &[u8],
    rng: &mut impl CryptoRngCore,
    watch: Watch<'_>,
) -> Result<(Zkey, ContributionHash), ContributeError> {
    let open = Open::new(key)?;
    let [secret] = Secret::sample(rng, entropy);
    open.apply(&secret, G1Affine::rand(rng), name, Source::Secret, watch)
}

/// Adds the contribution of a beacon, which ends the ceremony.
pub fn beacon(
    key: Zkey,
    name: Option<ContributorName>,
    beacon: &Beacon,
    watch: Watch<'_>,
) -> Result<(Zkey, ContributionHash), ContributeError> {
    let open = Open::new(key)?;
    if open.number == 0 {
        return Err(ContributeError::NobodyYet);
    }
    if beacon.exponent() > MOST_ITERATIONS {
        return Err(ContributeError::Iterations(beacon.exponent()));
    }
    let mut draw = Draw::from_beacon(beacon);
    let secret = Secret::new(draw.scalar());
    if secret.is_idle() {
        return Err(ContributeError::Beacon);
    }
    open.apply(&secret, draw.g1(), name, Source::Beacon(beacon.clone()), watch)
}

/// A key whose ceremony goes on.
struct Open {
    key: Zkey,
    /// Contributions so far.
    number: usize,
}

impl Open {
    fn new(key: Zkey) -> Result<Self, ContributeError> {
        let ceremony = key.parts().ceremony.as_ref().ok_or(ContributeError::NoCeremony)?;
        let beacon = ceremony.contributions.iter().position(|one| one.source != Source::Secret);
        if let Some(i) = beacon {
            return Err(ContributeError::Ended { number: i + 1 });
        }
        Ok(Self { number: ceremony.contributions.len(), key })
    }

    fn apply(
        self,
        secret: &Secret,
        s: G1Affine,
        name: Option<ContributorName>,
        source: Source,
        watch: Watch<'_>,
    ) -> Result<(Zkey, ContributionHash), ContributeError> {
        let mut parts = self.key.into_parts();
        let ceremony = parts.ceremony.as_mut().ok_or(ContributeError::NoCeremony)?;
        let s_x = secret.times(&s);
        let mut transcript = transcript_before(&ceremony.circuit_hash, &ceremony.contributions);
        transcript.points(&[s, s_x]);
        let transcript = transcript.finish();
        parts.delta_g1 = secret.times(&parts.delta_g1);
        parts.vk.delta_g2 = secret.times(&parts.vk.delta_g2);
        let contribution = Contribution {
            delta_after: parts.delta_g1,
            s,
            s_x,
            s_prime_x: secret.times(&hash_to_g2(&transcript)),
            transcript,
            name,
            source,
        };
        let hash = contribution_hash(&contribution);
        ceremony.contributions.push(contribution);

        let inverse = secret.inverse();
        let steps = Steps::new(watch, parts.l.len() + parts.h.len());
        parts.l = inverse.times_all(&parts.l, &steps);
        parts.h = inverse.times_all(&parts.h, &steps);
        Ok((Zkey::new(parts)?, hash))
    }
}
