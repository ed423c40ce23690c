//! The trusted setup of Groth16 over BN254, as a ceremony in snarkjs's files.
//!
//! ```text
//! phase 1   Powers::check(.ptau)                                      the same for all circuits
//! phase 2   new(circuit, powers) → .zkey → contribute, … , beacon → .zkey
//!           verify(.zkey, new(circuit, powers)) → Verified → proving key, verifying key, transcript
//! ```
//!
//! A key's trapdoor is the product of the contributors' factors. One of them in each phase who was honest and forgot theirs is enough; if all of them
//! are one attacker, that attacker forges proofs and, since a rigged key may leak the witness, may learn what holders hide. So
//! verifiers and holders both check a ceremony, by [`phase2::verify`], which takes everybody for the attacker: contributors, the
//! coordinator who passes files on, and whoever made the powers.
//!
//! | type | says that |
//! | --- | --- |
//! | [`phase1::Powers`] | powers of tau were checked, or are those that somebody checked, by their digest |
//! | [`phase2::Initial`] | a key without contributions is the one of this circuit and those powers |
//! | [`phase2::Verified`] | a key is what these contributions made of that initial key |
//!
//! Only the checks construct them. **snarkjs**: transcripts, hashes and files are those of snarkjs 0.7, in both directions.
//!
//! **Not checked here**: who the contributors are, of phase 1 too: whoever made its powers alone knows τ and forges, whoever contributes
//! to phase 2. Their names are in no hash; they recognise their contribution by its
//! [`ContributionHash`], and publish it.
//!
//! Source: S. Bowe, A. Gabizon, I. Miers, *Scalable Multi-party Computation for zk-SNARK Parameters in the Random Beacon Model*, 2017;
//! the files and the code of snarkjs 0.7.

mod blake2b;
mod draw;
mod encoding;
mod hash;
mod outcome;
pub mod phase1;
pub mod phase2;
mod progress;
mod ratio;
mod secret;
#[cfg(test)]
mod tests;
mod transform;

pub use hash::ContributionHash;
pub use outcome::{FinaliseError, Outcome, Transcript};
pub use progress::Watch;

/// Beacons are hashed at most `2^30` times, some minutes: a file that asks for more is refused before it is obeyed.
pub const MOST_ITERATIONS: u8 = 30;
