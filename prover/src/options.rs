//! What a prover may use of the machine.

use tacit_kernels::Backend;

/// Instructions and memory that a prover uses. Neither changes what it proves.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    backend: Backend,
    memory: MemoryBudget,
}

impl Default for Options {
    /// The fastest instructions of this CPU (see [`Backend::from_environment`]) and the default budget.
    fn default() -> Self {
        Self { backend: Backend::from_environment(), memory: MemoryBudget::default() }
    }
}

impl Options {
    /// With these instructions.
    #[must_use]
    pub const fn with_backend(self, backend: Backend) -> Self {
        Self { backend, ..self }
    }

    /// With tables of at most this size.
    #[must_use]
    pub const fn with_memory(self, memory: MemoryBudget) -> Self {
        Self { memory, ..self }
    }

    /// The instructions.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        self.backend
    }

    /// The budget.
    #[must_use]
    pub const fn memory(&self) -> MemoryBudget {
        self.memory
    }
}

/// How much the tables of one key may take. Small ones mean slower proofs, never other ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemoryBudget(u64);

impl MemoryBudget {
    /// What the default never exceeds: 1 GiB.
    pub const DEFAULT_LIMIT: Self = Self::mebibytes(1024);

    /// So many mebibytes.
    #[must_use]
    pub const fn mebibytes(number: u64) -> Self {
        Self(number.saturating_mul(1 << 20))
    }

    /// In bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl Default for MemoryBudget {
    /// A quarter of the machine's memory, as far as known, and at most [`DEFAULT_LIMIT`](Self::DEFAULT_LIMIT).
    fn default() -> Self {
        total_memory().map_or(Self::DEFAULT_LIMIT, |bytes| Self(bytes / 4).min(Self::DEFAULT_LIMIT))
    }
}

/// Linux says; elsewhere the limit stands.
fn total_memory() -> Option<u64> {
    let info = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = info.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}
