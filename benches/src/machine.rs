//! What was measured on, and with what: CPU, memory, versions, build.

use std::fs;

use serde::Serialize;
use tacit_prover::Backend;

/// The machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Machine {
    /// The CPU's own name, family and model; other architectures say little.
    pub cpu: String,
    /// Threads that the system offers.
    pub threads: usize,
    /// Threads that were used, unless a figure says otherwise.
    pub threads_used: usize,
    /// What the prover's kernels ran on: `avx512-ifma` or `portable`.
    pub backend: String,
    /// Instruction sets that matter here.
    pub flags: Vec<String>,
    /// Memory in MiB, where the system tells.
    pub memory_mib: Option<u64>,
    /// Operating system and architecture.
    pub system: String,
    /// Load average of the last minute when measuring began: above the number of threads used, expect wide spreads.
    pub load_at_start: Option<f64>,
    /// The same when it ended; the measurement itself counts for about the threads used.
    pub load_at_end: Option<f64>,
}

const FLAGS: [&str; 9] =
    ["adx", "avx2", "avx512_vbmi2", "avx512bw", "avx512dq", "avx512f", "avx512ifma", "avx512vl", "bmi2"];

impl Machine {
    /// This machine.
    #[must_use]
    pub fn here(threads_used: usize, backend: Backend) -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let flags = flags(&cpuinfo);
        Self {
            cpu: cpu(&cpuinfo),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            threads_used,
            backend: backend.name().into(),
            flags,
            memory_mib: kib_of("/proc/meminfo", "MemTotal:").map(|kib| kib / 1024),
            system: format!("{}, {}", std::env::consts::OS, std::env::consts::ARCH),
            load_at_start: load(),
            load_at_end: None,
        }
    }

    /// Notes the load at the end.
    pub fn finish(&mut self) {
        self.load_at_end = load();
    }
}

fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

/// The highest resident memory of this process so far, in MiB, where the system tells.
#[must_use]
pub fn peak_memory_mib() -> Option<f64> {
    kib_of("/proc/self/status", "VmHWM:").map(|kib| kib as f64 / 1024.0)
}

fn kib_of(path: &str, field: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let rest = text.lines().find_map(|line| line.strip_prefix(field))?;
    rest.split_whitespace().next()?.parse().ok()
}

fn field<'a>(cpuinfo: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
}

fn cpu(cpuinfo: &str) -> String {
    let Some(name) = field(cpuinfo, "model name") else { return std::env::consts::ARCH.into() };
    match (field(cpuinfo, "cpu family"), field(cpuinfo, "model")) {
        (Some(family), Some(model)) => format!("{name} (family {family}, model {model})"),
        _ => name.into(),
    }
}

fn flags(cpuinfo: &str) -> Vec<String> {
    let has: Vec<&str> = field(cpuinfo, "flags").unwrap_or_default().split(' ').collect();
    FLAGS.iter().filter(|flag| has.contains(flag)).map(|flag| (*flag).to_owned()).collect()
}

/// The versions that were compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Versions {
    /// Ours.
    pub tacit: String,
    /// Stock Groth16.
    pub ark_groth16: String,
    /// Stock curves.
    pub ark_ec: String,
    /// Stock polynomials.
    pub ark_poly: String,
    /// Stock fields.
    pub ark_ff: String,
    /// The compiler.
    pub rustc: String,
}

impl Versions {
    /// Of this program.
    #[must_use]
    pub fn here() -> Self {
        let lock = include_str!("../../Cargo.lock");
        let of = |name| locked(lock, name).unwrap_or("unknown").to_owned();
        Self {
            tacit: env!("CARGO_PKG_VERSION").into(),
            ark_groth16: of("ark-groth16"),
            ark_ec: of("ark-ec"),
            ark_poly: of("ark-poly"),
            ark_ff: of("ark-ff"),
            rustc: env!("TACIT_BENCH_RUSTC").into(),
        }
    }
}

fn locked<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    rest.split('"').next()
}

/// How this program was built, which decides what its ratios are worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Build {
    /// `native/asm`, or what is missing for it.
    pub label: String,
    /// Whether the peer runs at its best.
    pub native: bool,
    /// Whether the peer's assembly is compiled in.
    pub asm: bool,
    /// Flags of the compiler.
    pub rustflags: String,
    /// The profile, where `cargo xtask bench` built it.
    pub profile: String,
}

impl Build {
    /// Of this program.
    #[must_use]
    pub fn here() -> Self {
        let target = cfg!(all(target_arch = "x86_64", target_feature = "bmi2", target_feature = "adx"));
        Self::of(
            cfg!(feature = "native") && target,
            env!("TACIT_BENCH_RUSTFLAGS"),
            env!("TACIT_BENCH_PROFILE"),
        )
    }

    pub(crate) fn of(asm: bool, rustflags: &str, profile: &str) -> Self {
        let native = asm && rustflags.contains("target-cpu=native") && !profile.is_empty();
        let label = if native {
            "native/asm".into()
        } else {
            let mut missing = Vec::new();
            if !asm {
                missing.push("arkworks' assembly");
            }
            if !rustflags.contains("target-cpu=native") {
                missing.push("target-cpu=native");
            }
            if profile.is_empty() {
                missing.push("fat LTO");
            }
            format!(
                "other build, without {}: the peer is not at its best; use `cargo xtask bench`",
                missing.join(", ")
            )
        };
        Self { label, native, asm, rustflags: rustflags.into(), profile: profile.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CPUINFO: &str = "processor\t: 0\ncpu family\t: 6\nmodel\t\t: 143\nmodel name\t: Example CPU\nflags\t\t: fpu bmi2 adx avx512ifma\n\nprocessor\t: 1\n";

    #[test]
    fn reads_cpuinfo() {
        assert_eq!(cpu(CPUINFO), "Example CPU (family 6, model 143)");
        assert_eq!(flags(CPUINFO), ["adx", "avx512ifma", "bmi2"]);
        assert_eq!(flags(""), Vec::<String>::new());
    }

    #[test]
    fn versions_are_those_of_the_lock_file() {
        let versions = Versions::here();
        assert!(versions.ark_groth16.starts_with("0.6"), "{}", versions.ark_groth16);
        assert!(versions.rustc.starts_with("rustc "), "{}", versions.rustc);
        assert_eq!(locked("name = \"a\"\nversion = \"1.2\"\n", "b"), None);
    }

    #[test]
    fn a_build_says_what_it_lacks() {
        assert_eq!(Build::of(true, "-C target-cpu=native", "fat").label, "native/asm");
        let plain = Build::of(false, "", "");
        assert!(!plain.native);
        for lack in ["assembly", "target-cpu=native", "fat LTO"] {
            assert!(plain.label.contains(lack), "{}", plain.label);
        }
        assert!(!Build::of(true, "-C target-cpu=native", "").native);
    }
}
