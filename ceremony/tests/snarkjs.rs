//! One ceremony, held by snarkjs and by us in turns. Needs snarkjs: `cargo xtask test` and `cargo xtask interop` install it and
//! run these tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use rand::rngs::OsRng;
use tacit_ceremony::ContributionHash;
use tacit_ceremony::phase1::{self, Powers, PowersError};
use tacit_ceremony::phase2::{self, ContributionFault, Initial, VerifyError};
use tacit_formats::contribution::{Beacon, ContributorName};
use tacit_formats::ptau::{Power, Ptau};
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::zkey::Zkey;

/// A folder with the circuit `small`.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        std::fs::copy(fixtures().join("small.r1cs"), path.join("c.r1cs")).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.0.join(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    /// Whether snarkjs is content, and what it says.
    fn asked(&self, arguments: &str) -> (bool, String) {
        let program = fixtures().join("node_modules/.bin/snarkjs");
        let output = Command::new(program).args(arguments.split(' ')).current_dir(&self.0).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        println!("snarkjs {arguments}: {}\n{text}", output.status);
        (output.status.success() && !text.contains("ERROR") && !text.contains("INVALID"), text)
    }

    fn snarkjs(&self, arguments: &str) -> String {
        let (content, text) = self.asked(arguments);
        assert!(content, "snarkjs {arguments}: {text}");
        text
    }

    fn zkey(&self, name: &str) -> Zkey {
        Zkey::from_bytes(&self.read(name)).unwrap()
    }

    fn circuit(&self) -> CircomR1cs {
        CircomR1cs::from_bytes(&self.read("c.r1cs")).unwrap()
    }

    /// Our own contribution from one file to another.
    fn contribute(&self, from: &str, to: &str, name: &str) -> ContributionHash {
        let name = ContributorName::new(name);
        let made = phase2::contribute(self.zkey(from), name, b"typed", &mut OsRng, &quiet).unwrap();
        self.write(to, made.0.to_bytes());
        made.1
    }

    /// Both sides' verdict on a key that must hold: names and hashes as we found them.
    fn both_accept(&self, key: &str, initial: &Initial) -> Vec<(Option<String>, ContributionHash)> {
        let verified = phase2::verify(&self.read(key), initial, &mut OsRng).unwrap();
        let text = self.snarkjs(&format!("zkey verify c.r1cs c.ptau {key}"));
        assert!(text.contains("ZKey Ok!"), "{text}");
        for one in verified.contributions() {
            shows(&text, &one.hash);
        }
        shows(&text, &verified.circuit_hash());
        let name =
            |one: &phase2::VerifiedContribution| one.name.as_ref().map(|name| name.as_str().to_owned());
        verified.contributions().iter().map(|one| (name(one), one.hash)).collect()
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/fixtures")
}

fn quiet(_: usize, _: usize) {}

/// Every line of a hash is in what snarkjs says.
fn shows(text: &str, hash: &ContributionHash) {
    for line in hash.lines() {
        assert!(text.contains(&line), "{line} is not in {text}");
    }
}

/// Powers whose last contribution has zeros where the buffer of its partial hash was not overwritten: snarkjs leaves there what it
/// hashed before.
fn without_leftovers(bytes: &[u8]) -> Ptau {
    let mut parts = Ptau::from_bytes(bytes).unwrap().into_parts();
    let state = &mut parts.contributions.last_mut().unwrap().partial_hash;
    let filled = usize::from(state[200]);
    state[filled..128].fill(0);
    Ptau::new(parts).unwrap()
}

const BEACON: &str = "0102030405060708090a0b0c0d0e0f10";

fn beacon() -> Beacon {
    Beacon::new(10, &(1..=16).collect::<Vec<u8>>()).unwrap()
}

/// Powers of tau, begun by us, continued by snarkjs and ended by us, and the other way round.
#[test]
#[ignore = "needs npm packages: cargo xtask test"]
fn powers_of_tau_in_turns() {
    let folder = Folder::new("powers");
    let power = Power::new(4).unwrap();
    let name = ContributorName::new;
    let (first, first_hash) =
        phase1::contribute(phase1::new(power).unwrap(), name("Ann"), b"typed", &mut OsRng, &quiet).unwrap();
    folder.write("1.ptau", first.to_bytes());
    let text = folder.snarkjs("powersoftau verify 1.ptau -v");
    shows(&text, &first_hash);
    let text = folder.snarkjs("powersoftau contribute 1.ptau 2.ptau --name=Bo -e=entropy -v");
    let second = Ptau::from_bytes(&folder.read("2.ptau")).unwrap();
    let (third, third_hash) = phase1::contribute(second, None, b"", &mut OsRng, &quiet).unwrap();
    let (ours, beacon_hash) = phase1::beacon(third.clone(), name("end"), &beacon(), &quiet).unwrap();
    folder.write("3.ptau", third.to_bytes());
    folder.snarkjs(&format!("powersoftau beacon 3.ptau 4.ptau {BEACON} 10 --name=end"));
    assert!(without_leftovers(&folder.read("4.ptau")) == ours, "a beacon leaves nothing to choice");
    folder.snarkjs("powersoftau prepare phase2 4.ptau 5.ptau");
    let prepared = phase1::prepare(ours, &quiet).unwrap();
    assert!(without_leftovers(&folder.read("5.ptau")) == prepared);
    let prepared = prepared.to_bytes();
    let all = folder.snarkjs("powersoftau verify 5.ptau");
    let powers = Powers::check(&prepared, &mut OsRng, &quiet).unwrap();
    let hashes: Vec<_> = powers.contributions().iter().map(|one| one.hash).collect();
    assert_eq!([hashes[0], hashes[2], hashes[3]], [first_hash, third_hash, beacon_hash]);
    hashes.iter().for_each(|hash| shows(&all, hash));
    shows(&text, &hashes[1]);

    // A test of the test.
    let mut parts = Ptau::from_bytes(&prepared).unwrap().into_parts();
    parts.tau_g1.swap(7, 8);
    let spoilt = Ptau::new(parts).unwrap().to_bytes();
    folder.write("spoilt.ptau", &spoilt);
    assert!(!folder.asked("powersoftau verify spoilt.ptau").0);
    let refused = Powers::check(&spoilt, &mut OsRng, &quiet).map(drop);
    assert_eq!(refused, Err(PowersError::Section { section: "tau in G1", number: 4 }));
}

/// Three parties and a beacon, snarkjs in the middle, on powers that we made.
#[test]
#[ignore = "needs npm packages: cargo xtask test"]
fn three_parties_with_snarkjs_in_the_middle() {
    let folder = Folder::new("ours");
    let power = Power::new(6).unwrap();
    let ptau = phase1::development(power, &mut OsRng, &quiet).unwrap().to_bytes();
    folder.write("c.ptau", &ptau);
    folder.snarkjs("powersoftau verify c.ptau");
    let powers = Powers::check(&ptau, &mut OsRng, &quiet).unwrap();
    let initial = Initial::compute(&folder.circuit(), &powers, &quiet).unwrap();
    folder.write("0.zkey", initial.zkey().to_bytes());
    folder.snarkjs("groth16 setup c.r1cs c.ptau theirs.zkey");
    assert!(folder.read("theirs.zkey") == folder.read("0.zkey"));

    let first = folder.contribute("0.zkey", "1.zkey", "Ann");
    folder.both_accept("1.zkey", &initial);
    let text = folder.snarkjs("zkey contribute 1.zkey 2.zkey --name=Bo -e=entropy -v");
    let third = folder.contribute("2.zkey", "3.zkey", "Cy");
    let (key, last) =
        phase2::beacon(folder.zkey("3.zkey"), ContributorName::new("end"), &beacon(), &quiet).unwrap();
    folder.write("4.zkey", key.to_bytes());
    folder.snarkjs(&format!("zkey beacon 3.zkey theirs.zkey {BEACON} 10 --name=end"));
    assert!(folder.read("theirs.zkey") == folder.read("4.zkey"), "a beacon leaves nothing to choice");

    let accepted = folder.both_accept("4.zkey", &initial);
    let names: Vec<_> = accepted.iter().map(|one| one.0.as_deref().unwrap()).collect();
    assert_eq!(names, ["Ann", "Bo", "Cy", "end"]);
    assert_eq!([accepted[0].1, accepted[2].1, accepted[3].1], [first, third, last]);
    shows(&text, &accepted[1].1);
    let verified = phase2::verify(&key.to_bytes(), &initial, &mut OsRng).unwrap();
    let outcome = verified.finalise(folder.circuit().to_r1cs().unwrap(), &powers).unwrap();
    folder.snarkjs("zkey export verificationkey 4.zkey vk.json");
    assert_eq!(folder.read("vk.json"), outcome.verification_key_json.as_bytes());

    // A test of the test: what snarkjs refuses, we refuse with the number.
    let mut parts = key.into_parts();
    parts.ceremony.as_mut().unwrap().contributions[1].transcript[0] ^= 1;
    let spoilt = Zkey::new(parts).unwrap().to_bytes();
    folder.write("spoilt.zkey", &spoilt);
    assert!(!folder.asked("zkey verify c.r1cs c.ptau spoilt.zkey").0);
    let refused = phase2::verify(&spoilt, &initial, &mut OsRng).map(drop);
    let fault = ContributionFault::Transcript;
    assert_eq!(refused, Err(VerifyError::Contribution { number: 2, fault }));
}

/// Three parties and a beacon, we in the middle, all the rest by snarkjs.
#[test]
#[ignore = "needs npm packages: cargo xtask test"]
fn three_parties_with_us_in_the_middle() {
    let folder = Folder::new("theirs");
    std::fs::copy(fixtures().join("small.ptau"), folder.0.join("c.ptau")).unwrap();
    let ptau = folder.read("c.ptau");
    let powers = Powers::check(&ptau, &mut OsRng, &quiet).unwrap();
    let initial = Initial::compute(&folder.circuit(), &powers, &quiet).unwrap();
    folder.snarkjs("groth16 setup c.r1cs c.ptau 0.zkey");
    let first = folder.snarkjs("zkey contribute 0.zkey 1.zkey --name=Ann -e=entropy -v");
    let second = folder.contribute("1.zkey", "2.zkey", "Bo");
    let third = folder.snarkjs("zkey contribute 2.zkey 3.zkey --name=Cy -e=entropy -v");
    let last = folder.snarkjs(&format!("zkey beacon 3.zkey 4.zkey {BEACON} 10 --name=end -v"));
    let accepted = folder.both_accept("4.zkey", &initial);
    assert_eq!(accepted[1], (Some("Bo".to_owned()), second));
    shows(&first, &accepted[0].1);
    shows(&third, &accepted[2].1);
    shows(&last, &accepted[3].1);
}
