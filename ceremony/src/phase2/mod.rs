//! Phase 2: the key of one circuit.
//!
//! Each contributor, with their factor x and the transcript so far, makes δ, L and H into
//!
//! ```text
//! δ ← x·δ    L ← L/x    H ← H/x
//! ```
//!
//! and proves that they knew x:
//!
//! ```text
//! transcript = BLAKE2b(hash of the circuit, contributions before, s, x·s)      s' = hash to G2 of the transcript
//! s : x·s = s' : x·s'          [δ]₁ before : [δ]₁ after = s' : x·s'
//! contribution = [δ]₁ after it, s, x·s, x·s', transcript                       its hash is BLAKE2b of these
//! ```

mod combine;
mod contribute;
mod initial;
mod verify;

use tacit_formats::zkey::Contribution;

use crate::blake2b::Blake2b;
use crate::hash::ContributionHash;

pub use contribute::{ContributeError, beacon, contribute};
pub use initial::{Initial, InitialError, Origin};
pub use verify::{ContributionFault, Verified, VerifiedContribution, VerifyError, verify};

/// The hash by which a contribution is known.
fn contribution_hash(contribution: &Contribution) -> ContributionHash {
    let mut hash = Blake2b::new();
    with_contribution(&mut hash, contribution);
    ContributionHash(hash.finish())
}

/// Goes on with a contribution. Its name and what it says of its source are not in the hash.
fn with_contribution(hash: &mut Blake2b, contribution: &Contribution) {
    hash.points(&[contribution.delta_after, contribution.s, contribution.s_x]);
    hash.point(&contribution.s_prime_x);
    hash.update(&contribution.transcript);
}

/// The hash over what came before a contribution.
fn transcript_before(circuit_hash: &[u8; 64], before: &[Contribution]) -> Blake2b {
    let mut hash = Blake2b::new();
    hash.update(circuit_hash);
    before.iter().for_each(|contribution| with_contribution(&mut hash, contribution));
    hash
}
