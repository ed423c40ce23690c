//! Shows: that they are used when they can be, and that nothing which became of what was prepared spoils a presentation.

use tacit_credential::presentation::Presentation;
use tacit_prover::{Prover, setup_development};
use zeroize::Zeroizing;

use super::present::{CHECK_IN, Scene, answer, holds, proving};
use super::*;
use crate::ProofEngine::{Full, Show};
use crate::{
    CredentialId, KEPT_EPOCHS, PrepareShowsError, ProofEngine, ProvingKeyDigest, ProvingKeyError,
    ShowsPrepared, SumsUnused,
};

const ONE: CredentialId = CredentialId(1);
const NOSY: &str = r#"{"minimum_age":18,"maximum_age":60,"provinces":["Guangdong"],"disclose":["number","name","birth",
    "sex","region","expiry","extras"],"pseudonym":"guest"}"#;

fn prepare(wallet: &Wallet) -> ShowsPrepared {
    wallet.prepare_shows(&proving().0, &mut rng(70), |_, _| ()).unwrap()
}

/// A holder whose wallet is up to date and has prepared.
fn scene() -> Scene {
    let scene = Scene::new();
    assert_eq!(prepare(&scene.wallet), ShowsPrepared { prepared: 1, kept: 0 });
    scene
}

/// Answers a request of now; whatever the engine, the proof must hold.
fn present_to(scene: &Scene, wallet: &Wallet, policy: &str, seed: u64) -> (Presentation, ProofEngine) {
    let (request, approved) = answer(scene, wallet, policy, seed);
    assert!(holds(scene, &request, &approved.presentation), "{:?}", approved.engine);
    (approved.presentation, approved.engine)
}

fn engine(scene: &Scene, seed: u64) -> ProofEngine {
    present_to(scene, &scene.wallet, CHECK_IN, seed).1
}

fn file(scene: &Scene, name: &str) -> PathBuf {
    scene.ministry.path("wallet").join("prepared").join(name)
}

fn files(scene: &Scene) -> Vec<String> {
    let entries = fs::read_dir(scene.ministry.path("wallet").join("prepared")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

/// The first presentation finds it out, the file is gone, the next one is not affected, and preparing again helps.
fn is_dropped(scene: &Scene, name: &str, why: SumsUnused) {
    assert_eq!(engine(scene, 1), Full(why));
    assert!(!file(scene, name).exists(), "{why:?}");
    assert_eq!(engine(scene, 2), Full(SumsUnused::Absent));
    let epoch = scene.wallet.newest_epoch().unwrap();
    assert!(scene.wallet.prepare_show(ONE, epoch, &proving().0, &mut rng(71)).unwrap());
    assert_eq!(engine(scene, 3), Show);
}

fn plain(scene: &Scene, name: &str) -> Zeroizing<Vec<u8>> {
    scene.wallet.vault().read_prepared(name).ok().unwrap()
}

#[test]
fn what_was_prepared_is_used_whatever_is_asked() {
    let mut scene = Scene::new();
    assert_eq!(engine(&scene, 1), Full(SumsUnused::Absent));
    let mut seen = Vec::new();
    let watch = |done, all| seen.push((done, all));
    scene.wallet.prepare_shows(&proving().0, &mut rng(70), watch).unwrap();
    assert_eq!(seen, [(0, 1), (1, 1)]);
    assert_eq!(scene.wallet.unprepared(proving().0.key()), 0);
    for (policy, seed) in [(CHECK_IN, 2), (NOSY, 3), (r#"{"valid":false}"#, 4), (CHECK_IN, 5)] {
        assert_eq!(present_to(&scene, &scene.wallet, policy, seed).1, Show, "{policy}");
    }
    // Nothing to do a second time, nor after opening the wallet again.
    assert_eq!(prepare(&scene.wallet), ShowsPrepared { prepared: 0, kept: 1 });
    let dir = scene.ministry.path("wallet");
    scene.wallet = wallet(&scene.ministry.path("other"), 11);
    scene.wallet = Wallet::open(&dir, &passphrase(PASSPHRASE)).unwrap();
    assert_eq!(engine(&scene, 6), Show);
}

/// Real requests change the wires that made-up ones change: few more, or showing would not be worth while, and none fewer by far.
#[test]
fn the_split_is_that_of_real_requests() {
    let scene = Scene::new();
    let assign = |policy: &str, seed: u64| {
        let request = sign(scene.parameters(policy), &scene.hotel, seed);
        let consent = scene.wallet.prepare(&request, scene.now(), &options(), &mut rng(seed)).ok().unwrap();
        consent.assignment()
    };
    let split = scene.wallet.split(ONE, Epoch(1), &mut rng(70));
    let (one, two) = (assign(CHECK_IN, 1), assign(NOSY, 2));
    let pairs = one.as_slice().iter().zip(two.as_slice());
    let changed: Vec<u32> = (0..).zip(pairs).filter(|(_, (a, b))| a != b).map(|(wire, _)| wire).collect();
    let unexpected = changed.iter().filter(|wire| split.binary_search(wire).is_err()).count();
    println!(
        "{} wires, {} in the split, {} changed, {unexpected} unexpectedly",
        one.as_slice().len(),
        split.len(),
        changed.len()
    );
    assert!(changed.len() > 500 && unexpected <= 5, "{unexpected} of {}", changed.len());
    assert!(split.len() < one.as_slice().len() / 8, "{} wires", split.len());
}

/// What two shows from the same sums have in common is what any two presentations have in common: the disclosed values.
#[test]
fn two_shows_share_no_value() {
    let scene = scene();
    let (one, two) =
        (present_to(&scene, &scene.wallet, CHECK_IN, 1), present_to(&scene, &scene.wallet, CHECK_IN, 2));
    assert_eq!((one.1, two.1), (Show, Show));
    let values = |presentation: &Presentation| -> Vec<Vec<u8>> {
        let proof = presentation.proof.0.chunks(32).map(<[u8]>::to_vec);
        let scope = presentation.scope.unwrap().as_field();
        let others = [scope, presentation.pseudonym.as_field(), presentation.challenge.as_field()];
        proof.chain(others.iter().map(|value| tacit_credential::field::to_bytes(value).to_vec())).collect()
    };
    let (first, second) = (values(&one.0), values(&two.0));
    assert_eq!(first.len(), 7);
    for value in &first {
        assert!(!second.contains(value));
    }
    // Nor does any part of the proof stand in the sums that both came from.
    let plain = plain(&scene, "1-1.age");
    for value in first.iter().chain(&second) {
        assert!(!plain.windows(16).any(|window| window == &value[..16]));
    }
}

#[test]
fn a_new_list_is_prepared_anew() {
    let mut scene = scene();
    scene.ministry.publish();
    scene.update();
    assert_eq!(engine(&scene, 1), Full(SumsUnused::Absent));
    assert_eq!(scene.wallet.unprepared(proving().0.key()), 1);
    assert_eq!(prepare(&scene.wallet), ShowsPrepared { prepared: 1, kept: 1 });
    assert_eq!(engine(&scene, 2), Show);
    assert_eq!(files(&scene), ["1-1.age", "1-2.age"]);
}

#[test]
fn lists_that_are_not_kept_any_more_take_their_sums_along() {
    let mut scene = scene();
    for _ in 0..KEPT_EPOCHS {
        scene.ministry.publish();
    }
    scene.update();
    assert!(files(&scene).is_empty());
}

#[test]
fn a_reissued_credential_takes_the_old_sums_along() {
    let mut scene = scene();
    let reissued = scene.ministry.issue(&LIN, scene.wallet.holder_key(), 6);
    scene.wallet.replace(reissued).unwrap();
    assert!(files(&scene).is_empty());
    scene.update();
    assert_eq!(engine(&scene, 1), Full(SumsUnused::Absent));
    assert_eq!(prepare(&scene.wallet).prepared, 1);
    assert_eq!(engine(&scene, 2), Show);
}

/// As if the machine had gone down between writing the store and removing the file.
#[test]
fn sums_of_the_credential_before_a_reissue_are_stale() {
    let mut scene = scene();
    let old = fs::read(file(&scene, "1-1.age")).unwrap();
    let reissued = scene.ministry.issue(&LIN, scene.wallet.holder_key(), 6);
    scene.wallet.replace(reissued).unwrap();
    scene.update();
    fs::write(file(&scene, "1-1.age"), old).unwrap();
    is_dropped(&scene, "1-1.age", SumsUnused::Stale);
}

#[test]
fn sums_of_another_credential_are_stale() {
    let mut scene = scene();
    let other = Person { birth: "1990-01-01", ..LIN };
    let other = scene.ministry.issue(&other, scene.wallet.holder_key(), 6);
    scene.wallet.add(other).unwrap();
    scene.update();
    assert_eq!(prepare(&scene.wallet), ShowsPrepared { prepared: 1, kept: 1 });
    fs::copy(file(&scene, "2-1.age"), file(&scene, "1-1.age")).unwrap();
    is_dropped(&scene, "1-1.age", SumsUnused::Stale);
}

#[test]
fn sums_of_another_list_are_stale() {
    let mut scene = scene();
    scene.ministry.publish();
    scene.update();
    fs::copy(file(&scene, "1-1.age"), file(&scene, "1-2.age")).unwrap();
    is_dropped(&scene, "1-2.age", SumsUnused::Stale);
}

#[test]
fn sums_of_another_proving_key_are_stale() {
    let scene = Scene::new();
    let (key, _) = setup_development(proving().0.r1cs().clone(), &mut rng(51)).unwrap();
    let other = Prover::new(key);
    scene.wallet.prepare_shows(&other, &mut rng(70), |_, _| ()).unwrap();
    assert_eq!(scene.wallet.unprepared(other.key()), 0);
    assert_eq!(scene.wallet.unprepared(proving().0.key()), 1);
    is_dropped(&scene, "1-1.age", SumsUnused::Stale);
}

#[test]
fn a_version_of_later_is_stale() {
    let scene = scene();
    let mut plain = plain(&scene, "1-1.age");
    assert_eq!(plain[8], 1);
    plain[8] = 2;
    scene.wallet.vault().write_prepared("1-1.age", &plain).unwrap();
    is_dropped(&scene, "1-1.age", SumsUnused::Stale);
}

/// Every byte of the file is authenticated: header, key, payload and its end.
#[test]
fn damaged_files_are_dropped() {
    let scene = scene();
    let name = "1-1.age";
    let honest = fs::read(file(&scene, name)).unwrap();
    let last = honest.len() - 1;
    let flipped = [0, 30, 120, 250, last / 2, last].map(|at| {
        let mut bytes = honest.clone();
        bytes[at] ^= 1;
        bytes
    });
    let cut = [0, 1, 100, last / 2, last].map(|length| honest[..length].to_vec());
    for (i, bytes) in flipped.iter().chain(&cut).chain([&[&honest[..], &[0]].concat()]).enumerate() {
        fs::write(file(&scene, name), bytes).unwrap();
        assert_eq!(scene.wallet.unprepared(proving().0.key()), 1, "case {i}");
        assert_eq!(engine(&scene, 1), Full(SumsUnused::Damaged), "case {i}");
        assert!(!file(&scene, name).exists());
    }
    fs::write(file(&scene, name), &honest).unwrap();
    assert_eq!(engine(&scene, 2), Show);
}

/// Encrypted properly, by whoever knows the wallet's own key, and yet cut off inside.
#[test]
fn damage_under_the_encryption_is_found_too() {
    let scene = scene();
    let honest = plain(&scene, "1-1.age");
    for length in [0, 8, 9, 40, 41, 60, 400, honest.len() - 1] {
        scene.wallet.vault().write_prepared("1-1.age", &honest[..length]).unwrap();
        assert_eq!(engine(&scene, 1), Full(SumsUnused::Damaged), "{length} bytes");
        assert!(files(&scene).is_empty());
    }
}

#[test]
fn sums_of_another_wallet_are_damage() {
    let scene = scene();
    let other = self::scene();
    fs::copy(file(&other, "1-1.age"), file(&scene, "1-1.age")).unwrap();
    is_dropped(&scene, "1-1.age", SumsUnused::Damaged);
}

/// The worst a writer can do: all checks pass and a sum is another point of the curve.
#[test]
fn wrong_sums_give_no_wrong_proof() {
    let scene = scene();
    let honest = plain(&scene, "1-1.age");
    // After our head and the prover's: ΣA, ΣB₁, ΣL' of 64 bytes each.
    let sums = 41 + 45;
    for (from, to) in [(0, 64), (0, 128), (64, 0), (64, 128), (128, 0)] {
        let mut plain = honest.clone();
        plain.copy_within(sums + from..sums + from + 64, sums + to);
        assert_ne!(*plain, *honest);
        scene.wallet.vault().write_prepared("1-1.age", &plain).unwrap();
        is_dropped(&scene, "1-1.age", SumsUnused::Wrong);
    }
}

/// The same for the values that the sums are said to be of.
#[test]
fn wrong_values_give_no_wrong_proof() {
    let scene = scene();
    let mut plain = plain(&scene, "1-1.age");
    // Wires of the clause that ends the circuit; the last that is not zero.
    let at = plain.len() - 1 - plain.iter().rev().position(|&byte| byte != 0).unwrap();
    plain[at] ^= 2;
    scene.wallet.vault().write_prepared("1-1.age", &plain).unwrap();
    is_dropped(&scene, "1-1.age", SumsUnused::Wrong);
}

/// Wires of which nobody expected that they change: those of the whole list. The proof holds all the same.
#[test]
fn sums_that_lie_far_off_still_give_a_valid_proof() {
    let mut scene = scene();
    let old = plain(&scene, "1-1.age");
    scene.ministry.revoke(4);
    scene.ministry.publish();
    scene.update();
    assert_eq!(prepare(&scene.wallet).prepared, 1);
    let mut new = plain(&scene, "1-2.age");
    new.truncate(41);
    new.extend_from_slice(&old[41..]);
    scene.wallet.vault().write_prepared("1-2.age", &new).unwrap();
    assert_eq!(engine(&scene, 1), Show);
}

#[test]
fn another_passphrase_leaves_what_was_prepared() {
    let mut scene = scene();
    let before = fs::read(file(&scene, "1-1.age")).unwrap();
    scene.wallet.change_passphrase(&passphrase("another one")).unwrap();
    assert_eq!(fs::read(file(&scene, "1-1.age")).unwrap(), before);
    let dir = scene.ministry.path("wallet");
    scene.wallet = wallet(&scene.ministry.path("other"), 11);
    scene.wallet = Wallet::open(&dir, &passphrase("another one")).unwrap();
    assert_eq!(engine(&scene, 1), Show);
}

/// A restored wallet has a key of its own: the folder of the lost one is of no use to it.
#[test]
fn a_restored_wallet_starts_without() {
    let scene = scene();
    let phrase = crate::RecoveryPhrase::generate(&mut rng(10));
    let dir = scene.ministry.path("restored");
    let mut restored = Wallet::restore_with(&dir, &phrase, &passphrase("new"), WorkFactor::NONE).unwrap();
    let credential = scene.wallet.credential(ONE).unwrap().clone();
    restored.add(credential).unwrap();
    restored.update(&scene.ministry.out(), &scene.ministry.key()).unwrap();
    assert_eq!(present_to(&scene, &restored, CHECK_IN, 1).1, Full(SumsUnused::Absent));
    fs::create_dir(dir.join("prepared")).unwrap();
    fs::copy(file(&scene, "1-1.age"), dir.join("prepared/1-1.age")).unwrap();
    assert_eq!(present_to(&scene, &restored, CHECK_IN, 2).1, Full(SumsUnused::Damaged));
    assert_eq!(prepare(&restored).prepared, 1);
    assert_eq!(present_to(&scene, &restored, CHECK_IN, 3).1, Show);
}

#[test]
fn nothing_is_prepared_for_what_cannot_be_proved() {
    let mut scene = scene();
    scene.ministry.revoke(5);
    scene.ministry.publish();
    scene.update();
    // Revoked now: not under the list before either, which verifiers that have the newest go by no more.
    assert_eq!(prepare(&scene.wallet), ShowsPrepared { prepared: 0, kept: 0 });
    for epoch in [Epoch(1), Epoch(2)] {
        assert!(!scene.wallet.prepare_show(ONE, epoch, &proving().0, &mut rng(71)).unwrap());
    }
    assert!(files(&scene).is_empty());
    // An empty wallet, and one that was never updated.
    let mut empty = wallet(&scene.ministry.path("empty"), 12);
    assert_eq!(prepare(&empty), ShowsPrepared { prepared: 0, kept: 0 });
    empty.add(scene.ministry.issue(&LIN, empty.holder_key(), 7)).unwrap();
    assert_eq!(prepare(&empty), ShowsPrepared { prepared: 0, kept: 0 });
}

#[test]
fn a_key_of_another_circuit_prepares_nothing() {
    let scene = Scene::new();
    struct Square;
    impl tacit_r1cs::Circuit for Square {
        fn synthesize<CS: tacit_r1cs::ConstraintSystem>(&self, cs: &mut CS) {
            cs.clause("square");
            let square = cs.instance(|_| tacit_credential::Fr::from(4u64));
            let root = cs.witness(|_| tacit_credential::Fr::from(2u64));
            cs.enforce(&root, &root, &square);
        }
    }
    let (key, _) = setup_development(tacit_r1cs::compile(&Square), &mut rng(52)).unwrap();
    let refused = scene.wallet.prepare_shows(&Prover::new(key), &mut rng(70), |_, _| ());
    assert!(matches!(refused, Err(PrepareShowsError::Prove(tacit_prover::ProveError::WrongShape { .. }))));
    assert!(!scene.ministry.path("wallet").join("prepared").exists());
}

/// No sum and no value under the sums stands in clear in any file of the wallet.
#[test]
fn no_file_holds_a_sum() {
    let scene = scene();
    let plain = plain(&scene, "1-1.age");
    let needles: Vec<&[u8]> =
        plain[41..].chunks_exact(16).filter(|part| part.iter().any(|&b| b != 0)).collect();
    assert!(needles.len() > 1_000);
    let needles: std::collections::HashSet<&[u8]> = needles.into_iter().collect();
    assert!(plain.windows(16).any(|window| needles.contains(window)), "the search finds what is there");
    let dir = scene.ministry.path("wallet");
    let mut paths: Vec<_> = ["key.age", "store.age"].iter().map(|name| dir.join(name)).collect();
    paths.push(file(&scene, "1-1.age"));
    for path in &paths {
        let bytes = fs::read(path).unwrap();
        assert!(!bytes.windows(16).any(|window| needles.contains(window)), "{}", path.display());
    }
    #[cfg(unix)]
    for path in [file(&scene, "1-1.age"), dir.join("prepared")] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
    }
}

#[test]
fn the_proving_key_is_remembered() {
    let mut scene = Scene::new();
    assert_eq!(scene.wallet.proving_key(), None);
    let key = proving().0.key();
    let budget = tacit_prover::MemoryBudget::mebibytes(64);
    scene.wallet.remember_proving_key(Path::new("keys/a.pk"), key, Some(budget)).unwrap();
    let dir = scene.ministry.path("wallet");
    scene.wallet = wallet(&scene.ministry.path("other"), 11);
    scene.wallet = Wallet::open(&dir, &passphrase(PASSPHRASE)).unwrap();
    let known = scene.wallet.proving_key().unwrap();
    assert!(known.path().is_absolute() && known.path().ends_with("keys/a.pk"));
    assert_eq!(known.memory(), Some(budget));
    assert!(known.is(key));
    let (other, _) = setup_development(proving().0.r1cs().clone(), &mut rng(51)).unwrap();
    assert!(!known.is(&other));

    let [pinned, found] = [key, &other].map(ProvingKeyDigest::from);
    let accept = |key, named| scene.wallet.accept_proving_key(key, named);
    assert_eq!(accept(key, None), Ok(()));
    assert_eq!(accept(&other, None), Err(ProvingKeyError::ProvingKeyChanged { pinned, found }));
    assert_eq!(accept(&other, Some(found)), Ok(()));
    assert_eq!(
        accept(key, Some(found)),
        Err(ProvingKeyError::OtherProvingKey { named: found, found: pinned })
    );
    assert_eq!(ProvingKeyDigest::from_hex(&found.to_string()), Some(found));
}
