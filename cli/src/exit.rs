//! Exit codes: one enum, and one mapping from every error of the crates below.
//!
//! | code | for |
//! | --- | --- |
//! | 1 | what was checked does not hold, or the operation is not allowed |
//! | 2 | the command line |
//! | 3 | a file or directory that is missing, taken, or cannot be read or written |
//! | 4 | a file that was read and is not what it should be, or is damaged |
//! | 5 | passphrase, loss code or recovery phrase |
//! | 6 | consent |
//!
//! [`Exit::of`] looks at the error and then at its sources. A transparent variant hides the error within it from that walk, so
//! each is looked into here by name. What no line names is a refusal: 1.

use std::error::Error as StdError;
use std::io;

use tacit_credential::credential::CredentialError;
use tacit_credential::enrolment::LossCodeError;
use tacit_credential::json::JsonFault;
use tacit_issuer as issuer;
use tacit_openid4vp::{JwsError, RequestObjectError};
use tacit_prover as prover;
use tacit_trust as trust;
use tacit_verifier as verifier;
use tacit_verifier_service as service;
use tacit_wallet as wallet;

use crate::desk::DeskError;
use crate::error::CliError;
use crate::online::OnlineError;

/// Returns the exit of the first type that the error is of, if its variant is named.
macro_rules! sorted {
    ($error:ident: $($kind:ty => { $($pattern:pat => $exit:expr,)* })*) => {
        $(if let Some(error) = $error.downcast_ref::<$kind>() {
            #[allow(unreachable_patterns)]
            return match error { $($pattern => Some($exit),)* _ => None };
        })*
    };
}

/// How a command that failed ends; the table in `tacit --help` is the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// What was checked does not hold, or the operation is not allowed.
    Refused,
    /// The command line itself is wrong.
    Usage,
    /// A file or directory is missing or taken, or cannot be read or written.
    InputOutput,
    /// A file was read and is not what it should be.
    Malformed,
    /// A passphrase, loss code or recovery phrase is missing or not the right one.
    Secret,
    /// Consent was not given.
    Consent,
    /// Stopped by this signal, after cleaning up.
    Stopped(u8),
}

impl Exit {
    /// The process's exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Refused => 1,
            Self::Usage => 2,
            Self::InputOutput => 3,
            Self::Malformed => 4,
            Self::Secret => 5,
            Self::Consent => 6,
            Self::Stopped(signal) => 128 | signal,
        }
    }

    /// The mapping, for any error of this program.
    pub(crate) fn of(error: &(dyn StdError + 'static)) -> Self {
        let mut current = Some(error);
        while let Some(error) = current {
            if let Some(exit) = Self::known(error) {
                return exit;
            }
            current = error.source();
        }
        Self::Refused
    }

    /// The mapping, for one error without its sources.
    fn known(error: &(dyn StdError + 'static)) -> Option<Self> {
        if let Some(error) = error.downcast_ref::<CliError>() {
            return Some(error.exit());
        }
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(Self::of_io(error.kind()));
        }
        if let Some(error) = error.downcast_ref::<serde_json::Error>() {
            return Some(error.io_error_kind().map_or(Self::Malformed, Self::of_io));
        }
        sorted! { error:
            JsonFault => { _ => Self::Malformed, }
            CredentialError => { CredentialError::Json(e) => Self::of(e), }
            LossCodeError => { _ => Self::Secret, }
            OnlineError => {
                OnlineError::Link(_) | OnlineError::Location(_) => Self::Usage,
                OnlineError::Unreachable { .. } => Self::InputOutput,
                OnlineError::TooLarge { .. } | OnlineError::ContentType { .. } => Self::Malformed,
                OnlineError::NotText | OnlineError::NoRequest(_) | OnlineError::Reply(_) => Self::Malformed,
                OnlineError::Object(RequestObjectError::Jws(
                    JwsError::TooLarge | JwsError::Form | JwsError::Header | JwsError::Payload,
                )) => Self::Malformed,
            }
            DeskError => {
                DeskError::Exists(_) | DeskError::Missing(_) | DeskError::NoList(_) => Self::InputOutput,
            }
        }
        Self::of_issuer(error)
            .or_else(|| Self::of_trust(error))
            .or_else(|| Self::of_wallet(error))
            .or_else(|| Self::of_service(error))
            .or_else(|| Self::of_keys_and_challenges(error))
    }

    fn of_issuer(error: &(dyn StdError + 'static)) -> Option<Self> {
        use issuer::{
            BatchCause, EnrolError, InitError, KeyFileError, LogError, OpenError, PublishError, RebindError,
            RegistryError, ReissueError, ReportLossError, RestoreError, RetireError, RevokeError,
            RotateError,
        };
        sorted! { error:
            RegistryError => {
                RegistryError::Inaccessible(_) => Self::InputOutput,
                RegistryError::Unreadable(_) | RegistryError::Damaged(_) => Self::Malformed,
                RegistryError::MarkUnreadable(e) | RegistryError::MarkUnwritten(e) => Self::of(e),
                RegistryError::Busy(_) | RegistryError::Full | RegistryError::Restored { .. } => Self::Refused,
            }
            KeyFileError => {
                KeyFileError::Malformed { .. } | KeyFileError::OtherKey { .. } => Self::Malformed,
            }
            InitError => {
                InitError::Occupied { .. } => Self::InputOutput,
                InitError::KeyFile(e) => Self::of(e),
                InitError::Registry(e) => Self::of(e),
                InitError::Open(e) => Self::of(e),
            }
            OpenError => {
                OpenError::Missing { .. } => Self::InputOutput,
                OpenError::KeyFile(e) => Self::of(e),
                OpenError::Registry(e) => Self::of(e),
                OpenError::NoKey => Self::Malformed,
            }
            EnrolError => {
                EnrolError::Line(e) => Self::of(e),
                EnrolError::LineTooLong => Self::Malformed,
                EnrolError::Registry(e) => Self::of(e),
            }
            BatchCause => { BatchCause::Registry(e) => Self::of(e), }
            RevokeError => { RevokeError::Registry(e) => Self::of(e), }
            ReportLossError => { ReportLossError::Registry(e) => Self::of(e), }
            ReissueError => { ReissueError::Registry(e) => Self::of(e), }
            RebindError => { RebindError::Reissue(e) => Self::of(e), }
            RotateError => {
                RotateError::KeyFile(e) => Self::of(e),
                RotateError::Registry(e) => Self::of(e),
            }
            RetireError => {
                RetireError::KeyFile(e) => Self::of(e),
                RetireError::Registry(e) => Self::of(e),
            }
            PublishError => {
                PublishError::Registry(e) => Self::of(e),
                PublishError::Manifest { .. } => Self::Malformed,
            }
            RestoreError => {
                RestoreError::Missing { .. } | RestoreError::OldPublication { .. } => Self::InputOutput,
                RestoreError::Status { .. } => Self::Malformed,
                RestoreError::Publication(e) => Self::of(e),
                RestoreError::Log(e) => Self::of(e),
                RestoreError::KeyFile(e) => Self::of(e),
                RestoreError::Registry(e) => Self::of(e),
            }
            LogError => { LogError::Registry(e) => Self::of(e), }
        }
        None
    }

    fn of_trust(error: &(dyn StdError + 'static)) -> Option<Self> {
        use trust::{
            AddIssuerError, CertifyError, OperatorError, PublishError, RemoveIssuerError, SnapshotError,
            VerifyDirectoryError,
        };
        sorted! { error:
            OperatorError => {
                OperatorError::Exists { .. } | OperatorError::Missing { .. } => Self::InputOutput,
                OperatorError::Damaged { .. } => Self::Malformed,
            }
            AddIssuerError => { AddIssuerError::Operator(e) => Self::of(e), }
            RemoveIssuerError => { RemoveIssuerError::Operator(e) => Self::of(e), }
            CertifyError => { CertifyError::Operator(e) => Self::of(e), }
            PublishError => {
                PublishError::Operator(e) => Self::of(e),
                PublishError::MissingList { .. } => Self::InputOutput,
            }
            SnapshotError => {
                SnapshotError::Nothing { .. } => Self::InputOutput,
                SnapshotError::Content { .. } | SnapshotError::Root { .. } => Self::Malformed,
                SnapshotError::OtherManifest => Self::Malformed,
            }
            VerifyDirectoryError => {
                VerifyDirectoryError::Empty { .. } => Self::InputOutput,
                VerifyDirectoryError::MissingEpoch { .. } => Self::InputOutput,
                VerifyDirectoryError::OtherEpoch { .. } => Self::Malformed,
            }
        }
        None
    }

    fn of_wallet(error: &(dyn StdError + 'static)) -> Option<Self> {
        use wallet::{AddError, PassphraseError, PresentError, RecoveryPhraseError, StoreError, UpdateError};
        sorted! { error:
            StoreError => {
                StoreError::Exists { .. } | StoreError::Missing { .. } => Self::InputOutput,
                StoreError::Damaged { .. } | StoreError::OtherVersion { .. } => Self::Malformed,
                StoreError::HistoryDamaged { .. } => Self::Malformed,
                StoreError::ExcessiveWork => Self::Malformed,
                StoreError::WrongPassphrase => Self::Secret,
            }
            PresentError => { PresentError::Store(e) => Self::of(e), }
            AddError => {
                AddError::Store(e) => Self::of(e),
                AddError::Credential(e) => Self::of(e),
            }
            UpdateError => {
                UpdateError::Store(e) => Self::of(e),
                UpdateError::Status { .. } | UpdateError::StatusRoot { .. } => Self::Malformed,
                UpdateError::OtherEpoch { .. } => Self::Malformed,
            }
            PassphraseError => { _ => Self::Secret, }
            RecoveryPhraseError => { _ => Self::Secret, }
        }
        None
    }

    fn of_service(error: &(dyn StdError + 'static)) -> Option<Self> {
        use service::config::ConfigError;
        use service::start::StartError;
        use service::store::StoreError;
        sorted! { error:
            StartError => {
                StartError::Config(e) => Self::of(e),
                StartError::Store(e) => Self::of(e),
                StartError::Listen { .. } | StartError::System(_) => Self::InputOutput,
            }
            StoreError => {
                StoreError::Unreachable(_) => Self::InputOutput,
                StoreError::Unreadable(_) => Self::Malformed,
            }
            ConfigError => {
                ConfigError::Read { .. } => Self::InputOutput,
                ConfigError::Missing { .. } | ConfigError::Value { .. } => Self::Usage,
                _ => Self::Malformed,
            }
        }
        None
    }

    fn of_keys_and_challenges(error: &(dyn StdError + 'static)) -> Option<Self> {
        if let Some(error) = error.downcast_ref::<prover::KeyFileError>() {
            return match error {
                prover::KeyFileError::Io(_) => None,
                _ => Some(Self::Malformed),
            };
        }
        if error.is::<prover::KeyError>() || error.is::<verifier::KeyError>() {
            return Some(Self::Malformed);
        }
        // Challenges are told apart only where their store fails: the box is the source.
        let challenge = match error.downcast_ref::<verifier::VerifyError>() {
            Some(verifier::VerifyError::Challenge(e)) => Some(e),
            _ => match error.downcast_ref::<verifier::AskError>() {
                Some(verifier::AskError::Challenge(e)) => Some(e),
                _ => error.downcast_ref(),
            },
        };
        match challenge {
            Some(verifier::ChallengeError::Store(source)) => Some(Self::of(&**source)),
            _ => None,
        }
    }

    /// The system's refusals, and files that end too early or are no text.
    fn of_io(kind: io::ErrorKind) -> Self {
        match kind {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Self::Malformed,
            _ => Self::InputOutput,
        }
    }
}
