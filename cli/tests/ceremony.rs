//! `tacit ceremony`: a whole ceremony at the command line, and what it refuses.

mod place;

use std::fs;
use std::path::Path;

use place::{Place, outcome};
use serde_json::{Value, json};

/// A directory with the circuit `tiny` and powers that snarkjs made for it.
fn place() -> Place {
    let place = Place::new();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/fixtures");
    for file in ["r1cs", "ptau", "initial.zkey"] {
        fs::copy(fixtures.join(format!("tiny.{file}")), place.path(&format!("c.{file}"))).unwrap();
    }
    place
}

const CIRCUIT: &str = "--r1cs c.r1cs --ptau c.ptau";
const VERIFY: &str = "ceremony verify --r1cs c.r1cs --ptau c.ptau";
const BEACON: &str = "--hash 0102030405 --iterations-exponent 10";

/// Contributes with something typed, and returns the hash.
fn contribute(place: &Place, from: &str, to: &str, name: &str) -> String {
    let line = format!("ceremony contribute --zkey {from} --out {to} --name '{name}' --entropy-stdin");
    let (code, value) = outcome(place.command(&line).write_stdin("dice: 3 1 4 1 5 9 2 6"), &line);
    assert_eq!(code, 0, "{value:#}");
    value["hash"].as_str().unwrap().to_owned()
}

fn bytes(place: &Place, name: &str) -> Vec<u8> {
    fs::read(place.path(name)).unwrap()
}

#[test]
fn from_powers_to_keys() {
    let place = place();
    let checked = place.ok("ceremony phase1 check --ptau c.ptau");
    assert_eq!((&checked["power"], &checked["development"]), (&json!(3), &json!(false)));
    let blake2b = checked["blake2b"].as_str().unwrap();
    let known = format!("{CIRCUIT} --ptau-blake2b {blake2b}");

    place.ok(&format!("ceremony new {CIRCUIT} --out 0.zkey"));
    assert_eq!(bytes(&place, "0.zkey"), bytes(&place, "c.initial.zkey"));
    let hashes = [
        contribute(&place, "0.zkey", "1.zkey", "Ann"),
        contribute(&place, "1.zkey", "2.zkey", "Bo"),
        contribute(&place, "2.zkey", "3.zkey", "Cy"),
    ];
    place.fails(&format!("{VERIFY} --zkey 0.zkey"), 1, "nobody-contributed");
    let ended = place.ok(&format!("ceremony beacon --zkey 3.zkey --out final.zkey {BEACON} --name lottery"));
    assert_eq!(ended["number"], 4);

    let all: String = hashes.iter().map(|hash| format!(" --includes {hash}")).collect();
    let verify = format!("{VERIFY} --zkey final.zkey {all} --beacon 0102030405 --iterations-exponent 10");
    let verified = place.ok(&verify);
    let names: Vec<&Value> =
        verified["contributions"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Ann", "Bo", "Cy", "lottery"]);
    let looked_at =
        place.ok(&format!("ceremony verify --r1cs c.r1cs --initial 0.zkey --zkey final.zkey {all}"));
    assert_eq!((&looked_at["initial"], &verified["initial"]), (&json!("trusted"), &json!("computed")));

    let made = place.ok(&format!("ceremony finalise {known} --zkey final.zkey --out keys"));
    assert_eq!((&made["development"], &made["transcript"]), (&json!(false), &verified["transcript"]));
    let transcript: Value = serde_json::from_slice(&bytes(&place, "keys/transcript.json")).unwrap();
    assert_eq!(transcript, verified["transcript"]);
    let text = fs::read_to_string(place.path("keys/transcript.txt")).unwrap();
    assert!(text.contains("Bo") && text.contains(blake2b), "{text}");
    let held = "--proving-key keys/c.pk --verification-key keys/verification_key.json";
    place.ok(&format!("{verify} {held}"));
    // Nothing is overwritten.
    place.fails(&format!("ceremony finalise {known} --zkey final.zkey --out keys"), 3, "occupied");
    place.fails(&format!("ceremony new {known} --out 0.zkey"), 3, "file-exists");
    place.fails("ceremony contribute --zkey 0.zkey --out 1.zkey", 3, "file-exists");
    place.fails(&format!("ceremony beacon --zkey 3.zkey --out final.zkey {BEACON}"), 3, "file-exists");

    // The keys of another ceremony for the same circuit.
    contribute(&place, "0.zkey", "other.zkey", "Ann");
    place.ok(&format!("ceremony finalise {known} --zkey other.zkey --out others"));
    for (option, file) in [("proving-key", "c.pk"), ("verification-key", "verification_key.json")] {
        place.fails(&format!("{verify} --{option} others/{file}"), 1, "other-key");
    }
}

#[test]
fn what_does_not_hold_is_refused_with_its_number() {
    let place = place();
    let check = |key: &str| format!("{VERIFY} --zkey {key}");
    contribute(&place, "c.initial.zkey", "1.zkey", "Ann");
    contribute(&place, "1.zkey", "2.zkey", "the second");
    let hash = contribute(&place, "2.zkey", "3.zkey", "Cy");
    place.ok(&check("3.zkey"));
    // The last byte of the second transcript, which stands before kind, length, and what names the contributor.
    let mut spoilt = bytes(&place, "3.zkey");
    let at = spoilt.windows(10).rposition(|ten| ten == b"the second").unwrap() - 11;
    spoilt[at] ^= 1;
    fs::write(place.path("spoilt.zkey"), &spoilt).unwrap();
    let refused = place.fails(&check("spoilt.zkey"), 1, "bad-contribution");
    assert_eq!((&refused["phase"], &refused["contribution"]), (&json!(2), &json!(2)), "{refused:#}");
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("contribution 2"), "{message}");
    place.fails(&format!("ceremony finalise {CIRCUIT} --zkey spoilt.zkey --out keys"), 1, "bad-contribution");
    assert!(!place.path("keys/c.pk").exists());
    // Truncated, and of the wrong kind.
    let short = bytes(&place, "3.zkey");
    fs::write(place.path("short.zkey"), &short[..short.len() - 40]).unwrap();
    let refused = place.fails(&check("short.zkey"), 1, "bad-contribution");
    assert_eq!(refused["contribution"], 3, "{refused:#}");
    // A point that is none: the last of the second contribution, before its transcript.
    let mut spoilt = bytes(&place, "3.zkey");
    spoilt[at - 64] ^= 1;
    fs::write(place.path("off.zkey"), &spoilt).unwrap();
    let refused = place.fails(&check("off.zkey"), 1, "bad-contribution");
    assert_eq!((&refused["phase"], &refused["contribution"]), (&json!(2), &json!(2)), "{refused:#}");
    place.fails(&check("c.ptau"), 4, "malformed");
    place.fails("ceremony verify --r1cs c.r1cs --ptau c.zkey --zkey 3.zkey", 3, "read");

    // An older state of the ceremony, passed off as its end.
    place.fails(&format!("{} --includes {hash}", check("2.zkey")), 1, "contribution-missing");
    place.fails(&format!("{} --includes zz", check("2.zkey")), 2, "argument");
    let announced = "--beacon 0102030405 --iterations-exponent 10";
    place.fails(&format!("{} {announced}", check("3.zkey")), 1, "beacon-differs");
    // Nothing after the end.
    place.fails(&format!("ceremony beacon --zkey c.initial.zkey --out end.zkey {BEACON}"), 1, "nobody-yet");
    place.ok(&format!("ceremony beacon --zkey 3.zkey --out end.zkey {BEACON}"));
    let line = "ceremony contribute --zkey end.zkey --out more.zkey --entropy-stdin";
    let (code, value) = outcome(place.command(line).write_stdin("late"), line);
    assert_eq!((code, &value["error"]["code"]), (1, &json!("ended")), "{value:#}");
    place.fails("ceremony beacon --zkey 3.zkey --out x.zkey --hash 0x01", 2, "argument");

    // Nobody to ask, and nothing typed.
    place.fails("ceremony contribute --zkey 3.zkey --out 4.zkey", 5, "secret-missing");
    let line = "ceremony contribute --zkey 3.zkey --out 4.zkey --entropy-stdin";
    let (code, value) = outcome(place.command(line).write_stdin(""), line);
    assert_eq!((code, &value["error"]["code"]), (5, &json!("empty-secret")), "{value:#}");
    assert!(!place.path("4.zkey").exists());

    // Powers with another contribution's numbers, and other powers than those named.
    let mut powers = bytes(&place, "c.ptau");
    let first = powers.windows(5).position(|five| five == b"first").unwrap();
    powers[first - 40] ^= 1;
    fs::write(place.path("spoilt.ptau"), &powers).unwrap();
    let refused = place.fails("ceremony phase1 check --ptau spoilt.ptau", 1, "bad-contribution");
    assert_eq!((&refused["phase"], &refused["contribution"]), (&json!(1), &json!(2)), "{refused:#}");
    place.fails("ceremony new --r1cs c.r1cs --ptau spoilt.ptau --out n.zkey", 1, "bad-contribution");
    let other = format!("ceremony new {CIRCUIT} --out n.zkey --ptau-blake2b {}", "00".repeat(64));
    place.fails(&other, 1, "other-digest");
}

/// Powers of one's own make keys for development, marked as such.
#[test]
fn development_powers_are_marked() {
    let place = place();
    let made = place.ok("ceremony phase1 development --power 3 --out own.ptau");
    assert_eq!(made["development"], true);
    let own = "--r1cs c.r1cs --ptau own.ptau";
    assert_eq!(place.ok(&format!("ceremony new {own} --out 0.zkey"))["development"], true);
    contribute(&place, "0.zkey", "1.zkey", "Ann");
    assert_eq!(place.ok(&format!("ceremony finalise {own} --zkey 1.zkey --out keys"))["development"], true);
    // The first of the fixture's powers are those of another ceremony.
    place.fails(&format!("{VERIFY} --zkey 1.zkey"), 1, "initial");
}

/// The outcome of a ceremony for Tacit's own circuit is what a wallet proves with and a desk verifies with.
#[test]
fn from_a_ceremony_to_a_presentation() {
    let place = place::tour();
    let made = place.ok("ceremony phase1 development --out powers.ptau");
    let circuit = "--circuit resident-id --ptau powers.ptau";
    let known = format!("{circuit} --ptau-blake2b {}", made["blake2b"].as_str().unwrap());
    place.ok(&format!("ceremony new {circuit} --out 0.zkey"));
    contribute(&place, "0.zkey", "1.zkey", "Ann");
    place.ok(&format!("ceremony beacon --zkey 1.zkey --out final.zkey {BEACON}"));
    let outcome = place.ok(&format!("ceremony finalise {known} --zkey final.zkey --out outcome"));
    let digest = outcome["transcript"]["digests"]["proving_key"].as_str().unwrap();
    let verify = format!("ceremony verify {known} --zkey final.zkey");
    let held = "--proving-key outcome/resident-id.pk --verifying-key outcome/resident-id.vk";
    let verified = place.ok(&format!("{verify} {held}"));
    assert_eq!(verified["transcript"], outcome["transcript"]);
    place.fails(&format!("{verify} --verifying-key keys/resident-id.vk"), 1, "other-key");
    place.fails(&format!("{verify} --proving-key keys/resident-id.pk"), 1, "other-key");

    place::certify(&place);
    let present = "wallet --wallet w present --yes --request request.json --out p.json";
    let key = format!("--proving-key outcome/resident-id.pk --key-digest {digest}");
    place.ok("request --state desk new --policy hotel.toml --out request.json");
    place.ok(&format!("{present} {key}"));
    let desk = "verify --state desk --presentation p.json --accept-development-key";
    place.fails(desk, 1, "proof-invalid");
    let accepted = place.ok(&format!("{desk} --verifying-key outcome/resident-id.vk"));
    assert_eq!((&accepted["accepted"], &accepted["development_key"]), (&json!(true), &json!(true)));
    // The wallet has pinned the ceremony's key.
    place.ok("request --state desk new --policy hotel.toml --out request.json");
    place.fails(&format!("{present} --proving-key keys/resident-id.pk"), 1, "proving-key-changed");
}
