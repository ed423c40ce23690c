//! The people of the vectors and what they sign.

use ark_bn254::Bn254;
use ark_ec::CurveGroup;
use ark_ff::Field;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use tacit_credential::Fr;
use tacit_credential::date::UnixTime;
use tacit_credential::fixtures::{NOW, World};
use tacit_credential::policy::Policy;
use tacit_credential::presentation::{Presentation, ProofBytes};
use tacit_credential::request::{PresentationRequest, RequestParameters, SignedRequest};
use tacit_credential::signing::DetachedSignature;
use tacit_credential::trust_list::{SignedTrustList, TrustList, TrustListId};
use tacit_verifier::VerifyingKey;

use crate::{Site, keys};

/// Everybody, and the key.
pub(super) struct Scene {
    pub(super) site: Site,
}

/// The verifier's secret key, as the world has it.
pub(super) const HOTEL: [u8; 32] = [33; 32];
/// Another business's.
pub(super) const BANK: [u8; 32] = [77; 32];

impl Scene {
    pub(super) fn new() -> Self {
        let site = Site::new(20);
        assert_eq!(site.world.verifier.to_bytes(), HOTEL);
        Self { site }
    }

    pub(super) fn world(&mut self) -> &mut World {
        &mut self.site.world
    }

    pub(super) fn key() -> &'static VerifyingKey {
        &keys().1
    }

    /// The configuration of the scene's hotel.
    pub(super) fn config(&self) -> Value {
        let world = &self.site.world;
        json!({
            "verifier_key": tacit_verifier::VerifierKey::from(&world.verifier),
            "operators": [world.operator_key()],
            "keys": [digits(&Self::key().to_bytes())],
            "certificate": world.certificate,
            "accept_development_keys": true,
        })
    }

    /// A request that the hotel could have made.
    pub(super) fn request(&mut self, policy: Policy) -> SignedRequest {
        self.request_with(policy, |_| ())
    }

    /// A request that the hotel signed although its software would not have made it.
    pub(super) fn request_with(
        &mut self,
        policy: Policy,
        change: impl FnOnce(&mut RequestParameters),
    ) -> SignedRequest {
        let world = self.world();
        let mut parameters = RequestParameters {
            circuit: keys().1.circuit(),
            certificate: Some(world.certificate.clone()),
            endpoint: "https://lotus-hotel.example/present".into(),
            trust_list: TrustListId::of(&world.operator_key()),
            epoch: world.list.epoch(),
            policy,
            date: NOW.date_utc8(),
            expires_at: UnixTime(NOW.0 + 600),
        };
        change(&mut parameters);
        SignedRequest::sign(parameters, &world.verifier, &mut world.rng)
    }

    /// A changed request under a new signature of this key.
    pub(super) fn resigned(
        request: &SignedRequest,
        key: [u8; 32],
        change: impl FnOnce(&mut PresentationRequest),
    ) -> SignedRequest {
        let mut changed = request.clone();
        change(&mut changed.request);
        let key = SigningKey::from_bytes(&key);
        changed.signature = DetachedSignature::sign(&key, &changed.request.canonical_bytes());
        changed
    }

    /// A list that the operator signed, wrong as it may be.
    pub(super) fn signed_list(&self, change: impl FnOnce(&mut TrustList)) -> SignedTrustList {
        let mut list = self.site.world.list.list().clone();
        change(&mut list);
        let signature = DetachedSignature::sign(&self.site.world.operator, &list.canonical_bytes());
        SignedTrustList { list, signature }
    }

    /// The holder's honest answer.
    pub(super) fn answer(&mut self, request: &SignedRequest) -> Presentation {
        self.site.present(request)
    }
}

/// `(k·A, k⁻¹·B, C)` satisfies the same equation.
pub(super) fn rerandomised(proof: &ProofBytes) -> ProofBytes {
    let proof = ark_groth16::Proof::<Bn254>::deserialize_compressed(&proof.0[..]).expect("a proof");
    let k = Fr::from(12_345u64);
    let inverse = k.inverse().expect("not zero");
    let changed = ark_groth16::Proof::<Bn254> {
        a: (proof.a * k).into_affine(),
        b: (proof.b * inverse).into_affine(),
        c: proof.c,
    };
    let mut bytes = Vec::new();
    changed.serialize_compressed(&mut bytes).expect("memory");
    ProofBytes(bytes.try_into().expect("128 bytes"))
}

/// Of a value that is plain data.
pub(super) fn value(of: &impl serde::Serialize) -> Value {
    serde_json::to_value(of).expect("plain data serialises")
}

pub(super) fn digits(bytes: &[u8]) -> String {
    super::digits(bytes)
}
