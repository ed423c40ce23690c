//! `tacit groth16` on files that circom2 and snarkjs made.

mod place;

use std::fs;
use std::path::Path;

use place::{Place, outcome};
use serde_json::{Value, json};

/// A directory with the fixtures of a circuit.
fn place(name: &str) -> Place {
    let place = Place::new();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/fixtures");
    for file in ["r1cs", "wtns", "zkey", "ptau", "verification_key.json", "proof.json", "public.json"] {
        fs::copy(fixtures.join(format!("{name}.{file}")), place.path(&format!("c.{file}"))).unwrap();
    }
    place
}

const VERIFY: &str = "groth16 verify --vk c.verification_key.json";

#[test]
fn proofs_with_and_without_the_circuit() {
    for name in ["tiny", "small"] {
        let place = place(name);
        place.ok(&format!("{VERIFY} --public c.public.json --proof c.proof.json"));

        let mut proofs = Vec::new();
        for (options, caches) in [
            ("--no-cache", ["none", "none"]),
            ("--r1cs c.r1cs --no-cache --threads 1", ["none", "none"]),
            ("--cache kept --memory 16MiB", ["written", "loaded"]),
            ("--r1cs c.r1cs --cache kept --memory 16MiB", ["written", "loaded"]),
        ] {
            for cache in caches {
                let proved = place.ok(&format!("groth16 prove --zkey c.zkey --wtns c.wtns {options}"));
                assert_eq!(proved["cache"], cache, "{options}");
                assert!(proved["open_milliseconds"].as_f64().unwrap() > 0.0);
                assert!(proved["prove_milliseconds"].as_f64().unwrap() > 0.0);
                place.ok(&format!("{VERIFY} --public public.json --proof proof.json"));
                let public = ["c.public.json", "public.json"].map(|file| fs::read(place.path(file)).unwrap());
                assert_eq!(public[0], public[1]);
                proofs.push(fs::read(place.path("proof.json")).unwrap());
            }
        }
        proofs.sort_unstable();
        proofs.dedup();
        assert_eq!(proofs.len(), 8, "blinding is fresh");
    }
}

/// Where nobody says where caches are, they are beside the key, unless others can write there.
#[cfg(unix)]
#[test]
fn tables_are_kept_beside_a_key_of_ones_own() {
    use std::os::unix::fs::PermissionsExt;
    let place = place("tiny");
    let prove = "groth16 prove --zkey c.zkey --wtns c.wtns --memory 16MiB";
    let allow = |mode| fs::set_permissions(place.path("."), fs::Permissions::from_mode(mode)).unwrap();
    allow(0o777);
    assert_eq!(place.ok(prove)["cache"], "none");
    allow(0o755);
    assert_eq!(place.ok(prove)["cache"], "written");
    assert_eq!(place.ok(prove)["cache"], "loaded");
    let home = place.path("home");
    let mut command = place.command(prove);
    assert_eq!(outcome(command.env("HOME", &home), prove).1["cache"], "written");
    assert!(home.join(".cache/tacit/groth16").is_dir());
}

/// A cache that was spoilt is made again.
#[test]
fn a_damaged_cache_is_made_again() {
    let place = place("tiny");
    let prove = "groth16 prove --zkey c.zkey --r1cs c.r1cs --wtns c.wtns --cache kept --memory 16MiB";
    place.ok(prove);
    let mut files = fs::read_dir(place.path("kept")).unwrap().map(|entry| entry.unwrap().path());
    let file = files.next().unwrap();
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    // Tables are mapped by nobody now.
    fs::write(&file, bytes).unwrap();
    assert_eq!(place.ok(prove)["cache"], "written");
    assert_eq!(place.ok(prove)["cache"], "loaded");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(place.path("kept")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}

#[test]
fn what_is_false_or_broken_is_refused() {
    let place = place("tiny");
    let public = fs::read_to_string(place.path("c.public.json")).unwrap();
    let mut values: Vec<String> = serde_json::from_str(&public).unwrap();
    values[0] = "12".to_owned();
    place.write("other.json", &json!(values).to_string());
    place.fails(&format!("{VERIFY} --public other.json --proof c.proof.json"), 1, "proof-invalid");
    place.write("fewer.json", "[\"1\"]");
    place.fails(&format!("{VERIFY} --public fewer.json --proof c.proof.json"), 1, "public-count");
    place.write("broken.json", "{");
    place.fails(&format!("{VERIFY} --public c.public.json --proof broken.json"), 4, "malformed");
    place.fails(&format!("{VERIFY} --public c.public.json --proof absent.json"), 3, "read");

    // A witness whose last value is another.
    let mut witness = fs::read(place.path("c.wtns")).unwrap();
    let last = witness.len() - 32;
    witness[last] ^= 1;
    fs::write(place.path("false.wtns"), &witness).unwrap();
    place.fails("groth16 prove --zkey c.zkey --wtns false.wtns --no-cache", 1, "does-not-hold");
    let with_circuit =
        "groth16 prove --zkey c.zkey --r1cs c.r1cs --wtns false.wtns --cache kept --memory 16MiB";
    place.fails(with_circuit, 1, "unsatisfied");
    assert!(!place.path("proof.json").exists());

    let mut key = fs::read(place.path("c.zkey")).unwrap();
    let middle = key.len() / 2;
    key[middle] ^= 1;
    fs::write(place.path("broken.zkey"), &key).unwrap();
    let broken = place.fails("groth16 prove --zkey broken.zkey --wtns c.wtns --cache kept", 4, "malformed");
    let message = broken["error"]["message"].as_str().unwrap();
    assert!(message.contains("section") && message.contains("byte"), "{message}");
    place.fails("groth16 prove --zkey c.wtns --wtns c.wtns", 4, "malformed");
    place.fails("groth16 inspect broken.zkey", 4, "malformed");
}

#[test]
fn files_say_what_they_are() {
    let place = place("small");
    let inspect = |file: &str| place.ok(&format!("groth16 inspect {file}"));
    let circuit = inspect("c.r1cs");
    assert_eq!(
        (&circuit["constraints"], &circuit["wires"], &circuit["public"]),
        (&json!(19), &json!(22), &json!(3))
    );
    assert_eq!(inspect("c.wtns")["wires"], 22);
    let key = inspect("c.zkey");
    assert_eq!((&key["constraints"], &key["domain"]), (&json!(19), &json!(32)));
    assert_eq!(key["contributions"], json!(["first", "", "beacon"]));
    let powers = inspect("c.ptau");
    assert_eq!((&powers["power"], &powers["prepared"]), (&json!(6), &Value::Bool(true)));
    assert_eq!(inspect("c.verification_key.json")["public"], 3);
    place.fails("groth16 inspect c.proof.json", 4, "malformed");
}

/// Tacit's own key in circom's words is one that this program reads again, for the circuit beside it.
#[test]
fn the_own_circuit_goes_to_circom() {
    let place = Place::new();
    place.ok("setup --out keys");
    let exported = place.ok("groth16 export --out circom");
    assert_eq!(exported["development"], true);
    assert!(!place.path("circom/resident-id.wtns").exists() && !place.path("circom/proof.json").exists());
    place.ok("groth16 export --out circom --example");
    let files = "--vk circom/verification_key.json --public circom/public.json";
    place.ok(&format!("groth16 verify {files} --proof circom/proof.json"));
    for circuit in ["", "--r1cs circom/resident-id.r1cs"] {
        let prove = "groth16 prove --zkey circom/resident-id.zkey --wtns circom/resident-id.wtns --no-cache";
        place.ok(&format!("{prove} {circuit}"));
        place.ok(&format!("groth16 verify {files} --proof proof.json"));
    }
    let key = place.ok("groth16 inspect circom/resident-id.zkey");
    let circuit = place.ok("groth16 inspect circom/resident-id.r1cs");
    for count in ["constraints", "wires", "public"] {
        assert_eq!(key[count], circuit[count], "{count}");
    }
    assert_eq!(key["constraints"], exported["constraints"]);
    assert_eq!((&key["domain"], &key["public"]), (&json!(8192), &json!(1)));
    assert_eq!(place.ok("groth16 inspect circom/verification_key.json")["public"], 1);
    place.fails("groth16 export --proving-key absent.pk", 3, "key-missing");
}
