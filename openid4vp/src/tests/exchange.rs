//! A request object is made, checked and answered.
use super::{exchange, part, presentation};
use crate::dcql::QUERY_ID;
use crate::{
    AuthorizationResponse, ErrorCode, FetchForm, Invocation, RequestObject, RequestObjectBuildError,
};
use serde_json::json;
use tacit_credential::fixtures::{NOW, World, narrow_policy};
use tacit_credential::request::CircuitDigest;

#[test]
fn from_link_to_answer() {
    let exchange = exchange();
    let link = Invocation::parse(&exchange.link.to_string()).unwrap();
    let form = FetchForm { wallet_nonce: Some(exchange.nonce.clone()) }.to_form();
    let nonce = FetchForm::from_form(form.as_bytes()).unwrap().wallet_nonce;
    let text = exchange.object.sign(nonce.as_ref(), NOW, &exchange.world.verifier).unwrap();
    let operator = exchange.world.operator_key();
    let verified = RequestObject::verify(&text, &link, Some(&exchange.nonce), &operator, NOW).unwrap();
    assert_eq!(verified.request(), &exchange.object.request);
    assert_eq!(verified.response_uri().as_str(), exchange.object.request.request.endpoint);
    assert_eq!(verified.client_id(), &link.client_id);

    let answer = AuthorizationResponse::from_form(verified.answer(&presentation()).as_bytes()).unwrap();
    assert_eq!(answer.state(), Some(&exchange.object.state));
    assert_eq!(answer.presentation(), Ok(Some(presentation())));
    let refusal = verified.refuse(ErrorCode::AccessDenied);
    assert_eq!(refusal, "error=access_denied&state=8Jm2xQ");
}

/// What the specification demands of names and values, looked at from outside.
#[test]
fn the_object_is_what_the_specification_says() {
    let exchange = exchange();
    let text = exchange.text();
    let (header, claims) = (part(&text, 0), part(&text, 1));
    assert_eq!(header["typ"], "oauth-authz-req+jwt");
    assert_eq!(header["alg"], "EdDSA");
    let attestation = header["jwt"].as_str().unwrap();
    assert_eq!(part(attestation, 0)["typ"], "verifier-attestation+jwt");
    let attested = part(attestation, 1);
    assert_eq!(attested["sub"], "lotus-hotel.example");
    assert_eq!(attested["cnf"]["jwk"]["crv"], "Ed25519");
    assert_eq!(claims["client_id"], "verifier_attestation:lotus-hotel.example");
    assert_eq!(claims["aud"], "https://self-issued.me/v2");
    assert_eq!(claims["response_type"], "vp_token");
    assert_eq!(claims["response_mode"], "direct_post");
    assert_eq!(claims["nonce"], exchange.object.request.request.challenge().to_string());
    assert_eq!(claims["wallet_nonce"], "AwMDAwMDAwMDAwMDAwMDAw");
    assert!(claims.get("redirect_uri").is_none() && claims.get("iss").is_none());
    let query = &claims["dcql_query"]["credentials"][0];
    assert_eq!(query["id"], QUERY_ID);
    assert_eq!(query["format"], "tacit_groth16_v1");
    assert_eq!(query["meta"]["request"]["policy"]["minimum_age"], 18);
    assert_eq!(
        claims["client_metadata"]["vp_formats_supported"]["tacit_groth16_v1"]["circuit_values"],
        json!(["c5".repeat(32)])
    );
}

/// 5: unknown parameters are ignored; 5: so is `iss`; 5.10: no nonce was sent, none comes back.
#[test]
fn what_must_be_ignored_is() {
    let mut exchange = exchange();
    let text = exchange.changed(|claims| {
        claims["iss"] = json!("https://somebody.example");
        claims["verifier_info"] = json!([{ "format": "jwt", "data": "" }]);
        claims["dcql_query"]["more"] = json!(1);
        claims["dcql_query"]["credentials"][0]["multiple"] = json!(true);
    });
    exchange.verify(&text).unwrap();
    exchange.link.method = crate::RequestUriMethod::Get;
    let text = exchange.object.sign(None, NOW, &exchange.world.verifier).unwrap();
    let operator = exchange.world.operator_key();
    RequestObject::verify(&text, &exchange.link, None, &operator, NOW).unwrap();
}

#[test]
fn a_verifier_signs_its_own_requests_alone() {
    let exchange = exchange();
    let sign = |object: &RequestObject, key| object.sign(None, NOW, key);
    let other = sign(&exchange.object, &exchange.world.operator);
    assert_eq!(other, Err(RequestObjectBuildError::OtherKey));
    let mut uncertified = exchange.object.clone();
    uncertified.request.request.certificate = None;
    let refused = sign(&uncertified, &exchange.world.verifier);
    assert_eq!(refused, Err(RequestObjectBuildError::OtherCertificate));
    let mut world = World::new(6);
    let mut request = world.request(CircuitDigest([0; 32]), narrow_policy());
    request.request.endpoint = "the reception".into();
    let refused = sign(&super::object(&world, request), &world.verifier);
    assert!(matches!(refused, Err(RequestObjectBuildError::Endpoint(_))));
}
