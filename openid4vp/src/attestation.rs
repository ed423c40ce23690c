//! The verifier attestation (12): the trust operator's certificate as a JWT.
//!
//! | claim | is | must agree with |
//! | --- | --- | --- |
//! | `iss` | `tacit:operator:` and the operator's key in hex | the key that the wallet pins |
//! | `sub` | the certified identity | the client identifier behind its prefix (5.9.3) |
//! | `nbf`, `exp` | the certificate's times | |
//! | `cnf` | the verifier's key as a JWK (RFC 7800, RFC 8037) | the key that signs the request object |
//! | `tacit_certificate` | the certificate itself | the one in our signed request |
//!
//! Everything but the last is derived from the certificate and compared with it, so that a wallet which knows Tacit and a
//! library that knows only OpenID4VP see the same verifier. Signed by the trust operator: once as a JWT, and within it
//! the certificate over its own canonical bytes.
//!
//! There is no `redirect_uris`: the certificate's domains say where answers may go.

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};
use tacit_credential::certificate::{CertificateError, VerifierCertificate, VerifierKey};
use tacit_credential::date::UnixTime;
use tacit_credential::trust_list::OperatorKey;

use crate::jws::{self, JwsError, Unverified};

/// The JWT's `typ`.
pub const ATTESTATION_TYPE: &str = "verifier-attestation+jwt";

/// Why an attestation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttestationError {
    /// No JWT of the expected form, or not signed by the operator.
    #[error("the verifier's attestation: {0}")]
    Jws(#[from] JwsError),
    /// Issued by somebody else than the pinned operator.
    #[error("the verifier's attestation names another issuer than the trust operator that you pinned")]
    Issuer,
    /// Not valid yet or any more.
    #[error("the verifier's attestation is not valid at this time; ask the verifier for a current one")]
    NotNow,
    /// A claim says something else than the certificate.
    #[error("the claim `{0}` of the verifier's attestation differs from its certificate")]
    Differs(&'static str),
    /// The certificate within is refused.
    #[error("the certificate in the verifier's attestation: {0}")]
    Certificate(#[from] CertificateError),
}

/// An attestation as the verifier holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    text: String,
    certificate: VerifierCertificate,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    nbf: u64,
    exp: u64,
    cnf: Confirmation,
    tacit_certificate: VerifierCertificate,
}

#[derive(PartialEq, Serialize, Deserialize)]
struct Confirmation {
    jwk: Jwk,
}

#[derive(PartialEq, Serialize, Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
}

impl Attestation {
    /// The operator signs a certificate of its own as an attestation.
    pub fn sign(certificate: &VerifierCertificate, operator: &SigningKey) -> Self {
        let claims = Claims::of(certificate, &OperatorKey::from(operator));
        let text = jws::sign(ATTESTATION_TYPE, None, &claims, operator);
        Self { text, certificate: certificate.clone() }
    }

    /// Checks the operator's signature, the time, and that every claim says what the certificate says.
    pub fn verify(text: &str, operator: &OperatorKey, now: UnixTime) -> Result<Self, AttestationError> {
        let text = text.trim();
        let claims: Claims = Unverified::parse(text, ATTESTATION_TYPE)?.verify(operator.verifying_key())?;
        let certificate = &claims.tacit_certificate;
        let expected = Claims::of(certificate, operator);
        if claims.iss != expected.iss {
            return Err(AttestationError::Issuer);
        }
        if now.0 < claims.nbf || now.0 >= claims.exp {
            return Err(AttestationError::NotNow);
        }
        let agreeing = [
            ("sub", claims.sub == expected.sub),
            ("nbf", claims.nbf == expected.nbf),
            ("exp", claims.exp == expected.exp),
            ("cnf", claims.cnf == expected.cnf),
        ];
        if let Some((name, _)) = agreeing.into_iter().find(|(_, agrees)| !agrees) {
            return Err(AttestationError::Differs(name));
        }
        certificate.verify(operator, now)?;
        Ok(Self { text: text.to_owned(), certificate: claims.tacit_certificate })
    }

    /// The JWT.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The certificate within.
    pub fn certificate(&self) -> &VerifierCertificate {
        &self.certificate
    }
}

impl Claims {
    fn of(certificate: &VerifierCertificate, operator: &OperatorKey) -> Self {
        Self {
            iss: format!("tacit:operator:{operator}"),
            sub: certificate.identity.as_str().to_owned(),
            nbf: certificate.not_before.0,
            exp: certificate.not_after.0,
            cnf: Confirmation { jwk: jwk(&certificate.key) },
            tacit_certificate: certificate.clone(),
        }
    }
}

fn jwk(key: &VerifierKey) -> Jwk {
    Jwk { kty: "OKP".into(), crv: "Ed25519".into(), x: Base64UrlUnpadded::encode_string(&key.to_bytes()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use tacit_credential::fixtures::{NOW, World};

    fn verify(text: &str, world: &World) -> Result<Attestation, AttestationError> {
        Attestation::verify(text, &world.operator_key(), NOW)
    }

    /// The attestation of the world's verifier with other claims, signed by the operator all the same.
    fn changed(world: &World, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = serde_json::to_value(Claims::of(&world.certificate, &world.operator_key())).unwrap();
        change(&mut claims);
        jws::sign(ATTESTATION_TYPE, None, &claims, &world.operator)
    }

    #[test]
    fn carries_the_certificate() {
        let world = World::new(1);
        let attestation = Attestation::sign(&world.certificate, &world.operator);
        assert_eq!(verify(attestation.as_str(), &world), Ok(attestation.clone()));
        assert_eq!(verify(&format!("{}\n", attestation.as_str()), &world), Ok(attestation.clone()));
        assert_eq!(attestation.certificate(), &world.certificate);
        assert_eq!(verify(&changed(&world, |_| ()), &world).unwrap().certificate(), &world.certificate);
        assert!(verify(&changed(&world, |claims| claims["more"] = json!(1)), &world).is_ok());
    }

    #[test]
    fn only_the_operator_attests() {
        let world = World::new(1);
        let forged = Attestation::sign(&world.certificate, &world.verifier);
        assert_eq!(verify(forged.as_str(), &world), Err(JwsError::Signature.into()));
        let other = changed(&world, |claims| claims["iss"] = json!("tacit:operator:00"));
        assert_eq!(verify(&other, &world), Err(AttestationError::Issuer));
        // A certificate that the operator never signed, in an attestation that it did.
        let mut certificate = world.certificate.clone();
        certificate.name = "Louts Hotel".into();
        let attestation = Attestation::sign(&certificate, &world.operator);
        assert_eq!(verify(attestation.as_str(), &world), Err(CertificateError::Signature.into()));
    }

    #[test]
    fn only_in_its_time() {
        let world = World::new(1);
        let text = Attestation::sign(&world.certificate, &world.operator).text;
        let at = |time| Attestation::verify(&text, &world.operator_key(), time).map(drop);
        assert_eq!(at(world.certificate.not_before), Ok(()));
        assert_eq!(at(UnixTime(world.certificate.not_before.0 - 1)), Err(AttestationError::NotNow));
        assert_eq!(at(UnixTime(world.certificate.not_after.0 - 1)), Ok(()));
        assert_eq!(at(world.certificate.not_after), Err(AttestationError::NotNow));
    }

    #[test]
    fn claims_say_what_the_certificate_says() {
        let world = World::new(1);
        let refused = |name: &'static str, path: &str, value: Value| {
            let text = changed(&world, |claims| *claims.pointer_mut(path).unwrap() = value);
            assert_eq!(verify(&text, &world), Err(AttestationError::Differs(name)), "{path}");
        };
        refused("sub", "/sub", json!("lotus-hotels.example"));
        refused("nbf", "/nbf", json!(world.certificate.not_before.0 - 1));
        refused("exp", "/exp", json!(world.certificate.not_after.0 + 1));
        refused("cnf", "/cnf/jwk/x", json!("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
        refused("cnf", "/cnf/jwk/crv", json!("X25519"));
        refused("cnf", "/cnf/jwk/kty", json!("EC"));
        for missing in ["iss", "sub", "nbf", "exp", "cnf", "tacit_certificate"] {
            let text = changed(&world, |claims| drop(claims.as_object_mut().unwrap().remove(missing)));
            assert_eq!(verify(&text, &world), Err(JwsError::Payload.into()), "{missing}");
        }
    }

    #[test]
    fn another_type_is_no_attestation() {
        let world = World::new(1);
        let claims = Claims::of(&world.certificate, &world.operator_key());
        let text = jws::sign("oauth-authz-req+jwt", None, &claims, &world.operator);
        assert_eq!(verify(&text, &world), Err(JwsError::Type { expected: ATTESTATION_TYPE }.into()));
    }
}
