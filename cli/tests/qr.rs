//! A desk with no network: request, answer and verification go from photograph to photograph.

mod place;

#[path = "../../qr/tests/photograph/mod.rs"]
mod photograph;

use std::fs;

use serde_json::{Value, json};

use photograph::{Camera, TELEPHONE, open};
use place::{Place, certify, tour};

/// Photographs a code that a command drew, and returns what it said of it.
fn photographed(place: &Place, said: &Value, picture: &str, seed: u64) -> Value {
    let qr = said["qr"].clone();
    let file = place.path(qr["file"].as_str().unwrap());
    let paper = open(&fs::read(file).unwrap());
    let camera = Camera { turned: 17.0 + 60.0 * seed as f64, ..TELEPHONE };
    let modules = qr["modules"].as_u64().unwrap() as usize;
    fs::write(place.path(picture), camera.shoot(&paper, modules, seed)).unwrap();
    qr
}

#[test]
fn from_photograph_to_photograph() {
    let place = tour();
    certify(&place);
    place.write("adult.toml", "minimum_age = 18\nprovinces = [\"Hunan\"]\n");
    // With a disclosed name and a pseudonym; with neither, as most are.
    for (seed, (policy, bytes)) in [("hotel.toml", 203), ("adult.toml", 227)].into_iter().enumerate() {
        let asked = place.ok(&format!("request --state desk new --policy {policy} --qr request.png"));
        assert_eq!(asked["file"], Value::Null);
        let code = photographed(&place, &asked, "request.jpg", seed as u64);
        assert!(code["version"].as_u64().unwrap() <= 20, "{code}");
        assert!(code["text"].as_str().unwrap().starts_with("TACIT REQUEST 1:"));

        let shown = place.ok("wallet --wallet w present --yes --qr request.jpg --qr-out answer.png");
        assert_eq!((&shown["file"], &shown["bytes"]), (&Value::Null, &json!(bytes)));
        let code = photographed(&place, &shown, "answer.jpg", seed as u64);
        assert!(code["version"].as_u64().unwrap() <= 20, "{code}");
        assert_eq!(code["bytes"], bytes);
        assert_eq!(code["error_correction"], "M");

        let verified = place.ok("verify --state desk --qr answer.jpg --accept-development-key");
        assert_eq!(verified["accepted"], true);
        // Another photograph of the same answer is the same answer.
        photographed(&place, &shown, "again.jpg", seed as u64 + 1);
        let line = "verify --state desk --qr again.jpg --accept-development-key";
        place.fails(line, 1, "challenge-used");
    }
}

#[test]
fn codes_on_terminals_and_in_files_are_the_same() {
    let place = tour();
    certify(&place);
    let asked = place.ok("request --state desk new --policy hotel.toml --out request.json --qr -");
    assert_eq!((&asked["qr"]["file"], &asked["file"]), (&Value::Null, &json!("request.json")));
    let drawing = asked["qr"]["drawing"].as_str().unwrap();
    let columns = asked["qr"]["modules"].as_u64().unwrap() as usize + 8;
    assert!(drawing.lines().all(|line| line.chars().count() == columns));
    assert!(drawing.chars().all(|c| "█▀▄ \n".contains(c)));

    // To people: in colours, so that it is black on white on every terminal, unless colours are refused.
    let drawn = |no_colour: &str| {
        let line = "request --state desk new --policy hotel.toml --qr -";
        let output = place.command(line).env("NO_COLOR", no_colour).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(drawn("").contains("\x1b[38;5;16;48;5;231m"));
    assert!(drawn("1").contains('█') && !drawn("1").contains('\x1b'));

    let svg = place.ok("request --state desk new --policy hotel.toml --qr request.svg");
    assert_eq!(svg["qr"]["drawing"], Value::Null);
    assert!(fs::read_to_string(place.path("request.svg")).unwrap().contains("<svg"));
    place.ok("wallet --wallet w present --yes --request request.json --out answer.json --qr-out answer.svg");
    assert!(place.path("answer.json").exists() && place.path("answer.svg").exists());
}

/// What is wrong with a picture is said, with what to do; nothing is used up by it.
#[test]
fn pictures_without_the_code_are_refused() {
    let place = tour();
    certify(&place);
    let verify = |picture: &str| format!("verify --state desk --qr {picture} --accept-development-key");
    place.ok("request --state desk new --policy hotel.toml --qr request.png");
    place.fails(&verify("request.png"), 4, "qr-other-kind");
    place.fails(&verify("hotel.toml"), 4, "picture-format");
    place.fails(&verify("nowhere.png"), 3, "read");
    let whole = fs::read(place.path("request.png")).unwrap();
    fs::write(place.path("half.png"), &whole[..whole.len() / 2]).unwrap();
    place.fails(&verify("half.png"), 4, "picture-damaged");
    let present = "wallet --wallet w present --yes --qr";
    fs::write(
        place.path("white.png"),
        photograph::png(&image::GrayImage::from_pixel(300, 300, image::Luma([255]))),
    )
    .unwrap();
    place.fails(&format!("{present} white.png --out a.json"), 4, "qr-no-code");

    // Where it goes is said before anything is done.
    place.fails(&format!("{present} request.png"), 2, "out-missing");
    place.fails(&format!("{present} request.png --qr-out answer.gif"), 2, "qr-format");
    place.fails("request --state desk new --policy hotel.toml --qr code.txt", 2, "qr-format");
    place.fails("request --state desk new --policy hotel.toml", 2, "usage");
    place.fails("verify --state desk", 2, "usage");
    place.ok(&format!("{present} request.png --qr-out answer.png"));
    place.ok(&verify("answer.png"));
}

/// Disclosing a portrait is for a file.
#[test]
fn a_portrait_does_not_fit() {
    let place = tour();
    certify(&place);
    let portrait = "ab".repeat(2_000);
    let mut document = place::document("1990-03-07", 425);
    document["extras"] = json!([{ "label": "portrait", "value_hex": portrait }]);
    place.write("li.json", &document.to_string());
    place.ok("issuer --dir bureau reissue --document li.json --out again.json");
    place.ok("wallet --wallet w add --credential again.json --replace");
    place::publish(&place, 2);
    place.write("portrait.toml", "disclose = [\"extras\"]\n");
    place.ok("request --state desk new --policy portrait.toml --qr request.png");
    let present = "wallet --wallet w present --yes --qr request.png";
    let refused = place.fails(&format!("{present} --qr-out answer.png"), 1, "qr-too-large");
    assert!(refused["error"]["message"].as_str().unwrap().contains("--out"), "{refused}");
    assert!(!place.path("answer.png").exists());
    place.ok(&format!("{present} --out answer.json"));
    place.ok("verify --state desk --presentation answer.json --accept-development-key");
}
