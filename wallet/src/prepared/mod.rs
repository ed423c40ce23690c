//! Most of the next proof, worked out beforehand.
//!
//! Between two presentations of one credential under one list few wires change. [`Wallet::prepare_shows`] keeps the sums over
//! the others, for every credential that is good now, under every kept list that it is good in;
//! [`Consent::approve`](crate::Consent::approve) then adds what a request changes.
//!
//! | part | encoding |
//! | --- | --- |
//! | file | `prepared/<credential>-<epoch>.age`, encrypted to the wallet's own key as `store.age` is |
//! | plain bytes | `tacit-wp`, version (1 byte), binding (32 bytes), sums as [`tacit_prover::Prepared`] writes them |
//! | binding | SHA-256 of proving key and circuit digest, and of number, credential, epoch, root, path and status word |
//!
//! **Secret**: the sums and the values under them tell the witness. They are zeroized on drop and never written in clear. The
//! names of the files tell how many credentials and which epochs there are, as sizes and times of the store nearly do.
//!
//! **Never trusted**: whoever knows the wallet's own key could write such a file, and disks decay. One that is damaged, foreign, or
//! bound to something else is dropped; sums that pass all that and are wrong make a proof that does not verify, which is
//! noticed before it leaves (see [`crate::present`]). Then a full proof takes its place.
mod split;

use std::io::{self, Write};

use rand_core::CryptoRngCore;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tacit_credential::credential::Credential;
use tacit_credential::field;
use tacit_credential::statement::Witness;
use tacit_credential::status::StatusWitness;
use tacit_credential::trust_list::{Epoch, IssuerPath};
use tacit_prover::{Prepared, ProveError, Prover, ProvingKey};
use zeroize::Zeroizing;

use self::split::Case;
use crate::contents::{CredentialId, KeptEpoch, KeptWitness};
use crate::vault::{StoreError, Unreadable};
use crate::wallet::{CredentialStatus, Wallet};

const MAGIC: &[u8; 8] = b"tacit-wp";
const VERSION: u8 = 1;
const BINDING: usize = 32;
const HEAD: usize = MAGIC.len() + 1 + BINDING;
const DST: &[u8] = b"tacit/prepared-sums/v1";

/// What [`Wallet::prepare_shows`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ShowsPrepared {
    /// Pairs of credential and list prepared now.
    pub prepared: usize,
    /// Pairs that were prepared already.
    pub kept: usize,
}

/// Why nothing was prepared; proofs can be made all the same.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareShowsError {
    /// The proving key is of another circuit.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// The sums could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a proof was made without prepared sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SumsUnused {
    /// There were none.
    #[error("nothing was prepared yet")]
    Absent,
    /// The file is damaged, or of another wallet.
    #[error("what was prepared is damaged or another wallet's")]
    Damaged,
    /// They belong to another proving key, circuit, credential or list.
    #[error("what was prepared is for another proving key, credential or list")]
    Stale,
    /// The proof made with them did not verify.
    #[error("what was prepared gives no valid proof")]
    Wrong,
}

/// A credential under a kept list in which it is good.
struct Pair<'a> {
    id: CredentialId,
    credential: &'a Credential,
    epoch: Epoch,
    kept: &'a KeptEpoch,
    witness: &'a KeptWitness,
    listed: &'a (IssuerPath, StatusWitness),
}

impl Pair<'_> {
    fn file(&self) -> String {
        format!("{}-{}.age", self.id, self.epoch)
    }

    /// Changes with anything that the sums depend on.
    fn binding(&self, key: &ProvingKey) -> [u8; BINDING] {
        let mut hash = HashWriter(Sha256::new());
        hash.0.update(DST);
        hash.0.update(key.digest());
        hash.0.update(key.circuit_digest());
        hash.0.update(self.id.0.to_le_bytes());
        hash.0.update(self.epoch.0.to_le_bytes());
        hash.0.update(field::to_bytes(&self.kept.root));
        // JSON objects end where they end, so that one after the other can be read in one way only.
        serde_json::to_writer(&mut hash, self.credential)
            .expect("a credential is JSON, and hashing does not fail");
        serde_json::to_writer(&mut hash, self.witness).expect("a witness is JSON, and hashing does not fail");
        hash.0.finalize().into()
    }

    fn full_witness(&self, wallet: &Wallet) -> Witness {
        Witness::new(self.credential, wallet.secret(), &self.listed.0, &self.listed.1)
    }

    fn case<'a>(&'a self, wallet: &'a Wallet, witness: &'a Witness) -> Case<'a> {
        Case { credential: self.credential, secret: wallet.secret(), root: self.kept.root, witness }
    }
}

impl Wallet {
    /// How many pairs of credential and list proofs are possible for.
    pub fn preparable(&self) -> usize {
        self.pairs().count()
    }

    /// For how many of them nothing is prepared with this key. Reads what is, so that damage counts too.
    pub fn unprepared(&self, key: &ProvingKey) -> usize {
        self.pairs().filter(|pair| self.read(pair, key).is_err()).count()
    }

    /// Prepares what is not prepared: the newest list first, each pair written before the next is begun. After each, `watch` gets
    /// how many are done and how many there are to do.
    pub fn prepare_shows(
        &self,
        prover: &Prover,
        rng: &mut impl CryptoRngCore,
        mut watch: impl FnMut(usize, usize),
    ) -> Result<ShowsPrepared, PrepareShowsError> {
        self.prune_prepared();
        let all: Vec<_> = self.pairs().collect();
        let mut missing: Vec<_> = all.iter().filter(|pair| self.read(pair, prover.key()).is_err()).collect();
        missing.sort_by_key(|pair| (std::cmp::Reverse(pair.epoch), pair.id));
        watch(0, missing.len());
        for (done, pair) in missing.iter().enumerate() {
            self.prepare_pair(pair, prover, rng)?;
            watch(done + 1, missing.len());
        }
        Ok(ShowsPrepared { prepared: missing.len(), kept: all.len() - missing.len() })
    }

    /// Prepares one pair: for the same credential and list once more. `false` if no proof is possible for it.
    pub fn prepare_show(
        &self,
        id: CredentialId,
        epoch: Epoch,
        prover: &Prover,
        rng: &mut impl CryptoRngCore,
    ) -> Result<bool, PrepareShowsError> {
        match self.pair(id, epoch) {
            Some(pair) => self.prepare_pair(&pair, prover, rng).map(|()| true),
            None => Ok(false),
        }
    }

    fn prepare_pair(
        &self,
        pair: &Pair<'_>,
        prover: &Prover,
        rng: &mut impl CryptoRngCore,
    ) -> Result<(), PrepareShowsError> {
        let witness = pair.full_witness(self);
        let case = pair.case(self, &witness);
        let sums = prover.prepare(&case.assign(rng), &case.changing(rng))?.to_bytes();
        let mut plain = Zeroizing::new(Vec::with_capacity(HEAD + sums.len()));
        plain.extend_from_slice(MAGIC);
        plain.push(VERSION);
        plain.extend_from_slice(&pair.binding(prover.key()));
        plain.extend_from_slice(&sums);
        self.vault().write_prepared(&pair.file(), &plain)?;
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn split(&self, id: CredentialId, epoch: Epoch, rng: &mut impl CryptoRngCore) -> Vec<u32> {
        let pair = self.pair(id, epoch).unwrap();
        pair.case(self, &pair.full_witness(self)).changing_wires(rng)
    }

    /// What was prepared for a credential under a list; what is no good is dropped.
    pub(crate) fn prepared(
        &self,
        id: CredentialId,
        epoch: Epoch,
        key: &ProvingKey,
    ) -> Result<Prepared, SumsUnused> {
        let pair = self.pair(id, epoch).ok_or(SumsUnused::Absent)?;
        self.read(&pair, key).inspect_err(|_| self.drop_prepared(id, epoch))
    }

    pub(crate) fn drop_prepared(&self, id: CredentialId, epoch: Epoch) {
        let file = format!("{id}-{epoch}.age");
        self.vault().prune_prepared(|name| name != file);
    }

    /// Removes what was prepared for pairs that are no more.
    pub(crate) fn prune_prepared(&self) {
        let wanted: Vec<_> = self.pairs().map(|pair| pair.file()).collect();
        self.vault().prune_prepared(|name| wanted.iter().any(|file| file == name));
    }

    fn read(&self, pair: &Pair<'_>, key: &ProvingKey) -> Result<Prepared, SumsUnused> {
        let plain = self.vault().read_prepared(&pair.file()).map_err(|error| match error {
            Unreadable::Absent => SumsUnused::Absent,
            Unreadable::Damaged => SumsUnused::Damaged,
        })?;
        let (head, sums) = plain.split_at_checked(HEAD).ok_or(SumsUnused::Damaged)?;
        let (kind, binding) = head.split_at(HEAD - BINDING);
        if kind[..MAGIC.len()] != *MAGIC {
            return Err(SumsUnused::Damaged);
        }
        if kind[MAGIC.len()] != VERSION || binding != pair.binding(key) {
            return Err(SumsUnused::Stale);
        }
        Prepared::from_bytes(sums).map_err(|_| SumsUnused::Damaged)
    }

    fn pair(&self, id: CredentialId, epoch: Epoch) -> Option<Pair<'_>> {
        self.pairs().find(|pair| (pair.id, pair.epoch) == (id, epoch))
    }

    /// Every credential that is good in the newest list, under every kept list that proofs are possible for. What is revoked
    /// now was good in older lists, but a verifier that has the newest refuses answers about those.
    fn pairs(&self) -> impl Iterator<Item = Pair<'_>> {
        let contents = self.contents();
        contents.epochs.iter().flat_map(move |(&epoch, kept)| {
            kept.witnesses.iter().filter_map(move |(&id, witness)| {
                let credential = contents.credentials.get(&id)?;
                let CredentialStatus::Good(_) = self.status(id) else { return None };
                let KeptWitness::Listed(listed) = witness else { return None };
                let good = !listed.1.word.get(credential.attributes.index.bit());
                good.then_some(Pair { id, credential, epoch, kept, witness, listed })
            })
        })
    }
}

/// SHA-256 as a place to write to, so that no copy of what is hashed is made.
struct HashWriter(Sha256);

impl Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
