//! snarkjs works with the files that are written here. Needs its packages: `cargo xtask test` installs
//! them and runs these tests.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use ark_bn254::Bn254;
use ark_ff::One;
use ark_groth16::{Groth16, prepare_verifying_key};
use common::{NAMES, fixture};
use tacit_formats::ptau::Ptau;
use tacit_formats::r1cs::CircomR1cs;
use tacit_formats::text::{read_proof, read_public, write_proof, write_public, write_verification_key};
use tacit_formats::wtns::Witness;
use tacit_formats::zkey::Zkey;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.0.join(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    /// Whether snarkjs is content.
    fn snarkjs(&self, arguments: &str) -> bool {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/node_modules/.bin/snarkjs");
        let output = Command::new(program).args(arguments.split(' ')).current_dir(&self.0).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        println!("snarkjs {arguments}: {}\n{text}", output.status);
        output.status.success() && !text.contains("ERROR")
    }
}

/// A key that went to arkworks and back, a witness and a circuit that were converted: snarkjs checks the
/// witness, proves with the key, and verifies with the verification key; we verify its proof.
#[test]
#[ignore = "needs npm packages: cargo xtask test"]
fn snarkjs_proves_with_converted_files() {
    for name in NAMES {
        let folder = Folder::new(&format!("converted-{name}"));
        let r1cs = CircomR1cs::from_bytes(&fixture(name, "r1cs")).unwrap().to_r1cs().unwrap();
        let key = Zkey::from_bytes(&fixture(name, "zkey")).unwrap().to_ark().unwrap();
        let witness = Witness::from_bytes(&fixture(name, "wtns")).unwrap();
        folder.write("c.r1cs", CircomR1cs::from_r1cs(&r1cs).unwrap().to_bytes());
        folder.write("c.zkey", Zkey::from_ark(&key, &r1cs).unwrap().to_bytes());
        folder.write("c.wtns", &*Witness::new(witness.assignment().clone()).unwrap().to_bytes());
        folder.write("vk.json", write_verification_key(&key.vk));

        assert!(folder.snarkjs("r1cs info c.r1cs"));
        assert!(folder.snarkjs("wtns check c.r1cs c.wtns"));
        assert!(folder.snarkjs("groth16 prove c.zkey c.wtns proof.json public.json"));
        assert!(folder.snarkjs("groth16 verify vk.json public.json proof.json"));
        assert!(folder.snarkjs("zkey export verificationkey c.zkey exported.json"));
        assert_eq!(folder.read("exported.json"), folder.read("vk.json"));

        let proof = read_proof(&folder.read("proof.json")).unwrap();
        let mut public = read_public(&folder.read("public.json")).unwrap();
        let prepared = prepare_verifying_key(&key.vk);
        assert_eq!(Groth16::<Bn254>::verify_proof(&prepared, &proof, &public), Ok(true));
        // And a test of the test: another statement is refused.
        folder.write("proof.json", write_proof(&proof));
        public[0] += ark_bn254::Fr::one();
        folder.write("public.json", write_public(&public));
        assert!(!folder.snarkjs("groth16 verify vk.json public.json proof.json"));
    }
}

/// Powers of tau and circuit written here serve a setup; a key whose points H went to arkworks and back
/// passes the check of its ceremony.
#[test]
#[ignore = "needs npm packages: cargo xtask test"]
fn snarkjs_sets_up_and_checks_ceremonies_with_our_files() {
    for name in NAMES {
        let folder = Folder::new(&format!("ceremony-{name}"));
        let circuit = CircomR1cs::from_bytes(&fixture(name, "r1cs")).unwrap();
        let r1cs = circuit.to_r1cs().unwrap();
        folder.write("c.r1cs", CircomR1cs::from_r1cs(&r1cs).unwrap().to_bytes());
        let powers = Ptau::new(Ptau::from_bytes(&fixture(name, "ptau")).unwrap().into_parts()).unwrap();
        folder.write("c.ptau", powers.to_bytes());
        assert!(folder.snarkjs("powersoftau verify c.ptau"));
        assert!(folder.snarkjs("groth16 setup c.r1cs c.ptau new.zkey"));
        let new = Zkey::from_bytes(&folder.read("new.zkey")).unwrap();
        assert_eq!(new.check_circuit(&circuit), Ok(()));

        let mut parts = Zkey::from_bytes(&fixture(name, "zkey")).unwrap().into_parts();
        let key = Zkey::new(parts.clone()).unwrap().to_ark().unwrap();
        parts.h = Zkey::from_ark(&key, &r1cs).unwrap().into_parts().h;
        folder.write("good.zkey", Zkey::new(parts.clone()).unwrap().to_bytes());
        folder.write("original.r1cs", circuit.to_bytes());
        assert!(folder.snarkjs("zkey verify original.r1cs c.ptau good.zkey"));
        parts.h.swap(0, 1);
        folder.write("bad.zkey", Zkey::new(parts).unwrap().to_bytes());
        assert!(!folder.snarkjs("zkey verify original.r1cs c.ptau bad.zkey"));
    }
}
