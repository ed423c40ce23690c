//! The check of a key against the initial key of its circuit.
//!
//! | what | how | what an attacker gains without it |
//! | --- | --- | --- |
//! | all but δ, L, H and the contributions is as in the initial key | compared | a key for another circuit, or one that leaks |
//! | the hash of the circuit | compared | contributions to another circuit |
//! | each transcript hash | computed again | contributions dropped, reordered, or replayed from elsewhere |
//! | each contributor knew the factor | `s : x·s = s' : x·s'` | a factor chosen to cancel those before |
//! | δ after each contribution | `δ before : δ after = s' : x·s'` | a δ that nobody contributed |
//! | what a beacon gives | computed again | a factor of the coordinator's in place of the beacon's |
//! | nothing follows a beacon, which ends a ceremony | looked at | a last contributor who chooses after the beacon is known |
//! | somebody contributed a secret | counted | a key that everybody knows the trapdoor of |
//! | δ in the key is that after the last contribution, in both groups | compared, `[1]₁ : [δ]₁ = [1]₂ : [δ]₂` | the last contributions cut off, another δ |
//! | L and H are those of the initial key over δ | `Σ rᵢLᵢ : Σ rᵢL⁰ᵢ = [1]₂ : [δ]₂`, r random of 128 bits | C of another circuit in L; points that leak the witness |
//!
//! What the last rows find, the file cannot tell apart by contributor: they carry the number of the last, who is to blame if the key
//! was verified before it was passed on.
//!
//! **Not checked here**: names; whether a whole tail of contributions was cut off and the key is an older, consistent one. Against that
//! the contributors' published hashes are compared, [`Verified::includes`].

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr;
use rand_core::CryptoRngCore;
use tacit_formats::FormatError;
use tacit_formats::contribution::{ContributorName, Source};
use tacit_formats::zkey::{Contribution, Zkey, ZkeyParts};

use super::initial::{Initial, Origin};
use super::{contribution_hash, transcript_before, with_contribution};
use crate::MOST_ITERATIONS;
use crate::blake2b::Blake2b;
use crate::draw::{Draw, hash_to_g2};
use crate::hash::ContributionHash;
use crate::ratio::{factors, same, sum};
use crate::secret::Secret;

/// Why a key is not the outcome of a ceremony for the circuit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The file cannot be read.
    #[error("{0}")]
    Format(#[from] FormatError),
    /// The key tells of no ceremony.
    #[error("this key tells of no ceremony; take the .zkey that the last contributor wrote")]
    NoCeremony,
    /// A part that no contribution changes is not that of the initial key.
    #[error(
        "{part} of the key is not that of this circuit and these powers of tau; check circuit and powers, or refuse the key"
    )]
    Initial {
        /// The part.
        part: &'static str,
    },
    /// A contribution that does not hold.
    #[error("contribution {number} does not hold: {fault}")]
    Contribution {
        /// Its number, from 1.
        number: usize,
        /// What is wrong.
        fault: ContributionFault,
    },
    /// Nobody contributed.
    #[error(
        "nobody has contributed a secret to this key, so that everybody can forge with it; hold a ceremony"
    )]
    NobodyContributed,
}

/// What is wrong with a contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContributionFault {
    /// The transcript hash is another.
    #[error(
        "its transcript hash is not that of the contributions before it; they were changed, reordered, replayed or left out"
    )]
    Transcript,
    /// The proof of knowledge is false.
    #[error("its proof of knowing its factor is false")]
    Knowledge,
    /// δ does not continue the one before.
    #[error("its delta does not follow from the one before by its factor")]
    Delta,
    /// The factor is one.
    #[error("it changes nothing")]
    Idle,
    /// The points of a beacon are not what the beacon gives.
    #[error("it is not what its beacon gives")]
    Beacon,
    /// A beacon with more iterations than anybody waits for.
    #[error("its beacon asks for 2^{0} iterations, this program goes to 2^{MOST_ITERATIONS}")]
    Iterations(u8),
    /// A beacon ended the ceremony before.
    #[error("it comes after a beacon, which ends a ceremony")]
    AfterBeacon,
    /// The key's δ is not that of the last contribution.
    #[error(
        "it is the last, but the delta of the key is not the one it left; contributions were cut off or added outside the transcript"
    )]
    NotTheEnd,
    /// The key's δ differs between the groups.
    #[error("it is the last, but the delta of the key in G2 is not the one in G1")]
    DeltaG2,
    /// L or H is not that of the initial key over δ.
    #[error("it is the last, but the points {0} of the key are not those of the circuit divided by delta")]
    Points(&'static str),
}

/// A contribution that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedContribution {
    /// Its number, from 1.
    pub number: usize,
    /// Who made it, as they say: in no hash, so that whoever passed the file on may have changed it.
    pub name: Option<ContributorName>,
    /// What it was made from. That a beacon is the beacon it names was checked; that it is the one that was announced was not.
    pub source: Source,
    /// Its hash.
    pub hash: ContributionHash,
}

/// A key that was verified.
pub struct Verified {
    pub(crate) zkey: Zkey,
    pub(crate) circuit_hash: ContributionHash,
    pub(crate) contributions: Vec<VerifiedContribution>,
    pub(crate) origin: Origin,
    /// The digest of the circuit.
    pub(crate) circuit: [u8; 32],
}

impl Verified {
    /// The contributions, in order.
    #[must_use]
    pub fn contributions(&self) -> &[VerifiedContribution] {
        &self.contributions
    }

    /// Whether a contribution is part of the key: what a contributor, or who trusts one, looks for.
    #[must_use]
    pub fn includes(&self, hash: &ContributionHash) -> bool {
        self.contributions.iter().any(|one| one.hash == *hash)
    }

    /// The hash of the circuit's points, as snarkjs shows it.
    #[must_use]
    pub const fn circuit_hash(&self) -> ContributionHash {
        self.circuit_hash
    }

    /// The key.
    #[must_use]
    pub const fn zkey(&self) -> &Zkey {
        &self.zkey
    }

    /// What the initial key is known from.
    #[must_use]
    pub const fn origin(&self) -> Origin {
        self.origin
    }
}

/// Verifies a key against the initial key of its circuit.
///
/// Takes the file, not a key, so that every point has been checked.
pub fn verify(zkey: &[u8], initial: &Initial, rng: &mut impl CryptoRngCore) -> Result<Verified, VerifyError> {
    let zkey = Zkey::from_bytes(zkey)?;
    let (key, start) = (zkey.parts(), initial.zkey.parts());
    let ceremony = key.ceremony.as_ref().ok_or(VerifyError::NoCeremony)?;
    compare(key, start)?;
    let all = &ceremony.contributions;
    let mut contributions = Vec::with_capacity(all.len());
    let mut before = Before {
        delta: G1Affine::generator(),
        transcript: transcript_before(&ceremony.circuit_hash, &[]),
        ended: false,
    };
    for (i, contribution) in all.iter().enumerate() {
        let refused = |fault| VerifyError::Contribution { number: i + 1, fault };
        check(contribution, &before).map_err(refused)?;
        before.delta = contribution.delta_after;
        with_contribution(&mut before.transcript, contribution);
        before.ended |= contribution.source != Source::Secret;
        contributions.push(VerifiedContribution {
            number: i + 1,
            name: contribution.name.clone(),
            source: contribution.source.clone(),
            hash: contribution_hash(contribution),
        });
    }
    let last = |fault| VerifyError::Contribution { number: all.len(), fault };
    if all.iter().all(|one| one.source != Source::Secret) {
        return Err(VerifyError::NobodyContributed);
    }
    let delta = before.delta;
    if key.delta_g1 != delta {
        return Err(last(ContributionFault::NotTheEnd));
    }
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    if !same(&g1, &delta, &g2, &key.vk.delta_g2) {
        return Err(last(ContributionFault::DeltaG2));
    }
    for (name, now, before) in [("L", &key.l, &start.l), ("H", &key.h, &start.h)] {
        let factors = factors(now.len(), rng);
        let (now, before) = (sum(now, &factors), sum(before, &factors));
        // Two sums of points that are all absent are equal; that of a circuit without private wires is one.
        let absent = before.is_zero() && now.is_zero();
        let holds = absent || same(&now, &before, &g2, &key.vk.delta_g2);
        if !holds {
            return Err(last(ContributionFault::Points(name)));
        }
    }
    let circuit_hash = ContributionHash(ceremony.circuit_hash);
    Ok(Verified { circuit_hash, contributions, origin: initial.origin, circuit: initial.circuit, zkey })
}

/// Everything that no contribution changes.
fn compare(key: &ZkeyParts, start: &ZkeyParts) -> Result<(), VerifyError> {
    let hash = |parts: &ZkeyParts| parts.ceremony.as_ref().map(|ceremony| ceremony.circuit_hash);
    let parts = [
        ("the number of wires", key.a.len() == start.a.len()),
        ("the number of public values", key.vk.gamma_abc_g1.len() == start.vk.gamma_abc_g1.len()),
        ("the domain", key.h.len() == start.h.len() && key.l.len() == start.l.len()),
        ("alpha", key.vk.alpha_g1 == start.vk.alpha_g1),
        ("beta", key.beta_g1 == start.beta_g1 && key.vk.beta_g2 == start.vk.beta_g2),
        ("gamma", key.vk.gamma_g2 == start.vk.gamma_g2),
        ("the list of coefficients", key.coefficients == start.coefficients),
        ("the list of points IC", key.vk.gamma_abc_g1 == start.vk.gamma_abc_g1),
        ("the list of points A", key.a == start.a),
        ("the list of points B in G1", key.b_g1 == start.b_g1),
        ("the list of points B in G2", key.b_g2 == start.b_g2),
        ("the hash of the circuit", hash(key) == hash(start)),
    ];
    match parts.into_iter().find(|(_, equal)| !equal) {
        Some((part, _)) => Err(VerifyError::Initial { part }),
        None => Ok(()),
    }
}

/// What stands before a contribution.
struct Before {
    delta: G1Affine,
    /// The hash so far.
    transcript: Blake2b,
    /// Whether a beacon ended the ceremony.
    ended: bool,
}

fn check(contribution: &Contribution, before: &Before) -> Result<(), ContributionFault> {
    let Contribution { delta_after, s, s_x, s_prime_x, transcript, source, .. } = contribution;
    if before.ended {
        return Err(ContributionFault::AfterBeacon);
    }
    let mut expected = before.transcript.clone();
    expected.points(&[*s, *s_x]);
    if expected.finish() != *transcript {
        return Err(ContributionFault::Transcript);
    }
    if s == s_x {
        return Err(ContributionFault::Idle);
    }
    let base = hash_to_g2(transcript);
    if !same(s, s_x, &base, s_prime_x) {
        return Err(ContributionFault::Knowledge);
    }
    if !same(&before.delta, delta_after, &base, s_prime_x) {
        return Err(ContributionFault::Delta);
    }
    let Source::Beacon(beacon) = source else { return Ok(()) };
    if beacon.exponent() > MOST_ITERATIONS {
        return Err(ContributionFault::Iterations(beacon.exponent()));
    }
    let mut draw = Draw::from_beacon(beacon);
    let factor = Secret::new(draw.scalar());
    let point = draw.g1();
    if *s != point || *s_x != factor.times(&point) {
        return Err(ContributionFault::Beacon);
    }
    Ok(())
}
