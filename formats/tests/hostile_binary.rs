//! Binary files from an enemy: each defect has its variant, none panics.

mod common;

use ark_bn254::{Fq, Fq2, Fr, G2Affine};
use ark_ff::{BigInteger, Field, PrimeField};
use common::{Sections, fixture, read};
use rayon::prelude::*;
use tacit_formats::zkey::ZkeyFile;
use tacit_formats::{FormatError, Place};

/// Files whose every byte is cut off and changed.
const FILES: [(&str, &str); 5] =
    [("tiny", "r1cs"), ("tiny", "wtns"), ("tiny", "zkey"), ("tiny", "unprepared.ptau"), ("tiny", "ptau")];

/// Of what is wrong with a contribution: the cause.
fn error(file: &str, bytes: &[u8]) -> FormatError {
    cause(read(file, bytes).err().unwrap())
}

fn cause(error: FormatError) -> FormatError {
    match error {
        FormatError::Contribution { cause, .. } => *cause,
        other => other,
    }
}

/// The section's number and the offset within its data.
fn place(sections: &Sections, at: Place) -> (u32, u64) {
    let start = sections.start(at.section.id());
    (at.section.id(), at.offset - start)
}

#[test]
fn every_truncation_is_refused() {
    for (name, file) in FILES {
        let bytes = fixture(name, file);
        (0..bytes.len()).into_par_iter().for_each(|length| {
            let found = error(file, &bytes[..length]);
            let expected = matches!(
                found,
                FormatError::Magic { .. }
                    | FormatError::Truncated { .. }
                    | FormatError::SectionBeyondEnd { .. }
            );
            assert!(expected, "{name}.{file}, {length} bytes: {found:?}");
        });
    }
}

/// A changed byte is refused or makes another value, whose bytes are exactly the changed ones.
#[test]
fn every_changed_byte_is_refused_or_means_something_else() {
    for (name, file) in FILES {
        let bytes = fixture(name, file);
        // Powers of tau are points for the most part, and all points are read by the same code.
        let step = match file {
            "ptau" => 41,
            "unprepared.ptau" => 5,
            _ => 1,
        };
        (0..bytes.len()).into_par_iter().step_by(step).for_each(|at| {
            let mut changed = bytes.clone();
            changed[at] ^= [0x01, 0x80, 0x10][at % 3];
            if let Ok(value) = read(file, &changed) {
                assert!(value.to_bytes() == changed, "{name}.{file}: byte {at}");
            }
        });
    }
}

#[test]
fn the_container_is_checked() {
    for (name, file) in FILES {
        let bytes = fixture(name, file);
        let sections = Sections::of(&bytes);
        let count = sections.0.len() as u32;
        let with = |at: usize, new: &[u8]| {
            let mut changed = bytes.clone();
            changed[at..at + new.len()].copy_from_slice(new);
            error(file, &changed)
        };
        assert!(matches!(with(0, b"x"), FormatError::Magic { .. }));
        assert!(matches!(with(4, &[9]), FormatError::Version { found: 9, .. }));
        assert!(matches!(with(4, &[0]), FormatError::Version { found: 0, .. }));
        for more in [count + 1, u32::MAX] {
            let found = with(8, &more.to_le_bytes());
            assert!(matches!(found, FormatError::Truncated { at, .. } if at.offset == bytes.len() as u64));
        }
        let last = sections.0.last().unwrap().1.len() as u64 + 12;
        let trailing = FormatError::TrailingBytes { offset: bytes.len() as u64 - last, length: last };
        assert_eq!(with(8, &(count - 1).to_le_bytes()), trailing);
        for section in [99_u32, 0, 11, u32::MAX] {
            let unknown = with(12, &section.to_le_bytes());
            assert!(
                matches!(unknown, FormatError::UnknownSection { section: s, offset: 12, .. } if s == section)
            );
        }
        for length in [u64::MAX, u64::MAX / 2, bytes.len() as u64 - 23] {
            let found = with(16, &length.to_le_bytes());
            let FormatError::SectionBeyondEnd { at, length: claimed, left } = found else {
                panic!("{found:?}")
            };
            assert_eq!((at.offset, claimed, left), (24, length, bytes.len() as u64 - 24));
        }
        let longer = [&bytes[..], &[0]].concat();
        let trailing = FormatError::TrailingBytes { offset: bytes.len() as u64, length: 1 };
        assert_eq!(error(file, &longer), trailing);
    }
}

#[test]
fn each_section_stands_once_in_any_order() {
    for (name, file) in FILES {
        let bytes = fixture(name, file);
        let sections = Sections::of(&bytes);
        let original = read(file, &bytes).unwrap();
        for i in 0..sections.0.len() {
            let mut missing = sections.clone();
            let (id, data) = missing.0.remove(i);
            match read(file, &missing.bytes()) {
                // The ceremony of a key may be left out.
                Ok(_) => assert_eq!((&file[file.len() - 4..], id), ("zkey", 10)),
                Err(FormatError::MissingSection { section }) => assert_eq!(section.id(), id),
                Err(other) => panic!("{name}.{file} without {id}: {other:?}"),
            }
            let mut twice = sections.clone();
            twice.0.push((id, data));
            let found = error(file, &twice.bytes());
            assert!(matches!(found, FormatError::DuplicateSection { at } if at.section.id() == id));
        }
        let mut turned = sections.clone();
        turned.0.reverse();
        let value = read(file, &turned.bytes()).unwrap();
        assert!(value.same_contents(&original), "{name}.{file}");
        assert!(value.to_bytes() == turned.bytes());
    }
}

/// One byte more or less than the contents ask for, in each section.
#[test]
fn sections_have_exactly_their_length() {
    for (name, file) in FILES {
        let sections = Sections::of(&fixture(name, file));
        for i in 0..sections.0.len() {
            let id = sections.0[i].0;
            let mut longer = sections.clone();
            longer.0[i].1.push(0);
            let found = error(file, &longer.bytes());
            let named = match found {
                FormatError::SectionNotUsedUp { at, length: 1 } | FormatError::SectionLength { at, .. } => at,
                other => panic!("{name}.{file}, section {id}: {other:?}"),
            };
            assert_eq!(named.section.id(), id);
            let mut shorter = sections.clone();
            shorter.0[i].1.pop();
            let found = error(file, &shorter.bytes());
            let named = match found {
                FormatError::Truncated { at, .. } | FormatError::SectionLength { at, .. } => at,
                other => panic!("{name}.{file}, section {id}: {other:?}"),
            };
            assert_eq!(named.section.id(), id);
        }
    }
}

/// Changes a section of a file and returns why it is refused.
fn spoilt(file: &str, id: u32, at: usize, new: &[u8]) -> (FormatError, Sections) {
    let mut sections = Sections::of(&fixture("tiny", file));
    sections.data(id)[at..at + new.len()].copy_from_slice(new);
    (error(file, &sections.bytes()), sections)
}

#[test]
fn headers_name_the_field() {
    // (file, section, offset of the length of an element)
    for (file, id, at) in [("r1cs", 1, 0), ("wtns", 1, 0), ("zkey", 2, 0), ("zkey", 2, 36), ("ptau", 1, 0)] {
        for size in [0_u32, 31, 33, u32::MAX] {
            let (found, sections) = spoilt(file, id, at, &size.to_le_bytes());
            let FormatError::FieldSize { at: found_at, found } = found else { panic!("{found:?}") };
            assert_eq!((place(&sections, found_at), found), ((id, at as u64), size));
        }
        let (found, sections) = spoilt(file, id, at + 4, &[0]);
        assert!(
            matches!(found, FormatError::WrongPrime { at: p } if place(&sections, p) == (id, at as u64 + 4))
        );
    }
}

/// Counts far beyond what the file holds.
#[test]
fn counts_are_not_believed() {
    let huge = u32::MAX.to_le_bytes();
    for (file, id, at) in
        [("wtns", 1, 36), ("zkey", 2, 72), ("zkey", 4, 0), ("r1cs", 1, 36), ("r1cs", 2, 0), ("r1cs", 1, 60)]
    {
        let (found, _) = spoilt(file, id, at, &huge);
        assert!(
            matches!(
                found,
                FormatError::SectionLength { .. }
                    | FormatError::Truncated { .. }
                    | FormatError::BadWire { .. }
                    | FormatError::NotCanonical { .. }
            ),
            "{file}: {found:?}"
        );
    }
    for (file, id, at) in [("zkey", 10, 64), ("ptau", 7, 0)] {
        for count in [4, u32::MAX] {
            let (found, _) = spoilt(file, id, at, &count.to_le_bytes());
            assert!(matches!(found, FormatError::Truncated { at, .. } if at.section.id() == id), "{found:?}");
        }
        let (found, _) = spoilt(file, id, at, &2_u32.to_le_bytes());
        assert!(matches!(found, FormatError::SectionNotUsedUp { at, .. } if at.section.id() == id));
    }
    let (found, _) = spoilt("r1cs", 1, 60, &1_u32.to_le_bytes());
    assert!(matches!(found, FormatError::SectionNotUsedUp { at, .. } if at.section.id() == 2));
}

#[test]
fn counts_of_wires_fit_each_other() {
    for at in [40, 44] {
        for count in [5, u32::MAX] {
            let (found, _) = spoilt("r1cs", 1, at, &u32::to_le_bytes(count));
            assert!(matches!(found, FormatError::WireCounts { .. }), "{found:?}");
        }
    }
    for count in [5, u32::MAX] {
        let (found, _) = spoilt("zkey", 2, 76, &u32::to_le_bytes(count));
        assert!(matches!(found, FormatError::WireCounts { .. }), "{found:?}");
    }
    for domain in [0, 1, 2, 3, 7, 9, 1 << 28, 1 << 31, u32::MAX] {
        let (found, sections) = spoilt("zkey", 2, 80, &u32::to_le_bytes(domain));
        let FormatError::Domain { at, found } = found else { panic!("{found:?}") };
        assert_eq!((place(&sections, at), found), ((2, 80), domain.into()));
    }
    for power in [0, 29, u32::MAX] {
        let (found, _) = spoilt("ptau", 1, 36, &u32::to_le_bytes(power));
        assert!(matches!(found, FormatError::Domain { .. }), "{found:?}");
    }
    for power in [2, 29, u32::MAX] {
        let (found, _) = spoilt("ptau", 1, 40, &u32::to_le_bytes(power));
        assert!(matches!(found, FormatError::Domain { .. }), "{found:?}");
    }
    for power in [2, 4, 28] {
        let (found, _) = spoilt("ptau", 1, 36, &u32::to_le_bytes(power));
        let expected = matches!(found, FormatError::SectionLength { .. } | FormatError::Domain { .. });
        assert!(expected, "{found:?}");
    }
}

#[test]
fn constraints_name_existing_wires_once() {
    // The first linear combination: a number, then its only term.
    let (found, sections) = spoilt("r1cs", 2, 4, &5_u32.to_le_bytes());
    let FormatError::BadWire { at, found: 5, wires: 5 } = found else { panic!("{found:?}") };
    assert_eq!(place(&sections, at), (2, 4));
    let (found, sections) = spoilt("r1cs", 2, 8, &modulus::<Fr>());
    assert!(matches!(found, FormatError::NotCanonical { at } if place(&sections, at) == (2, 8)));

    let mut sections = Sections::of(&fixture("tiny", "r1cs"));
    let rows = sections.data(2);
    let term = rows[4..40].to_vec();
    rows[0] = 2;
    rows.splice(40..40, term);
    let found = error("r1cs", &sections.bytes());
    let FormatError::RepeatedWire { at, .. } = found else { panic!("{found:?}") };
    assert_eq!(place(&sections, at), (2, 0));

    let (found, _) = spoilt("r1cs", 3, 0, &u64::MAX.to_le_bytes());
    assert!(matches!(found, FormatError::BadLabel { found: u64::MAX, .. }));

    for id in [4, 5] {
        let mut sections = Sections::of(&fixture("tiny", "r1cs"));
        sections.0.push((id, vec![0; 4]));
        let bytes = sections.bytes();
        assert!(read("r1cs", &bytes).unwrap().to_bytes() == bytes);
        sections.data(id)[0] = 1;
        assert!(matches!(error("r1cs", &sections.bytes()), FormatError::CustomGates { .. }));
    }
}

fn modulus<F: PrimeField>() -> Vec<u8> {
    F::MODULUS.to_bytes_le()
}

#[test]
fn witnesses_are_canonical_and_start_with_one() {
    for at in (0..5).map(|i| 32 * i) {
        let (found, sections) = spoilt("wtns", 2, at, &modulus::<Fr>());
        assert!(
            matches!(found, FormatError::NotCanonical { at: p } if place(&sections, p) == (2, at as u64))
        );
    }
    let (found, _) = spoilt("wtns", 2, 0, &[2]);
    assert!(matches!(found, FormatError::ConstantNotOne { .. }));
    let mut none = Sections::of(&fixture("tiny", "wtns"));
    none.data(1)[36] = 0;
    none.data(2).clear();
    assert!(matches!(error("wtns", &none.bytes()), FormatError::ConstantNotOne { .. }));
}

/// The place of an error of the kind expected.
type Named = fn(&FormatError) -> Option<Place>;

#[test]
fn entries_of_a_key_lie_in_its_matrices() {
    let cases: [(usize, u32, Named); 3] = [
        (0, 2, |e| if let FormatError::BadMatrix { at, found: 2 } = e { Some(*at) } else { None }),
        (4, 8, |e| if let FormatError::BadRow { at, found: 8, domain: 8 } = e { Some(*at) } else { None }),
        (8, 5, |e| if let FormatError::BadWire { at, found: 5, wires: 5 } = e { Some(*at) } else { None }),
    ];
    for (more, value, matches) in cases {
        for entry in [0, 5, 8] {
            let at = 4 + 44 * entry + more;
            let (found, sections) = spoilt("zkey", 4, at, &value.to_le_bytes());
            let named = matches(&found).unwrap_or_else(|| panic!("{found:?}"));
            assert_eq!(place(&sections, named), (4, at as u64));
        }
    }
    let (found, sections) = spoilt("zkey", 4, 4 + 44 + 12, &modulus::<Fr>());
    assert!(matches!(found, FormatError::NotCanonical { at } if place(&sections, at) == (4, 4 + 44 + 12)));
    let (found, _) = spoilt("zkey", 1, 0, &[2]);
    assert!(matches!(found, FormatError::Protocol { found: 2, .. }));
}

/// Sections of points: file, section, bytes of a point, offsets of points, whether the identity may stand
/// there.
fn points() -> Vec<(&'static str, u32, usize, Vec<usize>, bool)> {
    let every = |size: usize, count: usize| (0..count).map(|i| size * i).collect::<Vec<_>>();
    let contribution =
        |start: usize, offsets: &[usize]| offsets.iter().map(|o| start + o).collect::<Vec<_>>();
    vec![
        ("zkey", 2, 64, vec![84, 148, 468], false),
        ("zkey", 2, 128, vec![212, 340, 532], false),
        ("zkey", 3, 64, every(64, 3), true),
        ("zkey", 5, 64, every(64, 5), true),
        ("zkey", 6, 64, every(64, 5), true),
        ("zkey", 7, 128, every(128, 5), true),
        ("zkey", 8, 64, every(64, 2), true),
        ("zkey", 9, 64, every(64, 8), false),
        ("zkey", 10, 64, contribution(68, &[0, 64, 128]), false),
        ("zkey", 10, 128, contribution(68, &[192]), false),
        ("ptau", 2, 64, every(64, 15), false),
        ("ptau", 3, 128, every(128, 8), false),
        ("ptau", 4, 64, every(64, 8), false),
        ("ptau", 5, 64, every(64, 8), false),
        ("ptau", 6, 128, every(128, 1), false),
        ("ptau", 7, 64, contribution(4, &[0, 192, 256, 448, 512, 576, 640, 704, 768]), false),
        ("ptau", 7, 128, contribution(4, &[64, 320, 832, 960, 1088]), false),
        ("ptau", 12, 64, every(64, 31), false),
        ("ptau", 13, 128, every(128, 15), false),
        ("ptau", 14, 64, every(64, 15), false),
        ("ptau", 15, 64, every(64, 15), false),
    ]
}

#[test]
fn points_are_checked_wherever_they_stand() {
    let all: Vec<_> = points()
        .into_iter()
        .flat_map(|(file, id, size, offsets, identity)| {
            offsets.into_iter().map(move |at| (file, id, size, at, identity))
        })
        .collect();
    all.into_par_iter().for_each(|(file, id, size, at, identity_allowed)| {
        let here = |found: Place, sections: &Sections, more: usize| {
            assert_eq!(place(sections, found), (id, (at + more) as u64), "{file}");
        };
        for coordinate in 0..size / 32 {
            let (found, sections) = spoilt(file, id, at + 32 * coordinate, &modulus::<Fq>());
            let FormatError::NotCanonical { at } = found else { panic!("{file} {id}: {found:?}") };
            here(at, &sections, 0);
        }
        // (1, 1) in G1; (0, 0) with one coordinate 1 in G2: on neither curve. 1 is the 32 bytes of an
        // element, whatever its form.
        let mut off = vec![0; size];
        off[0] = 1;
        let (found, sections) = spoilt(file, id, at, &off);
        let FormatError::OffCurve { at: found } = found else { panic!("{file} {id}: {found:?}") };
        here(found, &sections, 0);

        if size == 128 {
            let (found, sections) = spoilt(file, id, at, &common::outside_subgroup());
            let FormatError::OutsideSubgroup { at } = found else { panic!("{file} {id}: {found:?}") };
            here(at, &sections, 0);
        }
        let mut sections = Sections::of(&fixture("tiny", file));
        sections.data(id)[at..at + size].fill(0);
        match read(file, &sections.bytes()).map_err(cause) {
            Ok(_) => assert!(identity_allowed, "{file}, section {id}, byte {at}"),
            Err(FormatError::Identity { at }) => {
                assert!(!identity_allowed, "{file} {id}");
                here(at, &sections, 0);
            }
            Err(other) => panic!("{file} {id}: {other:?}"),
        }
    });
}

/// Points that are good but wrong: another one first.
#[test]
fn powers_start_with_the_generators() {
    for (id, size) in [(2, 64), (3, 128)] {
        let mut sections = Sections::of(&fixture("tiny", "ptau"));
        sections.data(id).copy_within(size..2 * size, 0);
        let found = error("ptau", &sections.bytes());
        assert!(matches!(found, FormatError::NotGenerator { at } if place(&sections, at) == (id, 0)));
    }
}

/// Of several faults, the one nearest to the start of the section is named, whichever thread finds one first.
#[test]
fn the_first_fault_is_named() {
    let mut sections = Sections::of(&fixture("small", "ptau"));
    for at in [5, 77, 126] {
        sections.data(13)[128 * at] ^= 1;
    }
    for _ in 0..5 {
        let found = error("ptau", &sections.bytes());
        let FormatError::OffCurve { at } = found else { panic!("{found:?}") };
        assert_eq!(place(&sections, at), (13, 128 * 5));
    }
}

/// Sections of many points have their subgroup checked for all at once, and the point is named all the same.
#[test]
fn one_point_of_many_outside_the_subgroup_is_named() {
    let good = Sections::of(&fixture("small", "ptau"));
    for at in [0, 77, 126] {
        let mut sections = good.clone();
        sections.data(13)[128 * at..128 * (at + 1)].copy_from_slice(&common::outside_subgroup());
        let found = error("ptau", &sections.bytes());
        let FormatError::OutsideSubgroup { at: named } = found else { panic!("{found:?}") };
        assert_eq!(place(&sections, named), (13, 128 * at as u64));
    }
}

/// Without the checks of points everything else is still checked.
#[test]
fn unchecked_points_are_the_only_thing_unchecked() {
    let bytes = fixture("tiny", "zkey");
    let read = |bytes: &[u8]| tacit_formats::zkey::Zkey::from_bytes_unchecked_points(bytes);
    let mut sections = Sections::of(&bytes);
    sections.data(7)[..128].copy_from_slice(&common::outside_subgroup());
    assert!(read(&sections.bytes()).is_ok());
    sections.data(9)[..64].fill(0);
    assert!(matches!(read(&sections.bytes()), Err(FormatError::Identity { .. })));
    sections.data(9)[..32].fill(0xff);
    assert!(matches!(read(&sections.bytes()), Err(FormatError::NotCanonical { .. })));
}

/// The kind of a contribution stands after its transcript, then the length of its parameters, then they.
#[test]
fn parameters_of_contributions_have_one_form() {
    // The start of the kind of the first contribution, by file and section.
    for (file, id, kind) in [("zkey", 10, 68 + 384), ("ptau", 7, 4 + 1216 + 280)] {
        let good = Sections::of(&fixture("tiny", file));
        let with = |kind_number: u32, parameters: &[u8]| {
            let mut sections = good.clone();
            let data = sections.data(id);
            // "first" with its number and length.
            assert_eq!(data[kind + 4..kind + 15], *b"\x07\0\0\0\x01\x05first", "{file}");
            let mut new = kind_number.to_le_bytes().to_vec();
            new.extend((parameters.len() as u32).to_le_bytes());
            new.extend(parameters);
            data.splice(kind..kind + 15, new);
            let bytes = sections.bytes();
            let value = read(file, &bytes).map_err(cause)?;
            assert!(value.to_bytes() == bytes, "{file}");
            Ok(())
        };
        let malformed = |result| matches!(result, Err(FormatError::ContributionParameters { .. }));
        assert_eq!(with(0, b""), Ok(()));
        assert_eq!(with(0, b"\x01\x05other"), Ok(()));
        assert_eq!(with(1, b"\x02\x0a\x03\x01h"), Ok(()));
        assert_eq!(with(1, b"\x01\x01n\x02\x3f\x03\x01h"), Ok(()));
        for kind in [2, u32::MAX] {
            let found = with(kind, b"");
            assert!(matches!(found, Err(FormatError::ContributionKind { found, .. }) if found == kind));
        }
        for (kind, parameters) in [
            (0, &b"\x02\x0a"[..]),      // a secret has no exponent
            (0, b"\x03\x01h"),          // nor a hash
            (1, b""),                   // a beacon has both
            (1, b"\x02\x0a"),           //
            (1, b"\x03\x01h"),          //
            (1, b"\x03\x01h\x02\x0a"),  // out of order
            (0, b"\x01\x01n\x01\x01m"), // twice
            (0, b"\x01\x00"),           // no name is no parameter
            (0, b"\x00"),               // unknown
            (0, b"\x04\x01n"),          //
        ] {
            assert!(malformed(with(kind, parameters)), "{file}: {kind}, {parameters:?}");
        }
        for parameters in [&b"\x02\x09\x03\x01h"[..], b"\x02\x40\x03\x01h", b"\x02\x0a\x03\x00"] {
            assert!(matches!(with(1, parameters), Err(FormatError::Beacon { .. })), "{parameters:?}");
        }
        assert!(matches!(with(0, b"\x01\x01\xff"), Err(FormatError::ContributionName { .. })));
        for parameters in [&b"\x01"[..], b"\x01\x05name", b"\x02"] {
            assert!(matches!(with(0, parameters), Err(FormatError::Truncated { .. })), "{parameters:?}");
        }
        let long = [&b"\x01\xff"[..], &[b'n'; 255]].concat();
        assert_eq!(with(0, &long), Ok(()));
    }
}

/// The encodings above are what they are said to be.
#[test]
fn the_point_outside_the_subgroup_is_on_the_curve() {
    let bytes = common::outside_subgroup();
    let element = |i: usize| {
        // Out of Montgomery form.
        Fq::from_le_bytes_mod_order(&bytes[32 * i..32 * (i + 1)]) / Fq::from(2).pow([256])
    };
    let point = G2Affine::new_unchecked(Fq2::new(element(0), element(1)), Fq2::new(element(2), element(3)));
    assert!(point.is_on_curve());
    assert!(!point.is_in_correct_subgroup_assuming_on_curve());
}

/// Whoever has tables reads the head alone: it must promise no more wires and no larger domain than there are points.
#[test]
fn the_head_of_a_key_promises_no_more_than_the_file_has() {
    let honest = fixture("tiny", "zkey");
    let head = ZkeyFile::open(&honest).unwrap();
    assert_eq!((head.num_wires(), head.num_public()), (5, 2));
    // Lengths and primes come before these: 4 + 32 + 4 + 32 bytes.
    for (offset, number) in [(72, u32::MAX), (72, 6), (76, 1), (80, 1 << 27), (80, 16), (80, 4)] {
        let mut sections = Sections::of(&honest);
        sections.data(2)[offset..offset + 4].copy_from_slice(&number.to_le_bytes());
        assert!(ZkeyFile::open(&sections.bytes()).is_err(), "{number} at {offset}");
    }
    for section in [3, 5, 6, 7, 8, 9] {
        let mut sections = Sections::of(&honest);
        sections.data(section).pop();
        assert!(ZkeyFile::open(&sections.bytes()).is_err(), "section {section}");
    }
}

/// Whatever byte of a contribution is spoilt, and wherever the file is cut in it: if that is found, then with its number.
#[test]
fn what_is_wrong_with_a_contribution_names_it() {
    // Contributions start after the circuit's hash, and their number.
    for (file, section, head) in [("zkey", 10, 68), ("ptau", 7, 4)] {
        let honest = fixture("small", file);
        let sections = Sections::of(&honest);
        let (start, length) = (sections.start(section) as usize, sections.clone().data(section).len());
        let mut numbers = Vec::new();
        for at in (head..length).step_by(7) {
            let mut spoilt = honest.clone();
            spoilt[start + at] ^= 0x40;
            if let Err(FormatError::Contribution { number, .. }) = read(file, &spoilt) {
                numbers.push(number);
            }
        }
        assert!(numbers.is_sorted() && numbers.first() == Some(&1), "{file}: {numbers:?}");
        let last = *numbers.last().unwrap();
        assert!(last > 1, "the fixture has several");
        if file == "zkey" {
            // It is the last section, so that a file that is cut off is cut off in it.
            let cut: Vec<usize> = (head..length)
                .map(|left| match read(file, &honest[..start + left]) {
                    Err(FormatError::Contribution { number, cause }) => {
                        assert!(matches!(*cause, FormatError::SectionBeyondEnd { .. }));
                        number
                    }
                    other => panic!("cut to {left}: {:?}", other.err()),
                })
                .collect();
            assert!(cut.is_sorted() && cut[0] == 1 && cut.last() == Some(&last));
        }
    }
}
