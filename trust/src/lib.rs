//! The trust operator: which issuers count, epoch by epoch, and whose key a verifier's key is.
//!
//! - [`TrustOperator`] keeps the operator's key and decisions, adds and removes issuers, certifies verifiers and
//!   publishes the signed list of an epoch;
//! - [`verify_directory`] re-checks everything that an operator ever published, from the files alone: anybody can run it.
//!
//! The circuit is sound only for lists that were checked as follows. Each condition has its place:
//!
//! | | condition on a listed issuer key A | checked in |
//! | --- | --- | --- |
//! | 1 | canonical, on the curve, of the subgroup, not the identity | [`PublicKey`](tacit_credential::eddsa::PublicKey)'s constructor, which reading a record or a list goes through |
//! | 2 | proof of possession, bound to this operator and this issuer | [`TrustOperator::add_issuer`], and again for every list |
//! | 3 | no A twice in an epoch; no old (A, root); no A of another issuer, ever; no bit taken back | [`TrustList`](tacit_credential::trust_list::TrustList), [`History`], [`StatusSnapshot::follows`] |
//! | 4 | leaves computed here, padding leaves 0 | [`SignedTrustList`](tacit_credential::trust_list::SignedTrustList), which takes no leaf and no root from outside |
//! | 5 | words below 2^252 before any reduction; depth 6 | [`StatusSnapshot`], which reads all 512 chunks and recomputes the root |
//!
//! A sixth condition is not the circuit's but that of "one account a person": the jurisdictions of the
//! issuers listed together are disjoint ([`TrustOperator::add_issuer`], and again for every list), and an
//! issuer keeps its own for ever ([`History`]).
//!
//! Files below a published directory: `trust/<epoch, 8 digits>.json`, `trust/latest.json` (a copy of the newest), and the
//! status files that the lists refer to under `status/`, as the issuers published them.
mod attest;
mod files;
mod history;
mod operator;
pub mod paths;
mod publish;
mod snapshot;
mod verify;

pub use attest::UnknownCertificate;
pub use history::{History, HistoryError};
pub use operator::{
    AddIssuerError, CertifyError, IssuerChange, OperatorError, RemoveIssuerError, TrustOperator, Validity,
};
pub use publish::{MAX_STATUS_AGE, PublishError};
pub use snapshot::{SnapshotError, StatusSnapshot};
pub use verify::{DirectoryReport, EpochReport, IssuerReport, VerifyDirectoryError, verify_directory};

#[cfg(test)]
mod tests;
