//! Publishing the status tree: numbers, files, and what an old backup or an interrupted run leaves.
use std::fs;

use tacit_credential::date::UnixTime;
use tacit_credential::status::{
    CHUNK_WORDS, SignedManifest, StatusChunk, StatusTop, StatusTree, StatusWitness, chunk_path,
    manifest_path, publication_dir, top_path,
};
use tacit_issuer::{Issuer, PublishError, Reason};

use crate::common::{Bureau, NOW, number};

#[test]
fn published_files_are_the_tree() {
    let mut bureau = Bureau::new();
    let indices: Vec<_> = (1..9).map(|n| bureau.enrol(n).attributes.index).collect();
    for n in [1, 5] {
        bureau.issuer.revoke(&number(n), Reason::Expired, &bureau.officer, NOW).unwrap();
    }
    let signed = bureau.issuer.publish(&bureau.out(), &bureau.officer, NOW).unwrap();
    let (out, id) = (bureau.out(), bureau.issuer.id().clone());
    let read: SignedManifest =
        serde_json::from_slice(&fs::read(manifest_path(&out, &id, 1)).unwrap()).unwrap();
    assert_eq!(read, signed);
    let manifest = read.verify(&bureau.issuer.publishing_key()).unwrap();
    assert_eq!((manifest.sequence, manifest.created), (1, NOW));
    let tree = StatusTree::from_revoked([indices[0], indices[4]]);
    assert_eq!(manifest.root, tree.root());
    let top = StatusTop::from_bytes(&fs::read(top_path(&out, &id, 1)).unwrap()).unwrap();
    assert_eq!(top, tree.top());
    for number in 0..CHUNK_WORDS as u16 {
        let chunk = StatusChunk::from_bytes(&fs::read(chunk_path(&out, &id, 1, number)).unwrap()).unwrap();
        assert_eq!(chunk, tree.chunk(number));
    }
    for index in indices {
        let chunk = fs::read(chunk_path(&out, &id, 1, index.chunk())).unwrap();
        let witness =
            StatusWitness::from_files(&top, &StatusChunk::from_bytes(&chunk).unwrap(), index).unwrap();
        assert_eq!(witness.root(index), manifest.root.0);
        assert_eq!(witness.word.get(index.bit()), tree.is_revoked(index));
    }
    assert_eq!(fs::read_dir(publication_dir(&out, &id, 1)).unwrap().count(), 514);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1, "nothing temporary is left");
}

#[test]
fn the_sequence_grows_and_old_publications_stay() {
    let mut bureau = Bureau::new();
    bureau.enrol(1);
    let first = bureau.issuer.publish(&bureau.out(), &bureau.officer, NOW).unwrap();
    let revoked = bureau.issuer.revoke(&number(1), Reason::Lost, &bureau.officer, NOW).unwrap();
    let (out, id) = (bureau.out(), bureau.issuer.id().clone());
    let read = |sequence| fs::read(chunk_path(&out, &id, sequence, revoked.chunk())).unwrap();
    let before = read(1);
    let second = bureau.issuer.publish(&out, &bureau.officer, UnixTime(NOW.0 + 1)).unwrap();
    assert_eq!((first.manifest.sequence, second.manifest.sequence), (1, 2));
    assert_ne!(first.manifest.root, second.manifest.root);
    assert_eq!(read(1), before, "an old publication was changed");
    assert_ne!(read(2), before);
    // Elsewhere, and after a restart, the numbers go on.
    let elsewhere = bureau.directory.path().join("elsewhere");
    let mut opened = Issuer::open(&bureau.home()).unwrap();
    let third = opened.publish(&elsewhere, &bureau.officer, NOW).unwrap();
    assert_eq!((third.manifest.sequence, third.manifest.root), (3, second.manifest.root));
}

/// A registry restored from an old backup would un-revoke people and sign a second publication of one number.
#[test]
fn an_old_backup_is_not_published() {
    let mut bureau = Bureau::new();
    let (out, id) = (bureau.out(), bureau.issuer.id().clone());
    bureau.issuer.publish(&out, &bureau.officer, NOW).unwrap();
    fs::create_dir(publication_dir(&out, &id, 2)).unwrap();
    let error = bureau.issuer.publish(&out, &bureau.officer, NOW).unwrap_err();
    assert!(matches!(error, PublishError::RegistryBehind { published: 2, known: 1 }));
}

#[test]
fn an_unwritable_place_is_reported_and_takes_no_number() {
    let mut bureau = Bureau::new();
    let file = bureau.directory.path().join("file");
    fs::write(&file, b"").unwrap();
    let error = bureau.issuer.publish(&file, &bureau.officer, NOW).unwrap_err();
    assert!(matches!(error, PublishError::Io { .. }), "{error}");
    let signed = bureau.issuer.publish(&bureau.out(), &bureau.officer, NOW).unwrap();
    assert_eq!(signed.manifest.sequence, 1);
}
