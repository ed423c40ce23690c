//! From an assignment to a proof.
//!
//! ```text
//! A = α + Σ zᵢ·uᵢ(τ) + r·δ      B = β + Σ zᵢ·vᵢ(τ) + s·δ      C = Σ_witness zᵢ·Lᵢ + h(τ)·Z(τ)/δ + s·A + r·B − r·s·δ
//! ```
//!
//! The blinding factors `r`, `s` are fresh for every proof: they alone make it independent of the witness.
//!
//! **Checked here**: shape, and every constraint. The scalars that are made of the assignment are zeroized, packed or not.
//! **Not zeroized**: what the kernels make of those while they work (coefficients of polynomials, digits, sums of buckets), which is
//! freed at once, and what of the blinding factors is left on the stack.

use std::path::Path;

use ark_bn254::Fr;
use ark_ff::{One, UniformRand};
use rand_core::CryptoRngCore;
use tacit_r1cs::{Assignment, R1cs};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::control::Control;
use crate::engine::{Constants, Engine, Stopped, WireSums};
use crate::key::ProvingKey;
use crate::options::Options;
use crate::prepared::PreparedKey;
use crate::prepared::cache::{self, CacheError, Identity};
use crate::proof::Proof;
use crate::quotient::{Constraints, system};

/// Makes proofs with one key. Shared between threads by reference.
///
/// Every constraint is checked before a proof is made, so that with an honest key every proof holds; the proofs themselves are not
/// verified. Whoever cannot vouch for key and cache verifies each with the verifying key before it leaves, in a millisecond or two.
pub struct Prover {
    key: ProvingKey,
    options: Options,
    engine: Engine,
}

/// Why no proof was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProveError {
    /// The assignment was made for another system.
    #[error(
        "the assignment has {found} wires, the key's circuit has {needed}; assign with the circuit that the key was made for"
    )]
    WrongShape {
        /// Wires of the key's circuit, ONE included.
        needed: usize,
        /// Wires of the assignment.
        found: usize,
    },
    /// Wire 0, the constant, is not 1.
    #[error(
        "wire 0 of the assignment is not 1; assign with the circuit instead of building the values by hand"
    )]
    ConstantNotOne,
    /// A constraint does not hold, so that there is nothing to prove.
    #[error(
        "clause \"{clause}\" does not hold (constraint {index}); the statement is false for this witness, check its values"
    )]
    Unsatisfied {
        /// The clause of the circuit.
        clause: String,
        /// The constraint's index.
        index: usize,
    },
    /// The proof that was made does not hold. With a key that comes without C this is how a false witness is found out.
    #[error(
        "the proof does not hold; the witness does not satisfy the key's circuit, check it with `snarkjs wtns check`, or the key is none"
    )]
    DoesNotHold,
    /// What was prepared was prepared with another key.
    #[error("the prepared sums belong to another proving key; prepare again with this one")]
    PreparedWithAnotherKey,
    /// Somebody asked to stop.
    #[error("the proof was cancelled; start it again when it is wanted")]
    Cancelled,
}

impl Stopped {
    /// As callers see it, with the clause of a constraint.
    pub(crate) fn into_error<'a>(self, clause_of: impl FnOnce(usize) -> &'a str) -> ProveError {
        match self {
            Self::Cancelled => ProveError::Cancelled,
            Self::Unsatisfied(index) => {
                ProveError::Unsatisfied { clause: clause_of(index).to_owned(), index }
            }
        }
    }
}

/// What became of the cache when a prover was opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum CacheUse {
    /// It was used.
    Loaded,
    /// It could not be used for this reason, and was made anew.
    Written(CacheError),
    /// It could not be used, nor written for this reason.
    NotWritten(CacheError),
}

/// The two random factors that hide the witness. One pair must never serve two proofs: it is handed over, and cannot be copied.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Blinding {
    r: Fr,
    s: Fr,
}

impl Blinding {
    /// A fresh pair.
    pub fn random(rng: &mut impl CryptoRngCore) -> Self {
        Self { r: Fr::rand(rng), s: Fr::rand(rng) }
    }

    /// A chosen pair, for comparing engines with each other: such a proof hides nothing.
    pub fn chosen(r: Fr, s: Fr) -> Self {
        Self { r, s }
    }

    /// `r` and `s`, for the one proof.
    pub(crate) fn into_factors(self) -> [Fr; 2] {
        [self.r, self.s]
    }
}

impl Prover {
    /// Prepares all that depends on the key alone: work for a second or more, see [`Prover::open`].
    pub fn new(key: ProvingKey) -> Self {
        Self::with_options(key, &Options::default())
    }

    /// [`Prover::new`] within given means.
    pub fn with_options(key: ProvingKey, options: &Options) -> Self {
        let prepared = PreparedKey::of(&key, options);
        Self::from_prepared(key, prepared, options)
    }

    /// [`Prover::with_options`] from a cache, which [`Prover::save_cache`] wrote for the same key and options: in milliseconds.
    ///
    /// The file is mapped: it must not be written in place while the prover lives, and only its owner may write to it.
    pub fn load(key: ProvingKey, cache: &Path, options: &Options) -> Result<Self, CacheError> {
        let prepared = cache::read(cache, &identity(&key, options))?;
        Ok(Self::from_prepared(key, prepared, options))
    }

    /// [`Prover::load`] if that works. If not, prepares and writes the cache for the next time, in place of a cache or of nothing:
    /// other files are left alone.
    pub fn open(key: ProvingKey, cache: &Path, options: &Options) -> (Self, CacheUse) {
        match cache::read(cache, &identity(&key, options)) {
            Ok(prepared) => (Self::from_prepared(key, prepared, options), CacheUse::Loaded),
            Err(why) => {
                let prover = Self::with_options(key, options);
                let written = prover.save_cache(cache);
                (prover, written.map_or_else(CacheUse::NotWritten, |()| CacheUse::Written(why)))
            }
        }
    }

    /// Writes what was prepared to a file, whole or not at all, in place of a cache or of nothing.
    pub fn save_cache(&self, path: &Path) -> Result<(), CacheError> {
        cache::write(&self.engine.prepared, &identity(&self.key, &self.options), path)
    }

    fn from_prepared(key: ProvingKey, prepared: PreparedKey, options: &Options) -> Self {
        let points = key.points();
        let constants =
            Constants { alpha_g1: points.vk.alpha_g1, beta_g1: points.beta_g1, beta_g2: points.vk.beta_g2 };
        let system = system(options.backend(), Constraints::Whole(key.r1cs()), points.h_query.len() + 1);
        Self { engine: Engine { constants, prepared, system }, key, options: *options }
    }

    /// Proves that the assignment satisfies the key's system.
    pub fn prove(&self, assignment: &Assignment, rng: &mut impl CryptoRngCore) -> Result<Proof, ProveError> {
        self.prove_with(assignment, Blinding::random(rng))
    }

    /// [`Prover::prove`] with given blinding factors: the same pair gives the same proof, whatever the engine.
    pub fn prove_with(&self, assignment: &Assignment, blinding: Blinding) -> Result<Proof, ProveError> {
        self.prove_controlled(assignment, blinding, &Control::default())
    }

    /// [`Prover::prove_with`] that can be cancelled and watched: for systems that take seconds.
    pub fn prove_controlled(
        &self,
        assignment: &Assignment,
        blinding: Blinding,
        control: &Control<'_>,
    ) -> Result<Proof, ProveError> {
        self.check_shape(assignment)?;
        self.finish(assignment, &WireSums::ZERO, assignment.as_slice(), blinding, control)
    }

    /// Refuses an assignment that is of another system, or whose constant is not 1.
    pub(crate) fn check_shape(&self, assignment: &Assignment) -> Result<(), ProveError> {
        check_shape(self.r1cs().num_wires(), assignment)
    }

    /// A proof from the sums of some values and how the assignment differs from those.
    pub(crate) fn finish(
        &self,
        assignment: &Assignment,
        sums: &WireSums,
        rest: &[Fr],
        blinding: Blinding,
        control: &Control<'_>,
    ) -> Result<Proof, ProveError> {
        let factors = blinding.into_factors();
        let proof = self.engine.prove(assignment.as_slice(), sums, rest, factors, &control.start());
        proof
            .map(Proof)
            .map_err(|stopped| stopped.into_error(|index| self.r1cs().clause_of_constraint(index)))
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The key.
    pub fn key(&self) -> &ProvingKey {
        &self.key
    }

    /// The system that is proved.
    pub fn r1cs(&self) -> &R1cs {
        self.key().r1cs()
    }

    /// The digest of that system.
    pub fn circuit_digest(&self) -> [u8; 32] {
        self.key().circuit_digest()
    }
}

/// Refuses an assignment of another number of wires, or whose constant is not 1.
pub(crate) fn check_shape(needed: usize, assignment: &Assignment) -> Result<(), ProveError> {
    let found = assignment.as_slice().len();
    if needed != found {
        return Err(ProveError::WrongShape { needed, found });
    }
    if !assignment.as_slice()[0].is_one() {
        return Err(ProveError::ConstantNotOne);
    }
    Ok(())
}

fn identity(key: &ProvingKey, options: &Options) -> Identity {
    Identity {
        key: key.digest(),
        backend: options.backend(),
        memory: options.memory().bytes(),
        lengths: PreparedKey::lengths(key.r1cs().num_wires(), key.points().h_query.len() + 1),
        delta: (key.points().delta_g1, key.verifying_key().delta_g2),
    }
}
