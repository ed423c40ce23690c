//! One proof by a process that starts for it: how long until the proof is there, and the most memory it took.
//!
//! The files are in the system's cache, as an earlier process just wrote or read them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use ark_bn254::{Bn254, Fr};
use ark_ff::{BigInteger, PrimeField};
use ark_groth16::Proof;
use ark_serialize::CanonicalSerialize;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::{Deserialize, Serialize};
use tacit_prover::{MemoryBudget, Options, Prover, ProvingKey};
use tacit_r1cs::{Assignment, Circuit, ConstraintSystem};
use tempfile::TempDir;

use crate::error::BenchError;
use crate::machine::peak_memory_mib;
use crate::plan::{Plan, Restart};
use crate::resident::benchmark_rng;
use crate::stock::Stock;

/// What the process is to do, as a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    maker: Maker,
    key: PathBuf,
    cache: PathBuf,
    assignment: PathBuf,
    threads: usize,
    memory_mib: u64,
}

/// Whose proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Maker {
    /// Ours, from key file and key cache.
    Ours,
    /// Stock `ark-groth16`, from the same key file.
    Stock,
}

/// What the process has to say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstProof {
    /// From the start of the work until the key was ready.
    pub load_ms: f64,
    /// The proof alone.
    pub prove_ms: f64,
    /// The process's highest resident memory, mapped files included, where the system tells.
    pub peak_mib: Option<f64>,
    /// Its bytes. The randomness is the same for all, so that all must make the same proof.
    pub(crate) proof: Vec<u8>,
}

/// Does a job, in the process that was started for it.
pub fn first_proof(job: &Path) -> Result<FirstProof, BenchError> {
    let started = Instant::now();
    let job: Job = serde_json::from_slice(&fs::read(job)?)?;
    let (loaded, proof) = pool(job.threads)?.install(|| job.prove())?;
    let prove_ms = (started.elapsed() - loaded).as_secs_f64() * 1e3;
    let mut bytes = Vec::new();
    proof.serialize_compressed(&mut bytes)?;
    let load_ms = loaded.as_secs_f64() * 1e3;
    Ok(FirstProof { load_ms, prove_ms, peak_mib: peak_memory_mib(), proof: bytes })
}

impl Job {
    /// The proof, and the time until the key was ready.
    fn prove(&self) -> Result<(Duration, Proof<Bn254>), BenchError> {
        let started = Instant::now();
        let rng = &mut benchmark_rng();
        let key = ProvingKey::load(&self.key)?;
        let assignment = read_assignment(&self.assignment, key.r1cs().num_instance())?;
        match self.maker {
            Maker::Ours => {
                let options = Options::default().with_memory(MemoryBudget::mebibytes(self.memory_mib));
                let prover = Prover::load(key, &self.cache, &options)?;
                let loaded = started.elapsed();
                Ok((loaded, prover.prove(&assignment, rng)?.points().clone()))
            }
            Maker::Stock => {
                let stock = Stock::new(&key);
                let loaded = started.elapsed();
                Ok((loaded, stock.prove(&assignment, rng)?))
            }
        }
    }
}

/// The files of one circuit's jobs.
pub(crate) struct ColdStart<'a> {
    restart: &'a Restart,
    dir: TempDir,
    /// Bytes of the key file.
    pub(crate) key_bytes: u64,
    /// Bytes of the key cache.
    pub(crate) cache_bytes: u64,
}

impl<'a> ColdStart<'a> {
    /// Writes key, cache, assignment and jobs to a temporary directory.
    pub(crate) fn new(plan: &'a Plan, prover: &Prover, assignment: &Assignment) -> Result<Self, BenchError> {
        let dir = tempfile::Builder::new().prefix("tacit-bench-").tempdir()?;
        let [key, cache, values] = ["key", "cache", "assignment"].map(|name| dir.path().join(name));
        prover.key().save(&key)?;
        prover.save_cache(&cache)?;
        fs::write(&values, assignment_bytes(assignment))?;
        let (key_bytes, cache_bytes) = (fs::metadata(&key)?.len(), fs::metadata(&cache)?.len());
        for maker in [Maker::Ours, Maker::Stock] {
            let job = Job {
                maker,
                key: key.clone(),
                cache: cache.clone(),
                assignment: values.clone(),
                threads: plan.threads,
                memory_mib: plan.memory_mib,
            };
            fs::write(dir.path().join(maker.job()), serde_json::to_vec(&job)?)?;
        }
        Ok(Self { restart: &plan.restart, dir, key_bytes, cache_bytes })
    }

    /// Where the files are.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Starts a process for one proof; the time is from its start to its end.
    pub(crate) fn launch(&self, maker: Maker) -> Result<(Duration, FirstProof), BenchError> {
        let mut command = Command::new(&self.restart.program);
        command.args(&self.restart.arguments).arg(self.dir.path().join(maker.job()));
        let started = Instant::now();
        let output = command.output()?;
        let taken = started.elapsed();
        let failed = |message: String| BenchError::Restart { message };
        if !output.status.success() {
            return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        let first = serde_json::from_slice(&output.stdout).map_err(|error| failed(error.to_string()))?;
        Ok((taken, first))
    }
}

impl Maker {
    fn job(self) -> &'static str {
        match self {
            Self::Ours => "ours.json",
            Self::Stock => "stock.json",
        }
    }
}

/// A pool of so many threads.
pub(crate) fn pool(threads: usize) -> Result<ThreadPool, BenchError> {
    Ok(ThreadPoolBuilder::new().num_threads(threads).build()?)
}

/// Wires after the constant, 32 bytes each, little-endian.
fn assignment_bytes(assignment: &Assignment) -> Vec<u8> {
    assignment.as_slice()[1..].iter().flat_map(|value| value.into_bigint().to_bytes_le()).collect()
}

fn read_assignment(path: &Path, num_instance: usize) -> Result<Assignment, BenchError> {
    let bytes = fs::read(path)?;
    let values = bytes.as_chunks::<32>().0.iter().map(|bytes| Fr::from_le_bytes_mod_order(bytes)).collect();
    Ok(tacit_r1cs::assign(&Recorded { values, num_instance }))
}

/// Gives wires their values, and states nothing about them.
struct Recorded {
    values: Vec<Fr>,
    num_instance: usize,
}

impl Circuit for Recorded {
    fn synthesize<CS: ConstraintSystem>(&self, cs: &mut CS) {
        let (instance, witness) = self.values.split_at(self.num_instance - 1);
        for value in instance {
            cs.instance(|_| *value);
        }
        for value in witness {
            cs.witness(|_| *value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Extent;
    use crate::synthetic::Synthetic;
    use crate::trapdoor::Trapdoor;

    fn plan() -> Plan {
        let restart = Restart { program: "false".into(), arguments: Vec::new() };
        Plan { extent: Extent::Quick, threads: 2, memory_mib: 8, restart }
    }

    #[test]
    fn both_makers_do_their_jobs_and_make_the_same_proof() {
        let circuit = Synthetic { log_size: 6 };
        let (plan, assignment) = (plan(), tacit_r1cs::assign(&circuit));
        let key = Trapdoor::new(1).key(tacit_r1cs::compile(&circuit)).unwrap();
        let prover = Prover::with_options(key, &plan.options());
        let files = ColdStart::new(&plan, &prover, &assignment).unwrap();
        let [ours, stock] = [Maker::Ours, Maker::Stock]
            .map(|maker| first_proof(&files.dir.path().join(maker.job())).unwrap());
        assert_eq!(ours.proof, stock.proof);
        assert_eq!(ours.proof, prover.prove(&assignment, &mut benchmark_rng()).unwrap().to_bytes());
        assert!(files.key_bytes > 0 && files.cache_bytes > files.key_bytes / 2);
        assert!(matches!(files.launch(Maker::Ours), Err(BenchError::Restart { .. })), "`false` fails");
    }

    #[test]
    fn assignments_survive_their_file() {
        let (circuit, dir) = (Synthetic { log_size: 5 }, tempfile::tempdir().unwrap());
        let (assignment, path) = (tacit_r1cs::assign(&circuit), dir.path().join("assignment"));
        fs::write(&path, assignment_bytes(&assignment)).unwrap();
        assert_eq!(read_assignment(&path, 2).unwrap().as_slice(), assignment.as_slice());
    }
}
