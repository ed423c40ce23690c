//! Provers measured side by side, and the report of it. `tacit bench` runs this on the user's machine; the engineers' criterion
//! groups are in `benches/`: `cargo bench -p tacit-benches --bench presentation`.

pub mod contest;
mod error;
mod figure;
mod machine;
mod resident;
mod statistics;
pub mod stock;
pub mod synthetic;
pub mod trapdoor;

pub use error::BenchError;
pub use figure::{Figure, Range, Spread};
pub use machine::{Build, Machine, Versions, peak_memory_mib};
pub use resident::{Resident, benchmark_rng};
pub use statistics::Quartiles;
