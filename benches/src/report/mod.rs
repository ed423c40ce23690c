//! The report: what was measured as JSON, as a page that loads nothing, and as plots.

mod html;
mod page;
mod plots;
mod svg;

use serde::Serialize;

use crate::figure::{Figure, Timing};
use crate::machine::{Build, Machine, Versions};
use crate::measure::{Footprint, Size, Threads};
use crate::peers::Peer;

pub use plots::Plot;

/// Everything that was measured in one run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The day, in UTC+8.
    pub date: String,
    /// Whether it stopped at 2^14.
    pub quick: bool,
    /// Measured on.
    pub machine: Machine,
    /// Measured with.
    pub versions: Versions,
    /// How this program was built.
    pub build: Build,
    /// MiB for the tables of each key.
    pub memory_budget_mib: u64,
    /// What is compared with a peer, each under its key.
    #[serde(flatten)]
    pub figures: Figures,
    /// The product's circuit.
    pub circuit: Circuit,
    /// Assigning its wires.
    pub witness: Timing,
    /// The sums that a show starts from, once for a credential and an epoch.
    pub prepare: Timing,
    /// Full proofs by size.
    pub scaling: Vec<Size>,
    /// Full proofs at 2^14 by threads.
    pub threads: Vec<Threads>,
    /// Files, memory, first proof of a cold process.
    pub footprints: Vec<Footprint>,
    /// Everybody's full proof of the product's circuit against ours.
    pub peers: Vec<Peer>,
}

/// The figures by their keys.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// Full proof of `resident-id`, real witness, all threads.
    pub full_proof: Figure,
    /// Full proof at 2^14, full-width witness.
    pub full_proof_2_14: Figure,
    /// The same at 2^16.
    pub full_proof_2_16: Figure,
    /// The same at 2^18.
    pub full_proof_2_18: Figure,
    /// Show of `resident-id` against a full proof by the peer.
    pub show: Figure,
    /// Sum of 2^13 multiples in G1, one thread.
    pub msm_g1_2_13: Figure,
    /// The same in G2.
    pub msm_g2_2_13: Figure,
    /// Fourier transform of 2^14, one thread.
    pub fft_2_14: Figure,
    /// Two threads against one, full proof at 2^14.
    pub threads_2_14: Figure,
    /// Sixteen threads against one, full proof at 2^16.
    pub threads_16_2_16: Figure,
    /// Full proof of `resident-id` without AVX-512.
    pub portable_full_proof: Figure,
    /// Verifying one presentation with everything that a site relies on, one thread; the peer checks the proof alone.
    pub verify: Figure,
    /// The same against the peer on the same statement with every value a public input of its own.
    pub verify_vs_open_inputs: Figure,
    /// 256 presentations at once, vectorised, one thread; the peer one by one.
    pub verify_batch_256: Figure,
    /// The same in portable code.
    pub verify_batch_256_portable: Figure,
}

/// A figure with its key, and what it is in words.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// In the JSON.
    pub key: &'static str,
    /// In words.
    pub words: &'static str,
    /// The figure.
    pub figure: &'a Figure,
}

impl Figures {
    /// All, in the order of the report.
    #[must_use]
    pub fn all(&self) -> [Named<'_>; 15] {
        let named = |key, words, figure| Named { key, words, figure };
        [
            named("full_proof", "full proof, resident-id, real witness", &self.full_proof),
            named("show", "show, resident-id, against a full proof", &self.show),
            named("portable_full_proof", "full proof, resident-id, portable code", &self.portable_full_proof),
            named("full_proof_2_14", "full proof, 2^14, full-width witness", &self.full_proof_2_14),
            named("full_proof_2_16", "full proof, 2^16, full-width witness", &self.full_proof_2_16),
            named("full_proof_2_18", "full proof, 2^18, full-width witness", &self.full_proof_2_18),
            named("msm_g1_2_13", "sum of 2^13 multiples in G1, fixed points", &self.msm_g1_2_13),
            named("msm_g2_2_13", "sum of 2^13 multiples in G2, fixed points", &self.msm_g2_2_13),
            named("fft_2_14", "Fourier transform of 2^14", &self.fft_2_14),
            named("threads_2_14", "2 threads against 1, full proof, 2^14", &self.threads_2_14),
            named("verify", "verify, all checks, one thread", &self.verify),
            named("verify_vs_open_inputs", "verify, against 18 public inputs", &self.verify_vs_open_inputs),
            named("verify_batch_256", "verify 256 at once, one thread", &self.verify_batch_256),
            named(
                "verify_batch_256_portable",
                "verify 256 at once, portable code, one thread",
                &self.verify_batch_256_portable,
            ),
            named("threads_16_2_16", "16 threads against 1, full proof, 2^16", &self.threads_16_2_16),
        ]
    }
}

/// The product's circuit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Circuit {
    /// Its name.
    pub name: String,
    /// Constraints.
    pub constraints: usize,
    /// Wires, the constant included.
    pub wires: usize,
    /// Wires that differ between two requests to one holder.
    pub changing_wires: usize,
    /// Non-zero entries of the three matrices.
    pub nonzeros: usize,
    /// What each clause takes of the constraints.
    pub clauses: Vec<Clause>,
}

/// One clause.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clause {
    /// Its name.
    pub name: String,
    /// Its constraints.
    pub constraints: usize,
}

impl Report {
    /// The page: no script, nothing loaded from anywhere.
    #[must_use]
    pub fn html(&self) -> String {
        page::page(self)
    }

    /// The plots of the page, one by one.
    #[must_use]
    pub fn plots(&self) -> Vec<Plot> {
        plots::all(self)
    }
}

#[cfg(test)]
pub(crate) mod tests;
