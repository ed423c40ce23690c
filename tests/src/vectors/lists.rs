//! Trust lists, taken and refused.

use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use tacit_credential::Fr;
use tacit_credential::date::UnixTime;
use tacit_credential::fixtures::NOW;
use tacit_credential::status::StatusRoot;
use tacit_credential::trust_list::{Epoch, SignedTrustList, TrustList, TrustListDigest, TrustListParameters};

use super::scene::{Scene, value};
use super::{Action, Case, Expect, Vectors};

pub(super) fn add(vectors: &mut Vectors, scene: &Scene) {
    let world = &scene.site.world;
    let seven = world.list.signed().clone();
    let parameters = |epoch, predecessor| TrustListParameters {
        epoch: Epoch(epoch),
        predecessor,
        issued_at: NOW,
        expires_at: UnixTime(NOW.0 + 7 * 86_400),
        issuers: world.list.list().issuers.clone(),
    };
    let sign = |parameters| SignedTrustList::sign(parameters, &world.operator).expect("a valid list");
    let eight = sign(parameters(8, Some(world.list.digest())));
    vectors.list("seven", value(&seven));
    vectors.list("eight", value(&eight));
    let list = |name: &str, list: &str, expect| {
        Case::new(&format!("list: {name}"), Action::List(list.into()), expect)
    };
    let ok = |epoch: u64| Expect::Ok(json!({ "epoch": epoch }));
    vectors.case(list("the first", "seven", ok(7)).with_lists(&[]));
    vectors.case(list("the same again", "seven", ok(7)));
    vectors.case(list("the next", "eight", ok(8)));
    vectors.case(list("an older one afterwards", "seven", ok(7)).with_lists(&["eight"]));
    vectors.case(
        list("of another operator", "seven", Expect::Code("list-other-operator"))
            .with_lists(&[])
            .by("hotel of another operator"),
    );
    vectors.case(
        list("that lapsed", "seven", Expect::Code("list-expired"))
            .with_lists(&[])
            .at(seven.list.expires_at.0),
    );
    vectors.case(
        list("of the future", "seven", Expect::Code("list-future")).with_lists(&[]).at(seven
            .list
            .issued_at
            .0
            - 301),
    );
    vectors.list("another seven", value(&scene.signed_list(|list| list.expires_at.0 += 1)));
    vectors.case(list("a second history", "another seven", Expect::Code("list-conflict")));
    vectors.list("eight without its predecessor", value(&sign(parameters(8, None))));
    vectors.case(list("that does not continue", "eight without its predecessor", Expect::Code("list-chain")));
    let other = Some(TrustListDigest([9; 32]));
    vectors.list("eight of another predecessor", value(&sign(parameters(8, other))));
    vectors.case(list("that continues another", "eight of another predecessor", Expect::Code("list-chain")));
    let mut older = parameters(9, other);
    older.issuers[1].status.sequence = 0;
    vectors.list("nine with older status", value(&sign(older)));
    vectors.case(list("with older status", "nine with older status", Expect::Code("list-older-status")));

    type Change = fn(&mut TrustList);
    let dishonest: [(&str, &'static str, Change); 8] = [
        ("of another version", "list-version", |list| list.version = 99),
        ("without a number", "list-no-epoch", |list| list.epoch = Epoch(0)),
        ("that ends before it begins", "list-validity", |list| list.expires_at = list.issued_at),
        ("with another root", "list-root", |list| list.root += Fr::from(1u64)),
        ("with another status", "list-root", |list| list.issuers[0].status.root = StatusRoot(Fr::from(3u64))),
        ("with an issuer without a key", "list-no-key", |list| list.issuers[0].keys.clear()),
        ("with a key twice", "list-duplicate-key", |list| {
            let again = list.issuers[0].keys[0].clone();
            list.issuers[0].keys.push(again);
        }),
        ("with keys whose possession nobody proved", "list-possession", |list| {
            let first = list.issuers[0].keys[0].possession;
            list.issuers[1].keys[0].possession = first;
        }),
    ];
    for (name, code, change) in dishonest {
        let text = format!("a list {name}");
        vectors.list(&text, value(&scene.signed_list(change)));
        vectors.case(list(name, &text, Expect::Code(code)).with_lists(&[]));
    }
    let mut forged = seven.clone();
    forged.list.expires_at.0 += 1;
    vectors.list("a list with another's signature", value(&forged));
    vectors.case(
        list(
            "under a signature of another",
            "a list with another's signature",
            Expect::Code("list-signature"),
        )
        .with_lists(&[]),
    );
    let stranger = SigningKey::from_bytes(&[99; 32]);
    let own = TrustListParameters { predecessor: None, ..parameters(7, None) };
    if let Ok(foreign) = SignedTrustList::sign(own, &stranger) {
        vectors.list("a list of a stranger", value(&foreign));
        vectors.case(
            list("that a stranger signed", "a list of a stranger", Expect::Code("list-other-operator"))
                .with_lists(&[]),
        );
    }
    let text = seven.to_json();
    for (name, text) in [
        ("that is cut short", text[..text.len() / 2].to_owned()),
        ("with an unknown field", text.replacen('{', "{\"also\":1,", 1)),
        ("that is a number", "7".into()),
        ("that is no JSON", "\u{fffd}".into()),
    ] {
        // One line, as the other file wants it.
        let text: String = text.lines().map(str::trim).collect();
        vectors.list(&format!("a list {name}"), Value::String(text));
        vectors.case(list(name, &format!("a list {name}"), Expect::Code("list-json")).with_lists(&[]));
    }
}
