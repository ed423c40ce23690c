//! Peers that are other programs: looked for, never installed.

use std::env;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::figure::Figure;

/// A prover beside ours: its full proof of the `resident-id` circuit against ours, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Peer {
    /// Its name.
    pub name: String,
    /// Where it was found, if it is another program.
    pub program: Option<PathBuf>,
    /// The two side by side.
    pub figure: Figure,
}

/// A program that may be on this machine.
struct Program {
    name: &'static str,
    /// Names its path.
    variable: &'static str,
    /// Its name on the PATH, if it has one of its own.
    command: Option<&'static str>,
}

const PROGRAMS: [Program; 2] = [
    Program { name: "snarkjs", variable: "TACIT_SNARKJS", command: Some("snarkjs") },
    // Its binary is called `prover`, which may be anything.
    Program { name: "rapidsnark", variable: "TACIT_RAPIDSNARK", command: None },
];

/// The line of each program. They read `.zkey` and `.wtns` files, which are not written yet: so none is measured.
pub(crate) fn programs() -> Vec<Peer> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    PROGRAMS
        .iter()
        .map(|program| program.line(env::var_os(program.variable).map(Into::into), &folders))
        .collect()
}

impl Program {
    fn line(&self, named: Option<PathBuf>, folders: &[PathBuf]) -> Peer {
        let program = self.find(named.as_deref(), folders);
        let reason = match (&program, named) {
            (Some(_), _) => {
                "present, not measured: it reads .zkey and .wtns files, which this version does not write"
                    .into()
            }
            (None, Some(named)) => {
                format!("not present: {} names no file: {}", self.variable, named.display())
            }
            (None, None) => format!("not present; {} can name it", self.variable),
        };
        Peer { name: self.name.into(), figure: Figure::absent(self.name, reason), program }
    }

    fn find(&self, named: Option<&Path>, folders: &[PathBuf]) -> Option<PathBuf> {
        match (named, self.command) {
            (Some(path), _) => path.is_file().then(|| path.to_owned()),
            (None, Some(command)) => {
                folders.iter().map(|folder| folder.join(command)).find(|path| path.is_file())
            }
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_by_variable_then_path() {
        let folder = tempfile::tempdir().unwrap();
        let [on_path, named] = ["snarkjs", "prover"].map(|name| folder.path().join(name));
        std::fs::write(&on_path, "").unwrap();
        std::fs::write(&named, "").unwrap();
        let folders = [folder.path().join("none"), folder.path().to_owned()];
        let [snarkjs, rapidsnark] = &PROGRAMS;
        assert_eq!(snarkjs.line(None, &folders).program, Some(on_path));
        assert_eq!(snarkjs.line(Some(named.clone()), &folders).program, Some(named.clone()));
        assert_eq!(rapidsnark.line(None, &folders).program, None);
        assert_eq!(rapidsnark.line(Some(named.clone()), &folders).program, Some(named));
    }

    #[test]
    fn a_peer_that_was_not_measured_has_no_ratio_and_says_why() {
        for program in &PROGRAMS {
            for named in [None, Some(PathBuf::from("/nowhere"))] {
                let line = program.line(named, &[]);
                assert_eq!((line.program, line.figure.ratio()), (None, None));
                let reason = line.figure.reason().unwrap();
                assert!(reason.starts_with("not present") && reason.contains(program.variable), "{reason}");
            }
        }
    }
}
