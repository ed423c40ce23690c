//! The passphrase that opens a wallet, and how much work one guess at it costs.
//!
//! Equation: age's scrypt recipient, `N = 2^work_factor`, `r = 8`, `p = 1`; memory `128·r·N` bytes.
//!
//! Not checked here: how good the passphrase is. Only the empty one is refused; the command line advises.
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// What the holder types to open the wallet. Zeroized on drop, not printable.
#[derive(Clone)]
pub struct Passphrase(SecretString);

impl Passphrase {
    /// Takes any text but the empty one. It is used as given: blanks and case count.
    pub fn new(text: impl Into<String>) -> Result<Self, PassphraseError> {
        let text = SecretString::from(text.into());
        if text.expose_secret().is_empty() {
            return Err(PassphraseError::Empty);
        }
        Ok(Self(text))
    }

    pub(crate) fn secret(&self) -> SecretString {
        self.0.clone()
    }
}

/// Why a text cannot be a [`Passphrase`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassphraseError {
    /// Nothing was typed.
    #[error(
        "the passphrase is empty, so anybody with the file could use your ID; choose a few words that only you know"
    )]
    Empty,
}

/// Base-2 logarithm of scrypt's cost parameter N.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct WorkFactor(u8);

impl WorkFactor {
    /// N = 2^16: 64 MiB for one guess, and 0.21 to 0.25 s for `Wallet::open` (three runs, optimised build, idle two-core EPYC
    /// server; 2^17 took 0.37 to 0.45 s there). That is half the work of OWASP's least recommendation with `p = 1`, which is
    /// 2^17: for a wallet that is opened rarely, [`new`](Self::new)`(17)` is the better choice.
    pub const DEFAULT: Self = Self(16);
    /// N = 2: a guess costs nothing. For tests and throw-away wallets, where opening is repeated often.
    pub const NONE: Self = Self(1);
    /// The most that opening accepts: N = 2^22 takes 4 GiB and about ten seconds. A higher one can only be a forged file.
    pub const HIGHEST: Self = Self(22);

    /// From the logarithm, 1 to 22.
    pub fn new(log_n: u8) -> Result<Self, WorkFactorError> {
        if (Self::NONE.0..=Self::HIGHEST.0).contains(&log_n) {
            Ok(Self(log_n))
        } else {
            Err(WorkFactorError::OutOfRange { log_n })
        }
    }

    pub(crate) fn log_n(self) -> u8 {
        self.0
    }
}

impl Default for WorkFactor {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl TryFrom<u8> for WorkFactor {
    type Error = WorkFactorError;

    fn try_from(log_n: u8) -> Result<Self, WorkFactorError> {
        Self::new(log_n)
    }
}

impl From<WorkFactor> for u8 {
    fn from(factor: WorkFactor) -> Self {
        factor.0
    }
}

/// Why a number is not a [`WorkFactor`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkFactorError {
    /// Outside 1 to 22.
    #[error("work factor {log_n} is not between 1 and 22; 16 is the usual one")]
    OutOfRange {
        /// The number given.
        log_n: u8,
    },
}
