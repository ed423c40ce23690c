//! One whole exchange, every mismatch refused by its name, the example of the documentation, and hostile input.
mod documented;
mod exchange;
mod hostile;
mod mismatches;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;
use tacit_credential::fixtures::{NOW, World, narrow_policy};
use tacit_credential::presentation::{Disclosed, Presentation, ProofBytes};
use tacit_credential::request::{CircuitDigest, SignedRequest};

use crate::jws;
use crate::request::REQUEST_OBJECT_TYPE;
use crate::{
    Attestation, Invocation, Location, RequestObject, RequestObjectError, RequestUriMethod, State,
    VerifiedRequestObject, WalletNonce,
};

/// A world, a request of its verifier, and everything that goes around it.
pub(crate) struct Exchange {
    pub(crate) world: World,
    pub(crate) object: RequestObject,
    pub(crate) link: Invocation,
    pub(crate) nonce: WalletNonce,
}

pub(crate) fn exchange() -> Exchange {
    let mut world = World::new(6);
    let request = world.request(CircuitDigest([0xc5; 32]), narrow_policy());
    let object = object(&world, request);
    let link = Invocation {
        client_id: object.client_id(),
        request_uri: Location::parse("https://lotus-hotel.example/r/8Jm2xQ").unwrap(),
        method: RequestUriMethod::Post,
    };
    Exchange { world, object, link, nonce: WalletNonce::new(&[3; 16]) }
}

pub(crate) fn object(world: &World, request: SignedRequest) -> RequestObject {
    let attestation = Attestation::sign(&world.certificate, &world.operator);
    RequestObject { request, attestation, state: State::parse("8Jm2xQ").unwrap() }
}

impl Exchange {
    /// The request object as the verifier signs it.
    pub(crate) fn text(&self) -> String {
        self.object.sign(Some(&self.nonce), NOW, &self.world.verifier).unwrap()
    }

    /// The wallet's verdict.
    pub(crate) fn verify(&self, text: &str) -> Result<VerifiedRequestObject, RequestObjectError> {
        RequestObject::verify(text, &self.link, Some(&self.nonce), &self.world.operator_key(), NOW)
    }

    /// The claims of the request object.
    pub(crate) fn claims(&self) -> Value {
        claims(&self.text())
    }

    /// The same object with other claims, signed by the verifier all the same.
    pub(crate) fn changed(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims();
        change(&mut claims);
        let attestation = self.object.attestation.as_str();
        jws::sign(REQUEST_OBJECT_TYPE, Some(attestation), &claims, &self.world.verifier)
    }
}

/// A part of a JWT: 0 the header, 1 the claims.
pub(crate) fn part(text: &str, part: usize) -> Value {
    let part = text.split('.').nth(part).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(part).unwrap()).unwrap()
}

fn claims(text: &str) -> Value {
    part(text, 1)
}

/// A presentation of the right form; no proof of anything.
pub(crate) fn presentation() -> Presentation {
    let mut world = World::new(6);
    let request = world.request(CircuitDigest([0xc5; 32]), narrow_policy());
    let scope = tacit_credential::holder::Scope::random(&mut world.rng);
    let pseudonym = world.secret.pseudonym(&scope);
    Presentation::new(
        request.request.challenge(),
        ProofBytes([0x9a; 128]),
        Some(scope),
        pseudonym,
        Disclosed::default(),
    )
}
