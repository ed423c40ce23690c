//! Which instructions to use: found out once, at run time, and carried as a token.
//!
//! [`Backend`] can only be made by asking the CPU, so holding the IFMA one proves that its instructions exist; no other way
//! leads into the vector code. `TACIT_BACKEND=portable` in the environment, or [`Backend::portable`] in code, gives the portable
//! one on any machine.

use ark_bn254::{Fq, Fr};

use crate::lanes::PrimeLanes;
use crate::portable;

/// The environment variable read by [`Backend::from_environment`].
const VARIABLE: &str = "TACIT_BACKEND";

/// A set of instructions that this CPU has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backend(Choice);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    #[cfg(target_arch = "x86_64")]
    Ifma(crate::ifma::Token),
    Portable,
}

impl Backend {
    /// The fastest backend of this CPU.
    #[must_use]
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(token) = crate::ifma::Token::detect() {
            return Self(Choice::Ifma(token));
        }
        Self::portable()
    }

    /// The backend that runs everywhere.
    #[must_use]
    pub const fn portable() -> Self {
        Self(Choice::Portable)
    }

    /// What `TACIT_BACKEND` names, or the fastest if it names nothing that this CPU has ([`Backend::try_from_environment`] tells).
    #[must_use]
    pub fn from_environment() -> Self {
        Self::try_from_environment().unwrap_or_else(|_| Self::detect())
    }

    /// What `TACIT_BACKEND` names; the fastest if it is not set, or empty.
    ///
    /// # Errors
    /// If it names no backend that this CPU can run.
    pub fn try_from_environment() -> Result<Self, UnknownBackend> {
        match std::env::var_os(VARIABLE) {
            Some(name) if !name.is_empty() => name.to_str().and_then(Self::named).ok_or(UnknownBackend),
            _ => Ok(Self::detect()),
        }
    }

    /// The backend of this [`name`](Self::name), if this CPU can run it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|backend| backend.name() == name)
    }

    /// Every backend that this CPU can run: what a test loops over.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::portable()];
        if Self::detect() != Self::portable() {
            all.push(Self::detect());
        }
        all
    }

    /// `portable` or `avx512-ifma`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Choice::Ifma(_) => "avx512-ifma",
            Choice::Portable => "portable",
        }
    }

    /// Runs a task with this backend's vectors.
    pub fn run<T: Task>(self, task: T) -> T::Output {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Choice::Ifma(token) => token.run(task),
            Choice::Portable => portable::run(task),
        }
    }
}

/// `TACIT_BACKEND` names no backend that this CPU can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownBackend;

impl core::fmt::Display for UnknownBackend {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let names: Vec<&str> = Backend::all().into_iter().map(Backend::name).collect();
        let names = names.join(" or ");
        write!(
            f,
            "{VARIABLE} names nothing that this CPU can run; set it to {names}, or to nothing for the fastest"
        )
    }
}

impl core::error::Error for UnknownBackend {}

/// Work that can run on any backend: compiled once for each.
pub trait Task {
    /// What it returns.
    type Output;

    /// The work, with the vectors of one backend.
    fn run<V: Vectors>(self) -> Self::Output;
}

/// The vector types of one backend.
///
/// Whoever can name the IFMA implementation was called by [`Backend::run`] on a CPU that has the instructions.
pub trait Vectors: Copy + Send + Sync + 'static {
    /// Eight elements of the base field.
    type Fq: PrimeLanes<Field = Fq>;
    /// Eight elements of the scalar field.
    type Fr: PrimeLanes<Field = Fr>;

    /// Runs a loop compiled with the backend's instructions.
    fn enter<K: Kernel>(kernel: K) -> K::Output;
}

/// A hot loop. Mark [`run`](Kernel::run) and all it calls `#[inline(always)]`: only what is inlined into
/// [`Vectors::enter`] is compiled with the backend's instructions; the rest would be correct, and fifty times slower. Closures cannot
/// be marked, so a closure must not call the operations of [`Lanes`](crate::Lanes); plain loops do.
pub trait Kernel {
    /// What it returns.
    type Output;

    /// The loop.
    fn run(self) -> Self::Output;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backends_are_named() {
        for backend in Backend::all() {
            assert_eq!(Backend::named(backend.name()), Some(backend));
        }
        for other in ["", "Portable", "portable ", "avx512", "AVX512-IFMA"] {
            assert_eq!(Backend::named(other), None);
        }
        assert!(UnknownBackend.to_string().contains("TACIT_BACKEND names nothing"));
    }
}
