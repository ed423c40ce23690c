//! Criterion groups; see `benches/`. Run one with `cargo bench -p tacit-benches --bench presentation`.
