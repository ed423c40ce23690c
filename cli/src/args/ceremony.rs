//! `tacit ceremony`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

pub(super) const ABOUT: &str = "\
Hold or check a trusted setup, in the files of snarkjs.

A Groth16 key has a trapdoor: whoever knows it forges proofs, and a rigged key can tell its maker what a \
proof hides. In a ceremony several parties make the key one after another, so that nobody knows the \
trapdoor if one of them was honest. The coordinator:
  tacit ceremony new --circuit resident-id --ptau powers.ptau --out 0.zkey

Each contributor, on what the one before them sent (the first makes 0.zkey anew and compares the bytes):
  tacit ceremony verify --circuit resident-id --ptau powers.ptau --zkey 1.zkey
  tacit ceremony contribute --zkey 1.zkey --out 2.zkey --name 'Consumer Council'

At the end, with public randomness that was announced beforehand:
  tacit ceremony beacon --zkey 5.zkey --out final.zkey --hash 0f3a… --iterations-exponent 20
  tacit ceremony finalise --circuit resident-id --ptau powers.ptau --zkey final.zkey --out keys

And everybody who will rely on the key, holders and businesses alike:
  tacit ceremony verify --circuit resident-id --ptau powers.ptau --zkey final.zkey --proving-key keys/resident-id.pk

Contributions by `snarkjs zkey contribute` are accepted, and snarkjs accepts these.";

/// `tacit ceremony`.
#[derive(Args)]
pub(crate) struct Ceremony {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: CeremonyCommand,
}

/// What can be done.
#[derive(Subcommand)]
pub(crate) enum CeremonyCommand {
    /// Start: the key of a circuit that nobody has contributed to.
    New(CeremonyNew),
    /// Add your contribution: a secret from what you type and the system's randomness, forgotten at once.
    #[command(long_about = CONTRIBUTE_ABOUT)]
    Contribute(CeremonyContribute),
    /// End with public randomness that nobody could foresee.
    #[command(long_about = BEACON_ABOUT)]
    Beacon(CeremonyBeacon),
    /// Check everything, and whether the keys you hold are the outcome.
    #[command(long_about = VERIFY_ABOUT)]
    Verify(CeremonyVerify),
    /// Check everything, then write the keys and the transcript.
    Finalise(CeremonyFinalise),
    /// Powers of tau: check a file, prepare it for phase 2, make small ones for development.
    Phase1(Phase1),
}

const CONTRIBUTE_ABOUT: &str = "\
Add your contribution.

Asks you to type something random, mixes it with the operating system's randomness, and forgets both and \
the secret made of them. Either source alone suffices, what you type if nobody can guess it. Write down the hash that it prints, publish it under your own name, and compare it with \
the transcript at the end: it is how anybody knows that your contribution is in the key.

Run it on a machine that you trust, with nothing else on it, and restart that machine afterwards.";

const BEACON_ABOUT: &str = "\
End the ceremony with public randomness.

The value is fixed by something that happens after the last contribution and that was announced before the \
first: the hash of a certain block, the digits of a certain draw. So the last contributor could not choose \
a factor to their liking. It is hashed 2^EXPONENT times. Nothing can be added afterwards.";

const VERIFY_ABOUT: &str = "\
Check a key and its ceremony.

Computes the initial key from the circuit and the powers of tau, and checks that every contribution \
follows from the one before, that its contributor knew the secret, and that the key is what they made, point by \
point. Everybody but you may have cheated. A contribution that does not hold is named by its number.

No file tells who the contributors were, nor whether an older state of the ceremony is passed off as its end: \
name the hashes that contributors published with --includes, and the announced beacon with --beacon. \
Prints the digest of the proving key, which wallets pin.";

/// Which circuit.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct CircuitArgument {
    /// A circuit of Tacit's, compiled by this program.
    #[arg(long, value_name = "NAME")]
    pub(crate) circuit: Option<CircuitName>,
    /// Any other circuit.
    #[arg(long, value_name = "FILE")]
    pub(crate) r1cs: Option<PathBuf>,
}

/// Circuits of Tacit's.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum CircuitName {
    /// Facts about a resident ID.
    ResidentId,
}

/// Which powers of tau.
#[derive(Args)]
pub(crate) struct PowersArgument {
    /// The powers of tau, prepared for phase 2.
    #[arg(long, value_name = "FILE")]
    pub(crate) ptau: PathBuf,
    /// Take them for checked if their BLAKE2b-512 is this: from `phase1 check`, or a list that you trust
    /// [otherwise: they are checked, which takes minutes for large ones].
    #[arg(long, value_name = "HEX", requires = "ptau")]
    pub(crate) ptau_blake2b: Option<String>,
}

/// `tacit ceremony new`.
#[derive(Args)]
pub(crate) struct CeremonyNew {
    #[command(flatten)]
    pub(crate) circuit: CircuitArgument,
    #[command(flatten)]
    pub(crate) powers: PowersArgument,
    /// Where the key goes.
    #[arg(long, value_name = "FILE", default_value = "0.zkey")]
    pub(crate) out: PathBuf,
    /// Write the circuit too, for snarkjs.
    #[arg(long, value_name = "FILE", conflicts_with = "r1cs")]
    pub(crate) r1cs_out: Option<PathBuf>,
}

/// `tacit ceremony contribute`.
#[derive(Args)]
pub(crate) struct CeremonyContribute {
    /// The key as the one before you left it.
    #[arg(long, value_name = "FILE")]
    pub(crate) zkey: PathBuf,
    /// Where the key with your contribution goes.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// The name under which you contribute.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Read the random text from standard input instead of asking.
    #[arg(long)]
    pub(crate) entropy_stdin: bool,
}

/// `tacit ceremony beacon`.
#[derive(Args)]
pub(crate) struct CeremonyBeacon {
    /// The key as the last contributor left it.
    #[arg(long, value_name = "FILE")]
    pub(crate) zkey: PathBuf,
    /// Where the final key goes.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// The public randomness, in hexadecimal.
    #[arg(long, value_name = "HEX")]
    pub(crate) hash: String,
    /// Hash it 2^EXPONENT times.
    #[arg(long, value_name = "EXPONENT", default_value_t = 20, value_parser = clap::value_parser!(u8).range(10..=30))]
    pub(crate) iterations_exponent: u8,
    /// A name for it, such as where the randomness is from.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// `tacit ceremony verify`.
#[derive(Args)]
pub(crate) struct CeremonyVerify {
    #[command(flatten)]
    pub(crate) circuit: CircuitArgument,
    /// The powers of tau, prepared for phase 2.
    #[arg(long, value_name = "FILE", required_unless_present = "initial", conflicts_with = "initial")]
    pub(crate) ptau: Option<PathBuf>,
    /// Take the powers for checked if their BLAKE2b-512 is this: from `phase1 check`, or a list that you trust
    /// [otherwise: they are checked, which takes minutes for large ones].
    #[arg(long, value_name = "HEX", requires = "ptau")]
    pub(crate) ptau_blake2b: Option<String>,
    /// The key that `tacit ceremony new` wrote, if you trust who ran it, in place of the powers.
    #[arg(long, value_name = "FILE")]
    pub(crate) initial: Option<PathBuf>,
    /// The key.
    #[arg(long, value_name = "FILE")]
    pub(crate) zkey: PathBuf,
    /// A hash that a contributor published: refuse the key unless that contribution is in it. Can be given many times.
    #[arg(long, value_name = "HEX")]
    pub(crate) includes: Vec<String>,
    /// The public randomness that was announced: refuse the key unless it ends with this beacon.
    #[arg(long, value_name = "HEX", requires = "iterations_exponent")]
    pub(crate) beacon: Option<String>,
    /// How often the beacon was to be hashed: 2^EXPONENT times.
    #[arg(long, value_name = "EXPONENT", requires = "beacon", value_parser = clap::value_parser!(u8).range(10..=30))]
    pub(crate) iterations_exponent: Option<u8>,
    /// A proving key of Tacit's: refuse unless it is the outcome of this ceremony.
    #[arg(long, value_name = "FILE", requires = "ptau")]
    pub(crate) proving_key: Option<PathBuf>,
    /// A verifying key of Tacit's: refuse unless it is the outcome of this ceremony.
    #[arg(long, value_name = "FILE", requires = "ptau")]
    pub(crate) verifying_key: Option<PathBuf>,
    /// A verification_key.json: refuse unless it is that of this key.
    #[arg(long, value_name = "FILE", requires = "ptau")]
    pub(crate) verification_key: Option<PathBuf>,
}

/// `tacit ceremony finalise`.
#[derive(Args)]
pub(crate) struct CeremonyFinalise {
    #[command(flatten)]
    pub(crate) circuit: CircuitArgument,
    #[command(flatten)]
    pub(crate) powers: PowersArgument,
    /// The final key.
    #[arg(long, value_name = "FILE")]
    pub(crate) zkey: PathBuf,
    /// Directory for keys and transcript, which must be new or empty.
    #[arg(long, value_name = "DIR", default_value = "keys")]
    pub(crate) out: PathBuf,
}

/// `tacit ceremony phase1`.
#[derive(Args)]
pub(crate) struct Phase1 {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Phase1Command,
}

/// What can be done with powers of tau.
#[derive(Subcommand)]
pub(crate) enum Phase1Command {
    /// Check a file: contributions, powers, Lagrange bases. Prints its BLAKE2b-512 for --ptau-blake2b.
    Check {
        /// The powers of tau.
        #[arg(long, value_name = "FILE")]
        ptau: PathBuf,
    },
    /// Add the Lagrange bases that phase 2 needs.
    Prepare {
        /// The powers of tau.
        #[arg(long, value_name = "FILE")]
        ptau: PathBuf,
        /// Where the prepared ones go.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Make powers for DEVELOPMENT: whoever runs this could keep the trapdoor. Keys made from them are marked.
    Development {
        /// For circuits of up to 2^POWER constraints and public values; resident-id needs 13.
        #[arg(long, value_name = "POWER", default_value_t = 13, value_parser = clap::value_parser!(u32).range(1..=20))]
        power: u32,
        /// Where they go.
        #[arg(long, value_name = "FILE", default_value = "development.ptau")]
        out: PathBuf,
    },
}
