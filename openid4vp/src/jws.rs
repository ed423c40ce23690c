//! JSON Web Signatures in compact form (RFC 7515), with Ed25519 alone (RFC 8037).
//!
//! ```text
//! base64url(header) "." base64url(payload) "." base64url(signature)
//! signature = Ed25519(key, ASCII bytes of everything before the second dot)
//! ```
//! Base64url is without padding and in its one canonical spelling. The algorithm is not negotiated: a header that names
//! another one than `EdDSA`, `none` among them, is refused before anything else is looked at, and keys never come from the
//! header. `crit` is refused, as no extension is understood (RFC 7515, 4.1.11); other unknown parameters are ignored, as
//! that standard demands. Verification is strict (canonical points, no small-order keys).
//!
//! What is signed begins with the letters of a base64url header; every other message that our keys sign begins with a
//! zero byte (`credential::wire`), so no signature serves both.

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// The one algorithm.
const ALGORITHM: &str = "EdDSA";
/// No object of this protocol is larger.
const MAX_BYTES: usize = 64 * 1024;

/// Why text is no signed object of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwsError {
    /// Larger than any object of this protocol.
    #[error("it is larger than 64 KiB")]
    TooLarge,
    /// Not three parts in base64url.
    #[error("it is not three parts of base64url without padding")]
    Form,
    /// The header is no JSON object of the expected shape.
    #[error("its header is not the expected JSON")]
    Header,
    /// Signed with something else than Ed25519, or not at all.
    #[error("its algorithm is not EdDSA; unsigned objects and other algorithms are refused")]
    Algorithm,
    /// Of another type.
    #[error("its type is not `{expected}`")]
    Type {
        /// What `typ` has to say.
        expected: &'static str,
    },
    /// The header demands an extension.
    #[error("its header demands an extension (`crit`), and none is known here")]
    Critical,
    /// The signature does not fit key and content.
    #[error("its signature is not of the expected key")]
    Signature,
    /// The payload is no JSON object of the expected shape.
    #[error("its claims are not the expected JSON")]
    Payload,
}

#[derive(Serialize)]
struct HeaderOut<'a> {
    alg: &'static str,
    typ: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwt: Option<&'a str>,
}

#[derive(Deserialize)]
struct HeaderIn {
    alg: String,
    typ: Option<String>,
    jwt: Option<String>,
    crit: Option<IgnoredAny>,
}

/// Signs claims as an object of a type; `jwt` goes into the header (12).
pub(crate) fn sign(
    typ: &'static str,
    jwt: Option<&str>,
    claims: &impl Serialize,
    key: &SigningKey,
) -> String {
    let header = HeaderOut { alg: ALGORITHM, typ, jwt };
    let part = |json: Result<Vec<u8>, serde_json::Error>| {
        Base64UrlUnpadded::encode_string(&json.expect("plain data serialises"))
    };
    let mut text = part(serde_json::to_vec(&header));
    text.push('.');
    text.push_str(&part(serde_json::to_vec(claims)));
    let signature = key.sign(text.as_bytes()).to_bytes();
    text.push('.');
    text.push_str(&Base64UrlUnpadded::encode_string(&signature));
    text
}

/// An object of the right form and type, its signature not yet checked: nothing but [`verify`](Self::verify) hands out
/// its claims.
pub(crate) struct Unverified<'a> {
    /// The JWT in the header, if there is one.
    pub(crate) jwt: Option<String>,
    signed: &'a str,
    payload: Vec<u8>,
    signature: Signature,
}

impl<'a> Unverified<'a> {
    /// Takes the parts apart.
    pub(crate) fn parse(text: &'a str, typ: &'static str) -> Result<Self, JwsError> {
        if text.len() > MAX_BYTES {
            return Err(JwsError::TooLarge);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(JwsError::Form)?;
        let (header, payload) = signed.split_once('.').ok_or(JwsError::Form)?;
        let decoded = |part| Base64UrlUnpadded::decode_vec(part).map_err(|_| JwsError::Form);
        let header: HeaderIn = json_object(&decoded(header)?).ok_or(JwsError::Header)?;
        // Before form and length of the signature: an unsigned object has none.
        if header.alg != ALGORITHM {
            return Err(JwsError::Algorithm);
        }
        if header.typ.as_deref() != Some(typ) {
            return Err(JwsError::Type { expected: typ });
        }
        if header.crit.is_some() {
            return Err(JwsError::Critical);
        }
        let signature = Signature::from_slice(&decoded(signature)?).map_err(|_| JwsError::Form)?;
        Ok(Self { jwt: header.jwt, signed, payload: decoded(payload)?, signature })
    }

    /// Checks the signature and reads the claims.
    pub(crate) fn verify<T: for<'de> Deserialize<'de>>(&self, key: &VerifyingKey) -> Result<T, JwsError> {
        key.verify_strict(self.signed.as_bytes(), &self.signature).map_err(|_| JwsError::Signature)?;
        json_object(&self.payload).ok_or(JwsError::Payload)
    }
}

/// A JSON object of this shape. `serde` would take an array of the values as well.
pub(crate) fn json_object<T: for<'de> Deserialize<'de>>(json: &[u8]) -> Option<T> {
    if json.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    serde_json::from_slice(json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Claims {
        n: u8,
    }

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[1; 32])
    }

    fn read(text: &str) -> Result<Claims, JwsError> {
        Unverified::parse(text, "t")?.verify(&key().verifying_key())
    }

    fn encode(json: &str) -> String {
        Base64UrlUnpadded::encode_string(json.as_bytes())
    }

    /// Header and payload as given, signed by the right key.
    fn signed(header: &str, payload: &str) -> String {
        let text = format!("{}.{}", encode(header), encode(payload));
        let signature = key().sign(text.as_bytes()).to_bytes();
        format!("{text}.{}", Base64UrlUnpadded::encode_string(&signature))
    }

    /// The example of RFC 8037, appendix A.4, whose key is the one of A.1; it has no `typ`, which is the first thing missed.
    #[test]
    fn the_signature_of_the_standard_verifies() {
        let text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        let key = Base64UrlUnpadded::decode_vec("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        let key = VerifyingKey::from_bytes(&key.try_into().unwrap()).unwrap();
        assert_eq!(Unverified::parse(text, "t").err(), Some(JwsError::Type { expected: "t" }));
        let (signed, signature) = text.rsplit_once('.').unwrap();
        let bytes = Base64UrlUnpadded::decode_vec(signature).unwrap();
        key.verify_strict(signed.as_bytes(), &Signature::from_slice(&bytes).unwrap()).unwrap();
    }

    #[test]
    fn what_is_signed_is_read() {
        assert_eq!(read(&sign("t", None, &Claims { n: 7 }, &key())), Ok(Claims { n: 7 }));
        let text = sign("t", Some("a.b.c"), &Claims { n: 7 }, &key());
        assert_eq!(Unverified::parse(&text, "t").unwrap().jwt.as_deref(), Some("a.b.c"));
        // Parameters that are not known are ignored, keys among them.
        assert_eq!(
            read(&signed(r#"{"alg":"EdDSA","typ":"t","kid":"1","jwk":{}}"#, r#"{"n":1,"m":2}"#)),
            Ok(Claims { n: 1 })
        );
    }

    #[test]
    fn other_algorithms_and_none_are_refused() {
        for alg in ["none", "NONE", "HS256", "ES256", "RS256", "eddsa", "Ed25519", ""] {
            let text = signed(&format!(r#"{{"alg":"{alg}","typ":"t"}}"#), r#"{"n":1}"#);
            assert_eq!(read(&text), Err(JwsError::Algorithm), "{alg}");
        }
        let unsigned = format!("{}.{}.", encode(r#"{"alg":"none","typ":"t"}"#), encode(r#"{"n":1}"#));
        assert_eq!(read(&unsigned), Err(JwsError::Algorithm));
        // The right name above no signature.
        let unsigned = format!("{}.{}.", encode(r#"{"alg":"EdDSA","typ":"t"}"#), encode(r#"{"n":1}"#));
        assert_eq!(read(&unsigned), Err(JwsError::Form));
        assert_eq!(read(&signed(r#"{"typ":"t"}"#, r#"{"n":1}"#)), Err(JwsError::Header));
    }

    #[test]
    fn type_and_critical_extensions_are_minded() {
        assert_eq!(read(&signed(r#"{"alg":"EdDSA"}"#, r#"{"n":1}"#)), Err(JwsError::Type { expected: "t" }));
        assert_eq!(
            read(&signed(r#"{"alg":"EdDSA","typ":"T"}"#, r#"{"n":1}"#)),
            Err(JwsError::Type { expected: "t" })
        );
        let critical = r#"{"alg":"EdDSA","typ":"t","crit":["b64"],"b64":false}"#;
        assert_eq!(read(&signed(critical, r#"{"n":1}"#)), Err(JwsError::Critical));
        assert_eq!(
            read(&signed(r#"{"alg":"none","alg":"EdDSA","typ":"t"}"#, r#"{"n":1}"#)),
            Err(JwsError::Header)
        );
    }

    #[test]
    fn one_spelling_and_one_signature() {
        let good = sign("t", None, &Claims { n: 7 }, &key());
        assert_eq!(read(&format!("{good}=")), Err(JwsError::Form));
        assert_eq!(read(&format!("{good}.")), Err(JwsError::Form));
        assert_eq!(read(&format!("{good} ")), Err(JwsError::Form));
        assert_eq!(read(&good.replace('.', "")), Err(JwsError::Form));
        // The last character of 64 bytes carries four bits that must be zero.
        let last = good.chars().last().unwrap();
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let other = alphabet.chars().nth(alphabet.find(last).unwrap() ^ 1).unwrap();
        let respelled = format!("{}{other}", &good[..good.len() - 1]);
        assert_eq!(read(&respelled), Err(JwsError::Form));
        let elsewhere = sign("t", None, &Claims { n: 7 }, &SigningKey::from_bytes(&[2; 32]));
        assert_eq!(read(&elsewhere), Err(JwsError::Signature));
        let (head, tail) = good.split_once('.').unwrap();
        let swapped = format!("{head}.{}.{}", encode(r#"{"n":8}"#), tail.rsplit_once('.').unwrap().1);
        assert_eq!(read(&swapped), Err(JwsError::Signature));
        assert_eq!(read(&signed(r#"{"alg":"EdDSA","typ":"t"}"#, r#"{"n":1,"n":2}"#)), Err(JwsError::Payload));
        assert_eq!(read(&signed(r#"{"alg":"EdDSA","typ":"t"}"#, "[1]")), Err(JwsError::Payload));
        assert_eq!(read(&signed(r#"["EdDSA","t",null,null]"#, r#"{"n":1}"#)), Err(JwsError::Header));
        assert_eq!(read(&"A".repeat(MAX_BYTES + 1)), Err(JwsError::TooLarge));
    }
}
