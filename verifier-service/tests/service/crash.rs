//! `kill -9` in the middle of accepting: what was acknowledged is there, what was used stays used, nothing is half-written.
//!
//! The test runs itself again as a child that accepts one session after the other and says so; it is killed while it does.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use tacit_credential::fixtures::World;
use tacit_verifier_service::config::StoreAddress;
use tacit_verifier_service::session::SessionId;
use tacit_verifier_service::start::open_store;
use tacit_verifier_service::store::AcceptError;

use crate::stores::{acceptance, session};

const CHILD: &str = "TACIT_TEST_CRASH_STORE";

/// Not a test of its own: what the child does.
#[test]
fn child_that_accepts() {
    let Ok(file) = std::env::var(CHILD) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = open_store(&StoreAddress::Sqlite(file.into())).await.unwrap();
        let mut world = World::new(3);
        loop {
            // Several at once, so that batches are cut in the middle too.
            let sessions: Vec<_> = (0..8).map(|_| session(&mut world)).collect();
            let mut accepting = Vec::new();
            for one in sessions {
                let (store, acceptance) = (store.clone(), acceptance(&world, &one));
                accepting.push(tokio::spawn(async move {
                    store.create(&one, tacit_credential::date::UnixTime(u64::MAX >> 2)).await.unwrap();
                    println!("made {}", one.id);
                    store.accept(acceptance).await.unwrap();
                    println!("accepted {}", one.id);
                }));
            }
            for one in accepting {
                one.await.unwrap();
            }
        }
    });
}

/// What the child said before it was killed.
fn kill_after(file: &Path, lines: usize) -> Vec<(String, SessionId)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::child_that_accepts", "--exact", "--nocapture"])
        .env(CHILD, file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = Vec::new();
    let mut lines_of = BufReader::new(child.stdout.take().unwrap()).lines();
    let note = |line: &str, said: &mut Vec<_>| {
        if let Some((what, id)) = line.split_once(' ')
            && let Ok(id) = SessionId::try_from(id.to_owned())
        {
            said.push((what.to_owned(), id));
        }
    };
    while said.len() < lines {
        note(&lines_of.next().expect("the child goes on").unwrap(), &mut said);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had said and we had not read; the last line may be cut.
    lines_of.map_while(Result::ok).for_each(|line| note(&line, &mut said));
    said
}

#[test]
fn a_killed_service_remembers_what_it_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut world = World::new(3);
    let (mut accepted, mut open) = (0, 0);
    for lines in [5, 40, 111] {
        let said = kill_after(&file, lines);
        runtime.block_on(async {
            let store = open_store(&StoreAddress::Sqlite(file.clone())).await.unwrap();
            for (what, id) in said {
                let stored = store.find(&id).await.unwrap().expect("what was made is there");
                let stranger = session(&mut world);
                let mut again = acceptance(&world, &stranger);
                again.id = id;
                let result = store.accept(again).await;
                if what == "accepted" {
                    assert!(stored.standing.outcome.is_some(), "an acknowledged outcome was lost");
                    assert!(matches!(result, Err(AcceptError::Used)), "a used challenge opened again");
                    accepted += 1;
                } else {
                    open += 1;
                }
            }
        });
    }
    assert!(accepted > 20 && open > 20, "{accepted} accepted, {open} open");
}
