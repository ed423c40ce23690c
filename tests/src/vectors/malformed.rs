//! Bytes that are no presentation, in both forms.

use serde_json::Value;
use tacit_credential::fixtures::{narrow_policy, wide_policy};
use tacit_credential::presentation::{MAX_BYTES, Presentation};

use super::scene::{Scene, value};
use super::{Bytes, Case, Vectors};

/// Where the parts of the compact form begin, without a scope.
const CHALLENGE: usize = 3;
const SCOPE: usize = 163;
const PSEUDONYM: usize = 163;
const DISCLOSED: usize = 195;

/// Where the disclosed values of the scene's holder begin: a name of 9 bytes.
const NAME: usize = DISCLOSED + 18;
const BIRTH: usize = NAME + 2 + 9;
const SEX: usize = BIRTH + 4;
const REGION: usize = SEX + 1;
const EXPIRY: usize = REGION + 4;
const EXTRAS: usize = EXPIRY + 4;

pub(super) fn add(vectors: &mut Vectors, scene: &mut Scene) {
    let (narrow, wide) = (scene.request(narrow_policy()), scene.request(wide_policy()));
    vectors.request("malformed, narrow", value(&narrow));
    vectors.request("malformed, wide", value(&wide));
    let (for_narrow, for_wide) = (scene.answer(&narrow), scene.answer(&wide));
    compact(vectors, &for_narrow.to_bytes(), &for_wide.to_bytes());
    json(vectors, &for_narrow, &for_wide);
}

fn compact(vectors: &mut Vectors, narrow: &[u8], wide: &[u8]) {
    let with = |bytes: &[u8], at: usize, part: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes[at..at + part.len()].copy_from_slice(part);
        bytes
    };
    let cut = |bytes: &[u8], length: usize| bytes[..length].to_vec();
    let above = [0xff; 32];
    let cases: [(&str, &str, &'static str, Vec<u8>); 31] = [
        ("nothing", "narrow", "presentation-too-short", Vec::new()),
        ("the version alone", "narrow", "presentation-too-short", cut(narrow, 1)),
        ("cut in the challenge", "narrow", "presentation-too-short", cut(narrow, CHALLENGE + 31)),
        ("cut in the proof", "narrow", "presentation-too-short", cut(narrow, 160)),
        ("cut in the scope", "narrow", "presentation-too-short", cut(narrow, SCOPE + 31)),
        ("cut by a byte", "narrow", "presentation-too-short", cut(narrow, narrow.len() - 1)),
        ("cut in the disclosed values", "wide", "presentation-too-short", cut(wide, BIRTH + 2)),
        ("cut by a byte of a salt", "wide", "presentation-too-short", cut(wide, wide.len() - 1)),
        ("a byte more", "narrow", "presentation-trailing-bytes", [narrow, &[0]].concat()),
        ("twice", "narrow", "presentation-trailing-bytes", [narrow, narrow].concat()),
        ("version 0", "narrow", "presentation-version", with(narrow, 0, &[0])),
        ("version 255", "narrow", "presentation-version", with(narrow, 0, &[255])),
        ("an unknown flag", "narrow", "presentation-flags", with(narrow, 1, &[3])),
        (
            "an attribute that does not exist",
            "narrow",
            "presentation-disclosure-mask",
            with(narrow, 2, &[0x80]),
        ),
        (
            "a challenge not below the modulus",
            "narrow",
            "presentation-challenge",
            with(narrow, CHALLENGE, &above),
        ),
        ("a scope not below the modulus", "narrow", "presentation-scope", with(narrow, SCOPE, &above)),
        (
            "a pseudonym not below the modulus",
            "wide",
            "presentation-pseudonym",
            with(wide, PSEUDONYM, &above),
        ),
        ("a number that is no text", "wide", "presentation-text", with(wide, DISCLOSED, &[0xff])),
        ("a number with a wrong check character", "wide", "presentation-number", {
            let last = wide[DISCLOSED + 17];
            with(wide, DISCLOSED + 17, &[if last == b'1' { b'2' } else { b'1' }])
        }),
        ("a name that is no text", "wide", "presentation-text", with(wide, NAME + 2, &[0xff])),
        ("a name with a line break", "wide", "presentation-name", with(wide, NAME + 2, b"Li\nXiao L")),
        (
            "a name with a blank at its end",
            "wide",
            "presentation-name-form",
            with(wide, NAME + 2, "\u{3000}".as_bytes()),
        ),
        ("a name longer than the bytes", "wide", "presentation-too-short", with(wide, NAME, &[0xff, 0xff])),
        ("a birth date beyond the calendar", "wide", "presentation-birth", with(wide, BIRTH, &[0xff; 4])),
        ("a sex that does not exist", "wide", "presentation-sex", with(wide, SEX, &[9])),
        ("a region that does not exist", "wide", "presentation-region", with(wide, REGION, &[0, 0, 0, 1])),
        ("an expiry beyond the calendar", "wide", "presentation-expiry", with(wide, EXPIRY, &[0xff; 4])),
        ("more digests than bytes", "wide", "presentation-too-short", with(wide, EXTRAS, &[0xff])),
        ("a digest changed", "wide", "presentation-extras", {
            with(wide, EXTRAS + 1, &[wide[EXTRAS + 1] ^ 1])
        }),
        ("a salt changed", "wide", "presentation-extras", {
            let last = wide.len() - 1;
            with(wide, last, &[wide[last] ^ 1])
        }),
        ("a label that cannot be shown", "wide", "presentation-extra", with(wide, EXTRAS + 67, &[7])),
    ];
    for (name, request, code, bytes) in cases {
        add_case(vectors, name, request, code, bytes);
    }
    let huge = "compact: larger than any presentation";
    vectors.presentations.insert(huge.into(), Bytes { bytes: narrow.to_vec(), padding: MAX_BYTES });
    vectors.case(Case::verify(huge, "malformed, narrow", huge, "presentation-too-large"));
}

fn json(vectors: &mut Vectors, narrow: &Presentation, wide: &Presentation) {
    let text = narrow.to_json();
    let challenge = narrow.challenge.to_string();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut value: Value = serde_json::from_str(&text).expect("own output");
        change(&mut value);
        value.to_string()
    };
    let cases: [(&str, &'static str, String); 12] = [
        ("an empty object", "presentation-not-json", "{}".into()),
        ("cut short", "presentation-not-json", text[..text.len() - 1].into()),
        ("something behind it", "presentation-not-json", format!("{text}{{}}")),
        ("an unknown field", "presentation-not-json", text.replacen('{', "{\"also\":1,", 1)),
        (
            "a field twice",
            "presentation-not-json",
            text.replacen("{\"version\":1", "{\"version\":1,\"version\":1", 1),
        ),
        (
            "a challenge in capitals",
            "presentation-not-json",
            text.replacen(&challenge, &challenge.to_uppercase(), 1),
        ),
        (
            "a challenge not below the modulus",
            "presentation-not-json",
            text.replacen(&challenge, &"f".repeat(64), 1),
        ),
        ("a proof of 127 bytes", "presentation-not-json", {
            with(&|value| value["proof"] = value["proof"].as_str().expect("text")[2..].into())
        }),
        ("fields in another order", "presentation-not-canonical", with(&|_| ())),
        ("white space within", "presentation-not-canonical", text.replacen(':', ": ", 1)),
        ("an absent value written out", "presentation-not-canonical", {
            wide.to_json().replacen(",\"pseudonym\"", ",\"scope\":null,\"pseudonym\"", 1)
        }),
        ("another version", "presentation-version", text.replacen("\"version\":1", "\"version\":2", 1)),
    ];
    for (name, code, text) in cases {
        assert!(text != narrow.to_json() && text != wide.to_json(), "{name}");
        add_case(vectors, &format!("as JSON, {name}"), "narrow", code, text.into_bytes());
    }
    add_case(vectors, "as JSON, not UTF-8", "narrow", "presentation-not-json", vec![b'{', 0xff, b'}']);
}

fn add_case(vectors: &mut Vectors, name: &str, request: &str, code: &'static str, bytes: Vec<u8>) {
    let name = format!("malformed: {name}");
    vectors.presentation(&name, bytes);
    vectors.case(Case::verify(&name, &format!("malformed, {request}"), &name, code));
}
