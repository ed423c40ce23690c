//! The fuzz targets' entry functions on random changes of good files, and on random bytes.

#[path = "../fuzz/entries.rs"]
#[allow(missing_docs, unreachable_pub)]
mod entries;

mod common;

use common::{Sections, fixture};
use proptest::prelude::*;
use proptest::sample::Index;

type Entry = fn(&[u8]);

const ENTRIES: [(&str, Entry); 8] = [
    ("r1cs", entries::r1cs),
    ("wtns", entries::wtns),
    ("zkey", entries::zkey),
    ("ptau", entries::ptau),
    ("verification_key.json", entries::text),
    ("proof.json", entries::text),
    ("public.json", entries::text),
    ("calldata.txt", entries::text),
];

/// One change of a file.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Fill(Index, usize, u8),
    Copy(Index, Index, usize),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    let (at, length) = (any::<Index>(), 0..200_usize);
    prop_oneof![
        (at, any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (any::<Index>(), length.clone(), prop_oneof![Just(0), Just(0xff)])
            .prop_map(|(at, length, byte)| Change::Fill(at, length, byte)),
        (any::<Index>(), any::<Index>(), length.clone())
            .prop_map(|(from, to, length)| Change::Copy(from, to, length)),
        (any::<Index>(), length).prop_map(|(at, length)| Change::Remove(at, length)),
        (any::<Index>(), proptest::collection::vec(any::<u8>(), 0..40))
            .prop_map(|(at, bytes)| Change::Insert(at, bytes)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: Change) {
    if bytes.is_empty() {
        return;
    }
    let range = |bytes: &[u8], at: Index, length: usize| {
        let start = at.index(bytes.len());
        start..bytes.len().min(start + length)
    };
    match change {
        Change::Set(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        Change::Fill(at, length, byte) => {
            let range = range(bytes, at, length);
            bytes[range].fill(byte);
        }
        Change::Copy(from, to, length) => {
            let from = range(bytes, from, length);
            let to = to.index(bytes.len() - from.len() + 1);
            bytes.copy_within(from, to);
        }
        Change::Remove(at, length) => {
            let range = range(bytes, at, length);
            bytes.drain(range);
        }
        Change::Insert(at, new) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, new);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn changed_files(which in 0..ENTRIES.len(), changes in proptest::collection::vec(change(), 1..4)) {
        let (file, entry) = ENTRIES[which];
        let mut bytes = fixture("tiny", file);
        for change in changes {
            apply(&mut bytes, change);
        }
        entry(&bytes);
    }

    /// The lengths of the sections are put right again, so that what is inside is read.
    #[test]
    fn changed_sections(
        which in 0..4_usize,
        section in any::<Index>(),
        changes in proptest::collection::vec(change(), 1..4),
    ) {
        let (file, entry) = ENTRIES[which];
        let mut sections = Sections::of(&fixture("tiny", file));
        let section = section.index(sections.0.len());
        for change in changes {
            apply(&mut sections.0[section].1, change);
        }
        entry(&sections.bytes());
    }

    #[test]
    fn random_bytes(which in 0..ENTRIES.len(), bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        ENTRIES[which].1(&bytes);
    }
}
