//! On files of snarkjs, and on files of our own.

mod hostile;
mod phase1;
mod phase2;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use tacit_formats::contribution::{Beacon, ContributorName};
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::zkey::Zkey;

use crate::phase1::Powers;
use crate::phase2::{Initial, beacon, contribute};

/// A file that circom and snarkjs made for `tacit-formats`.
fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../formats/fixtures");
    std::fs::read(std::path::Path::new(folder).join(name)).unwrap()
}

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn quiet(_: usize, _: usize) {}

fn name(text: &str) -> Option<ContributorName> {
    ContributorName::new(text)
}

fn some_beacon() -> Beacon {
    Beacon::new(10, &[1, 2, 3]).unwrap()
}

fn circuit(name: &str) -> CircomR1cs {
    CircomR1cs::from_bytes(&fixture(&format!("{name}.r1cs"))).unwrap()
}

/// The initial key of a circuit, with the powers that snarkjs made for it.
fn initial(name: &str) -> Initial {
    let ptau = fixture(&format!("{name}.ptau"));
    let powers = Powers::check(&ptau, &mut rng(1), &quiet).unwrap();
    Initial::compute(&circuit(name), &powers, &quiet).unwrap()
}

/// A key with contributions of these names.
fn contributed(key: &Zkey, names: &[&str], seed: u64) -> Zkey {
    let mut rng = rng(seed);
    names
        .iter()
        .fold(key.clone(), |key, one| contribute(key, name(one), one.as_bytes(), &mut rng, &quiet).unwrap().0)
}

/// Three contributors, then a beacon.
fn ceremony(key: &Zkey, seed: u64) -> Zkey {
    beacon(contributed(key, &["Ann", "Bo", "Cy"], seed), name("beacon"), &some_beacon(), &quiet).unwrap().0
}
