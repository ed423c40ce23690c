//! A registry brought back from a backup: noticed where something tells, and made harmless where it is declared.
use std::fs;
use std::path::{Path, PathBuf};

use rand_chacha::ChaCha20Rng;
use tacit_credential::attributes::RevocationIndex;
use tacit_credential::credential::Credential;
use tacit_credential::date::UnixTime;
use tacit_credential::enrolment::{EnrolRequest, LossCode, LossCodeDigest};
use tacit_credential::holder::HolderSecret;
use tacit_credential::status::{
    StatusChunk, StatusTop, StatusWitness, chunk_path, manifest_path, publication_dir, top_path,
};
use tacit_issuer::{
    Action, Actor, EnrolError, Issuer, NewestPublication, OpenError, PublishError, Reason, RegistryError,
    ReissueError, RestoreError, Restored, RevokeError,
};
use tempfile::TempDir;

use crate::common::{Bureau, CODE, NOW, document, number};

/// A bureau that is opened anew for every act, as the command line does.
struct Desk {
    directory: TempDir,
    officer: Actor,
    rng: ChaCha20Rng,
}

impl Desk {
    /// With person 1 enrolled and one publication.
    fn new() -> Self {
        let mut bureau = Bureau::new();
        bureau.enrol(1);
        bureau.issuer.publish(&bureau.out(), &bureau.officer, NOW).unwrap();
        let Bureau { issuer: _, officer, rng, directory } = bureau;
        Self { directory, officer, rng }
    }

    fn home(&self) -> PathBuf {
        self.directory.path().join("bureau")
    }

    fn out(&self) -> PathBuf {
        self.directory.path().join("status")
    }

    fn open(&self) -> Issuer {
        Issuer::open(&self.home()).unwrap()
    }

    fn enrol(&mut self, n: u16) -> Result<Credential, EnrolError> {
        let request = EnrolRequest {
            holder_key: HolderSecret::generate(&mut self.rng).key(),
            loss_code: LossCodeDigest::new(&LossCode::new(CODE).unwrap(), &mut self.rng),
        };
        self.open().enrol(&document(n), &request, &self.officer, NOW, &mut self.rng)
    }

    fn publish(&self) -> Result<u64, PublishError> {
        let signed = self.open().publish(&self.out(), &self.officer, NOW)?;
        Ok(signed.manifest.sequence)
    }

    fn restored(&mut self) -> Result<Restored, RestoreError> {
        self.restored_if(NewestPublication::InFolder)
    }

    fn restored_if(&mut self, newest: NewestPublication) -> Result<Restored, RestoreError> {
        Issuer::restored(&self.home(), &self.out(), newest, &self.officer, NOW, &mut self.rng)
    }

    fn back_up(&self) {
        copy(&self.home(), &self.directory.path().join("backup"));
    }

    fn bring_back(&self) {
        fs::remove_dir_all(self.home()).unwrap();
        copy(&self.directory.path().join("backup"), &self.home());
    }

    /// The database file alone; `log-head` and keys stay.
    fn bring_back_the_database(&self) {
        for name in ["registry.sqlite-wal", "registry.sqlite-shm"] {
            let _ = fs::remove_file(self.home().join(name));
        }
        let backup = self.directory.path().join("backup/registry.sqlite");
        fs::copy(backup, self.home().join("registry.sqlite")).unwrap();
    }

    /// Whether the newest publication says so.
    fn is_revoked(&self, sequence: u64, index: RevocationIndex) -> bool {
        let (out, id) = (self.out(), self.open().id().clone());
        let top = StatusTop::from_bytes(&fs::read(top_path(&out, &id, sequence)).unwrap()).unwrap();
        let chunk = fs::read(chunk_path(&out, &id, sequence, index.chunk())).unwrap();
        let chunk = StatusChunk::from_bytes(&chunk).unwrap();
        StatusWitness::from_files(&top, &chunk, index).unwrap().word.get(index.bit())
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// One person, two wallets: the database of before the enrolment takes the second one no more.
#[test]
fn a_database_that_was_brought_back_changes_nothing() {
    let mut desk = Desk::new();
    desk.back_up();
    let first = desk.enrol(2).unwrap();
    desk.bring_back_the_database();
    let restored = |error: &RegistryError| matches!(error, RegistryError::Restored { known: 4, noted: 5 });
    let error = desk.enrol(2).unwrap_err();
    assert!(matches!(&error, EnrolError::Registry(error) if restored(error)), "{error}");
    assert!(error.to_string().contains("`tacit issuer restored`"), "{error}");
    let mut issuer = desk.open();
    let error = issuer.revoke(&number(1), Reason::Lost, &desk.officer, NOW).unwrap_err();
    assert!(matches!(&error, RevokeError::Registry(error) if restored(error)), "{error}");
    let error = issuer.reissue(&document(1), &desk.officer, NOW, &mut desk.rng).unwrap_err();
    assert!(matches!(&error, ReissueError::Registry(error) if restored(error)), "{error}");
    let error = issuer.publish(&desk.out(), &desk.officer, NOW).unwrap_err();
    assert!(matches!(&error, PublishError::Registry(error) if restored(error)), "{error}");
    assert_eq!(issuer.counts().unwrap().people, 1, "reading is allowed");
    drop(issuer);

    // Nor after as many other entries as were lost: the hash differs.
    let mark = fs::read(desk.home().join("log-head")).unwrap();
    desk.restored().unwrap();
    fs::write(desk.home().join("log-head"), mark).unwrap();
    assert!(matches!(desk.enrol(3), Err(EnrolError::Registry(RegistryError::Restored { .. }))));
    // Declared, it goes on, and the first credential's key is not the issuer's any more.
    desk.restored().unwrap();
    let second = desk.enrol(2).unwrap();
    assert!(!desk.open().credential_keys().contains(&first.issuer_key));
    assert!(desk.open().credential_keys().contains(&second.issuer_key));
}

#[test]
fn a_registry_without_its_mark_changes_nothing() {
    let mut desk = Desk::new();
    let mark = desk.home().join("log-head");
    for damaged in [Some("00000000000000000004"), Some(""), None] {
        match damaged {
            Some(text) => fs::write(&mark, text).unwrap(),
            None => fs::remove_file(&mark).unwrap(),
        }
        let error = desk.enrol(2).unwrap_err();
        assert!(matches!(error, EnrolError::Registry(RegistryError::MarkUnreadable(_))), "{error}");
    }
    assert_eq!(desk.open().counts().unwrap().people, 1);
    desk.restored().unwrap();
    desk.enrol(2).unwrap();
}

/// A crash between the commit and the mark is no restore.
#[test]
fn a_mark_behind_the_registry_is_harmless() {
    let mut desk = Desk::new();
    let mark = fs::read(desk.home().join("log-head")).unwrap();
    desk.enrol(2).unwrap();
    fs::write(desk.home().join("log-head"), mark).unwrap();
    desk.enrol(3).unwrap();
    desk.publish().unwrap();
}

/// The whole folder, mark and all: the publications tell.
#[test]
fn a_folder_behind_its_publications_publishes_nothing() {
    let mut desk = Desk::new();
    desk.back_up();
    desk.enrol(2).unwrap();
    assert_eq!(desk.publish().unwrap(), 2);
    desk.bring_back();
    desk.enrol(2).unwrap();
    let error = desk.publish().unwrap_err();
    assert!(matches!(error, PublishError::RegistryBehind { published: 2, known: 1 }), "{error}");

    // It catches up with the number elsewhere: the same number, another log.
    let elsewhere = desk.directory.path().join("elsewhere");
    let signed = desk.open().publish(&elsewhere, &desk.officer, NOW).unwrap();
    assert_eq!(signed.manifest.sequence, 2);
    let error = desk.publish().unwrap_err();
    assert!(matches!(error, PublishError::LogForked { published: 2, noted: 6 }), "{error}");
    assert!(error.to_string().contains("`tacit issuer restored`"), "{error}");
    assert!(!publication_dir(&desk.out(), &signed.manifest.issuer, 3).exists());
    assert_eq!(desk.open().counts().unwrap().published, 2, "a refusal takes no number");
}

/// Every manifest names the log entry that records it.
#[test]
fn a_manifest_names_the_head_of_the_log() {
    let mut desk = Desk::new();
    desk.enrol(2).unwrap();
    let signed = desk.open().publish(&desk.out(), &desk.officer, NOW).unwrap();
    let issuer = desk.open();
    assert_eq!(signed.manifest.log, issuer.verify_log(None).unwrap());
    let entry = issuer.log(signed.manifest.log.sequence, 1).unwrap().remove(0);
    assert_eq!((entry.action, entry.hash), (Action::Published, signed.manifest.log.hash));
    drop(issuer);
    // Somebody else's manifest, or none, in the place of the newest.
    let manifest = manifest_path(&desk.out(), &signed.manifest.issuer, 2);
    let mut other = signed;
    other.manifest.log.sequence += 1;
    fs::write(&manifest, serde_json::to_vec(&other).unwrap()).unwrap();
    assert!(matches!(desk.publish(), Err(PublishError::Manifest { .. })));
    fs::remove_file(&manifest).unwrap();
    assert!(matches!(desk.publish(), Err(PublishError::Manifest { .. })));
}

/// What was signed and revoked since the backup, and what becomes of it.
#[test]
fn a_declared_restore_ends_what_was_signed_since() {
    let mut desk = Desk::new();
    // An older key, under which person 1 has a credential, and the key of the backup, under which person 2 has one.
    let (older, backed_up) = {
        let mut issuer = desk.open();
        let older = issuer.credential_keys()[0];
        (older, issuer.rotate(&desk.officer, NOW, &mut desk.rng).unwrap())
    };
    let second = desk.enrol(2).unwrap();
    desk.back_up();

    let lost = desk.enrol(3).unwrap();
    let twice = desk.enrol(4).unwrap();
    let first = desk.open().revoke(&number(1), Reason::Lost, &desk.officer, NOW).unwrap();
    let third = desk.open().revoke(&number(3), Reason::Lost, &desk.officer, NOW).unwrap();
    assert_eq!(third, lost.attributes.index);
    assert_eq!(desk.publish().unwrap(), 2);
    desk.bring_back();

    let done = desk.restored().unwrap();
    assert_eq!(done, Restored { publication: 2, revocations: 2, credentials: 1 });
    let keys = desk.open().credential_keys();
    assert_eq!((keys.len(), keys.contains(&older)), (1, false), "which keys signed since cannot be told");
    for ended in [&second, &lost, &twice] {
        assert_eq!(ended.issuer_key, backed_up);
        assert!(!keys.contains(&ended.issuer_key));
    }
    let record = desk.open().record(&Bureau::operator(), NOW, &mut desk.rng).unwrap();
    assert_eq!(record.keys.iter().map(|listed| listed.key).collect::<Vec<_>>(), keys);

    // The person of two wallets: one credential that counts.
    assert_eq!(desk.enrol(4).unwrap().issuer_key, keys[0]);
    // Whoever the backup knows: the same holder key.
    let again = desk.open().reissue(&document(2), &desk.officer, NOW, &mut desk.rng).unwrap();
    assert_eq!(again.attributes.holder_key, second.attributes.holder_key);
    assert_eq!(again.issuer_key, keys[0]);
    // No revocation is taken back, no number used twice.
    assert_eq!(desk.publish().unwrap(), 3);
    assert!(desk.is_revoked(3, first) && desk.is_revoked(3, third));
    assert!(!desk.is_revoked(3, again.attributes.index));
    assert_eq!(desk.publish().unwrap(), 4);
    let issuer = desk.open();
    issuer.verify_log(None).unwrap();
    let log = issuer.log(1, usize::MAX).unwrap();
    assert_eq!(log.iter().filter(|entry| entry.action == Action::Restored).count(), 1);
}

/// A folder from a backup may go on, and rotate, before its publishing is refused: what was signed by the key of the
/// backup ends all the same.
#[test]
fn a_rotation_after_an_unnoticed_restore_saves_nothing() {
    let mut desk = Desk::new();
    desk.back_up();
    let lost = desk.enrol(2).unwrap();
    desk.publish().unwrap();
    desk.bring_back();
    let twice = desk.enrol(2).unwrap();
    desk.open().rotate(&desk.officer, NOW, &mut desk.rng).unwrap();
    assert!(desk.publish().is_err());
    desk.restored().unwrap();
    let keys = desk.open().credential_keys();
    assert_eq!(keys.len(), 1);
    assert!(!keys.contains(&lost.issuer_key) && !keys.contains(&twice.issuer_key));
}

/// A key that was stolen and retired since the backup is back with its file, and does not count again.
#[test]
fn a_stolen_key_does_not_come_back() {
    let mut desk = Desk::new();
    let stolen = desk.open().credential_keys()[0];
    desk.open().rotate(&desk.officer, NOW, &mut desk.rng).unwrap();
    desk.back_up();
    let compromised = tacit_issuer::Retirement::Compromised;
    desk.open().retire_key(&stolen, compromised, &desk.officer, NOW).unwrap();
    desk.bring_back();
    assert!(desk.open().credential_keys().contains(&stolen), "back with the folder");
    desk.restored().unwrap();
    assert!(!desk.open().credential_keys().contains(&stolen));
    let record = desk.open().record(&Bureau::operator(), NOW, &mut desk.rng).unwrap();
    assert!(record.keys.iter().all(|listed| listed.key != stolen));
}

/// A publication that was numbered and never written locks nobody out.
#[test]
fn a_publication_that_was_never_written_can_be_declared() {
    let mut desk = Desk::new();
    let id = desk.open().id().clone();
    desk.publish().unwrap();
    fs::remove_dir_all(publication_dir(&desk.out(), &id, 2)).unwrap();
    assert!(matches!(desk.restored(), Err(RestoreError::OldPublication { known: 2, found: 1, .. })));
    desk.restored_if(NewestPublication::NeverWritten).unwrap();
    desk.enrol(2).unwrap();
    assert_eq!(desk.publish().unwrap(), 3);
}

/// The publications must be the newest that are known of: their revocations would be lost.
#[test]
fn a_restore_without_the_publications_is_refused() {
    let mut desk = Desk::new();
    desk.publish().unwrap();
    let id = desk.open().id().clone();
    let files = fs::read_dir(desk.home()).unwrap().count();
    let chunk = chunk_path(&desk.out(), &id, 2, 7);
    let bytes = fs::read(&chunk).unwrap();
    let mut changed = bytes.clone();
    changed[40] ^= 1;
    // The file is linked to the one of the publication before.
    fs::remove_file(&chunk).unwrap();
    fs::write(&chunk, changed).unwrap();
    assert!(matches!(desk.restored(), Err(RestoreError::Status { .. })));
    fs::remove_dir_all(publication_dir(&desk.out(), &id, 2)).unwrap();
    let error = desk.restored().unwrap_err();
    assert!(matches!(error, RestoreError::OldPublication { known: 2, found: 1, .. }), "{error}");
    fs::remove_dir_all(desk.out()).unwrap();
    let error = desk.restored().unwrap_err();
    assert!(matches!(error, RestoreError::OldPublication { known: 2, found: 0, .. }), "{error}");
    assert_eq!(fs::read_dir(desk.home()).unwrap().count(), files, "a key is left");
    let error = Issuer::restored(
        &desk.out(),
        &desk.out(),
        NewestPublication::InFolder,
        &desk.officer,
        NOW,
        &mut desk.rng,
    )
    .unwrap_err();
    assert!(matches!(error, RestoreError::Missing { .. }), "{error}");
}

/// A key that was retired since the backup has no file any more, and does not come back.
#[test]
fn a_key_that_was_retired_since_stays_retired() {
    let mut desk = Desk::new();
    let older = desk.open().credential_keys()[0];
    desk.open().rotate(&desk.officer, NOW, &mut desk.rng).unwrap();
    desk.open().reissue(&document(1), &desk.officer, UnixTime(NOW.0 + 1), &mut desk.rng).unwrap();
    desk.back_up();
    let unused = tacit_issuer::Retirement::WhenUnused;
    desk.open().retire_key(&older, unused, &desk.officer, NOW).unwrap();
    desk.bring_back_the_database();
    assert!(matches!(Issuer::open(&desk.home()), Err(OpenError::KeyFile(_))));
    desk.restored().unwrap();
    assert_eq!(desk.open().credential_keys().len(), 1);
    assert!(!desk.open().credential_keys().contains(&older));
    desk.enrol(2).unwrap();
}
