//! The example in `docs/openid4vp.md` is what the code makes. With `TACIT_BLESS=1` it is written anew.
use super::{exchange, part, presentation};
use crate::{Acknowledgement, FetchForm};
use serde_json::{Value, json};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openid4vp.md");
const BEGIN: &str = "<!-- example: made by `cargo test -p tacit-openid4vp documented` -->\n";
const END: &str = "<!-- end of the example -->\n";

fn example() -> String {
    let exchange = exchange();
    let text = exchange.text();
    let mut header = part(&text, 0);
    let attestation = header["jwt"].as_str().unwrap().to_owned();
    header["jwt"] = json!("…");
    let form = exchange.verify(&text).unwrap().answer(&presentation());
    let fetch = FetchForm { wallet_nonce: Some(exchange.nonce.clone()) }.to_form();
    let reply = Acknowledgement {
        redirect_uri: Some("https://lotus-hotel.example/done?response_code=dnHBUy1dYnbJzJvIuWnJ6Q".into()),
    };
    let pretty = |value: &Value| serde_json::to_string_pretty(&sorted(value)).unwrap();
    format!(
        "The link:\n```text\n{}\n```\n\
         Fetching the request object, `POST` to `request_uri`:\n```text\n{fetch}\n```\n\
         Header of the request object ({} bytes in all):\n```json\n{}\n```\n\
         Its claims:\n```json\n{}\n```\n\
         Header of the attestation in it ({} bytes):\n```json\n{}\n```\n\
         Its claims:\n```json\n{}\n```\n\
         The answer, `POST` to `response_uri`:\n```text\n{form}\n```\n\
         The verifier's reply in the same-device flow:\n```json\n{}\n```\n",
        exchange.link,
        text.len(),
        pretty(&header),
        pretty(&part(&text, 1)),
        attestation.len(),
        pretty(&part(&attestation, 0)),
        pretty(&part(&attestation, 1)),
        reply.to_json(),
    )
}

/// In the order of names, whether or not another crate has `serde_json` keep another one.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(values) => values.iter().map(sorted).collect(),
        value => value.clone(),
    }
}

#[test]
fn the_example_is_current() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the page has a place for the example");
    let (found, after) = rest.split_once(END).expect("the example ends");
    if found == example() {
        return;
    }
    if std::env::var_os("TACIT_BLESS").is_some() {
        std::fs::write(PAGE, format!("{before}{BEGIN}{}{END}{after}", example())).unwrap();
    } else {
        panic!("docs/openid4vp.md differs; run with TACIT_BLESS=1 and look at what changed");
    }
}
