//! What a contributor to phase 1 proves: that they knew the factors of τ, α and β.
//!
//! For each factor x, with the challenge that the contribution before left:
//!
//! ```text
//! s' = hash to G2 of BLAKE2b(number of the factor (1), challenge, s, x·s)
//! s : x·s = s' : x·s'                      the contributor knew x
//! [τ]₁ : [xτ]₁ = s' : x·s'                 and used it; so for [α]₁ and [β]₁
//! s : x·s = [τ]₂ : [xτ]₂                   in G2 as well; so for [β]₂
//! ```

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr;
use tacit_formats::contribution::Source;
use tacit_formats::ptau::{Contribution, Knowledge, PublicKey};

use crate::blake2b::Blake2b;
use crate::draw::{Draw, hash_to_g2};
use crate::ratio::same;
use crate::secret::Secret;

/// What is wrong with a contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofFault {
    /// The proof of knowledge is not one for the challenge before it.
    #[error("its proof of knowing {0} does not hold after the contribution before it")]
    Key(&'static str),
    /// The points do not continue those before.
    #[error("its point {0} does not follow from the contribution before it")]
    Chain(&'static str),
    /// The points of a beacon are not what the beacon gives.
    #[error("it is not what its beacon gives")]
    Beacon,
    /// A beacon with more iterations than anybody waits for.
    #[error("its beacon asks for 2^{0} iterations, this program goes to 2^{MOST}", MOST = crate::MOST_ITERATIONS)]
    Iterations(u8),
    /// The partial hash is no state of a hash.
    #[error("its partial hash is no state of BLAKE2b")]
    PartialHash,
}

/// What a contribution leaves to the next.
#[derive(Clone, Copy)]
pub(super) struct Point {
    tau_g1: G1Affine,
    tau_g2: G2Affine,
    alpha_g1: G1Affine,
    beta_g1: G1Affine,
    beta_g2: G2Affine,
    pub(super) challenge: [u8; 64],
}

impl Point {
    /// Before the first contribution.
    pub(super) fn start(power: u32) -> Self {
        let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
        let challenge = super::first_challenge(power);
        Self { tau_g1: g1, tau_g2: g2, alpha_g1: g1, beta_g1: g1, beta_g2: g2, challenge }
    }

    pub(super) const fn after(contribution: &Contribution) -> Self {
        Self {
            tau_g1: contribution.tau_g1,
            tau_g2: contribution.tau_g2,
            alpha_g1: contribution.alpha_g1,
            beta_g1: contribution.beta_g1,
            beta_g2: contribution.beta_g2,
            challenge: contribution.next_challenge,
        }
    }
}

/// `s'` for one of the factors.
fn base(number: u8, challenge: &[u8; 64], s: &G1Affine, s_x: &G1Affine) -> G2Affine {
    let mut hash = Blake2b::new();
    hash.update(&[number]);
    hash.update(challenge);
    hash.points(&[*s, *s_x]);
    hash_to_g2(&hash.finish())
}

/// The public key of the factors of τ, α and β.
pub(super) fn public_key(secrets: &[Secret; 3], s: [G1Affine; 3], challenge: &[u8; 64]) -> PublicKey {
    let [tau, alpha, beta] = core::array::from_fn(|i| {
        let s_x = secrets[i].times(&s[i]);
        let s_prime_x = secrets[i].times(&base(i as u8, challenge, &s[i], &s_x));
        Knowledge { s: s[i], s_x, s_prime_x }
    });
    PublicKey { tau, alpha, beta }
}

/// The factors of a beacon and the points that go with them.
pub(super) fn of_beacon(mut draw: Draw) -> ([Secret; 3], [G1Affine; 3]) {
    let secrets = core::array::from_fn(|_| Secret::new(draw.scalar()));
    (secrets, core::array::from_fn(|_| draw.g1()))
}

/// Checks one contribution after another.
pub(super) fn verify(before: &Point, now: &Contribution) -> Result<(), ProofFault> {
    if let Source::Beacon(beacon) = &now.source {
        if beacon.exponent() > crate::MOST_ITERATIONS {
            return Err(ProofFault::Iterations(beacon.exponent()));
        }
        let (secrets, s) = of_beacon(Draw::from_beacon(beacon));
        if public_key(&secrets, s, &before.challenge) != now.key {
            return Err(ProofFault::Beacon);
        }
    }
    let PublicKey { tau, alpha, beta } = &now.key;
    let base = |i, key: &Knowledge| base(i, &before.challenge, &key.s, &key.s_x);
    let (tau_base, alpha_base, beta_base) = (base(0, tau), base(1, alpha), base(2, beta));
    let keys = [("tau", tau, &tau_base), ("alpha", alpha, &alpha_base), ("beta", beta, &beta_base)];
    for (name, key, base) in keys {
        if !same(&key.s, &key.s_x, base, &key.s_prime_x) {
            return Err(ProofFault::Key(name));
        }
    }
    let in_g1 = [
        ("tau in G1", &before.tau_g1, &now.tau_g1, &tau_base, &tau.s_prime_x),
        ("alpha in G1", &before.alpha_g1, &now.alpha_g1, &alpha_base, &alpha.s_prime_x),
        ("beta in G1", &before.beta_g1, &now.beta_g1, &beta_base, &beta.s_prime_x),
    ];
    for (name, before, now, base, base_x) in in_g1 {
        if !same(before, now, base, base_x) {
            return Err(ProofFault::Chain(name));
        }
    }
    let in_g2 = [
        ("tau in G2", tau, &before.tau_g2, &now.tau_g2),
        ("beta in G2", beta, &before.beta_g2, &now.beta_g2),
    ];
    for (name, key, before, now) in in_g2 {
        if !same(&key.s, &key.s_x, before, now) {
            return Err(ProofFault::Chain(name));
        }
    }
    Ok(())
}

/// The hash of a response, from the state in which the key goes into it.
pub(super) fn response(contribution: &Contribution) -> Option<[u8; 64]> {
    let mut hash = Blake2b::from_state(&contribution.partial_hash)?;
    with_key(&mut hash, &contribution.key);
    Some(hash.finish())
}

/// Goes on with a public key.
pub(super) fn with_key(hash: &mut Blake2b, PublicKey { tau, alpha, beta }: &PublicKey) {
    for key in [tau, alpha, beta] {
        hash.points(&[key.s, key.s_x]);
    }
    hash.points(&[tau.s_prime_x, alpha.s_prime_x, beta.s_prime_x]);
}
