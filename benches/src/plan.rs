//! What is measured, and for how long.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use tacit_prover::{MemoryBudget, Options};

use crate::contest::Rounds;

/// What is measured, and with what.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How far to go.
    pub extent: Extent,
    /// Threads of everything that does not say otherwise.
    pub threads: usize,
    /// MiB for the tables of each key.
    pub memory_mib: u64,
    /// How this program is started anew for one proof, which is where cold starts and peak memory are measured.
    pub restart: Restart,
}

/// How far to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Circuits of up to 2^14 constraints.
    Quick,
    /// Up to 2^18.
    Full,
    /// Up to 2^20.
    Large,
}

/// A command line to which the path of a [job](crate::cold::Job) is appended; it must hand it to
/// [`cold::first_proof`](crate::cold::first_proof) and print the result as JSON.
#[derive(Clone, Debug)]
pub struct Restart {
    /// The program.
    pub program: PathBuf,
    /// What it is told before the path.
    pub arguments: Vec<OsString>,
}

impl Plan {
    /// The sizes of the synthetic circuits, as powers of two.
    #[must_use]
    pub fn sizes(&self) -> &'static [u32] {
        match self.extent {
            Extent::Quick => &[8, 10, 12, 14],
            Extent::Full => &[8, 10, 12, 14, 16, 18],
            Extent::Large => &[8, 10, 12, 14, 16, 18, 20],
        }
    }

    /// 1, 2, 4 and so on, and the number of threads.
    #[must_use]
    pub fn thread_counts(&self) -> Vec<usize> {
        let powers = (0..usize::BITS).map(|k| 1 << k).take_while(|&count| count < self.threads);
        powers.chain([self.threads]).collect()
    }

    pub(crate) fn options(&self) -> Options {
        Options::default().with_memory(MemoryBudget::mebibytes(self.memory_mib))
    }

    /// Rounds of the product's own circuit, whose entrants take about a second altogether.
    pub(crate) fn presentation(&self) -> Rounds {
        self.rounds(7, 31, 12)
    }

    /// Rounds of one kernel, whose entrants take some tens of milliseconds.
    pub(crate) fn kernel(&self) -> Rounds {
        self.rounds(9, 61, 3)
    }

    /// Rounds of one verification, whose entrants take about a millisecond.
    pub(crate) fn verification(&self) -> Rounds {
        self.rounds(31, 401, 2)
    }

    /// Rounds of a batch of verifications, whose entrants take some tenths of a second.
    pub(crate) fn batch(&self) -> Rounds {
        Rounds { uncounted: 0, ..self.rounds(5, 21, 6) }
    }

    /// Rounds of a synthetic circuit, whose entrants take from milliseconds to half a minute.
    pub(crate) fn size(&self, log_size: u32) -> Rounds {
        match log_size {
            ..=12 => self.rounds(5, 31, 2),
            13..=14 => self.rounds(5, 15, 12),
            15..=16 => Rounds { uncounted: 0, ..self.rounds(5, 7, 30) },
            _ => Rounds { uncounted: 0, ..self.rounds(3, 3, 0) },
        }
    }

    /// Rounds of processes that make one proof each.
    pub(crate) fn cold(&self, log_size: u32) -> Rounds {
        let most = if log_size > 16 { 3 } else { 5 };
        Rounds { uncounted: 0, ..self.rounds(3, most, 3) }
    }

    /// Runs that are not quick take more rounds.
    fn rounds(&self, least: usize, most: usize, seconds: u64) -> Rounds {
        let seconds = if self.extent == Extent::Quick { seconds } else { 3 * seconds };
        Rounds { least, most, budget: Duration::from_secs(seconds), uncounted: 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(threads: usize) -> Plan {
        let restart = Restart { program: "false".into(), arguments: Vec::new() };
        Plan { extent: Extent::Quick, threads, memory_mib: 64, restart }
    }

    #[test]
    fn thread_counts_double_up_to_all() {
        assert_eq!(plan(1).thread_counts(), [1]);
        assert_eq!(plan(2).thread_counts(), [1, 2]);
        assert_eq!(plan(12).thread_counts(), [1, 2, 4, 8, 12]);
    }

    #[test]
    fn each_extent_has_its_end() {
        assert_eq!(plan(2).sizes().last(), Some(&14));
        assert_eq!(Plan { extent: Extent::Full, ..plan(2) }.sizes().last(), Some(&18));
        assert_eq!(Plan { extent: Extent::Large, ..plan(2) }.sizes().last(), Some(&20));
    }
}
