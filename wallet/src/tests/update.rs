//! Updates: what is asked for, what is believed, what is refused.
use std::io;

use tacit_credential::status::StatusError;
use tacit_credential::trust_list::{SignedTrustList, TrustListError};

use super::*;
use crate::{CredentialStatus, KEPT_EPOCHS, Published, PublishedDirectory, UpdateError};

/// Notes which files are asked for.
struct Recorder {
    directory: PublishedDirectory,
    asked: Vec<String>,
}

impl Recorder {
    fn new(ministry: &Ministry) -> Self {
        Self { directory: PublishedDirectory::new(&ministry.out()), asked: Vec::new() }
    }
}

impl Published for Recorder {
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        self.asked.push(path.to_str().unwrap().to_owned());
        self.directory.read(path)
    }
}

fn holder(ministry: &Ministry, name: &str, seed: u64, index: u32) -> Wallet {
    let mut wallet = wallet(&ministry.path(name), seed);
    wallet.add(ministry.issue(&LIN, wallet.holder_key(), index)).unwrap();
    wallet
}

fn status(wallet: &Wallet) -> CredentialStatus {
    wallet.list()[0].status
}

/// Whoever serves the files sees the same requests for any two credentials of a chunk, revoked or not.
#[test]
fn the_files_asked_for_tell_the_chunk_and_no_more() {
    let mut ministry = Ministry::new();
    let chunk = 252 * 512;
    let indices = [3 * chunk, 3 * chunk + 77_000, 4 * chunk - 1];
    ministry.revoke(indices[1]);
    ministry.publish();
    let mut asked = Vec::new();
    for (number, index) in (0..).zip(indices) {
        let mut wallet = holder(&ministry, &format!("wallet-{number}"), 10 + number, index);
        let mut recorder = Recorder::new(&ministry);
        wallet.update_from(&mut recorder, &ministry.key()).unwrap();
        let revoked = index == indices[1];
        assert_eq!(matches!(status(&wallet), CredentialStatus::Revoked(_)), revoked);
        asked.push(recorder.asked);
    }
    assert_eq!(
        asked[0],
        [
            "trust/latest.json",
            "trust/00000001.json",
            "status/guangzhou/00000001/top.bin",
            "status/guangzhou/00000001/chunk-003.bin",
        ]
    );
    assert_eq!(asked[0], asked[1]);
    assert_eq!(asked[0], asked[2]);
}

#[test]
fn revocation_arrives_with_the_next_epoch() {
    let mut ministry = Ministry::published();
    let mut wallet = holder(&ministry, "wallet", 10, 5);
    assert_eq!(status(&wallet), CredentialStatus::Unknown);
    let report = wallet.update(&ministry.out(), &ministry.key()).unwrap();
    assert_eq!((report.newest, report.new_lists), (Epoch(1), 1));
    assert_eq!(status(&wallet), CredentialStatus::Good(Epoch(1)));

    ministry.revoke(5);
    ministry.publish();
    let report = wallet.update(&ministry.out(), &ministry.key()).unwrap();
    assert_eq!((report.newest, report.new_lists), (Epoch(2), 1));
    assert_eq!(status(&wallet), CredentialStatus::Revoked(Epoch(2)));

    // Nothing new: lists are compared again, no status file is asked for.
    let mut recorder = Recorder::new(&ministry);
    let report = wallet.update_from(&mut recorder, &ministry.key()).unwrap();
    assert_eq!(report.new_lists, 0);
    assert_eq!(recorder.asked, ["trust/latest.json", "trust/00000001.json", "trust/00000002.json"]);

    // A re-issue: another index, to be looked up again.
    wallet.add(ministry.issue(&LIN, wallet.holder_key(), 6)).unwrap();
    assert_eq!(status(&wallet), CredentialStatus::Unknown);
    wallet.update(&ministry.out(), &ministry.key()).unwrap();
    assert_eq!(status(&wallet), CredentialStatus::Good(Epoch(2)));
}

#[test]
fn an_issuer_that_is_taken_off_the_list_shows() {
    let mut ministry = Ministry::published();
    let mut wallet = holder(&ministry, "wallet", 10, 5);
    ministry.operator.remove_issuer(&ministry.issuer).unwrap();
    // The ministry lists another bureau instead.
    ministry.issuer = IssuerId::new("shenzhen").unwrap();
    ministry.publishing = SigningKey::from_bytes(&[22; 32]);
    ministry.key = SecretKey::from_seed(&[23; 32]);
    ministry.list_issuer();
    ministry.publish();
    wallet.update(&ministry.out(), &ministry.key()).unwrap();
    assert_eq!(status(&wallet), CredentialStatus::IssuerNotListed(Epoch(2)));
}

#[test]
fn only_the_newest_lists_are_kept_and_no_gap_is_skipped() {
    let mut ministry = Ministry::new();
    for _ in 0..KEPT_EPOCHS + 2 {
        ministry.publish();
    }
    let mut early = holder(&ministry, "early", 10, 5);
    early.update(&ministry.out(), &ministry.key()).unwrap();
    let kept: Vec<u64> = early.contents().epochs.keys().map(|epoch| epoch.0).collect();
    assert_eq!(kept, (3..=10).collect::<Vec<_>>());

    // Long asleep: every list since is read, also those that are not kept.
    for _ in 0..KEPT_EPOCHS + 3 {
        ministry.publish();
    }
    let mut recorder = Recorder::new(&ministry);
    early.update_from(&mut recorder, &ministry.key()).unwrap();
    for epoch in 10..=21 {
        assert!(recorder.asked.contains(&format!("trust/{epoch:08}.json")), "epoch {epoch}");
    }
    assert_eq!(early.contents().epochs.len() as u64, KEPT_EPOCHS);
    assert_eq!(early.contents().seen.len(), 19);
}

/// The operator pinned at the first update is the only one.
#[test]
fn another_operator_is_refused() {
    let ministry = Ministry::published();
    let stranger = OperatorKey::from(&SigningKey::from_bytes(&[66; 32]));
    let mut wallet = holder(&ministry, "wallet", 10, 5);
    assert!(matches!(
        wallet.update(&ministry.out(), &stranger),
        Err(UpdateError::List(TrustListError::OtherOperator))
    ));
    assert_eq!(wallet.operator(), None, "a refused update pins nothing");
    wallet.update(&ministry.out(), &ministry.key()).unwrap();
    assert!(matches!(wallet.update(&ministry.out(), &stranger), Err(UpdateError::OtherOperator)));
    assert_eq!(wallet.operator(), Some(&ministry.key()));
}

/// Signs a changed list with the operator's own key: what an operator does who shows one victim a list of its own.
fn fork(ministry: &Ministry, epoch: Epoch, latest: bool) {
    let seed = fs::read_to_string(ministry.path("operator").join("operator.key")).unwrap();
    let mut bytes = [0; 32];
    hex::decode_to_slice(seed, &mut bytes).unwrap();
    let file = ministry.out().join(format!("trust/{:08}.json", epoch.0));
    let mut signed: SignedTrustList = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    signed.list.expires_at = UnixTime(signed.list.expires_at.0 + 1);
    let message = signed.list.canonical_bytes();
    signed.signature =
        tacit_credential::signing::DetachedSignature::sign(&SigningKey::from_bytes(&bytes), &message);
    fs::write(&file, signed.to_json()).unwrap();
    if latest {
        fs::write(ministry.out().join("trust/latest.json"), signed.to_json()).unwrap();
    }
}

#[test]
fn two_lists_of_one_epoch_are_refused() {
    let mut ministry = Ministry::published();
    ministry.publish();
    let mut wallet = holder(&ministry, "wallet", 10, 5);
    wallet.update(&ministry.out(), &ministry.key()).unwrap();

    // The newest list is another than the one seen.
    fork(&ministry, Epoch(2), true);
    assert!(matches!(
        wallet.update(&ministry.out(), &ministry.key()),
        Err(UpdateError::TwoLists { epoch: Epoch(2) })
    ));
    // To a wallet that never saw the other one it is a list like any other.
    let mut fresh = holder(&ministry, "fresh", 11, 5);
    fresh.update(&ministry.out(), &ministry.key()).unwrap();

    // `latest.json` and the file of its epoch differ.
    fork(&ministry, Epoch(2), false);
    let mut other = holder(&ministry, "other", 12, 5);
    assert!(matches!(
        other.update(&ministry.out(), &ministry.key()),
        Err(UpdateError::TwoLists { epoch: Epoch(2) })
    ));
    // An older list is another one: the newer does not follow it.
    fork(&ministry, Epoch(2), true);
    fork(&ministry, Epoch(1), false);
    assert!(matches!(
        other.update(&ministry.out(), &ministry.key()),
        Err(UpdateError::List(TrustListError::Chain { .. }))
    ));
    assert_eq!(other.newest_epoch(), None, "a refused update leaves nothing");
}

/// A forked chain whose differing list lies before everything that is read again.
#[test]
fn a_chain_that_continues_another_list_is_refused() {
    let mut ministry = Ministry::new();
    for _ in 0..=KEPT_EPOCHS {
        ministry.publish();
    }
    let mut wallet = holder(&ministry, "wallet", 10, 5);
    wallet.update(&ministry.out(), &ministry.key()).unwrap();
    let mut contents = wallet.contents().clone();
    // The wallet saw another list of epoch 1, which is outside the window 2..=9.
    let elsewhere = tacit_credential::trust_list::TrustListDigest([9; 32]);
    contents.seen.insert(Epoch(1), elsewhere);
    wallet.commit(contents).unwrap();
    assert!(matches!(
        wallet.update(&ministry.out(), &ministry.key()),
        Err(UpdateError::TwoLists { epoch: Epoch(1) })
    ));
}

#[test]
fn an_older_directory_is_refused() {
    let mut ministry = Ministry::published();
    let old = fs::read(ministry.out().join("trust/latest.json")).unwrap();
    ministry.publish();
    let mut wallet = holder(&ministry, "wallet", 10, 5);
    wallet.update(&ministry.out(), &ministry.key()).unwrap();
    fs::write(ministry.out().join("trust/latest.json"), old).unwrap();
    assert!(matches!(
        wallet.update(&ministry.out(), &ministry.key()),
        Err(UpdateError::Behind { known: Epoch(2), newest: Epoch(1) })
    ));
}

#[test]
fn files_that_do_not_fit_are_refused() {
    let mut ministry = Ministry::new();
    ministry.revoke(252 * 512);
    ministry.publish();
    let mut wallet = holder(&ministry, "wallet", 10, 5);
    let status = ministry.out().join("status/guangzhou/00000001");
    let (top, chunk) = (status.join("top.bin"), status.join("chunk-000.bin"));
    let mut with = |file: &Path, content: Option<Vec<u8>>| {
        let honest = fs::read(file).unwrap();
        match content {
            Some(content) => fs::write(file, content).unwrap(),
            None => fs::remove_file(file).unwrap(),
        }
        let error = wallet.update(&ministry.out(), &ministry.key()).unwrap_err();
        fs::write(file, honest).unwrap();
        error
    };
    assert!(matches!(
        with(&chunk, Some(fs::read(status.join("chunk-001.bin")).unwrap())),
        UpdateError::Status { source: StatusError::OtherChunk { found: 1, wanted: 0 }, .. }
    ));
    let mut revoked = StatusTree::new();
    revoked.revoke(RevocationIndex::new(5).unwrap());
    assert!(matches!(
        with(&chunk, Some(revoked.chunk(0).to_bytes())),
        UpdateError::Status { source: StatusError::ChunkRoot, .. }
    ));
    // A top of another tree, in which this chunk is the same.
    assert!(matches!(with(&top, Some(StatusTree::new().top().to_bytes())), UpdateError::StatusRoot { .. }));
    assert!(matches!(
        with(&top, Some(vec![0; 10])),
        UpdateError::Status { source: StatusError::Malformed, .. }
    ));
    assert!(matches!(with(&chunk, None), UpdateError::Io { .. }));
    let list = ministry.out().join("trust/00000001.json");
    assert!(matches!(with(&list, Some(b"{}".to_vec())), UpdateError::Malformed { .. }));
    let mut forged: SignedTrustList = serde_json::from_slice(&fs::read(&list).unwrap()).unwrap();
    forged.list.expires_at = UnixTime(u64::MAX);
    assert!(matches!(
        with(&list, Some(forged.to_json().into_bytes())),
        UpdateError::List(TrustListError::Signature)
    ));
    wallet.update(&ministry.out(), &ministry.key()).unwrap();
}
