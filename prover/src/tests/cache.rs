//! The key cache: gives back the same prover, or refuses.

use std::path::{Path, PathBuf};

use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sha2::{Digest, Sha256};

use super::synthetic::Synthetic;
use crate::*;

const SYSTEM: Synthetic = Synthetic { constraints: 40, public: 2 };
/// Where the head ends and the checksum begins, and where the indices begin.
const HEAD: usize = 256;
const BODY: usize = 320;

/// A path that is free, and free again at the end of the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("tacit-prover-{}-{name}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn key(seed: u64) -> ProvingKey {
    setup_development(SYSTEM.compile(), &mut ChaCha20Rng::seed_from_u64(seed)).unwrap().0
}

fn options(backend: Backend) -> Options {
    Options::default().with_backend(backend).with_memory(MemoryBudget::mebibytes(1))
}

fn prove(prover: &Prover) -> Proof {
    prover.prove_with(&SYSTEM.assign(1), Blinding::chosen(Fr::from(3), Fr::from(4))).unwrap()
}

fn load(path: &Path) -> Result<Prover, CacheError> {
    Prover::load(key(20), path, &options(Backend::portable()))
}

#[test]
fn a_loaded_prover_makes_the_same_proofs() {
    for backend in Backend::all() {
        let path = Scratch::new(backend.name());
        let (made, used) = Prover::open(key(20), &path.0, &options(backend));
        assert!(matches!(used, CacheUse::Written(CacheError::Io(_))), "there was no file");
        let (loaded, used) = Prover::open(key(20), &path.0, &options(backend));
        assert!(matches!(used, CacheUse::Loaded));
        assert_eq!(prove(&loaded), prove(&made));
        // Replaced while it is mapped: the old one stays what it was.
        let (_, used) = Prover::open(key(21), &path.0, &options(backend));
        assert!(matches!(used, CacheUse::Written(CacheError::Key)));
        assert_eq!(prove(&loaded), prove(&made));
        let nowhere = path.0.join("no folder");
        let (prover, used) = Prover::open(key(20), &nowhere, &options(backend));
        assert!(matches!(used, CacheUse::NotWritten(CacheError::Io(_))));
        assert_eq!(prove(&prover), prove(&made));
    }
}

#[test]
fn a_cache_of_something_else_is_refused() {
    let path = Scratch::new("other");
    Prover::with_options(key(20), &options(Backend::portable())).save_cache(&path.0).unwrap();
    assert!(load(&path.0).is_ok());
    let with = |key, options| Prover::load(key, &path.0, &options).err();
    let plain = options(Backend::portable());
    assert!(matches!(with(key(21), plain), Some(CacheError::Key)));
    let more = plain.with_memory(MemoryBudget::mebibytes(2));
    assert!(matches!(with(key(20), more), Some(CacheError::Memory)));
    if Backend::detect() != Backend::portable() {
        assert!(matches!(with(key(20), options(Backend::detect())), Some(CacheError::Backend)));
    }
    let other = ProvingKey::new(Provenance::Ceremony, SYSTEM.compile(), key(20).points().clone()).unwrap();
    assert!(matches!(with(other, plain), Some(CacheError::Key)));
}

#[test]
fn a_file_that_is_no_cache_is_left_alone() {
    let path = Scratch::new("letter");
    let letters = ["", "t", "tacit-k", "Dear Alice"];
    for letter in letters {
        std::fs::write(&path.0, letter).unwrap();
        let (prover, used) = Prover::open(key(20), &path.0, &options(Backend::portable()));
        assert!(matches!(used, CacheUse::NotWritten(CacheError::NoCache)));
        assert!(matches!(prover.save_cache(&path.0), Err(CacheError::NoCache)));
        assert_eq!(std::fs::read(&path.0).unwrap(), letter.as_bytes());
        assert_eq!(prove(&prover), prove(&Prover::new(key(20))));
    }
    // What is no file at all, such as a pipe, is not even opened.
    #[cfg(unix)]
    {
        std::fs::remove_file(&path.0).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(&path.0).unwrap();
        assert!(matches!(load(&path.0), Err(CacheError::NoCache)));
        let (_, used) = Prover::open(key(20), &path.0, &options(Backend::portable()));
        assert!(matches!(used, CacheUse::NotWritten(CacheError::NoCache)));
        assert!(!std::fs::metadata(&path.0).unwrap().is_file());
    }
}

/// What the file of one version holds. If this fails, files of before may be misread: raise `VERSION`, then mend the digests.
#[test]
fn the_version_stands_for_these_bytes() {
    for backend in Backend::all() {
        let path = Scratch::new(&format!("golden-{}", backend.name()));
        Prover::with_options(key(20), &options(backend)).save_cache(&path.0).unwrap();
        let digest = hex(&Sha256::digest(std::fs::read(&path.0).unwrap()));
        let expected = match backend.name() {
            "portable" => "f2c48cfb0f92d11ea0e68b5ab13e537f539c05f3a0fde4d7acd55929335537d5",
            _ => "00f0bb9afaad9248ecaebccfd6c67e175107c5f91e11fd9c66d76bc786d2dd51",
        };
        assert_eq!(digest, expected, "{}", backend.name());
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Tables in which another point stands for δ would make proofs that are not blinded: of a key that differs in δ alone, with the name
/// and the checksum of the honest one.
#[test]
fn tables_that_do_not_blind_are_refused() {
    let path = Scratch::new("unblinded");
    let portable = options(Backend::portable());
    let honest = key(20);
    let read_with = |change: &dyn Fn(&mut ark_groth16::ProvingKey<Bn254>)| {
        let mut points = honest.points().clone();
        change(&mut points);
        let other = ProvingKey::new(honest.provenance(), SYSTEM.compile(), points).unwrap();
        let _ = std::fs::remove_file(&path.0);
        Prover::with_options(other, &portable).save_cache(&path.0).unwrap();
        let mut bytes = std::fs::read(&path.0).unwrap();
        bytes[48..80].copy_from_slice(&honest.digest());
        seal(&mut bytes);
        std::fs::remove_file(&path.0).unwrap();
        std::fs::write(&path.0, bytes).unwrap();
        load(&path.0).err()
    };
    assert!(read_with(&|_| ()).is_none());
    let another = honest.points().beta_g1;
    assert!(matches!(read_with(&|points| points.delta_g1 = another), Some(CacheError::Damaged)));
    assert!(matches!(read_with(&|points| points.delta_g1 = G1Affine::identity()), Some(CacheError::Damaged)));
    let another = honest.verifying_key().beta_g2;
    assert!(matches!(read_with(&|points| points.vk.delta_g2 = another), Some(CacheError::Damaged)));
    assert!(matches!(
        read_with(&|points| points.vk.delta_g2 = G2Affine::identity()),
        Some(CacheError::Damaged)
    ));
}

/// Makes the checksum fit again.
fn seal(bytes: &mut [u8]) {
    let mut hash = Sha256::new();
    hash.update(&bytes[..HEAD]);
    hash.update(&bytes[HEAD + 32..BODY]);
    for piece in bytes[BODY..].chunks(1 << 20) {
        hash.update(Sha256::digest(piece));
    }
    let checksum = hash.finalize();
    bytes[HEAD..HEAD + 32].copy_from_slice(&checksum);
}

/// Where the sections of a cache begin and end.
fn boundaries(bytes: &[u8]) -> Vec<usize> {
    let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    let mut all = vec![BODY];
    let mut next = BODY;
    for table in 0..5 {
        next += (4 * number(80 + 32 * table + 8)).next_multiple_of(64);
        all.push(next);
    }
    for table in 0..5 {
        let [points, bits, sets] = [8, 16, 24].map(|field| number(80 + 32 * table + field));
        let lines = points * 254_usize.div_ceil(bits).div_ceil(sets) * if table == 4 { 2 } else { 1 };
        next += 64 * lines;
        all.push(next);
    }
    assert_eq!(next, bytes.len(), "the last section ends with the file");
    all
}

#[test]
fn damaged_and_forged_files_are_refused() {
    let (path, hostile) = (Scratch::new("honest"), Scratch::new("hostile"));
    Prover::with_options(key(20), &options(Backend::portable())).save_cache(&path.0).unwrap();
    let honest = std::fs::read(&path.0).unwrap();
    let try_bytes = |bytes: &[u8]| {
        // Another file each time: earlier ones may still be mapped.
        let _ = std::fs::remove_file(&hostile.0);
        std::fs::write(&hostile.0, bytes).unwrap();
        load(&hostile.0).err()
    };
    let forged = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = honest.clone();
        change(&mut bytes);
        if bytes.len() >= BODY {
            seal(&mut bytes);
        }
        try_bytes(&bytes)
    };
    assert!(forged(&|_| ()).is_none(), "the helper itself changes nothing");

    for length in 8..16 {
        assert!(matches!(try_bytes(&honest[..length]), Some(CacheError::Version)));
    }
    for length in [0, 1, 7] {
        assert!(matches!(try_bytes(&honest[..length]), Some(CacheError::NoCache)));
    }
    for length in [16, 79, 255, 319, 320, 321, honest.len() - 64, honest.len() - 1] {
        assert!(matches!(try_bytes(&honest[..length]), Some(CacheError::Damaged)), "cut to {length}");
        assert!(matches!(forged(&|b| b.truncate(length)), Some(CacheError::Damaged)), "cut to {length}");
    }
    // At every boundary: where each table's indices and lines begin and end, and one byte before and after.
    for boundary in boundaries(&honest) {
        for length in [boundary - 1, boundary, boundary + 1].into_iter().filter(|&l| l < honest.len()) {
            assert!(matches!(try_bytes(&honest[..length]), Some(CacheError::Damaged)), "cut to {length}");
            assert!(matches!(forged(&|b| b.truncate(length)), Some(CacheError::Damaged)), "cut to {length}");
            let with_length = |b: &mut Vec<u8>| {
                b.truncate(length);
                b[HEAD - 8..HEAD].copy_from_slice(&(length as u64).to_le_bytes());
            };
            assert!(matches!(forged(&with_length), Some(CacheError::Damaged)), "said to be {length} long");
            let mut bytes = honest.clone();
            bytes[length] ^= 0x80;
            assert!(matches!(try_bytes(&bytes), Some(CacheError::Damaged)), "byte {length}");
        }
    }
    // Any bit: in the head each, further on some.
    for at in (0..BODY).chain((BODY..honest.len()).step_by(honest.len() / 50)) {
        let mut bytes = honest.clone();
        bytes[at] ^= 1;
        assert!(try_bytes(&bytes).is_some(), "byte {at}");
    }
    let damaged = |change: &dyn Fn(&mut Vec<u8>)| {
        assert!(matches!(forged(change), Some(CacheError::Damaged)));
    };
    damaged(&|b| b.extend([0; 64]));
    damaged(&|b| b.truncate(b.len() - 64));
    damaged(&|b| b[240] = 1);
    let set = |b: &mut Vec<u8>, table: usize, field: usize, value: u64| {
        let at = 80 + 32 * table + 8 * field;
        b[at..at + 8].copy_from_slice(&value.to_le_bytes());
    };
    for table in 0..5 {
        for field in 0..4 {
            for value in
                [0, 1, 2, 19, 20, 21, 1000, 1 << 31, 1 << 32, 1 << 58, 1 << 63, u64::MAX - 63, u64::MAX]
            {
                let forged = forged(&|b| set(b, table, field, value));
                // Only what was there before is taken; windows and sets may be equal to one of these.
                let same = honest[80 + 32 * table + 8 * field..][..8] == value.to_le_bytes();
                assert_eq!(forged.is_none(), same, "table {table}, field {field}, {value}");
            }
        }
    }
    // Indices that do not rise, or lie beyond the scalars; numbers that are not below the modulus.
    damaged(&|b| b[BODY..BODY + 4].copy_from_slice(&[0xff; 4]));
    damaged(&|b| b.copy_within(BODY..BODY + 4, BODY + 4));
    damaged(&|b| {
        let end = b.len();
        b[end - 32..].fill(0xff);
    });
}
