//! Crashes: an index that was handed out is in the registry, whatever happened to the process since.
use core::ops::ControlFlow;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Stdio};

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use tacit_credential::enrolment::{EnrolRequest, LossCode, LossCodeDigest};
use tacit_credential::holder::HolderSecret;
use tacit_issuer::{Actor, Enrolment, Issuer};

use crate::common::{Bureau, CODE, NOW, document};

const DIRECTORY: &str = "TACIT_TEST_CRASH_DIRECTORY";

/// Not a test of its own: the process that [`nothing_handed_out_is_lost_when_the_process_is_killed`] kills. It enrols
/// and prints every index that it was given.
#[test]
fn the_process_to_be_killed() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let mut issuer = Issuer::open(directory.as_ref()).unwrap();
    let officer = Actor::new("doomed").unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    for n in 0..999 {
        let request = EnrolRequest {
            holder_key: HolderSecret::generate(&mut rng).key(),
            loss_code: LossCodeDigest::new(&LossCode::new(CODE).unwrap(), &mut rng),
        };
        let credential = issuer.enrol(&document(n), &request, &officer, NOW, &mut rng).unwrap();
        // Standard output itself: the test harness captures `println!`.
        let mut out = std::io::stdout().lock();
        writeln!(out, "index {}", credential.attributes.index).unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn nothing_handed_out_is_lost_when_the_process_is_killed() {
    for kill_after in [1, 10, 60] {
        let bureau = Bureau::new();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::the_process_to_be_killed", "--nocapture", "--test-threads=1"])
            .env(DIRECTORY, bureau.home())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut handed_out = Vec::new();
        // The harness writes "test crash::… ... " before the first line.
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some((_, index)) = line.split_once("index ") {
                handed_out.push(index.parse::<u32>().unwrap());
            }
            if handed_out.len() == kill_after {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(handed_out.len() >= kill_after && handed_out.len() < 999, "{}", handed_out.len());

        let issuer = Issuer::open(&bureau.home()).unwrap();
        issuer.verify_log(None).unwrap();
        let recorded: BTreeSet<u32> = bureau
            .database()
            .prepare("SELECT revocation_index FROM credentials")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(handed_out.iter().all(|index| recorded.contains(index)));
    }
}

/// The caller's own code panics in the middle of a batch's people: nobody of that batch was enrolled.
#[test]
fn a_batch_that_does_not_end_enrols_nobody() {
    let mut bureau = Bureau::new();
    let people: Vec<Enrolment> =
        (0..10).map(|n| Enrolment { document: document(n), request: bureau.request() }).collect();
    let dying = people.into_iter().enumerate().map(|(n, person)| {
        assert!(n < 5, "the input dies");
        person
    });
    let died = catch_unwind(AssertUnwindSafe(|| {
        bureau.issuer.enrol_many(dying, &bureau.officer, NOW, &mut bureau.rng, |_, _| panic!("reported"))
    }));
    assert!(died.is_err());
    let mut issuer = Issuer::open(&bureau.home()).unwrap();
    assert_eq!(issuer.counts().unwrap().credentials, 0);
    let request = bureau.request();
    issuer.enrol(&document(1), &request, &bureau.officer, NOW, &mut bureau.rng).unwrap();
    issuer.verify_log(None).unwrap();
}

/// The caller panics while it stores the results: those reported and those of the batch are enrolled and recorded.
#[test]
fn a_caller_that_dies_after_the_commit_leaves_people_enrolled() {
    let mut bureau = Bureau::new();
    let people: Vec<Enrolment> =
        (0..10).map(|n| Enrolment { document: document(n), request: bureau.request() }).collect();
    let died = catch_unwind(AssertUnwindSafe(|| {
        bureau.issuer.enrol_many(people, &bureau.officer, NOW, &mut bureau.rng, |line, outcome| {
            outcome.unwrap();
            assert!(line < 5, "the disk is full");
            ControlFlow::Continue(())
        })
    }));
    assert!(died.is_err());
    let mut issuer = Issuer::open(&bureau.home()).unwrap();
    assert_eq!(issuer.counts().unwrap().credentials, 10);
    // Whoever got no credential gets one by re-issue.
    issuer.reissue(&document(9), &bureau.officer, NOW, &mut bureau.rng).unwrap().verify().unwrap();
    issuer.verify_log(None).unwrap();
}
