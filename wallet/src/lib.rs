//! The holder's wallet: an encrypted store, and presentations made with the holder's consent.
//!
//! - [`Wallet`]: create, restore, open, add credentials, [`update`](Wallet::update) from published files;
//! - [`Wallet::prepare`] and [`Consent::approve`]: from a request to a presentation;
//! - [`Wallet::prepare_shows`]: most of the next proofs beforehand;
//! - [`Wallet::history`]: what was shown to whom.
//!
//! | who has | gets |
//! | --- | --- |
//! | the wallet's files | nothing without the passphrase: age with scrypt, see [`WorkFactor`] for the cost of a guess |
//! | files and passphrase, or the unlocked wallet | everything; no protocol stops a holder from lending it |
//! | the 24 words | holder secret and pseudonyms, but no credential: those come from the issuer |
//! | the server of published files | which issuer and which chunk of 129,024 credentials |
//!
//! Secrets are zeroized on drop and have no `Debug`. Times are arguments; nothing here reads a clock.
mod contents;
mod history;
mod passphrase;
mod prepared;
mod present;
mod proving_key;
mod published;
mod recovery;
mod update;
mod vault;
mod wallet;

pub use contents::CredentialId;
pub use history::{Forget, HISTORY_MAX, HistoryEntry, HistoryId, HistoryScope, Outcome, ShownBefore};
pub use passphrase::{Passphrase, PassphraseError, WorkFactor, WorkFactorError};
pub use prepared::{PrepareShowsError, ShowsPrepared, SumsUnused};
pub use present::{
    Approved, BeyondCertificate, Consent, ConsentSummary, DisclosedItem, OpenExtras, PresentError,
    PresentOptions, ProofEngine, PseudonymSummary, UncertifiedVerifiers, Unsuitable, VerifierSummary,
    Warning,
};
pub use proving_key::{KnownKey, ProvingKeyDigest, ProvingKeyError};
pub use published::{Published, PublishedDirectory};
pub use recovery::{RecoveryPhrase, RecoveryPhraseError};
pub use update::{KEPT_EPOCHS, UpdateError, UpdateReport};
pub use vault::StoreError;
pub use wallet::{AddError, Added, CredentialStatus, CredentialSummary, Wallet};

#[cfg(test)]
mod tests;
