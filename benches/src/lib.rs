//! Provers measured side by side, and the report of it. `tacit bench` runs this on the user's machine; the engineers' criterion
//! groups are in `benches/`: `cargo bench -p tacit-benches`.
//!
//! ```text
//! Plan ── measure ── contests of entrants ── figures ── Report ── JSON, page, plots
//! ```

mod clock;
pub mod cold;
pub mod contest;
mod error;
mod figure;
pub mod kernels;
mod machine;
mod measure;
mod peers;
mod plan;
mod report;
mod resident;
mod statistics;
pub mod stock;
pub mod synthetic;
pub mod trapdoor;
pub mod verification;

pub use error::BenchError;
pub use figure::{CpuTimes, Figure, Range, Spread, Timing};
pub use machine::{Build, Machine, Versions, peak_memory_mib};
pub use measure::{
    CircomCircuit, CircomReport, Footprint, Size, Step, Threads, Versus, Ways, measure, measure_circom,
};
pub use peers::Peer;
pub use plan::{Extent, Plan, Restart};
pub use report::{Circuit, Clause, Figures, Named, Plot, Report};
pub use resident::{Resident, benchmark_rng};
pub use statistics::Quartiles;
