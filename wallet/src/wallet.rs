//! The wallet: one holder secret, several credentials, what was learnt from published lists.
use std::path::Path;

use rand_core::CryptoRngCore;
use serde::Serialize;
use tacit_credential::credential::{Credential, CredentialError, IssuerId};
use tacit_credential::enrolment::{EnrolRequest, LossCode, LossCodeDigest, LossCodeError};
use tacit_credential::expiry::Expiry;
use tacit_credential::holder::{HolderKey, HolderSecret};
use tacit_credential::trust_list::{Epoch, OperatorKey};

use crate::contents::{Contents, CredentialId, KeptWitness};
use crate::passphrase::{Passphrase, WorkFactor};
use crate::recovery::RecoveryPhrase;
use crate::vault::{StoreError, Vault};

/// An open wallet. One process has it open at a time; dropping it closes it.
pub struct Wallet {
    vault: Vault,
    contents: Contents,
    secret: HolderSecret,
}

/// One credential, as a list shows it. The name and number are the holder's own and shown to nobody else.
#[derive(Clone, Serialize)]
pub struct CredentialSummary {
    /// Number within the wallet.
    pub id: CredentialId,
    /// Who issued it.
    pub issuer: IssuerId,
    /// The holder's name.
    pub name: String,
    /// Document number, all but the first six and the last character replaced by `*`.
    pub number: String,
    /// Last day of validity, if there is one.
    pub expires: Expiry,
    /// What the newest list says about it.
    pub status: CredentialStatus,
}

/// What a trust list and a status tree say about a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state", content = "epoch")]
#[non_exhaustive]
pub enum CredentialStatus {
    /// No update since the credential was added.
    Unknown,
    /// Listed and not revoked in this epoch.
    Good(Epoch),
    /// Revoked in this epoch.
    Revoked(Epoch),
    /// The key that signed it is not in the list of this epoch.
    IssuerNotListed(Epoch),
}

/// What [`Wallet::add`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// A further credential.
    New(CredentialId),
    /// The credential took the place of an older one of the same document and issuer, under the same number.
    Replaced(CredentialId),
}

impl Wallet {
    /// Makes a wallet with a fresh holder secret. The phrase is the only way to see its words, so show it now.
    pub fn create(
        dir: &Path,
        passphrase: &Passphrase,
        rng: &mut impl CryptoRngCore,
    ) -> Result<(Self, RecoveryPhrase), StoreError> {
        Self::create_with(dir, passphrase, WorkFactor::DEFAULT, rng)
    }

    /// [`create`](Self::create) with another work factor.
    pub fn create_with(
        dir: &Path,
        passphrase: &Passphrase,
        work_factor: WorkFactor,
        rng: &mut impl CryptoRngCore,
    ) -> Result<(Self, RecoveryPhrase), StoreError> {
        let phrase = RecoveryPhrase::generate(rng);
        let wallet = Self::restore_with(dir, &phrase, passphrase, work_factor)?;
        Ok((wallet, phrase))
    }

    /// Makes a wallet with the holder secret of a recovery phrase. Its pseudonyms are the old ones; credentials come back
    /// from the issuer, which re-issues to the same holder key.
    pub fn restore(dir: &Path, phrase: &RecoveryPhrase, passphrase: &Passphrase) -> Result<Self, StoreError> {
        Self::restore_with(dir, phrase, passphrase, WorkFactor::DEFAULT)
    }

    /// [`restore`](Self::restore) with another work factor.
    pub fn restore_with(
        dir: &Path,
        phrase: &RecoveryPhrase,
        passphrase: &Passphrase,
        work_factor: WorkFactor,
    ) -> Result<Self, StoreError> {
        let contents = Contents::new(phrase.entropy(), work_factor);
        let vault = Vault::create(dir, passphrase, work_factor, &contents)?;
        Ok(Self::unlocked(vault, contents))
    }

    /// Opens a wallet.
    pub fn open(dir: &Path, passphrase: &Passphrase) -> Result<Self, StoreError> {
        let (vault, plain) = Vault::open(dir, passphrase)?;
        let damaged = || StoreError::Damaged { file: vault.store_file() };
        let contents = Contents::from_json(&plain, damaged)?;
        Ok(Self::unlocked(vault, contents))
    }

    fn unlocked(vault: Vault, contents: Contents) -> Self {
        let secret = HolderSecret::from_entropy(&contents.entropy.0);
        Self { vault, contents, secret }
    }

    /// From now on another passphrase opens the wallet, with the same work factor. Rewrites `key.age` alone. A copy of the
    /// old `key.age` still opens with the old passphrase.
    pub fn change_passphrase(&mut self, passphrase: &Passphrase) -> Result<(), StoreError> {
        self.vault.write_key(passphrase, self.contents.work_factor)
    }

    /// The public key behind which the holder secret hides; the issuer signs it into the credential.
    pub fn holder_key(&self) -> HolderKey {
        self.secret.key()
    }

    /// What the holder brings to the issuer's desk. The loss code is not kept: who loses the wallet must know it.
    pub fn enrol_request(
        &self,
        loss_code: &str,
        rng: &mut impl CryptoRngCore,
    ) -> Result<EnrolRequest, LossCodeError> {
        let code = LossCode::new(loss_code)?;
        Ok(EnrolRequest { holder_key: self.holder_key(), loss_code: LossCodeDigest::new(&code, rng) })
    }

    /// Takes a credential in, after checking that it is signed and for this holder. A re-issued credential replaces the
    /// older one of the same issuer and document number, but never one that is good in the newest epoch: credentials carry no
    /// date of issue, so that an old file could push out the one that counts. A re-issue is one once the old one is revoked.
    pub fn add(&mut self, credential: Credential) -> Result<Added, AddError> {
        self.check_offered(&credential)?;
        if let Some(id) = self.of_same_document(&credential)
            && let CredentialStatus::Good(epoch) = self.status(id)
        {
            return Err(AddError::StillGood { id, epoch });
        }
        self.take_in(credential)
    }

    /// [`add`](Self::add), for a holder who insists: a credential of the same issuer and document number is replaced
    /// although it is good.
    pub fn replace(&mut self, credential: Credential) -> Result<Added, AddError> {
        self.check_offered(&credential)?;
        self.take_in(credential)
    }

    fn check_offered(&self, credential: &Credential) -> Result<(), AddError> {
        credential.verify()?;
        if credential.attributes.holder_key != self.holder_key() {
            return Err(AddError::OtherHolder);
        }
        match self.of_same_document(credential) {
            Some(id) if self.credential(id) == Some(credential) => Err(AddError::Known { id }),
            _ => Ok(()),
        }
    }

    fn of_same_document(&self, credential: &Credential) -> Option<CredentialId> {
        let same_document = |old: &Credential| {
            old.issuer == credential.issuer && old.attributes.number == credential.attributes.number
        };
        let mut known = self.contents.credentials.iter();
        known.find(|(_, old)| same_document(old)).map(|(&id, _)| id)
    }

    fn take_in(&mut self, credential: Credential) -> Result<Added, AddError> {
        let added = match self.of_same_document(&credential) {
            Some(id) => Added::Replaced(id),
            None => Added::New(self.contents.next_credential),
        };
        let (Added::New(id) | Added::Replaced(id)) = added;
        let mut contents = self.contents.clone();
        if let Added::New(id) = added {
            contents.next_credential = CredentialId(id.0 + 1);
        }
        contents.credentials.insert(id, credential);
        for epoch in contents.epochs.values_mut() {
            // Another credential, another index: what was known about the old one says nothing about it.
            epoch.witnesses.remove(&id);
        }
        self.commit(contents)?;
        Ok(added)
    }

    /// The credentials, in the order in which they came.
    pub fn list(&self) -> Vec<CredentialSummary> {
        let ids = self.contents.credentials.keys();
        ids.filter_map(|id| self.summary(*id)).collect()
    }

    /// One credential with all its attributes, for the holder's own eyes.
    pub fn credential(&self, id: CredentialId) -> Option<&Credential> {
        self.contents.credentials.get(&id)
    }

    /// The pinned trust operator; `None` before the first update.
    pub fn operator(&self) -> Option<&OperatorKey> {
        self.contents.operator.as_ref()
    }

    /// The newest epoch that this wallet knows.
    pub fn newest_epoch(&self) -> Option<Epoch> {
        self.contents.seen.keys().next_back().copied()
    }

    pub(crate) fn summary(&self, id: CredentialId) -> Option<CredentialSummary> {
        let credential = self.contents.credentials.get(&id)?;
        let attributes = &credential.attributes;
        Some(CredentialSummary {
            id,
            issuer: credential.issuer.clone(),
            name: attributes.name.as_str().to_owned(),
            number: masked(attributes.number.as_str()),
            expires: attributes.expiry,
            status: self.status(id),
        })
    }

    /// What the newest kept list says about a credential.
    pub(crate) fn status(&self, id: CredentialId) -> CredentialStatus {
        let newest = self.contents.epochs.iter().next_back();
        let known = newest.and_then(|(epoch, kept)| Some((*epoch, kept.witnesses.get(&id)?)));
        match (known, self.contents.credentials.get(&id)) {
            (Some((epoch, KeptWitness::Unlisted)), _) => CredentialStatus::IssuerNotListed(epoch),
            (Some((epoch, KeptWitness::Listed(parts))), Some(credential)) => {
                if parts.1.word.get(credential.attributes.index.bit()) {
                    CredentialStatus::Revoked(epoch)
                } else {
                    CredentialStatus::Good(epoch)
                }
            }
            _ => CredentialStatus::Unknown,
        }
    }

    pub(crate) fn contents(&self) -> &Contents {
        &self.contents
    }

    pub(crate) fn secret(&self) -> &HolderSecret {
        &self.secret
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Writes the store and only then believes it. What was prepared for credentials and lists that are gone goes too.
    pub(crate) fn commit(&mut self, contents: Contents) -> Result<(), StoreError> {
        self.vault.save(&contents)?;
        self.contents = contents;
        self.prune_prepared();
        Ok(())
    }
}

/// Region and check character stay, birth date and sequence do not.
fn masked(number: &str) -> String {
    let hidden = |position: usize| (6..17).contains(&position);
    let characters = number.chars().enumerate();
    characters.map(|(position, c)| if hidden(position) { '*' } else { c }).collect()
}

/// Why a credential was not taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddError {
    /// The signature does not hold.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// The credential was made for another holder key.
    #[error(
        "this credential was made for another wallet; add it there, or restore that wallet from its recovery phrase"
    )]
    OtherHolder,
    /// The very same credential is there already.
    #[error("this credential is in the wallet already, as number {id}; nothing to do")]
    Known {
        /// Its number.
        id: CredentialId,
    },
    /// The one that is there, of the same issuer and document number, is good.
    #[error(
        "credential {id} of the same issuer and document number is good in epoch {epoch}, and this file may be an older \
         one; if it is a re-issue, run `tacit wallet update` when the issuer has published that and add it then, or insist \
         with --replace"
    )]
    StillGood {
        /// The number of the one that is there.
        id: CredentialId,
        /// The newest epoch known.
        epoch: Epoch,
    },
    /// The store could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}
