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
    /// A quarter of the memory that this process may have, as far as known, and at most [`DEFAULT_LIMIT`](Self::DEFAULT_LIMIT).
    fn default() -> Self {
        available_memory().map_or(Self::DEFAULT_LIMIT, |bytes| Self(bytes / 4).min(Self::DEFAULT_LIMIT))
    }
}

/// The machine's memory, or what a container leaves of it. Linux says; elsewhere the limit stands.
fn available_memory() -> Option<u64> {
    let machine = read("/proc/meminfo").and_then(|info| total_memory(&info));
    machine.into_iter().chain(container_limits()).min()
}

fn total_memory(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// The limits of this process's control group and of those above it, of either version.
fn container_limits() -> Vec<u64> {
    let groups = read("/proc/self/cgroup").unwrap_or_default();
    let files = limit_files(&groups);
    files.iter().filter_map(|file| read(file)).filter_map(|text| text.trim().parse().ok()).collect()
}

/// The files that may hold a limit: a number, or `max`. Lines are `hierarchy:controllers:path`, without controllers in version 2; in
/// a container the path may be the host's, so that only the root is there.
fn limit_files(groups: &str) -> Vec<String> {
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (root, file) = match fields.next() {
            Some("") => ("/sys/fs/cgroup", "memory.max"),
            Some(controllers) if controllers.split(',').any(|name| name == "memory") => {
                ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            }
            _ => continue,
        };
        let path = fields.next().unwrap_or_default().trim_end_matches('/');
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        files.extend(ends.map(|end| format!("{root}{}/{file}", &path[..end])));
    }
    files
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_a_quarter_and_at_most_a_gibibyte() {
        let budget = MemoryBudget::default();
        assert!(budget <= MemoryBudget::DEFAULT_LIMIT && budget.bytes() > 0);
        if let Some(bytes) = available_memory() {
            assert_eq!(budget.bytes(), (bytes / 4).min(1 << 30));
        }
        assert_eq!(total_memory("MemFree: 1 kB\nMemTotal:       2048 kB\n"), Some(2 << 20));
        assert_eq!(total_memory("MemTotal: many kB\n"), None);
    }

    #[test]
    fn limits_of_control_groups() {
        let second = "0::/system.slice/one.service\n";
        let root = "/sys/fs/cgroup";
        assert_eq!(
            limit_files(second),
            ["", "/system.slice", "/system.slice/one.service"].map(|path| format!("{root}{path}/memory.max"))
        );
        assert_eq!(limit_files("0::/\n"), [format!("{root}/memory.max")]);
        let first = "12:cpu,cpuacct:/a\n9:memory:/docker/b\n";
        assert_eq!(
            limit_files(first),
            ["", "/docker", "/docker/b"].map(|path| format!("{root}/memory{path}/memory.limit_in_bytes"))
        );
        assert!(limit_files("").is_empty() && limit_files("nonsense").is_empty());
    }
}
