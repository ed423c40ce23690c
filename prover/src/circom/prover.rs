//! The prover for circom's keys: opened from files, or from what was read from them.

use std::path::Path;

use ark_bn254::{Bn254, Fr};
use ark_groth16::{Groth16, PreparedVerifyingKey, VerifyingKey, prepare_verifying_key};
use rand_core::CryptoRngCore;
use tacit_formats::FormatError;
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::zkey::{KeyMatrices, Zkey, ZkeyFile};
use tacit_r1cs::{Assignment, R1cs};

use super::CircomKeyError;
use super::file::{KeyFile, identity, private_folder};
use crate::control::Control;
use crate::engine::{Constants, Engine, WireSums};
use crate::options::Options;
use crate::prepared::cache::{self, CacheError, Identity};
use crate::prepared::{Folded, PreparedKey, Queries};
use crate::proof::Proof;
use crate::prover::{Blinding, CacheUse, ProveError, check_shape};
use crate::quotient::{Constraints, system};

/// Why files are no key to prove with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CircomOpenError {
    /// The key's file.
    #[error("the key: {0}")]
    Zkey(FormatError),
    /// The circuit's file.
    #[error("the circuit: {0}")]
    Circuit(FormatError),
    /// What they hold does not go together.
    #[error("{0}")]
    Key(#[from] CircomKeyError),
}

/// Makes proofs with a key of circom, and verifies each before it hands it out. Shared between threads by reference.
pub struct CircomProver {
    engine: Engine,
    wires: usize,
    knows_c: bool,
    verifying: PreparedVerifyingKey<Bn254>,
}

impl CircomProver {
    /// Prepares all that depends on the key alone, with the circuit's C if that is given.
    ///
    /// The points are taken for checked, as [`Zkey::from_bytes`] does.
    pub fn new(zkey: &Zkey, circuit: Option<&CircomR1cs>, options: &Options) -> Result<Self, CircomKeyError> {
        if let Some(circuit) = circuit {
            zkey.check_circuit(circuit)?;
        }
        let r1cs = match circuit {
            Some(circuit) => circuit.to_r1cs()?,
            None => zkey.matrices()?.to_r1cs(zkey.num_wires())?,
        };
        let constraints = constraints(&r1cs, circuit.is_some());
        let parts = zkey.parts();
        let constants =
            Constants { alpha_g1: parts.vk.alpha_g1, beta_g1: parts.beta_g1, beta_g2: parts.vk.beta_g2 };
        let prepared = prepare(zkey, constraints, options);
        Ok(Self::from_prepared(constants, &parts.vk, zkey.domain(), prepared, constraints, options))
    }

    /// [`CircomProver::new`] from files, and from the tables that were made of them last time, if `cache` has them. If not, checks
    /// every point, prepares, and writes the tables for the next time; a folder that is not there is made, for its owner alone. A file that is no such
    /// cache is left alone.
    ///
    /// The file of tables is mapped: it must not be written in place while the prover lives, and only its owner may write to it.
    pub fn open(
        zkey: &KeyFile<'_>,
        circuit: Option<&KeyFile<'_>>,
        cache: &Path,
        options: &Options,
    ) -> Result<(Self, CacheUse), CircomOpenError> {
        let head = ZkeyFile::open(zkey.bytes()).map_err(CircomOpenError::Zkey)?;
        let identity = Identity {
            key: identity(zkey, circuit),
            backend: options.backend(),
            memory: options.memory().bytes(),
            lengths: PreparedKey::lengths(head.num_wires(), head.domain()),
            delta: (*head.delta_g1(), head.verifying_key().delta_g2),
        };
        // Where there are no tables yet, the whole key is read below.
        let likely = cache.is_file();
        let (tables, r1cs) = rayon::join(
            || cache::read(cache, &identity),
            || likely.then(|| read_constraints(&head, circuit)),
        );
        match tables {
            Ok(prepared) => {
                let r1cs = r1cs.unwrap_or_else(|| read_constraints(&head, circuit))?;
                let constraints = constraints(&r1cs, circuit.is_some());
                let vk = head.verifying_key();
                let constants =
                    Constants { alpha_g1: vk.alpha_g1, beta_g1: *head.beta_g1(), beta_g2: vk.beta_g2 };
                let prover =
                    Self::from_prepared(constants, vk, head.domain(), prepared, constraints, options);
                Ok((prover, CacheUse::Loaded))
            }
            Err(why) => {
                let key = Zkey::from_bytes(zkey.bytes()).map_err(CircomOpenError::Zkey)?;
                let circuit = circuit.map(read_circuit).transpose()?;
                let prover = Self::new(&key, circuit.as_ref(), options)?;
                if matches!(why, CacheError::NoCache) {
                    return Ok((prover, CacheUse::NotWritten(why)));
                }
                let written = private_folder(cache)
                    .map_err(CacheError::from)
                    .and_then(|()| cache::write(&prover.engine.prepared, &identity, cache));
                Ok((prover, written.map_or_else(CacheUse::NotWritten, |()| CacheUse::Written(why))))
            }
        }
    }

    fn from_prepared(
        constants: Constants,
        vk: &VerifyingKey<Bn254>,
        domain: usize,
        prepared: PreparedKey,
        constraints: Constraints<'_>,
        options: &Options,
    ) -> Self {
        let system = system(options.backend(), constraints, domain);
        Self {
            engine: Engine { constants, prepared, system },
            wires: constraints.r1cs().num_wires(),
            knows_c: matches!(constraints, Constraints::Whole(_)),
            verifying: prepare_verifying_key(vk),
        }
    }

    /// Proves that the assignment satisfies the key's circuit.
    pub fn prove(&self, assignment: &Assignment, rng: &mut impl CryptoRngCore) -> Result<Proof, ProveError> {
        self.prove_with(assignment, Blinding::random(rng))
    }

    /// [`CircomProver::prove`] with given blinding factors: the same pair gives the same proof, whatever the engine.
    pub fn prove_with(&self, assignment: &Assignment, blinding: Blinding) -> Result<Proof, ProveError> {
        self.prove_controlled(assignment, blinding, &Control::default())
    }

    /// [`CircomProver::prove_with`] that can be cancelled and watched.
    pub fn prove_controlled(
        &self,
        assignment: &Assignment,
        blinding: Blinding,
        control: &Control<'_>,
    ) -> Result<Proof, ProveError> {
        check_shape(self.wires, assignment)?;
        let (z, factors) = (assignment.as_slice(), blinding.into_factors());
        let proof = self.engine.prove(z, &WireSums::ZERO, z, factors, &control.start());
        let proof = Proof(proof.map_err(|stopped| stopped.into_error(|_| CLAUSE))?);
        // Also with C: the key may be none of this circuit, or the tables another's.
        if self.holds(&proof, self.public(assignment)) { Ok(proof) } else { Err(ProveError::DoesNotHold) }
    }

    /// Whether a proof holds for these public values, the constant 1 left out.
    #[must_use]
    pub fn holds(&self, proof: &Proof, public: &[Fr]) -> bool {
        Groth16::<Bn254>::verify_proof(&self.verifying, &proof.0, public) == Ok(true)
    }

    /// The public values of an assignment, the constant 1 left out.
    ///
    /// # Panics
    /// If the assignment has fewer wires than the circuit public values.
    #[must_use]
    pub fn public<'a>(&self, assignment: &'a Assignment) -> &'a [Fr] {
        assignment.instance(1 + self.num_public())
    }

    /// Public values, the constant 1 not counted.
    #[must_use]
    pub fn num_public(&self) -> usize {
        self.verifying_key().gamma_abc_g1.len() - 1
    }

    /// Wires, the constant 1 among them.
    #[must_use]
    pub const fn num_wires(&self) -> usize {
        self.wires
    }

    /// Whether it checks each assignment against every constraint. It verifies each proof in any case.
    #[must_use]
    pub const fn checks_satisfaction(&self) -> bool {
        self.knows_c
    }

    /// The verifying key.
    #[must_use]
    pub const fn verifying_key(&self) -> &VerifyingKey<Bn254> {
        &self.verifying.vk
    }
}

/// What circuits of circom call all their constraints.
const CLAUSE: &str = "circom";

/// Whether A and B of a circuit are the key's was found out before tables were written.
fn read_constraints(head: &ZkeyFile<'_>, circuit: Option<&KeyFile<'_>>) -> Result<R1cs, CircomOpenError> {
    let rows = match circuit {
        Some(circuit) => read_circuit(circuit)?.to_r1cs(),
        None => {
            let coefficients = head.coefficients().map_err(CircomOpenError::Zkey)?;
            let matrices =
                KeyMatrices::new(&coefficients, head.num_public()).map_err(CircomKeyError::from)?;
            matrices.to_r1cs(head.num_wires())
        }
    };
    Ok(rows.map_err(CircomKeyError::from)?)
}

fn read_circuit(file: &KeyFile<'_>) -> Result<CircomR1cs, CircomOpenError> {
    CircomR1cs::from_bytes(file.bytes()).map_err(CircomOpenError::Circuit)
}

const fn constraints(r1cs: &R1cs, whole: bool) -> Constraints<'_> {
    if whole { Constraints::Whole(r1cs) } else { Constraints::WithoutC(r1cs) }
}

fn prepare(zkey: &Zkey, constraints: Constraints<'_>, options: &Options) -> PreparedKey {
    let parts = zkey.parts();
    let queries = Queries {
        a: &parts.a,
        b1: &parts.b_g1,
        b2: &parts.b_g2,
        delta_g1: parts.delta_g1,
        delta_g2: parts.vk.delta_g2,
        folded: Folded::of_circom(&parts.h, &parts.l, constraints, options.backend()),
    };
    PreparedKey::new(queries, constraints.r1cs(), options)
}
