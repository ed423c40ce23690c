//! Making a verifier: configurations and keys.

use serde_json::{Value, json};
use tacit_credential::field;
use tacit_credential::request::CircuitDigest;
use tacit_verifier::{Provenance, VerifyingKey};

use super::scene::{BANK, Scene, digits};
use super::{Action, Case, Expect, Vectors};

pub(super) fn add(vectors: &mut Vectors, scene: &Scene) {
    let good = scene.config();
    let with = |key: &str, value: Value| {
        let mut config = good.clone();
        config[key] = value;
        config
    };
    let without = |key: &str| {
        let mut config = good.clone();
        config.as_object_mut().expect("an object").remove(key);
        config
    };
    vectors.verifier("hotel", good.clone());
    vectors.case(create("a verifier", "hotel", Expect::Ok(Value::Null)));

    // For the cases of other files.
    vectors.verifier("hotel with grace", with("grace_seconds", json!(120)));
    vectors.verifier("hotel that saw list eight", with("newest_epoch_seen", json!(8)));
    vectors.verifier("hotel whose caller keeps challenges", with("challenges", json!("caller")));
    let mut points = Scene::key().points().clone();
    points.ic.swap(0, 1);
    let other = VerifyingKey::from_points(Scene::key().circuit(), Provenance::Development, points);
    let other = other.expect("valid points").to_bytes();
    vectors.verifier("hotel with another key", with("keys", json!([digits(&other)])));
    let stranger = ed25519_dalek::SigningKey::from_bytes(&[99; 32]);
    let stranger = tacit_verifier::OperatorKey::from(&stranger);
    let mut foreign = with("operators", json!([stranger]));
    foreign.as_object_mut().expect("an object").remove("certificate");
    vectors.verifier("hotel of another operator", foreign);

    let key = Scene::key().to_bytes();
    let circuit = VerifyingKey::from_points(
        CircuitDigest([4; 32]),
        Provenance::Development,
        Scene::key().points().clone(),
    );
    let second = circuit.expect("valid points").to_bytes();
    vectors.verifier("two circuits", with("keys", json!([digits(&key), digits(&second)])));
    vectors.case(create("keys of two circuits", "two circuits", Expect::Ok(Value::Null)));

    let refused: &[(&str, &'static str, Value)] = &[
        ("no key", "no-key", with("keys", json!([]))),
        ("one key twice", "duplicate-key", with("keys", json!([digits(&key), digits(&key)]))),
        ("a development key without leave", "development-key", without("accept_development_keys")),
        ("one operator twice", "operator-trusted", {
            let one = good["operators"][0].clone();
            with("operators", json!([one, one]))
        }),
        ("no operator", "no-operator", with("operators", json!([]))),
        ("a certificate of another key", "certificate-key", {
            let bank = ed25519_dalek::SigningKey::from_bytes(&BANK);
            with("verifier_key", json!(tacit_verifier::VerifierKey::from(&bank)))
        }),
        ("no verifier key", "config-json", without("verifier_key")),
        ("an unknown field", "config-json", with("accept_anything", json!(true))),
        ("a configuration that is cut short", "config-json", json!("{\"keys\":[")),
        ("a key that is no hexadecimal text", "key-text", with("keys", json!(["tacit-vk"]))),
    ];
    for (name, code, config) in refused {
        vectors.verifier(name, config.clone());
        vectors.case(create(name, name, Expect::Code(code)));
    }
    keys(vectors, &with, &key);
}

/// Keys that are none. The checksum is made anew, but where it is what is wrong.
fn keys(vectors: &mut Vectors, with: &dyn Fn(&str, Value) -> Value, key: &[u8]) {
    let body = key.len() - 32;
    let sealed = |change: &dyn Fn(&mut [u8])| {
        let mut key = key.to_vec();
        change(&mut key[..body]);
        let checksum = field::sha256("tacit/verifying-key/v1", &[&key[..body]]);
        key[body..].copy_from_slice(&checksum);
        key
    };
    let (alpha, beta, gamma, delta, ic0, ic1) = (44, 76, 140, 204, 268, 300);
    let longer = [key, &[0]].concat();
    let identity = |at: usize, size: usize| {
        move |key: &mut [u8]| {
            key[at..at + size].fill(0);
            key[at + size - 1] = 0x40;
        }
    };
    let cases: [(&str, &'static str, Vec<u8>); 16] = [
        ("a key that is cut short", "key-length", key[..key.len() - 1].to_vec()),
        ("a key with a byte more", "key-length", longer),
        ("no key at all", "key-magic", Vec::new()),
        ("a key of another format", "key-magic", sealed(&|key| key[0] = b'T')),
        ("a key of a later version", "key-version", sealed(&|key| key[8] = 9)),
        ("a key of unknown making", "key-provenance", sealed(&|key| key[9] = 2)),
        ("a key with something after its making", "key-provenance", sealed(&|key| key[11] = 1)),
        ("a key with a bit flipped", "key-damaged", {
            let mut key = key.to_vec();
            key[100] ^= 1;
            key
        }),
        ("alpha not below the prime", "key-not-canonical", sealed(&|key| key[alpha..alpha + 32].fill(0x3f))),
        ("beta off the curve or out of the subgroup", "key-outside-subgroup", {
            // The first small x with a point of the curve; one in 2^254 of these has the right order.
            (0..=255u8)
                .map(|x| {
                    sealed(&|key| {
                        key[beta..beta + 64].fill(0);
                        key[beta] = x;
                    })
                })
                .find(|key| refusal(key) == "key-outside-subgroup")
                .expect("every second x has a point")
        }),
        ("delta off the curve", "key-off-curve", {
            (0..=255u8)
                .map(|x| {
                    sealed(&|key| {
                        key[delta..delta + 64].fill(0);
                        key[delta] = x;
                    })
                })
                .find(|key| refusal(key) == "key-off-curve")
                .expect("every second x has none")
        }),
        ("gamma the identity", "key-identity", sealed(&identity(gamma, 64))),
        ("the public input's point the identity", "key-identity", sealed(&identity(ic1, 32))),
        ("the constant's point the identity", "key-identity", sealed(&identity(ic0, 32))),
        ("gamma equal to delta", "key-unfinished", sealed(&|key| key.copy_within(delta..delta + 64, gamma))),
        (
            "gamma equal to minus delta",
            "key-unfinished",
            sealed(&|key| {
                key.copy_within(delta..delta + 64, gamma);
                key[gamma + 63] ^= 0x80;
            }),
        ),
    ];
    for (name, code, key) in cases {
        vectors.verifier(name, with("keys", json!([digits(&key)])));
        vectors.case(create(name, name, Expect::Code(code)));
    }
}

fn refusal(key: &[u8]) -> &'static str {
    VerifyingKey::from_bytes(key).map_or_else(|error| error.code(), |_| "ok")
}

fn create(name: &str, verifier: &str, expect: Expect) -> Case {
    Case::new(&format!("create: {name}"), Action::Create, expect).by(verifier).with_lists(&[])
}
