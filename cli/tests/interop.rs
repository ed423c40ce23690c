//! With the tools of the circom world: what circom2 compiled and snarkjs calculated is proved here and verified by snarkjs; what is
//! exported here, snarkjs proves and verifies. Their packages are those of `formats/fixtures`: `cargo xtask test` installs them and
//! runs these tests.

mod place;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use place::Place;
use serde_json::{Value, json};

const NEEDS: &str = "npm packages: cargo xtask test";

fn packages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/fixtures/node_modules")
}

/// Whether a program of the packages is content.
fn runs(place: &Place, program: &str, arguments: &str) -> bool {
    let program = packages().join(".bin").join(program);
    let output = Command::new(program).args(arguments.split(' ')).current_dir(place.path(".")).output();
    let output = output.expect(NEEDS);
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{arguments}: {}\n{text}", output.status);
    output.status.success() && !text.contains("ERROR")
}

fn snarkjs(place: &Place, arguments: &str) -> bool {
    runs(place, "snarkjs", arguments)
}

fn read(place: &Place, name: &str) -> Value {
    serde_json::from_slice(&fs::read(place.path(name)).unwrap()).unwrap()
}

/// The proof holds for snarkjs and for us, and for no other public values.
fn both_verify(place: &Place, [vk, public, proof]: [&str; 3]) {
    let verify = format!("groth16 verify --vk {vk} --proof {proof}");
    assert!(snarkjs(place, &format!("groth16 verify {vk} {public} {proof}")), "{proof}");
    place.ok(&format!("{verify} --public {public}"));
    let mut values = read(place, public);
    let last = values.as_array().unwrap().len() - 1;
    values[last] = json!("12345");
    place.write("other.json", &values.to_string());
    assert!(!snarkjs(place, &format!("groth16 verify {vk} other.json {proof}")), "{proof}");
    place.fails(&format!("{verify} --public other.json"), 1, "proof-invalid");
}

/// The circuits of circomlib in a folder, as the compiler sees nothing outside of the one that it runs in.
fn circomlib(to: &Path) {
    let from = packages().join("circomlib/circuits");
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).expect(NEEDS) {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// `H(22, H(H(secret, birth), 11))`, by circomlibjs.
const ROOT: &str = "5367297099220288252320869298403040125683327491920840068106240330896201422648";

/// A member of the group.
fn input() -> Value {
    json!({
        "root": ROOT, "latest": 39000,
        "secret": "987654321", "birth": 33000, "siblings": ["11", "22"], "place": [0, 1],
    })
}

#[test]
#[ignore = "needs npm packages: cargo xtask test"]
fn circuits_of_circom_are_proved_here_and_verified_by_snarkjs() {
    let place = &Place::new();
    circomlib(&place.path("circomlib/circuits"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/member.circom");
    fs::copy(source, place.path("c.circom")).unwrap();
    assert!(runs(place, "circom2", "c.circom --r1cs --wasm --O2 -l ."));
    place.write("input.json", &input().to_string());
    assert!(snarkjs(place, "wtns calculate c_js/c.wasm input.json c.wtns"));

    assert!(snarkjs(place, "powersoftau new bn128 10 0.ptau"));
    assert!(snarkjs(place, "powersoftau contribute 0.ptau 1.ptau --name=one -e=entropy"));
    assert!(snarkjs(place, "powersoftau prepare phase2 1.ptau c.ptau"));
    assert!(snarkjs(place, "groth16 setup c.r1cs c.ptau 0.zkey"));
    assert!(snarkjs(place, "zkey contribute 0.zkey c.zkey --name=two -e=entropy"));
    assert!(snarkjs(place, "zkey export verificationkey c.zkey vk.json"));

    for (number, options) in [
        "--no-cache",
        "--cache kept",
        "--cache kept",
        "--r1cs c.r1cs --cache kept",
        "--r1cs c.r1cs --cache kept",
    ]
    .into_iter()
    .enumerate()
    {
        let (proof, public) = (format!("{number}.json"), format!("{number}.public.json"));
        let out = format!("--out {proof} --public {public} --memory 16MiB");
        place.ok(&format!("groth16 prove --zkey c.zkey --wtns c.wtns {options} {out}"));
        both_verify(place, ["vk.json", &public, &proof]);
    }
    assert_eq!(fs::read_dir(place.path("kept")).unwrap().count(), 2, "tables with the circuit and without");
    // And the other way round.
    assert!(snarkjs(place, "groth16 prove c.zkey c.wtns s.json s.public.json"));
    both_verify(place, ["vk.json", "s.public.json", "s.json"]);
    assert_eq!(read(place, "s.public.json"), read(place, "0.public.json"));
}

#[test]
#[ignore = "needs npm packages: cargo xtask test"]
fn the_own_circuit_is_proved_and_verified_by_snarkjs() {
    let place = &Place::new();
    place.ok("setup --out keys");
    place.ok("groth16 export --out circom --example");
    let [vk, public, proof] =
        ["verification_key", "public", "proof"].map(|name| format!("circom/{name}.json"));
    assert!(snarkjs(place, "wtns check circom/resident-id.r1cs circom/resident-id.wtns"));
    both_verify(place, [&vk, &public, &proof]);
    assert!(snarkjs(
        place,
        "groth16 prove circom/resident-id.zkey circom/resident-id.wtns s.json s.public.json"
    ));
    both_verify(place, [&vk, "s.public.json", "s.json"]);
    assert_eq!(read(place, "s.public.json"), read(place, &public));
    assert!(snarkjs(place, "zkey export verificationkey circom/resident-id.zkey exported.json"));
    assert_eq!(read(place, "exported.json"), read(place, &vk));
}
