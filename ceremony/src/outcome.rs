//! What a ceremony ends with: the proving key, the verifying key inside it, and the transcript for everybody who was not there.

use core::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};
use tacit_formats::contribution::{ContributorName, Source};
use tacit_formats::text::write_verification_key;
use tacit_formats::zkey::ConvertError;
use tacit_prover::{KeyError, Provenance, ProvingKey};
use tacit_r1cs::R1cs;

use crate::hash::ContributionHash;
use crate::phase1::Powers;
use crate::phase2::{Origin, Verified};

/// Why a verified key makes no proving key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FinaliseError {
    /// The key was verified against a file that somebody vouched for.
    #[error(
        "a key is finalised from circuit and powers of tau, not from an initial key that somebody vouches for; give the powers"
    )]
    Trusted,
    /// Another circuit than the key was verified for.
    #[error("the key was verified for another circuit; finalise it with that one")]
    OtherCircuit,
    /// Other powers than the key was verified with.
    #[error("the key was verified with other powers of tau; finalise it with those")]
    OtherPowers,
    /// The key cannot be converted.
    #[error("{0}")]
    Convert(#[from] ConvertError),
    /// The points are no key of the circuit.
    #[error("{0}")]
    Key(#[from] KeyError),
}

/// The keys, and how they came about.
pub struct Outcome {
    /// Marked [`Provenance::Ceremony`], unless the powers are for development.
    pub proving_key: ProvingKey,
    /// The verifying key as snarkjs has it.
    pub verification_key_json: String,
    /// How they came about.
    pub transcript: Transcript,
}

/// How a key came about, for publication.
#[derive(Clone, Debug, Serialize)]
pub struct Transcript {
    format: &'static str,
    /// Whether the powers, and so the key, are for development.
    pub development: bool,
    /// The circuit.
    pub circuit: TranscriptCircuit,
    /// Phase 1.
    pub powers: TranscriptPowers,
    /// Phase 2.
    pub contributions: Vec<TranscriptContribution>,
    /// The digests of what the ceremony ended with.
    pub digests: TranscriptDigests,
}

/// The circuit of a ceremony.
#[derive(Clone, Debug, Serialize)]
pub struct TranscriptCircuit {
    /// SHA-256 of its matrices, by which requests and keys of Tacit name it.
    pub digest: String,
    /// The hash of the points of its initial key, as snarkjs shows it.
    pub hash: ContributionHash,
    /// Constraints.
    pub constraints: usize,
    /// Wires, the constant 1 among them.
    pub wires: usize,
    /// Public values.
    pub public: usize,
}

/// The powers of a ceremony.
#[derive(Clone, Debug, Serialize)]
pub struct TranscriptPowers {
    /// BLAKE2b-512 of the file.
    pub blake2b: String,
    /// The power.
    pub power: u32,
    /// The power of the ceremony that they were cut from.
    pub ceremony_power: u32,
    /// Their contributions.
    pub contributions: Vec<TranscriptContribution>,
}

/// One contribution to either phase.
#[derive(Clone, Debug, Serialize)]
pub struct TranscriptContribution {
    /// Its number, from 1.
    pub number: usize,
    /// Who made it, as they say.
    pub name: Option<String>,
    /// Its hash; of phase 1, that of the response.
    pub hash: ContributionHash,
    /// The beacon that it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beacon: Option<TranscriptBeacon>,
}

/// A beacon.
#[derive(Clone, Debug, Serialize)]
pub struct TranscriptBeacon {
    /// The value that was announced, in hexadecimal.
    pub hash: String,
    /// The binary logarithm of how often it was hashed.
    pub iterations_exponent: u8,
}

/// The digests of a ceremony's files.
#[derive(Clone, Debug, Serialize)]
pub struct TranscriptDigests {
    /// SHA-256 of the last .zkey.
    pub zkey_sha256: String,
    /// The digest of Tacit's proving key, which wallets pin.
    pub proving_key: String,
    /// The digest of Tacit's verifying key, if the circuit has one public value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verifying_key: Option<String>,
    /// SHA-256 of verification_key.json.
    pub verification_key_json_sha256: String,
}

impl Verified {
    /// Makes Tacit's own key of a verified one, for the circuit and with the powers that it was verified with.
    pub fn finalise(&self, circuit: R1cs, powers: &Powers<'_>) -> Result<Outcome, FinaliseError> {
        let Origin::Computed { powers: digest, development } = self.origin else {
            return Err(FinaliseError::Trusted);
        };
        if digest != powers.digest() {
            return Err(FinaliseError::OtherPowers);
        }
        if circuit.digest() != self.circuit {
            return Err(FinaliseError::OtherCircuit);
        }
        let about = TranscriptCircuit {
            digest: hex::encode(self.circuit),
            hash: self.circuit_hash,
            constraints: circuit.num_constraints(),
            wires: circuit.num_wires(),
            public: circuit.num_instance() - 1,
        };
        let provenance = if development { Provenance::Development } else { Provenance::Ceremony };
        let proving_key = ProvingKey::new(provenance, circuit, self.zkey.to_ark()?)?;
        let verification_key_json = write_verification_key(proving_key.verifying_key());
        let digests = TranscriptDigests {
            zkey_sha256: hex::encode(Sha256::digest(self.zkey.to_bytes())),
            proving_key: hex::encode(proving_key.digest()),
            verifying_key: None,
            verification_key_json_sha256: hex::encode(Sha256::digest(&verification_key_json)),
        };
        let contributions = self.contributions.iter();
        let transcript = Transcript {
            format: "tacit-ceremony-transcript-1",
            development,
            circuit: about,
            powers: TranscriptPowers::of(powers),
            contributions: contributions
                .map(|one| TranscriptContribution::of(one.number, one.name.as_ref(), &one.source, one.hash))
                .collect(),
            digests,
        };
        Ok(Outcome { proving_key, verification_key_json, transcript })
    }
}

impl TranscriptPowers {
    fn of(powers: &Powers<'_>) -> Self {
        let contributions = powers.contributions().iter().enumerate();
        Self {
            blake2b: hex::encode(powers.digest().0),
            power: powers.power().log(),
            ceremony_power: powers.ceremony_power(),
            contributions: contributions
                .map(|(i, one)| TranscriptContribution::of(i + 1, one.name.as_ref(), &one.source, one.hash))
                .collect(),
        }
    }
}

impl TranscriptContribution {
    fn of(number: usize, name: Option<&ContributorName>, source: &Source, hash: ContributionHash) -> Self {
        let beacon = match source {
            Source::Secret => None,
            Source::Beacon(beacon) => Some(TranscriptBeacon {
                hash: hex::encode(beacon.hash()),
                iterations_exponent: beacon.exponent(),
            }),
        };
        Self { number, name: name.map(|name| name.as_str().to_owned()), hash, beacon }
    }
}

impl fmt::Display for TranscriptContribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names are whatever somebody wrote into the file.
        let name = self.name.as_deref().unwrap_or("(no name)").escape_debug();
        writeln!(f, "{:3}  {name}", self.number)?;
        if let Some(beacon) = &self.beacon {
            writeln!(f, "     beacon {}, hashed 2^{} times", beacon.hash, beacon.iterations_exponent)?;
        }
        self.hash.lines().iter().try_for_each(|line| writeln!(f, "     {line}"))
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { circuit, powers, digests, .. } = self;
        if self.development {
            writeln!(f, "DEVELOPMENT powers of tau: whoever made them can forge proofs.\n")?;
        }
        writeln!(f, "Circuit")?;
        writeln!(f, "  digest       {}", circuit.digest)?;
        let (constraints, wires, public) = (circuit.constraints, circuit.wires, circuit.public);
        writeln!(f, "  size         {constraints} constraints, {wires} wires, {public} public values")?;
        writeln!(f, "  hash")?;
        circuit.hash.lines().iter().try_for_each(|line| writeln!(f, "     {line}"))?;
        let cut = if powers.power == powers.ceremony_power {
            String::new()
        } else {
            format!(", cut from 2^{}", powers.ceremony_power)
        };
        writeln!(f, "\nPhase 1: powers of tau, 2^{}{cut}", powers.power)?;
        writeln!(f, "  BLAKE2b of the file  {}", powers.blake2b)?;
        powers.contributions.iter().try_for_each(|one| write!(f, "{one}"))?;
        writeln!(f, "\nPhase 2")?;
        self.contributions.iter().try_for_each(|one| write!(f, "{one}"))?;
        writeln!(f, "\nDigests")?;
        writeln!(f, "  .zkey, SHA-256                   {}", digests.zkey_sha256)?;
        writeln!(f, "  proving key (wallets pin it)     {}", digests.proving_key)?;
        if let Some(digest) = &digests.verifying_key {
            writeln!(f, "  verifying key                    {digest}")?;
        }
        writeln!(f, "  verification_key.json, SHA-256   {}", digests.verification_key_json_sha256)
    }
}
