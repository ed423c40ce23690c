//! A verifier's state directory: its key, the operator it pins, its certificate, its requests and their challenges.
//!
//! ```text
//! STATE/key                        the Ed25519 seed, 64 hex digits, readable by its owner alone
//! STATE/operator                   the pinned operator's key, 64 hex digits
//! STATE/certificate.json           what the operator certified, once installed
//! STATE/requests/<challenge>.json  requests as signed
//! STATE/lists/<epoch>.json         trust lists as they were used: two different ones of an epoch are refused for ever
//! STATE/challenges/open/<challenge>, STATE/challenges/used/<challenge>   content: expiry, seconds since 1970, decimal
//! ```
//!
//! **Once.** A challenge is issued by creating its file without overwriting one and consumed by renaming it from `open`
//! to `used`. A rename finds its source or fails, so of any number of processes that consume one challenge, one
//! succeeds; the directory `used` is synced before that is believed. What expired more than a day ago is forgotten when a new
//! challenge is issued; the verifier refuses expired requests before it looks here.
//!
//! Not done here: anything about proofs; see `tacit_verifier`.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rand_core::CryptoRngCore;
use tacit_credential::certificate::{VerifierCertificate, VerifierKey};
use tacit_credential::date::UnixTime;
use tacit_credential::request::{Challenge, SignedRequest};
use tacit_credential::trust_list::{Epoch, OperatorKey, SignedTrustList};
use tacit_verifier::{AddListError, ChallengeError, ChallengeStore, SigningKey, Verifier};
use zeroize::Zeroizing;

use crate::error::{CliError, NoHexKey};
use crate::files;

/// Seconds for which an expired challenge is remembered, so that a late answer is told "expired" and not "unknown".
const REMEMBERED: u64 = 86_400;

/// A verifier's state directory.
pub(crate) struct Desk {
    dir: PathBuf,
}

/// Why a state directory is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum DeskError {
    /// There is one already.
    #[error("{} holds a verifier's key already; use it, or name another directory.", .0.display())]
    Exists(PathBuf),
    /// There is none.
    #[error("{} is no verifier's state directory; make one with `tacit request init`.", .0.display())]
    Missing(PathBuf),
    /// A certificate for somebody else.
    #[error("the certificate is for another key; have the trust operator certify {0}.")]
    OtherKey(VerifierKey),
    /// A request over a list that is gone.
    #[error("{} is missing, the trust list of this request; make a new request.", .0.display())]
    NoList(PathBuf),
    /// A list that this desk has left behind.
    #[error(
        "the published trust list is of epoch {offered}, and this desk used epoch {newest} before; fetch the current list: \
         an old one calls revoked IDs good."
    )]
    OlderList {
        /// The epoch on offer.
        offered: Epoch,
        /// The newest one used.
        newest: Epoch,
    },
}

impl Desk {
    /// Makes the directory and a key.
    pub(crate) fn init(
        dir: &Path,
        operator: &OperatorKey,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Self, CliError> {
        let desk = Self { dir: dir.to_owned() };
        if desk.key_file().exists() {
            return Err(crate::error::refused(DeskError::Exists(dir.to_owned())));
        }
        let store = desk.store();
        for folder in [desk.requests(), desk.lists(), store.open(), store.used()] {
            fs::create_dir_all(&folder).map_err(CliError::write(&folder))?;
        }
        files::write(&desk.operator_file(), format!("{operator}\n").as_bytes())?;
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        files::write_secret(&desk.key_file(), Zeroizing::new(hex::encode(*seed)).as_bytes())?;
        Ok(desk)
    }

    /// Opens the directory.
    pub(crate) fn open(dir: &Path) -> Result<Self, CliError> {
        let desk = Self { dir: dir.to_owned() };
        if desk.key_file().is_file() {
            Ok(desk)
        } else {
            Err(crate::error::refused(DeskError::Missing(dir.to_owned())))
        }
    }

    /// The verifier's signing key.
    pub(crate) fn signing_key(&self) -> Result<SigningKey, CliError> {
        let file = self.key_file();
        let text = Zeroizing::new(files::read_text(&file, "a verifier's key")?);
        let mut seed = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), &mut *seed)
            .map_err(|_| NoHexKey)
            .map_err(CliError::malformed(&file, "a verifier's key"))?;
        Ok(SigningKey::from_bytes(&seed))
    }

    /// The pinned operator.
    pub(crate) fn operator(&self) -> Result<OperatorKey, CliError> {
        let file = self.operator_file();
        let text = files::read_text(&file, "an operator's key")?;
        OperatorKey::from_hex(text.trim()).map_err(CliError::malformed(&file, "an operator's key"))
    }

    /// The certificate, if one is installed.
    pub(crate) fn certificate(&self) -> Result<Option<VerifierCertificate>, CliError> {
        let file = self.certificate_file();
        if file.exists() { files::read_certificate(&file).map(Some) } else { Ok(None) }
    }

    /// Installs a certificate for this verifier's key.
    pub(crate) fn install(&self, certificate: &VerifierCertificate, now: UnixTime) -> Result<(), CliError> {
        let key = VerifierKey::from(&self.signing_key()?);
        if certificate.key != key {
            return Err(crate::error::refused(DeskError::OtherKey(key)));
        }
        certificate.verify(&self.operator()?, now).map_err(crate::error::refused)?;
        files::write_json(&self.certificate_file(), certificate)
    }

    /// Keeps a request, so that a later process finds it by its challenge.
    pub(crate) fn keep(&self, request: &SignedRequest) -> Result<(), CliError> {
        files::write(&self.request_file(&request.request.challenge()), request.to_json().as_bytes())
    }

    /// The request of a challenge, if it was made here.
    pub(crate) fn request(&self, challenge: &Challenge) -> Result<Option<SignedRequest>, CliError> {
        let file = self.request_file(challenge);
        if file.exists() { files::read_request(&file).map(Some) } else { Ok(None) }
    }

    /// Takes a published trust list into use, next to those used before, and keeps it. A list older than one used
    /// before is refused: credentials may have been revoked since.
    pub(crate) fn adopt(&self, verifier: &Verifier, list: &SignedTrustList) -> Result<(), CliError> {
        let epoch = list.list.epoch;
        let newest = self.newest_epoch()?;
        if let Some(newest) = newest.filter(|newest| *newest > epoch) {
            return Err(crate::error::refused(DeskError::OlderList { offered: epoch, newest }));
        }
        // The newest list used before: the chain, and what must not be taken back.
        if let Some(known) = newest {
            match self.use_known(verifier, known) {
                Ok(())
                | Err(UseListError::Missing(_) | UseListError::Refused(AddListError::Expired { .. })) => {}
                Err(error) => return Err(error.into()),
            }
        }
        verifier.add_trust_list(list.clone()).map_err(crate::error::refused)?;
        files::write_json(&self.list_file(epoch), list)
    }

    /// The newest epoch that this desk ever used: whoever serves the lists cannot take it back behind that.
    pub(crate) fn newest_epoch(&self) -> Result<Option<Epoch>, CliError> {
        let folder = self.lists();
        if !folder.exists() {
            return Ok(None);
        }
        let number = |name: &str| name.strip_suffix(".json").and_then(|number| number.parse().ok());
        Ok(files::names(&folder)?.iter().filter_map(|name| number(name)).max().map(Epoch))
    }

    /// Gives a verifier the trust list that a request of this desk names. If this desk used a newer one since, the verifier
    /// was built to know its number and needs no list to refuse.
    pub(crate) fn use_list(&self, verifier: &Verifier, epoch: Epoch) -> Result<(), CliError> {
        match self.newest_epoch()? {
            Some(newest) if newest > epoch => Ok(()),
            _ => Ok(self.use_known(verifier, epoch)?),
        }
    }

    fn use_known(&self, verifier: &Verifier, epoch: Epoch) -> Result<(), UseListError> {
        let file = self.list_file(epoch);
        if !file.exists() {
            return Err(UseListError::Missing(file));
        }
        let list = files::read_json(&file, "a trust list").map_err(|e| UseListError::File(Box::new(e)))?;
        verifier.add_trust_list(list).map(drop).map_err(UseListError::Refused)
    }

    /// The challenges.
    pub(crate) fn store(&self) -> FileChallengeStore {
        FileChallengeStore { dir: self.dir.join("challenges"), requests: self.requests() }
    }

    fn key_file(&self) -> PathBuf {
        self.dir.join("key")
    }

    fn operator_file(&self) -> PathBuf {
        self.dir.join("operator")
    }

    fn certificate_file(&self) -> PathBuf {
        self.dir.join("certificate.json")
    }

    fn requests(&self) -> PathBuf {
        self.dir.join("requests")
    }

    fn lists(&self) -> PathBuf {
        self.dir.join("lists")
    }

    fn list_file(&self, epoch: Epoch) -> PathBuf {
        self.lists().join(format!("{:08}.json", epoch.0))
    }

    fn request_file(&self, challenge: &Challenge) -> PathBuf {
        self.requests().join(format!("{challenge}.json"))
    }
}

/// Why a kept trust list is not used.
enum UseListError {
    /// None of that epoch was used here; this file would hold it.
    Missing(PathBuf),
    /// The file cannot be read.
    File(Box<CliError>),
    /// The verifier refuses it.
    Refused(AddListError),
}

impl From<UseListError> for CliError {
    fn from(error: UseListError) -> Self {
        match error {
            UseListError::Missing(file) => crate::error::refused(DeskError::NoList(file)),
            UseListError::File(error) => *error,
            UseListError::Refused(error) => crate::error::refused(error),
        }
    }
}

/// Challenges as files; the module's head says how each is used once.
pub(crate) struct FileChallengeStore {
    dir: PathBuf,
    requests: PathBuf,
}

impl FileChallengeStore {
    fn open(&self) -> PathBuf {
        self.dir.join("open")
    }

    fn used(&self) -> PathBuf {
        self.dir.join("used")
    }

    fn forget_expired(&self, now: UnixTime) -> io::Result<()> {
        for folder in [self.open(), self.used()] {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                let expired = expiry(&path)?.is_some_and(|at| at.0.saturating_add(REMEMBERED) <= now.0);
                if expired {
                    ignore_missing(fs::remove_file(&path))?;
                    if let Some(name) = path.file_name().and_then(|name| name.to_str()) {
                        ignore_missing(fs::remove_file(self.requests.join(format!("{name}.json"))))?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl ChallengeStore for FileChallengeStore {
    fn issue(
        &self,
        challenge: &Challenge,
        expires_at: UnixTime,
        now: UnixTime,
    ) -> Result<(), ChallengeError> {
        self.forget_expired(now).map_err(store)?;
        let name = challenge.to_string();
        if self.used().join(&name).exists() {
            return Err(ChallengeError::Duplicate);
        }
        let mut file = tempfile::NamedTempFile::new_in(&self.dir).map_err(store)?;
        write!(file, "{}", expires_at.0).map_err(store)?;
        file.as_file().sync_all().map_err(store)?;
        match file.persist_noclobber(self.open().join(&name)) {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(ChallengeError::Duplicate)
            }
            Err(error) => Err(store(error.error)),
        }
    }

    fn check(&self, challenge: &Challenge, now: UnixTime) -> Result<(), ChallengeError> {
        let name = challenge.to_string();
        match expiry(&self.open().join(&name)).map_err(store)? {
            Some(expires_at) if expires_at <= now => Err(ChallengeError::Expired),
            Some(_) => Ok(()),
            None if self.used().join(&name).exists() => Err(ChallengeError::Used),
            None => Err(ChallengeError::Unknown),
        }
    }

    fn consume(&self, challenge: &Challenge, now: UnixTime) -> Result<(), ChallengeError> {
        self.check(challenge, now)?;
        let name = challenge.to_string();
        match fs::rename(self.open().join(&name), self.used().join(&name)) {
            Ok(()) => sync(&self.used()).map_err(store),
            // Somebody else was faster between the check and the rename.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(ChallengeError::Used),
            Err(error) => Err(store(error)),
        }
    }
}

/// The expiry in a challenge's file; none without the file.
fn expiry(path: &Path) -> io::Result<Option<UnixTime>> {
    match fs::read_to_string(path) {
        Ok(text) => text.trim().parse().map(|at| Some(UnixTime(at))).map_err(|error| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{} is damaged ({error})", path.display()))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn ignore_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn sync(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

fn store(error: io::Error) -> ChallengeError {
    ChallengeError::Store(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const NOW: UnixTime = UnixTime(1_800_000_000);
    const LATER: UnixTime = UnixTime(NOW.0 + 600);

    fn desk() -> (tempfile::TempDir, Desk) {
        let dir = tempfile::tempdir().unwrap();
        let operator = OperatorKey::from(&SigningKey::from_bytes(&[5; 32]));
        let desk = Desk::init(&dir.path().join("desk"), &operator, &mut rand::rngs::OsRng).unwrap();
        (dir, desk)
    }

    fn challenge(byte: u8) -> Challenge {
        let mut bytes = [0; 32];
        bytes[0] = byte;
        Challenge::from_bytes(&bytes).unwrap()
    }

    #[test]
    fn a_challenge_is_used_once() {
        let (_dir, desk) = desk();
        let store = desk.store();
        assert!(matches!(store.consume(&challenge(1), NOW), Err(ChallengeError::Unknown)));
        store.issue(&challenge(1), LATER, NOW).unwrap();
        assert!(matches!(store.issue(&challenge(1), LATER, NOW), Err(ChallengeError::Duplicate)));
        assert!(matches!(store.consume(&challenge(1), LATER), Err(ChallengeError::Expired)));
        store.consume(&challenge(1), NOW).unwrap();
        assert!(matches!(store.check(&challenge(1), NOW), Err(ChallengeError::Used)));
        assert!(matches!(store.consume(&challenge(1), NOW), Err(ChallengeError::Used)));
        assert!(matches!(store.issue(&challenge(1), LATER, NOW), Err(ChallengeError::Duplicate)));
    }

    /// Attack 14: a replay that races the original.
    #[test]
    fn of_many_racers_one_wins() {
        let (_dir, desk) = desk();
        for round in 0..20 {
            desk.store().issue(&challenge(round), LATER, NOW).unwrap();
            let wins = AtomicUsize::new(0);
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| match desk.store().consume(&challenge(round), NOW) {
                        Ok(()) => drop(wins.fetch_add(1, Ordering::Relaxed)),
                        Err(error) => assert!(matches!(error, ChallengeError::Used), "{error}"),
                    });
                }
            });
            assert_eq!(wins.into_inner(), 1);
        }
    }

    #[test]
    fn expired_challenges_are_forgotten_after_a_day() {
        let (_dir, desk) = desk();
        let store = desk.store();
        store.issue(&challenge(1), LATER, NOW).unwrap();
        store.issue(&challenge(2), LATER, NOW).unwrap();
        store.consume(&challenge(2), NOW).unwrap();
        let next_day = UnixTime(LATER.0 + REMEMBERED);
        store.issue(&challenge(3), UnixTime(next_day.0 + 600), next_day).unwrap();
        assert!(matches!(store.check(&challenge(1), next_day), Err(ChallengeError::Unknown)));
        assert!(matches!(store.check(&challenge(2), next_day), Err(ChallengeError::Unknown)));
        store.check(&challenge(3), next_day).unwrap();
    }

    #[test]
    fn a_desk_is_not_overwritten() {
        let (dir, desk) = desk();
        let path = dir.path().join("desk");
        let operator = desk.operator().unwrap();
        let mut rng = StdRng::seed_from_u64(1);
        assert_eq!(Desk::init(&path, &operator, &mut rng).err().unwrap().code(), "exists");
        assert_eq!(Desk::open(&dir.path().join("nowhere")).err().unwrap().code(), "missing");
    }
}
