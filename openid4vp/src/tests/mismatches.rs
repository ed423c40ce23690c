//! One change of a valid request object each, and the refusal that it must meet. Every object but those about signatures
//! is signed by the certified verifier: these are its own lies.
use super::{Exchange, exchange, object};
use crate::attestation::AttestationError;
use crate::client::ClientIdError;
use crate::dcql::DcqlError;
use crate::jws::{self, JwsError};
use crate::location::LocationError;
use crate::request::REQUEST_OBJECT_TYPE;
use crate::{Attestation, ClientId, Location, RequestObject, RequestObjectError, WalletNonce};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use tacit_credential::certificate::VerifierIdentity;
use tacit_credential::date::UnixTime;
use tacit_credential::fixtures::{NOW, World, narrow_policy, wide_policy};
use tacit_credential::request::{CircuitDigest, RequestError, SignedRequest};

fn refused(exchange: &Exchange, change: impl FnOnce(&mut Value)) -> RequestObjectError {
    exchange.verify(&exchange.changed(change)).unwrap_err()
}

/// A claim is replaced.
fn claim(name: &str, value: impl Into<Value>) -> RequestObjectError {
    refused(&exchange(), |claims| claims[name] = value.into())
}

/// A property of the credential query is replaced.
fn query(name: &str, value: Value) -> RequestObjectError {
    refused(&exchange(), |claims| claims["dcql_query"]["credentials"][0][name] = value)
}

#[test]
fn the_unchanged_object_passes() {
    let exchange = exchange();
    exchange.verify(&exchange.changed(|_| ())).unwrap();
}

#[test]
fn client_id() {
    let mut exchange = exchange();
    assert_eq!(
        claim("client_id", "verifier_attestation:lotus-hotels.example"),
        RequestObjectError::ClientNotAttested
    );
    assert_eq!(claim("client_id", "lotus-hotel.example"), ClientIdError::Prefix.into());
    assert_eq!(claim("client_id", "x509_san_dns:lotus-hotel.example"), ClientIdError::Prefix.into());
    assert_eq!(claim("client_id", "verifier_attestation:?"), ClientIdError::Identity.into());
    exchange.link.client_id = ClientId::new(VerifierIdentity::new("bank.example").unwrap());
    assert_eq!(exchange.verify(&exchange.text()).unwrap_err(), RequestObjectError::OtherClient);
}

#[test]
fn audience() {
    assert_eq!(claim("aud", "https://wallet.example"), RequestObjectError::Audience);
    assert_eq!(claim("aud", "https://self-issued.me/v2/"), RequestObjectError::Audience);
}

#[test]
fn response_type_and_mode() {
    assert_eq!(claim("response_type", "code"), RequestObjectError::ResponseType);
    assert_eq!(claim("response_type", "vp_token id_token"), RequestObjectError::ResponseType);
    assert_eq!(claim("response_mode", "fragment"), RequestObjectError::ResponseMode);
    assert_eq!(claim("response_mode", "direct_post.jwt"), RequestObjectError::ResponseMode);
}

#[test]
fn parameters_that_must_not_be_there() {
    for name in ["redirect_uri", "scope", "transaction_data"] {
        assert_eq!(claim(name, "x"), RequestObjectError::Unsupported(name));
    }
}

#[test]
fn response_uri() {
    let elsewhere = "https://lotus-hotel.example/elsewhere";
    assert_eq!(claim("response_uri", elsewhere), RequestObjectError::OtherEndpoint);
    assert_eq!(claim("response_uri", "https://thief.example/"), RequestObjectError::OtherOrigin);
    assert_eq!(claim("response_uri", "http://lotus-hotel.example/"), LocationError::NotHttps.into());
    assert_eq!(claim("response_uri", "the reception"), LocationError::Form.into());
    // The object is served from elsewhere than the answer goes.
    let mut exchange = exchange();
    exchange.link.request_uri = Location::parse("https://pay.lotus-hotel.example/r").unwrap();
    assert_eq!(exchange.verify(&exchange.text()).unwrap_err(), RequestObjectError::OtherOrigin);
}

#[test]
fn nonce() {
    assert_eq!(claim("nonce", "n-0S6_WzA2Mj"), RequestObjectError::OtherNonce);
    let challenge = exchange().object.request.request.challenge().to_string();
    assert_eq!(claim("nonce", challenge.to_uppercase()), RequestObjectError::OtherNonce);
}

#[test]
fn state() {
    assert_eq!(claim("state", ""), RequestObjectError::State);
    assert_eq!(claim("state", "a b"), RequestObjectError::State);
}

#[test]
fn times() {
    let exchange = exchange();
    let expires = exchange.object.request.request.expires_at;
    let at = |now| {
        let operator = exchange.world.operator_key();
        let text = exchange.text();
        RequestObject::verify(&text, &exchange.link, Some(&exchange.nonce), &operator, now).map(drop)
    };
    assert_eq!(at(UnixTime(expires.0 - 1)), Ok(()));
    assert_eq!(at(expires), Err(RequestObjectError::NotNow));
    assert_eq!(claim("iat", NOW.0 + 3600), RequestObjectError::NotNow);
    assert_eq!(claim("nbf", NOW.0 + 3600), RequestObjectError::NotNow);
    // Longer or shorter than the request that the proof binds.
    assert_eq!(claim("exp", expires.0 + 1), RequestObjectError::OtherExpiry);
    assert_eq!(claim("exp", NOW.0 + 1), RequestObjectError::OtherExpiry);
    assert_eq!(claim("exp", NOW.0), RequestObjectError::NotNow);
}

#[test]
fn wallet_nonce() {
    assert_eq!(claim("wallet_nonce", "AAAA"), RequestObjectError::WalletNonce);
    let mut exchange = exchange();
    assert_eq!(
        refused(&exchange, |claims| drop(claims.as_object_mut().unwrap().remove("wallet_nonce"))),
        RequestObjectError::WalletNonce
    );
    let replayed = exchange.text();
    exchange.nonce = WalletNonce::new(&[4; 16]);
    assert_eq!(exchange.verify(&replayed).unwrap_err(), RequestObjectError::WalletNonce);
}

#[test]
fn queries_of_other_kinds() {
    assert_eq!(
        refused(&exchange(), |claims| claims["dcql_query"]["credentials"] = json!([])),
        DcqlError::NotOne.into()
    );
    let twice = refused(&exchange(), |claims| {
        let credentials = claims["dcql_query"]["credentials"].as_array_mut().unwrap();
        credentials.push(credentials[0].clone());
    });
    assert_eq!(twice, DcqlError::NotOne.into());
    assert_eq!(query("format", json!("dc+sd-jwt")), DcqlError::Format.into());
    assert_eq!(query("id", json!("")), DcqlError::Id.into());
    assert_eq!(query("id", json!("a b")), DcqlError::Id.into());
    assert_eq!(query("meta", json!({})), DcqlError::Meta.into());
    assert_eq!(query("claims", json!([{ "path": ["name"] }])), DcqlError::Unsupported("claims").into());
    assert_eq!(query("claim_sets", json!([["a"]])), DcqlError::Unsupported("claim_sets").into());
    assert_eq!(
        query("trusted_authorities", json!([{}])),
        DcqlError::Unsupported("trusted_authorities").into()
    );
    assert_eq!(
        query("require_cryptographic_holder_binding", json!(false)),
        DcqlError::Unsupported("require_cryptographic_holder_binding").into()
    );
    assert_eq!(
        refused(&exchange(), |claims| claims["dcql_query"]["credential_sets"] =
            json!([{ "options": [["resident_id"]] }])),
        DcqlError::Unsupported("credential_sets").into()
    );
}

#[test]
fn missing_claims() {
    for name in
        ["client_id", "aud", "response_type", "response_mode", "response_uri", "nonce", "exp", "dcql_query"]
    {
        let refusal = refused(&exchange(), |claims| drop(claims.as_object_mut().unwrap().remove(name)));
        assert_eq!(refusal, JwsError::Payload.into(), "{name}");
    }
}

#[test]
fn the_signed_request_within() {
    let policy = refused(&exchange(), |claims| {
        claims["dcql_query"]["credentials"][0]["meta"]["request"]["policy"]["minimum_age"] = json!(21);
    });
    assert_eq!(policy, RequestError::Signature.into());
    // A request of the same verifier, but another than the nonce belongs to.
    let mut exchange = exchange();
    let other = exchange.world.request(CircuitDigest([0xc5; 32]), wide_policy());
    let swapped = refused(&exchange, |claims| {
        claims["dcql_query"]["credentials"][0]["meta"] = serde_json::to_value(&other).unwrap();
    });
    assert_eq!(swapped, RequestObjectError::OtherNonce);
    // Somebody else's request under this verifier's attestation.
    let stranger = uncertified(&mut exchange.world);
    let borrowed = refused(&exchange, |claims| {
        claims["nonce"] = json!(stranger.request.challenge().to_string());
        claims["dcql_query"]["credentials"][0]["meta"] = serde_json::to_value(&stranger).unwrap();
    });
    assert_eq!(borrowed, RequestObjectError::OtherCertificate);
}

/// A request of a key that nobody certified.
fn uncertified(world: &mut World) -> SignedRequest {
    let certified = world.request(CircuitDigest([0xc5; 32]), narrow_policy()).request;
    let parameters = tacit_credential::request::RequestParameters {
        circuit: certified.circuit,
        certificate: None,
        endpoint: certified.endpoint,
        trust_list: certified.trust_list,
        epoch: certified.epoch,
        policy: certified.policy,
        date: certified.date,
        expires_at: certified.expires_at,
    };
    SignedRequest::sign(parameters, &ed25519_dalek::SigningKey::from_bytes(&[77; 32]), &mut world.rng)
}

#[test]
fn signatures_and_keys() {
    let exchange = exchange();
    let claims = exchange.claims();
    let attestation = exchange.object.attestation.as_str();
    let verdict = |text: &str| exchange.verify(text).unwrap_err();
    // The attested key did not sign.
    let thief = ed25519_dalek::SigningKey::from_bytes(&[66; 32]);
    let stolen = jws::sign(REQUEST_OBJECT_TYPE, Some(attestation), &claims, &thief);
    assert_eq!(verdict(&stolen), JwsError::Signature.into());
    // The attestation of another key, by the right operator.
    let mut other = exchange.world.certificate.clone();
    other.key = (&thief).into();
    let other = Attestation::sign(&other, &exchange.world.operator);
    let text = jws::sign(REQUEST_OBJECT_TYPE, Some(other.as_str()), &claims, &exchange.world.verifier);
    assert!(matches!(verdict(&text), RequestObjectError::Attestation(AttestationError::Certificate(_))));
    // Attested by another operator.
    let other = Attestation::sign(&exchange.world.certificate, &thief);
    let text = jws::sign(REQUEST_OBJECT_TYPE, Some(other.as_str()), &claims, &exchange.world.verifier);
    assert_eq!(verdict(&text), AttestationError::Jws(JwsError::Signature).into());
    // No attestation.
    let text = jws::sign(REQUEST_OBJECT_TYPE, None, &claims, &exchange.world.verifier);
    assert_eq!(verdict(&text), RequestObjectError::NoAttestation);
}

/// A second key of the same business, both certified: each signs for itself.
#[test]
fn the_attestation_of_another_certified_key() {
    let mut exchange = exchange();
    let second = ed25519_dalek::SigningKey::from_bytes(&[44; 32]);
    let first_request = exchange.object.request.clone();
    exchange.world.certificate = resigned(&exchange.world, &second);
    exchange.object = object(&exchange.world, first_request);
    // The first key's object under the second key's attestation: neither signature nor certificate fit.
    let claims = {
        let fresh = super::exchange();
        fresh.claims()
    };
    let attestation = exchange.object.attestation.as_str().to_owned();
    let by =
        |key: &ed25519_dalek::SigningKey| jws::sign(REQUEST_OBJECT_TYPE, Some(&attestation), &claims, key);
    assert_eq!(exchange.verify(&by(&exchange.world.verifier)).unwrap_err(), JwsError::Signature.into());
    assert_eq!(exchange.verify(&by(&second)).unwrap_err(), RequestObjectError::OtherCertificate);
}

fn resigned(
    world: &World,
    key: &ed25519_dalek::SigningKey,
) -> tacit_credential::certificate::VerifierCertificate {
    let known = &world.certificate;
    tacit_credential::certificate::VerifierCertificate::sign(
        tacit_credential::certificate::VerifierEntry::new(known.identity.clone(), &known.name)
            .allowing(known.allowance.clone()),
        key.into(),
        known.not_before,
        known.not_after,
        &world.operator,
    )
    .unwrap()
}

#[test]
fn unsigned_and_other_algorithms() {
    let exchange = exchange();
    let attestation = exchange.object.attestation.as_str();
    let payload = exchange.text().split('.').nth(1).unwrap().to_owned();
    for alg in ["none", "None", "HS256", "ES256"] {
        let header = json!({ "alg": alg, "typ": REQUEST_OBJECT_TYPE, "jwt": attestation }).to_string();
        let unsigned = format!("{}.{payload}.", Base64UrlUnpadded::encode_string(header.as_bytes()));
        assert_eq!(exchange.verify(&unsigned).unwrap_err(), JwsError::Algorithm.into(), "{alg}");
    }
}

#[test]
fn other_types() {
    let exchange = exchange();
    let attestation = Some(exchange.object.attestation.as_str());
    for typ in ["JWT", "verifier-attestation+jwt", "application/oauth-authz-req+jwt"] {
        let text = jws::sign(typ, attestation, &exchange.claims(), &exchange.world.verifier);
        let expected = JwsError::Type { expected: REQUEST_OBJECT_TYPE };
        assert_eq!(exchange.verify(&text).unwrap_err(), expected.into(), "{typ}");
    }
}
