//! Peers that are other programs: looked for, never installed.
//!
//! They read key and witness from files and write their proof to one, so what is measured of them is a process from its
//! start to its end; it is compared with the same of ours. Every proof is read and verified.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde::Serialize;
use tacit_formats::text::read_proof;
use tacit_formats::wtns::Witness;
use tacit_formats::zkey::Zkey;
use tacit_r1cs::Assignment;

use crate::error::BenchError;
use crate::figure::Figure;
use crate::stock::Stock;

/// A prover beside ours on the `resident-id` circuit, or why there is no figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Peer {
    /// Its name.
    pub name: String,
    /// The name of its file, if it is another program; where it lies is nobody else's business.
    pub program: Option<String>,
    /// The two side by side.
    pub figure: Figure,
}

/// A program that may be on this machine.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// Names its path.
    variable: &'static str,
    /// Its name on the PATH, if it has one of its own.
    command: Option<&'static str>,
    /// Before the names of key, witness, proof and public values.
    arguments: &'static [&'static str],
    /// What is measured of it.
    measured: Measured,
}

/// What is measured of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measured {
    /// From its start to its end.
    Process,
    /// What it says itself, as `nanoseconds N`: a proof once it is open.
    Proof,
}

/// rapidsnark's own time for a proof, told by `benches/circom/warm_prover.c` linked with its library.
pub(crate) const OPEN_RAPIDSNARK: Program = Program {
    name: "rapidsnark, open",
    variable: "TACIT_RAPIDSNARK_WARM",
    command: None,
    arguments: &[],
    measured: Measured::Proof,
};

pub(crate) const PROGRAMS: [Program; 2] = [
    Program {
        name: "snarkjs",
        variable: "TACIT_SNARKJS",
        command: Some("snarkjs"),
        arguments: &["groth16", "prove"],
        measured: Measured::Process,
    },
    // Its binary is called `prover`, which may be anything.
    Program {
        name: "rapidsnark",
        variable: "TACIT_RAPIDSNARK",
        command: None,
        arguments: &[],
        measured: Measured::Process,
    },
];

pub(crate) const KEY: &str = "key.zkey";
pub(crate) const WITNESS: &str = "witness.wtns";
pub(crate) const PROOF: &str = "proof.json";
pub(crate) const PUBLIC: &str = "public.json";

impl Program {
    /// Where it is, or why it cannot be measured.
    pub(crate) fn find(&self) -> Result<PathBuf, String> {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = env::split_paths(&path).collect();
        self.look(env::var_os(self.variable).map(PathBuf::from).as_deref(), &folders)
    }

    fn look(&self, named: Option<&Path>, folders: &[PathBuf]) -> Result<PathBuf, String> {
        if let Some(named) = named {
            // It will be started in another directory.
            return named
                .canonicalize()
                .ok()
                .filter(|path| path.is_file())
                .ok_or_else(|| format!("not present: {} names no file: {}", self.variable, named.display()));
        }
        let on_path = |command| folders.iter().map(|folder| folder.join(command)).find(|path| path.is_file());
        self.command.and_then(on_path).ok_or_else(|| format!("not present; {} can name it", self.variable))
    }

    /// What it is called among those who are compared.
    pub(crate) fn entrant(&self) -> String {
        match self.measured {
            Measured::Process => format!("{}, a process from start to end", self.name),
            Measured::Proof => self.name.to_owned(),
        }
    }

    /// One proof by a process of its own, in a directory that [`write_files`] filled.
    pub(crate) fn prove(
        &self,
        path: &Path,
        dir: &Path,
        stock: &Stock<'_>,
        assignment: &Assignment,
        threads: usize,
    ) -> Result<Duration, BenchError> {
        let mut command = Command::new(path);
        command.args(self.arguments).args([KEY, WITNESS, PROOF, PUBLIC]);
        // rapidsnark heeds it.
        command.env("OMP_NUM_THREADS", threads.to_string());
        let (taken, said) = run(self.name, command, dir, stock, assignment)?;
        match self.measured {
            Measured::Process => Ok(taken),
            Measured::Proof => said
                .lines()
                .find_map(|line| line.strip_prefix("nanoseconds ")?.parse().ok())
                .map(Duration::from_nanos)
                .ok_or_else(|| BenchError::Program {
                    program: self.name,
                    message: "it did not say how long its proof took".into(),
                }),
        }
    }
}

/// One proof by a process in a directory that [`write_files`] filled, which writes it to [`PROOF`]; it must hold. How long the process
/// took, and what it said.
pub(crate) fn run(
    name: &'static str,
    mut command: Command,
    dir: &Path,
    stock: &Stock<'_>,
    assignment: &Assignment,
) -> Result<(Duration, String), BenchError> {
    let failed = |message: String| BenchError::Program { program: name, message };
    let _ = fs::remove_file(dir.join(PROOF));
    command.current_dir(dir);
    let started = Instant::now();
    let output = command.output()?;
    let taken = started.elapsed();
    if !output.status.success() {
        let words = [output.stdout, output.stderr].concat();
        return Err(failed(format!("{}: {}", output.status, String::from_utf8_lossy(&words).trim())));
    }
    let proof = fs::read(dir.join(PROOF)).map_err(|error| failed(format!("it wrote no proof: {error}")))?;
    let proof = read_proof(&proof).map_err(|error| failed(error.to_string()))?;
    stock.require(name, &proof, assignment)?;
    Ok((taken, String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// Key and witness as those programs read them.
pub(crate) fn write_files(dir: &Path, key: &Zkey, assignment: &Assignment) -> Result<(), BenchError> {
    fs::write(dir.join(KEY), key.to_bytes())?;
    let witness = Witness::new(assignment.clone()).ok_or(BenchError::TooLarge)?;
    fs::write(dir.join(WITNESS), &*witness.to_bytes())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use tacit_formats::text::write_proof;

    use super::*;
    use crate::resident::benchmark_rng;
    use crate::synthetic::Synthetic;
    use crate::trapdoor::Trapdoor;

    #[test]
    fn programs_are_found_by_variable_then_path() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let [on_path, named] = ["snarkjs", "prover"].map(|name| folder.join(name));
        fs::write(&on_path, "").unwrap();
        fs::write(&named, "").unwrap();
        let folders = [folder.join("none"), folder.clone()];
        let [snarkjs, rapidsnark] = &PROGRAMS;
        assert_eq!(snarkjs.look(None, &folders), Ok(on_path));
        assert_eq!(snarkjs.look(Some(&named), &folders), Ok(named.clone()));
        assert_eq!(rapidsnark.look(Some(&named), &folders), Ok(named));
        for program in &PROGRAMS {
            for absent in [program.look(None, &[]), program.look(Some(Path::new("/nowhere")), &folders)] {
                let reason = absent.unwrap_err();
                assert!(reason.starts_with("not present") && reason.contains(program.variable), "{reason}");
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_writes_no_proof_or_a_false_one_has_failed() {
        let dir = tempfile::tempdir().unwrap();
        let circuit = Synthetic { log_size: 5 };
        let key = Trapdoor::new(1).key(tacit_r1cs::compile(&circuit)).unwrap();
        let (stock, assignment) = (Stock::new(&key), tacit_r1cs::assign(&circuit));
        write_files(dir.path(), &Trapdoor::new(1).zkey(&key).unwrap(), &assignment).unwrap();
        assert!(Zkey::from_bytes(&fs::read(dir.path().join(KEY)).unwrap()).is_ok());
        let prove = |program: &str| PROGRAMS[1].prove(Path::new(program), dir.path(), &stock, &assignment, 1);
        for program in ["/bin/false", "/bin/true"] {
            assert!(matches!(prove(program), Err(BenchError::Program { program: "rapidsnark", .. })));
        }
        // One that writes what it finds.
        let script = dir.path().join("prover");
        fs::write(&script, "#!/bin/sh\ncp found.json \"$3\"\n").unwrap();
        fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let mut proof = stock.prove(&assignment, &mut benchmark_rng()).unwrap();
        fs::write(dir.path().join("found.json"), write_proof(&proof)).unwrap();
        assert!(prove(script.to_str().unwrap()).is_ok());
        proof.c = proof.a;
        fs::write(dir.path().join("found.json"), write_proof(&proof)).unwrap();
        assert!(matches!(
            prove(script.to_str().unwrap()),
            Err(BenchError::FalseProof { maker: "rapidsnark" })
        ));
    }
}
