//! Powers of our own: a start, contributions, a beacon, and the Lagrange bases for phase 2, in files that snarkjs accepts.

use ark_bn254::{G1Affine, G2Affine, g1, g2};
use ark_ec::AffineRepr;
use ark_ec::short_weierstrass::Affine;
use ark_ff::UniformRand;
use rand_core::CryptoRngCore;
use tacit_formats::contribution::{Beacon, ContributorName, Source};
use tacit_formats::ptau::{self, Contribution, Power, Ptau, PtauParts};

use super::proof::{Point, of_beacon, public_key, with_key};
use super::{DEVELOPMENT, MakeError};
use crate::MOST_ITERATIONS;
use crate::blake2b::Blake2b;
use crate::draw::Draw;
use crate::hash::ContributionHash;
use crate::progress::{Steps, Watch};
use crate::secret::Secret;
use crate::transform::Lagrange;

/// Powers that nobody has contributed to: all points are generators.
pub fn new(power: Power) -> Result<Ptau, MakeError> {
    // Sizes that do not fit into memory are no sizes of powers of our own.
    let n = usize::try_from(power.size()).map_err(|_| MakeError::TooLarge)?;
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    Ok(Ptau::new(PtauParts {
        power,
        ceremony_power: power.log(),
        tau_g1: vec![g1; 2 * n - 1],
        tau_g2: vec![g2; n],
        alpha_g1: vec![g1; n],
        beta_g1: vec![g1; n],
        beta_g2: g2,
        contributions: Vec::new(),
        lagrange: None,
    })?)
}

/// A contribution from the system's randomness and what the contributor typed. Lagrange bases are dropped: prepare them anew.
pub fn contribute(
    powers: Ptau,
    name: Option<ContributorName>,
    entropy: &[u8],
    rng: &mut impl CryptoRngCore,
    watch: Watch<'_>,
) -> Result<(Ptau, ContributionHash), MakeError> {
    let secrets = Secret::sample(rng, entropy);
    let s = core::array::from_fn(|_| G1Affine::rand(rng));
    apply(powers, name, Source::Secret, &secrets, s, watch)
}

/// The contribution of a beacon.
pub fn beacon(
    powers: Ptau,
    name: Option<ContributorName>,
    beacon: &Beacon,
    watch: Watch<'_>,
) -> Result<(Ptau, ContributionHash), MakeError> {
    if beacon.exponent() > MOST_ITERATIONS {
        return Err(MakeError::Beacon);
    }
    let (secrets, s) = of_beacon(Draw::from_beacon(beacon));
    if secrets.iter().any(Secret::is_idle) {
        return Err(MakeError::Beacon);
    }
    apply(powers, name, Source::Beacon(beacon.clone()), &secrets, s, watch)
}

/// Powers for development, ready for phase 2: one contribution, whose name says what they are.
pub fn development(power: Power, rng: &mut impl CryptoRngCore, watch: Watch<'_>) -> Result<Ptau, MakeError> {
    let (powers, _) = contribute(new(power)?, ContributorName::new(DEVELOPMENT), &[], rng, &|_, _| ())?;
    prepare(powers, watch)
}

fn apply(
    powers: Ptau,
    name: Option<ContributorName>,
    source: Source,
    secrets: &[Secret; 3],
    s: [G1Affine; 3],
    watch: Watch<'_>,
) -> Result<(Ptau, ContributionHash), MakeError> {
    let mut parts = powers.into_parts();
    if parts.power.log() != parts.ceremony_power {
        return Err(MakeError::Cut);
    }
    let challenge = match parts.contributions.last() {
        Some(last) => last.next_challenge,
        None => Point::start(parts.ceremony_power).challenge,
    };
    let key = public_key(secrets, s, &challenge);
    let [tau, alpha, beta] = secrets;
    let steps = Steps::new(watch, parts.tau_g1.len() + 3 * parts.tau_g2.len());
    parts.tau_g1 = Secret::one().times_powers(tau, &parts.tau_g1, &steps);
    parts.tau_g2 = Secret::one().times_powers(tau, &parts.tau_g2, &steps);
    parts.alpha_g1 = alpha.times_powers(tau, &parts.alpha_g1, &steps);
    parts.beta_g1 = beta.times_powers(tau, &parts.beta_g1, &steps);
    parts.beta_g2 = beta.times(&parts.beta_g2);

    let mut hash = Blake2b::new();
    hash.update(&challenge);
    hash_all(&mut hash, &parts, Blake2b::compressed_points, Blake2b::compressed_points);
    let partial_hash = hash.state();
    with_key(&mut hash, &key);
    let response = hash.finish();
    let mut hash = Blake2b::new();
    hash.update(&response);
    hash_all(&mut hash, &parts, Blake2b::points, Blake2b::points);
    parts.contributions.push(Contribution {
        tau_g1: parts.tau_g1[1],
        tau_g2: parts.tau_g2[1],
        alpha_g1: parts.alpha_g1[0],
        beta_g1: parts.beta_g1[0],
        beta_g2: parts.beta_g2,
        key,
        partial_hash,
        next_challenge: hash.finish(),
        name,
        source,
    });
    parts.lagrange = None;
    Ok((Ptau::new(parts)?, ContributionHash(response)))
}

/// All points, in the order in which they are hashed.
fn hash_all(
    hash: &mut Blake2b,
    parts: &PtauParts,
    in_g1: fn(&mut Blake2b, &[G1Affine]),
    in_g2: fn(&mut Blake2b, &[G2Affine]),
) {
    in_g1(hash, &parts.tau_g1);
    in_g2(hash, &parts.tau_g2);
    in_g1(hash, &parts.alpha_g1);
    in_g1(hash, &parts.beta_g1);
    in_g2(hash, &[parts.beta_g2]);
}

/// Adds the Lagrange bases that phase 2 starts from.
pub fn prepare(powers: Ptau, watch: Watch<'_>) -> Result<Ptau, MakeError> {
    let mut parts = powers.into_parts();
    let levels = parts.power.log();
    let in_g1 = |levels: u32| (0..=levels).map(|level| g1::Config::work(1 << level)).sum::<usize>();
    let in_g2: usize = (0..=levels).map(|level| g2::Config::work(1 << level)).sum();
    let steps = Steps::new(watch, in_g1(levels + 1) + 2 * in_g1(levels) + in_g2);
    let too_large = MakeError::TooLarge;
    // There are twice as many powers but one; the one that is missing counts as the identity.
    let mut tau_g1 = core::mem::take(&mut parts.tau_g1);
    tau_g1.push(G1Affine::identity());
    let lagrange = ptau::Lagrange {
        tau_g1: all_levels(&tau_g1, levels + 1, &steps).ok_or(too_large)?,
        tau_g2: all_levels(&parts.tau_g2, levels, &steps).ok_or(too_large)?,
        alpha_g1: all_levels(&parts.alpha_g1, levels, &steps).ok_or(too_large)?,
        beta_g1: all_levels(&parts.beta_g1, levels, &steps).ok_or(too_large)?,
    };
    tau_g1.pop();
    parts.tau_g1 = tau_g1;
    parts.lagrange = Some(lagrange);
    Ok(Ptau::new(parts)?)
}

/// Levels 0 to the last, one after the other.
fn all_levels<C: Lagrange>(points: &[Affine<C>], last: u32, steps: &Steps<'_>) -> Option<Vec<Affine<C>>> {
    let mut all = Vec::with_capacity((2 << last) - 1);
    for level in 0..=last {
        all.extend(C::lagrange(&points[..1 << level], steps)?);
    }
    Some(all)
}
