//! An issuer of resident IDs: keys, enrolment, revocation, re-issue, and publishing of the status tree.
//!
//! An [`Issuer`] lives in a directory with its keys and a registry in SQLite. What the circuit relies on the issuer for is
//! done here and nowhere else:
//!
//! - every packed attribute is within its range ([`ranges`]);
//! - every revocation index is given once, whatever crashes (the registry commits before a credential leaves);
//! - the credential key signs credentials only, and the message is computed from attributes (the private `keys` module).
//!
//! A registry brought back from a backup is declared with [`Issuer::restored`] ([`restore`] says why).
//!
//! Every act names its [`Actor`] and is an entry in an append-only, hash-chained log. Time and randomness are arguments.
pub mod actor;
pub mod enrol;
pub mod issuer;
mod keys;
mod lines;
pub mod publish;
pub mod ranges;
pub mod reason;
mod registry;
pub mod reissue;
pub mod restore;
pub mod revoke;
pub mod rotate;

pub use actor::{Actor, ActorError};
pub use enrol::{BatchCause, BatchError, EnrolError, EnrolSummary, Enrolment, EnrolmentLine};
pub use issuer::{InitError, Issuer, OpenError};
pub use keys::KeyFileError;
pub use publish::PublishError;
pub use ranges::RangeError;
pub use reason::{Reason, UnknownReason};
pub use registry::{Action, Counts, LogEntry, LogError, LogHash, LogHead, RegistryError};
pub use reissue::{RebindError, ReissueError};
pub use restore::{NewestPublication, RestoreError, Restored};
pub use revoke::{ReportLossError, RevokeError};
pub use rotate::{RetireError, RetiredKey, Retirement, RotateError};
